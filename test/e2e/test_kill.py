"""SIGKILL at random moments of a rollout: the next start converges, nothing is orphaned or lost.

Flux stores its inventory after applying, so that an object applied just before a kill can be
forgotten. Ours is written ahead. KILLS=200 for a soak, SEED=n to repeat a run.
"""

import json
import os
import random
import time
import uuid

import pytest

from artifacts import ArtifactServer, Source
from controllers import KustomizeController, SourceController, apply_crds, wait_until
from lab import GitServer, Lab, condition

GROUP = "kustomize.toolkit.fluxcd.io"
KILLS = int(os.environ.get("KILLS", "20"))
SEED = int(os.environ.get("SEED", str(random.SystemRandom().randrange(1 << 32))))
OBJECTS = 12


@pytest.fixture(scope="module")
def lab():
    with Lab() as running:
        apply_crds(running)
        yield running


def manifests(rng, number):
    """A set of objects that differs from the one before: some come, some go, some change."""
    names = sorted(rng.sample(range(OBJECTS * 2), OBJECTS))
    return {f"app/cm{n}.yaml": json.dumps({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"cm{n}"},
        "data": {"number": str(number)}}) for n in names}


def managed(lab, ns):
    """Every object with our label, by name."""
    return {o["metadata"]["name"]: o["data"]["number"]
            for o in lab.kube.list("configmap", ns, selector=f"{GROUP}/name=app")}


def check_converged(lab, ns, files, number, revision):
    def ready():
        obj = lab.kube.get("kustomization", "app", ns)
        c = condition(obj, "Ready") or {}
        return obj if c.get("status") == "True" and obj["status"].get("lastAppliedRevision") == revision else None
    obj = wait_until(ready, 60, f"Ready with {revision}")
    want = {name[len("app/"):-len(".yaml")]: str(number) for name in files}
    assert managed(lab, ns) == want
    entries = {e["id"] for e in obj["status"]["inventory"]["entries"]}
    assert entries == {f"{ns}_{name}__ConfigMap" for name in want}


def test_kustomize_controller_killed_during_rollouts(lab):
    print(f"SEED={SEED} KILLS={KILLS}")
    rng = random.Random(SEED)
    ns = lab.kube.namespace(f"t-{uuid.uuid4().hex[:8]}")
    # What is ours by name but not by label must survive everything.
    lab.kube.apply({"apiVersion": "v1", "kind": "ConfigMap",
                    "metadata": {"name": "bystander", "namespace": ns}, "data": {"number": "x"}})
    kills = 0
    with ArtifactServer() as server:
        source = Source(lab.kube, server, "src", ns)
        controller = KustomizeController(lab, asan=False).start()
        try:
            lab.kube.apply({"apiVersion": f"{GROUP}/v1", "kind": "Kustomization",
                            "metadata": {"name": "app", "namespace": ns},
                            "spec": {"sourceRef": {"kind": "GitRepository", "name": "src"}, "path": "./app",
                                     "interval": "10m", "retryInterval": "1s", "prune": True,
                                     "targetNamespace": ns}})
            number = 0
            while kills < KILLS:
                number += 1
                files = manifests(rng, number)
                revision = source.publish(files)
                # A few kills while this revision is rolled out, then one start that may finish it.
                for _ in range(rng.randint(1, 4)):
                    time.sleep(rng.uniform(0, 0.12))
                    controller.kill()
                    kills += 1
                    controller.start(ready=False)
                    if rng.random() < 0.3:
                        files = manifests(rng, number)
                        revision = source.publish(files)
                check_converged(lab, ns, files, number, revision)
        finally:
            if controller.alive():
                controller.stop(check=False)
            controller.remove()
    assert lab.kube.find("configmap", "bystander", ns)
    print(f"{kills} kills, {number} rollouts")


def test_source_controller_killed_during_fetches(lab):
    print(f"SEED={SEED} KILLS={KILLS}")
    rng = random.Random(SEED)
    ns = lab.kube.namespace(f"t-{uuid.uuid4().hex[:8]}")
    kills = 0
    with GitServer() as git:
        repo = git.repo("app")
        repo.commit(manifests(rng, 0), "0")
        controller = SourceController(lab, asan=False).start()
        try:
            lab.kube.apply({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
                            "metadata": {"name": "app", "namespace": ns},
                            "spec": {"url": repo.url, "interval": "1s", "ref": {"branch": "main"}}})
            number = 0
            while kills < KILLS:
                number += 1
                head = repo.commit(manifests(rng, number), str(number))
                for _ in range(rng.randint(1, 4)):
                    time.sleep(rng.uniform(0, 0.12))
                    controller.kill()
                    kills += 1
                    controller.start(ready=False)

                def stored():
                    status = lab.kube.get("gitrepository", "app", ns).get("status") or {}
                    artifact = status.get("artifact") or {}
                    ready = condition({"status": status}, "Ready") or {}
                    return artifact if artifact.get("revision") == f"main@sha1:{head}" and \
                        ready.get("status") == "True" else None
                artifact = wait_until(stored, 60, f"artifact of {head}")
                path = controller.storage / artifact["path"]
                assert path.stat().st_size == artifact["size"]
        finally:
            if controller.alive():
                controller.stop(check=False)
            controller.remove()
    print(f"{kills} kills, {number} commits")
