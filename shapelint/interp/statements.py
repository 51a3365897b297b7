"""Executing statements: as in :mod:`.expressions` a node is prepared once, by one function per node type. A block ends with None, or with the
Signal that ended it early.
"""

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..dims.facts import Finding
from ..dims.region import Region
from ..dims.where import Condition
from ..ops.problems import Problem
from . import limits
from .binding import assign, binder, scope_of
from .branches import BREAK, CONTINUE, Signal, branch, keeping
from .contexts import is_manager, leave
from .decisions import condition, decide, prepared_test
from .elements import changed
from .expressions import BINARY, evaluate, make_function, prepared
from .extent import limited
from .join import join
from .loops import for_loop, while_loop
from .natives import NATIVES, PyRaise
from .raising import catches, exception_of, raised_by
from .values import Descriptor, DictObject, External, FunctionValue, Instance, ListObject, Place, Scope, SetObject, Tensor, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine


Code = Callable[["Machine", Scope], "Signal | None"]


def execute(m: "Machine", body: Sequence[ast.stmt], scope: Scope) -> Signal | None:
    """Run statements in order."""
    for node in body:
        m.step()
        try:
            signal = (getattr(node, "code", None) or _prepared(node))(m, scope)
        except PyRaise as error:
            error.during = error.during or Place(scope.file, _head(node))
            raise
        if signal is not None:
            return signal
    return None


def _head(node: ast.stmt) -> ast.AST:
    """What a statement evaluates before it runs others."""
    if isinstance(node, (ast.If, ast.While)):
        return node.test
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return node.iter
    return node.items[0].context_expr if isinstance(node, (ast.With, ast.AsyncWith)) else node


def _prepared(node: ast.stmt) -> Code:
    """What runs a statement, from now on kept with its node."""
    made = _PREPARE[type(node)](node)
    setattr(node, "code", made)  # noqa: B010  (an attribute of ours)
    return made


def _expression(node: ast.Expr) -> Code:
    if isinstance(node.value, ast.Constant):  # a docstring
        return _nothing
    value = prepared(node.value)

    def code(m: "Machine", scope: Scope) -> None:
        if scope.parent is None and m.imports.deferral.waiting and m.imports.deferral.only_defines(scope.file.path):
            _register(m, value, scope)
        else:
            m.observe(node, value(m, scope), scope)

    return code


def _register(m: "Machine", call: Callable[["Machine", Scope], Value], scope: Scope) -> None:
    """A call in a module of which the run could wait: it does what a decorator does."""
    m.decorating += 1
    try:
        call(m, scope)
    finally:
        m.decorating -= 1


def _assign(node: ast.Assign) -> Code:
    value, targets = prepared(node.value), [binder(target) for target in node.targets]

    def code(m: "Machine", scope: Scope) -> None:
        new = value(m, scope)
        for bind in targets:
            bind(m, new, scope)
        m.observe(node, new, scope)

    return code


def _annotated(m: "Machine", node: ast.AnnAssign, scope: Scope) -> None:
    if scope.is_class and isinstance(node.target, ast.Name):
        annotations = scope.table.get("__annotations__")
        if annotations is None:
            annotations = DictObject()
            m.heap.write(scope.table, "__annotations__", annotations)
        annotation = Unknown(Why.CONSTRUCT, "an annotation") if isinstance(node.annotation, ast.Constant) else evaluate(m, node.annotation, scope)
        m.heap.write(annotations.table, node.target.id, annotation)
    if node.value is not None:
        value = evaluate(m, node.value, scope)
        assign(m, node.target, value, scope)
        m.observe(node, value, scope, node.annotation)


def _augmented(node: ast.AugAssign) -> Code:
    target: Any = node.target
    old, value = prepared(load(target)), prepared(node.value)
    return lambda m, scope: augment(m, node, old(m, scope), value(m, scope), scope)


def load(target: Any) -> ast.expr:
    """The expression that reads what an assignment's target binds."""
    return ast.copy_location(_AS_LOAD[type(target)](target), target)


def augment(m: "Machine", node: ast.AugAssign, old: Value, value: Value, scope: Scope) -> None:
    """``target op= value``, where the target held ``old``."""
    if isinstance(old, ListObject) and isinstance(node.op, ast.Add):
        _extend(m, old, value)
        return
    with m.at(node, scope):
        result = augmented(m, BINARY[type(node.op)], old, value)
    if result is old and isinstance(old, (ListObject, SetObject, DictObject)):
        return
    assign(m, node.target, result, scope)
    m.observe(node, result, scope)


