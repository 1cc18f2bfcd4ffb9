"""Name the fields of the templates of letters."""

from __future__ import annotations

from typing import Final

from shopctl.output.columns import Column, Kind

TEMPLATES: Final = (
    Column("name", "NAME", Kind.CODE, "The letter"),
    Column("about", "ABOUT", Kind.TEXT, "What it tells"),
    Column("languages", "LANGUAGES", Kind.LIST, "The languages that it is written in", shown="wide"),
    Column("own", "OWN WORDS", Kind.LIST, "Languages and parts for which the shop has its own words"),
    Column("broken", "BROKEN", Kind.LIST, "Those of them that do not work any more and are left aside"),
    Column("changed_at", "CHANGED", Kind.INSTANT, "When those were changed last", shown="wide"),
)
"""Fields of `email templates list`."""

CHANGED: Final = (
    Column("name", "NAME", Kind.CODE, "The letter"),
    Column("language", "LANGUAGE", Kind.CODE, "In which language"),
    Column("part", "PART", Kind.STATUS, "text, whose first line is the subject, or html"),
    Column("own", "OWN", Kind.FLAG, "Whether the shop wrote it"),
    Column("changed_at", "CHANGED", Kind.INSTANT, "When it was changed last"),
)
"""Fields of a template that was changed."""

PARTS: Final = (
    *CHANGED,
    Column("variables", "VARIABLES", Kind.LIST, "What it may name", shown="machine"),
    Column("source", "SOURCE", Kind.TEXT, "The template", shown="machine"),
)
"""Fields of a template."""

PREVIEWS: Final = (
    Column("document", "DOCUMENT", Kind.CODE, "What it is about"),
    Column("name", "NAME", Kind.CODE, "The letter"),
    Column("language", "LANGUAGE", Kind.CODE, "In which language"),
    Column("own", "OWN WORDS", Kind.LIST, "Parts that are the shop's own words"),
    Column("trouble", "TROUBLE", Kind.TEXT, "Why words of the shop were left aside"),
    Column("subject", "SUBJECT", Kind.TEXT, "Its subject"),
    Column("text", "TEXT", Kind.TEXT, "What it says"),
    Column("html", "HTML", Kind.TEXT, "The same as HTML"),
)
"""Fields of a letter that is only looked at."""
