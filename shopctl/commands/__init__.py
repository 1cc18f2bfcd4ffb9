"""List the nouns and commands of the program; a module is imported only when one of its words is used."""

from __future__ import annotations

from typing import Final, NamedTuple


class Entry(NamedTuple):
    """A word at the top of the command line.

    Attributes:
        module: Where its `app` lives.
        help: One line for `shopctl --help`, without a full stop.
        aliases: Other spellings, hidden from help.
    """

    module: str
    help: str
    aliases: tuple[str, ...] = ()


NOUNS: Final[dict[str, Entry]] = {
    "orders": Entry("shopctl.commands.orders", "Confirmed orders and those waiting for their money", ("order",)),
    "carts": Entry("shopctl.commands.carts", "Carts, those that were left, and how to win them back", ("cart",)),
    "invoice": Entry("shopctl.commands.invoices", "Invoices, from the draft to the paid one", ("invoices",)),
    "credit-note": Entry("shopctl.commands.credit_notes", "Credit notes, which take invoices back", ("credit-notes",)),
    "delivery": Entry(
        "shopctl.commands.deliveries", "What waits, what left for customers, and what came back", ("deliveries",)
    ),
    "payment": Entry("shopctl.commands.payments", "Money received, and the invoices it pays", ("payments",)),
    "customers": Entry("shopctl.commands.customers", "Who buys, and what is open with them", ("customer",)),
    "products": Entry("shopctl.commands.products", "What is sold: prices, taxes, stock", ("product",)),
    "tax": Entry("shopctl.commands.taxes", "Taxes: rates, groups, and how they apply on each other", ("taxes",)),
    "terms": Entry("shopctl.commands.terms", "Payment terms: when which part of an invoice falls due", ("term",)),
    "series": Entry("shopctl.commands.series", "Series of numbers: where they stand, whether they are complete"),
    "email": Entry("shopctl.commands.emails", "E-mails waiting in the outbox and those sent", ("emails",)),
    "reminder": Entry(
        "shopctl.commands.reminders", "Reminders: who was reminded, who is next, who is left alone", ("reminders",)
    ),
    "report": Entry(
        "shopctl.commands.reports", "Figures: what is owed, what came in, what does not add up", ("reports",)
    ),
    "filter": Entry("shopctl.commands.filters", "Searches of lists, saved under a name", ("filters",)),
    "import": Entry("shopctl.commands.imports", "Orders, customers, products and payments from files"),
    "export": Entry("shopctl.commands.exports", "The shop's records into files"),
    "user": Entry("shopctl.commands.users", "Who may sign in, what they may do, and tokens for jobs", ("users",)),
    "config": Entry("shopctl.commands.config", "The configuration file"),
    "db": Entry("shopctl.commands.db", "The database: set up, migrate, check"),
}
"""Words that take a verb."""

COMMANDS: Final[dict[str, Entry]] = {
    "dashboard": Entry("shopctl.commands.dashboard", "Sales, and what needs attention"),
    "show": Entry("shopctl.commands.finding", "Any document by its number"),
    "search": Entry("shopctl.commands.finding", "Documents of every kind, by anything known of them"),
    "login": Entry("shopctl.commands.access", "Sign in"),
    "logout": Entry("shopctl.commands.access", "Sign out"),
    "whoami": Entry("shopctl.commands.access", "Tell who is signed in, and to which shop"),
    "doctor": Entry("shopctl.commands.doctor", "Check configuration, database, mail and clock"),
    "completion": Entry("shopctl.commands.completion", "Completion of words and numbers for the shell"),
    "version": Entry("shopctl.commands.system", "Tell the version"),
    "help": Entry("shopctl.commands.system", "Explain a command or a topic"),
}
"""Words that are commands by themselves."""
