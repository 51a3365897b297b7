"""Stand-ins for the downloads of torchvision's data sets: as many pictures as the real ones have, all black.

Programs in ``fixtures/`` use the data sets as people do; where torchvision is installed, they run on these.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def black_pictures() -> Iterator[None]:
    """Data sets need no files while this lasts."""
    import torch
    from torchvision import datasets

    def load(self: Any) -> tuple[Any, Any]:
        count = 60000 if self.train else 10000
        return torch.zeros(count, 28, 28, dtype=torch.uint8), torch.arange(count) % 10

    replaced = {"_check_legacy_exist": lambda self: False, "_check_exists": lambda self: True, "download": lambda self: None, "_load_data": load}
    before = {name: getattr(datasets.MNIST, name) for name in replaced}
    for name, value in replaced.items():
        setattr(datasets.MNIST, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(datasets.MNIST, name, value)
