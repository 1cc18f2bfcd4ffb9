from __future__ import annotations

import pytest

from shopctl import config
from shopctl.errors import ConfigError, ExitStatus


def test_texts_stay_as_written(written):
    loaded = written(
        "shop: {name: no, phone: 1:30, vat: 0x1F, address: [2026-08-21, ~x, 1e3, 株式会社]}\n"
        "invoicing:\n  note: |\n    one\n    two\n  terms: null\n  due_days:\n"
    )

    assert (loaded.shop.name, loaded.shop.phone, loaded.shop.vat) == ("no", "1:30", "0x1F")
    assert loaded.shop.address == ("2026-08-21", "~x", "1e3", "株式会社")
    assert loaded.invoicing.note == "one\ntwo"
    assert loaded.invoicing.terms == "null"
    assert (loaded.invoicing.due_days, loaded.origins["invoicing.due_days"]) == (0, "default")


def test_values_are_converted_by_their_setting(written):
    loaded = written(
        "shop: {currency: usd, country: de, language: pt-BR, timezone: Europe/Berlin, address: one line}\n"
        "wire_transfer: {iban: de89 3704 0044 0532 0130 00, bic: cobadeff}\n"
        "email: {from: 'Shop <shop@example.com>', smtp: {host: mail.example.com, port: 465, security: tls,"
        " allow_plaintext: yes}}\n"
    )

    assert (loaded.shop.currency, loaded.shop.country, loaded.shop.language) == ("USD", "DE", "pt-BR")
    assert loaded.shop.address == ("one line",)
    assert (loaded.wire_transfer.iban, loaded.wire_transfer.bic) == ("DE89370400440532013000", "COBADEFF")
    assert loaded.email.sender == "Shop <shop@example.com>"
    assert (loaded.email.smtp.port, loaded.email.smtp.allow_plaintext) == (465, True)


@pytest.mark.parametrize(
    ("text", "day"), [("2026-06-30", "2026-06-30"), ("''", ""), ("", ""), ("' 2024-02-29 '", "2024-02-29")]
)
def test_the_books_are_closed_until_a_day(written, text, day):
    assert written(f"invoicing:\n  closed_until: {text}\n").invoicing.closed_until == day


