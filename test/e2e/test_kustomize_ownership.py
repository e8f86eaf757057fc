"""kustomize-controller: what belongs to whom, deletion, tenants."""

import json
import time
import uuid

import pytest

from artifacts import Source
from controllers import KustomizeController, wait_until
from kustomizations import (GROUP, config_map, deployment, events_of, get, grant, ids,
                            kustomization, own_ns, own_source, shared_controller, shared_lab,
                            shared_proxy, shared_server, wait_failed, wait_ready)


# Ownership and deletion


def test_objects_of_another_kustomization_are_not_pruned(lab, ns, source):
    source.publish({"one/a.yaml": config_map("shared", k="1"), "one/b.yaml": config_map("b"),
                    "two/a.yaml": config_map("shared", k="2")})
    kustomization(lab, ns, "one", path="./one")
    wait_ready(lab, ns, source.revision, "one")
    lab.kube.patch("kustomization", "one", ns, {"spec": {"suspend": True}})
    kustomization(lab, ns, "two", path="./two")
    wait_ready(lab, ns, source.revision, "two")
    source.publish({"one/b.yaml": config_map("b"), "two/a.yaml": config_map("shared", k="2")})
    lab.kube.patch("kustomization", "one", ns, {"spec": {"suspend": False}})
    obj = wait_ready(lab, ns, source.revision, "one")
    assert ids(obj) == [f"{ns}_b__ConfigMap"]
    assert lab.kube.get("configmap", "shared", ns)["data"]["k"] == "2"


@pytest.mark.parametrize("policy,prune,stays", [
    ("MirrorPrune", True, False), ("MirrorPrune", False, True), ("Delete", False, False),
    ("Orphan", True, True), ("WaitForTermination", False, False)])
def test_deletion_policy(lab, ns, source, policy, prune, stays):
    source.publish({"a.yaml": config_map("a")})
    kustomization(lab, ns, prune=prune, deletionPolicy=policy)
    wait_ready(lab, ns, source.revision)
    lab.kube.delete("kustomization", "app", ns)
    assert bool(lab.kube.find("configmap", "a", ns)) == stays


def test_deletion_waits_for_termination(lab, ns, source):
    source.publish({"a.yaml": config_map("a")})
    kustomization(lab, ns, deletionPolicy="WaitForTermination", timeout="1m")
    wait_ready(lab, ns, source.revision)
    lab.kube.patch("configmap", "a", ns, {"metadata": {"finalizers": ["example.com/hold"]}})
    lab.kube.delete("kustomization", "app", ns, wait=False)
    wait_until(lambda: lab.kube.get("configmap", "a", ns)["metadata"].get("deletionTimestamp"), what="deleting")
    time.sleep(1)
    assert lab.kube.find("kustomization", "app", ns)
    lab.kube.patch("configmap", "a", ns, {"metadata": {"finalizers": None}})
    lab.kube.wait_gone("kustomization", "app", ns)


def test_deletion_while_suspended_leaves_objects(lab, ns, source):
    source.publish({"a.yaml": config_map("a")})
    kustomization(lab, ns)
    wait_ready(lab, ns, source.revision)
    lab.kube.patch("kustomization", "app", ns, {"spec": {"suspend": True}})
    lab.kube.delete("kustomization", "app", ns)
    assert lab.kube.find("configmap", "a", ns)


def test_an_object_known_by_another_id_is_not_pruned(lab, ns, source):
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
            "metadata": {"name": f"{ns}-role"}, "rules": []}
    source.publish({"a.yaml": config_map("a"), "r.yaml": json.dumps(role)})
    kustomization(lab, ns)
    wait_ready(lab, ns, source.revision)
    uid = lab.kube.get("clusterrole", f"{ns}-role")["metadata"]["uid"]
    lab.kube.patch("kustomization", "app", ns, {"spec": {"suspend": True}})
    wait_ready(lab, ns)
    # As an inventory of another tool may have it: a namespace that does not count.
    entries = get(lab, ns)["status"]["inventory"]["entries"]
    group = "rbac.authorization.k8s.io"
    entries = [{**e, "id": f"{ns}_{ns}-role_{group}_ClusterRole"} if "ClusterRole" in e["id"] else e for e in entries]
    lab.kube.patch("kustomization", "app", ns, {"status": {"inventory": {"entries": entries}}}, subresource="status")
    lab.kube.patch("kustomization", "app", ns, {"spec": {"suspend": False}})
    # The manifest may have one, too: there is one id for it.
    role["metadata"]["namespace"] = "kube-system"
    source.publish({"kustomization.yaml": "resources: [a.yaml, r.yaml]", "a.yaml": json.dumps(
        {**json.loads(config_map("a")), "metadata": {"name": "a", "namespace": ns}}), "r.yaml": json.dumps(role)})
    lab.kube.patch("kustomization", "app", ns, {"spec": {"targetNamespace": None}})
    obj = wait_ready(lab, ns, source.revision)
    assert ids(obj) == [f"_{ns}-role_{group}_ClusterRole", f"{ns}_a__ConfigMap"]
    assert lab.kube.get("clusterrole", f"{ns}-role")["metadata"]["uid"] == uid


