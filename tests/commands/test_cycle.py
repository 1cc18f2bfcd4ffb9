"""The main job from an imported order to a paid invoice, typed as commands, answer by answer, on both databases."""

from __future__ import annotations

import json

import pytest

from tests.support.transcript import transcript


@pytest.fixture
def terminal(stocked):
    """The made-up shop at a terminal of 100 columns."""
    stocked.use({"SHOPCTL_FORCE_TTY": "100"})
    return stocked


def test_lists_on_a_terminal(terminal):
    assert (
        transcript(
            terminal,
            "orders list",
            "orders list --unpaid",
            "orders list --differs",
            "customers list",
            "payment outstanding",
        )
        == """\
$ orders list

  ORDER   DATE        CUSTOMER          TOTAL EUR  INVOICING   PAYMENT   DELIVERY
  ──────  ──────────  ────────────────  ─────────  ──────────  ────────  ────────
  S00106  2026-11-22  Łukasz Żółtowski     196.02  to invoice  paid      shipped
  S00105  2026-11-21  Taller Peña S.L.   9,225.91  to invoice  not paid  to ship
  S00102  2026-11-17  Zoë Müller           162.89  to invoice  paid      shipped
  S00101  2026-11-16  Anna de Vries        621.94  to invoice  paid      shipped
!
!   4 orders · 10,206.76 EUR
!   Bill one:  shopctl invoice create ORDER --confirm
!   Others:    --unpaid for those that wait, --state all

$ orders list --unpaid

  ORDER   DATE        STATE        CUSTOMER          TOTAL EUR   DUE EUR  PAYMENT    DAYS  REMINDED
  ──────  ──────────  ───────────  ────────────────  ─────────  ────────  ─────────  ────  ────────
  S00105  2026-11-21  ● confirmed  Taller Peña S.L.   9,225.91  9,225.91  not paid      3         0
  S00104  2026-11-20  sent         Φως και Χώρος        694.54    694.54  ○ pending     4         0
  S00103  2026-11-18  sent         Taller Peña S.L.   1,102.79  1,102.79  ○ pending     6         0
!
!   11,023.24 EUR to be paid
!   Money is in?        shopctl payment register ORDER
!   Accept without it?  shopctl orders confirm ORDER
!   Ask again?          shopctl reminder run

$ orders list --differs
! No orders match.

$ customers list

  CUSTOMER  NAME                 ORDERS  ORDERED EUR  OPEN EUR  CREDIT EUR  LAST ORDER  CARTS
  ────────  ───────────────────  ──────  ───────────  ────────  ──────────  ──────────  ─────
  C00006    Lena Fischer              0            –         –           –  –               1
  C00005    Łukasz Żółtowski          1       196.02      0.00      196.02  2026-11-22      0
  C00004    Ελένη Παπαδοπούλου        0            –         –           –  –               0
  C00003    Zoë Müller                1       162.89      0.00      162.89  2026-11-17      0
  C00002    José Peña Rodríguez       1     9,225.91      0.00        0.00  2026-11-21      1
  C00001    Anna de Vries             1       621.94      0.00      621.94  2026-11-16      1
!
!   Everything of one:  shopctl customers show CODE
!   Left out for width: E-MAIL, COUNTRY · all: --no-truncate or --format csv

$ payment outstanding

  CREDIT          KIND     DATE        DAYS  ORDER   CUSTOMER          LEFT EUR
  ──────────────  ───────  ──────────  ────  ──────  ────────────────  ────────
  PAY/2026/00001  payment  2026-11-16     8  S00101  Anna de Vries       621.94
  PAY/2026/00002  payment  2026-11-17     7  S00102  Zoë Müller          162.89
  PAY/2026/00005  payment  2026-11-22     2  S00106  Łukasz Żółtowski    196.02
!
!   3 credits · 980.85 EUR
!   Use one:  shopctl payment allocate INVOICE --credit CREDIT
!   What fits what:  shopctl payment suggest
"""
    )


