"""Every package and module of `responder` stands in an import contract of setup.cfg."""

import configparser
import sys
from pathlib import Path

# Start-up stubs, data and tables of migrations: nobody imports them.
OUTSIDE = {"__init__", "__main__", "migrations", "translations"}


def rooms(contracts: configparser.ConfigParser, contract: str) -> set[str]:
    """Return the dotted names in the layers of *contract*."""
    layers = contracts[f"importlinter:contract:{contract}"]["layers"]
    return {name.strip("() ") for line in layers.splitlines() for name in line.split("|")} - {""}


def modules(package: Path) -> set[str]:
    """Return the dotted names of the modules and packages directly under *package*."""
    found = {path.stem for path in package.glob("*.py")}
    found |= {path.name for path in package.iterdir() if path.is_dir() and any(path.rglob("*.py"))}
    return {f"{'.'.join(package.parts)}.{name}" for name in found - OUTSIDE}


def main() -> int:
    """Print what stands in no contract; 1 if there is any."""
    contracts = configparser.ConfigParser()
    contracts.read("setup.cfg", encoding="utf-8")
    homeless = modules(Path("responder")) - rooms(contracts, "rooms")
    homeless |= modules(Path("responder/foundation")) - rooms(contracts, "foundation")
    for name in sorted(homeless):
        print(f"{name}: in no layer of setup.cfg, [importlinter:contract:rooms] or [...:foundation]")
    return 1 if homeless else 0


if __name__ == "__main__":
    sys.exit(main())
