import copy
import types
from collections import OrderedDict
from functools import partial

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.conv = nn.Conv2d(a, b, 3, padding=1)
        self.bn = nn.BatchNorm2d(b)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = Block(3, 8)
        self.body = nn.Sequential(Block(8, 16), nn.MaxPool2d(2), Block(16, 32))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        x = self.pool(self.body(self.stem(x)))
        return self.fc(x.flatten(1))


x = torch.zeros(2, 3, 16, 16)


def replace(module, old, make):
    for name, child in module.named_children():
        if isinstance(child, old):
            setattr(module, name, make(child))
        else:
            replace(child, old, make)


net = Net()
replace(net, nn.BatchNorm2d, lambda bn: nn.GroupNorm(4, bn.num_features))
check("replaced", [type(m).__name__ for m in net.modules()])
check("runs", net(x))
replace(net, nn.ReLU, lambda _: nn.Sequential(nn.Conv2d(8, 8, 1)) if False else nn.GELU())
check("replaced again", [n for n, m in net.named_modules() if isinstance(m, nn.GELU)])

net = Net()
for name, module in list(net.named_modules()):
    if isinstance(module, nn.Conv2d):
        parent = net.get_submodule(name.rpartition(".")[0])
        setattr(parent, name.rpartition(".")[2], nn.Conv2d(module.in_channels, module.out_channels, 5, stride=2, padding=2))
check("strided", net.body(net.stem(x)))
for name, module in net.named_modules():
    if isinstance(module, nn.MaxPool2d):
        *path, last = name.split(".")
        parent = net
        for part in path:
            parent = getattr(parent, part)
        parent._modules[last] = nn.Identity()
check("identity", net.body(net.stem(x)))
net = Net()
cut = nn.Sequential(*list(net.children())[:-1])
check("cut", (cut(x), len(cut), [n for n, _ in cut.named_children()]))
cut2 = nn.Sequential(OrderedDict(list(net.named_children())[:2]))
check("cut named", (cut2(x), [n for n, _ in cut2.named_children()]))
net.fc = nn.Identity()
check("headless", net(x))
net.fc = nn.Linear(net.body[-1].conv.out_channels, 5)
check("head", net(x))
net.body = net.body[:1]
check("sliced", (net.body(net.stem(x)), len(net.body)))
net.body.append(nn.Conv2d(16, 7, 1))
net.body.insert(0, nn.Identity())
check("appended", (net.body(net.stem(x)), len(net.body)))
del net.body[0]
check("deleted", [n for n, _ in net.body.named_children()])
net.body.extend([nn.Conv2d(7, 4, 1)])
check("extended", net.body(net.stem(x)))
net.body[1] = nn.Conv2d(16, 9, 1)
net.body.pop(2)
check("set and popped", net.body(net.stem(x)))
net.body += nn.Sequential(nn.Conv2d(9, 2, 1))
check("added", net.body(net.stem(x)))
both = nn.Sequential(nn.Conv2d(3, 4, 1)) + nn.Sequential(nn.Conv2d(4, 5, 1))
check("sum", both(x))

ml = nn.ModuleList([nn.Linear(4, 5)])
ml.append(nn.Linear(5, 6))
ml.extend(nn.Linear(6, 6) for _ in range(2))
ml.insert(0, nn.Linear(3, 4))
ml += [nn.Linear(6, 7)]
y = torch.zeros(2, 3)
for l in ml:
    y = l(y)
check("list", (y, len(ml), ml[-1].out_features, [n for n, _ in ml.named_children()], len(ml[1:3]), type(ml[1:3]).__name__))
for a, b in zip(ml, ml[1:]):
    assert a.out_features == b.in_features
check("zipped", [(i, l.in_features) for i, l in enumerate(ml)])
check("reversed", [l.in_features for l in reversed(ml)])
check("contains", (ml[0] in ml, nn.Linear(1, 1) in ml, ml.pop(-1).out_features, len(ml)))
ml[0] = nn.Linear(9, 9)
del ml[1]
check("list changed", [l.in_features for l in ml])
md = nn.ModuleDict({"a": nn.Linear(1, 2), "b": nn.Linear(2, 3)})
md["c"] = nn.Linear(3, 4)
md.update({"d": nn.Linear(4, 5)})
md.update([["e", nn.Linear(5, 6)]])
y = torch.zeros(1, 1)
for k, v in md.items():
    y = v(y)
