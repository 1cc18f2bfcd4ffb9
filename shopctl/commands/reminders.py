"""Gather the verbs of the noun `reminder`, in the order in which help lists them."""

from __future__ import annotations

from shopctl.commands import reminder_run  # isort: skip
from shopctl.commands import reminder_lists  # isort: skip
from shopctl.commands import reminder_holds  # isort: skip
from shopctl.commands.reminder_app import app

__all__ = ["app", "reminder_holds", "reminder_lists", "reminder_run"]
