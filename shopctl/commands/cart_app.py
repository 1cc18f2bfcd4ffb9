"""Hold the noun `carts`; its verbs lie in the modules that `carts` names."""

from __future__ import annotations

from shopctl.commands.declaring import noun

app = noun("carts", "Carts, those that were left, and how to win them back")
