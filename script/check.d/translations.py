"""Every Chinese message of code and templates has its English, and no page shows text outside the catalogue.

The source language is Chinese: `_('值班')`. `--update` adds new messages to the catalogues, untranslated,
and drops those no longer used; then write the translations.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2 import Environment, TemplateSyntaxError

CATALOGUES = Path("responder/translations")
REQUIRED = {"en"}
KEYWORDS = ("_", "gettext", "ngettext", "pgettext", "npgettext", "lazy_gettext", "_l")
BABEL = [sys.executable, "-m", "babel.messages.frontend", "--quiet"]
PACKAGES = ("responder", "plans", "duty_roster", "maps")

HAN = re.compile(r"[\u3400-\u9fff]+")
PLACEHOLDER = re.compile(r"%\([a-z_0-9]+\)[sd]|\{[a-z_0-9]*\}")
# Shown as they are in every language: the mark of an exercise, a language's own name, the map's approval.
AS_IT_IS = ("【演练】", "简体中文", "中文", "审图号：GS（2024）0650号", "天地图")


def extract(template: Path) -> Catalog:
    """Return what babel finds in code and templates, and leave it in the file *template*."""
    keywords = [f"--keyword={name}" for name in ("lazy_gettext", "_l")]
    command = [*BABEL, "extract", "-F", "babel.cfg", *keywords, "--no-location", "--sort-output"]
    subprocess.run([*command, "-o", str(template), "."], check=True)
    with template.open("rb") as handle:
        return read_po(handle)


def update(template: Path) -> None:
    """Bring every catalogue to the messages of *template*."""
    known = {path.parent.parent.name for path in CATALOGUES.glob("*/LC_MESSAGES/messages.po")}
    for locale in sorted(known | REQUIRED):
        verb = "update" if locale in known else "init"
        options = ["--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date"]
        command = [*BABEL, verb, "-i", str(template), "-d", str(CATALOGUES), "-l", locale]
        subprocess.run([*command, *(options if verb == "update" else [])], check=True)


def text_of(message_id: str | tuple[str, ...] | list[str]) -> str:
    """Return the message, its singular where it has two forms."""
    return message_id if isinstance(message_id, str) else message_id[0]


def catalogue_findings(path: Path, wanted: Catalog) -> Iterator[str]:
    """Yield the messages of *wanted* that the catalogue *path* lacks or gets wrong."""
    with path.open("rb") as handle:
        catalogue = read_po(handle)
    for message in wanted:
        if not message.id:
            continue
        source = text_of(message.id)
        found = catalogue.get(message.id, message.context)
        if found is None:
            yield f"{path}: missing: {source!r}"
            continue
        forms = [found.string] if isinstance(found.string, str) else list(found.string or [""])
        if found.fuzzy:
            yield f"{path}: fuzzy: {source!r}"
        elif not all(form.strip() for form in forms):
            yield f"{path}: untranslated: {source!r}"
        else:
            yield from form_findings(path, source, forms)


def form_findings(path: Path, source: str, forms: list[str]) -> Iterator[str]:
    """Yield where a translation lost a placeholder or is still Chinese."""
    for form in forms:
        if not set(PLACEHOLDER.findall(form)) <= set(PLACEHOLDER.findall(source)):
            yield f"{path}: a placeholder that the source does not have: {source!r}: {form!r}"
        elif len(forms) == 1 and set(PLACEHOLDER.findall(form)) != set(PLACEHOLDER.findall(source)):
            yield f"{path}: a placeholder is lost: {source!r}: {form!r}"
        if HAN.search(without_fixed(form)):
            yield f"{path}: still Chinese: {source!r}: {form!r}"


def without_fixed(text: str) -> str:
    """Return *text* without the words that are the same in every language."""
    for phrase in AS_IT_IS:
        text = text.replace(phrase, "")
    return text


def template_findings(path: Path) -> Iterator[str]:
    """Yield Chinese in a template that goes round the catalogue, so that it can never be shown in English."""
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"])
    translated = False  # inside {% trans %}
    depth = 0  # of parentheses inside a call of gettext
    before = ["", "", ""]
    try:
        tokens = list(environment.lex(path.read_text(encoding="utf-8"), filename=str(path)))
    except TemplateSyntaxError as error:
        yield f"{path}:{error.lineno} {error.message}"
        return
    for line, kind, value in tokens:
        if kind == "whitespace":
            continue
        if kind == "name" and before[-1] in ("{%", "{%-", "{%+") and value in ("trans", "endtrans"):
            translated = value == "trans"
        if kind == "operator" and value == "(" and (depth or before[-1] in KEYWORDS):
            depth += 1
        elif kind == "operator" and value == ")" and depth:
            depth -= 1
        shown = kind == "data" and not translated
        loose = kind == "string" and not depth and before[-1] not in ("==", "!=", "in")
        han = HAN.search(without_fixed(value)) if shown or loose else None
        if han:
            at = line + without_fixed(value)[: han.start()].count("\n")
            yield f"{path}:{at} not in the catalogue: {' '.join(HAN.findall(without_fixed(value)))}"
        before = [*before[1:], value.strip()]


def script_findings(path: Path) -> Iterator[str]:
    """Yield Chinese in a script of our own: words reach a script through the page, from the catalogue."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if HAN.search(without_fixed(line)):
            yield f"{path}:{number} Chinese in a script: {' '.join(HAN.findall(line))}"


def main(arguments: list[str]) -> int:
    """Print what is missing; 1 if anything is."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        wanted = extract(template)
        if arguments == ["--update"]:
            update(template)
    findings: list[str] = []
    for locale in sorted(REQUIRED):
        if not (CATALOGUES / locale / "LC_MESSAGES" / "messages.po").exists():
            findings.append(f"{CATALOGUES}/{locale}/LC_MESSAGES/messages.po: there is no such catalogue")
    for path in sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po")):
        findings.extend(catalogue_findings(path, wanted))
    for package in map(Path, PACKAGES):
        for path in sorted(package.rglob("templates/**/*.html")):
            findings.extend(template_findings(path))
        for path in sorted(package.rglob("static/**/*.js")):
            if "vendor" not in path.parts:
                findings.extend(script_findings(path))
    print("\n".join(findings))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
