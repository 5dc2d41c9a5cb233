"""The group chats of RESPONDER_IM_URLS: where each robot listens, its dialect, and whose alarms it hears."""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


class Dialect(StrEnum):
    """How a robot wants its messages; plain is a JSON object with `text`."""

    DINGTALK = "dingtalk"
    WECOM = "wecom"
    FEISHU = "feishu"
    PLAIN = "json"


# The robots' own addresses. An installation of the messenger on a server of one's own names its dialect in front.
HOSTS = {
    "oapi.dingtalk.com": Dialect.DINGTALK,
    "qyapi.weixin.qq.com": Dialect.WECOM,
    "open.feishu.cn": Dialect.FEISHU,
    "open.larksuite.com": Dialect.FEISHU,
}
# The short way to name a robot: scheme, then its token.
SHORT = {
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token={token}",
    "wecombot": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={token}",
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/{token}",
    "lark": "https://open.larksuite.com/open-apis/bot/v2/hook/{token}",
}
PLAIN_SCHEMES = {"json": "http", "jsons": "https"}
ENTRY = re.compile(r"(?:(?P<agency>[0-9A-Za-z._]+)=)?(?P<url>[a-z]+(?:\+https?)?://\S+)")


class GroupUnreadable(ValueError):
    """An entry names no robot; the message says which one, never its token."""


@dataclass(frozen=True, slots=True)
class Group:
    """One group chat with a robot in it; without an agency it hears the alarms of every room."""

    agency_code: str | None
    dialect: Dialect
    url: str
    secret: str = ""

    @property
    def id(self) -> str:
        """What the outbox knows it by: the address itself would let anybody write to the group."""
        return hashlib.sha256(self.url.encode()).hexdigest()[:16]

    @property
    def host(self) -> str:
        """What may be shown of its address."""
        return urlsplit(self.url).hostname or ""

    def hears(self, agency_code: str) -> bool:
        """Return whether the alarms of the agency are this group's."""
        return self.agency_code in (None, agency_code)


@dataclass(frozen=True, slots=True)
class Outlets:
    """What an installation calls people by: the telephone, and beside it groups whose robots listen, and mail."""

    groups: tuple[Group, ...] = ()
    mail: bool = False
    telephone: bool = True

    def carries(self, channel: str) -> bool:
        """Return whether something brings messages of *channel* to people; a board fetches its own."""
        return self.telephone or channel not in ("sms", "voice")

    def groups_of(self, agency_code: str) -> tuple[Group, ...]:
        """Return the groups that hear the alarms of the agency."""
        return tuple(group for group in self.groups if group.hears(agency_code))


def read_groups(words: str) -> tuple[Group, ...]:
    """Return the groups named in *words*, parted by blanks, commas or lines; raise GroupUnreadable."""
    entries = [entry for entry in re.split(r"[\s,]+", words) if entry]
    return tuple(dict.fromkeys(_group(place, entry) for place, entry in enumerate(entries, start=1)))


def _group(place: int, entry: str) -> Group:
    named = ENTRY.fullmatch(entry)
    found = _read(named["url"]) if named else None
    if named is None or found is None or not urlsplit(found[1]).hostname:
        raise GroupUnreadable(f"entry {place} is no robot's address")
    dialect, url = found
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    secret = dict(query).get("secret", "")
    kept = urlencode([(name, value) for name, value in query if name != "secret"])
    return Group(named["agency"], dialect, urlunsplit(parts._replace(query=kept)), secret)


def _read(url: str) -> tuple[Dialect, str] | None:
    scheme, _, rest = url.partition("://")
    word, _, carrier = scheme.partition("+")
    if carrier:
        return (Dialect(word), f"{carrier}://{rest}") if word in list(Dialect) else None
    if word in SHORT:
        secret, _, token = rest.rstrip("/").rpartition("@")
        full = SHORT[word].format(token=token)
        joint = "&" if "?" in full else "?"
        address = f"{full}{joint}{urlencode({'secret': secret})}" if secret else full
        return HOSTS[urlsplit(full).netloc], address
    if word in PLAIN_SCHEMES:
        return Dialect.PLAIN, f"{PLAIN_SCHEMES[word]}://{rest}"
    if word in ("http", "https"):
        return HOSTS.get(urlsplit(url).hostname or "", Dialect.PLAIN), url
    return None
