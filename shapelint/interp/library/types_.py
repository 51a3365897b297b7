"""The built-in types as functions: ``int(x)``, ``str(x)``, ``list(x)``, ``dict(x)`` ..., and as base classes of the user's."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...dims import Expr, Truth
from .. import limits
from ..decisions import answer_of, as_value
from ..extent import bounded
from ..natives import NATIVES, PyRaise
from ..values import Alternatives, ClassValue, DictObject, Instance, ListObject, Ratio, SetObject, Tensor, Value
from ..views import DictView
from .builtins_ import distinct
from .methods_dict import KINDS, absorb
from .methods_str import text
from .support import REQUIRED, Args, Kwargs, apply, bind, listed, lost, method, native, over_options, own, too_much

if TYPE_CHECKING:
    from ..machine import Machine


def _number(name: str, make: Callable[..., Any]) -> None:
    @native(f"builtins.{name}", is_type=True)
    def convert(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        if args and not kwargs and len(args) == 1:
            value = args[0]
            if isinstance(value, Alternatives):
                return over_options(value, lambda option: convert(machine, [option], {}))
            if isinstance(value, Expr) and name == "int":
                return value
            if isinstance(value, Ratio) and name == "int" and machine.facts.at_least(value.size, 0) is Truth.ALWAYS:
                return value.floor()
            if isinstance(value, Instance) and machine.has_attribute(value, f"__{name}__"):
                return machine.call(machine.get_attribute(value, f"__{name}__"), [], {})
            if isinstance(value, Tensor):
                number = machine.number_of(value)
                return lost(machine, name, value) if number is None else make(number)
            if isinstance(own(value), (tuple, ListObject, DictObject, DictView, SetObject)) or value is None:
                raise PyRaise("TypeError", f"{name}() argument must be a string or a real number")
        return apply(machine, name, make, [own(arg) for arg in args], kwargs)


_number("int", int)
_number("float", float)
_number("complex", complex)


@native("builtins.bool", is_type=True)
def bool_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value = bind("bool", args, kwargs, x=False)[0]
    answer = answer_of(machine, value)
    return lost(machine, "bool", value) if answer is None else as_value(answer)


@native("builtins.str", is_type=True)
def str_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if len(args) + len(kwargs) > 1:
        return apply(machine, "str", str, args, kwargs)
    return text(machine, bind("str", args, kwargs, object="")[0], "s")


@native("builtins.repr")
def repr_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return text(machine, bind("repr", args, kwargs, obj=REQUIRED)[0], "r")


@native("builtins.bytes", "builtins.bytearray", is_type=True)
def bytes_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if args and isinstance(args[0], int) and args[0] > limits.TEXT_LENGTH:
        return too_much(machine, "bytes")
    return apply(machine, "bytes", bytes, args, kwargs)


# --- collections -------------------------------------------------------------------------------------------------


@native("builtins.tuple", is_type=True)
def tuple_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value = bind("tuple", args, kwargs, iterable=())[0]
    items = listed(machine, value)
    return lost(machine, "tuple", value) if items is None else bounded(items)


@native("builtins.list", is_type=True)
def list_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value = bind("list", args, kwargs, iterable=())[0]
    items = listed(machine, value)
    return ListObject(lost(machine, "list", value) if items is None else items)


def _set(name: str) -> None:
    @native(f"builtins.{name}", is_type=True)
    def make(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        value = bind(name, args, kwargs, iterable=())[0]
        items = listed(machine, value)
        return SetObject(lost(machine, "set", value) if items is None else distinct(machine, items), name == "frozenset")


_set("set")
_set("frozenset")


@native("builtins.dict", is_type=True)
def dict_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = DictObject()
    absorb(machine, made, args, kwargs)
    return made


# --- as base classes -----------------------------------------------------------------------------------------------


def subclassable(name: str, package: str = "builtins") -> None:
    """An instance of a user's subclass holds the built-in object as its payload."""
    make, changeable = NATIVES[f"{package}.{name}"], name in ("list", "set", *KINDS)

    @method(name, "__init__")
    def initialise(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        receiver = args[0]
        if isinstance(receiver, Instance) and (changeable or "payload" not in receiver.hidden):
            machine.heap.write(receiver.hidden, "payload", machine.call(make, args[1:], kwargs))
        return None

    @method(name, "__new__")
    def new(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        args = own_class(args)
        made = Instance(args[0])
        if not changeable:
            made.hidden["payload"] = machine.call(make, args[1:], kwargs)
        return made


for _name in ("int", "float", "str", "tuple", "list", "set", "dict"):
    subclassable(_name)
def own_class(args: Args) -> list[Value]:
    """The arguments of ``__new__`` where it was bound to the class that is passed too (``super().__new__(cls)``)."""
    return args[1:] if len(args) > 1 and args[1] is args[0] and isinstance(args[0], ClassValue) else args


method("object", "__init__")(lambda machine, args, kwargs: None)
method("object", "__new__")(lambda machine, args, kwargs: Instance(own_class(args)[0]) if args else lost(machine, "object.__new__"))


@native("builtins.object", is_type=True)
def object_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return Instance(NATIVES["builtins.object"])
