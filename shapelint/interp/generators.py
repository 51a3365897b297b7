"""Generator functions: their bodies run as far as the next ``yield`` when somebody asks for an item.

A body is run by the functions here, which are Python generators themselves, as far as its statements hold a ``yield``; all other
statements are those of :mod:`.statements`. Where the course of such a body depends on what is not known, its further items are unknown.

A body that nobody asks again is thrown away where it waits, at any time: what it does to the machine must not stand in a ``finally``.
Whoever resumes a body puts the machine's state back.
"""

import ast
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from .binding import assign
from .branches import Signal
from .contexts import is_manager, leave
from .decisions import decide
from .expressions import evaluate
from .join import same
from .lazy import END, Lost, Source, asked, is_lazy, made_by, stream, take
from .natives import PyRaise
from .values import External, Instance, IteratorObject, Scope, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Frame, Machine

Run = Generator[Value, Value, "Signal | None"]
Yielding = Generator[Value, Value, Value]


def yields(node: ast.AST) -> bool:
    """Whether a statement or expression of a function holds a ``yield`` of that function."""
    found: bool | None = getattr(node, "yields", None)
    if found is None:
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            found = True
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            found = False
        else:
            found = any(map(yields, ast.iter_child_nodes(node)))
        setattr(node, "yields", found)  # noqa: B010  (an attribute of ours)
    return found


def _followed(node: ast.AST) -> bool:
    """Whether every ``yield`` in a statement stands where it can be followed."""
    if not yields(node):
        return True
    if isinstance(node, (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return)):
        value = node.value
        return isinstance(value, (ast.Yield, ast.YieldFrom)) and not any(map(yields, ast.iter_child_nodes(value)))
    if type(node) not in _RUN:
        return False
    heads = [child for child in ast.iter_child_nodes(node) if not isinstance(child, (ast.stmt, ast.ExceptHandler))]
    return not any(map(yields, heads)) and all(_followed(part) for part in _statements(node))


def _statements(node: Any) -> list[ast.stmt]:
    handlers = [part for handler in getattr(node, "handlers", ()) for part in handler.body]
    return [*node.body, *getattr(node, "orelse", ()), *handlers, *getattr(node, "finalbody", ())]


def can_be_followed(node: ast.FunctionDef) -> bool:
    """Whether a generator function can be run step by step."""
    found: bool | None = getattr(node, "steps", None)
    if found is None:
        found = all(map(_followed, node.body))
        setattr(node, "steps", found)  # noqa: B010  (an attribute of ours)
    return found


def generator(m: "Machine", frame: "Frame") -> IteratorObject:
    """The iterator that a call of a generator function gives."""
    return made_by(GeneratorSource(m, frame))


_EXIT = External("builtins.GeneratorExit")


class GeneratorSource(Source):
    """A body that waits at a ``yield``: its frame, its loops and its doubts are those of its own."""

    __slots__ = ("doubts", "frame", "loops", "machine", "run", "started")

    def __init__(self, m: "Machine", frame: "Frame") -> None:
        super().__init__(self.resume)
        self.machine, self.frame = m, frame
        self.loops: list[Any] = []
        self.doubts = (0, 0, 0)
        self.started = False
        self.run = _body(m, frame.function.node.body, frame.scope)  # type: ignore[arg-type]

    @property
    def waits(self) -> bool:
        """Whether the body has begun and not ended."""
        return self.started and getattr(self.run, "gi_frame", None) is not None

    def resume(self, sent: Value, error: PyRaise | None) -> Any:
        m = self.machine
        before, loops, site, raised = (m.uncertain, m.forks, m.trying), m.loops, m.site, m.raised
        m.uncertain, m.forks, m.trying = (have + own for have, own in zip(before, self.doubts, strict=True))
        m.loops = self.loops
        m.frames.append(self.frame)
        try:
            return self._next(sent, error)
        finally:
            m.frames.pop()
            self.doubts = (m.uncertain - before[0], m.forks - before[1], m.trying - before[2])
            m.uncertain, m.forks, m.trying = before
            m.loops, m.site, m.raised = loops, site, raised

    def _next(self, sent: Value, error: PyRaise | None) -> Any:
        try:
            if error is not None:
                return self.run.throw(error)
            if not self.started:
                self.started = True
                return next(self.run)
            return self.run.send(sent)
        except StopIteration as stop:
            self.result = None if stop.value is None else stop.value.value
            return END


