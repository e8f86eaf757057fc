"""kustomize-controller: health, dependencies, drift."""

import json
import time

import pytest

from controllers import wait_until
from kustomizations import (GROUP, config_map, deployment, events_of, get, grant, ids, job,
                            kustomization, own_ns, own_source, shared_controller, shared_lab,
                            shared_proxy, shared_server, wait_failed, wait_ready)
from lab import condition


# Health


def test_waits_for_health(lab, ns, source):
    source.publish({"d.yaml": deployment(replicas=2, annotations={"lab.sluice.dev/ready-delay": "1"})})
    kustomization(lab, ns, wait=True)
    obj = wait_ready(lab, ns, source.revision)
    assert condition(obj, "Healthy")["status"] == "True"
    assert condition(obj, "Healthy")["message"].startswith("Health check passed in ")
    assert lab.kube.get("deployment", "web", ns)["status"]["readyReplicas"] == 2


def test_only_a_wait_of_a_second_is_announced(lab, ns, source, proxy):
    start = max((r["id"] for r in proxy.requests()), default=0)
    source.publish({"d.yaml": deployment(replicas=1)})
    kustomization(lab, ns, wait=True)
    passed = condition(wait_ready(lab, ns, source.revision), "Healthy")["message"]
    patches = [r for r in proxy.requests(after=start, method="PATCH")
               if f"/{ns}/kustomizations/app/status" in r["path"]]
    # Applying, and the end of it; a machine that is too slow for that has one more.
    assert len(patches) == 2 or not passed.endswith("ms"), (passed, len(patches))
    source.publish({"d.yaml": deployment(annotations={"lab.sluice.dev/never-ready": "true"})})
    wait_until(lambda: (condition(get(lab, ns), "Reconciling") or {}).get("message", "").startswith(
        "Running health checks for "), what="the announcement")
    assert condition(get(lab, ns), "Ready")["status"] == "Unknown"


def test_unhealthy_then_repaired(lab, ns, source):
    source.publish({"d.yaml": deployment(annotations={"lab.sluice.dev/never-ready": "true"})})
    kustomization(lab, ns, wait=True, timeout="2s", retryInterval="1h")
    c = wait_failed(lab, ns, "HealthCheckFailed", text="timeout waiting for: [Deployment/")
    assert "status: 'InProgress'" in c["message"]
    assert get(lab, ns)["status"]["history"][0]["lastReconciledStatus"] == "HealthCheckFailed"
    assert condition(get(lab, ns), "Healthy")["status"] == "False"
    # A new revision is taken at once, not after an hour.
    source.publish({"d.yaml": deployment()})
    wait_ready(lab, ns, source.revision)


def test_new_revision_ends_a_wait_only_if_it_differs(lab, ns, source, controller):
    bad = deployment(annotations={"lab.sluice.dev/never-ready": "true"})
    source.publish({"app/d.yaml": bad, "other.txt": "1"})
    kustomization(lab, ns, wait=True, timeout="1h", path="./app")
    wait_until(lambda: (condition(get(lab, ns), "Healthy") or {}).get("status") == "Unknown", what="waiting")
    before = get(lab, ns)["status"]
    source.publish({"app/d.yaml": bad, "other.txt": "2"})
    wait_until(lambda: get(lab, ns)["status"]["lastAttemptedRevision"] == source.revision, what="looked at")
    assert condition(get(lab, ns), "Healthy")["status"] == "Unknown"
    assert before["lastAttemptedRevision"] != source.revision
    source.publish({"app/d.yaml": deployment(), "other.txt": "2"})
    wait_ready(lab, ns, source.revision)


def test_failed_job_ends_the_wait_early(lab, ns, source):
    source.publish({"j.yaml": job(annotations={"lab.sluice.dev/fail": "true"})})
    kustomization(lab, ns, wait=True, timeout="1h", retryInterval="1h")
    wait_failed(lab, ns, "HealthCheckFailed", text="failed early due to stalled resources: [Job/")


def test_health_checks_name_objects_of_others(lab, ns, source):
    source.publish({"a.yaml": config_map("a", k="1")})
    kustomization(lab, ns, timeout="1h", healthChecks=[
        {"apiVersion": "apps/v1", "kind": "Deployment", "name": "other", "namespace": ns}])
    wait_until(lambda: (condition(get(lab, ns), "Healthy") or {}).get("status") == "Unknown", what="waiting")
    lab.kube.apply({**json.loads(deployment("other")), "metadata": {"name": "other", "namespace": ns}})
    wait_ready(lab, ns, source.revision)


