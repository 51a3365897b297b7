"""The networks of ``fixtures/networks`` in torch: which sizes they accept, what shapes result, and where they raise.

Running every program at every size takes minutes, so what torch said is kept in ``data/networks.json.gz``.
``python -m tests.network_oracle`` (from the root of the repository) asks torch again and rewrites that file;
with names of networks behind it, only those are asked. The tests repeat some of the sizes with the torch at hand.

Programs run in evaluation mode on the CPU, with parameters left unset, for torch's meta device accepts more. Only where
the CPU would take too long is the meta device asked, and then the CPU at both sides of every change of the answer.
"""

import contextlib
import gzip
import importlib
import json
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

FIXTURES = Path(__file__).parent.parent / "fixtures"
DATA = Path(__file__).parent / "data" / "networks.json.gz"
SIZES = range(1, 401)
JOBS = 2

Shape = tuple[int, ...]
Point = tuple[int, ...]  # the sizes of the spatial axes


@dataclass(frozen=True)
class Network:
    """A class of a program, the input that it gets, and the layers whose outputs are recorded.

    The first spatial axis takes every size of ``SIZES`` while the second, if there is one, is ``other``, a valid size;
    ``extra`` holds further points, for networks whose axes depend on each other or whose sizes lie higher.
    """

    name: str
    file: str
    spec: str
    taps: tuple[str, ...]
    other: int | None = None
    extra: tuple[Point, ...] = ()
    device: str = "cpu"

    @property
    def path(self) -> Path:
        return FIXTURES / self.file

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the spatial axes in the specification of the input."""
        return tuple(self.spec.split()[2:])

    def points(self) -> list[Point]:
        """Every point that is asked, without repetition."""
        line: list[Point] = [(size,) if self.other is None else (size, self.other) for size in SIZES]
        return list(dict.fromkeys([*line, *self.extra]))

    def input_shape(self, point: Point) -> Shape:
        return (1, int(self.spec.split()[1]), *point)


class Answer(NamedTuple):
    """What torch did with one input.

    ``raised`` is the innermost line of the fixtures, as in ``unet.py:45``, or None where the input was accepted. ``broadcast`` says that
    an axis of size 1 was stretched by an addition or a loss on the way; ``outputs`` and ``taps`` are shapes, those of the layers in the
    order of :attr:`Network.taps`.
    """

    raised: str | None
    broadcast: bool = False
    outputs: tuple[Shape, ...] = ()
    taps: tuple[Shape, ...] = ()

    @property
    def accepted(self) -> bool:
        return self.raised is None


def _grid(*sizes: int) -> tuple[Point, ...]:
    return tuple((a, b) for a in sizes for b in sizes)


_LENET = _grid(1, 15, 16, 19, 20, 31, 32, 35, 36, 111, 112, 115, 116)
_VGG = _grid(1, 31, 32, 63, 64, 223, 224, 255, 256, 1567, 1568, 1599, 1600)
_HOP = 3 ** 10

NETWORKS = {network.name: network for network in (
    Network("LeNet5", "networks/lenet.py", "N 1 H W", ("conv1", "conv2"), 32, _LENET),
    Network("AlexNet", "networks/alexnet.py", "N 3 H W", ("features.5", "features.12"), 63),
    Network("VGG16", "networks/vgg.py", "N 3 H W", ("features.16", "features.30"), 224, _VGG, "meta"),
    Network("VGG16Adaptive", "networks/vgg.py", "N 3 H W", ("features.16", "features.30"), 32),
    Network("ResNet50", "networks/resnet.py", "N 3 H W", ("layer2.3.conv3", "layer4.2.conv3"), 1),
    Network("ResNet152", "networks/resnet.py", "N 3 H W", ("layer2.7.conv3", "layer4.2.conv3"), 1),
    Network("SqueezeNet1_0", "networks/squeezenet.py", "N 3 H W", ("features.6", "features.12.expand3x3"), 21),
    Network("SqueezeNet1_1", "networks/squeezenet.py", "N 3 H W", ("features.5", "features.12.expand3x3"), 17),
    Network("GoogLeNet", "networks/googlenet.py", "N 3 H W", ("maxpool2", "inception5b.branch4.0"), 15),
    Network("DenseNet121", "networks/densenet.py", "N 3 H W", ("blocks.1.pool", "norm5"), 29),
    Network("DenseNet201", "networks/densenet.py", "N 3 H W", ("blocks.1.pool", "norm5"), 29),
    Network("InceptionV3", "networks/inception.py", "N 3 H W", ("stem.6", "mixed7.2.branches.0.conv"), 75),
    Network("InceptionV3Aux", "networks/inception.py", "N 3 H W", ("aux.conv1.conv", "mixed7.2.branches.0.conv"), 299),
    Network("UNet", "networks/unet.py", "N 3 H W", ("bottleneck.net.3", "ups.6"), 16),
    Network("PadUNet", "networks/unet_pad.py", "N 3 H W", ("down4.body.1.3", "up4.up"), 16),
    Network("ValidUNet", "networks/unet_valid.py", "N 1 H W", ("bottom.conv2", "up1"), 188, device="meta"),
    Network("UncroppedUNet", "broken_unet_valid/unet.py", "N 1 H W", ("downs.4.conv2",), 188, device="meta"),
    Network("PSPNet", "networks/pspnet.py", "N 3 H W", ("stages.15.body.0", "head.0"), 1),
    Network("FPN", "networks/fpn.py", "N 3 H W", ("backbone.layer4.2.conv3", "smooth.0"), 32),
    Network("DoublingFPN", "networks/fpn.py", "N 3 H W", ("backbone.layer4.2.conv3", "smooth.0"), 32),
    Network("HRNetStage", "networks/hrnet.py", "N 3 H W", ("stem.1.0", "transitions.2.0"), 32),
    Network("Focus", "networks/yolo_focus.py", "N 3 H W", ("conv.conv",), 2),
    Network("Reconstruction", "networks/autoencoder.py", "N 3 H W", ("model.encoder.4", "model.decoder.4"), 8),
    Network("TightReconstruction", "networks/autoencoder.py", "N 3 H W", ("model.encoder.4", "model.decoder.4"), 9),
    Network("SpeechCodec", "networks/codec.py", "N 1 L", ("down.3", "up.3"), None, tuple((320 * i + d,) for i in (2, 50) for d in (-1, 0, 1))),
    Network("TernaryCodec", "networks/codec.py", "N 1 L", ("down.9", "up.9"), None,
            tuple((_HOP * i + d,) for i in (1, 2) for d in (-1, 0, 1)), "meta"),
)}


@contextlib.contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """The modules of a folder can be imported by their names; afterwards they are forgotten."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", None)).startswith(str(folder)):
                del sys.modules[name]


