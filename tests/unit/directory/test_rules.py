"""Routing, naming, masking and searching, without a database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.core.ids import new_id
from responder.foundation.directory import rules, search
from responder.foundation.directory.naming import (
    DatedName,
    Place,
    full_name,
    name_on,
    office_names,
    short_name,
)
from responder.foundation.directory.rules import Office, PlacePath
from responder.foundation.directory.vault import Vault, mask, normal

JIANGYUAN = PlacePath(
    "220605",
    "江源区",
    "Jiangyuan District",
    "吉林省白山市江源区",
    "Jiangyuan District, Baishan City, Jilin",
    "county",
    "220605",
    "220600",
    "220000",
    126.6,
    42.0,
)
TODAY = date(2026, 11, 21)


def office(code: str, **changes: object) -> Office:
    place, _, body = code.partition(".")
    level = {"0": "state"}.get(place[0]) or (
        "province" if place.endswith("0000") else "city" if place.endswith("00") else "county"
    )
    values: dict[str, object] = {
        "code": code,
        "jurisdiction_code": place,
        "body": body or "work_safety",
        "level": level,
        "name": code,
        "name_en": code,
        "has_duty_room": not body,
        "established": True,
        "opened_on": None,
        "closed_on": None,
        "parent_code": None,
        "stand_in_code": None,
    }
    return Office(**(values | changes))  # type: ignore[arg-type]


def answer(
    offices: list[Office], level: str, body: str = "work_safety", on: date = TODAY
) -> tuple[str, str] | None:
    known = {each.code: each for each in offices}
    routed = rules.route(JIANGYUAN, level, body, on, known.get)
    return (routed.agency_code, routed.stand_in.zh if routed.stand_in else "") if routed else None


def test_an_open_office_answers_for_itself() -> None:
    assert answer([office("220605"), office("220600")], "county") == ("220605", "")


def test_a_registered_stand_in_goes_before_the_government() -> None:
    offices = [
        office("220605", established=False, stand_in_code="220605.police"),
        office("220605.police"),
        office("220605.government", has_duty_room=True),
    ]
    assert answer(offices, "county") == ("220605.police", "县级没有应急管理机构，由220605.police代行")


def test_a_government_without_duty_room_stands_in_for_nobody() -> None:
    offices = [office("220605.government"), office("220600")]
    assert answer(offices, "county") == ("220600", "县级没有应急管理机构，由220600代行")


def test_a_closed_stand_in_is_passed_over() -> None:
    offices = [
        office("220605", established=False, stand_in_code="220605.police"),
        office("220605.police", closed_on=date(2020, 1, 1)),
        office("220600"),
    ]
    assert answer(offices, "county") == ("220600", "县级没有应急管理机构，由220600代行")


def test_nobody_answers_in_an_empty_directory() -> None:
    assert answer([], "county") is None


@pytest.mark.parametrize(
    ("on", "is_open"), [(date(2007, 7, 31), False), (date(2007, 8, 1), True), (date(2018, 4, 16), False)]
)
def test_an_office_is_open_from_its_first_day_until_before_its_last(on: date, is_open: bool) -> None:
    assert office("220600", opened_on=date(2007, 8, 1), closed_on=date(2018, 4, 16)).is_open(on) is is_open


@given(
    present=st.sets(
        st.sampled_from(["220605", "220600", "220000", "220605.government", "220600.government"])
    ),
    level=st.sampled_from(["county", "city", "province", "state"]),
)
def test_with_a_state_room_somebody_always_answers_and_a_stand_in_is_explained(
    present: set[str], level: str
) -> None:
    found = answer([office(code) for code in present] + [office("000000")], level)
    assert found is not None
    asked = JIANGYUAN.at(level)
    assert (found[0] == asked) == (found[1] == "")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("江源区", "江源"),
        ("吉林省", "吉林"),
        ("内蒙古自治区", "内蒙古"),
        ("新疆维吾尔自治区", "新疆"),
        ("延边朝鲜族自治州", "延边"),
        ("长白朝鲜族自治县", "长白"),
        ("双江拉祜族佤族布朗族傣族自治县", "双江"),
        ("东乡族自治县", "东乡"),
        ("赵县", "赵县"),
        ("郊区", "郊区"),
        ("大兴安岭地区", "大兴安岭"),
        ("锡林郭勒盟", "锡林郭勒"),
        ("鄂伦春自治旗", "鄂伦春"),
        ("顺河回族区", "顺河"),
        ("吉林省长白山保护开发区管理委员会", "长白山"),
        ("滨海新区", "滨海"),
    ],
)
def test_short_names_drop_the_generic_word_and_keep_two_characters(name: str, short: str) -> None:
    assert short_name(name) == short


def test_a_full_name_says_nothing_twice() -> None:
    assert full_name(["吉林省", "吉林省长白山保护开发区管理委员会"]) == "吉林省长白山保护开发区管理委员会"
    assert full_name(["吉林省", "吉林市", "昌邑区"]) == "吉林省吉林市昌邑区"


def test_names_change_on_the_day_and_not_before() -> None:
    former = (DatedName("旧", "old", date(2018, 4, 16)),)
    assert name_on(("新", "new"), former, date(2018, 4, 15)) == ("旧", "old")
    assert name_on(("新", "new"), former, date(2018, 4, 16)) == ("新", "new")


def test_a_renamed_place_and_a_renamed_body_give_one_name_for_each_time() -> None:
    place = Place(
        "220602",
        "浑江区",
        "Hunjiang District",
        "county",
        "吉林省",
        ((2010, "八道江区", "Badaojiang District"),),
    )
    name, name_en, former = office_names("work_safety", place)
    assert (name, name_en) == ("浑江区应急管理局", "Hunjiang District Emergency Management Bureau")
    assert [(old.name, old.until_on.isoformat()) for old in former] == [
        ("八道江区安全生产监督管理局", "2010-01-01"),
        ("浑江区安全生产监督管理局", "2018-04-16"),
    ]


@pytest.mark.parametrize(
    ("name", "name_en", "level", "today"),
    [
        (
            "吉林省",
            "Jilin",
            "province",
            ("吉林省应急管理厅", "Jilin Province Emergency Management Department"),
        ),
        ("吉林市", "Jilin City", "city", ("吉林市应急管理局", "Jilin City Emergency Management Bureau")),
        ("白山市", "Baishan City", "city", ("白山市应急管理局", "Baishan Emergency Management Bureau")),
        ("重庆市", "Chongqing", "province", ("重庆市应急管理局", "Chongqing Emergency Management Bureau")),
    ],
)
def test_provinces_have_departments_and_others_bureaus(
    name: str, name_en: str, level: str, today: tuple[str, str]
) -> None:
    assert office_names("work_safety", Place("x", name, name_en, level, "吉林省"))[:2] == today


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("13900000001", "139****0001"),
        ("139-0000-0001", "139****0001"),
        ("0439-0000012", "0439-000 **12"),
        ("0439-000 0012", "0439-000 **12"),
        ("someone@example.cn", "s***@example.cn"),
        ("110", "*10"),
        ("", ""),
    ],
)
def test_masks_keep_what_tells_numbers_apart_and_hide_the_rest(value: str, shown: str) -> None:
    assert mask(value) == shown


@given(number=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_mask_never_holds_the_number(number: str) -> None:
    assert number not in mask(number)
    assert len(normal(mask(number).replace("*", ""))) == 7


@given(value=st.text(max_size=40))
def test_what_is_sealed_opens_again_for_its_own_row_only(value: str) -> None:
    vault, row = Vault("secret"), new_id()
    assert vault.open(vault.seal(value, row), row) == value


def test_a_vault_needs_a_secret() -> None:
    with pytest.raises(ValueError, match="secret"):
        Vault("")


@given(text=st.text(max_size=12))
def test_no_text_upsets_the_search(text: str) -> None:
    index = search.build([(JIANGYUAN, "jyq")], [("江源县", "220625", JIANGYUAN)])
    assert len(search.search(index, text, 5)) <= 1
