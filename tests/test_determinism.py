"""The same command says the same, byte for byte, whatever seed Python hashes its strings with."""

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NETWORKS = ROOT / "fixtures" / "networks"
SEEDS = range(10)

# One process does all of it: starting Python costs more than showing a small model.
SCRIPT = """
import json, sys
from shapelint.cli import main
for arguments in json.loads(sys.argv[1]):
    print("$", *arguments, main(arguments), flush=True)
"""


def outputs(commands: Sequence[Sequence[str]], seed: int, folder: Path) -> bytes:
    """What the commands print under one seed, and what they write into the folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(seed), "NO_COLOR": "1"}
    run = subprocess.run([sys.executable, "-c", SCRIPT, json.dumps(commands)], cwd=folder, env=environment, capture_output=True, check=True)
    return run.stdout + run.stderr + b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def assert_all_alike(commands: Sequence[Sequence[str]], tmp_path: Path) -> None:
    found = []
    for seed in SEEDS:
        folder = tmp_path / str(seed)
        folder.mkdir()
        found.append(outputs(commands, seed, folder))
    assert found[0].count(b"$ ") >= len(commands)
    assert [seed for seed in SEEDS if found[seed] != found[0]] == []


def test_findings(tmp_path: Path) -> None:
    """Of networks with many symbols and of ones that are broken, with every rule on."""
    names = ("codec", "fpn", "unet_pad", "yolo_focus")
    paths = [*(str(NETWORKS / f"{name}.py") for name in names), str(ROOT / "fixtures" / "broken_unet_skip")]
    assert_all_alike([[*paths, "--select", "SHP", "--no-cache", "--output-format", style] for style in ("text", "json")], tmp_path)


def test_models(tmp_path: Path) -> None:
    """Of three networks with sizes as symbols, in every format, and as pictures."""
    targets = ((f"{NETWORKS}/unet_pad.py:PadUNet()", "N 3 H W"), (f"{NETWORKS}/squeezenet.py:SqueezeNet()", "N 3 H W"),
               (f"{NETWORKS}/codec.py:Codec()", "N 1 T"))
    commands = [["show", target, "--input", spec, "--output-format", style, "--svg", f"{number}.svg"]
                for number, ((target, spec), style) in enumerate(itertools.product(targets, ("table", "json", "markdown")))]
    assert_all_alike(commands, tmp_path)
