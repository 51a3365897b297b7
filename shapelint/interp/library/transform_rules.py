"""What torchvision's transforms do to the size, channels and kind of one image: a picture, or a tensor whose last axes are its sides.

A rule takes the image and the bound parameters. ``newer`` marks ``torchvision.transforms.v2``, where that differs.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...dims import Dim, Truth, equal, unknown
from ..arguments import kind_of_dtype
from ..values import Alternatives, External, Tensor, Unknown, Value, is_size, unsettled
from .numpy_arrays import array_of
from .pictures import as_tensor, make_picture, merged, picture_of, resized
from .support import REQUIRED, lost

if TYPE_CHECKING:
    from ..machine import Machine

Given = dict[str, Any]
Rule = Callable[["Machine", Value, Given, bool], Value]


def sides_of(value: Value) -> tuple[Dim, Dim]:
    """Height and width of an image."""
    picture = picture_of(value)
    if picture is not None:
        return picture.height, picture.width
    if isinstance(value, Tensor) and value.shape is not None and len(value.shape) >= 2:
        return value.shape[-2], value.shape[-1]
    if isinstance(value, Tensor) and len(value.tail) >= 2:
        return value.tail[-2], value.tail[-1]
    return unknown("H"), unknown("W")


def with_sides(machine: "Machine", value: Value, height: Dim, width: Dim) -> Value:
    """The image with other sides; what is neither picture nor tensor stays unknown."""
    picture = picture_of(value)
    if picture is not None:
        return resized(picture, height, width)
    if isinstance(value, Tensor):
        if value.shape is None:
            return Tensor(None, value.dtype, value.trace, tail=(height, width))
        if len(value.shape) >= 2:
            return Tensor((*value.shape[:-2], height, width), value.dtype, value.trace)
    return lost(machine, "a transform", value)


def kept(machine: "Machine", value: Value, given: Given, newer: bool) -> Value:
    """Sizes, channels and kind stay."""
    if isinstance(value, Tensor):
        return Tensor(value.shape, value.dtype, value.trace, tail=value.tail)
    return value if picture_of(value) is not None else lost(machine, "a transform", value)


def other_sides(machine: "Machine", value: Value, given: Given, newer: bool) -> Value:
    """The sides depend on chance."""
    return with_sides(machine, value, unknown("H"), unknown("W"))


def _pair(machine: "Machine", size: Value) -> tuple[Any, ...] | None:
    """The numbers of a size: one or two."""
    if is_size(size):
        return (size,)
    if size is None or isinstance(size, (Unknown, Alternatives, str, float)):
        return None
    items = machine.iterate(size)
    return items if items is not None and len(items) in (1, 2) and all(map(is_size, items)) else None


def crop(machine: "Machine", value: Value, given: Given, newer: bool) -> Value:
    """``size``: both sides, or (height, width). A crop that does not fit is padded, or raises."""
    size = _pair(machine, given["size"])
    if size is None:
        return other_sides(machine, value, given, newer)
    return with_sides(machine, value, size[0], size[-1])


def resize(machine: "Machine", value: Value, given: Given, newer: bool) -> Value:
    """``size``: (height, width), or the smaller side, where the other keeps the ratio."""
    size, most = _pair(machine, given["size"]), given.get("max_size")
    if size is not None and len(size) == 2:
        return with_sides(machine, value, size[0], size[1])
    height, width = sides_of(value)
    if size is None or not (most is None or isinstance(most, int)):
        return other_sides(machine, value, given, newer)
    if most is None and equal(height, width) is Truth.ALWAYS:
        return with_sides(machine, value, size[0], size[0])
    if not (isinstance(size[0], int) and isinstance(height, int) and isinstance(width, int)) or height < 1 or width < 1:
        return other_sides(machine, value, given, newer)
    return with_sides(machine, value, *_smaller_side(height, width, size[0], most))


def _smaller_side(height: int, width: int, size: int, most: int | None) -> tuple[int, int]:
    """Height and width once the smaller side is ``size``, and the larger at most ``most``."""
    short, long = min(height, width), max(height, width)
    new_short, new_long = size, int(size * long / short)
    if most is not None and new_long > most:
        new_short, new_long = int(most * new_short / new_long), most
    return (new_short, new_long) if height <= width else (new_long, new_short)


def pad(machine: "Machine", value: Value, given: Given, newer: bool) -> Value:
    """``padding``: all sides, (left and right, top and bottom), or (left, top, right, bottom)."""
    padding = _around(machine, given["padding"])
    height, width = sides_of(value)
    if padding is None:
        return other_sides(machine, value, given, newer)
    left, top, right, bottom = padding
    return with_sides(machine, value, height + top + bottom, width + left + right)


def _around(machine: "Machine", padding: Value) -> tuple[Any, Any, Any, Any] | None:
    if is_size(padding):
        return (padding,) * 4
    if padding is None or isinstance(padding, (Unknown, Alternatives, str, float)):
        return None
    items = machine.iterate(padding)
    if items is None or not all(map(is_size, items)):
        return None
    return {1: lambda: items * 4, 2: lambda: items * 2, 4: lambda: items}.get(len(items), lambda: None)()


def rotate(machine: "Machine", value: Value, given: Given, newer: bool) -> Value:
    """The sides stay unless the image grows with its corners."""
    return kept(machine, value, given, newer) if machine.truth(given["expand"]) is False else other_sides(machine, value, given, newer)


def grayscale(machine: "Machine", value: Value, given: Given, newer: bool) -> Value:
    """One channel, or three equal ones. The older transform leaves a tensor of one channel as it is."""
    count, picture = given["num_output_channels"], picture_of(value)
    if count not in (1, 3):
        return lost(machine, "Grayscale", count, value)
    if picture is not None:
        return make_picture(picture.height, picture.width, "L" if count == 1 else "RGB", picture.name)
    if not isinstance(value, Tensor):
        return lost(machine, "Grayscale", value)
    if value.shape is None or len(value.shape) < 3:
        return Tensor(None, value.dtype, value.trace, tail=value.tail)
    channels = count
    if not newer and count == 3 and equal(value.shape[-3], 3) is not Truth.ALWAYS:
        channels = 1 if equal(value.shape[-3], 1) is Truth.ALWAYS else unknown("C")
    return Tensor((*value.shape[:-3], channels, *value.shape[-2:]), value.dtype, value.trace)


def colours(machine: "Machine", value: Value, given: Given, newer: bool) -> Value:
    """One channel becomes three; tensors of more stay as they are."""
    channels = value.shape[-3] if isinstance(value, Tensor) and value.shape is not None and len(value.shape) > 2 else 1
    if isinstance(channels, int) and channels >= 3:
        return kept(machine, value, given, newer)
    if channels == 1:
        return grayscale(machine, value, {"num_output_channels": 3}, True)
    return Tensor((*value.shape[:-3], unknown("C"), *value.shape[-2:]), value.dtype, value.trace)


def plain(machine: "Machine", value: Value, given: Given, newer: bool) -> Value:
    """As :func:`kept`, for what makes pictures of rare modes grey or coloured."""
    picture = picture_of(value)
    if picture is not None and picture.mode not in ("RGB", "L"):
        return make_picture(picture.height, picture.width, None, picture.name)
    return kept(machine, value, given, newer)


def several(count: int) -> Rule:
    """``count`` crops of one size."""
    def rule(machine: "Machine", value: Value, given: Given, newer: bool) -> Value:
        return tuple(crop(machine, value, given, newer) for _ in range(count))

    return rule


# --- kinds -----------------------------------------------------------------------------------------------------------


def to_tensor(machine: "Machine", value: Value, given: Given, newer: bool) -> Value:
    """A picture or array becomes (channels, height, width), in floats from 0 to 1 where it held bytes."""
    picture = picture_of(value)
    if picture is not None:
        whole = picture.mode is None or picture.mode.startswith("I")
        return as_tensor(machine, value, None if whole else "float", "ToTensor")
    if isinstance(value, Tensor):  # torchvision's v2 lets it pass, the older one raises
        return kept(machine, value, given, newer) if newer else lost(machine, "ToTensor of a tensor", value)
    return as_tensor(machine, value, "float", "ToTensor")


def to_bytes(machine: "Machine", value: Value, given: Given, newer: bool) -> Value:
    """A picture becomes (channels, height, width) in its own numbers."""
    picture = picture_of(value)
    if picture is None:
        return kept(machine, value, given, newer) if newer else lost(machine, "PILToTensor", value)
    return as_tensor(machine, value, {None: None, "F": "float", "1": "bool"}.get(picture.mode, "int"), "PILToTensor")


def to_image(machine: "Machine", value: Value, given: Given, newer: bool) -> Value:
    """A picture or array becomes (channels, height, width); a tensor (height, width) gains an axis."""
    if picture_of(value) is not None:
        return to_bytes(machine, value, given, newer)
    if not isinstance(value, Tensor):
        array = array_of(value)
        return as_tensor(machine, value, array.dtype if array is not None else None, "ToImage")
    if value.shape is not None and len(value.shape) == 2:
        return Tensor((1, *value.shape), value.dtype, value.trace)
    return kept(machine, value, given, newer)


def to_dtype(machine: "Machine", value: Value, given: Given, newer: bool) -> Value:
    if not isinstance(value, Tensor):
        return value
    return Tensor(value.shape, kind_of_dtype(getattr(given["dtype"], "name", "")), value.trace, tail=value.tail)


_MODES = {2: "LA", 3: "RGB", 4: "RGBA"}


def to_picture(machine: "Machine", value: Value, given: Given, newer: bool) -> Value:
    """A tensor (channels, height, width) or array (height, width, channels) becomes a picture."""
    if picture_of(value) is not None:
        return value
    tensor, array = value if isinstance(value, Tensor) else None, array_of(value)
    if tensor is not None and tensor.shape is not None and len(tensor.shape) in (2, 3):
        channels, height, width = (1, *tensor.shape)[-3:]
    elif array is not None and array.shape is not None and len(array.shape) in (2, 3):
        height, width, channels = (*array.shape, 1)[:3]
    else:
        return make_picture(None, None, None)
    mode = given.get("mode")
    found = _MODES.get(channels) if isinstance(channels, int) else None
    if channels == 1 and (tensor or array).dtype == "float" and array is None:  # type: ignore[union-attr]
        found = "L"
    return make_picture(height, width, found if mode is None else mode if isinstance(mode, str) else None)


MAKING_IMAGES = (to_tensor, to_image, to_picture)


def applied(machine: "Machine", rule: Rule, value: Value, given: Given, newer: bool) -> Value:
    """A rule on one image, or on one of several that it may be. For the newer transforms an array is no image."""
    if newer and array_of(value) is not None and rule not in MAKING_IMAGES:
        return value
    if isinstance(value, Unknown) and rule not in MAKING_IMAGES:
        return unsettled(value)
    if isinstance(value, Alternatives):
        return merged([applied(machine, rule, option, given, newer) for option in value.options])
    return rule(machine, value, given, newer)


# --- the table: parameters with their defaults, and the rule ----------------------------------------------------------

_SIZE: Given = {"size": REQUIRED}
_FLOAT = External("torch.float32")
_KEEPING = (
    "ColorJitter", "ElasticTransform", "GaussianBlur", "RandomAdjustSharpness", "RandomAffine", "RandomAutocontrast", "RandomEqualize", "RandomErasing",
    "RandomHorizontalFlip", "RandomInvert", "RandomPerspective", "RandomPosterize", "RandomSolarize", "RandomVerticalFlip",
    "AutoAugment", "RandAugment", "TrivialAugmentWide", "AugMix", "LinearTransformation",
)
TRANSFORMS: dict[str, tuple[Given | None, Rule]] = {
    "Resize": ({**_SIZE, "interpolation": None, "max_size": None, "antialias": None}, resize),
    "CenterCrop": (_SIZE, crop),
    "RandomCrop": ({**_SIZE, "padding": None, "pad_if_needed": False, "fill": 0, "padding_mode": "constant"}, crop),
    "RandomResizedCrop": ({**_SIZE, "scale": None, "ratio": None, "interpolation": None, "antialias": None}, crop),
    "FiveCrop": (_SIZE, several(5)),
    "TenCrop": ({**_SIZE, "vertical_flip": False}, several(10)),
    "Pad": ({"padding": REQUIRED, "fill": 0, "padding_mode": "constant"}, pad),
    "RandomRotation": ({"degrees": REQUIRED, "interpolation": None, "expand": False, "center": None, "fill": 0}, rotate),
    "Grayscale": ({"num_output_channels": 1}, grayscale),
    "RandomGrayscale": (None, plain),
    "ToTensor": ({}, to_tensor),
    "PILToTensor": ({}, to_bytes),
    "ConvertImageDtype": ({"dtype": _FLOAT}, to_dtype),
    "ToPILImage": ({"mode": None}, to_picture),
    **dict.fromkeys(_KEEPING, (None, kept)),
}
NEWER: dict[str, tuple[Given | None, Rule]] = {
    "ToImage": ({}, to_image),
    "ToDtype": ({"dtype": REQUIRED, "scale": False}, to_dtype),
    "RGB": ({}, colours),
    "JPEG": (None, plain),
    **dict.fromkeys(("RandomZoomOut", "RandomIoUCrop", "ScaleJitter", "RandomShortestSize", "RandomResize"), (None, other_sides)),
    **dict.fromkeys((
        "RandomPhotometricDistort", "RandomChannelPermutation", "GaussianNoise", "Identity", "ToPureTensor", "SanitizeBoundingBoxes",
        "ClampBoundingBoxes", "ConvertBoundingBoxFormat",
    ), (None, kept)),
}
_KEEPING_FUNCTIONS = (
    "hflip", "vflip", "affine", "perspective", "adjust_brightness", "adjust_contrast", "adjust_saturation", "adjust_hue", "adjust_gamma", "adjust_sharpness",
    "gaussian_blur", "invert", "posterize", "solarize", "equalize", "autocontrast", "erase", "elastic_transform", "horizontal_flip", "vertical_flip",
    "gaussian_noise", "permute_channels", "to_pure_tensor",
)
FUNCTIONS: dict[str, tuple[Given | None, Rule]] = {
    "resize": ({**_SIZE, "interpolation": None, "max_size": None, "antialias": None}, resize),
    "center_crop": ({"output_size": REQUIRED}, lambda machine, value, given, newer: crop(machine, value, {"size": given["output_size"]}, newer)),
    "crop": ({"top": REQUIRED, "left": REQUIRED, "height": REQUIRED, "width": REQUIRED}, lambda machine, value, given, newer: crop(
        machine, value, {"size": (given["height"], given["width"])}, newer)),
    "resized_crop": ({"top": REQUIRED, "left": REQUIRED, "height": REQUIRED, "width": REQUIRED, **_SIZE, "interpolation": None, "antialias": None}, crop),
    "five_crop": (_SIZE, several(5)),
    "ten_crop": ({**_SIZE, "vertical_flip": False}, several(10)),
    "pad": ({"padding": REQUIRED, "fill": 0, "padding_mode": "constant"}, pad),
    "rotate": ({"angle": REQUIRED, "interpolation": None, "expand": False, "center": None, "fill": None}, rotate),
    "rgb_to_grayscale": ({"num_output_channels": 1}, grayscale),
    "to_grayscale": ({"num_output_channels": 1}, grayscale),
    "grayscale_to_rgb": ({}, colours),
    "jpeg": (None, plain),
    "to_tensor": ({}, to_tensor),
    "pil_to_tensor": ({}, to_bytes),
    "convert_image_dtype": ({"dtype": _FLOAT}, to_dtype),
    "to_dtype": ({"dtype": _FLOAT, "scale": False}, to_dtype),
    "to_image": ({}, to_image),
    "to_pil_image": ({"mode": None}, to_picture),
    **dict.fromkeys(_KEEPING_FUNCTIONS, (None, kept)),
}

__all__ = ["FUNCTIONS", "NEWER", "TRANSFORMS", "Rule", "applied", "sides_of"]
