"""What happens when a class is made and called: metaclasses, ``__set_name__``, ``__init_subclass__``; and descriptors of the user's own."""

import ast
from typing import TYPE_CHECKING

from .natives import method
from .values import BoundMethod, ClassValue, Descriptor, DictObject, FunctionValue, Instance, Native, Scope, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine, Site




def metaclass_of(bases: tuple[Value, ...], given: Value) -> "ClassValue | None":
    """The user's metaclass of a class: the one given, or that of a base."""
    if isinstance(given, ClassValue):
        return given
    return next((base.meta for base in bases if isinstance(base, ClassValue) and base.meta is not None), None)


def written(cls: ClassValue, name: str) -> Value:
    """What the user's classes say about a name. None where they say nothing."""
    return next((base.table[name] for base in cls.mro if isinstance(base, ClassValue) and name in base.table), None)


def keywords(m: "Machine", node: ast.ClassDef, scope: Scope) -> dict[str, Value]:
    """``class C(Base, metaclass=M, key=value)``."""
    return {keyword.arg: m.evaluate(keyword.value, scope) for keyword in node.keywords if keyword.arg is not None}


def complete(m: "Machine", cls: ClassValue, given: dict[str, Value]) -> Value:
    """A class whose body has run: what its metaclass, its attributes and its bases make of it."""
    extra = {name: value for name, value in given.items() if name != "metaclass"}
    maker = written(cls.meta, "__new__") if cls.meta is not None else None
    result: Value = cls
    if isinstance(maker, FunctionValue):
        m.building.append((cls, False))
        try:
            result = m.call(maker, [cls.meta, cls.name, cls.bases, DictObject(cls.table, shared=True)], dict(extra))
        finally:
            m.building.pop()
        if isinstance(result, Unknown):
            result = cls
    else:
        announce(m, cls, {} if cls.meta is not None else extra)
    initialiser = written(cls.meta, "__init__") if cls.meta is not None else None
    if isinstance(initialiser, FunctionValue) and result is cls:
        m.call(initialiser, [cls, cls.name, cls.bases, DictObject(cls.table, shared=True)], dict(extra))
    return result


def announce(m: "Machine", cls: ClassValue, extra: dict[str, Value]) -> None:
    """``__set_name__`` of its attributes and ``__init_subclass__`` of its bases."""
    for name, value in list(cls.table.items()):
        if isinstance(value, Instance) and _has(value, "__set_name__"):
            m.call(m.get_attribute(value, "__set_name__"), [cls, name], {})
    for base in cls.mro[1:]:
        found = base.table.get("__init_subclass__") if isinstance(base, ClassValue) else None
        function = found.function if isinstance(found, Descriptor) else found
        if isinstance(function, FunctionValue):
            m.call(BoundMethod(function, cls), [], extra)
            return


@method("type", "__new__")
def _type_new(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``super().__new__(mcs, name, bases, namespace)`` in a metaclass: the class whose body has just run."""
    args = args[1:] if len(args) == 5 and args[0] is args[1] else args  # bound to the class that is passed too
    if len(args) != 4 or not isinstance(args[3], DictObject) or not isinstance(args[1], str):
        return m.unknown(Why.CONSTRUCT, "a class made by a metaclass")
    if not m.building or m.building[-1][1]:
        from .library.objects import dynamic_class

        made = dynamic_class(m, args[1], args[2] if isinstance(args[2], tuple) else (), dict(args[3].table))
        if isinstance(made, ClassValue) and isinstance(args[0], ClassValue):
            made.meta = args[0]
        return made
    cls = m.building[-1][0]
    m.building[-1] = (cls, True)
    cls.name = args[1]
    if args[3].table is not cls.table:
        for name in [name for name in cls.table if name not in args[3].table]:
            m.heap.delete(cls.table, name)
        for name, value in args[3].table.items():
            m.heap.write(cls.table, name, value)
    announce(m, cls, kwargs)
    return cls


@method("type", "__init__")
def _type_init(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return None


@method("type", "__call__")
def _type_call(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``super().__call__(...)`` in a metaclass: an object of the class."""
    from .calls import make

    return make(m, args[0], args[1:], kwargs, m.site) if args and isinstance(args[0], ClassValue) else m.unknown(Why.CONSTRUCT, "type.__call__")


@method("type", "mro")
def _type_mro(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    from .values import ListObject

    return ListObject(args[0].mro) if args and isinstance(args[0], ClassValue) else m.unknown(Why.CONSTRUCT, "type.mro")


def called_by_metaclass(m: "Machine", cls: ClassValue, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> tuple[Value] | None:
    """What the ``__call__`` of the class's metaclass gives, in a tuple; None where it has none of its own."""
    found = written(cls.meta, "__call__") if cls.meta is not None else None
    return (m.call(found, [cls, *args], kwargs, site),) if isinstance(found, FunctionValue) else None


# --- descriptors -------------------------------------------------------------------------------------------------


def _has(value: Instance, name: str) -> bool:
    if not isinstance(value.cls, ClassValue):
        return False
    return written(value.cls, name) is not None or (name in ("__get__", "__set__") and any(isinstance(base, Native) and base.name == "builtins.property" for base in value.cls.mro))


def is_descriptor(value: Value, name: str = "__get__") -> bool:
    """Whether a class attribute is an object whose class has ``__get__`` (or ``__set__``)."""
    return isinstance(value, Instance) and _has(value, name)


def read(m: "Machine", descriptor: Value, receiver: Value, cls: Value) -> Value:
    return m.call(m.get_attribute(descriptor, "__get__"), [receiver, cls], {})


# --- operations on classes ---------------------------------------------------------------------------------------


def of_class(m: "Machine", cls: Value, name: str) -> Value:
    """A method that a class has as an object, by its metaclass: bound. None where there is none."""
    found = written(cls.meta, name) if isinstance(cls, ClassValue) and cls.meta is not None else None
    if isinstance(found, Descriptor):
        return m.call(found.function, [cls], {}) if found.kind == "property" else BoundMethod(found.function, cls.meta)
    return BoundMethod(found, cls) if isinstance(found, (FunctionValue, Native)) else found


def subscripted(m: "Machine", cls: ClassValue, key: Value) -> Value:
    """``cls[key]``. None where neither its metaclass nor ``__class_getitem__`` says anything."""
    found = of_class(m, cls, "__getitem__")
    if found is not None:
        return m.call(found, [key], {})
    own = written(cls, "__class_getitem__")
    function = own.function if isinstance(own, Descriptor) else own
    return m.call(BoundMethod(function, cls), [key], {}) if isinstance(function, FunctionValue) else None


__all__ = ["announce", "called_by_metaclass", "complete", "is_descriptor", "keywords", "metaclass_of", "of_class", "read", "subscripted", "written"]