def test_case_1_the_money_is_there_and_only_has_to_be_used(terminal):
    assert (
        transcript(
            terminal,
            "invoice create S00101",
            "invoice confirm DRAFT/00001 --no-allocate",
            "invoice show INV/2026/00001",
            "payment allocate INV/2026/00001",
            "invoice show INV/2026/00001",
            "payment allocate INV/2026/00001",
            "orders show S00101",
        )
        == """\
$ invoice create S00101
✓ created  DRAFT/00001  S00101  Anna de Vries  621.94 EUR
!   NEXT  shopctl invoice show DRAFT/00001
!         shopctl invoice confirm DRAFT/00001

$ invoice confirm DRAFT/00001 --no-allocate
✓ changed  INV/2026/00001  DRAFT/00001  Anna de Vries  621.94 EUR
  621.94 EUR due by 2026-12-08
  PAY/2026/00001 (621.94 EUR) could pay it: shopctl payment allocate INV/2026/00001
!   NEXT  shopctl invoice show INV/2026/00001

$ invoice show INV/2026/00001

  INV/2026/00001  Anna de Vries                                                POSTED · NOT PAID
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Kind       invoice                          Customer  Anna de Vries (C00001)
  Invoiced   2026-11-24                       Bill to   Anna de Vries, Keizersgracht 12, 1015 CJ
  Due        2026-12-08                                 Amsterdam, NL
  Order      S00101                           E-mail    anna@devries.example
  Reference  INV/2026/00001                   Sent      –

  #  DESCRIPTION         SKU       QTY  UNIT PRICE  TAX       SUBTOTAL EUR
  ─  ──────────────────  ────────  ───  ──────────  ────────  ────────────
  1  Oak desk, 140 cm    DSK-140     1      499.00  VAT 21 %        499.00
  2  Delivery, standard  SHIP-STD    1       15.00  VAT 21 %         15.00
                                                          Untaxed   514.00
                                                         VAT 21 %   107.94
                                                        Total EUR   621.94
                                                   Amount due EUR   621.94

  ┌─ OUTSTANDING CREDITS ──────────────────────────────────────────────────────────────────────┐
  │ Anna de Vries has 621.94 EUR that is not linked to any invoice yet.                        │
  │                                                                                            │
  │   PAY/2026/00001   2026-11-16   payment S00101   621.94 EUR   same order, same amount      │
  │                                                                                            │
  │ Use it:   shopctl payment allocate INV/2026/00001   takes PAY/2026/00001                   │
  └────────────────────────────────────────────────────────────────────────────────────────────┘

  NEXT  shopctl invoice print INV/2026/00001  make the PDF
        shopctl invoice send INV/2026/00001   queue it for the customer

$ payment allocate INV/2026/00001
✓ changed  INV/2026/00001  Anna de Vries  621.94 EUR
  allocated 621.94 EUR of PAY/2026/00001, which has 0.00 EUR left
  PAID
!   NEXT  shopctl invoice show INV/2026/00001
!         shopctl payment unallocate INV/2026/00001 --credit PAY/2026/00001

$ invoice show INV/2026/00001

  INV/2026/00001  Anna de Vries                                                    POSTED · PAID
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Kind       invoice                          Customer  Anna de Vries (C00001)
  Invoiced   2026-11-24                       Bill to   Anna de Vries, Keizersgracht 12, 1015 CJ
  Due        2026-12-08                                 Amsterdam, NL
  Order      S00101                           E-mail    anna@devries.example
  Reference  INV/2026/00001                   Sent      –

  #  DESCRIPTION         SKU       QTY  UNIT PRICE  TAX       SUBTOTAL EUR
  ─  ──────────────────  ────────  ───  ──────────  ────────  ────────────
  1  Oak desk, 140 cm    DSK-140     1      499.00  VAT 21 %        499.00
  2  Delivery, standard  SHIP-STD    1       15.00  VAT 21 %         15.00
                                                         Untaxed    514.00
                                                        VAT 21 %    107.94
                                                       Total EUR    621.94
                                      PAY/2026/00001, 2026-11-24   -621.94
                                                  Amount due EUR      0.00

  NEXT  shopctl invoice print INV/2026/00001  make the PDF
        shopctl invoice send INV/2026/00001   queue it for the customer

$ payment allocate INV/2026/00001
= unchanged  INV/2026/00001  Anna de Vries  621.94 EUR
  INV/2026/00001 is paid already
!   NEXT  shopctl invoice show INV/2026/00001
!         shopctl payment unallocate INV/2026/00001 --credit PAY/2026/00001

$ orders show S00101

  S00101  Anna de Vries                                            ● confirmed · paid · invoiced
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Ordered    2026-11-16 10:14                 Customer    Anna de Vries (C00001)
  Confirmed  2026-11-16 10:14                 E-mail      anna@devries.example
  Paid by    card                             Deliver to  Anna de Vries, Keizersgracht 12, 1015
  Website    northwind-living.example                     CJ Amsterdam, NL
  Delivery   shipped                          Invoice to  same address

  #  PRODUCT             SKU       QTY  DELIV.  INV.    UNIT  TAX       SUBTOTAL EUR
  ─  ──────────────────  ────────  ───  ──────  ────  ──────  ────────  ────────────
  1  Oak desk, 140 cm    DSK-140     1       1     1  499.00  VAT 21 %        499.00
  2  Delivery, standard  SHIP-STD    1       –     1   15.00  VAT 21 %         15.00
                                                                    Untaxed   514.00
                                                                   VAT 21 %   107.94
                                                                      Total   621.94
                                                                       Paid   621.94
                                                               Still to pay     0.00

  DOCUMENTS

  KIND     NUMBER          DATE        AMOUNT EUR  STATUS
  ───────  ──────────────  ──────────  ──────────  ──────
  invoice  INV/2026/00001  2026-11-24      621.94  paid
  payment  PAY/2026/00001  2026-11-16      621.94  done

  NEXT  shopctl orders history S00101  who did what, and when
"""
    )


def test_case_2_a_wire_transfer_is_confirmed_by_hand_and_registered_when_it_comes(terminal):
    assert (
        transcript(
            terminal,
            "orders confirm S00103",
            "orders confirm S00103",
            "invoice create S00103 --confirm",
            "payment register INV/2026/00001 --reference BANK-4711",
            "payment register INV/2026/00001 --reference BANK-4711",
            "payment show PAY/2026/00006",
            "orders list --unpaid",
        )
        == """\
$ orders confirm S00103
✓ changed  S00103  Taller Peña S.L.  1,102.79 EUR
  confirmation e-mail queued for jose@tallerpena.example
!   NEXT  shopctl invoice create S00103 --confirm

$ orders confirm S00103
= unchanged  S00103  Taller Peña S.L.  1,102.79 EUR
  order S00103 is confirmed already
!   NEXT  shopctl invoice create S00103 --confirm

$ invoice create S00103 --confirm
✓ created  INV/2026/00001  S00103  Taller Peña S.L.  1,102.79 EUR
  1102.79 EUR due by 2026-12-24
!   NEXT  shopctl invoice show INV/2026/00001

$ payment register INV/2026/00001 --reference BANK-4711
✓ created  PAY/2026/00006  INV/2026/00001  Taller Peña S.L.  1,102.79 EUR
  INV/2026/00001 is PAID
!   NEXT  shopctl payment show PAY/2026/00006

$ payment register INV/2026/00001 --reference BANK-4711
= unchanged  PAY/2026/00006  INV/2026/00001  Taller Peña S.L.  1,102.79 EUR
  registered already
!   NEXT  shopctl payment show PAY/2026/00006

$ payment show PAY/2026/00006

  PAY/2026/00006  Taller Peña S.L.                                                inbound · done
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Date       2026-11-24                       Customer  C00002
  Method     wire                             Order     S00103
  Provider   –                                Memo      –
  Reference  BANK-4711

  INVOICE         DATE        AMOUNT EUR
  ──────────────  ──────────  ──────────
  INV/2026/00001  2026-11-24    1,102.79
                   Amount EUR   1,102.79
                    Allocated   1,102.79
                         Left       0.00

$ orders list --unpaid

  ORDER   DATE        STATE        CUSTOMER          TOTAL EUR   DUE EUR  PAYMENT    DAYS  REMINDED
  ──────  ──────────  ───────────  ────────────────  ─────────  ────────  ─────────  ────  ────────
  S00105  2026-11-21  ● confirmed  Taller Peña S.L.   9,225.91  9,225.91  not paid      3         0
  S00104  2026-11-20  sent         Φως και Χώρος        694.54    694.54  ○ pending     4         0
!
!   9,920.45 EUR to be paid
!   Money is in?        shopctl payment register ORDER
!   Accept without it?  shopctl orders confirm ORDER
!   Ask again?          shopctl reminder run
"""
    )


