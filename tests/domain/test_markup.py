"""HTML that a letter may hold, and what it may not."""

from __future__ import annotations

import re

import pytest

from shopctl.domain.markup import is_web_address, require_harmless, require_still_harmless


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<!DOCTYPE html><p style='color:#123456'>1 < 2 &amp; 3</p>",
        '<a href="https://shop.example/x?a=1&amp;b=2">x</a><a href="mailto:a@example.com">y</a><a href="#top">z</a>',
        '<img src="cid:transfer:BCD%0A002" alt="">',
        "<style>@media (prefers-color-scheme: dark) { p { color: #fff } }</style><p>url(x) is a text</p>",
    ],
)
def test_what_a_letter_needs_is_fine(html):
    require_harmless(html)


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("<script>x</script>", "<script> has no place in a letter"),
        ("<ScRiPt src=x>", "<script> has no place in a letter"),
        ("<iframe></iframe>", "<iframe> has no place in a letter"),
        ('<link rel="stylesheet" href="https://x.example/a.css">', "<link> has no place in a letter"),
        ("<svg/onload=x>", "<svg> has no place in a letter"),
        ("<p onclick='x'>", "onclick would run something"),
        ('<img src="https://x.example/pixel.gif">', "a picture is a part of the letter"),
        ('<img src="data:image/png;base64,x">', "a picture is a part of the letter"),
        ('<img src="cid:a" srcset="https://x.example/a 2x">', "is no link to http, https or mailto"),
        ('<a href="javascript:alert(1)">', "href='javascript:alert(1)' is no link"),
        ('<a href="java&#115;cript:alert(1)">', "href='javascript:alert(1)' is no link"),
        ('<a href=" https://x.example">', "is no link"),
        ('<a href="">', "is no link"),
        ('<td background="https://x.example/a.png">', "is no link"),
        ('<meta http-equiv="refresh" content="0;url=https://x.example">', "http-equiv has no place"),
        ("<p style='background:u\\72l(x)'>", "a style loads nothing"),
        ("<p style='background:url (https://x.example)'>", "a style loads nothing"),
        ("<style>@import 'https://x.example/a.css';</style>", "a style loads nothing"),
        ('<p style="background: image-set(&quot;https://x.example/a.png&quot; 1x)">a</p>', "a style loads nothing"),
        ("<style>p { background: url(https://x.example) }", "a style sheet has no end"),
        ("<!--[if mso]><img src='https://x.example/a.png'><![endif]-->", "a comment that some mail programs obey"),
    ],
)
def test_what_loads_or_runs_something_is_refused(html, why):
    with pytest.raises(ValueError, match=re.escape(why)):
        require_harmless(html)


def test_values_of_a_letter_are_looked_at_tag_by_tag():
    require_still_harmless('<style>p { color: red }</style><p>x</p><a href="https://x.example">1 > 2</a><!-- x -->')

    for html in (
        '<a href="javascript:x">',
        "<p>x</p><img src='https://x.example/a.gif'>",
        "<style>p { a: url(x) }</style>",
    ):
        with pytest.raises(ValueError, match=r"is no link|a picture|a style"):
            require_still_harmless(html)


def test_links_lead_to_the_web_or_to_a_mailbox():
    assert [
        one
        for one in (
            "https://x.example",
            "http://x.example/a",
            "mailto:a@example.com",
            "#a",
            "ftp://x",
            "javascript:x",
            "",
        )
        if is_web_address(one)
    ] == ["https://x.example", "http://x.example/a", "mailto:a@example.com"]
