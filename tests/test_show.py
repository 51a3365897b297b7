"""``shapelint show``: layers, costs, receptive fields and memory against torch; formats, errors and exit statuses."""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from shapelint.cli import main

torch = pytest.importorskip("torch")

from .show_oracle import field_by_gradient, inputs_of, leaf_calls, load, macs  # noqa: E402

FIXTURES = Path(__file__).parent.parent / "fixtures"
Captured = pytest.CaptureFixture[str]

NET = """
import torch
from torch import nn


class Swap(nn.Module):
    def forward(self, x):
        return x.permute(0, 2, 3, 1)


class Scale(nn.LayerNorm):
    pass


class Net(nn.Module):
    def __init__(self, channels=3, classes=10):
        super().__init__()
        self.act = nn.ReLU(inplace=True)
        self.body = nn.Sequential(nn.Conv2d(channels, 8, 3, padding=1), nn.BatchNorm2d(8), self.act, nn.MaxPool2d(2), nn.Identity())
        self.short = nn.Sequential()
        self.swap, self.norm = Swap(), Scale(8)
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(8, classes)
        self.gain = nn.Parameter(torch.ones(1))

    def forward(self, x):
        x = self.act(self.short(self.body(x)) * self.gain)
        x = self.norm(self.swap(x))
        return self.fc(self.drop(x.mean((1, 2))))


net = Net(1)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    (tmp_path / "net.py").write_text(NET)
    return tmp_path


def shown(capsys: Captured, *arguments: str, status: int | None = 0) -> list[dict[str, Any]]:
    code = main(["show", *arguments, "--output-format", "json"])
    captured = capsys.readouterr()
    assert status is None or code == status, captured.err + captured.out
    found: list[dict[str, Any]] = json.loads(captured.out)
    return found


def one(capsys: Captured, target: str, spec: str, *more: str, status: int | None = 0) -> dict[str, Any]:
    (found,) = shown(capsys, target, "--input", spec, *more, status=status)
    return found


KEYS = ("path", "op", "inputs", "outputs", "params")


def layers(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [{key: layer[key] for key in KEYS} for layer in found["layers"]]


# --- layers against forward hooks -------------------------------------------------------------------------------

SHOWN = [
    ("clean_resnet_basic/resnet.py", "resnet14()", "2 3 32 32"), ("clean_resnet_bottleneck/resnet.py", "ResNet(Bottleneck, (1, 2, 1, 1))", "1 3 64 64"),
    ("clean_unet/unet.py", "UNet()", "1 3 64 96"), ("clean_vgg/vgg.py", 'VGG("tiny")', "2 3 64 64"), ("clean_densenet/densenet.py", "DenseNet()", "2 3 32 32"),
    ("clean_inception/inception.py", "Net()", "2 3 52 52"), ("clean_vit_attention/vit.py", "PatchNet()", "2 3 32 32"),
    ("clean_aspp/segment.py", "Segmenter(4)", "2 3 64 64"), ("clean_mobilenet/mobilenet.py", "PhoneNet(5)", "2 3 48 48"),
    ("clean_autoencoder/autoencoder.py", "AutoEncoder()", "2 1 28 28"), ("clean_text_rnn/translate.py", "Translator()", "3 9: int64; 3 7: int64"),
    ("clean_vae/vae.py", "vae", "2 3 32 32"), ("clean_squeeze_excite/gates.py", "GatedBlock(16, 32, 2)", "2 16 32 32"),
    ("clean_video/clips.py", "ClipNet(7)", "2 3 16 56 56"), ("clean_same_padding/tcn.py", "TCN()", "4 50 5"), ("clean_package/main.py", "Detector(classes=7)", "2 3 48 48"),
    ("clean_vit_einops/vit.py", "Mosaic(size=(24, 32), patch=8, width=32, classes=4)", "2 3 24 32"), ("clean_lazy/lazy.py", "model", "2 1 40 40"),
]


@pytest.mark.parametrize(("file", "call", "spec"), SHOWN, ids=[file.partition("/")[0] for file, _, _ in SHOWN])
def test_layers_are_those_that_hooks_see(file: str, call: str, spec: str, capsys: Captured) -> None:
    path = FIXTURES / file
    found = one(capsys, f"{path}:{call}", spec)
    model = eval(call, vars(load(path)))
    assert found["status"] == "ok", found["lost"]
    assert layers(found) == leaf_calls(model, inputs_of(spec))
    assert found["totals"]["params"] == sum(parameter.numel() for parameter in model.parameters())


PARAMETRIZED = ["P.weight_norm(nn.Conv1d(4, 6, 3))", "P.spectral_norm(P.weight_norm(nn.Conv1d(4, 8, 3), dim=None))", "P.weight_norm(nn.Linear(16, 5), dim=1)",
                "nn.Sequential(P.orthogonal(nn.Linear(16, 5)), nn.ReLU())", "P.spectral_norm(nn.Linear(16, 5), name='weight')", "nn.Sequential(nn.utils.weight_norm(nn.Linear(16, 2)))"]


@pytest.mark.parametrize("make", PARAMETRIZED)
@pytest.mark.filterwarnings("ignore")
def test_what_computes_a_parameter_is_called_as_a_leaf(make: str, folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text(f"from torch import nn\nfrom torch.nn.utils import parametrizations as P\nnet = {make}\n")
    found = one(capsys, "t.py:net", "2 4 16")
    assert found["status"] == "ok"
    called = [{key: layer[key] for key in ("path", "op", "inputs", "outputs")} for layer in found["layers"]]
    expected = leaf_calls(load(folder / "t.py").net, inputs_of("2 4 16"))
    assert called == [{key: layer[key] for key in ("path", "op", "inputs", "outputs")} for layer in expected]


@pytest.mark.parametrize("result", ["Out(x)", "Named(x=x)", "Out(x, Named(y=x[0]))"])
def test_a_model_may_give_an_object_that_holds_its_results(result: str, folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text(
        "from collections import OrderedDict\nfrom dataclasses import dataclass\nimport torch\nfrom torch import nn\n@dataclass\nclass Out:\n    a: torch.Tensor\n    b: object = None\n"
        "class Named(OrderedDict):\n    pass\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.f = nn.Linear(4, 3)\n"
        f"    def forward(self, x):\n        x = self.f(x)\n        return {result}\n")
    found = one(capsys, "t.py:Net()", "2 4")
    assert found["status"] == "ok"
    assert found["output"] in ([[2, 3]], [[2, 3], [[3]]])


def test_leaf_classes_of_the_user_and_shared_layers_are_listed(folder: Path, capsys: Captured) -> None:
    found = one(capsys, "net.py:Net(3, 10)", "2 3 8 8")
    expected = leaf_calls(load(folder / "net.py").Net(3, 10), inputs_of("2 3 8 8"))
    assert layers(found) == expected
    assert [layer["path"] for layer in found["layers"]].count("act") == 2
    assert {"Swap", "Scale", "Sequential"} <= {layer["op"] for layer in found["layers"]}


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize(("make", "spec"), [
    ("nn.TransformerEncoderLayer(16, 4, 32, norm_first={})", "5 2 16"), ("nn.TransformerDecoderLayer(16, 4, 32, norm_first={})", "5 2 16; 7 2 16"),
    ("nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 4, 32, activation=nn.GELU(), batch_first=True, norm_first={}), 2, nn.LayerNorm(16))", "2 5 16"),
    ("nn.Transformer(16, 4, 1, 2, 32, norm_first={})", "5 2 16; 7 2 16"), ("nn.MultiheadAttention(16, 4)", "5 2 16; 5 2 16; 5 2 16"),
])
@pytest.mark.filterwarnings("ignore")
def test_layers_inside_transformers(make: str, norm_first: bool, spec: str, folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text(f"from torch import nn\nnet = {make.format(norm_first)}\n")
    found = one(capsys, "t.py:net", spec)
    assert found["status"] == "ok"
    assert layers(found) == leaf_calls(load(folder / "t.py").net, inputs_of(spec))


def test_symbols_give_the_same_layers_as_numbers(capsys: Captured) -> None:
    target, values = f"{FIXTURES}/clean_unet/unet.py:UNet()", {"N": 2, "H": 64, "W": 96}
    symbolic, concrete = one(capsys, target, "N 3 H W"), one(capsys, target, "2 3 64 96")
    for left, right in zip(symbolic["layers"], concrete["layers"], strict=True):
        for formula, number in zip(*([size for shape in layer["outputs"] for size in shape] for layer in (left, right)), strict=True):
            assert eval(str(formula), {}, values) == number
        assert eval(str(left["macs"]), {}, values) == right["macs"]
    assert symbolic["contract"]["text"] == "H % 8 == 0 and W % 8 == 0"
    assert symbolic["layers"][-1]["outputs"] == [["N", 1, "H", "W"]]


# --- costs -------------------------------------------------------------------------------------------------------

COSTS = [
    ("nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2)", "2 4 9 9"), ("nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2)", "2 4 9 9"), ("nn.Conv1d(4, 6, 3)", "2 4 9"),
    ("nn.ConvTranspose3d(2, 3, 2, 2)", "2 2 4 4 4"), ("nn.Linear(5, 7)", "2 3 5"), ("nn.RNNCell(4, 5)", "3 4"), ("nn.LSTMCell(4, 5)", "3 4"),
    ("nn.GRUCell(4, 5)", "3 4"), ("nn.TransformerEncoderLayer(16, 4, 32)", "5 2 16"), ("nn.TransformerDecoderLayer(16, 4, 32)", "5 2 16; 7 2 16"),
    ("nn.MultiheadAttention(16, 4)", "5 2 16; 5 2 16; 5 2 16"), ("nn.MultiheadAttention(16, 4, kdim=6, vdim=10, batch_first=True)", "2 5 16; 2 7 6; 2 7 10"),
]


@pytest.mark.parametrize(("make", "spec"), COSTS, ids=[make for make, _ in COSTS])
@pytest.mark.filterwarnings("ignore")
def test_multiply_accumulates_are_those_that_torch_counts(make: str, spec: str, folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text(f"from torch import nn\nnet = {make}\n")
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):  # the fused one is not counted on a CPU
        expected = macs(load(folder / "t.py").net, inputs_of(spec))
    assert one(capsys, "t.py:net", spec)["totals"]["macs"] == expected


@pytest.mark.parametrize("make", [
    "nn.LSTM(4, 6, 2, bidirectional=True)", "nn.GRU(4, 6, 2, batch_first=True)", "nn.RNN(4, 6)", "nn.LSTM(4, 6, proj_size=3)",
])
def test_a_recurrent_layer_multiplies_each_weight_once_a_step(make: str, folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text(f"from torch import nn\nnet = {make}\n")
    elements = sum(parameter.numel() for name, parameter in load(folder / "t.py").net.named_parameters() if "weight" in name)
    assert one(capsys, "t.py:net", "5 3 4")["totals"]["macs"] == 5 * 3 * elements


@pytest.mark.parametrize(("file", "call", "spec"), [item for item in SHOWN if not re.search("rnn|lazy", item[0])])
@pytest.mark.filterwarnings("ignore")
def test_totals_of_whole_models(file: str, call: str, spec: str, capsys: Captured) -> None:
    totals = one(capsys, f"{FIXTURES / file}:{call}", spec)["totals"]
    assert totals["macs"] + totals["function_macs"] == macs(eval(call, vars(load(FIXTURES / file))), inputs_of(spec))


def test_parameters_that_are_shared_count_once_and_copies_count(folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text("""
import copy
import torch
from torch import nn
class Gain(nn.Module):
    def __init__(self):
        super().__init__()
        self.gain, self.fc = nn.Parameter(torch.ones(4)), nn.Linear(4, 4)
    def forward(self, x):
        return self.fc(x * self.gain)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.head = nn.Embedding(10, 4), nn.Linear(4, 10, bias=False)
        self.head.weight = self.words.weight
        gain = Gain()
        self.blocks = nn.ModuleList([copy.deepcopy(gain) for _ in range(3)] + [gain, gain])
    def forward(self, x):
        x = self.words(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)
