"""Faults between the controllers and what they talk to: all is well again by itself, nothing is lost.

A commit is rolled out through both controllers while something is wrong with the API server. When
the cause is gone, the cluster must be what the commit says: no object missing, none left over, none
deleted and made again, each once in the inventory.
"""

import json
import time
import uuid

import pytest

from controllers import KustomizeController, SourceController, apply_crds, wait_until
from lab import FaultProxy, GitServer, Lab, condition

GROUP = "kustomize.toolkit.fluxcd.io"
SOURCES = "source.toolkit.fluxcd.io"
REQUESTED = "reconcile.fluxcd.io/requestedAt"
# Retries come quickly, so that the tests do.
FLAGS = ("--min-retry-delay=100ms", "--max-retry-delay=2s")
TIMEOUT = 90.0


@pytest.fixture(scope="module")
def lab():
    with Lab() as running:
        apply_crds(running)
        yield running


@pytest.fixture(scope="module")
def git():
    with GitServer() as running:
        yield running


@pytest.fixture(scope="module")
def proxy(lab):
    with FaultProxy(lab) as running:
        yield running


@pytest.fixture(scope="module")
def controllers(lab, proxy):
    """Both, through the proxy. One pair for all tests: what a fault leaves behind would show later."""
    with SourceController(lab, *FLAGS, kubeconfig=proxy.kubeconfig) as source, \
            KustomizeController(lab, *FLAGS, kubeconfig=proxy.kubeconfig) as kustomize:
        yield source, kustomize


