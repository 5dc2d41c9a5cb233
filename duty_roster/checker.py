"""Judges the assignments of a roster problem: every rule, limit, demand and wish they break. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from duty_roster.problem import Assignment, Demand, Member, Problem, RuleUse, ShiftDefinition
from duty_roster.rules import Severity
from duty_roster.wording import MONTHS
from responder.core.clock import SHANGHAI
from responder.core.errors import Text

# Which entry of the duty-rule catalogue each member of the document belongs to.
RULE_OF = {
    "demand": "R02",
    "posts": "R04",
    "one_shift_a_day": "R05",
    "days_off": "R06",
    "not_followed_by": "R08",
    "rest_hours": "R08",
    "max_consecutive": "R09",
    "min_consecutive": "R09",
    "min_consecutive_off": "R10",
    "rest_days": "R10",
    "max_shifts": "R11",
    "max_minutes": "R11",
    "min_minutes": "R27",
    "max_weekends": "R27",
    "on_requests": "R27",
    "off_requests": "R27",
    "locked": "R26",
}
JUDGED_RULES = frozenset({"R02", "R04", "R05", "R06", "R08", "R09", "R10", "R11", "R26", "R27"})
DEFAULT_REST_HOURS = ((1440, 24.0), (720, 12.0))  # duty of at least so many minutes, hours of rest


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the assignments break: `limit` is the member of the document, `cost` its weight if soft."""

    rule: str
    limit: str
    severity: Severity
    who: str | None
    days: tuple[int, int]  # first and last day concerned
    shift: str | None
    message: Text
    cost: int | None = None


@dataclass(frozen=True)
class Verdict:
    """All findings, hard ones first; `unjudged` are rules of the document that it cannot be judged by."""

    findings: tuple[Finding, ...]
    unjudged: tuple[str, ...] = field(default=())

    @property
    def is_lawful(self) -> bool:
        """Whether no hard finding stands."""
        return all(f.severity is Severity.SOFT for f in self.findings)

    @property
    def penalty(self) -> int:
        """The sum of what the soft findings cost."""
        return sum(f.cost or 0 for f in self.findings)


class _Sheet:
    """The assignments, by person and by day, and the one way to write a finding."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.kinds = {kind.id: kind for kind in problem.shift_kinds}
        self.assigned = sorted(set(problem.assignments), key=lambda a: (a.person, a.day, a.shift))
        self.duties = {p.id: [a for a in self.assigned if a.person == p.id] for p in problem.people}

    def worked(self, person: Member) -> list[int]:
        """Return the days on which *person* works, in order, each once."""
        return sorted({a.day for a in self.duties[person.id]})

    def on(self, day: int) -> Text:
        """Return a day in words."""
        date = self.problem.date_of(day)
        return Text(f"{date.month}月{date.day}日", f"{date.day} {MONTHS[date.month - 1]}")

    def begins(self, duty: Assignment) -> datetime:
        """Return the instant at which *duty* begins."""
        midnight = datetime.combine(self.problem.date_of(duty.day), datetime.min.time(), SHANGHAI)
        return midnight + self.kinds[duty.shift].begins

    def ends(self, duty: Assignment) -> datetime:
        """Return the instant at which *duty* is over."""
        return self.begins(duty) + timedelta(minutes=self.kinds[duty.shift].minutes)


def _finding(
    limit: str,
    message: Text,
    days: tuple[int, int],
    who: str | None = None,
    shift: str | None = None,
    cost: int | None = None,
) -> Finding:
    severity = Severity.HARD if cost is None else Severity.SOFT
    return Finding(RULE_OF[limit], limit, severity, who, days, shift, message, cost)


def check(problem: Problem) -> Verdict:
    """Return everything that the assignments of *problem* break, hard findings first, then by day."""
    sheet = _Sheet(problem)
    found = [*_demands(sheet), *_locks(sheet)]
    for person in problem.people:
        for judge in (
            _shift_a_day,
            _posts,
            _leave,
            _follow_ups,
            _counts,
            _minutes,
            _runs,
            _weekends,
            _wishes,
        ):
            found += judge(sheet, person)
    unjudged = []
    for rule in problem.rules:
        judged = _RULES.get(rule.id)
        if judged is not None:
            found += [_weighed(f, rule) for p in problem.people for f in judged(sheet, p, rule)]
        elif rule.id not in JUDGED_RULES:
            unjudged.append(rule.id)
    order = sorted(found, key=lambda f: (f.severity is Severity.SOFT, f.days, f.rule, f.who or ""))
    return Verdict(tuple(order), tuple(unjudged))


def _weighed(finding: Finding, rule: RuleUse) -> Finding:
    if rule.hard:
        return finding
    return Finding(
        finding.rule,
        finding.limit,
        Severity.SOFT,
        finding.who,
        finding.days,
        finding.shift,
        finding.message,
        rule.weight if rule.weight is not None else 1,
    )


def _demands(sheet: _Sheet) -> Iterator[Finding]:
    for demand in sheet.problem.demand:
        have = sum(
            a.day == demand.day
            and a.shift == demand.shift
            and (demand.post is None or _post(sheet, a) == demand.post)
            for a in sheet.assigned
        )
        if have != demand.need:
            yield _off_demand(sheet, demand, have)


def _post(sheet: _Sheet, duty: Assignment) -> str | None:
    """Return the post of *duty*; left out, it is the person's only one."""
    if duty.post is not None:
        return duty.post
    posts = next(p.posts for p in sheet.problem.people if p.id == duty.person)
    return posts[0] if len(posts) == 1 else None


