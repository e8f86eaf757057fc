"""Kustomizations, built by `sluice kustomize build` and by kustomize.

Half of the trees are made from nothing (trees.py), some of them with small changes then; half are
golden cases with small changes, and with pieces of others. A difference is: one program fails and the other does not, or the outputs are not the same bytes.
"""

import pathlib
import re

import mutate
from kustomize import known, objects, trees, yamlgen

NAME = "kustomize"
KNOWN = known.KNOWN
ROOT = pathlib.Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "test" / "golden" / "kustomize"
HELM = ROOT / "build" / "peers" / "helm"
RECORDS = {"expected.yaml", "expected.err", "message", "case.conf", "warnings"}
WORDS = ["", "null", "true", "1", "x", "[]", "{}", "[x]", "{a: b}", "-", "~", "'", "a: b: c", "$(VAR)", "*",
         "5.5"] + objects.NAMES


def load_golden():
    """The inputs of every golden case that is built at its root."""
    cases = []
    for case in sorted(GOLDEN.iterdir()):
        tree = {}
        for path in sorted(case.rglob("*")):
            if path.is_file() and path.name not in RECORDS:
                tree[str(path.relative_to(case))] = path.read_text("utf-8", "surrogateescape")
        conf = case / "case.conf"
        if tree and not (conf.exists() and "path=" in conf.read_text("utf-8")):
            cases.append(tree)
    return cases


CASES = load_golden()


def cross(rnd, tree, other):
    """Add a field of a kustomization of `other` to one of `tree`, and the files that it may name."""
    files = dict(tree)
    to, giver = ([p for p in sorted(t) if p.endswith("kustomization.yaml")] for t in (tree, other))
    if not to or not giver:
        return files
    to, giver = rnd.choice(to), rnd.choice(giver)
    lines = other[giver].split("\n")
    at = rnd.choice([i for i, line in enumerate(lines) if line[:1].isalpha()] or [0])
    if "\n" + lines[at].split(":")[0] + ":" not in "\n" + files[to]:
        field = lines[at:mutate.block_end(lines, at)]
        files[to] = files[to].rstrip("\n") + "\n" + "\n".join(field) + "\n"
    here, there = to[:-len("kustomization.yaml")], giver[:-len("kustomization.yaml")]
    for path in other:
        new = here + path[len(there):]
        if path.startswith(there) and new not in files:
            files[new] = other[path]
    return files


def tree(rnd):
    pick = rnd.random()
    made = trees.generate(rnd) if pick < 0.5 else rnd.choice(CASES)
    if pick < 0.4:
        return made
    other = rnd.choice(CASES)
    if rnd.random() < 0.4:
        made = cross(rnd, made, other)
    return mutate.mutate(rnd, made, WORDS, yamlgen.PLAIN, other)


def arguments(files, directory):
    """Only charts need helm, whose start takes as long as all the rest."""
    if any("helmChart" in text or "HelmChart" in text for text in files.values()):
        return ["build", "--enable-helm", "--helm-command", str(HELM), str(directory)]
    return ["build", str(directory)]


def cause(err):
    """The last words of an error: a class of differences, not one of them."""
    lines = [line for line in err.decode("utf-8", "replace").split("\n")
             if line.strip() and not line.startswith(("#", "Warning", "field:", "▲", "►", " "))]
    text = lines[0] if lines else ""
    text = re.sub(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\d+|\S*/\S+|\S+\.yaml", "X", text)
    return text[-90:]


def judge(_, ours, real, __):
    if ours.code == 0 and real.code == 0:
        return "output" if ours.out != real.out else None
    if ours.code and real.code:
        return None
    return "sluice fails: " + cause(ours.err) if ours.code else "kustomize fails: " + cause(real.err)


def rest(_, __):
    return None
