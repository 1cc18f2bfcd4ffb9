"""Gather the verbs of the noun `invoice`, in the order in which help lists them."""

from __future__ import annotations

from shopctl.commands import invoice_drafts, invoice_dues, invoice_lists, invoice_paper, invoice_writes
from shopctl.commands.invoice_app import app

__all__ = ["app", "invoice_drafts", "invoice_dues", "invoice_lists", "invoice_paper", "invoice_writes"]
