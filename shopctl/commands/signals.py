"""Handle Ctrl-C and SIGTERM: end at once, or after the item in hand when a batch watches."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from shopctl.commands.call import Stop, TerminatedError


@contextmanager
def handled(stop: Stop) -> Iterator[None]:
    """Handle both signals while a command runs, and put the former handlers back."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def answer(number: int, _frame: FrameType | None) -> None:
        if stop.watched and not stop.signal:
            stop.signal = number
            return
        raise KeyboardInterrupt if number == signal.SIGINT else TerminatedError

    former = {number: signal.signal(number, answer) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
