"""What the tests of kustomize-controller share: objects, Kustomizations, waiting, and the fixtures.

A test module that imports a fixture has it, with a control plane and a controller of its own.
"""

import json
import uuid

import pytest

from artifacts import ArtifactServer, Source
from controllers import KustomizeController, apply_crds, wait_until
from lab import FaultProxy, Lab, condition

GROUP = "kustomize.toolkit.fluxcd.io"


@pytest.fixture(scope="module", name="lab")
def shared_lab():
    with Lab() as running:
        apply_crds(running)
        yield running


@pytest.fixture(scope="module", name="server")
def shared_server():
    with ArtifactServer() as running:
        yield running


@pytest.fixture(scope="module", name="proxy")
def shared_proxy(lab):
    with FaultProxy(lab) as running:
        yield running


@pytest.fixture(scope="module", name="controller")
def shared_controller(lab, proxy):
    """All tests share one: what one does must not hurt another."""
    with KustomizeController(lab, "--log-level=debug", "--watch-label-selector=!shard", kubeconfig=proxy.kubeconfig) as running:
        yield running


@pytest.fixture(name="ns")
def own_ns(lab, server, controller):
    server.behave()
    return lab.kube.namespace(f"t-{uuid.uuid4().hex[:8]}")


@pytest.fixture(name="source")
def own_source(lab, server, ns):
    return Source(lab.kube, server, "src", ns)


def config_map(name, labels=None, annotations=None, **data):
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap",
                       "metadata": {"name": name, "labels": labels or {}, "annotations": annotations or {}},
                       "data": data})


def deployment(name="web", replicas=1, annotations=None, **spec):
    return json.dumps({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": {
            "metadata": {"labels": {"app": name}, "annotations": annotations or {}},
            "spec": {"containers": [{"name": "c", "image": "registry.k8s.io/pause:3.9"}]}}, **spec}})


def job(name="task", command="true", annotations=None):
    return json.dumps({
        "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name},
        "spec": {"backoffLimit": 0, "template": {
            "metadata": {"annotations": annotations or {}},
            "spec": {"restartPolicy": "Never",
                     "containers": [{"name": "c", "image": "x", "command": [command]}]}}}})


def kustomization(lab, ns, name="app", labels=None, **spec):
    """With the label `shard` it is left alone by the shared controller, for one of a test's own."""
    spec = {"sourceRef": {"kind": "GitRepository", "name": "src"}, "interval": "10m",
            "retryInterval": "2s", "timeout": "20s", "prune": True, "targetNamespace": ns, **spec}
    lab.kube.apply({"apiVersion": f"{GROUP}/v1", "kind": "Kustomization",
                    "metadata": {"name": name, "namespace": ns, "labels": labels or {}}, "spec": spec})


def get(lab, ns, name="app"):
    return lab.kube.get("kustomization", name, ns)


def wait_ready(lab, ns, revision=None, name="app", timeout=30.0):
    def check():
        obj = get(lab, ns, name)
        c = condition(obj, "Ready") or {}
        done = c.get("status") == "True" and obj["status"]["observedGeneration"] == obj["metadata"]["generation"]
        return obj if done and (not revision or obj["status"].get("lastAppliedRevision") == revision) else None
    try:
        return wait_until(check, timeout, f"{ns}/{name} ready")
    except AssertionError as err:
        raise AssertionError(f"{err}: {condition(get(lab, ns, name), 'Ready')}") from None


def wait_failed(lab, ns, reason, name="app", text="", timeout=30.0):
    def check():
        c = condition(get(lab, ns, name), "Ready") or {}
        return c if c.get("status") == "False" and c["reason"] == reason and text in c["message"] else None
    try:
        return wait_until(check, timeout, f"{ns}/{name} failed with {reason}")
    except AssertionError as err:
        raise AssertionError(f"{err}: {condition(get(lab, ns, name), 'Ready')}") from None


def ids(obj):
    return [e["id"] for e in ((obj["status"].get("inventory") or {}).get("entries") or [])]


def events_of(lab, ns, name="app"):
    return [e for e in lab.kube.events(name, ns) if e["involvedObject"]["kind"] == "Kustomization"]


def grant(lab, ns, account, resources):
    lab.kube.apply([
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account, "namespace": ns}},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
         "metadata": {"name": account, "namespace": ns},
         "rules": [{"apiGroups": ["", "apps"], "resources": resources, "verbs": ["*"]}]},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
         "metadata": {"name": account, "namespace": ns},
         "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": account},
         "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": ns}]}])
