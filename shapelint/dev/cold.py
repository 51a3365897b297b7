"""What a cold run of a clean 60-line file costs, beside what a user would wait for otherwise."""

import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence

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


def medians(commands: Mapping[str, Sequence[str]], runs: int) -> dict[str, float]:
    """User CPU seconds by name, medians of several runs taken in turn. A command that does not run here is left out, and said to be."""
    left = dict(commands)
    for name, command in commands.items():
        try:
            user_seconds(command)  # warm the disk cache
        except (subprocess.CalledProcessError, OSError):
            print(f"{name}: does not run here")
            del left[name]
    times: dict[str, list[float]] = {name: [] for name in left}
    for _ in range(runs):
        for name, command in left.items():
            times[name].append(user_seconds(command))
    return {name: statistics.median(found) for name, found in times.items()}


def print_ratios(title: str, found: Mapping[str, float], reference: str) -> None:
    """A table of times, each also as a multiple of one of them."""
    width = max(map(len, found))
    print(f"{title:{width}} {'user s':>8} {'ratio':>8}")
    for name, seconds in found.items():
        ratio = f"{seconds / found[reference]:7.1f}x" if found.get(reference) else ""
        print(f"{name:{width}} {seconds:8.3f} {ratio}")


def bench(runs: int) -> None:
    """A cold check of a clean 60-line file."""
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
        lines = CLEAN_PROGRAM.count("\n")
        print_ratios(f"net.py, {lines} lines; median of {runs}", medians(commands, runs), "shapelint net.py")
