"""What ``shapelint show`` costs on models of torchvision, cold, beside building and running them on torch's meta device in a fresh process."""

import os
import sys

from .cold import medians

MODELS = (("resnet50", 224), ("densenet201", 224), ("efficientnet_b7", 600), ("swin_b", 224), ("inception_v3", 299))
MOST_SECONDS, MOST_SHARE = 2.0, 0.25  # of user CPU, and of what torch takes
ON_META = """
import torch
from torchvision import models
with torch.device("meta"):
    net = models.{name}().eval()
    with torch.no_grad():
        net(torch.empty(1, 3, {size}, {size}))
"""


def bench(runs: int, source: str | None, torch_python: str) -> None:
    """``source``: a folder that holds torchvision's source; ``torch_python``: a Python that has torch and torchvision."""
    if source is None or not os.path.isdir(os.path.join(source, "torchvision")):
        print("\nmodels of torchvision: give --source DIR, a folder that holds torchvision's source")
        return
    width = max(len(name) for name, _ in MODELS)
    print(f"\n{'torchvision; median of ' + str(runs):{max(width, 26)}} {'show, user s':>12} {'torch, user s':>13} {'share':>6}")
    for name, size in MODELS:
        commands = {
            "show": [sys.executable, "-m", "shapelint", "show", f"torchvision.models:{name}()", "--input", f"1 3 {size} {size}", "--search-path", source],
            "torch": [torch_python, "-c", ON_META.format(name=name, size=size)],
        }
        found = medians(commands, runs)
        print(_line(name, max(width, 26), found.get("show"), found.get("torch")))


def _line(name: str, width: int, show: float | None, torch: float | None) -> str:
    share = show / torch if show is not None and torch is not None else None
    over = (show is not None and show > MOST_SECONDS) or (share is not None and share > MOST_SHARE)
    cells = f"{_cell(show, 12)} {_cell(torch, 13)} {_cell(share, 6)}"
    return f"{name:{width}} {cells}{'  over the limit' if over else ''}"


def _cell(value: float | None, width: int) -> str:
    return f"{value:{width}.2f}" if value is not None else f"{'-':>{width}}"
