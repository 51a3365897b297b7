import torch.nn as nn
for kind in (nn.ModuleList, nn.Sequential):
    m = kind()
    for i in range(4):
        m.insert(0, nn.Linear(i + 1, 2))
    m.insert(3, nn.Linear(9, 2))
    m.insert(2, nn.Linear(8, 2))
    m.insert(6, nn.Linear(7, 2))
    check("order", ([l.in_features for l in m], [n for n, _ in m.named_children()], len(m), m[-1].in_features, list(m.state_dict())[:4]))
    try:
        m.insert(-1, nn.ReLU())
        check("negative", [type(l).__name__ for l in m])
    except KeyError:
        check("negative", "KeyError")
    try:
        m.insert(-20, nn.ReLU())
    except (KeyError, IndexError) as error:
        check("before", type(error).__name__)
s = set()
for i in (5, 3, 100, 3, 64, -1): s.add(i)
check("ints", (list(s), len(s)))
s.add("a"); s.discard(3)
check("mixed", (len(s), "a" in s))
t = {1, 2}
for i in range(3): t.add(True)
check("bools", (len(t), sorted(t)))
