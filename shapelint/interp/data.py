"""Data sets and loaders: the shape of one batch.

A loader's batch is the sample with a batch axis. The last batch may be smaller: its size is exact where the length divides or
``drop_last`` is set, and unread otherwise.
"""

from typing import TYPE_CHECKING

from ..dims import Dim, unknown
from .natives import method, native
from .values import DictObject, External, Instance, IteratorObject, ListObject, Tensor, Unknown, Value, Why, is_size

if TYPE_CHECKING:
    from .machine import Machine

LOADER, TENSORS, SUBSET = "torch.utils.data.DataLoader", "torch.utils.data.TensorDataset", "torch.utils.data.Subset"


@native(TENSORS, "torch.utils.data.dataset.TensorDataset")
def _tensor_dataset(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    made = Instance(External(TENSORS))
    tensors = tuple(arg for arg in args if isinstance(arg, Tensor))
    if len(tensors) == len(args) and all(tensor.shape for tensor in tensors):
        made.hidden["element"] = tuple(Tensor((tensor.shape or (0,))[1:], tensor.dtype, tensor.trace) for tensor in tensors)
        made.hidden["length"] = (tensors[0].shape or (None,))[0] if tensors else None
    return made


@native("torch.utils.data.random_split")
def _random_split(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    source = args[0]
    lengths = m.iterate(args[1] if len(args) > 1 else kwargs.get("lengths"))
    if lengths is None:
        return Unknown(Why.DATA, "random_split")
    parts: list[Value] = []
    for length in lengths:
        part = Instance(External(SUBSET))
        part.hidden["element"] = sample_of(m, source)
        part.hidden["length"] = length if is_size(length) else None
        parts.append(part)
    return ListObject(tuple(parts))


@native(SUBSET)
def _subset(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    made = Instance(External(SUBSET))
    made.hidden["element"] = sample_of(m, args[0])
    indices = m.iterate(args[1]) if len(args) > 1 else None
    made.hidden["length"] = len(indices) if indices is not None else None
    return made


def sample_of(m: "Machine", dataset: Value) -> Value:
    """One sample of a data set."""
    if isinstance(dataset, Instance) and "element" in dataset.hidden:
        return dataset.hidden["element"]
    if isinstance(dataset, Instance) and m.has_attribute(dataset, "__getitem__"):
        m.uncertain += 1
        try:
            return m.call(m.get_attribute(dataset, "__getitem__"), [Unknown(Why.DATA, "an index")], {})
        finally:
            m.uncertain -= 1
    items = m.iterate(dataset) if isinstance(dataset, (tuple, ListObject)) else None
    return items[0] if items else Unknown(Why.DATA, "a sample")


def _length(m: "Machine", dataset: Value) -> Value:
    if isinstance(dataset, Instance) and dataset.hidden.get("length") is not None:
        return dataset.hidden["length"]
    if isinstance(dataset, Instance) and m.has_attribute(dataset, "__len__"):
        return m.call(m.get_attribute(dataset, "__len__"), [], {})
    items = m.iterate(dataset) if isinstance(dataset, (tuple, ListObject)) else None
    return len(items) if items is not None else None


@native(LOADER, "torch.utils.data.dataloader.DataLoader")
def _loader(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    made = Instance(External(LOADER))
    dataset = args[0] if args else kwargs.get("dataset")
    size = args[1] if len(args) > 1 else kwargs.get("batch_size", 1)
    made.table["dataset"], made.table["batch_size"] = dataset, size
    if kwargs.get("collate_fn") is not None or kwargs.get("batch_sampler") is not None:
        return made
    sample = sample_of(m, dataset)
    if size is None:
        made.hidden["element"] = sample
        return made
    length = _length(m, dataset)
    exact = m.truth(kwargs.get("drop_last", False)) is True or (isinstance(length, int) and isinstance(size, int) and size > 0 and length % size == 0)
    if isinstance(length, int) and isinstance(size, int) and length < size and not exact:
        size, exact = length, True
    batch: Dim = size if is_size(size) and exact else unknown("N")
    made.hidden["element"] = collate(sample, batch)
    return made


def collate(sample: Value, batch: Dim) -> Value:
    """A batch of samples, as the default collate function builds it."""
    if isinstance(sample, Tensor):
        return Tensor(None, sample.dtype) if sample.shape is None else Tensor((batch, *sample.shape), sample.dtype, sample.trace)
    if is_size(sample) or isinstance(sample, bool):
        return Tensor((batch,), "int")
    if isinstance(sample, float):
        return Tensor((batch,), "float")
    if isinstance(sample, tuple):
        return tuple(collate(part, batch) for part in sample)
    if isinstance(sample, ListObject) and isinstance(sample.table["items"], tuple):
        return ListObject(tuple(collate(part, batch) for part in sample.table["items"]))
    if isinstance(sample, DictObject) and sample.opaque["rest"] is None:
        return DictObject({key: collate(part, batch) for key, part in sample.table.items()})
    return Unknown(Why.DATA, "a batch")


@method(LOADER, "__iter__")
def _iter(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    """An iterator whose items are not listed, but known to look like one batch."""
    made = IteratorObject(Unknown(Why.DATA, "the batches of a loader"))
    made.table["element"] = args[0].hidden.get("element", Unknown(Why.DATA, "a batch"))
    return made


@method(LOADER, "__len__")
def _len(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return Unknown(Why.DATA, "the number of batches")


@method("torch.utils.data.Dataset", "__init__")
def _init(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return None


@method(TENSORS, "__getitem__")
@method(SUBSET, "__getitem__")
def _getitem(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return args[0].hidden.get("element", Unknown(Why.DATA, "a sample"))


@method(TENSORS, "__len__")
@method(SUBSET, "__len__")
def _dataset_len(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    length = args[0].hidden.get("length")
    return Unknown(Why.DATA, "the length of a data set") if length is None else length


@native("tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm", "tqdm.std.tqdm", "rich.progress.track")
def _progress(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    """A progress bar hands its items through."""
    return args[0] if args else kwargs.get("iterable", Unknown(Why.DATA, "a progress bar"))
