"""Published models in training mode, and on symbolic sizes: what is stated for symbols, evaluated at numbers, beside what torch computes at these numbers.

``python -m tests.zoo_variants pytorchcv --source DIR --sample 10`` needs torch and the package, and prints what differs. Nothing is recorded: a formula
is right at any size, so other sizes may be tried every time.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from shapelint.config import Config
from shapelint.dev import conformance
from shapelint.dev.conformance import Call, Expected, Verdict, compared
from shapelint.dims import Dim, Expr, evaluate
from shapelint.interp.values import Tensor
from shapelint.show.models import ShowOptions, Wanted, show_targets
from shapelint.show.summary import ModelSummary, Row

SYMBOLS = ("H", "W", "D")


def symbolic(spec: str) -> str:
    """``1 3 224 224`` as ``N 3 H W``; of a clip the frames stay, as models are made for a number of them."""
    parts = []
    for part in spec.split(";"):
        sizes = part.split()
        if len(sizes) == 4:
            sizes = ["N", sizes[1], "H", "W"]
        parts.append(" ".join(["N", *sizes[1:]]))
    return "; ".join(parts)


def sizes_near(spec: str) -> list[dict[str, int]]:
    """Sizes to try: those of the zoo with two samples, and others, of which some models refuse some."""
    sizes = [int(size) for size in spec.split(";")[0].split()]
    height, width = sizes[-2:] if len(sizes) > 3 else (sizes[-1], sizes[-1])
    return [{"N": 2, "H": height, "W": width}, {"N": 2, "H": height + 32, "W": max(width - 32, 32)}, {"N": 1, "H": height + 5, "W": width + 11}]


def at_sizes(summary: ModelSummary, values: dict[str, int]) -> ModelSummary:
    """The same rows with numbers."""
    made = ModelSummary(summary.target)
    made.status, made.lost, made.diagnostics = summary.status, summary.lost, summary.diagnostics
    for row in summary.rows:
        made.rows.append(Row(row.path, row.op, tuple(_at(tensor, values) or Tensor(None) for tensor in row.inputs),
                             tuple(_at(tensor, values) for tensor in row.outputs), row.leaf))
    return made


def _at(tensor: Tensor | None, values: dict[str, int]) -> Tensor | None:
    if tensor is None or tensor.shape is None:
        return tensor
    return Tensor(tuple(_number(size, values) for size in tensor.shape), tensor.dtype)


def _number(size: Dim, values: dict[str, int]) -> Dim:
    return size if isinstance(size, Expr) and size.unread else evaluate(size, values)


def expected_at(model: Any, target: str, spec: str, training: bool = False) -> Expected | None:
    """What torch calls for an input of these sizes; None where it refuses them."""
    import torch

    from tests.show_oracle import inputs_of, leaf_calls

    try:
        calls = leaf_calls(model, [tensor.to(next(model.parameters()).device) for tensor in inputs_of(spec)], training)
    except (RuntimeError, ValueError, AssertionError, IndexError, torch.linalg.LinAlgError, NotImplementedError, TypeError) as error:
        print(f"    torch refuses {spec}: {str(error).splitlines()[0][:100] if str(error) else type(error).__name__}", flush=True)
        return None
    return Expected(target, spec, [Call(call["path"], call["op"], call["inputs"], call["outputs"]) for call in calls])


def variants(zoo: str, source: str, models: Sequence[Expected], device: str) -> Iterator[tuple[str, Verdict]]:
    """Every model once in training mode, and on symbols evaluated at several sizes."""
    from tests.zoo_oracle import built

    for model in models:
        target, spec = model.target, model.spec
        try:
            found = built(target, device)
        except NotImplementedError:  # it reads numbers, which the meta device has none of
            found = built(target, "cpu")
        wanted = Wanted(target, spec.replace("1 ", "2 ", 1) if ";" not in spec else spec, zoo)
        trained = next(iter(show_targets([wanted], Config(), ShowOptions(roots=[source], training=True))))
        answer = expected_at(found, target, str(wanted.spec), training=True)
        if answer is not None:
            yield f"training, {wanted.spec}", compared(answer, trained, 0.0)
        general = next(iter(show_targets([Wanted(target, symbolic(spec), zoo)], Config(), ShowOptions(roots=[source]))))
        for values in sizes_near(spec):
            at = "; ".join(" ".join(str(values.get(size, size)) for size in part.split()) for part in symbolic(spec).split(";"))
            answer = expected_at(found, target, at)
            if answer is not None:
                yield f"formulas at {at}", compared(answer, at_sizes(general, values), 0.0)


def main() -> int:
    from tests.zoo_oracle import without_weights

    parser = argparse.ArgumentParser(prog="python -m tests.zoo_variants", description=__doc__)
    parser.add_argument("zoo")
    parser.add_argument("--source", required=True, help="a folder that holds the package")
    parser.add_argument("--only", default="")
    parser.add_argument("--sample", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="meta")
    given = parser.parse_args()
    without_weights()
    models = [model for model in conformance.zoo_named(given.zoo).models if given.only in model.target]
    chosen = conformance.sample(conformance.Zoo(given.zoo, {}, models), given.sample, given.seed)
    wrong = exact = total = 0
    for variant, verdict in variants(given.zoo, given.source, chosen, given.device):
        total, exact, wrong = total + 1, exact + verdict.is_exact, wrong + bool(verdict.wrong)
        print(f"{'exact' if verdict.is_exact else verdict.status} {verdict.exact}/{verdict.calls} {verdict.target} {variant}", flush=True)
        for title, notes in (("wrong", verdict.wrong), ("lost", verdict.why), ("missing", verdict.missing)):
            for note in notes[:3]:
                print(f"    {title}: {note}", flush=True)
    print(f"{given.zoo}: {exact} of {total} exact, {wrong} with stated shapes that torch contradicts")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
