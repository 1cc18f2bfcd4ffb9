"""Tell everything that is wrong with a document at once, in one refusal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from shopctl.errors import RefusedError


class Problem(NamedTuple):
    """Something that keeps a document from being posted.

    Attributes:
        code: A code of `errors.CODES`.
        words: What is wrong, to be read after the name of the document: "has no customer".
        hint: What would help.
    """

    code: str
    words: str
    hint: str


def refusal(reference: str, problems: Sequence[Problem]) -> RefusedError:
    """Refuse a document and name every problem; a single one keeps its own code.

    Args:
        reference: The document as it was asked for.
        problems: At least one.
    """
    if len(problems) == 1:
        code, words, hint = problems[0]
        return RefusedError(code, f"{reference} {words}", hint=hint)
    told = "; it ".join(problem.words for problem in problems)
    hints = dict.fromkeys(problem.hint for problem in problems)
    return RefusedError(
        "invoice.incomplete",
        f"{reference} cannot be posted: it {told}",
        hint="\n".join(hints),
        problems=[problem.code for problem in problems],
    )
