"""SIGKILL at random moments of a rollout: the next start converges, nothing is orphaned or lost.

Flux stores its inventory after applying, so that an object applied just before a kill can be
forgotten. Ours is written ahead. KILLS=200 for a soak, SEED=n to repeat a run.
"""

import hashlib
import json
import os
import random
import re
import time
import uuid

import pytest

from artifacts import ArtifactServer, Source
from controllers import KustomizeController, SourceController, apply_crds, wait_until
from lab import FaultProxy, GitServer, Lab, condition

GROUP = "kustomize.toolkit.fluxcd.io"
KILLS = int(os.environ.get("KILLS", "20"))
SEED = int(os.environ.get("SEED", str(random.SystemRandom().randrange(1 << 32))))
OBJECTS = 12
TIMEOUT = 90.0
# Trees that kustomize-controller keeps for the next run; what was left by a kill is not among them.
TREES_MAX = 18


@pytest.fixture(scope="module")
def lab():
    with Lab() as running:
        apply_crds(running)
        yield running


def manifests(rng, number, ns):
    """A set of objects that differs from the one before: some come, some go, some change."""
    names = sorted(rng.sample(range(OBJECTS * 2), OBJECTS))
    objects = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"cm{n}", "namespace": ns},
                "data": {"number": str(number)}} for n in names]
    # The first stage: applied, and waited for, before the rest.
    objects += [{"apiVersion": "v1", "kind": "Namespace",
                 "metadata": {"name": f"{ns}-{n}", "labels": {"number": str(number)}}}
                for n in rng.sample(range(4), 2)]
    return {f"app/{o['kind'].lower()}-{o['metadata']['name']}.yaml": json.dumps(o) for o in objects}


class Rollouts:
    """A Kustomization and its rollouts, and what the cluster must look like after each."""

    def __init__(self, lab, rng, server):
        self.lab, self.kube, self.rng = lab, lab.kube, rng
        self.ns = self.kube.namespace(f"t-{uuid.uuid4().hex[:8]}")
        self.source = Source(self.kube, server, "src", self.ns)
        self.number = 0
        # What is ours by name but not by label must survive everything.
        self.kube.apply({"apiVersion": "v1", "kind": "ConfigMap",
                         "metadata": {"name": "bystander", "namespace": self.ns}, "data": {"number": "x"}})

    def create(self):
        self.kube.apply({"apiVersion": f"{GROUP}/v1", "kind": "Kustomization",
                         "metadata": {"name": "app", "namespace": self.ns},
                         "spec": {"sourceRef": {"kind": "GitRepository", "name": "src"}, "path": "./app",
                                  "interval": "10m", "retryInterval": "1s", "prune": True}})

    def publish(self):
        self.number += 1
        self.files = manifests(self.rng, self.number, self.ns)
        self.revision = self.source.publish(self.files)

    def managed(self):
        """Every object with our label, by kind and name, with the number of its rollout."""
        selector = f"{GROUP}/name=app,{GROUP}/namespace={self.ns}"
        found = {("ConfigMap", o["metadata"]["name"]): o["data"]["number"]
                 for o in self.kube.list("configmap", self.ns, selector)}
        found.update({("Namespace", o["metadata"]["name"]): o["metadata"]["labels"]["number"]
                      for o in self.kube.list("namespace", None, selector)
                      if not o["metadata"].get("deletionTimestamp")})
        return found

    def converged(self):
        """Wait for the last revision, and compare everything with it."""
        def ready():
            obj = self.kube.get("kustomization", "app", self.ns)
            c = condition(obj, "Ready") or {}
            done = c.get("status") == "True" and obj["status"].get("lastAppliedRevision") == self.revision
            return obj if done else None
        try:
            obj = wait_until(ready, TIMEOUT, f"Ready with {self.revision}")
        except AssertionError as err:
            raise AssertionError(f"{err}: {self.kube.get('kustomization', 'app', self.ns)['status']}") from None
        objects = [json.loads(text) for text in self.files.values()]
        want = {(o["kind"], o["metadata"]["name"]): str(self.number) for o in objects}
        assert self.managed() == want
        entries = sorted(e["id"] for e in obj["status"]["inventory"]["entries"])
        assert entries == sorted(f"{'' if kind == 'Namespace' else self.ns}_{name}__{kind}" for kind, name in want)
        assert self.kube.find("configmap", "bystander", self.ns)

    def deleted(self):
        """Wait for the Kustomization to be gone, and all its objects with it, and nothing else."""
        self.kube.wait_gone("kustomization", "app", self.ns, TIMEOUT)
        assert self.managed() == {}
        assert self.kube.find("configmap", "bystander", self.ns)


