"""torch operators seen from the program: names to declarations, values to arguments, results to tensors, refusals to events."""

import ast
from typing import TYPE_CHECKING, Any

from ..dims import Dim, Expr, is_unknown, unknown
from ..ops import Layer, Operator, lookup
from ..ops.broadcasting import broadcast_onto
from ..ops.kinds import UNREAD, Fields, Kind, T
from ..ops.problems import Problem, ShapeError, Unread
from ..shapes import Shape
from .events import Application, InputSource, Misnamed, Refused
from .expressions import Rest
from .natives import METHODS, NATIVES, PyRaise
from .operations import ASSUMED, TENSOR_OPERATORS
from .origins import places
from .values import (
    CallSite,
    External,
    Instance,
    ListObject,
    Native,
    Place,
    Tensor,
    Trace,
    Unknown,
    Value,
    Why,
    is_size,
)

if TYPE_CHECKING:
    from .machine import Frame, Machine, Site

MODULE = External("torch.nn.Module")
_CONTAINERS = {
    "torch.nn.Sequential": ("torch.nn.Module",), "torch.nn.ModuleList": ("torch.nn.Module",), "torch.nn.ModuleDict": ("torch.nn.Module",),
    "torch.nn.ParameterList": ("torch.nn.Module",), "torch.nn.ParameterDict": ("torch.nn.Module",), "torch.nn.Container": ("torch.nn.Module",),
}
_ALIASES = (
    ("torch.nn.modules.module.Module", "torch.nn.Module"), ("torch.nn.parameter.", "torch.nn."), ("torch.autograd.Variable", "torch.autograd.Variable"),
    ("torch.functional.", "torch."), ("torch.special.", "torch."),
)
_IN_PLACE_WRAPPERS = ("torch.nn.utils.weight_norm", "torch.nn.utils.spectral_norm", "torch.nn.utils.parametrizations.",
                      "torch.nn.utils.remove_", "torch.compile", "torch.jit.script", "torch.jit.ignore", "torch.jit.unused", "torch.jit.export",
                      "torch.nn.DataParallel", "torch.nn.parallel.DistributedDataParallel", "torch.nn.SyncBatchNorm.convert_sync_batchnorm",
                      "torch.fx.wrap", "torch.quantization.prepare", "torch.no_grad", "torch.inference_mode", "torch.cuda.amp.autocast", "torch.jit._overload_method")
_COARSE = {
    "float": "float", "float16": "float", "float32": "float", "float64": "float", "bfloat16": "float", "half": "float", "double": "float",
    "int": "int", "int8": "int", "int16": "int", "int32": "int", "int64": "int", "long": "int", "short": "int", "uint8": "int", "bool": "bool",
    "complex64": "complex", "complex128": "complex", "cfloat": "complex",
}


_RESHAPING_IN_PLACE = frozenset({
    "unsqueeze_", "squeeze_", "t_", "transpose_", "swapaxes_", "swapdims_", "resize_", "resize_as_", "as_strided_", "set_",
})


def canonical(name: str) -> str:
    """The public name of something torch exposes in several places."""
    for old, new in _ALIASES:
        if name.startswith(old):
            return new + name[len(old) :]
    if name.startswith("torch.nn.modules."):
        public = "torch.nn." + name.rpartition(".")[2]
        if public in _CONTAINERS or lookup(public) is not None:
            return public
    return name


def external_bases(name: str) -> tuple[External, ...]:
    """Base classes, as far as they matter, of a class outside the user's files."""
    name = canonical(name)
    if name in _CONTAINERS:
        return tuple(External(base) for base in _CONTAINERS[name])
    op = lookup(name)
    if op is not None and op.is_module:
        return (MODULE,)
    if name.startswith("torch.nn.") and name != "torch.nn.Module" and name.rpartition(".")[2][:1].isupper() and name.count(".") <= 2 and not name.endswith("Parameter"):
        return (MODULE,)
    if name.endswith((".LightningModule", ".PyTorchModelHubMixin")):
        return (MODULE,)
    return ()


