"""When it happened and when the unit's head was told: clock times and days as people say them, in Beijing time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from itertools import islice
from zoneinfo import ZoneInfo

from responder.incidents.recognition import numerals
from responder.incidents.recognition.model import Field, Note, Span
from responder.incidents.recognition.reading import lower
from responder.incidents.recognition.time_words import (
    A_BIT,
    AFTERNOON,
    AGO,
    CLAUSE_END,
    DAY_ONLY,
    JUST_NOW,
    MONTHS,
    SMALL_HOURS,
    TIME,
    TRAILING_DAY,
)
from responder.incidents.recognition.vocabulary import vocabulary

SHANGHAI = ZoneInfo("Asia/Shanghai")
MAX_TIMES = 40
"""Times read in one text."""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The moment the officer writes at, and the day in Shanghai."""

    now: datetime

    @property
    def local(self) -> datetime:
        """The moment on a clock in Beijing."""
        return self.now.astimezone(SHANGHAI)


@dataclass(frozen=True, slots=True)
class Said:
    """One time as said: the day if any, clock readings it may mean, and why it is to be asked about."""

    start: int
    end: int
    day: date | None
    clocks: tuple[timedelta, ...]
    doubt: bool = False
    note: Note | None = None
    instant: datetime | None = None


@dataclass(frozen=True, slots=True)
class Timed:
    """The spans of a text's times, the two that count."""

    spans: tuple[Span, ...]
    occurred_at: datetime | None
    informed_at: datetime | None


def read_times(text: str, now: datetime) -> Timed:
    """Return the times of *text*, already levelled, with the accident's own and that of the unit head's being told."""
    reckoning = Reckoning(now)
    small = lower(text)
    said = list(islice(_said(small, reckoning), MAX_TIMES))
    roles = _roles(small, said)
    spans: list[Span] = []
    occurred: datetime | None = None
    for each, role in sorted(
        zip(said, roles, strict=True), key=lambda pair: pair[1] is not Field.OCCURRED_AT
    ):
        span = _settle(each, role, reckoning, occurred)
        spans.append(span)
        if role is Field.OCCURRED_AT and isinstance(span.value, datetime):
            occurred = span.value
    informed = next((s.value for s in spans if s.field is Field.UNIT_INFORMED_AT), None)
    spans.sort(key=lambda span: span.start)
    return Timed(tuple(spans), occurred, informed if isinstance(informed, datetime) else None)


def _said(text: str, reckoning: Reckoning) -> Iterator[Said]:
    end = 0
    for match in _in_order(text, (TIME, DAY_ONLY, AGO, JUST_NOW)):
        if match.start() < end:
            continue
        said = _one(match, text, reckoning)
        if said is not None:
            lead = len(match.group()) - len(match.group().lstrip())
            said = _with_trailing_day(replace(said, start=said.start + lead), text, reckoning)
            yield said
        end = said.end if said is not None else match.end()


def _in_order(text: str, patterns: tuple[re.Pattern[str], ...]) -> Iterator[re.Match[str]]:
    """Yield the matches of all *patterns* by place, the longer first where two begin together."""
    return merge(
        *(pattern.finditer(text) for pattern in patterns), key=lambda match: (match.start(), -match.end())
    )


def _with_trailing_day(said: Said, text: str, reckoning: Reckoning) -> Said:
    """Take in the day that English puts after the clock: 3 am yesterday."""
    trailing = TRAILING_DAY.match(text, said.end)
    if trailing is None or said.day is not None or not said.clocks:
        return said
    day, _ = _day(trailing, reckoning)
    return replace(said, end=trailing.end(), day=day)


