"""What a class statement of the user's becomes once its body has run: an enum, a named tuple, a typed dict, or just a class."""

from typing import TYPE_CHECKING

from ..values import ClassValue, External
from . import enum_, namedtuples

if TYPE_CHECKING:
    from ..machine import Machine

_TYPED_DICTS = ("typing.TypedDict", "typing_extensions.TypedDict")


def finish_class(machine: "Machine", cls: ClassValue, decorators_done: bool = False) -> None:
    """Recognise enums, named tuples and typed dicts. Dataclasses are made by their decorator, which runs later."""
    if decorators_done:
        return
    if namedtuples.is_named_tuple(cls):
        namedtuples.finish(machine, cls)
    elif enum_.is_enum(cls):
        enum_.finish(machine, cls)
    elif any(isinstance(base, External) and base.name in _TYPED_DICTS for base in cls.mro):
        cls.kind = "typed dict"
