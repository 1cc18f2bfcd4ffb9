"""Read the filter language of lists: `total>=100 and (country=FR or country=BE) and not customer~azure`.

A filter is a tree of tests joined by `and`, `or` and `not`. Reading knows no fields and no dates: what a test means is
decided by the list that it narrows. Every part remembers where it stands, so that a mistake can be pointed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from shopctl.errors import UsageError

LONGEST: Final = 10_000
"""Characters of a filter."""

DEEPEST: Final = 15
"""Brackets and `not`s inside of each other; SQLite reads some thirty."""

MOST: Final = 200
"""Tests of a filter; databases give up at some hundreds."""

OPERATORS: Final = ("=", "!=", ">", ">=", "<", "<=", "~", "!~", "in", "not in", "is empty", "is not empty")
WORDS: Final = {"eq": "=", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
"""Operators as words, which no shell takes for a redirection."""

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<mark>>=|<=|!=|!~|==|[=<>~(),])
      | (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<word>[^\s=<>~!(),"'][^\s=<>~!(),"]*)
      | (?P<odd>\S)
    )""",
    re.VERBOSE | re.DOTALL,
)


class Place(NamedTuple):
    """Where a part of a filter stands: its first character and the one after its last."""

    start: int
    end: int


class Value(NamedTuple):
    """A value as it was typed, without its quotes."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field compared with values; `operator` is one of `OPERATORS`, `is empty` and its opposite have no values."""

    field: Value
    operator: str
    values: tuple[Value, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """What must hold together."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Of what one must hold."""

    parts: tuple[Node, ...]


Node = Comparison | Not | And | Or


class _Token(NamedTuple):
    kind: str
    text: str
    place: Place


def mistake(text: str, place: Place, sentence: str, hint: str = "", code: str = "filter.syntax") -> UsageError:
    """Make the refusal of a filter that points at what is wrong.

    Args:
        sentence: What is wrong, without the filter itself.
    """
    start = max(place.start - 60, 0)
    shown = re.sub(r"\s", " ", text[start : place.end + 30])
    mark = " " * (place.start - start) + "^" * max(min(place.end, start + len(shown)) - place.start, 1)
    return UsageError(
        code,
        f"bad filter: {sentence}",
        hint=hint or 'write it like total>=100 and country in (FR, BE) and customer~"azure"  (shopctl help filters)',
        why=[shown, mark],
        position=place.start + 1,
    )


def parse(text: str) -> Node:
    """Read a filter.

    Raises:
        UsageError: `filter.syntax`, with the place.
    """
    if len(text) > LONGEST:
        raise UsageError(
            "filter.syntax",
            f"bad filter: {len(text):,} characters are more than {LONGEST:,}",
            hint="split it: --filter may be given several times, and all of them must hold",
        )
    return _Reader(text).whole()


class _Reader:
    """Reads the tokens of one filter from left to right; `or` binds least, then `and`, then `not`."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [*_tokens(text)]
        self._next = 0
        self._depth = 0
        self._tests = 0

    def whole(self) -> Node:
        """Read everything."""
        if len(self._tokens) == 1:
            raise self._wrong(self._peek(), "it is empty")
        found = self._either()
        token = self._peek()
        if token.kind != "end":
            raise self._wrong(token, f"'{token.text}' is not expected here; join tests with and, or")
        return found

    def _either(self) -> Node:
        parts = [self._both()]
        while self._word("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _both(self) -> Node:
        parts = [self._one()]
        while self._word("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self) -> Node:
        token = self._peek()
        opened = self._mark("(")
        if not opened and not self._word("not"):
            return self._test()
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._wrong(token, f"it is nested more than {DEEPEST} deep", "write it flatter")
        found = self._either() if opened else Not(self._one())
        if opened and not self._mark(")"):
            raise self._wrong(self._peek(), "a closing bracket is missing", opening=token)
        self._depth -= 1
        return found

    def _test(self) -> Node:
        field = self._take()
        if field.kind != "word":
            raise self._wrong(field, "a field is expected" + (f", not '{field.text}'" if field.text else " at the end"))
        self._tests += 1
        if self._tests > MOST:
            raise self._wrong(field, f"it has more than {MOST} tests", "split it, or use: field in (A, B, C)")
        name = Value(field.text, field.place)
        operator, values = self._compared(name)
        return Comparison(name, operator, values, Place(field.place.start, self._tokens[self._next - 1].place.end))

    def _compared(self, field: Value) -> tuple[str, tuple[Value, ...]]:
        token = self._take()
        word = token.text.lower() if token.kind == "word" else token.text
        if token.kind == "word" and word == "is":
            negated = self._word("not")
            if not self._word("empty"):
                raise self._wrong(self._peek(), "after 'is' comes 'empty' or 'not empty'")
            return ("is not empty" if negated else "is empty"), ()
        if token.kind == "word" and word == "not":
            if not self._word("in"):
                raise self._wrong(self._peek(), "after 'not' comes 'in'")
            return "not in", self._several()
        if token.kind == "word" and word == "in":
            return "in", self._several()
        operator = WORDS.get(word, "") if token.kind == "word" else {"==": "="}.get(word, word)
        if operator not in OPERATORS:
            what = f"'{token.text}' is no operator" if token.text else f"nothing follows '{field.text}'"
            raise self._wrong(token, what, f"use one of {' '.join(OPERATORS[:8])} in (…), is empty")
        return operator, (self._value(),)

    def _several(self) -> tuple[Value, ...]:
        if not self._mark("("):
            raise self._wrong(self._peek(), "after 'in' come values in brackets", "write: country in (FR, BE)")
        values = [self._value()]
        while self._mark(","):
            values.append(self._value())
        if not self._mark(")"):
            raise self._wrong(self._peek(), "a closing bracket is missing after the values")
        if len(values) > MOST * 5:
            raise self._wrong(self._peek(), f"more than {MOST * 5} values")
        return tuple(values)

    def _value(self) -> Value:
        token = self._take()
        if token.kind not in ("word", "quoted"):
            raise self._wrong(token, "a value is expected" + (f", not '{token.text}'" if token.text else " at the end"))
        return Value(token.text, token.place)

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += token.kind != "end"
        return token

    def _word(self, word: str) -> bool:
        return self._taken(self._peek().kind == "word" and self._peek().text.lower() == word)

    def _mark(self, mark: str) -> bool:
        return self._taken(self._peek().kind == "mark" and self._peek().text == mark)

    def _taken(self, matches: bool) -> bool:
        self._next += matches
        return matches

    def _wrong(self, token: _Token, sentence: str, hint: str = "", opening: _Token | None = None) -> UsageError:
        return mistake(self._text, (opening or token).place, sentence, hint)


def _tokens(text: str) -> list[_Token]:
    """Split a filter, ending with a token for its end."""
    found = []
    position = 0
    while match := _TOKEN.match(text, position):
        kind, position = str(match.lastgroup), match.end()
        place = Place(match.start(kind), match.end(kind))
        part = match[kind]
        if kind == "odd":
            what = "a quote is not closed" if part in "\"'" else f"'{part}' is not expected here"
            raise mistake(text, place, what)
        if kind == "quoted":
            part = re.sub(r"\\(.)", r"\1", part[1:-1], flags=re.DOTALL)
        found.append(_Token(kind, part, place))
    return [*found, _Token("end", "", Place(len(text), len(text)))]
