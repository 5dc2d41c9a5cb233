"""Shapes of paper requests and answers for the OpenAPI document."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

PaperKind = Literal["quick_report", "follow_up", "urgent_information"]


class PaperIn(BaseModel):
    """Which paper to make, and who drafted, checked and signed it; a name left out is signed by hand."""

    kind: PaperKind
    drafter: str = ""
    checker: str = ""
    signer: str = ""


class PaperFile(BaseModel):
    """One file of a paper."""

    form: Literal["pdf", "docx"]
    url: str
    size: int | None
    sha256: str | None


class PaperOut(BaseModel):
    """One edition of a paper."""

    model_config = ConfigDict(extra="allow")

    id: str
    incident: str
    kind: PaperKind
    number: str
    edition: int
    report_version: int
    made_at: str
    superseded: bool
    sha256: str
    sms: str
    script: str
    files: list[PaperFile]


class PaperList(BaseModel):
    """All papers of an incident, the newest first."""

    items: list[PaperOut]
    next: str | None
