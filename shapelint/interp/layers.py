"""torch layers as objects: constructing them, applying them, their names and attributes."""

from typing import TYPE_CHECKING, Any

from ..dims import is_unknown, sym, unknown
from ..ops import Layer, Operator, lookup
from ..ops.declare import Param
from ..ops.kinds import Kind
from ..ops.problems import ShapeError, Unread, follow
from ..shapes import Shape
from .arguments import first_tensor, raw, trace_of, without_empty, wrap
from .events import Refused
from .expressions import Rest
from .externals import canonical
from .operations import ASSUMED
from .origins import places
from .packed import is_packed, packed_again, padded_for
from .positions import require_rows
from .refusals import application_of, exception_of, refused
from .values import External, Instance, Native, Tensor, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine, Site


def base_member(m: "Machine", base: str, name: str) -> Value:
    """A method that an external base class brings: ``__init__`` and ``forward`` of torch layers."""
    op = lookup(canonical(base))
    if op is None or not op.is_module:
        return None
    if name == "__init__":
        return Native(f"{base}.__init__", lambda machine, args, kwargs: _construct_into(machine, op, args, kwargs))
    if name in ("forward", "__call__"):
        return Native(f"{base}.forward", lambda machine, args, kwargs: apply_layer(machine, args[0], args[1:], kwargs, machine.site))
    return None


