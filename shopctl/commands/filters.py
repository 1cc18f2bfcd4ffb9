"""Save searches of lists under names, and list, show, rename and delete them."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Final

from shopctl import commands
from shopctl.commands.call import Call
from shopctl.commands.declaring import Verb, declared, load, noun, parameters
from shopctl.commands.options import argument, option
from shopctl.commands.saved import storable, words_of
from shopctl.errors import ExitStatus, UsageError
from shopctl.output.columns import Column, Kind

if TYPE_CHECKING:
    from shopctl.output.sheets import Sheet
    from shopctl.services.saved_filters import SavedRow

app = noun("filter", "Searches of lists, saved under a name")

LISTS: Final = {
    "orders": "orders",
    "invoice": "invoices",
    "credit-note": "invoices",
    "payment": "payments",
    "delivery": "deliveries",
    "carts": "carts",
    "customers": "customers",
    "products": "products",
    "email": "emails",
    "reminder": "reminders",
}
"""The nouns of which searches can be saved, each with the module of its list."""

Name = Annotated[str, argument("NAME", "What the search is called; it is used as @NAME")]
Names = Annotated[list[str], argument("NAME", "Names of searches")]
On = Annotated[str, option("--on", help="The list that it is a search of", metavar="NOUN")]


def typed(row: SavedRow) -> str:
    """Write a search as it would be typed."""
    return words_of(row.options, parameters(load(commands.NOUNS[row.noun].module).verbs["list"].function))


COLUMNS: Final = (
    Column("name", "SEARCH", Kind.CODE, "Its name, used as @NAME", lambda row: f"@{row.name}"),
    Column("noun", "LIST", Kind.CODE, "The list that it is a search of"),
    Column("options", "OPTIONS", Kind.TEXT, "The options of the list", typed),
    Column("shared", "SHARED", Kind.FLAG, "Others may use it"),
    Column("standard", "DEFAULT", Kind.FLAG, "Used on a terminal when no other is named"),
    Column("owner", "OWNER", Kind.TEXT, "Whose it is"),
    Column("created_at", "SAVED", Kind.INSTANT, "When it was saved", shown="wide"),
)


def noun_of(word: str) -> str:
    """Find the list that a word names, in singular or plural.

    Raises:
        UsageError: There is no such list.
    """
    for name in LISTS:
        if word in (name, *commands.NOUNS[name].aliases):
            return name
    raise UsageError("usage", f"there is no list of '{word}'", hint=f"--on takes one of {', '.join(LISTS)}")


@app.command(
    "save",
    examples=[
        (
            "shopctl filter save late-wire --on orders --unpaid --since 30d --sort -total",
            "then: orders list @late-wire",
        ),
        ("shopctl filter save big --on invoice --filter 'total>=1000' --shared", "everybody may use it"),
        ("shopctl filter save mine --on orders --tag berlin --default", "used when no other is named"),
    ],
    exits="0 saved, or so already · 2 usage",
    writes=True,
)
def save(
    call: Call,  # noqa: ARG001 - as every command
    name: Name,  # noqa: ARG001 - told for help; what is typed goes to the verbs below
    on: On = "",
    shared: Annotated[bool, option(help="Others may use it")] = False,  # noqa: ARG001 - as above
    default: Annotated[bool, option(help="Use it on a terminal when no other is named")] = False,  # noqa: ARG001
) -> None:
    """Save a search: all options of the list may follow. The options are stored, so relative dates stay relative."""
    raise UsageError("usage", "--on is missing: which list is it a search of?" if not on else f"'{on}' is no list",
                     hint=f"for example --on orders; there are {', '.join(LISTS)}")  # fmt: skip


def _saving(noun_name: str) -> Verb:
    """Make the verb that saves a search of one list: it takes the options of that list, and its own."""
    verb = load(commands.NOUNS[noun_name].module).verbs["list"]
    ours = [one for one in declared(save)[1:] if one.name != "on"]
    theirs = declared(verb.function)[1:]

    def function(call: Call, name: str, *, shared: bool, default: bool, **values: Any) -> ExitStatus:
        return _save(call, verb, name, values, shared=shared, standard=default)

    function.__doc__ = save.__doc__
    function.__dict__["__signature__"] = inspect.Signature(
        [declared(save)[0], *(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in (*ours, *theirs))]
    )
    own = app.verbs["save"]
    return Verb("filter", "save", function, own.examples, own.exits, (), writes=True)


def _save(call: Call, verb: Verb, name: str, values: dict[str, Any], *, shared: bool, standard: bool) -> ExitStatus:
    shop = call.shop()

    from shopctl.services import saved_filters

    own = parameters(verb.function)
    flat = _flat(values)
    _check(call, verb, flat)
    search = saved_filters.Search(verb.noun, saved_filters.checked_name(name), storable(own, flat), shared, standard)
    outcomes = saved_filters.save(shop, [search])
    return call.out.outcomes(
        "filter.save", COLUMNS, outcomes, verb="save", dry_run=shop.dry_run,
        next_commands=[f"shopctl {verb.path} @{search.name}"],
    )  # fmt: skip


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    """Take the groups of options apart again."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= vars(value) if hasattr(value, "__dataclass_fields__") and hasattr(value, "saved") else {name: value}
    return found


