"""``torchvision.datasets``: one row per data set: the size and mode of its pictures, its targets, how many classes and samples it has.

Checked against torchvision 0.29. A size is None where pictures have different ones, a mode where files decide it, a length where the folder at hand does.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from ...dims import unknown
from ..values import External, Instance, ListObject, Tensor, Unknown, Value, Why, is_size
from .numpy_arrays import array_of, make_array
from .pictures import make_picture
from .support import REQUIRED, Args, Kwargs, aside, bind, listed, lost, method, native

if TYPE_CHECKING:
    from ..machine import Machine

PACKAGE = "torchvision.datasets"


class Row(NamedTuple):
    """``choice`` is the parameter that selects a part of the data; ``parts`` maps its values to numbers of samples. ``data`` says what ``dataset.data`` is."""

    name: str
    mode: str | None
    size: tuple[int, int] | None
    classes: int | None
    parameters: str
    choice: str = ""
    parts: dict[Any, int | None] = {}
    data: str = ""  # "tensor": (N, H, W), "array": (N, H, W[, 3]), "planes": (N, 3, H, W)
    labels: str = ""
    target: str = "class"
    module: str = ""


_TRAIN = "root train=True transform target_transform download"
_SPLIT = "root split=train transform target_transform download"
_LOADED = _SPLIT + " loader"
_FOLDER = "root transform target_transform loader is_valid_file allow_empty"
_MNIST: dict[Any, int | None] = {True: 60000, False: 10000}
_EMNIST: dict[Any, int | None] = {"byclass": 814255, "bymerge": 814255, "balanced": 131600, "letters": 145600, "digits": 280000, "mnist": 70000}
_EMNIST_TEST = {"byclass": 116323, "bymerge": 116323, "balanced": 18800, "letters": 20800, "digits": 40000, "mnist": 10000}
_THIRDS: dict[Any, int | None] = {"train": 1880, "val": 1880, "test": 1880}

ROWS = (
    Row("MNIST", "L", (28, 28), 10, _TRAIN, "train", _MNIST, "tensor", "targets", module="mnist"),
    Row("FashionMNIST", "L", (28, 28), 10, _TRAIN, "train", _MNIST, "tensor", "targets", module="mnist"),
    Row("KMNIST", "L", (28, 28), 10, _TRAIN, "train", _MNIST, "tensor", "targets", module="mnist"),
    Row("EMNIST", "L", (28, 28), None, "root split " + _TRAIN.removeprefix("root "), "split", _EMNIST, "tensor", "targets", module="mnist"),
    Row("QMNIST", "L", (28, 28), 10, "root what compat=True " + _TRAIN.removeprefix("root "), "train", {True: 60000, False: 60000}, "tensor", module="mnist"),
    Row("CIFAR10", "RGB", (32, 32), 10, _TRAIN, "train", {True: 50000, False: 10000}, "array", "targets", module="cifar"),
    Row("CIFAR100", "RGB", (32, 32), 100, _TRAIN, "train", {True: 50000, False: 10000}, "array", "targets", module="cifar"),
    Row("SVHN", "RGB", (32, 32), 10, _SPLIT, "split", {"train": 73257, "test": 26032, "extra": 531131}, "planes", "labels", module="svhn"),
    Row("STL10", "RGB", (96, 96), 10, "root split=train folds transform target_transform download", "split", {"train": 5000, "test": 8000}, "planes",
        "labels", module="stl10"),
    Row("USPS", "L", (16, 16), 10, _TRAIN, "train", {True: 7291, False: 2007}, "array", "targets", module="usps"),
    Row("SEMEION", "L", (16, 16), 10, "root transform target_transform download", "", {None: 1593}, "array", "labels", module="semeion"),
    Row("FakeData", None, None, None, "size=1000 image_size num_classes=10 transform target_transform random_offset", module="fakedata"),
    Row("FER2013", "L", (48, 48), 7, "root split=train transform target_transform", module="fer2013"),
    Row("EuroSAT", "RGB", (64, 64), 10, "root transform target_transform download loader", "", {None: 27000}, module="eurosat"),
    Row("PCAM", "RGB", (96, 96), 2, _SPLIT, "split", {"train": 262144, "val": 32768, "test": 32768}, module="pcam"),
    Row("Omniglot", "L", (105, 105), None, "root background=True transform target_transform download loader", "background", {True: 19280, False: 13180},
        module="omniglot"),
    Row("CelebA", "RGB", (218, 178), None, "root split=train target_type=attr transform target_transform download", "split",
        {"train": 162770, "valid": 19867, "test": 19962, "all": 202599}, target="celeba", module="celeba"),
    Row("GTSRB", "RGB", None, 43, _SPLIT, "split", {"train": 26640, "test": 12630}, module="gtsrb"),
    Row("Flowers102", "RGB", None, 102, _LOADED, "split", {"train": 1020, "val": 1020, "test": 6149}, module="flowers102"),
    Row("Food101", "RGB", None, 101, _LOADED, "split", {"train": 75750, "test": 25250}, module="food101"),
    Row("OxfordIIITPet", "RGB", None, 37, "root split=trainval target_types=category transforms transform target_transform download", "split",
        {"trainval": 3680, "test": 3669}, target="pet", module="oxford_iiit_pet"),
    Row("DTD", "RGB", None, 47, "root split=train partition transform target_transform download loader", "split", _THIRDS, module="dtd"),
    Row("FGVCAircraft", "RGB", None, None, "root split=trainval annotation_level transform target_transform download loader", module="fgvc_aircraft"),
    Row("StanfordCars", "RGB", None, 196, _LOADED, "split", {"train": 8144, "test": 8041}, module="stanford_cars"),
    Row("SUN397", "RGB", None, 397, "root transform target_transform download loader", module="sun397"),
    Row("Country211", "RGB", None, 211, _LOADED, module="country211"),
    Row("RenderedSST2", "RGB", None, 2, _LOADED, module="rendered_sst2"),
    Row("CLEVRClassification", "RGB", None, None, _LOADED, target="", module="clevr"),
    Row("Caltech101", None, None, None, "root target_type=category transform target_transform download", target="pet", module="caltech"),
    Row("Caltech256", None, None, None, "root transform target_transform download", module="caltech"),
    Row("LFWPeople", "RGB", (250, 250), None, "root split=10fold image_set=funneled transform target_transform download loader", module="lfw"),
    Row("Places365", "RGB", None, None, "root split=train-standard small download transform target_transform loader", module="places365"),
    Row("ImageNet", "RGB", None, 1000, "root split=train transform target_transform loader", module="imagenet"),
    Row("Imagenette", "RGB", None, 10, "root split=train size download transform target_transform loader", module="imagenette"),
    Row("INaturalist", None, None, None, "root version target_type=full transform target_transform download loader", target="", module="inaturalist"),
    Row("ImageFolder", "RGB", None, None, _FOLDER, module="folder"),
    Row("DatasetFolder", None, None, None, "root loader extensions transform target_transform is_valid_file allow_empty", target="loaded", module="folder"),
    Row("VOCSegmentation", "RGB", None, None, "root year image_set=train download transform target_transform transforms", target="mask", module="voc"),
    Row("VOCDetection", "RGB", None, None, "root year image_set=train download transform target_transform transforms", target="", module="voc"),
    Row("Cityscapes", "RGB", (1024, 2048), None, "root split=train mode=fine target_type=instance transform target_transform transforms", target="cityscapes",
        module="cityscapes"),
    Row("CocoDetection", "RGB", None, None, "root annFile transform target_transform transforms", target="", module="coco"),
    Row("CocoCaptions", "RGB", None, None, "root annFile transform target_transform transforms", target="", module="coco"),
    Row("SBDataset", "RGB", None, None, "root image_set=train mode=boundaries download transforms", target="", module="sbd"),
    Row("Kitti", None, None, None, "root train=True transform target_transform transforms download", target="", module="kitti"),
    Row("WIDERFace", None, None, None, _SPLIT, target="", module="widerface"),
    Row("LSUN", "RGB", None, None, "root classes=train transform target_transform", module="lsun"),
    Row("Flickr8k", "RGB", None, None, "root ann_file transform target_transform loader", target="", module="flickr"),
    Row("Flickr30k", "RGB", None, None, "root ann_file transform target_transform loader", target="", module="flickr"),
    Row("SBU", "RGB", None, None, "root transform target_transform download loader", target="", module="sbu"),
)


def _parameters(row: Row) -> dict[str, Any]:
    """The constructor's parameters with their defaults; only ``root`` and what selects the data may be required."""
    found: dict[str, Any] = {}
    for word in row.parameters.split():
        name, given, default = word.partition("=")
        found[name] = {"True": True, "False": False}.get(default, int(default) if default.isdigit() else default) if given else None
    if row.name == "EMNIST":
        found["split"] = REQUIRED
    if row.name == "FakeData":
        found["image_size"] = (3, 224, 224)
    return found


