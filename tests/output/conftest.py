"""Fixtures for everything that prints."""

from __future__ import annotations

import io
from typing import Any

import pytest

from shopctl.output.screen import Output, OutputOptions
from tests.output.sample import MakeScreen, Screen, Terminal


@pytest.fixture
def screen() -> MakeScreen:
    """Return a maker of screens; `columns` pretends a terminal that wide, without colour unless asked."""

    def make(
        *,
        columns: int = 0,
        environ: dict[str, str] | None = None,
        encoding: str = "utf-8",
        answers: str | None = None,
        **options: Any,
    ) -> Screen:
        stdout, stderr = io.BytesIO(), io.BytesIO()
        kind = io.TextIOWrapper if answers is None else Terminal
        forced = {"SHOPCTL_FORCE_TTY": str(columns), "NO_COLOR": "1"} if columns else {}
        output = Output(
            OutputOptions(**options),
            stdin=kind(io.BytesIO((answers or "").encode()), encoding="utf-8"),
            stdout=io.TextIOWrapper(stdout, encoding=encoding),
            stderr=io.TextIOWrapper(stderr, encoding=encoding),
            environ=forced if environ is None else environ,
        )
        return Screen(output, stdout, stderr, encoding)

    return make
