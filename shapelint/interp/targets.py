"""Running one model that somebody named: find it, make it, put it in the wanted mode, and call it on the stated input."""

import ast
from collections.abc import Sequence
from functools import partial
from time import thread_time
from typing import TYPE_CHECKING

from ..source.comments import read_comments
from ..source.files import read_source
from ..source.names import did_you_mean
from ..source.targets import Target, TargetError
from ..source.text import SourceFile
from ..spec import Spec, SpecError, parse_spec
from . import limits
from .events import Event, InputSource, Refused
from .machine import Site
from .natives import NATIVES, PyRaise
from .nn_modules import is_module
from .recorder import Recorder
from .shadow import Shadow
from .values import BoundMethod, ClassValue, FunctionValue, Instance, Place, Scope, Tensor, Unknown, Value, Why

if TYPE_CHECKING:
    from .contract import Contract
    from .machine import Machine
    from .program import Program, Run


class Stated:
    """An input that somebody stated, and how: "--input", "settings" or "comment"."""

    __slots__ = ("how", "place", "specs")

    def __init__(self, specs: Sequence[Spec], how: str, place: Place | None = None) -> None:
        self.specs, self.how, self.place = tuple(specs), how, place


class TargetRun:
    """What happened. ``raised``: the program itself raised; ``finished`` is False where a bound was reached.

    ``model`` is Unknown, and there is no ``recorder``, where the expression could not be followed to a module.
    """

    def __init__(self, target: Target, run: "Run") -> None:
        self.target, self.run = target, run
        self.machine: Machine = run.m
        self.expression = _expression(target)
        self.model: Value = Unknown(Why.NAME, target.name)
        self.recorder: Recorder | None = None
        self.inputs: tuple[Tensor, ...] = ()
        self.output: Value = None
        self.raised: PyRaise | None = None
        self.finished = False
        self.events: list[Event] = []
        self.hint = ""  # what to do about an exception of the program
        self.contract: Contract | None = None  # of an input in numbers: what sizes would do instead
        self.called_from = 0  # the number of events before the model was called

    def shown_place(self) -> Place:
        """Where the target is written, for what has no better place."""
        return Place(self.expression, self.expression.tree.body[0])


def _expression(target: Target) -> SourceFile:
    """The expression as a file of its own, so that places in it can be shown."""
    return SourceFile(target.text, target.call, ast.parse(target.call))


def run_target(program: "Program", target: Target, stated: Stated | None, training: bool) -> TargetRun:
    """Make the model and call it. ``stated`` None: the input is that of a comment at the model. Raises :class:`TargetError`."""
    run = _entered(program, target)
    _check_name(run, target)
    found = TargetRun(target, run)
    before, run.m.events = run.m.events, []
    run.deadline = thread_time() + limits.SECONDS_PER_TARGET
    run.guarded(partial(_make, found), steps=limits.STEPS_PER_TARGET)
    if isinstance(found.model, Instance) and found.raised is None:
        given = stated or _stated_in_file(run, target, found.model)
        if given is None:
            raise TargetError(f"{target.text}: no input is stated for this model: give --input \"N 3 H W\", or write "
                              "'# shapelint: input=N 3 H W' above the class")
        run.guarded(partial(_call, found, given, training), steps=limits.STEPS_PER_TARGET)
    found.events, run.m.events = run.m.events, []
    if isinstance(target.expression, ast.Name):  # it was made while the file ran
        made = [event for event in before if isinstance(event, Refused) and event.application.op.is_module and event.application.layer is None]
        found.events[:0] = made
        found.called_from += len(made)
        _shift(found.recorder, len(made))
    return found


def _entered(program: "Program", target: Target) -> "Run":
    if target.is_file:
        source = read_source(target.module)
        if not isinstance(source, SourceFile):
            raise TargetError(f"{target.module}:{source.span.line}: {source.message}")
        return program.enter(source)
    run = program.enter_module(target.module)
    if run is None:
        raise TargetError(f"{target.text}: there is no module '{target.module}' on the search path or among the packages that are installed: "
                          "give --search-path DIR or --python PATH")
    return run


