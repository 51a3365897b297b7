"""The source of published packages, to be read and never run: a folder that has it, or the wheel, fetched with pip and unpacked."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping

_FETCH_SECONDS = 300


class NoSource(Exception):
    """The source of a package is not to be had: one line that says why."""


def unpacked(name: str, version: str, folder: str) -> str:
    """The path to put on the search path for ``name`` in exactly this ``version``; a wheel is fetched into ``folder`` where it is not there yet.

    Raises :class:`NoSource`.
    """
    target = os.path.join(folder, f"{name}-{version}")
    if os.path.isdir(os.path.join(target, name)):
        return target
    os.makedirs(folder, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder, f"{name}=={version}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_SECONDS)
    except subprocess.TimeoutExpired:
        raise NoSource(f"{name} {version}: pip gave no answer in {_FETCH_SECONDS} s") from None
    wheel = next((entry for entry in sorted(os.listdir(folder)) if entry.startswith(f"{name}-{version}-") and entry.endswith(".whl")), None)
    if wheel is None:
        raise NoSource(f"{name} {version}: pip fetched nothing: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
    part = f"{target}.{os.getpid()}"
    with zipfile.ZipFile(os.path.join(folder, wheel)) as archive:
        # Compiled parts are of no use to a reader, and large.
        archive.extractall(part, [entry for entry in archive.namelist() if not entry.endswith((".so", ".pyd", ".dll")) and ".libs/" not in entry])
    try:
        os.rename(part, target)  # another process may have been faster
    except OSError:
        if not os.path.isdir(os.path.join(target, name)):
            raise NoSource(f"{target}: cannot be written") from None
    return target


def source_of(name: str, version: str, sources: "list[str]", folder: str) -> str:
    """One of the folders ``sources`` that holds the package, else the fetched wheel. Raises :class:`NoSource`."""
    for source in sources:
        if os.path.isdir(os.path.join(source, name)):
            return source
    return unpacked(name, version, folder)


def sources_of(versions: Mapping[str, str], sources: list[str], folder: str) -> list[str]:
    """The folders that hold these packages; torch is not looked for. Raises :class:`NoSource`."""
    return list(dict.fromkeys(source_of(name, version, sources, folder) for name, version in versions.items() if name != "torch"))
