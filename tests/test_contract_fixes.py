"""The fix of input-contract: a line of the docstring, or an assertion that holds exactly for the sizes that torch accepts."""

from pathlib import Path
from typing import Any

import pytest
import torch

from shapelint.check import check_paths
from shapelint.config import Config
from shapelint.diagnostics import Applicability, Diagnostic
from shapelint.rewrite import apply_edits
from shapelint.source.files import parse_text
from shapelint.source.text import SourceFile

HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\n"
UNET = HEAD + '''class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Conv2d(3, 8, 4, stride=4), nn.ConvTranspose2d(8, 3, 4, stride=4)

    def forward(self, image, scale=1.0):
        return torch.cat([image * scale, self.up(self.down(image))], 1)
'''
FLAT = HEAD + '''class Net(nn.Module):
    """A classifier.

    For small images.
    """

    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 2, 3), nn.Linear(2 * 4 * 4, 10)

    def forward(self, x):
        """Classify."""
        x = F.max_pool2d(self.conv(x), 2)
        return self.fc(x.flatten(1))
'''
SHORT = HEAD + '''class Net(nn.Module):
    """A crop."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 5)

    def forward(self, x):
        return self.conv(x)
'''


def noted(text: str, style: str, folder: Path) -> Diagnostic:
    path = folder / "net.py"
    path.write_text(text)
    config = Config({"select": ("SHP207",), "contract-style": style})
    (found,) = check_paths([str(path)], config).diagnostics
    return found


def fixed(text: str, style: str, folder: Path) -> str:
    found = noted(text, style, folder)
    assert found.fix is not None
    assert found.fix.applicability is (Applicability.SAFE if style == "docstring" else Applicability.UNSAFE)
    source = parse_text("net.py", text)
    assert isinstance(source, SourceFile)
    return apply_edits(source, found.fix.edits)


def accepts(text: str, height: int, width: int) -> bool:
    scope: dict[str, Any] = {}
    exec(compile(text, "net.py", "exec"), scope)
    try:
        scope["Net"]().eval()(torch.zeros(2, 3, height, width))
        return True
    except (RuntimeError, AssertionError):
        return False


def test_a_docstring_is_made(tmp_path: Path) -> None:
    assert fixed(UNET, "docstring", tmp_path).split("\n")[5:8] == [
        "class Net(nn.Module):", '    """Input sizes: H % 4 == 0 and W % 4 == 0 (smallest 4)."""', "    def __init__(self):",
    ]


def test_a_docstring_is_continued(tmp_path: Path) -> None:
    lines = fixed(FLAT, "docstring", tmp_path).split("\n")[5:13]
    assert lines[:4] == ["class Net(nn.Module):", '    """A classifier.', "", "    For small images."]
    assert lines[4] == "" and lines[5].startswith("    Input sizes: (H in {10, 11} and W in {10, 11}) or ") and lines[6] == '    """'
    assert fixed(SHORT, "docstring", tmp_path).split("\n")[6:10] == ['    """A crop.', "", "    Input sizes: H >= 5 and W >= 5.", '    """']


@pytest.mark.parametrize("text", [UNET, FLAT, SHORT])
def test_what_is_written_stays_as_it_is(text: str, tmp_path: Path) -> None:
    found = noted(fixed(text, "docstring", tmp_path), "docstring", tmp_path)
    assert found.fix is None, "it stands there already"


@pytest.mark.parametrize("text", [UNET, FLAT, SHORT])
def test_the_assertion_holds_for_what_torch_accepts(text: str, tmp_path: Path) -> None:
    made = fixed(text, "assert", tmp_path)
    assert made.count("assert ") == 1 and ", \"Net accepts " in made
    scope: dict[str, Any] = {}
    exec(compile(made, "net.py", "exec"), scope)
    for height in (*range(1, 14), 24, 68, 69):
        for width in (*range(1, 14), 68):
            assert accepts(text, height, width) == accepts(made, height, width), (height, width)


def test_the_assertion_names_the_parameter_and_stands_behind_the_docstring(tmp_path: Path) -> None:
    assert "    def forward(self, image, scale=1.0):\n        assert image.shape[2] % 4 == 0 and image.shape[3] % 4 == 0, " in fixed(UNET, "assert", tmp_path)
    lines = fixed(FLAT, "assert", tmp_path).split("\n")
    assert lines[lines.index('        """Classify."""') + 1].startswith("        assert (")


def test_nothing_is_asserted_twice(tmp_path: Path) -> None:
    assert noted(fixed(UNET, "assert", tmp_path), "assert", tmp_path).fix is None
