"""How much of whole packages is followed, linted as somebody's own source: the share of layer calls with known shapes, and what stands in the way."""

import os
import time
from collections.abc import Sequence

from ..check import check_paths
from ..config import Config
from ..report.coverage import class_rows, headline, reason_rows


def run(sources: Sequence[str], rows: int) -> int:
    """Lint each folder and print what was followed. Minutes for a large package."""
    for source in sources:
        start = time.process_time()
        result = check_paths([source], Config())
        inside = os.path.join(source, "")
        print(f"{os.path.basename(os.path.normpath(source))}: {headline(result.coverage)}, {result.file_count} files, {time.process_time() - start:.0f} s of CPU")
        for count, why, what, places in reason_rows(result.coverage, rows):
            print(f"  {count:>7}  {f'{why}: {what}' if what else why}  {places.replace(inside, '')}")
        for share, lost, calls, where in class_rows(result.coverage, rows):
            print(f"  {share:>5} of {calls:>6} calls, {lost} unknown  {where.replace(inside, '')}")
    return 0
