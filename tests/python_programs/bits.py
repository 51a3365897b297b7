import torch
t = torch.tensor(3)
check("not", (int(~t), int(torch.bitwise_not(t)), bool(torch.logical_not(t)), bool(~torch.tensor(True)), int(t.bitwise_not())))
check("two", (int(t & 2), int(t | 4), int(t ^ 1), int(t << 2), int(t >> 1), int(8 | t), bool(torch.tensor(True) & torch.tensor(False)), bool(torch.tensor(True) | torch.tensor(False)), bool(torch.tensor(True) ^ True), int(t.bitwise_and(torch.tensor(6)))))
check("logical", (bool(torch.logical_and(t, torch.tensor(0))), bool(torch.logical_or(t, torch.tensor(0))), bool(torch.logical_xor(t, torch.tensor(1)))))
check("list", ((~torch.tensor([1, 2])).tolist(), (torch.tensor([1, 2]) & 1).tolist(), (~torch.tensor([True, False])).tolist(), torch.tensor([5, 6]).bitwise_and(torch.tensor([4, 2])).tolist()))
m = torch.tensor([True, False, True])
check("mask", (torch.zeros(3, 2)[~m], torch.zeros(3)[m & m], torch.zeros(3)[m | ~m]))
check("size", torch.zeros(int(~torch.tensor(-5)), int(torch.tensor(6) & 3)))
check("neg", (int(torch.tensor(-1) >> 1), int(torch.tensor(-8) & 5)))
check("count", ((~torch.ones(3, 3).bool()).nonzero(), torch.ones(3, 3).triu(1).bool().logical_not().nonzero()))

o = torch.ones(3, dtype=torch.long)
check("ones", ((~o).nonzero(), torch.zeros(4)[:3][~o > -3], (~torch.zeros(3, dtype=torch.int32)).nonzero(), (~torch.ones(4, dtype=torch.bool)).nonzero()))
