"""The second run of a model on symbolic sizes starts where the first one started, leaves nothing behind, and says only what is true."""

from pathlib import Path

import pytest

from shapelint.check import check_paths
from shapelint.config import Config
from shapelint.diagnostics import Diagnostic

HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\n"


def findings(text: str, folder: Path, *codes: str) -> list[Diagnostic]:
    path = folder / "net.py"
    path.write_text(HEAD + text)
    return check_paths([str(path)], Config({"select": ("SHP1", *codes)})).diagnostics


def notes(text: str, folder: Path) -> str:
    (found,) = findings(text, folder)
    return "\n".join(found.notes)


def test_a_model_that_remembers_its_first_input(tmp_path: Path) -> None:
    text = notes("""class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.positions = None
        self.fc = nn.Linear(3 * 4 * 4, 10)

    def forward(self, x):
        if self.positions is None:
            self.positions = torch.zeros(1, 3, *x.shape[2:])
        return self.fc((x + self.positions).flatten(1))


Net()(torch.randn(2, 3, 5, 5))
""", tmp_path)
    assert "3*H*W = 75 against 48" in text and "nearest good size: 4x4" in text


def test_a_lazy_layer_takes_every_size_at_first(tmp_path: Path) -> None:
    (found,) = findings("""class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 4, 3), nn.LazyLinear(10)

    def forward(self, x):
        return self.fc(self.conv(x).flatten(1))


net = Net()
net(torch.randn(2, 3, 8, 8))
net(torch.randn(2, 3, 8, 8))
""", tmp_path, "SHP207")[:1]
    assert found.message == "Net accepts H >= 3 and W >= 3"


def test_a_counter_counts_once_for_a_call(tmp_path: Path) -> None:
    found = findings("""class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs, self.at = nn.ModuleList([nn.Conv2d(3, 3, 3), nn.Conv2d(3, 3, 5), nn.Conv2d(3, 3, 39)]), 0

    def forward(self, x):
        x = self.convs[self.at](x)
        self.at += 1
        return x


net = Net()
net(torch.randn(2, 3, 8, 8))
net(torch.randn(2, 3, 8, 8))
""", tmp_path, "SHP207")
    assert [each.message for each in found] == ["Net accepts H >= 3 and W >= 3", "Net accepts H >= 5 and W >= 5"]


def test_features_are_no_length(tmp_path: Path) -> None:
    text = notes("""class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(512, 10)

    def forward(self, x):
        return self.fc(x).mean(1)


Net()(torch.randn(4, 20, 500))
""", tmp_path)
    assert "accepts" not in text and "L" not in text


def test_what_fails_at_every_size_says_by_how_much(tmp_path: Path) -> None:
    text = notes("""class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.up = nn.Conv2d(3, 3, 3, stride=2), nn.ConvTranspose2d(3, 3, 2, stride=2)

    def forward(self, x):
        return torch.cat([x, self.up(self.conv(x))], 1)


Net()(torch.randn(2, 3, 64, 64))
""", tmp_path)
    assert "2*((H - 1)//2) is 1 or 2 smaller than H at every size" in text and "no input size would help" in text


@pytest.mark.parametrize(("parameters", "call", "read"), [
    ("self, t, x", "net(3, image)", "x.shape[2]"), ("self, cond, x", "net(x=image, cond=cond)", "x.shape[2]"), ("self, x, *rest", "net(image)", "x.shape[2]"),
])
def test_an_assertion_reads_the_parameter_that_got_the_image(parameters: str, call: str, read: str, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(HEAD + f"""class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Conv2d(3, 3, 2, stride=2), nn.ConvTranspose2d(3, 3, 2, stride=2)

    def forward({parameters}):
        return torch.cat([x, self.up(self.down(x))], 1)


net, image, cond = Net(), torch.randn(2, 3, 8, 8), torch.randn(2, 7)
{call}
""")
    (found,) = check_paths([str(path)], Config({"select": ("SHP207",), "contract-style": "assert"})).diagnostics
    assert found.fix is not None and f"assert {read} % 2 == 0 and " in found.fix.edits[0].replacement


def test_a_list_of_images_has_no_place_to_read(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(HEAD + """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Conv2d(3, 3, 2, stride=2), nn.ConvTranspose2d(3, 3, 2, stride=2)

    def forward(self, images):
        return torch.cat([images[0], self.up(self.down(images[0]))], 1)


Net()([torch.randn(2, 3, 8, 8)])
""")
    (found,) = check_paths([str(path)], Config({"select": ("SHP207",), "contract-style": "assert"})).diagnostics
    assert found.message == "Net accepts H % 2 == 0 and W % 2 == 0 (smallest 2)" and found.fix is None
