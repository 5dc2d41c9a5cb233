"""The words of the law engine as types: grades, parties, facts, cases, duties and the answer.

Instants are aware datetimes; day counts and dates are Beijing's (HR-1). An unknown figure is None, never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from typing import NamedTuple

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


class Grade(Enum):
    """A legal grade; no grade at all (outside Order 493 Art. 2) is None."""

    ESPECIALLY_SERIOUS = "I"
    SERIOUS = "II"
    LARGER = "III"
    GENERAL = "IV"
    NEAR_MISS = "near_miss"

    __hash__ = object.__hash__
    rank: int  # 0 for a near-miss up to 4 for an especially serious accident

    def __init__(self, text: str) -> None:
        self.rank = ("near_miss", "IV", "III", "II", "I").index(text)


def rank_of(grade: Grade | None) -> int:
    """Return the grade's rank, -1 where there is none."""
    return -1 if grade is None else grade.rank


class Level(Enum):
    """A level of the chain, the unit below all offices."""

    UNIT = "unit"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    STATE = "state"

    __hash__ = object.__hash__
    height: int  # 0 for the unit up to 4 for the state

    def __init__(self, text: str) -> None:
        self.height = ("unit", "county", "city", "province", "state").index(text)


LEVELS = tuple(Level)


class Body(Enum):
    """A body at one level; `council` is the State Council."""

    WORK_SAFETY = "work_safety"
    GOVERNMENT = "government"
    INDUSTRY = "industry"
    COAL_INSPECTORATE = "coal_inspectorate"
    POLICE = "police"
    LABOUR = "labour"
    UNION = "union"
    PROCURATORATE = "procuratorate"
    COUNCIL = "council"
    ENVIRONMENT = "environment"
    HEALTH = "health"

    __hash__ = object.__hash__


FOUR_BODIES = (Body.POLICE, Body.LABOUR, Body.UNION, Body.PROCURATORATE)


class Party:
    """One end of an arrow: a body at a level, or the unit. Equal parties are the same object."""

    __slots__ = ("body", "level", "text")
    level: Level
    body: Body | None
    text: str

    def __new__(cls, level: Level, body: Body | None = None) -> Party:
        """Return the one party of that level and body; the unit has no body."""
        text = level.value if body is None else f"{level.value}.{body.value}"
        known = _PARTIES.get(text)
        if known is None:
            if (body is None) != (level is Level.UNIT):
                raise ValueError(f"{text}: the unit has no body, every office has one")
            known = super().__new__(cls)
            known.level, known.body, known.text = level, body, text
            _PARTIES[text] = known
        return known

    def __reduce__(self) -> tuple[type[Party], tuple[Level, Body | None]]:
        return (Party, (self.level, self.body))

    def __repr__(self) -> str:
        return f"Party({self.text})"

    __str__ = __repr__

    @classmethod
    def parse(cls, text: str) -> Party:
        """Return the party of `LEVEL.BODY`, `LEVEL` (its work-safety office) or `unit`; raises ValueError."""
        level_text, dot, body_text = text.partition(".")
        level = Level(level_text)
        if level is Level.UNIT:
            if dot:
                raise ValueError(f"{text}: the unit has no body")
            return cls(level)
        body = Body(body_text) if dot else Body.WORK_SAFETY
        if (body is Body.COUNCIL) and level is not Level.STATE:
            raise ValueError(f"{text}: the State Council stands at state level")
        return cls(level, body)


_PARTIES: dict[str, Party] = {}
UNIT = Party(Level.UNIT)
STATE_COUNCIL = Party(Level.STATE, Body.COUNCIL)


class Kind(Enum):
    """What an obligation asks for; a phone call never closes a written report."""

    REPORT = "report"
    GOVERNMENT = "government"
    NOTIFY = "notify"
    PHONE = "phone"
    ABSOLUTE = "absolute"
    BYPASS = "bypass"
    FOLLOW_UP = "follow_up"

    __hash__ = object.__hash__


class Status(Enum):
    """Where a rule comes from; a house rule or setting is never shown as law."""

    LAW = "law"
    PRACTICE = "practice"
    HOUSE_RULE = "house_rule"
    SETTING = "setting"


class Verification(Enum):
    """Whether the text of a rule was found in a source."""

    VERIFIED = "verified"
    FROM_MEMORY = "from_memory"


