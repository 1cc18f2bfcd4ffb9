"""Hold the noun `orders`; its verbs lie in the modules that `orders` names."""

from __future__ import annotations

from shopctl.commands.declaring import noun

app = noun("orders", "Confirmed orders and those waiting for their money")
