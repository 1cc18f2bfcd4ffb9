"""Name the published fields of what lines of statements may pay."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from shopctl.output.columns import Column, Kind


def _candidates(row: Any) -> list[dict[str, object]]:
    return [
        {"documents": list(one.documents), "score": one.score, "reasons": list(one.reasons)} for one in row.candidates
    ]


_COMMON: Final = (
    Column("line", "LINE", Kind.CODE, "Line of a statement"),
    Column("date", "DATE", Kind.DATE, "When it was booked"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of the amount", shown="machine"),
    Column("amount", "AMOUNT", Kind.MONEY, "What is not explained of it; below zero for money that went out"),
    Column("name", "PAYER", Kind.TEXT, "Who paid"),
    Column("text", "TEXT", Kind.TEXT, "What the payer wrote", shown="wide"),
    Column("documents", "MAY PAY", Kind.TEXT, "Documents of the best candidate"),
    Column("score", "SCORE", Kind.COUNT, "Points of the best candidate"),
    Column("why", "WHY", Kind.TEXT, "What speaks for it"),
)
_ALL: Final = Column("candidates", "CANDIDATES", Kind.OBJECT, "All candidates, the best first", _candidates, "machine")

MATCHES: Final = (*_COMMON, _ALL)
"""Fields of a match beyond doubt."""

UNMATCHED: Final = (
    *(replace(column, spare=column.name == "why") for column in _COMMON),
    Column("doubt", "DOUBT", Kind.TEXT, "Why it is not applied"),
    _ALL,
)
"""Fields of a line that nobody has explained yet."""

LINES: Final = (
    Column("line", "LINE", Kind.CODE, "Line of a statement"),
    Column("date", "DATE", Kind.DATE, "When it was booked"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of the amount", shown="machine"),
    Column("amount", "AMOUNT", Kind.MONEY, "How much; below zero for money that went out"),
    Column("state", "STATE", Kind.STATUS, "open, settled or ignored"),
    Column("remark", "REMARK", Kind.TEXT, "Why it is ignored"),
)
"""Fields of a line after something was said about it."""
