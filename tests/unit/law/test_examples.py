"""The worked examples of the regulations reference, each answered through the contract."""

import json
from importlib.resources import files
from typing import Any

import pytest

from responder.law.contract import answer_line
from tests.unit.law.matching import differences

LINES = (
    (files("tests.unit.law") / "data" / "reporting_examples.jsonl").read_text(encoding="utf-8").splitlines()
)
EXAMPLES = [json.loads(line) for line in LINES if line.strip()]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["input"]["id"])
def test_worked_example_holds(example: dict[str, Any]) -> None:
    text, good = answer_line(json.dumps(example["input"]))
    assert good
    assert list(differences(example["expect"], json.loads(text))) == []