def close(m: "Machine", iterator: Value) -> None:
    """``generator.close()``: GeneratorExit is raised where the body waits, so what stands in ``finally`` runs."""
    source = iterator.source if isinstance(iterator, IteratorObject) else None
    if isinstance(source, GeneratorSource) and source.lost is None:
        try:
            if source.waits and source.resume(None, PyRaise("GeneratorExit", "", Instance(_EXIT))) is not END:
                raise PyRaise("RuntimeError", "generator ignored GeneratorExit")
        except Lost:
            pass
        except PyRaise as error:
            if error.name not in ("GeneratorExit", "StopIteration"):
                raise
        finally:
            source.run.close()


def _lost(what: str = "a generator whose course depends on data") -> Lost:
    return Lost(Unknown(Why.DATA, what))


def _body(m: "Machine", body: list[ast.stmt], scope: Scope) -> Run:
    for node in body:
        m.step()
        signal = (yield from _RUN[type(node)](m, node, scope)) if yields(node) else _plain(m, node, scope)
        if signal is not None:
            return signal
    return None


def _plain(m: "Machine", node: ast.stmt, scope: Scope) -> Signal | None:
    """A statement without ``yield``. One that leaves on a path that may not be taken leaves nothing known."""
    from .statements import execute

    before, frame = (m.uncertain, m.forks), m.frames[-1]
    signal = execute(m, [node], scope)
    left = frame.returns or (m.loops and (m.loops[-1].breaks or m.loops[-1].continues))
    if left or (m.uncertain, m.forks) != before:
        frame.returns.clear()
        raise _lost()
    return signal


def _yielded(m: "Machine", node: "ast.Yield | ast.YieldFrom", scope: Scope) -> Yielding:
    if isinstance(node, ast.YieldFrom):
        return (yield from _delegated(m, evaluate(m, node.value, scope)))
    return (yield None if node.value is None else evaluate(m, node.value, scope))


def _delegated(m: "Machine", inner: Value) -> Yielding:
    if not is_lazy(inner):
        yield from stream(m, inner)
        return None
    item = take(m, inner)
    while item is not END:
        try:
            sent = yield item
        except PyRaise as error:
            if error.name == "GeneratorExit":
                close(m, inner)
                raise
            item = take(m, inner, None, error)
        else:
            item = take(m, inner, sent)
    return inner.source.result


def _expression(m: "Machine", node: ast.Expr, scope: Scope) -> Run:
    yield from _yielded(m, node.value, scope)  # type: ignore[arg-type]
    return None


def _assigned(m: "Machine", node: "ast.Assign | ast.AnnAssign", scope: Scope) -> Run:
    value = yield from _yielded(m, node.value, scope)  # type: ignore[arg-type]
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        assign(m, target, value, scope)
    return None


def _augmented(m: "Machine", node: ast.AugAssign, scope: Scope) -> Run:
    from .statements import augment, load

    old = evaluate(m, load(node.target), scope)
    value = yield from _yielded(m, node.value, scope)  # type: ignore[arg-type]
    augment(m, node, old, value, scope)
    return None


def _returned(m: "Machine", node: ast.Return, scope: Scope) -> Run:
    return Signal("return", (yield from _yielded(m, node.value, scope)))  # type: ignore[arg-type]


def _decided(m: "Machine", node: ast.expr, scope: Scope) -> bool:
    answer = decide(m, node, scope)
    if not isinstance(answer, bool):
        raise _lost()
    return answer


def _if(m: "Machine", node: ast.If, scope: Scope) -> Run:
    return (yield from _body(m, node.body if _decided(m, node.test, scope) else node.orelse, scope))