def _one(match: re.Match[str], text: str, reckoning: Reckoning) -> Said | None:
    if match.re is JUST_NOW:
        return _loosely(match, reckoning, timedelta(0))
    if match.re is AGO:
        return _loosely(match, reckoning, _ago(match))
    day, note = _day(match, reckoning)
    if match.re is DAY_ONLY:
        words = Note("只说了日期，没说几点，请问清。", "Only the day was given; ask for the hour.")
        return Said(match.start(), match.end(), day, (), True, note or words)
    clocks = _clocks(match)
    if clocks and day is None and note is not None:
        return Said(match.start(), match.end(), None, (), True, note)
    if not clocks or _is_a_bit(match, text):
        return None
    about = match["about0"] or match["about1"] or match["about2"]
    if about:
        note = note or Note("大概的时间，请问清。", "An approximate time; please ask.")
    return Said(match.start(), match.end(), day, clocks, bool(about or note), note)


def _loosely(match: re.Match[str], reckoning: Reckoning, ago: timedelta) -> Said:
    instant = (reckoning.now - ago).replace(second=0, microsecond=0)
    clock = f"{instant.astimezone(SHANGHAI):%H:%M}"
    note = Note(
        f"“{match.group()}”按现在推算为 {clock}，请问清几点。",
        f'"{match.group()}", reckoned from now: {clock}; ask for the clock time.',
    )
    return Said(match.start(), match.end(), None, (), True, note, instant.astimezone(UTC))


def _ago(match: re.Match[str]) -> timedelta:
    count = 0.5 if match["count"] == "半" else float(numerals.amount(match["count"]) or 0)
    count += 0.5 if match["half"] or match["more"] else 0
    unit = match["unit"]
    minutes = 60 if "小时" in unit or "钟头" in unit or "hour" in unit else 15 if unit == "刻钟" else 1
    return timedelta(minutes=round(count * minutes))


def _day(match: re.Match[str], reckoning: Reckoning) -> tuple[date | None, Note | None]:
    today = reckoning.local.date()
    named = match.groupdict()
    if named["relative"]:
        return today - timedelta(days=_days_back(named["relative"])), None
    if match.group().startswith(("昨晚", "昨夜", "昨晨")) or named.get("period") in ("昨晚", "昨夜", "昨晨"):
        return today - timedelta(days=1), None
    if match.group().startswith(("今晨", "今早", "今晚")) or named.get("period") in ("今晨", "今早", "今晚"):
        return today, None
    try:
        return _calendar_day(named, today), None
    except ValueError:
        return None, Note("没有这一天，请核对日期。", "There is no such day; please check the date.")


def _days_back(word: str) -> int:
    table = {
        "大前天": 3,
        "前天": 2,
        "前日": 2,
        "前晚": 2,
        "昨天": 1,
        "昨日": 1,
        "yesterday": 1,
        "last night": 1,
    }
    return table.get(word, -1 if word in ("明天", "明日", "tomorrow") else 0)


def _calendar_day(named: dict[str, str | None], today: date) -> date | None:
    """Return the day written out; without a year the one nearest before today, or shortly after it."""
    iso, month, dom = named["iso"], named["month"], named["dom"]
    if iso:
        year, number, day = (int(part) for part in re.split("[-/.]", iso))
        return _possible(date(year, number, day))
    if month:
        year_said = numerals.amount(named["year"]) if named["year"] else None
        return _in_year(
            year_said, numerals.amount(month) or 0, numerals.amount(named["day"] or "") or 0, today
        )
    english = named["en_mon"] or named["en_mon2"]
    if english:
        year_text = named["en_year"] or named["en_year2"]
        day_number = int(named["en_day"] or named["en_day2"] or 0)
        return _in_year(
            int(year_text) if year_text else None, MONTHS.index(english[:3]) + 1, day_number, today
        )
    if dom:
        number = numerals.amount(dom) or 0
        this = date(today.year, today.month, 1)
        month_start = this if number <= today.day else (this - timedelta(days=1)).replace(day=1)
        return month_start.replace(day=number)
    return None


def _possible(day: date) -> date:
    if not 1900 <= day.year <= 2200:
        raise ValueError("no incident of ours")
    return day


