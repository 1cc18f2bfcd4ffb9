"""Hold the noun `payment`; its verbs lie in the modules that `payments` names."""

from __future__ import annotations

from typing import Final

from shopctl.commands.declaring import noun

app = noun("payment", "Money received, and the invoices it pays")

MONEY: Final = "The money"
CREDIT: Final = "Which credits"
