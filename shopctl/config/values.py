"""Turn the text of one setting into its value, or say in a sentence why it cannot be one."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

Reader = Callable[[str], object]
"""Takes the text of a setting and returns its value; raises `ValueError` with a sentence."""

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
TOKEN = re.compile(r"\{([^{}]*)\}")
SEQUENCE = re.compile(r"seq(:0([1-9]|1[0-2])d)?")
NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
NAME_FORM = "a name of letters, digits, dashes and underscores"
PERIODS = ("year", "yy", "fy", "month")


def clipped(text: str) -> str:
    """Cut a text of the file short and show its control characters as escapes."""
    text = text if len(text) <= 60 else f"{text[:60]}…"
    return CONTROL.sub(lambda match: ascii(match[0])[1:-1], text)


def shown(text: str) -> str:
    """Quote a text of the file for a message."""
    return f"'{clipped(text)}'"


def text(value: str) -> str:
    """Accept any text on one line."""
    if CONTROL.search(value):
        raise ValueError("must be one line without control characters")
    return value.strip()


def paragraph(value: str) -> str:
    """Accept a text of several lines."""
    if CONTROL.search(value.replace("\n", "").replace("\t", "")):
        raise ValueError("must not contain control characters")
    return value.strip()


def number(low: int, high: int) -> Reader:
    """Accept a whole number between two limits."""

    def read(value: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,9}", value) or not low <= int(value) <= high:
            raise ValueError(f"{shown(value)} is not a whole number from {low} to {high}")
        return int(value)

    return read


def step(value: str) -> Decimal:
    """Accept the smallest coin, such as 0.05."""
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4})?", value) or not Decimal(value):
        raise ValueError(f"{shown(value)} is not an amount above 0 such as 0.05")
    return Decimal(value)


def flag(value: str) -> bool:
    """Accept `true` or `false`, `yes` or `no`, `on` or `off`."""
    word = value.lower()
    if word not in ("true", "yes", "on", "false", "no", "off"):
        raise ValueError(f"{shown(value)} is neither true nor false")
    return word in ("true", "yes", "on")


def choice(*words: str) -> Reader:
    """Accept one of a few words."""

    def read(value: str) -> str:
        if value not in words:
            raise ValueError(f"{shown(value)} is not one of {', '.join(words)}")
        return value

    return read


def pattern(expression: str, what: str, *, upper: bool = False) -> Reader:
    """Accept a text of a given form, or nothing.

    Args:
        expression: A regular expression for the whole text.
        what: The form in words, as in "a country code of two letters such as DE".
        upper: Write it in capitals first and drop its blanks.
    """

    def read(value: str) -> str:
        value = "".join(value.split()).upper() if upper else text(value)
        if value and not re.fullmatch(expression, value, re.ASCII):
            raise ValueError(f"{shown(value)} is not {what}")
        return value

    return read


currency = pattern("[A-Z]{3}", "a currency code of three letters such as EUR", upper=True)
country = pattern("[A-Z]{2}", "a country code of two letters such as DE", upper=True)
language = pattern("[a-z]{2,3}([-_][A-Z]{2})?", "a language code such as en or pt-BR")
bic = pattern("[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?", "a BIC of 8 or 11 characters", upper=True)
name = pattern(NAME.pattern, NAME_FORM)

_ADDRESS = r"[^\s@<>(),:;\"\[\]\\-][^\s@<>(),:;\"\[\]\\]*@[^\s@<>(),:;\"\[\]\\]+"
address = pattern(_ADDRESS, "an e-mail address such as shop@example.com")
mailbox = pattern(
    rf"{_ADDRESS}|[^<>@]+ <{_ADDRESS}>", "an e-mail address such as shop@example.com or Shop <shop@example.com>"
)


def day(value: str) -> str:
    """Accept a calendar day such as 2026-06-30, or nothing."""
    import datetime as dt

    value = value.strip()
    try:
        found = dt.date.fromisoformat(value).isoformat() if value else ""
    except ValueError:
        found = None
    if found != value:
        raise ValueError(f"{shown(value)} is not a day such as 2026-06-30")
    return value


def duration(value: str) -> str:
    """Accept a length of time such as 30min, 10h or 2d."""
    value = value.strip()
    if not re.fullmatch(r"[1-9][0-9]{0,3}(min|h|d)", value, re.ASCII):
        raise ValueError(f"{shown(value)} is not a length of time such as 30min, 10h or 2d")
    return value


def seconds(value: str) -> int:
    """Tell how long a length of time is that `duration` or `delay` accepted."""
    number, unit = re.fullmatch("([0-9]+)(min|h|d)", value).groups()  # type: ignore[union-attr]  # accepted before
    return int(number) * {"min": 60, "h": 3600, "d": 86400}[unit]


def optional(read: Reader) -> Reader:
    """Accept what a reader accepts, or nothing."""
    return lambda value: read(value) if value.strip() else ""


def delay(value: str) -> str:
    """Accept a length of time that may be none, such as 0h."""
    return value.strip() if re.fullmatch("0(min|h|d)", value.strip(), re.ASCII) else duration(value)


def percentage(value: str) -> Decimal:
    """Accept a percentage such as 9.12, or 0."""
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,4})?", value):
        raise ValueError(f"{shown(value)} is not a percentage from 0 to 99 such as 9.12")
    return Decimal(value)


def amount(value: str) -> Decimal:
    """Accept an amount such as 5.00, or 0."""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,4})?", value):
        raise ValueError(f"{shown(value)} is not an amount such as 5.00")
    return Decimal(value)


def link(example: str, *gaps: str) -> Reader:
    """Accept a web address with at least one of some gaps, each once, or nothing.

    Args:
        example: One that is good.
    """

    def read(value: str) -> str:
        value = value.strip()
        found = TOKEN.findall(value)
        known = TOKEN.sub("", value) if found and len(set(found)) == len(found) and set(found) <= set(gaps) else "{"
        if value and not re.fullmatch(r"https?://[^\s/{}\"<>]+[^\s{}\"<>]*", known, re.ASCII):
            raise ValueError(f"{shown(value)} is not a web address such as {example}")
        return value

    return read


def timezone(value: str) -> str:
    """Accept the name of a time zone such as Europe/Berlin."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        raise ValueError(f"{shown(value)} is not a time zone such as Europe/Berlin") from None
    return value


