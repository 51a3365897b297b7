"""Normalisation as functions: the shape stays, and every weight and statistic must have the size of the channels."""

from typing import Any

from ..dims import Dim
from ..shapes import Shape, numel, show
from .broadcasting import require_axes
from .declare import function
from .examples import call
from .kinds import Checked, Flag, Ignored, OptAxes, Raw, Size, T, Tensor
from .norm import check_eps, check_groups, check_groups_divide, check_many_values, check_response_norm, check_trailing, read_normalized_shape
from .problems import Problem, refuse, require_equal


def check_per_channel(channels: Dim, ranks: tuple[int, ...] | None, **given: Any) -> None:
    """Refuse weights or statistics without exactly one element per channel. ``ranks``: the numbers of axes they may have (None: any)."""
    for name, shape in given.items():
        if isinstance(shape, tuple):
            if ranks is not None and len(shape) not in ranks:
                raise refuse(Problem.NORM_FEATURES, f"{name} must have one axis but has {len(shape)}: {show(shape)}", arg=name)
            message = f"{name} has {{received}} elements for {{expected}} channels"
            require_equal(numel(shape), channels, Problem.NORM_FEATURES, message, arg=name)


def check_statistics(running_mean: Any, running_var: Any, own: bool) -> None:
    """Without statistics of its own a norm needs both running ones."""
    for name, value in (("running_mean", running_mean), ("running_var", running_var)):
        if value is None and not own:
            raise refuse(Problem.HYPER_PARAMETER, f"{name} must be given where the statistics of the input are not used", arg=name)


def channels_of(input: Shape) -> Dim:
    if len(input) < 2:
        raise refuse(Problem.RANK, f"expects at least 2 axes but receives {len(input)}: {show(input)}", expected=2, received=len(input))
    return input[1]


@function(
    "torch.nn.functional.batch_norm",
    good=lambda: [
        call(T(2, 4, 5), T(4), T(4)),
        call(T(2, 4), None, None, training=True),
        call(T(2, 4, 5, 5), T(4), T(4), T(4), T(4), True, 0.1, 1e-5),
        call(T(2, 4, 3), T(4), T(4), weight=T(4), bias=T(4)),
    ],
    bad=lambda: [
        call(T(2, 4, 5), T(3), T(4)).refused(Problem.NORM_FEATURES),
        call(T(2, 4, 5), None, None).refused(Problem.HYPER_PARAMETER),
        call(T(1, 4, 1), T(4), T(4), training=True).refused(Problem.ONE_VALUE),
        call(T(4), T(4), T(4)).refused(Problem.RANK),
    ],
)
def batch_norm(
    input: Tensor, running_mean: Checked, running_var: Checked, weight: Checked = None, bias: Checked = None,
    training: Flag = False, momentum: Ignored = 0.1, eps: Ignored = 1e-5,
) -> Shape:
    """The shape stays; statistics, weight and bias have one element per channel (axis 1)."""
    channels = channels_of(input)
    if training:
        check_many_values((input[0], *input[2:]), "value per channel")
    check_eps(eps, positive=training)
    check_statistics(running_mean, running_var, own=training)
    check_per_channel(channels, (1,), running_mean=running_mean, running_var=running_var)
    check_per_channel(channels, None, weight=weight, bias=bias)
    return input


@function(
    "torch.nn.functional.instance_norm",
    good=lambda: [
        call(T(2, 4, 5)), call(T(2, 4, 5, 5), T(4), T(4), T(4), T(4), False, 0.1, 1e-5), call(T(1, 3, 4), weight=T(3), bias=T(3)),
    ],
    bad=lambda: [
        call(T(2, 4, 5), weight=T(3)).refused(Problem.NORM_FEATURES),
        call(T(2, 4, 5), use_input_stats=False).refused(Problem.HYPER_PARAMETER),
        call(T(2, 4, 1)).refused(Problem.ONE_VALUE),
    ],
)
def instance_norm(
    input: Tensor, running_mean: Checked = None, running_var: Checked = None, weight: Checked = None, bias: Checked = None,
    use_input_stats: Flag = True, momentum: Ignored = 0.1, eps: Ignored = 1e-5,
) -> Shape:
    """The shape stays; statistics, weight and bias have one element per channel (axis 1)."""
    channels = channels_of(input)
    if use_input_stats:
        check_many_values(input[2:], "spatial element")
    check_statistics(running_mean, running_var, own=use_input_stats)
    check_per_channel(channels, (0, 1), running_mean=running_mean, running_var=running_var, weight=weight, bias=bias)
    return input


