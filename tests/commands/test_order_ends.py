"""`orders cancel`, `hold`, `release`, `expire` and `confirm --paid`."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.support.rows import dump
from tests.support.transcript import transcript


@pytest.fixture
def terminal(stocked):
    stocked.use({"SHOPCTL_FORCE_TTY": "100"})
    return stocked


def test_an_order_is_cancelled_with_what_was_announced(terminal):
    assert (
        transcript(
            terminal,
            "orders cancel S00103 --reason 'no stock' --yes",
            "orders cancel S00103",
            "orders show S00103",
        )
        == """\
$ orders cancel S00103 --reason 'no stock' --yes
✓ changed  S00103  Taller Peña S.L.  1,102.79 EUR
  PAY/2026/00003 is cancelled: 1102.79 EUR was announced
  cancellation e-mail queued for jose@tallerpena.example
!   NEXT  shopctl orders show S00103

$ orders cancel S00103
= unchanged  S00103  Taller Peña S.L.  1,102.79 EUR
  order S00103 is cancelled already
!   NEXT  shopctl orders show S00103

$ orders show S00103

  S00103  Taller Peña S.L.                                                           × cancelled
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Ordered    2026-11-18 12:05                 Customer    Taller Peña S.L. (C00002)
  Paid by    wire                             E-mail      jose@tallerpena.example
  Website    northwind-living.example         Deliver to  Taller Peña S.L., José Peña Rodríguez,
  Cancelled  no stock                                     Calle Mayor 7, 28013 Madrid, ES
  Terms      NET30                            Invoice to  same address

  #  PRODUCT             SKU       QTY  DELIV.  INV.    UNIT  DISC.  TAX       SUBTOTAL EUR
  ─  ──────────────────  ────────  ───  ──────  ────  ──────  ─────  ────────  ────────────
  1  Ergo chair, black   CHR-ERG     4       0     0  249.00   10 %  VAT 21 %        896.40
  2  Delivery, standard  SHIP-STD    1       –     0   15.00         VAT 21 %         15.00
                                                                         Untaxed     911.40
                                                                        VAT 21 %     191.39
                                                                           Total   1,102.79

  DOCUMENTS

  KIND     NUMBER          DATE        AMOUNT EUR  STATUS
  ───────  ──────────────  ──────────  ──────────  ─────────
  payment  PAY/2026/00003  2026-11-24    1,102.79  cancelled

  E-MAILS

  E-MAIL  ABOUT   KIND          TO                       WHEN              STATUS
  ──────  ──────  ────────────  ───────────────────────  ────────────────  ──────
  1       S00103  cancellation  jose@tallerpena.example  2026-11-24 10:00  queued

  NEXT  shopctl orders history S00103  who did what, and when
"""
    )


def test_everything_in_the_way_is_named_and_can_be_cleared(terminal):
    assert (
        transcript(
            terminal,
            "invoice create S00101 --confirm",
            "orders cancel S00101",
            "orders cancel S00101 --with credit-note,refund,return --dry-run",
            "orders cancel S00101 --with credit-note,refund,return --reason returned --no-email --yes",
            "orders show S00101",
        )
        == """\
$ invoice create S00101 --confirm
✓ created  INV/2026/00001  S00101  Anna de Vries  621.94 EUR
  PAID
!   NEXT  shopctl invoice print INV/2026/00001

$ orders cancel S00101
! error: order S00101 cannot be cancelled: INV/2026/00001 is posted; 621.94 EUR is paid (PAY/2026/00001); 1 of line 1 is delivered [order.not_cancellable]
! hint:  shopctl credit-note create INV/2026/00001 --reason TEXT --confirm
!        shopctl orders deliver S00101 --line 1=-1
!        all at once: shopctl orders cancel S00101 --with credit-note,refund,return
[exit 6]

$ orders cancel S00101 --with credit-note,refund,return --dry-run
○ would change  S00101  Anna de Vries  621.94 EUR
  RINV/2026/00001 credits INV/2026/00001
  PAY/2026/00006 pays 621.94 EUR of RINV/2026/00001 back
  return OUT/2026/00001
  cancellation e-mail queued for anna@devries.example
! DRY RUN · nothing is written
!   Would cancel 1 · 621.94 EUR. Run again without --dry-run to do it.

$ orders cancel S00101 --with credit-note,refund,return --reason returned --no-email --yes
✓ changed  S00101  Anna de Vries  621.94 EUR
  RINV/2026/00001 credits INV/2026/00001
  PAY/2026/00006 pays 621.94 EUR of RINV/2026/00001 back
  return OUT/2026/00001
!   NEXT  shopctl orders show S00101