def augmented(m: "Machine", op: str, old: Value, value: Value) -> Value:
    """What the target of ``old op= value`` becomes: ``old`` itself, changed, where that is a container."""
    if op == "+" and isinstance(old, ListObject):
        _extend(m, old, value)
        return old
    result = m.in_place(op, old, value) if isinstance(old, Instance) else m.binary(op, old, value)
    if isinstance(old, Tensor):
        m.check_in_place(old, result)
        if old.elements is not None and isinstance(result, Tensor):  # other names of the same memory see it too
            changed(m, old)
            result = Tensor(result.shape, result.dtype, result.trace, tail=result.tail)
    if type(result) is type(old) and isinstance(old, (ListObject, SetObject, DictObject)) and not (isinstance(old, SetObject) and old.frozen):
        _become(m, old, result)
        return old
    return result


def _extend(m: "Machine", old: ListObject, value: Value) -> None:
    items, more = old.table["items"], m.iterate(value)
    lost = items if isinstance(items, Unknown) else Unknown(Why.DATA, "an extended list")
    if more is not None and not isinstance(items, Unknown) and len(items) + len(more) > limits.LISTED_ITEMS:
        lost, more = Unknown(Why.LIMIT, "a long sequence"), None
    m.heap.write(old.table, "items", lost if more is None or isinstance(items, Unknown) else limited(old, items + more))


def _become(m: "Machine", old: Value, new: Value) -> None:
    """``a *= 2`` and ``d |= e`` change the object itself: every name of it sees that."""
    for key in [key for key in old.table if key not in new.table]:
        m.heap.delete(old.table, key)
    for key, value in new.table.items():
        m.heap.write(old.table, key, value)
    if isinstance(old, DictObject):
        m.heap.write(old.opaque, "rest", new.opaque["rest"])


_AS_LOAD: dict[type, Callable[[Any], ast.expr]] = {
    ast.Name: lambda node: ast.Name(node.id, ast.Load()),
    ast.Attribute: lambda node: ast.Attribute(node.value, node.attr, ast.Load()),
    ast.Subscript: lambda node: ast.Subscript(node.value, node.slice, ast.Load()),
}


def _delete(m: "Machine", node: ast.Delete, scope: Scope) -> None:
    for target in node.targets:
        if isinstance(target, ast.Name):
            m.heap.delete(scope_of(scope, target.id).table, target.id)
        elif isinstance(target, ast.Attribute):
            m.delete_attribute(evaluate(m, target.value, scope), target.attr)
        elif isinstance(target, ast.Subscript):
            m.delete_item(evaluate(m, target.value, scope), evaluate(m, target.slice, scope))


def _return(node: ast.Return) -> Code:
    value = None if node.value is None else prepared(node.value)

    def code(m: "Machine", scope: Scope) -> Signal:
        found = None if value is None else value(m, scope)
        m.observe(node, found, scope)
        return Signal("return", found)

    return code


def _if(node: ast.If) -> Code:
    test = prepared_test(node.test)

    def code(m: "Machine", scope: Scope) -> Signal | None:
        answer = test(m, scope)
        if isinstance(answer, bool):
            return execute(m, node.body if answer else node.orelse, scope)
        return branch(m, lambda: execute(m, node.body, scope), lambda: execute(m, node.orelse, scope), answer)

    return code


def _with(m: "Machine", node: ast.With | ast.AsyncWith, scope: Scope) -> Signal | None:
    return _within(m, node, 0, scope)


def _within(m: "Machine", node: ast.With | ast.AsyncWith, at: int, scope: Scope) -> Signal | None:
    """The block within the contexts from ``at`` on."""
    if at == len(node.items):
        return execute(m, node.body, scope)
    context, expects_error = entered(m, node.items[at], scope)
    managed, signal = is_manager(m, context), None
    m.uncertain += expects_error
    try:
        signal = _within(m, node, at + 1, scope)
    except PyRaise as error:
        if not (leave(m, context, error) if managed else expects_error):
            raise
        return None
    finally:
        m.uncertain -= expects_error
    if managed:
        leave(m, context)
    return signal