def related(name: str, wanted: str) -> bool | None:
    """Whether torch's class ``name`` is a subclass of ``wanted``, both known by name only."""
    name, wanted = canonical(name), canonical(wanted)
    if name == wanted:
        return True
    if wanted == "torch.nn.Module":
        return None if lookup(name) is None and name not in _CONTAINERS else True
    if (lookup(name) is not None or name in _CONTAINERS) and (lookup(wanted) is not None or wanted in _CONTAINERS):
        return wanted.replace("torch.nn.", "torch.nn.Lazy") == name
    return None if wanted.startswith("torch.") else False


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
            m.heap.write(instance.hidden, "site", made.created)
        else:
            m.heap.write(instance.hidden, "open", True)
    return None


# --- arguments and results ------------------------------------------------------------------------------------


def raw(value: Value) -> Any:
    """A value as an operator's binder takes it."""
    if isinstance(value, Tensor):
        return T.of(value.shape, value.dtype)
    if isinstance(value, ListObject):
        items = value.table["items"]
        return UNREAD if isinstance(items, Unknown) else [raw(item) for item in items]
    if isinstance(value, range):
        return tuple(value)
    if isinstance(value, tuple):
        return tuple(raw(item) for item in value)
    if isinstance(value, Instance) and isinstance(value.hidden.get("payload"), tuple):
        return tuple(raw(item) for item in value.hidden["payload"])
    if isinstance(value, Instance) and value.layer is not None:
        return value.layer
    if isinstance(value, (Unknown, Rest)) or type(value).__name__ in ("Alternatives", "IteratorObject", "DictObject"):
        return UNREAD
    return value


class NamedResults(tuple[Any, ...]):
    """Results with names: ``torch.max(x, 0).values``."""

    names: tuple[str, ...] = ()


def wrap(result: Any, dtype: str | None, trace: Trace | None) -> Value:
    """An operator's result as a value."""
    if isinstance(result, tuple):
        return Tensor(result, dtype, trace)
    if isinstance(result, Fields):
        named = NamedResults(wrap(part, "int" if name == "indices" else dtype, trace) for part, name in zip(result, result.names, strict=True))
        named.names = result.names
        return named
    if isinstance(result, list):
        return tuple(wrap(part, dtype, trace) for part in result)
    return Unknown(Why.DATA, "a value computed from data") if result is None else result


def without_empty(result: Any, value: Value, first: Tensor | None) -> Value:
    """After a map of a tensor has vanished (and was reported), its sizes are unread: what follows from them is no new error.

    A tensor that is made empty, or follows from an empty one, is what the program means.
    """
    if first is None or first.shape is None or 0 in [size for size in first.shape if isinstance(size, int)]:
        return value
    if isinstance(value, Tensor) and isinstance(result, tuple) and any(isinstance(size, int) and size <= 0 for size in result):
        return Tensor(tuple(unknown() if isinstance(size, int) and size <= 0 else size for size in result), value.dtype, value.trace)
    return value


def first_tensor(args: list[Value], kwargs: dict[str, Value]) -> Tensor | None:
    for value in (*args, *kwargs.values()):
        if isinstance(value, Tensor):
            return value
        if isinstance(value, ListObject):
            items = value.table["items"]
            value = items if isinstance(items, tuple) else ()
        if isinstance(value, tuple):
            found = first_tensor(list(value), {})
            if found is not None:
                return found
    return None


def result_dtype(op: Operator, args: list[Value], kwargs: dict[str, Value]) -> str | None:
    wanted = kwargs.get("dtype")
    if wanted is None:
        wanted = next((arg for arg in args if isinstance(arg, (External, Native)) and arg.name.rpartition(".")[2] in _COARSE), None)
    if wanted is not None:
        return _COARSE.get(wanted.name.rpartition(".")[2]) if isinstance(wanted, (External, Native)) else None
    return op.result_dtype([raw(arg) for arg in args], {name: raw(value) for name, value in kwargs.items()})


# --- functions and methods ------------------------------------------------------------------------------------