@function(
    "torch.nn.functional.group_norm",
    good=lambda: [call(T(2, 6), 2), call(T(2, 6, 4, 4), 3, T(6), T(6)), call(T(1, 4, 3), 1, weight=T(4), eps=1e-3)],
    bad=lambda: [
        call(T(2, 6, 4), 4).refused(Problem.GROUPS),
        call(T(2, 6, 4), 2, T(4)).refused(Problem.NORM_FEATURES),
        call(T(1, 2), 2).refused(Problem.ONE_VALUE),
        call(T(6), 2).refused(Problem.RANK),
    ],
)
def group_norm(input: Tensor, num_groups: Size, weight: Checked = None, bias: Checked = None, eps: Ignored = 1e-5) -> Shape:
    """The shape stays; num_groups divides the channels (axis 1), weight and bias have one element per channel."""
    check_groups(input, num_groups)
    check_groups_divide(input[1], num_groups)
    check_per_channel(input[1], (1,), weight=weight, bias=bias)
    return input


def _check_trailing_call(input: Shape, normalized_shape: Any, **given: Any) -> Shape:
    wanted = read_normalized_shape(normalized_shape)
    if wanted is None:
        return input
    check_trailing(input, wanted)
    for name, shape in given.items():
        if isinstance(shape, tuple):
            if len(shape) != len(wanted):
                raise refuse(Problem.NORM_FEATURES, f"{name} is {show(shape)} but normalized_shape is {show(wanted)}", arg=name)
            for axis, (received, expected) in enumerate(zip(shape, wanted, strict=True)):
                require_equal(
                    received, expected, Problem.NORM_FEATURES, f"{name} has {{received}} where normalized_shape has {{expected}}", arg=name,
                    axis=axis,
                )
    return input


@function(
    "torch.nn.functional.layer_norm",
    good=lambda: [call(T(2, 4), (4,)), call(T(2, 4, 5), [4, 5], T(4, 5), T(4, 5), 1e-5), call(T(4), (4,), bias=T(4))],
    bad=lambda: [call(T(2, 4), (5,)).refused(Problem.NORM_FEATURES), call(T(2, 4), (4,), T(2)).refused(Problem.NORM_FEATURES)],
)
def layer_norm(input: Tensor, normalized_shape: Raw, weight: Checked = None, bias: Checked = None, eps: Ignored = 1e-5) -> Shape:
    """The shape stays; the last axes, weight and bias must be normalized_shape."""
    return _check_trailing_call(input, normalized_shape, weight=weight, bias=bias)


@function(
    "torch.nn.functional.rms_norm", "torch.rms_norm",
    good=lambda: [call(T(2, 4), (4,)), call(T(2, 4, 5), [4, 5], T(4, 5), 1e-5), call(T(4), (4,), weight=T(4))],
    bad=lambda: [call(T(2, 4), (5,)).refused(Problem.NORM_FEATURES), call(T(2, 4), (4,), T(2)).refused(Problem.NORM_FEATURES)],
)
def rms_norm(input: Tensor, normalized_shape: Raw, weight: Checked = None, eps: Ignored = None) -> Shape:
    """The shape stays; the last axes and weight must be normalized_shape."""
    return _check_trailing_call(input, normalized_shape, weight=weight)


@function(
    "torch.nn.functional.local_response_norm",
    good=lambda: [call(T(2, 4, 5), 2), call(T(2, 4, 5, 5), 3, 1e-4, 0.5, 2.0)],
    bad=lambda: [call(T(2, 4), 2).refused(Problem.RANK), call(T(2, 4, 5), 0).refused(Problem.HYPER_PARAMETER)],
)
def local_response_norm(input: Tensor, size: Size, alpha: Ignored = 1e-4, beta: Ignored = 0.75, k: Ignored = 1.0) -> Shape:
    """The shape stays; at least 3 axes."""
    return check_response_norm(input, size)


@function(
    "torch.nn.functional.normalize",
    good=lambda: [call(T(2, 4)), call(T(2, 4, 5), 2.0, -1), call(T(3), dim=0, eps=1e-6), call(T(2, 3, 4), p=1.0, dim=(1, 2))],
    bad=lambda: [call(T(4)).refused(Problem.AXIS), call(T(2, 3), dim=(0, -2)).refused(Problem.AXIS)],
)
def normalize(input: Tensor, p: Ignored = 2.0, dim: OptAxes = (1,), eps: Ignored = 1e-12, out: Ignored = None) -> Shape:
    """The shape stays; dim must be an axis."""
    require_axes(dim or (), len(input))
    return input
