"""Read files of other systems, and our own format, into frozen records."""

from __future__ import annotations

from shopctl.adapters.sources.items import Item

__all__ = ["Item"]
