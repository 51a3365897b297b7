"""``torchvision.transforms``, both versions: transforms as objects and functions, and what is composed of them.

A transform is an Instance that remembers its arguments; its rule stands in :mod:`.transform_rules`. The newer version takes several images or
nested ones: pictures are transformed, and of several tensors it is not known which ones are images.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...dims import unknown
from ..branches import choose
from ..natives import NAMED_CONSTANTS
from ..values import DictObject, External, Instance, ListObject, Tensor, Unknown, Value, Why, is_size
from .pictures import make_picture, merged, picture_of, settled
from .support import REQUIRED, Args, Kwargs, bind, listed, lost, method, native
from .transform_rules import FUNCTIONS, NEWER, TRANSFORMS, Given, Rule, applied, kept, sides_of

if TYPE_CHECKING:
    from ..machine import Machine

OLD, NEW = "torchvision.transforms", "torchvision.transforms.v2"
_Call = Callable[["Machine", Instance, Args, Kwargs], Value]


_NO_MODULES = frozenset({"Compose", "ToTensor", "PILToTensor", "ToPILImage", "Lambda", "RandomChoice", "RandomOrder"})  # of the older version


def _names(name: str, newer: bool) -> tuple[str, ...]:
    return (f"{NEW}.{name}",) if newer else (f"{OLD}.{name}", f"{OLD}.transforms.{name}")


def _declare(name: str, newer: bool, init: Callable[["Machine", Instance, Args, Kwargs], None], call: _Call) -> None:
    """A class: what its constructor remembers, and what a call does."""
    for full in _names(name, newer):
        def initialise(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
            if isinstance(args[0], Instance):
                init(machine, args[0], args[1:], kwargs)
            return None

        def construct(machine: "Machine", args: Args, kwargs: Kwargs, full: str = full) -> Value:
            made = Instance(External(full))
            init(machine, made, args, kwargs)
            return made

        native(full)(construct)
        method(full, "__init__")(initialise)
        method(full, "__call__", *(("forward",) if newer or name not in _NO_MODULES else ()), least=2)(
            lambda machine, args, kwargs: call(machine, args[0], args[1:], kwargs) if isinstance(args[0], Instance) else lost(machine, name, *args))


# --- transforms of images --------------------------------------------------------------------------------------------------


def _image_transform(name: str, newer: bool, parameters: Given | None, rule: Rule) -> None:
    def init(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> None:
        given = {} if parameters is None else dict(zip(parameters, bind(name, args, kwargs, **parameters), strict=True))
        made.hidden["given"] = given
        made.table.update(given)
        made.hidden["open"] = Unknown(Why.ATTRIBUTE, f"an attribute of {name}")

    def call(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> Value:
        given = made.hidden.get("given")
        if given is None:  # a subclass that does not call our constructor
            return lost(machine, name, *args)
        inputs = [*args, *kwargs.values()]
        if not newer and len(inputs) == 1:
            return applied(machine, rule, settled(inputs[0]), given, newer)
        return _nested(machine, inputs[0] if len(inputs) == 1 else tuple(inputs), rule, given)

    _declare(name, newer, init, call)


def _nested(machine: "Machine", value: Value, rule: Rule, given: Given) -> Value:
    """The newer version on an image, or on tuples, lists and dicts that hold images beside other things."""
    value = settled(value)
    if not isinstance(value, (tuple, ListObject, DictObject)):
        return applied(machine, rule, value, given, True) if _is_image(value) else value
    leaves = _leaves(value)
    alone = sum(map(_is_image, leaves)) == 1

    def on_leaf(leaf: Value) -> Value:
        if not _is_image(leaf) or rule is kept:
            return leaf
        if alone or picture_of(leaf) is not None:
            return applied(machine, rule, leaf, given, True)
        return Tensor(None)

    return _mapped(value, on_leaf)


def _is_image(value: Value) -> bool:
    return isinstance(value, (Tensor, Unknown)) or picture_of(value) is not None or (isinstance(value, Instance) and "array" in value.hidden)


def _leaves(value: Value) -> list[Value]:
    if isinstance(value, ListObject):
        value = value.table["items"]
    if isinstance(value, DictObject):
        value = tuple(value.table.values())
    return [leaf for item in value for leaf in _leaves(item)] if isinstance(value, tuple) else [settled(value)]


def _mapped(value: Value, function: Callable[[Value], Value]) -> Value:
    if isinstance(value, tuple):
        return tuple(_mapped(item, function) for item in value)
    if isinstance(value, ListObject):
        items = value.table["items"]
        return ListObject(items if isinstance(items, Unknown) else tuple(_mapped(item, function) for item in items))
    if isinstance(value, DictObject):
        return DictObject({key: _mapped(item, function) for key, item in value.table.items()}, value.opaque["rest"])
    return function(settled(value))


for _name, (_parameters, _rule) in TRANSFORMS.items():
    _image_transform(_name, False, _parameters, _rule)
for _name, (_parameters, _rule) in {**TRANSFORMS, **NEWER}.items():
    _image_transform(_name, True, _parameters, _rule)


# --- transforms of transforms ---------------------------------------------------------------------------------------------


def _container(name: str, newer: bool, parameters: Given, apply: _Call) -> None:
    def init(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> None:
        made.table.update(zip(parameters, bind(name, args, kwargs, **parameters), strict=True))

    _declare(name, newer, init, apply)


def _inner(machine: "Machine", made: Instance) -> tuple[Value, ...] | None:
    found = made.table.get("transforms")
    return None if found is None or isinstance(found, Unknown) else listed(machine, found)


def _in_order(machine: "Machine", transforms: tuple[Value, ...], args: Args) -> Value:
    """Each on what the one before gives. Several inputs come out as a tuple, and go on as several."""
    several = len(args) > 1
    values: Value = tuple(args) if several else args[0]
    machine.module_depth += 1  # what fails here is no model whose input sizes could be told
    try:
        for transform in transforms:
            values = machine.call(transform, list(values) if several and isinstance(values, tuple) else [values], {})
    finally:
        machine.module_depth -= 1
    return values


def _compose(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> Value:
    transforms = _inner(machine, made)
    return lost(machine, "Compose", made.table.get("transforms")) if transforms is None or not args else _in_order(machine, transforms, args)


def _perhaps(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> Value:
    transforms = _inner(machine, made)
    if transforms is None or not args:
        return lost(machine, "RandomApply", made.table.get("transforms"))
    return _either(machine, [lambda: _in_order(machine, transforms, args), lambda: args[0] if len(args) == 1 else tuple(args)])


def _one_of(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> Value:
    transforms = _inner(machine, made)
    if not transforms or not args:
        return lost(machine, "RandomChoice", made.table.get("transforms"))
    return _either(machine, [_one(machine, transform, args) for transform in transforms])


def _one(machine: "Machine", transform: Value, args: Args) -> Callable[[], Value]:
    return lambda: _in_order(machine, (transform,), args)


def _any_order(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> Value:
    transforms = _inner(machine, made)
    if transforms is None or not args:
        return lost(machine, "RandomOrder", made.table.get("transforms"))
    return _either(machine, [lambda: _in_order(machine, transforms, args), lambda: _in_order(machine, transforms[::-1], args)])


def _either(machine: "Machine", sides: list[Callable[[], Value]]) -> Value:
    """What one of several gives: nothing in them is certain, and pictures keep what they agree on."""
    found: list[Value] = []

    def noting(side: Callable[[], Value]) -> Callable[[], Value]:
        def run() -> Value:
            found.append(side())
            return found[-1]

        return run

    joined = choose(machine, *map(noting, sides))
    return merged(found) if found and all(picture_of(value) is not None for value in found) else joined


def _lambda(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> Value:
    return machine.call(made.table.get("lambd"), args, kwargs) if len(args) == 1 else lost(machine, "Lambda", *args)


def _lambda_init(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> None:
    made.table["lambd"] = args[0] if args else kwargs.get("lambd")


for _newer in (False, True):
    _container("Compose", _newer, {"transforms": REQUIRED}, _compose)
    _container("RandomApply", _newer, {"transforms": REQUIRED, "p": 0.5}, _perhaps)
    _container("RandomChoice", _newer, {"transforms": REQUIRED, "p": None}, _one_of)
    _container("RandomOrder", _newer, {"transforms": REQUIRED}, _any_order)
    _declare("Lambda", _newer, _lambda_init, _lambda)


# --- batches of images and labels -------------------------------------------------------------------------------------------


def _mix(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> Value:
    """Images stay; labels (N,) become (N, num_classes)."""
    inputs = args[0] if len(args) == 1 else tuple(args)
    count = made.table.get("num_classes")
    if not (isinstance(inputs, tuple) and len(inputs) == 2 and all(isinstance(part, Tensor) and part.shape for part in inputs)):
        return lost(machine, "mixing a batch", inputs)
    labels = inputs[1]
    if len(labels.shape) == 1:
        classes: Any = count if is_size(count) else unknown("classes")
        labels = Tensor((labels.shape[0], classes), "float")
    return (inputs[0], labels)


for _name in ("MixUp", "CutMix"):
    def _mix_init(machine: "Machine", made: Instance, args: Args, kwargs: Kwargs) -> None:
        made.table["num_classes"] = kwargs.get("num_classes")

    _declare(_name, True, _mix_init, _mix)


# --- functions ---------------------------------------------------------------------------------------------------------------


def _function(name: str, newer: bool, parameters: Given | None, rule: Rule) -> None:
    full = f"{NEW if newer else OLD}.functional.{name}"

    @native(full)
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        first = next((word for word in ("img", "inpt", "image", "pic", "tensor") if word in kwargs), "")
        value = args[0] if args else kwargs.get(first)
        rest = {key: item for key, item in kwargs.items() if args or key != first}
        given = {} if parameters is None else dict(zip(parameters, bind(name, list(args[1:]), rest, **parameters), strict=True))
        return applied(machine, rule, settled(value), given, newer)


for _name, (_parameters, _rule) in FUNCTIONS.items():
    for _newer in (False, True):
        _function(_name, _newer, _parameters, _rule)


def _normalize(newer: bool) -> None:
    package = NEW if newer else OLD

    @native(f"{package}.functional.normalize", least=1)
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        made = machine.call(External(f"{package}.Normalize"), list(args[1:]), kwargs)
        return machine.call(made, [args[0]], {})


for _newer in (False, True):
    _normalize(_newer)


def _measures(machine: "Machine", args: Args, with_channels: bool) -> Value:
    image = settled(args[0])
    height, width = sides_of(image)
    if not with_channels:
        return ListObject((width, height))
    picture = picture_of(image)
    shape = image.shape if isinstance(image, Tensor) else None
    channels = picture.channels if picture is not None else shape[-3] if shape is not None and len(shape) > 2 else unknown("C")
    return ListObject((channels, height, width))


for _prefix in (f"{OLD}.functional", f"{NEW}.functional"):
    native(f"{_prefix}.get_image_size", least=1)(lambda machine, args, kwargs: _measures(machine, args, False))
    native(f"{_prefix}.get_dimensions", least=1)(lambda machine, args, kwargs: _measures(machine, args, True))
    native(f"{_prefix}.get_image_num_channels", f"{_prefix}.get_num_channels", least=1)(
        lambda machine, args, kwargs: _measures(machine, args, True).table["items"][0])
NAMED_CONSTANTS.update({f"{prefix}.InterpolationMode.{mode}": mode.lower() for prefix in (OLD, NEW, f"{OLD}.functional", f"{NEW}.functional")
                        for mode in ("NEAREST", "NEAREST_EXACT", "BILINEAR", "BICUBIC", "BOX", "HAMMING", "LANCZOS")})


# --- pictures in files ---------------------------------------------------------------------------------------------------------

_READ_MODES = {"GRAY": 1, "GRAY_ALPHA": 2, "RGB": 3, "RGB_ALPHA": 4}


@native("torchvision.io.read_image", "torchvision.io.decode_image", "torchvision.io.decode_jpeg", "torchvision.io.decode_png")
def read_image(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """(channels, height, width) of bytes."""
    mode = args[1] if len(args) > 1 else kwargs.get("mode")
    name = mode if isinstance(mode, str) else getattr(mode, "name", "").rpartition(".")[2]
    return Tensor((_READ_MODES.get(name, unknown("C")), unknown("H"), unknown("W")), "int")


@native("torchvision.datasets.folder.default_loader", "torchvision.datasets.folder.pil_loader")
def default_loader(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return make_picture(None, None, "RGB")


@native("torchvision.utils.make_grid", least=1)
def make_grid(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """Images beside each other, ``nrow`` in a row, with ``padding`` around each; one image stays as it is."""
    images, per_row, padding = bind("make_grid", args, {key: kwargs[key] for key in ("tensor", "nrow", "padding") if key in kwargs},
                                    tensor=REQUIRED, nrow=8, padding=2)
    if not isinstance(images, Tensor) or images.shape is None or len(images.shape) != 4:
        return Tensor((unknown("C"), unknown("H"), unknown("W")), "float")
    count, channels, height, width = images.shape
    channels = 3 if channels == 1 else channels
    if count == 1:
        return Tensor((channels, height, width), images.dtype)
    if not all(isinstance(number, int) and number > 0 for number in (count, per_row)) or not is_size(padding):
        return Tensor((channels, unknown("H"), unknown("W")), images.dtype)
    across = min(per_row, count)
    down = -(-count // across)
    return Tensor((channels, down * (height + padding) + padding, across * (width + padding) + padding), images.dtype)


native("torchvision.utils.save_image")(lambda machine, args, kwargs: None)

