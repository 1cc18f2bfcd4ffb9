"""Gather the verbs of the noun `user`, in the order in which help lists them."""

from __future__ import annotations

from shopctl.commands import user_people, user_tokens
from shopctl.commands.user_app import app

__all__ = ["app", "user_people", "user_tokens"]
