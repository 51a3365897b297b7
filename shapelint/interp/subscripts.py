"""``container[key]``: reading, writing and deleting."""

from typing import TYPE_CHECKING, Any

from ..dims import Expr, unknown
from ..ops.kinds import T
from ..ops.problems import Problem, ShapeError, Unread, follow
from . import limits
from .expressions import mapping
from .join import distinct, join, same
from .metaclasses import subscripted, written
from .natives import PyRaise
from .values import (
    Alternatives,
    ClassValue,
    DictObject,
    External,
    Instance,
    ListObject,
    MaybeMissing,
    Native,
    SliceValue,
    Tensor,
    Unknown,
    UnreadKeys,
    Value,
    Why,
)
from .views import DictView

if TYPE_CHECKING:
    from .machine import Machine


def get_item(m: "Machine", container: Value, key: Value) -> Value:
    """``container[key]``. PyRaise where Python certainly raises."""
    if isinstance(container, Tensor):
        return _tensor(m, m.solid((container,))[0], key)
    if isinstance(container, Unknown):
        return container
    if isinstance(container, Alternatives):
        solid = [option for option in container.options if option is not None]
        return get_item(m, solid[0], key) if len(solid) == 1 else Unknown(Why.JOIN, "an item")
    if isinstance(container, DictObject):
        return _entry(m, container, key)
    if isinstance(container, (ListObject, tuple, str, bytes, range)):
        return _sequence(m, container, key)
    if isinstance(container, Instance):
        payload = container.hidden.get("payload")
        if isinstance(payload, tuple):
            return _sequence(m, payload, key)
        if m.has_attribute(container, "__getitem__"):
            return _item_of_object(m, container, key)
    if isinstance(container, ClassValue):
        member = container.table.get(key) if isinstance(key, str) and container.kind == "enum" else None
        if member is None and isinstance(key, str) and container.kind == "enum" and container.meta is None:
            raise PyRaise("KeyError", repr(key))
        found = subscripted(m, container, key) if member is None else member
        return container if found is None else found
    if isinstance(container, External) or (isinstance(container, Native) and container.is_type):
        return container  # tuple[int, int], Optional[int], nn.Module[...] and other subscripted types
    if isinstance(container, DictView):
        raise PyRaise("TypeError", f"'{container.name}' object is not subscriptable")
    if container is None or type(container) in (bool, int, float):
        raise PyRaise("TypeError", f"'{type(container).__name__}' object is not subscriptable")
    return Unknown(Why.CONSTRUCT, "a subscript")


def _item_of_object(m: "Machine", container: Instance, key: Value) -> Value:
    try:
        return m.call(m.get_attribute(container, "__getitem__"), [key], {})
    except PyRaise as error:
        missing = written(container.cls, "__missing__") if isinstance(container.cls, ClassValue) else None
        if error.name != "KeyError" or missing is None or not isinstance(mapping(container), DictObject):
            raise
        return m.call(m.get_attribute(container, "__missing__"), [key], {})


def must_hash(key: Value) -> None:
    """Raise what Python raises for a key that certainly has no hash."""
    if isinstance(key, tuple):
        for item in key:
            must_hash(item)
    elif isinstance(key, (ListObject, DictObject)):
        raise PyRaise("TypeError", f"unhashable type: '{key.kind}'")


def key_in(m: "Machine", table: dict[Value, Value], key: Value) -> Value:
    """The key of a dict that is equal to ``key``; ``key`` itself where there is none, and Unknown where that is not known."""
    if not isinstance(key, (Instance, Unknown, Alternatives, Expr)) and Instance in map(type, table) and key not in table:
        return next((other for other in table if isinstance(other, Instance) and _is_number(other, key)), key)
    if not isinstance(key, Instance) or key in table or not isinstance(key.cls, ClassValue) or written(key.cls, "__eq__") is None:
        return key
    for other in table:
        if isinstance(other, Instance):
            answer = m.truth(m.compare("==", other, key))
            if answer is not False:
                return other if answer else Unknown(Why.DATA, "a dict key")
    return key


def _is_number(member: Instance, key: Value) -> bool:
    """Whether a member of IntEnum or StrEnum is equal to a constant."""
    payload = member.hidden.get("payload")
    return isinstance(payload, (int, str)) and bool(payload == key)


def _plain_slice(key: SliceValue) -> slice | None:
    parts = (key.start, key.stop, key.step)
    if all(part is None or (isinstance(part, int) and not isinstance(part, Expr)) for part in parts):
        return slice(*parts)
    return None