def test_a_down_payment_and_the_final_invoice_that_deducts_it(terminal):
    assert (
        transcript(
            terminal,
            "invoice create S00105 --type down-payment --percent 30 --confirm",
            "payment register INV/2026/00001 --date 2026-11-23",
            "invoice create S00105",
            "invoice show DRAFT/00002",
            "invoice confirm DRAFT/00002",
            "payment register INV/2026/00002",
            "orders show S00105",
            "invoice create S00105",
            "customers show C00002",
        )
        == """\
$ invoice create S00105 --type down-payment --percent 30 --confirm
✓ created  INV/2026/00001  S00105  Taller Peña S.L.  2,767.77 EUR
  2767.77 EUR due by 2026-12-24
!   NEXT  shopctl invoice show INV/2026/00001

$ payment register INV/2026/00001 --date 2026-11-23
✓ created  PAY/2026/00006  INV/2026/00001  Taller Peña S.L.  2,767.77 EUR
  INV/2026/00001 is PAID
!   NEXT  shopctl payment show PAY/2026/00006

$ invoice create S00105
✓ created  DRAFT/00002  S00105  Taller Peña S.L.  6,458.14 EUR
!   NEXT  shopctl invoice show DRAFT/00002
!         shopctl invoice confirm DRAFT/00002

$ invoice show DRAFT/00002

  DRAFT/00002  Taller Peña S.L.                                                            DRAFT
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Kind       invoice                          Customer  Taller Peña S.L. (C00002)
  Invoiced   –                                Bill to   Taller Peña S.L., José Peña Rodríguez,
  Due        –                                          Calle Mayor 7, 28013 Madrid, ES
  Terms      NET30                            E-mail    jose@tallerpena.example
  Order      S00105                           Sent      –
  Reference  –

  #  DESCRIPTION                                SKU       QTY  UNIT PRICE  TAX       SUBTOTAL EUR
  ─  ─────────────────────────────────────────  ────────  ───  ──────────  ────────  ────────────
  1  Oak desk, 140 cm                           DSK-140    10      499.00  VAT 21 %      4,990.00
  2  Ergo chair, black                          CHR-ERG    10      249.00  VAT 21 %      2,490.00
  3  Book: Light at work                        BK-LIGHT    6       24.00  VAT 9 %         144.00
  4  Delivery, standard                         SHIP-STD    1       15.00  VAT 21 %         15.00
  5  Down payments
  6  Less INV/2026/00001: Down payment of 30 %  –          -1    2,248.49  VAT 21 %     -2,248.49
  7  Less INV/2026/00001: Down payment of 30 %  –          -1       43.20  VAT 9 %         -43.20
                                                                               Untaxed   5,347.31
                                                                  VAT 21 % on 5,246.51   1,101.76
                                                                     VAT 9 % on 100.80       9.07
                                                                             Total EUR   6,458.14

  NEXT  shopctl invoice confirm DRAFT/00002  post it: it gets its number

$ invoice confirm DRAFT/00002
✓ changed  INV/2026/00002  DRAFT/00002  Taller Peña S.L.  6,458.14 EUR
  6458.14 EUR due by 2026-12-24
!   NEXT  shopctl invoice show INV/2026/00002

$ payment register INV/2026/00002
✓ created  PAY/2026/00007  INV/2026/00002  Taller Peña S.L.  6,458.14 EUR
  INV/2026/00002 is PAID
!   NEXT  shopctl payment show PAY/2026/00007

$ orders show S00105

  S00105  Taller Peña S.L.                                         ● confirmed · paid · invoiced
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Ordered    2026-11-21 15:20                 Customer    Taller Peña S.L. (C00002)
  Confirmed  2026-11-21 15:20                 E-mail      jose@tallerpena.example
  Paid by    wire                             Deliver to  Taller Peña S.L., José Peña Rodríguez,
  Website    northwind-living.example                     Calle Mayor 7, 28013 Madrid, ES
  Delivery   to ship                          Invoice to  same address
  Terms      NET30
  Tags       office

  #  PRODUCT              SKU       QTY  DELIV.  INV.    UNIT  TAX       SUBTOTAL EUR
  ─  ───────────────────  ────────  ───  ──────  ────  ──────  ────────  ────────────
  1  Oak desk, 140 cm     DSK-140    10       0    10  499.00  VAT 21 %      4,990.00
  2  Ergo chair, black    CHR-ERG    10       0    10  249.00  VAT 21 %      2,490.00
  3  Book: Light at work  BK-LIGHT    6       0     6   24.00  VAT 9 %         144.00
  4  Delivery, standard   SHIP-STD    1       –     1   15.00  VAT 21 %         15.00
                                                                   Untaxed   7,639.00
                                                      VAT 21 % on 7,495.00   1,573.95
                                                         VAT 9 % on 144.00      12.96
                                                                     Total   9,225.91
                                                                      Paid   9,225.91
                                                              Still to pay       0.00

  DOCUMENTS

  KIND     NUMBER          DATE        AMOUNT EUR  STATUS
  ───────  ──────────────  ──────────  ──────────  ──────
  invoice  INV/2026/00001  2026-11-24    2,767.77  paid
  invoice  INV/2026/00002  2026-11-24    6,458.14  paid
  payment  PAY/2026/00006  2026-11-23    2,767.77  done
  payment  PAY/2026/00007  2026-11-24    6,458.14  done

  NEXT  shopctl orders deliver S00105  everything that is left leaves

$ invoice create S00105
= unchanged  INV/2026/00002  S00105  Taller Peña S.L.  6,458.14 EUR
  order S00105 is fully invoiced already (INV/2026/00002)
!   NEXT  shopctl invoice print INV/2026/00002

$ customers show C00002

  C00002  Taller Peña S.L.                                                               1 order
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Name         José Peña Rodríguez            Language    en
  E-mail       jose@tallerpena.example        Marketing   not wanted (checkout 2026-11-01)
  Phone        +34 91 555 0102                Terms       NET30
  VAT          ESB12345674                    Tags        –
  Country      ES                             Carts left  1
  First order  2026-11-21 15:20               Created     2026-11-24 10:00
  Last order   2026-11-21 15:20

  ADDRESSES
  1  billing: Taller Peña S.L., José Peña Rodríguez, Calle Mayor 7, 28013 Madrid, ES

  CURRENCY   ORDERED  INVOICED  OPEN  CREDIT
  ────────  ────────  ────────  ────  ──────
  EUR       9,225.91  9,225.91  0.00    0.00

  LATEST ORDERS

  ORDER   DATE                     TOTAL  STATE      PAYMENT
  ──────  ────────────────  ────────────  ─────────  ───────
  S00105  2026-11-21 15:20  9,225.91 EUR  confirmed  paid
  S00103  2026-11-18 12:05  1,102.79 EUR  sent       pending

  CARTS

  CART     LAST ACTIVITY     STOPPED AT       VALUE  STATE
  ───────  ────────────────  ──────────  ──────────  ─────────
  C-20818  2026-11-23 10:31  failed      602.58 EUR  abandoned

  ACTIVITY  the latest first

  WHEN              WHO   WHAT                DOCUMENT        DETAILS
  ────────────────  ────  ──────────────────  ──────────────  ──────────────────────────────────────
  2026-11-24 10:00  anna  payment.allocated   INV/2026/00002  credit: PAY/2026/00007, amount: 6458.…
  2026-11-24 10:00  anna  payment.registered  PAY/2026/00007  amount: 6458.14, document: INV/2026/0…
  2026-11-24 10:00  anna  invoice.posted      INV/2026/00002  draft: 2, total: 6458.14
  2026-11-24 10:00  anna  invoice.created     DRAFT/00002     order: S00105, total: 6458.14
  2026-11-24 10:00  anna  payment.allocated   INV/2026/00001  credit: PAY/2026/00006, amount: 2767.…
  2026-11-24 10:00  anna  payment.registered  PAY/2026/00006  amount: 2767.77, document: INV/2026/0…
  2026-11-24 10:00  anna  invoice.posted      INV/2026/00001  order: S00105, total: 2767.77
  2026-11-24 10:00  anna  order.imported      S00105
  2026-11-24 10:00  anna  order.imported      S00103
  2026-11-24 10:00  anna  cart.created        C-20818

  NEXT  shopctl orders list --customer C00002 --state all  all orders
        shopctl customers statement C00002                 everything billed and paid, with the balance
        shopctl customers activity C00002                  everything that happened
"""
    )