def test_a_child_that_nobody_has_looked_at_is_not_ready(lab, ns, source):
    child = {"apiVersion": f"{GROUP}/v1", "kind": "Kustomization",
             "metadata": {"name": "child", "labels": {"shard": "none"}},
             "spec": {"sourceRef": {"kind": "GitRepository", "name": "src"}, "interval": "1h", "prune": True}}
    source.publish({"child.yaml": json.dumps(child)})
    kustomization(lab, ns, wait=True, timeout="2s", retryInterval="1h")
    wait_failed(lab, ns, "HealthCheckFailed", text=f"Kustomization/{ns}/child status: 'InProgress'")


def test_a_requested_run_does_not_wait_for_ever(lab, ns, source):
    source.publish({"d.yaml": deployment(annotations={"lab.sluice.dev/never-ready": "true"})})
    kustomization(lab, ns, wait=True, timeout="3s", retryInterval="1h")
    wait_failed(lab, ns, "HealthCheckFailed")
    lab.kube.annotate("kustomization", "app", ns, **{"reconcile.fluxcd.io/requestedAt": "now-1"})
    wait_until(lambda: get(lab, ns)["status"].get("lastHandledReconcileAt") == "now-1", what="handled")
    wait_failed(lab, ns, "HealthCheckFailed", text="timeout waiting for: [Deployment/")
    # One run that failed, and the one that was asked for.
    assert get(lab, ns)["status"]["history"][0]["totalReconciliations"] == 2


def test_health_checks_of_what_another_kustomization_applies(lab, ns, source):
    source.publish({"one/d.yaml": deployment(annotations={"lab.sluice.dev/ready-delay": "8s"}),
                    "two/a.yaml": config_map("a")})
    kustomization(lab, ns, "one", path="./one", timeout="1h", wait=True)
    kustomization(lab, ns, "two", path="./two", timeout="1h", healthChecks=[
        {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "namespace": ns}])
    wait_ready(lab, ns, source.revision, "two")


def test_an_object_deleted_during_the_wait_is_made_again(lab, ns, source):
    source.publish({"d.yaml": deployment(annotations={"lab.sluice.dev/never-ready": "true"}), "a.yaml": config_map("a")})
    kustomization(lab, ns, wait=True, timeout="1h")
    wait_until(lambda: (condition(get(lab, ns), "Healthy") or {}).get("status") == "Unknown", what="waiting")
    lab.kube.delete("configmap", "a", ns, wait=False)
    wait_until(lambda: lab.kube.find("configmap", "a", ns), what="deleted object is back")
    assert condition(get(lab, ns), "Healthy")["status"] == "Unknown"


def test_a_health_check_of_an_unknown_kind_says_so(lab, ns, source):
    source.publish({"a.yaml": config_map("a")})
    kustomization(lab, ns, timeout="2s", retryInterval="1h", healthChecks=[
        {"apiVersion": "example.com/v1", "kind": "Gadget", "name": "g", "namespace": ns}])
    wait_failed(lab, ns, "HealthCheckFailed", text='no matches for kind "Gadget" in version "example.com/v1"')


@pytest.mark.parametrize("change,quota,cause", [
    ({"nodeSelector": {"no": "where"}}, None, "nodes are available"),
    ({}, {"hard": {"pods": "0"}}, "exceeded quota"),
])
def test_what_is_unhealthy_tells_why(lab, ns, source, change, quota, cause):
    bad = json.loads(deployment())
    bad["spec"]["template"]["spec"].update(change)
    if quota:
        lab.kube.apply({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q", "namespace": ns},
                        "spec": quota})
    source.publish({"d.yaml": json.dumps(bad)})
    kustomization(lab, ns, wait=True, timeout="3s", retryInterval="1h")
    wait_failed(lab, ns, "HealthCheckFailed", text=cause)
    events = wait_until(lambda: [e for e in events_of(lab, ns) if e["reason"] == "HealthCheckFailed"], what="event")
    assert cause in events[0]["message"]


def test_a_tenant_learns_nothing_of_pods_that_it_may_not_list(lab, ns, source):
    grant(lab, ns, "tenant", ["deployments"])
    bad = json.loads(deployment(annotations={"lab.sluice.dev/fail": "true"}))
    source.publish({"d.yaml": json.dumps(bad)})
    kustomization(lab, ns, wait=True, timeout="3s", retryInterval="1h", serviceAccountName="tenant")
    assert "container" not in wait_failed(lab, ns, "HealthCheckFailed")["message"]
    grant(lab, ns, "tenant", ["deployments", "pods"])
    lab.kube.annotate("kustomization", "app", ns, **{"reconcile.fluxcd.io/requestedAt": "1"})
    wait_failed(lab, ns, "HealthCheckFailed", text="container c: CrashLoopBackOff")


