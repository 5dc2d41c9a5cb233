"""Follow-ups owed day by day until the rescue ends, and supplements passed on the same day, as due rows.

Rows equal what the law asks each time they are looked at, however late and however often that is.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select

from responder.core.errors import Text
from responder.core.ids import new_id
from responder.core.uow import Database, UnitOfWork
from responder.foundation.audit import services as audit
from responder.incidents import queries as incidents
from responder.incidents import rule_sets
from responder.incidents.models import Incident, Report
from responder.incidents.services import touch
from responder.law.deadlines import FollowUpsOwed, follow_ups_owed
from responder.law.model import Grade, Kind, Obligation
from responder.law.windows import beijing_day, end_of_day
from responder.reporting import rescue
from responder.reporting.assessing import assessed
from responder.reporting.chain import Records, records
from responder.reporting.duty_models import FollowUpDue, RescueEnd
from responder.reporting.models import ReportLeg, VersionNotice

AREA = ".work_safety"
SWEEP = 200


def of_incident(incident: Incident, uow: UnitOfWork) -> Sequence[FollowUpDue]:
    """Return every follow-up and supplement owed for an incident, in the order in which they fall due."""
    return uow.session.scalars(
        select(FollowUpDue)
        .where(FollowUpDue.incident_id == incident.id)
        .order_by(FollowUpDue.due_at, FollowUpDue.kind, FollowUpDue.number, FollowUpDue.id)
    ).all()


def keep(incident: Incident, uow: UnitOfWork, seen: Records | None = None, *, fresh: bool = False) -> None:
    """Make the rows of an incident equal to what is owed now: missing ones are made, met ones are satisfied.

    Its records are read where they are not handed in; *fresh* says that the incident was logged just now and can
    have no row yet.
    """
    if incident.historic:
        return
    # A first report has nothing to pass on, and must not wait for a second judgement.
    judged = assessed(incident, uow, seen) if incident.version > 1 else None
    seen = judged or seen or records(incident, uow)
    rows = [] if fresh else list(of_incident(incident, uow))
    days = [row for row in rows if row.kind == "follow_up"]
    declared = rescue.of_incident(incident, uow)
    if incident.state == "open":
        days += _make_days(incident, seen, days, declared, uow)
    _meet_days(days, seen.reports)
    _end_with_rescue(days, declared)
    if incident.state != "open":
        # After the final report has met its own day: only what is left over is superfluous.
        _end(incident, days)
    supplements = [row for row in rows if row.kind == "supplement"]
    supplements += _make_supplements(incident, judged.obligations if judged else (), seen, supplements, uow)
    _meet_supplements(incident, supplements, seen, uow)


# --- Follow-ups of a day --------------------------------------------------------------------------------------


def _make_days(
    incident: Incident,
    seen: Records,
    known: Sequence[FollowUpDue],
    declared: Sequence[RescueEnd],
    uow: UnitOfWork,
) -> list[FollowUpDue]:
    today, start = beijing_day(uow.now), beijing_day(incident.occurred_at) + timedelta(days=1)
    # What was reported before the record was entered here is not known here, and not asked for.
    first = max([start, beijing_day(incident.entered_at), *(date.fromisoformat(row.day) for row in known)])
    last = max(today, start)
    made: list[FollowUpDue] = []
    day = first
    while day <= last:
        if rescue.is_over(declared, end_of_day(day)):
            day += timedelta(days=1)
            continue
        owed = _owed(incident, seen, day, uow)
        needed = owed.needed if owed else 0
        standing = {row.number: row for row in known if row.day == day.isoformat()}
        for number in range(1, needed + 1):
            if number in standing:
                standing[number].withdrawn_at = None
            elif owed is not None:
                made.append(_day_row(incident, seen, owed, number, uow))
        for number, row in standing.items():
            if number > needed and row.satisfied_at is None:
                row.withdrawn_at = row.withdrawn_at or uow.now
        day += timedelta(days=1)
    return made


def _owed(incident: Incident, seen: Records, day: date, uow: UnitOfWork) -> FollowUpsOwed | None:
    """Return what a day asks, by the grade that stood at its end, or stands now."""
    told = [report for report in seen.reports if beijing_day(report.at) <= day] or [seen.first]
    is_now = told[-1] is seen.latest
    code = incident.reporting_grade if is_now else told[-1].reporting_grade
    return follow_ups_owed(
        incident.occurred_at,
        incident.sector,
        Grade(code) if code else None,
        day,
        (),
        frozenset(told[-1].facts.get("special") or ()),
        rule_sets.live(uow.session),
    )


def _day_row(
    incident: Incident, seen: Records, owed: FollowUpsOwed, number: int, uow: UnitOfWork
) -> FollowUpDue:
    strictest = owed.rules[0]
    return _row(
        incident,
        uow,
        kind="follow_up",
        day=owed.day,
        number=number,
        sender="",
        receiver="",
        ends=_ends(incident, seen.legs),
        names=_names(seen.legs),
        rule=strictest.id,
        source={"zh": strictest.source.zh, "en": strictest.source.en},
        status=strictest.status.value,
        starts_at=end_of_day(owed.day - timedelta(days=1)),
        remind_at=end_of_day(owed.day - timedelta(days=1)),
        due_at=owed.due_at,
    )


def _names(legs: Sequence[ReportLeg]) -> dict[str, tuple[str, str]]:
    senders = {leg.sender_code: (leg.sender_name, leg.sender_name_en) for leg in legs}
    return senders | {leg.receiver_code: (leg.receiver_name, leg.receiver_name_en) for leg in legs}


def _ends(incident: Incident, legs: Sequence[ReportLeg]) -> tuple[str, str]:
    """Return who follows up, the lowest office that has the report, and the office above that waits for it."""
    area = [leg for leg in legs if leg.receiver.endswith(AREA) and leg.kind == "report"]
    offices = {leg.receiver_code for leg in area} | {
        leg.sender_code for leg in area if leg.sender.endswith(AREA)
    }
    holder = incident.agency_code
    if holder not in offices:
        holder = next((leg.receiver_code for leg in area if leg.sender == "unit"), holder)
    above = next((leg.receiver_code for leg in area if leg.sender_code == holder != leg.receiver_code), "")
    return holder, above


def _meet_days(rows: Sequence[FollowUpDue], reports: Sequence[Report]) -> None:
    """Let each day's reports satisfy its rows in turn; a missed day is closed late by the next report."""
    for row in rows:
        if row.satisfied_at is not None or row.withdrawn_at is not None:
            continue
        on_day = [r for r in reports if beijing_day(r.at).isoformat() == row.day]
        after = [r for r in reports if r.at >= row.due_at]
        if len(on_day) >= row.number:
            met = on_day[row.number - 1]
        elif after:
            met = after[0]
        else:
            continue
        row.satisfied_at, row.satisfied_by, row.late = met.at, met.version, met.at >= row.due_at


