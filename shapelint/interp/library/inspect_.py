"""``inspect``: kinds of objects, and signatures of the user's functions and classes."""

from typing import TYPE_CHECKING, Any

from ...dims import Expr
from ...ops import lookup
from ...ops.declare import Param
from ..expressions import Rest
from ..externals import canonical
from ..natives import NAMED_CONSTANTS, PyRaise
from ..values import (
    CONSTANTS,
    BoundMethod,
    ClassValue,
    DictObject,
    External,
    FunctionValue,
    Instance,
    ListObject,
    ModuleValue,
    Native,
    Partial,
    SetObject,
    Tensor,
    Unknown,
    Value,
    Why,
)
from .objects import is_torch_class
from .support import Args, Kwargs, aside, lost, method, native

if TYPE_CHECKING:
    from ..machine import Machine

_KINDS = ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD", "VAR_POSITIONAL", "KEYWORD_ONLY", "VAR_KEYWORD")
EMPTY = External("inspect._empty")
NAMED_CONSTANTS.update({f"inspect.Parameter.{name}": number for number, name in enumerate(_KINDS)})
NAMED_CONSTANTS.update({"inspect.Parameter.empty": EMPTY, "inspect.Signature.empty": EMPTY, "inspect._empty": EMPTY})


def _kind_of(value: Value) -> str:
    """What ``inspect`` calls a value; "" where it is not known."""
    if isinstance(value, FunctionValue):
        return "function"
    if isinstance(value, ClassValue) or (isinstance(value, Native) and value.is_type):
        return "class"
    if isinstance(value, BoundMethod) and isinstance(value.function, FunctionValue):
        return "method"
    if isinstance(value, (*CONSTANTS, Expr, Tensor, tuple, range, ListObject, DictObject, SetObject, Partial, Instance)):
        return "object"
    return "module" if isinstance(value, ModuleValue) else "class" if isinstance(value, External) and is_torch_class(value.name) else ""


def _inspection(name: str, kind: str) -> None:
    @native(f"inspect.is{name}", least=1)
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        found = _kind_of(args[0])
        return found == kind if found else lost(machine, f"inspect.is{name}", args[0])


for _name in ("function", "class", "method", "module"):
    _inspection(_name, _name)


def _parameter(name: str, kind: str, default: Value) -> Instance:
    made = Instance(External("inspect.Parameter"))
    made.table.update({"name": name, "kind": _KINDS.index(kind), "default": default, "empty": EMPTY, **{item: i for i, item in enumerate(_KINDS)}})
    return made


def parameters(function: FunctionValue) -> dict[str, Value]:
    """The parameters of a user's function, by name."""
    spec = function.node.args
    plain = [*spec.posonlyargs, *spec.args]
    defaults = dict(zip([arg.arg for arg in plain][len(plain) - len(function.defaults) :], function.defaults, strict=True))
    found: dict[str, Value] = {}
    for arg in plain:
        kind = "POSITIONAL_ONLY" if arg in spec.posonlyargs else "POSITIONAL_OR_KEYWORD"
        found[arg.arg] = _parameter(arg.arg, kind, defaults.get(arg.arg, EMPTY))
    if spec.vararg is not None:
        found[spec.vararg.arg] = _parameter(spec.vararg.arg, "VAR_POSITIONAL", EMPTY)
    for arg in spec.kwonlyargs:
        found[arg.arg] = _parameter(arg.arg, "KEYWORD_ONLY", function.kw_defaults.get(arg.arg, EMPTY))
    if spec.kwarg is not None:
        found[spec.kwarg.arg] = _parameter(spec.kwarg.arg, "VAR_KEYWORD", EMPTY)
    return found


def _signature(machine: "Machine", value: Value) -> dict[str, Value] | None:
    """The parameters a caller sees, through ``__wrapped__``; None where they are not known."""
    if isinstance(value, BoundMethod):
        return _without_first(_signature(machine, value.function))
    if isinstance(value, ClassValue):
        try:
            return _without_first(_signature(machine, machine.class_lookup(value, "__init__")))
        except KeyError:
            return _of_layer(next((base for base in value.mro if isinstance(base, External)), value))
    if isinstance(value, External):
        return _of_layer(value)
    if not isinstance(value, FunctionValue):
        return None
    wrapped: Any = value.table.get("__wrapped__")
    return parameters(value) if wrapped is None or wrapped is value else _signature(machine, wrapped)