""")
    found = one(capsys, "t.py:Net", "2 5: int64")
    model = load(folder / "t.py").Net()
    assert found["totals"]["params"] == sum(parameter.numel() for parameter in model.parameters())
    assert layers(found) == leaf_calls(model, inputs_of("2 5: int64"))


# --- receptive fields --------------------------------------------------------------------------------------------

FIELDS = {
    "plain": ("nn.Sequential(nn.Conv2d(3, 2, 5), nn.ReLU(), nn.Conv2d(2, 2, 3, stride=2), nn.Conv2d(2, 2, 3, dilation=2))", 41),
    "pools": ("nn.Sequential(nn.Conv2d(3, 2, 3, padding=1), nn.AvgPool2d(2), nn.Conv2d(2, 2, 3, padding=1), nn.AvgPool2d(3, 2), nn.Conv2d(2, 2, 3))", 64),
    "up": ("nn.Sequential(nn.Conv2d(3, 2, 3, padding=1, stride=2), nn.Upsample(scale_factor=2), nn.Conv2d(2, 2, 3, padding=1))", 32),
    "same": ("nn.Sequential(nn.Conv2d(3, 2, 7, padding='same'), nn.Conv2d(2, 2, 1), nn.Conv2d(2, 2, 5, groups=2))", 32),
}


@pytest.mark.parametrize("name", FIELDS)
def test_receptive_fields_have_a_gradient_everywhere(name: str, folder: Path, capsys: Captured) -> None:
    make, size = FIELDS[name]
    (folder / "t.py").write_text(f"from torch import nn\nnet = {make}\n")
    field = int(one(capsys, "t.py:net", f"1 3 {size} {size}")["layers"][-1]["field"])
    reached = field_by_gradient(load(folder / "t.py").net, size)
    # Behind an upsampling neighbours see different inputs: the field is the largest, the one in the middle may be smaller.
    assert reached == field if name != "up" else field - 2 <= reached <= field


def test_the_field_of_vgg16(folder: Path, capsys: Captured) -> None:
    plan = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0]
    (folder / "t.py").write_text(f"""
