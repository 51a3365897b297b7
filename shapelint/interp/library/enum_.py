"""``enum``: members are Instances with ``name`` and ``value``.

A member of a class that is an int or str too (IntEnum, StrEnum, ``class Mode(str, Enum)``) holds that constant as
``hidden["payload"]``.
"""

import functools
import operator
from typing import TYPE_CHECKING, Any

from ..values import ClassValue, Descriptor, DictObject, External, FunctionValue, Instance, Native, Value, Why
from .objects import dynamic_class
from .support import Args, Kwargs, listed, lost, method, native, own, same

if TYPE_CHECKING:
    from ..machine import Machine

ENUMS = frozenset(f"enum.{name}" for name in ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum"))
_AUTO = External("enum.auto")
_RESERVED = ("_generate_next_value_", "_missing_", "_ignore_", "_order_")


@native("enum.auto")
def auto(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return Instance(_AUTO)


for _op, _name in (("|", "__or__"), ("&", "__and__"), ("^", "__xor__")):
    @method(_AUTO.name, _name, least=2)
    def combined_auto(machine: "Machine", args: Args, kwargs: Kwargs, op: str = _op) -> Value:
        """``A | B`` in the body of a class of flags, whose members have no values yet."""
        made = Instance(_AUTO)
        made.hidden.update(op=op, parts=(args[0], args[1]))
        return made


def _resolved(machine: "Machine", value: Value, values: dict[int, Value]) -> Value:
    """What is written with ``auto()``; ``values`` are those of the members so far, by the identity of what stood there."""
    if not isinstance(value, Instance) or value.cls != _AUTO or id(value) in values:
        return values.get(id(value), value)
    if "op" not in value.hidden:
        return lost(machine, "enum.auto")
    return machine.binary(value.hidden["op"], *(_resolved(machine, part, values) for part in value.hidden["parts"]))


@native("enum.unique", "enum.verify", "enum.nonmember", "enum.member", least=1)
def itself(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return args[0]


def _names(cls: ClassValue) -> set[str]:
    return {base.name for base in cls.mro if isinstance(base, (External, Native))}


def is_enum(cls: ClassValue) -> bool:
    return not ENUMS.isdisjoint(_names(cls))


def finish(machine: "Machine", cls: ClassValue) -> None:
    """Turn the plain values of a class body into members."""
    cls.kind = "enum"
    names = _names(cls)
    members: list[Instance] = []
    values: dict[int, Value] = {}
    table = DictObject()
    for name, value in list(cls.table.items()):
        if name in _RESERVED or (name.startswith("__") and name.endswith("__")) or name.startswith(f"_{cls.name}__") or isinstance(value, (FunctionValue, Descriptor)):
            continue
        if isinstance(value, Instance) and value.cls == _AUTO:
            written = value
            value = _resolved(machine, value, values) if "op" in value.hidden or id(value) in values else _next(machine, cls, name, members, names)
            values[id(written)] = value
        member = next((other for other in members if same(machine, other.table["value"], value)), None)
        if member is None:
            member = _member(machine, cls, name, value, names)
            members.append(member)
            if names & {"enum.Flag", "enum.IntFlag"} and isinstance(value, int) and not (value > 0 and value & (value - 1) == 0):
                member.hidden["alias"] = True  # a name of several flags, or of none: no member that iteration gives, from Python 3.11 on
        cls.table[name] = table.table[name] = member
    cls.table["__members__"] = table
    _furnish(cls, names)


def _member(machine: "Machine", cls: ClassValue, name: str, value: Value, names: set[str]) -> Instance:
    made = Instance(cls)
    made.table.update({"name": name, "value": value, "_name_": name, "_value_": value})
    kind = int if names & {"enum.IntEnum", "enum.IntFlag", "builtins.int"} else str if names & {"enum.StrEnum", "builtins.str"} else float if "builtins.float" in names else None
    if kind is not None and isinstance(value, kind):
        made.hidden["payload"] = value
    if _defines(cls, "__new__"):
        unknown = machine.unknown(Why.CONSTRUCT, "an enum with its own __new__")
        made.table.update({"value": unknown, "_value_": unknown})
        made.hidden["open"] = unknown
    elif _defines(cls, "__init__"):
        machine.call(machine.get_attribute(made, "__init__"), list(value) if isinstance(value, tuple) else [value], {})
    return made


def _defines(cls: ClassValue, name: str) -> bool:
    return any(isinstance(base, ClassValue) and isinstance(base.table.get(name), (FunctionValue, Descriptor)) for base in cls.mro)


def _next(machine: "Machine", cls: ClassValue, name: str, members: list[Instance], names: set[str]) -> Value:
    """The value of ``auto()``."""
    values = [member.table["value"] for member in members]
    own_rule = next((base.table["_generate_next_value_"] for base in cls.mro if isinstance(base, ClassValue) and "_generate_next_value_" in base.table), None)
    if own_rule is not None:
        function = own_rule.function if isinstance(own_rule, Descriptor) else own_rule
        return machine.call(function, [name, 1, len(values), tuple(values)], {})
    if "enum.StrEnum" in names:
        return name.lower()
    numbers = [value for value in values if isinstance(value, int)]
    if len(numbers) != len(values):
        return lost(machine, "enum.auto", *values)
    if names & {"enum.Flag", "enum.IntFlag"}:
        return 1 << max(numbers, default=0).bit_length()
    return max(numbers, default=0) + 1


def _furnish(cls: ClassValue, names: set[str]) -> None:
    """Comparison and text, where the class does not say otherwise."""
    if any(isinstance(item, Instance) and "payload" in item.hidden for item in cls.table.values()) and not _defines(cls, "__eq__"):
        cls.table["__eq__"] = Native("__eq__", lambda machine, args, kwargs: machine.compare("==", own(args[0]), own(args[1])))
        for name, op in (("__lt__", "<"), ("__le__", "<="), ("__gt__", ">"), ("__ge__", ">=")):
            cls.table[name] = Native(name, lambda machine, args, kwargs, op=op: machine.compare(op, own(args[0]), own(args[1])))  # type: ignore[misc]
        cls.table["__hash__"] = Native("__hash__", lambda machine, args, kwargs: machine.unknown(Why.DATA, "hash"))
    if names & {"enum.Flag", "enum.IntFlag"}:
        _furnish_flags(cls, names)
    if not _defines(cls, "__str__"):
        as_value = bool(names & {"enum.StrEnum", "enum.IntEnum", "enum.IntFlag"})
        cls.table["__str__"] = Native("__str__", lambda machine, args, kwargs: _text(machine, args[0], as_value))


def _furnish_flags(cls: ClassValue, names: set[str]) -> None:
    combinations: dict[int, Instance] = {}

    def member(machine: "Machine", number: int) -> Value:
        """The member or combination of members with a value, which is the same object each time."""
        members = [item for item in cls.table.values() if isinstance(item, Instance) and item.cls is cls]
        known = next((item for item in members if item.table.get("value") == number), combinations.get(number))
        if known is not None:
            return known
        made = combinations[number] = Instance(cls)
        made.table.update({"value": number, "_value_": number, "name": machine.unknown(Why.CONSTRUCT, "the name of a combination of flags")})
        if any("payload" in item.hidden for item in members):
            made.hidden["payload"] = number
        return made

    def combined(op: str) -> Native:
        def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
            values = [arg.table.get("value") if isinstance(arg, Instance) else arg for arg in args[:2]]
            number = machine.binary(op, *values) if len(values) == 2 else None
            return member(machine, number) if isinstance(number, int) else lost(machine, op, *args)

        return Native(op, call)

    def inverted(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        """All other flags; what IntFlag makes of it depends on the version of Python."""
        numbers: list[Any] = [item.table.get("value") for item in (*cls.table.values(), *args) if isinstance(item, Instance) and item.cls is cls]
        if "enum.Flag" not in names or not args or not all(isinstance(number, int) for number in numbers):
            return lost(machine, "~ of flags", *args)
        return member(machine, functools.reduce(operator.or_, numbers[:-1], 0) & ~numbers[-1])

    def contains(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        values = [arg.table.get("value") if isinstance(arg, Instance) else None for arg in args[:2]]
        numbers = [value for value in values if isinstance(value, int)]
        return numbers[0] & numbers[1] == numbers[1] if len(numbers) == 2 else lost(machine, "in", *args)

    def is_set(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        return machine.compare("!=", args[0].table.get("value"), 0) if args and isinstance(args[0], Instance) else lost(machine, "bool", *args)

    cls.table.update({"__or__": combined("|"), "__and__": combined("&"), "__xor__": combined("^"), "__contains__": Native("__contains__", contains),
                      "__bool__": Native("__bool__", is_set), "__invert__": Native("__invert__", inverted)})


def _text(machine: "Machine", member: Any, as_value: bool) -> Value:
    if as_value:
        return machine.call(machine.get_attribute("{}", "format"), [own(member)], {})
    name = member.table["name"]
    return f"{member.cls.name}.{name}" if isinstance(name, str) else lost(machine, "the text of a member")


@native(*sorted(ENUMS), least=1)
def functional(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """``Enum("Color", "RED GREEN")``."""
    spec = args[1] if len(args) == 2 else kwargs.get("names")
    names: Any = tuple(spec.replace(",", " ").split()) if isinstance(spec, str) else None if spec is None else listed(machine, spec)
    start = kwargs.get("start", 1)
    if not args or len(args) > 2 or not isinstance(start, int) or not kwargs.keys() <= {"names", "start", "module", "qualname"}:
        return lost(machine, "enum.Enum", *args, *kwargs.values())
    if names is None or not isinstance(args[0], str) or not all(isinstance(name, str) for name in names):
        return lost(machine, "enum.Enum", *args)
    cls = dynamic_class(machine, args[0], (External("enum.Enum"),), dict(zip(names, range(start, start + len(names)), strict=True)))
    if isinstance(cls, ClassValue):
        finish(machine, cls)
    return cls
