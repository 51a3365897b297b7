"""Parts of torch that compute no tensor: its settings, tuples of sizes, checks, and what depends on the machine."""

import math
from typing import TYPE_CHECKING

from ...dims import Dim
from ...ops.broadcasting import broadcast
from ...ops.problems import ShapeError, Unread, follow
from ..values import Alternatives, Native, Tensor, Unknown, Value, Why, is_size
from .contextlib_ import context
from .support import REQUIRED, Args, Kwargs, aside, bind, data, inert, listed, lost, native

if TYPE_CHECKING:
    from ..machine import Machine

inert(
    "torch.manual_seed", "torch.set_default_dtype", "torch.set_default_device", "torch.set_default_tensor_type", "torch.set_num_threads",
    "torch.set_num_interop_threads", "torch.set_float32_matmul_precision", "torch.set_printoptions", "torch.set_rng_state", "torch.seed",
    "torch.set_deterministic_debug_mode", "torch.use_deterministic_algorithms", "torch.set_flush_denormal", "torch.set_warn_always", "torch.save",
    "torch.cuda.empty_cache", "torch.cuda.synchronize", "torch.cuda.set_device", "torch.cuda.manual_seed", "torch.cuda.manual_seed_all",
    "torch.cuda.reset_peak_memory_stats", "torch.ops.load_library", "torch.distributed.barrier", "torch.distributed.init_process_group",
    "torch.distributed.destroy_process_group", "torch.serialization.add_safe_globals", "torch.nn.utils.clip_grad_value_",
    "torch.nn.utils.convert_conv2d_weight_memory_format", "torch.random.manual_seed", "torch.autograd.set_detect_anomaly",
)
inert("torch.are_deterministic_algorithms_enabled", "torch.is_autocast_cpu_enabled", "torch.compiler.is_exporting", "torch.compiler.is_dynamo_compiling",
      "torch._dynamo.is_compiling", "torch.jit.is_scripting", "torch.is_inference_mode_enabled", "torch._C._get_privateuse1_backend_name",
      "torch.overrides.has_torch_function_unary", "torch.overrides.has_torch_function_variadic", "torch._jit_internal.is_scripting", value=False)
data(
    "torch.finfo", "torch.iinfo", "torch.get_default_dtype", "torch.get_default_device", "torch.get_num_threads", "torch.get_rng_state", "torch.Generator",
    "torch.initial_seed", "torch.is_grad_enabled", "torch.get_autocast_dtype", "torch.get_autocast_gpu_dtype", "torch.get_autocast_cpu_dtype",
    "torch.cuda.device_count", "torch.cuda.current_device", "torch.cuda.get_device_name", "torch.cuda.get_device_properties", "torch.cuda.memory_allocated",
    "torch.cuda.max_memory_allocated", "torch.cuda.get_device_capability", "torch.cuda.current_stream", "torch.cuda.Stream", "torch.cuda.Event",
    "torch.distributed.get_rank", "torch.distributed.get_world_size", "torch.backends.mps.is_available", "torch.backends.mps.is_built",
    "torch.mps.is_available", "torch.xpu.is_available", "torch.backends.cudnn.is_available", "torch.backends.cudnn.version", "torch.amp.is_autocast_available",
    "torch.cuda.is_bf16_supported", "torch.cuda.is_initialized", "torch.distributed.is_torchelastic_launched", "torch._dynamo.utils.is_compile_supported",
    "torch.can_cast", "torch.result_type", "torch.promote_types", "torch.utils.data.get_worker_info", "torch.hub._get_torch_home",
    "torch.hub.get_dir", "torch.typename",
)


# --- contexts -----------------------------------------------------------------------------------------------------------


def _context(name: str) -> None:
    """A context in which the same shapes are computed; as a decorator it returns the function."""

    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        made = context(name)
        made.table["__call__"] = Native("__call__", lambda machine, args, kwargs: args[0] if args else None)
        return made

    native(name)(call)


for _name in (
    "torch.set_grad_enabled", "torch.enable_grad", "torch.autocast", "torch.amp.autocast", "torch.amp.autocast_mode.autocast", "torch.cpu.amp.autocast",
    "torch.profiler.record_function", "torch.autograd.profiler.record_function", "torch.autograd.record_function", "torch.profiler.profile",
    "torch.autograd.profiler.profile", "torch.cuda.device", "torch.cuda.stream", "torch.random.fork_rng", "torch.backends.cuda.sdp_kernel",
    "torch.nn.attention.sdpa_kernel", "torch.backends.cudnn.flags", "torch.autograd.set_grad_enabled", "torch.autograd.detect_anomaly",
    "torch.jit.optimized_execution", "torch.nn.utils.parametrize.cached", "torch.autograd.graph.save_on_cpu",
):
    _context(_name)


