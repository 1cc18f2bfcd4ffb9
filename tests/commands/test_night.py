"""The night of `examples/cron`: every job in turn, silent while all is well, and the same again changes nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.support.rows import dump
from tests.support.signed_in import EXAMPLES

NIGHT = EXAMPLES / "cron" / "nightly.sh"


@pytest.fixture
def night(stall, tmp_path):
    """Run the script in a shop that keeps its letters in a folder, and answer status and what it printed."""
    config = (EXAMPLES / "shop.yaml").read_text("utf-8")
    file = tmp_path / "shop.yaml"
    file.write_text(config.replace("\nemail:\n", f"\nemail:\n  transport: maildir\n  maildir: {tmp_path / 'out'}\n"))
    program = tmp_path / "bin" / "shopctl"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m shopctl "$@"\n')
    program.chmod(0o755)
    inbox = tmp_path / "bank"
    (inbox / "in").mkdir(parents=True)
    variables = {"SHOPCTL_CONFIG": str(file), "PATH": f"{program.parent}:{os.environ['PATH']}"}

    def run():
        done = subprocess.run(
            ["sh", NIGHT, inbox], env={**os.environ, **variables}, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr

    run.inbox, run.out = inbox, tmp_path / "out"
    return run


def test_a_night_is_silent_and_is_not_done_twice(night, stall):
    shutil.copy(EXAMPLES / "bank_camt053.xml", night.inbox / "in")

    assert night() == (0, "", "")

    ((taken),) = (night.inbox / "done").iterdir()
    assert re.fullmatch(r"\d{8}T\d{6}-bank_camt053\.xml", taken.name)
    assert list((night.inbox / "in").iterdir()) == []
    letters = json.loads(stall("email", "list", "--json").out)["data"]
    assert {letter["state"] for letter in letters} == {"sent"}
    assert len(list((night.out / "new").iterdir())) == len(letters) > 3
    before = dump()

    assert night() == (0, "", "")

    assert dump() == before


def test_what_goes_wrong_is_printed_and_stops_nothing(night, stall):
    (night.inbox / "in" / "broken.xml").write_text("<Document/>")

    status, out, err = night()

    assert (status, out) == (2, "")
    assert "broken.xml" in err
    assert (night.inbox / "in" / "broken.xml").exists()
    assert json.loads(stall("invoice", "list", "--json").out)["data"] != []


def test_a_night_without_statements_or_without_a_token_does_nothing(night, stall):
    stall.use({"SHOPCTL_TOKEN": "none"})
    (night.inbox / "in").rmdir()

    status, out, err = night()

    assert (status, out) == (3, "")
    assert err == (
        f"error: there is no directory {night.inbox}/in for the statements of the bank\n"
        f"hint:  mkdir -p {night.inbox}/in\n"
    )
    (night.inbox / "in").mkdir()
    status, out, err = night()
    assert (status, out, err.count("error: ")) == (4, "", 1)
