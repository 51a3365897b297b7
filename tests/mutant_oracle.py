"""What torch says when one place of a published model's source is edited: made and labelled once, and committed.

``python -m tests.mutant_oracle`` needs torch and the packages. It notes which lines of a package building and running a model executes, edits one place there
(:mod:`.mutators`), builds the model from the edited source and runs it on the CPU, in eval mode, on the input of the model. ``python -m shapelint.dev mutants``
and the tests read the result. The label is what torch and Python do:

- ``harmless``: the model runs;
- ``breaks``: it raises (RuntimeError, ValueError, IndexError, TypeError, AssertionError and others that sizes and counts cause);
- ``other``: it raises what a misspelt name raises (NameError, AttributeError, KeyError), or its memory or time runs out, or the weights are to blame; these are
  counted apart.

Weights keep whatever memory holds: no shape depends on them.
"""

import argparse
import contextlib
import importlib
import importlib.machinery
import importlib.metadata
import json
import lzma
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from shapelint.dev.mutants import Edit
from tests.mutators import Ran, edits

DATA = Path(__file__).parent / "data" / "mutants.json.xz"
SECONDS, MEMORY = 60, 12 << 30  # for one edited model
OTHER = ("NameError", "UnboundLocalError", "AttributeError", "KeyError", "ImportError", "ModuleNotFoundError", "SyntaxError", "RecursionError", "MemoryError", "OSError", "ConnectionError",
         "FileNotFoundError", "Timeout")
# Importing these twice would register the same operators twice.
ONCE = ("torchvision.extension", "torchvision._meta_registrations", "torchvision.ops._register_onnx_ops", "torchvision.io", "torchvision.transforms", "torchvision.datasets")

TORCHVISION = """
alexnet vgg11 vgg11_bn resnet18 resnet50 resnext50_32x4d densenet121 inception_v3:299 googlenet(init_weights=False) mobilenet_v2 mobilenet_v3_small efficientnet_b0 efficientnet_v2_s
shufflenet_v2_x0_5 squeezenet1_0 squeezenet1_1 regnet_x_400mf regnet_y_400mf convnext_tiny mnasnet0_5 swin_t swin_v2_t vit_b_32 maxvit_t
""".split()  # noqa: SIM905
TORCHVISION_OTHERS = [
    ("torchvision.models.segmentation:fcn_resnet50(weights_backbone=None)", "1 3 96 128"),
    ("torchvision.models.segmentation:deeplabv3_mobilenet_v3_large(weights_backbone=None)", "1 3 96 128"),
    ("torchvision.models.segmentation:lraspp_mobilenet_v3_large(weights_backbone=None)", "1 3 96 128"),
    ("torchvision.models.video:r3d_18()", "1 3 8 56 56"), ("torchvision.models.video:r2plus1d_18()", "1 3 8 56 56"), ("torchvision.models.video:mc3_18()", "1 3 8 56 56"),
    ("torchvision.models.video:mvit_v1_b()", "1 3 16 224 224"), ("torchvision.models.video:mvit_v2_s()", "1 3 16 224 224"), ("torchvision.models.video:s3d()", "1 3 16 224 224"),
    ("torchvision.models.video:swin3d_t()", "1 3 8 112 112"), ("torchvision.models.optical_flow:raft_small()", "1 3 128 128; 1 3 128 128"),
    ("torchvision.models.optical_flow:raft_large()", "1 3 128 128; 1 3 128 128"),
    ("torchvision.models.detection.backbone_utils:resnet_fpn_backbone(backbone_name='resnet18', weights=None)", "1 3 160 224"),
    ("torchvision.models.detection.backbone_utils:mobilenet_backbone(backbone_name='mobilenet_v3_small', weights=None, fpn=True)", "1 3 160 224"),
]
PYTORCHCV = """
preresnet18 seresnet18 sepreresnet18 senet16 dpn68 darknet53 darknet19 hrnet_w18_small_v1 lednet_cityscapes icnet_resnetd50b_cityscapes xception nasnet_4a1056 ghostnet
wrn16_10_cifar10 simplepose_resnet18_coco diracnet18v2 bagnet9 airnet50_1x64d_r2 bam_resnet18 cbam_resnet18 dla34 drnc26 espnetv2_wd2 fbnet_cb fishnet99 hardnet39ds
igcv3_wd4 inceptionv4 inceptionresnetv1 menet108_8x1_g3 mixnet_s mobilenet_wd4 mobilenetv3_small_w7d20 peleenet pnasnet5large proxylessnas_cpu pyramidnet110_a48_cifar10
resattnet56 resnesta18 revnet38 rir_cifar10 ror3_56_cifar10 selecsls42 shakeshakeresnet20_2x16d_cifar10 shufflenet_g3_w1 shufflenetv2_wd2 shufflenetv2b_wd2 sknet50 sparsenet121
spnasnet tresnet_m vovnet27s zfnet pspnet_resnetd50b_voc deeplabv3_resnetd50b_voc fcn8sd_resnetd50b_voc bisenet_resnet18_celebamaskhq cgnet_cityscapes
dabnet_cityscapes danet_resnetd50b_cityscapes enet_cityscapes erfnet_cityscapes esnet_cityscapes fastscnn_cityscapes fpenet_cityscapes
linknet_cityscapes sinet_cityscapes unet_cityscapes alphapose_fastseresnet101b_coco centernet_resnet18_voc ibppose_coco lwopenpose2d_mobilenet_cmupan_coco
simplepose_mobile_resnet18_coco quartznet5x5_en_ls jasperdr10x5_en nin_cifar10 condensenet74_c4_g4 dicenet_wd5 octresnet10_ad2 regnetx002
scnet50 sharesnet18 msdnet22 resdropresnet20_cifar10 xdensenet40_2_k24_bc_cifar10 densenet40_k12_cifar10 seresnext50_32x4d wrn50_2
sqnxt23v5_w1 efficientnet_b0 mnasnet_b1 lffd20x5s320v2_widerface fdmobilenet_wd4 channelnet darts isqrtcovresnet18
""".split()  # noqa: SIM905
TIMM = [(f"timm.models:create_model('{name}')", "1 3 224 224") for name in (
    "resnet18", "mixer_s32_224", "deit_tiny_patch16_224", "convnext_atto", "efficientnet_lite0", "mobilevit_xxs", "poolformer_s12", "gmlp_ti16_224", "repvgg_a0", "levit_128s")]