def test_a_credit_note_of_a_part_is_paid_out_and_one_of_the_rest_stays_a_credit(terminal):
    # 15.00 with 21 % are 18.15; the 603.79 that are left are 499.00 with 21 %.
    assert (
        transcript(
            terminal,
            "invoice create S00101 --confirm -q",
            "credit-note create INV/2026/00001 --line 2 --reason 'late' --then refund --yes",
            "credit-note show RINV/2026/00001",
            "payment show PAY/2026/00006",
            "credit-note create INV/2026/00001 --line 1:2 --reason returned",
            "credit-note create INV/2026/00001 --reason returned",
            "credit-note confirm DRAFT/00003",
            "credit-note create INV/2026/00001 --reason returned",
            "invoice show INV/2026/00001",
            "payment outstanding",
            "orders show S00101",
            "db check -q",
        )
        == """\
$ invoice create S00101 --confirm -q

$ credit-note create INV/2026/00001 --line 2 --reason 'late' --then refund --yes
✓ created  RINV/2026/00001  INV/2026/00001  Anna de Vries  18.15 EUR
  PAY/2026/00006 pays out 18.15 EUR
!   NEXT  shopctl credit-note print RINV/2026/00001

$ credit-note show RINV/2026/00001

  RINV/2026/00001  Anna de Vries                                                POSTED · USED UP
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Kind         credit note                    Customer  Anna de Vries (C00001)
  Reversal of  INV/2026/00001                 Bill to   Anna de Vries, Keizersgracht 12, 1015 CJ
  Reason       late                                     Amsterdam, NL
  Credited     2026-11-24                     E-mail    anna@devries.example
  Order        S00101                         Sent      –

  #  DESCRIPTION         SKU       QTY  UNIT PRICE  TAX       SUBTOTAL EUR
  ─  ──────────────────  ────────  ───  ──────────  ────────  ────────────
  1  Delivery, standard  SHIP-STD    1       15.00  VAT 21 %         15.00
                                                          Untaxed    15.00
                                                         VAT 21 %     3.15
                                                        Total EUR    18.15
                                       PAY/2026/00006, 2026-11-24   -18.15
                                                  Credit left EUR     0.00

  NEXT  shopctl credit-note print RINV/2026/00001  make the PDF
        shopctl credit-note send RINV/2026/00001   queue it for the customer

$ payment show PAY/2026/00006

  PAY/2026/00006  Anna de Vries                                                  outbound · done
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Date       2026-11-24                       Customer  C00001
  Method     wire                             Order     S00101
  Provider   –                                Memo      Refund of RINV/2026/00001
  Reference  –

  INVOICE          DATE        AMOUNT EUR
  ───────────────  ──────────  ──────────
  RINV/2026/00001  2026-11-24       18.15
                       Amount EUR   18.15
                        Allocated   18.15
                             Left    0.00

$ credit-note create INV/2026/00001 --line 1:2 --reason returned
! error: 2 of line 1 is more than the 1 of INV/2026/00001 that are not credited yet [invoice.over_credited]
! hint:  shopctl credit-note create INV/2026/00001 --line 1:1 --reason TEXT
[exit 6]

$ credit-note create INV/2026/00001 --reason returned
✓ created  DRAFT/00003  INV/2026/00001  Anna de Vries  603.79 EUR
!   NEXT  shopctl credit-note show DRAFT/00003
!         shopctl credit-note confirm DRAFT/00003

$ credit-note confirm DRAFT/00003
✓ changed  RINV/2026/00002  DRAFT/00003  Anna de Vries  603.79 EUR
  603.79 EUR stays an outstanding credit: shopctl payment allocate INVOICE --credit RINV/2026/00002
!   NEXT  shopctl credit-note print RINV/2026/00002

$ credit-note create INV/2026/00001 --reason returned
= unchanged  RINV/2026/00002  INV/2026/00001  Anna de Vries  603.79 EUR
  INV/2026/00001 is credited in full already (RINV/2026/00002)
!   NEXT  shopctl credit-note print RINV/2026/00002

$ invoice show INV/2026/00001

  INV/2026/00001  Anna de Vries                                                    POSTED · PAID
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Kind       invoice                          Customer  Anna de Vries (C00001)
  Invoiced   2026-11-24                       Bill to   Anna de Vries, Keizersgracht 12, 1015 CJ
  Due        2026-12-08                                 Amsterdam, NL
  Order      S00101                           E-mail    anna@devries.example
  Reference  INV/2026/00001                   Sent      –

  #  DESCRIPTION         SKU       QTY  UNIT PRICE  TAX       SUBTOTAL EUR
  ─  ──────────────────  ────────  ───  ──────────  ────────  ────────────
  1  Oak desk, 140 cm    DSK-140     1      499.00  VAT 21 %        499.00
  2  Delivery, standard  SHIP-STD    1       15.00  VAT 21 %         15.00
                                                         Untaxed    514.00
                                                        VAT 21 %    107.94
                                                       Total EUR    621.94
                                      PAY/2026/00001, 2026-11-24   -621.94
                                                  Amount due EUR      0.00

  CREDIT NOTES

  CREDIT NOTE      DATE        AMOUNT EUR  STATE   REASON
  ───────────────  ──────────  ──────────  ──────  ────────
  RINV/2026/00001  2026-11-24       18.15  posted  late
  RINV/2026/00002  2026-11-24      603.79  posted  returned

  NEXT  shopctl invoice print INV/2026/00001  make the PDF
        shopctl invoice send INV/2026/00001   queue it for the customer

$ payment outstanding

  CREDIT           KIND         DATE        DAYS  ORDER   CUSTOMER          LEFT EUR
  ───────────────  ───────────  ──────────  ────  ──────  ────────────────  ────────
  PAY/2026/00002   payment      2026-11-17     7  S00102  Zoë Müller          162.89
  PAY/2026/00005   payment      2026-11-22     2  S00106  Łukasz Żółtowski    196.02
  RINV/2026/00002  credit note  2026-11-24     0  S00101  Anna de Vries       603.79
!
!   3 credits · 962.70 EUR
!   Use one:  shopctl payment allocate INVOICE --credit CREDIT
!   What fits what:  shopctl payment suggest

$ orders show S00101

  S00101  Anna de Vries                                   ● confirmed · partly paid · to invoice
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Ordered    2026-11-16 10:14                 Customer    Anna de Vries (C00001)
  Confirmed  2026-11-16 10:14                 E-mail      anna@devries.example
  Paid by    card                             Deliver to  Anna de Vries, Keizersgracht 12, 1015
  Website    northwind-living.example                     CJ Amsterdam, NL
  Delivery   shipped                          Invoice to  same address

  #  PRODUCT             SKU       QTY  DELIV.  INV.    UNIT  TAX       SUBTOTAL EUR
  ─  ──────────────────  ────────  ───  ──────  ────  ──────  ────────  ────────────
  1  Oak desk, 140 cm    DSK-140     1       1     0  499.00  VAT 21 %        499.00
  2  Delivery, standard  SHIP-STD    1       –     0   15.00  VAT 21 %         15.00
                                                                    Untaxed   514.00
                                                                   VAT 21 %   107.94
                                                                      Total   621.94
                                                                       Paid   603.79
                                                               Still to pay    18.15

  DOCUMENTS

  KIND         NUMBER           DATE        AMOUNT EUR  STATUS
  ───────────  ───────────────  ──────────  ──────────  ───────
  invoice      INV/2026/00001   2026-11-24      621.94  paid
  credit note  RINV/2026/00001  2026-11-24       18.15  used up
  credit note  RINV/2026/00002  2026-11-24      603.79  open
  payment      PAY/2026/00001   2026-11-16      621.94  done
  refund       PAY/2026/00006   2026-11-24       18.15  done

  NEXT  shopctl invoice create S00101 --confirm  bill what the policy allows

$ db check -q
"""
    )


