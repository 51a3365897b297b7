"""``create_feature_extractor``: what the cut model returns and calls, as torchvision 0.29 with torch 2.14 does. The values in this file are what it printed."""

import json
from pathlib import Path
from typing import Any

import pytest

from shapelint.cli import main

Captured = pytest.CaptureFixture[str]

NET = """
import torch
from torch import nn
from torchvision.models.feature_extraction import create_feature_extractor


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv, self.norm, self.relu = nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()
        self.scale = nn.Parameter(torch.ones(width, 1, 1))

    def forward(self, x):
        return self.relu(x + self.relu(self.norm(self.conv(x))) * self.scale)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2)
        self.blocks = nn.Sequential(Block(8), nn.MaxPool2d(2), Block(8))
        self.head = nn.Linear(8 * 7 * 7, 10)

    def forward(self, x):
        x = self.blocks(self.stem(x))
        return self.head(torch.flatten(x, 1))


"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown(capsys: Captured, folder: Path, nodes: str, status: int = 0) -> Any:
    (folder / "net.py").write_text(f"{NET}net = create_feature_extractor(Net(), {nodes})\n")
    assert main(["show", "net.py:net", "--input", "1 3 32 32", "--output-format", "json"]) == status
    return json.loads(capsys.readouterr().out)[0]


STEM, FIRST = ["stem"], ["blocks.0.conv", "blocks.0.norm", "blocks.0.relu", "blocks.0.relu"]
NODES = [
    ('{"stem": "s"}', STEM, [[1, 8, 15, 15]], 224),
    ('["blocks.0"]', STEM + FIRST, [[1, 8, 15, 15]], 832),
    ('["blocks.0.relu"]', STEM + FIRST[:3], [[1, 8, 15, 15]], None),  # whether a parameter is read before the cut is not asked
    ('{"blocks.0.relu_1": "a", "stem": "b"}', STEM + FIRST, [[1, 8, 15, 15]] * 2, 832),
    ('["blocks.0.add", "blocks.1"]', [*STEM, *FIRST, "blocks.1"], [[1, 8, 15, 15], [1, 8, 7, 7]], 832),
    ('["flatten"]', [*STEM, *FIRST, "blocks.1", *(path.replace("0", "2") for path in FIRST)], [[1, 392]], 1440),
]


@pytest.mark.parametrize(("nodes", "paths", "output", "params"), NODES)
def test_a_model_is_cut_after_the_last_node_that_is_wanted(nodes: str, paths: list[str], output: Any, params: int | None, folder: Path, capsys: Captured) -> None:
    found = shown(capsys, folder, nodes)
    assert found["status"] == "ok" and [layer["path"] for layer in found["layers"]] == paths
    assert found["output"] == output and params in (None, found["totals"]["params"])


def test_what_lies_behind_the_cut_is_not_run(folder: Path, capsys: Captured) -> None:
    (folder / "net.py").write_text(f"{NET}net = create_feature_extractor(Net(), ['blocks.1'])\n"
                                   "nn.Linear(9, 2)(net(torch.ones(2, 3, 64, 64))['blocks.1'])\nNet()(torch.ones(1, 3, 64, 64))\n")
    assert main(["net.py", "--output-format", "concise"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[1] for line in lines] == ["22", "30"] and "expects 9 features but receives 15" in lines[1]


def test_an_error_before_the_cut_is_reported(folder: Path, capsys: Captured) -> None:
    found = shown(capsys, folder, "['head']", status=0)
    assert found["output"] == [[1, 10]]
    (folder / "net.py").write_text(f"{NET.replace('8 * 7 * 7', '8 * 7')}net = create_feature_extractor(Net(), ['head'])\n")
    assert main(["show", "net.py:net", "--input", "1 3 32 32"]) == 1
    assert "head expects 56 features but receives 392" in capsys.readouterr().out


@pytest.mark.parametrize("query", ["blocks.2", "head", "flatten"])
def test_an_exception_before_the_node_is_that_of_the_model(query: str, folder: Path, capsys: Captured) -> None:
    text = NET.replace("def forward(self, x):\n        return", "def forward(self, x):\n        if x.shape[-1] < 9:\n            raise ValueError('small')\n        return")
    (folder / "net.py").write_text(f"{text}net = create_feature_extractor(Net(), ['{query}'])\n")
    assert main(["show", "net.py:net", "--input", "1 3 32 32"]) == 1
    assert "raise ValueError('small')" in capsys.readouterr().out


def test_nodes_that_are_not_there_or_not_known_are_unknown(folder: Path, capsys: Captured) -> None:
    assert "the node blocks.7" in shown(capsys, folder, "['blocks.7']", status=0)["lost"][0]["what"]
    assert shown(capsys, folder, "open('nodes').read().split()", status=0)["status"] == "unknown"
