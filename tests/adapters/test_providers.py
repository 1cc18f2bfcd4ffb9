"""Read what payment providers report: gross, fee and net to the cent, and refuse what is not clear."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from shopctl.adapters.bank import sniffing
from shopctl.errors import UsageError

D = Decimal
SAMPLES = Path(__file__).parent / "samples" / "providers"


def read(name):
    return list(sniffing.read(str(SAMPLES / name)))


def told(statement):
    """Tell day, amount, fee, kind, reference, mark and target of each movement; what is only announced has a `?`."""
    return [
        (
            f"{one.date:%d}", str(one.amount), str(one.fee), one.kind + "?" * (not one.booked), one.reference,
            one.bank_reference, one.target,
        )
        for one in statement.movements
    ]  # fmt: skip


def test_payments_of_the_stripe_dashboard():
    (found,) = read("stripe_payments.csv")

    assert (found.format, found.account, found.currency) == ("stripe", "stripe", "EUR")
    assert told(found) == [
        ("20", "121", "2.06", "charge", "S1", "ch_a1", ""),
        ("20", "-0.39", "0", "fee", "", "", "ch_a1"),
        ("20", "80", "1.45", "charge", "S2", "ch_a2", ""),
        ("21", "-30", "0", "refund", "S2", "", "ch_a2"),
        ("20", "275.1", "9.2", "charge", "S3", "ch_a3", ""),
        ("22", "-275.1", "0", "chargeback", "S3", "", "ch_a3"),
        ("20", "60", "0", "charge?", "S5", "ch_a5", ""),
    ]
    assert found.movements[0].name == "Ann Smith"
    assert found.movements[0].end_to_end == "pi_a1"
    assert found.movements[4].remark == "paid as 300.00 USD"
    assert found.remarks == ("left out, because no money moved: 1 failed",)


def test_payouts_of_stripe_are_the_sum_of_their_lines():
    first, second = read("stripe_payout.csv")

    assert (first.name, first.total, second.name, second.total) == ("po_1", 0, "po_2", 0)
    assert told(first) == [
        ("20", "121", "2.45", "charge", "S1", "ch_a1", ""),
        ("20", "80", "1.45", "charge", "S2", "ch_a2", ""),
        ("21", "-30", "0", "refund", "S2", "re_a2", "ch_a2"),
        ("24", "-167.10", "0", "payout", "", "po_1", ""),
    ]
    assert told(second)[0] == ("22", "-40", "15", "chargeback", "S1", "dp_a1", "ch_a1")


def test_balance_transactions_of_the_stripe_api():
    euro, yen = read("stripe_balance.json")

    assert told(euro) == [
        ("20", "121.00", "2.45", "charge", "S1", "ch_a1", ""),
        ("21", "-30.00", "0.00", "refund", "", "re_a2", "ch_a2"),
    ]
    assert told(yen) == [("21", "9000", "300", "charge", "", "ch_a9", "")]
    assert (euro.total, yen.total) == (D("88.55"), 8700)


def test_charges_and_refunds_of_the_stripe_api():
    (found,) = read("stripe_charges.json")

    assert told(found) == [
        ("20", "121.00", "2.45", "charge", "S1", "ch_a1", ""),
        ("20", "-21.00", "0", "refund", "S1", "", "ch_a1"),
        ("21", "-5.00", "0", "refund?", "", "re_a5", "ch_a5"),
    ]
    assert found.remarks == ("left out, because no money moved: 1 failed",)


def test_activity_of_paypal_in_english():
    euro, dollar = read("paypal_en.csv")

    assert told(euro) == [
        ("20", "1121", "21.3", "charge", "S1", "T1", ""),
        ("20", "60", "0", "charge?", "S3", "T3", ""),
        ("21", "-121", "-2", "refund", "S1", "T4", "T1"),
        ("21", "-1000", "0", "payout", "", "T5", ""),
        ("22", "-16", "0", "fee", "", "T6", ""),
        ("22", "-10", "0", "other", "", "T7", ""),
    ]
    assert (euro.opening, euro.closing, euro.difference) == (50, D("4.7"), 0)
    assert told(dollar) == [("22", "11.5", "0", "other", "", "T8", "")]
    assert euro.remarks == ("left out, because no money moved: 1 denied",)


@pytest.mark.parametrize(("balance", "kind"), [("1,149.70", "charge?"), ("1,209.70", "charge")])
def test_the_balance_decides_where_the_status_is_a_foreign_word(tmp_path, balance, kind):
    file = tmp_path / "paypal.csv"
    text = (SAMPLES / "paypal_en.csv").read_text().replace('"Pending","EUR","60.00"', '"Odd","EUR","60.00"')
    file.write_text(text.replace('"T3","","S3","1,149.70"', f'"T3","","S3","{balance}"'))

    assert told(next(iter(sniffing.read(str(file)))))[1][3] == kind


def test_a_foreign_status_without_a_telling_balance_is_refused(tmp_path):
    file = tmp_path / "paypal.csv"
    text = (SAMPLES / "paypal_en.csv").read_text().replace('"Pending","EUR","60.00"', '"Odd","EUR","60.00"')
    file.write_text(text.replace('"T3","","S3","1,149.70"', '"T3","","S3","7.00"'))

    with pytest.raises(UsageError, match=r"line 4 of .*'odd' is a status that is not known"):
        list(sniffing.read(str(file)))


def test_activity_of_paypal_in_german_newest_first():
    (found,) = read("paypal_de.csv")

    assert told(found) == [
        ("22", "-121", "-2", "refund", "S1", "T4", "T1"),
        ("20", "1121", "21.3", "charge", "S1", "T1", ""),
    ]
    assert (found.opening, found.closing, found.difference) == (0, D("980.7"), 0)


def test_statement_of_paypal_without_currency():
    (found,) = read("paypal_statement.csv")

    assert (found.currency, found.opening, found.closing, found.difference) == ("", 0, 0, 0)
    assert told(found) == [("21", "-12.34", "0", "payout", "", "", ""), ("20", "12.34", "0", "charge", "", "", "")]


def test_a_batch_of_adyen_nets_to_nothing():
    (found,) = read("adyen_settlement.csv")

    assert (found.account, found.name, found.opening, found.closing, found.difference) == (
        "ShopNL", "batch 12", 0, 0, 0,
    )  # fmt: skip
    assert told(found) == [
        ("20", "121.0", "1.8", "charge", "S1", "PSP1", ""),
        ("21", "-21.0", "0.1", "refund", "S1", "MOD2", "PSP1"),
        ("21", "-40", "15", "chargeback", "S2", "MOD3", "PSP2"),
        ("21", "45", "1", "charge", "S3", "PSP3", ""),
        ("22", "-2", "0", "fee", "", "", ""),
        ("22", "-85.1", "0", "payout", "", "", ""),
    ]
    assert found.movements[3].remark == "paid as 50 USD"


def test_an_incomplete_batch_says_what_is_missing(tmp_path):
    lines = (SAMPLES / "adyen_settlement.csv").read_text().splitlines()
    part = tmp_path / "part.csv"
    part.write_text("\n".join(lines[:-1]))

    (found,) = sniffing.read(str(part))

    assert found.difference == D("-85.1")


def test_columns_of_adyen_may_stand_in_any_order(tmp_path):
    rows = [line.split(",") for line in (SAMPLES / "adyen_settlement.csv").read_text().splitlines()]
    turned = tmp_path / "turned.csv"
    turned.write_text("\n".join(",".join(reversed(row)) for row in rows))

    assert told(next(iter(sniffing.read(str(turned))))) == told(read("adyen_settlement.csv")[0])


def test_settlement_of_braintree():
    (found,) = read("braintree_settlement.csv")

    assert (found.account, found.name, found.currency, found.total) == ("shop_eur", "2026-08-22", "EUR", D("140.7"))
    assert told(found) == [
        ("20", "121", "2.6", "charge", "S1", "bt1", ""),
        ("21", "-21", "0", "refund", "S1", "bt2", "bt1"),
        ("21", "45", "1.7", "charge", "S3", "bt3", ""),
    ]
    assert found.movements[2].remark == "paid as 50.00 USD"


def test_payments_of_mollie():
    euro, yen = read("mollie_payments.json")

    assert told(euro) == [
        ("20", "121", "0", "charge", "S1", "tr_1", ""),
        ("20", "-21", "0", "refund", "S1", "", "tr_1"),
        ("20", "80", "0", "charge?", "4711", "tr_2", ""),
    ]
    assert told(yen) == [("20", "9000", "0", "charge", "", "tr_4", "")]
    assert euro.remarks == ("left out, because no money moved: 1 payment expired",)


def test_a_settlement_of_mollie_carries_fractions_of_a_cent_on():
    (found,) = read("mollie_settlement.json")

    assert (found.name, found.closing, found.difference) == ("1234.2608.01", D("0.004"), 0)
    assert told(found) == [
        ("21", "121", "0", "other", "", "", ""),
        ("21", "-21", "0", "other", "", "", ""),
        ("21", "-3.146", "0", "fee", "", "", ""),
        ("21", "-96.85", "0", "payout", "1234.2608.01", "stl_1", ""),
    ]


def test_a_settlement_of_mollie_that_does_not_add_up(tmp_path):
    wrong = tmp_path / "wrong.json"
    wrong.write_text((SAMPLES / "mollie_settlement.json").read_text().replace("96.85", "95.85"))

    (found,) = sniffing.read(str(wrong))

    assert found.difference == D("-1.004")


LONG = "9" * 40


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("stripe_payments.csv", "121.00,0.00,eur,121.00", f"121.00,0.00,eur,{LONG}", "line 2 of {}: converted amount: "),
        ("stripe_payments.csv", "eur,121.00,", 'eur,"121,00",', "line 2 of {}: converted amount: '121,00' is not an am"),
        ("stripe_payments.csv", ",Paid,ann", ",Lost,ann", "line 2 of {}: status: 'Lost' is a status that is not known"),
        ("stripe_payments.csv", "2026-08-20 10:15", "20/08/2026", "line 2 of {}: '20/08/2026' is not a date"),
        ("stripe_payments.csv", "0.39,eur", "0.39,euro", "line 2 of {}: 'EURO' is not a currency"),
        ("stripe_payout.csv", "2.45,118.55", "2.45,118.50", "line 2 of {}: gross 121 less fee 2.45 is not the net 118.5"),
        ("stripe_balance.json", "12100", "121.5", "object 1 of {}: amount: '121.5' is not a whole number"),
        ("stripe_balance.json", "12100", "1" * 40, "object 1 of {}: amount: "),
        ("stripe_balance.json", '"fee": 245', '"fee": 246', "object 1 of {}: amount 121.00 less fee 2.46 is not the net"),
        ("stripe_balance.json", "1787220900", "-5", "object 1 of {}: created: '-5' is not a time in seconds"),
        ("stripe_balance.json", '"has_more"', "has_more", "line 1 of {}: it is no JSON: "),
        ("stripe_charges.json", '"charge"', '"customer"', "object 1 of {}: object: 'customer' is no object that moves"),
        ("stripe_charges.json", '"succeeded"', '"odd"', "object 1 of {}: status: 'odd' is a status that is not known"),
        ("paypal_en.csv", '"1,099.70"', '"1,099.71"', "line 2 of {}: gross 1121 less fee 21.3 is not the net 1099.71"),
        ("paypal_en.csv", '"1,121.00"', '"1.121,00"', "the table of {}: some amounts have a point before their decimals"),
        ("paypal_en.csv", '"1,121.00"', f'"{LONG}.00"', "line 2 of {}: gross: "),
        ("paypal_de.csv", "22.08.2026", "31.02.2026", "line 2 of {}: date: '31.02.2026' is not a date"),
        ("paypal_statement.csv", "08/21/2026", "2026-08", "line 2 of {}: date: '2026-08' is not a date"),
        ("adyen_settlement.csv", ",119.20,", ",119.21,", "line 2 of {}: gross 121 less fees 1.8 is not the net 119.21"),
        ("adyen_settlement.csv", ",Settled,MOD1", ",Odd,MOD1", "line 2 of {}: type: 'Odd' is a type that is not known"),
        ("braintree_settlement.csv", ",sale,EUR", ",gift,EUR", "line 2 of {}: transaction type: 'gift' is a type"),
        ("braintree_settlement.csv", "S1,2.60", "S1", "line 2 of {}: it has 15 columns instead of 16"),
        ("mollie_payments.json", '"121.00"', '"121,00x"', "object 1 of {}: amount: '121,00x' is not an amount"),
        ("mollie_payments.json", '"121.00"', f'"{LONG}"', "object 1 of {}: amount: "),
        ("mollie_payments.json", '"value": "121.00"', '"value": 121.00', "object 1 of {}: amount: "),
        ("mollie_payments.json", '"resource": "payment", "id": "tr_1"', '"resource": "order", "id": "tr_1"',
         "object 1 of {}: resource: 'order' is no object that moves money"),
        ("mollie_settlement.json", '"value": "3.1460"', '"value": null', "settlement 1 of {}: amountGross: "),
    ],
)  # fmt: skip
def test_what_is_broken_is_refused_with_its_place(tmp_path, name, old, new, reason):
    text = (SAMPLES / name).read_text()
    assert old in text
    broken = tmp_path / name
    broken.write_text(text.replace(old, new, 1))

    with pytest.raises(UsageError) as refused:
        list(sniffing.read(str(broken)))

    assert refused.value.code == "file.format"
    assert refused.value.message.startswith(reason.format(broken))


def test_another_encoding_is_refused_with_its_line(tmp_path):
    latin = tmp_path / "paypal.csv"
    latin.write_bytes((SAMPLES / "paypal_de.csv").read_text().encode("cp1252"))

    with pytest.raises(UsageError) as refused:
        list(sniffing.read(str(latin)))

    assert refused.value.code in ("file.encoding", "file.format")


LANGUAGES = {
    "de": (
        "Datum;Uhrzeit;Zeitzone;Name;Typ;Status;Währung;Brutto;Gebühr;Netto;Transaktionscode;"
        "Zugehöriger Transaktionscode;Rechnungsnummer;Guthaben",
        ("Zahlung", "Rückzahlung", "Allgemeine Abbuchung", "Allgemeine Währungsumrechnung"), "Abgeschlossen",
    ),
    "fr": (
        "Date;Heure;Fuseau horaire;Nom;Type;État;Devise;Avant commission;Commission;Net;Numéro de transaction;"
        "Numéro de la transaction de référence;Numéro de facture;Solde",
        ("Paiement", "Remboursement de paiement", "Virement standard", "Conversion de devise standard"), "Terminé",
    ),
    "es": (
        "Fecha;Hora;Zona horaria;Nombre;Tipo;Estado;Divisa;Bruto;Comisión;Neto;Id. de transacción;"
        "Id. de referencia de trans.;Número de factura;Saldo",
        ("Pago", "Reembolso de pago", "Retirada general", "Conversión de divisas general"), "Completado",
    ),
    "it": (
        "Data;Ora;Fuso orario;Nome;Tipo;Stato;Valuta;Lordo;Tariffa;Netto;Codice transazione;"
        "Codice transazione di riferimento;Numero fattura;Saldo",
        ("Pagamento", "Rimborso pagamento", "Prelievo generico", "Conversione di valuta generica"), "Completata",
    ),
    "nl": (
        "Datum;Tijd;Tijdzone;Naam;Type;Status;Valuta;Bruto;Kosten;Net;Transactiereferentie;Ref. transactiereferentie;"
        "Factuurnummer;Saldo",
        ("Betaling", "Terugbetaling", "Algemene opname", "Algemene valutaomrekening"), "Voltooid",
    ),
    "pt": (
        "Data;Hora;Fuso horário;Nome;Tipo;Status;Moeda;Bruto;Tarifa;Líquido;ID da transação;"
        "ID da transação de referência;Número da fatura;Saldo",
        ("Pagamento", "Reembolso do pagamento", "Saque geral", "Conversão de moeda geral"), "Concluído",
    ),
}  # fmt: skip
"""Headings, types of a payment, refund, withdrawal and conversion, and the state of all of them."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_activity_of_paypal_in_all_languages(tmp_path, language):
    headings, (paid, refunded, withdrawn, converted), done = LANGUAGES[language]
    rows = (
        ("20", paid, "1.121,00", "-21,30", "1.099,70", "T1", "", "S1", "1.099,70"),
        ("21", refunded, "-121,00", "0,00", "-121,00", "T2", "T1", "S1", "978,70"),
        ("22", withdrawn, "-900,00", "0,00", "-900,00", "T3", "", "", "78,70"),
        ("22", converted, "-8,70", "0,00", "-8,70", "T4", "", "", "70,00"),
    )
    file = tmp_path / "paypal.csv"
    file.write_text(
        "\n".join(
            [headings]
            + [f"{day}/08/2026;09:00:00;CEST;Ann;{kind};{done};EUR;{';'.join(rest)}" for day, kind, *rest in rows]
        )
    )

    (found,) = sniffing.read(str(file))

    assert told(found) == [
        ("20", "1121", "21.3", "charge", "S1", "T1", ""),
        ("21", "-121", "0", "refund", "S1", "T2", "T1"),
        ("22", "-900", "0", "payout", "", "T3", ""),
        ("22", "-8.7", "0", "other", "", "T4", ""),
    ]
    assert (found.opening, found.closing, found.difference) == (0, 70, 0)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (("08/09/2026", "21/09/2026"), ["2026-09-08", "2026-09-21"]),
        (("09/08/2026", "09/21/2026"), ["2026-09-08", "2026-09-21"]),
        (("01/02/2026", "02/01/2026"), None),
        (("01/02/2026", "01/03/2026"), None),
        (("05/05/2026", "05/05/2026"), ["2026-05-05", "2026-05-05"]),
        (("2026-02-01", "2026-03-01"), ["2026-02-01", "2026-03-01"]),
    ],
)
def test_days_and_months_are_told_apart_or_refused(tmp_path, days, expected):
    lines = (SAMPLES / "paypal_statement.csv").read_text().splitlines()
    file = tmp_path / "paypal.csv"
    rows = [
        line.replace(old, day) for line, old, day in zip(lines[1:], ("08/21/2026", "08/20/2026"), days, strict=True)
    ]
    file.write_text("\n".join([lines[0], *rows]))

    if expected is None:
        with pytest.raises(UsageError, match="which part is the day"):
            list(sniffing.read(str(file)))
        return
    (found,) = sniffing.read(str(file))
    assert [one.date.isoformat() for one in found.movements] == expected


def test_amounts_without_cents_do_not_say_what_a_comma_is(tmp_path):
    file = tmp_path / "paypal.csv"
    file.write_text((SAMPLES / "paypal_statement.csv").read_text().replace("12.34", "1,234").replace("0.00", "0"))

    with pytest.raises(UsageError, match="whether point or comma"):
        list(sniffing.read(str(file)))


def test_a_table_without_rows_is_refused(tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_text((SAMPLES / "stripe_payments.csv").read_text().splitlines()[0] + "\n")

    with pytest.raises(UsageError, match="there is no row in it"):
        list(sniffing.read(str(empty)))