def entered(m: "Machine", item: ast.withitem, scope: Scope) -> tuple[Value, bool]:
    """The context that a ``with`` has entered, and whether its block is meant to raise."""
    context = evaluate(m, item.context_expr, scope)
    with m.at(item.context_expr, scope):
        value = m.enter(context)
    if item.optional_vars is not None:
        assign(m, item.optional_vars, value, scope)
    return context, _expects_error(item.context_expr)


def _expects_error(node: ast.expr) -> bool:
    """``pytest.raises``, ``self.assertRaises``, ``contextlib.suppress``: an error in the block is meant."""
    function = node.func if isinstance(node, ast.Call) else node
    name = function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    return name in ("raises", "assertRaises", "assertRaisesRegex", "suppress", "warns", "deprecated_call")


def _try(m: "Machine", node: ast.Try, scope: Scope) -> Signal | None:
    missing = _missing_import(m, node, scope)
    if missing is None:
        return execute(m, [*node.handlers[0].body, *node.finalbody], scope)
    if missing:
        return branch(m, lambda: execute(m, [*node.body, *node.orelse, *node.finalbody], scope),
                      lambda: execute(m, [*node.handlers[0].body, *node.finalbody], scope))
    raised: PyRaise | None = None
    signal: Signal | None = None
    handled = any(map(may_catch_refusals, node.handlers))
    attempt = _Attempt(m, node)
    m.uncertain += handled
    m.trying += handled
    try:
        signal = execute(m, node.body, scope)
    except PyRaise as error:
        raised = error
    finally:
        m.uncertain -= handled
        m.trying -= handled
    try:
        if raised is not None:
            if handled:
                attempt.forgive()
            signal = _handle(m, node, raised, scope)
        elif handled and (attempt.doubtful or attempt.failing()):
            signal = _attempted(m, node, attempt, signal, scope)
        elif signal is None:
            signal = execute(m, node.orelse, scope)
    except PyRaise:
        last = execute(m, node.finalbody, scope)
        if last is None:
            raise
        return last  # a finally that leaves swallows the exception
    last = execute(m, node.finalbody, scope)
    return last if last is not None else signal


class _Attempt:
    """The body of a ``try`` whose handlers catch what torch raises: the sizes that it refuses go on in a handler."""

    def __init__(self, m: "Machine", node: ast.Try) -> None:
        self.m, self.before, self.mark, self.known = m, m.facts.region, m.heap.mark(), len(m.facts.findings)
        self.doubts = self._doubts
        self.straight = len(node.body) == 1  # nothing is assigned before the statement that fails

    @property
    def _doubts(self) -> int:
        return self.m.facts.doubts + len(self.m.facts.undecided)

    @property
    def doubtful(self) -> bool:
        """Whether something in the body may have failed for sizes that are not known."""
        return self._doubts > self.doubts

    def failing(self) -> Region:
        return Region.empty() if self.m.facts.region is self.before else self.before - self.m.facts.region

    def forgive(self) -> list[Finding]:
        """What the body required excludes nothing."""
        facts = self.m.facts
        found = facts.findings[self.known :]
        del facts.findings[self.known :]
        if any(finding.relation == "raise" and isinstance(finding.site, Place) for finding in found):
            facts.doubt()  # the program's own exception: the handlers may be made for others
        facts.narrow(self.before)
        return found


def _attempted(m: "Machine", node: ast.Try, attempt: _Attempt, signal: Signal | None, scope: Scope) -> Signal | None:
    """The body got through for some sizes: a handler runs for the others."""
    passed, failing, changes = m.facts.region, attempt.failing(), m.heap.changes(attempt.mark)
    m.heap.undo(attempt.mark)
    found = attempt.forgive()
    name = "IndexError" if found and found[0].problem in (Problem.INDEX, Problem.AXIS) else "RuntimeError"

    def through() -> Signal | None:
        m.heap.apply(changes)
        return execute(m, node.orelse, scope) if signal is None else signal

    def caught() -> Signal | None:
        if not attempt.straight:
            m.heap.merge(changes, {}, join, keeping(m))
            m.facts.narrow(attempt.before if attempt.doubtful else failing)
        return _handle(m, node, PyRaise(name, "raised by torch"), scope)

    return branch(m, through, caught, None if attempt.doubtful else Condition(passed, failing, lambda values: values in passed))