def build(network: Network, device: str) -> Any:
    """An instance in evaluation mode. Its parameters hold whatever the memory held: only shapes matter here."""
    import torch

    with _importable(network.path.parent), torch.device("meta"):
        model = getattr(importlib.import_module(network.path.stem), network.name)()
    return model.eval().to_empty(device=device)


def ask(network: Network, model: Any, point: Point) -> Answer:
    """Run a model on an input of one size."""
    import torch

    device = next(model.parameters()).device
    seen: dict[str, Shape] = {}
    hooks = [model.get_submodule(tap).register_forward_hook(_recorder(seen, tap)) for tap in network.taps]
    stretched: list[str] = []
    try:
        with torch.no_grad(), warnings.catch_warnings(), _watching(stretched):
            warnings.simplefilter("ignore")
            result = model(torch.empty(network.input_shape(point), device=device))
    except (RuntimeError, ValueError) as error:
        return Answer(_innermost_line(error))
    finally:
        for hook in hooks:
            hook.remove()
    return Answer(None, bool(stretched), tuple(_shapes(result)), tuple(seen[tap] for tap in network.taps))


def _recorder(seen: dict[str, Shape], tap: str) -> Any:
    def record(module: Any, inputs: Any, output: Any) -> None:
        seen[tap] = tuple(output.shape)

    return record


