"""Complete command lines: words, options, choices, numbers, codes, saved searches; silently when nothing can be done."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from shopctl.commands import completing
from tests.support.rows import dump

PATIENT = 30.0


def offered(typed):
    return completing.candidates(f"shopctl {typed}", os.environ, PATIENT)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("dash", ["dashboard"]),
        ("orders cl", ["close"]),
        ("order cl", ["close"]),
        ("-q orders cl", ["close"]),
        ("--profile prod orders cl", ["close"]),
        ("--tz", ["--tz"]),
        ("orders list --un", ["--unpaid", "--until"]),
        ("orders list --state ", ["all", "cancelled", "confirmed", "sent"]),
        ("orders list --state c", ["cancelled", "confirmed"]),
        ("--format js", ["json", "jsonl"]),
        ("orders list --format js", ["json", "jsonl"]),
        ("dashboard --section sales,t", ["sales,todo", "sales,trend"]),
        ("search x --in o", ["orders"]),
        ("completion ", ["bash", "fish", "zsh"]),
        ("help exi", ["exit-codes"]),
        ("email templ", ["templates"]),
        ("email templates re", ["reset"]),
        ("email templates show re", ["receipt", "reminder"]),
        ("orders list --since ", []),
        ("import data ", []),
        ("nonsense ", []),
        ("orders nonsense ", []),
        ("'orders' cl", ["close"]),
        ("'ord", ["orders"]),
    ],
)
def test_words_and_options(typed, words):
    assert offered(typed) == words


def test_every_word_is_offered_first():
    assert {"orders", "dashboard", "show", "search", "completion"} <= set(offered(""))


def test_numbers_and_codes_of_the_shop(stocked):
    stocked("invoice", "create", "S00101", "--confirm")
    stocked("invoice", "create", "S00102")

    assert offered("orders show S0010") == [f"S0010{place}" for place in range(1, 7)]
    assert offered("orders show s00101") == ["S00101"]
    assert offered("orders show S00101 S00102 S00103 S0010")[-1] == "S00106"
    assert offered("invoice show ") == ["DRAFT/00002", "INV/2026/00001"]
    assert offered("show inv") == ["INV/2026/00001"]
    assert offered("show DSK") == ["DSK-140"]
    assert offered("orders list --customer C00001") == ["C00001"]
    assert offered("payment show PAY/2026/00001") == ["PAY/2026/00001"]
    assert offered("orders edit S00101 --add-line DSK") == ["DSK-140"]
    assert offered("tax show V2") == ["V21"]
    assert offered("terms preview NET") == ["NET30"]
    assert offered("orders show Ä") == offered("orders show %") == []


def execute(statement):
    """Run one statement in the database of the test, behind the program's back."""
    url = os.environ["SHOPCTL_DB"]
    if url.startswith("sqlite:"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database, database:
            database.execute(statement)
        return
    import psycopg

    with psycopg.connect(url, autocommit=True) as database:
        database.execute(statement)


def test_saved_searches_of_ones_own_and_shared_ones(stocked):
    execute(
        "INSERT INTO users (id, name, role, password_hash, created_at, disabled, failed_logins) "
        "SELECT 77, 'berta', 'sales', '', created_at, disabled, failed_logins FROM users"
    )
    for name, owner, shared in (("late", "anna", "FALSE"), ("large", "berta", "TRUE"), ("lost", "berta", "FALSE")):
        execute(
            "INSERT INTO saved_filters (noun, name, owner_id, shared, standard, options, created_at) "
            f"SELECT 'orders', '{name}', id, {shared}, FALSE, '{{}}', created_at FROM users WHERE name = '{owner}'"
        )

    assert offered("orders list @") == ["@large", "@late"]
    assert offered("orders list @lat") == ["@late"]


def test_completing_writes_nothing(stocked):
    before = dump()

    offered("show S")

    assert dump() == before


@pytest.mark.parametrize("typed", ["shopctl orders show S", "shopctl show ", "", "'", "shopctl \x00", "x" * 10_000])
def test_without_a_shop_it_is_silent(shopctl, typed):
    run = shopctl("__complete", typed)

    assert (run.status, run.err) == (0, "")


def test_nobody_signed_in_learns_nothing(stall):
    stall("logout")

    assert stall("__complete", "shopctl orders show S") == (0, "", "")


def test_patience_ends(stall):
    assert completing.answer("shopctl orders show S", os.environ, patience=0.000_001) == ""


def in_bash(line):
    """Let a real bash complete a line, and tell what it would put in the place of the last word."""
    script = (
        'shopctl() { "$PYTHON" -m shopctl "$@"; }\neval "$(shopctl completion bash)"\n'
        'COMP_LINE=$1 COMP_POINT=${#1}; _shopctl; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    found = subprocess.run(
        ["bash", "-c", script, "bash", line],
        env={**os.environ, "PYTHON": sys.executable}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stderr == ""
    return found.stdout.split()


def test_bash_completes(shopctl):
    assert in_bash("shopctl dash") == ["dashboard"]
    assert in_bash("shopctl orders list --un") == ["--unpaid", "--until"]
    assert in_bash("shopctl orders list --since ") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_script_asks_the_program(shopctl, shell):
    run = shopctl("completion", shell)

    assert (run.status, run.err) == (0, "")
    assert "shopctl __complete" in run.out


def test_script_of_bash_is_sound(shopctl):
    script = shopctl("completion", "bash").out

    assert subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False).stderr == ""


def test_unknown_shell_is_refused(shopctl):
    run = shopctl("completion", "tcsh")

    assert (run.status, run.out) == (2, "")
    assert "tcsh" in run.err
