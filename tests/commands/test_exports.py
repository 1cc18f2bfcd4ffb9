"""`export data`."""

from __future__ import annotations

import json
from collections import Counter

from tests.support.signed_in import EXAMPLES


def test_everything_that_import_reads_comes_out(stocked):
    found = stocked("export", "data")

    records = [json.loads(line) for line in found.out.splitlines()]
    assert (found.status, found.err) == (0, "")
    assert Counter(record["kind"] for record in records) == {
        "tax": 2, "terms": 1, "product": 6, "customer": 6, "cart": 4, "order": 6,
    }  # fmt: skip
    [order] = [record for record in records if record.get("number") == "S00103"]
    assert order["payments"][0]["amount"] == "1102.7900"


def test_an_empty_shop_takes_it_and_gives_out_the_same(unstocked):
    filled = unstocked("import", "data", EXAMPLES / "shop.jsonl", "-q")
    first = unstocked("export", "data")
    again = unstocked("import", "data", "-", "--json", stdin=first.out)

    assert (filled.status, again.status) == (0, 0)
    assert json.loads(again.out)["data"]["unchanged"] == len(first.out.splitlines())
    assert unstocked("export", "data") == first


def test_a_file_is_written_once_and_completely(stall, tmp_path):
    target = tmp_path / "shop.jsonl"

    first = stall("export", "data", "-o", target)
    second = stall("export", "data", "-o", target)

    assert first == (0, "", "")
    assert target.stat().st_mode & 0o777 == 0o600
    assert len(target.read_text().splitlines()) == 25
    assert (second.status, second.out) == (2, "")
    assert "exists already" in second.err
    assert [file.name for file in tmp_path.iterdir() if file.suffix == ".tmp"] == []