def _watching(stretched: list[str]) -> Any:
    """A mode that notes each operation in which two maps of one rank, but of different sizes, meet."""
    from torch.overrides import TorchFunctionMode

    class Watch(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            name = getattr(func, "__name__", "")
            if name in _MEETINGS and len(args) >= 2:
                left, right = (getattr(side, "shape", ()) for side in args[:2])
                if len(left) == len(right) >= 3 and left != right:
                    stretched.append(name)
            return func(*args, **(kwargs or {}))

    return Watch()


_MEETINGS = {"add", "add_", "__add__", "__iadd__", "mse_loss", "l1_loss"}


def _shapes(value: Any) -> Iterator[Shape]:
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from _shapes(item)
    else:
        yield tuple(value.shape)


def _innermost_line(error: BaseException) -> str:
    found, step = "", error.__traceback__
    while step is not None:
        path = Path(step.tb_frame.f_code.co_filename)
        if path.is_relative_to(FIXTURES):
            found = f"{path.name}:{step.tb_lineno}"
        step = step.tb_next
    assert found, "raised outside the fixtures"
    return found


# --- the file -------------------------------------------------------------------------------------------------


def collect(name: str) -> tuple[dict[Point, Answer], float]:
    """Torch's answers for every point of a network, and the seconds that took."""
    import torch

    torch.set_num_threads(1)  # the processes share the machine
    start = time.perf_counter()
    network = NETWORKS[name]
    model = build(network, network.device)
    answers = {point: ask(network, model, point) for point in network.points()}
    if network.device != "cpu":
        model = build(network, "cpu")
        for point in turns(network, answers):
            assert ask(network, model, point) == answers[point], f"{name} at {point}: the CPU and the meta device differ"
    return answers, time.perf_counter() - start


def turns(network: Network, answers: dict[Point, Answer]) -> list[Point]:
    """The points of the line on both sides of each change of torch's answer, between accepting and refusing or of the line."""
    line = network.points()[:len(SIZES)]
    return sorted({point for pair in pairwise(line) if len({answers[side].raised for side in pair}) > 1 for point in pair})


@cache
def known_answers(name: str) -> dict[Point, Answer]:
    """What the file says about a network, point by point."""
    network, kept = NETWORKS[name], _read()[name]
    assert (kept["spec"], kept["taps"]) == (network.spec, list(network.taps)), f"{name} has changed: run python -m tests.network_oracle {name}"
    return {tuple(point): _answer(record) for point, record in kept["answers"]}


def accepted(name: str) -> set[Point]:
    """The points that torch accepts without stretching an axis of size 1."""
    return {point for point, answer in known_answers(name).items() if answer.accepted and not answer.broadcast}


def _answer(record: Any) -> Answer:
    if isinstance(record, str):
        return Answer(record)
    broadcast, outputs, taps = record
    return Answer(None, bool(broadcast), tuple(map(tuple, outputs)), tuple(map(tuple, taps)))


def _record(answer: Answer) -> Any:
    return answer.raised or [int(answer.broadcast), answer.outputs, answer.taps]


@cache
def _read() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(gzip.decompress(DATA.read_bytes()))
    return content


def runs(values: Sequence[int]) -> str:
    """Increasing numbers as ``1-4, 8, 16``, for people."""
    parts: list[list[int]] = []
    for value in values:
        if parts and parts[-1][-1] == value - 1:
            parts[-1][1:] = [value]
        else:
            parts.append([value])
    return ", ".join("-".join(map(str, part)) for part in parts)


def main(names: Sequence[str]) -> None:
    """Ask torch about the named networks, or about all, rewrite the file, and print what was learned."""
    content = _read() if DATA.exists() else {}
    chosen = list(names) or list(NETWORKS)
    with ProcessPoolExecutor(JOBS) as pool:
        for name, (answers, seconds) in zip(chosen, pool.map(collect, chosen), strict=True):
            network = NETWORKS[name]
            content[name] = {
                "spec": network.spec, "taps": network.taps,
                "answers": [[point, _record(answer)] for point, answer in answers.items()],
            }
            line = network.points()[:len(SIZES)]
            good = [point[0] for point in line if answers[point].accepted and not answers[point].broadcast]
            stretched = [point[0] for point in line if answers[point].broadcast]
            print(f"{name} ({seconds:.0f} s): {runs(good) or 'never'}; broadcast: {runs(stretched) or 'never'}", flush=True)
    text = json.dumps({name: content[name] for name in NETWORKS if name in content}, separators=(",", ":"))
    DATA.parent.mkdir(exist_ok=True)
    DATA.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1:])