def iban(value: str) -> str:
    """Accept an international account number with right check digits (ISO 13616), or nothing."""
    number = "".join(value.split()).upper()
    if not number:
        return ""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", number, re.ASCII):
        raise ValueError(f"{shown(value)} is not an IBAN")
    if int("".join(str(int(character, 36)) for character in number[4:] + number[:4])) % 97 != 1:
        raise ValueError(f"{shown(value)} is not an IBAN: its check digits do not fit, so it was mistyped")
    return number


def command(value: str) -> str:
    """Accept a command line that can be split into words."""
    import shlex

    try:
        shlex.split(text(value))
    except ValueError as error:
        raise ValueError(f"cannot be split into words: {str(error).lower()}") from None
    return text(value)


def database(value: str) -> str:
    """Accept the address of a database, or nothing; passwords are kept out of files by `stored_database`."""
    if value and not re.match(r"sqlite:///.|postgres(ql)?://", text(value)):
        raise ValueError("is neither sqlite:///FILE nor postgresql://USER@HOST/NAME")
    return text(value)


def stored_database(value: str) -> str:
    """Accept the address of a database that holds no password."""
    if re.search(r"://[^/?#]*:[^/?#@]*@|[?&](ssl)?password=", value, re.IGNORECASE):
        raise ValueError("must not hold a password; use ~/.pgpass or ?passfile=FILE")
    return database(value)


def numbering(value: str) -> str:
    """Accept a template of document numbers, such as `INV/{year}/{seq:05d}`."""
    tokens = TOKEN.findall(value)
    literal = TOKEN.sub("", value)
    if unknown := [token for token in tokens if token not in PERIODS and not SEQUENCE.fullmatch(token)]:
        raise ValueError(f"{{{unknown[0]}}} is not one of {{year}}, {{yy}}, {{fy}}, {{month}}, {{seq}}, {{seq:05d}}")
    if sum(token.startswith("seq") for token in tokens) != 1:
        raise ValueError(f"{shown(value)} must hold {{seq}} once, or {{seq:05d}} for five digits")
    years = {"year", "yy", "fy"} & set(tokens)
    if "month" in tokens and not years:
        raise ValueError(f"{shown(value)} has {{month}} without {{year}}, so numbers would repeat")
    if "fy" in years and len(years) > 1:
        raise ValueError(f"{shown(value)} has {{fy}} beside another year; keep one of them")
    if not re.fullmatch(r"[A-Z0-9._/-]*", literal) or value.startswith(("-", "/", ".")):
        raise ValueError(f"{shown(value)} may hold only capital letters, digits and . _ / - beside its tokens")
    return value
