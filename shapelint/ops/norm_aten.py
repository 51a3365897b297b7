"""The normalisations under ``torch``, which take the arguments of those in ``torch.nn.functional`` in another order."""

from ..shapes import Shape
from . import norm_functional as functional
from .declare import function
from .examples import call
from .kinds import Checked, Flag, Ignored, Raw, Size, T, Tensor
from .problems import Problem


@function(
    "torch.batch_norm",
    good=lambda: [call(T(2, 4, 5), T(4), T(4), T(4), T(4), False, 0.1, 1e-5, True), call(T(2, 4), None, None, None, None, True, 0.1, 1e-5, False)],
    bad=lambda: [call(T(2, 4, 5), T(3), T(4), T(4), T(4), False, 0.1, 1e-5, True).refused(Problem.NORM_FEATURES)],
)
def batch_norm(
    input: Tensor, weight: Checked, bias: Checked, running_mean: Checked, running_var: Checked, training: Flag, momentum: Ignored, eps: Ignored,
    cudnn_enabled: Ignored,
) -> Shape:
    """The shape stays; statistics, weight and bias have one element per channel (axis 1)."""
    return functional.batch_norm(input, running_mean, running_var, weight, bias, training)


@function(
    "torch.instance_norm",
    good=lambda: [call(T(2, 4, 5), None, None, None, None, True, 0.1, 1e-5, False), call(T(2, 4, 5), T(4), T(4), T(4), T(4), False, 0.1, 1e-5, True)],
    bad=lambda: [call(T(2, 4, 5), T(3), T(4), None, None, True, 0.1, 1e-5, True).refused(Problem.NORM_FEATURES)],
)
def instance_norm(
    input: Tensor, weight: Checked, bias: Checked, running_mean: Checked, running_var: Checked, use_input_stats: Flag, momentum: Ignored, eps: Ignored,
    cudnn_enabled: Ignored,
) -> Shape:
    """The shape stays; statistics, weight and bias have one element per channel (axis 1)."""
    functional.check_statistics(running_mean, running_var, own=use_input_stats)
    functional.check_per_channel(functional.channels_of(input), (0, 1), running_mean=running_mean, running_var=running_var, weight=weight, bias=bias)
    return input


@function(
    "torch.layer_norm", good=lambda: [call(T(2, 4), (4,)), call(T(2, 4, 5), [4, 5], T(4, 5), T(4, 5), 1e-5, False)],
    bad=lambda: [call(T(2, 4), (5,)).refused(Problem.NORM_FEATURES)],
)
def layer_norm(
    input: Tensor, normalized_shape: Raw, weight: Checked = None, bias: Checked = None, eps: Ignored = 1e-5, cudnn_enable: Ignored = True,
) -> Shape:
    """The shape stays; its last axes are normalized_shape, and so are weight and bias."""
    return functional.layer_norm(input, normalized_shape, weight, bias)


@function(
    "torch.group_norm", good=lambda: [call(T(2, 6), 2), call(T(2, 6, 4, 4), 3, T(6), T(6), 1e-5, True)],
    bad=lambda: [call(T(2, 6, 4), 4).refused(Problem.GROUPS)],
)
def group_norm(
    input: Tensor, num_groups: Size, weight: Checked = None, bias: Checked = None, eps: Ignored = 1e-5, cudnn_enabled: Ignored = True,
) -> Shape:
    """The shape stays; num_groups divides the channels (axis 1), weight and bias have one element per channel."""
    return functional.group_norm(input, num_groups, weight, bias)
