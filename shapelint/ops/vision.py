"""The compiled kernels of torchvision, as its Python sources call them: regions of interest, deformable convolution, box suppression.

Regions are (K, 5): the number of the image and two corners. The position-sensitive kernels spread the channels over the places of a region.
"""

from typing import Any

from ..dims import Dim, Truth, floordiv, unknown
from ..formulas import conv_out
from ..shapes import Shape, show
from .declare import function
from .examples import call
from .kinds import Checked, Flag, Ignored, Size, T, Tensor
from .problems import Problem, Unread, at_least, refuse, require_at_least, require_divides, require_equal


def _regions(count: int) -> T:
    return T(count, 5, high=1)


def _check_maps(input: Shape) -> None:
    if len(input) < 4:
        raise refuse(Problem.RANK, f"expects 4 axes but receives {len(input)}: {show(input)}", expected=4, received=len(input))
    if len(input) > 4:
        raise Unread("input")  # the kernels read the first four and let the rest pass


def _check_regions(rois: Shape) -> None:
    if len(rois) != 2:
        raise Unread("rois") if len(rois) > 2 else refuse(
            Problem.RANK, f"rois must be (K, 5), not {show(rois)}", arg="rois", expected=2, received=len(rois))
    require_equal(rois[1], 5, Problem.FEATURES, "rois must be (K, {expected}), but each has {received} numbers", arg="rois", axis=1)


def _pooled(input: Shape, rois: Shape, height: Dim, width: Dim) -> Shape:
    _check_maps(input)
    _check_regions(rois)
    return (rois[0], input[1], height, width)


@function(
    "torch.ops.torchvision.roi_align",
    good=lambda: [call(T(2, 3, 8, 8), _regions(4), 1.0, 4, 5, 2, False), call(T(1, 3, 8, 9), _regions(1), 0.5, 7, 7, -1, True)],
    bad=lambda: [call(T(3, 8, 8), _regions(4), 1.0, 4, 5, 2, False).refused(Problem.RANK),
                 call(T(2, 3, 8, 8), T(4, 4, high=1), 1.0, 4, 5, 2, False).refused(Problem.FEATURES)],
)
def roi_align(
    input: Tensor, rois: Tensor, spatial_scale: Ignored, pooled_height: Size, pooled_width: Size, sampling_ratio: Ignored, aligned: Ignored,
) -> Shape:
    """Each of K regions of (N, C, H, W) becomes (C, pooled_height, pooled_width)."""
    return _pooled(input, rois, pooled_height, pooled_width)


@function(
    "torch.ops.torchvision.roi_pool",
    good=lambda: [call(T(2, 3, 8, 8), _regions(4), 1.0, 4, 5), call(T(1, 3, 8, 9), _regions(1), 0.5, 7, 7)],
    bad=lambda: [call(T(3, 8, 8), _regions(4), 1.0, 4, 5).refused(Problem.RANK)],
)
def roi_pool(input: Tensor, rois: Tensor, spatial_scale: Ignored, pooled_height: Size, pooled_width: Size) -> list[Any]:
    """Each of K regions of (N, C, H, W) becomes (C, pooled_height, pooled_width); then the places of the maxima."""
    _check_maps(input)
    if not rois:
        raise refuse(Problem.RANK, "rois must be (K, 5), not a number", arg="rois", expected=2, received=0)
    pooled = (rois[0], input[1], pooled_height, pooled_width)
    return [pooled, pooled]


def _spread(input: Shape, rois: Shape, height: Dim, width: Dim) -> list[Any]:
    _check_maps(input)
    _check_regions(rois)
    places = height * width
    if at_least(places, 1) is not Truth.ALWAYS:
        raise Unread("pooled_height")
    require_divides(places, input[1], Problem.CHANNELS, "{received} channels are not a multiple of pooled_height * pooled_width = {expected}", axis=1)
    pooled = (rois[0], floordiv(input[1], places) if isinstance(places, int) else unknown(), height, width)
    return [pooled, pooled]


