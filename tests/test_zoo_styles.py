"""Constructs that packages of models are built of, on small programs: each is run by torch and read by the interpreter, and ``result`` is the same."""

import textwrap
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from .test_interp import value


def ran(text: str) -> Any:
    """``result`` as Python and torch compute it: shapes for tensors, tuples for lists."""
    names: dict[str, Any] = {"torch": torch, "nn": nn, "F": functional, "__name__": "net"}
    exec(textwrap.dedent(text), names)
    return shaped(names["result"])


def shaped(found: Any) -> Any:
    if isinstance(found, torch.Tensor):
        return tuple(found.shape)
    return tuple(map(shaped, found)) if isinstance(found, (list, tuple)) else found


PROGRAMS: dict[str, str] = {
    "an object of a plain class is no Sequence, one with __iter__ is Iterable": """
        from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
        from dataclasses import dataclass
        from typing import NamedTuple
        @dataclass
        class Block:
            depth: int = 1
        class Pair(NamedTuple):
            a: int
        class Bag:
            def __iter__(self):
                return iter(())
            def __len__(self):
                return 0
        class Layer(nn.Module):
            pass
        kinds = (Sequence, Iterable, Mapping, Callable, Sized)
        result = [isinstance(each, kind) for each in (Block(), Pair(1), Bag(), Layer()) for kind in kinds]
    """,
    "a layer without the argument that a try offers it is made without": """
        def activation(kind):
            try:
                return kind(inplace=True)
            except TypeError:
                return kind()
        result = [activation(kind)(torch.ones(2, 3)) for kind in (nn.ReLU, nn.GELU, nn.Sigmoid)]
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_torch_computes_is_read(name: str) -> None:
    assert value(PROGRAMS[name]) == ran(PROGRAMS[name])
