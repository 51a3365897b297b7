"""The benchmark measures what it says: the same operator calls on symbolic sizes, with the result that the network has."""

import pytest

from shapelint.dev import zoo
from shapelint.dev.symbolic import Replay, arithmetic
from shapelint.dims import sym
from shapelint.ops import lookup
from shapelint.ops.kinds import T


def test_the_arithmetic_of_resnet_152_gives_its_result() -> None:
    milliseconds, calls, result = arithmetic()
    assert result == (sym("N"), 1000)
    assert calls > 500, "every layer and every sum"
    assert 0 < milliseconds < 1000


def test_calls_are_replayed_on_other_sizes() -> None:
    op = lookup("torch.nn.MaxPool2d")
    assert op is not None
    layer, replay, shape = op.construct([2], {}), Replay(), (1, 4, 16, 16)
    with replay.recording():
        first = op.apply(layer, [T.of(shape)], {})
        op.apply(layer, [T.of(first)], {})
    assert op.apply(layer, [T.of(shape)], {}) == first and len(replay.calls) == 2, "recording ends"
    _, result = replay.run(shape, (1, 4, sym("H"), 32))
    assert str(result) == "(1, 4, H//4, 8)"


def test_the_zoo_says_what_is_over_the_limit(capsys: pytest.CaptureFixture[str]) -> None:
    assert "over the limit" not in zoo._line("net", 10, 0.8, 3.4)
    assert "over the limit" in zoo._line("net", 10, 0.9, 3.4) and "over the limit" in zoo._line("net", 10, 2.1, 30.0)
    assert zoo._line("net", 10, 0.5, None).split() == ["net", "0.50", "-", "-"], "without torch there is no share"
    zoo.bench(1, None, "python")
    assert "--source" in capsys.readouterr().out
