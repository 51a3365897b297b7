"""Hugging Face's ``datasets``: the rows of a data set whose columns the program's own functions fill.

What a published data set holds is not in the code, so its columns are unknown, but for what the code does with one: ``image.convert("RGB")``
is a picture. A row is what ``map`` adds to them, and what ``set_transform`` makes of them: the program's functions are tried on a few rows,
and what they agree on holds for all.
"""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..natives import Call, PyRaise
from ..values import BoundMethod, DictObject, External, FunctionValue, Informed, Instance, ListObject, Partial, Tensor, Unknown, Value, Why, is_size
from .pictures import make_picture
from .support import Args, Kwargs, aside, method, native

if TYPE_CHECKING:
    from ..machine import Machine

DATASET, SPLITS = "datasets.Dataset", "datasets.DatasetDict"
_COUNTS = (3, 5)  # of rows that a function is tried on
_SAME_ROWS = ("shuffle", "select", "filter", "shard", "sort", "take", "skip", "repeat", "flatten_indices", "cast_column", "class_encode_column")

Change = Callable[["Machine", Instance, Args, Kwargs], Instance]  # what a method makes of a data set


class Cell(Informed):
    """What a row of a data set holds in a column: it is not known."""

    __slots__ = ()
    methods = "datasets.Cell"