def _initialise(machine: "Machine", row: Row, made: Instance, args: Args, kwargs: Kwargs) -> None:
    parameters = _parameters(row)
    given = dict(zip(parameters, bind(row.name, args, kwargs, **parameters), strict=True))
    made.hidden.update({"row": row, "given": given, "open": Unknown(Why.ATTRIBUTE, f"an attribute of {row.name}")})
    made.table.update({name: given.get(name) for name in ("root", "transform", "target_transform", "transforms", row.choice) if name})
    if given.get("loader") is not None:
        made.table["loader"] = given["loader"]
    count = _part(machine, row, given)
    classes = row.classes if row.classes is not None else given.get("num_classes")
    if isinstance(classes, int) and classes <= 1000 and row.name != "FakeData":
        made.table["classes"] = ListObject(tuple(aside(machine, "a class's name") for _ in range(classes)))
    if row.data and row.size is not None:
        made.table["data"] = made.hidden["data"] = _data(row, unknown("samples") if count is None else count)
    if row.labels:
        made.table[row.labels] = _labels(row, count)


def _part(machine: "Machine", row: Row, given: dict[str, Any]) -> int | None:
    """How many samples there are."""
    if row.name == "FakeData":
        return given["size"] if isinstance(given["size"], int) else None
    if (row.name == "QMNIST" and given["what"] is not None) or (row.name == "STL10" and given["folds"] is not None):
        return None
    chosen = given.get(row.choice) if row.choice else None
    if not isinstance(chosen, (str, bool, int, type(None))) or chosen not in row.parts:
        return None
    if isinstance(chosen, str) and row.name == "EMNIST":
        train = machine.truth(given["train"])
        test = _EMNIST_TEST[chosen]
        return None if train is None else (row.parts[chosen] or 0) - test if train else test
    return row.parts[bool(chosen) if row.choice in ("train", "background") else chosen]


