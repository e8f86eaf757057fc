"""Shrink a tree of files to a small one on which `still(tree)` holds, within a number of trials."""


class Budget:
    def __init__(self, trials):
        self.left = trials

    def spend(self):
        self.left -= 1
        return self.left >= 0


def drop_files(tree, still, budget):
    for path in sorted(tree, key=lambda p: -len(tree[p])):
        less = {p: t for p, t in tree.items() if p != path}
        if less and budget.spend() and still(less):
            tree = less
    return tree


def drop_lines(tree, path, still, budget):
    lines = tree[path].split("\n")
    size = max(1, len(lines) // 2)
    while size:
        at = 0
        while at < len(lines):
            less = lines[:at] + lines[at + size:]
            if not budget.spend():
                return tree
            changed = dict(tree, **{path: "\n".join(less)})
            if still(changed):
                tree, lines = changed, less
            else:
                at += size
        size //= 2
    return tree


def shrink(tree, still, trials=150):
    budget = Budget(trials)
    while True:
        before = tree
        tree = drop_files(tree, still, budget)
        for path in sorted(tree, key=lambda p: -len(tree[p])):
            tree = drop_lines(tree, path, still, budget)
        if tree == before or budget.left <= 0:
            return tree