@pytest.mark.parametrize("text", ["2026-02-30", "2026-6-30", "20260630", "30.06.2026", "2026-W26", "yesterday"])
def test_a_day_is_written_in_one_way(written, text):
    with pytest.raises(ConfigError) as refused:
        written(f"invoicing:\n  closed_until: {text}\n")

    assert f"line 2: invoicing.closed_until '{text}' is not a day such as 2026-06-30" in refused.value.message


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("curency: EUR", "line 1: curency is not a setting; did you mean shop.currency?"),
        ("shop:\n  nmae: x", "line 2: shop.nmae is not a setting; did you mean name?"),
        ("xyzzy: 1", "line 1: xyzzy is not a setting"),
        (
            "shop: {timezone: Europe/Berlim}",
            "line 1: shop.timezone 'Europe/Berlim' is not a time zone such as Europe/Berlin",
        ),
        (
            "shop: {timezone: ../etc/passwd}",
            "line 1: shop.timezone '../etc/passwd' is not a time zone such as Europe/Berlin",
        ),
        ("shop: {timezone: ''}", "line 1: shop.timezone '' is not a time zone such as Europe/Berlin"),
        ("shop: {name: [a, b]}", "line 1: shop.name must be one value, not a list or group"),
        ("shop: {address: {a: b}}", "line 1: shop.address must be a list of texts"),
        ('shop: {name: "a\\tb"}', "line 1: shop.name must be one line without control characters"),
        (
            "shop: {email: 'a@x, b@y'}",
            "line 1: shop.email 'a@x, b@y' is not an e-mail address such as shop@example.com",
        ),
        ("shop: Bob", "line 1: shop must hold settings, one `key: value` a line"),
        ("- a", "line 1: the file must hold settings, one `key: value` a line"),
        ("invoicing: {due_days: 1e3}", "line 1: invoicing.due_days '1e3' is not a whole number from 0 to 3650"),
        ("invoicing: {due_days: -1}", "line 1: invoicing.due_days '-1' is not a whole number from 0 to 3650"),
        ("invoicing: {due_days: '٣'}", "line 1: invoicing.due_days '٣' is not a whole number from 0 to 3650"),
        (
            "invoicing: {cash_rounding: {step: 0}}",
            "line 1: invoicing.cash_rounding.step '0' is not an amount above 0 such as 0.05",
        ),
        (
            "invoicing: {cash_rounding: {method: nearest}}",
            "line 1: invoicing.cash_rounding.method 'nearest' is not one of half-up, up, down",
        ),
        ("invoicing: {policy: shipped}", "line 1: invoicing.policy 'shipped' is not one of ordered, delivered"),
        (
            "wire_transfer: {iban: DE89370400440532013001}",
            "line 1: wire_transfer.iban 'DE89370400440532013001' is not an IBAN: its check digits do not fit, so it was mistyped",
        ),
        ("wire_transfer: {bic: COBA}", "line 1: wire_transfer.bic 'COBA' is not a BIC of 8 or 11 characters"),
        (
            "email: {smtp: {allow_plaintext: maybe}}",
            "line 1: email.smtp.allow_plaintext 'maybe' is neither true nor false",
        ),
        (
            'email: {smtp: {password_command: "pass \'x"}}',
            "line 1: email.smtp.password_command cannot be split into words: no closing quotation",
        ),
        (
            "email: {smtp: {password: hunter2}}",
            "line 1: email.smtp.password is refused: a password is never written here; use password_file or password_command",
        ),
        (
            "email: {smtp: {password_file: a, password_command: b}}",
            "line 1: email.smtp.password_command password_file is set too; keep one of them",
        ),
        (
            "email: {smtp: {host: mail.example.com, security: none}}",
            "line 1: email.smtp.security none sends everything unencrypted; use starttls or tls, or set allow_plaintext: true",
        ),
        (
            "reminders: {interest: 9}",
            "reminders.interest_from is the first step that charges reminders.interest; set both, or none",
        ),
        (
            "reminders: {interest: 9, interest_from: 4}",
            "line 1: reminders.interest_from is a step that reminders.invoices does not have",
        ),
        ("database: shop.db", "line 1: database is neither sqlite:///FILE nor postgresql://USER@HOST/NAME"),
        ("database: mysql://x/y", "line 1: database is neither sqlite:///FILE nor postgresql://USER@HOST/NAME"),
        ("profiles: {a b: {}}", "line 1: profiles.a b 'a b' is not a name of letters, digits, dashes and underscores"),
    ],
)
def test_mistake_names_its_line_and_setting(mistakes, text, mistake):
    assert mistakes(text) == [mistake]


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://shop:hunter2@host/shop",
        "postgresql://shop@host/shop?password=hunter2",
        "postgresql://shop:p@ss@host/shop",
    ],
)
def test_password_in_a_stored_address_is_refused_and_not_repeated(mistakes, address):
    assert mistakes(f"database: {address}") == [
        "line 1: database must not hold a password; use ~/.pgpass or ?passfile=FILE"
    ]


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("INV", "'INV' must hold {seq} once, or {seq:05d} for five digits"),
        ("{seq}{seq:03d}", "'{seq}{seq:03d}' must hold {seq} once, or {seq:05d} for five digits"),
        ("INV/{yaer}/{seq}", "{yaer} is not one of {year}, {yy}, {fy}, {month}, {seq}, {seq:05d}"),
        ("INV/{seq:5}", "{seq:5} is not one of {year}, {yy}, {fy}, {month}, {seq}, {seq:05d}"),
        ("{seq.__class__}", "{seq.__class__} is not one of {year}, {yy}, {fy}, {month}, {seq}, {seq:05d}"),
        ("INV/{month}/{seq}", "'INV/{month}/{seq}' has {month} without {year}, so numbers would repeat"),
        ("{fy}/{year}/{seq}", "'{fy}/{year}/{seq}' has {fy} beside another year; keep one of them"),
        ("INV {seq}", "'INV {seq}' may hold only capital letters, digits and . _ / - beside its tokens"),
        ("-{seq}", "'-{seq}' may hold only capital letters, digits and . _ / - beside its tokens"),
        ("{INV/{seq}", "'{INV/{seq}' may hold only capital letters, digits and . _ / - beside its tokens"),
    ],
)
def test_numbering_that_cannot_work_is_refused(mistakes, template, problem):
    assert mistakes(f"numbering: {{invoice: '{template}'}}") == [f"line 1: numbering.invoice {problem}"]


def test_numbering_takes_years_and_months(written):
    loaded = written("numbering: {invoice: 'F{yy}-{month}-{seq:04d}', order: '{seq}'}")

    assert (loaded.numbering.invoice, loaded.numbering.order) == ("F{yy}-{month}-{seq:04d}", "{seq}")


