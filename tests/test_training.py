"""Training scripts: sizes flow from the data set through transforms, loaders, command lines and trainers to the loss."""

import textwrap
from typing import Any

import pytest

from shapelint.dims import Expr, is_unknown
from shapelint.interp.events import Refused
from shapelint.interp.library.vision_sets import ROWS
from shapelint.interp.program import Program
from shapelint.interp.values import ListObject, Tensor, Unknown, Value
from shapelint.source.files import parse_text
from shapelint.source.text import SourceFile

HEAD = """\
import torch, torchvision
import torch.nn.functional as F
from torch import nn
from torch.utils.data import ConcatDataset, DataLoader, Dataset, Subset, SubsetRandomSampler, TensorDataset, random_split
from torchvision import datasets, transforms as T
images = datasets.CIFAR10(".", transform=T.ToTensor())
"""


def ran(text: str) -> tuple[dict[Any, Value], list[str]]:
    """The names of a program, and what torch certainly refuses in it."""
    source = parse_text("train.py", HEAD + textwrap.dedent(text))
    assert isinstance(source, SourceFile), source
    program = Program([])
    events = program.run(source)
    assert program.main_scope is not None
    return program.main_scope.table, [event.error.message for event in events if isinstance(event, Refused) and event.application.certain]


def shape(value: Value) -> Any:
    """Sizes, with None for those that are not known."""
    if isinstance(value, ListObject):
        value = value.table["items"]
    if isinstance(value, tuple):
        return [shape(item) for item in value]
    if isinstance(value, Tensor) and value.shape is not None:
        return tuple(None if isinstance(size, Expr) else size for size in value.shape)
    return value if isinstance(value, (int, str)) else None


@pytest.mark.parametrize(("loader", "batch"), [
    ("DataLoader(images, batch_size=100)", [(100, 3, 32, 32), (100,)]),
    ("DataLoader(images, 64)", [(None, 3, 32, 32), (None,)]),
    ("DataLoader(images, 64, drop_last=True)", [(64, 3, 32, 32), (64,)]),
    ("DataLoader(images)", [(1, 3, 32, 32), (1,)]),
    ("DataLoader(Subset(images, range(10)), 64)", [(10, 3, 32, 32), (10,)]),
    ("DataLoader(random_split(images, [40000, 10000])[1], 64, drop_last=False)", [(None, 3, 32, 32), (None,)]),
    ("DataLoader(random_split(images, [0.9, 0.1])[0], 100)", [(100, 3, 32, 32), (100,)]),
    ("DataLoader(ConcatDataset([images, images]), batch_size=1000)", [(1000, 3, 32, 32), (1000,)]),
    ("DataLoader(images, 100, sampler=SubsetRandomSampler(range(150)))", [(None, 3, 32, 32), (None,)]),
    ("DataLoader(images, 50, sampler=SubsetRandomSampler(range(150)))", [(50, 3, 32, 32), (50,)]),
    ("DataLoader(images, 100, sampler=unknown_sampler)", [(None, 3, 32, 32), (None,)]),
    ("DataLoader(images, batch_size=None)", [(3, 32, 32), None]),
    ("DataLoader(images, 20, collate_fn=lambda rows: torch.stack([x for x, _ in rows]))", (20, 3, 32, 32)),
    ("DataLoader(images, 64, collate_fn=lambda rows: torch.stack([x for x, _ in rows]))", (None, 3, 32, 32)),
    ("DataLoader(TensorDataset(torch.zeros(8, 5), torch.zeros(8, dtype=torch.long)), 4)", [(4, 5), (4,)]),
    ("DataLoader([(torch.zeros(5), i, 0.5) for i in range(8)], 4)", [(4, 5), (4,), (4,)]),
])
def test_what_a_loader_gives(loader: str, batch: Any) -> None:
    names, refused = ran(f"for batch in {loader}:\n    pass\nfirst = next(iter({loader}))")
    assert shape(names["batch"]) == shape(names["first"]) == batch and refused == []


def test_batches_that_a_collate_function_is_tried_on_are_not_stated() -> None:
    names, refused = ran("""
        def together(rows):
            xs = torch.stack([x for x, _ in rows])
            n = xs  # (64, 3, 32, 32)
            return {"x": xs, "y": [y for _, y in rows], "half": xs[:4]}
        for batch in DataLoader(images, 64, collate_fn=together):
            x, half = batch["x"], batch["half"]
    """)
    assert shape(names["x"]) == (None, 3, 32, 32) and shape(names["half"]) == (4, 3, 32, 32) and refused == []