# Dependencies


def test_dependant_starts_with_its_dependency(lab, ns, source):
    source.publish({"one/a.yaml": config_map("one", k="1"), "two/a.yaml": config_map("two", k="1")})
    kustomization(lab, ns, "two", path="./two", dependsOn=[{"name": "one"}])
    c = wait_failed(lab, ns, "DependencyNotReady", "two")
    assert c["message"] == f"dependency '{ns}/one' does not exist"
    kustomization(lab, ns, "one", path="./one")
    wait_ready(lab, ns, source.revision, "one")
    # Far less than --requeue-dependency.
    wait_ready(lab, ns, source.revision, "two", timeout=10)
    source.publish({"one/a.yaml": config_map("one", k="2"), "two/a.yaml": config_map("two", k="2")})
    wait_ready(lab, ns, source.revision, "two", timeout=10)
    one, two = (lab.kube.get("configmap", n, ns)["metadata"]["managedFields"][0]["time"] for n in ("one", "two"))
    assert one <= two


def test_a_cycle_of_dependencies_is_named_until_it_is_resolved(lab, ns, source):
    source.publish({f"{n}/a.yaml": config_map(n, k="1") for n in "abc"})
    kustomization(lab, ns, "c", path="./c", dependsOn=[{"name": "c"}])
    wait_failed(lab, ns, "DependencyNotReady", "c",
                f"dependency '{ns}/c' is not ready: spec.dependsOn is a cycle: c -> c")
    kustomization(lab, ns, "a", path="./a", dependsOn=[{"name": "b"}])
    assert "cycle" not in wait_failed(lab, ns, "DependencyNotReady", "a")["message"]
    kustomization(lab, ns, "b", path="./b", dependsOn=[{"name": "a"}])
    wait_failed(lab, ns, "DependencyNotReady", "b", "is not ready: spec.dependsOn is a cycle: b -> a -> b")
    lab.kube.patch("kustomization", "c", ns, {"spec": {"dependsOn": None}})
    wait_ready(lab, ns, source.revision, "c", timeout=10)
    lab.kube.patch("kustomization", "b", ns, {"spec": {"dependsOn": [{"name": "c"}]}})
    wait_ready(lab, ns, source.revision, "b", timeout=10)
    wait_ready(lab, ns, source.revision, "a", timeout=10)


def test_a_suspended_dependency_stays_ready(lab, ns, source):
    source.publish({"one/a.yaml": config_map("one", k="1"), "two/a.yaml": config_map("two", k="1")})
    kustomization(lab, ns, "one", path="./one")
    wait_ready(lab, ns, source.revision, "one")
    lab.kube.patch("kustomization", "one", ns, {"spec": {"suspend": True}})
    wait_ready(lab, ns, source.revision, "one")
    kustomization(lab, ns, "two", path="./two", dependsOn=[{"name": "one"}])
    wait_ready(lab, ns, source.revision, "two")


# Drift


def test_edits_and_deletions_are_healed(lab, ns, source):
    source.publish({"a.yaml": config_map("a", k="1"), "b.yaml": config_map("b", k="1")})
    kustomization(lab, ns, interval="1h")
    obj = wait_ready(lab, ns, source.revision)
    lab.kube.patch("configmap", "a", ns, {"data": {"k": "hacked"}})
    wait_until(lambda: lab.kube.get("configmap", "a", ns)["data"]["k"] == "1", what="edit healed")
    lab.kube.delete("configmap", "b", ns, wait=False)
    wait_until(lambda: lab.kube.find("configmap", "b", ns), what="deleted object is back")
    lab.kube.patch("configmap", "a", ns, {"metadata": {"labels": {f"{GROUP}/name": None}}})
    wait_until(lambda: lab.kube.get("configmap", "a", ns)["metadata"]["labels"].get(f"{GROUP}/name") == "app",
               what="label healed")
    assert ids(wait_ready(lab, ns)) == ids(obj)


