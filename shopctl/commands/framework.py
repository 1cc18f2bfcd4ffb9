"""Make typer commands of declared verbs: `run` finds the one that was typed and calls it.

Only this module, `parameters` and `mistakes` know typer. Commands are built when their word is used; help of a group
and suggestions need no import. Nothing private of typer is used: what is overridden are documented methods, and
`tests/test_cli_framework.py` holds typer to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final, NamedTuple, cast

import typer
from typer.core import TyperCommand, TyperGroup

from shopctl import commands
from shopctl.commands import help as pages
from shopctl.commands.declaring import App, Verb, global_parameters, load, parameters, shared_with
from shopctl.commands.mistakes import UnknownWordError, explained
from shopctl.commands.parameters import Param, collector, described
from shopctl.commands.reading import Reading
from shopctl.commands.session import OURS, Session
from shopctl.errors import UsageError

PROGRAM: Final = "shopctl"
HELP_NAMES: Final = ["-h", "--help"]
_PLAIN: Final[dict[str, Any]] = {"rich_markup_mode": None, "add_completion": False, "pretty_exceptions_enable": False}


def built(verb: Verb) -> Command:
    """Make the typer command of a verb."""
    app = typer.Typer(**_PLAIN)
    app.command(verb.name.split()[-1], cls=Command)(collector(parameters(verb.function), verb.noun))
    command = cast("Command", typer.main.get_command(app))
    command.verb = verb
    return command


def grouped(app: App) -> Group:
    """Make the typer group of a noun; its commands are built when they are used."""
    aliases = {alias: verb.name for verb in app.verbs.values() for alias in verb.aliases}
    builders: dict[str, Callable[[], Any]] = {}
    for name, verb in app.verbs.items():
        word = name.partition(" ")[0]
        builders[word] = partial(_subgroup, app, word) if word in app.groups else partial(built, verb)
    rows = [pages.Row(verb.name, verb.summary) for verb in app.verbs.values()]
    return Group(app.name, builders, aliases, lambda: pages.noun_page(app.name, app.help, rows), app.hidden)


def _subgroup(app: App, word: str) -> Group:
    """Make the typer group of the verbs of two words that begin with this one."""
    verbs = {name.partition(" ")[2]: verb for name, verb in app.verbs.items() if name.startswith(f"{word} ")}
    builders = {name: partial(built, verb) for name, verb in verbs.items()}
    rows = [pages.Row(name, verb.summary) for name, verb in verbs.items()]
    path = f"{app.name} {word}"
    return Group(path, builders, {}, lambda: pages.noun_page(path, app.groups[word], rows))


@cache
def shared_parameters() -> tuple[Any, ...]:
    """Build the global options once; every word shares them."""
    app = typer.Typer(**_PLAIN)
    app.command("shared")(collector(global_parameters(), ""))
    shared = tuple(typer.main.get_command(app).params)
    for parameter in shared:
        parameter.name = f"{OURS}{parameter.name}"
    return shared


def _shared(verb: Verb) -> list[Any]:
    names = {f"{OURS}{parameter.name}" for parameter in shared_with(verb, parameters(verb.function))}
    return [parameter for parameter in shared_parameters() if parameter.name in names]


class Command(TyperCommand):
    """A verb on the command line: its own options and the global ones."""

    verb: Verb

    def get_params(self, ctx: Any) -> Any:
        """Add the global options."""
        return [*super().get_params(ctx), *_shared(self.verb)]

    def invoke(self, ctx: Any) -> Any:
        """Call the function of the verb, unless only the command line is read."""
        session: Session = ctx.obj
        session.take(ctx, _shared(self.verb))
        return session.perform(Reading(self.verb, super().invoke(ctx), session.levels))

    def get_help(self, ctx: Any) -> str:
        """Lay out the help page in the house style."""
        return pages.render(self.page(), pages.columns(ctx.obj.environ)).rstrip("\n")

    def page(self) -> pages.Page:
        """Describe the verb for help."""
        verb = self.verb
        return pages.verb_page(verb.path, verb.text, verb.examples, described(self.params), verb.exits, verb.writes)


class Group(TyperGroup):
    """Words of which each is found only when it is used.

    Args:
        builders: What makes the command of each word.
        aliases: Hidden other spellings of the words.
        page: Describes the group for help.
        hidden: Verbs that no help lists.
    """

    def __init__(
        self,
        name: str,
        builders: Mapping[str, Callable[[], Any]],
        aliases: Mapping[str, str],
        page: Callable[[], pages.Page],
        hidden: Mapping[str, Verb] | None = None,
    ) -> None:
        super().__init__(name=name, rich_markup_mode=None, context_settings={"help_option_names": HELP_NAMES})
        self.builders = builders
        self.aliases = aliases
        self.page = page
        self.unlisted = hidden or {}

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the method belongs to typer
        """List the words in the order of help."""
        return list(self.builders)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - as above
        """Build the command of one word, or answer None."""
        builder = self.builders.get(self.aliases.get(cmd_name, cmd_name))
        if builder is None and (verb := self.unlisted.get(cmd_name)):
            return built(verb)
        return builder() if builder else None

    def nearest(self, word: str) -> str:
        """Find the word that was probably meant, or nothing."""
        from difflib import get_close_matches

        found = get_close_matches(word, [*self.builders, *self.aliases], 1)
        return self.aliases.get(found[0], found[0]) if found else ""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command of the next word, or name the nearest one."""
        command = self.get_command(ctx, args[0])
        if command is None:
            raise UnknownWordError(args[0], self.nearest(args[0]), ctx)
        return args[0], command, args[1:]

    def get_params(self, ctx: Any) -> Any:
        """Add the global options."""
        return [*super().get_params(ctx), *shared_parameters()]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Show the help on standard error when no verb follows."""
        session: Session = ctx.obj
        if not args:
            if not session.rehearsing:
                session.stderr.write(f"{self.get_help(ctx)}\n")
            raise typer.Exit(2)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Keep the global options that were typed here, then go on with the next word."""
        ctx.obj.take(ctx, shared_parameters())
        return super().invoke(ctx)

    def get_help(self, ctx: Any) -> str:
        """Lay out the help page in the house style."""
        return pages.render(self.page(), pages.columns(ctx.obj.environ)).rstrip("\n")


