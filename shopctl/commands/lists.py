"""Share what every list and every page of a document does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

from shopctl.commands.options import Count, DateOption, Limit, argument, option
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from datetime import date, datetime

    from shopctl.commands.call import Call
    from shopctl.domain.dates import When
    from shopctl.output.columns import Column
    from shopctl.output.sheets import Sheet
    from shopctl.services.listing.fields import Asked as Question
    from shopctl.services.paging import Page
    from shopctl.shop import Shop

SCREENFUL = 50
"""Rows that a list shows on a terminal when no limit is given; everywhere else it shows all."""

FIND: Final = "Find"
ARRANGE: Final = "Sort, page and group"


def parse_saved(text: str) -> str:
    """Read the name of a saved search, written `@name`.

    Raises:
        UsageError: It does not begin with `@`.
    """
    if not text:
        return text
    name = text.removeprefix("@")
    if name == text or not name:
        raise UsageError(
            "usage",
            f"'{text}' is no option of a list",
            hint=f"find text with --search {text}, or a saved search: @NAME",
        )
    return name


@dataclass(frozen=True, eq=False, repr=False)
class Narrowed:
    """What every list can be asked. A signature takes these options as one parameter: `*, asked: Narrowed`."""

    search: Annotated[
        str, option(help="Words to find, whatever their case and accents", panel=FIND, metavar="TEXT")
    ] = ""
    filter: Annotated[
        list[str] | None,
        option("--filter", "-F", help="A condition, see help filters; all given must hold", panel=FIND, metavar="EXPR"),
    ] = None
    sort: Annotated[
        str, option(help="By these fields, - for descending: -total,date", panel=ARRANGE, metavar="FIELDS")
    ] = ""
    group_by: Annotated[
        str, option(help="Totals by up to three fields: state,date:month", panel=ARRANGE, metavar="FIELDS")
    ] = ""
    top: Annotated[Count, option(help="The N largest groups, the others as one", panel=ARRANGE)] = None
    count: Annotated[bool, option(help="Only how many there are", panel=ARRANGE)] = False
    limit: Annotated[Limit, option(panel=ARRANGE)] = None
    after: Annotated[
        str, option("--after", help="Go on after this one, as the last page ended", panel=ARRANGE, metavar="NUMBER")
    ] = ""
    fail_on_empty: Annotated[bool, option(help="Exit with 9 when nothing matches", panel=ARRANGE)] = False


@dataclass(frozen=True, eq=False, repr=False)
class Asked(Narrowed):
    """What the list of a noun can be asked: a search that was saved as well."""

    saved: Annotated[
        str,
        argument("@NAME", "A search that was saved; options given here come on top").refined(
            option(parser=parse_saved)
        ),
    ] = ""


@dataclass(frozen=True, eq=False, repr=False)
class Within:
    """Options that say which days count. A signature takes them as one parameter: `*, within: Within`."""

    since: Annotated[DateOption, option(help="Dated on or after", panel=FIND)] = None
    until: Annotated[DateOption, option(help="Dated before the end of", panel=FIND)] = None
    period: Annotated[DateOption, option(help="Dated within: 2026-08, last-month", panel=FIND, metavar="PERIOD")] = None

    def instants(self, shop: Shop) -> tuple[datetime | None, datetime | None]:
        """Tell the first instant that is meant, and the first one after."""
        since, until = self._ends()
        return (
            since.start(shop.now, shop.zone) if since else None,
            until.end(shop.now, shop.zone) if until else None,
        )

    def days(self, shop: Shop) -> tuple[date | None, date | None]:
        """Tell the first and the last day that are meant."""
        since, until = self._ends()
        return (
            since.days(shop.now, shop.zone).first if since else None,
            until.days(shop.now, shop.zone).last if until else None,
        )

    def _ends(self) -> tuple[When | None, When | None]:
        if self.period and (self.since or self.until):
            raise UsageError("usage.date", "--period says both ends", hint="leave out --since and --until, or --period")
        return self.period or self.since, self.period or self.until


@dataclass(frozen=True, eq=False, repr=False)
class Dated(Within, Asked):
    """What a list of things with a date can be asked as well."""


def question(shop: Shop, asked: Narrowed) -> Question:
    """Bring what was typed into the form that services take."""
    from shopctl.services.listing.fields import Asked as Question

    return Question(shop.now, shop.zone, tuple(asked.filter or ()), asked.search, asked.sort, shop)


def listed(
    call: Call,
    asked: Narrowed,
    schema: str,
    columns: Sequence[Column],
    source: Any,
    wanted: Any,
    *,
    key: str = "number",
    footer: Callable[[], Sequence[str]] = list,
    totals: bool = True,
    empty: str = "Nothing matches.",
) -> ExitStatus | None:
    """Answer a list: its rows, how many there are, or its groups.

    Args:
        source: The module of the list, with its `NOUN`, `selected` and `search`.
        wanted: The named options, as the module takes them.
        key: The attribute of a row that `--after` takes.
        footer: Makes the lines below a table, for people.
        totals: Tell below a table what the whole list comes to.
        empty: What people read when there is no row.
    """
    if asked.group_by:
        return _grouped(call, asked, schema, source, wanted)
    if asked.top is not None:
        raise UsageError("usage", "--top tells how many groups are shown", hint="add --group-by FIELD, or use --limit")
    ask = question(call.shop(), asked)
    if asked.count or (call.out.explicit_format == "count" and not call.out.options.fields):
        return _counted(call, asked, source.search(wanted, ask, limit=1, exact=True).total or 0)
    found: Page[Any] = source.search(wanted, ask, limit=fits(call, asked.limit), after=asked.after, exact=counts(call))
    people = call.out.format == "table"
    sums = _sums(call, source, wanted, ask, found) if people and totals else []
    shown = call.out.list(
        schema, columns, found.rows, total=found.total, limit=found.limit, has_more=found.more, key=key,
        footer=[*sums, *footer()] if people else (), empty=empty,
    )  # fmt: skip
    return ExitStatus.EMPTY if asked.fail_on_empty and not shown else None


def _counted(call: Call, asked: Narrowed, total: int) -> ExitStatus | None:
    """Print how many rows there are, and nothing else."""
    call.out.counted(total)
    return ExitStatus.EMPTY if asked.fail_on_empty and not total else None


def _sums(call: Call, source: Any, wanted: Any, ask: Question, found: Page[Any]) -> list[str]:
    """Say what all rows that match come to, whatever of them is shown."""
    from shopctl.output.human import human_money
    from shopctl.services.listing import rows

    sums = rows.sums(source.NOUN, source.selected(wanted, ask), ask) if call.out.terminal else ()
    if not sums or (len(sums) == 1 and sums[0].counted == 1):
        return []
    parts = ", ".join(f"{human_money(one.amount, one.currency)} {one.currency}" for one in sums)
    counted = sum(one.counted for one in sums)
    return [f"{counted:,} {source.NOUN.name} · {parts}" + ("" if found.limit == 0 or not found.more else " in all")]


def _grouped(call: Call, asked: Narrowed, schema: str, source: Any, wanted: Any) -> ExitStatus | None:
    """Print groups with totals and shares."""
    from shopctl.commands.group_columns import group_columns
    from shopctl.services.listing.groups import grouped, levels_of

    if asked.sort or asked.after:
        raise UsageError("usage", "groups come largest first", hint="leave out --sort and --after")
    levels = levels_of(source.NOUN, asked.group_by)
    ask = question(call.shop(), asked)
    found = grouped(source.NOUN, source.selected(wanted, ask), ask, levels, asked.top or 0)
    human = call.out.format == "table"
    counted = sum(row.counted for row in found if not row.level)
    shown = found if human else [row for row in found if row.level == len(levels)]
    call.out.list(
        f"{schema.partition('.')[0]}.groups", group_columns(source.NOUN.name, levels, found, human=human), shown,
        limit=asked.limit or 0, key="label", empty="Nothing matches.",
    )  # fmt: skip
    return ExitStatus.EMPTY if asked.fail_on_empty and not counted else None


def fits(call: Call, limit: int | None) -> int:
    """Tell how many rows a list shows: what was asked for, else a screenful on a terminal, else all (0)."""
    if limit is not None:
        return limit
    return SCREENFUL if call.out.terminal and call.out.format == "table" else 0


def counts(call: Call) -> bool:
    """Tell whether a list says exactly how many rows match in all: JSON does, a screen stops at some thousands."""
    return call.out.format in ("json", "count")


def until_of(until: When | None, shop: Shop) -> datetime | None:
    """Tell the first instant after a period that was typed."""
    return until.end(shop.now, shop.zone) if until else None


def show_all(
    call: Call, schema: str, columns: Sequence[Column], found: Sequence[Any], sheet: Callable[[Any], Sheet]
) -> None:
    """Print documents one after the other: pages for people, records for scripts."""
    if len(found) == 1 or not call.out.explicit_format:
        for place, one in enumerate(found):
            call.out.show(schema, columns, one, sheet(one), further=place > 0)
        return
    call.out.list(schema, columns, found)
