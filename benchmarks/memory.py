"""Measure what a large batch keeps in memory: the highest resident size of a process that does nothing else.

Run as a program it does the batch: `python -m benchmarks.memory FILE COUNT` prints its peak in megabytes.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from benchmarks import shops
from benchmarks.measuring import Budget, Result, Scale, python


def batch_of_invoices(directory: Path, scale: Scale) -> list[Result]:
    """Measure ten times as many documents beside a tenth of them: the peak should not grow."""
    few, many = scale.documents, 10 * scale.documents
    small, large = (_peak(shops.filled(directory, count), count) for count in (few, many))
    work = f"memory of a batch of {many:,} invoices"
    return [Result(work, large, "MB", None, small, f"{few:,} invoices", (Budget(100, at_most=True),))]


def _peak(path: Path, count: int) -> float:
    done = subprocess.run(
        python("-m", "benchmarks.memory", str(path), str(count)), check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def highest() -> float:
    """Tell the highest resident size of this process in megabytes.

    What `getrusage` says includes the process that forked this one, so the kernel's own figure goes first.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main(path: str, count: str) -> None:
    """Do the batch and print the peak."""
    from benchmarks.documents import bill

    with shops.shop_at(f"sqlite:///{path}") as shop:
        bill(shop, int(count))
    print(f"{highest():.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