def test_a_number_of_batches_and_samples() -> None:
    names, _ = ran("""
        loader = DataLoader(images, 64)
        counts = (len(images), len(loader), len(DataLoader(images, 64, drop_last=True)), len(loader.dataset), len(images.classes))
        small = random_split(images, [0.5, 0.25, 0.25])
        parts = [len(part) for part in small]
        raw = images.data.shape
    """)
    assert names["counts"] == (50000, 782, 781, 50000, 10) and shape(names["parts"]) == [25000, 12500, 12500] and names["raw"] == (50000, 32, 32, 3)


def test_data_that_the_program_has_replaced_is_what_counts() -> None:
    names, _ = ran("""
        grey = datasets.MNIST(".", transform=T.ToTensor())
        grey.data = grey.data[:100]
        a = len(grey), grey[0][0]
        grey.data = something(grey.data)
        b = grey[0][0]
    """)
    assert names["a"][0] == 100 and shape(names["a"][1]) == (1, 28, 28) and shape(names["b"]) == (1, None, None)


def test_transforms_are_asked_when_a_sample_is() -> None:
    names, _ = ran("""
        grey = datasets.MNIST(".")
        grey.transform = T.Compose([T.Pad(2), T.ToTensor()])
        image, label = grey[0]
        picture, _ = datasets.MNIST(".")[0]
        size = picture.size
    """)
    assert shape(names["image"]) == (1, 32, 32) and names["size"] == (28, 28)


@pytest.mark.parametrize(("transform", "sizes"), [
    ("T.Compose([T.Resize(256), T.CenterCrop(224), T.ToTensor()])", (3, 224, 224)),
    ("T.Compose([T.Resize(256), T.ToTensor()])", (3, None, None)),
    ("T.Compose([T.Resize((128, 64)), T.Grayscale(), T.ToTensor()])", (1, 128, 64)),
    ("T.Compose([T.RandomChoice([T.Resize((64, 64)), T.CenterCrop(64)]), T.ToTensor()])", (3, 64, 64)),
    ("T.Compose([T.RandomApply([T.CenterCrop(64)]), T.ToTensor()])", (3, None, None)),
    ("T.Compose([unknown_transform, T.ToTensor()])", (None, None, None)),
    ("nn.Sequential(T.v2.Resize((8, 9)), T.v2.PILToTensor())", (3, 8, 9)),
])
def test_pictures_of_different_sizes(transform: str, sizes: Any) -> None:
    names, refused = ran(f"image, label = datasets.ImageFolder('data', {transform})[0]")
    assert shape(names["image"]) == sizes and refused == []


def test_a_data_set_of_the_program_that_extends_one_of_torchvision() -> None:
    names, _ = ran("""
        class Noisy(datasets.MNIST):
            def __init__(self, *args, noise=0.1, **kwargs):
                super().__init__(*args, **kwargs)
                self.noise = noise
            def __getitem__(self, index):
                image, label = super().__getitem__(index)
                return image + self.noise * torch.randn_like(image), label, index
        noisy = Noisy(".", transform=T.ToTensor(), noise=0.5)
        sample, count = noisy[3], len(noisy)
    """)
    assert shape(names["sample"])[0] == (1, 28, 28) and names["count"] == 60000


def test_loaders_side_by_side_and_counted() -> None:
    names, _ = ran("""
        a, b = DataLoader(images, 10), DataLoader(datasets.MNIST(".", transform=T.ToTensor()), 20)
        for step, ((x, _), (y, _)) in enumerate(zip(a, b)):
            pass
        for i, (z, _) in zip(range(100), a):
            pass
    """)
    assert shape(names["x"]) == (10, 3, 32, 32) and shape(names["y"]) == (20, 1, 28, 28) and shape(names["z"]) == (10, 3, 32, 32)


@pytest.mark.parametrize(("text", "message"), [
    ("nn.Conv2d(1, 8, 3)(x)", "expects 1 channels but receives 3"),
    ("nn.Linear(3 * 28 * 28, 10)(x.flatten(1))", "expects 2352 features but receives 3072"),
    ("F.cross_entropy(nn.Linear(3072, 10)(x.flatten(1)), y)", ""),
    ("F.nll_loss(nn.Linear(3072, 10)(x.flatten(1)), F.one_hot(y, 10))", "target"),
    ("nn.MSELoss()(nn.Linear(3072, 10)(x.flatten(1)), F.one_hot(y, 9).float())", "broadcast"),
])
def test_what_reaches_the_loss(text: str, message: str) -> None:
    _, refused = ran(f"for x, y in DataLoader(images, 64):\n    {text}")
    assert (message in refused[0] if refused else False) if message else refused == []


