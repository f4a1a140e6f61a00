"""Ctrl-C during a descent: finish the step, keep the record, and stop."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

__all__ = ["Interruption"]


class Interruption:
    """While it is entered, the first Ctrl-C is only noted; the second one acts as always.

    A step is then never cut in two, not even inside compiled code, which cannot carry an
    exception out. Outside the main thread, where no signal arrives, and where Ctrl-C was
    told to be ignored, it does nothing.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None
        self._listening = False

    def __enter__(self) -> Self:
        here = threading.current_thread() is threading.main_thread()
        self._listening = here and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
        if self._listening:
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._listening:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
