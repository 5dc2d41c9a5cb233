"""script/check.d: what each check finds, and what it lets pass."""

import configparser
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]


def check(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "script" / "check.d" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def template_findings(tmp_path: Path, source: str) -> list[str]:
    page = tmp_path / "page.html"
    page.write_text(source, encoding="utf-8")
    return [finding.partition(":")[2] for finding in check("translations").template_findings(page)]


@pytest.mark.parametrize(
    "source",
    [
        "<h1>{{ _('值班室') }}</h1>",
        "<h1>{{ _('第 %(n)s 班', n=shift) }}</h1>",
        "{{ ngettext('%(num)d 起', '%(num)d 起', rows | length) }}",
        "{% trans %}交接班{% endtrans %}",
        "{# 值班 #}<b>【演练】</b> <a lang='zh'>简体中文</a>",
        "{% if row.word == '特别重大' %}!{% endif %}",
    ],
)
def test_a_template_may_show_chinese_through_the_catalogue(tmp_path: Path, source: str) -> None:
    assert template_findings(tmp_path, source) == []


@pytest.mark.parametrize(
    "source",
    ["<h1>值班室</h1>", "{{ '值班室' }}", "{% trans %}班{% endtrans %}\n值班室", "{{ known(x, '值班室') }}"],
)
def test_a_template_that_goes_round_the_catalogue_is_found(tmp_path: Path, source: str) -> None:
    found = template_findings(tmp_path, source)
    assert len(found) == 1
    assert "值班室" in found[0]


def catalogue_findings(tmp_path: Path, source: str, entry: str) -> list[str]:
    translations = check("translations")
    wanted = translations.Catalog()
    wanted.add(source)
    catalogue = tmp_path / "messages.po"
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    catalogue.write_text(head + entry, encoding="utf-8")
    return list(translations.catalogue_findings(catalogue, wanted))


def test_a_whole_translation_passes(tmp_path: Path) -> None:
    entry = 'msgid "第 %(n)s 班"\nmsgstr "Shift %(n)s"\n'
    assert catalogue_findings(tmp_path, "第 %(n)s 班", entry) == []


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("", "missing"),
        ('msgid "第 %(n)s 班"\nmsgstr ""\n', "untranslated"),
        ('#, fuzzy\nmsgid "第 %(n)s 班"\nmsgstr "Shift %(n)s"\n', "fuzzy"),
        ('msgid "第 %(n)s 班"\nmsgstr "Shift"\n', "a placeholder is lost"),
        ('msgid "第 %(n)s 班"\nmsgstr "Shift %(m)s"\n', "a placeholder that the source does not have"),
        ('msgid "第 %(n)s 班"\nmsgstr "第 %(n)s"\n', "still Chinese"),
    ],
)
def test_a_faulty_translation_is_named(tmp_path: Path, entry: str, fault: str) -> None:
    found = catalogue_findings(tmp_path, "第 %(n)s 班", entry)
    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("docs/operator.md", "see /" + "home/someone/file"),
        ("responder/web/templates/web/a.html", '<script src="https://' + 'cdn.com/a.js"></script>'),
        ("maps/static/map.css", "background: url(https://" + "tiles.net/1.png)"),
        ("responder/core/clock.py", "# TO" + "DO later"),
        ("responder/web/templates/web/a.html", "请先登" + "陆"),
        ("responder/translations/en/LC_MESSAGES/messages.po", 'msgstr "Your noti' + 'fications"'),
        ("requirements.txt", "https://py" + "pi.org/simple"),
    ],
)
def test_a_word_or_address_that_stays_out_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, line: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(line + "\n", encoding="utf-8")
    assert len(list(check("terms").findings(name))) == 1


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("docs/operator.md", "RESPONDER_HOME=var/demo, GET /map, see docs/home/index.md"),
        ("responder/web/templates/web/a.html", '<svg xmlns="http://www.w3.org/2000/svg">请登录</svg>'),
        ("responder/translations/en/LC_MESSAGES/messages.po", 'msgid "notification"'),
    ],
)
def test_what_belongs_is_let_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, line: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(line + "\n", encoding="utf-8")
    assert list(check("terms").findings(name)) == []


def test_every_layer_of_the_contract_is_read() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / "setup.cfg", encoding="utf-8")
    rooms = check("rooms").rooms(contracts, "rooms")
    assert {"responder.main", "responder.core", "plans", "maps"} <= rooms
