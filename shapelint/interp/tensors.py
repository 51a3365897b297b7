"""Attributes of tensors."""

from typing import TYPE_CHECKING

from ..dims import prod
from ..dims.where import Condition
from .arguments import kind_of_dtype
from .counts import shares
from .decisions import answer_of
from .handing_over import hand_over
from .natives import METHODS, NATIVES, PyRaise, method, native
from .values import BoundMethod, External, Tensor, Unknown, Value, Why, is_size

if TYPE_CHECKING:
    from .machine import Machine

_SAME = frozenset({"data", "grad", "real", "imag"})
_FLAGS = frozenset({
    "is_cuda", "is_leaf", "requires_grad", "is_mps", "is_meta", "is_xpu", "is_cpu", "device", "layout", "grad_fn",
    "names", "output_nr", "itemsize", "nbytes", "retains_grad",
})
_KINDS = frozenset({"is_quantized", "is_sparse", "is_sparse_csr", "is_nested", "is_mkldnn"})  # no operator that makes such tensors has a rule


def tensor_attribute(m: "Machine", value: Tensor, name: str) -> Value:
    """``tensor.name``: shapes, flags, and everything else a method."""
    if value.shape is None and name in ("shape", "ndim"):
        m.premature = True
    if name == "shape":
        return Unknown(Why.DATA, "the shape of a tensor of unknown rank") if value.shape is None else value.shape
    if name in ("ndim",):
        return Unknown(Why.DATA, "the rank of a tensor") if value.shape is None else len(value.shape)
    if name in ("T", "mT", "H", "mH"):
        return shares(_transposed(value, name), value)
    if name in _SAME:
        return shares(Tensor(value.shape, value.dtype, value.trace, tail=value.tail), value)
    if name == "dtype":
        return _dtype(value)
    if name in _KINDS:
        return False
    if name in _FLAGS:
        return Unknown(Why.DATA, f"tensor.{name}")
    if name in ("__class__",):
        return m.type_of(value)
    if ("tensor", name) in METHODS:
        return BoundMethod(METHODS["tensor", name], value)
    if name.startswith("__") and name.endswith("__") and name not in ("__getitem__", "__len__"):
        return Unknown(Why.ATTRIBUTE, f"tensor.{name}")
    return BoundMethod(External(f"torch.Tensor.{name}"), value)


def _dtype(value: Tensor) -> Value:
    name = {"float": "torch.float32", "int": "torch.int64", "bool": "torch.bool", "complex": "torch.complex64"}.get(value.dtype or "")
    return External(name) if name else Unknown(Why.DATA, "a dtype")


def _transposed(value: Tensor, name: str) -> Value:
    shape = value.shape
    if shape is None or (len(shape) < 2 and name != "T"):
        return Tensor(None, value.dtype, value.trace)
    turned = shape[::-1] if name in ("T", "H") else (*shape[:-2], shape[-1], shape[-2])
    return Tensor(turned, value.dtype, value.trace)