def test_an_invoice_is_taken_back_and_billed_anew(terminal):
    assert (
        transcript(
            terminal,
            "invoice create S00101 --confirm -q",
            "credit-note create INV/2026/00001 --reason 'wrong name' --then reinvoice",
            "credit-note create INV/2026/00001 --reason 'wrong name' --then reinvoice --yes",
            "invoice confirm DRAFT/00003",
            "invoice list",
            "db check -q",
        )
        == """\
$ invoice create S00101 --confirm -q

$ credit-note create INV/2026/00001 --reason 'wrong name' --then reinvoice
! error: this needs a confirmation and there is no terminal to ask on [confirm.required]
! hint:  add --yes to go ahead, or --dry-run to see what would happen
[exit 10]

$ credit-note create INV/2026/00001 --reason 'wrong name' --then reinvoice --yes
✓ created  RINV/2026/00001  INV/2026/00001  Anna de Vries  621.94 EUR
  billed anew by DRAFT/00003: shopctl invoice confirm DRAFT/00003
  PAY/2026/00001 has 621.94 EUR to use again
  nothing is due on INV/2026/00001 any more
!   NEXT  shopctl credit-note print RINV/2026/00001

$ invoice confirm DRAFT/00003
✓ changed  INV/2026/00002  DRAFT/00003  Anna de Vries  621.94 EUR
  PAID
!   NEXT  shopctl invoice print INV/2026/00002

$ invoice list

  INVOICE          DATE        DUE         CUSTOMER       ORDERS  TOTAL EUR  OPEN EUR  STATUS
  ───────────────  ──────────  ──────────  ─────────────  ──────  ─────────  ────────  ────────
  INV/2026/00002   2026-11-24  2026-12-08  Anna de Vries  S00101     621.94      0.00  paid
  RINV/2026/00001  2026-11-24  2026-11-24  Anna de Vries  S00101     621.94      0.00  used up
  INV/2026/00001   2026-11-24  2026-12-08  Anna de Vries  S00101     621.94      0.00  credited
!
!   3 invoices · 621.94 EUR
!   Money is in?  shopctl payment register INVOICE

$ db check -q
"""
    )


def test_a_posted_invoice_goes_back_to_draft_is_corrected_and_posted_again(terminal):
    # 465.00 with 21 % are 562.65, so 59.29 of the 621.94 that were paid are free.
    assert (
        transcript(
            terminal,
            "invoice create S00101 --confirm -q",
            "invoice edit INV/2026/00001 --set-line 1:unit_price=450",
            "invoice reset INV/2026/00001 --reason 'wrong price'",
            "invoice edit INV/2026/00001 --set-line 1:unit_price=450",
            "invoice show INV/2026/00001",
            "invoice confirm INV/2026/00001",
            "payment outstanding C00001",
            "db check -q",
        )
        == """\
$ invoice create S00101 --confirm -q

$ invoice edit INV/2026/00001 --set-line 1:unit_price=450
! error: INV/2026/00001 is posted, and only a draft can be edited [invoice.posted]
! hint:  shopctl invoice reset INV/2026/00001 --reason TEXT, or shopctl credit-note create INV/2026/00001
[exit 6]

$ invoice reset INV/2026/00001 --reason 'wrong price'
✓ changed  INV/2026/00001  Anna de Vries  621.94 EUR
  a draft again, as revision 1
  621.94 EUR that was used on it stays reserved for it
!   NEXT  shopctl invoice show INV/2026/00001
!         shopctl invoice confirm INV/2026/00001

$ invoice edit INV/2026/00001 --set-line 1:unit_price=450
✓ changed  INV/2026/00001  Anna de Vries  562.65 EUR
!   NEXT  shopctl invoice show INV/2026/00001
!         shopctl invoice confirm INV/2026/00001

$ invoice show INV/2026/00001

  INV/2026/00001  Anna de Vries                                                            DRAFT
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Kind       invoice                          Customer  Anna de Vries (C00001)
  Invoiced   2026-11-24                       Bill to   Anna de Vries, Keizersgracht 12, 1015 CJ
  Due        –                                          Amsterdam, NL
  Order      S00101                           E-mail    anna@devries.example
  Reference  INV/2026/00001                   Sent      –
  Revision   1

  #  DESCRIPTION         SKU       QTY  UNIT PRICE  TAX       SUBTOTAL EUR
  ─  ──────────────────  ────────  ───  ──────────  ────────  ────────────
  1  Oak desk, 140 cm    DSK-140     1      450.00  VAT 21 %        450.00
  2  Delivery, standard  SHIP-STD    1       15.00  VAT 21 %         15.00
                                                         Untaxed    465.00
                                                        VAT 21 %     97.65
                                                       Total EUR    562.65
                            reserved: PAY/2026/00001, 2026-11-24   -621.94

  NEXT  shopctl invoice confirm INV/2026/00001  post it again, with the same number

$ invoice confirm INV/2026/00001
✓ changed  INV/2026/00001  Anna de Vries  562.65 EUR
  621.94 EUR of PAY/2026/00001 was reserved and does not fit any more, so it is an outstanding credit again
  PAID
!   NEXT  shopctl invoice print INV/2026/00001

$ payment outstanding C00001

  CREDIT          KIND     DATE        DAYS  ORDER   CUSTOMER       LEFT EUR
  ──────────────  ───────  ──────────  ────  ──────  ─────────────  ────────
  PAY/2026/00001  payment  2026-11-16     8  S00101  Anna de Vries     59.29
!
!   Use one:  shopctl payment allocate INVOICE --credit CREDIT
!   What fits what:  shopctl payment suggest

$ db check -q
"""
    )