from torch import nn
layers, before = [], 3
for width in {plan}:
    layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()] if width else [nn.MaxPool2d(2)]
    before = width or before
net = nn.Sequential(*layers, nn.Flatten(), nn.Linear(512 * 49, 10))
""")
    found = one(capsys, "t.py:net", "N 3 224 224")["layers"]
    assert [layer["field"] for layer in found if layer["op"] == "MaxPool2d"] == ["6", "16", "44", "100", "212"]
    assert found[-1]["field"] == "all"


def test_axes_may_have_different_fields(folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text("from torch import nn\nnet = nn.Sequential(nn.Conv2d(3, 4, (3, 7)), nn.AdaptiveAvgPool2d((None, 1)))\n")
    assert [layer["field"] for layer in one(capsys, "t.py:net", "N 3 H W")["layers"]] == ["3 x 7", "3 x all"]


def test_lists_that_grow_are_taken_as_they_were(capsys: Captured) -> None:
    fields = [layer["field"] for layer in one(capsys, f"{FIXTURES}/clean_densenet/densenet.py:DenseNet()", "1 3 64 64")["layers"]]
    assert "-" not in fields


# --- memory -------------------------------------------------------------------------------------------------------


def test_the_peak_counts_what_is_alive_together(folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text("""
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.act = nn.Conv2d(1, 4, 1), nn.Conv2d(4, 2, 1), nn.ReLU(inplace=True)
    def forward(self, x):
        y = self.act(self.a(x))     # x and y: 1 + 4
        z = self.b(y)               # x, y and z: 1 + 4 + 2
        return (z.flatten(1).sum(1), x)
""")
    for spec in ("1 1 10 10", "8 1 10 10", "N 1 10 10"):
        (found,) = one(capsys, "t.py:Net()", spec)["memory"]
        assert (found["bytes"], found["path"]) == (7 * 100 * 4, "b")


def test_memory_is_given_at_the_smallest_and_at_a_usual_size(capsys: Captured) -> None:
    small, usual = one(capsys, f"{FIXTURES}/clean_unet/unet.py:UNet()", "N 3 H W")["memory"]
    assert small["at"] == {"H": 8, "W": 8} and usual["at"] == {"H": 224, "W": 224} and usual["bytes"] > small["bytes"]


# --- what no size confirms, and what only some paths run ----------------------------------------------------------

FORKS = """
import torch
from torch import nn
class Feats(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.ModuleList([nn.Conv2d(3, 3, 3, stride=2) for _ in range(2)])
    def forward(self, x):
        feats = []
        for c in self.c:
            x = c(x)
            feats.append(x)
        return torch.cat([f.flatten(1) for f in feats], 1).view(-1, 291)
class Early(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 3, 7)
    def forward(self, x):
        return x if x.size(2) < 7 or x.size(3) < 7 else self.c(x)
class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.c, self.s = nn.Conv2d(3, 8, 7), nn.Conv2d(3, 8, 3, padding=1)
    def forward(self, x):
        try:
            return self.c(x)
        except RuntimeError:
            return self.s(x)
class Product(nn.Module):
    def forward(self, x):
        if x.shape[-1] > 8:
            x = x @ x.transpose(2, 3) @ x
        return x
class Square(nn.Module):
    def forward(self, x):
        return x @ x
class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 6, 3), nn.Linear(6, 2)
    def run(self, x):
        return self.first(x).mean((2, 3)) @ torch.ones(6, 6)
    def forward(self, x):
        if x.requires_grad:
            y = torch.utils.checkpoint.checkpoint(self.run, x, use_reentrant=False)
        else:
            y = self.run(x)
        return self.last(y) if x.sum() > 0 else self.last(y)
class Grows(nn.Module):
    def forward(self, x):
        kept = [x]
        y = torch.cat(kept, 1)
        kept.append(x)
        return y