def kill_somewhere(rng, proxy, controller):
    """Kill it after some time, or at some request to the API server that it has sent and not had answered."""
    if rng.random() < 0.5:
        time.sleep(rng.uniform(0, 0.25))
    else:
        rule = proxy.add_rule("hang", verb="apply|patch|delete", skip=rng.randint(0, 45), count=1)
        deadline = time.monotonic() + rng.uniform(0.5, 1.5)
        while time.monotonic() < deadline and not proxy.rules()[0]["hits"]:
            time.sleep(0.01)
        controller.kill()
        proxy.remove_rule(rule)
        return
    controller.kill()


def test_kustomize_controller_killed_during_rollouts(lab):
    print(f"SEED={SEED} KILLS={KILLS}")
    rng = random.Random(SEED)
    kills = 0
    with ArtifactServer() as server, FaultProxy(lab) as proxy:
        app = Rollouts(lab, rng, server)
        controller = KustomizeController(lab, asan=False, kubeconfig=proxy.kubeconfig).start()
        try:
            while kills < KILLS:
                app.publish()
                app.create()
                # A few kills while this revision is rolled out, then one start that may finish it.
                for _ in range(rng.randint(1, 4)):
                    kill_somewhere(rng, proxy, controller)
                    kills += 1
                    if rng.random() < 0.3:
                        app.publish()
                    controller.start(ready=False)
                app.converged()
                if rng.random() < 0.25:
                    lab.kube.delete("kustomization", "app", app.ns, wait=False)
                    kill_somewhere(rng, proxy, controller)
                    kills += 1
                    controller.start(ready=False)
                    app.deleted()
                assert len(list((controller.folder / "tmp").iterdir())) <= TREES_MAX
        finally:
            if controller.alive():
                controller.stop(check=False)
            controller.remove()
    print(f"{kills} kills, {app.number} revisions, SEED={SEED}")


def check_storage(storage, artifact):
    """The artifact is whole, and beside it there are only older ones and the link to the last one."""
    data = (storage / artifact["path"]).read_bytes()
    assert len(data) == artifact["size"]
    assert f"sha256:{hashlib.sha256(data).hexdigest()}" == artifact["digest"]
    stray = [p for p in (storage / artifact["path"]).parent.iterdir()
             if not re.fullmatch(r"[0-9a-f]{40}\.tar\.gz|latest\.tar\.gz", p.name)]
    assert not stray


def test_source_controller_killed_during_fetches(lab):
    print(f"SEED={SEED} KILLS={KILLS}")
    rng = random.Random(SEED)
    ns = lab.kube.namespace(f"t-{uuid.uuid4().hex[:8]}")
    kills = 0
    with GitServer() as git:
        repo = git.repo("app")
        repo.commit(manifests(rng, 0, ns), "0")
        controller = SourceController(lab, asan=False).start()
        try:
            lab.kube.apply({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
                            "metadata": {"name": "app", "namespace": ns},
                            "spec": {"url": repo.url, "interval": "1s", "ref": {"branch": "main"}}})
            number = 0
            while kills < KILLS:
                number += 1
                # Something that takes a while to store, too.
                files = {**manifests(rng, number, ns), "big": rng.randbytes(rng.choice((0, 1000, 2 << 20)))}
                head = repo.commit(files, str(number))
                for _ in range(rng.randint(1, 4)):
                    time.sleep(rng.uniform(0, 0.25))
                    controller.kill()
                    kills += 1
                    controller.start(ready=False)

                def stored():
                    status = lab.kube.get("gitrepository", "app", ns).get("status") or {}
                    artifact = status.get("artifact") or {}
                    ready = condition({"status": status}, "Ready") or {}
                    return artifact if artifact.get("revision") == f"main@sha1:{head}" and \
                        ready.get("status") == "True" else None
                check_storage(controller.storage, wait_until(stored, TIMEOUT, f"artifact of {head}"))
            lab.kube.delete("gitrepository", "app", ns, timeout=TIMEOUT)
            left = [str(p) for p in controller.storage.rglob("*") if p.is_file()]
            assert not left
        finally:
            if controller.alive():
                controller.stop(check=False)
            controller.remove()
    print(f"{kills} kills, {number} commits, SEED={SEED}")