def test_a_draft_is_edited_and_what_it_leaves_out_is_billed_later(terminal):
    # 4 x 499.00, 10 x 249.00 less 5 % and 15.00 are 4376.50; 21 % of it are 919.07.
    assert (
        transcript(
            terminal,
            "invoice create S00105",
            "invoice edit DRAFT/00001 --set-line 1:quantity=4 --set-line 2:discount=5 --remove-line 3 --due 2026-12-31 --note Half",
            "invoice show DRAFT/00001",
            "invoice edit DRAFT/00001 --set-line 3:quantity=6",
            "invoice confirm DRAFT/00001",
            "invoice create S00105",
            "invoice show DRAFT/00002",
            "invoice cancel DRAFT/00002",
            "invoice cancel DRAFT/00002",
            "invoice create S00105 --line 3",
            "invoice delete DRAFT/00003",
            "invoice confirm DRAFT/00003",
            "db check -q",
        )
        == """\
$ invoice create S00105
✓ created  DRAFT/00001  S00105  Taller Peña S.L.  9,225.91 EUR
!   NEXT  shopctl invoice show DRAFT/00001
!         shopctl invoice confirm DRAFT/00001

$ invoice edit DRAFT/00001 --set-line 1:quantity=4 --set-line 2:discount=5 --remove-line 3 --due 2026-12-31 --note Half
✓ changed  DRAFT/00001  Taller Peña S.L.  5,295.57 EUR
!   NEXT  shopctl invoice show DRAFT/00001
!         shopctl invoice confirm DRAFT/00001

$ invoice show DRAFT/00001

  DRAFT/00001  Taller Peña S.L.                                                            DRAFT
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Kind       invoice                          Customer  Taller Peña S.L. (C00002)
  Invoiced   –                                Bill to   Taller Peña S.L., José Peña Rodríguez,
  Due        2026-12-31                                 Calle Mayor 7, 28013 Madrid, ES
  Terms      NET30                            E-mail    jose@tallerpena.example
  Order      S00105                           Sent      –
  Reference  –
  Note       Half

  #  DESCRIPTION         SKU       QTY  UNIT PRICE  DISC.  TAX       SUBTOTAL EUR
  ─  ──────────────────  ────────  ───  ──────────  ─────  ────────  ────────────
  1  Oak desk, 140 cm    DSK-140     4      499.00         VAT 21 %      1,996.00
  2  Ergo chair, black   CHR-ERG    10      249.00    5 %  VAT 21 %      2,365.50
  4  Delivery, standard  SHIP-STD    1       15.00         VAT 21 %         15.00
                                                               Untaxed   4,376.50
                                                              VAT 21 %     919.07
                                                             Total EUR   5,295.57

  NEXT  shopctl invoice confirm DRAFT/00001  post it: it gets its number

$ invoice edit DRAFT/00001 --set-line 3:quantity=6
! error: DRAFT/00001 has no line 3 [line.unknown]
! hint:  shopctl invoice show DRAFT/00001
[exit 3]

$ invoice confirm DRAFT/00001
✓ changed  INV/2026/00001  DRAFT/00001  Taller Peña S.L.  5,295.57 EUR
  5295.57 EUR due by 2026-12-31
!   NEXT  shopctl invoice show INV/2026/00001

$ invoice create S00105
✓ created  DRAFT/00002  S00105  Taller Peña S.L.  3,779.70 EUR
!   NEXT  shopctl invoice show DRAFT/00002
!         shopctl invoice confirm DRAFT/00002

$ invoice show DRAFT/00002

  DRAFT/00002  Taller Peña S.L.                                                            DRAFT
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Kind       invoice                          Customer  Taller Peña S.L. (C00002)
  Invoiced   –                                Bill to   Taller Peña S.L., José Peña Rodríguez,
  Due        –                                          Calle Mayor 7, 28013 Madrid, ES
  Terms      NET30                            E-mail    jose@tallerpena.example
  Order      S00105                           Sent      –
  Reference  –

  #  DESCRIPTION          SKU       QTY  UNIT PRICE  TAX       SUBTOTAL EUR
  ─  ───────────────────  ────────  ───  ──────────  ────────  ────────────
  1  Oak desk, 140 cm     DSK-140     6      499.00  VAT 21 %      2,994.00
  2  Book: Light at work  BK-LIGHT    6       24.00  VAT 9 %         144.00
                                                         Untaxed   3,138.00
                                            VAT 21 % on 2,994.00     628.74
                                               VAT 9 % on 144.00      12.96
                                                       Total EUR   3,779.70

  NEXT  shopctl invoice confirm DRAFT/00002  post it: it gets its number

$ invoice cancel DRAFT/00002
✓ changed  DRAFT/00002  Taller Peña S.L.  3,779.70 EUR
  DRAFT/00002 is cancelled

$ invoice cancel DRAFT/00002
= unchanged  DRAFT/00002  Taller Peña S.L.  3,779.70 EUR
  DRAFT/00002 is cancelled already

$ invoice create S00105 --line 3
✓ created  DRAFT/00003  S00105  Taller Peña S.L.  156.96 EUR
!   NEXT  shopctl invoice show DRAFT/00003
!         shopctl invoice confirm DRAFT/00003

$ invoice delete DRAFT/00003
✓ changed  DRAFT/00003  Taller Peña S.L.  156.96 EUR
  deleted

$ invoice confirm DRAFT/00003
! error: there is no invoice DRAFT/00003 [invoice.unknown]
! hint:  shopctl invoice list
[exit 3]

$ db check -q
"""
    )


