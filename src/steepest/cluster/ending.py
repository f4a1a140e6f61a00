"""SIGTERM while an embedded Ray lives: the same orderly end as after Ctrl-C."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

__all__ = ["end_as_before", "end_in_order"]


def end_in_order() -> Any:
    """From now on; gives what was done before, None where no signal arrives in this thread."""
    if threading.current_thread() is not threading.main_thread():
        return None
    return signal.signal(signal.SIGTERM, _end)


def end_as_before(before: Any) -> None:
    """Set again what was, in the thread that it was set in."""
    if before is not None and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, before)


def _end(number: int, frame: FrameType | None) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)