$ orders show S00101

  S00101  Anna de Vries                                                              × cancelled
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Ordered    2026-11-16 10:14                 Customer    Anna de Vries (C00001)
  Confirmed  2026-11-16 10:14                 E-mail      anna@devries.example
  Paid by    card                             Deliver to  Anna de Vries, Keizersgracht 12, 1015
  Website    northwind-living.example                     CJ Amsterdam, NL
  Cancelled  returned                         Invoice to  same address

  #  PRODUCT             SKU       QTY  DELIV.  INV.    UNIT  TAX       SUBTOTAL EUR
  ─  ──────────────────  ────────  ───  ──────  ────  ──────  ────────  ────────────
  1  Oak desk, 140 cm    DSK-140     1       0     0  499.00  VAT 21 %        499.00
  2  Delivery, standard  SHIP-STD    1       –     0   15.00  VAT 21 %         15.00
                                                                    Untaxed   514.00
                                                                   VAT 21 %   107.94
                                                                      Total   621.94

  DOCUMENTS

  KIND         NUMBER           DATE        AMOUNT EUR  STATUS
  ───────────  ───────────────  ──────────  ──────────  ───────
  invoice      INV/2026/00001   2026-11-24      621.94  paid
  credit note  RINV/2026/00001  2026-11-24      621.94  used up
  payment      PAY/2026/00001   2026-11-16      621.94  done
  refund       PAY/2026/00006   2026-11-24      621.94  done
  return       OUT/2026/00001   2026-11-24           –  done

  NEXT  shopctl orders history S00101  who did what, and when
"""
    )


def test_many_are_cancelled_each_with_its_own_answer(terminal):
    assert (
        transcript(terminal, "orders cancel S00103 S00101 S00104 --yes")
        == """\
