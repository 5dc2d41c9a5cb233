"""A document as plain data in the order of GB/T 9704: head, number, title, addressee, text, signature. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

EXERCISE_MARK = "【演练】"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heads; every cell is text."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    widths: tuple[int, ...] = ()  # shares of the line, one for each column; equal where none are given


@dataclass(frozen=True, slots=True)
class Official:
    """One document. `paragraphs` beginning with a number of the trade (一、) are headings of the text."""

    issuer: str
    title: str
    number: str = ""
    addressee: str = ""
    paragraphs: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()  # name and value, one line each, below the text
    tables: tuple[Table, ...] = ()
    signature: str = ""
    dated: str = ""
    notes: tuple[str, ...] = ()  # small print at the foot: copies, contact, checksum of the chain
    exercise: bool = False
    language: str = "zh"
    version: int = 1
    head: str = ""  # the red words of a periodical sheet (事故快报); empty: the issuer stands there
    urgency: str = ""  # 特急, at the left above the head
    signers: tuple[tuple[str, str], ...] = ()  # 拟稿, 审核, 签发 and who; empty: to be signed by hand

    @property
    def shown_title(self) -> str:
        """The title with the mark of an exercise before it."""
        return f"{EXERCISE_MARK}{self.title}" if self.exercise else self.title

    def as_data(self) -> dict[str, Any]:
        """Return the document as JSON, to be stored or handed to a writer."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Official":
        """Return the document that `as_data` described."""
        fields = dict(data)
        fields["paragraphs"] = tuple(fields.get("paragraphs", ()))
        fields["notes"] = tuple(fields.get("notes", ()))
        for pairs in ("facts", "signers"):
            fields[pairs] = tuple((str(name), str(value)) for name, value in fields.get(pairs, ()))
        fields["tables"] = tuple(_table(raw) for raw in fields.get("tables", ()))
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A record printed across the page: facts first, then tables with many columns."""

    title: str
    number: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    exercise: bool = False


def _table(raw: Mapping[str, Any]) -> Table:
    return Table(
        tuple(raw["heads"]),
        tuple(tuple(row) for row in raw["rows"]),
        raw.get("title", ""),
        tuple(raw.get("widths", ())),
    )


def chinese_date(day: date) -> str:
    """Return the day as GB/T 9704 writes it: 2026年11月21日."""
    return f"{day.year}年{day.month}月{day.day}日"


def is_heading(paragraph: str) -> bool:
    """Return whether a paragraph is a heading of the text: 一、…"""
    return len(paragraph) < 40 and paragraph[1:2] == "、" and paragraph[:1] in "一二三四五六七八九十"


def columns(table: Table) -> Sequence[int]:
    """Return the widths of a table's columns as shares."""
    return table.widths or (1,) * len(table.heads)
