"""Pictures of PIL: their size and mode, what the methods of ``PIL.Image`` make of them, and the arrays and tensors that they become.

A picture is an Instance whose ``hidden["picture"]`` is a :class:`Picture`. A size that nothing states is unread; a mode that nothing states is None,
and so is then the number of channels.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from ...dims import Dim, Truth, equal, unknown
from ...shapes import Shape
from ..join import join
from ..values import Alternatives, External, Instance, Tensor, Trace, Unknown, Value, Why, is_size
from .numpy_arrays import array_of, make_array
from .support import REQUIRED, Args, Kwargs, aside, bind, listed, lost, method, native

if TYPE_CHECKING:
    from ..machine import Machine

PICTURE = "PIL.Image.Image"
IMAGES = "images"  # the operator of the step where the history of a tensor starts at a data set
CHANNELS = {"1": 1, "L": 1, "P": 1, "I": 1, "F": 1, "I;16": 1, "LA": 2, "PA": 2, "RGB": 3, "YCbCr": 3, "HSV": 3, "LAB": 3, "RGBA": 4, "CMYK": 4, "RGBX": 4}
_KINDS = {"1": "bool", "F": "float"}  # of the array; those of all other modes are ints


class Picture(NamedTuple):
    """What is known of a picture. ``name`` says where it is from (``MNIST``)."""

    height: Dim
    width: Dim
    mode: str | None
    name: str = ""

    @property
    def channels(self) -> Dim:
        return CHANNELS[self.mode] if self.mode in CHANNELS else unknown("C")


def make_picture(height: Dim | None, width: Dim | None, mode: str | None, name: str = "") -> Instance:
    """A picture; a side that is None is not known."""
    picture = Picture(unknown("H") if height is None else height, unknown("W") if width is None else width, mode, name)
    made = Instance(External(PICTURE))
    made.hidden.update({"picture": picture, "open": Unknown(Why.DATA, "an attribute of a picture")})
    made.table.update({"size": (picture.width, picture.height), "width": picture.width, "height": picture.height})
    made.table["mode"] = picture.mode if picture.mode is not None else Unknown(Why.DATA, "the mode of a picture")
    return made


def picture_of(value: Value) -> Picture | None:
    found = value.hidden.get("picture") if isinstance(value, Instance) else None
    return found if isinstance(found, Picture) else None


def resized(picture: Picture, height: Dim, width: Dim) -> Instance:
    return make_picture(height, width, picture.mode, picture.name)


def as_tensor(machine: "Machine", value: Value, dtype: str | None, step: str) -> Value:
    """The tensor (channels, height, width) that torchvision makes of a picture or an array (height, width[, channels])."""
    picture = picture_of(value)
    if picture is not None:
        shape: Shape = (picture.channels, picture.height, picture.width)
        return Tensor(shape, dtype, _first(machine, picture, step, shape))
    array = array_of(value)
    if array is None or array.shape is None:
        return Tensor((unknown("C"), unknown("H"), unknown("W")), None)
    if len(array.shape) not in (2, 3):
        return lost(machine, step, value)
    plane = array.shape[2:] or (1,)
    return Tensor((*plane, *array.shape[:2]), dtype if array.dtype == "float" else None)


def _first(machine: "Machine", picture: Picture, step: str, shape: Shape) -> Trace | None:
    """Where a tensor's history starts: at the data set."""
    if machine.place is None or not picture.name:
        return None
    return Trace(f"images of {picture.name} after {step}", IMAGES, None, shape, machine.place, None)


def array_of_picture(value: Value) -> Instance | None:
    """``numpy.array(picture)``."""
    picture = picture_of(value)
    if picture is None or picture.mode not in CHANNELS:
        return None
    channels = CHANNELS[picture.mode]
    return make_array((picture.height, picture.width, *((channels,) if channels > 1 else ())), _KINDS.get(picture.mode, "int"))


