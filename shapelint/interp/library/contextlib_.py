"""``contextlib``: context managers made from generators, suppress, nullcontext, closing, ExitStack; redirecting output does nothing."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..contexts import leave
from ..lazy import END, Lost, take
from ..natives import PyRaise
from ..raising import catches
from ..values import External, FunctionValue, Instance, IteratorObject, ListObject, Native, Partial, Value, Why
from .support import Args, Kwargs, lost, method, native, returns

if TYPE_CHECKING:
    from ..machine import Machine

Method = Callable[["Machine", Instance, Args, Kwargs], Value]


def of(cls: str, *names: str, least: int = 1) -> Callable[[Method], Method]:
    """A method of objects that are made here; the receiver stands before the arguments."""

    def register(call: Method) -> Method:
        def checked(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
            if not isinstance(args[0], Instance) or args[0].cls != External(cls):
                return lost(machine, f"{cls}.{names[0]}", *args)
            return call(machine, args[0], args[1:], kwargs)

        method(cls, *names, least=least)(checked)
        return call

    return register


_MANAGER, _SUPPRESS, _CLOSING, _STACK = "contextlib._GeneratorContextManager", "contextlib.suppress", "contextlib.closing", "contextlib.ExitStack"


def context(cls: str, value: Value = None) -> Instance:
    """A context manager that does nothing and gives ``value`` to ``as``."""
    made = Instance(External(cls))
    made.table.update({"__enter__": Native(f"{cls}.__enter__", returns(value)), "__exit__": Native(f"{cls}.__exit__", returns(None))})
    return made


for _name in ("contextlib.redirect_stdout", "contextlib.redirect_stderr", "warnings.catch_warnings"):
    native(_name)(lambda machine, args, kwargs, name=_name: context(name))  # type: ignore[misc]
native("contextlib.nullcontext")(lambda machine, args, kwargs: context("contextlib.nullcontext", args[0] if args else kwargs.get("enter_result")))


@native(_SUPPRESS)
def suppress(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = Instance(External(_SUPPRESS))
    made.hidden["kinds"] = tuple(args)
    return made


method(_SUPPRESS, "__enter__")(returns(None))


@of(_SUPPRESS, "__exit__", least=2)
def leave_suppress(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> Value:
    return args[0] is not None and machine.raised is not None and catches(machine, made.hidden["kinds"], machine.raised)


@native(_CLOSING, least=1)
def closing(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = Instance(External(_CLOSING))
    made.hidden["payload"] = args[0]
    return made


of(_CLOSING, "__enter__")(lambda machine, made, args, kwargs: made.hidden["payload"])


@of(_CLOSING, "__exit__")
def leave_closing(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> Value:
    machine.call(machine.get_attribute(made.hidden["payload"], "close"), [], {})
    return None


# --- made from generators ------------------------------------------------------------------------------------------------


@native("contextlib.contextmanager", least=1)
def contextmanager(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return Partial(Native("contextmanager", _managed), (args[0],), {})


def _managed(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = machine.call(args[0], args[1:], kwargs)
    if not isinstance(made, IteratorObject):
        return lost(machine, "a context manager made from a generator", made)
    manager = Instance(External(_MANAGER))
    manager.hidden.update(generator=made, again=Partial(Native("contextmanager", _managed), tuple(args), dict(kwargs)))
    return manager


@of(_MANAGER, "__enter__")
def enter_manager(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> Value:
    try:
        item = take(machine, made.hidden["generator"])
    except Lost as unknown:
        return lost(machine, "a context manager made from a generator", unknown.unknown)
    if item is END:
        raise PyRaise("RuntimeError", "generator didn't yield")
    return item


@of(_MANAGER, "__exit__", least=2)
def leave_manager(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> Value:
    raised = machine.raised if args[0] is not None else None
    try:
        item = take(machine, made.hidden["generator"], None, raised)
    except Lost as unknown:
        return lost(machine, "a context manager made from a generator", unknown.unknown)
    except PyRaise as error:
        if error is not raised:
            raise
        return False
    if item is not END:
        raise PyRaise("RuntimeError", "generator didn't stop")
    return raised is not None


@of(_MANAGER, "__call__", least=2)
def decorate(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> Value:
    """``@manager(...)``: every call of the function runs within the context, made anew."""
    return _within(args[0], lambda: machine.call(made.hidden["again"], [], {}))


@method("contextlib.ContextDecorator", "__call__", least=2)
def decorate_within(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """``@context``: every call of the function runs within this very context."""
    return _within(args[1], lambda: args[0])


def _within(function: Value, make: Callable[[], Value]) -> Native:
    def within(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        inner = make()
        if not isinstance(inner, Instance):
            return inner
        machine.enter(inner)
        try:
            result = machine.call(function, args, kwargs)
        except PyRaise as error:
            if not leave(machine, inner, error):
                raise
            return None
        leave(machine, inner)
        return result

    return Native(function.name if isinstance(function, FunctionValue) else "within", within)


# --- stacks --------------------------------------------------------------------------------------------------------------


@native(_STACK)
def exit_stack(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = Instance(External(_STACK))
    made.hidden["left"] = ListObject()
    return made


method(_STACK, "__enter__")(lambda machine, args, kwargs: args[0])


def _push(machine: "Machine", stack: Value, item: Value) -> None:
    held = stack.hidden["left"]
    machine.heap.write(held.table, "items", (*held.table["items"], item))


@of(_STACK, "enter_context", least=2)
def enter_context(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> Value:
    value = machine.enter(args[0])
    _push(machine, made, args[0])
    return value


@of(_STACK, "push", least=2)
def push(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> Value:
    _push(machine, made, args[0])
    return args[0]


@of(_STACK, "callback", least=2)
def callback(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> Value:
    _push(machine, made, Partial(args[0], tuple(args[1:]), dict(kwargs)))
    return args[0]


@of(_STACK, "__exit__", "close")
def unwind(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> Value:
    held, raised = made.hidden["left"].table["items"], machine.raised if args and args[0] is not None else None
    if not isinstance(held, tuple):
        return machine.unknown(Why.JOIN, "the contexts of an ExitStack")
    machine.heap.write(made.hidden["left"].table, "items", ())
    swallowed = False
    for item in reversed(held):
        if isinstance(item, Partial):
            machine.call(item, [], {})
        elif isinstance(item, Instance) and machine.has_attribute(item, "__exit__") and leave(machine, item, None if swallowed else raised):
            swallowed = True
    return swallowed
