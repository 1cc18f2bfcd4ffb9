"""Read the filter language, and point at what is wrong with a filter."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopctl.domain.filters import DEEPEST, LONGEST, MOST, OPERATORS, And, Comparison, Not, parse
from shopctl.errors import UsageError


def plain(node):
    """Write a tree without its places."""
    if isinstance(node, Comparison):
        return (node.field.text, node.operator, *(value.text for value in node.values))
    if isinstance(node, Not):
        return ("not", plain(node.part))
    return ("and" if isinstance(node, And) else "or", *map(plain, node.parts))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("total>=100", ("total", ">=", "100")),
        ("total ge 100", ("total", ">=", "100")),
        ("total == 100", ("total", "=", "100")),
        ("a=1 and b!=2 and c<3", ("and", ("a", "=", "1"), ("b", "!=", "2"), ("c", "<", "3"))),
        ("a=1 or b=2 and c=3", ("or", ("a", "=", "1"), ("and", ("b", "=", "2"), ("c", "=", "3")))),
        ("(a=1 or b=2) and c=3", ("and", ("or", ("a", "=", "1"), ("b", "=", "2")), ("c", "=", "3"))),
        ("not a=1 and b=2", ("and", ("not", ("a", "=", "1")), ("b", "=", "2"))),
        ("NOT (a=1 OR b=2)", ("not", ("or", ("a", "=", "1"), ("b", "=", "2")))),
        ("not not a=1", ("not", ("not", ("a", "=", "1")))),
        ("country in (FR, BE)", ("country", "in", "FR", "BE")),
        ("country not in (FR)", ("country", "not in", "FR")),
        ("note is empty", ("note", "is empty")),
        ("note is not empty", ("note", "is not empty")),
        ("customer~azure", ("customer", "~", "azure")),
        ('customer!~"Deco Addict"', ("customer", "!~", "Deco Addict")),
        (r'note="say \"yes\" \\ and"', ("note", "=", 'say "yes" \\ and')),
        ("note='and (not) >='", ("note", "=", "and (not) >=")),
        ("customer~O'Brien", ("customer", "~", "O'Brien")),
        ("date=2026-08-21T14:30+02:00", ("date", "=", "2026-08-21T14:30+02:00")),
        ("名前~田中", ("名前", "~", "田中")),
        ("in=1 and and=2", ("and", ("in", "=", "1"), ("and", "=", "2"))),
    ],
)
def test_filter_is_read(text, tree):
    assert plain(parse(text)) == tree


@pytest.mark.parametrize(
    ("text", "message", "mark"),
    [
        ("", "it is empty", "^"),
        ("   ", "it is empty", "   ^"),
        ("total", "nothing follows 'total'", "     ^"),
        ("total >", "a value is expected at the end", "       ^"),
        ("total > )", "a value is expected, not ')'", "        ^"),
        ("total ! 3", "'!' is not expected here", "      ^"),
        ("total like 3", "'like' is no operator", "      ^^^^"),
        ("a=1 b=2", "'b' is not expected here; join tests with and, or", "    ^"),
        ("a=1 or", "a field is expected at the end", "      ^"),
        ("= 3", "a field is expected, not '='", "^"),
        ("(a=1", "a closing bracket is missing", "^"),
        ("a=1)", "')' is not expected here; join tests with and, or", "   ^"),
        ('a="x', "a quote is not closed", "  ^"),
        ("a is nope", "after 'is' comes 'empty' or 'not empty'", "     ^^^^"),
        ("a not 3", "after 'not' comes 'in'", "      ^"),
        ("a in FR", "after 'in' come values in brackets", "     ^^"),
        ("a in (FR", "a closing bracket is missing after the values", "        ^"),
        ("a in ()", "a value is expected, not ')'", "      ^"),
    ],
)
def test_mistake_is_pointed_at(text, message, mark):
    with pytest.raises(UsageError) as refused:
        parse(text)

    assert (refused.value.code, refused.value.message) == ("filter.syntax", f"bad filter: {message}")
    assert refused.value.details["why"] == [text, mark]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(" * 1000 + "a=1" + ")" * 1000, f"it is nested more than {DEEPEST} deep"),
        ("not " * 1000 + "a=1", f"it is nested more than {DEEPEST} deep"),
        (" or ".join(["a=1"] * (MOST + 1)), f"it has more than {MOST} tests"),
        (f"a in ({', '.join(['1'] * (MOST * 5 + 1))})", "more than 1000 values"),
        ("a" * (LONGEST + 1), "10,001 characters are more than 10,000"),
    ],
)
def test_filter_that_would_be_too_much_for_a_database_is_refused(text, message):
    with pytest.raises(UsageError) as refused:
        parse(text)

    assert refused.value.message == f"bad filter: {message}"
    assert all(len(line) <= 120 for line in refused.value.details.get("why", []))


def test_as_deep_and_as_many_as_allowed_is_read():
    assert plain(parse("(" * DEEPEST + "a=1" + ")" * DEEPEST)) == ("a", "=", "1")
    assert len(parse(" and ".join(["a=1"] * MOST)).parts) == MOST


def test_line_breaks_and_control_characters_do_not_move_the_mark():
    with pytest.raises(UsageError) as refused:
        parse("a=1\nand\tb >")

    assert refused.value.details["why"] == ["a=1 and b >", "           ^"]


names = st.from_regex(r"[a-z_]{1,8}", fullmatch=True).filter(lambda word: word not in {"and", "or", "not", "in", "is"})
values = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(names, st.sampled_from(["=", "!=", ">", ">=", "<", "<=", "~", "!~"]), values)
def test_any_text_can_be_a_value_between_quotes(name, operator, value):
    assert plain(parse(f"{name}{operator}{quoted(value)}")) == (name, operator, value)


trees = st.recursive(
    st.tuples(names, st.sampled_from(["=", ">=", "~"]), values),
    lambda inner: st.tuples(st.sampled_from(["and", "or"]), inner, inner) | st.tuples(st.just("not"), inner),
    max_leaves=8,
)


def written(tree):
    if tree[0] in ("and", "or") and isinstance(tree[1], tuple):
        return f"({written(tree[1])} {tree[0]} {written(tree[2])})"
    if tree[0] == "not" and isinstance(tree[1], tuple):
        return f"not {written(tree[1])}"
    return f"{tree[0]} {tree[1]} {quoted(tree[2])}"


@given(trees)
def test_what_is_written_with_all_its_brackets_is_read_as_it_was_meant(tree):
    assert plain(parse(written(tree))) == tree


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(text):
    with suppress(UsageError):
        assert plain(parse(text))


def test_every_operator_is_known_to_the_reader():
    for operator in OPERATORS:
        values = {"in": "(x)", "not in": "(x)", "is empty": "", "is not empty": ""}.get(operator, "x")
        assert plain(parse(f"a {operator} {values}"))[1] == operator
