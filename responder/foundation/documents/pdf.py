"""PDF by typst, with the font that ships with the product; the only module that loads typst."""

import json
from dataclasses import asdict
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from responder.foundation.documents.rules import EXERCISE_MARK, Ledger, Official, columns, is_heading

TEMPLATES = files("responder.foundation.documents") / "templates"
OFFICIAL = "official.typ"
LEDGER = "ledger.typ"


def official_pdf(document: Official) -> bytes:
    """Return the document as PDF."""
    return render_pdf(OFFICIAL, _for_typst(document))


def ledger_pdf(ledger: Ledger) -> bytes:
    """Return the record as PDF, across the page."""
    data = asdict(ledger)
    for table, raw in zip(ledger.tables, data["tables"], strict=True):
        raw["widths"] = list(columns(table))
    data["mark"] = EXERCISE_MARK if ledger.exercise else ""
    return render_pdf(LEDGER, data)


def render_pdf(template: str, data: dict[str, Any]) -> bytes:
    """Return *template*, one of the shipped ones, filled with *data* as PDF.

    The data reach typst as JSON input, never as markup, so that no text of a user can run as a template.
    """
    import typst

    source = (TEMPLATES / template).read_bytes()
    made = typst.compile(
        source,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    if not isinstance(made, bytes):
        raise TypeError("typst made no PDF")
    return made


@cache
def _fonts() -> Any:
    import noto_cjk_sans_otc
    import typst

    with as_file(noto_cjk_sans_otc.FONT_PATH) as path:
        return typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(path.parent)]
        )


def _for_typst(document: Official) -> dict[str, Any]:
    data = document.as_data()
    data["title"] = document.shown_title
    data["paragraphs"] = [{"text": text, "heading": is_heading(text)} for text in document.paragraphs]
    for table, raw in zip(document.tables, data["tables"], strict=True):
        raw["widths"] = list(columns(table))
    data["mark"] = EXERCISE_MARK if document.exercise else ""
    return data
