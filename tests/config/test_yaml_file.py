from __future__ import annotations

import pytest

DEEP = "".join(f"{' ' * level}a:\n" for level in range(21))


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (
            "shop: &a {name: x}\nemail: *a",
            "line 1: anchors and aliases (& and *) are not used here; write the value out or quote the text",
        ),
        (
            "shop:\n  name: *a",
            "line 2: anchors and aliases (& and *) are not used here; write the value out or quote the text",
        ),
        ("shop: !!python/object:os.system x", "line 1: tags (!) are not used here; quote the text if it starts with !"),
        ("shop: {name: x}\nshop: {name: y}", "line 2: shop is set twice, first in line 1"),
        (DEEP, "line 20: more than 20 levels are nested"),
        ("[" * 100_000, "line 1: more than 20 levels are nested"),
        ("a: b\n---\nc: d", "line 2: a second document starts here; a configuration is one"),
        ("? [a]\n: b", "line 1: a key must be a word"),
        ("shop:\n\tname: x", "line 2: found character '\\t' that cannot start any token"),
        ("shop:\n  name: x\n email: y", "line 3: expected <block end>, but found '<block mapping start>'"),
        ("shop: {name: [", "line 1: expected the node content, but found '<stream end>'"),
        ("shop:\n  name: a\x00b", "line 2: the character U+0000 is not allowed"),
        (b"shop:\n  name: caf\xe9", "line 2: the text is not UTF-8"),
        (b"\xff\xfea\x00", "line 1: the text is not UTF-8"),
        (b"\x7fELF\x02\x01\x01\x00\x00", "line 1: the character U+007F is not allowed"),
        ("#" * 1_000_001, "the file has more than 1,000,000 bytes"),
    ],
    ids=lambda value: "" if isinstance(value, (str, bytes)) and len(value) > 80 else None,
)
def test_file_that_is_not_plain_yaml_is_refused(mistakes, text, mistake):
    assert mistakes(text) == [mistake]


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "\ufeff", "shop:\nprofiles:\n", "{}"])
def test_empty_file_sets_nothing(written, text):
    assert set(written(text).origins.values()) == {"default"}


def test_byte_order_mark_is_skipped(written):
    assert written("\ufeffshop: {name: x}").shop.name == "x"