def _for(m: "Machine", node: ast.For, scope: Scope) -> Run:
    given = evaluate(m, node.iter, scope)
    with m.at(node.iter, scope):
        iterable = asked(m, given)
    held = iterable is given and isinstance(node.iter, HELD)
    items = stream(m, iterable)
    begun: list[dict[Any, Value]] = []  # the names at the beginning of the second iteration and the next

    def another() -> bool:
        begun.append(dict(scope.table) if len(begun) < 3 else {})
        try:
            item = next(items, END)
        except Lost as lost:  # what counts iterations may do something else in a later one
            lost.repeats = lost.repeats and len(begun) == 3 and begun[1].keys() == begun[2].keys() and all(same(begun[1][name], begun[2][name]) for name in begun[1])
            raise
        if item is not END:
            assign(m, node.target, item, scope)
        return item is not END

    try:
        signal = yield from _loop(m, node, another, scope)
    except PyRaise:
        if not held:
            let_go(m, iterable, node.iter)
        raise
    if not held:
        let_go(m, iterable, node.iter)
    return signal


def _while(m: "Machine", node: ast.While, scope: Scope) -> Run:
    return (yield from _loop(m, node, lambda: _decided(m, node.test, scope), scope))


def _loop(m: "Machine", node: "ast.For | ast.While", another: Callable[[], bool], scope: Scope) -> Run:
    from .machine import Loop

    while True:
        m.step()
        m.loops.append(Loop(m.heap.mark()))
        try:
            more = another()
            signal = (yield from _body(m, node.body, scope)) if more else None
        except PyRaise:
            m.loops.pop()
            raise
        m.loops.pop()
        if not more:
            break
        if signal is not None and signal.kind == "break":
            return None
        if signal is not None and signal.kind == "return":
            return signal
    return (yield from _body(m, node.orelse, scope))


def _with(m: "Machine", node: ast.With, scope: Scope) -> Run:
    return (yield from _within(m, node, 0, scope))


def _within(m: "Machine", node: ast.With, at: int, scope: Scope) -> Run:
    from .statements import entered

    if at == len(node.items):
        return (yield from _body(m, node.body, scope))
    context, expects_error = entered(m, node.items[at], scope)
    managed = is_manager(m, context)
    try:
        signal = yield from _within(m, node, at + 1, scope)
    except PyRaise as error:
        if not (leave(m, context, error) if managed else expects_error):
            raise
        return None
    if managed:
        leave(m, context)
    return signal


def _try(m: "Machine", node: ast.Try, scope: Scope) -> Run:
    try:
        signal = yield from _attempted(m, node, scope)
    except PyRaise:
        last = yield from _body(m, node.finalbody, scope)
        if last is None:
            raise
        return last
    last = yield from _body(m, node.finalbody, scope)
    return signal if last is None else last


def _attempted(m: "Machine", node: ast.Try, scope: Scope) -> Run:
    from .statements import may_catch_refusals, taken_by

    handled = any(map(may_catch_refusals, node.handlers))
    m.uncertain += handled
    m.trying += handled
    raised: PyRaise | None = None
    signal: Signal | None = None
    try:
        signal = yield from _body(m, node.body, scope)
    except PyRaise as error:
        raised = error
    m.uncertain -= handled
    m.trying -= handled
    if raised is None:
        return signal if signal is not None else (yield from _body(m, node.orelse, scope))
    handler = taken_by(m, node, raised, scope)
    if handler is None:
        raise raised
    return (yield from _handled(m, handler, raised, scope))


def _handled(m: "Machine", handler: ast.ExceptHandler, raised: PyRaise, scope: Scope) -> Run:
    before, m.raised = m.raised, raised
    try:
        signal = yield from _body(m, handler.body, scope)
    except PyRaise:
        m.raised = before
        raise
    m.raised = before
    if handler.name is not None:
        m.heap.delete(scope.table, handler.name)
    return signal


_RUN: dict[type, Callable[..., Run]] = {
    ast.Expr: _expression, ast.Assign: _assigned, ast.AnnAssign: _assigned, ast.AugAssign: _augmented, ast.Return: _returned, ast.If: _if, ast.For: _for,
    ast.While: _while, ast.With: _with, ast.Try: _try,
}

from .letting_go import HELD, let_go  # noqa: E402  (which closes generators in turn)