@dataclass(frozen=True, slots=True)
class Source:
    """The instrument and article a rule rests on, for citing."""

    instrument_zh: str
    instrument_en: str
    year: int
    article: str = ""

    @property
    def zh(self) -> str:
        """Return the Chinese citation, e.g. 《生产安全事故报告和调查处理条例》（2007）第10条."""
        return f"{self.instrument_zh}（{self.year}）" + (f"第{self.article}条" if self.article else "")

    @property
    def en(self) -> str:
        """Return the English citation, e.g. State Council Order 493 (2007) Art. 10."""
        articles = self.article.replace("、", ", ")
        return f"{self.instrument_en} ({self.year})" + (f" Art. {articles}" if articles else "")


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """The identity of a rule: its id, where it stands, and how sure we are of it.

    `limit_status` speaks of the number alone: a duty may be law while its minutes are a house rule (HR-8).
    """

    id: str
    source: Source
    status: Status
    limit_status: Status
    verification: Verification


PEOPLE_FIGURES = (
    "deaths",
    "missing",
    "trapped",
    "trapped_without_contact",
    "serious_injuries",
    "acute_poisonings",
    "minor_injuries",
    "under_observation",
    "at_risk",
    "evacuated",
)
FIGURES = (*PEOPLE_FIGURES, "direct_loss_yuan")
CASUALTIES = ("deaths", "missing", "trapped_without_contact", "serious_injuries", "acute_poisonings")
GRADING_FIGURES = (*CASUALTIES, "direct_loss_yuan")


@dataclass(frozen=True, slots=True)
class Facts:
    """The figures of one version of a report; None is unknown. `special` holds flags such as key_site_endangered.

    `missing` and `trapped_without_contact` are different people and add up (HR-6); `trapped` contains the latter.
    """

    deaths: int | None = None
    missing: int | None = None
    trapped: int | None = None
    trapped_without_contact: int | None = None
    serious_injuries: int | None = None
    acute_poisonings: int | None = None
    minor_injuries: int | None = None
    under_observation: int | None = None
    at_risk: int | None = None
    evacuated: int | None = None
    direct_loss_yuan: int | float | None = None
    special: frozenset[str] = frozenset()

    def updated(self, newer: Facts, only: tuple[str, ...] = FIGURES) -> Facts:
        """Return these facts with every known figure of *newer* among *only* put in place of the older one."""
        values = {
            name: new if (new := getattr(newer, name)) is not None and name in only else getattr(self, name)
            for name in FIGURES
        }
        return Facts(**values, special=self.special | newer.special)


FACT_NAMES = frozenset(f.name for f in fields(Facts))


@dataclass(frozen=True, slots=True)
class Place:
    """A place of accident and the offices above it: a code for each level that exists there, None where none does."""

    code: str
    county: str | None
    city: str | None
    province: str | None
    is_municipality: bool = False
    is_corps: bool = False

    @property
    def levels(self) -> tuple[Level, ...]:
        """Return the levels of the chain that exist here, lowest first, always ending with the state."""
        found = [
            level
            for level, code in (
                (Level.COUNTY, self.county),
                (Level.CITY, self.city),
                (Level.PROVINCE, self.province),
            )
            if code is not None
        ]
        return (*found, Level.STATE)

    def code_of(self, level: Level) -> str | None:
        """Return the jurisdiction code of that level here; `000000` is the state."""
        return {
            Level.UNIT: self.code,
            Level.COUNTY: self.county,
            Level.CITY: self.city,
            Level.PROVINCE: self.province,
            Level.STATE: "000000",
        }[level]


@dataclass(frozen=True, slots=True)
class Receipt:
    """The moment an addressee received the report; `at` None says that it has not.

    Without *climb*, *sender* and *kind* it speaks for every arrow to that addressee; with them only for those,
    while the addressee's own clock starts at its earliest receipt in a climb, however that came.
    """

    addressee: Party
    at: datetime | None
    climb: int | None = None
    sender: Party | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Supplement:
    """A later version of the figures: when it was learned, by whom first, and when the change itself happened."""

    at: datetime
    facts: Facts
    known_to: Party
    changed_at: datetime | None = None


def in_order_learned(supplements: Iterable[Supplement]) -> list[Supplement]:
    """Order by when each was learned, then by what it says, so that the order of entry never matters."""
    return sorted(
        supplements, key=lambda s: (s.at, s.changed_at or s.at, s.known_to.level.height, repr(s.facts))
    )