def _off_demand(sheet: _Sheet, demand: Demand, have: int) -> Finding:
    on, off = sheet.on(demand.day), abs(demand.need - have)
    weight = demand.under_weight if have < demand.need else demand.over_weight
    post = Text(f"（{demand.post}）", f" ({demand.post})") if demand.post else Text("", "")
    message = Text(
        f"{on.zh}{demand.shift}班{post.zh}应有{demand.need}人，实排{have}人",
        f"{on.en} shift {demand.shift}{post.en} has {have}, needs {demand.need}",
    )
    cost = None if weight is None else weight * off
    return _finding("demand", message, (demand.day, demand.day), shift=demand.shift, cost=cost)


def _locks(sheet: _Sheet) -> Iterator[Finding]:
    held = {(a.person, a.day, a.shift): a for a in sheet.assigned}
    for lock in sheet.problem.locked:
        kept = held.get((lock.person, lock.day, lock.shift))
        if kept is None or (lock.post is not None and _post(sheet, kept) not in (None, lock.post)):
            on = sheet.on(lock.day)
            message = Text(
                f"{lock.person}{on.zh}{lock.shift}班已锁定，但未照排",
                f"{lock.person} is locked to shift {lock.shift} on {on.en} and not on it",
            )
            yield _finding("locked", message, (lock.day, lock.day), lock.person, lock.shift)


def _shift_a_day(sheet: _Sheet, person: Member) -> Iterator[Finding]:
    for day, duties in groupby(sheet.duties[person.id], key=lambda a: a.day):
        if len({(a.shift, a.post) for a in duties}) > 1:
            on = sheet.on(day)
            message = Text(f"{person.id}{on.zh}同时排在两个岗位", f"{person.id} holds two seats on {on.en}")
            yield _finding("one_shift_a_day", message, (day, day), person.id)


def _posts(sheet: _Sheet, person: Member) -> Iterator[Finding]:
    for duty in sheet.duties[person.id]:
        if duty.post is not None and person.posts and duty.post not in person.posts:
            on = sheet.on(duty.day)
            message = Text(
                f"{person.id}{on.zh}排在{duty.post}岗，但不具备该岗位",
                f"{person.id} sits as {duty.post} on {on.en} without holding that post",
            )
            yield _finding("posts", message, (duty.day, duty.day), person.id, duty.shift)


def _leave(sheet: _Sheet, person: Member) -> Iterator[Finding]:
    for day in set(person.days_off) & set(sheet.worked(person)):
        on = sheet.on(day)
        message = Text(f"{person.id}{on.zh}休假，却排了班", f"{person.id} is off on {on.en} and yet on duty")
        yield _finding("days_off", message, (day, day), person.id)


def _follow_ups(sheet: _Sheet, person: Member) -> Iterator[Finding]:
    duties = sheet.duties[person.id]
    for first in duties:
        for second in duties:
            if second.day == first.day + 1 and second.shift in sheet.kinds[first.shift].not_followed_by:
                on = sheet.on(second.day)
                message = Text(
                    f"{person.id}{on.zh}{first.shift}班之后不得排{second.shift}班",
                    f"{person.id}: shift {second.shift} on {on.en} may not follow shift {first.shift}",
                )
                yield _finding("not_followed_by", message, (first.day, second.day), person.id, second.shift)


