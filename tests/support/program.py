"""Run the program inside the tests, with streams and an environment of its own."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from shopctl.cli import main

PASSWORD = "four unrelated words here"


class Run(NamedTuple):
    """What one call answered."""

    status: int
    out: str
    err: str


class Program:
    """The program for one test: its own home, no configuration but what the test writes there."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch, capture: Callable[[], tuple[str, str]]) -> None:
        self.home = home
        self._patch = patch
        self._capture = capture

    def __call__(self, *words: object, stdin: str | bytes = b"") -> Run:
        """Run one command line; standard input is a pipe that holds `stdin`."""
        content = stdin.encode() if isinstance(stdin, str) else stdin
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))
        self._capture()
        mask = os.umask(0o022)
        try:
            status = main([str(word) for word in words])
        finally:
            os.umask(mask)
        out, err = self._capture()
        return Run(status, out, err)

    def use(self, variables: Mapping[str, str]) -> None:
        """Set environment variables."""
        for name, value in variables.items():
            self._patch.setenv(name, value)

    def sign_in(self, name: str = "anna", password: str = PASSWORD) -> None:
        """Set up the database with its administrator where needed, and sign in."""
        for words in (("db", "init", "--admin", name), ("login", "--user", name)):
            run = self(*words, "--password-stdin", stdin=f"{password}\n")
            assert run.status == 0, run.err
