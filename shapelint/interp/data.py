"""Data sets and loaders: the shape of one batch.

A loader's batch is the sample with a batch axis. The last batch may be smaller: its size is exact where the length divides or
``drop_last`` is set, and otherwise a symbol that is at most the batch size. A sample is made when a loop asks for it, as torch does: by the data set's own ``__getitem__``.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..dims import Dim, SizeSet, fresh, unknown
from ..dims.region import Region
from .join import join
from .library.numpy_arrays import array_of
from .library.pictures import merged, picture_of
from .library.support import REQUIRED, bind
from .natives import PyRaise, method, native
from .values import (
    Alternatives,
    ClassValue,
    DictObject,
    External,
    Instance,
    IteratorObject,
    ListObject,
    Tensor,
    Unknown,
    Value,
    Why,
    is_size,
)

if TYPE_CHECKING:
    from .machine import Machine

Args = list[Value]
Kwargs = dict[str, Value]
PACKAGE = "torch.utils.data"
LOADER, TENSORS, SUBSET, CONCAT = f"{PACKAGE}.DataLoader", f"{PACKAGE}.TensorDataset", f"{PACKAGE}.Subset", f"{PACKAGE}.ConcatDataset"
_LISTED_SAMPLES = 256  # of a batch that a collate function of the program is given


def _sizes(value: Value) -> Value:
    return value if is_size(value) else None


# --- data sets of torch --------------------------------------------------------------------------------------------------


@native(TENSORS, f"{PACKAGE}.dataset.TensorDataset")
def _tensor_dataset(m: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = Instance(External(TENSORS))
    _fill_tensors(m, [made, *args], kwargs)
    return made


@method(TENSORS, "__init__")
def _fill_tensors(m: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made, *tensors = args
    made.table["tensors"] = tuple(tensors)
    if all(isinstance(tensor, Tensor) and tensor.shape for tensor in tensors):
        made.hidden["element"] = tuple(Tensor(tensor.shape[1:], tensor.dtype, tensor.trace) for tensor in tensors)
        made.hidden["length"] = tensors[0].shape[0] if tensors else None
    return None


def _part_of(source: Value, length: Value, indices: Value = None) -> Instance:
    """Some samples of a data set."""
    part = Instance(External(SUBSET))
    part.table.update({"dataset": source, "indices": Unknown(Why.DATA, "the indices of a subset") if indices is None else indices})
    part.hidden["length"] = _sizes(length)
    return part


@native(f"{PACKAGE}.random_split", f"{PACKAGE}.dataset.random_split")
def _random_split(m: "Machine", args: Args, kwargs: Kwargs) -> Value:
    source, wanted, _ = bind("random_split", args, kwargs, dataset=REQUIRED, lengths=REQUIRED, generator=None)
    lengths = m.iterate(wanted)
    if lengths is None:
        return Unknown(Why.DATA, "random_split")
    if any(isinstance(length, float) for length in lengths):
        lengths = _shares(length_of(m, source), lengths)
    return ListObject(tuple(_part_of(source, length) for length in lengths))


def _shares(length: Value, shares: tuple[Value, ...]) -> tuple[Value, ...]:
    """Numbers of samples for fractions of a data set: rounded down, and what is left handed out one by one."""
    if not isinstance(length, int) or not all(isinstance(share, (int, float)) for share in shares):
        return (None,) * len(shares)
    counts = [int(length * share) for share in shares]
    for i in range(max(0, min(length - sum(counts), length))):
        counts[i % len(counts)] += 1
    return tuple(counts)


@native(SUBSET, f"{PACKAGE}.dataset.Subset")
def _subset(m: "Machine", args: Args, kwargs: Kwargs) -> Value:
    source, indices = bind("Subset", args, kwargs, dataset=REQUIRED, indices=REQUIRED)
    return _part_of(source, _count(m, indices), indices)


@method(SUBSET, "__init__")
def _fill_subset(m: "Machine", args: Args, kwargs: Kwargs) -> Value:
    source, indices = bind("Subset", args[1:], kwargs, dataset=REQUIRED, indices=REQUIRED)
    part = _part_of(source, _count(m, indices), indices)
    args[0].table.update(part.table)
    args[0].hidden.update(part.hidden)
    return None


def _count(m: "Machine", indices: Value) -> Value:
    """How many items a sequence has."""
    if isinstance(indices, Tensor):
        return indices.shape[0] if indices.shape else None
    if isinstance(indices, range):
        return len(indices)
    array = array_of(indices)
    if array is not None:
        return array.shape[0] if array.shape else None
    items = m.iterate(indices) if isinstance(indices, (tuple, ListObject)) else None
    return None if items is None else len(items)


@native(CONCAT, f"{PACKAGE}.dataset.ConcatDataset", f"{PACKAGE}.ChainDataset")
def _concatenated(m: "Machine", args: Args, kwargs: Kwargs) -> Value:
    parts = m.iterate(bind("ConcatDataset", args, kwargs, datasets=REQUIRED)[0])
    made = Instance(External(CONCAT))
    made.table["datasets"] = ListObject(Unknown(Why.DATA, "data sets") if parts is None else parts)
    lengths = [length_of(m, part) for part in parts or ()]
    made.hidden["length"] = sum(lengths) if parts and all(isinstance(length, int) for length in lengths) else None
    return made


for _name in ("Dataset", "IterableDataset", "dataset.Dataset", "dataset.IterableDataset"):
    method(f"{PACKAGE}.{_name}", "__init__")(lambda m, args, kwargs: None)
    method(f"{PACKAGE}.{_name}", "__add__")(lambda m, args, kwargs: _concatenated(m, [ListObject(tuple(args[:2]))], {}))
method(SUBSET, "__add__")(lambda m, args, kwargs: _concatenated(m, [ListObject(tuple(args[:2]))], {}))


@method(TENSORS, "__getitem__")
@method(SUBSET, "__getitem__")
@method(CONCAT, "__getitem__")
def _getitem(m: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = args[0]
    if "element" in made.hidden:
        return made.hidden["element"]
    if "dataset" in made.table:
        return sample_of(m, made.table["dataset"])
    parts = m.iterate(made.table.get("datasets"))
    return either([sample_of(m, part) for part in parts]) if parts else Unknown(Why.DATA, "a sample")


@method(TENSORS, "__len__")
@method(SUBSET, "__len__")
@method(CONCAT, "__len__")
def _dataset_len(m: "Machine", args: Args, kwargs: Kwargs) -> Value:
    length = args[0].hidden.get("length")
    return Unknown(Why.DATA, "the length of a data set") if length is None else length


def either(values: list[Value]) -> Value:
    """One of several samples."""
    if len({len(value) if isinstance(value, tuple) else -1 for value in values}) == 1 and isinstance(values[0], tuple):
        return tuple(either(list(parts)) for parts in zip(*values, strict=True))
    if all(picture_of(value) is not None for value in values):
        return merged(values)
    if all(isinstance(value, DictObject) and value.table.keys() == values[0].table.keys() and value.opaque["rest"] is None for value in values):
        return DictObject({key: either([value.table[key] for value in values]) for key in values[0].table})
    found = values[0]
    for value in values[1:]:
        found = join(found, value)
    return found


# --- asking a data set ----------------------------------------------------------------------------------------------------


def sample_of(m: "Machine", dataset: Value) -> Value:
    """One sample of a data set, at an index that is not known."""
    if isinstance(dataset, Alternatives):
        solid = [option for option in dataset.options if option is not None]
        return either([sample_of(m, option) for option in solid]) if solid else Unknown(Why.DATA, "a sample")
    if isinstance(dataset, Instance) and _streams(dataset):
        return m.element_of(m.call(m.get_attribute(dataset, "__iter__"), [], {}))
    if isinstance(dataset, Instance) and m.has_attribute(dataset, "__getitem__"):
        try:
            return m.call(m.get_attribute(dataset, "__getitem__"), [unknown("i")], {})
        except PyRaise:
            return Unknown(Why.ERROR, "a sample of a data set that raises")
    if isinstance(dataset, Tensor):
        return Tensor(dataset.shape[1:], dataset.dtype, dataset.trace) if dataset.shape else Tensor(None, dataset.dtype)
    array = array_of(dataset)
    if array is not None and array.shape:
        return Tensor(array.shape[1:], array.dtype)
    items = m.iterate(dataset) if isinstance(dataset, (tuple, ListObject)) else None
    if items:
        return either(list(items[:64])) if len(items) <= 64 else Unknown(Why.LIMIT, "a sample")
    return dataset if isinstance(dataset, Unknown) else Unknown(Why.DATA, "a sample")


def _streams(dataset: Instance) -> bool:
    """Whether samples come from ``__iter__``: an ``IterableDataset``."""
    mro = dataset.cls.mro if isinstance(dataset.cls, ClassValue) else ()
    return any(isinstance(base, External) and base.name.endswith(".IterableDataset") for base in mro)


def length_of(m: "Machine", dataset: Value) -> Value:
    """How many samples there are; None where that is not known."""
    if isinstance(dataset, Tensor) or array_of(dataset) is not None:
        return _count(m, dataset)
    if isinstance(dataset, Alternatives):
        lengths = {length_of(m, option) for option in dataset.options if option is not None}
        return lengths.pop() if len(lengths) == 1 else None
    if isinstance(dataset, Instance) and not _streams(dataset) and m.has_attribute(dataset, "__len__"):
        try:
            return _sizes(m.call(m.get_attribute(dataset, "__len__"), [], {}))
        except PyRaise:
            return None
    return _count(m, dataset)


# --- loaders ---------------------------------------------------------------------------------------------------------------

_PARAMETERS: dict[str, Any] = {
    "dataset": REQUIRED, "batch_size": 1, "shuffle": None, "sampler": None, "batch_sampler": None, "num_workers": 0, "collate_fn": None, "pin_memory": False,
    "drop_last": False, "timeout": 0, "worker_init_fn": None, "multiprocessing_context": None, "generator": None, "prefetch_factor": None,
    "persistent_workers": False, "pin_memory_device": "", "in_order": True,
}


@native(LOADER, f"{PACKAGE}.dataloader.DataLoader")
def _loader(m: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = Instance(External(LOADER))
    _fill_loader(m, [made, *args], kwargs)
    return made


@method(LOADER, "__init__")
def _fill_loader(m: "Machine", args: Args, kwargs: Kwargs) -> Value:
    known = {name: value for name, value in kwargs.items() if name in _PARAMETERS}
    given = dict(zip(_PARAMETERS, bind("DataLoader", args[1:], known, **_PARAMETERS), strict=True))
    args[0].hidden["given"] = given
    args[0].table.update({name: given[name] for name in ("dataset", "batch_size", "sampler", "batch_sampler", "collate_fn", "num_workers", "drop_last")})
    return None


def batch_of(m: "Machine", loader: Instance) -> Value:
    """What one iteration over a loader gives."""
    given = loader.hidden.get("given")
    if given is None:
        return Unknown(Why.DATA, "a batch")
    known = loader.hidden.get("batch")
    if known is None or not known[0]:
        known = (m.certain, _alike(m, given))
        m.heap.write(loader.hidden, "batch", known)
    if _stacks(given):
        return collate(known[1], _number_of_samples(m, given))
    return _fresh(known[1])


def _alike(m: "Machine", given: Kwargs) -> Value:
    """What all batches have in common: one sample where they are stacked as usual."""
    sample = sample_of(m, given["dataset"])
    if given["batch_size"] is None and given["batch_sampler"] is None:
        return sample if given["collate_fn"] is None else m.call(given["collate_fn"], [sample], {})
    return sample if _stacks(given) else _collated(m, given["collate_fn"], sample, batch_size(m, given))


def _stacks(given: Kwargs) -> bool:
    """Whether samples are put together by torch's own function."""
    if given["batch_size"] is None and given["batch_sampler"] is None:
        return False
    function = given["collate_fn"]
    return function is None or (isinstance(function, External) and function.name.endswith("default_collate"))