class App:
    """A repository with a Kustomization of three stages, whose objects change with each commit."""

    def __init__(self, lab, git, interval="1h", **spec):
        self.lab, self.kube = lab, lab.kube
        self.ns = self.kube.namespace(f"t-{uuid.uuid4().hex[:8]}")
        self.repo = git.repo(self.ns)
        self.number = 0
        self.uids = {}
        self.spec = {"sourceRef": {"kind": "GitRepository", "name": "app"}, "path": "./app", "interval": interval,
                     "retryInterval": "1s", "timeout": "1m", "prune": True, "wait": True, **spec}

    def files(self):
        """What is wanted: some objects stay, some come and go."""
        moving = {f"cm{n}" for n in range(8) if n < 4 or (n + self.number) % 3}
        objects = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"{self.ns}-own"}}]
        for name in sorted(moving):
            objects.append({"apiVersion": "v1", "kind": "ConfigMap",
                            "metadata": {"name": name, "namespace": self.ns},
                            "data": {"number": str(self.number)}})
        objects.append({"apiVersion": "v1", "kind": "ConfigMap",
                        "metadata": {"name": "inside", "namespace": f"{self.ns}-own"},
                        "data": {"number": str(self.number)}})
        objects.append({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": self.ns},
            "spec": {"replicas": 1 + self.number % 2, "selector": {"matchLabels": {"app": "web"}}, "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "c", "image": "registry.k8s.io/pause:3.9"}]}}}})
        return {f"app/{o['kind'].lower()}-{o['metadata']['name']}.yaml": json.dumps(o) for o in objects}

    def start(self):
        """The first rollout, without a fault."""
        self.push()
        self.kube.apply([
            {"apiVersion": f"{SOURCES}/v1", "kind": "GitRepository", "metadata": {"name": "app", "namespace": self.ns},
             "spec": {"url": self.repo.url, "interval": self.spec["interval"], "ref": {"branch": "main"}}},
            {"apiVersion": f"{GROUP}/v1", "kind": "Kustomization", "metadata": {"name": "app", "namespace": self.ns},
             "spec": self.spec}])
        self.converged()
        return self

    def push(self):
        """The next commit."""
        self.number += 1
        if self.number > 1:
            self.repo.git("rm", "-q", "-r", "app")
        self.head = self.repo.commit(self.files(), str(self.number))

    def change(self):
        """The next commit, and a hint to look at it."""
        self.push()
        self.kube.annotate("gitrepository", "app", self.ns, **{REQUESTED: str(time.time_ns())})

    def delete(self):
        """Delete the Kustomization: its objects go with it, and nothing else does."""
        self.kube.delete("kustomization", "app", self.ns, timeout=TIMEOUT)
        assert not self.managed()
        assert self.kube.find("gitrepository", "app", self.ns)
        self.kube.delete("gitrepository", "app", self.ns, timeout=TIMEOUT)

    def managed(self):
        """Every object with our label, by kind, namespace and name."""
        selector = f"{GROUP}/name=app,{GROUP}/namespace={self.ns}"
        return {(kind, o["metadata"].get("namespace", ""), o["metadata"]["name"]): o
                for kind in ("Namespace", "ConfigMap", "Deployment")
                for o in self.kube.list(kind, None, selector) if not o["metadata"].get("deletionTimestamp")}

    def conditions(self):
        return {kind: condition(self.kube.get(kind, "app", self.ns), "Ready")
                for kind in ("gitrepository", "kustomization")}

    def is_ready(self):
        """The Kustomization if it is Ready with the last commit."""
        obj = self.kube.get("kustomization", "app", self.ns)
        done = (condition(obj) or {}).get("status") == "True" and \
            obj["status"].get("lastAppliedRevision") == f"main@sha1:{self.head}"
        return obj if done and not condition(obj, "Reconciling") else None

    def converged(self, timeout=TIMEOUT):
        """Wait for the last commit to be Ready, and compare the cluster with it."""
        try:
            obj = wait_until(self.is_ready, timeout, f"Ready with commit {self.number} {self.head}")
        except AssertionError as err:
            raise AssertionError(f"{err}: {json.dumps(self.conditions(), indent=1)}") from None
        want = {(o["kind"], o["metadata"].get("namespace", ""), o["metadata"]["name"]): o
                for o in map(json.loads, self.files().values())}
        have = self.managed()
        assert set(have) == set(want)
        for key, o in want.items():
            if "data" in o:
                assert have[key]["data"] == o["data"], key
        assert have["Deployment", self.ns, "web"]["status"]["readyReplicas"] == 1 + self.number % 2
        ids = sorted(e["id"] for e in obj["status"]["inventory"]["entries"])
        groups = {"Deployment": "apps"}
        assert ids == sorted(f"{ns}_{name}_{groups.get(kind, '')}_{kind}" for kind, ns, name in want)
        # What was there all the time is still the same object.
        uids = {key: o["metadata"]["uid"] for key, o in have.items()}
        stayed = set(uids) & set(self.uids)
        assert {k: uids[k] for k in stayed} == {k: self.uids[k] for k in stayed}
        self.uids = uids
        return obj


@pytest.fixture(scope="module")
def app(lab, git, controllers):
    return App(lab, git).start()


@pytest.fixture(autouse=True)
def no_fault_remains(proxy):
    yield
    proxy.clear()


# The API server


WRITES = "apply|patch|create|update|delete"


@pytest.mark.parametrize("rules", [
    pytest.param([{"action": "cut-line", "verb": "watch", "count": 10}, {"action": "close"}], id="watch-cut-mid-line"),
    pytest.param([{"action": "cut-line", "verb": "watch", "lines": 2, "count": 6}, {"action": "close"}],
                 id="watch-cut-after-lines"),
    pytest.param([{"action": "watch-gone", "verb": "watch", "lines": 1, "count": 8}, {"action": "close"}],
                 id="watch-ends-with-410"),
    pytest.param([{"action": "410", "verb": "watch", "count": 8}, {"action": "410", "verb": "list", "count": 4},
                  {"action": "close"}], id="watch-and-list-refused-with-410"),
    pytest.param([{"action": "409", "verb": "patch", "resource": ".*/status", "count": 12}], id="status-conflicts"),
    pytest.param([{"action": "409", "verb": WRITES, "probability": 0.5, "count": 20}], id="conflicts"),
    pytest.param([{"action": "429", "probability": 0.5, "count": 15}], id="429-with-retry-after"),
    pytest.param([{"action": code, "probability": 0.3, "count": 4, **more} for code, more in (
        ("500", {}), ("502", {}), ("503", {"retry_after": "1"}), ("503", {}), ("504", {}))], id="5xx"),
    pytest.param([{"action": "drop", "verb": WRITES, "after": True, "probability": 0.5, "count": 20}],
                 id="answers-lost"),
    pytest.param([{"action": "reset", "probability": 0.5, "count": 20}], id="requests-lost"),
    pytest.param([{"action": "truncate", "bytes": 40, "verb": f"get|list|{WRITES}", "probability": 0.5, "count": 20}],
                 id="answers-cut"),
    pytest.param([{"action": "truncate", "bytes": 40, "clean": True, "verb": f"get|list|{WRITES}",
                   "probability": 0.5, "count": 20}], id="answers-cut-as-if-whole"),
    pytest.param([{"action": "corrupt", "probability": 0.3, "count": 15}], id="answers-altered"),
    pytest.param([{"action": "401", "probability": 0.5, "count": 15}], id="unauthorized-for-a-while"),
    pytest.param([{"action": "403", "verb": f"get|list|watch|{WRITES}", "count": 15}, {"action": "close"}],
                 id="forbidden-for-a-while"),
    pytest.param([{"action": "404", "path": "^/apis/(apps|kustomize[^/]*)/v1", "count": 6}], id="not-served-for-a-while"),
    pytest.param([{"action": "delay", "delay_ms": 300, "count": 60}], id="slow"),
    pytest.param([{"action": "hang", "verb": "apply", "count": 1}], id="hang"),
])
def test_api_server_misbehaves_during_a_rollout(app, proxy, rules):
    added = [proxy.add_rule(**rule) for rule in rules]
    app.change()
    if rules[0]["action"] == "hang":
        wait_until(lambda: hits(proxy, added), TIMEOUT, "a hit")
        time.sleep(1)
        assert not app.is_ready()
        proxy.clear()
    app.converged()
    assert rules[0]["action"] == "hang" or hits(proxy, added)
    # Nothing of it lingers.
    proxy.clear()
    app.change()
    app.converged()


def hits(proxy, rules):
    """How many requests the rules have hit."""
    ids = {r["id"] for r in rules}
    return sum(r["hits"] for r in proxy.rules() if r["id"] in ids)


def test_connections_closed_and_refused(app, proxy):
    with proxy.rule("refuse"), proxy.rule("close"):
        app.change()
        time.sleep(3)
        assert not app.is_ready()
    app.converged()


def test_connections_silent_for_good(lab, git, proxy, controllers):
    """Nothing arrives on those that exist, and TCP itself sees nothing wrong; new ones work.

    The silence is noticed sooner when requests wait for answers: hence an app with a short interval.
    """
    app = App(lab, git, interval="4s").start()
    proxy.add_rule("silence")
    app.change()
    app.converged()
    app.delete()


def test_black_hole(app, proxy):
    with proxy.rule("black-hole"):
        app.change()
        time.sleep(8)
        assert not app.is_ready()
    app.converged()


def test_api_server_killed_during_a_rollout(app, lab):
    for down_for in (0, 2):
        app.change()
        time.sleep(0.3)
        lab.restart_apiserver(down_for=down_for)
        app.converged()
