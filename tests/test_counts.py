"""How many elements a mask picks, where the program made it of one number; held against torch."""

from pathlib import Path
from typing import Any

import pytest

from .test_torch_names import program, shown

torch = pytest.importorskip("torch")

MASKS = {
    "torch.ones(n, n).triu()": True, "torch.ones(n, n).tril(-1)": True, "torch.triu(torch.ones(n, n), diagonal=1)": True,
    "torch.triu(torch.ones(n, n), 1).bool().logical_not()": True, "torch.tril(torch.ones(n, n)) == 0": True, "torch.ones(n, 3).tril(1) == 1": True,
    "torch.zeros(n, n)": True, "torch.ones(n, n).triu().view(n * n)": True, "torch.ones(n, n).tril().t().to(torch.bool)": True,
    "(torch.ones(n, n) * 2).triu()": False, "torch.ones(n, n).triu().roll(1)": False,
}


@pytest.mark.parametrize("mask", MASKS)
def test_what_a_mask_picks(mask: str, tmp_path: Path) -> None:
    n = 20
    found = shown(tmp_path, program(f"n = x.shape[0]\nmask = {mask}\nreturn mask.nonzero(), x.new_zeros(mask.shape)[mask.bool()]"), f"{n} 3")
    made: Any = eval(mask, {"torch": torch, "n": n})
    wanted = [list(made.nonzero().shape), [int(made.bool().sum())]]
    assert [found.shape(tensor) for tensor in found.output] == (wanted if MASKS[mask] else [["?", made.dim()], ["?"]])


CHANGES = ("mask[0] = 0", "mask[0].zero_()", "mask[0][1:].zero_()", "mask.data.fill_(0)", "mask.view(-1)[3] = 0", "mask.T.zero_()", "mask *= x.mean()",
           "a, b = mask.chunk(2)\na.zero_()", "mask.fill_diagonal_(0)")


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_in_place_ends_what_is_known(change: str, tmp_path: Path) -> None:
    found = shown(tmp_path, program(f"mask = torch.ones(20, 20)\n{change}\nreturn mask.nonzero()"), "2 3")
    assert found.shape(found.output) == ["?", 2]


def test_a_triangle_of_an_unread_size_is_a_formula(tmp_path: Path) -> None:
    found = shown(tmp_path, program("n = x.shape[1]\nreturn x[:, torch.ones(n, n).triu().bool().view(-1)[:n]], torch.ones(n, n).tril(-1).nonzero()"), "N C")
    assert found.shape(found.output[1]) in (["C*(C - 1)/2", 2], ["(C**2 - C)/2", 2], ["C*(C - 1)//2", 2])