def _number_of_samples(m: "Machine", given: Kwargs) -> Dim:
    """The size of a batch: a number, or a symbol of its own with what is known about it."""
    known = batch_size(m, given)
    if known is not None:
        return known
    made, size = fresh("N"), given["batch_size"]
    if given["batch_sampler"] is None and isinstance(size, int) and not isinstance(size, bool) and size > 0:
        length = _samples(m, given)
        exact = isinstance(length, int) and length >= size and m.truth(given["drop_last"]) is False
        allowed = SizeSet.sizes((size, length % size)) if exact else SizeSet.interval(1, size)
        (name,) = made.names
        m.facts.narrow(m.facts.region & Region.of(name, allowed))
    return made


def _samples(m: "Machine", given: Kwargs) -> Value:
    """How many samples one pass over the loader takes; None where that is not known."""
    sampler = given["sampler"]
    if sampler is None:
        return length_of(m, given["dataset"])
    return length_of(m, sampler) if isinstance(sampler, (Instance, ListObject, tuple)) else None


def batch_size(m: "Machine", given: Kwargs) -> Dim | None:
    """The size of every batch; None where the last may be another."""
    size = given["batch_size"]
    if given["batch_sampler"] is not None or not is_size(size):
        return None
    if m.truth(given["drop_last"]) is True:
        full: Dim = size
        return full
    length = _samples(m, given)
    if isinstance(length, int) and isinstance(size, int) and size > 0:
        rest = length % size
        return size if rest == 0 else rest if length < size and m.truth(given["drop_last"]) is False else None
    return 1 if isinstance(size, int) and size == 1 else None


