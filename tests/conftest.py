"""What holds in every test."""

from collections.abc import Iterator

import pytest

from shapelint.dims.facts import DISAGREEMENTS


@pytest.fixture(autouse=True)
def no_decision_is_contradicted_by_plain_ints() -> Iterator[None]:
    """Each one would be a defect that was kept silent."""
    before = DISAGREEMENTS[0]
    yield
    assert DISAGREEMENTS[0] == before