@method("tensor", "size")
def _size(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    tensor = args[0]
    axis = args[1] if len(args) > 1 else kwargs.get("dim")
    if tensor.shape is None:
        m.premature = True
        if isinstance(axis, int) and -len(tensor.tail) <= axis < 0:
            return tensor.tail[axis]
        return Unknown(Why.DATA, "a size of a tensor of unknown rank")
    if axis is None:
        return tensor.shape
    if not isinstance(axis, int):
        return Unknown(Why.DATA, "an axis")
    if not -len(tensor.shape) <= axis < len(tensor.shape):
        raise PyRaise("IndexError", "dimension out of range")
    return tensor.shape[axis]


@method("tensor", "dim", "ndimension")
def _dim(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return Unknown(Why.DATA, "the rank of a tensor") if args[0].shape is None else len(args[0].shape)


@method("tensor", "numel", "nelement")
def _numel(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return Unknown(Why.DATA, "an element count") if args[0].shape is None else prod(args[0].shape)


@method("tensor", "__len__")
def _len(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return args[0].shape[0] if args[0].shape else Unknown(Why.DATA, "the length of a tensor")


@method("tensor", "backward", "storage", "data_ptr", "get_device", "stride", "element_size", "any_", "storage_offset",
        "untyped_storage", "storage_type", "const_data_ptr", "q_scale", "q_zero_point", "is_pinned", "is_shared", "is_inference",
        "dim_order", "is_coalesced", "is_set_to")
def _data(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return Unknown(Why.DATA, "a value computed from data")


@native("torch.is_floating_point")
@method("tensor", "is_floating_point")
def _is_floating_point(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return Unknown(Why.DATA, "a dtype") if not args or getattr(args[0], "dtype", None) is None else args[0].dtype == "float"


@native("torch.is_complex")
@method("tensor", "is_complex")
def _is_complex(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return Unknown(Why.DATA, "a dtype") if not args or getattr(args[0], "dtype", None) is None else args[0].dtype == "complex"


@method("tensor", "register_hook", "register_post_accumulate_grad_hook")
def _register_hook(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    hand_over(m, (*args[1:], *kwargs.values()))
    return m.unknown(Why.OPERATOR, "the handle of a hook")


@method("tensor", "retain_grad", "share_memory_")
def _nothing(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return args[0]


@method("tensor", "type")
def _type(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    """Without an argument the name of the type; with one, a copy of that type."""
    wanted = args[1] if len(args) > 1 else kwargs.get("dtype")
    if wanted is None:
        return Unknown(Why.DATA, "the name of a tensor's type")
    name = wanted if isinstance(wanted, str) else getattr(wanted, "name", "")
    return Tensor(args[0].shape, kind_of_dtype(name), args[0].trace, tail=args[0].tail)


@native("torch.is_tensor")
def _is_tensor(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    answer = m.is_instance(args[0], External("torch.Tensor"))
    return Unknown(Why.DATA, "is_tensor") if answer is None else answer


@native("torch.Size")
def _torch_size(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    items = m.iterate(args[0]) if args else ()
    return Unknown(Why.DATA, "torch.Size") if items is None else items


@native("torch.numel")
def _torch_numel(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return _numel(m, args, kwargs) if isinstance(args[0], Tensor) else Unknown(Why.DATA, "an element count")


@native("torch.nn.Parameter", "torch.nn.UninitializedParameter", "torch.nn.Buffer")
def _parameter(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    data = args[0] if args else kwargs.get("data")
    if isinstance(data, Tensor):
        return Tensor(data.shape, data.dtype, data.trace, tail=data.tail, is_parameter=True)
    return Tensor(None, "float", is_parameter=True)


@native("torch.FloatTensor", "torch.LongTensor", "torch.Tensor", "torch.IntTensor", "torch.BoolTensor", "torch.DoubleTensor")
def _legacy(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    """The legacy constructors: sizes, or nested data."""
    if not args:
        return Tensor((0,), "float")
    if all(map(is_size, args)) or len(args) > 1:
        return m.call(External("torch.empty"), list(args), {})
    if len(args) == 1 and isinstance(args[0], Tensor):
        return args[0]
    return m.call(External("torch.tensor"), args, {})


@native("torch.jit.is_scripting", "torch.jit.is_tracing", "torch._C._get_tracing_state", "torch.onnx.is_in_onnx_export", "torch.compiler.is_compiling",
        "torch.is_autocast_enabled", "torch.overrides.has_torch_function")
def _no(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return False


@native("torch.cuda.is_available", "torch.distributed.is_initialized", "torch.distributed.is_available")
def _depends_on_the_machine(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return Unknown(Why.DATA, "the machine")


@native("torch._C._log_api_usage_once")
def _log(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return None


@native("torch._assert")
def _assert(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    answer = answer_of(m, args[0]) if args else None
    if answer is False or (isinstance(answer, Condition) and m.place is not None and not m.assume(answer, m.place)):
        raise PyRaise("AssertionError", "torch._assert", place=m.place)
    return None


@native("torch.utils.checkpoint.checkpoint")
def _checkpoint(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    rest = {key: value for key, value in kwargs.items() if key not in ("use_reentrant", "preserve_rng_state", "context_fn", "determinism_check", "debug")}
    return m.call(args[0], list(args[1:]), rest)


@native("torch.utils.checkpoint.checkpoint_sequential")
def _checkpoint_sequential(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    functions = args[0]
    value = args[2] if len(args) > 2 else kwargs.get("input")
    for part in m.iterate(functions) or ():
        value = m.call(part, [value], {})
    return value


@native("torch.jit.trace", "torch.jit.trace_module", "torch.fx.symbolic_trace")
def _trace(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    """Tracing runs the module with the example inputs."""
    example = args[1] if len(args) > 1 else kwargs.get("example_inputs")
    if example is not None:
        m.call(args[0], list(example) if isinstance(example, tuple) else [example], {})
    return args[0]


@native("torch.onnx.export")
def _export(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    example = args[1] if len(args) > 1 else kwargs.get("args")
    if args and example is not None:
        m.call(args[0], list(example) if isinstance(example, tuple) else [example], {})
    return None


@native("torchinfo.summary", "torchsummary.summary", "torchsummaryX.summary", "pytorch_model_summary.summary")
def _summary(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``summary(net, (3, 224, 224))`` runs the net: torchsummary adds a batch axis of 2, torchinfo takes the size as it is."""
    model = args[0] if args else kwargs.get("model")
    data = kwargs.get("input_data")
    sizes = args[1] if len(args) > 1 else kwargs.get("input_size")
    batched = not (m.site is not None and m.imports.comes_from(m, m.site, "torchinfo"))
    inputs = [data] if data is not None else _inputs_of_size(m, sizes, batched)
    axis = kwargs.get("batch_dim")
    if isinstance(axis, int):
        inputs = [Tensor((*item.shape[:axis], 1, *item.shape[axis:]), item.dtype) for item in inputs if isinstance(item, Tensor) and item.shape is not None]
    elif axis is not None:
        inputs = []
    if inputs:
        m.call(model, inputs, {})
    return Unknown(Why.DATA, "a summary")


def _inputs_of_size(m: "Machine", sizes: Value, batched: bool) -> list[Value]:
    items = m.iterate(sizes)
    if not items:
        return [Tensor(sizes.shape, "float", sizes.trace)] if isinstance(sizes, Tensor) else []
    if all(isinstance(item, int) for item in items):
        return [Tensor((2, *items) if batched else tuple(items), "float")]
    found = [_inputs_of_size(m, item, batched) for item in items]
    return [part[0] for part in found] if all(len(part) == 1 for part in found) else []


@native("torchviz.make_dot")
def _make_dot(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return Unknown(Why.DATA, "a drawing")


__all__ = ["NATIVES", "tensor_attribute"]
