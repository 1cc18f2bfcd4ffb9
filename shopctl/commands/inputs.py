"""Read document numbers and records from standard input and from files."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from shopctl.errors import NotFoundError, UsageError

HEADINGS: Final = (
    "address", "number", "order", "invoice", "payment", "document", "reference", "code", "customer", "email", "id",
)  # fmt: skip
"""Names of a column that holds document numbers, the likeliest first; also how a header line is known."""

NUMBERS: Final = "write one number a line, or a CSV file"

_FIRST_FIELD = re.compile(r'[ \t]*(?:"([^"]*)"|([^\t ,;]+))')


def numbers_of(text: str) -> list[str]:
    """Take the first field of every line; blank lines, `#` comments and a header line are skipped.

    Returns:
        The fields in their order, repeated ones once.
    """
    found: dict[str, None] = {}
    first = True
    for line in text.splitlines():
        match = _FIRST_FIELD.match(line)
        if match is None or line.lstrip().startswith("#"):
            continue
        field = match[1] if match[1] is not None else match[2]
        if field and not (first and field.lower() in HEADINGS):
            found[field] = None
        first = False
    return list(found)


def records_of(text: str, name: str) -> list[dict[str, str]]:
    """Read CSV with a header line, JSON Lines, or plain numbers, told apart by the name of the file.

    Returns:
        One dictionary a record; values are text, absent ones are left out; plain numbers come as `number`.

    Raises:
        UsageError: A line is not a record; the message tells which.
    """
    ending = Path(name).suffix.lower()
    if ending in {".jsonl", ".ndjson"}:
        return list(_json_lines(text, name))
    if ending in {".csv", ".tsv"}:
        return list(_table(text, name, "\t" if ending == ".tsv" else ","))
    return [{"number": number} for number in numbers_of(text)]


def is_table(name: str) -> bool:
    """Tell whether a file of this name has records with fields of their own."""
    return Path(name).suffix.lower() in {".csv", ".tsv", ".jsonl", ".ndjson"}


def read_stream(stream: TextIO, most: int = -1, hint: str = NUMBERS) -> str:
    """Read standard input as UTF-8 text; `most` and `hint` as for `read_path`."""
    binary = getattr(stream, "buffer", None)
    if binary is None:
        return stream.read().removeprefix("\ufeff")
    return decode(_limited(binary, "standard input", most), "standard input", hint)


def read_path(path: str, most: int = -1, hint: str = NUMBERS) -> str:
    """Read all of a file as UTF-8 text.

    Args:
        most: How many bytes at most, so that what never ends is not read for ever; below zero for all.
        hint: What to give in place of a file that is not text.

    Raises:
        NotFoundError: It does not exist or cannot be read.
        UsageError: It is not text, or too long.
    """
    try:
        with Path(path).open("rb") as file:
            content = _limited(file, path, most)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a file name"
        raise NotFoundError(
            "file.missing",
            f"{path} cannot be read: {reason.lower()}",
            hint="check the path and the permissions",
            path=path,
        ) from error
    return decode(content, path, hint)


def _limited(file: BinaryIO, name: str, most: int) -> bytes:
    content = file.read(most + 1 if most >= 0 else -1)
    if 0 <= most < len(content):
        raise UsageError("file.format", f"{name} has more than {most} bytes", hint="give a shorter one", path=name)
    return content


def decode(content: bytes, name: str, hint: str = NUMBERS) -> str:
    """Make text of bytes: UTF-8, with or without a byte order mark, or UTF-16 with one."""
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        message = f"{name} is not {error.encoding.upper()} text (byte {error.start})"
        raise UsageError("file.encoding", message, hint="save it as UTF-8", path=name) from error
    if "\0" in text:
        raise UsageError("file.binary", f"{name} is not text", hint=hint, path=name)
    return text


def _table(text: str, name: str, delimiter: str) -> Iterator[dict[str, str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: Sequence[str] = ()
    try:
        for cells in reader:
            if not any(cells):
                continue
            if not header:
                header = _header(cells, name)
            elif len(cells) != len(header):
                fields = "1 field" if len(cells) == 1 else f"{len(cells)} fields"
                raise _broken(name, reader.line_num, f"has {fields}, the header has {len(header)}")
            else:
                yield {field: cell.strip() for field, cell in zip(header, cells, strict=True) if cell.strip()}
    except csv.Error as error:
        raise _broken(name, reader.line_num, f"is not CSV: {error}") from error


def _header(cells: Sequence[str], name: str) -> list[str]:
    header = [cell.strip().lower() for cell in cells]
    if len(set(header)) != len(header) or not all(header):
        raise _broken(name, 1, "is a header with an empty or repeated name")
    return header


def _json_lines(text: str, name: str) -> Iterator[dict[str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
        except (ValueError, RecursionError) as error:
            raise _broken(name, number, "is not JSON") from error
        if not isinstance(record, dict):
            raise _broken(name, number, "is not a JSON object")
        yield {field: _plain(value, name, number) for field, value in record.items() if value is not None}


def _plain(value: object, name: str, number: int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        raise _broken(name, number, "has a list or an object where a plain value belongs")
    if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
        raise _broken(name, number, "holds half of a character")
    return value.strip()


def _broken(name: str, line: int, problem: str) -> UsageError:
    return UsageError(
        "file.format",
        f"{name}: line {line} {problem}",
        hint="mend the line; nothing of the file was used",
        path=name,
        line=line,
    )
