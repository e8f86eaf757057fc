"""kustomize-controller against a real API server; artifacts are made by the tests."""

import json
import threading
import time
import uuid

import pytest

from artifacts import ArtifactServer, Source
from controllers import KustomizeController, apply_crds, wait_until
from lab import ApiError, FaultProxy, Lab, condition

GROUP = "kustomize.toolkit.fluxcd.io"


@pytest.fixture(scope="module")
def lab():
    with Lab() as running:
        apply_crds(running)
        yield running


@pytest.fixture(scope="module")
def server():
    with ArtifactServer() as running:
        yield running


@pytest.fixture(scope="module")
def proxy(lab):
    with FaultProxy(lab) as running:
        yield running


@pytest.fixture(scope="module")
def controller(lab, proxy):
    """All tests share one: what one does must not hurt another."""
    with KustomizeController(lab, "--log-level=debug", "--watch-label-selector=!shard", kubeconfig=proxy.kubeconfig) as running:
        yield running


@pytest.fixture
def ns(lab, server, controller):
    server.behave()
    return lab.kube.namespace(f"t-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def source(lab, server, ns):
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


def kustomization(lab, ns, name="app", **spec):
    spec = {"sourceRef": {"kind": "GitRepository", "name": "src"}, "interval": "10m",
            "retryInterval": "2s", "timeout": "20s", "prune": True, "targetNamespace": ns, **spec}
    lab.kube.apply({"apiVersion": f"{GROUP}/v1", "kind": "Kustomization",
                    "metadata": {"name": name, "namespace": ns}, "spec": spec})


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


# The normal course


def test_applies_and_says_so(lab, ns, source):
    revision = source.publish({"a.yaml": config_map("a", k="1"), "sub/b.yaml": config_map("b", k="2"),
                               "README.md": "not a manifest"})
    kustomization(lab, ns)
    obj = wait_ready(lab, ns, revision)
    status = obj["status"]
    assert "finalizers.fluxcd.io" in obj["metadata"]["finalizers"]
    assert ids(obj) == [f"{ns}_a__ConfigMap", f"{ns}_b__ConfigMap"]
    assert status["inventory"]["entries"][0]["v"] == "v1"
    assert status["lastAttemptedRevision"] == revision
    ready = condition(obj, "Ready")
    assert ready["reason"] == "ReconciliationSucceeded"
    assert ready["message"] == f"Applied revision: {revision}"
    assert condition(obj, "Reconciling") is None and condition(obj, "Healthy") is None
    entry, = status["history"]
    assert entry["lastReconciledStatus"] == "ReconciliationSucceeded"
    assert entry["digest"].startswith("sha256:") and entry["totalReconciliations"] == 1
    assert entry["metadata"]["revision"] == revision
    made = lab.kube.get("configmap", "a", ns)
    assert made["metadata"]["labels"][f"{GROUP}/name"] == "app"
    assert made["metadata"]["labels"][f"{GROUP}/namespace"] == ns
    managers = {(m["manager"], m["operation"]) for m in made["metadata"]["managedFields"]}
    assert managers == {("kustomize-controller", "Apply")}
    seen = wait_until(lambda: [e for e in events_of(lab, ns) if e["reason"] == "ReconciliationSucceeded"],
                      what="the event")
    assert seen[0]["message"].startswith("Reconciliation finished in ")
    assert seen[0]["message"].endswith("next run in 10m0s")
    assert seen[0]["metadata"]["annotations"][f"{GROUP}/revision"] == revision
    change, = [e for e in events_of(lab, ns) if e["reason"] == "Progressing"]
    assert change["message"] == f"ConfigMap/{ns}/a created\nConfigMap/{ns}/b created"


def test_new_revision_changes_and_prunes(lab, ns, source):
    source.publish({"a.yaml": config_map("a", k="1"), "b.yaml": config_map("b", k="1")})
    kustomization(lab, ns)
    wait_ready(lab, ns, source.revision)
    revision = source.publish({"a.yaml": config_map("a", k="2"), "c.yaml": config_map("c", k="1")})
    obj = wait_ready(lab, ns, revision)
    assert ids(obj) == [f"{ns}_a__ConfigMap", f"{ns}_c__ConfigMap"]
    assert lab.kube.get("configmap", "a", ns)["data"] == {"k": "2"}
    assert lab.kube.find("configmap", "b", ns) is None
    assert len(obj["status"]["history"]) == 2
    messages = [e["message"] for e in events_of(lab, ns)]
    assert f"ConfigMap/{ns}/b deleted" in messages


def test_the_fields_that_shape_a_build(lab, ns, source):
    source.publish({
        "app/deploy.yaml": deployment("web"), "app/cm.yaml": config_map("settings", k="1"),
        "components/extra/kustomization.yaml":
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [cm.yaml]\n",
        "components/extra/cm.yaml": config_map("extra", k="1")})
    kustomization(lab, ns, path="./app", namePrefix="pre-", nameSuffix="-suf",
                  images=[{"name": "registry.k8s.io/pause", "newTag": "3.10"}],
                  components=["../components/extra", "../components/missing"], ignoreMissingComponents=True,
                  patches=[{"patch": '[{"op":"add","path":"/data/added","value":"yes"}]',
                            "target": {"kind": "ConfigMap", "name": "settings"}}],
                  commonMetadata={"labels": {"team": "a"}, "annotations": {"note": "b"}})
    wait_ready(lab, ns, source.revision)
    settings = lab.kube.get("configmap", "pre-settings-suf", ns)
    assert settings["data"] == {"k": "1", "added": "yes"}
    assert settings["metadata"]["labels"]["team"] == "a"
    assert settings["metadata"]["annotations"]["note"] == "b"
    web = lab.kube.get("deployment", "pre-web-suf", ns)
    assert web["spec"]["template"]["spec"]["containers"][0]["image"].endswith("pause:3.10")
    assert lab.kube.find("configmap", "pre-extra-suf", ns)


def test_definition_and_its_objects_in_one_set(lab, ns, source):
    group = f"{ns}.example.com"
    crd = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
           "metadata": {"name": f"widgets.{group}"},
           "spec": {"group": group, "scope": "Namespaced",
                    "names": {"kind": "Widget", "plural": "widgets", "singular": "widget"},
                    "versions": [{"name": "v1", "served": True, "storage": True, "schema": {
                        "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}}
    widget = {"apiVersion": f"{group}/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"size": 3}}
    source.publish({"crd.yaml": json.dumps(crd), "widget.yaml": json.dumps(widget)})
    kustomization(lab, ns)
    obj = wait_ready(lab, ns, source.revision)
    assert ids(obj) == [f"_widgets.{group}_apiextensions.k8s.io_CustomResourceDefinition",
                        f"{ns}_w_{group}_Widget"]
    # Both go at once, and the kind with them: nothing wedges.
    source.publish({"cm.yaml": config_map("left", k="1")})
    assert ids(wait_ready(lab, ns, source.revision)) == [f"{ns}_left__ConfigMap"]


def test_requested_run_is_recorded(lab, ns, source):
    source.publish({"a.yaml": config_map("a", k="1")})
    kustomization(lab, ns)
    wait_ready(lab, ns, source.revision)
    lab.kube.annotate("kustomization", "app", ns, **{"reconcile.fluxcd.io/requestedAt": "now-1"})
    wait_until(lambda: get(lab, ns)["status"].get("lastHandledReconcileAt") == "now-1", what="handled")
    assert get(lab, ns)["status"]["history"][0]["totalReconciliations"] == 2


def test_a_full_look_reads_only_what_it_does_not_know(lab, ns, source, proxy):
    source.publish({"a.yaml": config_map("a", k="1"), "b.yaml": config_map("b", k="1")})
    kustomization(lab, ns)
    wait_ready(lab, ns, source.revision)
    start = max((r["id"] for r in proxy.requests()), default=0)
    lab.kube.annotate("kustomization", "app", ns, **{"reconcile.fluxcd.io/requestedAt": "now-1"})
    wait_until(lambda: get(lab, ns)["status"].get("lastHandledReconcileAt") == "now-1", what="handled")
    calls = [(r["method"], r["path"].rpartition("/")[2])
             for r in proxy.requests(after=start) if f"/{ns}/configmaps/" in r["path"]]
    assert sorted(calls) == [("PATCH", "a"), ("PATCH", "b")], calls
    # What differs from the answer is read before it is written.
    start = max(r["id"] for r in proxy.requests())
    source.publish({"a.yaml": config_map("a", k="2"), "b.yaml": config_map("b", k="1")})
    wait_ready(lab, ns, source.revision)
    calls = [(r["method"], r["path"].rpartition("/")[2])
             for r in proxy.requests(after=start) if f"/{ns}/configmaps/" in r["path"]]
    assert sorted(calls) == [("GET", "a"), ("PATCH", "a"), ("PATCH", "a"), ("PATCH", "b")], calls


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


# Bad input


def test_every_error_is_told_and_the_old_state_stays(lab, ns, source):
    source.publish({"a.yaml": config_map("a", k="1"), "s.yaml": "apiVersion: v1\nkind: Service\n"
                    "metadata:\n  name: s\nspec:\n  ports:\n    - port: 80\n"})
    kustomization(lab, ns, retryInterval="1h")
    before = wait_ready(lab, ns, source.revision)
    source.publish({"a.yaml": config_map("a", k="2"),
                    "s.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: s\nspec:\n  ports:\n"
                              "    - port: 99999\n",
                    "t.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: t\nspec:\n  type: Odd\n"
                              "  ports:\n    - port: 80\n"})
    c = wait_failed(lab, ns, "ReconciliationFailed")
    first, second = c["message"].split("\n")
    assert first.startswith(f"s.yaml:7: Service/{ns}/s dry-run failed (Invalid): ") and "spec.ports[0].port" in first
    assert second.startswith(f"t.yaml:6: Service/{ns}/t dry-run failed (Invalid): ") and "spec.type" in second
    assert lab.kube.get("configmap", "a", ns)["data"] == {"k": "1"}
    obj = get(lab, ns)
    assert obj["status"]["lastAppliedRevision"] == before["status"]["lastAppliedRevision"]
    assert obj["status"]["lastAttemptedRevision"] == source.revision
    assert condition(obj, "Reconciling")["reason"] == "ProgressingWithRetry"
    assert ids(obj) == ids(before)


@pytest.mark.parametrize("files,reason,text", [
    ({"a.yaml": "a: [1"}, "BuildFailed", "a.yaml"),
    ({"a.yaml": "just text\n"}, "BuildFailed", "a.yaml"),
    ({"a.yaml": config_map("a") + "\n---\n" + config_map("a")}, "BuildFailed", "ConfigMap"),
    ({"kustomization.yaml": "resources: [missing.yaml]\n"}, "BuildFailed", "missing.yaml"),
    ({"kustomization.yaml": "resources: [../../etc/passwd]\n"}, "BuildFailed", "../../etc/passwd"),
    ({"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "x: &a [1]\ny: " + "[*a,*a,*a,*a]" * 1 + "\n"},
     "BuildFailed", "a.yaml"),
    ({"a.yaml": "apiVersion: v1\nkind: Nonsense\nmetadata:\n  name: n\n"}, "ReconciliationFailed",
     'no matches for kind "Nonsense" in version "v1"'),
    ({"a.yaml": b"\xff\xfe\x00"}, "BuildFailed", "a.yaml"),
    ({"a.yaml": "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9))},
     "BuildFailed", "a.yaml"),
    ({"a.yaml": "[" * 2000 + "]" * 2000}, "BuildFailed", "a.yaml"),
    ({"a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: n\ndata:\n  k: a\n  k: b\n"},
     "BuildFailed", "a.yaml"),
])
def test_bad_input_is_named(lab, ns, source, files, reason, text):
    source.publish(files)
    kustomization(lab, ns, retryInterval="1h")
    wait_failed(lab, ns, reason, text=text)
    source.publish({"a.yaml": config_map("good", k="1")})
    wait_ready(lab, ns, source.revision)


def test_lists_are_expanded(lab, ns, source):
    source.publish({"a.yaml": json.dumps({"apiVersion": "v1", "kind": "List", "items": [
        json.loads(config_map("x", k="1")), json.loads(config_map("y", k="1"))]})})
    kustomization(lab, ns)
    assert ids(wait_ready(lab, ns, source.revision)) == [f"{ns}_x__ConfigMap", f"{ns}_y__ConfigMap"]


def test_missing_path(lab, ns, source):
    source.publish({"a.yaml": config_map("a")})
    kustomization(lab, ns, path="./nowhere", retryInterval="1h")
    wait_failed(lab, ns, "ArtifactFailed", text="kustomization path not found: ./nowhere")


def test_empty_build_prunes_nothing_unless_allowed(lab, ns, source):
    source.publish({"a.yaml": config_map("a", k="1")})
    kustomization(lab, ns, retryInterval="1s")
    before = wait_ready(lab, ns, source.revision)
    source.publish({"README.md": "all gone"})
    wait_failed(lab, ns, "BuildFailed", text="sluice.dev/allow-empty")
    assert ids(get(lab, ns)) == ids(before) and lab.kube.find("configmap", "a", ns)
    lab.kube.annotate("kustomization", "app", ns, **{"sluice.dev/allow-empty": "true"})
    wait_ready(lab, ns, source.revision)
    assert lab.kube.find("configmap", "a", ns) is None


def test_unknown_field_is_dropped_with_a_warning(lab, ns, source):
    bad = json.loads(deployment())
    bad["spec"]["template"]["spec"]["containers"][0]["imagePullPolcy"] = "Always"
    source.publish({"d.yaml": json.dumps(bad)})
    kustomization(lab, ns)
    wait_ready(lab, ns, source.revision)
    event, = wait_until(lambda: [e for e in events_of(lab, ns) if e["reason"] == "UnknownField"], what="Warning")
    assert "imagePullPolcy" in event["message"] and event["type"] == "Warning"


def test_unknown_field_of_a_kustomization_is_warned_about(lab, ns, source):
    source.publish({"kustomization.yaml": "resources: [a.yaml]\nimagez: []\n", "a.yaml": config_map("a")})
    kustomization(lab, ns)
    wait_ready(lab, ns, source.revision)
    event, = wait_until(lambda: [e for e in events_of(lab, ns) if e["reason"] == "BuildWarning"], what="Warning")
    assert 'kustomization.yaml:2: unknown field "imagez"' in event["message"]


@pytest.mark.parametrize("spec,field", [
    ({"postBuild": {"substitute": {"a": "b"}}}, "spec.postBuild"),
    ({"decryption": {"provider": "sops"}}, "spec.decryption"),
    ({"kubeConfig": {"secretRef": {"name": "x"}}}, "spec.kubeConfig"),
])
def test_fields_of_later_versions_are_refused(lab, ns, source, spec, field):
    source.publish({"a.yaml": config_map("a")})
    kustomization(lab, ns, **spec)
    wait_failed(lab, ns, "UnsupportedField", text=field)
    assert condition(get(lab, ns), "Stalled")["status"] == "True"
    assert lab.kube.find("configmap", "a", ns) is None


@pytest.mark.parametrize("secret", [
    {"stringData": {"pin": 48151623}}, {"data": {"pin": 48151623}}, {"data": {"pin": ["48151623"]}},
    {"stringData": {"pin": {"of": "48151623"}}}, {"data": "48151623\nleaked"}])
def test_nothing_of_a_secret_is_told(lab, ns, source, controller, secret):
    source.publish({"s.yaml": json.dumps({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, **secret})})
    kustomization(lab, ns, retryInterval="1h")
    c = wait_failed(lab, ns, "ReconciliationFailed", text=f"Secret/{ns}/s dry-run failed")
    assert "expected " in c["message"]
    wait_until(lambda: events_of(lab, ns), what="event")
    told = json.dumps([get(lab, ns), events_of(lab, ns)]) + controller.text()
    assert "48151623" not in told and "leaked" not in told


# Artifacts


@pytest.mark.parametrize("status,change,text", [
    (404, None, "artifact not found"),
    (500, None, "500"),
    (200, lambda d: d[:-10], ""),
    (200, lambda d: bytes([d[0] ^ 1]) + d[1:], "digest"),
])
def test_bad_artifact_server_then_good(lab, ns, source, server, status, change, text):
    server.status = status
    if change:
        server.change = change
    # Known by its digest, an artifact that was seen before would not be fetched.
    source.publish({"a.yaml": config_map("a", k="1"), "README.md": ns})
    kustomization(lab, ns)
    wait_failed(lab, ns, "ArtifactFailed", text=text)
    assert lab.kube.find("configmap", "a", ns) is None
    server.behave()
    if status == 404:
        # Looked at again after --requeue-dependency, or when the source says something new.
        source.publish({"a.yaml": config_map("a", k="1"), "README.md": ns + "!"})
    wait_ready(lab, ns, source.revision)


def test_retries_of_a_download_are_silent_but_the_last(lab, server):
    server.behave()
    ns = lab.kube.namespace(f"t-{uuid.uuid4().hex[:8]}")
    source = Source(lab.kube, server, "src", ns)
    server.status = 503
    source.publish({"a.yaml": config_map("a", k=ns)})
    with KustomizeController(lab, "--http-retry=2") as controller:
        kustomization(lab, ns, retryInterval="1h")
        event, = wait_until(lambda: [e for e in events_of(lab, ns) if e["type"] == "Warning"], what="the Warning")
        assert event["reason"] == "ArtifactFailed" and "503" in event["message"]
        assert len([path for path in server.requests if ns in path]) == 3
        # The failure is in the log from the first.
        told = [line for line in controller.log.read_text().splitlines() if ns in line]
        assert len([line for line in told if '"reason":"ArtifactFailed"' in line]) == 3
        server.behave()
        lab.kube.annotate("kustomization", "app", ns, **{"reconcile.fluxcd.io/requestedAt": "1"})
        wait_ready(lab, ns, source.revision)
        assert len([e for e in events_of(lab, ns) if e["type"] == "Warning"]) == 1


def test_source_that_does_not_exist_yet(lab, ns, server):
    kustomization(lab, ns, retryInterval="1h")
    wait_failed(lab, ns, "ArtifactFailed", text="Source 'GitRepository/")
    late = Source(lab.kube, server, "src", ns)
    late.publish({"a.yaml": config_map("a")})
    wait_ready(lab, ns, late.revision)


# Controls and force


def test_controls(lab, ns, source):
    def files(value):
        off = {f"{GROUP}/reconcile": "disabled"}
        return {"a.yaml": config_map("ignored", annotations=off, k=value),
                "b.yaml": config_map("once", annotations={f"{GROUP}/ssa": "IfNotPresent"}, k=value),
                "c.yaml": config_map("merge", annotations={f"{GROUP}/ssa": "Merge"}, k=value),
                "d.yaml": config_map("kept", annotations={f"{GROUP}/prune": "Disabled"}, k=value)}
    source.publish(files("1"))
    kustomization(lab, ns)
    obj = wait_ready(lab, ns, source.revision)
    assert len(ids(obj)) == 4
    assert lab.kube.find("configmap", "ignored", ns) is None
    source.publish(files("2"))
    wait_ready(lab, ns, source.revision)
    data = {n: lab.kube.get("configmap", n, ns)["data"]["k"] for n in ("once", "merge", "kept")}
    assert data == {"once": "1", "merge": "2", "kept": "2"}
    source.publish({"z.yaml": config_map("z")})
    wait_ready(lab, ns, source.revision)
    assert lab.kube.find("configmap", "kept", ns) and lab.kube.find("configmap", "merge", ns) is None


def test_immutable_field_without_and_with_force(lab, ns, source):
    source.publish({"j.yaml": job(command="one")})
    kustomization(lab, ns, retryInterval="1h", timeout="1m")
    wait_ready(lab, ns, source.revision)
    uid = lab.kube.get("job", "task", ns)["metadata"]["uid"]
    source.publish({"j.yaml": job(command="two")})
    c = wait_failed(lab, ns, "ReconciliationFailed", text="immutable")
    assert f"Job/{ns}/task dry-run failed (Invalid)" in c["message"]
    assert lab.kube.get("job", "task", ns)["metadata"]["uid"] == uid
    lab.kube.patch("kustomization", "app", ns, {"spec": {"force": True}})
    wait_ready(lab, ns, source.revision)
    made = lab.kube.get("job", "task", ns)
    assert made["metadata"]["uid"] != uid
    assert made["spec"]["template"]["spec"]["containers"][0]["command"] == ["two"]


def test_takes_fields_over_from_kubectl(lab, ns, source):
    lab.kube.apply({**json.loads(config_map("a", k="old", extra="x")),
                    "metadata": {"name": "a", "namespace": ns}}, manager="kubectl-client-side-apply")
    source.publish({"a.yaml": config_map("a", k="new")})
    kustomization(lab, ns)
    wait_ready(lab, ns, source.revision)
    made = lab.kube.get("configmap", "a", ns)
    assert made["data"] == {"k": "new"}
    assert {m["manager"] for m in made["metadata"]["managedFields"]} == {"kustomize-controller"}


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


# Restart


def test_restart_changes_nothing(lab, server):
    ns = lab.kube.namespace(f"t-{uuid.uuid4().hex[:8]}")
    source = Source(lab.kube, server, "src", ns)
    source.publish({"a.yaml": config_map("a", k="1"), "d.yaml": deployment()})
    lab.kube.apply({"apiVersion": f"{GROUP}/v1", "kind": "Kustomization",
                    "metadata": {"name": "app", "namespace": ns, "labels": {"shard": ns}},
                    "spec": {"sourceRef": {"kind": "GitRepository", "name": "src"}, "interval": "1h",
                             "prune": True, "wait": True, "targetNamespace": ns}})
    with KustomizeController(lab, f"--watch-label-selector=shard={ns}") as one:
        wait_ready(lab, ns, source.revision)
        versions = [lab.kube.get(k, n, ns)["metadata"]["resourceVersion"]
                    for k, n in (("configmap", "a"), ("deployment", "web"))]
        count = get(lab, ns)["status"]["history"][0]["totalReconciliations"]
        one.restart()
        wait_until(lambda: get(lab, ns)["status"]["history"][0]["totalReconciliations"] > count, what="a full run")
        assert versions == [lab.kube.get(k, n, ns)["metadata"]["resourceVersion"]
                            for k, n in (("configmap", "a"), ("deployment", "web"))]


def test_what_a_kill_leaves_on_disk_is_swept(lab, server):
    ns = lab.kube.namespace(f"t-{uuid.uuid4().hex[:8]}")
    source = Source(lab.kube, server, "src", ns)
    source.publish({"a.yaml": config_map("a", k="1")})
    lab.kube.apply({"apiVersion": f"{GROUP}/v1", "kind": "Kustomization",
                    "metadata": {"name": "app", "namespace": ns, "labels": {"shard": ns}},
                    "spec": {"sourceRef": {"kind": "GitRepository", "name": "src"}, "interval": "1h",
                             "prune": True, "targetNamespace": ns}})
    with KustomizeController(lab, f"--watch-label-selector=shard={ns}") as one:
        wait_ready(lab, ns, source.revision)
        left, = (one.folder / "tmp").iterdir()
        assert (left / "tree" / "a.yaml").exists()
        mine = one.folder / "tmp" / "notes"
        mine.mkdir()
        one.restart(kill=True)
        wait_until(lambda: not left.exists(), what="swept")
        assert mine.exists()


def test_admission_refuses_nonsense(lab, ns):
    with pytest.raises(ApiError):
        kustomization(lab, ns, interval="soon")


@pytest.mark.parametrize("stuck", ["apply", "dry-run", "download"])
def test_a_run_that_is_cut_off_by_a_shutdown_has_not_failed(lab, server, stuck):
    """Whoever it waits for does not answer. The next process goes on where it was."""
    server.behave()
    ns = lab.kube.namespace(f"t-{uuid.uuid4().hex[:8]}")
    source = Source(lab.kube, server, "src", ns)
    with FaultProxy(lab) as proxy, KustomizeController(
            lab, "--graceful-shutdown-timeout=1s", kubeconfig=proxy.kubeconfig) as controller:
        first = source.publish({"a.yaml": config_map("a", k="1")})
        kustomization(lab, ns)
        wait_ready(lab, ns, first)
        released = threading.Event()
        if stuck == "download":
            server.change = lambda data: released.wait(60) and b""
        else:
            proxy.add_rule("hang", verb="apply", resource="configmaps", skip=int(stuck == "apply"))
        before = len(server.requests)
        second = source.publish({"a.yaml": config_map("a", k="2")})
        wait_until(lambda: len(server.requests) > before, what="download")
        if stuck != "download":
            wait_until(lambda: any(r["hits"] for r in proxy.rules()), what="the request that hangs")
        began = time.monotonic()
        controller.stop(timeout=10)
        assert time.monotonic() - began < 6
        released.set()
        server.behave()
        proxy.clear()
        ready = condition(get(lab, ns))
        assert ready["status"] == ("Unknown" if stuck == "apply" else "True")
        assert not [e for e in events_of(lab, ns) if e["type"] == "Warning"]
        assert '"level":"error"' not in controller.log.read_text()
        controller.start()
        wait_ready(lab, ns, second)
