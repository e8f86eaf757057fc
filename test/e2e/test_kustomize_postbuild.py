"""kustomize-controller: spec.postBuild, variables in what was built."""

import base64
import hashlib
import json
import time

import pytest

from controllers import KustomizeController, wait_until
from kustomizations import (config_map, events_of, get, ids, kustomization, own_ns, own_source,
                            shared_controller, shared_lab, shared_proxy, shared_server, wait_failed,
                            wait_ready)
from lab import condition

WATCHED = {"reconcile.fluxcd.io/watch": "Enabled"}


def config(lab, ns, name, data, labels=None):
    lab.kube.apply({"apiVersion": "v1", "kind": "ConfigMap",
                    "metadata": {"name": name, "namespace": ns, "labels": labels or {}}, "data": data})


def secret(lab, ns, name, data, labels=None):
    lab.kube.apply({"apiVersion": "v1", "kind": "Secret",
                    "metadata": {"name": name, "namespace": ns, "labels": labels or {}},
                    "data": {k: base64.b64encode(v.encode()).decode() for k, v in data.items()}})


def data_of(lab, ns, name="a"):
    return (lab.kube.find("configmap", name, ns) or {}).get("data")


def test_variables_of_all_kinds(lab, ns, source):
    config(lab, ns, "vars", {"one": "cm1", "two": "cm2", "three": "line\nline\n"})
    secret(lab, ns, "hidden", {"two": "s2", "four": "s4"})
    source.publish({
        "a.yaml": config_map("a", one="${one}", two="${two}", three="${three}", four="${four}", five="${five:-5}x",
                             own="${own}", text="$${one} $one"),
        "b.yaml": config_map("b", annotations={"kustomize.toolkit.fluxcd.io/substitute": "disabled"}, k="${nowhere}")})
    kustomization(lab, ns, postBuild={
        "substitute": {"own": "in ${line}", "four": "inline"},
        "substituteFrom": [{"kind": "ConfigMap", "name": "vars"}, {"kind": "Secret", "name": "hidden"},
                           {"kind": "ConfigMap", "name": "missing", "optional": True}]})
    obj = wait_ready(lab, ns, source.revision)
    assert data_of(lab, ns) == {"one": "cm1", "two": "s2", "three": "lineline", "four": "inline", "five": "5x",
                                "own": "in ${line}", "text": "${one} $one"}
    assert data_of(lab, ns, "b") == {"k": "${nowhere}"}
    assert ids(obj) == [f"{ns}_a__ConfigMap", f"{ns}_b__ConfigMap"]


def test_the_digest_is_that_of_the_text_with_its_variables(lab, ns, source):
    source.publish({"a.yaml": config_map("a", k="${v}")})
    kustomization(lab, ns, postBuild={"substitute": {"v": "one"}},
                  patches=[{"patch": '[{"op":"remove","path":"/metadata/labels"},'
                                     '{"op":"remove","path":"/metadata/annotations"}]',
                            "target": {"kind": "ConfigMap"}}])
    obj = wait_ready(lab, ns, source.revision)
    text = f"apiVersion: v1\ndata:\n  k: one\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: {ns}\n"
    assert obj["status"]["history"][0]["digest"] == "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def test_types_come_from_the_text(lab, ns, source):
    source.publish({"d.yaml": json.dumps({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"replicas": "${replicas}", "selector": {"matchLabels": {"app": "web"}}, "template": {
            "metadata": {"labels": {"app": "web"}, "annotations": {"quoted": "${q}${replicas}${q}"}},
            "spec": {"containers": [{"name": "c", "image": "${image}"}]}}}})})
    kustomization(lab, ns, postBuild={"substitute": {"replicas": "0", "q": '"', "image": "example.com/app:1"}})
    wait_ready(lab, ns, source.revision)
    spec = lab.kube.get("deployment", "web", ns)["spec"]
    assert spec["replicas"] == 0
    assert spec["template"]["metadata"]["annotations"]["quoted"] == "0"
    assert spec["template"]["spec"]["containers"][0]["image"] == "example.com/app:1"


def test_substitution_runs_only_if_there_is_something_to_substitute(lab, ns, source):
    source.publish({"a.yaml": config_map("a", k="${v:=d} $${x}")})
    kustomization(lab, ns, postBuild={"substituteFrom": [{"kind": "Secret", "name": "none", "optional": True}]})
    wait_ready(lab, ns, source.revision)
    assert data_of(lab, ns) == {"k": "${v:=d} $${x}"}
    lab.kube.patch("kustomization", "app", ns, {"spec": {"postBuild": {"substituteStrategy": "Always"}}})
    wait_until(lambda: data_of(lab, ns) == {"k": "d ${x}"}, what="defaults")


def test_failures_name_what_is_wrong(lab, ns, source):
    source.publish({"app/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: ${v}\n  l: ${w}\n"})
    kustomization(lab, ns, path="./app", postBuild={"substitute": {"v": "one"}})
    c = wait_failed(lab, ns, "BuildFailed")
    assert c["message"] == ("app/a.yaml:7: post build failed for 'ConfigMap.v1.[noGrp]/a': envsubst error: variable "
                            "substitution failed: variable not set (strict mode): \"w\"")
    assert data_of(lab, ns) is None
    lab.kube.patch("kustomization", "app", ns, {"spec": {"postBuild": {
        "substituteFrom": [{"kind": "ConfigMap", "name": "vars"}]}}})
    c = wait_failed(lab, ns, "BuildFailed", text="substitute from")
    assert c["message"] == "substitute from 'ConfigMap/vars' error: configmaps \"vars\" not found"
    config(lab, ns, "vars", {"w": "two", "not-a-name": "x"})
    c = wait_failed(lab, ns, "BuildFailed", text="not-a-name")
    assert "'not-a-name' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'" in c["message"]
    config(lab, ns, "vars", {"w": "two"})
    wait_ready(lab, ns, source.revision)
    assert data_of(lab, ns) == {"k": "one", "l": "two"}


