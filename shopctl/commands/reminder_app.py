"""Hold the noun `reminder`; its verbs lie in the modules that `reminders` names."""

from __future__ import annotations

from typing import Final

from shopctl.commands.declaring import noun
from shopctl.commands.options import Choice

app = noun("reminder", "Reminders: who was reminded, who is next, who is left alone")

NARROW: Final = "Which reminders"


class Kind(Choice):
    """What customers are reminded of."""

    ORDER = "order"
    INVOICE = "invoice"
    CART = "cart"


class MoneyKind(Choice):
    """Documents that ask for money."""

    ORDER = "order"
    INVOICE = "invoice"