def call_external(m: "Machine", name: str, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    """A call of something outside the user's files, by its dotted name."""
    name = canonical(name)
    known = NATIVES.get(name)
    if known is not None:
        return m.call_native(known, args, kwargs)
    rest = next((arg for arg in args if isinstance(arg, Rest)), None)
    op = lookup(name)
    if op is None and name.startswith("torch.Tensor.") and name.count(".") == 2:
        op = _as_function(name)
    if op is not None:
        if rest is not None:
            return _unread(m, op, "arguments", args, kwargs)
        return construct(m, op, args, kwargs, site) if op.is_module else call_function(m, op, args, kwargs, site)
    if name.startswith(_IN_PLACE_WRAPPERS) or (name.startswith("torch.nn.init.") and name.endswith("_")):
        return args[0] if args else Unknown(Why.CONSTRUCT, name)
    if name in _CONTAINERS or name == "torch.nn.Module":
        return _container(m, name, args, kwargs, site)
    _check_name(m, name, site)
    why = Why.OPERATOR if name.startswith("torch.") else Why.IMPORT
    return m.unknown(why, name)


def _as_function(name: str) -> Operator | None:
    """``x.foo(...)`` is ``torch.foo(x, ...)`` and ``x.foo_(...)`` is ``x.foo(...)`` where nothing else is declared."""
    short = name.rpartition(".")[2]
    plain = short.rstrip("_") if not short.startswith("__") else short
    return lookup(f"torch.Tensor.{plain}") or lookup(f"torch.{plain}") or lookup(f"torch.nn.functional.{plain}")


def call_method(m: "Machine", name: str, receiver: Value, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    """A tensor method."""
    if isinstance(receiver, Tensor) and name.endswith("_") and not name.endswith("__"):
        if name.rpartition(".")[2] in _RESHAPING_IN_PLACE:
            changed = call_external(m, name.rstrip("_"), [receiver, *args], kwargs, site)
            m.become(receiver, changed if isinstance(changed, Tensor) else Tensor(None, receiver.dtype))
            return changed
        call_external(m, name, [receiver, *args], kwargs, site)
        return receiver
    return call_external(m, name, [receiver, *args], kwargs, site)


def _container(m: "Machine", name: str, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Instance:
    instance = Instance(External(name), None if site is None else CallSite(site.place, {}))
    init = METHODS.get((name, "__init__"))
    if init is not None:
        rest = next((arg for arg in args if isinstance(arg, Rest)), None)
        if rest is not None:
            instance.hidden["open"] = rest.unknown
        else:
            init.call(m, [instance, *args], kwargs)
    return instance


def _check_name(m: "Machine", name: str, site: "Site | None") -> None:
    from .names import near_names

    near = near_names(name)
    if near and site is not None:
        node = site.node.func if isinstance(site.node, ast.Call) else site.node
        m.emit(Misnamed(name, near, Place(site.file_scope.file, node), m.certain))


def call_function(m: "Machine", op: Operator, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    args = m.solid(args)
    raws = [raw(arg) for arg in args]
    raw_kwargs = {key: raw(value) for key, value in kwargs.items()}
    first = first_tensor(args, kwargs)
    dtype = result_dtype(op, args, kwargs)
    try:
        result = op.call(raws, raw_kwargs)
    except Unread as unread:
        if first is not None and first.shape is None:
            return _through_unknown_rank(op, first, args, kwargs, dtype)
        return _unread(m, op, unread.param, args, kwargs)
    except ShapeError as error:
        application = _application(m, op, _function_name(op, site), None, args, kwargs, site)
        return _refused(m, application, error, dtype)
    trace = _trace(m, _function_name(op, site), op, first, result, site)
    value = wrap(result, dtype, trace)
    m.applied(op, None, result, value, lambda *when: _application(m, op, _function_name(op, site), None, args, kwargs, site, *when))
    return without_empty(result, value, first)


def _function_name(op: Operator, site: "Site | None") -> str:
    node = site.node if site is not None else None
    if isinstance(node, (ast.BinOp, ast.Compare, ast.AugAssign)):
        return next((symbol for symbol, name in TENSOR_OPERATORS.items() if name == op.name), op.short_name)
    return op.name if not op.name.startswith("torch.Tensor.") else op.short_name


def _through_unknown_rank(op: Operator, first: Tensor, args: list[Value], kwargs: dict[str, Value], dtype: str | None) -> Value:
    """A function of a tensor of unknown rank: known trailing sizes survive what keeps every shape (activations, dropout)."""
    if not op.gives_tensor:
        return Unknown(Why.DATA, f"the results of {op.short_name}")
    if first.tail and op.keeps_shape and sum(isinstance(arg, Tensor) for arg in args) == 1:
        return Tensor(None, dtype, first.trace, tail=first.tail)
    return Tensor(None, dtype, first.trace)


def _unread(m: "Machine", op: Operator, param: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    m.coverage.count(op.name, False)
    value = m.unknown(Why.ARGUMENT, f"{op.short_name}({param})")
    first = first_tensor(args, kwargs)
    return value if first is None or op.is_module or not op.gives_tensor else Tensor(None, first.dtype, first.trace)


def _trace(m: "Machine", name: str, op: Operator, first: Tensor | None, result: Any, site: "Site | None") -> Trace | None:
    if site is None:
        return None
    after = result if isinstance(result, tuple) else next((part for part in result if isinstance(part, tuple)), None) if isinstance(result, list) else None
    return Trace(name, op.short_name, first.shape if first is not None else None, after, site.place, first.trace if first is not None else None)


# --- modules ----------------------------------------------------------------------------------------------------


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
        application = _application(m, op, op.short_name, None, args, kwargs, site)
        m.emit(Refused(application, error))
        instance.hidden["open"] = True
        return instance
    instance.hidden["layer"] = layer
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
    first = first_tensor(args, kwargs)
    if layer is None or any(isinstance(arg, Rest) for arg in args):
        name = instance.cls.name if isinstance(instance.cls, External) else "a layer"
        m.coverage.count(name, False)
        return Tensor(None, first.dtype if first is not None else None, first.trace if first is not None else None)
    op = layer.op
    if first is None and args and isinstance(args[0], Unknown):
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
    try:
        result = op.apply(layer, [raw(arg) for arg in args], {key: raw(value) for key, value in kwargs.items()})
    except Unread:
        m.coverage.count(op.name, False)
        return Tensor(None, dtype, first.trace if first is not None else None) if op.gives_tensor else Unknown(Why.DATA, f"the results of {op.short_name}")
    except ShapeError as error:
        application = _application(m, op, name, instance, args, kwargs, site)
        return _refused(m, application, error, dtype, layer)
    shown_first = args[0] if args and isinstance(args[0], Tensor) else first
    trace = _trace(m, name, op, shown_first, result, site)
    value = wrap(result, dtype, trace)
    if first is not None and first.shape is None and layer.any_rank and isinstance(result, tuple):
        value = Tensor(None, dtype, trace, tail=result[1:])
    m.applied(op, instance, result, value, lambda *when: _application(m, op, name, instance, args, kwargs, site, *when))
    return without_empty(result, value, first)


def _prepare(m: "Machine", instance: Instance, layer: Layer, first: Tensor | None) -> tuple[Layer, Tensor | None, Shape | None]:
    """The layer to apply (a lazy one becomes concrete), and a shape to assume for an input of unknown rank."""
    if first is None:
        return layer, first, None
    assumed: Shape | None = None
    if first.shape is None:
        if layer.any_rank and first.tail:
            assumed = (unknown("?"), *first.tail)
        else:
            assumed = m.declarations.assumed_input(m, instance) or _expected(layer)
    shape = first.shape if first.shape is not None else assumed
    if shape is not None:
        made = layer.materialise(shape)
        if made is not None:
            made.training = layer.training
            m.heap.write(instance.hidden, "layer", made)
            m.heap.write(instance.hidden, "lazy", True)
            return made, first, assumed
    return layer, first, assumed


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
        if current is None:
            break
    if parts:
        return ".".join(reversed(parts))
    return op.short_name if op is not None else getattr(instance.cls, "name", "module").rpartition(".")[2]


def layer_attribute(m: "Machine", instance: Instance, name: str) -> Value:
    """An attribute that torch's layers have: parameters, buffers and constructor arguments. None where there is none."""
    layer = instance.layer
    if layer is None:
        if instance.hidden.get("open") or instance.hidden.get("replaced"):
            return Unknown(Why.ARGUMENT, name)
        return None
    shapes = layer.parameters()
    if name in shapes:
        return Tensor(shapes[name], "float", None, is_parameter=True)
    buffers = layer.buffers()
    if name in buffers:
        return Tensor(buffers[name], "float", None)
    if name in ("bias", "weight"):
        return Unknown(Why.ATTRIBUTE, "a parameter the layer lacks")
    if name == "training":
        return instance.hidden.get("training", True)
    for param in layer.op.params:
        if param.name == name:
            return _field(layer, param.name, param.kind)
    return None


def _field(layer: Layer, name: str, kind: Kind) -> Value:
    value = getattr(layer, name)
    if kind is Kind.IGNORED or isinstance(value, list):
        return Unknown(Why.ATTRIBUTE, name)
    if kind in (Kind.SIZES, Kind.SIZES_OR_TEXT) and not layer.op.short_name.startswith(("Conv", "LazyConv")):
        same = isinstance(value, tuple) and value and all(item is value[0] or item == value[0] for item in value)
        return value[0] if same else value
    return value


# --- refusals -----------------------------------------------------------------------------------------------------


def _application(
    m: "Machine", op: Operator, name: str, instance: Instance | None, args: list[Value], kwargs: dict[str, Value], site: "Site | None",
    frames: "tuple[Frame, ...] | None" = None, certain: bool | None = None, source: InputSource | None = None,
) -> Application:
    params = op.forward_params if instance is not None else op.params
    call = places(site, [param.name for param in params]) if site is not None else CallSite(Place(m.any_file(), ast.Pass()), {})
    if site is not None and isinstance(site.node, ast.Call) and params and _is_method_call(site, args):
        call = CallSite(site.place, {**places_of_method(site, [param.name for param in params]), params[0].name: Place(site.file_scope.file, site.node.func.value)})  # type: ignore[attr-defined]
    tensors: dict[str, Tensor] = {}
    for param, value in (*zip([p.name for p in params], args, strict=False), *kwargs.items()):
        if isinstance(value, Tensor):
            tensors[param] = value
        items = value.table["items"] if isinstance(value, ListObject) else value
        if isinstance(items, tuple):
            for i, item in enumerate(items):
                if isinstance(item, Tensor):
                    tensors[f"{param}[{i}]"] = item
    values = dict(zip([p.name for p in params], map(raw, args), strict=False)) | {key: raw(value) for key, value in kwargs.items()}
    shown = instance
    if instance is not None and instance.hidden.get("site") is not None:
        shown = Instance(instance.cls, instance.hidden["site"])
        shown.table, shown.hidden = instance.table, instance.hidden
    now = certain is None
    return Application(op, name, call, shown, tensors, values, m.stack(frames), m.source if now else source, m.certain if certain is None else certain)


def _is_method_call(site: "Site", args: list[Value]) -> bool:
    node = site.node
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(args) == len(node.args) + 1 and isinstance(args[0], Tensor)


def places_of_method(site: "Site", names: list[str]) -> dict[str, Place]:
    return places(site, names[1:]).args


_OF_RANK = (Problem.RANK, Problem.AXIS, Problem.INDEX)


def _assumed_rank(tensor: Tensor) -> bool:
    return tensor.shape is None or (bool(tensor.shape) and is_unknown(tensor.shape[0]))


_CORRECTABLE = (Problem.CHANNELS, Problem.FEATURES)


def _refused(m: "Machine", application: Application, error: ShapeError, dtype: str | None, layer: Layer | None = None) -> Value:
    """Report the refusal, and go on with what the layer would give for the input it expects, so that later errors are found too."""
    m.coverage.count(application.op.name, True)
    if m.exploring and error.problem in _OF_RANK and any(_assumed_rank(tensor) for tensor in application.tensors.values()):
        application.certain = False  # the input may have come without a batch axis
    m.emit(Refused(application, error))
    tensor = application.tensors.get(error.arg) or next(iter(application.tensors.values()), None)
    if error.problem is Problem.NORM_FEATURES and tensor is not None:
        return tensor  # a normalisation keeps its input's shape, whatever it was made for
    if layer is not None and error.problem in _CORRECTABLE and error.axis is not None and tensor is not None and tensor.shape is not None:
        corrected: list[Dim] = list(tensor.shape)
        if error.expected is not None and -len(corrected) <= error.axis < len(corrected):
            corrected[error.axis] = error.expected
            try:
                result = application.op.apply(layer, [T.of(tuple(corrected), tensor.dtype)], {})
            except (ShapeError, Unread):
                result = None
            if isinstance(result, tuple):
                return Tensor(result, dtype, Trace(application.name, application.op.short_name, None, result, application.call.place, None))
    return Tensor(None, dtype) if tensor is not None and application.op.gives_tensor else Unknown(Why.ERROR, application.name, application.call.place)


def refuse_index(m: "Machine", tensor: Tensor, error: ShapeError) -> Value:
    _refuse_here(m, "torch.select", "index", tensor, error)
    return Tensor(None, tensor.dtype)


def refuse_assignment(m: "Machine", target: Tensor, value: Value, error: ShapeError) -> None:
    _refuse_here(m, "torch.select", "assignment", value if isinstance(value, Tensor) else target, error)


def refuse_in_place(m: "Machine", target: Tensor, result: Value) -> None:
    """``x += y`` writes into x: the sum must have x's own shape."""
    if not isinstance(result, Tensor) or target.shape is None or result.shape is None or target.shape == result.shape:
        return
    try:
        broadcast_onto(result.shape, target.shape, Problem.BROADCAST, "an in-place result of shape {received} does not fit the tensor, {expected}")
    except ShapeError as error:
        _refuse_here(m, "torch.add", "in-place operator", target, error)


def refuse_unpacking(m: "Machine", value: Value, count: int, wanted: int) -> bool:
    """``b, c, h, w = x.shape`` and ``a, b = x.chunk(3)``: sizes or tensors that do not fit the names."""
    tensors = [item for item in value if isinstance(item, Tensor)] if isinstance(value, tuple) else []
    what = "tensors" if tensors else "sizes"
    if isinstance(value, Tensor) or tensors or (isinstance(value, tuple) and value and all(is_size(item) for item in value) and _is_shape(m)):
        error = ShapeError(Problem.INDEX, f"{count} {'rows' if isinstance(value, Tensor) else what} are unpacked into {wanted} names", expected=wanted, received=count)
        _refuse_here(m, "torch.unbind", "unpacking", tensors[0] if tensors else value, error)
        return True
    return False


def _is_shape(m: "Machine") -> bool:
    """Whether the unpacked expression reads a shape: other tuples of ints are the program's own business."""
    line = m.site.place.line if m.site is not None else ""
    return ".shape" in line or ".size()" in line


def _refuse_here(m: "Machine", name: str, what: str, value: Value, error: ShapeError) -> None:
    op = lookup(name)
    if op is not None and m.site is not None:
        tensors = {"input": value} if isinstance(value, Tensor) else {}
        sizes = value.shape or () if isinstance(value, Tensor) else value
        open_rank = m.exploring and bool(sizes) and is_unknown(sizes[0])
        m.emit(Refused(Application(op, what, CallSite(m.site.place, {}), None, tensors, {}, m.stack(), m.source, m.certain and not open_rank), error))


__all__ = [
    "Expr", "NamedResults", "PyRaise", "apply_layer", "base_member", "call_external", "call_method", "canonical", "construct", "external_bases",
    "layer_attribute", "layer_name", "raw", "related", "wrap",
]