@function(
    "torch.ops.torchvision.ps_roi_align",
    good=lambda: [call(T(2, 40, 8, 8), _regions(4), 1.0, 4, 5, 2), call(T(1, 9, 8, 9), _regions(1), 0.5, 3, 3, -1)],
    bad=lambda: [call(T(2, 41, 8, 8), _regions(4), 1.0, 4, 5, 2).refused(Problem.CHANNELS)],
)
def ps_roi_align(
    input: Tensor, rois: Tensor, spatial_scale: Ignored, pooled_height: Size, pooled_width: Size, sampling_ratio: Ignored,
) -> list[Any]:
    """Each of K regions of (N, C, H, W) becomes (C/(pooled_height*pooled_width), pooled_height, pooled_width); then the channels they come from."""
    return _spread(input, rois, pooled_height, pooled_width)


@function(
    "torch.ops.torchvision.ps_roi_pool",
    good=lambda: [call(T(2, 40, 8, 8), _regions(4), 1.0, 4, 5), call(T(1, 9, 8, 9), _regions(1), 0.5, 3, 3)],
    bad=lambda: [call(T(2, 40, 8, 8), T(4, 4, high=1), 1.0, 4, 5).refused(Problem.FEATURES)],
)
def ps_roi_pool(input: Tensor, rois: Tensor, spatial_scale: Ignored, pooled_height: Size, pooled_width: Size) -> list[Any]:
    """Each of K regions of (N, C, H, W) becomes (C/(pooled_height*pooled_width), pooled_height, pooled_width); then the channels they come from."""
    return _spread(input, rois, pooled_height, pooled_width)


def _deformed(*changes: tuple[str, Any]) -> Any:
    """A call of deform_conv2d on 9 x 9 maps, with some of its arguments changed."""
    given: dict[str, Any] = {
        "input": T(2, 4, 9, 9), "weight": T(6, 4, 3, 3), "offset": T(2, 18, 7, 7), "mask": T(2, 9, 7, 7), "bias": T(6), "stride_h": 1, "stride_w": 1,
        "pad_h": 0, "pad_w": 0, "dilation_h": 1, "dilation_w": 1, "groups": 1, "offset_groups": 1, "use_mask": True,
    }
    return call(*(given | dict(changes)).values())


