"""Gather the verbs of the noun `email`, in the order in which help lists them."""

from __future__ import annotations

from shopctl.commands import email_lists, email_delivery  # isort: skip
from shopctl.commands import email_writes, email_receiving  # isort: skip
from shopctl.commands import email_suppressions, email_templates  # isort: skip
from shopctl.commands.email_app import app

__all__ = [
    "app", "email_delivery", "email_lists", "email_receiving", "email_suppressions", "email_templates", "email_writes",
]  # fmt: skip
