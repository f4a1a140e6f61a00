"""The handle of a watched loop: what a user holds inside `with steepest.watch(...) as w`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, cast

import numpy as np

from steepest.diagnosis.finding import Diagnosis, Finding
from steepest.errors import InputError
from steepest.readable import counted, readable
from steepest.store import Store
from steepest.trace import Reason, Stop, Trace
from steepest.watching.guarded import Guarded
from steepest.watching.keeper import Keeper
from steepest.watching.session import Session
from steepest.watching.telling import OnFinding, Stopped, reaction_to, say, say_finding
from steepest.watching.trackers.registry import asked_for

if TYPE_CHECKING:
    from steepest.watching.trackers.reporting import Reporting

__all__ = ["Adapter", "Logged", "Watching"]

MOST_SLIPS = 5


class Logged(Protocol):
    """What `w.log` was called with; None for what was not given."""

    step: int | None
    loss: Any
    params: Any
    gradient: Any
    learning_rate: Any
    closure: Callable[[], Any] | None
    measures: Mapping[str, Any]


class Adapter(Protocol):
    """One framework's way to be watched; a file of its own, and a line in `adapters.py`.

    Everything is called behind a guard: what is raised here never reaches the loop.
    """

    def attach(self, watching: Watching) -> None:
        """Begin: hang hooks where they belong. Hooks go through `watching.guard`."""
        ...

    def log(self, given: Logged) -> None:
        """The user said something about the loop."""
        ...

    def loss(self, loss: Any) -> None:
        """The user said the loss, and nothing else."""
        ...

    def detach(self) -> None:
        """End: take every hook away, and hand over what is left."""
        ...

    @property
    def about(self) -> Mapping[str, str]:
        """For lists of runs: "source" (what is trained), "target" (by what)."""
        ...


class _Given:
    __slots__ = ("closure", "gradient", "learning_rate", "loss", "measures", "params", "step")

    def __init__(
        self,
        step: int | None,
        loss: Any,
        params: Any,
        gradient: Any,
        learning_rate: Any,
        closure: Callable[[], Any] | None,
        measures: Mapping[str, Any],
    ) -> None:
        self.step, self.loss, self.params, self.gradient = step, loss, params, gradient
        self.learning_rate, self.closure, self.measures = learning_rate, closure, measures


class Watching:
    """A loop being watched; made by `steepest.watch`, and a context manager.

    findings:   what was found so far, in the order of finding
    run:        id in the store, None where it is not kept
    stopped:    the finding that ended the loop, where it was asked to stop at one
    failed:     why watching was given up, None where it was not
    running:    whether it was entered, and is neither over nor given up
    paused:     whether every hook sleeps, while a probe asks the loop's own closure
    inside:     how many hooks of an optimizer are on their way: none may be removed meanwhile
    several:    whether other processes train along, which nobody may leave by himself
    compiling:  whether a framework is reading the loop to compile it, and not running it
    news:       whether something was found that was not acted on yet
    error:      what the loop raised, None where it did not; known when adapters detach
    """

    def __init__(
        self,
        adapter: Adapter,
        *,
        on_finding: OnFinding = "tell",
        every: int | None = None,
        store: Store | None = None,
        name: str | None = None,
        report_to: Any = None,
        quiet: bool = False,
    ) -> None:
        self._trackers = asked_for(report_to)
        self._reporting: Reporting | None = None
        self.session = Session(found=self._found, every=every)
        self.stopped: Finding | None = None
        self.failed: str | None = None
        self.paused = False
        self.error: BaseException | None = None
        self.listeners: list[Callable[[Finding, int], None]] = []
        self._adapter = adapter
        self._react, self._calls_back = reaction_to(on_finding), callable(on_finding)
        self._store, self._name, self._quiet = store, name, quiet
        self._keeper: Keeper | None = None
        self._waiting: list[Finding] = []
        self._unanswered: list[Finding] = []
        self._slips: set[str] = set()
        self.news = False
        self.inside = 0
        self.several = False
        self.compiling: Callable[[], bool] = _never
        self._attached = self.running = False
        self._ended: tuple[Trace, Diagnosis] | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found so far."""
        return tuple(self.session.findings.values())

    @property
    def run(self) -> str | None:
        """The id of the run in the store; None where it is not kept."""
        return None if self._keeper is None else self._keeper.run

    @property
    def trace(self) -> Trace:
        """The record so far; InputError where no step was made yet."""
        return self._ended[0] if self._ended is not None else self.session.trace()

    @property
    def diagnosis(self) -> Diagnosis:
        """What every rule says of the record so far; InputError where no step was made yet."""
        from steepest.diagnosis.diagnose import diagnose

        if self._ended is not None:
            return self._ended[1]
        self.session.settle()
        return diagnose(self.session.trace(), self.session.context())

    def log(
        self,
        step: int | None = None,
        *,
        loss: Any = None,
        params: Any = None,
        gradient: Any = None,
        learning_rate: Any = None,
        closure: Callable[[], Any] | None = None,
        **measures: Any,
    ) -> None:
        """Say what the watcher cannot see by itself: the loss; of a hand-written loop, all.

        step:           its number; counted from 0 where it is left out
        loss:           a number, or the framework's scalar, best before its backward pass: then the
                        graph behind it is looked at as well
        params:         (p,) before the update of this step, as one array or several
        gradient:       (p,) at `params`
        learning_rate:  of this step
        closure:        the loss of the same batch again; then curvature is probed now and then
        measures:       anything else, by name: val_loss, accuracy, ...
        """
        if not self.running or self.paused:
            return
        try:
            if step is not None and not isinstance(cast("Any", step), (int, np.integer)):
                raise InputError("w.log takes the loss by its name, w.log(loss=loss)")
            if step is params is gradient is learning_rate is closure is None and not measures:
                self._adapter.loss(loss)  # the usual call, kept short
            else:
                given = _Given(step, loss, params, gradient, learning_rate, closure, measures)
                self._adapter.log(given)
        except InputError as error:
            self._slip(str(error))
        except Exception as error:
            self.step_aside(error)
        if self.news:
            self.act()

    def guard(self, hook: Callable[..., object]) -> Guarded:
        """The hook, so that no error in it reaches the loop; then what was found is acted on."""
        return Guarded(self, hook)

    @property
    def awake(self) -> bool:
        """Whether hooks do anything: between the beginning and the end, and not during a probe."""
        return self.running and not self.paused

    @property
    def adapter(self) -> Adapter:
        """How this loop is watched."""
        return self._adapter

    def adopt(self, adapter: Adapter) -> None:
        """Watch in another way from now on, of a loop that says itself what it is."""
        if self.session.step >= 0:
            raise InputError("this watching has seen steps of another loop; call steepest.watch")
        self._adapter = adapter
        if self._attached:
            self.guard(adapter.attach)(self)

    def step_aside(self, error: BaseException) -> None:
        """Give up watching, say so once, and let the loop go on alone."""
        if self.failed is not None:
            return
        self.running = False
        self.failed = f"{type(error).__name__}: {error}"
        say(f"watching was given up, the loop goes on without it ({self.failed})")
        self._detach()

    def __enter__(self) -> Self:
        if self._attached:
            raise InputError("one watching is entered once; call steepest.watch again")
        self._attached = True
        self.running = True
        self.guard(self._begin)()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        ours = isinstance(error, Stopped) and error.owner is self
        if isinstance(error, Stopped) and ours:
            self.stopped = error.finding
        if self._ended is None:
            self.close(error)
        else:
            self._detach()  # it was closed from inside a hook, which could not take itself away
        return ours

    def close(self, error: BaseException | None = None) -> None:
        """End watching: take every hook away, tell what is left to tell, keep the record."""
        if self._ended is not None:
            return
        self.running = False
        self.error = error
        self._detach()
        try:
            self._end(error)
        except Exception as trouble:
            self.step_aside(trouble)
        finally:
            self._waiting.clear()
            if self._reporting is not None:
                self._reporting.close()

    def _begin(self) -> None:
        self._adapter.attach(self)
        if self._store is not None and not self.paused:
            about = self._adapter.about
            stem = self._name or about.get("source", "loop")
            self._keeper = Keeper(self.session, self._store, stem, about, say)
        if self._trackers and not self.paused:
            from steepest.watching.trackers.reporting import Reporting

            self._reporting = Reporting(self.session, self._trackers, say)
            self.listeners.append(self._reporting.finding)

    def _detach(self) -> None:
        if not self._attached:
            return
        try:
            self._adapter.detach()
        except Exception as error:
            if self.failed is None:
                self.failed = f"{type(error).__name__}: {error}"
                say(f"watching did not end cleanly ({self.failed})")

    def _end(self, error: BaseException | None) -> None:
        session = self.session
        if session.step < 0:
            if self._keeper is not None:
                self._keeper.abandon()
            if self.failed is None and error is None and not self.paused:
                say("no step was seen: is the optimizer that was handed over the one that steps?")
            return
        self._ended = session.end(_stop_of(error, session), whole=_is_whole(error))
        self.tell()
        for finding in self._unanswered if self._calls_back else ():
            self._react(finding)  # there is no loop left to stop
        if self._keeper is not None:
            self._keeper.finish(*self._ended)
        if not self._quiet:
            self._say_end()

    def _say_end(self) -> None:
        assert self._ended is not None  # noqa: S101
        trace, _ = self._ended
        told = len(self.session.findings)
        steps = counted(self.session.step + 1, "step")
        if not self.session.recorder.told:
            seen = "no loss among them: add w.log(loss=loss) before loss.backward()"
            say(f"{steps} watched, {seen}" + (f"; {told} found" if told else ""))
        else:
            found = f"{told} found" if told else "nothing to warn of"
            losses = f"loss {readable(trace.loss[0])} to {readable(trace.loss[-1])}"
            say(f"{steps} watched, {losses}; {found}")
        if self.run is not None:
            say(f"kept as {self.run}: steepest show {self.run}, steepest lab {self.run}")

    def _found(self, finding: Finding) -> None:
        self._waiting.append(finding)
        self.news = True

    def _slip(self, sentence: str) -> None:
        """What was logged wrongly: said once, and left out."""
        if sentence not in self._slips and len(self._slips) < MOST_SLIPS:
            self._slips.add(sentence)
            say(f"{sentence}; this is left out, and the loop goes on")

    def tell(self) -> None:
        """Say what was found, in whichever thread; to react waits for the loop's own calls."""
        waiting, self._waiting = self._waiting, []
        self._unanswered += waiting
        for finding in waiting:
            if not self._quiet:
                say_finding(finding, self.session.step)
            for listener in self.listeners:
                listener(finding, self.session.step)

    def act(self) -> None:
        """Say what was found and react; what the user's own function raises is the user's."""
        self.tell()
        self.news = False
        found, self._unanswered = self._unanswered, []
        for finding in found:
            if self.several and not self._calls_back:
                self._slip("on_finding is only said where several processes train along")
                return
            try:
                self._react(finding)
            except Stopped as stopped:
                stopped.owner = self
                raise


def _never() -> bool:
    return False


def _is_whole(error: BaseException | None) -> bool:
    """Whether a loop came to an end of its own, so that its curve may be read as a whole."""
    return error is None or isinstance(error, KeyboardInterrupt)


def _stop_of(error: BaseException | None, session: Session) -> Stop:
    reason: Reason = "interrupted"
    if error is None:
        reason, because = "budget", f"the loop ended after {session.step + 1:,} steps"
    elif isinstance(error, Stopped):
        because = f"stopped at a finding: {error.finding.title}"
    elif isinstance(error, KeyboardInterrupt):
        because = "interrupted by the user"
    else:
        because = f"the loop raised {type(error).__name__}: {error}"
    return Stop(reason, because)