def _sequence(m: "Machine", container: Any, key: Value) -> Value:
    items = container.table["items"] if isinstance(container, ListObject) else container
    if isinstance(items, Unknown):
        return ListObject(items) if isinstance(key, SliceValue) and isinstance(container, ListObject) else items
    if isinstance(key, SliceValue):
        plain = _plain_slice(key)
        if plain is None:
            lost = Unknown(Why.DATA, "a slice")
            return ListObject(lost) if isinstance(container, ListObject) else lost
        if plain.step == 0:
            raise PyRaise("ValueError", "slice step cannot be zero")
        part = items[plain]
        return ListObject(part) if isinstance(container, ListObject) else part
    if isinstance(key, Instance) and isinstance(key.hidden.get("payload"), int):
        key = key.hidden["payload"]
    if isinstance(key, Instance) and m.has_attribute(key, "__index__"):
        key = m.call(m.get_attribute(key, "__index__"), [], {})
    if isinstance(key, int):
        try:
            return items[int(key)]
        except IndexError as error:
            raise PyRaise("IndexError", str(error)) from error
    if isinstance(key, Expr) and isinstance(items, (tuple, range)) and items:
        return _any_of(items)
    return Unknown(Why.DATA, "an index")


def _any_of(items: Any) -> Value:
    """An item at an index that is not known: what all items have in common."""
    if all(type(item) is int for item in items[: limits.ALIKE_ITEMS]) and len(items) <= limits.ALIKE_ITEMS:
        return items[0] if len(set(items)) == 1 else unknown("item")
    if len(items) > limits.ALIKE_ITEMS:
        return Unknown(Why.LIMIT, "an item of a long sequence")
    found = items[0]
    for item in items[1:]:
        found = join(found, item)
    return found


def _entry(m: "Machine", container: DictObject, key: Value) -> Value:
    if isinstance(key, Instance) and isinstance(key.hidden.get("payload"), (str, int, tuple)) and key not in container.table:
        key = key.hidden["payload"]
    elif isinstance(key, Instance) and isinstance(key.hidden.get("payload"), Unknown):
        return _any_entry(container)
    key = key_in(m, container.table, key)
    if isinstance(key, (Unknown, Expr, Alternatives)):
        return _any_entry(container)
    try:
        if key in container.table:
            found = container.table[key]
            return found.value if isinstance(found, MaybeMissing) else found
    except TypeError:
        return Unknown(Why.DATA, "a dict key")
    if container.opaque["rest"] is not None:
        return container.opaque["rest"]
    if container.kind == "Counter":
        return 0
    if container.default is not None:
        made = m.call(container.default, [], {})
        m.heap.write(container.table, key, made)
        return made
    raise PyRaise("KeyError", repr(key))


def _any_entry(container: DictObject) -> Value:
    """What is under a key that could not be read, where such keys were used before: one of the values, as the program goes on."""
    rest = container.opaque["rest"]
    if not isinstance(rest, UnreadKeys) or rest.owner is not container:
        return Unknown(Why.DATA, "a dict key")
    values = [*rest.values, *(value.value if isinstance(value, MaybeMissing) else value for value in container.table.values())]
    found: Value = values[0]
    for other in values[1:]:
        found = join(found, other)
    return found


def _tensor(m: "Machine", container: Tensor, key: Value) -> Value:
    if container.shape is None:
        m.premature = True
        return Tensor(None, container.dtype, container.trace)
    items = key if isinstance(key, tuple) else (key,)
    from ..ops.indexing import index

    before = follow(m.facts)
    try:
        shape = index(container.shape, [_index_item(item) for item in items])
        if any(isinstance(item, Tensor) and item.dtype == "bool" for item in items):
            shape = index(container.shape, [part for item in items for part in _picks(m, item)])
    except Unread:
        m.settle_unread()
        return Tensor(None, container.dtype, container.trace)
    except ShapeError as error:
        from .refusals import refuse_index

        return refuse_index(m, container, error)
    finally:
        follow(before)
    if m.facts.fresh:
        from .refusals import note_here

        note_here(m, "torch.select", "index", container)
    from .elements import picked

    return picked(m, container, key, Tensor(shape, container.dtype, container.trace))


def _picks(m: "Machine", item: Value) -> list[Any]:
    """An index, where a mask of which it is known how many elements it picks is an index tensor for each of its axes."""
    from .counts import picked_by_mask

    count = picked_by_mask(m, item) if isinstance(item, Tensor) else None
    return [_index_item(item)] if count is None else [T.of((count,), "int")] * len(item.shape)


def _index_item(item: Value) -> Any:
    if isinstance(item, SliceValue):
        return slice(*(_slice_part(part) for part in (item.start, item.stop, item.step)))
    if item is None or item is Ellipsis or isinstance(item, (int, Expr)):
        return item
    if isinstance(item, Tensor) and item.shape is not None and item.dtype is not None:
        return T.of(item.shape, item.dtype)
    if isinstance(item, (ListObject, tuple)):
        items = item.table["items"] if isinstance(item, ListObject) else item
        if isinstance(items, tuple) and all(isinstance(part, int) for part in items):
            return list(items)
        if isinstance(items, tuple) and all(isinstance(part, (Expr, int)) for part in items):
            return T.of((len(items),), "int")
    if isinstance(item, range):
        return T.of((len(item),), "int")
    raise Unread("index")


def _slice_part(part: Value) -> Any:
    from ..dims import unknown

    if part is None or (isinstance(part, (int, Expr)) and not isinstance(part, bool)):
        return part
    return unknown()


