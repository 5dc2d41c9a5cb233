"""Word by python-docx, in the same layout as the PDF; the only module that loads it."""

import io
from typing import Any

from responder.foundation.documents.rules import EXERCISE_MARK, Official, is_heading

TEXT_FONT, TITLE_FONT = "仿宋", "小标宋"
HEAD_RED = (0xC8, 0x10, 0x2E)
TEXT_PT, TITLE_PT, HEAD_PT, NOTE_PT = 16, 22, 30, 12
LINE_PT = 28
LINE_MM = 156  # the width of the text on A4


def official_docx(document: Official) -> bytes:
    """Return the document as Word; every text is set as text, so that nothing in it is markup."""
    import docx

    paper = docx.Document()
    _page(paper, document)
    _head(paper, document)
    _text(paper, document)
    for table in document.tables:
        _table(paper, table.title, [table.heads, *table.rows])
    _foot(paper, document)
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()


def _page(paper: Any, document: Official) -> None:
    from docx.shared import Mm, Pt

    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    normal = paper.styles["Normal"]
    normal.font.size = Pt(TEXT_PT)
    _named(normal, TEXT_FONT)
    normal.paragraph_format.line_spacing = Pt(LINE_PT)
    normal.paragraph_format.space_after = Pt(0)
    core = paper.core_properties
    core.title, core.author, core.comments = document.shown_title, document.issuer, ""
    if document.exercise:
        mark = section.header.paragraphs[0]
        mark.alignment = 1
        _run(mark, EXERCISE_MARK, TEXT_PT, bold=True)


def _named(style: Any, font: str) -> None:
    from docx.oxml.ns import qn

    style.font.name = font
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _run(paragraph: Any, text: str, size: int, *, bold: bool = False, red: bool = False) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(_printable(text))
    run.font.size, run.bold = Pt(size), bold
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), TEXT_FONT)
    if red:
        run.font.color.rgb = RGBColor(*HEAD_RED)


def _printable(text: str) -> str:
    # XML has no control characters; a text with one would break the whole file.
    return "".join(
        sign for sign in text if sign in "\t\n" or (ord(sign) >= 32 and not 0xD800 <= ord(sign) <= 0xDFFF)
    )


def _head(paper: Any, document: Official) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Mm, Pt

    if document.urgency:
        _run(paper.add_paragraph(), document.urgency, TEXT_PT, bold=True)
    head = paper.add_paragraph()
    head.alignment = 1
    head.paragraph_format.line_spacing = None
    _run(head, document.head or document.issuer, HEAD_PT, bold=True, red=True)
    if document.number:
        number = paper.add_paragraph()
        number.alignment = 1
        _run(number, document.number, TEXT_PT)
    if document.head:
        line = paper.add_paragraph()
        line.paragraph_format.tab_stops.add_tab_stop(Mm(LINE_MM), WD_TAB_ALIGNMENT.RIGHT)
        _run(line, f"{document.issuer}\t{document.dated}", TEXT_PT)
    _red_line(paper.add_paragraph())
    title = paper.add_paragraph()
    title.alignment = 1
    title.paragraph_format.space_before = Pt(LINE_PT)
    title.paragraph_format.space_after = Pt(LINE_PT)
    title.paragraph_format.line_spacing = None
    _run(title, document.shown_title, TITLE_PT, bold=True)


def _red_line(paragraph: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    paragraph.paragraph_format.line_spacing = Pt(6)
    border, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "1"), ("color", "C8102E")):
        line.set(qn(f"w:{name}"), value)
    border.append(line)
    paragraph._p.get_or_add_pPr().append(border)


def _text(paper: Any, document: Official) -> None:
    from docx.shared import Pt

    if document.addressee:
        _run(paper.add_paragraph(), f"{document.addressee}：", TEXT_PT)
    for text in document.paragraphs:
        paragraph = paper.add_paragraph()
        paragraph.paragraph_format.first_line_indent = Pt(2 * TEXT_PT)
        _run(paragraph, text, TEXT_PT, bold=is_heading(text))
    if document.facts:
        _table(paper, "", [list(pair) for pair in document.facts], heads=False)


def _table(paper: Any, title: str, rows: list[Any], *, heads: bool = True) -> None:
    if title:
        _run(paper.add_paragraph(), title, TEXT_PT, bold=True)
    grid = paper.add_table(rows=0, cols=len(rows[0]))
    grid.style = "Table Grid"
    for place, row in enumerate(rows):
        cells = grid.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.line_spacing = None
            _run(paragraph, text, NOTE_PT, bold=heads and place == 0)


def _foot(paper: Any, document: Official) -> None:
    from docx.shared import Mm, Pt

    if document.signers:
        signed = paper.add_paragraph()
        signed.paragraph_format.space_before = Pt(LINE_PT)
        for place in range(1, len(document.signers)):
            signed.paragraph_format.tab_stops.add_tab_stop(Mm(LINE_MM * place / len(document.signers)))
        _run(signed, "\t".join(f"{role}：{name}" for role, name in document.signers), TEXT_PT - 2)
    for text in (document.signature, document.dated):
        if text and not document.head:
            line = paper.add_paragraph()
            line.alignment = 2
            line.paragraph_format.right_indent = Pt(4 * TEXT_PT if text == document.dated else 2 * TEXT_PT)
            if text == document.signature:
                line.paragraph_format.space_before = Pt(LINE_PT)
            _run(line, text, TEXT_PT)
    for text in document.notes:
        note = paper.add_paragraph()
        note.paragraph_format.line_spacing = None
        _run(note, text, NOTE_PT)