@dataclass(frozen=True, slots=True)
class Rail:
    """The criteria of State Council Order 501 beside casualties and loss."""

    passenger_cars_derailed: int | None = None
    freight_cars_derailed: int | None = None
    trunk_line_cut_hours: float | None = None
    other_line_cut_hours: float | None = None


@dataclass(frozen=True, slots=True)
class Power:
    """The criteria of State Council Order 599: the grid concerned and its share of load and users lost, in percent."""

    grid: str
    grid_load_mw: float | None = None
    lost_load_percent: float | None = None
    users_cut_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is known of the investigation, in days and dates."""

    appraisal_days: int = 0
    extension_days: int = 0
    report_received_on: date | None = None
    decision_extension_days: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the law needs to know of one incident; `as_of` None judges after every window and supplement."""

    occurred_at: datetime
    place: Place
    sector: str
    facts: Facts = field(default_factory=Facts)
    id: str = ""
    informed_at: datetime | None = None
    accident_type: str | None = None
    receipts: tuple[Receipt, ...] = ()
    supplements: tuple[Supplement, ...] = ()
    as_of: datetime | None = None
    inquiry: Inquiry = field(default_factory=Inquiry)
    rail: Rail | None = None
    power: Power | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence behind a grade: the rule, its criterion, the value met and the threshold reached."""

    rule: str
    criterion: str
    value: int | float | bool | None
    threshold: int | float | bool | None
    grade: Grade | None
    source: Source
    status: Status
    facts: Mapping[str, int | float | None] = field(default_factory=dict)


ObligationKey = tuple[int, int, str, str, str, str]


class Obligation(NamedTuple):
    """One arrow with one limit: who owes what to whom, from when, by when, by which rule.

    `climb` is 0 for the first way up and one more for each rise. `version` is 0, but for a supplement or correction
    the number of the version of the figures that it passes on. `planned`: the sender has no known receipt itself yet.
    """

    climb: int
    version: int
    sender: Party
    addressee: Party
    kind: Kind
    ruled_by: Rule
    starts_at: datetime
    due_at: datetime
    minutes: int | None
    binding: bool
    planned: bool
    late_seconds: int | None = None
    withdrawn_at: datetime | None = None
    per_day: int | None = None

    @property
    def rule(self) -> str:
        """Return the rule's id."""
        return self.ruled_by.id

    @property
    def source(self) -> Source:
        """Return the instrument and article."""
        return self.ruled_by.source

    @property
    def status(self) -> Status:
        """Return whether the duty is law, practice, a house rule or a setting."""
        return self.ruled_by.status

    @property
    def limit_status(self) -> Status:
        """Return the same of its number of minutes alone."""
        return self.ruled_by.limit_status

    @property
    def verification(self) -> Verification:
        """Return whether the rule's text was found in a source."""
        return self.ruled_by.verification

    @property
    def key(self) -> ObligationKey:
        """Return what identifies this duty however often the incident is assessed again."""
        return (
            self.climb,
            self.version,
            self.sender.text,
            self.addressee.text,
            self.kind.value,
            self.rule,
        )


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """The reporting grade from one moment on, and why."""

    at: datetime
    reporting_grade: Grade | None
    why: str
    climb: int | None
    facts: Facts


@dataclass(frozen=True, slots=True)
class Investigation:
    """Who investigates and until when; dates are Beijing days, the last one included."""

    authority: Party | None
    report_due_on: date | None
    decision_due_on: date | None
    rule: str
    source: Source
    status: Status
    report_latest_on: date | None = None
    may_delegate_to_unit: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """The whole answer for one case."""

    case: Case
    rule_set: str
    reporting_grade: Grade | None
    final_grade: Grade | None
    worst_case_grade: Grade | None
    grade_word: str | None
    grade_word_en: str | None
    word_note: str | None
    may_rise: bool
    unknown: tuple[str, ...]
    near_miss: bool
    reasons: tuple[Reason, ...]
    climbs_to: Level | None
    obligations: tuple[Obligation, ...]
    history: tuple[HistoryEntry, ...]
    window_closes_at: datetime | None
    counted: Mapping[str, int | float | None]
    investigation: Investigation | None
    warnings: tuple[str, ...]