# What people catch that torch does not raise over shapes: a program that breaks in such a try breaks all the same.
_OTHER_ERRORS = frozenset({
    "KeyboardInterrupt", "SystemExit", "ImportError", "ModuleNotFoundError", "StopIteration", "KeyError", "OSError", "IOError", "FileNotFoundError",
    "PermissionError", "EOFError", "NameError", "UnboundLocalError", "UnicodeDecodeError", "JSONDecodeError", "ConnectionError", "TimeoutError",
})


def may_catch_refusals(handler: ast.ExceptHandler) -> bool:
    """Whether an ``except`` clause may catch what torch raises for a wrong shape."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = [kind.attr if isinstance(kind, ast.Attribute) else kind.id if isinstance(kind, ast.Name) else "" for kind in kinds]
    return not all(name in _OTHER_ERRORS for name in names)


def _missing_import(m: "Machine", node: ast.Try, scope: Scope) -> bool | None:
    """``try: import apex`` with a handler: whether the package is there is not known, unless it is Python's or the user's own, or the
    environment was looked at. None: it is not there."""
    names = [alias.name for item in node.body if isinstance(item, ast.Import) for alias in item.names]
    names += [item.module for item in node.body if isinstance(item, ast.ImportFrom) and item.module and not item.level]
    answers = [m.imports.may_be_missing(m, name, scope) for name in names] if node.handlers else []
    return None if None in answers else any(answers)


def _handle(m: "Machine", node: ast.Try, raised: PyRaise, scope: Scope) -> Signal | None:
    handler = taken_by(m, node, raised, scope)
    if handler is None:
        raise raised
    before, m.raised = m.raised, raised
    try:
        return execute(m, handler.body, scope)
    finally:
        m.raised = before
        if handler.name is not None:
            m.heap.delete(scope_of(scope, handler.name).table, handler.name)


def taken_by(m: "Machine", node: ast.Try, raised: PyRaise, scope: Scope) -> ast.ExceptHandler | None:
    """The handler that takes an exception, with its name bound."""
    for handler in node.handlers:
        if handler.type is None or catches(m, evaluate(m, handler.type, scope), raised):
            if handler.name is not None:
                m.heap.write(scope_of(scope, handler.name).table, handler.name, exception_of(raised))
            return handler
    return None


def _raise(m: "Machine", node: ast.Raise, scope: Scope) -> None:
    place = Place(scope.file, node)
    if node.exc is None:  # what is being handled
        again = m.raised
        raise PyRaise("Exception", "raised by the program", place=place) if again is None or again.refusal is not None else again
    value = evaluate(m, node.exc, scope)
    cause = None if node.cause is None else evaluate(m, node.cause, scope)
    function = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    with m.at(node, scope):
        raise raised_by(m, value, cause, place, function.id if isinstance(function, ast.Name) else "Exception")


def _assert(m: "Machine", node: ast.Assert, scope: Scope) -> None:
    answer = decide(m, node.test, scope)
    if answer is False or (isinstance(answer, Condition) and not m.assume(answer, Place(scope.file, node))):
        given = [] if node.msg is None else [evaluate(m, node.msg, scope)]
        raise PyRaise("AssertionError", "raised by the program", m.call(NATIVES["builtins.AssertionError"], given, {}), Place(scope.file, node))
    if answer is None:
        m.facts.doubt()


def _function(m: "Machine", node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
    value: Value = make_function(m, node.name, node, scope)
    m.heap.write(scope_of(scope, node.name).table, node.name, decorated(m, node, value, scope))


def decorated(m: "Machine", node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, value: Value, scope: Scope) -> Value:
    """``value`` after its decorators. One that cannot be followed is taken to return what it got, as nearly all do."""
    for decorator_node in reversed(node.decorator_list):
        if isinstance(decorator_node, ast.Attribute) and decorator_node.attr in ("setter", "getter", "deleter"):
            value = _accessor(m, decorator_node, value, scope)
            continue
        decorator = evaluate(m, decorator_node, scope)
        with m.at(decorator_node, scope):
            m.decorating += 1
            try:
                result = m.call(decorator, [value], {})
            except PyRaise:
                result = Unknown(Why.ERROR, "a decorator")
            finally:
                m.decorating -= 1
        value = value if isinstance(result, Unknown) else result
    return value


def _accessor(m: "Machine", node: ast.Attribute, value: Value, scope: Scope) -> Value:
    base = evaluate(m, node.value, scope)
    if isinstance(base, Descriptor):
        given = {"getter": base.function, "setter": base.setter, "deleter": base.deleter, node.attr: value}
        return Descriptor(base.kind, *given.values())
    return base


def _class(m: "Machine", node: ast.ClassDef, scope: Scope) -> None:
    from .classes import make_class

    made = make_class(m, node, scope)
    m.heap.write(scope_of(scope, node.name).table, node.name, decorated(m, node, made, scope))


def _import(m: "Machine", node: ast.Import, scope: Scope) -> None:
    for alias in node.names:
        module = m.imports.module(m, alias.name, scope)
        if alias.asname is not None:
            m.heap.write(scope.table, alias.asname, module)
        else:
            top = alias.name.partition(".")[0]
            m.heap.write(scope.table, top, m.imports.module(m, top, scope))


def _import_from(m: "Machine", node: ast.ImportFrom, scope: Scope) -> None:
    with m.at(node, scope):
        for alias in node.names:
            if alias.name == "*":
                m.imports.star(m, node, scope)
            else:
                m.heap.write(scope.table, alias.asname or alias.name, m.imports.member(m, node, alias.name, scope))


def _match(m: "Machine", node: ast.Match, scope: Scope) -> Signal | None:
    from .matching import matches

    subject = evaluate(m, node.subject, scope)
    return _cases(m, subject, node.cases, scope, matches)


def _cases(m: "Machine", subject: Value, cases: list[ast.match_case], scope: Scope, matches: Callable[..., bool | None]) -> Signal | None:
    for i, case in enumerate(cases):
        answer = matches(m, case.pattern, subject, scope)
        if answer is not False and case.guard is not None:
            guard = condition(m, case.guard, scope)
            answer = False if guard is False else None if guard is None else answer
        if answer is True:
            return execute(m, case.body, scope)
        if answer is None:
            rest = cases[i + 1 :]
            return branch(m, lambda body=case.body: execute(m, body, scope), lambda rest=rest: _cases(m, subject, rest, scope, matches))  # type: ignore[misc]
    return None


def _alias(m: "Machine", node: Any, scope: Scope) -> None:
    """``type Size = int | tuple[int, int]``, whose value is not evaluated before somebody asks for it."""
    made = Instance(External("typing.TypeAliasType"))
    made.table.update({"__name__": node.name.id, "__value__": Unknown(Why.CONSTRUCT, "the value of a type alias")})
    m.heap.write(scope_of(scope, node.name.id).table, node.name.id, made)


def _nothing(m: "Machine", scope: Scope) -> None:
    return None


def _global(m: "Machine", node: ast.Global, scope: Scope) -> None:
    scope.globals_ |= frozenset(node.names)


def _nonlocal(m: "Machine", node: ast.Nonlocal, scope: Scope) -> None:
    scope.nonlocals |= frozenset(node.names)


def _plain(run: Callable[..., "Signal | None"]) -> Callable[..., Code]:
    """A node type of which nothing is prepared but what it asks :func:`evaluate` and :func:`execute` for."""
    return lambda node: lambda m, scope: run(m, node, scope)


_PREPARE: dict[type, Callable[..., Code]] = {
    ast.Expr: _expression, ast.Assign: _assign, ast.AnnAssign: _plain(_annotated), ast.AugAssign: _augmented, ast.Delete: _plain(_delete),
    ast.Return: _return, ast.If: _if, ast.For: _plain(for_loop), ast.AsyncFor: _plain(for_loop), ast.While: _plain(while_loop),
    ast.With: _plain(_with), ast.AsyncWith: _plain(_with), ast.Try: _plain(_try), ast.Raise: _plain(_raise), ast.Assert: _plain(_assert),
    ast.FunctionDef: _plain(_function), ast.AsyncFunctionDef: _plain(_function), ast.ClassDef: _plain(_class), ast.Import: _plain(_import),
    ast.ImportFrom: _plain(_import_from), ast.Match: _plain(_match), ast.Pass: lambda node: _nothing, ast.Global: _plain(_global),
    ast.Nonlocal: _plain(_nonlocal), ast.Break: lambda node: lambda m, scope: BREAK, ast.Continue: lambda node: lambda m, scope: CONTINUE,
}
if hasattr(ast, "TryStar"):
    _PREPARE[ast.TryStar] = _plain(_try)
if hasattr(ast, "TypeAlias"):
    _PREPARE[ast.TypeAlias] = _plain(_alias)

__all__ = ["FunctionValue", "Place", "assign", "binder", "decorated", "execute"]
