"""Exceptions of the program: the object that is raised, which handlers take it, and what a handler binds."""

import builtins
from typing import TYPE_CHECKING

from .natives import NATIVES, PyRaise
from .values import ClassValue, External, Instance, Native, Place, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine


def raised_by(m: "Machine", value: Value, cause: Value, place: Place | None, written: str) -> PyRaise:
    """``raise value from cause``. ``written`` names the exception where the value is not known."""
    if isinstance(value, (ClassValue, Native)) and is_exception(value):
        value = m.call(value, [], {})
    if not isinstance(value, Instance):
        return PyRaise(written, "raised by the program", value, place=place)
    if cause is not None:
        m.heap.write(value.table, "__cause__", cause)
    name = getattr(value.cls, "name", written).rpartition(".")[2]
    return PyRaise(name, "raised by the program", value, place=place)


def is_exception(cls: Value) -> bool:
    """Whether a value is a class of exceptions."""
    return any(isinstance(_real(base), type) for base in (cls.mro if isinstance(cls, ClassValue) else (cls,)))


def _real(cls: Value) -> "type[BaseException] | None":
    """Python's exception class that a value stands for."""
    found = getattr(builtins, cls.name.rpartition(".")[2], None) if isinstance(cls, (Native, External)) else None
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def exception_of(raised: PyRaise) -> Value:
    """What ``except ... as name`` binds. Of what the interpreter itself raises only the class is known, of what torch refuses not even that."""
    if isinstance(raised.value, Instance):
        return raised.value
    kind = NATIVES.get(f"builtins.{raised.name}")
    if raised.refusal is not None or raised.value is not None or kind is None or _real(kind) is None:
        return Unknown(Why.DATA, "an exception")
    raised.value = made = Instance(kind)
    made.table["args"] = Unknown(Why.DATA, "the arguments of an exception")
    return made


def catches(m: "Machine", types: Value, raised: PyRaise) -> bool:
    """Whether an ``except`` clause takes the exception; where that is not known it does, as people write handlers that fit."""
    kinds = types if isinstance(types, tuple) else (types,)
    return any(_takes(m, kind, raised) for kind in kinds)


def _takes(m: "Machine", kind: Value, raised: PyRaise) -> bool:
    cls = raised.value.cls if isinstance(raised.value, Instance) else NATIVES.get(f"builtins.{raised.name}")
    bases = cls.mro if isinstance(cls, ClassValue) else (cls,)
    if isinstance(kind, ClassValue):
        return any(base is kind for base in bases) or (_real(cls) is None and not isinstance(cls, ClassValue))
    caught = _real(kind)
    real = [found for found in map(_real, bases) if found is not None]
    if caught is None or not real:
        return not isinstance(cls, ClassValue) or not real or any(base == kind for base in bases)
    return any(issubclass(found, caught) for found in real)