def _counts(sheet: _Sheet, person: Member) -> Iterator[Finding]:
    counts = Counter(a.shift for a in sheet.duties[person.id])
    for shift, most in person.max_shifts.items():
        if counts[shift] > most:
            message = Text(
                f"{person.id}排{shift}班{counts[shift]}次，上限{most}次",
                f"{person.id} has {counts[shift]} shifts {shift}, {most} allowed",
            )
            yield _finding("max_shifts", message, _whole(sheet), person.id, shift)


def _whole(sheet: _Sheet) -> tuple[int, int]:
    return (0, sheet.problem.days - 1)


def _minutes(sheet: _Sheet, person: Member) -> Iterator[Finding]:
    total = sum(sheet.kinds[a.shift].minutes for a in sheet.duties[person.id])
    for limit, bound, broken in (
        ("max_minutes", person.max_minutes, person.max_minutes is not None and total > person.max_minutes),
        ("min_minutes", person.min_minutes, person.min_minutes is not None and total < person.min_minutes),
    ):
        if broken:
            word = Text("上限", "at most") if limit == "max_minutes" else Text("下限", "at least")
            message = Text(
                f"{person.id}共排{total}分钟，{word.zh}{bound}分钟",
                f"{person.id} works {total} minutes, {word.en} {bound}",
            )
            yield _finding(limit, message, _whole(sheet), person.id)


def _spells(days: Sequence[int]) -> list[tuple[int, int]]:
    """Return *days*, sorted, as runs of consecutive ones: first and last day of each."""
    spells: list[tuple[int, int]] = []
    for day in days:
        if spells and day == spells[-1][1] + 1:
            spells[-1] = (spells[-1][0], day)
        else:
            spells.append((day, day))
    return spells


def _runs(sheet: _Sheet, person: Member) -> Iterator[Finding]:
    """Judge runs of days on and off; one that the edge of the roster cuts may be shorter than its minimum."""
    last = sheet.problem.days - 1
    on_days = sheet.worked(person)
    for first, final in _spells(on_days):
        length = final - first + 1 + (person.carried.consecutive if first == 0 else 0)
        if person.max_consecutive is not None and length > person.max_consecutive:
            yield _run(sheet, person, "max_consecutive", (first, final), length, person.max_consecutive)
        cut = first == 0 or final == last
        if person.min_consecutive is not None and not cut and length < person.min_consecutive:
            yield _run(sheet, person, "min_consecutive", (first, final), length, person.min_consecutive)
    for first, final in _spells([d for d in range(last + 1) if d not in set(on_days)]):
        cut, length = first == 0 or final == last, final - first + 1
        if person.min_consecutive_off is not None and not cut and length < person.min_consecutive_off:
            yield _run(
                sheet, person, "min_consecutive_off", (first, final), length, person.min_consecutive_off
            )


_RUN_WORDS = {
    "max_consecutive": Text(
        "连续值班{length}天，上限{bound}天", "works {length} days running, at most {bound}"
    ),
    "min_consecutive": Text(
        "连续值班仅{length}天，下限{bound}天", "works only {length} days running, at least {bound}"
    ),
    "min_consecutive_off": Text(
        "连续休息仅{length}天，下限{bound}天", "rests only {length} days, at least {bound}"
    ),
}


def _run(
    sheet: _Sheet, person: Member, limit: str, days: tuple[int, int], length: int, bound: int
) -> Finding:
    words, on = _RUN_WORDS[limit], sheet.on(days[0])
    message = Text(
        f"{person.id}自{on.zh}起{words.zh.format(length=length, bound=bound)}",
        f"{person.id} {words.en.format(length=length, bound=bound)}, from {on.en}",
    )
    return _finding(limit, message, days, person.id)


def _weekends(sheet: _Sheet, person: Member) -> Iterator[Finding]:
    worked = {
        sheet.problem.date_of(day).isocalendar()[:2]
        for day in sheet.worked(person)
        if sheet.problem.date_of(day).weekday() >= 5
    }
    if person.max_weekends is not None and len(worked) > person.max_weekends:
        message = Text(
            f"{person.id}有{len(worked)}个周末值班，上限{person.max_weekends}个",
            f"{person.id} works {len(worked)} weekends, {person.max_weekends} allowed",
        )
        yield _finding("max_weekends", message, _whole(sheet), person.id)


