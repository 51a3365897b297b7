"""Named tuples: ``collections.namedtuple``, ``typing.NamedTuple`` called, and classes that derive from it.

An object of one is an Instance whose ``hidden["payload"]`` is the tuple of its items, and whose attributes are the fields.
"""

from typing import TYPE_CHECKING, Any

from ..natives import NATIVES, Call, PyRaise
from ..values import ClassValue, Descriptor, DictObject, External, Instance, Native, Value
from .dataclasses_ import annotated
from .objects import dynamic_class
from .support import REQUIRED, Args, Kwargs, bind, listed, lost, native, own

if TYPE_CHECKING:
    from ..machine import Machine

Fields = dict[str, Value]  # name to default, or REQUIRED


@native("collections.namedtuple")
def namedtuple(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    name, spec, _, defaults, _ = bind(
        "namedtuple", args, kwargs, typename=REQUIRED, field_names=REQUIRED, rename=False, defaults=(), module=None,
    )
    names: Any = tuple(spec.replace(",", " ").split()) if isinstance(spec, str) else listed(machine, spec)
    values = listed(machine, () if defaults is None else defaults)
    if not isinstance(name, str) or names is None or values is None or not all(isinstance(item, str) for item in names):
        return lost(machine, "collections.namedtuple", *args)
    if len(values) > len(names):
        raise PyRaise("TypeError", "Got more default values than field names")
    fields: Fields = dict.fromkeys(names, REQUIRED)
    fields.update(zip(names[len(names) - len(values) :], values, strict=True))
    return _functional(machine, name, fields)


@native("typing.NamedTuple", "typing_extensions.NamedTuple")
def typed(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    pairs = listed(machine, args[1]) if len(args) == 2 else None
    named = None if pairs is None else [listed(machine, pair) for pair in pairs]
    if named is None or not isinstance(args[0], str) or not all(pair and isinstance(pair[0], str) for pair in named):
        return lost(machine, "typing.NamedTuple", *args)
    return _functional(machine, args[0], {str(pair[0]): REQUIRED for pair in named if pair})


def _functional(machine: "Machine", name: str, fields: Fields) -> Value:
    cls = dynamic_class(machine, name, (NATIVES["builtins.tuple"],), {})
    if isinstance(cls, ClassValue):
        furnish(cls, fields)
    return cls


def is_named_tuple(cls: ClassValue) -> bool:
    """Whether a class statement derives from ``typing.NamedTuple`` itself."""
    return any(isinstance(base, (External, Native)) and base.name in ("typing.NamedTuple", "typing_extensions.NamedTuple") for base in cls.bases)


def finish(machine: "Machine", cls: ClassValue) -> None:
    """Make a class that derives from ``NamedTuple`` a tuple of its annotated fields."""
    cls.mro = (cls, *(NATIVES["builtins.tuple"] if getattr(base, "name", "").endswith(".NamedTuple") else base for base in cls.mro[1:]))
    furnish(cls, {name: cls.table.get(name, REQUIRED) for name in annotated(cls)})


def furnish(cls: ClassValue, fields: Fields) -> None:
    """Give a new class what named tuples have."""
    cls.kind = "namedtuple"
    cls.table["_fields"] = tuple(fields)
    cls.table["_field_defaults"] = DictObject({name: value for name, value in fields.items() if value is not REQUIRED})
    natives: dict[str, Call] = {
        "_replace": _replace, "_asdict": _asdict, "__eq__": _equal, "__add__": _add, "__getnewargs__": lambda machine, args, kwargs: own(args[0]),
    }
    for name, call in natives.items():
        cls.table.setdefault(name, Native(name, call))
    cls.table["_make"] = Descriptor("classmethod", Native("_make", _make))
    cls.table.setdefault("__new__", Descriptor("staticmethod", Native("__new__", _maker(fields))))
    cls.table.setdefault("__init__", Native("__init__", _initialiser(fields)))


def _fill(machine: "Machine", made: Instance, fields: Fields, args: Args, kwargs: Kwargs) -> None:
    parameters: dict[str, Any] = dict(fields)
    items = tuple(bind(getattr(made.cls, "name", "namedtuple"), args, kwargs, **parameters))
    machine.heap.write(made.hidden, "payload", items)
    for name, value in zip(fields, items, strict=True):
        machine.heap.write(made.table, name, value)


def _maker(fields: Fields) -> Call:
    def new(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        made = Instance(args[0])
        _fill(machine, made, fields, args[1:], kwargs)
        return made

    return new


def _initialiser(fields: Fields) -> Call:
    def initialise(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        if "payload" not in args[0].hidden:
            _fill(machine, args[0], fields, args[1:], kwargs)
        return None

    return initialise


def _make(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    cls, iterable = args
    items = listed(machine, iterable)
    return lost(machine, "_make", iterable) if items is None else machine.instantiate(cls, list(items), {})


def _replace(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    receiver = args[0]
    names: Any = machine.get_attribute(receiver.cls, "_fields")
    made = Instance(receiver.cls)
    _fill(machine, made, dict(zip(names, own(receiver), strict=True)), [], kwargs)
    return made


def _asdict(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    names: Any = machine.get_attribute(args[0].cls, "_fields")
    return DictObject(dict(zip(names, own(args[0]), strict=True)))


def _equal(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return machine.compare("==", own(args[0]), own(args[1]))


def _add(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return machine.binary("+", own(args[0]), own(args[1]))