$ orders cancel S00103 S00101 S00104 --yes

  REFERENCE  RESULT     TOTAL EUR  DETAIL
  ─────────  ─────────  ─────────  ─────────────────────────────────────────────────────────────────
  S00103     ✓ changed   1,102.79  PAY/2026/00003 is cancelled: 1102.79 EUR was announced; cancella…
  S00101     ! failed              order S00101 cannot be cancelled: 621.94 EUR is paid (PAY/2026/0…
  S00104     ✓ changed     694.54  PAY/2026/00004 is cancelled: 694.54 EUR was announced; cancellat…
! error: 1 item failed [order.not_cancellable]
!        S00101  order S00101 cannot be cancelled: 621.94 EUR is paid (PAY/2026/00001); 1 of line 1 is delivered
! hint:  shopctl orders deliver S00101 --line 1=-1
!        all at once: shopctl orders cancel S00101 --with refund,return
!
!   2 changed   1,797.33 EUR       0 unchanged       1 failed       0 skipped
[exit 8]
"""
    )


def test_an_order_on_hold_waits(terminal):
    assert (
        transcript(
            terminal,
            "orders hold S00105 --reason 'address is wrong'",
            "invoice create S00105",
            "orders deliver S00105",
            "invoice create --all --format ids",
            "orders list --fields number,hold_reason",
            "orders release S00105",
            "orders release S00105",
        )
        == """\
$ orders hold S00105 --reason 'address is wrong'
✓ changed  S00105  Taller Peña S.L.  9,225.91 EUR
  nothing of it is invoiced, delivered, expired or reminded of until it is released
!   NEXT  shopctl orders release S00105

$ invoice create S00105
! error: order S00105 is on hold (address is wrong), so it cannot be invoiced [order.held]
! hint:  shopctl orders release S00105
[exit 6]

$ orders deliver S00105
! error: order S00105 is on hold (address is wrong), so it cannot be delivered [order.held]
! hint:  shopctl orders release S00105
[exit 6]

$ invoice create --all --format ids
DRAFT/00001
DRAFT/00002
DRAFT/00003
! On hold and left out: S00105    Release: shopctl orders release ORDER

$ orders list --fields number,hold_reason

  ORDER   ON HOLD
  ──────  ────────────────
  S00106  –
  S00105  address is wrong
  S00102  –
  S00101  –
!
!   4 orders · 10,206.76 EUR
!   Bill one:  shopctl invoice create ORDER --confirm
!   Others:    --unpaid for those that wait, --state all

$ orders release S00105
✓ changed  S00105  Taller Peña S.L.  9,225.91 EUR
  was on hold: address is wrong
!   NEXT  shopctl orders show S00105

$ orders release S00105
= unchanged  S00105  Taller Peña S.L.  9,225.91 EUR
  order S00105 is not on hold
!   NEXT  shopctl orders show S00105
"""
    )


def test_a_transfer_is_registered_with_the_confirmation(terminal):
    assert (
        transcript(
            terminal,
            "orders confirm S00103 --paid --reference BANK-7",
            "orders confirm S00103 --paid --reference BANK-7",
            "orders confirm S00104 --paid --reference BANK-7",
        )
        == """\
$ orders confirm S00103 --paid --reference BANK-7
✓ changed  S00103  Taller Peña S.L.  1,102.79 EUR
  PAY/2026/00006 registers 1102.79 EUR
  order S00103 is confirmed
  1102.79 EUR is not used yet and stays an outstanding credit
  confirmation e-mail queued for jose@tallerpena.example
!   NEXT  shopctl invoice create S00103 --confirm

$ orders confirm S00103 --paid --reference BANK-7
= unchanged  S00103  Taller Peña S.L.  1,102.79 EUR
  order S00103 is confirmed already, and 1102.79 EUR of it is paid
!   NEXT  shopctl invoice create S00103 --confirm

$ orders confirm S00104 --paid --reference BANK-7
! error: the transaction BANK-7 is registered already as PAY/2026/00006 of order S00103, so it does not pay order S00104 [payment.reference_used]
! hint:  shopctl payment show PAY/2026/00006
[exit 7]
"""
    )


def test_orders_that_nobody_pays_expire(terminal):
    assert (
        transcript(
            terminal,
            "orders expire --as-of 2026-12-03",
            "orders expire --as-of 2026-12-03 --dry-run",
            "orders expire --as-of 2026-12-03 --yes",
            "orders expire --as-of 2026-12-03 --yes",
            "orders expire --unpaid-after 0 --as-of 2026-11-20 --yes",
        )
        == """\
$ orders expire --as-of 2026-12-03
! error: this needs a confirmation and there is no terminal to ask on [confirm.required]
! hint:  add --yes to go ahead, or --dry-run to see what would happen
[exit 10]

$ orders expire --as-of 2026-12-03 --dry-run
○ would change  S00103  Taller Peña S.L.  1,102.79 EUR
  PAY/2026/00003 is cancelled: 1102.79 EUR was announced
  cancellation e-mail queued for jose@tallerpena.example
! DRY RUN · nothing is written
!   Would expire 1 · 1,102.79 EUR. Run again without --dry-run to do it.

$ orders expire --as-of 2026-12-03 --yes
✓ changed  S00103  Taller Peña S.L.  1,102.79 EUR
  PAY/2026/00003 is cancelled: 1102.79 EUR was announced
  cancellation e-mail queued for jose@tallerpena.example
!   NEXT  shopctl orders show S00103

$ orders expire --as-of 2026-12-03 --yes
! Nothing to do.

$ orders expire --unpaid-after 0 --as-of 2026-11-20 --yes
! Nothing to do.
"""
    )


def test_cron_hears_nothing_when_there_is_nothing_to_do(stall):
    assert stall("orders", "expire", "--yes", "-q") == (0, "", "")
    assert json.loads(stall("orders", "expire", "--json").out)["summary"]["failed"] == 0


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ("cancel S00999 --yes", 3, "there is no order S00999 [order.unknown]"),
        ("cancel S00103 --with refunds --yes", 2, "--with does not know 'refunds' [usage]"),
        ("cancel S00103 --method cash --yes", 2, "--method cash does not say how money goes back [usage]"),
        ("cancel S00103 --with refund --method gold --yes", 2, "--method gold does not say how money goes back [usage]"),
        ("cancel S00103", 10, "this needs a confirmation and there is no terminal to ask on [confirm.required]"),
        ("hold S00105", 2, "putting an order on hold needs a reason [usage]"),
        ("hold S00105 --reason ' '", 2, "putting an order on hold needs a reason [usage]"),
        ("release S00999", 3, "there is no order S00999 [order.unknown]"),
        ("expire --unpaid-after -1", 2, "--unpaid-after: '-1' is not a whole number [usage.amount]"),
        ("expire --unpaid-after 1.5", 2, "--unpaid-after: '1.5' is not a whole number [usage.amount]"),
        ("confirm S00103 --amount 5", 2, "--amount, --date, --method and --reference tell about a payment [usage]"),
        ("confirm S00103 S00104 --paid --amount 5 --yes", 2,
         "one amount or reference is that of one payment, so name one order [usage]"),
        ("confirm S00103 --paid --method gold", 2, "'gold' is not a payment method [usage]"),
        ("confirm S00103 --paid --amount 0", 6, "an amount of 0.00 EUR is not possible [payment.amount]"),
    ],
)  # fmt: skip
def test_refusals(stall, words, status, message):
    before = dump()

    found = stall("orders", *shlex.split(words))

    assert (found.status, found.out) == (status, "")
    assert found.err.startswith(f"error: {message}\nhint:  ")
    assert dump() == before
