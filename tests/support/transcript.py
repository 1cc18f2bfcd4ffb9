"""Write what commands answer the way a terminal shows it, so that a test can hold it against a text."""

from __future__ import annotations

import shlex

from tests.support.program import Program


def transcript(program: Program, *lines: str) -> str:
    """Run command lines and write them with their answers.

    Standard output stands as it is, lines of standard error follow with `! ` before them, then the exit status
    unless it is 0.
    """
    return "\n".join(_one(program, line) for line in lines)


def _one(program: Program, line: str) -> str:
    run = program(*shlex.split(line))
    told = [f"$ {line}", *run.out.splitlines(), *(f"! {text}".rstrip() for text in run.err.splitlines())]
    return "\n".join([*told, f"[exit {run.status}]" if run.status else ""]).strip("\n") + "\n"