def _check_name(run: "Run", target: Target) -> None:
    scope, name = run.scope, target.name
    if name in scope.table or scope.stars or f"builtins.{name}" in NATIVES or "__getattr__" in scope.table or run.m.imports.arrives(run.m, scope, name):
        return
    value = run.m.imports.submodule(run.m, scope, name)
    if value is None and (error := run.raised.get(name)) is not None:
        at = error.place or error.during
        where = f"{at.span.file}:{at.span.line}" if at is not None else target.module
        said = at.text.partition("\n")[0].strip() if error.place is not None and at is not None else error.message
        raise TargetError(f"{target.text}: '{name}' is not made, as {where} raises {error.name}{f': {said}' if said else ''}")
    if value is None and run.lost:
        raise TargetError(f"{target.text}: a bound was reached while {target.module} was imported ({run.bound}), so '{name}' is not known")
    if value is None:
        known = [key for key in scope.table if isinstance(key, str) and not key.startswith("__")]
        raise TargetError(f"{target.module} defines no '{name}'{did_you_mean(name, known)}")
    scope.table[name] = value


# --- making ---------------------------------------------------------------------------------------------------


def _make(found: TargetRun) -> None:
    m, target = found.machine, found.target
    node = found.expression.tree.body[0]
    assert isinstance(node, ast.Expr)
    scope = Scope(found.expression, found.run.scope.module_name, found.run.scope)
    m.site = Site(node, scope, None)
    try:
        value = m.evaluate(node.value, scope)
        if isinstance(value, ClassValue) or (isinstance(value, FunctionValue) and not isinstance(node.value, ast.Call)):
            _check_arguments(m, value, target)
            value = m.call(value, [], {})
    except PyRaise as error:
        found.raised = error
        return
    found.model = value
    if isinstance(value, Instance) and not is_module(m, value):
        raise TargetError(f"{target.text} is no nn.Module: name a class, a call or a variable that gives one")
    if not isinstance(value, (Instance, Unknown)) and type(value).__name__ != "Alternatives":
        raise TargetError(f"{target.text} is no nn.Module but {_described(value)}: name a class, a call or a variable that gives one")


def _described(value: Value) -> str:
    if isinstance(value, Tensor):
        return "a tensor"
    return type(value).__name__.removesuffix("Object").removesuffix("Value").lower() if value is not None else "None"


def _check_arguments(m: "Machine", value: Value, target: Target) -> None:
    """A class or a factory without a call is made with no arguments: it must not need any."""
    from .attributes import find_in_mro

    function = find_in_mro(m, value.mro, "__init__") if isinstance(value, ClassValue) else value
    if not isinstance(function, FunctionValue):
        return
    spec = function.node.args
    names = [arg.arg for arg in (*spec.posonlyargs, *spec.args)][isinstance(value, ClassValue) :]
    needed = names[: len(names) - len(spec.defaults)] if spec.defaults else names
    needed += [arg.arg for arg, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if default is None]
    if needed:
        raise TargetError(f"{target.text} needs {'an argument' if len(needed) == 1 else 'arguments'}: "
                          f"write {target.text}({', '.join(f'{name}=...' for name in needed)})")


# --- the input ------------------------------------------------------------------------------------------------


def _stated_in_file(run: "Run", target: Target, model: Instance) -> Stated | None:
    """The ``# shapelint: input=`` comment at the model's class, at its ``forward``, at the factory, or at the variable."""
    places: list[tuple[SourceFile, int]] = []
    maker = run.scope.table.get(target.name)
    if isinstance(maker, FunctionValue):
        places.append((maker.scope.file, maker.node.lineno))
    places += [(run.source, node.lineno) for node in run.source.tree.body if _assigns(node, target.name)]
    if isinstance(model.cls, ClassValue):
        forward = model.cls.table.get("forward")
        places += [(model.cls.place.file, node.lineno) for node in (model.cls.place.node, getattr(forward, "node", None)) if node is not None]
    for file, line in places:
        if "shapelint" not in file.text:
            continue
        for item in read_comments(file).inputs:
            if item.line == line:
                return Stated(_parsed(item.spec, f"{item.span.file}:{item.span.line}"), "comment")
    return None


