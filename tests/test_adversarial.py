"""Whatever is in a file, shapelint ends soon, in little memory, with a documented exit status, and never with a traceback or a crash report."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from . import adversarial
from .bounded import Outcome, Server

PROGRAMS = adversarial.programs()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def survived(found: Outcome, seconds: float = 12, megabytes: int = 1000) -> None:
    assert found.status in (0, 1), (found.out[-1000:], found.err)
    assert "SHP005" not in found.out and "Traceback" not in found.err, (found.out[-1000:], found.err)
    assert found.seconds < seconds and found.megabytes < megabytes


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_survived(name: str, server: Server, tmp_path: Path) -> None:
    text = PROGRAMS[name]
    text = text() if callable(text) else text
    (tmp_path / "net.py").write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    survived(server.run("net.py", "--coverage", "--output-format", "concise", folder=str(tmp_path), scale=20))