def test_foreign_fields_are_no_drift(lab, ns, source, proxy):
    source.publish({"a.yaml": config_map("a", k="1")})
    kustomization(lab, ns, interval="1h")
    before = wait_ready(lab, ns, source.revision)
    lab.kube.patch("configmap", "a", ns, {"data": {"other": "x"}})
    time.sleep(2.5)
    assert lab.kube.get("configmap", "a", ns)["data"] == {"k": "1", "other": "x"}
    after = get(lab, ns)
    assert after["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]


def test_a_fight_is_reported(lab, ns, source):
    source.publish({"a.yaml": config_map("a", k="1")})
    kustomization(lab, ns, interval="1h")
    wait_ready(lab, ns, source.revision)

    def fight():
        if lab.kube.get("configmap", "a", ns)["data"]["k"] == "1":
            lab.kube.patch("configmap", "a", ns, {"data": {"k": "mine"}})
        return [e for e in events_of(lab, ns) if e["reason"] == "DriftDetected"]
    event, = wait_until(fight, 60, "the Warning")
    assert event["type"] == "Warning" and "other field managers of it: " in event["message"]


def test_untouched_recheck_makes_no_call_to_its_objects(lab, ns, source, proxy):
    source.publish({"a.yaml": config_map("a", k="1")})
    kustomization(lab, ns, interval="2s", timeout="5s")
    wait_ready(lab, ns, source.revision)
    count = get(lab, ns)["status"]["history"][0]["totalReconciliations"]
    time.sleep(1.5)
    start = max((r["id"] for r in proxy.requests()), default=0)
    wait_until(lambda: get(lab, ns)["status"]["history"][0]["totalReconciliations"] >= count + 3,
               what="three intervals")
    paths = [r["path"] for r in proxy.requests(after=start) if f"/namespaces/{ns}/" in r["path"]]
    assert not [p for p in paths if "/configmaps/" in p], paths
    assert [p for p in paths if p.endswith("/kustomizations/app/status")]


def test_suspended_is_left_alone(lab, ns, source):
    source.publish({"a.yaml": config_map("a", k="1")})
    kustomization(lab, ns)
    wait_ready(lab, ns, source.revision)
    lab.kube.patch("kustomization", "app", ns, {"spec": {"suspend": True}})
    time.sleep(1)
    lab.kube.patch("configmap", "a", ns, {"data": {"k": "hacked"}})
    source.publish({"a.yaml": config_map("a", k="2")})
    time.sleep(2)
    assert lab.kube.get("configmap", "a", ns)["data"]["k"] == "hacked"
    lab.kube.patch("kustomization", "app", ns, {"spec": {"suspend": False}})
    wait_ready(lab, ns, source.revision)
    assert lab.kube.get("configmap", "a", ns)["data"]["k"] == "2"


def test_two_versions_of_one_kind(lab, ns, source, proxy):
    def autoscaler(name, version, **spec):
        return json.dumps({"apiVersion": f"autoscaling/{version}", "kind": "HorizontalPodAutoscaler",
                           "metadata": {"name": name}, "spec": {
                               "maxReplicas": 3, "scaleTargetRef": {
                                   "apiVersion": "apps/v1", "kind": "Deployment", "name": name}, **spec}})
    source.publish({"one/h.yaml": autoscaler("one", "v1", targetCPUUtilizationPercentage=50),
                    "two/h.yaml": autoscaler("two", "v2")})
    kustomization(lab, ns, "two", path="./two", interval="2s", timeout="5s")
    wait_ready(lab, ns, source.revision, "two")
    kustomization(lab, ns, "one", path="./one", interval="2s", timeout="5s")
    wait_ready(lab, ns, source.revision, "one")
    # A write to each, that changes nothing of ours: the watch brings it.
    for name in ("one", "two"):
        lab.kube.patch("horizontalpodautoscaler", name, ns, {"metadata": {"annotations": {"x": "y"}}})
    time.sleep(3)
    start = max((r["id"] for r in proxy.requests()), default=0)
    count = get(lab, ns, "one")["status"]["history"][0]["totalReconciliations"]
    wait_until(lambda: get(lab, ns, "one")["status"]["history"][0]["totalReconciliations"] >= count + 3,
               what="three intervals")
    paths = [r["path"] for r in proxy.requests(after=start) if f"/namespaces/{ns}/horizontalpod" in r["path"]]
    # At most one of ten is a full dry run.
    assert len(paths) <= 4, paths
    for name in ("one", "two"):
        lab.kube.patch("horizontalpodautoscaler", name, ns, {"spec": {"maxReplicas": 9}})
    for name in ("one", "two"):
        wait_until(lambda n=name: lab.kube.get("horizontalpodautoscaler", n, ns)["spec"]["maxReplicas"] == 3,
                   what="edit healed")
