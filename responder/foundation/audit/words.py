"""What the timeline says: one sentence template for each kind of entry, in both languages, given by its feature."""

from collections.abc import Mapping
from string import Formatter
from typing import Any, Protocol

from responder.core.actor import SYSTEM
from responder.core.errors import Text

_templates: dict[str, Text] = {}


class Told(Protocol):
    """The part of an entry that its sentence is made of."""

    kind: str
    payload: dict[str, Any]


class _Lenient(Formatter):
    """Formats what is there; a field that an old entry lacks reads as a dash, never as an error."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        value = kwargs.get(str(key))
        return "—" if value is None else value

    def get_field(self, field_name: str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        return self.get_value(field_name, args, kwargs), field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        return str(value)

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        return value


def register(templates: Mapping[str, Text]) -> None:
    """Add sentence templates by kind; `{name}` stands for that member of the payload."""
    _templates.update(templates)


def sentence(entry: Told, locale: str) -> str:
    """Return the entry as a sentence in the language of *locale*; a kind without words is shown by its name."""
    template = _templates.get(entry.kind)
    if template is None:
        return entry.kind
    language = "en" if locale.startswith("en") else "zh"
    # A payload may carry a member in both languages: `reason_zh` and `reason_en` answer to `{reason}`.
    fields = dict(entry.payload)
    for key, value in entry.payload.items():
        if key.endswith(f"_{language}"):
            fields[key.removesuffix(f"_{language}")] = value
    return _Lenient().vformat(template.in_(locale), (), fields)


def actor(name: str, locale: str) -> str:
    """Return who did it in the reader's language: people keep their names, the system is named."""
    return "System" if name == SYSTEM.name and locale.startswith("en") else name


register(
    {
        "numbers_viewed": Text("查看了{person}的电话号码", "viewed the telephone numbers of {person}"),
        "reference_loaded": Text(
            "装入参考数据：新增{added}，变更{changed}，终止{ended}",
            "loaded reference data: {added} added, {changed} changed, {ended} ended",
        ),
        "account_created": Text("开立账号 {login}（{role}）", "created the account {login} ({role})"),
        "logged_in": Text("登录", "logged in"),
        "log_in_refused": Text("账号 {login} 登录被拒绝", "a log-in as {login} was refused"),
        "logged_out": Text("退出登录", "logged out"),
        "token_issued": Text("为 {login} 签发接口令牌", "issued an API token for {login}"),
    }
)
