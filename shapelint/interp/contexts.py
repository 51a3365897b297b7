"""The protocol of ``with``: what entering binds, and whether leaving swallows an exception."""

from typing import TYPE_CHECKING

from .natives import PyRaise
from .raising import exception_of
from .values import Instance, Unknown, Value

if TYPE_CHECKING:
    from .machine import Machine


def is_manager(m: "Machine", context: Value) -> bool:
    """Whether entering and leaving a context can be followed."""
    return isinstance(context, Instance) and m.has_attribute(context, "__enter__") is True and m.has_attribute(context, "__exit__") is True


def leave(m: "Machine", context: Value, raised: PyRaise | None = None) -> bool:
    """Call ``__exit__``; whether it swallows the exception."""
    exit_ = m.get_attribute(context, "__exit__")
    if raised is None:
        m.call(exit_, [None, None, None], {})
        return False
    value = exception_of(raised)
    kind = m.type_of(value) if isinstance(value, Instance) else value
    before, m.raised = m.raised, raised
    try:
        answer = m.call(exit_, [kind, value, None], {})
    finally:
        m.raised = before
    return not isinstance(answer, Unknown) and m.truth(answer) is True
