"""Read files of banks in tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from shopctl.adapters.bank import sniffing
from shopctl.domain.bank import Statement
from shopctl.errors import ShopError

SAMPLES = Path(__file__).parent / "samples" / "bank"


def read(path: Path | str, mapping: str = "") -> list[Statement]:
    """Read all statements of a file."""
    return list(sniffing.read(str(path), None, mapping))


def read_text(tmp_path: Path, content: str | bytes, mapping: str = "") -> list[Statement]:
    """Read all statements of a file with some content."""
    file = tmp_path / "given"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(file, mapping)


def refused(tmp_path: Path, content: str | bytes, mapping: str = "") -> ShopError:
    """Insist that a file is refused, and tell why."""
    with pytest.raises(ShopError) as caught:
        read_text(tmp_path, content, mapping)
    return caught.value


def said(error: ShopError) -> tuple[str, str]:
    """Tell where something is wrong in a file, and what."""
    return str(error.details.get("place", "")), str(error.details.get("reason", error.message))
