"""The register of forces: loaded whole, loaded again, and held at the plan's number; on both databases."""

import csv
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from responder.core.errors import Conflict, InvalidInput
from responder.core.uow import Database, UnitOfWork
from responder.dispatch import capabilities, queries, readiness, register
from responder.dispatch.demo_forces import load_demo_forces
from tests.integration.dispatch.conftest import ADMIN, OTHER_TEAM, TEAM, Scene

HEAD = "id,name_zh,name_en,kind,host_enterprise_zh,province_code,city_code,address,lon,lat,precision,source,confidence"


def test_the_shipped_list_is_whole_and_loading_it_again_changes_nothing(uow: UnitOfWork):
    first = register.load_shipped(uow)
    again = register.load_shipped(uow)
    assert (first.added, again.added, again.changed) == (76, 0, 0)
    assert queries.national_totals(uow.session) == dict(capabilities.plan().counts)


def test_every_shipped_kind_is_known_and_departments_forces_are_partners(uow: UnitOfWork):
    register.load_shipped(uow)
    kinds = {force.code[0]: (force.kind, force.is_partner) for force in queries.forces(uow.session)}
    assert kinds == {
        "M": ("mining", False),
        "C": ("chemical", False),
        "F": ("fire", True),
        "S": ("maritime", True),
        "R": ("railway", True),
        "A": ("aviation", True),
        "N": ("nuclear", True),
    }


def test_the_placeholders_are_those_of_the_file_and_cannot_be_ordered(uow: UnitOfWork):
    register.load_shipped(uow)
    with (files("responder.dispatch") / "data" / "rescue_bases.csv").open(encoding="utf-8") as file:
        ours = {row["id"] for row in csv.DictReader(file) if row["confidence"] == "placeholder"}
    found = {
        force.code for force in queries.forces(uow.session) if force.is_placeholder and not force.is_partner
    }
    assert found == ours
    assert queries.national_orderable(uow.session) == 46 - len(ours)


def test_a_base_being_built_stays_in_the_46_and_leaves_those_that_can_be_ordered(database: Database):
    with database.unit_of_work() as uow:
        register.load_shipped(uow)
        before = queries.national_orderable(uow.session)
        readiness.set_build_state("M01", "building", "文件", uow)
        uow.session.flush()
        assert sum(queries.national_totals(uow.session).values()) == 46
        assert queries.national_orderable(uow.session) == before - 1


def _file(path: Path, *lines: str) -> Path:
    path.write_text("\n".join((HEAD, *lines)), encoding="utf-8")
    return path


M27 = "M27,第二十七基地,Base 27,mining,某集团,220000,220600,白山,126.4,41.9,city,文件,documented"


def test_a_47th_national_base_is_held_with_the_reason_until_an_administrator_admits_it(
    database: Database, tmp_path: Path
):
    path = _file(tmp_path / "more.csv", M27)
    assert register.recognises(path)
    with database.unit_of_work(ADMIN) as uow:
        register.load_shipped(uow)
        assert register.load_file(uow, path).added == 0
        register.load_file(uow, path)
        held = queries.held(uow.session)
        assert [(row.code, "46" in row.reason_zh) for row in held] == [("M27", True)]
        readiness.decide_held(held[0].id, "admitted", "应急厅函", uow)
        uow.session.flush()
        assert queries.force(uow.session, "M27") is not None
        with pytest.raises(Conflict):
            readiness.decide_held(held[0].id, "refused", "再议", uow)


@pytest.mark.parametrize(
    "line",
    [
        M27.replace("126.4,41.9", "41.9,126.4"),
        M27.replace("126.4", "east"),
        M27.replace("documented", "certain"),
    ],
)
def test_a_row_that_cannot_be_used_names_its_line(uow: UnitOfWork, tmp_path: Path, line: str):
    with pytest.raises(InvalidInput, match="Line 2"):
        register.load_file(uow, _file(tmp_path / "bad.csv", line))


def test_what_the_register_learned_survives_the_next_load(database: Database):
    with database.unit_of_work() as uow:
        register.load_shipped(uow)
        readiness.set_build_state("M03", "working", "核实函", uow)
        assert register.load_shipped(uow).changed == 0
        force = queries.force(uow.session, "M03")
        assert force is not None
        assert force.build_state == "working"


def test_the_demo_forces_are_marked_as_demo_and_loaded_once(uow: UnitOfWork):
    assert load_demo_forces(uow) == 9
    assert load_demo_forces(uow) == 0
    assert all(force.is_demo and "演示" in force.source for force in queries.forces(uow.session))


def report(at: object) -> readiness.Report:
    return readiness.Report("ready", 3, None, None, at, "")  # type: ignore[arg-type]


def test_a_force_reports_for_itself_and_for_no_other(scene: Scene):
    with scene.database.unit_of_work(TEAM) as uow:
        readiness.report_readiness("TEAM", report(uow.now), uow)
    with scene.database.unit_of_work() as uow:
        force = next(one for one in queries.fleet(uow.session) if one.code == "TEAM")
        assert (force.squads_on_duty, force.reported_at) == (3, uow.now)
    with scene.database.unit_of_work(OTHER_TEAM) as uow, pytest.raises(Exception, match="no such force"):
        readiness.report_readiness("TEAM", report(uow.now), uow)


def test_an_older_report_does_not_overwrite_a_newer_one(scene: Scene):
    with scene.database.unit_of_work(TEAM) as uow, pytest.raises(InvalidInput):
        readiness.report_readiness("TEAM", report(uow.now - timedelta(hours=2)), uow)


def test_the_fleet_in_memory_follows_every_change(scene: Scene):
    with scene.database.unit_of_work() as uow:
        first = queries.fleet(uow.session)
        assert queries.fleet(uow.session) is first
    scene.does(ADMIN, readiness.set_build_state, "NEAR", "closed", "文件")
    with scene.database.unit_of_work() as uow:
        changed = {one.code: one.build_state for one in queries.fleet(uow.session)}
    assert changed["NEAR"] == "closed"