@method("datasets.Cell", "convert")
def convert(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """Only pictures have such a method."""
    mode = args[1] if len(args) > 1 else kwargs.get("mode")
    return make_picture(None, None, mode if isinstance(mode, str) else None)


def _cell() -> Cell:
    return Cell(Why.DATA, "a column of a data set")


def _open(rows: dict[Value, Value]) -> DictObject:
    """A row, or several, that may have other columns."""
    return DictObject(rows, Unknown(Why.DATA, "a column of a data set"))


def _method(kind: str, name: str, least: int = 1) -> Callable[[Call], Call]:
    """A method of objects that our constructors have made."""
    def register(call: Call) -> Call:
        def checked(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
            made = isinstance(args[0], Instance) and ("columns" if kind == DATASET else "made") in args[0].hidden
            return call(machine, args, kwargs) if made else aside(machine, "a data set")

        return method(kind, name, least=least)(checked)

    return register


# --- making data sets -------------------------------------------------------------------------------------------------------


def _dataset(columns: dict[Value, Value] | None = None, transform: Value = None, tensors: bool = False) -> Instance:
    """``columns`` are those that ``map`` has filled; ``tensors``: whether rows are given as torch's tensors."""
    made = Instance(External(DATASET))
    made.hidden.update({"columns": columns or {}, "transform": transform, "tensors": tensors, "open": Unknown(Why.DATA, "an attribute of a data set")})
    return made


def _splits() -> Instance:
    made = Instance(External(SPLITS))
    made.hidden["open"] = Unknown(Why.DATA, "an attribute of data sets")
    made.hidden["made"] = {}
    return made


@native("datasets.load_dataset", "datasets.load.load_dataset")
def load_dataset(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if kwargs.get("streaming") not in (None, False):
        return aside(machine, "a streamed data set")
    split = kwargs.get("split")
    if isinstance(split, str):
        return _dataset()
    if split is None and "split" not in kwargs:
        return _splits()
    items = machine.iterate(split) if isinstance(split, (tuple, ListObject)) else None
    return aside(machine, "a data set") if items is None else ListObject(tuple(_dataset() for _ in items))


@_method(SPLITS, "__getitem__", least=2)
def split_of(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """A split keeps what it is told: ``splits["train"].set_transform(...)``."""
    made, name = args[0].hidden["made"], args[1]
    if not isinstance(name, str):
        return aside(machine, "a split of a data set")
    if name not in made:
        like = made.get(None)
        machine.heap.write(made, name, _copy(like) if like is not None else _dataset())
    return made[name]


def _copy(dataset: Instance, **changes: Value) -> Instance:
    hidden = {**dataset.hidden, **changes}
    return _dataset(dict(hidden["columns"]), hidden["transform"], hidden["tensors"])


@_method(DATASET, "train_test_split")
def train_test_split(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = _splits()
    made.hidden["made"].update({"train": _copy(args[0]), "test": _copy(args[0])})
    return made


# --- what changes rows --------------------------------------------------------------------------------------------------------


def _mapped(machine: "Machine", dataset: Instance, args: Args, kwargs: Kwargs) -> Instance:
    function = args[0] if args else kwargs.get("function")
    batched = machine.truth(kwargs.get("batched", False))
    plain = not any(kwargs.get(name) for name in ("with_indices", "with_rank", "input_columns", "fn_kwargs")) and batched is not None
    found = _tried(machine, function, dataset.hidden["columns"], batched is True) if plain and function is not None else None
    removed = kwargs.get("remove_columns")
    names = set(machine.iterate(removed) or ()) if isinstance(removed, (tuple, ListObject)) else {removed}
    kept = {name: value for name, value in dataset.hidden["columns"].items() if name not in names} if removed is None or all(isinstance(name, str) for name in names) else {}
    return _copy(dataset, columns={**kept, **(found.table if isinstance(found, DictObject) else dict.fromkeys(kept, _cell()))})


def _formatted(machine: "Machine", dataset: Instance, args: Args, kwargs: Kwargs) -> Instance:
    kind = args[0] if args else kwargs.get("type")
    return _copy(dataset, tensors=kind == "torch", transform=None)


def _transformed(machine: "Machine", dataset: Instance, args: Args, kwargs: Kwargs) -> Instance:
    function = args[0] if args else kwargs.get("transform")
    return _copy(dataset, transform=function, tensors=False)


def _renamed(machine: "Machine", dataset: Instance, args: Args, kwargs: Kwargs) -> Instance:
    """Columns go or have other names: which ones are left is not told."""
    return _copy(dataset, columns={})


_CHANGES: dict[str, Change] = {"map": _mapped, "with_format": _formatted, "with_transform": _transformed, "rename_column": _renamed, "rename_columns": _renamed,
            "remove_columns": _renamed, "select_columns": _renamed, "cast": _renamed, **dict.fromkeys(_SAME_ROWS, lambda machine, dataset, args, kwargs: _copy(dataset))}


def _of_all(machine: "Machine", splits: Instance, change: Change, args: Args, kwargs: Kwargs) -> Instance:
    """The same change to every split, those that nobody has asked for yet among them."""
    made, before = _splits(), splits.hidden["made"]
    made.hidden["made"].update({name: change(machine, dataset, args, kwargs) for name, dataset in before.items()})
    if None not in before:
        made.hidden["made"][None] = change(machine, _dataset(), args, kwargs)
    return made


def _put(machine: "Machine", dataset: Instance, changed: Instance) -> None:
    for key in ("columns", "transform", "tensors", "made"):
        if key in changed.hidden:
            machine.heap.write(dataset.hidden, key, changed.hidden[key])


def _declare(name: str, change: Change, in_place: bool) -> None:
    """A method of data sets that gives another one, or changes this one (``in_place``)."""
    def of_one(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        changed = change(machine, args[0], args[1:], kwargs)
        if in_place:
            _put(machine, args[0], changed)
        return None if in_place else changed

    def of_splits(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        changed = _of_all(machine, args[0], change, args[1:], kwargs)
        if in_place:
            _put(machine, args[0], changed)
        return None if in_place else changed

    _method(DATASET, name)(of_one)
    _method(SPLITS, name)(of_splits)


for _name, _change in _CHANGES.items():
    _declare(_name, _change, False)
for _name, _change in {"set_format": _formatted, "set_transform": _transformed}.items():
    _declare(_name, _change, True)


# --- rows -----------------------------------------------------------------------------------------------------------------------


@_method(DATASET, "__getitem__", least=2)
def row_of(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    hidden, index = args[0].hidden, args[1]
    if isinstance(index, str) or not is_size(index):
        return aside(machine, "several rows of a data set")
    if hidden["transform"] is not None:
        found = _tried(machine, hidden["transform"], hidden["columns"], True)
        return found if found is not None else aside(machine, "a row of a data set")
    return _open({name: _as_tensor(value) if hidden["tensors"] else _cell() for name, value in hidden["columns"].items()})


def _as_tensor(value: Value) -> Value:
    return value if isinstance(value, Tensor) else _cell()


def _tried(machine: "Machine", function: Value, columns: dict[Value, Value], batched: bool) -> DictObject | None:
    """The columns that a function of the program fills: what it makes of different numbers of rows, row by row."""
    from ..data import either

    rows: list[Value] = []
    names = {*_columns_read(function), *columns}
    try:
        with machine.isolated():
            for count in _COUNTS if batched else (1,):
                given = {name: columns.get(name, _cell()) for name in names}
                made = machine.call(function, [_open({name: ListObject((value,) * count) if batched else value for name, value in given.items()})], {})
                if not isinstance(made, DictObject):
                    return None
                rows.append({name: _item(value, count) if batched else value for name, value in made.table.items()})
                rest = made.opaque["rest"]
    except PyRaise:
        return None
    common = [name for name in rows[0] if all(name in row for row in rows)]
    return DictObject({name: either([row[name] for row in rows]) for name in common}, rest)


def _item(column: Value, count: int) -> Value:
    """One row's part of a column: a list of as many items, or a tensor with as many rows."""
    from ..data import either

    items = column.table["items"] if isinstance(column, ListObject) else column
    if isinstance(items, tuple) and len(items) == count:
        return either(list(items))
    if isinstance(items, Tensor) and items.shape and items.shape[0] == count:
        return Tensor(items.shape[1:], items.dtype)
    return _cell()


def _columns_read(function: Value) -> set[str]:
    """The names of columns in the text of a function: ``examples["image"]``."""
    while isinstance(function, (BoundMethod, Partial)):
        function = function.function
    if not isinstance(function, FunctionValue):
        return set()
    parts = [node for node in ast.walk(function.node) if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)]
    return {node.slice.value for node in parts if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)}