"""


@pytest.fixture
def forks(folder: Path) -> None:
    (folder / "t.py").write_text(FORKS)


@pytest.mark.usefixtures("forks")
def test_a_reshape_that_no_sample_fits_costs_only_what_depends_on_it(capsys: Captured) -> None:
    found = one(capsys, "t.py:Feats()", "N 3 H W")
    assert [layer["field"] for layer in found["layers"]] == ["3", "7"] and found["diagnostics"] == []
    assert found["contract"]["complete"] is False and found["memory"] == []
    (exact,) = one(capsys, "t.py:Feats()", "2 3 20 20")["memory"]
    assert exact["bytes"] > 0


@pytest.mark.usefixtures("forks")
@pytest.mark.parametrize(("name", "depends"), [("Early", ["c"]), ("Other", ["c", "s"])])
def test_what_only_some_paths_run_is_no_part_of_a_total(name: str, depends: list[str], capsys: Captured) -> None:
    found = one(capsys, f"t.py:{name}()", "N 3 H W")
    assert found["memory"] == [] and found["totals"]["macs"] == "?" and found["totals"]["depends"] == depends
    assert found["totals"]["params"] == sum(layer["params"] for layer in found["layers"])
    main(["show", f"t.py:{name}()", "--input", "N 3 H W"])
    lines = capsys.readouterr().out.splitlines()
    reason = f"it depends on whether {' and '.join(depends)} {'is' if len(depends) == 1 else 'are'} called"
    assert [line.partition("  ")[2].strip() for line in lines if reason in line] == [f"an unknown number in layers: {reason}", f"not known: {reason}"]
    settled = one(capsys, f"t.py:{name}()", "2 3 9 9")
    assert name == "Other" or (settled["totals"]["macs"] == settled["layers"][0]["macs"] > 0 and settled["memory"])


@pytest.mark.usefixtures("forks")
def test_what_both_paths_run_is_run_once(capsys: Captured) -> None:
    found = one(capsys, "t.py:Twice()", "2 3 9 9")
    assert found["status"] == "ok" and [layer["path"] for layer in found["layers"]] == ["first", "last"]
    assert found["totals"]["function_macs"] == 2 * 6 * 6 and found["totals"]["depends"] == []
    assert found["memory"]


@pytest.mark.usefixtures("forks")
def test_functions_on_some_paths_make_the_costs_unknown(capsys: Captured) -> None:
    found = one(capsys, "t.py:Product()", "N 3 H W")
    assert found["memory"] == [] and found["totals"]["macs"] == "?" == found["layers"][0]["macs"]
    assert one(capsys, "t.py:Product()", "1 3 9 9")["totals"]["macs"] == 2 * 3 * 9 * 9 * 9


@pytest.mark.usefixtures("forks")
def test_requirements_that_could_not_be_decided_are_shown(capsys: Captured) -> None:
    found = one(capsys, "t.py:Square()", "N 3 H W")
    assert (found["status"], found["lost"], found["contract"]["undecided"]) == ("ok", [], ["H == W"])
    assert all(memory["at"]["H"] == memory["at"]["W"] for memory in found["memory"])
    for form in ("table", "markdown"):
        assert main(["show", "t.py:Square()", "--input", "N 3 H W", "--output-format", form]) == 0
        (line,) = [line for line in capsys.readouterr().out.splitlines() if "not decided" in line]
        assert line.endswith("H == W")


@pytest.mark.usefixtures("forks")
@pytest.mark.parametrize("flags", [[], ["-O"]])
def test_arguments_are_kept_as_they_were_whatever_the_flags_of_python(flags: list[str], folder: Path) -> None:
    run = subprocess.run([sys.executable, *flags, "-m", "shapelint", "show", "t.py:Grows()", "--input", "1 3 8 8", "--output-format", "json"],
                         capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(FIXTURES.parent)})
    code = "import sys\nfrom shapelint.interp.events import Applied\nfrom shapelint.interp.recorder import Recorder\n" \
           "made = []\nmachine = type('Machine', (), {'certain': True})\n" \
           "Recorder(None).saw(machine, Applied(None, None, lambda: made.append(1), None, None))\nsys.exit(made != [1])"
    subprocess.run([sys.executable, *flags, "-c", code], check=True, env={**os.environ, "PYTHONPATH": str(FIXTURES.parent)})
    assert json.loads(run.stdout)[0]["output"] == [1, 3, 8, 8]


# --- targets and modes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("target", "spec", "classes"), [
    ("net.py:Net", "2 3 8 8", 10), ("net.py:Net(classes=4)", "2 3 8 8", 4), ("net.py:net", "2 1 8 8", 10), ("net:Net(3, 5)", "2 3 8 8", 5),
])
def test_ways_to_name_a_model(target: str, spec: str, classes: int, capsys: Captured) -> None:
    found = one(capsys, target, spec)
    assert (found["target"], found["status"], found["output"]) == (target, "ok", [2, classes])


def test_a_package_on_the_search_path(folder: Path, capsys: Captured) -> None:
    package = folder / "elsewhere" / "zoo"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from .nets import make\n")
    (package / "nets.py").write_text("import io\nfrom torch import nn\ndef make(width, weights=None):\n    return nn.Sequential(nn.Linear(width, 2))\n")
    (package / "io.py").write_text("raise ValueError\n")
    found = one(capsys, "zoo:make(4, weights=None)", "N 4", "--search-path", "elsewhere")
    assert found["layers"][0]["path"] == "0" and found["output"] == ["N", 2]


def test_an_installed_package_is_read_and_not_imported(folder: Path, capsys: Captured) -> None:
    site = folder / "env" / "lib" / "python3.11" / "site-packages"
    for name, needs in (("zoo", "torch>=2"), ("plain", "requests")):
        (site / name).mkdir(parents=True)
        (site / f"{name}-1.0.dist-info").mkdir()
        (site / f"{name}-1.0.dist-info" / "METADATA").write_text(f"Name: {name}\nRequires-Dist: {needs}\n")
        (site / name / "__init__.py").write_text("from torch import nn\nraised = open('nowhere')\ndef make():\n    return nn.Linear(4, 3)\n")
    (folder / "env" / "bin").mkdir()
    (folder / "env" / "bin" / "python").write_text("#!/bin/sh\nexit 1\n")
    (folder / "user.py").write_text("import zoo, plain\nnet = zoo.make()\nother = plain.make()\n")
    python = ("--python", "env/bin/python")
    assert one(capsys, "zoo:make()", "N 4", *python)["output"] == ["N", 3]
    assert one(capsys, "user.py:net", "N 4", *python)["output"] == ["N", 3]
    assert one(capsys, "user.py:other", "N 4", *python)["status"] == "unknown"
    assert "zoo" not in sys.modules


def test_evaluation_is_the_default_mode(folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text("""
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.main, self.helper = nn.Linear(4, 2), nn.Linear(4, 3)
    def forward(self, x):
        return (self.main(x), self.helper(x)) if self.training else self.main(x)
chosen = Net().train()
""")
    assert one(capsys, "t.py:Net()", "N 4")["output"] == ["N", 2]
    assert one(capsys, "t.py:Net()", "N 4", "--train")["output"] == [["N", 2], ["N", 3]]
    assert one(capsys, "t.py:chosen", "N 4")["output"] == [["N", 2], ["N", 3]]


def test_the_input_may_be_stated_elsewhere(folder: Path, capsys: Captured) -> None:
    (folder / "stated.py").write_text(NET.replace("class Net(", "# shapelint: input=N 3 16 16\nclass Net("))
    (found,) = shown(capsys, "stated.py:Net(3, 4)")
    assert found["inputs"] == [["N", 3, 16, 16]]
    (folder / "shapelint.toml").write_text('[inputs]\n"net:Net(3, 6)" = "N 3 20 20"\n')
    (found,) = shown(capsys, "net.py:Net(3, 6)")
    assert found["inputs"] == [["N", 3, 20, 20]]


def test_many_targets_from_a_file(folder: Path, capsys: Captured) -> None:
    (folder / "list.txt").write_text("# models\n\nnet.py:Net(3, 4)\tN 3 H W\nnet.py:net\t2 1 8 8\n")
    assert [found["output"][-1] for found in shown(capsys, "--targets", "list.txt")] == [4, 10]


# --- what decides which layers there are ----------------------------------------------------------------------------

DECIDED = {
    "numbers": ("""
class Drop(nn.Module):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate
    def forward(self, x):
        return x if self.rate == 0.0 or not self.training else x * 2

