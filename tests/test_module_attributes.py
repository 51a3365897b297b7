"""What every module has without being told: its mode as an attribute, its name, and the private names of ``nn.Module``."""

import pytest
from torch import nn

from shapelint.interp.externals import may_bring
from shapelint.interp.values import External

from .test_interp import value
from .test_zoo_styles import ran

PROGRAMS: dict[str, str] = {
    "a mode that is assigned is the module's own, and eval and train take it back": """
        class Head(nn.Module):
            def forward(self, x):
                return x.flatten(1) if self.training else x.mean(-1)
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.body, self.head = nn.Identity(), Head()
                self.body.eval()
                self.eval()
                self.head.training = True
                self.width = self.head(torch.ones(2, 3, 4)).shape[1]
                self.train()
            def forward(self, x):
                return self.head(self.body(x))
        net = Net()
        result = [net.width, net.head.training, net(torch.ones(2, 3, 5)), net.eval()(torch.ones(2, 3, 5)), net.head.training]
        net.head.training = True
        result += [net(torch.ones(2, 3, 5)), net.training]
        net.train()
        net.head.training = False
        result += [net(torch.ones(2, 3, 5)), net.training, net.head.training]
    """,
    "the name of a module is that of its class": """
        class Detect(nn.Module):
            pass
        result = [Detect()._get_name(), nn.Sequential(Detect())[-1]._get_name(), "Detect" in Detect()._get_name(), nn.Conv2d(1, 1, 1)._get_name()]
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_modules_have_what_torch_gives_them(name: str) -> None:
    assert value(PROGRAMS[name]) == ran(PROGRAMS[name])


def test_no_private_name_of_a_module_is_missing() -> None:
    private = {name for name in dir(nn.Module()) if name.startswith("_") and not name.startswith("__")} | {"T_destination", "call_super_init", "dump_patches"}
    followed = {"_modules", "_parameters", "_buffers", "_get_name"}
    assert {name for name in private - followed if not may_bring(External("torch.nn.Module"), name)} == set()
    assert not may_bring(External("torch.nn.Module"), "no_such_name")


@pytest.mark.parametrize("make", ["nn.Conv2d, '_conv_forward'", "nn.Conv2d, 'transposed'", "nn.LSTM, '_flat_weights'", "nn.Module, '_forward_hooks'"])
def test_names_that_a_layer_keeps_to_itself_are_not_said_to_be_missing(make: str) -> None:
    base, name = make.split(", ")
    program = f"class Own({base}):\n    pass\nresult = 'yes' if hasattr(Own.__new__(Own), {name}) else 'no'\n"
    assert value(program) != "no"