def _of_layer(value: Value) -> dict[str, Value] | None:
    """The constructor of a layer of torch."""
    op = lookup(canonical(value.name)) if isinstance(value, External) else None
    if op is None or not op.is_module or any(param.variadic or param.collects for param in op.params):
        return None
    return {param.name: _parameter(param.name, "KEYWORD_ONLY" if param.keyword_only else "POSITIONAL_OR_KEYWORD", _default(param)) for param in op.params}


def _default(param: Param) -> Value:
    if param.required:
        return EMPTY
    return param.default if isinstance(param.default, (*CONSTANTS, tuple)) else Unknown(Why.ATTRIBUTE, param.name)


def _without_first(found: dict[str, Value] | None) -> dict[str, Value] | None:
    return None if found is None else dict(list(found.items())[1:])


@native("inspect.signature", least=1)
def signature(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    found = _signature(machine, args[0])
    if found is None:
        return aside(machine, "inspect.signature")
    made = Instance(External("inspect.Signature"))
    made.table["parameters"] = DictObject(found, kind="OrderedDict")
    return made


@native("inspect.getfullargspec", least=1)
def full_arg_spec(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value = args[0].function if isinstance(args[0], BoundMethod) else args[0]
    if not isinstance(value, FunctionValue):
        return aside(machine, "inspect.getfullargspec")
    spec = value.node.args
    made = Instance(External("inspect.FullArgSpec"))
    made.table.update({
        "args": ListObject(tuple(arg.arg for arg in (*spec.posonlyargs, *spec.args))), "defaults": value.defaults or None,
        "kwonlyargs": ListObject(tuple(arg.arg for arg in spec.kwonlyargs)), "kwonlydefaults": DictObject(dict(value.kw_defaults)) if value.kw_defaults else None,
        "varargs": spec.vararg.arg if spec.vararg else None, "varkw": spec.kwarg.arg if spec.kwarg else None,
    })
    return made


# --- binding arguments to a signature ----------------------------------------------------------------------------------


@method("inspect.Signature", "bind")
def bound(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """Which parameter gets which argument, as a call would have it."""
    return _bound(machine, args, kwargs, partial=False)


@method("inspect.Signature", "bind_partial")
def bound_in_part(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _bound(machine, args, kwargs, partial=True)


def _bound(machine: "Machine", args: Args, kwargs: Kwargs, partial: bool) -> Value:
    known = args[0].table.get("parameters") if isinstance(args[0], Instance) else None
    if not isinstance(known, DictObject) or any(isinstance(arg, Rest) for arg in args):
        return aside(machine, "inspect.Signature.bind")
    kinds = {name: _KINDS[_number(parameter)] for name, parameter in known.table.items()}
    found = _by_position(kinds, list(args[1:]))
    extra: dict[Any, Value] = {}
    for name, value in kwargs.items():
        if name in found:
            raise PyRaise("TypeError", f"multiple values for argument '{name}'")
        (found if kinds.get(name) in ("POSITIONAL_OR_KEYWORD", "KEYWORD_ONLY") else extra)[name] = value
    collector = next((name for name, kind in kinds.items() if kind == "VAR_KEYWORD"), None)
    if extra and collector is None:
        raise PyRaise("TypeError", f"got an unexpected keyword argument '{next(iter(extra))}'")
    if extra:
        found[str(collector)] = DictObject(extra)
    for name, kind in kinds.items():
        if name not in found and not kind.startswith("VAR_") and not partial and known.table[name].table["default"] == EMPTY:
            raise PyRaise("TypeError", f"missing a required argument: '{name}'")
    made = Instance(External("inspect.BoundArguments"))
    made.table.update({"arguments": DictObject({name: found[name] for name in kinds if name in found}), "signature": args[0]})
    return made


def _number(parameter: Value) -> int:
    number = parameter.table["kind"] if isinstance(parameter, Instance) else 0
    return number if isinstance(number, int) else 0


def _by_position(kinds: dict[str, str], args: list[Value]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, kind in kinds.items():
        if kind == "VAR_POSITIONAL" and args:
            found[name], args = tuple(args), []
        elif kind.startswith("POSITIONAL") and args:
            found[name] = args.pop(0)
    if args:
        raise PyRaise("TypeError", "too many positional arguments")
    return found
