"""Values of a wrong type, and counts that do not fit: the line at which Python or torch raises is the line that is shown. Each program runs in torch too."""

import traceback
from pathlib import Path

import pytest
import torch

from shapelint.config import Config
from shapelint.show import ModelSummary, ShowOptions, Wanted, show_targets
from tests.show_oracle import load

HEAD = """\
import torch
from torch import nn


def one(a):
    return a


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        {init}

    def forward(self, x):
        {forward}
"""
BREAKS = [
    ("pass", "return torch.cat(x, 1)"),
    ("pass", "return torch.stack([x, 3])"),
    ("pass", "return x.view(x, -1)"),
    ("self.conv = nn.Conv2d(4, 8, 1)", "return self.conv(None)"),
    ("self.conv = nn.Conv2d(4, 8, 1)", "return self.conv((x, x))"),
    ("self.act = nn.ReLU()", "return self.act([x])"),
    ("self.conv = nn.Conv2d(4, 8, 1, groups=nn.ReLU)", "return self.conv(x)"),
    ("self.conv = nn.Conv2d(4, one, 1)", "return self.conv(x)"),
    ("self.conv = nn.Conv2d(4, True, bias=8, kernel_size=1)", "return self.conv(x)"),
    ("first, second = 3", "return x"),
    ("first, second = (1, 2, 3)", "return x"),
    ("self.fc = nn.Linear(*one(4))", "return x"),
    ("self.fc = nn.Linear(4, one(2, 3))", "return x"),
    ("self.fc = nn.Linear(4, one())", "return x"),
    ("self.widths = [4] + 8", "return x"),
    ("self.widths = [4][1]", "return x"),
    ("self.pool, self.fc = nn.AdaptiveAvgPool2d((1, 0)), nn.Linear(4, 2)", "return self.fc(torch.flatten(self.pool(x), 1))"),
    ("self.pool, self.conv = nn.AdaptiveAvgPool2d(0), nn.Conv2d(4, 2, 1)", "return self.conv(self.pool(x))"),
]
RUNS = [
    ("self.pool = nn.AdaptiveAvgPool2d((1, 0))", "return self.pool(x).flatten(1)"),
    ("self.act = nn.Identity()", "return self.act((x, x))[0]"),
    ("pass", "return nn.utils.rnn.pad_sequence(x)"),
    ("pass", "return x.view(torch.tensor(1), -1)"),
    ("self.widths = [4] + [8]", "return x + torch.cat((x,), 1)"),
    ("self.layer = one(nn.ReLU)()", "return self.layer(x)"),
    ("self.conv = nn.ConvTranspose2d(4, True, 1, bias=False)", "return self.conv(x)"),
    ("self.kind = None .__class__", "return x if self.kind is type(None) else x[0, 0, 0, 0, 0]"),
    ("first, *rest = 'ab'", "return torch.cat([x, *[x]], 1)"),
]


def shown(folder: Path, init: str, forward: str) -> tuple[Path, ModelSummary]:
    path = folder / "net.py"
    path.write_text(HEAD.format(init=init, forward=forward))
    return path, next(show_targets([Wanted(f"{path}:Net", "1 4 6 6", "test")], Config(), ShowOptions()))


def raised_at(path: Path) -> int | None:
    """The line of the file at which torch or Python raises."""
    try:
        load(path).Net().eval()(torch.zeros(1, 4, 6, 6))
    except Exception as error:
        return next(entry.lineno for entry in reversed(traceback.extract_tb(error.__traceback__)) if entry.filename == str(path))
    return None


@pytest.mark.parametrize("init, forward", BREAKS)
def test_the_line_that_raises_is_shown(tmp_path: Path, init: str, forward: str) -> None:
    path, summary = shown(tmp_path, init, forward)
    line = raised_at(path)
    assert line is not None and summary.status == "error"
    found = summary.diagnostics[0]
    assert line in [found.span.line, *(label.span.line for label in found.labels)], (found.span, found.message)


@pytest.mark.parametrize("init, forward", RUNS)
def test_what_runs_is_no_error(tmp_path: Path, init: str, forward: str) -> None:
    path, summary = shown(tmp_path, init, forward)
    assert raised_at(path) is None
    assert summary.status != "error", [found.message for found in summary.diagnostics]
