"""Words and addresses that stay out: another trade's terms, one machine's paths, outside assets."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Rule(NamedTuple):
    """A pattern that must not occur in the files that *where* accepts."""

    where: re.Pattern[str]
    pattern: re.Pattern[str]
    why: str


def rule(where: str, pattern: str, why: str) -> Rule:
    """Return the rule with both patterns compiled."""
    return Rule(re.compile(where), re.compile(pattern), why)


EVERYWHERE = r"."
PROSE = r"\.(md|po|html|txt)$"
PAGES = r"\.(html|js|css|svg)$"
ENGLISH_ON_PAGES = r"/translations/en/.*\.po$"
CHINESE_ON_PAGES = r"\.(html|po|py)$"
CODE = r"\.(py|js|css|html|sh|cfg|toml)$|^script/|^\.ci/"
OUTSIDE = r"https?://(?!127\.0\.0\.1|localhost|\[::1\]|www\.w3\.org/|(?:[a-z0-9-]+\.)*example\b)"

RULES = (
    rule(EVERYWHERE, r"(?<![\w.\-/>}])/(?:work|root|home|tmp)/[\w.]", "a path of one machine"),
    rule(
        EVERYWHERE,
        r"(?i)\b(?:pypi\.(?:org|python)|files\.pythonhosted|registry\.npm|npmmirror|(?:deb|security)\.debian"
        r"|archive\.ubuntu|tuna\.tsinghua|mirrors\.aliyun)\b",
        "the host of a package registry",
    ),
    rule(PAGES, OUTSIDE, "an address outside: everything that a page needs is served by us"),
    rule(
        r"\.py$",
        r"cdn\.jsdelivr|unpkg\.com|cdnjs\.|code\.jquery|netdna\.|fonts\.g(?:oogleapis|static)|tile\.openstreetmap",
        "an asset from outside: everything that a page needs is served by us",
    ),
    rule(CODE, r"\b(?:TODO|FIXME|XXX)\b(?!\(#\d)", "a promise without an issue"),
    rule(CHINESE_ON_PAGES, r"登陆(?!台风|点)", "log in is 登录"),
    rule(CHINESE_ON_PAGES, r"帐[号户]", "an account is 账号"),
    rule(CHINESE_ON_PAGES, r"替补值班|换人值班", "an override is 替班"),
    rule(CHINESE_ON_PAGES, r"调遣令|派遣令", "a dispatch order is 调度令"),
    rule(CHINESE_ON_PAGES, r"续保|逐级崔办|总接报告", "a slip of the pen: 续报, 逐级催办, 总结报告"),
)
# In the English catalogue only the translation is looked at, and case does not matter.
ENGLISH_TERMS = (
    (r"\bmock events?\b", "exercise, inject"),
    (r"\bnotifications?\b", "message, delivery, warning"),
    (r"\borgs?\b|\borgani[sz]ations?\b", "agency"),
    (r"\bregions?\b(?! of china)", "jurisdiction"),
    (r"\bdepots?\b", "rescue base"),
    (r"\bsign(?:ed|ing)? ?-?(?:up|on)\b|\blog ?on\b", "log in"),
    (r"\bfallback\b|\bretry\b", "escalation, rung, or repeat"),
    (r"\bpatch(?:es|ed)?\b|\btime ?slots?\b", "shift, override"),
    (r"\bschemes?\b", "plan"),
    (r"\bcasualty stats\b|\bstats\b", "toll, statistics"),
)

SELF = {"script/check.d/terms.py"}
NOT_OURS = re.compile(
    r"(^|/)vendor/|\.min\.(js|css)$|^LICENSE$|^requirements\.lock$|/OFL\.txt$|(^|/)LICENSE[^/]*$"
)


def files() -> list[str]:
    """Return what is tracked, or new and not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"git cannot list the files: {getattr(error, 'stderr', '') or error}")
    listed = answer.stdout.split("\0")
    return sorted(name for name in set(listed) - SELF - {""} if not NOT_OURS.search(name))


def text_of(name: str) -> str | None:
    """Return the text of a file, None if it is gone or is no text."""
    try:
        return Path(name).read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError, UnicodeDecodeError):
        return None


def findings(name: str) -> Iterator[str]:
    """Yield what does not belong in the file *name*."""
    rules = [rule for rule in RULES if rule.where.search(name)]
    text = text_of(name)
    if text is None or not rules:
        return
    for number, line in enumerate(text.splitlines(), 1):
        for _, pattern, why in rules:
            found = pattern.search(line)
            if found:
                yield f"{name}:{number} {found.group()!r}: {why}"
    if re.search(ENGLISH_ON_PAGES, name):
        yield from english_findings(name, text)


def english_findings(name: str, text: str) -> Iterator[str]:
    """Yield where a translation uses a word that another trade uses for the thing."""
    translating = False
    for number, line in enumerate(text.splitlines(), 1):
        translating = line.startswith("msgstr") or (translating and line.startswith('"'))
        if not translating:
            continue
        for pattern, say in ENGLISH_TERMS:
            found = re.search(pattern, line, re.IGNORECASE)
            if found:
                yield f"{name}:{number} {found.group()!r}: say {say}"


def main() -> int:
    """Print the findings; 1 if there are any."""
    found = [finding for name in files() for finding in findings(name)]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