check("dict", (y, list(md), list(md.keys()), [v.in_features for v in md.values()], "a" in md, len(md), md.pop("e").out_features, len(md)))
del md["d"]
check("dict deleted", (list(md), [n for n, _ in md.named_children()], hasattr(md, "a"), md.a.out_features, md["b"].in_features))
md.clear()
check("cleared", len(md))
pl = nn.ParameterList([nn.Parameter(torch.zeros(2, i + 1)) for i in range(3)])
pl.append(nn.Parameter(torch.zeros(5)))
pl.extend([nn.Parameter(torch.zeros(6))])
check("params", (len(pl), pl[1], [tuple(p.shape) for p in pl], [n for n, _ in pl.named_parameters()], pl[-1]))
pd = nn.ParameterDict({"w": nn.Parameter(torch.zeros(2, 3))})
pd["b"] = nn.Parameter(torch.zeros(3))
check("param dict", (list(pd.keys()), torch.zeros(4, 2) @ pd["w"] + pd["b"], len(pd), "w" in pd))


class Buffers(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("a", torch.zeros(3, 1))
        self.register_buffer("b", None)
        self.register_buffer("c", torch.zeros(2), persistent=False)
        self.register_parameter("w", nn.Parameter(torch.zeros(3)))
        self.register_parameter("none", None)
        self.plain = torch.zeros(7)

    def forward(self, x):
        return x * self.a + self.w[:, None]


m = Buffers()
check("buffers", ([n for n, _ in m.named_buffers()], list(m.state_dict()), [n for n, _ in m.named_parameters()], m.b is None, m.none is None, m(torch.zeros(3, 4)), list(dict(m.named_buffers()))))
m.a = torch.zeros(5, 3, 1)
m.b = torch.zeros(9)
check("buffers set", ([tuple(b.shape) for b in m.buffers()], m(torch.zeros(3, 4)), list(m.state_dict())))
m.w = None
check("param removed", [n for n, _ in m.named_parameters()])
del m.c
check("deleted buffer", hasattr(m, "c"))


class Forwarded(nn.Module):
    def __init__(self, flat):
        super().__init__()
        self.fc = nn.Linear(4, 6)
        self.forward = self.flat if flat else self.square

    def flat(self, x):
        return self.fc(x).flatten()

    def square(self, x):
        return self.fc(x)[:, :2]


check("forward assigned", (Forwarded(True)(torch.zeros(2, 4)), Forwarded(False)(torch.zeros(2, 4))))
n2 = Net()
n2.forward = lambda x: n2.stem(x)
check("forward outside", n2(x))
n3 = Net()
n3.forward = types.MethodType(lambda self, x: self.stem(x).mean(1), n3)
check("forward bound", n3(x))
Net.forward_features = lambda self, x: self.body(self.stem(x))
check("method added", Net().forward_features(x))
seen = []


def hook(module, inputs, output):
    seen.append(tuple(output.shape))


n4 = Net()
h = n4.stem.register_forward_hook(hook)
n5 = copy.deepcopy(n4)
n4(x)
check("hook", list(seen))
h.remove()
n4(x)
check("removed", list(seen))
n5(x)
check("copied hook", list(seen))
n6 = Net()
n6.stem.register_forward_hook(lambda m, i, o: o[:, :4].repeat(1, 2, 1, 1)[:1])
check("hook changes", n6(x))
n6.stem.register_forward_pre_hook(lambda m, i: (i[0][:, :, ::2],))
check("pre hook", n6.stem(x))
feats = {}
n7 = Net()
for name, layer in n7.named_children():
    layer.register_forward_hook(lambda m, i, o, name=name: feats.__setitem__(name, o))
n7(x)
check("feats", feats)


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(10, 4)
        self.out = nn.Linear(4, 10, bias=False)
        self.out.weight = self.emb.weight
        self.again = self.emb

    def forward(self, x):
        return self.out(self.again(x))


s = Shared()
check("shared", (len(list(s.parameters())), [n for n, _ in s.named_parameters()], list(s.state_dict()), s.out.weight is s.emb.weight, [n for n, _ in s.named_modules()], s(torch.zeros(2, 3, dtype=torch.long)), [n for n, _ in s.named_modules(remove_duplicate=False)]))
layer = nn.Linear(3, 3)
tied = nn.Sequential(layer, layer, layer)
check("tied", (len(list(tied.modules())), len(list(tied.children())), len(list(tied.parameters())), len(tied)))
c = copy.deepcopy(s)
check("copied tie", (c.out.weight is c.emb.weight, c.again is c.emb, c.emb is s.emb))
net = Net()
check("counts", (sum(p.numel() for p in net.parameters()), len(net.state_dict()), [tuple(p.shape) for p in net.stem.parameters()]))
check("attrs", (net.stem.bn.eps, net.stem.bn.momentum, nn.Dropout(0.3).p, nn.LeakyReLU(0.2).negative_slope, nn.Dropout().p, nn.BatchNorm2d(3, eps=1e-3).eps, net.stem.conv.kernel_size, net.stem.conv.padding, net.stem.conv.groups, net.stem.conv.bias is not None, nn.Conv2d(1, 1, 1, bias=False).bias, net.stem.bn.affine, net.stem.bn.track_running_stats, nn.ReLU(True).inplace, nn.ReLU().inplace, net.stem.conv.padding_mode, nn.MaxPool2d(2).ceil_mode, nn.GroupNorm(2, 4).num_groups, nn.LayerNorm(4).normalized_shape, nn.LayerNorm(4).eps, nn.Upsample(scale_factor=2).mode, nn.ELU().alpha, nn.LayerNorm(4).elementwise_affine))
check("training", (net.training, net.eval().training, net.stem.bn.training, net.train().stem.training, net.train(False).fc.training))
net.apply(lambda m: setattr(m, "seen", type(m).__name__))
check("apply", (net.seen, net.body[0].conv.seen))
check("get", (net.get_submodule("body.0.conv").out_channels, net.get_parameter("fc.weight"), hasattr(net, "nope"), getattr(net, "fc").in_features, net._modules["fc"].out_features, list(net._modules)))
check("add_module", (net.add_module("extra", nn.Linear(1, 2)), net.extra.out_features, [n for n, _ in net.named_children()]))
net.register_module("more", nn.Linear(2, 3))
check("more", net.more.in_features)
del net.extra
check("no extra", [n for n, _ in net.named_children()])


class Lazy(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = None

    def forward(self, x):
        if self.fc is None:
            self.fc = nn.Linear(x.shape[1], 2)
        return self.fc(x)


lz = Lazy()
check("made in forward", (lz(torch.zeros(3, 5)), lz.fc.in_features, [n for n, _ in lz.named_parameters()]))


class Attr(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(1, 2)

    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(self.a, name)


check("getattr", (Attr().out_features, Attr().a.in_features))
norm = partial(nn.BatchNorm2d, eps=1e-3)
check("partial", (norm(4).eps, norm(4).num_features))


class Wrap(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner
        self.layers = [nn.Linear(2, 2)]
        self.by = {"x": nn.Linear(2, 2)}

    def forward(self, *args, **kwargs):
        return self.inner(*args, **kwargs)


w = Wrap(Net())
check("hidden lists", ([n for n, _ in w.named_children()], w(x), w.inner.fc.in_features))
seq = nn.Sequential()
for i in range(3):
    seq.add_module(f"l{i}", nn.Linear(4 - i, 3 - i))
check("seq", (seq(torch.zeros(1, 4)), [n for n, _ in seq.named_children()], seq.l1.in_features, seq[2].in_features))
for i, (n, m) in enumerate(seq.named_children()):
    setattr(seq, n, nn.Linear(m.in_features, m.out_features, bias=i == 0))
check("rebuilt", (seq(torch.zeros(1, 4)), [m.bias is None for m in seq]))
conv = nn.Conv2d(3, 8, 3)
conv.stride = (2, 2)
conv.padding = 1
check("changed stride", conv(torch.zeros(1, 3, 8, 8)))