def root() -> Group:
    """Make the root of the command tree from the tables of nouns and commands."""
    from shopctl.commands import topics

    entries = {**commands.NOUNS, **commands.COMMANDS}
    builders = {name: _builder(name, entry.module) for name, entry in entries.items()}
    aliases = {alias: name for name, entry in entries.items() for alias in entry.aliases}
    return Group(PROGRAM, builders, aliases, lambda: pages.root_page(topics.names()))


def _builder(name: str, module: str) -> Callable[[], Any]:
    if name in commands.NOUNS:
        return lambda: grouped(load(module))
    return lambda: built(load(module).verbs[name])


def run(words: Sequence[str], session: Session) -> int:
    """Find the command that the words name, and call it.

    Returns:
        The exit status.

    Raises:
        UsageError: The words cannot be understood; the hint says what would do.
        ShopError: The command was refused.
    """
    try:
        return _started(words, session)
    except typer.TyperException as error:
        raise explained(error, words, _rehearsal(session)) from None


def _started(words: Sequence[str], session: Session) -> int:
    tree = root()
    try:
        with tree.make_context(PROGRAM, list(words), obj=session) as ctx:
            return int(tree.invoke(ctx) or 0)
    except typer.Exit as end:
        return end.exit_code


def _rehearsal(session: Session) -> Callable[[Sequence[str]], Exception | None]:
    """Make a function that reads a command line without calling anything, and answers what is wrong with it."""

    def rehearse(words: Sequence[str]) -> Exception | None:
        trial = Session(session.environ, session.stdin, session.stdout, session.stderr, rehearsing=True)
        try:
            _started(words, trial)
        except typer.TyperException as error:
            return error
        return None

    return rehearse


class Node(NamedTuple):
    """One command of the tree, for the reference and for tests that walk all of them."""

    path: str
    help: str
    params: tuple[Param, ...]
    examples: tuple[tuple[str, str], ...]
    writes: bool
    usage: str


def tree() -> list[Node]:
    """List every command by importing all nouns."""
    nodes = [node for entry in commands.NOUNS.values() for node in _nodes(load(entry.module).verbs.values())]
    alone = (load(entry.module).verbs[name] for name, entry in commands.COMMANDS.items())
    return [*nodes, *_nodes(alone)]


def _nodes(verbs: Any) -> list[Node]:
    made = [(verb, built(verb)) for verb in verbs]
    return [
        Node(verb.path, verb.text, described(command.params), verb.examples, verb.writes, command.page().usage)
        for verb, command in made
    ]


def page_of(words: Sequence[str]) -> pages.Page:
    """Describe the group or command that the words name.

    Raises:
        UsageError: They name none.
    """
    found: Any = root()
    for position, word in enumerate(words):
        command = found.get_command(None, word) if isinstance(found, Group) else None
        if command is None:
            guess = found.nearest(word) if isinstance(found, Group) else ""
            hint = " ".join(["shopctl help", *words[:position], guess]).rstrip()
            raise UsageError("usage", f"no command or topic '{word}'", hint=hint)
        found = command
    return cast("pages.Page", found.page())