def _construct_into(m: "Machine", op: Operator, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``super().__init__(...)`` of a user's subclass of a torch layer."""
    instance = args[0]
    made = construct(m, op, args[1:], kwargs, m.site)
    if isinstance(instance, Instance):
        if isinstance(made, Instance):
            m.heap.write(instance.hidden, "layer", made.layer)
            m.heap.write(instance.hidden, "given", made.hidden.get("given", {}))
            m.heap.write(instance.hidden, "site", made.created)
        else:
            m.heap.write(instance.hidden, "open", True)
    return None


def construct(m: "Machine", op: Operator, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    """``nn.Conv2d(3, 8, 3)``."""
    instance = Instance(External(op.name))
    if site is not None:
        instance.created = places(site, [param.name for param in op.params])
    try:
        layer = op.construct([raw(arg) for arg in args], {key: raw(value) for key, value in kwargs.items()})
        _forget_assumed_padding(layer)
    except Unread as unread:
        m.unknown(Why.ARGUMENT, f"{op.short_name}({unread.param})")
        instance.hidden["open"] = True
        return instance
    except ShapeError as error:
        if m.trying:
            raise exception_of(error) from None
        application = application_of(m, op, op.short_name, None, args, kwargs, site)
        m.emit(Refused(application, error))
        instance.hidden["open"] = True
        return instance
    instance.hidden["layer"] = layer
    instance.hidden["given"] = dict(zip([param.name for param in op.params], args, strict=False)) | kwargs
    return instance


def _forget_assumed_padding(layer: Layer) -> None:
    """A symbol is at least 1, which a padding that nobody passed need not be."""
    for name in ("padding", "output_padding"):
        sizes = getattr(layer, name, None)
        if isinstance(sizes, tuple) and any(size in ASSUMED for size in sizes):
            setattr(layer, name, tuple(unknown() for _ in sizes))


def apply_layer(m: "Machine", instance: Instance, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    """A torch layer's forward."""
    layer = instance.layer
    args = m.solid(args)
    if args and layer is not None and is_packed(args[0]) and isinstance(getattr(layer, "batch_first", None), bool):
        return packed_again(args[0], apply_layer(m, instance, [padded_for(args[0], layer.batch_first), *args[1:]], kwargs, site))  # type: ignore[attr-defined]
    first = first_tensor(args, kwargs)
    if layer is None or any(isinstance(arg, Rest) for arg in args):
        name = instance.cls.name if isinstance(instance.cls, External) else "a layer"
        m.count(name, False)
        return Tensor(None, first.dtype if first is not None else None, first.trace if first is not None else None)
    op = layer.op
    if layer.gives_back and len(args) == 1 and not isinstance(args[0], (Tensor, Unknown)):
        return args[0]
    if first is None and args and isinstance(args[0], Unknown):
        if not op.gives_tensor:  # a recurrent layer takes packed sequences too
            return Unknown(Why.DATA, f"the results of {op.short_name}")
        args = [Tensor(None), *args[1:]]
        first = args[0]
    layer.training = instance.hidden.get("training", m.training_default)
    layer, first, assumed = _prepare(m, instance, layer, first)
    if assumed is not None and args and isinstance(args[0], Tensor):
        if not layer.any_rank:
            m.refine(args[0], assumed)
        args = [Tensor(assumed, args[0].dtype, args[0].trace), *args[1:]]
    dtype = first.dtype if first is not None and op.dtype == "same" else None if op.dtype == "same" else op.dtype
    name = layer_name(instance, op)
    before = follow(m.facts)
    try:
        result = op.apply(layer, [raw(arg) for arg in args], {key: raw(value) for key, value in kwargs.items()})
    except Unread:
        m.count(op.name, False)
        m.settle_unread()
        return Tensor(None, dtype, first.trace if first is not None else None) if op.gives_tensor else Unknown(Why.DATA, f"the results of {op.short_name}")
    except ShapeError as error:
        follow(before)
        application = application_of(m, op, name, instance, args, kwargs, site)
        return refused(m, application, error, dtype, layer)
    finally:
        follow(before)
    shown_first = args[0] if args and isinstance(args[0], Tensor) else first
    trace = trace_of(m, name, op, shown_first, result, site)
    value = wrap(result, dtype, trace)
    if first is not None and first.shape is None and layer.any_rank and isinstance(result, tuple):
        value = Tensor(None, dtype, trace, tail=result[1:])
    if shown_first is not None:
        require_rows(m.facts, layer, shown_first)
    m.applied(op, instance, result, value, lambda *when: application_of(m, op, name, instance, args, kwargs, site, *when))
    return without_empty(op, result, value, first)


def _prepare(m: "Machine", instance: Instance, layer: Layer, first: Tensor | None) -> tuple[Layer, Tensor | None, Shape | None]:
    """The layer to apply (a lazy one becomes concrete), and a shape to assume for an input of unknown rank."""
    if first is None:
        return layer, first, None
    assumed: Shape | None = None
    if first.shape is None:
        if layer.any_rank and first.tail:
            assumed = (unknown("?"), *first.tail)
        else:
            assumed = m.declarations.assumed_input(m, instance)
            if assumed is None:
                assumed = _expected(layer)
                if assumed and first.assumed and m.exploring:
                    assumed = _named(m, assumed)
                if assumed:
                    m.assumed_sizes.add(assumed[0])
    shape = first.shape if first.shape is not None else assumed
    if shape is not None:
        made = layer.materialise(shape)
        if made is not None:
            made.training = layer.training
            m.heap.write(instance.hidden, "layer", made)
            m.heap.write(instance.hidden, "lazy", True)
            return made, first, assumed
    return layer, first, assumed


_LETTERS = {3: "NCL", 4: "NCHW", 5: "NCDHW"}


def _named(m: "Machine", shape: Shape) -> Shape:
    """The input of a model that nothing calls: any number of samples of any size, each input of its own."""
    letters = _LETTERS.get(len(shape), "")
    if not letters or not isinstance(shape[1], int):
        return shape
    m.unstated += 1
    number = "" if m.unstated == 1 and m.source is None else str(m.unstated + (m.source is not None))
    return tuple(sym(letter + number) if is_unknown(size) else size for letter, size in zip(letters, shape, strict=True))


def _expected(layer: Layer) -> Shape | None:
    found = layer.expected()
    if found is None and layer.any_rank and hasattr(layer, "in_features"):
        return (unknown("?"), layer.in_features)
    return found


def layer_name(instance: Instance, op: Operator | None = None) -> str:
    """What the user calls the layer: ``fc1``, ``features.3``; the class where it has no name."""
    parts: list[str] = []
    current: Any = instance
    for _ in range(40):
        name = current.hidden.get("name")
        if name is None:
            break
        parts.append(str(name))
        current = current.hidden.get("owner")
        if not isinstance(current, Instance):
            break
    if parts:
        return ".".join(reversed(parts))
    return op.short_name if op is not None else getattr(instance.cls, "name", "module").rpartition(".")[2]


_KEEP_TUPLES = ("AvgPool1d", "Conv", "LazyConv")
# Arguments that do not matter for shapes and that torch's layers keep as they were given.
_KEPT = frozenset({
    "affine", "align_corners", "alpha", "ceil_mode", "count_include_pad", "elementwise_affine", "eps", "inplace", "momentum", "negative_slope", "p",
    "padding_mode", "track_running_stats",
})
_REGISTER_NONE = ("Conv", "Linear", "BatchNorm", "InstanceNorm", "GroupNorm", "LayerNorm")


def is_kept(op: Operator, param: Param) -> bool:
    """Whether a layer has the argument, which no shape depends on, as an attribute of that name."""
    return param.kind is Kind.IGNORED and param.name in _KEPT and param.default is not None and op.short_name != "PairwiseDistance"


def is_left_out(instance: Instance, name: str) -> bool:
    """Whether a parameter is None because the constructor was told to leave it out (``bias=False``, ``affine=False``)."""
    layer = instance.layer
    if layer is None or name not in ("bias", "weight") or not layer.op.short_name.startswith(_REGISTER_NONE) or layer.op.short_name.endswith("Loss"):
        return False
    try:
        return name not in layer.parameters()
    except (ShapeError, Unread):
        return False


def layer_attribute(m: "Machine", instance: Instance, name: str) -> Value:
    """An attribute that torch's layers have: parameters, buffers and constructor arguments. None where there is none."""
    layer = instance.layer
    if layer is None:
        if instance.hidden.get("open") or instance.hidden.get("replaced"):
            return Unknown(Why.ARGUMENT, name)
        return None
    from .nn_modules import parameter_of

    try:
        shapes = layer.parameters()
    except (ShapeError, Unread):  # it was refused where it was made
        return Unknown(Why.ERROR, name)
    if name in shapes:
        return parameter_of(instance, name, shapes[name])
    buffers = layer.buffers()
    if name in buffers:
        return Tensor(buffers[name], "float", None)
    if name in ("bias", "weight"):
        return Unknown(Why.ATTRIBUTE, "a parameter the layer lacks")
    if name == "training":
        return instance.hidden.get("training", True)
    for param in layer.op.params:
        if param.name == name:
            if is_kept(layer.op, param):
                return instance.hidden.get("given", {}).get(name, param.default)
            return _field(layer, param.name, param.kind, instance.hidden.get("given", {}))
    return None


def _field(layer: Layer, name: str, kind: Kind, given: dict[str, Value]) -> Value:
    """A constructor argument as the layer keeps it: convolutions as a tuple, most others as it was given."""
    value = getattr(layer, name)
    if name == "stride" and given.get(name) is None and "Pool" in layer.op.short_name:
        return _field(layer, "kernel_size", kind, given)
    if name == "normalized_shape" and isinstance(value, (int, list)):
        return (value,) if isinstance(value, int) else tuple(value)
    if kind is Kind.IGNORED or isinstance(value, list):
        return Unknown(Why.ATTRIBUTE, name)
    if kind in (Kind.SIZES, Kind.SIZES_OR_TEXT) and not layer.op.short_name.startswith(_KEEP_TUPLES):
        if isinstance(given.get(name), (int, tuple)):
            return given[name]
        same = isinstance(value, tuple) and value and all(item is value[0] or item == value[0] for item in value)
        return value[0] if same else value
    return value
