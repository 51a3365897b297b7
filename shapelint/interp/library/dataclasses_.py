"""``dataclasses``: the generated ``__init__`` and ``__eq__``, fields with defaults, inheritance, ``replace``, ``asdict``."""

import ast
from typing import TYPE_CHECKING, Any

from ..metaclasses import is_descriptor, written
from ..natives import NAMED_CONSTANTS, NATIVES, Call, PyRaise
from ..values import ClassValue, Descriptor, DictObject, External, Instance, ListObject, Native, SetObject, Unknown, Value
from .support import REQUIRED, Args, Kwargs, bind, lost, native, same

if TYPE_CHECKING:
    from ..machine import Machine

FIELD = External("dataclasses.Field")
MISSING = External("dataclasses.MISSING")
NAMED_CONSTANTS["dataclasses.MISSING"] = MISSING


class Field:
    """One field: its default, the factory of its default, how ``__init__`` takes it, and whether it is compared and shown."""

    __slots__ = ("compared", "default", "factory", "in_init", "init_only", "keyword_only", "metadata", "name", "shown")

    def __init__(self, name: str, default: Value, factory: Value, in_init: bool, keyword_only: bool) -> None:
        self.init_only = False  # an InitVar, which only __post_init__ sees
        self.compared = self.shown = True
        self.metadata: Value = None
        self.name, self.default, self.factory, self.in_init, self.keyword_only = name, default, factory, in_init, keyword_only

    @property
    def required(self) -> bool:
        return self.default is MISSING and self.factory is MISSING


