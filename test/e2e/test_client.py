"""The Kubernetes client against a real API server, with the faults that it promises to survive.

What runs is test/tools/kubeprobe.c under AddressSanitizer: `make build/asan/test/tools/kubeprobe`.
"""

import queue
import subprocess
import threading
import time

import pytest

from lab import ROOT, FaultProxy, Lab

PROBE = ROOT / "build" / "asan" / "test" / "tools" / "kubeprobe"


@pytest.fixture(scope="module")
def lab():
    """One lab for all tests here."""
    subprocess.run(["make", "-C", ROOT, PROBE.relative_to(ROOT)], check=True)
    with Lab(nodes=0) as it:
        yield it


@pytest.fixture
def proxy(lab):
    """A fault proxy of its own for each test."""
    with FaultProxy(lab) as it:
        yield it


@pytest.fixture
def namespace(lab):
    """A fresh namespace."""
    name = f"client-{time.monotonic_ns()}"
    lab.kube.namespace(name)
    return name


class Probe:
    """A running kubeprobe; its lines are read as they come."""

    def __init__(self, kubeconfig, *args):
        self.process = subprocess.Popen(
            [PROBE, kubeconfig, *map(str, args)], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.killed = False
        self.lines = queue.Queue()
        self.seen = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None:
            self.process.stdin.close()
        code = self.process.wait(60)
        self.reader.join()
        while not self.lines.empty():
            self.seen.append(self.lines.get())
        if kind is None:
            text = "\n".join(self.seen)
            assert code >= 0 or self.killed, code
            assert "Sanitizer" not in text and "runtime error:" not in text, text

    def expect(self, *starts, timeout=30.0):
        """Wait for a line that begins with one of these; returns it."""
        end = time.monotonic() + timeout
        while True:
            try:
                line = self.lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no line {starts} in {self.seen}") from None
            self.seen.append(line)
            if line.startswith(starts):
                return line

    def kill(self):
        """SIGKILL."""
        self.killed = True
        self.process.kill()
        self.process.wait()


def run(kubeconfig, *args):
    """Run kubeprobe to its end; its lines."""
    done = subprocess.run([PROBE, kubeconfig, *map(str, args)], capture_output=True, text=True,
                          check=False, timeout=120, stdin=subprocess.DEVNULL)
    assert "Sanitizer" not in done.stderr and "runtime error:" not in done.stderr, done.stderr
    return done.stdout.splitlines()


def config_map(name, namespace):
    """A small object."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"},
            "metadata": {"name": name, "namespace": namespace}}


def is_done(lines, count):
    """A burst succeeded."""
    return lines[-1].startswith(f"{count} done, 0 failed")


def test_400_dry_runs_share_one_connection(proxy, namespace):
    """HTTP/2 streams, not connections."""
    assert is_done(run(proxy.kubeconfig, "burst", 400, namespace, "dry-run"), 400)
    stats = proxy.stats()
    assert stats["connections"] == 1
    assert stats["dryRuns"] == {"apply configmaps": 400}


def test_lists_in_pages(lab, namespace):
    """More objects than one page holds."""
    assert is_done(run(lab.kubeconfig, "burst", 600, namespace, "apply"), 600)
    names = run(lab.kubeconfig, "list", "-", "v1", "ConfigMap", namespace)
    assert {f"ConfigMap/{namespace}/burst-{i}" for i in range(600)} <= set(names)
    with Probe(lab.kubeconfig, "watch", "-", "v1", "ConfigMap", namespace) as watch:
        watch.expect("synced")
        assert sum(line.startswith("added") for line in watch.seen) >= 600


def test_too_many_requests_are_waited_out(proxy, namespace):
    """429 with Retry-After."""
    with proxy.rule("429", verb="apply", count=30) as rule:
        assert is_done(run(proxy.kubeconfig, "burst", 100, namespace, "apply"), 100)
        assert rule.hits() == 30


@pytest.mark.parametrize("fault", [{"action": "reset"}, {"action": "drop"},
                                   {"action": "reset", "after": True},
                                   {"action": "truncate", "bytes": 20}])
def test_broken_connections_are_repeated(proxy, namespace, fault):
    """What is safe to send again is sent again, also when it may have been carried out."""
    with proxy.rule(**fault, verb="apply", skip=20, count=3) as rule:
        assert is_done(run(proxy.kubeconfig, "burst", 100, namespace, "apply"), 100)
        assert rule.hits() == 3


def test_a_burst_survives_a_restart_of_the_server(lab, namespace):
    """Killed while requests are on the wire, and gone for two seconds."""
    with Probe(lab.kubeconfig, "steady", 8, namespace) as probe:
        time.sleep(2)
        lab.restart_apiserver(down_for=1.0)
        line = probe.expect("error", "1", "2", "3", "4", "5", "6", "7", "8", "9", timeout=60)
        assert " 0 failed" in line, line


def test_a_silent_connection_is_left(proxy, namespace):
    """Acknowledged by the kernel, but nothing comes: requests and watches move to a new one."""
    with Probe(proxy.kubeconfig, "watch", "-", "v1", "ConfigMap", namespace) as watch, \
            Probe(proxy.kubeconfig, "steady", 17, namespace) as steady:
        watch.expect("synced")
        time.sleep(1)
        with proxy.rule("silence"):
            line = steady.expect("error", "1", "2", "3", "4", "5", "6", "7", "8", "9", timeout=60)
            assert " 0 failed" in line, line
            # Five seconds of silence, five more for the question.
            assert 9000 < int(line.split("worst ")[1].split()[0]) < 15000


def test_a_slow_answer_is_waited_for(proxy, namespace):
    """Silence of the only request, as a slow admission webhook causes it, is no dead connection."""
    with proxy.rule("delay", verb="apply", delay_ms=13000, count=1) as rule:
        assert is_done(run(proxy.kubeconfig, "burst", 1, namespace, "apply"), 1)
        assert rule.hits() == 1
    assert proxy.stats()["connections"] == 1


def test_a_watch_moves_with_the_requests(proxy, lab, namespace):
    """A watch on a dead connection does not wait for its bookmarks when requests found out."""
    with Probe(proxy.kubeconfig, "watch-and-get", "-", "v1", "ConfigMap", namespace) as watch:
        watch.expect("synced")
        with proxy.rule("silence"):
            lab.kube.apply(config_map("later", namespace))
            watch.expect(f"added ConfigMap/{namespace}/later", timeout=25)
        assert watch.seen.count("begin") == 1


def test_a_black_hole_that_ends(proxy, namespace):
    """Nothing gets through for a while, on no connection."""
    with Probe(proxy.kubeconfig, "steady", 16, namespace) as steady:
        time.sleep(1)
        with proxy.rule("black-hole"):
            time.sleep(13)
        line = steady.expect("error", "1", "2", "3", "4", "5", "6", "7", "8", "9", timeout=60)
        assert " 0 failed" in line, line


def test_a_watch_survives_a_restart_of_the_server(lab, namespace):
    """It resumes where it was, without a new LIST, and misses nothing."""
    with Probe(lab.kubeconfig, "watch", "-", "v1", "ConfigMap", namespace) as watch:
        watch.expect("synced")
        lab.kube.apply(config_map("before", namespace))
        watch.expect(f"added ConfigMap/{namespace}/before")
        lab.restart_apiserver(down_for=1.0)
        lab.kube.apply(config_map("after", namespace))
        watch.expect(f"added ConfigMap/{namespace}/after", timeout=45)


@pytest.mark.parametrize("fault", [{"action": "cut-line", "lines": 1},
                                   {"action": "truncate", "bytes": 50},
                                   {"action": "corrupt", "bytes": 30},
                                   {"action": "watch-gone", "lines": 1},
                                   {"action": "410"}, {"action": "500"}, {"action": "429"}])
def test_a_watch_survives(proxy, lab, namespace, fault):
    """Whatever happens to its stream."""
    with proxy.rule(**fault, verb="watch", resource="configmaps", count=2) as rule, \
            Probe(proxy.kubeconfig, "watch", "-", "v1", "ConfigMap", namespace) as watch:
        for i in range(4):
            lab.kube.apply(config_map(f"object-{i}", namespace))
            watch.expect(f"added ConfigMap/{namespace}/object-{i}")
            time.sleep(0.5)
        assert rule.hits() >= 1


def test_a_kind_that_appears_and_goes(lab, proxy, namespace):
    """A watch of what is not allowed reports it, and goes on when it is."""
    lab.kube.apply({"apiVersion": "v1", "kind": "ServiceAccount",
                    "metadata": {"name": "viewer", "namespace": namespace}})
    token = lab.kube.token("viewer", namespace)
    path = lab.kubeconfig_with_token(token)
    with Probe(path, "watch", "-", "v1", "ConfigMap", namespace) as watch:
        assert "cannot list" in watch.expect("error forbidden")
        lab.kube.apply([
            {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
             "metadata": {"name": "view", "namespace": namespace},
             "rules": [{"apiGroups": [""], "resources": ["configmaps"],
                        "verbs": ["list", "watch"]}]},
            {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
             "metadata": {"name": "view", "namespace": namespace},
             "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "view"},
             "subjects": [{"kind": "ServiceAccount", "name": "viewer", "namespace": namespace}]}])
        watch.expect("synced")


def test_a_token_of_a_service_account(lab, namespace):
    """TokenRequest yields what the API server accepts."""
    lab.kube.apply({"apiVersion": "v1", "kind": "ServiceAccount",
                    "metadata": {"name": "robot", "namespace": namespace}})
    token = run(lab.kubeconfig, "token", namespace, "robot")[0]
    assert run(lab.kubeconfig_with_token(token), "get", "/version")[0].startswith("200")
    assert run(lab.kubeconfig, "token", namespace, "nobody")[0].startswith("error not found")


def test_a_wrong_token_and_a_wrong_authority(lab):
    """Clear causes, and no waiting for a better certificate."""
    assert run(lab.kubeconfig_with_token("wrong"), "get", "/api/v1/nodes")[0].startswith("error auth")
    text = lab.kubeconfig_with_token("wrong").read_text(encoding="ascii")
    path = lab.dir / "system-ca.kubeconfig"
    before, _, rest = text.partition('"certificate-authority-data": "')
    path.write_text(before + '"x": "' + rest, encoding="ascii")
    begin = time.monotonic()
    assert run(path, "get", "/version")[0].startswith("error network no secure connection")
    assert time.monotonic() - begin < 10


def test_leaders(lab, namespace):
    """Two contend; the second takes over from a dead one when it expires, and at once at a release."""
    with Probe(lab.kubeconfig, "lease", namespace, "x", "one") as one, \
            Probe(lab.kubeconfig, "lease", namespace, "x", "two") as two:
        assert one.expect("leader") == two.expect("leader")
        first, second = (one, two) if one.seen == ["leader one"] else (two, one)
        first.expect("acquired")
        first.kill()
        second.expect("acquired", timeout=15)
        with Probe(lab.kubeconfig, "lease", namespace, "x", "three") as three:
            three.expect("leader")
            second.process.stdin.close()
            second.process.wait(10)
            three.expect("acquired", timeout=2)
            # What kubectl and Flux would read.
            lease = lab.kube.get("lease", "x", namespace)["spec"]
            assert lease["holderIdentity"] == "three" and lease["leaseTransitions"] >= 2
            assert lease["acquireTime"].endswith("Z") and len(lease["renewTime"]) == 27


def test_a_leader_without_a_server_gives_up(proxy, namespace):
    """Before the lease can be anybody else's."""
    with Probe(proxy.kubeconfig, "lease", namespace, "y", "one") as one:
        one.expect("acquired")
        with proxy.rule("black-hole"):
            assert "was not renewed within 2000 ms" in one.expect("lost", timeout=5)
