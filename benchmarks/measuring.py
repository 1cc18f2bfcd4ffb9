"""Measure work and processes, and hold each figure beside its reference and its budget."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple


class Budget(NamedTuple):
    """A promise: the figure (or its ratio to the reference) is at least, or at most, so much."""

    limit: float
    of_ratio: bool = False
    at_most: bool = False

    def kept(self, result: Result) -> bool:
        """Tell whether a result keeps it."""
        value = result.ratio if self.of_ratio else result.figure
        return value is not None and (value <= self.limit if self.at_most else value >= self.limit)

    def __str__(self) -> str:
        return f"{'<=' if self.at_most else '>='} {self.limit:,g}{' x' if self.of_ratio else ''}"


class Result(NamedTuple):
    """A figure; `cpu` is the same measured in seconds of the processor instead of the clock."""

    work: str
    figure: float
    unit: str
    cpu: float | None = None
    reference: float | None = None
    against: str = ""
    budgets: tuple[Budget, ...] = ()

    @property
    def ratio(self) -> float | None:
        """The figure in terms of the reference."""
        return self.figure / self.reference if self.reference else None


class Scale(NamedTuple):
    """How much is measured: everything, or little for a quick look."""

    documents: int
    orders: int
    rounds: int
    starts: int


FULL = Scale(documents=10_000, orders=1_000_000, rounds=3, starts=30)
QUICK = Scale(documents=2_000, orders=50_000, rounds=2, starts=8)


class Spent(NamedTuple):
    """Seconds by the clock and by the processor."""

    wall: float
    cpu: float

    def least(self, other: Spent) -> Spent:
        """Take the better of two measurements, each clock by itself."""
        return Spent(min(self.wall, other.wall), min(self.cpu, other.cpu))


NEVER = Spent(float("inf"), float("inf"))


def spent(work: Callable[[], object]) -> Spent:
    """Do something once and tell what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def started(command: Sequence[str], environ: Mapping[str, str]) -> Spent:
    """Run a process to its end and tell what it took, its output thrown away.

    Raises:
        RuntimeError: It failed.
    """
    begin = time.perf_counter()
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            assert process.stderr is not None
            raise RuntimeError(f"{' '.join(command)} failed: {process.stderr.read().decode()}")
    return Spent(wall, usage.ru_utime + usage.ru_stime)


LAUNCHER = (
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, "
    "stderr=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
)
"""Starts a process from a small one: the size of a process counts what its parent had when it forked."""


def peak(command: Sequence[str], environ: Mapping[str, str]) -> float:
    """Run a process to its end and tell its highest resident size in megabytes."""
    done = subprocess.run(
        python("-c", LAUNCHER, *command), env=dict(environ), check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def environment(home: str) -> dict[str, str]:
    """Make the environment of a measured process: nobody's settings, byte code allowed."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    return kept | {"HOME": home, "NO_COLOR": "1", "PYTHONUTF8": "1"}


def python(*words: str) -> list[str]:
    """Write a command line of this interpreter."""
    return [sys.executable, *words]
