from __future__ import annotations

import io

import pytest

from shopctl.adapters.sources.text import LINE_LIMIT, open_text
from shopctl.errors import ExitStatus, ShopError


def lines_of(tmp_path, content: bytes) -> list[str]:
    file = tmp_path / "given.txt"
    file.write_bytes(content)
    return list(open_text(str(file), None))


def refusal(tmp_path, content: bytes) -> ShopError:
    with pytest.raises(ShopError) as caught:
        lines_of(tmp_path, content)
    return caught.value


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"a\nb\n", ["a", "b"]),
        (b"a\nb", ["a", "b"]),
        (b"a\r\nb\r\n", ["a\r", "b\r"]),
        (b"\xef\xbb\xbfa\n", ["a"]),
        ("Łódź 🧵\n".encode(), ["Łódź 🧵"]),
        ("a\u2028b\x0bc\n".encode(), ["a\u2028b\x0bc"]),
        (b"\xff\xfe" + "é\nb\n".encode("utf-16-le"), ["é", "b"]),
        (b"\xfe\xff" + "é\nb\n".encode("utf-16-be"), ["é", "b"]),
        (b"\n\na\n", ["", "", "a"]),
    ],
)
def test_lines_are_cut_at_line_feeds_only(tmp_path, content, lines):
    assert lines_of(tmp_path, content) == lines


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "file.empty", "has nothing in it"),
        (b"\xef\xbb\xbf", "file.empty", "has nothing in it"),
        (b" \n\n", "file.empty", "has nothing in it"),
        (b"a\nb\x00c\n", "file.binary", "line 2 of"),
        (b"PK\x03\x04rest", "file.binary", "a ZIP archive or a spreadsheet"),
        (b"\x1f\x8b\x08", "file.binary", "compressed with gzip"),
        (b"a\nM\xfcller\n", "file.encoding", "line 2 of"),
        (b"a\nb\nc\xc3", "file.encoding", "line 3 of"),
        ("a\n".encode("utf-16-le"), "file.binary", "line 1 of"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, content, code, words):
    error = refusal(tmp_path, content)

    assert (error.code, error.status) == (code, ExitStatus.USAGE)
    assert words in error.message
    assert error.hint


def test_missing_file(tmp_path):
    with pytest.raises(ShopError) as caught:
        open_text(str(tmp_path / "none.csv"), None)

    assert (caught.value.code, caught.value.status) == ("file.missing", ExitStatus.NOT_FOUND)
    assert "no such file or directory" in caught.value.message


@pytest.mark.parametrize("path", ["/", "a\0b"])
def test_directories_and_impossible_names_cannot_be_read(path):
    with pytest.raises(ShopError, match="cannot be read"):
        open_text(path, None)


def test_dash_reads_standard_input_as_bytes_or_text():
    wrapped = io.TextIOWrapper(io.BytesIO("ä\nb\n".encode()), encoding="ascii")

    assert list(open_text("-", wrapped)) == ["ä", "b"]
    assert list(open_text("-", io.BytesIO(b"c"))) == ["c"]
    assert list(open_text("-", io.StringIO("\ufeffd\ne"))) == ["d", "e"]
    with pytest.raises(ShopError, match="there is no standard input"):
        open_text("-", None)


def test_late_mistakes_come_after_the_good_lines(tmp_path):
    file = tmp_path / "long.txt"
    file.write_bytes(b"good line\n" * 100_000 + b"b\xe4d\n")
    lines = open_text(str(file), None)

    assert next(lines) == "good line"
    with pytest.raises(ShopError, match="line 100001 of"):
        list(lines)


def test_a_line_without_end_is_cut_and_the_next_one_is_whole(tmp_path):
    first, second, third = lines_of(tmp_path, b"a\n" + b"x" * (LINE_LIMIT * 3) + b"\nlast\n")

    assert (first, third) == ("a", "last")
    assert LINE_LIMIT < len(second) < LINE_LIMIT + 600_000


def test_characters_on_block_borders_stay_whole(tmp_path):
    content = ("é" * 200_000 + "\n").encode()

    assert lines_of(tmp_path, b"x" + content) == ["x" + "é" * 200_000]