def test_an_account_that_cannot_be_read_now_is_not_gone(lab, ns, source, proxy):
    grant(lab, ns, "tenant", ["configmaps"])
    source.publish({"a.yaml": config_map("a")})
    kustomization(lab, ns, serviceAccountName="tenant")
    wait_ready(lab, ns, source.revision)
    with proxy.rule("status", status=503, path=f"/api/v1/namespaces/{ns}/serviceaccounts/tenant") as rule:
        lab.kube.delete("kustomization", "app", ns, wait=False)
        wait_until(rule.hits, what="the account was asked for")
        assert lab.kube.find("kustomization", "app", ns)
    lab.kube.wait_gone("kustomization", "app", ns)
    assert lab.kube.find("configmap", "a", ns) is None


def test_termination_that_cannot_be_seen_is_waited_for(lab, ns, source, proxy):
    source.publish({"a.yaml": config_map("a")})
    kustomization(lab, ns, deletionPolicy="WaitForTermination", timeout="1m")
    wait_ready(lab, ns, source.revision)
    lab.kube.patch("configmap", "a", ns, {"metadata": {"finalizers": ["example.com/hold"]}})
    lab.kube.delete("kustomization", "app", ns, wait=False)
    wait_until(lambda: lab.kube.get("configmap", "a", ns)["metadata"].get("deletionTimestamp"), what="deleting")
    with proxy.rule("status", status=503, path=f"/api/v1/namespaces/{ns}/configmaps/a", method="GET") as rule:
        wait_until(lambda: rule.hits() > 1, what="looked at")
        assert lab.kube.find("kustomization", "app", ns)
    lab.kube.patch("configmap", "a", ns, {"metadata": {"finalizers": None}})
    lab.kube.wait_gone("kustomization", "app", ns)


# Tenancy


def test_impersonation(lab, ns, source):
    grant(lab, ns, "tenant", ["configmaps", "deployments"])
    source.publish({"a.yaml": config_map("a"), "d.yaml": deployment()})
    kustomization(lab, ns, serviceAccountName="tenant", wait=True, retryInterval="1h")
    wait_ready(lab, ns, source.revision)
    source.publish({"a.yaml": config_map("a"), "d.yaml": deployment(),
                    "s.yaml": '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"}}'})
    c = wait_failed(lab, ns, "ReconciliationFailed")
    assert f"Secret/{ns}/s dry-run failed (Forbidden)" in c["message"]
    assert f"system:serviceaccount:{ns}:tenant" in c["message"]


def test_deletion_without_its_account_leaves_objects_and_says_which(lab, ns, source):
    grant(lab, ns, "tenant", ["configmaps"])
    source.publish({"a.yaml": config_map("a")})
    kustomization(lab, ns, serviceAccountName="tenant")
    wait_ready(lab, ns, source.revision)
    lab.kube.delete("serviceaccount", "tenant", ns)
    lab.kube.delete("kustomization", "app", ns)
    assert lab.kube.find("configmap", "a", ns)
    wait_until(lambda: [e for e in events_of(lab, ns) if f"left behind: ConfigMap/{ns}/a" in e["message"]],
               what="the event")


def test_tenancy_flags(lab, server):
    own, other = lab.kube.namespace(f"t-{uuid.uuid4().hex[:8]}"), lab.kube.namespace(f"t-{uuid.uuid4().hex[:8]}")
    labels = {"shard": own}
    source = Source(lab.kube, server, "src", other)
    source.publish({"a.yaml": config_map("a")})
    grant(lab, own, "flux", ["configmaps"])
    for name, namespace in (("cross", other), ("same", own)):
        lab.kube.apply({"apiVersion": f"{GROUP}/v1", "kind": "Kustomization",
                        "metadata": {"name": name, "namespace": own, "labels": labels},
                        "spec": {"sourceRef": {"kind": "GitRepository", "name": "src", "namespace": namespace},
                                 "interval": "1h", "prune": True, "targetNamespace": own}})
    with KustomizeController(lab, f"--watch-label-selector=shard={own}", "--no-cross-namespace-refs",
                             "--default-service-account=flux"):
        wait_failed(lab, own, "AccessDenied", "cross",
                    text=f"can't access 'GitRepository/{other}/src', cross-namespace references have been blocked")
        mine = Source(lab.kube, server, "src", own)
        mine.publish({"a.yaml": config_map("mine")})
        wait_ready(lab, own, mine.revision, "same")
        mine.publish({"a.yaml": '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"}}'})
        wait_failed(lab, own, "ReconciliationFailed", "same", text=f"system:serviceaccount:{own}:flux")


def test_deletion_with_objects_elsewhere_says_which(lab, ns, source):
    source.publish({"a.yaml": config_map("a")})
    kustomization(lab, ns)
    wait_ready(lab, ns, source.revision)
    # As if it came from a controller that knows the field.
    lab.kube.patch("kustomization", "app", ns, {"spec": {"kubeConfig": {"secretRef": {"name": "x"}}}})
    wait_failed(lab, ns, "UnsupportedField", text="spec.kubeConfig")
    lab.kube.delete("kustomization", "app", ns)
    assert lab.kube.find("configmap", "a", ns)
    wait_until(lambda: [e for e in events_of(lab, ns) if f"left behind: ConfigMap/{ns}/a" in e["message"]],
               what="the event")