def _in_year(year: int | None, month: int, day: int, today: date) -> date:
    if year is not None:
        return _possible(date(year, month, day))
    here = date(today.year, month, day)
    return here if here - today < timedelta(days=180) else date(today.year - 1, month, day)


def _clocks(match: re.Match[str]) -> tuple[timedelta, ...]:
    """Return what the clock may have shown, as time since midnight; two readings where morning or not is unsaid."""
    hour, minute = _hour_and_minute(match)
    if hour is None or hour > 24 or minute > 59 or (hour == 24 and minute):
        return ()
    meridian = (match["ap"] or match["ap12"] or "").replace(".", "")
    period = {"am": "上午", "pm": "下午"}.get(meridian) or match["period"] or ""
    if meridian and hour > 12:
        period = ""
    base = timedelta(minutes=minute)
    if period:
        return (base + timedelta(hours=_in_period(hour, period)),)
    spoken = match["mark"] is not None and match["mark"] != "时"
    if spoken and 1 <= hour <= 11:
        return (base + timedelta(hours=hour), base + timedelta(hours=hour + 12))
    return (base + timedelta(hours=hour),)


def _in_period(hour: int, period: str) -> int:
    """Return the hour on a 24-hour clock: 下午 1 is 13, 夜里 2 stays 2, 晚上 12 is midnight, 凌晨 12 too."""
    if hour > 12:
        return hour
    if hour == 12:
        return 24 if period in SMALL_HOURS else 0 if period == "凌晨" else 12
    if period in ("中午", "正午"):
        return hour + 12 if hour < 6 else hour
    if period in AFTERNOON and not (period in SMALL_HOURS and hour < 5):
        return hour + 12
    return hour


def _hour_and_minute(match: re.Match[str]) -> tuple[int | None, int]:
    if match["h24"]:
        return int(match["h24"]), int(match["m24"])
    if match["h12"]:
        return int(match["h12"]), int(match["m12"] or 0)
    minute = 30 if match["half"] else {"一": 15, "1": 15, "三": 45, "3": 45}.get(match["quarter"] or "", 0)
    if match["minute"]:
        minute = _or(numerals.amount(match["minute"]), 60)
    return numerals.amount(match["hour"]), minute


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def _is_a_bit(match: re.Match[str], text: str) -> bool:
    """Whether 一点, 一时 and the like are no time but "a little", "for a while"."""
    if match["hour"] is None or match["minute"] or match["half"] or match["quarter"] or match["period"]:
        return False
    if any(match[name] for name in ("relative", "month", "iso", "dom", "about1", "about2")):
        return False
    before, after = text[: match.start()][-2:], text[match.end() : match.end() + 1]
    if match["hour"] == "一":
        return match["mark"] == "时" or bool(A_BIT.search(before)) or after in tuple("也都不没儿的")
    return match["mark"] == "点" and after in tuple("要意建原措是") and after != ""


def _roles(text: str, said: list[Said]) -> list[Field]:
    """Return what each time is for: the accident's, the unit head's, or some other step's."""
    roles = [_role(text, each, said) for each in said]
    open_ones = [index for index, role in enumerate(roles) if role is None]
    told = [index for index in open_ones if said[index].clocks or said[index].instant]
    occurred = next(iter(told or open_ones), None)
    return [
        role or (Field.OCCURRED_AT if index == occurred else Field.NOTED_AT)
        for index, role in enumerate(roles)
    ]


