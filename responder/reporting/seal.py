"""The seal of an exported file: canonical JSON, its SHA-256, the installation's own mark; and the check. Pure.

Whoever holds a sealed file can check it without the system: the seal covers every other member, the audit entries
recompute link by link, and what the arrows claim must stand in those entries.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from responder.foundation.audit.rules import ENCODER, check_proof

SEAL = "seal"
COVERS = "SHA-256 of the canonical JSON (keys sorted, no spaces, UTF-8) of every member but `seal`"
_MARK = b"responder evidence seal"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked; `wrong` None means that it holds."""

    what: str
    wrong: str | None = None


def canonical(document: Mapping[str, Any]) -> bytes:
    """Return the one byte form of what a seal covers."""
    covered = {key: value for key, value in document.items() if key != SEAL}
    return ENCODER.encode(covered).encode("utf-8", "surrogatepass")


def sealed(document: Mapping[str, Any], secret: str) -> dict[str, Any]:
    """Return *document* with its seal: the checksum, and a mark that only holders of *secret* can make."""
    covered = canonical(document)
    return {
        **document,
        SEAL: {
            "sha256": hashlib.sha256(covered).hexdigest(),
            "hmac_sha256": _mark(covered, secret),
            "covers": COVERS,
        },
    }


def _mark(covered: bytes, secret: str) -> str:
    key = hmac.new(secret.encode(), _MARK, hashlib.sha256).digest()
    return hmac.new(key, covered, hashlib.sha256).hexdigest()


def check(document: Mapping[str, Any], secret: str | None = None) -> list[Finding]:
    """Return what was checked of a sealed file and whether it holds; the mark only where *secret* is known."""
    try:
        return list(_checks(document, secret))
    except (KeyError, TypeError, ValueError, AttributeError):
        return [Finding("form", "the file is not one that this system sealed")]


def _checks(document: Mapping[str, Any], secret: str | None) -> Iterator[Finding]:
    seal, covered = document[SEAL], canonical(document)
    same = hmac.compare_digest(str(seal["sha256"]), hashlib.sha256(covered).hexdigest())
    yield Finding("seal", None if same else "the file was changed after it was sealed")
    if secret is not None:
        ours = hmac.compare_digest(str(seal["hmac_sha256"]), _mark(covered, secret))
        yield Finding("mark of the installation", None if ours else "it was not sealed by this installation")
    broken = check_proof(document["audit"])
    entries = len(document["audit"]["entries"])
    yield Finding(
        f"audit chain, {entries} entries",
        f"{broken.chain} entry {broken.seq}: {broken.why}" if broken else None,
    )
    yield from _check_arrows(document)


def _check_arrows(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Compare the receipts that the arrows claim with what the audit chain recorded."""
    recorded = {
        (entry["payload"].get("to"), datetime.fromisoformat(entry["payload"]["at"]))
        for entry in document["audit"]["entries"]
        if entry["kind"] == "leg.acknowledged" and "at" in entry["payload"]
    }
    claimed = [
        arrow
        for arrow in document.get("arrows", ())
        # The arrow by which the incident came in is the first report itself.
        if arrow["acknowledged_at"] and arrow["state"] == "acknowledged" and arrow["from"] != "unit"
    ]
    lost = [
        arrow
        for arrow in claimed
        if (arrow["to_name"], datetime.fromisoformat(arrow["acknowledged_at"])) not in recorded
    ]
    for arrow in lost:
        yield Finding(f"arrow {arrow['id']}", "its receipt does not stand in the audit chain")
    if claimed and not lost:
        yield Finding(f"{len(claimed)} receipts stand in the audit chain")