def _end_with_rescue(rows: Sequence[FollowUpDue], declared: Sequence[RescueEnd]) -> None:
    """Withdraw what fell due after the rescue was over; what was missed while it went on stays missed."""
    for row in rows:
        if row.satisfied_at is None and rescue.is_over(declared, row.due_at):
            ended = max(one.ended_at for one in declared if one.ended_at < row.due_at)
            row.withdrawn_at, row.late = row.withdrawn_at or ended, False


def _end(incident: Incident, rows: Sequence[FollowUpDue]) -> None:
    """Withdraw what the end of the rescue has made superfluous; what was missed before it stays."""
    ended_at = incident.closed_at
    for row in rows:
        if row.satisfied_at is None and ended_at is not None and row.due_at > ended_at:
            row.withdrawn_at = row.withdrawn_at or ended_at


# --- Supplements passed on the same day -----------------------------------------------------------------------


def _make_supplements(
    incident: Incident,
    owed: Sequence[Obligation],
    seen: Records,
    known: Sequence[FollowUpDue],
    uow: UnitOfWork,
) -> list[FollowUpDue]:
    codes = {leg.sender: leg.sender_code for leg in seen.legs} | {
        leg.receiver: leg.receiver_code for leg in seen.legs
    }
    rings = {leg.receiver_code for leg in seen.legs if leg.receiver_rings}
    holders = {leg.receiver_code for leg in seen.legs if leg.acknowledged_at is not None}
    have = {(row.sender, row.receiver, row.number) for row in known}
    versions = {report.learned_at: report for report in seen.reports[1:] if report.changes}
    made = []
    for duty in owed:
        report = versions.get(duty.starts_at)
        ends = codes.get(duty.sender.text, ""), codes.get(duty.addressee.text, "")
        if not _is_same_day_supplement(duty) or report is None or not all(ends) or ends[0] == ends[1]:
            continue
        if ends[1] not in rings or ends[0] not in holders | {incident.agency_code, report.agency_code}:
            # An office without a duty room is told by its leg; one that has no report yet has nothing to pass on.
            continue
        key = (duty.sender.text, duty.addressee.text, report.version)
        if key not in have:
            have.add(key)
            made.append(_supplement_row(incident, duty, report, ends, seen.legs, uow))
    return made


def _is_same_day_supplement(duty: Obligation) -> bool:
    return duty.kind is Kind.FOLLOW_UP and duty.version > 0 and duty.due_at > duty.starts_at


