"""Figures of the controllers in the lab, beside those of Flux's kustomize-controller; of builds, beside kustomize's;
of charts, beside helm's.

    make bench                    everything
    make bench BENCH="idle many"  some of: build, helm, idle, steady, push, many, repo

Nothing here passes or fails: it prints a table. Peers run one after the other on the same control
plane and the same objects. Times are wall seconds as a user would see them; memory is read from
/proc; CPU is user and system time of the process.
"""

import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "e2e"))

# pylint: disable=wrong-import-position
import builds  # noqa: E402
import charts  # noqa: E402
from artifacts import ArtifactServer, Source  # noqa: E402
from controllers import KustomizeController, SourceController, apply_crds, wait_until  # noqa: E402
from lab import GitServer, Lab, condition  # noqa: E402

KS = "kustomize.toolkit.fluxcd.io"
ROWS = []


def row(what, ours, peer=None, unit="", target=None):
    """One line of the table; `peer` is the same figure of Flux, or of kustomize."""
    ratio = f"{peer / ours:.1f}x" if peer and ours else ""
    ROWS.append((what, ours, peer, ratio, unit, target or ""))
    print(f"  {what}: {ours:.4g} {unit}" + (f" (peer {peer:.4g}, {ratio})" if peer else ""), flush=True)


def table():
    """All lines."""
    print(f"\n{'figure':58} {'Sluice':>10} {'peer':>10} {'ratio':>7}  {'unit':10} target")
    for what, ours, peer, ratio, unit, target in ROWS:
        other = f"{peer:.4g}" if peer else ""
        print(f"{what:58} {ours:>10.4g} {other:>10} {ratio:>7}  {unit:10} {target}".rstrip())


class FluxKustomizeController(KustomizeController):
    """Flux's own, called with the same flags."""

    program = "flux-kustomize-controller"

    def binary(self):
        return ROOT / "build" / "peers" / self.program


    @staticmethod
    def apply_crds(lab):
        """Kinds that it insists on watching, and that no chart of ours defines yet: their names do."""
        for kind in ("Bucket", "OCIRepository"):
            plural = {"Bucket": "buckets", "OCIRepository": "ocirepositories"}[kind]
            lab.kube.apply({
                "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                "metadata": {"name": f"{plural}.source.toolkit.fluxcd.io"},
                "spec": {"group": "source.toolkit.fluxcd.io", "scope": "Namespaced",
                         "names": {"kind": kind, "plural": plural},
                         "versions": [{"name": "v1", "served": True, "storage": True, "schema": {
                             "openAPIV3Schema": {"type": "object",
                                                 "x-kubernetes-preserve-unknown-fields": True}}}]}})