def _wishes(sheet: _Sheet, person: Member) -> Iterator[Finding]:
    held = {(a.day, a.shift) for a in sheet.duties[person.id]}
    days = {day for day, _ in held}
    for wish in person.on_requests:
        if (wish.day not in days) if wish.shift is None else ((wish.day, wish.shift) not in held):
            yield _unmet(sheet, person, "on_requests", wish.day, wish.shift, wish.weight)
    for wish in person.off_requests:
        if (wish.day in days) if wish.shift is None else ((wish.day, wish.shift) in held):
            yield _unmet(sheet, person, "off_requests", wish.day, wish.shift, wish.weight)


def _unmet(
    sheet: _Sheet, person: Member, limit: str, day: int, shift: str | None, weight: int | None
) -> Finding:
    on, which = sheet.on(day), shift or ""
    asked = Text("希望值", "asks for") if limit == "on_requests" else Text("希望不值", "asks not to have")
    message = Text(
        f"{person.id}{on.zh}{asked.zh}{which}班，未照排",
        f"{person.id} {asked.en} {f'shift {which}' if which else 'duty'} on {on.en}: not met",
    )
    return _finding(limit, message, (day, day), person.id, shift, weight)


def _rest(sheet: _Sheet, person: Member, rule: RuleUse) -> Iterator[Finding]:
    """R08: hours of rest between two duties, as given or by the length of the first."""
    for first, second in pairwise(sheet.duties[person.id]):
        due = rule.number("rest_hours", _rest_after(sheet.kinds[first.shift])) or 0
        rest = (sheet.begins(second) - sheet.ends(first)) / timedelta(hours=1)
        if rest < due:
            on = sheet.on(first.day)
            message = Text(
                f"{person.id}{on.zh}值班后仅休息{max(rest, 0):g}小时，少于{due:g}小时",
                f"{person.id} has only {max(rest, 0):g} h rest after the duty of {on.en}, {due:g} h are due",
            )
            yield _finding("rest_hours", message, (first.day, second.day), person.id, second.shift)


def _rest_after(kind: ShiftDefinition) -> float:
    return next((hours for minutes, hours in DEFAULT_REST_HOURS if kind.minutes >= minutes), 0.0)


def _consecutive(sheet: _Sheet, person: Member, rule: RuleUse) -> Iterator[Finding]:
    """R09: duties on consecutive days."""
    most = rule.number("max_consecutive")
    for first, final in _spells(sheet.worked(person)):
        length = final - first + 1 + (person.carried.consecutive if first == 0 else 0)
        bound = most if most is not None else _days_running(sheet, person, first, final)
        if bound is not None and length > bound:
            yield _run(sheet, person, "max_consecutive", (first, final), length, int(bound))


def _days_running(sheet: _Sheet, person: Member, first: int, final: int) -> int | None:
    longest = max(sheet.kinds[a.shift].minutes for a in sheet.duties[person.id] if first <= a.day <= final)
    return next((days for least, days in ((1440, 1), (720, 3), (480, 5)) if longest >= least), None)


def _weekly_rest(sheet: _Sheet, person: Member, rule: RuleUse) -> Iterator[Finding]:
    """R10: at least one whole day off in every seven."""
    window = max(int(rule.number("days", 7) or 7), 1)
    worked = set(sheet.worked(person))
    for first in range(sheet.problem.days - window + 1):
        span = range(first, first + window)
        if worked.issuperset(span):
            on, until = sheet.on(first), sheet.on(span[-1])
            message = Text(
                f"{person.id}{on.zh}至{until.zh}无休息日",
                f"{person.id}: no rest day from {on.en} to {until.en}",
            )
            yield _finding("rest_days", message, (first, span[-1]), person.id)


def _monthly_cap(sheet: _Sheet, person: Member, rule: RuleUse) -> Iterator[Finding]:
    """R11: duties in the roster, by the length of the longest kind the person holds."""
    duties = sheet.duties[person.id]
    if not duties:
        return
    longest = max(sheet.kinds[a.shift].minutes for a in duties)
    most = rule.number("max_duties", 6 if longest >= 1440 else 10) or 0
    if len(duties) > most:
        message = Text(
            f"{person.id}值班{len(duties)}次，超过上限{most:g}次",
            f"{person.id} has {len(duties)} duties, {most:g} allowed",
        )
        yield _finding("max_shifts", message, _whole(sheet), person.id)


_RULES: dict[str, Callable[[_Sheet, Member, RuleUse], Iterable[Finding]]] = {
    "R08": _rest,
    "R09": _consecutive,
    "R10": _weekly_rest,
    "R11": _monthly_cap,
}