def _supplement_row(
    incident: Incident,
    duty: Obligation,
    report: Report,
    ends: tuple[str, str],
    legs: Sequence[ReportLeg],
    uow: UnitOfWork,
) -> FollowUpDue:
    return _row(
        incident,
        uow,
        kind="supplement",
        day=beijing_day(report.learned_at),
        number=report.version,
        sender=duty.sender.text,
        receiver=duty.addressee.text,
        ends=ends,
        names=_names(legs),
        rule=duty.rule,
        source={"zh": duty.source.zh, "en": duty.source.en},
        status=duty.status.value,
        starts_at=duty.starts_at,
        remind_at=duty.starts_at,
        due_at=duty.due_at,
    )


def _meet_supplements(
    incident: Incident, rows: Sequence[FollowUpDue], seen: Records, uow: UnitOfWork
) -> None:
    """A supplement is passed on when the receiver was told of its version, wrote it, or was sent a later one."""
    waiting = [row for row in rows if row.satisfied_at is None and row.withdrawn_at is None]
    if not waiting:
        return
    told: list[tuple[str, int, datetime]] = [
        (notice.agency_code, notice.version, notice.told_at)
        for notice in uow.session.scalars(
            select(VersionNotice).where(VersionNotice.incident_id == incident.id)
        )
    ]
    told += [(report.agency_code, report.version, report.at) for report in seen.reports]
    told += [(leg.receiver_code, leg.version, leg.sent_at) for leg in seen.legs if leg.sent_at is not None]
    for row in waiting:
        moments = [at for code, version, at in told if code == row.above_code and version >= row.number]
        if moments:
            row.satisfied_at, row.satisfied_by = min(moments), row.number
            row.late = row.satisfied_at > row.due_at


def _row(
    incident: Incident,
    uow: UnitOfWork,
    *,
    day: date,
    ends: tuple[str, str],
    names: dict[str, tuple[str, str]],
    **columns: object,
) -> FollowUpDue:
    sender, above = ends
    sender_names, above_names = names.get(sender, (sender, sender)), names.get(above, ("", ""))
    return uow.make(
        FollowUpDue,
        id=new_id(),
        lane_id=incident.lane_id,
        incident_id=incident.id,
        day=day.isoformat(),
        sender_code=sender,
        sender_name=sender_names[0],
        sender_name_en=sender_names[1],
        above_code=above,
        above_name=above_names[0],
        above_name_en=above_names[1],
        **columns,
    )


# --- What time does -------------------------------------------------------------------------------------------


def note_due(database: Database) -> int:
    """Look at each row whose limit has passed, once: late where nobody reported; the next day's row is made."""
    with database.unit_of_work(lane=None) as uow:
        rows = uow.session.scalars(
            select(FollowUpDue)
            .where(FollowUpDue.noted.is_(False), FollowUpDue.due_at <= uow.now)
            .order_by(FollowUpDue.due_at)
            .limit(SWEEP)
            .with_for_update(skip_locked=True)
        ).all()
        for incident_id in dict.fromkeys(row.incident_id for row in rows):
            incident = incidents.unscoped(uow.session, incident_id)
            keep(incident, uow)
            for row in of_incident(incident, uow):
                if not row.noted and row.due_at <= uow.now:
                    _note(incident, row, uow)
            touch(incident, uow)
        return len(rows)


def _note(incident: Incident, row: FollowUpDue, uow: UnitOfWork) -> None:
    row.noted = True
    missed = row.satisfied_at is None or row.satisfied_at > row.due_at
    if row.withdrawn_at is None and missed:
        row.late = True
        record(incident, row, f"{row.kind}.late", uow)


def record(incident: Incident, row: FollowUpDue, kind: str, uow: UnitOfWork) -> None:
    """Note in the timeline what became of a row: late, or reminded of."""
    audit.record(
        uow,
        kind,
        province_code=incident.province_code,
        incident_id=incident.id,
        lane_id=incident.lane_id,
        payload={
            "number": incident.number,
            "day": row.day,
            "which": row.number,
            "from": row.sender_name,
            "from_en": row.sender_name_en,
            "to": row.above_name,
            "to_en": row.above_name_en,
            "due_at": row.due_at.isoformat(),
            "rule": row.rule,
        },
    )


def owed_words(row: FollowUpDue) -> Text:
    """Return what the row asks for, e.g. 11月22日续报（第 1 次）."""
    day = date.fromisoformat(row.day)
    if row.kind == "supplement":
        return Text(
            f"第 {row.number} 版补报{row.above_name}", f"Pass version {row.number} on to {row.above_name_en}"
        )
    return Text(
        f"{day.month}月{day.day}日续报（第 {row.number} 次）", f"Follow-up {row.number} of {day.day} {day:%b}"
    )
