"""Build random kustomization trees with Sluice and with kustomize, and report where they differ.

    diff.py [--seconds N] [--seed N] [--jobs N] [--only SEED] [--out DIR]

Half of the trees are made from nothing (trees.py), half are golden cases with small changes. What
counts as a difference: one program fails and the other does not, or the outputs are not the same
bytes. Each difference is shrunk, printed with its seed, and kept below --out (build/fuzz/kustomize)
with both outputs; `--only SEED` makes that one tree again. The differences of known.py, which
docs/differences.md names, are passed over and counted. Exit status 1 if anything was found.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

import known
import shrink
import trees

ROOT = pathlib.Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "test" / "golden" / "kustomize"
RECORDS = {"expected.yaml", "expected.err", "message", "case.conf", "warnings"}
ENV = {"PATH": "/nonexistent", "HOME": "/nonexistent", "HTTPS_PROXY": "http://127.0.0.1:9",
       "ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"}
TIMEOUT_S = 60

Result = collections.namedtuple("Result", "code out err")


def load_golden():
    """The inputs of every golden case that is built at its root."""
    cases = []
    for case in sorted(GOLDEN.iterdir()):
        tree = {}
        for path in sorted(case.rglob("*")):
            if path.is_file() and path.name not in RECORDS:
                tree[str(path.relative_to(case))] = path.read_text("utf-8", "surrogateescape")
        if tree and not (case / "case.conf").exists():
            cases.append(tree)
    return cases


def write(tree, directory):
    for path, text in tree.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "surrogateescape"))


def run(command, directory):
    try:
        done = subprocess.run(command + [str(directory)], capture_output=True, env=ENV, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return Result(124, b"", b"timeout")
    return Result(done.returncode, done.stdout, done.stderr.replace(str(directory).encode(), b"."))


def cause(err):
    """The last words of an error: a class of differences, not one of them."""
    lines = [line for line in err.decode("utf-8", "replace").split("\n")
             if line.strip() and not line.startswith(("#", "Warning", "field:", "▲", "►", " "))]
    text = lines[0] if lines else ""
    text = re.sub(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\d+|\S*/\S+|\S+\.yaml", "X", text)
    return text[-90:]


class Fuzzer:
    def __init__(self, args):
        self.ours, self.real = args.sluice.split(), args.kustomize.split()
        self.out = pathlib.Path(args.out)
        self.golden = load_golden()
        self.seen, self.passed_over = collections.Counter(), collections.Counter()
        self.seed = args.seed

    def tree(self, seed):
        rnd = random.Random(seed)
        return trees.generate(rnd) if rnd.random() < 0.5 else trees.mutate(rnd, rnd.choice(self.golden))

    def compare(self, tree):
        """What is different, as (class, ours, real), or None; and whether both built something."""
        # A directory name of one length, so that nothing depends on it.
        with tempfile.TemporaryDirectory(prefix="kz-") as name:
            directory = pathlib.Path(os.path.realpath(name))
            try:
                write(tree, directory)
            except (OSError, ValueError):
                return None, False
            real, ours = run(self.real, directory), run(self.ours, directory)
        if ours.code not in (0, 1):
            return ("crash " + cause(ours.err), ours, real), False
        if (ours.code == 0) == (real.code == 0) and (ours.code or ours.out == real.out):
            return None, ours.code == 0
        what = known.known(tree, ours, real)
        if what:
            self.passed_over[what] += 1
            return None, False
        if ours.code == real.code:
            return ("output", ours, real), False
        who = ("sluice fails: ", ours) if ours.code else ("kustomize fails: ", real)
        return (who[0] + cause(who[1].err), ours, real), False

    def one(self, seed):
        tree = self.tree(seed)
        return seed, tree, self.compare(tree)

    def report(self, seed, tree, found):
        kind = found[0]
        self.seen[kind] += 1
        if self.seen[kind] > (20 if kind == "output" else 1):
            return

        def still(less):
            again = self.compare(less)[0]
            return bool(again) and again[0] == kind

        small = shrink.shrink(tree, still)
        _, ours, real = self.compare(small)[0] or found
        place = self.out / str(seed)
        shutil.rmtree(place, ignore_errors=True)
        write(small, place / "tree")
        for name, result in (("sluice", ours), ("kustomize", real)):
            (place / name).write_bytes(b"exit %d\n" % result.code + result.out + result.err)
        print(f"== seed {seed}: {kind}\n   kept in {place}", flush=True)

    def hunt(self, seconds, jobs):
        end = time.monotonic() + seconds
        count = both = 0
        seed = self.seed
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            while time.monotonic() < end:
                batch = range(seed, seed + 16 * jobs)
                seed += len(batch)
                for one, tree, (found, built) in pool.map(self.one, batch):
                    count += 1
                    both += built
                    if found:
                        self.report(one, tree, found)
        print(f"{count} trees, {both} built by both, seeds {self.seed}..{seed - 1}, "
              f"{sum(self.seen.values())} differences, {seconds / 60:g} minutes")
        for kind, n in self.seen.most_common():
            print(f"{n:6} {kind}")
        for what, n in self.passed_over.most_common():
            print(f"{n:6} passed over: {what}")
        return 1 if self.seen else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=time.time_ns() // 1000000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", type=int, help="make, compare and shrink the tree of this seed alone")
    parser.add_argument("--sluice", default=str(ROOT / "build/asan/bin/sluice") + " kustomize build")
    parser.add_argument("--kustomize", default=str(ROOT / "build/peers/kustomize") + " build")
    parser.add_argument("--out", default=str(ROOT / "build/fuzz/kustomize"))
    args = parser.parse_args()
    fuzzer = Fuzzer(args)
    if args.only is not None:
        seed, tree, (found, _) = fuzzer.one(args.only)
        if found:
            fuzzer.report(seed, tree, found)
        return 1 if found else 0
    print(f"seed {args.seed}", flush=True)
    return fuzzer.hunt(args.seconds, args.jobs)


if __name__ == "__main__":
    sys.exit(main())