def _data(row: Row, count: Any) -> Value:
    height, width = row.size or (0, 0)
    if row.data == "tensor":
        return Tensor((count, height, width), "int")
    plane = {"array": (height, width, *((3,) if row.mode == "RGB" else ())), "planes": (3, height, width)}[row.data]
    return make_array((count, *plane), "int")


def _labels(row: Row, count: int | None) -> Value:
    if row.data == "tensor":
        return Tensor((unknown("samples") if count is None else count,), "int")
    if row.data == "planes":
        return make_array((unknown("samples") if count is None else count,), "int")
    return ListObject(Unknown(Why.DATA, "the labels of a data set"))


# --- one sample --------------------------------------------------------------------------------------------------------------


def _sample(machine: "Machine", made: Instance) -> Value:
    """``dataset[i]``: the picture and its target, once the transforms of the data set have seen them."""
    row, table = made.hidden["row"], made.table
    picture, target = _picture(machine, made), _target(machine, row, made.hidden["given"])
    if table.get("transforms") is not None:
        return machine.call(table["transforms"], [picture, target], {})
    if table.get("transform") is not None:
        picture = machine.call(table["transform"], [picture], {})
    if table.get("target_transform") is not None:
        target = machine.call(table["target_transform"], [target], {})
    return (picture, target)


def _picture(machine: "Machine", made: Instance) -> Value:
    row, given = made.hidden["row"], made.hidden["given"]
    if given.get("loader") is not None:
        return machine.call(given["loader"], [aside(machine, "a path")], {})
    if row.target == "loaded":
        return aside(machine, "a loaded sample")
    if row.name == "FakeData":
        sizes = listed(machine, given["image_size"])
        if sizes is None or len(sizes) != 3 or not all(map(is_size, sizes)):
            return make_picture(None, None, None)
        mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}.get(sizes[0]) if isinstance(sizes[0], int) else None
        return make_picture(sizes[1], sizes[2], mode, row.name)
    if made.table.get("data") is not made.hidden.get("data"):
        return _of_size(row, _sides(made))
    return _of_size(row, row.size)


