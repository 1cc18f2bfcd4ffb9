"""Gather the verbs of the noun `payment`, in the order in which help lists them."""

from __future__ import annotations

from shopctl.commands import payment_lists, payment_register  # isort: skip
from shopctl.commands import payment_outstanding, payment_credits, payment_ends, payment_paper  # isort: skip
from shopctl.commands import payment_import, payment_statements, payment_matching  # isort: skip
from shopctl.commands.payment_app import app

__all__ = [
    "app",
    "payment_credits",
    "payment_ends",
    "payment_import",
    "payment_lists",
    "payment_matching",
    "payment_outstanding",
    "payment_paper",
    "payment_register",
    "payment_statements",
]
