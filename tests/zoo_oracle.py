"""What torch says about the models of published packages: every call of a leaf module with its shapes, recorded once and committed.

``python -m tests.zoo_oracle torchvision`` needs torch and the package, builds every model on the meta device (on the CPU where it cannot be built
there) and writes ``tests/data/zoo/torchvision.json.xz``, which ``python -m shapelint.dev conformance`` and the tests read. Weights are never loaded: each model is
made with its default arguments, and what would fetch a file keeps the weights as they are.
"""

import argparse
import contextlib
import importlib
import importlib.metadata
import json
import lzma
import os
import random
import signal
import sys
from pathlib import Path
from typing import Any

from . import zoo_styles

DATA = Path(__file__).parent / "data" / "zoo"
SECONDS = 240  # for one model
SEED = 4

Targets = list[tuple[str, str]]  # expressions of models, each with the notation of its input


def torchvision() -> Targets:
    """All classification, segmentation, optical-flow and video builders; the backbones and pyramids of detection."""
    from torchvision import models

    found: Targets = []
    for name in models.list_models(module=models):
        size = 299 if name == "inception_v3" else 224
        found.append((f"torchvision.models:{name}()", f"1 3 {size} {size}"))
    found += [(f"torchvision.models.segmentation:{name}()", "1 3 520 520") for name in models.list_models(module=models.segmentation)]
    found += [(f"torchvision.models.optical_flow:{name}()", "1 3 128 192; 1 3 128 192") for name in models.list_models(module=models.optical_flow)]
    for name in models.list_models(module=models.video):
        size = {"mvit": 224, "s3d": 224, "swin": 224}.get(name[:4].rstrip("_"), 112)
        found.append((f"torchvision.models.video:{name}()", f"1 3 16 {size} {size}"))
    backbones = "torchvision.models.detection.backbone_utils"
    resnets = [name for name in models.list_models(module=models) if name.startswith(("resnet", "resnext", "wide_resnet"))]
    found += [(f"{backbones}:resnet_fpn_backbone(backbone_name='{name}', weights=None)", "1 3 320 416") for name in resnets]
    for name in ("mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small"):
        for fpn in (True, False):
            found.append((f"{backbones}:mobilenet_backbone(backbone_name='{name}', weights=None, fpn={fpn})", "1 3 320 416"))
    found += [(f"torchvision.models.detection:{name}(weights_backbone=None).backbone", "1 3 320 416") for name in models.list_models(module=models.detection)]
    return found


def pytorchcv() -> Targets:
    """Two hundred names at random, and the first and last of each file's."""
    from pytorchcv.model_provider import _models

    names = sorted(_models)
    chosen = set(random.Random(SEED).sample(names, 200))
    files: dict[str, list[str]] = {}
    for name in names:
        files.setdefault(_models[name].__module__, []).append(name)
    chosen |= {name for group in files.values() for name in (group[0], group[-1])}
    return [(f"pytorchcv.model_provider:get_model('{name}')", _pytorchcv_input(name)) for name in sorted(chosen)]


def _pytorchcv_input(name: str) -> str:
    """Read off the model itself when it has been built: see :func:`recorded`."""
    return "?"


ZOOS = {"torchvision": torchvision, "pytorchcv": pytorchcv, "timm": zoo_styles.timm, "segmentation_models_pytorch": zoo_styles.segmentation_models_pytorch,
        "monai": zoo_styles.monai}
NEEDS = {"segmentation_models_pytorch": ("timm", "torchvision"), "monai": ("torchvision",)}  # what a package takes its layers from, besides torch


def without_weights() -> None:
    """Whatever loads weights leaves a model as it is."""
    import torch

    torch.nn.Module.load_state_dict = lambda self, *args, **kwargs: None  # type: ignore[method-assign, assignment, return-value]
    torch.hub.load_state_dict_from_url = lambda *args, **kwargs: {}  # type: ignore[assignment]
    torch.load = lambda *args, **kwargs: {}  # type: ignore[assignment]


def built(target: str, device: str) -> Any:
    import torch

    module, _, call = target.partition(":")
    with torch.device(device), contextlib.redirect_stdout(sys.stderr):
        return eval(call, vars(importlib.import_module(module)))  # a target of our own list, above


def recorded(target: str, spec: str) -> dict[str, Any]:
    """The calls of one model; ``error`` where torch refuses it."""
    import torch

    from tests.show_oracle import inputs_of, leaf_calls

    errors = []
    for device in ("meta", "cpu"):
        try:
            model = built(target, device)
            stated = default_input(model) if spec == "?" else spec
            with torch.device(device):
                inputs = [tensor.to(device) for tensor in inputs_of(stated)]
                calls = leaf_calls(model, inputs)
        except Exception as error:
            errors.append(f"{device}: {type(error).__name__}: {error}"[:300])
            continue
        return {"input": stated, "calls": [[call["path"], call["op"], call["inputs"], call["outputs"]] for call in calls], "device": device}
    return {"input": spec, "error": errors}


def default_input(model: Any) -> str:
    """What a model that knows its own input size is made for."""
    channels, size = getattr(model, "in_channels", 3), getattr(model, "in_size", (224, 224))
    return " ".join(map(str, (1, channels, *((size,) if isinstance(size, int) else size))))


def in_child(target: str, spec: str) -> dict[str, Any]:
    """:func:`recorded` in a process of its own, so that what it loads goes with it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        signal.alarm(SECONDS)
        with os.fdopen(writer, "w") as file:
            json.dump(recorded(target, spec), file)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else {"input": spec, "error": ["no answer in time"]}


# --- the file -------------------------------------------------------------------------------------------------------


def packed(models: dict[str, Any], versions: dict[str, str]) -> bytes:
    """Names and shapes once each, calls as numbers."""
    tables: dict[str, dict[str, int]] = {"texts": {}, "shapes": {}}

    def number(table: str, value: Any) -> int:
        return tables[table].setdefault(value if isinstance(value, str) else json.dumps(value, separators=(",", ":")), len(tables[table]))

    made = {}
    for target, found in models.items():
        calls = found.get("calls", [])
        columns = [[number("texts", call[0]) for call in calls], [number("texts", call[1]) for call in calls],
                   [number("shapes", call[2]) for call in calls], [number("shapes", call[3]) for call in calls]]
        made[target] = {key: value for key, value in found.items() if key != "calls"} | ({"columns": columns} if "calls" in found else {})
    whole = {"versions": versions, "texts": list(tables["texts"]), "shapes": [json.loads(text) for text in tables["shapes"]], "models": made}
    return lzma.compress(json.dumps(whole, separators=(",", ":")).encode(), preset=9)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.zoo_oracle", description=__doc__)
    parser.add_argument("zoo", choices=sorted(ZOOS))
    parser.add_argument("--only", help="targets with this text in them")
    parser.add_argument("--output", type=Path, help="another file")
    given = parser.parse_args()
    without_weights()
    models = {}
    for target, spec in ZOOS[given.zoo]():
        if given.only is None or given.only in target:
            models[target] = in_child(target, spec)
            print(target, models[target].get("error") or len(models[target]["calls"]), flush=True)
    versions = {name: importlib.metadata.version(name) for name in ("torch", given.zoo, *NEEDS.get(given.zoo, ()))}
    path = given.output or DATA / f"{given.zoo}.json.xz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed(models, versions))
    print(f"{path}: {len(models)} models, {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
