"""How much there is of a value: sequences that are too long to be listed, and tuples that nest too deeply to be compared or hashed.

A list in a list is a reference, but a tuple of tuples is a value: ``t = (t, t)`` sixty times is small in memory and endless to whoever walks it.
"""

from . import limits
from .values import ListObject, Unknown, Value, Why

Items = tuple[Value, ...]


def bounded(items: "Items | Unknown") -> "Items | Unknown":
    """The items, or why they are too many, or nest too deeply."""
    if isinstance(items, Unknown):
        return items
    if len(items) > limits.LISTED_ITEMS:
        return Unknown(Why.LIMIT, "a long sequence")
    if any(isinstance(item, tuple) for item in items) and not _walkable(items):
        return Unknown(Why.LIMIT, "tuples nested in tuples")
    return items


def _walkable(items: Items) -> bool:
    """Whether the tuples in ``items``, counted as often as they are met, hold no more items than may be listed."""
    left = limits.LISTED_ITEMS
    level: list[Value] = [items]
    for _ in range(limits.NESTED_TUPLES):
        left -= sum(map(len, level))
        if left < 0:
            return False
        level = [item for part in level for item in part if isinstance(item, tuple)]
        if not level:
            return True
    return False


def length(value: Value) -> int:
    """The items of a sequence whose items are known; 0 for anything else."""
    items = value.table["items"] if isinstance(value, ListObject) else value
    return len(items) if isinstance(items, (tuple, str)) else 0


def limited(receiver: ListObject, items: "tuple[Value, ...] | Unknown", from_left: bool = False) -> "tuple[Value, ...] | Unknown":
    """What a list keeps after items came in at the right (or left) end: all, unless it is a deque of limited length."""
    if receiver.maxlen is None or isinstance(items, Unknown) or len(items) <= receiver.maxlen:
        return items
    return items[: receiver.maxlen] if from_left else items[len(items) - receiver.maxlen :]
