"""Random trees of files through Sluice and through the program it is measured by: where do they differ?

    diff.py kustomize|helm [--seconds N] [--seed N] [--jobs N] [--only SEED] [--out DIR]

Sluice runs with sanitizers and as it ships, which must not differ either.
What the trees are, and what a difference is, is the target's to say: kustomize/target.py,
helm/target.py. Each difference is shrunk, printed with its seed, and kept below --out
(build/fuzz/TARGET) with both outputs; `--only SEED` makes that one tree again. Known differences,
which docs/differences.md names, are passed over and counted. Exit status 1 if anything was found.
"""

import argparse
import collections
import concurrent.futures
import importlib
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

import shrink

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENV = {"PATH": "/nonexistent", "HOME": "/proc/none", "HTTPS_PROXY": "http://127.0.0.1:9", "TZ": "UTC",
       "KUBECONFIG": "/dev/null", "ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"}
TIMEOUT_S = 60
OUTPUTS_SHOWN = 20

Result = collections.namedtuple("Result", "code out err")


def write(tree, directory):
    for path, text in tree.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "surrogateescape"))


def run(command, directory):
    try:
        done = subprocess.run(command, capture_output=True, cwd=directory, env=ENV, timeout=TIMEOUT_S,
                              stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return Result(124, b"", b"timeout")
    place = str(directory).encode()
    return Result(done.returncode, done.stdout.replace(place, b"."), done.stderr.replace(place, b"."))


class Fuzzer:
    """`target` has what differs between the two programs to compare:

    NAME          the word behind `sluice`, and the peer's name in build/peers
    tree(rnd)     a random tree, {path: text}
    arguments(tree, directory)
                  of both programs
    judge(tree, ours, real, rerun)
                  the class of the difference, or None; rerun() runs the peer once more
    KNOWN         known differences, (name, test): test(tree, ours, real) tells whether it is that one
    rest(tree, result)
                  the tree without what made both fail alike, or None: a tree may be several cases
    """

    def __init__(self, target, args):
        self.target = target
        self.ours = [args.sluice, target.NAME]
        self.optimised = [args.optimised, target.NAME]
        self.real = [args.peer]
        self.out = pathlib.Path(args.out)
        self.seen, self.passed_over = collections.Counter(), collections.Counter()
        self.seed = args.seed

    def tree(self, seed):
        return self.target.tree(random.Random(seed))

    def run_both(self, tree):
        """The result of each, and the class of their difference or None; nothing if the tree cannot be written."""
        # A directory name of one length, so that nothing depends on it.
        with tempfile.TemporaryDirectory(prefix="kz-") as name:
            directory = pathlib.Path(os.path.realpath(name))
            try:
                write(tree, directory)
            except (OSError, ValueError):
                return None
            words = self.target.arguments(tree, directory)

            def rerun():
                return run(self.real + words, directory)

            real, ours, optimised = rerun(), run(self.ours + words, directory), run(self.optimised + words, directory)
            if ours.code not in (0, 1):
                return "crash " + ours.err.decode("utf-8", "replace")[-90:], ours, real
            # What is random differs from run to run of one program too.
            if optimised[:2] != ours[:2] and run(self.ours + words, directory)[:2] == ours[:2]:
                return "the optimised program does otherwise", optimised, ours
            return self.target.judge(tree, ours, real, rerun), ours, real

    def compare(self, tree):
        """What is different, as (class, ours, real, tree), or None; and how many cases were alike, and built."""
        alike = built = 0
        while tree is not None:
            done = self.run_both(tree)
            if not done:
                break
            kind, ours, real = done
            if kind:
                what = next((name for name, test in self.target.KNOWN if test(tree, ours, real)), None)
                if not what:
                    return (kind, ours, real, tree), alike, built
                self.passed_over[what] += 1
                break
            alike += 1
            built += ours.code == 0
            tree = self.target.rest(tree, real) if real.code else None
        return None, alike, built

    def one(self, seed):
        return seed, self.compare(self.tree(seed))

    def report(self, seed, found):
        kind, ours, real, tree = found
        self.seen[kind] += 1
        if self.seen[kind] > (OUTPUTS_SHOWN if kind == "output" else 1):
            return

        def still(less):
            again = self.compare(less)[0]
            return bool(again) and again[0] == kind

        small = shrink.shrink(tree, still)
        done = self.run_both(small)
        if done and done[0]:
            _, ours, real = done
        place = self.out / str(seed)
        shutil.rmtree(place, ignore_errors=True)
        write(small, place / "tree")
        for name, result in (("sluice", ours), (self.target.NAME, real)):
            (place / name).write_bytes(b"exit %d\n" % result.code + result.out + result.err)
        print(f"== seed {seed}: {kind}\n   kept in {place}", flush=True)

    def hunt(self, seconds, jobs):
        end = time.monotonic() + seconds
        count = alike = built = 0
        seed = self.seed
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            while time.monotonic() < end:
                batch = range(seed, seed + 4 * jobs)
                seed += len(batch)
                for one, (found, same, both) in pool.map(self.one, batch):
                    count, alike, built = count + 1, alike + same, built + both
                    if found:
                        self.report(one, found)
        print(f"{count} trees, {alike} cases alike, {built} of them built by both, seeds {self.seed}..{seed - 1}, "
              f"{sum(self.seen.values())} differences, {seconds / 60:g} minutes")
        for kind, n in self.seen.most_common():
            print(f"{n:6} {kind}")
        for what, n in self.passed_over.most_common():
            print(f"{n:6} passed over: {what}")
        return 1 if self.seen else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("target", choices=["kustomize", "helm"])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=time.time_ns() // 1000000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", type=int, help="make, compare and shrink the tree of this seed alone")
    parser.add_argument("--sluice", default=str(ROOT / "build/asan/bin/sluice"))
    parser.add_argument("--optimised", default=str(ROOT / "build/bin/sluice"))
    parser.add_argument("--peer", help="default: build/peers/TARGET")
    parser.add_argument("--out", help="default: build/fuzz/TARGET")
    args = parser.parse_args()
    args.peer = args.peer or str(ROOT / "build/peers" / args.target)
    args.out = args.out or str(ROOT / "build/fuzz" / args.target)
    fuzzer = Fuzzer(importlib.import_module(args.target + ".target"), args)
    if args.only is not None:
        seed, (found, _, _) = fuzzer.one(args.only)
        if found:
            fuzzer.report(seed, found)
        return 1 if found else 0
    print(f"seed {args.seed}", flush=True)
    return fuzzer.hunt(args.seconds, args.jobs)


if __name__ == "__main__":
    sys.exit(main())