def set_item(m: "Machine", container: Value, key: Value, new: Value) -> None:
    """``container[key] = new``. A key that is not known makes the container's content unknown."""
    if isinstance(container, Tensor):
        from .elements import changed

        _set_tensor(m, m.solid((container,))[0], key, m.solid((new,))[0])
        changed(m, container)
    elif isinstance(container, ListObject):
        _set_list(m, container, key, new)
    elif isinstance(container, DictObject):
        _set_entry(m, container, key, new)
    elif isinstance(container, Instance) and m.has_attribute(container, "__setitem__"):
        m.call(m.get_attribute(container, "__setitem__"), [key, new], {})


def _set_tensor(m: "Machine", container: Tensor, key: Value, new: Value) -> None:
    """``x[:, 1:3] = y``: y is expanded to the place, after leading axes of size 1 are dropped."""
    from ..ops.broadcasting import broadcast_onto
    from ..ops.indexing import index
    from .refusals import note_here, refuse_assignment

    if container.shape is None:
        return
    before = follow(m.facts)
    try:
        place = index(container.shape, [_index_item(item) for item in (key if isinstance(key, tuple) else (key,))])
        if not isinstance(new, Tensor) or new.shape is None:
            if isinstance(new, (Tensor, Unknown)):
                m.facts.doubt()
            return
        shape = new.shape
        while len(shape) > len(place) and isinstance(shape[0], int) and shape[0] == 1:
            shape = shape[1:]
        broadcast_onto(shape, place, Problem.BROADCAST, "{received} does not fit the place it is assigned to, {expected}")
        note_here(m, "torch.select", "assignment", new)
    except Unread:
        m.settle_unread()
    except ShapeError as error:
        refuse_assignment(m, container, new, error)
    finally:
        follow(before)


def _set_entry(m: "Machine", container: DictObject, key: Value, new: Value) -> None:
    must_hash(key)
    key = key_in(m, container.table, key)
    if isinstance(key, (Unknown, Expr, Alternatives)):
        for known, value in list(container.table.items()):  # it may have been this one
            if isinstance(known, (str, int, float, tuple, bool)) and not same(value, new):
                m.heap.write(container.table, known, MaybeMissing(join(value.value, new)) if isinstance(value, MaybeMissing) else join(value, new))
        rest = container.opaque["rest"]
        before = rest.values if isinstance(rest, UnreadKeys) and rest.owner is container else ()
        m.heap.write(container.opaque, "rest", UnreadKeys(container, distinct((*before, new))) if rest is None or before else rest)
        return
    try:
        m.heap.write(container.table, key, new)
    except TypeError:
        m.heap.write(container.opaque, "rest", Unknown(Why.DATA, "a dict key"))


def _set_list(m: "Machine", container: ListObject, key: Value, new: Value) -> None:
    items = container.table["items"]
    if isinstance(items, Unknown):
        return
    changed = list(items)
    plain = _plain_slice(key) if isinstance(key, SliceValue) else int(key) if isinstance(key, int) else None
    if plain is None:
        m.heap.write(container.table, "items", Unknown(Why.DATA, "a list changed at an unknown index"))
        return
    if isinstance(plain, slice):
        more = m.iterate(new)
        if more is None:
            m.heap.write(container.table, "items", Unknown(Why.DATA, "a list changed by unknown items"))
            return
        if len(changed) + len(more) > limits.LISTED_ITEMS:
            m.heap.write(container.table, "items", Unknown(Why.LIMIT, "a long sequence"))
            return
        try:
            changed[plain] = more
        except ValueError as error:
            raise PyRaise("ValueError", str(error)) from error
    else:
        try:
            changed[plain] = new
        except IndexError as error:
            raise PyRaise("IndexError", str(error)) from error
    m.heap.write(container.table, "items", tuple(changed))


def delete_item(m: "Machine", container: Value, key: Value) -> None:
    """``del container[key]``."""
    if isinstance(container, DictObject):
        if isinstance(key, (Unknown, Expr)):
            m.heap.write(container.opaque, "rest", Unknown(Why.DATA, "a deleted key"))
        else:
            key = key_in(m, container.table, key)
            if container.opaque["rest"] is None and isinstance(key, (str, int, float, type(None))) and key not in container.table:
                raise PyRaise("KeyError", repr(key))
            m.heap.delete(container.table, key)
    elif isinstance(container, ListObject):
        items = container.table["items"]
        plain = _plain_slice(key) if isinstance(key, SliceValue) else int(key) if isinstance(key, int) else None
        if isinstance(items, Unknown):
            return
        if plain is None:
            m.heap.write(container.table, "items", Unknown(Why.DATA, "a list changed at an unknown index"))
            return
        changed = list(items)
        try:
            del changed[plain]
        except (IndexError, ValueError) as error:
            raise PyRaise(type(error).__name__, str(error)) from error
        m.heap.write(container.table, "items", tuple(changed))
    elif isinstance(container, Instance) and m.has_attribute(container, "__delitem__"):
        m.call(m.get_attribute(container, "__delitem__"), [key], {})
