"""The README's example prints what the README says."""

import re
from pathlib import Path

import pytest

from shapelint.cli import main

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def test_the_example_prints_the_diagnostic_at_the_top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)
    shown = next(text for language, text in blocks if not language and "SHP103" in text)
    program = next(text for language, text in blocks if language == "python" and "class Net" in text)
    (tmp_path / "net.py").write_text(program, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["net.py"]) == 1
    assert capsys.readouterr().out.startswith(shown)