@native("torch.device")
def device(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """Where tensors lie, which of them the machine has is not known; also a context."""
    made = context("torch.device")
    for part in ("type", "index"):
        made.table[part] = aside(machine, f"device.{part}")
    if args and isinstance(args[0], str):
        made.table["type"] = args[0].partition(":")[0]
    return made


# --- tuples of sizes ----------------------------------------------------------------------------------------------------


def _repeating(count: int) -> None:
    """``_pair(x)``: x once for each axis, or x as a tuple where it is several already."""

    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        value = args[0]
        if isinstance(value, (Unknown, Alternatives)):
            return lost(machine, "a number for each axis", value)
        if is_size(value) or isinstance(value, (float, bool)) or value is None:
            return (value,) * count
        items = listed(machine, value)
        return lost(machine, "a number for each axis", value) if items is None else items

    native(f"torch.nn.modules.utils.{_NTUPLES[count]}", least=1)(call)


_NTUPLES = {1: "_single", 2: "_pair", 3: "_triple", 4: "_quadruple"}
for _count in _NTUPLES:
    _repeating(_count)


@native("torch.nn.modules.utils._ntuple", least=1)
def ntuple(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """The function that repeats a number ``n`` times."""
    from ..natives import NATIVES

    name = _NTUPLES.get(args[0]) if isinstance(args[0], int) else None
    return NATIVES[f"torch.nn.modules.utils.{name}"] if name is not None else lost(machine, "_ntuple", args[0])


@native("torch.nn.modules.utils._reverse_repeat_tuple", least=2)
def reverse_repeat(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    items = listed(machine, args[0])
    if items is None or not isinstance(args[1], int):
        return lost(machine, "_reverse_repeat_tuple", *args)
    return tuple(item for item in reversed(items) for _ in range(args[1]))


@native("torch.broadcast_shapes", "torch.functional.broadcast_shapes")
def broadcast_shapes(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """The shape that all shapes broadcast to."""
    shapes = [(arg,) if is_size(arg) else machine.iterate(arg) or () for arg in args]
    if any(isinstance(arg, Unknown) for arg in args) or not all(is_size(size) for shape in shapes for size in shape):
        return lost(machine, "broadcast_shapes", *args)
    before = follow(machine.facts)
    try:
        return broadcast(*shapes)
    except (ShapeError, Unread):
        return lost(machine, "broadcast_shapes", *args)
    finally:
        follow(before)


# --- checks -------------------------------------------------------------------------------------------------------------


@native("torch._check", "torch._check_value", "torch._check_index", "torch._check_type", "torch._check_with", "torch._check_is_size",
        "torch._check_tensor_all", "torch._assert_async")
def check(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """What these checks say of sizes is not used; where they fail, torch raises."""
    return None


# --- initial values -----------------------------------------------------------------------------------------------------

_GAINS = {"relu": math.sqrt(2.0), "tanh": 5.0 / 3, "selu": 3.0 / 4}


@native("torch.nn.init.calculate_gain")
def calculate_gain(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    name, slope = bind("calculate_gain", args, kwargs, nonlinearity=REQUIRED, param=None)
    if name == "leaky_relu" and (slope is None or isinstance(slope, (int, float))):
        return math.sqrt(2.0 / (1 + (0.01 if slope is None else slope) ** 2))
    return _GAINS.get(name, 1) if isinstance(name, str) and name != "leaky_relu" else aside(machine, "calculate_gain")


@native("torch.nn.init._calculate_fan_in_and_fan_out")
def fans(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """How many inputs and outputs one weight meets: (fan_in, fan_out)."""
    weight = bind("_calculate_fan_in_and_fan_out", args, kwargs, tensor=REQUIRED)[0]
    if not isinstance(weight, Tensor) or weight.shape is None or len(weight.shape) < 2:
        return (aside(machine, "fan_in"), aside(machine, "fan_out"))
    window = math.prod(weight.shape[2:]) if all(isinstance(size, int) for size in weight.shape[2:]) else aside(machine, "a window")
    return tuple(machine.binary("*", size, window) for size in (weight.shape[1], weight.shape[0]))


@native("torch.nn.init._calculate_correct_fan")
def correct_fan(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return aside(machine, "a fan")


# --- parameters as a whole ----------------------------------------------------------------------------------------------


@native("torch.nn.utils.clip_grad_norm_", "torch.nn.utils.clip_grad_norm", "torch.nn.utils.get_total_norm")
def clip_grad_norm(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """The norm of all gradients."""
    return Tensor((), "float")


@native("torch.nn.utils.parameters_to_vector", "torch.nn.utils.convert_parameters.parameters_to_vector", least=1)
def parameters_to_vector(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """All parameters behind each other."""
    items = listed(machine, args[0])
    if items is None or not all(isinstance(item, Tensor) and item.shape is not None for item in items):
        return lost(machine, "parameters_to_vector", args[0])
    counts = [machine.call(machine.get_attribute(item, "numel"), [], {}) for item in items]
    total: Value = 0
    for count in counts:
        total = machine.binary("+", total, count)
    return Tensor((total,), "float") if is_size(total) else Tensor(None, "float")


@native("torch.nn.utils.skip_init", least=1)
def skip_init(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """The module, without first values for its parameters."""
    return machine.call(args[0], list(args[1:]), kwargs)


@native("torch.nn.utils.fusion.fuse_conv_bn_eval", "torch.nn.utils.fuse_conv_bn_eval", "torch.nn.utils.fusion.fuse_linear_bn_eval",
        "torch.nn.utils.fuse_linear_bn_eval", least=1)
def fuse(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """The layer with other weights."""
    return args[0]


# --- functions of functions ---------------------------------------------------------------------------------------------


@native("torch.vmap", "torch.func.vmap", least=1)
def vmap(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """The function applied to each slice along the first axis of its arguments; other axes are not followed."""
    function = args[0]
    if len(args) > 1 or kwargs.keys() - {"chunk_size", "randomness"}:
        return lost(machine, "vmap over other axes", *args[1:])

    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        if kwargs or not args or not all(isinstance(arg, Tensor) and arg.shape for arg in args):
            return lost(machine, "vmap", *args, *kwargs.values())
        result = machine.call(function, [Tensor(arg.shape[1:], arg.dtype, arg.trace) for arg in args], {})
        batch = args[0].shape[0]
        parts = [_stacked(batch, part) for part in (result if isinstance(result, tuple) else (result,))]
        return tuple(parts) if isinstance(result, tuple) else parts[0]

    return Native("vmap", call)


def _stacked(batch: Dim, value: Value) -> Value:
    if isinstance(value, Tensor):
        return Tensor(None if value.shape is None else (batch, *value.shape), value.dtype, value.trace)
    return Unknown(Why.DATA, "a result of vmap")
