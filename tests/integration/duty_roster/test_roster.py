"""The roster on a real database: publishing, asking for any moment, replacing, signing in."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from duty_roster import queries, services
from duty_roster.models import DutyShift, RosterVersion, SignIn
from duty_roster.rules import RuleSettings
from duty_roster.services import Replacement, RosterRefused
from responder.core.errors import Conflict, InvalidInput, NotFound, RuleBroken
from responder.foundation.audit.models import AuditEntry
from responder.foundation.audit.words import sentence

HOUR = timedelta(hours=1)
NOON = timedelta(hours=4)  # after 08:00


@pytest.fixture
def eight(room):
    return room.one_day()[0].starts_at


@pytest.fixture
def published(database, room, clock, eight):
    clock.set(eight - timedelta(days=7))
    with database.unit_of_work(room.actor()) as uow:
        services.publish_roster(uow, "220600", room.one_day(), "月度排班")
    clock.set(eight)
    return room


def names(people):
    return [p.name for p in people]


def at(database, moment):
    with database.unit_of_work(write=False) as uow:
        return queries.on_call(uow.session, "220600", moment)


def test_without_a_roster_nobody_is_on_call(database, room, eight):
    found = at(database, eight)
    assert (found.officers, found.leader, found.shift_id, found.roster_version) == ((), None, None, None)


def test_officers_second_and_leader_are_found_at_any_minute_of_a_shift(database, published, eight):
    found = at(database, eight + HOUR)
    assert names(found.officers) == ["李敏"]
    assert (found.second.name, found.leader.name) == ("王磊", "陈国栋")
    assert (found.starts_at, found.roster_version) == (eight, 1)
    assert names(at(database, eight + 13 * HOUR).officers) == ["周建平"]


def test_the_instant_of_the_handover_belongs_to_the_next_shift(database, published, eight):
    assert names(at(database, eight + 12 * HOUR - timedelta(microseconds=1)).officers) == ["李敏"]
    assert names(at(database, eight + 12 * HOUR).officers) == ["周建平"]


def test_who_is_on_call_is_one_query(database, published, eight, statements):
    with database.unit_of_work(write=False) as uow:
        statements()
        queries.on_call(uow.session, "220600", eight + HOUR)
        assert statements() == 1


def test_a_roster_without_a_leader_is_refused_and_nothing_of_it_is_kept(database, room, eight):
    with pytest.raises(RosterRefused) as refused, database.unit_of_work(room.actor()) as uow:
        services.publish_roster(uow, "220600", room.one_day()[:2], "月度排班")
    assert [v.rule for v in refused.value.violations] == ["R02"]
    assert "11月21日08:00至11月22日08:00带班领导未安排" in refused.value.text.zh
    assert refused.value.source
    with database.unit_of_work(write=False) as uow:
        assert uow.session.scalars(select(DutyShift)).all() == []


def test_a_second_version_changes_the_night_and_leaves_the_past_as_it_was(database, published, clock, eight):
    clock.set(eight + NOON)
    with database.unit_of_work(published.actor()) as uow:
        assert services.publish_roster(uow, "220600", published.one_day(night="吴刚"), "周建平出差") == 2
    night = at(database, eight + 13 * HOUR)
    assert (names(night.officers), night.roster_version) == (["吴刚"], 2)
    morning = at(database, eight + HOUR)
    assert (names(morning.officers), morning.roster_version) == (["李敏"], 1)


def test_a_new_version_after_the_shift_does_not_change_who_was_on_call(database, published, clock, eight):
    clock.set(eight + 30 * HOUR)
    with database.unit_of_work(published.actor()) as uow:
        services.publish_roster(uow, "220600", published.one_day(night="吴刚"), "补登")
    assert names(at(database, eight + 13 * HOUR).officers) == ["周建平"]


def test_a_version_made_from_an_older_one_is_refused(database, published, clock, eight):
    with database.unit_of_work(published.actor()) as uow:
        services.publish_roster(uow, "220600", published.one_day(night="吴刚"), "换班", based_on=1)
    with pytest.raises(Conflict), database.unit_of_work(published.actor()) as uow:
        services.publish_roster(uow, "220600", published.one_day(night="刘芳"), "换班", based_on=1)


def test_sign_ins_outlive_a_new_version_of_the_rest(database, published, clock, eight):
    first = at(database, eight).shift_id
    with database.unit_of_work(published.actor()) as uow:
        services.sign_in(uow, first, published.people["李敏"])
        services.publish_roster(uow, "220600", published.one_day(night="吴刚"), "换班")
    assert names(at(database, eight + HOUR).signed_in) == ["李敏"]


def test_sign_ins_to_a_running_shift_that_a_new_version_changes_are_carried_over(database, published, eight):
    first = at(database, eight).shift_id
    changed = (published.half(eight, "李敏", "刘芳"), *published.one_day()[1:])
    with database.unit_of_work(published.actor()) as uow:
        services.sign_in(uow, first, published.people["李敏"])
        services.publish_roster(uow, "220600", changed, "王磊病假")
    now = at(database, eight + HOUR)
    assert (now.second.name, names(now.signed_in)) == ("刘芳", ["李敏"])


@pytest.mark.parametrize("case", ["empty", "two_months", "stranger"])
def test_a_roster_that_cannot_be_one_is_refused_with_words(database, room, eight, case):
    shifts = {
        "empty": (),
        "two_months": (*room.one_day(), room.leader(eight + timedelta(days=15), "孙立军")),
        "stranger": room.one_day(),
    }[case]
    code = "220605" if case == "stranger" else "220600"
    with pytest.raises(InvalidInput) as refused, database.unit_of_work(room.actor()) as uow:
        services.publish_roster(uow, code, shifts, "")
    assert refused.value.errors["shifts"].zh


def test_a_stand_in_is_on_call_only_within_the_replacement(database, published, eight):
    asked = Replacement(
        "220600",
        published.people["李敏"],
        published.people["吴刚"],
        eight + HOUR,
        eight + 3 * HOUR,
        "看病",
    )
    with database.unit_of_work(published.actor()) as uow:
        services.add_override(uow, asked)
    (stand_in,) = at(database, eight + 2 * HOUR).officers
    assert (stand_in.name, stand_in.stands_in_for) == ("吴刚", "李敏")
    assert names(at(database, eight + 3 * HOUR).officers) == ["李敏"]


def test_a_stand_in_without_rest_is_refused_with_the_rule(database, published, eight):
    night = eight + 12 * HOUR
    asked = Replacement(
        "220600", published.people["周建平"], published.people["李敏"], night, night + 12 * HOUR, "换班"
    )
    with pytest.raises(RosterRefused) as refused, database.unit_of_work(published.actor()) as uow:
        services.add_override(uow, asked)
    assert refused.value.rule == "R08"
    assert "李敏11月21日值班后仅休息0小时" in refused.value.text.zh


def test_nobody_is_replaced_twice_at_once(database, published, eight):
    def replace_with(name):
        with database.unit_of_work(published.actor()) as uow:
            asked = Replacement(
                "220600", published.people["李敏"], published.people[name], eight, eight + HOUR, "看病"
            )
            services.add_override(uow, asked)

    replace_with("吴刚")
    with pytest.raises(Conflict):
        replace_with("刘芳")


def test_a_replacement_without_an_approver_is_refused(database, published, eight):
    asked = Replacement("220600", published.people["李敏"], published.people["吴刚"], eight, eight + HOUR, "")
    with pytest.raises(RuleBroken) as refused, database.unit_of_work() as uow:
        services.add_override(uow, asked)
    assert refused.value.rule == "R24"


def test_replacing_somebody_without_duty_is_refused(database, published, eight):
    asked = Replacement("220600", published.people["吴刚"], published.people["刘芳"], eight, eight + HOUR, "")
    with pytest.raises(InvalidInput), database.unit_of_work(published.actor()) as uow:
        services.add_override(uow, asked)


@pytest.mark.parametrize(("minutes", "late"), [(-15, 0), (0, 0), (5, 0), (6, 6), (240, 240)])
def test_a_sign_in_says_how_late_it_is_beyond_the_minutes_of_grace(
    database, published, clock, eight, minutes, late
):
    clock.set(eight + timedelta(minutes=minutes))
    shift = at(database, eight).shift_id
    with database.unit_of_work(published.actor()) as uow:
        done = services.sign_in(uow, shift, published.people["李敏"])
    assert done.late == timedelta(minutes=late)


def test_signing_in_twice_keeps_the_first_time(database, published, clock, eight):
    shift = at(database, eight).shift_id
    for _ in range(2):
        with database.unit_of_work(published.actor()) as uow:
            done = services.sign_in(uow, shift, published.people["李敏"])
        clock.move(HOUR)
    assert done.at == eight
    with database.unit_of_work(write=False) as uow:
        assert len(uow.session.scalars(select(SignIn)).all()) == 1


@pytest.mark.parametrize(
    ("hours", "who", "refusal"),
    [(-1, "李敏", RuleBroken), (12, "李敏", Conflict), (1, "吴刚", RuleBroken)],
)
def test_a_sign_in_too_early_too_late_or_by_a_stranger_is_refused(
    database, published, clock, eight, hours, who, refusal
):
    shift = at(database, eight).shift_id
    clock.set(eight + hours * HOUR)
    with pytest.raises(refusal), database.unit_of_work(published.actor()) as uow:
        services.sign_in(uow, shift, published.people[who])


def test_a_sign_in_to_a_shift_that_does_not_exist_is_not_found(database, published):
    from responder.core.ids import ShiftId, new_id

    with pytest.raises(NotFound), database.unit_of_work(published.actor()) as uow:
        services.sign_in(uow, ShiftId(new_id()), published.people["李敏"])


def test_the_leaver_stays_on_post_until_the_relief_has_signed_in(database, published, clock, eight):
    with database.unit_of_work(published.actor()) as uow:
        services.sign_in(
            uow, queries.on_call(uow.session, "220600", eight).shift_id, published.people["李敏"]
        )
    night = eight + 12 * HOUR
    late = night + timedelta(minutes=9)
    before = at(database, late - timedelta(seconds=1))
    assert (names(before.still_on_post), names(before.officers)) == (["李敏"], ["周建平"])
    clock.set(late)
    with database.unit_of_work(published.actor()) as uow:
        services.sign_in(uow, before.shift_id, published.people["周建平"])
    assert at(database, late).still_on_post == ()
    assert names(at(database, late - timedelta(seconds=1)).still_on_post) == ["李敏"]


def test_somebody_off_the_roster_is_not_on_shift(database, published, eight):
    with database.unit_of_work(write=False) as uow:
        on = [
            name
            for name, person in published.people.items()
            if queries.is_on_shift(uow.session, person, "220600", eight + HOUR)
        ]
    assert sorted(on) == sorted(["李敏", "王磊", "陈国栋"])


def test_the_next_shift_is_the_desks_not_the_leaders(database, published, eight):
    with database.unit_of_work(write=False) as uow:
        following = queries.next_shift(uow.session, "220600", eight)
        assert (following.starts_at, names(following.people)) == (eight + 12 * HOUR, ["周建平", "赵雪"])
        assert queries.next_shift(uow.session, "220600", following.starts_at) is None


def test_the_month_shows_every_shift_and_its_version(database, published):
    with database.unit_of_work(write=False) as uow:
        month = queries.month(uow.session, "220600", 2026, 11)
        empty = queries.month(uow.session, "220600", 2026, 12)
    assert (month.version, month.published_by, len(month.shifts)) == (1, "陈国栋", 3)
    assert (empty.version, empty.shifts) == (None, ())


def test_publishing_stands_in_the_audit_chain_of_the_province(database, published):
    with database.unit_of_work(write=False) as uow:
        (entry,) = uow.session.scalars(select(AuditEntry)).all()
        assert (entry.kind, entry.province_code) == ("roster_published", "220000")
        assert sentence(entry, "zh") == "公布2026-11值班表第1版：月度排班"


def test_the_calendar_holds_the_published_shifts_with_their_people(database, published):
    with database.unit_of_work(write=False) as uow:
        text = services.calendar(uow, "220600").decode()
    assert text.count("BEGIN:VEVENT") == 3
    assert "DTSTART:20261121T000000Z" in text
    assert "李敏" in text


@pytest.mark.parametrize(
    ("own", "other", "seen"),
    [
        ("220600", "220605", True),
        ("220605", "220000", True),
        ("220605", "000000", True),
        ("000000", "220605", True),
        ("220600", "220400", False),
        ("220600", "999999", False),
    ],
)
def test_a_room_sees_the_rooms_of_its_own_chain_only(database, room, own, other, seen):
    from responder.core.actor import Actor, Area, Role

    actor = Actor(None, None, "x", "x", Role.DUTY_OFFICER, own, "", Area("city", own))
    with database.unit_of_work(write=False) as uow:
        assert queries.may_see(uow.session, actor, other) is seen


def test_a_room_may_ask_for_more_officers_than_the_default(database, room):
    with pytest.raises(RosterRefused), database.unit_of_work(room.actor()) as uow:
        services.publish_roster(uow, "220600", room.one_day(), "", settings=RuleSettings(officers=2))


def test_versions_count_within_a_month(database, published, clock, eight):
    later = eight + timedelta(days=10)
    shifts = (
        published.half(later, "李敏", "王磊"),
        published.half(later + 12 * HOUR, "周建平", "赵雪"),
        published.leader(later, "陈国栋"),
    )
    with database.unit_of_work(published.actor()) as uow:
        assert services.publish_roster(uow, "220600", shifts, "十二月") == 1
    with database.unit_of_work(write=False) as uow:
        assert {v.month for v in uow.session.scalars(select(RosterVersion))} == {"2026-11", "2026-12"}
