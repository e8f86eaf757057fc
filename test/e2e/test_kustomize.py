"""kustomize-controller against a real API server; artifacts are made by the tests."""

import json
import threading
import time
import uuid

import pytest

from artifacts import Source
from controllers import KustomizeController, wait_until
from kustomizations import (GROUP, config_map, deployment, events_of, get, ids, job, kustomization,
                            own_ns, own_source, shared_controller, shared_lab, shared_proxy,
                            shared_server, wait_failed, wait_ready)
from lab import ApiError, FaultProxy, condition


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
                  commonMetadata={"labels": {"team": "a", "port": "8080"},
                                  "annotations": {"note": "b", "port": "8080", "on": "true"}})
    wait_ready(lab, ns, source.revision)
    settings = lab.kube.get("configmap", "pre-settings-suf", ns)
    assert settings["data"] == {"k": "1", "added": "yes"}
    assert settings["metadata"]["labels"]["team"] == "a"
    assert settings["metadata"]["labels"]["port"] == settings["metadata"]["annotations"]["port"] == "8080"
    assert settings["metadata"]["annotations"].items() >= {"note": "b", "on": "true"}.items()
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
    with KustomizeController(lab, "--http-retry=2", f"--watch-label-selector=shard={ns}") as controller:
        kustomization(lab, ns, labels={"shard": ns}, retryInterval="1h")
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


def test_immutable_field_without_and_with_force(lab, ns, source, proxy):
    source.publish({"j.yaml": job(command="one")})
    kustomization(lab, ns, retryInterval="1h", timeout="1m")
    wait_ready(lab, ns, source.revision)
    uid = lab.kube.get("job", "task", ns)["metadata"]["uid"]
    source.publish({"j.yaml": job(command="two")})
    c = wait_failed(lab, ns, "ReconciliationFailed", text="immutable")
    assert f"Job/{ns}/task dry-run failed (Invalid)" in c["message"]
    assert lab.kube.get("job", "task", ns)["metadata"]["uid"] == uid
    # A replacement is announced before anything is deleted.
    with proxy.rule("hang", verb="delete", resource="jobs", namespace=ns) as hung:
        lab.kube.patch("kustomization", "app", ns, {"spec": {"force": True}})
        wait_until(hung.hits, what="a deletion")
        obj = get(lab, ns)
        assert condition(obj, "Ready")["status"] == "Unknown"
        assert condition(obj, "Reconciling")["message"].startswith("Waiting for objects to be replaced")
        assert f"{ns}_task_batch_Job" in ids(obj)
        assert lab.kube.get("job", "task", ns)["metadata"]["uid"] == uid
    wait_ready(lab, ns, source.revision)
    made = lab.kube.get("job", "task", ns)
    assert made["metadata"]["uid"] != uid
    assert made["spec"]["template"]["spec"]["containers"][0]["command"] == ["two"]


def test_what_is_pruned_is_not_waited_for_after_a_conflict(lab, ns, source, proxy):
    source.publish({"a.yaml": config_map("a", k="1"), "b.yaml": config_map("b", k="1")})
    kustomization(lab, ns, wait=True, timeout="1h")
    wait_ready(lab, ns, source.revision)
    with proxy.rule("409", verb="patch", resource="kustomizations/status", namespace=ns, count=1) as conflict:
        source.publish({"a.yaml": config_map("a", k="1")})
        obj = wait_ready(lab, ns, source.revision)
        assert conflict.hits() == 1
    assert ids(obj) == [f"{ns}_a__ConfigMap"]
    assert not lab.kube.find("configmap", "b", ns)


def test_takes_fields_over_from_kubectl(lab, ns, source):
    lab.kube.apply({**json.loads(config_map("a", k="old", extra="x")),
                    "metadata": {"name": "a", "namespace": ns}}, manager="kubectl-client-side-apply")
    source.publish({"a.yaml": config_map("a", k="new")})
    kustomization(lab, ns)
    wait_ready(lab, ns, source.revision)
    made = lab.kube.get("configmap", "a", ns)
    assert made["data"] == {"k": "new"}
    assert {m["manager"] for m in made["metadata"]["managedFields"]} == {"kustomize-controller"}


def test_force_deletes_nothing_while_another_object_is_refused(lab, ns, source):
    source.publish({"j.yaml": job(command="one")})
    kustomization(lab, ns, retryInterval="1h", force=True)
    wait_ready(lab, ns, source.revision)
    uid = lab.kube.get("job", "task", ns)["metadata"]["uid"]
    wrong = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "Wrong_Name"}})
    source.publish({"j.yaml": job(command="two"), "wrong.yaml": wrong})
    wait_failed(lab, ns, "ReconciliationFailed", text="Wrong_Name")
    assert lab.kube.get("job", "task", ns)["metadata"]["uid"] == uid
    source.publish({"j.yaml": job(command="two")})
    wait_ready(lab, ns, source.revision)
    assert lab.kube.get("job", "task", ns)["metadata"]["uid"] != uid


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
            lab, "--graceful-shutdown-timeout=1s", f"--watch-label-selector=shard={ns}",
            kubeconfig=proxy.kubeconfig) as controller:
        first = source.publish({"a.yaml": config_map("a", k="1")})
        kustomization(lab, ns, labels={"shard": ns})
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
