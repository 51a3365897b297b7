"""The command line: exit statuses, selection, formats, the commands that explain, and what a run may import."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shapelint import __version__
from shapelint.cli import main

GROUPS = "from torch import nn\n\nconv = nn.Conv2d(16, 30, 3, groups=4)\n"
WARNING = "from torch import nn\n\nnet = nn.Linear(4, 2)  # shapelint: ignore[SHP103]\n"
CLEAN = "from torch import nn\n\nconv = nn.Conv2d(16, 32, 3, groups=4)\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.py").write_text(GROUPS)
    (tmp_path / "warn.py").write_text(WARNING)
    (tmp_path / "clean.py").write_text(CLEAN)
    return tmp_path


Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(("arguments", "status"), [
    (["clean.py"], 0), (["bad.py"], 1), (["warn.py"], 0), (["warn.py", "--strict"], 1), (["check", "bad.py"], 1), (["bad.py", "--ignore", "SHP1"], 0),
    (["bad.py", "--select", "SHP2,SHP3"], 0), (["bad.py", "--select", "SHP110"], 1), ([], 2), (["nowhere.py"], 2), (["bad.py", "--frobnicate"], 2),
    (["bad.py", "--select", "SHP999"], 2), (["bad.py", "--output-format", "xml"], 2), (["clean.py", "--input", "N 3 ("], 2),
    (["clean.py", "--config", "nowhere.toml"], 2), (["clean.py", "--no-cache", "--input", "N 3 8 8"], 0),
])
def test_the_exit_status(arguments: list[str], status: int, capsys: Captured) -> None:
    assert main(arguments) == status
    errors = capsys.readouterr().err
    assert (errors.startswith("shapelint: error: ") and errors.count("\n") == 1) if status == 2 else not errors


def test_an_unknown_code_gets_the_nearest_one(capsys: Captured) -> None:
    main(["clean.py", "--ignore", "SHP911"])
    assert "SHP911" in capsys.readouterr().err


def test_an_unknown_format_lists_the_formats(capsys: Captured) -> None:
    main(["clean.py", "--output-format", "xml"])
    assert "choose from text, concise, json" in capsys.readouterr().err


def test_text_ends_in_a_summary_and_json_does_not(capsys: Captured) -> None:
    main(["bad.py"])
    assert capsys.readouterr().out.endswith("Found 1 error in 1 file.\n")
    main(["bad.py", "--output-format", "json"])
    assert [found["code"] for found in json.loads(capsys.readouterr().out)] == ["SHP110"]


def test_the_concise_format_is_one_line_a_finding(capsys: Captured) -> None:
    main(["bad.py", "--output-format", "concise"])
    assert capsys.readouterr().out == "bad.py:3:36: SHP110 Conv2d: out_channels=30 is not divisible by groups=4\n"


def test_the_format_can_be_configured(folder: Path, capsys: Captured) -> None:
    (folder / "shapelint.toml").write_text('output-format = "concise"\nignore = ["SHP110"]\n')
    assert main(["bad.py"]) == 0
    assert capsys.readouterr().out == ""


def test_a_configured_input_that_is_no_shape_is_refused(folder: Path, capsys: Captured) -> None:
    (folder / "shapelint.toml").write_text('[inputs]\n"net:Net()" = "N 3 ("\n')
    assert main(["clean.py"]) == 2
    assert "net:Net()" in capsys.readouterr().err


def test_tables_do_not_disturb_json(capsys: Captured) -> None:
    main(["bad.py", "--output-format", "json", "--statistics", "--coverage"])
    captured = capsys.readouterr()
    json.loads(captured.out)
    assert "SHP110" in captured.err
    assert json.loads(captured.err.splitlines()[-1])["coverage"]["calls"] >= 0


def test_coverage_names_the_worst_classes_and_the_reasons_with_places(folder: Path, capsys: Captured) -> None:
    body = "import torch\nimport mystery\nfrom torch import nn\n\n\nclass A(nn.Module):\n    def forward(self, x):\n        return x.flatten(1)\n\n\n"
    body += "class B(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.c = nn.Linear(3, 4)\n\n    def forward(self, x):\n"
    body += "        return self.c(self.c(mystery.f(x)))\n\n\nA()(torch.zeros(2, 3))\nB()(torch.zeros(2, 3))\n"
    (folder / "half.py").write_text(body)
    main(["half.py", "--coverage"])
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split() == ["50", "%", "1", "2", "half.py:B"] for line in lines)
    assert any("a package that is not read" in line and "mystery.f" in line and "half.py:17" in line for line in lines)
    main(["half.py", "--coverage", "--output-format", "json"])
    found = json.loads(capsys.readouterr().err)["coverage"]
    assert found["classes"][0] == {"file": "half.py", "class": "B", "calls": 2, "known": 1}
    assert {"count": 1, "why": "a package that is not read", "what": "mystery.f", "places": ["half.py:17"]} in found["reasons"]
    main(["half.py", "--coverage", "--coverage-rows", "0"])
    assert "half.py:B" not in capsys.readouterr().out


def test_statistics_count_by_rule(capsys: Captured) -> None:
    main(["bad.py", "warn.py", "--statistics"])
    assert capsys.readouterr().out.splitlines()[-2:] == ["1  SHP006  unused-suppression", "1  SHP110  groups"]


def test_sizes_are_shown_by_line(folder: Path, capsys: Captured) -> None:
    (folder / "sizes.py").write_text("import torch\nfrom torch import nn\n\ny = nn.Linear(3, 5)(torch.randn(2, 3))\n")
    assert main(["sizes.py", "--show-sizes"]) == 0
    assert "(2, 5)" in capsys.readouterr().out


def test_a_rule_is_explained(capsys: Captured) -> None:
    assert main(["rule", "shp103"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("SHP103 feature-mismatch (error)\n") and "Reported:" in text and "nn.Linear(400, 120)" in text
    assert main(["rule", "dropped-rows"]) == 0
    assert "off by default" in capsys.readouterr().out
    assert main(["rule", "feature-mismtach"]) == 2
    assert "did you mean 'feature-mismatch'?" in capsys.readouterr().err


def test_rules_and_operators_are_listed(capsys: Captured) -> None:
    assert main(["rules"]) == 0
    assert "SHP114  empty-map" in capsys.readouterr().out
    assert main(["ops", "convtranspose"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 3 and all("convtranspose" in line.lower() for line in lines)


def test_the_version(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0 and capsys.readouterr().out == f"shapelint {__version__}\n"


def test_an_interrupt_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("shapelint.check.check_paths", interrupt)
    assert main(["clean.py"]) == 130
    assert capsys.readouterr().err == ""


def run(*arguments: str, input: str | None = None) -> "subprocess.CompletedProcess[str]":
    root = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, input=input)


def test_it_runs_as_a_module_and_reads_standard_input() -> None:
    done = run("-m", "shapelint", "-", "--stdin-filename", "edited.py", "--output-format", "concise", input=GROUPS)
    assert done.returncode == 1 and done.stdout.startswith("edited.py:3:36: SHP110")


def test_a_closed_pipe_ends_quietly(folder: Path) -> None:
    (folder / "many.py").write_text("from torch import nn\n" + "".join(f"c{i} = nn.Conv2d(16, 30, 3, groups=4)\n" for i in range(2000)))
    root = Path(__file__).parents[1]
    command = f"{sys.executable} -m shapelint many.py | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(root)}, timeout=120)
    assert done.stdout.count("\n") == 1 and done.stderr == ""


def test_a_run_imports_nothing_heavy(folder: Path) -> None:
    (folder / "net.py").write_text(CLEAN)
    heavy = ["torch", "libcst", "mypy", "rich", "numpy", "pathspec", "json", "difflib", "dataclasses", "unicodedata"]
    code = f"import sys; from shapelint.cli import main; main(['net.py']); print([name for name in {heavy!r} if name in sys.modules])"
    done = run("-c", code)
    assert done.stdout.splitlines()[-1] == "[]", done.stdout + done.stderr


def test_a_run_with_findings_imports_neither_torch_nor_rich() -> None:
    code = "import sys; from shapelint.cli import main; main(['bad.py']); print([x for x in ('torch', 'rich', 'libcst') if x in sys.modules])"
    assert run("-c", code).stdout.splitlines()[-1] == "[]"