def test_a_discount_for_paying_early_is_taken_and_lost_once_anything_else_is_paid(terminal):
    # The Netherlands: off the untaxed amount, 2 % of 911.40 are 18.23.
    assert (
        transcript(
            terminal,
            "terms create S2 --name '2 % within a week' --line 100%+30d --early-discount 2%/7d",
            "orders confirm S00103 -q",
            "invoice create S00103 --terms S2 --confirm",
            "invoice show INV/2026/00001",
            "invoice schedule INV/2026/00001",
            "payment register INV/2026/00001",
            "invoice show INV/2026/00001",
            "payment register INV/2026/00001",
            "invoice create S00105 --terms S2 --confirm",
            "payment register INV/2026/00002 --amount 500",
            "invoice schedule INV/2026/00002",
            "db check -q",
        )
        == """\
$ terms create S2 --name '2 % within a week' --line 100%+30d --early-discount 2%/7d
✓ created  S2  2 % within a week
!   NEXT  shopctl terms preview S2 --amount 1000

$ orders confirm S00103 -q

$ invoice create S00103 --terms S2 --confirm
✓ created  INV/2026/00001  S00103  Taller Peña S.L.  1,102.79 EUR
  1102.79 EUR due by 2026-12-24
!   NEXT  shopctl invoice show INV/2026/00001

$ invoice show INV/2026/00001

  INV/2026/00001  Taller Peña S.L.                                             POSTED · NOT PAID
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Kind       invoice                          Customer  Taller Peña S.L. (C00002)
  Invoiced   2026-11-24                       Bill to   Taller Peña S.L., José Peña Rodríguez,
  Due        2026-12-24                                 Calle Mayor 7, 28013 Madrid, ES
  Terms      S2                               E-mail    jose@tallerpena.example
  Order      S00103                           Sent      –
  Reference  INV/2026/00001

  #  DESCRIPTION         SKU       QTY  UNIT PRICE  DISC.  TAX       SUBTOTAL EUR
  ─  ──────────────────  ────────  ───  ──────────  ─────  ────────  ────────────
  1  Ergo chair, black   CHR-ERG     4      249.00   10 %  VAT 21 %        896.40
  2  Delivery, standard  SHIP-STD    1       15.00         VAT 21 %         15.00
                                                               Untaxed     911.40
                                                              VAT 21 %     191.39
                                                             Total EUR   1,102.79
                                                        Amount due EUR   1,102.79

  1,084.56 EUR if paid by 2026-12-01

  NEXT  shopctl payment register INV/2026/00001  the money is here
        shopctl invoice print INV/2026/00001     make the PDF
        shopctl invoice send INV/2026/00001      queue it for the customer

$ invoice schedule INV/2026/00001

  INV/2026/00001                                                               1,102.79 EUR open
  ──────────────────────────────────────────────────────────────────────────────────────────────

  #  DUE         AMOUNT EUR      OPEN  STANDING
  ─  ──────────  ──────────  ────────  ────────
  1  2026-12-24    1,102.79  1,102.79  open

  1,084.56 EUR if paid by 2026-12-01

  Ask for 1,084.56 EUR: with the discount for paying early.

  NEXT  shopctl payment register INV/2026/00001  the money is here

$ payment register INV/2026/00001
✓ created  PAY/2026/00006  INV/2026/00001  Taller Peña S.L.  1,084.56 EUR
  INV/2026/00001: 18.23 EUR early-payment discount
  INV/2026/00001 is PAID
!   NEXT  shopctl payment show PAY/2026/00006

$ invoice show INV/2026/00001

  INV/2026/00001  Taller Peña S.L.                                                 POSTED · PAID
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Kind       invoice                          Customer  Taller Peña S.L. (C00002)
  Invoiced   2026-11-24                       Bill to   Taller Peña S.L., José Peña Rodríguez,
  Due        2026-12-24                                 Calle Mayor 7, 28013 Madrid, ES
  Terms      S2                               E-mail    jose@tallerpena.example
  Order      S00103                           Sent      –
  Reference  INV/2026/00001

  #  DESCRIPTION         SKU       QTY  UNIT PRICE  DISC.  TAX       SUBTOTAL EUR
  ─  ──────────────────  ────────  ───  ──────────  ─────  ────────  ────────────
  1  Ergo chair, black   CHR-ERG     4      249.00   10 %  VAT 21 %        896.40
  2  Delivery, standard  SHIP-STD    1       15.00         VAT 21 %         15.00
                                                              Untaxed      911.40
                                                             VAT 21 %      191.39
                                                            Total EUR    1,102.79
                                           PAY/2026/00006, 2026-11-24   -1,084.56
                                   Written off (discount), 2026-11-24      -18.23
                                                       Amount due EUR        0.00

  NEXT  shopctl invoice print INV/2026/00001  make the PDF
        shopctl invoice send INV/2026/00001   queue it for the customer

$ payment register INV/2026/00001
= unchanged  PAY/2026/00006  INV/2026/00001  Taller Peña S.L.  1,084.56 EUR
  INV/2026/00001 is paid already; nothing was registered
!   NEXT  shopctl payment show PAY/2026/00006

$ invoice create S00105 --terms S2 --confirm
✓ created  INV/2026/00002  S00105  Taller Peña S.L.  9,225.91 EUR
  9225.91 EUR due by 2026-12-24
!   NEXT  shopctl invoice show INV/2026/00002

$ payment register INV/2026/00002 --amount 500
✓ created  PAY/2026/00007  INV/2026/00002  Taller Peña S.L.  500.00 EUR
  INV/2026/00002: 8725.91 EUR still due
!   NEXT  shopctl payment show PAY/2026/00007

$ invoice schedule INV/2026/00002

  INV/2026/00002                                                               8,725.91 EUR open
  ──────────────────────────────────────────────────────────────────────────────────────────────

  #  DUE         AMOUNT EUR      OPEN  STANDING
  ─  ──────────  ──────────  ────────  ────────
  1  2026-12-24    9,225.91  8,725.91  open

  Ask for 8,725.91 EUR: the next instalment.

  NEXT  shopctl payment register INV/2026/00002  the money is here

$ db check -q
"""
    )


