"""The development tools that say what to build next: what source trees use, and how much of them is followed."""

from pathlib import Path

import pytest

from shapelint.dev import coverage, survey

TEXT = """import itertools as it
import numpy as np
import torch
from functools import wraps
from torch import nn


def traced(f):
    @wraps(f)
    def call(*args):
        return f(*args)
    return call


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(3, 4)

    @traced
    def forward(self, x):
        for a in it.chain([1], [2]):
            x = x + np.unheard_of(a)
        return self.head(x).relu().unheard(len(x))
"""


def test_a_survey_counts_constructs_and_marks_what_has_no_support(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "net.py").write_text(TEXT)
    (tmp_path / "other.py").write_text("import torch\n\nprint(len([]))\n")
    survey.run([str(tmp_path)], 100, False)
    rows = {line.rpartition(" ")[2]: line for line in capsys.readouterr().out.splitlines() if "% of files" in line}
    assert "100.0 % of files       2  len" in rows["len"]
    assert rows["itertools.chain"].startswith("  ") and rows["numpy.unheard_of"].startswith("- ")
    assert rows["unheard"].startswith("- ") and rows["relu"].startswith("  ") and rows["torch.nn.Linear"].startswith("  ")
    assert "head" not in rows, "an attribute that the code makes is no method of a library"
    assert "functools.wraps" in rows and "__init__" in rows and "For" in rows
    survey.run([str(tmp_path)], 100, True)
    left = {line.rpartition(" ")[2] for line in capsys.readouterr().out.splitlines() if "% of files" in line}
    assert left == {"numpy.unheard_of", "unheard"}


def test_the_coverage_of_a_package_is_printed_with_reasons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "net.py").write_text(TEXT + "\n\nNet()(torch.zeros(2, 3))\n")
    coverage.run([str(package)], 5)
    out = capsys.readouterr().out
    assert out.startswith("package: ") and "of layer calls" not in out and "layer calls with known shapes" in out
    assert "numpy.unheard_of" in out and "net.py:23" in out and "net.py:Net" in out
