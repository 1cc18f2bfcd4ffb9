"""Take turns in writing one SQLite file, whatever process or connection it is."""

from __future__ import annotations

import subprocess
import sys

import pytest

from shopctl.db import turnstile
from shopctl.db.turnstile import busy, turn
from shopctl.errors import ExitStatus, TemporaryError

HOLDER = """
import sys
from shopctl.db.turnstile import turn
with turn(sys.argv[1], 10.0):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "shop.db")


@pytest.fixture
def holder(path):
    """Let another process hold the turn."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_turn_is_free_again_after_the_block(path):
    for _ in range(3):
        with turn(path, 0):
            pass


def test_turn_of_another_process_is_waited_for_no_longer_than_asked(path, holder):
    with pytest.raises(TemporaryError) as refused, turn(path, 0.01):
        pytest.fail("two hold the turn")

    assert (refused.value.code, refused.value.status, refused.value.retryable) == (
        "db.busy", ExitStatus.TEMPORARY, True,
    )  # fmt: skip


def test_who_gave_up_is_not_in_the_way_of_others(path, holder):
    with pytest.raises(TemporaryError), turn(path, 0.01):
        pass

    holder.communicate("\n")

    with turn(path, 0):
        pass


def test_turn_of_a_process_that_died_is_free(path, holder):
    holder.kill()
    holder.wait()

    with turn(path, 0):
        pass


def test_failure_inside_gives_the_turn_back(path):
    with pytest.raises(ZeroDivisionError), turn(path, 0):
        raise ZeroDivisionError

    with turn(path, 0):
        pass


def test_lock_file_is_for_the_owner_only(path, tmp_path):
    with turn(path, 0):
        assert (tmp_path / "shop.db.lock").stat().st_mode & 0o777 == 0o600


def test_directory_that_cannot_be_written_is_no_matter_of_turns(tmp_path):
    with turn(str(tmp_path / "missing" / "shop.db"), 0):
        pass


def test_system_without_such_locks_leaves_it_to_the_database(path, monkeypatch):
    monkeypatch.setattr(turnstile, "fcntl", None)

    with turn(path, 0), turn(path, 0):
        pass


def test_busy_says_how_to_wait_longer():
    assert busy().hint == "run the same command again, or wait longer with --wait 60s"
