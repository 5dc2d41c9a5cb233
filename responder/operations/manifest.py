"""The paper that lies beside a backup: when it was made, of what, and what it holds."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from responder.operations.contents import Contents

FORMAT = 1
SALT = b"responder backup"


class Unusable(Exception):
    """A backup cannot be made, or cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    made_at: datetime
    engine: str  # sqlite or postgresql
    contents: Contents
    sha256: str
    key_mark: str  # tells whether two installations have the same secret key, and not which
    demo: bool

    def text(self) -> str:
        """Return the manifest as JSON."""
        return json.dumps(
            {
                "format": FORMAT,
                "made_at": self.made_at.isoformat(),
                "engine": self.engine,
                "schema": self.contents.revision,
                "sha256": self.sha256,
                "key_mark": self.key_mark,
                "demo": self.demo,
                "rows": dict(self.contents.rows),
                "chains": {
                    chain: {"seq": seq, "hash": h} for chain, (seq, h) in self.contents.chains.items()
                },
            },
            ensure_ascii=False,
            indent=1,
        )


def manifest_path(backup: Path) -> Path:
    """Return where the manifest of *backup* lies."""
    return backup.with_name(f"{backup.name}.json")


def key_path(backup: Path) -> Path:
    """Return where the secret key of the installation lies beside *backup*."""
    return backup.with_name(f"{backup.name}.key")


def read_manifest(backup: Path) -> Manifest:
    """Return the manifest beside *backup*; raise Unusable where there is none that can be read."""
    path = manifest_path(backup)
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if said["format"] != FORMAT:
            raise Unusable(f"{path} is of a later release: restore it with that one")
        chains = {chain: (head["seq"], head["hash"]) for chain, head in said["chains"].items()}
        return Manifest(
            datetime.fromisoformat(said["made_at"]),
            said["engine"],
            Contents(said["rows"], chains, said["schema"]),
            said["sha256"],
            said["key_mark"],
            said["demo"],
        )
    except FileNotFoundError:
        raise Unusable(f"{path} is missing: it lies beside every backup that was made in full") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unusable(f"{path} cannot be read: take another backup") from None


def key_mark(secret: str) -> str:
    """Return a mark of *secret* that is slow to guess from."""
    return hashlib.scrypt(secret.encode(), salt=SALT, n=2**14, r=8, p=1, dklen=8).hex()


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