def _check(call: Call, verb: Verb, values: dict[str, Any]) -> None:
    """Refuse a search that could never be used, before it is saved."""
    from shopctl.commands.lists import Asked, question
    from shopctl.services.listing.groups import levels_of
    from shopctl.services.listing.rows import keys_of, narrowed

    noun_of_list = import_module(f"shopctl.services.listing.{LISTS[verb.noun]}").NOUN
    asked = Asked(filter=values["filter"], search=values["search"], sort=values["sort"])
    keys_of(noun_of_list, asked.sort)
    narrowed(noun_of_list, noun_of_list.query(), question(call.shop(), asked))
    if values["group_by"]:
        levels_of(noun_of_list, values["group_by"])


def joined(words: Sequence[str]) -> list[str]:
    """Find out of which list a search is to be saved: `filter save NAME --on orders` is the verb `save-orders`."""
    found = [*words]
    for at in range(len(found) - 1):
        if found[at] in ("filter", "filters") and found[at + 1] == "save":
            for place in range(at + 2, len(found)):
                word = found[place]
                on = word.removeprefix("--on=") if word.startswith("--on=") else ""
                if word == "--on" and place + 1 < len(found):
                    on = found.pop(place + 1)
                if on:
                    del found[place]
                    found[at + 1] = f"save-{noun_of(on)}"
                    return found
    return found


class _Savers(dict[str, Verb]):
    """The verbs that save searches, each made when it is used."""

    def __missing__(self, key: str) -> Verb:
        if not key.startswith("save-"):
            raise KeyError(key)
        self[key] = _saving(key.removeprefix("save-"))
        return self[key]

    def get(self, key: str, default: Any = None) -> Any:
        """Find a verb, making it."""
        try:
            return self[key]
        except KeyError:
            return default


app.hidden = _Savers()


@app.command(
    "list",
    examples=[("shopctl filter list", "yours, and those that others share")],
    exits="0 done, also when there are none · 2 usage",
)
def list_(call: Call, on: On = "") -> None:
    """List saved searches: your own, and those that are shared."""
    shop = call.shop()

    from shopctl.services import saved_filters

    found = saved_filters.listed(shop, noun_of(on) if on else "")
    call.out.list(
        "filter.list", COLUMNS, found, total=len(found), key="name",
        footer=["Use one:  shopctl orders list @NAME"],
        empty="No searches are saved. Save one: shopctl filter save NAME --on orders --unpaid",
    )  # fmt: skip


@app.command(
    "show",
    examples=[("shopctl filter show late-wire", "what it stands for")],
    exits="0 done · 2 usage · 3 no such search",
)
def show(call: Call, numbers: Names, on: On = "") -> None:
    """Show saved searches."""
    shop = call.shop()

    from shopctl.commands.lists import show_all
    from shopctl.services import saved_filters

    wanted = [name.removeprefix("@").lower() for name in numbers]
    known = saved_filters.listed(shop, noun_of(on) if on else "")
    found = [row for name in wanted for row in known if row.name == name]
    for name in wanted:
        if all(row.name != name for row in found):
            raise saved_filters.unknown(name, on)
    show_all(call, "filter.show", COLUMNS, found, sheet)


def sheet(row: SavedRow) -> Sheet:
    """Show what a search stands for."""
    from shopctl.output.sheets import Sheet

    page = Sheet().title(f"@{row.name}", f"{row.noun} list", "default" if row.standard else "")
    page.pairs([("Options", typed(row) or "none")], [("Owner", row.owner), ("Shared", "yes" if row.shared else "no")])
    return page.next([(f"shopctl {row.noun} list @{row.name}", "use it")])


@app.command(
    "rename",
    examples=[("shopctl filter rename late-wire waiting", "from now on @waiting")],
    exits="0 done · 2 usage · 3 no such search · 6 the name is taken",
    writes=True,
)
def rename(call: Call, name: Name, to: Annotated[str, argument("NEW", "The new name")], on: On = "") -> ExitStatus:
    """Give a saved search another name."""
    shop = call.shop()

    from shopctl.services import saved_filters

    outcomes = saved_filters.rename(shop, [name], saved_filters.checked_name(to), noun_of(on) if on else "")
    return call.out.outcomes("filter.rename", COLUMNS, outcomes, verb="rename", dry_run=shop.dry_run)


@app.command(
    "delete",
    examples=[("shopctl filter delete late-wire", "")],
    exits="0 done · 2 usage · 3 no such search",
    writes=True,
)
def delete(call: Call, name: Name, on: On = "") -> ExitStatus:
    """Delete a saved search of your own."""
    shop = call.shop()

    from shopctl.services import saved_filters

    outcomes = saved_filters.delete(shop, [name], noun_of(on) if on else "")
    return call.out.outcomes("filter.delete", COLUMNS, outcomes, verb="delete", dry_run=shop.dry_run)
