"""A seeded sample of published models: what shapelint states of them is what torch computed. ``python -m shapelint.dev conformance`` holds all against torch."""

import pytest

from shapelint.dev import conformance
from shapelint.dev.conformance import Call, Expected, compared
from shapelint.dev.corpus import NoSource, sources_of
from shapelint.interp.values import Tensor
from shapelint.show.summary import ModelSummary, Row

SEED = 11
SAMPLES = {"torchvision": 40, "pytorchcv": 40, "timm": 15, "monai": 25, "segmentation_models_pytorch": 20}  # by how long they take


@pytest.mark.parametrize("name", conformance.zoos())
def test_published_models_conform_to_torch(name: str) -> None:
    zoo = conformance.zoo_named(name)
    try:
        sources = sources_of(zoo.versions, [], conformance.CACHE)
    except NoSource as reason:
        pytest.skip(str(reason))
    found = list(conformance.verdicts(zoo, sources, conformance.sample(zoo, SAMPLES[name], SEED)))
    assert not [(verdict.target, verdict.wrong[:3]) for verdict in found if verdict.wrong], "stated shapes that torch contradicts"
    inexact = [(verdict.target, verdict.why[:1], verdict.missing[:1]) for verdict in found if not verdict.is_exact]
    assert len(inexact) <= 0.05 * len(found), inexact


@pytest.mark.parametrize("name", ["monai", "segmentation_models_pytorch"])
def test_without_the_packages_that_a_zoo_needs_nothing_wrong_is_stated(name: str) -> None:
    zoo = conformance.zoo_named(name)
    try:
        sources = sources_of({name: zoo.versions[name]}, [], conformance.CACHE)
    except NoSource as reason:
        pytest.skip(str(reason))
    found = list(conformance.verdicts(zoo, sources, conformance.sample(zoo, SAMPLES[name], SEED)))
    assert not [(verdict.target, verdict.wrong[:3]) for verdict in found if verdict.wrong]


def stated(*shapes: tuple[int, ...], status: str = "ok") -> ModelSummary:
    """A summary of calls of one layer, each with an input and an output of the same shape."""
    made = ModelSummary("m:Net")
    made.status, made.rows = status, [Row("relu", "ReLU", (Tensor(shape),), (Tensor(shape),)) for shape in shapes]
    return made


def expected(*shapes: list[int]) -> Expected:
    return Expected("m:Net", "1 4", [Call("relu", "ReLU", [shape], [shape]) for shape in shapes])


def test_equal_calls_are_exact() -> None:
    verdict = compared(expected([1, 4], [2, 4]), stated((1, 4), (2, 4)), 0.0)
    assert verdict.is_exact and verdict.exact == 2


def test_a_contradicted_shape_is_wrong() -> None:
    assert len(compared(expected([1, 4], [2, 4]), stated((1, 4), (2, 5)), 0.0).wrong) == 1


def test_a_call_that_torch_does_not_make_is_wrong() -> None:
    assert compared(expected([1, 4]), stated((1, 4), (1, 4)), 0.0).wrong


def test_a_call_that_may_not_run_states_nothing_of_a_model_that_is_not_known() -> None:
    found = stated((1, 4), (1, 9), status="unknown")
    found.rows[1].certain = False
    verdict = compared(expected([1, 4], [2, 4]), found, 0.0)
    assert not verdict.wrong and len(verdict.missing) == 1 and not verdict.is_exact
    found.status = "ok"
    assert compared(expected([1, 4], [2, 4]), found, 0.0).wrong


def test_what_is_not_stated_is_missing_and_not_wrong() -> None:
    verdict = compared(expected([1, 4], [2, 4]), stated((1, 4), status="unknown"), 0.0)
    assert not verdict.wrong and len(verdict.missing) == 1 and not verdict.is_exact
    unread = ModelSummary("m:Net")
    unread.rows = [Row("relu", "ReLU", (Tensor(None),), (Tensor(None, tail=(4,)),))]
    verdict = compared(expected([1, 4]), unread, 0.0)
    assert not verdict.wrong and verdict.missing


def test_an_error_where_torch_has_none_is_wrong() -> None:
    from shapelint.diagnostics import Diagnostic, Severity
    from shapelint.source.text import Span

    failing = stated((1, 4), status="error")
    failing.diagnostics = [Diagnostic("SHP102", "channel-mismatch", Severity.ERROR, "no", Span("m.py", 1, 0, 1, 1))]
    assert compared(expected([1, 4]), failing, 0.0).wrong
