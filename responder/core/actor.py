"""Who acts: role, office and the part of the country that is theirs."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What an account is for."""

    DUTY_OFFICER = "duty_officer"
    LEADER_IN_CHARGE = "leader_in_charge"
    COMMANDER = "commander"
    PLAN_ADMINISTRATOR = "plan_administrator"
    DRILL_ORGANIZER = "drill_organizer"
    STATISTICIAN = "statistician"
    INSPECTOR = "inspector"
    REPORTER = "reporter"
    ADMINISTRATOR = "administrator"
    FORCE_LEADER = "force_leader"


@dataclass(frozen=True, slots=True)
class Area:
    """The subtree of jurisdictions an office answers for.

    `level` is state, province, city, county or unit; `code` is its jurisdiction. A unit or a rescue force has no
    subtree: it sees what is its own or addressed to it.
    """

    level: str
    code: str


@dataclass(frozen=True, slots=True)
class Actor:
    """The account on whose behalf something is done; `role` None is the system itself."""

    account_id: UUID | None
    person_id: UUID | None
    login: str
    name: str
    role: Role | None
    agency_code: str
    agency_name: str
    area: Area
    locale: str = "zh_Hans_CN"
    theme: str = "auto"
    line: str = "work_safety"


SYSTEM = Actor(None, None, "system", "系统", None, "", "", Area("state", "000000"))
ANONYMOUS = Actor(None, None, "", "", None, "", "", Area("none", ""))
