"""Templates that the shop wrote do what letters need, and nothing else, and not for long."""

from __future__ import annotations

import pytest

from shopctl.services import confining, typesetting

VALUES = {
    "name": "Zoë <b>", "number": "S1", "items": [{"name": "Desk", "quantity": "2"}, {"name": "Lamp", "quantity": "1"}],
    "account": {"iban": "DE89", "items": "x"}, "asks": True, "many": list(range(200)), "width": 9,
    "hostile": "{{ 7 * 7 }}{% include 'order.txt' %}\r\nBcc: evil@example.com",
}  # fmt: skip


def written(source, part="text", **values):
    return typesetting.written(source, part, {**VALUES, **values})


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ name }} {{ account.iban }} {{ account['iban'] }} {{ account.items }}", "Zoë <b> DE89 DE89 x"),
        ("{% for one in items %}{{ loop.index }}/{{ loop.length }} {{ one.name }}{% if not loop.last %}, {% endif %}"
         "{% endfor %}", "1/2 Desk, 2/2 Lamp"),
        ("{% set total = 2 * 3 + 4 %}{{ total }} {{ 7 - 2 }} {{ -1 }} {{ 7 % 4 }} {{ 7 // 2 }}", "10 5 -1 3 3"),
        ("{{ 'a' ~ 1 ~ name | upper }} {{ ['a', 'b'] | join('-') }} {{ 'aba' | replace('a', 'cc') }}",
         "a1ZOË <B> a-b ccbcc"),
        ("{{ ('x' ~ ':') | column(width) }}|", "x:       |"),
        ("{% macro row(a, b='?') %}{{ a }}={{ b }};{% endmacro %}{{ row('x') }}{{ row('y', 2) }}", "x=?;y=2;"),
        ("{{ many | length }} {{ items[1].name }} {{ name[:3] }} {{ none is none }} {{ '' | default('-', true) }}",
         "200 Lamp Zoë True -"),
        ("{% for label, value in [('a', name), ('b', number)] %}{{ label }}={{ value }};{% endfor %}", "a=Zoë <b>;b=S1;"),
        ("{{ {'x': 'y'}['x'] }} {{ 'o' in name }} {{ nobody is defined }} {{ items | first | length }}", "y True False 2"),
        ("{{ hostile }}", VALUES["hostile"]),
    ],
)  # fmt: skip
def test_what_letters_need_works(source, text):
    assert written(source) == text


def test_html_escapes_whatever_way_it_is_put_together():
    source = (
        "{% from 'parts.html' import row %}{{ name }} {{ name ~ '<i>' }} {{ [name] | join('<') }} {{ row(name, 1) }}"
        "{% set kept %}<p>{{ name }}</p>{% endset %}{{ kept }}{{ name | replace('b', 'i') }}"
    )

    html = written(source, "html")

    assert "<b>" not in html
    assert "<i>" not in html
    assert "<p>Zoë &lt;b&gt;</p>" in html
    assert '<th scope="row"' in html


def test_a_template_may_put_words_into_the_one_that_ships():
    source = "{% extends 'cart.html' %}{% block question %}{% endblock %}"

    typesetting.written("{% include 'cart.txt' %}", "text", _cart())

    assert "Oak desk" in typesetting.written(source, "html", _cart())


def _cart():
    from shopctl.config import Config
    from shopctl.services import template_samples

    return template_samples.of(Config(), "cart", "en")[0]


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ ''['__class__'] }}",
        "{{ name.upper() }}",
        "{{ name.format(1) }}",
        "{{ account.items() }}",
        "{{ items.append(1) }}",
        "{{ many.sort() }}",
        "{{ self.__init__.__globals__ }}",
        "{{ loop.__class__ }}",
        "{% for one in items %}{{ loop.cycle('a', 'b') }}{% endfor %}",
        "{% macro m() %}{% endmacro %}{{ m.__call__.__globals__ }}",
        "{% macro m() %}{% endmacro %}{{ m._func }}",
        "{{ range(3) }}",
        "{{ lipsum() }}",
        "{{ cycler(1) }}",
        "{{ joiner() }}",
        "{{ dict(a=1) }}",
        "{% set x = namespace(a=1) %}",
        "{{ name | safe }}",
        "{{ name | attr('upper') }}",
        "{{ [name] | map('upper') | list }}",
        "{{ '%s' | format(1) }}",
        "{{ '%s' % name }}",
        "{{ name | center(100000000) }}",
        "{% autoescape false %}{{ name }}{% endautoescape %}",
        "{% include '/etc/passwd' %}",
        "{% include '../../pyproject.toml' %}",
        "{% include name %}",
        "{% import 'os' as os %}",
        "{% extends 'layout.md' %}",
        "{% set a = items %}{{ a.b.c }}",
        "{{ nobody }}",
        "{{ items }}",
        "{{ account }}",
        "{{ name + name }}",
        "{{ 1 / 0 }}",
        "{{ name | int + 'a' }}",
        "{% if %}",
        "{{ 'a' }",
        "{% for one in 5 %}{% endfor %}",
    ],
)
def test_what_reaches_further_is_refused(source):
    with pytest.raises(typesetting.troubles()):
        written(source, "text")
    with pytest.raises(typesetting.troubles()):
        written(source, "html")


GROW = "{% set a = 'xxxxxxxxxxxxxxxx' %}"


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' * 100000000 }}",
        "{{ [1] * 100000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ 99999999 * 99999999 }}",
        GROW + "{% set a = a ~ a %}" * 40,
        GROW + "{% set a %}{{ a }}{{ a }}{% endset %}" * 40,
        GROW + "{% set a = a | replace('x', 'xx') %}" * 40,
        GROW + "{% set a = [a, a] | join(a) %}" * 40,
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}",
        "{% block a %}{{ self.a() }}{% endblock %}",
        "{% for a in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}",
        "{% for a in many %}{% for b in many %}{% for c in many %}{% endfor %}{% endfor %}{% endfor %}",
        "{% set a = [1] %}" + "{% set a = [a, a] %}" * 40 + "{{ a == [a] }}",
        "{% set a = (1,) %}" + "{% set a = (a, a) %}" * 40 + "{{ {a: 1} }}",
        "{% set a = {'b': 1} %}" + "{% set a = {'b': a, 'c': a} %}" * 40 + "{{ a | length }}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1, varargs, varargs) }}{% endif %}{% endmacro %}{{ m(40) }}",
        "{% set a = 'x' | column(120) %}"
        + "{% set a = a ~ a %}" * 12
        + "{% for b in many %}{{ a | upper | first }}{% endfor %}",
        "{% set a = 'x' | column(120) %}"
        + "{% set a = a ~ a %}" * 12
        + "{% for b in many %}{% if 'y' in a %}{% endif %}{% endfor %}",
        "{% set a = 'x' | column(120) %}"
        + "{% set a = a ~ a %}" * 12
        + "{% for b in many %}{{ a[1:] | length }}{% endfor %}",
        "{{ [" + "name, " * 9000 + "] }}",
        "{% for a in many %}" + "x" * 6000 + "{% endfor %}",
        "{% for a in many %}{% for b in many %}{{ name }}{% endfor %}{% endfor %}",
        "x" * (confining.LONGEST_SOURCE + 1),
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{% if asks %}" * 2000 + "{% endif %}" * 2000,
    ],
)
def test_what_never_ends_or_grows_is_stopped(source):
    with pytest.raises(typesetting.troubles()):
        written(source)


def test_the_budget_is_that_of_one_part():
    for _ in range(30):
        assert len(written("{% for a in many %}{{ a }} {% endfor %}")) > 400