def _of_size(row: Row, size: tuple[int, int] | None) -> Instance:
    height, width = size or (None, None)
    return make_picture(height, width, row.mode, row.name if size else "")


def _sides(made: Instance) -> tuple[int, int] | None:
    """The sides of the pictures where the program has put other data into the data set: the same only where it says so."""
    found, before = (value if isinstance(value, Tensor) else array_of(value) for value in (made.table.get("data"), made.hidden["data"]))
    if found is None or before is None or found.shape is None or before.shape is None or found.shape[1:] != before.shape[1:]:
        return None
    row: Row = made.hidden["row"]
    return row.size


_FACES = {"attr": (40,), "identity": (), "bbox": (4,), "landmarks": (10,)}
_STREETS = {"semantic": "L", "color": "RGBA", "instance": None}


def _target(machine: "Machine", row: Row, given: dict[str, Any]) -> Value:
    """A class's number, a mask, or what the program asks for."""
    if row.target == "class":
        if row.name == "QMNIST" and machine.truth(given["compat"]) is not True:
            return Tensor((8,), "int")
        if row.name == "STL10" and given["split"] not in ("train", "test"):
            return aside(machine, "a target")
        return unknown("label")
    if row.target == "mask":
        return make_picture(None, None, "P")
    wanted = given.get("target_type", given.get("target_types"))
    kinds = (wanted,) if isinstance(wanted, str) else None if wanted is None or isinstance(wanted, Unknown) else listed(machine, wanted)
    if row.target not in ("celeba", "pet", "cityscapes") or not kinds:
        return aside(machine, "a target")
    found = tuple(_kind(machine, row, kind) for kind in kinds)
    return found if len(found) > 1 else found[0]


def _kind(machine: "Machine", row: Row, kind: Value) -> Value:
    if row.target == "celeba" and kind in _FACES:
        return Tensor(_FACES[kind], "int")
    if row.target == "cityscapes" and kind in _STREETS:
        return make_picture(1024, 2048, _STREETS[kind])
    if kind in ("category", "binary-category"):
        return unknown("label")
    return make_picture(None, None, None) if kind == "segmentation" else aside(machine, "a target")


def _length(made: Instance, machine: "Machine") -> Value:
    row, given = made.hidden["row"], made.hidden["given"]
    data = made.table.get("data")
    if data is not made.hidden.get("data"):
        found = data if isinstance(data, Tensor) else array_of(data)
        size = found.shape[0] if found is not None and found.shape else None
        return size if is_size(size) else aside(machine, "the length of a data set")
    count = _part(machine, row, given)
    return aside(machine, "the length of a data set") if count is None else count


def _filled(value: Value) -> bool:
    """Whether our constructor has run."""
    return isinstance(value, Instance) and "row" in value.hidden


def _declare(row: Row) -> None:
    names = [f"{PACKAGE}.{row.name}", *([f"{PACKAGE}.{row.module}.{row.name}"] if row.module else [])]

    def construct(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        made = Instance(External(names[0]))
        _initialise(machine, row, made, args, kwargs)
        return made

    def initialise(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        if isinstance(args[0], Instance):
            _initialise(machine, row, args[0], args[1:], kwargs)
        return None

    def item(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        return _sample(machine, args[0]) if _filled(args[0]) else lost(machine, row.name, *args[1:])

    def length(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        return _length(args[0], machine) if _filled(args[0]) else aside(machine, "the length of a data set")

    native(*names)(construct)
    for name in names:
        method(name, "__init__")(initialise)
        method(name, "__getitem__")(item)
        method(name, "__len__")(length)


for _row in ROWS:
    _declare(_row)


@method(f"{PACKAGE}.VisionDataset", "__init__")
@method(f"{PACKAGE}.vision.VisionDataset", "__init__")
def vision_dataset(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """The base class of users' own data sets."""
    names = ("root", "transforms", "transform", "target_transform")
    values = bind("VisionDataset", args[1:], kwargs, **dict.fromkeys(names))
    if isinstance(args[0], Instance):
        args[0].table.update(zip(names, values, strict=True))
    return None


__all__ = ["PACKAGE", "ROWS", "Row"]
