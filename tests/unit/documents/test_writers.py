"""Official documents in PDF and Word."""

import io
from datetime import date

import docx
import pytest

from responder.foundation.documents.docx import official_docx
from responder.foundation.documents.pdf import official_pdf
from responder.foundation.documents.rules import Official, Table, chinese_date, is_heading

NASTY = '#import "x" $x$ *y* _z_ \\ <b>&amp;</b> {{ 7*7 }} \x07'


@pytest.fixture
def letter() -> Official:
    return Official(
        issuer="吉林省应急管理厅",
        title="调派通化矿山救护队的调度令",
        number="吉调〔2026〕12 号",
        addressee="通化矿山救护队",
        paragraphs=("一、事故情况", NASTY),
        facts=(("任务", "搜救"),),
        tables=(Table(("时间", "谁"), (("14:00", NASTY),), "时间线"),),
        signature="吉林省应急管理厅",
        dated=chinese_date(date(2026, 11, 21)),
        exercise=True,
    )


def test_a_document_survives_being_stored_as_data(letter: Official):
    assert Official.from_data(letter.as_data()) == letter


def test_an_exercise_is_marked_in_its_title(letter: Official):
    assert letter.shown_title.startswith("【演练】")


def test_only_short_numbered_lines_are_headings():
    assert is_heading("一、事故情况")
    assert not is_heading("一、" + "很长" * 30)
    assert not is_heading("事故情况")


def test_the_pdf_is_one_and_runs_nothing_that_a_user_wrote(letter: Official):
    assert official_pdf(letter).startswith(b"%PDF-1.7")


def test_the_word_file_holds_every_text_as_text(letter: Official):
    made = docx.Document(io.BytesIO(official_docx(letter)))
    text = "\n".join(paragraph.text for paragraph in made.paragraphs)
    assert NASTY.replace("\x07", "") in text
    assert "【演练】调派通化矿山救护队的调度令" in text
    assert "吉调〔2026〕12 号" in text
    assert made.tables[-1].cell(1, 0).text == "14:00"
