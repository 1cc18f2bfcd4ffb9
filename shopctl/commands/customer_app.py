"""Hold the noun `customers`; its verbs lie in the modules that `customers` names."""

from __future__ import annotations

from shopctl.commands.declaring import noun

app = noun("customers", "Who buys, and what is open with them")
