"""Classes: building them, method resolution, types and isinstance."""

import ast
from typing import TYPE_CHECKING

from ..dims import Expr
from .abstract import find_abstract, is_abstract, is_one
from .mangling import mangle
from .metaclasses import complete, keywords, metaclass_of, of_class, written
from .natives import NATIVES, PyRaise
from .operations import ASSUMED
from .values import (
    Alternatives,
    BoundMethod,
    ClassValue,
    DictObject,
    External,
    FunctionValue,
    Instance,
    IteratorObject,
    ListObject,
    ModuleValue,
    Native,
    Partial,
    Place,
    Scope,
    SetObject,
    SliceValue,
    Tensor,
    Unknown,
    Value,
    Why,
)
from .views import DictView

if TYPE_CHECKING:
    from .machine import Machine

MODULE = External("torch.nn.Module")


def make_class(m: "Machine", node: ast.ClassDef, scope: Scope) -> Value:
    """Run a class body; the class, or what its metaclass makes of it."""
    from .library.classes import finish_class
    from .statements import execute

    mangle(node, scope.file.tree, scope.file.text)
    bases = tuple(m.evaluate(base, scope) for base in node.bases if not isinstance(base, ast.Starred))
    given = keywords(m, node, scope) if node.keywords else {}
    body_scope = Scope(scope.file, scope.module_name, scope, is_class=True)
    cls = ClassValue(node.name, bases, (), Place(scope.file, node), body_scope)
    cls.mro = (cls, *linearised(bases))
    cls.meta = metaclass_of(bases, given.get("metaclass"))
    cls.table = body_scope.table
    execute(m, node.body, body_scope)
    if hasattr(body_scope, "namespace"):
        _written_by_hand(cls)
    if "__slots__" in cls.table and len(cls.mro) > 1:
        _slots(cls, cls.table["__slots__"])
    for value in list(cls.table.values()):
        _own(value, cls)
    finish_class(m, cls)
    m.classes.append(cls)
    with m.at(node, scope):
        made = complete(m, cls, given)
    if isinstance(made, ClassValue):
        find_abstract(made, given.get("metaclass"))
    return made


def _written_by_hand(cls: ClassValue) -> None:
    """The body has used ``locals()``, ``vars()`` or ``exec``: where it is not known under what names, any may be the class's own."""
    cls.table.pop("__qualname__", None)
    if cls.scope.namespace.opaque["rest"] is not None:
        cls.mro = (cls, cls.scope.namespace.opaque["rest"], *cls.mro[1:])


def _slots(cls: ClassValue, slots: Value) -> None:
    """A slot hides what a base class has under its name."""
    listed = slots.table["items"] if isinstance(slots, ListObject) else tuple(slots.table) if isinstance(slots, DictObject) else slots
    names = (listed,) if isinstance(listed, str) else listed
    slot = Unknown(Why.CONSTRUCT, "a slot")
    if not isinstance(names, tuple):
        cls.mro = (cls, slot, *cls.mro[1:])
        return
    for name in names:
        if isinstance(name, str) and name not in cls.table and any(name in base.table for base in cls.mro[1:] if isinstance(base, ClassValue)):
            cls.table[name] = slot


def _own(value: Value, cls: ClassValue) -> None:
    if isinstance(value, FunctionValue) and value.owner is None:
        value.owner = cls
    function = getattr(value, "function", None)
    for part in (function, getattr(value, "setter", None), getattr(value, "deleter", None)):
        if isinstance(part, (FunctionValue, Partial)):
            _own(part, cls)


def linearised(bases: tuple[Value, ...]) -> tuple[Value, ...]:
    """The MRO after the class itself: C3 over the user's classes; an external base brings ``torch.nn.Module`` where it is a module."""
    if len(bases) == 1:
        return _base_mro(bases[0])
    sequences = [list(_base_mro(base)) for base in bases]
    sequences.append(list(bases))
    result: list[Value] = []
    while any(sequences):
        sequences = [sequence for sequence in sequences if sequence]
        for sequence in sequences:
            head = sequence[0]
            if not any(_in(head, other[1:]) for other in sequences):
                break
        else:
            head = sequences[0][0]  # no consistent order: Python would refuse the class
        result.append(head)
        sequences = [[item for item in sequence if not _is(item, head)] for sequence in sequences]
    return tuple(result)


def _is(one: Value, other: Value) -> bool:
    return one is other or (isinstance(one, External) and one == other)


def _in(value: Value, values: list[Value]) -> bool:
    return any(_is(value, other) for other in values)


def _base_mro(base: Value) -> tuple[Value, ...]:
    if isinstance(base, ClassValue):
        return base.mro
    if isinstance(base, External):
        from .externals import external_bases

        return (base, *external_bases(base.name))
    return (base,)


def class_lookup(m: "Machine", cls: ClassValue, name: str) -> Value:
    """An attribute of a class as written, without binding. KeyError where no class of the user's has it."""
    for base in cls.mro:
        if isinstance(base, ClassValue) and name in base.table:
            return base.table[name]
    raise KeyError(name)