class Net(nn.Module):
    def __init__(self, rate=0.3, depths=(2, 3)):
        super().__init__()
        rates = [x.item() for x in torch.linspace(0, rate, sum(depths))]
        self.flat = nn.ModuleList(Drop(rate) if rate > 0.0 else nn.Identity() for rate in rates)
        stages = [part.tolist() for part in torch.linspace(0, rate, sum(depths)).split(depths)]
        self.nested = nn.ModuleList(nn.Linear(8, 8) if rate > 0.1 else nn.ReLU() for stage in stages for rate in stage)
        changed = torch.arange(3)
        row = changed[1:]
        row[0] = 7
        self.kernels = nn.ModuleList(nn.Conv2d(3, 3, 2 * k + 1, padding=k) for k in torch.tensor([1, 2]).tolist())
    def forward(self, x):
        for part in (*self.flat, *self.nested, *self.kernels):
            x = part(x)
        return x
net = Net()
""", "1 3 8 8"),
    "functions": ("""
from torch.autograd import Variable
class Flat(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, start):
        ctx.save_for_backward(x)
        ctx.start = start
        return x.flatten(start)
    @staticmethod
    def backward(ctx, gradient):
        return gradient.view_as(ctx.saved_tensors[0]), None
class Same(torch.autograd.Function):
    @staticmethod
    def forward(x):
        return x.clone()
    @staticmethod
    def setup_context(ctx, inputs, output):
        pass
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(16, 2)
        self.register_buffer("order", torch.LongTensor(3).fill_(0))
    def forward(self, x):
        x = torch.index_select(x, 1, Variable(self.order)).type(torch.float32)
        return self.fc(Flat.apply(Same.apply(x), 2))
net = Net()
""", "1 3 4 4"),
    "changed": ("""
def make():
    c = nn.Conv2d(3, 4, 3, stride=2, padding=1)
    c.stride, c.padding, c.dilation = (1, 1), (2, 2), (2, 2)
    p, q, a, t = nn.MaxPool2d(2), nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(1), nn.ConvTranspose2d(4, 4, 2)
    p.kernel_size = p.stride = 3
    q.ceil_mode, a.output_size = True, (2, 3)
    t.stride = [2, 2]
    t.output_padding = (1, 1)
    return nn.Sequential(c, p, q, t, a)
net = make()
""", "1 3 21 21"),
    "names": ("""
import os
os.environ.setdefault("SHAPELINT_WIDTH", "7")
act = nn.ReLU if "silu" not in dir(torch.nn.functional) else nn.SiLU
net = nn.Sequential(nn.Linear(4, int(os.environ.get("SHAPELINT_NOT_SET", 5))), act(), nn.Linear(5, int(os.environ["SHAPELINT_WIDTH"])),
                    nn.ReLU() if os.getenv("SHAPELINT_NOT_SET") else nn.GELU())
""", "1 4"),
    "links": ("""
def count(i):
    total = 0
    for k in range(12):
        if i % 2 ** k == 0 and i >= 2 ** k:
            total += 1 + count(i - 2 ** k) % 5
    return total
net = nn.Sequential(*[nn.Conv2d(1, 1, 1) for _ in range(count(17))])
""", "1 1 2 2"),
}


@pytest.mark.parametrize("name", DECIDED)
def test_what_constants_decide_is_followed(name: str, folder: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    text, spec = DECIDED[name]
    monkeypatch.delenv("SHAPELINT_WIDTH", raising=False)
    (folder / "t.py").write_text(f"import torch\nfrom torch import nn\n{text}")
    found = one(capsys, "t.py:net", spec)
    monkeypatch.setenv("SHAPELINT_WIDTH", "7")
    expected = leaf_calls(load(folder / "t.py").net, inputs_of(spec))
    assert found["status"] == "ok"
    assert [{key: layer[key] for key in expected[0]} for layer in found["layers"]] == expected


def test_numbers_that_change_in_place_are_not_known(folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text("""
import torch
from torch import nn
def width(how):
    whole = torch.arange(4)
    row = whole[1]
    if how == 0: whole[1] = 9
    if how == 1: row.fill_(9)
    if how == 2: whole += 1
    if how == 3: whole[1:].mul_(2)
    return row.item() if how % 2 == 0 else whole[1].item()
def make(how):
    return nn.Linear(4, width(how))
""")
    for how in range(4):
        assert one(capsys, f"t.py:make({how})", "1 4")["output"] != [1, 1]


def test_evenly_spaced_numbers_are_those_of_torch() -> None:
    from shapelint.interp.elements import spaced

    for end in (0.1, 0.2, 0.3, 1.0, -2.5, 1e-3):
        for steps in range(1, 40):
            assert spaced(0.0, end, steps) == torch.linspace(0.0, end, steps).tolist()


def test_modules_of_one_short_name_in_two_packages(folder: Path, capsys: Captured) -> None:
    for name, width in (("one", 3), ("two", 5)):
        package = folder / name / "models"
        package.mkdir(parents=True)
        (folder / name / "__init__.py").write_text("from . import registry\nfrom .models import nets\n")
        (package / "__init__.py").write_text("")
        (folder / name / "registry.py").write_text("import sys\nsizes = {}\ndef register(fn):\n    sizes[fn.__name__] = sys.modules[fn.__module__].WIDTH\n    return fn\n")
        (package / "nets.py").write_text(f"from torch import nn\nfrom ..registry import register, sizes\nWIDTH = {width}\n"
                                         "@register\ndef make():\n    return nn.Linear(4, sizes['make'])\n")
    (folder / "t.py").write_text("from one.models.nets import make as one\nfrom two.models.nets import make as two\n")
    assert [one(capsys, f"t.py:{name}()", "N 4")["output"] for name in ("one", "two")] == [["N", 3], ["N", 5]]


def test_packages_run_before_their_modules(folder: Path, capsys: Captured) -> None:
    """``net`` reads a number that the package around it has changed by then."""
    package = folder / "zoo"
    package.mkdir()
    (package / "__init__.py").write_text("from . import names\nnames.width = 3\n")
    (package / "names.py").write_text("width = 7\n")
    (package / "net.py").write_text("from torch import nn\nfrom .names import width\nclass Net(nn.Linear):\n"
                                    "    def __init__(self, width=width):\n        super().__init__(4, width)\n")
    assert one(capsys, "zoo.net:Net()", "N 4")["output"] == ["N", 3]


# --- what goes wrong ----------------------------------------------------------------------------------------------


def test_a_failing_model_is_shown_up_to_the_failing_layer(capsys: Captured) -> None:
    found = one(capsys, "net.py:Net(4)", "2 3 8 8", status=1)
    assert found["status"] == "error" and found["layers"] == [] and found["failed"]["path"] == "body.0"
    assert [item["code"] for item in found["diagnostics"]] == ["SHP101"]
    assert main(["show", "net.py:Net(4)", "--input", "2 3 8 8"]) == 1
    text = capsys.readouterr().out
    assert "^ error: " in text and "it receives (2, 3, 8, 8)" in text and "net.py:Net(4):1:5: SHP101" in text


def test_an_exception_of_the_program_is_an_error(folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text("""
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
    def forward(self, x):
        x = self.conv(x)
        if x.shape[-1] % 2:
            raise ValueError("an even size is needed")
        return x
