"""Ranking 10,000 forces for one incident, beside sorting the same forces by distance alone.

Target (DESIGN section 7): 30 ms. The forces are values made beforehand, as the register keeps them in memory; the
sentences of the fifty rows that a page could show are counted in. Exit code 1 when the target is missed.
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from maps.distance import distance_km
from responder.core.errors import Text
from responder.dispatch import capabilities
from responder.dispatch.ranking import Busy, Force, Need, explain, rank
from responder.dispatch.rules import Seat

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
COUNT, SHOWN, RUNS, TARGET_MS = 10_000, 50, 15, 30.0
KINDS = ("mining", "chemical", "fire", "mining", "chemical", "railway")
HELD = (("M-SAR", "M-GAS", "M-VENT", "M-CLEAR"), ("M-SAR", "M-GAS"), ("C-DET", "C-PPE1", "C-PLUG"), ())
STATES = ("working", "working", "working", "unconfirmed", "building", "closed")


def forces(count: int) -> list[Force]:
    """Return *count* forces spread over the country, always the same."""
    made = []
    for i in range(count):
        province = f"{11 + i % 54:02d}0000"
        made.append(
            Force(
                code=f"B{i:05d}",
                name=Text(f"第 {i} 救援队", f"Rescue team {i}"),
                kind=KINDS[i % 6],
                level="city",
                build_state=STATES[i % 6],
                is_placeholder=i % 97 == 0,
                is_partner=KINDS[i % 6] in {"fire", "railway"},
                owner="",
                agency_code=None,
                seat=Seat(province, None, None),
                lon=75 + i * 7919 % 59_000 / 1000,
                lat=19 + i * 104_729 % 34_000 / 1000,
                held=dict.fromkeys(HELD[i % 4], "2026-01-01"),
                equipment={},
                people=30,
                squads=3,
                squads_on_duty=1 + i % 3,
                vehicles=4,
                readiness=("ready", "limited", "out", None)[i % 4],
                reported_at=NOW - timedelta(minutes=i % 4000) if i % 4 != 3 else None,
                free_since=None,
            )
        )
    return made


def median_ms(work: Callable[[], object]) -> float:
    """Return the median milliseconds of some runs."""
    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds) * 1000


def main() -> int:
    """Measure, print the row, and say whether the target was met."""
    fleet = forces(COUNT)
    need = Need(126.59, 42.05, capabilities.requirement("gas_explosion", "coal_mine"), "220000")
    busy = {force.code: Busy("吉调〔2026〕1 号", NOW, Text("途中", "under way")) for force in fleet[::50]}

    def ours() -> None:
        for standing in rank(fleet, need, NOW, busy)[:SHOWN]:
            explain(standing, need, NOW, busy)

    def plain() -> None:
        sorted(fleet, key=lambda force: distance_km(126.59, 42.05, force.lon, force.lat))

    took, baseline = median_ms(ours), median_ms(plain)
    met = took <= TARGET_MS
    cells = (
        f"ranking {COUNT:,} forces",
        f"{took:.1f} ms",
        f"{baseline:.1f} ms (sorted by distance alone)",
        f"{took / baseline:.2f}",
        f"{TARGET_MS:g} ms",
        "met" if met else "missed",
    )
    print("\t".join(cells))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
