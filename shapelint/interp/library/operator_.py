"""``operator``: the operators as functions, and getters."""

from typing import TYPE_CHECKING

from ..natives import PyRaise
from ..statements import augmented
from ..values import Native, Value
from .builtins_ import length
from .support import REQUIRED, Args, Kwargs, bind, lost, native

if TYPE_CHECKING:
    from ..machine import Machine

_BINARY = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@", "lshift": "<<", "rshift": ">>",
    "and_": "&", "or_": "|", "xor": "^", "concat": "+",
}
_COMPARE = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "is_": "is", "is_not": "is not"}


def _operator(name: str, op: str, compares: bool) -> None:
    @native(f"operator.{name}", f"operator.__{name.strip('_')}__")
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        left, right = bind(f"operator.{name}", args, kwargs, a=REQUIRED, b=REQUIRED)
        return machine.compare(op, left, right) if compares else machine.binary(op, left, right)


for _name, _op in _BINARY.items():
    _operator(_name, _op, False)
for _name, _op in _COMPARE.items():
    _operator(_name, _op, True)


def _in_place(name: str, op: str) -> None:
    @native(f"operator.{name}", f"operator.__{name}__")
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        left, right = bind(f"operator.{name}", args, kwargs, a=REQUIRED, b=REQUIRED)
        return augmented(machine, op, left, right)


for _name, _op in {
    "iadd": "+", "isub": "-", "imul": "*", "itruediv": "/", "ifloordiv": "//", "imod": "%", "ipow": "**", "imatmul": "@", "ilshift": "<<", "irshift": ">>",
    "iand": "&", "ior": "|", "ixor": "^", "iconcat": "+",
}.items():
    _in_place(_name, _op)


@native("operator.contains")
def contains(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    container, item = bind("operator.contains", args, kwargs, a=REQUIRED, b=REQUIRED)
    return machine.compare("in", item, container)


@native("operator.neg")
def neg(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return machine.binary("-", 0, bind("operator.neg", args, kwargs, a=REQUIRED)[0])


@native("operator.pos", "operator.index")
def pos(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return bind("operator.pos", args, kwargs, a=REQUIRED)[0]


def _judged(machine: "Machine", args: Args, wanted: bool) -> Value:
    answer = machine.truth(args[0])
    return lost(machine, "operator.truth", args[0]) if answer is None else answer is wanted


native("operator.truth", least=1)(lambda machine, args, kwargs: _judged(machine, args, True))
native("operator.not_", least=1)(lambda machine, args, kwargs: _judged(machine, args, False))
native("operator.length_hint")(lambda machine, args, kwargs: length(machine, args[:1], {}))


@native("operator.getitem")
def getitem(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    container, key = bind("operator.getitem", args, kwargs, a=REQUIRED, b=REQUIRED)
    return machine.get_item(container, key)


@native("operator.setitem")
def setitem(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    container, key, value = bind("operator.setitem", args, kwargs, a=REQUIRED, b=REQUIRED, c=REQUIRED)
    machine.set_item(container, key, value)
    return None


@native("operator.delitem", "operator.__delitem__")
def delitem(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    container, key = bind("operator.delitem", args, kwargs, a=REQUIRED, b=REQUIRED)
    machine.delete_item(container, key)
    return None


@native("operator.itemgetter")
def itemgetter(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    keys = list(args)

    def get(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        found = tuple(machine.get_item(args[0], key) for key in keys)
        return found[0] if len(keys) == 1 else found

    return Native("itemgetter", get)


@native("operator.attrgetter")
def attrgetter(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    names = list(args)
    if not names or not all(isinstance(name, str) for name in names):
        return lost(machine, "operator.attrgetter", *names)

    def get(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        found = tuple(_walk(machine, args[0], name) for name in names)
        return found[0] if len(names) == 1 else found

    return Native("attrgetter", get)


def _walk(machine: "Machine", value: Value, dotted: str) -> Value:
    for name in dotted.split("."):
        value = machine.get_attribute(value, name)
    return value


@native("operator.methodcaller")
def methodcaller(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if not args or not isinstance(args[0], str):
        raise PyRaise("TypeError", "method name must be a string")
    name, given, named = args[0], args[1:], dict(kwargs)
    return Native("methodcaller", lambda machine, args, kwargs: machine.call(machine.get_attribute(args[0], name), list(given), dict(named)))