""")
    found = one(capsys, "t.py:Net", "1 3 9 9", status=1)
    assert found["status"] == "error" and [layer["path"] for layer in found["layers"]] == ["conv"]
    (raised,) = found["diagnostics"]
    assert raised["severity"] == "error" and raised["line"] == 10 and "an even size is needed" in raised["message"]
    assert one(capsys, "t.py:Net", "1 3 10 10")["status"] == "ok"


@pytest.mark.parametrize("make", [
    "P(torch.zeros(4))", "T(torch.zeros(4))", "By(b'a') + b'c'", "Co(1j) + 2", "FS({1}) - {1}", "nn.Sequential(nn.ReLU()) + nn.Sequential(nn.ReLU())", "Seq() * 2",
])
def test_classes_that_derive_from_others_may_have_arithmetic(make: str, folder: Path, capsys: Captured) -> None:
    text = f"""
import torch
from torch import nn
class P(nn.Parameter): pass
class T(torch.Tensor): pass
class By(bytes): pass
class Co(complex): pass
class FS(frozenset): pass
class Seq(nn.Sequential): pass
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = {make}
        self.last = nn.Linear(4, 2)
    def forward(self, x):
        if isinstance(self.w, torch.Tensor):
            x = x + self.w * 2 - self.w
        return self.last(x)
"""
    (folder / "t.py").write_text(text)
    assert one(capsys, "t.py:Net()", "2 4", status=None)["diagnostics"] == []
    scope: dict[str, Any] = {"__name__": "t"}
    exec(text, scope)
    assert scope["Net"]()(torch.ones(2, 4)).shape == (2, 2)


def test_an_error_in_a_lambda_stands_at_the_lambda(folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text("""
from torch import nn
class Net(nn.Module):
    def __init__(self, scheme=lambda module, x, y:
                 module(x, y)):
        super().__init__()
        self.act, self.scheme = Block(), scheme
    def forward(self, x):
        return self.scheme(self.act, x, x)
class Block(nn.Module):
    def forward(self, x):
        return x
""")
    (raised,) = one(capsys, "t.py:Net", "1 3 9 9", status=1)["diagnostics"]
    assert raised["line"] == 5 and "forward() takes 2 positional arguments but 3 were given" in raised["message"]


@pytest.mark.parametrize("given", ["x.dim()", "{'x': x}", "[x]", "None", "'x'", "0.5"])
def test_a_layer_takes_tensors_only(given: str, folder: Path, capsys: Captured) -> None:
    text = f"""
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.same = nn.Conv2d(3, 4, 3), nn.Identity()
    def forward(self, x):
        return self.conv(self.same({given}))
"""
    (folder / "t.py").write_text(text)
    assert one(capsys, "t.py:Net", "1 3 9 9", status=1)["diagnostics"][0]["line"] == 8
    scope: dict[str, Any] = {"__name__": "t"}
    exec(text, scope)
    with pytest.raises((TypeError, AttributeError)):
        scope["Net"]()(torch.ones(1, 3, 9, 9))


def test_what_cannot_be_followed_is_unknown_with_a_reason(folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text("""
import somewhere
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
    def forward(self, x):
        return self.conv(somewhere.resize(x))
