"""What the roster's part of the HTTP API takes and answers."""

from pydantic import BaseModel, Field


class OnCallQuery(BaseModel):
    """When: ISO 8601 with offset; absent is now."""

    at: str = Field("", description="ISO 8601 with offset; absent: now")


class CalendarQuery(BaseModel):
    """The key to the calendar: a feed token or a bearer token."""

    token: str = ""


class PersonOut(BaseModel):
    """Somebody on a seat."""

    person_id: str
    name: str
    post: str
    seat: str
    signed_in_at: str | None
    stands_in_for: str | None


class ShiftOut(BaseModel):
    """A shift and when it lasts."""

    id: str
    kind: str
    starts_at: str
    ends_at: str


class OnCallOut(BaseModel):
    """Who is on call; without a roster `shift` is null and the lists are empty."""

    agency: str
    at: str
    shift: ShiftOut | None
    officers: list[PersonOut]
    second: PersonOut | None
    leader: PersonOut | None
    backups: list[PersonOut]
    signed_in: list[PersonOut]
    still_on_post: list[PersonOut]
    roster_version: int | None


class SignInOut(BaseModel):
    """A sign-in as recorded."""

    shift: str
    person_id: str
    at: str
    late_seconds: int
