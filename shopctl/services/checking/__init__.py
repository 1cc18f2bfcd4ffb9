"""Check that the books hold: recompute what is stored from the facts, and say where they differ; nothing is mended."""

from __future__ import annotations

from shopctl.services.checking.report import CheckReport, Head, RuleInfo, RuleResult, Violation
from shopctl.services.checking.run import check, describe

__all__ = ["CheckReport", "Head", "RuleInfo", "RuleResult", "Violation", "check", "describe"]