def _assigns(node: ast.stmt, name: str) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)


def _parsed(text: str, where: str) -> list[Spec]:
    try:
        return parse_spec(text)
    except SpecError as error:
        raise TargetError(f"{where}: {error} (at column {error.column + 1} of '{text}')") from None


# --- calling --------------------------------------------------------------------------------------------------


def _call(found: TargetRun, stated: Stated, training: bool) -> None:
    m, model = found.machine, found.model
    if any(item.open_rank for item in stated.specs):
        raise TargetError(f"{found.target.text}: '...' leaves the number of axes open: state every axis of the input")
    m.site = Site(found.shown_place().node, Scope(found.expression, found.run.scope.module_name, found.run.scope), None)
    inputs = [Tensor(item.shape, item.kind or "float") for item in stated.specs]
    found.inputs = tuple(inputs)
    args, kwargs = _arguments(m, model, inputs)
    mark = m.heap.mark()
    try:
        if not training and "training" not in model.hidden:  # else the program has chosen the mode itself
            m.call(m.get_attribute(model, "eval"), [], {})
        found.called_from, m.shadow, mark = len(m.events), None, m.heap.mark()
        m.source, m.source_kind = InputSource(tuple(item.shape for item in stated.specs), stated.how, stated.place), stated.how
        found.recorder = m.recorder = Recorder(model)
        found.output = m.call(model, list(args), dict(kwargs))
        found.finished = True
    except PyRaise as error:
        found.raised, found.hint = error, _hint(m, model, len(inputs))
    finally:
        m.source, m.source_kind, m.recorder = None, "call", None
    if all(isinstance(size, int) for tensor in inputs for size in tensor.shape or ()):
        with m.heap.rewound(mark):
            found.contract = (m.shadow or Shadow(m, model, list(args), kwargs, m.site)).contract


def _arguments(m: "Machine", model: Instance, inputs: list[Tensor]) -> tuple[list[Value], dict[str, Value]]:
    """The inputs as ``forward`` takes them: one that it takes by name only is passed by its name."""
    spec = _forward_of(m, model)
    if spec is None or spec.vararg is not None:
        return list(inputs), {}
    places = len(spec.posonlyargs) + len(spec.args) - 1
    by_name = [arg.arg for arg, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if default is None]
    return list(inputs[:places]) + list(inputs[places + len(by_name) :]), dict(zip(by_name, inputs[places:], strict=False))


def _forward_of(m: "Machine", model: Instance) -> ast.arguments | None:
    forward = m.get_attribute(model, "forward")
    function = forward.function if isinstance(forward, BoundMethod) else None
    return function.node.args if isinstance(function, FunctionValue) else None


def _hint(m: "Machine", model: Instance, given: int) -> str:
    """Where ``forward`` takes another number of inputs than is stated: which."""
    spec = _forward_of(m, model)
    if spec is None:
        return ""
    names = [arg.arg for arg in (*spec.posonlyargs, *spec.args)][1:]
    least, most = len(names) - len(spec.defaults), len(names) + len(spec.kwonlyargs)
    if least <= given and (given <= most or spec.vararg is not None):
        return ""
    wanted = least if given < least else most
    return (f"; forward({', '.join(names)}) takes {wanted} input{'' if wanted == 1 else 's'} and {given} {'is' if given == 1 else 'are'} stated: "
            "write all of them, with ; between")


def _shift(recorder: Recorder | None, by: int) -> None:
    for call in recorder.calls if recorder is not None else ():
        call.events = (call.events[0] + by, call.events[1] + by)