def _role(text: str, said: Said, all_said: list[Said]) -> Field | None:
    words = vocabulary()
    before = CLAUSE_END.split(text[max(0, said.start - 40) : said.start])
    after = CLAUSE_END.split(text[said.end : said.end + 40])[0]
    next_time = min((each.start for each in all_said if each.start >= said.end), default=len(text))
    after = after[: max(0, next_time - said.end)]
    clause = before[-1] + " " + after
    head = words.heads.search(clause) or (words.heads.search(before[-2]) if len(before) > 1 else None)
    told = words.informed.search(clause)
    if head and told:
        return Field.UNIT_INFORMED_AT
    if told and words.offices.search(clause) and not _accident_said(after):
        return Field.NOTED_AT
    if told and not _accident_said(after):
        return Field.NOTED_AT
    step = words.other_steps.search(after[:14])
    if step and not _accident_said(after[: step.start()]):
        return Field.NOTED_AT
    if re.search("截至|截止|as of|until", before[-1][-4:] or " "):
        return Field.NOTED_AT
    return None


def _accident_said(words: str) -> bool:
    return "发生" in words or vocabulary().type_pattern.search(words) is not None


def _settle(said: Said, role: Field, reckoning: Reckoning, occurred: datetime | None) -> Span:
    """Return the span with its instant in UTC and, where it was worked out, how."""
    span = Span(said.start, said.end, role, said.instant, said.doubt, said.note)
    if not said.clocks:
        return span
    instant, note = _instant(said, role, reckoning, occurred)
    doubt = said.doubt or len(said.clocks) > 1
    local = instant.astimezone(SHANGHAI)
    if instant > reckoning.now:
        note = Note(
            f"{local:%m-%d %H:%M} 在将来，请核对。", f"{local:%m-%d %H:%M} is in the future; please check."
        )
        doubt = True
    elif len(said.clocks) > 1:
        note = Note(
            f"按 {local:%m-%d %H:%M} 理解，上午还是下午请问清。",
            f"Taken as {local:%m-%d %H:%M}; ask whether morning or afternoon.",
        )
    elif said.note is not None:
        note = said.note
    return replace(span, value=instant.astimezone(UTC), doubt=doubt, note=note)


def _instant(
    said: Said, role: Field, reckoning: Reckoning, occurred: datetime | None
) -> tuple[datetime, Note]:
    now, today = reckoning.now, reckoning.local.date()
    if said.day is not None:
        readings = [_at(said.day, clock) for clock in said.clocks]
        past = [reading for reading in readings if reading <= now]
        later = [reading for reading in past if occurred is None or reading >= occurred]
        if role is Field.UNIT_INFORMED_AT and later:
            chosen = min(later)
        else:
            chosen = max(past) if past else min(readings)
        return chosen, _dated(chosen, today)
    if role is not Field.OCCURRED_AT and occurred is not None:
        first = occurred.astimezone(SHANGHAI).date()
        readings = [_at(first + timedelta(days=n), clock) for n in (0, 1) for clock in said.clocks]
        after = [reading for reading in readings if occurred <= reading <= now]
        if after:
            return min(after), _dated(min(after), today)
    readings = [_at(today - timedelta(days=n), clock) for n in (0, 1, 2) for clock in said.clocks]
    chosen = max(reading for reading in readings if reading <= now)
    if chosen.astimezone(SHANGHAI).date() == today:
        return chosen, _dated(chosen, today)
    local = chosen.astimezone(SHANGHAI)
    return chosen, Note(
        f"这个钟点今天还没到，按昨日 {local:%m-%d %H:%M} 理解。",
        f"This hour is still to come today, so it is taken as yesterday, {local:%m-%d %H:%M}.",
    )


def _at(day: date, clock: timedelta) -> datetime:
    return (datetime.combine(day, time(0), SHANGHAI) + clock).astimezone(UTC)


def _dated(instant: datetime, today: date) -> Note:
    local = instant.astimezone(SHANGHAI)
    days = (today - local.date()).days
    zh = {0: "今日", 1: "昨日", 2: "前日"}.get(days, f"{local:%Y-%m-%d}")
    en = {0: "today", 1: "yesterday"}.get(days, f"{local:%Y-%m-%d}")
    return Note(f"{zh} {local:%H:%M}", f"{en} {local:%H:%M}")