def collate(sample: Value, batch: Dim) -> Value:
    """A batch of samples, as the default collate function builds it."""
    array = array_of(sample)
    if array is not None:
        sample = array
    if isinstance(sample, Tensor):
        return Tensor(None, sample.dtype) if sample.shape is None else Tensor((batch, *sample.shape), sample.dtype, sample.trace)
    if isinstance(sample, bool):
        return Tensor((batch,), "bool")
    if is_size(sample):
        return Tensor((batch,), "int")
    if isinstance(sample, float):
        return Tensor((batch,), "float")
    if isinstance(sample, tuple):
        return ListObject(tuple(collate(part, batch) for part in sample))
    if isinstance(sample, ListObject) and isinstance(sample.table["items"], tuple):
        return ListObject(tuple(collate(part, batch) for part in sample.table["items"]))
    if isinstance(sample, DictObject):
        return DictObject({key: collate(part, batch) for key, part in sample.table.items()}, sample.opaque["rest"])
    if picture_of(sample) is not None:
        return Unknown(Why.DATA, "a batch of pictures, which torch does not make")
    return sample if isinstance(sample, Unknown) else Unknown(Why.DATA, "a batch")


@native(f"{PACKAGE}.default_collate", f"{PACKAGE}.dataloader.default_collate", f"{PACKAGE}._utils.collate.default_collate")
def _default_collate(m: "Machine", args: Args, kwargs: Kwargs) -> Value:
    items = m.iterate(args[0]) if args else None
    return collate(either(list(items)), len(items)) if items else Unknown(Why.DATA, "a batch")


