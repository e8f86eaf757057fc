"""An app that is rolled out commit by commit through both controllers, and what must be true of it.

When the controllers have come to rest, the cluster must be what the last commit says: no object
missing, none left over, none deleted and made again, each once in the inventory.
"""

import json
import time
import uuid

from controllers import wait_until
from lab import condition

GROUP = "kustomize.toolkit.fluxcd.io"
SOURCES = "source.toolkit.fluxcd.io"
REQUESTED = "reconcile.fluxcd.io/requestedAt"
TIMEOUT = 90.0


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
