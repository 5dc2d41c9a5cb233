"""Names of files in headers."""

import pytest
from flask import Response
from werkzeug.http import parse_options_header

from responder.foundation.web.downloads import attach


@pytest.mark.parametrize("name", ["吉请〔2026〕2号.pdf", 'a "b"\r\n.pdf', "演练.docx", "plain.json"])
def test_any_name_is_one_line_of_ascii_and_is_read_back_whole(name: str):
    said = attach(Response(), name).headers["Content-Disposition"]
    assert said.isascii()
    assert said.isprintable()
    assert parse_options_header(said)[1]["filename"] == name