@function(
    "torch.ops.torchvision.deform_conv2d",
    good=lambda: [_deformed(), _deformed(("use_mask", False), ("mask", T(2, 1))), _deformed(("weight", T(6, 2, 3, 3)), ("groups", 2)),
                  _deformed(("pad_h", 1), ("stride_w", 2), ("offset", T(2, 18, 9, 4)), ("mask", T(2, 9, 9, 4))),
                  _deformed(("dilation_h", 2), ("offset", T(2, 36, 5, 7)), ("mask", T(2, 18, 5, 7)), ("offset_groups", 2))],
    bad=lambda: [_deformed(("input", T(2, 5, 9, 9))).refused(Problem.CHANNELS), _deformed(("offset", T(2, 18, 6, 7))).refused(Problem.STATE),
                 _deformed(("offset", T(1, 18, 7, 7))).refused(Problem.STATE), _deformed(("mask", T(2, 8, 7, 7))).refused(Problem.STATE),
                 _deformed(("bias", T(5))).refused(Problem.CHANNELS), _deformed(("input", T(4, 9, 9))).refused(Problem.RANK),
                 _deformed(("pad_h", -1)).refused(Problem.HYPER_PARAMETER), _deformed(("weight", T(5, 2, 3, 3)), ("groups", 2)).refused(Problem.GROUPS)],
)
def deform_conv2d(
    input: Tensor, weight: Tensor, offset: Tensor, mask: Checked, bias: Checked, stride_h: Size, stride_w: Size, pad_h: Size, pad_w: Size,
    dilation_h: Size, dilation_w: Size, groups: Size, offset_groups: Size, use_mask: Flag,
) -> Shape:
    """As a convolution with this weight; two offsets (and one weight of the mask) for each place of the kernel and of the result."""
    for arg, shape in (("input", input), ("weight", weight)):
        if len(shape) != 4:
            raise refuse(Problem.RANK, f"{arg} needs 4 axes, not {len(shape)}: {show(shape)}", arg=arg, expected=4, received=len(shape))
    for name, size in (("stride_h", stride_h), ("stride_w", stride_w), ("dilation_h", dilation_h), ("dilation_w", dilation_w), ("groups", groups),
                       ("offset_groups", offset_groups)):
        if at_least(size, 1) is not Truth.ALWAYS:
            raise Unread(name)  # the kernel divides by it before it looks
    for name, size in (("pad_h", pad_h), ("pad_w", pad_w)):
        require_at_least(size, 0, Problem.HYPER_PARAMETER, f"{name} must not be negative, not {{received}}", arg=name, param=name)
    require_equal(input[1], weight[1] * groups, Problem.CHANNELS, "the weight expects {expected} channels but the input has {received}", axis=1)
    require_divides(groups, weight[0], Problem.GROUPS, "groups={expected} does not divide the weight's {received} output channels", arg="weight", axis=0)
    if isinstance(bias, tuple):
        if len(bias) != 1:
            raise Unread("bias")
        require_equal(bias[0], weight[0], Problem.CHANNELS, "bias has {received} values for {expected} channels", arg="bias", axis=0)
    height = conv_out(input[2], weight[2], stride_h, pad_h, dilation_h)
    width = conv_out(input[3], weight[3], stride_w, pad_w, dilation_w)
    places = weight[2] * weight[3] * offset_groups
    _check_field("offset", offset, (input[0], 2 * places, height, width))
    if use_mask and isinstance(mask, tuple):
        _check_field("mask", mask, (input[0], places, height, width))
    require_divides(offset_groups, input[1], Problem.GROUPS, "offset_groups={expected} does not divide {received} channels", axis=1)
    return (input[0], weight[0], height, width)


def _check_field(name: str, shape: Shape, wanted: Shape) -> None:
    if len(shape) != 4:
        raise Unread(name) if len(shape) > 4 else refuse(
            Problem.RANK, f"{name} needs 4 axes, not {len(shape)}: {show(shape)}", arg=name, expected=4, received=len(shape))
    for axis, (received, expected) in enumerate(zip(shape, wanted, strict=True)):
        message = f"{name} {show(shape)} must be {show(wanted)}: axis {axis} is {{received}}, not {{expected}}"
        require_equal(received, expected, Problem.STATE, message, arg=name, axis=axis)


@function(
    "torch.ops.torchvision.nms",
    good=lambda: [call(T(5, 4, high=1), T(5), 0.5), call(T(1, 4, high=1), T(1), 0.5)],
    bad=lambda: [call(T(5, 5), T(5), 0.5).refused(Problem.FEATURES), call(T(5, 4), T(4), 0.5).refused(Problem.STATE)],
    dtype="int",
)
def nms(dets: Tensor, scores: Tensor, iou_threshold: Ignored) -> Shape:
    """The numbers of the boxes that stay, in the order of their scores."""
    for arg, shape, rank in (("dets", dets, 2), ("scores", scores, 1)):
        if len(shape) != rank:
            raise refuse(Problem.RANK, f"{arg} needs {rank} axes, not {len(shape)}: {show(shape)}", arg=arg, expected=rank, received=len(shape))
    require_equal(dets[1], 4, Problem.FEATURES, "a box has {expected} numbers, not {received}", arg="dets", axis=1)
    require_equal(scores[0], dets[0], Problem.STATE, "{received} scores for {expected} boxes", arg="scores", axis=0)
    return (unknown(),)
