"""Chinese and western numerals as officers write them: 12, １２, 十二, 一百零八, 两, 俩, 1.15万."""

import re
from decimal import Decimal

DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5, "六": 6}
DIGITS |= {"七": 7, "八": 8, "九": 9}
UNITS = {"十": 10, "百": 100, "千": 1_000}
MYRIADS = {"万": 10_000, "亿": 100_000_000}
CHINESE = "〇零一二两俩三仨四五六七八九十百千万亿"
_ENGLISH_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
ENGLISH = {word: value for value, word in enumerate(_ENGLISH_WORDS.split(), start=1)}

AMOUNT = (
    r"(?:(?:[0-9]{1,3}(?:,[0-9]{3}){1,3}|[0-9]{1,9})(?:\.[0-9]{1,4})?[百千]?[万亿]?"
    rf"|[{CHINESE}]{{1,12}})"
)
"""A regular expression for one amount, to be read with `amount`."""

_WESTERN = re.compile(r"([0-9,]+(?:\.[0-9]+)?)([百千]?)([万亿]?)")


def chinese(text: str) -> int | None:
    """Return the value of a Chinese numeral, None when the characters make none: 一百零八 is 108, 二〇〇七 is 2007."""
    if len(text) > 1 and all(char in DIGITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text))
    total = section = digit = 0
    last_unit = 1
    for char in text:
        if char in DIGITS:
            digit, last_unit = DIGITS[char], 1 if DIGITS[char] == 0 else last_unit
        elif char in UNITS:
            last_unit = UNITS[char]
            section, digit = section + (digit or 1) * last_unit, 0
        elif char in MYRIADS:
            last_unit = MYRIADS[char]
            total, section, digit = _carried(total, section + digit, last_unit), 0, 0
        else:
            return None
    # 一百八 is 180 and 一万二 is 12000, as people say it; 一百零八 was told apart by its zero
    spoken = digit * last_unit // 10 if last_unit >= 100 else digit
    return total + section + spoken if text else None


def _carried(total: int, section: int, myriad: int) -> int:
    if myriad > total:
        return (total + section or 1) * myriad
    return total + (section or 1) * myriad


def amount(text: str) -> int | None:
    """Return the whole number that `AMOUNT` matched, None when there is none: 1,200; 1.15万; 三百."""
    western = _WESTERN.fullmatch(text)
    if western is None:
        return chinese(text)
    try:
        value = Decimal(western[1].replace(",", ""))
    except ArithmeticError:
        return None
    return int(value * UNITS.get(western[2], 1) * MYRIADS.get(western[3], 1))