def test_fiscal_year_may_begin_in_any_month(written, mistakes):
    assert written("numbering: {fiscal_year_start: 4, invoice: 'INV/{fy}/{seq}'}").numbering.fiscal_year_start == 4
    assert mistakes("numbering: {fiscal_year_start: 13}") == [
        "line 1: numbering.fiscal_year_start '13' is not a whole number from 1 to 12"
    ]


def test_fiscal_year_that_is_the_calendar_year_is_no_other_number(written, mistakes):
    templates = "invoice: 'A/{year}/{seq}', credit_note: 'A/{fy}/{seq}'"

    assert written(f"numbering: {{fiscal_year_start: 4, {templates}}}").numbering.credit_note == "A/{fy}/{seq}"
    assert mistakes(f"numbering: {{{templates}}}") == [
        "line 1: numbering.credit_note gives the same numbers as numbering.invoice; "
        "numbers must differ between kinds of documents"
    ]


def test_two_series_must_not_give_the_same_numbers(mistakes):
    assert mistakes("numbering:\n  invoice: INV/{year}/{seq:05d}\n  credit_note: INV-{year}-{seq}\n") == [
        "line 3: numbering.credit_note gives the same numbers as numbering.invoice; "
        "numbers must differ between kinds of documents"
    ]


def test_all_mistakes_are_told_at_once_in_order(written):
    with pytest.raises(ConfigError) as refused:
        written("security: {session_hours: 0}\nshop:\n  currency: euro\nbogus: 1\n")

    assert refused.value.message.endswith(
        "shop.yaml has 3 mistakes: line 1: security.session_hours '0' is not a whole number from 1 to 8760; "
        "line 3: shop.currency 'EURO' is not a currency code of three letters such as EUR; "
        "line 4: bogus is not a setting"
    )
    assert refused.value.hint == "every setting is explained in config.example.yaml"


def test_message_stays_short_with_many_mistakes(written):
    with pytest.raises(ConfigError) as refused:
        written("".join(f"{'x' * 100}{number}: 1\n" for number in range(500)))

    assert refused.value.message.endswith("; and 480 more")
    assert len(refused.value.message) < 3000
    assert len(refused.value.details["mistakes"]) == 500


def test_control_characters_of_the_file_are_not_repeated(mistakes):
    assert mistakes('"\\e[31mred": 1') == ["line 1: \\x1b[31mred is not a setting"]


@pytest.mark.parametrize("name", ["SHOPCTL_DB", "--db"])
def test_address_that_is_none_is_refused(environ, name):
    given = {"environ": environ | {"SHOPCTL_DB": "shop.db"}} if name == "SHOPCTL_DB" else {"database": "shop.db"}

    with pytest.raises(ConfigError) as refused:
        config.load("none", **({"environ": environ} | given))

    assert (refused.value.code, refused.value.status) == ("db.url", ExitStatus.CONFIG)
    assert refused.value.message == f"{name} is neither sqlite:///FILE nor postgresql://USER@HOST/NAME"


@pytest.mark.parametrize("text", ["30min", "10h", "2d", "9999d"])
def test_a_length_of_time_is_kept_as_written(written, text):
    assert written(f"carts: {{abandoned_after: {text}}}").carts.abandoned_after == text


@pytest.mark.parametrize("text", ["10", "0h", "10 h", "5m", "1w", "10000d", "-1h", "1.5h"])
def test_other_lengths_of_time_are_refused(mistakes, text):
    assert mistakes(f"carts: {{abandoned_after: {text}}}") == [
        f"line 1: carts.abandoned_after '{text}' is not a length of time such as 30min, 10h or 2d"
    ]


@pytest.mark.parametrize(
    "text", ["https://shop.example.com/cart?id={cart}", "http://127.0.0.1:8000/{cart}/back#top", ""]
)
def test_a_link_leads_to_a_cart(written, text):
    assert written(f"carts: {{link: '{text}'}}").carts.link == text


@pytest.mark.parametrize(
    "text",
    [
        "https://shop.example.com/cart",
        "https://shop.example.com/{cart}/{cart}",
        "https://shop.example.com/{id}",
        "ftp://shop.example.com/{cart}",
        "javascript:alert({cart})",
        "https:///{cart}",
        'https://shop.example.com/{cart}"',
        "https://shop.example.com/a b?{cart}",
    ],
)
def test_other_links_are_refused(mistakes, text):
    assert mistakes(f"carts: {{link: '{text}'}}") == [
        f"line 1: carts.link '{text}' is not a web address such as https://shop.example.com/cart?id={{cart}}"
    ]