@pytest.mark.parametrize(("batch", "text", "message"), [
    (64, "x.view(64, -1)", ""),  # 64 and 16, and both divide
    (64, "nn.MSELoss()(nn.Linear(3072, 10)(x.flatten(1)), y)", "do not broadcast"),  # neither 64 nor 16 is 10
    (64, "nn.MSELoss()(nn.Linear(3072, 16)(x.flatten(1)), y)", ""),  # the last one does
    (64, "nn.Linear(3072, 64)(x.flatten(1)) + y", ""),
    (64, "x.reshape(64, 3072)", ""),
    (64, "x.reshape(63, 3072)", "63"),
    (64, "torch.cat([x, torch.zeros(32, 3, 32, 32)], 1)", "cat"),
    (64, "x[:40] + torch.zeros(16, 1, 1, 1)", ""),
])
def test_the_last_batch_has_what_is_left(batch: int, text: str, message: str) -> None:
    _, refused = ran(f"for x, y in DataLoader(images, {batch}):\n    {text}")
    assert (message in refused[0] if refused else False) if message else refused == []


@pytest.mark.parametrize("text", [
    "nn.MSELoss()(nn.Linear(192, 10)(x.flatten(1)), y)",
    "x.view(64, -1)",
    "x.reshape(64, 192)",
    "x + torch.zeros(40, 1, 1, 1)",
    "torch.cat([x, torch.zeros(32, 3, 8, 8)], 1)",
    "x.view(len(x), -1) @ torch.zeros(192, 7)",
    "assert x.shape[0] == 64",
    "assert x.shape[0] == 50 or x.shape[0] == 14",
])
def test_a_batch_of_unread_length_may_have_any_size_up_to_the_full_one(text: str) -> None:
    _, refused = ran(f"""
        folder = datasets.ImageFolder("data", T.Compose([T.Resize((8, 8)), T.ToTensor()]))
        for epoch in range(3):
            for x, y in DataLoader(folder, 64):
                {text}
            for x, y in DataLoader(folder, 64):
                {text}
    """)
    assert refused == []
    for more in ("x.reshape(65, 192)", "torch.cat([x, torch.zeros(65, 3, 8, 8)], 1)"):
        assert ran(f"folder = datasets.ImageFolder('data', T.Compose([T.Resize((8, 8)), T.ToTensor()]))\nfor x, y in DataLoader(folder, 64):\n    {more}")[1], more


def test_batches_of_two_loaders_need_not_be_as_many() -> None:
    names, refused = ran("""
        folder = datasets.ImageFolder("data", T.Compose([T.Resize((8, 8)), T.ToTensor()]))
        a, b = DataLoader(folder, 64), DataLoader(folder, 64)
        for (x, _), (y, _) in zip(a, b):
            same = x.shape[0] == y.shape[0]
            known = x.shape[0] <= 64
            shown = f"{x.shape[0]}"
    """)
    assert not isinstance(names["same"], bool) and refused == []
    assert isinstance(names["x"], Tensor) and names["x"].shape is not None and not is_unknown(names["x"].shape[0]) and str(names["x"].shape[0]) == "N"


def test_click_options_have_their_defaults() -> None:
    names, refused = ran("""
        import click
        @click.command()
        @click.option("--batch-size", "-b", default=50)
        @click.option("--hidden", default="64", type=int)
        @click.option("--fast/--slow", default=False)
        @click.argument("path")
        def main(batch_size, hidden, fast, path):
            global out
            for x, y in DataLoader(images, batch_size):
                out = nn.Linear(3072, hidden)(x.flatten(1))
        main()
    """)
    assert shape(names["out"]) == (50, 64) and refused == []


LIGHTNING = """
    import pytorch_lightning as pl
    class Lit(pl.LightningModule):
        def __init__(self, features=3072):
            super().__init__()
            self.save_hyperparameters()
            self.net = nn.Linear(self.hparams.features, 10)
        def forward(self, x):
            return self.net(x.flatten(1))
        def training_step(self, batch, batch_idx):
            x, y = batch
            loss = F.cross_entropy(self(x), y)
            self.log("loss", loss)
            return loss
        def validation_step(self, batch, batch_idx, dataloader_idx=0):
            x, y = batch
            return F.cross_entropy(self(x), y)
        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters())
    class Data(pl.LightningDataModule):
        def setup(self, stage=None):
            self.train, self.val = random_split(images, [45000, 5000])
        def train_dataloader(self):
            return DataLoader(self.train, 32)
        def val_dataloader(self):
            return DataLoader(self.val, 32)
"""


