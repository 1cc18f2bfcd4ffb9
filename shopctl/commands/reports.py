"""Gather the verbs of the noun `report`, in the order in which help lists them."""

from __future__ import annotations

from shopctl.commands import report_aging, report_payments, report_reconcile  # isort: skip
from shopctl.commands.report_app import app

__all__ = ["app", "report_aging", "report_payments", "report_reconcile"]