def enum_member(m: "Machine", cls: ClassValue, args: list[Value]) -> Value:
    """``Color(1)``: the member with this value."""
    answers: list[bool | None] = []
    for member in m.class_members(cls) or ():
        if args and isinstance(member, Instance):
            answers.append(member is args[0] or m.truth(m.compare("==", member.table.get("value"), args[0])))
            if answers[-1]:
                return member
    flags = any(isinstance(base, External) and base.name.endswith("Flag") for base in cls.mro)
    if len(args) == 1 and answers and None not in answers and not flags and written(cls, "_missing_") is None:
        raise PyRaise("ValueError", f"not a valid {cls.name}")
    return m.unknown(Why.ARGUMENT, f"{cls.name}(...)")


_NAMES: dict[type, str] = {
    bool: "bool", int: "int", float: "float", complex: "complex", str: "str", bytes: "bytes", tuple: "tuple", range: "range", ListObject: "list",
    SetObject: "set", DictObject: "dict", SliceValue: "slice", Expr: "int", type(None): "NoneType",
}


def type_of(m: "Machine", value: Value) -> Value:
    """``type(value)``."""
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, ClassValue):
        return value.meta or NATIVES["builtins.type"]
    if isinstance(value, Tensor):
        return External("torch.nn.Parameter" if value.is_parameter else "torch.Tensor")
    name = _kind(value)
    if name:
        return NATIVES.get(f"builtins.{name}") or NATIVES.get(f"collections.{name}") or External(f"builtins.{name}")
    return Unknown(Why.DATA, "type()")


def _kind(value: Value) -> str:
    """The name of the built-in type of a value; "" for others."""
    if isinstance(value, (ListObject, DictObject)):
        return value.kind
    if isinstance(value, SetObject) and value.frozen:
        return "frozenset"
    return _NAMES.get(type(value)) or ("tuple" if isinstance(value, tuple) else value.name if isinstance(value, DictView) else "")


def is_instance(m: "Machine", value: Value, classinfo: Value) -> bool | None:
    """``isinstance(value, classinfo)``, or None where it cannot be known."""
    if isinstance(classinfo, tuple):
        answers = [is_instance(m, value, item) for item in classinfo]
        return True if True in answers else None if None in answers else False
    if isinstance(value, Alternatives):
        found = {is_instance(m, option, classinfo) for option in value.options}
        return found.pop() if len(found) == 1 else None
    if isinstance(value, Unknown) or isinstance(classinfo, (Unknown, Alternatives)):
        return None
    if isinstance(classinfo, ClassValue) and classinfo.meta is not None and (asked := of_class(m, classinfo, "__instancecheck__")) is not None:
        return True if isinstance(value, Instance) and value.cls is classinfo else m.truth(m.call(asked, [value], {}))
    if isinstance(value, Instance):
        return _instance_of(m, value, classinfo)
    if isinstance(value, ClassValue) and isinstance(classinfo, ClassValue):
        return value.meta is not None and any(_is(base, classinfo) for base in value.meta.mro)
    if isinstance(value, Expr) and (value.unread or value in ASSUMED):
        return True if value.unread and _type_name(classinfo) == "int" else None
    return _builtin_instance(value, classinfo)


def _instance_of(m: "Machine", value: Instance, classinfo: Value) -> bool | None:
    if isinstance(value.cls, ClassValue):
        if any(_is(base, classinfo) for base in value.cls.mro):
            return True
        if value.cls.kind == "enum" and isinstance(classinfo, Native) and "payload" in value.hidden:  # IntEnum is an int
            return _builtin_instance(value.hidden["payload"], classinfo)
        if any(isinstance(base, Unknown) for base in value.cls.mro):
            return None
        if _derives(value.cls, classinfo):
            return True
        if isinstance(classinfo, External) and is_abstract(classinfo):
            return is_one(m, value, classinfo)
        return False if not isinstance(classinfo, External) or any(isinstance(b, External) for b in value.cls.mro) else _unrelated(classinfo)
    if isinstance(value.cls, External):
        from .externals import external_bases, related

        if value.cls == classinfo or classinfo in external_bases(value.cls.name):
            return True
        return related(value.cls.name, classinfo.name) if isinstance(classinfo, External) else False
    return None


def _derives(cls: ClassValue, classinfo: Value) -> bool:
    """Whether a torch class among the bases derives from ``classinfo``."""
    from .externals import related

    return isinstance(classinfo, External) and any(isinstance(base, External) and related(base.name, classinfo.name) is True for base in cls.mro)


def _unrelated(classinfo: External) -> bool | None:
    return False if classinfo.name.startswith(("torch.nn.", "torch.Tensor")) else None


def _type_name(classinfo: Value) -> str:
    if isinstance(classinfo, Native) and not classinfo.is_type:
        return ""
    return classinfo.name.rpartition(".")[2] if isinstance(classinfo, (Native, External)) else ""