@pytest.mark.parametrize("fit", ["fit(Lit({}), datamodule=Data())", "fit(Lit({}), Data())", "fit(Lit({}), DataLoader(images, 50))", "validate(Lit({}), DataLoader(images, 50))"])
def test_lightning_runs_the_steps(fit: str) -> None:
    assert ran(LIGHTNING + f"    pl.Trainer(max_epochs=3).{fit.format('')}")[1] == []
    refused = ran(LIGHTNING + f"    pl.Trainer(max_epochs=3).{fit.format('features=784')}")[1]
    assert refused and "expects 784 features but receives 3072" in refused[0]


def test_a_forward_that_is_never_filled_is_not_judged() -> None:
    assert ran("""
        class Ensemble(nn.Module):
            def __init__(self, rate):
                super().__init__()
                self.parts, self.rate = nn.ModuleList(), rate
            def forward(self, x):
                return F.softmax(self.rate * sum([part(x) for part in self.parts]), dim=1)
    """)[1] == []


def test_every_data_set_can_be_made_and_asked() -> None:
    for row in ROWS:
        split = '"letters", ' if row.name == "EMNIST" else ""
        root = "" if row.name == "FakeData" else '".", '
        names, refused = ran(f"made = datasets.{row.name}({root}{split}{'transform=T.ToTensor()' if 'transform' in row.parameters.split() else ''})\nsample = made[0]\ncount = len(made)")
        assert refused == [] and isinstance(names["sample"], (tuple, Unknown)), row.name
        if row.size is not None and row.mode is not None:
            assert shape(names["sample"][0]) == (3 if row.mode == "RGB" else 1, *row.size), row.name
        if row.parts and row.name != "SBDataset":
            assert isinstance(names["count"], int), row.name


@pytest.mark.parametrize(("imports", "refused"), [("import mxnet as mx", False), ("import jax", False), ("from d2l import torch as d2l", True), ("import torch", True)])
def test_arrays_of_a_class_whose_base_is_not_known_are_torchs_where_torch_is_used(imports: str, refused: bool) -> None:
    source = parse_text("attention.py", f"""{imports}
import sys
class Attention(sys.modules["d2l.library"].Module):  # it may be torch's Module
    def forward(self, queries, lengths):
        return lengths.repeat(3, axis=0)
""")
    assert isinstance(source, SourceFile)
    assert any(isinstance(event, Refused) for event in Program([]).run(source)) is refused


CHOSEN = """
    import argparse
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--size", type=int, default=64)
    opt = parser.parse_args()
    both = [T.Resize((opt.size, opt.size)), T.ToTensor()]
    if opt.data in ["folder", "lfw"]:
        chosen = datasets.ImageFolder("data", transform=T.Compose(both))
    elif opt.data == "lsun":
        chosen = datasets.LSUN("data", transform=T.Compose(both))
    elif opt.data == "cifar10":
        chosen = datasets.CIFAR10("data", transform=T.Compose(both))
    elif opt.data == "mnist":
        chosen = datasets.MNIST("data", transform=T.Compose(both))
    elif opt.data == "svhn":
        chosen = datasets.SVHN("data", transform=T.Compose(both))
    elif opt.data == "fake":
        chosen = datasets.FakeData(image_size=(3, opt.size, opt.size), transform=T.ToTensor())
    assert chosen
"""


def test_data_sets_of_several_branches_give_what_they_agree_on() -> None:
    names, refused = ran(CHOSEN + """
    for x, y in DataLoader(chosen, 32):
        nn.Conv2d(1, 8, 3)(x), nn.Conv2d(3, 8, 3)(x)
    """)
    assert shape(names["x"]) == (None, None, 64, 64) and shape(names["y"]) == (None,) and refused == []
    assert "expects 9 features but receives 64" in ran(CHOSEN + """
    for x, y in DataLoader(chosen, 32):
        nn.Linear(9, 8)(x)
    """)[1][0]