""")
    found = one(capsys, "t.py:Net()", "1 3 9 9")
    assert found["status"] == "unknown" and {"reason", "what", "file", "line"} == set(found["lost"][0])
    assert "?" in str(found["layers"][0]["inputs"]) or "..." in str(found["layers"][0]["inputs"])
    assert any("somewhere.resize" in lost["what"] for lost in found["lost"])


@pytest.mark.parametrize(("arguments", "words"), [
    (["nowhere.py:Net", "--input", "N 3 8 8"], "nowhere.py: no such file"), (["net.py:Nett", "--input", "N 3 8 8"], "did you mean"),
    (["net.py", "--input", "N 3 8 8"], "write net.py:NAME"), (["net.py:Net", "--input", "N 3 ("], "--input: "), (["net.py:Net"], "give --input"),
    (["net.py:Swap(", "--input", "N 3"], "not an expression"), ([], "name a model"), (["net.py:Net", "--input", "... 3 8 8"], "state every axis"),
    (["nowhere.nets:Net", "--input", "N 3"], "--search-path DIR"), (["net.py:NET", "--input", "N"], "defines no 'NET'"), (["--targets", "no.txt"], "no.txt: cannot be read"),
    (["net.py:Net", "--input", "N 3 8 8", "--python", "nowhere"], "--python nowhere"), (["net.py:Net", "--output-format", "xml"], "choose from table"),
    (["net.py:Net", "--input", "N 3 8 8", "--search-path", "nowhere"], "--search-path nowhere"), (["net.py:torch", "--input", "N"], "no nn.Module"),
])
def test_mistakes_of_the_user_end_in_one_line(arguments: list[str], words: str, capsys: Captured) -> None:
    assert main(["show", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("shapelint: error: ") and error.count("\n") == 1 and words in error


def test_a_class_that_needs_arguments_says_which(folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text("from torch import nn\nclass Net(nn.Module):\n    def __init__(self, width, depth=2):\n        super().__init__()\n")
    assert main(["show", "t.py:Net", "--input", "N 3"]) == 2
    assert "write t.py:Net(width=...)" in capsys.readouterr().err


def test_a_variable_whose_statement_raises(folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text("from torch import nn\nsizes = None\nnet = nn.Linear(\n    sizes + 1, 3)\nshow = 3\n")
    assert main(["show", "t.py:net", "--input", "2 3"]) == 2
    said = capsys.readouterr().err
    assert "t.py:net: 'net' is not made, as t.py:3 raises TypeError: unsupported operand" in said and said.count("\n") == 1


def test_a_wrong_line_of_targets_is_named(folder: Path, capsys: Captured) -> None:
    (folder / "list.txt").write_text("net.py:Net\tN 3 8 8\nnet.py:Net\tN 3 (\n")
    assert main(["show", "--targets", "list.txt"]) == 2
    assert "list.txt:2: " in capsys.readouterr().err


def test_one_wrong_target_does_not_hide_the_others(capsys: Captured) -> None:
    assert main(["show", "net.py:Nett", "net.py:Net", "net.py:Nat", "--input", "2 3 8 8", "--output-format", "json"]) == 2
    printed = capsys.readouterr()
    assert [(found["target"], found["status"]) for found in json.loads(printed.out)] == [("net.py:Nett", "unknown"), ("net.py:Net", "ok"), ("net.py:Nat", "unknown")]
    assert printed.err == "".join(f"shapelint: error: net.py defines no '{name}' (did you mean 'Net'?)\n" for name in ("Nett", "Nat"))


def test_wrong_lines_of_a_list_do_not_hide_the_others(folder: Path, capsys: Captured) -> None:
    (folder / "list.txt").write_text("nowhere.py:Net\t2 3 8 8\nnet.py:Net\t2 3 8 8\n\nnet.py:Nett\t2 3 8 8\nnet.py:Net\t2 3 (\nnet.py:net\t2 1 8 8\n")
    assert main(["show", "--targets", "list.txt", "--output-format", "json"]) == 2
    printed = capsys.readouterr()
    assert [found["status"] for found in json.loads(printed.out)] == ["unknown", "ok", "unknown", "unknown", "ok"]
    errors = printed.err.splitlines()
    for line, number in zip(errors, (1, 4, 5), strict=True):
        assert line.startswith(f"shapelint: error: list.txt:{number}: ")
    assert "nowhere.py: no such file" in errors[0] and "did you mean 'Net'" in errors[1]
    assert main(["show", "--targets", "list.txt"]) == 2
    assert capsys.readouterr().out.count("\nparameters") == 2


def test_a_list_of_targets_as_windows_writes_it(folder: Path, capsys: Captured) -> None:
    (folder / "list.txt").write_bytes(b"\xef\xbb\xbf# models\r\n\r\n \t \r\n net.py:Net \t 2 3 8 8 \r\nnet.py:net\t\t2 1 8 8")
    assert [found["output"] for found in shown(capsys, "--targets", "list.txt")] == [[2, 10], [2, 10]]


@pytest.mark.parametrize(("line", "words"), [("net.py:Net N 3 8 8", "a tab separates"), ("net.py:Net\tN 3 8 8\tmore", "without further columns")])
def test_a_line_of_another_form_says_which_is_meant(line: str, words: str, folder: Path, capsys: Captured) -> None:
    (folder / "list.txt").write_text(line)
    assert main(["show", "--targets", "list.txt"]) == 2
    assert "list.txt:1: " in (error := capsys.readouterr().err) and words in error


def test_another_number_of_inputs_says_what_forward_takes(folder: Path, capsys: Captured) -> None:
    head = "from torch import nn\nclass Net(nn.Module):\n"
    (folder / "t.py").write_text(f"{head}    def forward(self, x, y, z=None):\n        return x + y\n")
    (folder / "named.py").write_text(f"{head}    def forward(self, x, *, mask):\n        return x + mask\n")
    for spec, count in (("2 3", "1 is"), ("2 3; 2 3; 2 3; 2 3", "4 are")):
        (raised,) = one(capsys, "t.py:Net", spec, status=1)["diagnostics"]
        assert "forward(x, y, z) takes" in raised["message"] and f"{count} stated" in raised["message"]
    assert one(capsys, "t.py:Net", "2 3; 2 3")["status"] == one(capsys, "t.py:Net", "2 3; 2 3; 1")["status"] == "ok"
    assert one(capsys, "named.py:Net", "2 3; 3")["output"] == [2, 3]


# --- formats --------------------------------------------------------------------------------------------------------


def test_the_keys_of_the_json_are_a_contract(capsys: Captured) -> None:
    found = one(capsys, "net.py:Net(3, 10)", "N 3 H W")
    assert set(found) >= {"target", "status", "inputs", "output", "layers", "diagnostics", "lost", "contract"}
    assert set(found["layers"][0]) >= {"path", "op", "inputs", "outputs", "params", "macs"}
    assert found["layers"][0] == {
        "path": "body.0", "op": "Conv2d", "inputs": [["N", 3, "H", "W"]], "outputs": [["N", 8, "H", "W"]], "params": 224, "macs": "216*N*H*W", "field": "3",
    }


def test_the_table(capsys: Captured) -> None:
    assert main(["show", "net.py:Net(3, 10)", "--input", "N 3 H W"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "net.py:Net(3, 10)  input (N, 3, H, W)"
    assert lines[2].split() == ["path", "layer", "output", "params", "MACs", "field"]
    assert lines[3].split() == ["body.0", "Conv2d", "(N,", "8,", "H,", "W)", "224", "216*N*H*W", "3"]
    starts = {label: text for label, _, text in (line.partition("  ") for line in lines) if text}
    assert starts["parameters"].strip() == "347" and starts["accepts"].strip() == "H >= 2 and W >= 2"
    assert all(line == line.rstrip() for line in lines)


def test_markdown_is_one_table_a_model(capsys: Captured) -> None:
    assert main(["show", "net.py:Net(3, 10)", "--input", "2 3 8 8", "--output-format", "markdown"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert rows[1] == "| --- | --- | --- | ---: | ---: | ---: |" and len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1
    assert rows[2] == "| `body.0` | Conv2d | `(2, 8, 8, 8)` | 224 | 27,648 | 3 |"


def test_json_is_valid_where_the_terminal_lacks_letters(folder: Path) -> None:
    (folder / "n\u00e4t.py").write_text("from torch import nn\nnet = nn.Linear(3, 2)\n")
    environment = {**os.environ, "PYTHONPATH": str(FIXTURES.parent), "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "1"}
    run = subprocess.run([sys.executable, "-m", "shapelint", "show", "n\u00e4t.py:net", "--input", "N 3", "--output-format", "json"],
                         capture_output=True, text=True, check=True, env=environment)
    assert json.loads(run.stdout)[0]["target"] == "n\u00e4t.py:net"


NAMESPACE = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("depth", [1, 10, 150])
def test_labels_of_the_picture_do_not_overlap(depth: int, folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text(f"""
from torch import nn
layers = []
for i in range({depth}):
    layers += [nn.Conv2d(3 + i, 4 + i, 3, padding=1, stride=2 if i % 30 == 1 else 1), nn.ReLU()]
