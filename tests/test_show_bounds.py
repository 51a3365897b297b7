"""A target whose module takes too long to import: the message says that a bound was reached, not that the name is missing."""

from pathlib import Path

import pytest

from shapelint.config import Config
from shapelint.interp import limits
from shapelint.show.models import ShowOptions, Wanted, show_targets

SLOW = "from torch import nn\nfor i in range(500):\n    width = i * 2 + 1\ndef make():\n    return nn.Linear(3, 4)\n"


def said(folder: Path, target: str) -> str:
    summary, = show_targets([Wanted(target, "1 3", "here")], Config(), ShowOptions(roots=[str(folder)]))
    return " ".join([*(lost.what for lost in summary.lost), *(found.message for found in summary.diagnostics)])


def test_a_bound_that_an_import_reaches_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    assert "slow defines no 'other'" in said(tmp_path, "slow:other()")
    monkeypatch.setattr(limits, "STEPS_PER_TARGET", 60)
    text = said(tmp_path, "slow:make()")
    assert "a bound was reached while slow was imported" in text
    assert "defines no" not in text