def _collated(m: "Machine", function: Value, sample: Value, batch: Dim | None) -> Value:
    """A batch as the program's own function makes it of a list of samples.

    Where the number of samples is not known, it makes batches of two different sizes, and what they agree on holds for all.
    """
    def made_of(count: int) -> Value:
        return m.call(function, [ListObject((sample,) * count)], {})

    if isinstance(batch, int) and batch <= _LISTED_SAMPLES:
        return _quietly(m, lambda: made_of(batch))
    try:
        with m.isolated():  # no batch has these sizes
            batches = [_plain(made_of(7)), _plain(made_of(11))]
    except PyRaise:
        return Unknown(Why.ERROR, "a batch that raises")
    return either(batches)


def _plain(value: Value) -> Value:
    """A value that nothing can change any more: lists as tuples, so that two of them are compared item by item."""
    items = value.table["items"] if isinstance(value, ListObject) else value
    if isinstance(items, DictObject):
        return DictObject({key: _plain(item) for key, item in items.table.items()}, items.opaque["rest"], items.kind)
    return tuple(map(_plain, items)) if isinstance(items, tuple) else value


def _quietly(m: "Machine", action: Callable[[], Value]) -> Value:
    """What is done with samples that stand for all others is not certain to happen."""
    m.uncertain += 1
    try:
        return action()
    except PyRaise:
        return Unknown(Why.ERROR, "a batch that raises")
    finally:
        m.uncertain -= 1