def merged(values: list[Value]) -> Value:
    """One of several values: pictures keep what they agree on."""
    pictures = [picture_of(value) for value in values]
    first = pictures[0]
    if first is None or None in pictures:
        found = values[0]
        for value in values[1:]:
            found = join(found, value)
        return found
    sides = [_agreed([picture[side] for picture in pictures if picture is not None]) for side in (0, 1)]
    modes = {picture.mode for picture in pictures if picture is not None}
    return make_picture(sides[0], sides[1], first.mode if len(modes) == 1 else None, first.name)


def _agreed(sizes: list[Any]) -> Dim | None:
    return sizes[0] if all(equal(size, sizes[0]) is Truth.ALWAYS for size in sizes) else None


def settled(value: Value) -> Value:
    """Alternatives that are all pictures as one picture."""
    if isinstance(value, Alternatives) and all(picture_of(option) is not None for option in value.options):
        return merged(list(value.options))
    return value


# --- PIL itself ------------------------------------------------------------------------------------------------------


@native("PIL.Image.open")
def open_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return make_picture(None, None, None)


@native("PIL.Image.new")
def new(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    mode, size, _ = bind("new", args, kwargs, mode=REQUIRED, size=REQUIRED, color=0)
    width, height = _pair(machine, size)
    return make_picture(height, width, mode if isinstance(mode, str) else None)


@native("PIL.Image.fromarray", "torchvision.datasets.mnist._Image_fromarray")
def from_array(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """The mode follows from the array's type and last axis, of which the type is known coarsely only."""
    array, mode = array_of(args[0]) if args else None, args[1] if len(args) > 1 else kwargs.get("mode")
    shape = array.shape if array is not None else None
    if shape is None or len(shape) not in (2, 3):
        return make_picture(None, None, mode if isinstance(mode, str) else None)
    found = {2: "LA", 3: "RGB", 4: "RGBA"}.get(shape[2]) if len(shape) == 3 and isinstance(shape[2], int) else None
    return make_picture(shape[0], shape[1], mode if isinstance(mode, str) else found)


def _pair(machine: "Machine", size: Value) -> tuple[Any, Any]:
    """``(width, height)`` where both are sizes."""
    items = None if size is None or isinstance(size, Unknown) else listed(machine, size)
    if items is None or len(items) != 2:
        return None, None
    one, other = items
    return one if is_size(one) else None, other if is_size(other) else None


def _same_size(mode: bool) -> Any:
    """A method whose result has the picture's size, and its mode too."""
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        picture = picture_of(args[0])
        if picture is None:
            return aside(machine, "a picture")
        return make_picture(picture.height, picture.width, picture.mode if mode else None, picture.name)

    return call


for _name in ("copy", "filter", "point", "effect_spread"):
    method(PICTURE, _name)(_same_size(_name in ("copy", "filter")))
for _name in ("quantize", "remap_palette", "getchannel"):
    method(PICTURE, _name)(_same_size(False))


@method(PICTURE, "convert")
def convert(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    picture, mode = picture_of(args[0]), args[1] if len(args) > 1 else kwargs.get("mode")
    if picture is None:
        return aside(machine, "a picture")
    return make_picture(picture.height, picture.width, mode if isinstance(mode, str) else None, picture.name)


@method(PICTURE, "resize")
def resize(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    picture = picture_of(args[0])
    width, height = _pair(machine, args[1] if len(args) > 1 else kwargs.get("size"))
    return aside(machine, "a picture") if picture is None else make_picture(height, width, picture.mode, picture.name)


@method(PICTURE, "crop")
def crop(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """``crop((left, upper, right, lower))``."""
    picture, box = picture_of(args[0]), args[1] if len(args) > 1 else kwargs.get("box")
    items = None if box is None or isinstance(box, Unknown) else listed(machine, box)
    sides: list[Any] = [None, None]
    if items is not None and len(items) == 4 and all(map(is_size, items)):
        sides = [items[3] - items[1], items[2] - items[0]]
    return aside(machine, "a picture") if picture is None else make_picture(sides[0], sides[1], picture.mode, picture.name)


@method(PICTURE, "rotate", "transpose", "transform", "reduce")
def turned(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    picture = picture_of(args[0])
    return aside(machine, "a picture") if picture is None else make_picture(None, None, picture.mode, picture.name)
