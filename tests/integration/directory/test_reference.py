"""The whole directory on both databases: loading, routing, names, search."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from responder.core.clock import FixedClock
from responder.core.db import make_engine
from responder.core.errors import InvalidInput, NotFound
from responder.core.jobs.embedded import EmbeddedJobs
from responder.core.uow import Database
from responder.foundation.directory import queries
from responder.foundation.directory.models import Agency, Jurisdiction
from responder.foundation.directory.services import load_reference
from tests.databases import copy_postgres, knowing_statements
from tests.fixtures import START

IN_2007 = datetime(2007, 6, 5, tzinfo=UTC)
IN_2011 = datetime(2011, 6, 5, tzinfo=UTC)


def open_database(url: str) -> Database:
    return Database(knowing_statements(make_engine(url)), FixedClock(START), EmbeddedJobs(), {})


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with all shipped reference data; the tests of this module only read it."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("directory") / "directory.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        template: str = request.getfixturevalue("postgres_template")
        name = template.replace("template", "directory")
        url = copy_postgres(request.getfixturevalue("postgres_server"), template, name)
    database = open_database(url)
    with database.unit_of_work() as uow:
        load_reference(uow)
    yield database
    database.engine.dispose()


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path]:
    """Two local files: four places of Jilin, and one office that differs from the rule."""
    places = tmp_path / "places.csv"
    places.write_text(
        "code,name,name_en,level,parent_code,lon,lat,reporting\n"
        "000000,国家,State,state,,116.4,39.9,yes\n"
        "220000,吉林省,Jilin,province,,125.3,43.9,yes\n"
        "220600,白山市,Baishan City,prefecture,220000,126.4,41.9,yes\n"
        "220605,江源区,Jiangyuan District,county,220600,126.6,42.0,yes\n",
        encoding="utf-8",
    )
    offices = tmp_path / "offices.csv"
    offices.write_text(
        "jurisdiction,body,name,established,opened_on,closed_on,has_duty_room,stand_in\n"
        "220600,work_safety,,,2007-08-01,,,220600.government\n"
        "220600,government,,,,,yes,\n",
        encoding="utf-8",
    )
    return places, offices


def test_every_place_of_the_country_is_there(loaded: Database) -> None:
    with loaded.unit_of_work(write=False) as uow:
        counts = {
            row.level: row.total
            for row in uow.session.execute(
                select(Jurisdiction.level, func.count().label("total")).group_by(Jurisdiction.level)
            )
        }
        assert counts == {"state": 1, "province": 35, "city": 334, "county": 2847}


def test_every_reporting_place_has_its_bodies(loaded: Database) -> None:
    with loaded.unit_of_work(write=False) as uow:
        bodies = {
            row.body: row.total
            for row in uow.session.execute(
                select(Agency.body, func.count().label("total")).group_by(Agency.body)
            )
        }
        rooms = uow.session.scalar(
            select(func.count()).where(Agency.has_duty_room, Agency.body == "work_safety")
        )
    assert {
        bodies[body] for body in ("work_safety", "industry", "police", "labour", "union", "procuratorate")
    } == {3214}
    assert bodies["government"] == 3213
    assert rooms == 3214


def test_loading_again_changes_nothing(loaded: Database) -> None:
    with loaded.unit_of_work() as uow:
        report = load_reference(uow)
    assert (report.added, report.changed, report.ended) == (0, 0, 0)
    assert report.unchanged > 70_000


@pytest.mark.parametrize(
    ("code", "full_name", "line"),
    [
        ("220605", "吉林省白山市江源区", ("220605", "220600", "220000")),
        ("110101", "北京市东城区", ("110101", None, "110000")),
        ("429004", "湖北省仙桃市", ("429004", None, "420000")),
        ("441900", "广东省东莞市", (None, "441900", "440000")),
        ("659001", "新疆生产建设兵团石河子市", ("659001", None, "660000")),
        ("CBS", "吉林省长白山保护开发区管理委员会", (None, "CBS", "220000")),
        ("000000", "国家", (None, None, None)),
    ],
)
def test_a_place_knows_everything_it_lies_in(
    loaded: Database, code: str, full_name: str, line: tuple[str | None, ...]
) -> None:
    with loaded.unit_of_work(write=False) as uow:
        place = queries.place_path(uow.session, code)
    assert place.full_name == full_name
    assert (place.county_code, place.city_code, place.province_code) == line


@pytest.mark.parametrize(
    ("place", "level", "body", "agency", "name"),
    [
        ("220605", "county", "work_safety", "220605", "江源区应急管理局"),
        ("220605", "province", "police", "220000.police", "吉林省公安厅"),
        ("220605", "state", "work_safety", "000000", "应急管理部"),
        ("220605", "state", "council", "000000.council", "国务院总值班室"),
        ("220605", "province", "coal_inspectorate", "220000.coal_inspectorate", "国家矿山安全监察局吉林局"),
        ("110101", "province", "labour", "110000.labour", "北京市人力资源和社会保障局"),
        ("659001", "province", "work_safety", "660000", "新疆生产建设兵团应急管理局"),
        ("CBS", "city", "work_safety", "CBS", "吉林省长白山保护开发区应急管理局"),
        ("652900", "city", "government", "652900.government", "阿克苏地区行政公署"),
        ("652900", "city", "procuratorate", "652900.procuratorate", "新疆维吾尔自治区人民检察院阿克苏分院"),
    ],
)
def test_a_place_is_routed_to_its_own_office(
    loaded: Database, place: str, level: str, body: str, agency: str, name: str
) -> None:
    with loaded.unit_of_work(write=False) as uow:
        routed = queries.route(uow.session, queries.place_path(uow.session, place), level, body, uow.now)
    if place == "CBS":
        name = name.removeprefix("吉林省")
    assert (routed.agency_code, routed.name, routed.stand_in) == (agency, name, None)


@pytest.mark.parametrize(
    ("place", "level", "body", "agency", "why"),
    [
        ("110101", "city", "work_safety", "110000", "东城区没有市级"),
        ("441900", "county", "work_safety", "441900", "东莞市没有县级"),
        ("220605", "city", "coal_inspectorate", "220000.coal_inspectorate", "市级没有矿山安全监察机构"),
        ("310101", "province", "coal_inspectorate", "000000.coal_inspectorate", "省级没有矿山安全监察机构"),
        ("659001", "province", "coal_inspectorate", "000000.coal_inspectorate", "省级没有矿山安全监察机构"),
    ],
)
def test_where_a_level_or_body_is_missing_the_stand_in_says_why(
    loaded: Database, place: str, level: str, body: str, agency: str, why: str
) -> None:
    with loaded.unit_of_work(write=False) as uow:
        routed = queries.route(uow.session, queries.place_path(uow.session, place), level, body, uow.now)
    assert routed.agency_code == agency
    assert routed.stand_in is not None
    assert why in routed.stand_in.zh
    assert routed.name in routed.stand_in.zh
    assert routed.name_en in routed.stand_in.en


def test_all_routes_of_a_place_cost_no_query_the_second_time(loaded: Database) -> None:
    bodies = ("work_safety", "government", "police", "labour", "union", "procuratorate", "coal_inspectorate")
    wanted = [(level, body) for level in ("county", "city", "province", "state") for body in bodies]
    with loaded.unit_of_work(write=False) as uow:
        place = queries.place_path(uow.session, "220605")
        queries.routes(uow.session, place, wanted, uow.now)
        statements: list[str] = []
        event.listen(
            loaded.engine,
            "before_cursor_execute",
            lambda c, cur, statement, *rest: statements.append(statement),
        )
        assert len(queries.routes(uow.session, place, wanted, uow.now)) == 28
        assert statements == []


@pytest.mark.parametrize(
    ("code", "at", "place_name", "office"),
    [
        ("220602", IN_2007, "八道江区", "八道江区安全生产监督管理局"),
        ("220602", IN_2011, "浑江区", "浑江区安全生产监督管理局"),
        ("220602", START, "浑江区", "浑江区应急管理局"),
        ("000000", IN_2007, "国家", "国家安全生产监督管理总局"),
        ("CBS", IN_2007, "吉林省长白山保护开发区管理委员会", "长白山保护开发区安全生产监督管理局"),
    ],
)
def test_places_and_offices_bear_the_names_of_their_time(
    loaded: Database, code: str, at: datetime, place_name: str, office: str
) -> None:
    with loaded.unit_of_work(write=False) as uow:
        assert queries.place_name_on(uow.session, code, at.date()) == place_name
        assert queries.agency_names(uow.session, [code], at)[code][0] == office


def codes(database: Database, text: str, limit: int = 5, near: str | None = None) -> list[str]:
    with database.unit_of_work(write=False) as uow:
        return [hit.code for hit in queries.search_places(uow.session, text, limit, near)]


def test_a_name_of_two_levels_finds_both_with_their_level(loaded: Database) -> None:
    with loaded.unit_of_work(write=False) as uow:
        hits = queries.search_places(uow.session, "吉林", 5)
    assert [(hit.full_name, hit.level) for hit in hits[:2]] == [
        ("吉林省", "province"),
        ("吉林省吉林市", "city"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("江源", "220605"),
        ("江源区", "220605"),
        ("白山江源", "220605"),
        ("吉林省白山市江源区", "220605"),
        ("220605", "220605"),
        ("220625", "220605"),
        ("江源县", "220605"),
        ("八道江", "220602"),
        ("Baishan", "220600"),
        ("xi'an", "610100"),
        ("cbs", "CBS"),
        ("长白山", "CBS"),
        ("兵团", "660000"),
        ("  江源 区 ", "220605"),
    ],
)
def test_a_place_is_found_by_what_people_type(loaded: Database, text: str, code: str) -> None:
    assert codes(loaded, text)[0] == code


def test_initials_find_the_place_nearby_first(loaded: Database) -> None:
    assert codes(loaded, "jyq", 1, near="220000") == ["220605"]
    assert "220605" in codes(loaded, "JYQ", 10)


def test_a_town_is_found_with_the_county_it_lies_in(loaded: Database) -> None:
    with loaded.unit_of_work(write=False) as uow:
        hits = queries.search_places(uow.session, "松树镇", 8)
    assert len(hits) == 4
    assert "吉林省白山市江源区松树镇" in {hit.full_name for hit in hits}


@pytest.mark.parametrize("text", ["", "   ", "%", "_", "\\", "没有这个地方", "'; DROP TABLE town"])
def test_what_names_no_place_finds_nothing(loaded: Database, text: str) -> None:
    assert codes(loaded, text) == []


def test_the_gazetteer_has_every_name(loaded: Database) -> None:
    with loaded.unit_of_work(write=False) as uow:
        rows = queries.gazetteer(uow.session)
        towns = list(queries.towns(uow.session))
    assert (len(rows.places), len(towns), len(rows.former)) == (3216, 38536, 518)
    assert towns == sorted(towns)
    assert all(row.parent_code for row in rows.places)


def test_an_unknown_place_is_not_found(loaded: Database) -> None:
    with loaded.unit_of_work(write=False) as uow, pytest.raises(NotFound):
        queries.place_path(uow.session, "999999")


def test_a_body_registered_later_answers_from_its_first_day(
    database: Database, small: tuple[Path, Path]
) -> None:
    with database.unit_of_work() as uow:
        load_reference(uow, small)
    with database.unit_of_work(write=False) as uow:
        place = queries.place_path(uow.session, "220605")
        before = queries.route(uow.session, place, "city", "work_safety", IN_2007)
        after = queries.route(uow.session, place, "city", "work_safety", datetime(2007, 8, 1, 4, tzinfo=UTC))
    assert (before.agency_code, before.has_duty_room) == ("220600.government", True)
    assert before.stand_in is not None
    assert before.stand_in.zh == "市级没有应急管理机构，由白山市人民政府代行"
    assert (after.agency_code, after.name, after.stand_in) == ("220600", "白山市安全生产监督管理局", None)


def test_a_local_file_wins_over_the_shipped_data(
    database: Database, small: tuple[Path, Path], tmp_path: Path
) -> None:
    with database.unit_of_work() as uow:
        first = load_reference(uow, small)
        again = load_reference(uow, small)
    assert (first.added > 0, again.added, again.changed) == (True, 0, 0)
    closed = tmp_path / "closed.csv"
    closed.write_text("jurisdiction,body,closed_on\n220605,work_safety,2026-01-01\n", encoding="utf-8")
    with database.unit_of_work() as uow:
        assert load_reference(uow, [closed]).changed == 1
    with database.unit_of_work() as uow:
        load_reference(uow, small[:1])
        routed = queries.route(
            uow.session, queries.place_path(uow.session, "220605"), "county", "work_safety", uow.now
        )
    assert routed.agency_code == "220600"
    assert routed.stand_in is not None
    assert routed.stand_in.zh == "江源区应急管理局已撤销，由白山市应急管理局代行"


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,2\n",
        "",
        "jurisdiction,body\n999999,work_safety\n",
        "code,name,level,parent_code\n220605,江源区,county,220600\n",
        "code,name,level,parent_code\n220605,江源区,planet,000000\n",
    ],
)
def test_a_file_that_makes_no_sense_changes_nothing(database: Database, tmp_path: Path, content: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInput), database.unit_of_work() as uow:
        load_reference(uow, [path])
    with database.unit_of_work(write=False) as uow:
        assert uow.session.scalar(select(func.count()).select_from(Jurisdiction)) == 0