def cpu_seconds(controller):
    """User and system time that the process has used."""
    fields = pathlib.Path(f"/proc/{controller.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pss_mib(controller):
    """Its share of the pages that it maps."""
    text = pathlib.Path(f"/proc/{controller.pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024


def reset_peak(controller):
    """Begin VmHWM anew."""
    with contextlib.suppress(OSError):
        pathlib.Path(f"/proc/{controller.pid}/clear_refs").write_text("5")


def sleep_until_idle(*controllers, seconds=3.0):
    """Wait until the processes have done nothing for a while."""
    before = [cpu_seconds(c) for c in controllers]
    while True:
        time.sleep(seconds)
        now = [cpu_seconds(c) for c in controllers]
        if all(b - a <= 0.02 * seconds for a, b in zip(before, now)):
            return
        before = now


def kustomization(lab, ns, name, source="src", **spec):
    lab.kube.apply({"apiVersion": f"{KS}/v1", "kind": "Kustomization",
                    "metadata": {"name": name, "namespace": ns},
                    "spec": {"sourceRef": {"kind": "GitRepository", "name": source}, "interval": "1h",
                             "retryInterval": "5s", "timeout": "2m", "prune": True, "targetNamespace": ns, **spec}})


APP = """\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {name}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
data:
  k: {value}
---
apiVersion: v1
kind: Service
metadata:
  name: {name}
spec:
  selector:
    app: {name}
  ports:
  - port: 80
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  replicas: 0
  selector:
    matchLabels:
      app: {name}
  template:
    metadata:
      labels:
        app: {name}
    spec:
      containers:
      - name: c
        image: registry.k8s.io/pause:3.9
"""


def app(name, value="v"):
    """Four objects, as the published benchmarks of Flux apply."""
    return APP.format(name=name, value=value)


def all_ready(lab, ns, count, revision=None, handled=None):
    """Seconds until `count` Kustomizations of the namespace are Ready."""
    since = time.monotonic()

    def done():
        n = 0
        for o in lab.kube.list("kustomization", ns):
            c = condition(o, "Ready") or {}
            s = o.get("status") or {}
            n += (c.get("status") == "True" and (not revision or s.get("lastAppliedRevision") == revision) and
                  (not handled or s.get("lastHandledReconcileAt") == handled))
        return n == count
    # A look at many objects costs the API server time that the controller then lacks.
    wait_until(done, 300, f"{count} Ready", every=0.02 if count == 1 else 0.1)
    return time.monotonic() - since


def bench_idle(lab):
    """Memory of processes that have nothing to do but watch."""
    print("idle memory")
    with SourceController(lab, asan=False) as source, KustomizeController(lab, asan=False) as kustomize:
        sleep_until_idle(source, kustomize)
        ours = {c.program: c.memory() for c in (source, kustomize)}
        pss = pss_mib(source) + pss_mib(kustomize)
    with FluxKustomizeController(lab) as flux:
        sleep_until_idle(flux)
        peer = flux.memory()
        peer_pss = pss_mib(flux)
    for name, memory in ours.items():
        other = peer if name == "kustomize-controller" else {}
        row(f"{name}: private memory, idle (RssAnon)", memory["RssAnon"] / 1024,
            other.get("RssAnon", 0) / 1024, "MiB", "<= 4")
        row(f"{name}: resident memory, idle (VmRSS)", memory["VmRSS"] / 1024, other.get("VmRSS", 0) / 1024,
            "MiB", "<= 18")
    row("both controllers together (PSS); Flux: kustomize alone", pss, peer_pss, "MiB", "<= 40 for five")


@contextlib.contextmanager
def awake_core(pid):
    """
    The process on a core that something of idle priority keeps awake. One that sleeps between short pieces of
    work lowers its clock, so that CPU time says more about that than about the work.
    """
    core = {max(os.sched_getaffinity(0))}
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as spinner:
        os.sched_setaffinity(spinner.pid, core)
        os.sched_setscheduler(spinner.pid, os.SCHED_IDLE, os.sched_param(0))
        tasks = [int(p.name) for p in pathlib.Path(f"/proc/{pid}/task").iterdir()]
        cores = os.sched_getaffinity(pid)
        for task in tasks:
            os.sched_setaffinity(task, core)
        try:
            yield
        finally:
            for task in tasks:
                os.sched_setaffinity(task, cores)
            spinner.kill()


def bench_steady(lab):
    """Ten thousand reconciliations of the same objects."""
    print("10,000 reconciliations")
    ns = lab.kube.namespace(f"bench-{uuid.uuid4().hex[:6]}")
    with ArtifactServer() as server, KustomizeController(lab, asan=False) as kustomize:
        source = Source(lab.kube, server, "src", ns)
        source.publish({f"app{i}/all.yaml": app(f"app{i}") for i in range(50)})
        for i in range(50):
            kustomization(lab, ns, f"app{i}", path=f"./app{i}", timeout="1m")
        all_ready(lab, ns, 50)

        def set_interval(interval):
            for i in range(50):
                lab.kube.patch("kustomization", f"app{i}", ns, {"spec": {"interval": interval}})

        def count():
            return sum(v for k, v in kustomize.metrics().items()
                       if k.startswith("gotk_reconcile_duration_seconds_count{"))
        def cpu_of(runs, what):
            """Milliseconds of each of so many re-checks."""
            first, cpu = count(), cpu_seconds(kustomize)
            # Metrics as often as Prometheus reads them: they are part of what is measured.
            wait_until(lambda: count() - first > runs, 600, what, every=10)
            return (cpu_seconds(kustomize) - cpu) / (count() - first) * 1000
        sleep_until_idle(kustomize)
        before = kustomize.memory()["RssAnon"]
        set_interval("300ms")
        asleep = cpu_of(5000, "5,000 reconciliations")
        with awake_core(kustomize.pid):
            awake = cpu_of(5000, "5,000 more")
        set_interval("1h")
        sleep_until_idle(kustomize)
        row("RssAnon growth over 10,000 reconciliations, idle to idle",
            (kustomize.memory()["RssAnon"] - before) / 1024, unit="MiB", target="<= 1")
        row("CPU of one re-check (every tenth is a full dry run)", awake, unit="ms", target="<= 0.5")
        row("... on cores that fall asleep and slow down in between", asleep, unit="ms")
        delete_all(lab, ns)


def delete_all(lab, ns):
    for o in lab.kube.list("kustomization", ns):
        lab.kube.delete("kustomization", o["metadata"]["name"], ns, wait=False)
    wait_until(lambda: not lab.kube.list("kustomization", ns), 120, "all deleted")


def bench_push(lab):
    """From git push to Ready, with an interval of one second and no webhook."""
    print("push to Ready")
    ns = lab.kube.namespace(f"bench-{uuid.uuid4().hex[:6]}")
    times = []
    with GitServer() as git, SourceController(lab, asan=False), KustomizeController(lab, asan=False):
        repo = git.repo("push")
        head = repo.commit({"app/all.yaml": app("one")}, "0")
        lab.kube.apply({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
                        "metadata": {"name": "src", "namespace": ns},
                        "spec": {"url": repo.url, "interval": "1s", "ref": {"branch": "main"}}})
        kustomization(lab, ns, "one", path="./app", wait=True)
        all_ready(lab, ns, 1, f"main@sha1:{head}")
        for i in range(50):
            time.sleep(0.1 + (i % 10) / 10)
            since = time.monotonic()
            head = repo.commit({"app/all.yaml": app("one", f"v{i}")}, str(i))
            all_ready(lab, ns, 1, f"main@sha1:{head}")
            times.append(time.monotonic() - since)
        delete_all(lab, ns)
    row("push to Ready, 1 s interval, median of 50", statistics.median(times), unit="s")
    row("push to Ready, 1 s interval, worst of 50", max(times), unit="s")


def many_round(lab, controller_class, binary):
    """100 Kustomizations of one source: installed, then reconciled without a change."""
    ns = lab.kube.namespace(f"bench-{uuid.uuid4().hex[:6]}")
    with ArtifactServer() as server, controller_class(lab, "--concurrent=8", **binary) as controller:
        source = Source(lab.kube, server, "src", ns)
        for i in range(100):
            kustomization(lab, ns, f"app{i}", path=f"./app{i}", wait=True)
        time.sleep(3)
        reset_peak(controller)
        cpu = cpu_seconds(controller)
        source.publish({f"app{i}/all.yaml": app(f"app{i}") for i in range(100)})
        install = all_ready(lab, ns, 100)
        install_cpu = (cpu_seconds(controller) - cpu) * 10
        sleep_until_idle(controller, seconds=2)
        files = {f"app{i}/all.yaml": app(f"app{i}", "w") for i in range(100)}
        revision = source.publish(files)
        upgrade = all_ready(lab, ns, 100, revision)
        sleep_until_idle(controller, seconds=2)
        cpu = cpu_seconds(controller)
        since = time.monotonic()
        for i in range(100):
            lab.kube.annotate("kustomization", f"app{i}", ns, **{"reconcile.fluxcd.io/requestedAt": "again"})
        all_ready(lab, ns, 100, revision, "again")
        again = time.monotonic() - since
        again_cpu = (cpu_seconds(controller) - cpu) * 10
        peak = controller.memory()["VmHWM"] / 1024
        delete_all(lab, ns)
    return {"install": install, "install_cpu": install_cpu, "upgrade": upgrade, "again": again,
            "again_cpu": again_cpu, "peak": peak}


def bench_many(lab):
    print("100 Kustomizations of 4 objects")
    ours = many_round(lab, KustomizeController, {"asan": False})
    peer = many_round(lab, FluxKustomizeController, {})
    row("100 Kustomizations, wait: all Ready after the source is", ours["install"], peer["install"], "s", "<= 3")
    row("... CPU each", ours["install_cpu"], peer["install_cpu"], "ms", "<= 5")
    row("... a new revision of all", ours["upgrade"], peer["upgrade"], "s", "<= 3")
    row("... each requested once more, full dry runs", ours["again"], peer["again"], "s")
    row("... CPU each", ours["again_cpu"], peer["again_cpu"], "ms")
    row("... peak resident memory", ours["peak"], peer["peak"], "MiB", "<= 32")


def make_big_repository(repo, files, commits):
    """Files spread over directories, and a long history of small changes, by git fast-import."""
    process = subprocess.Popen(["git", "-C", repo.path, "fast-import", "--quiet", "--date-format=raw"],
                               stdin=subprocess.PIPE)
    out = process.stdin
    for c in range(commits):
        out.write(b"commit refs/heads/main\ncommitter a <a@example.com> %d +0000\ndata 2\nc\n" % (1700000000 + c))
        count = files if c == 0 else 1
        for f in range(count):
            n = f if c == 0 else c % files
            text = b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: n%d\ndata:\n  k: '%d'\n" % (n, c)
            out.write(b"M 100644 inline d%d/f%d.yaml\ndata %d\n%s\n" % (n // 100, n, len(text), text))
    out.close()
    if process.wait():
        raise RuntimeError("git fast-import failed")


def bench_repo(lab):
    """A repository of 10,000 files and 100,000 commits."""
    print("10,000 files, 100,000 commits")
    ns = lab.kube.namespace(f"bench-{uuid.uuid4().hex[:6]}")
    with GitServer() as git, SourceController(lab, asan=False) as source:
        repo = git.repo("big")
        make_big_repository(repo, 10000, 100000)
        sleep_until_idle(source)
        reset_peak(source)
        repo.git("fetch", "-q", "--depth=1", "origin", "main")
        repo.git("reset", "-q", "--hard", "FETCH_HEAD")
        git.reset()
        since = time.monotonic()
        lab.kube.apply({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
                        "metadata": {"name": "big", "namespace": ns},
                        "spec": {"url": repo.url, "interval": "1s", "timeout": "5m", "ref": {"branch": "main"}}})

        def stored(head):
            artifact = (lab.kube.get("gitrepository", "big", ns).get("status") or {}).get("artifact") or {}
            return artifact.get("revision") == f"main@sha1:{head}"
        head = repo.git("rev-parse", "HEAD")
        wait_until(lambda: stored(head), 300, "first artifact")
        row("10,000 files, 100,000 commits: first fetch and artifact", time.monotonic() - since, unit="s")
        row("... bytes moved", git.stats()["bytesSent"] / 1e6, unit="MB")
        row("... peak resident memory", source.memory()["VmHWM"] / 1024, unit="MiB", target="<= 64")
        git.reset()
        since = time.monotonic()
        head = repo.commit({"d0/f0.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: n0\n"}, "one more")
        wait_until(lambda: stored(head), 300, "second artifact")
        row("... after one commit, interval of 1 s: push to artifact", time.monotonic() - since, unit="s")
        row("... bytes moved", git.stats()["bytesSent"] / 1e6, unit="MB")
        row("... peak resident memory", source.memory()["VmHWM"] / 1024, unit="MiB", target="<= 64")


def bench_build():
    """Whole processes that build a kustomization, and what of it the controller has to do."""
    print("builds")
    sluice, kustomize = (str(ROOT / "build" / p) for p in ("bin/sluice", "peers/kustomize"))
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as name:
        top = pathlib.Path(name)
        for what, make, times, peers, target in (
                ("overlay of 20 resources", builds.small, 20, 10, 10),
                ("600 resources in 150 components", builds.components, 10, 1, 20),
                ("2,000 resources in 3 layers", lambda root: builds.layers(root, 500), 5, 1, 20),
                ("20,000 resources in 3 layers", lambda root: builds.layers(root, 5000), 3, 0, None)):
            where = str(make(top / str(times)))
            ours, peer = builds.run(([sluice, "kustomize", "build", where], times),
                                    ([kustomize, "build", where], peers))
            row(f"build: {what}", ours.wall, peer.wall, "ms", f">= {target}x" if target else "")
            row("... peak resident memory", ours.memory, peer.memory, "MiB", ">= 4x" if target else "")
        builds.write(top / "apps", {f"app{i}/all.yaml": builds.four(f"app{i}", i) for i in range(100)})
        tool = ROOT / "build" / "release" / "test" / "tools" / "buildbench"
        figures = [float(subprocess.run([tool, top / "apps", "100"], capture_output=True, check=True).stdout)
                   for _ in range(10)]
        row("100 builds of 4 objects in kustomize-controller", statistics.median(figures), unit="ms", target="<= 50")


def bench_helm():
    """Whole processes of `helm template`, beside the real one."""
    print("\nhelm template")
    helm = ROOT / "build" / "peers" / "helm"
    sluice = [ROOT / "build" / "bin" / "sluice", "helm"]
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as tmp:
        for make, what, target in ((charts.typical, "typical chart, 5 templates", ">= 10x"),
                                   (charts.large, "large chart, 200 templates", ">= 10x"),
                                   (charts.umbrella, "umbrella of 50 subcharts, 500 templates", ">= 20x")):
            chart = make(pathlib.Path(tmp))
            ours, peer = builds.run(([*sluice, "template", "rel", chart], 20), ([helm, "template", "rel", chart], 5))
            row(f"helm template, {what}", ours.wall, peer.wall, "ms", target)
            row("... CPU time", ours.cpu, peer.cpu, "ms")
            row("... peak resident memory", ours.memory, peer.memory, "MiB", ">= 4x")
    tool = ROOT / "build" / "release" / "test" / "tools" / "helmbench"

    def figures(renderings):
        """Milliseconds, and KiB by which the process grew after the first tenth."""
        return [float(f) for f in subprocess.run([tool, str(renderings)], capture_output=True, check=True).stdout.split()]

    row("100 renderings of 5 templates in the library", statistics.median(figures(100)[0] for _ in range(10)),
        unit="ms", target="<= 100")
    row("... memory gained from the 1,000th to the 10,000th", figures(10000)[1] / 1024, unit="MiB", target="0")


BENCHES = {"idle": bench_idle, "steady": bench_steady, "push": bench_push, "many": bench_many,
           "repo": bench_repo}


def main():
    wanted = sys.argv[1:] or ["build", "helm", *BENCHES]
    for name, bench in (("build", bench_build), ("helm", bench_helm)):
        if name in wanted:
            wanted.remove(name)
            bench()
    if wanted:
        with tempfile.TemporaryDirectory(prefix="sluice-bench-"), Lab() as lab:
            apply_crds(lab)
            FluxKustomizeController.apply_crds(lab)
            for name in wanted:
                BENCHES[name](lab)
    table()
    return 0


if __name__ == "__main__":
    sys.exit(main())
