"""Gather the verbs of the noun `customers`, in the order in which help lists them."""

from __future__ import annotations

from shopctl.commands import customer_lists, customer_writes  # isort: skip
from shopctl.commands import customer_marks, customer_privacy  # isort: skip
from shopctl.commands.customer_app import app

__all__ = ["app", "customer_lists", "customer_marks", "customer_privacy", "customer_writes"]