def targets(packages: list[str]) -> list[tuple[str, str]]:
    """Expressions of models with the notation of an input that is as small as the model allows without losing its structure."""
    found = []
    if "torchvision" in packages:
        for name in TORCHVISION:
            call, _, size = name.partition(":")
            found.append((f"torchvision.models:{call if '(' in call else f'{call}()'}", f"1 3 {size or 224} {size or 224}"))
        found += TORCHVISION_OTHERS
    if "pytorchcv" in packages:
        found += [(f"pytorchcv.model_provider:get_model('{name}')", "?") for name in PYTORCHCV]
    return found + (TIMM if "timm" in packages else [])


# --- running models in children ----------------------------------------------------------------------------------------


def in_child(action: Callable[[], Any], seconds: int = SECONDS) -> Any:
    """What ``action`` returns in a process of its own; None where it gave no answer in time."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        signal.alarm(seconds)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        with os.fdopen(writer, "w") as file:
            json.dump(action(), file)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else None


def prepare() -> None:
    """Weights are neither loaded nor drawn."""
    import torch

    from tests.zoo_oracle import without_weights

    without_weights()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    for name in dir(torch.nn.init):
        if name.endswith("_") and not name.startswith("_"):
            setattr(torch.nn.init, name, lambda tensor, *args, **kwargs: tensor)


def folder_of(package: str) -> str:
    return os.path.dirname(importlib.import_module(package).__file__ or "")


def forget(package: str) -> None:
    for name in list(sys.modules):
        if name.startswith(f"{package}.") and not name.startswith(ONCE) and ".ops._" not in name:
            del sys.modules[name]
    if package == "pytorchcv":
        del sys.modules[package]


@contextlib.contextmanager
def edited(path: str, text: str) -> Iterator[None]:
    """Importing ``path`` reads ``text``."""
    loader = importlib.machinery.SourceFileLoader
    before = loader.get_code

    def get_code(self: Any, name: str) -> Any:
        return compile(text, path, "exec") if self.path == path else before(self, name)

    loader.get_code = get_code  # type: ignore[method-assign]
    try:
        yield
    finally:
        loader.get_code = before  # type: ignore[method-assign]


def run(target: str, spec: str) -> str:
    """Build and call a model; the spec that was used."""
    import torch

    from tests.show_oracle import inputs_of
    from tests.zoo_oracle import built, default_input

    model = built(target, "cpu").eval()
    stated = default_input(model) if spec == "?" else spec
    with torch.no_grad():
        model(*inputs_of(stated))
    return stated


# --- which lines run ---------------------------------------------------------------------------------------------------


def traced(target: str, spec: str) -> dict[str, Any] | None:
    """The input, the family (the file in which the model's class stands), and what ran in each file of the package."""
    return in_child(lambda: _traced(target, spec), 4 * SECONDS)  # type: ignore[no-any-return]


def _traced(target: str, spec: str) -> dict[str, Any]:
    import torch

    package = target.partition(".")[0]
    folder = folder_of(package) + os.sep
    files: dict[str, dict[str, Any]] = {}
    importlib.import_module(target.partition(":")[0])

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        name = frame.f_code.co_filename
        if not name.startswith(folder):
            return None
        found = files.setdefault(name.removeprefix(folder), {"lines": set(), "ints": {}, "tensors": {}})
        if event == "line":
            found["lines"].add(frame.f_lineno)
        if event in ("line", "return"):
            values, line = frame.f_locals, frame.f_code.co_firstlineno
            if event == "return":
                found["ints"].setdefault(line, set()).update(key for key, value in values.items() if type(value) is int and not key.startswith("."))
                found["tensors"].setdefault(line, set()).update(key for key, value in values.items() if isinstance(value, torch.Tensor) and not key.startswith("."))
        return trace

    from tests.zoo_oracle import built

    sys.settrace(trace)
    model = built(target, "cpu").eval()
    sys.settrace(None)
    from tests.show_oracle import inputs_of
    from tests.zoo_oracle import default_input

    stated = default_input(model) if spec == "?" else spec
    inputs = inputs_of(stated)
    sys.settrace(trace)
    with torch.no_grad():
        model(*inputs)
    sys.settrace(None)
    family = f"{package}/{type(model).__module__.rpartition('.')[2]}"
    return {"input": stated, "family": family, "files": {
        name: {"lines": sorted(found["lines"]), **{what: {line: sorted(names) for line, names in found[what].items()} for what in ("ints", "tensors")}} for name, found in files.items()}}


def ran(found: dict[str, Any]) -> Ran:
    names = [{int(line): frozenset(each) for line, each in found[what].items()} for what in ("ints", "tensors")]
    return Ran(frozenset(found["lines"]), names[0], names[1])


# --- what an edit does -------------------------------------------------------------------------------------------------


def labelled(target: str, spec: str, file: str, text: str) -> dict[str, Any]:
    """What torch does with the model when ``file`` of its package holds ``text``."""
    return in_child(lambda: _labelled(target, spec, file, text)) or {"label": "other", "error": "Timeout", "message": f"no answer in {SECONDS} s", "chain": []}


def _labelled(target: str, spec: str, file: str, text: str) -> dict[str, Any]:
    package = target.partition(".")[0]
    folder = folder_of(package)
    try:
        forget(package)
        with edited(os.path.join(folder, file), text):
            run(target, spec)
    except Exception as error:
        name, message = type(error).__name__, (str(error).splitlines() or [""])[0]
        chain = [[os.path.relpath(entry.filename, folder), entry.lineno] for entry in traceback.extract_tb(error.__traceback__) if entry.filename.startswith(folder + os.sep)]
        other = name in OTHER or "can't allocate memory" in message or "NaN" in message
        return {"label": "other" if other else "breaks", "error": name, "message": message[:160], "chain": chain}
    return {"label": "harmless"}


def mutants_of(target: str, spec: str, count: int, seed: str, taken: set[tuple[str, Edit]]) -> Iterator[dict[str, Any]]:
    """Some edits of one model's source with their labels: kinds in turn, places at random."""
    found = traced(target, spec)
    if found is None:
        print(f"{target}: torch does not run it", file=sys.stderr)
        return
    chance = random.Random(f"{seed} {target}")
    folder = folder_of(target.partition(".")[0])
    texts = {file: Path(folder, file).read_text(encoding="utf-8") for file in found["files"]}
    by_kind: dict[str, list[tuple[str, Edit]]] = {}
    for file in sorted(texts):
        for edit in edits(texts[file], ran(found["files"][file]), chance):
            by_kind.setdefault(edit.kind, []).append((file, edit))
    for file, edit in _chosen(by_kind, count, chance, taken):
        answer = labelled(target, found["input"], file, edit.applied(texts[file]))
        yield {"target": target, "input": found["input"], "family": found["family"], "file": file, "edit": list(edit), **answer}


def _chosen(by_kind: dict[str, list[tuple[str, Edit]]], count: int, chance: random.Random, taken: set[tuple[str, Edit]]) -> Iterator[tuple[str, Edit]]:
    for places in by_kind.values():
        chance.shuffle(places)
    kinds = sorted(by_kind)
    chance.shuffle(kinds)
    while count and kinds:
        for kind in list(kinds):
            if not by_kind[kind]:
                kinds.remove(kind)
                continue
            place = by_kind[kind].pop()
            if count and place not in taken:
                taken.add(place)
                count -= 1
                yield place


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutant_oracle", description=__doc__)
    parser.add_argument("packages", nargs="*", default=["torchvision", "pytorchcv"])
    parser.add_argument("--only", default="", help="targets with this text in them")
    parser.add_argument("--each", type=int, default=16, help="mutants of one model")
    parser.add_argument("--seed", default="4")
    parser.add_argument("--output", type=Path, default=DATA)
    given = parser.parse_args()
    prepare()
    made: list[dict[str, Any]] = []
    taken: set[tuple[str, Edit]] = set()
    wanted = [pair for pair in targets(given.packages) if given.only in pair[0]]
    for package in given.packages:
        importlib.import_module(package)
    for target, spec in wanted:
        start, before = time.monotonic(), len(made)
        made += mutants_of(target, spec, given.each, given.seed, taken)
        labels = [each["label"] for each in made[before:]]
        print(f"{target}: {labels.count('breaks')} break, {labels.count('harmless')} harmless, {labels.count('other')} other; {time.monotonic() - start:.0f} s", flush=True)
        write(made, given.packages, given.output)


def write(made: list[dict[str, Any]], packages: list[str], path: Path) -> None:
    versions = {name: importlib.metadata.version(name) for name in ("torch", *packages)}
    text = json.dumps({"versions": versions, "mutants": made}, separators=(",", ":"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.compress(text.encode(), preset=6))


if __name__ == "__main__":
    main()