@pytest.mark.parametrize(("body", "sizes"), [
    ("for b in loader:\n            yield b[0].to('cuda'), b[1]", [(50, 3, 32, 32), (50,)]),
    ("while True:\n            for x, y in loader:\n                yield x, y", [(50, 3, 32, 32), (50,)]),
    ("for x, y in loader:\n            yield x[:, :1], y.float()[:, None]", [(50, 1, 32, 32), (50, 1)]),
    ("buffer = []\n        for x, y in loader:\n            buffer.append(x)\n            yield torch.cat(buffer), y", None),
    ("seen = 0\n        for x, y in loader:\n            seen += 1\n            yield (x, y) if seen < 9 else (y, x)", None),
    ("for x, y in loader:\n            yield x, y\n            yield y, x", None),
    ("yield from loader", [(50, 3, 32, 32), (50,)]),
])
def test_generators_over_a_loader(body: str, sizes: Any) -> None:
    names, refused = ran(f"""
    loader = DataLoader(images, 50)
    def batches():
        {body}
    for item in batches():
        pass
    for i, (a, b) in enumerate(batches()):
        if i > 5:
            last = a
    endless = batches()
    for step in range(20):
        c = next(endless)
    """)
    assert shape(names["item"]) == sizes and shape(names["c"]) == sizes and refused == []
    assert shape(names["a"]) == (sizes[0] if sizes else None)


HUB = """
    from datasets import load_dataset
    shrink = T.Compose([T.RandomResizedCrop((96, 64)), T.ToTensor()])
    def prepare(examples):
        examples["pixels"] = [shrink(image.convert("RGB")) for image in examples["image"]]
        return examples
    def together(rows):
        return {"pixels": torch.stack([row["pixels"] for row in rows]), "label": torch.tensor([row["label"] for row in rows])}
"""


@pytest.mark.parametrize(("made", "sizes"), [
    ("load_dataset('beans')['train'].with_transform(prepare)", (16, 3, 96, 64)),
    ("load_dataset('beans', split='train').map(prepare, batched=True, remove_columns=['image']).with_format('torch')", (16, 3, 96, 64)),
    ("load_dataset('beans').map(prepare, batched=True)['train'].shuffle(seed=1).with_format('torch')", (16, 3, 96, 64)),
    ("load_dataset('beans', split='train').with_transform(lambda rows: {'pixels': torch.stack([shrink(i.convert('L')) for i in rows['image']])})", (16, 1, 96, 64)),
    ("load_dataset('beans', split='train').map(lambda row: {'pixels': torch.zeros(5)}).with_format('torch')", (16, 5)),
    ("load_dataset('beans', split='train').map(prepare, batched=True).rename_column('pixels', 'x').with_format('torch')", None),
    ("load_dataset('beans', split='train').with_transform(unknown_function)", None),
    ("load_dataset('beans', split='train')", None),
    ("load_dataset('beans', split='train', streaming=True).map(prepare, batched=True)", None),
])
def test_rows_of_published_data_sets_hold_what_the_code_puts_there(made: str, sizes: Any) -> None:
    names, refused = ran(HUB + f"""
    for batch in DataLoader({made}, 16, drop_last=True):
        pixels = batch["pixels"]
        other = batch["other"]
    """)
    assert shape(names["pixels"]) == sizes and isinstance(names.get("other"), (Unknown, type(None))) and refused == []


def test_splits_of_a_published_data_set_keep_their_transform() -> None:
    names, refused = ran(HUB + """
    data = load_dataset("beans")["train"].train_test_split(test_size=0.1)
    data["train"].set_transform(prepare)
    for batch in DataLoader(data["train"], 16, collate_fn=together, drop_last=True):
        pixels, label = batch["pixels"], batch["label"]
    row, raw = data["train"][0]["pixels"], data["test"][0]["pixels"]
    """)
    assert shape(names["pixels"]) == (16, 3, 96, 64) and shape(names["row"]) == (3, 96, 64) and isinstance(names["raw"], Unknown) and refused == []
    assert ran(HUB + """
    for batch in DataLoader(load_dataset("beans", split="train").with_transform(prepare), 16, collate_fn=together):
        nn.Linear(96, 8)(batch["pixels"])
    """)[1] == ["expects 96 features but receives 64"]


@pytest.mark.parametrize(("saved", "sizes"), [("", (20, 64)), ("logger=False", (20, 64)), ("'size', 'hidden'", (20, 64)), ("'size'", (20, None)), ("name", (None, None))])
def test_hyperparameters_are_the_constructors_arguments(saved: str, sizes: Any) -> None:
    names, _ = ran(f"""
    import lightning as L
    class Data(L.LightningDataModule):
        def __init__(self, size=10, hidden=64):
            super().__init__()
            self.save_hyperparameters({saved})
    data = Data(20)
    seen = data.hparams.size, data.hparams["hidden"]
    """)
    assert tuple(size if isinstance(size, int) else None for size in names["seen"]) == sizes
