"""A roster problem as `responder roster` reads it: demand, people, limits, rules, assignments to judge.

Absent limits do not bind; absent weights are hard. `day` counts from 0 at `start`. A person has at most
one shift a day.
"""

from datetime import date, timedelta
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from responder.core.errors import InvalidInput, Text, invalid

Weight = Annotated[int | None, Field(ge=0, description="absent: hard")]
DayIndex = Annotated[int, Field(ge=0)]
Limit = Annotated[int | None, Field(ge=0, description="absent: does not bind")]


class Part(BaseModel):
    """A piece of the document; a misspelt member is refused rather than silently not binding."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ShiftDefinition(Part):
    """A kind of shift: when it begins on its day, how long it is, and what may not follow it the next day."""

    id: str
    starts: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "08:00"
    minutes: Annotated[int, Field(gt=0, le=2880)]
    not_followed_by: tuple[str, ...] = ()

    @property
    def begins(self) -> timedelta:
        """Its beginning, from midnight of its day."""
        hours, minutes = self.starts.split(":")
        return timedelta(hours=int(hours), minutes=int(minutes))


class Demand(Part):
    """How many people a shift needs on a day; the weights are paid per person missing or surplus."""

    day: DayIndex
    shift: str
    post: str | None = None
    need: Annotated[int, Field(ge=0)]
    under_weight: Weight = None
    over_weight: Weight = None


class Request(Part):
    """A wish of one person about one day, and perhaps one shift of it."""

    day: DayIndex
    shift: str | None = None
    weight: Weight = None


class Carried(Part):
    """What a person brings from the time before the roster."""

    points: int = 0
    consecutive: Annotated[int, Field(ge=0)] = 0


class Member(Part):
    """A person who can be rostered, with what binds them."""

    id: str
    posts: tuple[str, ...] = ()
    rank: int | None = None
    qualifications: tuple[str, ...] = ()
    max_shifts: dict[str, Annotated[int, Field(ge=0)]] = {}
    max_minutes: Limit = None
    min_minutes: Limit = None
    max_consecutive: Limit = None
    min_consecutive: Limit = None
    min_consecutive_off: Limit = None
    max_weekends: Limit = None
    days_off: tuple[DayIndex, ...] = ()
    on_requests: tuple[Request, ...] = ()
    off_requests: tuple[Request, ...] = ()
    carried: Carried = Carried()


class RuleUse(Part):
    """A rule of the catalogue put in force, with its parameters."""

    id: Annotated[str, Field(pattern=r"^R\d\d$")]
    hard: bool = True
    weight: Weight = None
    parameters: dict[str, Any] = {}

    def number(self, name: str, default: float | None = None) -> float | None:
        """Return the parameter *name* as a number, *default* where it is absent; raise InvalidInput."""
        value = self.parameters.get(name, default)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool) and value >= 0):
            return value
        raise invalid(
            **{
                f"rules.{self.id}.parameters.{name}": Text(
                    f"规则{self.id}的参数{name}须是不小于0的数。",
                    f"Parameter {name} of rule {self.id} must be a number, 0 or more.",
                )
            }
        )


class Assignment(Part):
    """One person on one shift of one day."""

    person: str
    day: DayIndex
    shift: str
    post: str | None = None


class Problem(Part):
    """The whole document."""

    start: date
    days: Annotated[int, Field(gt=0, le=400)]
    shift_kinds: tuple[ShiftDefinition, ...]
    demand: tuple[Demand, ...] = ()
    people: tuple[Member, ...]
    rules: tuple[RuleUse, ...] = ()
    locked: tuple[Assignment, ...] = ()
    assignments: tuple[Assignment, ...] = ()

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        shifts, people = {k.id for k in self.shift_kinds}, {p.id for p in self.people}
        if len(shifts) != len(self.shift_kinds) or len(people) != len(self.people):
            raise ValueError("an id of a shift kind or a person stands twice")
        named = [k for kind in self.shift_kinds for k in kind.not_followed_by]
        named += [shift for p in self.people for shift in p.max_shifts]
        named += [d.shift for d in self.demand]
        wishes = [r for p in self.people for r in (*p.on_requests, *p.off_requests)]
        named += [r.shift for r in wishes if r.shift is not None]
        given = (*self.locked, *self.assignments)
        named += [a.shift for a in given]
        if unknown := sorted(set(named) - shifts):
            raise ValueError(f"shift {unknown[0]!r} is not among shift_kinds")
        if strangers := sorted({a.person for a in given} - people):
            raise ValueError(f"person {strangers[0]!r} is not among people")
        days = [d.day for d in self.demand] + [r.day for r in wishes] + [a.day for a in given]
        if beyond := [d for d in days if d >= self.days]:
            raise ValueError(f"day {max(beyond)} lies after the last day, {self.days - 1}")
        return self

    def date_of(self, day: int) -> date:
        """Return the date of a day's number."""
        return self.start + timedelta(days=day)


def read_problem(text: str | bytes) -> Problem:
    """Return the problem in the JSON document *text*; raise InvalidInput naming each member that is wrong."""
    try:
        return Problem.model_validate_json(text)
    except ValidationError as broken:
        errors = {
            ".".join(str(step) for step in error["loc"]) or "document": Text(error["msg"], error["msg"])
            for error in broken.errors()
        }
        where, first = next(iter(errors.items()))
        raise InvalidInput(
            Text(f"排班文件有误：{where}：{first.zh}", f"The document is wrong at {where}: {first.en}"),
            errors=errors,
        ) from broken