@method(LOADER, "__iter__")
def _iter(m: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """An iterator whose items are not listed, but known to look like one batch."""
    loader = args[0]
    made = IteratorObject(Unknown(Why.DATA, "the batches of a loader"))
    made.table["element"] = batch_of(m, loader)
    return made


def _fresh(batch: Value) -> Value:
    """A batch of its own: what a loop writes into a list or dict is not there in the next iteration."""
    if isinstance(batch, ListObject) and isinstance(batch.table["items"], tuple):
        return ListObject(tuple(map(_fresh, batch.table["items"])))
    if isinstance(batch, DictObject):
        return DictObject({key: _fresh(item) for key, item in batch.table.items()}, batch.opaque["rest"], batch.kind)
    return tuple(map(_fresh, batch)) if isinstance(batch, tuple) else batch


@method(LOADER, "__len__")
def _len(m: "Machine", args: Args, kwargs: Kwargs) -> Value:
    given = args[0].hidden.get("given")
    length, size = (None, None) if given is None or given["batch_sampler"] is not None else (_samples(m, given), given["batch_size"])
    if not isinstance(length, int) or not isinstance(size, int) or size < 1 or m.truth(given["drop_last"]) is None:
        return Unknown(Why.DATA, "the number of batches")
    return length // size if m.truth(given["drop_last"]) else -(-length // size)


# --- samplers ----------------------------------------------------------------------------------------------------------------


def _sampler(name: str, count: Callable[["Machine", Args, Kwargs], Value]) -> None:
    for full in (f"{PACKAGE}.{name}", f"{PACKAGE}.sampler.{name}"):
        @native(full)
        def construct(m: "Machine", args: Args, kwargs: Kwargs, full: str = full) -> Value:
            made = Instance(External(full))
            made.hidden["length"] = _sizes(count(m, args, kwargs))
            return made

        method(full, "__len__")(_dataset_len)


_sampler("SubsetRandomSampler", lambda m, args, kwargs: _count(m, args[0] if args else kwargs.get("indices")))
_sampler("SequentialSampler", lambda m, args, kwargs: length_of(m, args[0] if args else kwargs.get("data_source")))
_sampler("WeightedRandomSampler", lambda m, args, kwargs: args[1] if len(args) > 1 else kwargs.get("num_samples"))
_sampler("RandomSampler", lambda m, args, kwargs: None if len(args) > 1 or "num_samples" in kwargs else length_of(m, args[0] if args else kwargs.get("data_source")))


# --- progress bars -------------------------------------------------------------------------------------------------------------


@native("tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm", "tqdm.std.tqdm", "tqdm.rich.tqdm", "tqdm.autonotebook.tqdm", "rich.progress.track")
def _progress(m: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """A progress bar hands its items through."""
    return args[0] if args else kwargs.get("iterable", Unknown(Why.DATA, "a progress bar"))


@native("tqdm.trange", "tqdm.auto.trange", "tqdm.notebook.trange", "tqdm.std.trange")
def _range(m: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return m.call(External("builtins.range"), args, {})