_ABSTRACT: dict[str, tuple[str, ...]] = {
    "object": (), "Iterable": ("list", "tuple", "dict", "set", "frozenset", "str", "bytes", "range"), "Sequence": ("list", "tuple", "str", "bytes", "range"),
    "Sized": ("list", "tuple", "dict", "set", "frozenset", "str", "bytes", "range"), "Collection": ("list", "tuple", "dict", "set", "frozenset", "str", "bytes", "range"),
    "Container": ("list", "tuple", "dict", "set", "frozenset", "str", "bytes", "range"), "Mapping": ("dict",), "MutableMapping": ("dict",),
    "MutableSequence": ("list",), "Set": ("set", "frozenset"), "AbstractSet": ("set", "frozenset"), "MutableSet": ("set",), "Number": ("int", "float", "bool", "complex"), "Integral": ("int", "bool"), "Real": ("int", "float", "bool"),
    "int": ("int", "bool"), "List": ("list",), "Tuple": ("tuple",), "Dict": ("dict",), "Size": (),
}


def _builtin_instance(value: Value, classinfo: Value) -> bool | None:
    wanted = _type_name(classinfo)
    if isinstance(value, Tensor):
        return _tensor_is(value, classinfo)
    have = _kind(value)
    if not wanted:
        return False if isinstance(classinfo, ClassValue) and have else None
    if wanted == "object":
        return True
    if wanted == "Callable":
        return isinstance(value, (FunctionValue, BoundMethod, Native, Partial, ClassValue)) or (None if isinstance(value, External) else False)
    if isinstance(value, (FunctionValue, ClassValue, BoundMethod, Native, External, Partial, ModuleValue, IteratorObject)):
        return _callable_is(value, wanted)
    if isinstance(value, DictView):
        return wanted in _OF_VIEWS or wanted in _OF_VIEWS_BY_KIND[value.kind] or have == wanted
    if wanted == "Size" and isinstance(value, tuple):
        return None
    if wanted == "Hashable":
        return None if have in ("", "tuple") else not isinstance(value, (ListObject, DictObject)) and have != "set"
    if wanted not in _ABSTRACT and isinstance(classinfo, External) and classinfo.name.startswith(("typing.", "collections.abc.", "abc.", "numbers.")):
        return None
    kinds = {have, "dict"} if isinstance(value, DictObject) else {have, "list"} if have == "deque" and wanted not in ("list", "List") else {have}
    return wanted in kinds or not kinds.isdisjoint(_ABSTRACT.get(wanted, ()))


_OF_VIEWS = ("Iterable", "Sized", "Collection", "Container", "MappingView", "Reversible")
_OF_VIEWS_BY_KIND = {"keys": ("Set", "AbstractSet", "KeysView"), "items": ("Set", "AbstractSet", "ItemsView"), "values": ("ValuesView", "Hashable")}


def _callable_is(value: Value, wanted: str) -> bool | None:
    if wanted == "type":
        return isinstance(value, ClassValue) or (isinstance(value, Native) and value.is_type) or (None if isinstance(value, External) else False)
    if wanted == "FunctionType":
        return isinstance(value, FunctionValue)
    if wanted == "partial":
        return isinstance(value, Partial)
    return False if wanted in _ABSTRACT or wanted in _NAMES.values() else None


def _tensor_is(value: Tensor, classinfo: Value) -> bool | None:
    name = classinfo.name if isinstance(classinfo, External) else ""
    if name in ("torch.Tensor", "torch.autograd.Variable"):
        return True
    if name == "torch.nn.Parameter":
        return value.is_parameter
    if isinstance(classinfo, (Native, ClassValue)):
        return False if isinstance(classinfo, ClassValue) or _type_name(classinfo) not in ("object", "Iterable", "Sized", "Hashable") else None
    return False if name and not value.assumed and _is_module_class(name) else None


def _is_module_class(name: str) -> bool:
    """Whether a dotted name is ``nn.Module`` or one of torch's classes of modules: no tensor or parameter is one."""
    from .externals import MODULE, external_bases

    return name == MODULE.name or MODULE in external_bases(name)


def is_subclass(m: "Machine", cls: Value, classinfo: Value) -> bool | None:
    """``issubclass(cls, classinfo)``."""
    if isinstance(classinfo, tuple):
        answers = [is_subclass(m, cls, item) for item in classinfo]
        return True if True in answers else None if None in answers else False
    if isinstance(classinfo, ClassValue) and classinfo.meta is not None and (asked := of_class(m, classinfo, "__subclasscheck__")) is not None:
        return m.truth(m.call(asked, [cls], {}))
    if isinstance(cls, ClassValue):
        if any(_is(base, classinfo) for base in cls.mro) or _derives(cls, classinfo):
            return True
        return None if any(isinstance(base, Unknown) for base in cls.mro) else False
    if isinstance(cls, External) and cls.name.startswith("torch.nn.") and isinstance(classinfo, ClassValue):
        return False
    if isinstance(cls, External) and isinstance(classinfo, External):
        from .externals import external_bases, related

        return True if cls == classinfo or classinfo in external_bases(cls.name) else related(cls.name, classinfo.name)
    if not isinstance(cls, (Native, Unknown, Alternatives, External)):
        raise PyRaise("TypeError", "issubclass() arg 1 must be a class")
    return None if isinstance(cls, (Unknown, Alternatives, External)) else cls is classinfo
