"""Tools for people who work on shapelint itself: ``python -m shapelint.dev bench`` prints what a cold run costs.

Times are user CPU seconds of whole fresh processes, medians of several runs taken in turn, because machines are shared
and drift; the ratios are the figures to quote.
"""

import argparse
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence

CLEAN_PROGRAM = '''"""A small convolutional network, tried once."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class ConvBlock(nn.Module):
    """Convolution, normalisation, activation."""

    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)))


class Residual(nn.Module):
    """Two blocks and a shortcut."""

    def __init__(self, channels):
        super().__init__()
        self.first = ConvBlock(channels, channels)
        self.second = ConvBlock(channels, channels)

    def forward(self, x):
        return x + self.second(self.first(x))


class Net(nn.Module):
    """Stages of blocks, then a classifier."""

    def __init__(self, widths=(16, 32, 64), classes=10):
        super().__init__()
        layers = []
        channels = 3
        for width in widths:
            layers.append(ConvBlock(channels, width, stride=2))
            layers.append(Residual(width))
            channels = width
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x):
        x = self.features(x)
        x = torch.flatten(self.pool(x), 1)
        return self.classifier(x)


def main():
    net = Net()
    images = torch.randn(8, 3, 64, 64)
    logits = net(images)
    print(logits.shape)
    target = torch.randint(0, 10, (8,))
    print(F.cross_entropy(logits, target))


if __name__ == "__main__":
    main()
'''


def user_seconds(command: Sequence[str]) -> float:
    """User CPU seconds of one run of a command, in a process of its own."""
    before = os.times().children_user
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return os.times().children_user - before


def bench(runs: int) -> int:
    """A cold check of a clean 60-line file beside what a user would wait for otherwise."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(CLEAN_PROGRAM)
        commands = {
            "shapelint net.py": [sys.executable, "-m", "shapelint", "--no-cache", path],
            "python -c 'pass'": [sys.executable, "-c", "pass"],
            "python -c 'import libcst'": [sys.executable, "-c", "import libcst"],
            "python -c 'import torch'": [sys.executable, "-c", "import torch"],
            "python net.py": [sys.executable, path],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for name in list(commands):
            try:
                user_seconds(commands[name])  # warm the disk cache
            except subprocess.CalledProcessError:
                print(f"{name}: does not run here")
                del commands[name]
        for _ in range(runs):
            for name, command in commands.items():
                times[name].append(user_seconds(command))
    ours = statistics.median(times["shapelint net.py"])
    print(f"{'command':28} {'user s':>8} {'of shapelint':>13}   (median of {runs} runs, {CLEAN_PROGRAM.count(chr(10))} lines)")
    for name in commands:
        median = statistics.median(times[name])
        print(f"{name:28} {median:8.3f} {median / ours:12.1f}x")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m shapelint.dev", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    benchmark = commands.add_parser("bench", help="what a cold run costs")
    benchmark.add_argument("--runs", type=int, default=7)
    given = parser.parse_args(argv)
    return bench(given.runs)


if __name__ == "__main__":
    sys.exit(main())