@native("dataclasses.field")
def field(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = Instance(FIELD)
    made.hidden["field"] = {"default": kwargs.get("default", MISSING), "factory": kwargs.get("default_factory", MISSING),
                            "in_init": kwargs.get("init", True), "keyword_only": kwargs.get("kw_only"), "compared": kwargs.get("compare", True),
                            "shown": kwargs.get("repr", True), "metadata": kwargs.get("metadata")}
    return made


@native("dataclasses.dataclass")
def dataclass(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    options = dict(kwargs)
    if args:
        return make_dataclass(machine, args[0], options)
    return Native("dataclass", lambda machine, args, kwargs: make_dataclass(machine, args[0], options))


def make_dataclass(machine: "Machine", cls: Value, options: dict[str, Value]) -> Value:
    if not isinstance(cls, ClassValue):
        return cls
    fields = _inherited(cls)
    for item in _own_fields(machine, cls, options.get("kw_only") is True):
        fields[item.name] = item
    cls.kind = "dataclass"
    _write(machine, cls, "__dataclass_fields__", DictObject({name: _described(item) for name, item in fields.items()}))
    _write(machine, cls, "__match_args__", tuple(item.name for item in fields.values() if item.in_init and not item.keyword_only))
    names = tuple(name for name, item in fields.items() if not item.init_only and item.compared)
    if "__init__" not in cls.table and options.get("init") is not False:
        _write(machine, cls, "__init__", Native("__init__", _initialiser(cls, fields, options.get("frozen") is True)))
    if "__eq__" not in cls.table and options.get("eq") is not False:
        _write(machine, cls, "__eq__", Native("__eq__", _equality(names)))
    if "__repr__" not in cls.table and options.get("repr") is not False:
        _write(machine, cls, "__repr__", Native("__repr__", _representation(tuple(name for name, item in fields.items() if not item.init_only and item.shown))))
    _write_hash(machine, cls, options)
    if options.get("order") is True:
        for name, op in (("__lt__", "<"), ("__le__", "<="), ("__gt__", ">"), ("__ge__", ">=")):
            _write(machine, cls, name, Native(name, _ordering(op, names)))
    if options.get("frozen") is True:
        _write(machine, cls, "__setattr__", Native("__setattr__", _refuse))
    return cls


def _write_hash(machine: "Machine", cls: ClassValue, options: dict[str, Value]) -> None:
    """What can be changed has no hash, unless somebody insists."""
    equal, frozen, unsafe = (options.get(name, default) for name, default in (("eq", True), ("frozen", False), ("unsafe_hash", False)))
    if "__hash__" in cls.table or (equal is False and unsafe is False):
        return
    has_none = equal is True and frozen is False and unsafe is False
    _write(machine, cls, "__hash__", None if has_none else Native("__hash__", lambda machine, args, kwargs: lost(machine, "hash", args[0])))


def _write(machine: "Machine", cls: ClassValue, name: str, value: Value) -> None:
    machine.heap.write(cls.table, name, value)


def _described(item: Field) -> Instance:
    made = Instance(FIELD)
    made.table.update({"name": item.name, "default": item.default, "default_factory": item.factory, "init": item.in_init,
                       "compare": item.compared, "repr": item.shown, "metadata": DictObject() if item.metadata is None else item.metadata})
    made.hidden["spec"] = item
    return made


def _inherited(cls: ClassValue) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for base in reversed([base for base in cls.mro if isinstance(base, ClassValue) and base is not cls]):
        described = base.table.get("__dataclass_fields__")
        if isinstance(described, DictObject):
            found.update({name: item.hidden["spec"] for name, item in described.table.items()})
    return found


# --- reading the class body ------------------------------------------------------------------------------------------


def annotated(cls: ClassValue) -> list[str]:
    """The annotated names of a class body, in order."""
    annotations = cls.table.get("__annotations__")
    return list(annotations.table) if isinstance(annotations, DictObject) else []


def _written(cls: ClassValue) -> dict[str, str]:
    """Annotations as written, for the few that mean something to dataclasses."""
    body = getattr(cls.place.node, "body", [])
    return {node.target.id: ast.unparse(node.annotation) for node in body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}


def _own_fields(machine: "Machine", cls: ClassValue, keyword_only: bool) -> list[Field]:
    found: list[Field] = []
    written = _written(cls)
    for name in annotated(cls):
        text = written.get(name, "").strip("'\"")
        if text.rpartition(".")[2] == "KW_ONLY":
            keyword_only = True
        elif not text.split("[")[0].endswith("ClassVar"):
            found.append(_own_field(machine, cls, name, keyword_only))
            found[-1].init_only = text.split("[")[0].endswith("InitVar")
    return found


def _own_field(machine: "Machine", cls: ClassValue, name: str, keyword_only: bool) -> Field:
    default = _default(machine, cls, name)
    spec = default.hidden.get("field") if isinstance(default, Instance) else None
    if spec is None:
        return Field(name, default, MISSING, True, keyword_only)
    if spec["default"] is MISSING:
        machine.heap.delete(cls.table, name)
    else:
        machine.heap.write(cls.table, name, spec["default"])
    by_name = keyword_only if spec["keyword_only"] is None else spec["keyword_only"] is True
    made = Field(name, spec["default"], spec["factory"], spec["in_init"] is not False, by_name)
    made.compared, made.shown, made.metadata = spec["compared"] is not False, spec["shown"] is not False, spec["metadata"]
    return made


def _default(machine: "Machine", cls: ClassValue, name: str) -> Value:
    """What the class says an attribute is: an inherited value counts, and a descriptor is asked."""
    found = next((base.table[name] for base in cls.mro if isinstance(base, ClassValue) and name in base.table), MISSING)
    if not is_descriptor(found):
        return found
    try:
        return machine.get_attribute(cls, name)
    except PyRaise:
        return MISSING


# --- generated methods -----------------------------------------------------------------------------------------------


def _initialiser(cls: ClassValue, fields: dict[str, Field], frozen: bool) -> Call:
    positional = [item for item in fields.values() if item.in_init and not item.keyword_only]
    by_name = [item for item in fields.values() if item.in_init and item.keyword_only]
    parameters: dict[str, Any] = {item.name: REQUIRED if item.required else MISSING for item in (*positional, *by_name)}

    def initialise(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        receiver, given = args[0], args[1:]
        if len(given) > len(positional):
            raise PyRaise("TypeError", f"{cls.name}.__init__() takes {len(positional) + 1} positional arguments but {len(given) + 1} were given")
        bound = dict(zip(parameters, bind(f"{cls.name}.__init__", given, kwargs, **parameters), strict=True))
        passed: list[Value] = []
        plain = _is_plain(receiver, frozen)
        for item in fields.values():
            value = bound.get(item.name, MISSING)
            if value is MISSING:
                value = item.default if item.factory is MISSING else machine.call(item.factory, [], {})
            if item.init_only:
                passed.append(value)
            elif value is MISSING:
                continue
            elif plain and not isinstance(value, Instance) and not isinstance(written(receiver.cls, item.name), (Descriptor, Instance)):
                machine.heap.write(receiver.table, item.name, value)
            else:
                machine.call(NATIVES["shapelint.object_setattr"] if frozen else NATIVES["builtins.setattr"], [receiver, item.name, value], {})
        if machine.has_attribute(receiver, "__post_init__"):
            machine.call(machine.get_attribute(receiver, "__post_init__"), passed, {})
        return None

    return initialise


def _is_plain(receiver: Value, frozen: bool) -> bool:
    """Whether setting an attribute of an object only stores it, where no descriptor has its name: asked once for all of its fields."""
    if not isinstance(receiver, Instance) or not isinstance(receiver.cls, ClassValue) or not all(isinstance(base, ClassValue) for base in receiver.cls.mro):
        return False
    return receiver.layer is None and written(receiver.cls, "__slots__") is None and (frozen or written(receiver.cls, "__setattr__") is None)


def _refuse(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """An attribute of a frozen dataclass is set."""
    raise PyRaise("FrozenInstanceError", "cannot assign to field", Instance(External("dataclasses.FrozenInstanceError")))


def _representation(names: tuple[str, ...]) -> Call:
    def represent(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        if not args or not isinstance(args[0], Instance):
            return lost(machine, "repr", *args)
        shown = [machine.call(NATIVES["builtins.repr"], [machine.get_attribute(args[0], name)], {}) for name in names]
        if not all(isinstance(text, str) for text in shown):
            return lost(machine, "repr", *shown)
        return f"{args[0].cls.name}({', '.join(f'{name}={text}' for name, text in zip(names, shown, strict=True))})"

    return represent


def _ordering(op: str, names: tuple[str, ...]) -> Call:
    def compare(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        if len(args) != 2 or not all(isinstance(arg, Instance) for arg in args) or args[0].cls is not args[1].cls:
            return lost(machine, op, *args)
        return machine.compare(op, *(tuple(machine.get_attribute(arg, name) for name in names) for arg in args))

    return compare


def _equality(names: tuple[str, ...]) -> Call:
    def equal(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        left, right = args
        if not (isinstance(left, Instance) and isinstance(right, Instance)):
            return lost(machine, "==", right) if isinstance(right, Unknown) else False
        if left.cls is not right.cls:
            return False
        answers = [same(machine, machine.get_attribute(left, name), machine.get_attribute(right, name)) for name in names]
        return False if False in answers else lost(machine, "== of dataclasses") if None in answers else True

    return equal


# --- functions -----------------------------------------------------------------------------------------------------


def fields_of(value: Value) -> dict[str, Field] | None:
    """The fields of a dataclass or of an instance of one."""
    cls = value.cls if isinstance(value, Instance) else value
    for base in cls.mro if isinstance(cls, ClassValue) else ():
        described = base.table.get("__dataclass_fields__") if isinstance(base, ClassValue) else None
        if isinstance(described, DictObject):
            return {name: item.hidden["spec"] for name, item in described.table.items()}
    return None


@native("dataclasses.fields", least=1)
def fields(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    found = fields_of(args[0])
    return lost(machine, "dataclasses.fields", *args) if found is None else tuple(_described(item) for item in found.values() if not item.init_only)


@native("dataclasses.is_dataclass", least=1)
def is_dataclass(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return lost(machine, "is_dataclass", *args) if isinstance(args[0], Unknown) else fields_of(args[0]) is not None


@native("dataclasses.replace", least=1)
def replace(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value = args[0]
    found = fields_of(value)
    if found is None or not isinstance(value, Instance):
        return lost(machine, "dataclasses.replace", value)
    kept = {name: machine.get_attribute(value, name) for name, item in found.items() if item.in_init and name not in kwargs}
    return machine.instantiate(value.cls, [], {**kept, **kwargs})


@native("dataclasses.asdict", least=1)
def asdict(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if fields_of(args[0]) is None or len(args) + len(kwargs) != 1:
        return lost(machine, "dataclasses.asdict", *args)
    return _plain(machine, args[0])


@native("dataclasses.astuple", least=1)
def astuple(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    found = fields_of(args[0])
    if found is None:
        return lost(machine, "dataclasses.astuple", *args)
    return tuple(_plain(machine, machine.get_attribute(args[0], name)) for name, item in found.items() if not item.init_only)


def _plain(machine: "Machine", value: Value) -> Value:
    """Dataclasses as dicts, within lists, tuples and dicts too."""
    found = fields_of(value) if isinstance(value, Instance) else None
    if found is not None:
        return DictObject({name: _plain(machine, machine.get_attribute(value, name)) for name, item in found.items() if not item.init_only})
    if isinstance(value, (ListObject, SetObject)):
        items = value.table["items"]
        return type(value)(items if isinstance(items, Unknown) else tuple(_plain(machine, item) for item in items))
    if isinstance(value, DictObject):
        return DictObject({key: _plain(machine, item) for key, item in value.table.items()}, value.opaque["rest"])
    return tuple(_plain(machine, item) for item in value) if isinstance(value, tuple) else value