@pytest.mark.parametrize("make,kind", [(config, "ConfigMap"), (secret, "Secret")])
def test_labelled_ones_are_watched(lab, ns, source, make, kind):
    make(lab, ns, "vars", {"v": "one"}, WATCHED)
    source.publish({"a.yaml": config_map("a", k="${v}-x")})
    kustomization(lab, ns, interval="1h", postBuild={"substituteFrom": [{"kind": kind, "name": "vars"}]})
    wait_ready(lab, ns, source.revision)
    assert data_of(lab, ns) == {"k": "one-x"}
    make(lab, ns, "vars", {"v": "two"}, WATCHED)
    wait_until(lambda: data_of(lab, ns) == {"k": "two-x"}, 10, "the new value")
    obj = wait_ready(lab, ns, source.revision)
    assert len(obj["status"]["history"]) == 2
    # An optional one may come later.
    lab.kube.patch("kustomization", "app", ns, {"spec": {"postBuild": {"substituteFrom": [
        {"kind": kind, "name": "vars"}, {"kind": kind, "name": "late", "optional": True}]}}})
    wait_ready(lab, ns, source.revision)
    make(lab, ns, "late", {"v": "three"}, WATCHED)
    wait_until(lambda: data_of(lab, ns) == {"k": "three-x"}, 10, "the late value")
    lab.kube.delete(kind.lower(), "late", ns)
    wait_until(lambda: data_of(lab, ns) == {"k": "two-x"}, 10, "the value before")


def test_a_new_value_ends_a_wait_for_health(lab, ns, source):
    config(lab, ns, "vars", {"image": "never"}, WATCHED)
    source.publish({"d.yaml": json.dumps({
        "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "job-${image}"},
        "spec": {"suspend": False, "template": {"spec": {
            "restartPolicy": "Never", "nodeSelector": {"none": "${image}"},
            "containers": [{"name": "c", "image": "${image}"}]}}}})})
    kustomization(lab, ns, wait=True, timeout="5m", postBuild={"substituteFrom": [{"kind": "ConfigMap", "name": "vars"}]})
    wait_until(lambda: lab.kube.find("job", "job-never", ns), what="the job")
    wait_until(lambda: (condition(get(lab, ns), "Healthy") or {}).get("status") == "Unknown", what="health checks")
    config(lab, ns, "vars", {"image": "other"}, WATCHED)
    wait_until(lambda: lab.kube.find("job", "job-other", ns), 10, "the other job")


def test_others_are_read_at_each_interval(lab, ns, source):
    config(lab, ns, "vars", {"v": "one"})
    source.publish({"a.yaml": config_map("a", k="${v}")})
    kustomization(lab, ns, interval="2s", postBuild={"substituteFrom": [{"kind": "ConfigMap", "name": "vars"}]})
    wait_ready(lab, ns, source.revision)
    config(lab, ns, "vars", {"v": "two"})
    wait_until(lambda: data_of(lab, ns) == {"k": "two"}, 10, "the new value")
    wait_until(lambda: len(get(lab, ns)["status"]["history"]) == 2, what="the second entry")
    # From then on they are read, and nothing comes of it.
    time.sleep(3)
    assert len(get(lab, ns)["status"]["history"]) == 2


def test_values_are_in_no_message(lab, ns, source):
    secret(lab, ns, "hidden", {"v": "{[swordfish"})
    source.publish({"a.yaml": config_map("a", k="${v}")})
    kustomization(lab, ns, postBuild={"substituteFrom": [{"kind": "Secret", "name": "hidden"}]})
    c = wait_failed(lab, ns, "BuildFailed")
    assert "is no YAML" in c["message"] and "swordfish" not in c["message"]
    assert not [e for e in events_of(lab, ns) if "swordfish" in e["message"]]


def test_gates(lab, ns, source):
    """Without StrictPostBuildSubstitutions what is not set is empty; without watchers nothing is watched."""
    config(lab, ns, "vars", {"v": "one"}, WATCHED)
    source.publish({"a.yaml": config_map("a", k="x${zz}${v}")})
    with KustomizeController(lab, "--watch-label-selector=shard=loose",
                             "--feature-gates=StrictPostBuildSubstitutions=false,DisableConfigWatchers=true"):
        lab.kube.apply({"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
                        "metadata": {"name": "app", "namespace": ns, "labels": {"shard": "loose"}},
                        "spec": {"sourceRef": {"kind": "GitRepository", "name": "src"}, "interval": "1h",
                                 "prune": True, "targetNamespace": ns,
                                 "postBuild": {"substituteFrom": [{"kind": "ConfigMap", "name": "vars"}]}}})
        wait_ready(lab, ns, source.revision)
        assert data_of(lab, ns) == {"k": "xone"}
        config(lab, ns, "vars", {"v": "two"}, WATCHED)
        time.sleep(2)
        assert data_of(lab, ns) == {"k": "xone"}
        lab.kube.annotate("kustomization", "app", ns, **{"reconcile.fluxcd.io/requestedAt": "now"})
        wait_until(lambda: data_of(lab, ns) == {"k": "xtwo"}, 10, "the new value")
