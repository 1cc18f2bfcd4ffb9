"""Measure what the budgets promise, each figure beside a reference of the same run."""
