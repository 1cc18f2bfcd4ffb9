"""What only a process of its own shows: pipes that close, signals, other encodings, another process at work."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.support.rows import dump

SHOPCTL = (sys.executable, "-m", "shopctl")


def start(*words, **streams):
    """Start the program; standard streams are pipes unless told otherwise."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen((*SHOPCTL, *words), **{**pipes, **streams})


def shell(script, **variables):
    """Run a shell script in which `shopctl` is the program."""
    prefix = 'shopctl() { "$PYTHON" -m shopctl "$@"; }\n'
    environment = {**os.environ, "PYTHON": sys.executable, **variables}
    return subprocess.run(["bash", "-c", prefix + script], env=environment, capture_output=True, check=False)


def products(first, last):
    return b"".join(b'{"kind":"product","sku":"P%06d"}\n' % count for count in range(first, last))


def stored():
    return len(dump()["products"])


def waiting(count):
    """Make orders that wait for their money."""
    line = {"sku": "A", "description": "Apple", "quantity": "1", "unit_price": "5"}
    head = {"kind": "order", "ordered_at": "2026-11-16T09:14:03Z", "state": "sent", "currency": "EUR", "lines": [line]}
    return "".join(json.dumps({**head, "number": f"W{place:05d}"}) + "\n" for place in range(count))


def test_a_reader_that_leaves_early_stops_a_list_silently(stall):
    assert stall("import", "data", "-", "-q", stdin=waiting(3000)).status == 0

    found = shell('shopctl orders list --state all --format ids | head -1; echo "${PIPESTATUS[0]}"')

    first, status = found.stdout.decode().split()
    assert (first, status in {"0", "141"}, found.stderr) == ("S00106", True, b"")


def test_a_reader_that_leaves_early_loses_nothing_that_was_acknowledged(stall):
    assert stall("import", "data", "-", "-q", stdin=waiting(2000)).status == 0

    found = shell(
        "shopctl orders list --unpaid --format ids | grep W | shopctl orders confirm - --yes --format jsonl"
        ' | head -1; echo "${PIPESTATUS[2]}"'
    )

    acknowledged, status = found.stdout.decode().splitlines()
    states = {
        row["number"]: row["state"]
        for row in json.loads(stall("orders", "list", "--state", "all", "--json").out)["data"]
    }
    assert (json.loads(acknowledged)["result"], status, found.stderr) == ("changed", "141", b"")
    assert states[json.loads(acknowledged)["number"]] == "confirmed"
    # Whole transactions of 500: what was begun is finished, nothing after it is started.
    assert sum(state == "confirmed" for number, state in states.items() if number.startswith("W")) % 500 == 0
    assert stall("db", "check", "-q") == (0, "", "")


@pytest.mark.parametrize("target", [">&-", ">/dev/full"])
def test_an_answer_that_cannot_be_written_is_told(stall, target):
    reading = shell(f"shopctl orders list --state all {target}")
    writing = shell(f"shopctl orders confirm S00103 --json {target}")

    assert (reading.returncode, reading.stdout) == (1, b"")
    assert reading.stderr.startswith(b"error: the output cannot be written: ")
    assert b"[output.closed]" in reading.stderr
    assert writing.returncode == 1
    assert b"output.closed" in writing.stderr
    assert b"Traceback" not in reading.stderr + writing.stderr


def test_an_empty_standard_input_never_waits(stall):
    found = shell(
        "shopctl orders confirm - --yes </dev/null && shopctl import data - </dev/null; shopctl login </dev/null"
    )

    assert found.stdout == b""
    assert found.stderr == (
        b"Nothing to do.\n"
        b"error: standard input has nothing in it [file.empty]\nhint:  check whether the export worked\n"
        b"error: a password is needed and there is no terminal to ask on [usage]\n"
        b"hint:  pipe it in with --password-stdin\n"
    )


@pytest.mark.parametrize("locale", ["C", "POSIX"])
def test_a_locale_without_letters_still_answers(stall, locale):
    variables = {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    table = shell("shopctl orders list --unpaid --format table; shopctl orders show É", **variables)
    data = shell("shopctl orders list --customer C00004 --state all --json", **variables)

    assert "x000" not in table.stderr.decode("ascii")
    assert b"S00104  2026-11-20  sent" in table.stdout
    assert "there is no order" in table.stderr.decode("ascii")
    assert "Φως και Χώρος" in data.stdout.decode("utf-8")
    assert data.stderr == b""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_batch_after_the_part_in_hand(stall, number, status):
    before = stored()
    process = start("import", "data", "-", "--format", "jsonl")

    process.stdin.write(products(0, 2100))  # more than the 64 kB that are read at once
    process.stdin.flush()
    told = [process.stdout.readline() for _ in range(1000)]  # the first part is stored
    process.send_signal(number)
    rest, errors = process.communicate(products(2100, 100_000))

    told += rest.splitlines(keepends=True)
    assert process.returncode == status
    assert b"Traceback" not in errors
    assert {json.loads(line)["result"] for line in told} == {"created"}
    assert 1000 <= len(told) < 100_000
    assert stored() == before + len(told)


def test_a_database_locked_by_another_process_is_busy(stall):
    path = os.environ["SHOPCTL_DB"].removeprefix("sqlite:///")
    holder = (
        "import sqlite3, sys\n"
        "database = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "database.execute('BEGIN IMMEDIATE')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    before = dump()["payments"]
    with subprocess.Popen((sys.executable, "-c", holder, path), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"

        writing = stall("payment", "register", "S00103", "--wait", "1s", "--json")
        reading = stall("orders", "list", "--format", "ids", "--wait", "1s")

        other.stdin.close()
    untouched = dump()["payments"]
    after = stall("payment", "register", "S00103", "-q")

    assert (writing.status, writing.out) == (75, "")
    told = json.loads(writing.err)["error"]
    assert (told["code"], told["retryable"]) == ("db.busy", True)
    assert (reading.status, reading.out) == (0, "S00106\nS00105\nS00102\nS00101\n")
    assert untouched == before
    assert after == (0, "", "")
    assert len(dump()["payments"]) == len(before) + 1


def test_clerks_and_a_cron_job_work_on_the_same_money(stocked):
    for words in (
        ("invoice", "create", "S00101", "S00102", "S00106", "--confirm", "--no-allocate", "--yes"),
        ("payment", "register", "--customer", "C00001", "--amount", "100"),
    ):
        assert stocked(*words, "-q").status == 0
    numbers = stocked("payment", "list", "--state", "done", "--format", "ids").out.split()

    jobs = [
        start("payment", "allocate", "--all", "--auto", "--yes", "--json"),
        start("payment", "suggest", "--apply", "--yes", "--json"),
        start("payment", "refund", *numbers, "--yes", "--json"),
        start("payment", "cancel", *numbers, "--reason", "booked twice", "--yes", "--json"),
    ]
    answers = [job.communicate() for job in jobs]

    assert [job.returncode for job in jobs[:2]] == [0, 0]
    assert {job.returncode for job in jobs[2:]} <= {0, 8}
    assert not any(b"Traceback" in err or b"[internal]" in err for _, err in answers)
    assert stocked("db", "check", "-q") == (0, "", "")