net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3 + {depth}, 5))
""")
    assert main(["show", "t.py:net", "--input", "N 3 H W", "--svg", "out.svg", "--output-format", "json"]) == 0
    root = ElementTree.parse(folder / "out.svg").getroot()
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    boxes = []
    for text in root.iter(f"{NAMESPACE}text"):
        x, y, long = float(text.attrib["x"]), float(text.attrib["y"]), len(text.text or "") * 6.95
        left = x - long / 2 if text.attrib.get("text-anchor") == "middle" else x
        boxes.append((left, y - 9, left + long, y + 2))
        assert left >= 0 and left + long <= width and y + 2 <= height
    for number, one_box in enumerate(boxes):
        for other in boxes[number + 1 :]:
            assert one_box[2] <= other[0] or other[2] <= one_box[0] or one_box[3] <= other[1] or other[3] <= one_box[1]
    assert 2 <= len(list(root.iter(f"{NAMESPACE}g"))) <= 30


def test_heights_in_the_picture_are_to_scale(folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text("from torch import nn\nnet = nn.Sequential(nn.Conv2d(3, 8, 1), nn.MaxPool2d(2), nn.MaxPool2d(4))\n")
    main(["show", "t.py:net", "--input", "1 3 64 64", "--svg", "out.svg"])
    heights = []
    for box in ElementTree.parse(folder / "out.svg").getroot().iter(f"{NAMESPACE}g"):
        points = [tuple(map(float, pair.split(","))) for pair in next(box.iter(f"{NAMESPACE}polygon")).attrib["points"].split()]
        heights.append(max(y for _, y in points) - min(y for _, y in points))
    assert heights == [pytest.approx(heights[0] / ratio, abs=0.2) for ratio in (1, 2, 8)]


# --- imports --------------------------------------------------------------------------------------------------------


def test_showing_loads_no_torch_and_linting_nothing_of_it(folder: Path) -> None:
    code = "import sys\nfrom shapelint.cli import main\nmain(sys.argv[1:])\nprint(*[name for name in ('torch', 'rich', 'libcst', 'shapelint.show') if name in sys.modules])"
    for arguments, loaded in ((["show", "net.py:Net", "--input", "N 3 8 8"], "shapelint.show"), (["net.py"], "")):
        run = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(FIXTURES.parent)})
        assert run.stdout.splitlines()[-1] == loaded


def test_a_module_that_its_package_imports_is_entered_once(folder: Path, capsys: Captured) -> None:
    """Python runs the package first, which imports the module, which imports from its sister: the names must be there."""
    package = folder / "zoo"
    package.mkdir()
    (package / "__init__.py").write_text("from . import heads\n")
    (package / "heads.py").write_text("from .trunks import trunk\n\n\ndef whole():\n    return trunk(4)\n")
    (package / "trunks.py").write_text("from torch import nn\nfrom . import heads\n\n\ndef trunk(width):\n    return nn.Linear(width, 2)\n")
    for module in ("zoo.heads", "zoo.trunks"):
        name = "whole()" if module.endswith("heads") else "trunk(4)"
        assert one(capsys, f"{module}:{name}", "N 4")["output"] == ["N", 2]


def test_a_mode_that_is_restored_is_nobodys_choice(folder: Path, capsys: Captured) -> None:
    (folder / "r.py").write_text("""
from torch import nn
def probed():
    net = nn.Sequential(nn.Dropout(), nn.Linear(4, 2))
    net.eval()
    net.train()
    return Net(net)
class Net(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net
    def forward(self, x):
        return (self.net(x), x) if self.net.training else self.net(x)
""")
    assert one(capsys, "r.py:probed()", "N 4")["output"] == ["N", 2]


def test_what_may_hold_another_module_is_no_leaf(folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text("""
import os
import torch
from torch import nn
class Part(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = make(os.environ["KIND"])
        self.rate = float(os.environ["RATE"])
    def forward(self, x):
        return self.inner(x)
class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.rate = float(os.environ["RATE"])
    def forward(self, x):
        return x * self.rate
def make(kind):
    return {"a": nn.ReLU, "b": nn.GELU, "c": nn.SiLU, "d": nn.Tanh, "e": nn.Sigmoid, "f": nn.ELU}[kind]()
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.part, self.own = Part(), Own()
    def forward(self, x):
        return self.part(x), self.own(x)
""")
    found = one(capsys, "t.py:Net()", "2 3", status=None)
    assert found["status"] == "unknown" and [layer["path"] for layer in found["layers"]] == ["own"] and [row["path"] for row in found["others"]] == ["part"]


@pytest.mark.parametrize("fill", ["for width in widths():\n            self.parts.append(nn.Conv2d(4, 4, 1))", "if widths():\n            self.parts.append(nn.ReLU())",
                                  "if widths():\n            del self.parts[0]"])
@pytest.mark.parametrize("kind", ["nn.ModuleList", "nn.Sequential", "Parts"])
def test_a_container_that_some_paths_fill_holds_an_unknown_number(kind: str, fill: str, folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text(f"""
import copy
import torch
from torch import nn
from nowhere import widths
class Parts(nn.Sequential):
    def forward(self, x):
        return x
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = {kind}({"[nn.ReLU()]" if kind == "nn.ModuleList" else "nn.ReLU()"})
        {fill}
        self.parts = copy.deepcopy(self.parts)
        self.last = nn.Conv2d(len(self.parts) * 4, 2, 1)
    def forward(self, x):
        return self.last(torch.cat([x for _ in self.parts], 1))
""")
    found = one(capsys, "t.py:Net()", "2 4 8 8", status=None)
    assert (found["status"], found["diagnostics"]) == ("unknown", [])
    assert [layer["outputs"] for layer in found["layers"]] == [[["?", 2, "?", "?"]]] and found["layers"][0]["params"] == "?"


def test_a_base_class_that_is_not_read_comes_before_those_that_are(folder: Path, capsys: Captured) -> None:
    (folder / "t.py").write_text("""
import torch
from torch import nn
from nowhere.models import ResNet
class Mixin:
    def __init__(self, depth=5):
        self.depth = depth
    def forward(self, x):
        return x[0]
class Encoder(ResNet, Mixin):
    def __init__(self, width, **more):
        super().__init__(**more)
        self.width = width
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.last = Encoder(4, block=3, layers=[2, 2]), nn.Linear(3, 2)
    def forward(self, x):
        return self.last(self.encoder(x))
""")
    found = one(capsys, "t.py:Net()", "2 4 3", status=None)
    assert (found["status"], found["diagnostics"]) == ("unknown", [])
    assert [layer["path"] for layer in found["layers"]] == ["last"] and found["layers"][0]["outputs"] != [[4, 2]]


def test_a_container_of_unknown_content_is_no_leaf(folder: Path, capsys: Captured) -> None:
    (folder / "o.py").write_text("""
import os
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Sequential(*[nn.ReLU() for _ in os.scandir(".")]), nn.Linear(4, 2)
    def forward(self, x):
        return self.head(self.body(x))
""")
    found = one(capsys, "o.py:Net()", "N 4")
    assert found["status"] == "unknown" and [layer["path"] for layer in found["layers"]] == ["head"]