def test_everything_at_once(terminal):
    assert (
        transcript(
            terminal,
            "invoice create --all --confirm --send --yes",
            "invoice create --all --confirm --send --yes",
            "payment allocate --all --auto --yes",
            "invoice list",
            "email list --queued",
            "invoice list --unpaid",
        )
        == """\
$ invoice create --all --confirm --send --yes

  REFERENCE  RESULT     INVOICE         TOTAL EUR  DETAIL
  ─────────  ─────────  ──────────────  ─────────  ─────────────────────────────
  S00101     ✓ created  INV/2026/00001     621.94  PAID
  S00102     ✓ created  INV/2026/00002     162.89  PAID
  S00105     ✓ created  INV/2026/00003   9,225.91  9225.91 EUR due by 2026-12-24
  S00106     ✓ created  INV/2026/00004     196.02  PAID
!
!   4 created   10,206.76 EUR       0 unchanged       0 failed       0 skipped

$ invoice create --all --confirm --send --yes
! Nothing to do.

$ payment allocate --all --auto --yes
= unchanged  INV/2026/00003  Taller Peña S.L.  9,225.91 EUR
  no credit of the customer fits INV/2026/00003
!   NEXT  shopctl invoice show INV/2026/00003

$ invoice list

  INVOICE         DATE        DUE         CUSTOMER          ORDERS  TOTAL EUR  OPEN EUR  STATUS
  ──────────────  ──────────  ──────────  ────────────────  ──────  ─────────  ────────  ────────
  INV/2026/00004  2026-11-24  2026-12-08  Łukasz Żółtowski  S00106     196.02      0.00  paid
  INV/2026/00003  2026-11-24  2026-12-24  Taller Peña S.L.  S00105   9,225.91  9,225.91  not paid
  INV/2026/00002  2026-11-24  2026-12-08  Zoë Müller        S00102     162.89      0.00  paid
  INV/2026/00001  2026-11-24  2026-12-08  Anna de Vries     S00101     621.94      0.00  paid
!
!   4 invoices · 10,206.76 EUR
!   Money is in?  shopctl payment register INVOICE

$ email list --queued

  E-MAIL  KIND     DOCUMENT        TO                        STATE   TRIES  QUEUED            SENT
  ──────  ───────  ──────────────  ────────────────────────  ──────  ─────  ────────────────  ────
  4       invoice  INV/2026/00004  lukasz@zoltowski.example  queued      0  2026-11-24 10:00  –
  3       invoice  INV/2026/00003  jose@tallerpena.example   queued      0  2026-11-24 10:00  –
  2       invoice  INV/2026/00002  zoe@mueller.example       queued      0  2026-11-24 10:00  –
  1       invoice  INV/2026/00001  anna@devries.example      queued      0  2026-11-24 10:00  –
!
!   Deliver them:  shopctl email send

$ invoice list --unpaid

  INVOICE         DATE        DUE         CUSTOMER          ORDERS  TOTAL EUR  OPEN EUR  STATUS
  ──────────────  ──────────  ──────────  ────────────────  ──────  ─────────  ────────  ────────
  INV/2026/00003  2026-11-24  2026-12-24  Taller Peña S.L.  S00105   9,225.91  9,225.91  not paid
!
!   Money is in?  shopctl payment register INVOICE
"""
    )


def test_case_1_for_scripts(stocked):
    draft = stocked("invoice", "create", "S00101", "--format", "ids")
    posted = stocked("invoice", "confirm", draft.out.strip(), "--no-allocate", "--json")
    credits = stocked("payment", "outstanding", "C00001", "--json")
    paid = stocked(
        "payment", "allocate", "inv-2026-00001", "--format", "jsonl", "--fields", "address,amount_due,status"
    )
    listed = stocked(
        "invoice", "list", "--fields", "address,date,due_date,amount_total,amount_due,status", "--format", "csv"
    )

    assert draft == (0, "DRAFT/00001\n", "")
    assert (posted.status, posted.err) == (0, "")
    assert json.loads(posted.out) == {
        "schema": "shopctl.invoice.confirm/1",
        "data": [
            {
                "result": "changed",
                "reference": "DRAFT/00001",
                "address": "INV/2026/00001",
                "number": "INV/2026/00001",
                "type": "invoice",
                "kind": "regular",
                "date": "2026-11-24",
                "due_date": "2026-12-08",
                "customer": {"code": "C00001", "name": "Anna de Vries", "email": "anna@devries.example"},
                "orders": ["S00101"],
                "currency": "EUR",
                "amount_untaxed": "514.00",
                "amount_tax": "107.94",
                "amount_total": "621.94",
                "amount_due": "621.94",
                "state": "posted",
                "payment_status": "not_paid",
                "overdue": False,
                "amount_overdue": "0.00",
                "disputed": None,
                "sent_at": None,
                "reverses": None,
                "notes": [
                    "621.94 EUR due by 2026-12-08",
                    "PAY/2026/00001 (621.94 EUR) could pay it: shopctl payment allocate INV/2026/00001",
                ],
            }
        ],
        "summary": {"created": 0, "changed": 1, "unchanged": 0, "failed": 0, "skipped": 0},
    }
    assert [(one["credit"], one["order"], one["amount_left"]) for one in json.loads(credits.out)["data"]] == [
        ("PAY/2026/00001", "S00101", "621.94")
    ]
    assert paid == (
        0,
        '{"result": "changed", "reference": "inv-2026-00001", "address": "INV/2026/00001", "amount_due": "0.00", '
        '"status": "paid", "notes": ["allocated 621.94 EUR of PAY/2026/00001, which has 0.00 EUR left", "PAID"]}\n',
        "",
    )
    assert listed == (
        0,
        "address,date,due_date,amount_total,amount_due,status\nINV/2026/00001,2026-11-24,2026-12-08,621.94,0.00,paid\n",
        "",
    )


def test_case_2_for_scripts(stocked):
    waiting = stocked("orders", "list", "--unpaid", "--fields", "number,state,amount_due,amount_pending")
    one_step = stocked(
        "payment", "register", "S00103", "--reference", "BANK-4711", "--fields", "number,order,amount,state"
    )
    order = json.loads(stocked("orders", "show", "S00103", "--json").out)["data"]
    invoice = stocked("invoice", "create", "S00103", "--confirm", "--fields", "address,amount_due,payment_status")

    assert waiting == (
        0,
        "S00105\tconfirmed\t9225.91\t0.00\nS00104\tsent\t694.54\t694.54\nS00103\tsent\t1102.79\t1102.79\n",
        "",
    )
    assert one_step == (
        0,
        "created\tS00103\tPAY/2026/00006\tS00103\t1102.79\tdone\n",
        "S00103: order S00103 is confirmed\nS00103: 1102.79 EUR is not used yet and stays an outstanding credit\n"
        "S00103: confirmation e-mail queued for jose@tallerpena.example\n",
    )
    assert [order[name] for name in ("state", "payment_status", "amount_paid", "amount_pending", "confirmed_at")] == [
        "confirmed",
        "paid",
        "1102.79",
        "0.00",
        "2026-11-24T09:00:00Z",
    ]
    assert invoice == (0, "created\tS00103\tINV/2026/00001\t0.00\tpaid\n", "S00103: PAID\n")


def test_the_documents_of_an_order_add_up_to_it_and_the_books_are_sound(stocked):
    for share in ("10", "33.3", "5"):
        words = ("--type", "down-payment", "--percent", share, "--confirm", "-q")
        assert stocked("invoice", "create", "S00105", *words) == (0, "", "")
    assert stocked("invoice", "create", "S00105", "--confirm", "-q") == (0, "", "")

    found = json.loads(stocked("invoice", "list", "--order", "S00105", "--json").out)["data"]

    # 10, 43.3 and 48.3 percent of 9225.91 are 922.59, 3994.82 and 4456.11: each bills what is new, the last one the rest.
    assert [one["amount_total"] for one in found] == ["4769.80", "461.29", "3072.23", "922.59"]
    assert stocked("db", "check", "-q") == (0, "", "")
