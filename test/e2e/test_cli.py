"""sluice against a real API server; the tests play the controllers."""

import json
import re
import shlex
import threading
import time
import uuid

import pytest
import yaml

from cli import (FLUX, REQUESTED_AT, SHA, SLUICE, Cli, Player, failure, git_repository, kustomization,
                 ready, set_status, success)
from controllers import apply_crds
from lab import ROOT, FaultProxy, Lab

CUT = SHA[:8]


@pytest.fixture(scope="module", name="lab")
def shared_lab():
    with Lab() as lab:
        apply_crds(lab)
        lab.kube.namespace("flux-system")
        yield lab


@pytest.fixture
def ns(lab):
    return lab.kube.namespace(f"t-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def sluice(lab, ns):
    """Asks for the test's own namespace."""
    return Cli(lab.kubeconfig, namespace=ns)


@pytest.fixture
def apply(lab):
    """Apply an object, then give it a status."""
    def do(obj, status=success):
        made = lab.kube.apply(obj)
        return set_status(lab.kube, made, status(made)) if status else made
    return do


@pytest.fixture
def podinfo(apply, ns):
    """A Kustomization and its source, both reconciled."""
    apply(git_repository("podinfo", ns))
    return apply(kustomization("podinfo", ns, labels={"team": "web"}))


# get


def test_get_prints_the_table_of_flux(sluice, podinfo):
    assert sluice("get", "kustomizations").out == (
        f"NAME   \tREVISION          \tSUSPENDED\tREADY\tMESSAGE                              \n"
        f"podinfo\tmain@sha1:{CUT}\tFalse    \tTrue \tApplied revision: main@sha1:{CUT}\t\n")


def test_get_one_by_name(sluice, apply, podinfo, ns):
    apply(kustomization("other", ns))
    assert [row[0] for row in sluice("get", "ks").rows] == ["NAME", "other", "podinfo"]
    assert [row[0] for row in sluice("get", "ks", "podinfo").rows] == ["NAME", "podinfo"]
    assert [row[0] for row in sluice("get", "ks", "podinfo", "--no-header").rows] == ["podinfo"]


def test_get_before_any_reconciliation(sluice, apply, ns):
    apply(kustomization("new", ns), status=None)
    assert sluice("get", "ks", "--no-header").rows == [
        ["new", "", "False", "False", "waiting to be reconciled"]]


def test_get_sources(sluice, apply, podinfo, ns):
    apply(git_repository("idle", ns, suspend=True), status=failure)
    assert sluice("get", "sources", "git").rows == [
        ["NAME", "REVISION", "SUSPENDED", "READY", "MESSAGE"],
        ["idle", "", "True", "False", "no such path"],
        ["podinfo", f"main@sha1:{CUT}", "False", "True",
         f"stored artifact for revision 'main@sha1:{CUT}'"]]
    assert sluice("get", "source", "git", "idle", "--no-header").rows[0][0] == "idle"


def test_get_all_prints_a_table_for_each_kind_that_has_objects(sluice, podinfo):
    said = sluice("get", "all")
    assert [row[0] for row in said.rows] == [
        "NAME", "gitrepository/podinfo", "NAME", "kustomization/podinfo"]
    assert said.out.endswith("\t\n\n") and "\n\nNAME" in said.out and said.err == ""
    assert [row[0] for row in sluice("get", "sources", "all").rows] == [
        "NAME", "gitrepository/podinfo"]


def test_get_all_of_nothing_prints_nothing(sluice):
    said = sluice("get", "all")
    assert (said.out, said.err) == ("", "")


def test_get_of_all_namespaces(lab, podinfo, ns):
    said = Cli(lab.kubeconfig)("get", "ks", "-A")
    assert said.rows[0][0] == "NAMESPACE"
    assert [ns, "podinfo"] in [row[:2] for row in said.rows]


def test_get_selects_by_label_and_status(sluice, apply, podinfo, ns):
    apply(kustomization("broken", ns), status=failure)

    def names(*args):
        return [row[0] for row in sluice("get", "ks", "--no-header", *args).rows]
    assert names("-l", "team=web") == ["podinfo"]
    assert names("--label-selector", "team!=web") == ["broken"]
    assert names("--status-selector", "ready=false") == ["broken"]
    assert names("--status-selector", "Ready!=False") == ["podinfo"]
    assert names("--status-selector", "reconciling=true") == ["broken"]
    assert sluice("get", "ks", "--status-selector", "ready=unknown").rows == [
        ["NAME", "REVISION", "SUSPENDED", "READY", "MESSAGE"]]
    assert sluice("get", "all", "--status-selector", "ready=unknown").out == ""


def test_get_with_source_and_wide(sluice, podinfo, ns):
    source = f"GitRepository/{ns}/podinfo"
    assert sluice("get", "ks", "--show-source").rows[1][:2] == ["podinfo", source]
    header, row = sluice("get", "ks", "-o", "wide").rows
    assert header == ["NAME", "SOURCE", "REVISION", "SUSPENDED", "READY", "MESSAGE", "PATH", "AGE"]
    assert row[1] == source and row[-2] == "./deploy" and re.fullmatch(r"\d+s", row[-1])
    assert sluice("get", "sources", "git", "-o", "wide").rows[1][-2] == "https://example.org/podinfo"


def test_get_as_data(sluice, apply, podinfo, ns):
    one = json.loads(sluice("get", "ks", "podinfo", "-o", "json").out)
    assert one["kind"] == "Kustomization" and one["apiVersion"] == "kustomize.toolkit.fluxcd.io/v1"
    assert one["metadata"]["name"] == "podinfo" and "managedFields" not in one["metadata"]
    assert yaml.safe_load(sluice("get", "ks", "podinfo", "-o", "yaml").out) == one
    apply(kustomization("other", ns))
    many = json.loads(sluice("get", "ks", "-o", "json").out)
    assert many["kind"] == "List" and [o["metadata"]["name"] for o in many["items"]] == [
        "other", "podinfo"]
    every = json.loads(sluice("get", "all", "-o", "json").out)
    assert [o["kind"] for o in every["items"]] == ["GitRepository", "Kustomization", "Kustomization"]
    assert sluice("get", "ks", "-o", "name").out == (
        "kustomization.kustomize.toolkit.fluxcd.io/other\n"
        "kustomization.kustomize.toolkit.fluxcd.io/podinfo\n")


def test_get_of_nothing_is_an_error_for_people_and_an_empty_list_for_scripts(sluice, ns):
    assert sluice("get", "ks", code=1).err == (
        f'✗ no Kustomization objects found in "{ns}" namespace\n')
    assert sluice("get", "ks", "x", code=1).err == (
        f"✗ Kustomization object 'x' not found in \"{ns}\" namespace\n")
    assert json.loads(sluice("get", "ks", "-o", "json").out)["items"] == []
    assert sluice("get", "ks", "-o", "name").out == ""
    assert "not found" in sluice("get", "ks", "x", "-o", "json", code=1).err


def test_get_breaks_messages_of_several_lines(sluice, apply, ns):
    apply(kustomization("broken", ns), status=lambda o: failure(o, "first\nsecond"))
    lines = sluice("get", "ks", "--no-header").out.splitlines()
    assert len(lines) == 2 and lines[0].endswith("first \t") and lines[1].endswith("\tsecond\t")


def test_namespace_comes_from_the_environment_or_the_context(lab, podinfo, ns, tmp_path):
    here = Cli(lab.kubeconfig)
    assert here("get", "ks", "podinfo", "--no-header", FLUX_SYSTEM_NAMESPACE=ns).rows
    said = here("get", "ks", code=1, FLUX_SYSTEM_NAMESPACE="Not_A_Name")
    assert "⚠️ ignoring invalid FLUX_SYSTEM_NAMESPACE" in said.err and "flux-system" in said.err
    config = yaml.safe_load(lab.kubeconfig.read_text())
    config["contexts"][0]["context"]["namespace"] = ns
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(config))
    there = Cli(path)
    assert there("get", "ks", "--ns-follows-kube-context", "--no-header").rows[0][0] == "podinfo"
    assert there("get", "ks", "--no-header", FLUX_NS_FOLLOWS_KUBE_CONTEXT="1").rows[0][0] == "podinfo"
    assert '"flux-system" namespace' in there("get", "ks", code=1).err


# get --watch


def test_watch_prints_what_changes(lab, sluice, podinfo, apply, ns):
    with sluice.start("get", "ks", "--watch") as watching:
        assert watching.wait_for("NAME")
        assert f"Applied revision: main@sha1:{CUT}" in watching.wait_for("podinfo")
        set_status(lab.kube, podinfo, {"conditions": [ready(podinfo, "False", "X", "went wrong")]})
        assert "False" in watching.wait_for("podinfo.*went wrong")
        apply(kustomization("later", ns))
        assert watching.wait_for("later")
        lab.kube.delete("kustomization", "later", ns)
        assert watching.wait_for("later.*deleted")


def test_watch_prints_nothing_for_changes_that_it_does_not_show(lab, sluice, podinfo, ns):
    with sluice.start("get", "ks", "-w", "--no-header") as watching:
        assert watching.wait_for("podinfo")
        lab.kube.annotate("kustomization", "podinfo", ns, unseen="yes")
        set_status(lab.kube, podinfo, {"conditions": [ready(podinfo, message="next")]})
        assert "next" in watching.wait_for(".")


def test_watch_waits_for_a_name_that_does_not_exist_yet(sluice, apply, ns):
    with sluice.start("get", "ks", "late", "-w", "-o", "name") as watching:
        time.sleep(0.3)
        apply(kustomization("early", ns))
        apply(kustomization("late", ns))
        assert watching.wait_for(".") == "kustomization.kustomize.toolkit.fluxcd.io/late"


def test_watch_outlives_the_timeout_and_the_api_server(lab, podinfo, ns):
    with FaultProxy(lab) as proxy:
        with Cli(proxy.kubeconfig, namespace=ns).start("get", "ks", "-w", "--timeout", "1s") as watching:
            assert watching.wait_for("podinfo")
            time.sleep(1.5)
            with proxy.rule("refuse"), proxy.rule("close"):
                assert watching.wait_for("⚠️ lost the API server")
                set_status(lab.kube, podinfo, {"conditions": [ready(podinfo, message="while away")]})
            assert watching.wait_for("while away", timeout=60)


# reconcile


def test_reconcile_waits_for_success(lab, sluice, podinfo, ns):
    with Player(lab, "kustomization", ns, lambda o: success(o, f"main@sha1:{SHA[::-1]}")):
        said = sluice("reconcile", "kustomization", "podinfo")
    assert said.out == ""
    assert said.err == (f"► annotating Kustomization podinfo in {ns} namespace\n"
                        "✔ Kustomization annotated\n"
                        "◎ waiting for Kustomization reconciliation\n"
                        f"✔ applied revision main@sha1:{SHA[::-1]}\n")
    asked = lab.kube.get("kustomization", "podinfo", ns)["metadata"]["annotations"][REQUESTED_AT]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", asked)


def test_reconcile_fetches_the_source_first(lab, sluice, podinfo, ns):
    with Player(lab, "gitrepository", ns), Player(lab, "kustomization", ns):
        said = sluice("reconcile", "ks", "podinfo", "--with-source")
    assert said.err.splitlines() == [
        f"► annotating GitRepository podinfo in {ns} namespace",
        "✔ GitRepository annotated",
        "◎ waiting for GitRepository reconciliation",
        f"✔ fetched revision main@sha1:{SHA}",
        f"► annotating Kustomization podinfo in {ns} namespace",
        "✔ Kustomization annotated",
        "◎ waiting for Kustomization reconciliation",
        f"✔ applied revision main@sha1:{SHA}"]


def test_reconcile_stops_when_the_source_fails(lab, sluice, podinfo, ns):
    with Player(lab, "gitrepository", ns, lambda o: failure(o, "no such branch")), \
            Player(lab, "kustomization", ns) as kustomizations:
        said = sluice("reconcile", "ks", "podinfo", "--with-source", code=1)
    assert said.err.endswith("✗ GitRepository reconciliation failed: no such branch\n")
    assert kustomizations.handled == []


def test_reconcile_source(lab, sluice, podinfo, ns):
    with Player(lab, "gitrepository", ns):
        said = sluice("reconcile", "source", "git", "podinfo")
    assert said.err.endswith(f"✔ fetched revision main@sha1:{SHA}\n")


def test_reconcile_fails_with_the_message_of_the_object(lab, sluice, podinfo, ns):
    with Player(lab, "kustomization", ns, failure):
        began = time.monotonic()
        said = sluice("reconcile", "ks", "podinfo", code=1)
    assert said.err.splitlines()[-1] == "✗ Kustomization reconciliation failed: no such path"
    assert time.monotonic() - began < 30


def test_reconcile_is_not_fooled_by_progress_and_dependencies(lab, sluice, podinfo, ns):
    waiting = threading.Event()

    def dependency(obj):
        status = failure(obj, "dependency 'a' is not ready", "DependencyNotReady")
        threading.Timer(0.5, after).start()
        waiting.set()
        return status

    def after():
        set_status(lab.client(), podinfo, {"conditions": [ready(podinfo, "Unknown", "Progressing", "at it")]})
        set_status(lab.client(), podinfo, success(podinfo))

    with Player(lab, "kustomization", ns, dependency):
        said = sluice("reconcile", "ks", "podinfo", "--verbose")
    assert waiting.is_set()
    assert "◎ Kustomization podinfo: dependency 'a' is not ready\n" in said.err
    assert said.err.endswith(f"✔ applied revision main@sha1:{SHA}\n")


def test_reconcile_times_out_with_what_the_object_said_last(lab, sluice, podinfo, ns):
    said = sluice("reconcile", "ks", "podinfo", "--timeout", "3s", code=1)
    assert said.err.splitlines()[-1] == ("✗ Kustomization reconciliation failed: timed out after 3s: "
                                         "no controller has answered")
    at_it = lambda o: {"conditions": [ready(o, "Unknown", "Progressing", "running health checks")]}
    with Player(lab, "kustomization", ns, at_it):
        said = sluice("reconcile", "ks", "podinfo", "--timeout", "4s", code=1)
    assert said.err.splitlines()[-1].endswith("timed out after 4s: running health checks")


def test_reconcile_notices_a_deletion(lab, sluice, podinfo, ns):
    threading.Timer(1.0, lambda: lab.client().delete("kustomization", "podinfo", ns)).start()
    said = sluice("reconcile", "ks", "podinfo", code=1)
    assert said.err.endswith("✗ Kustomization reconciliation failed: it was deleted\n")


def test_reconcile_several(lab, sluice, apply, podinfo, ns):
    apply(kustomization("broken", ns))
    apply(kustomization("idle", ns, suspend=True))

    def answer(obj):
        return failure(obj) if obj["metadata"]["name"] == "broken" else success(obj)
    with Player(lab, "kustomization", ns, answer) as player:
        said = sluice("reconcile", "ks", "--all", code=1)
        assert sorted(player.handled) == ["broken", "podinfo"]
        assert "⚠️ Kustomization idle is suspended, left out\n" in said.err
        assert ("✔ Kustomization podinfo reconciliation completed\n"
                f"✔ applied revision main@sha1:{SHA}\n") in said.err
        assert "✗ Kustomization broken reconciliation failed: no such path\n" in said.err
        assert said.err.endswith("✗ reconciliation failed for 1 Kustomization(s)\n")
        player.handled.clear()
        sluice("reconcile", "ks", "-l", "team=web")
        assert player.handled == ["podinfo"]
        said = sluice("reconcile", "ks", "podinfo", "missing", "podinfo", code=1)
        assert player.handled == ["podinfo", "podinfo"]
        assert f"✗ Kustomization object 'missing' not found in \"{ns}\" namespace\n" in said.err


def test_reconcile_survives_a_lost_connection(lab, podinfo, ns):
    with FaultProxy(lab) as proxy:
        def answer(obj):
            proxy.add_rule("refuse")
            proxy.add_rule("close")
            threading.Timer(1.0, proxy.clear).start()
            return success(obj)
        with Player(lab, "kustomization", ns, answer):
            said = Cli(proxy.kubeconfig, namespace=ns)("reconcile", "ks", "podinfo")
    assert said.err.endswith(f"✔ applied revision main@sha1:{SHA}\n")


def test_reconcile_without_waiting(lab, sluice, podinfo, ns):
    said = sluice("reconcile", "ks", "podinfo", "--no-wait")
    assert said.err.splitlines()[-1] == "✔ Kustomization annotated"
    assert lab.kube.get("kustomization", "podinfo", ns)["metadata"]["annotations"][REQUESTED_AT]


def test_reconcile_refuses(lab, sluice, apply, podinfo, ns):
    apply(kustomization("idle", ns, suspend=True))
    apply(kustomization("odd", ns, source="x"))
    assert sluice("reconcile", "ks", "idle", code=1).err == "✗ resource is suspended\n"
    assert "Kustomization idle: resource is suspended" in sluice("reconcile", "ks", "idle", "podinfo",
                                                                 code=1).err
    assert "not found" in sluice("reconcile", "ks", "missing", code=1).err
    assert "kustomization name is required" in sluice("reconcile", "ks", code=1).err
    assert "not both" in sluice("reconcile", "ks", "podinfo", "--all", code=1).err
    assert "GitRepository object 'x' not found" in sluice("reconcile", "ks", "odd", "--with-source",
                                                          code=1).err
    assert "no Kustomization objects found" in sluice("reconcile", "ks", "-l", "a=b", code=1).err
    annotations = [o["metadata"].get("annotations") for o in lab.kube.list("kustomization", ns)]
    assert annotations == [None, None, None]


def test_reconcile_refuses_suspended_and_strange_sources(sluice, apply, ns):
    apply(git_repository("idle", ns, suspend=True))
    apply(kustomization("a", ns, source="idle"))
    strange = kustomization("b", ns)
    strange["spec"]["sourceRef"]["kind"] = "ExternalArtifact"
    apply(strange)
    assert f"GitRepository/{ns}/idle: resource is suspended" in sluice(
        "reconcile", "ks", "a", "--with-source", code=1).err
    assert "cannot reconcile source of kind ExternalArtifact" in sluice(
        "reconcile", "ks", "b", "--with-source", code=1).err


# suspend, resume


def test_suspend_and_resume(lab, sluice, podinfo, ns):
    said = sluice("suspend", "kustomization", "podinfo")
    assert said.err == (f"► suspending kustomization podinfo in {ns} namespace\n"
                        "✔ kustomization suspended\n")
    assert lab.kube.get("kustomization", "podinfo", ns)["spec"]["suspend"] is True
    with Player(lab, "kustomization", ns):
        said = sluice("resume", "kustomization", "podinfo")
    assert said.err == (f"► resuming kustomization podinfo in {ns} namespace\n"
                        "✔ kustomization resumed\n"
                        "◎ waiting for Kustomization reconciliation\n"
                        "✔ Kustomization podinfo reconciliation completed\n"
                        f"✔ applied revision main@sha1:{SHA}\n")
    assert "suspend" not in lab.kube.get("kustomization", "podinfo", ns)["spec"]


def test_resume_tells_of_failure(lab, sluice, podinfo, ns):
    sluice("suspend", "ks", "podinfo")
    with Player(lab, "kustomization", ns, failure):
        said = sluice("resume", "ks", "podinfo", code=1)
    assert said.err.endswith("✗ Kustomization podinfo reconciliation failed: no such path\n"
                             "✗ reconciliation failed for 1 Kustomization(s)\n")


def test_resume_times_out(sluice, podinfo):
    sluice("suspend", "ks", "podinfo")
    said = sluice("resume", "ks", "podinfo", "--timeout", "3s", code=1)
    assert "✗ Kustomization podinfo reconciliation failed: timed out after 3s" in said.err


def test_suspend_and_resume_several(lab, sluice, apply, podinfo, ns):
    apply(kustomization("other", ns))
    said = sluice("suspend", "ks", "other", "missing", "other", "podinfo", code=1)
    assert said.err.count("► suspending") == 2
    assert f"✗ Kustomization object 'missing' not found in \"{ns}\" namespace" in said.err
    assert all(o["spec"]["suspend"] for o in lab.kube.list("kustomization", ns))
    said = sluice("resume", "ks", "--all")
    assert said.err.count("✔ kustomization resumed") == 2 and "waiting" not in said.err
    sluice("suspend", "ks", "--all")
    with Player(lab, "kustomization", ns):
        said = sluice("resume", "ks", "--all", "--wait")
    assert said.err.count("reconciliation completed") == 2
    said = sluice("resume", "ks", "podinfo", "--wait=false")
    assert "waiting" not in said.err


def test_suspend_and_resume_a_source(lab, sluice, podinfo, ns):
    assert "✔ source git suspended" in sluice("suspend", "source", "git", "podinfo").err
    with Player(lab, "gitrepository", ns):
        said = sluice("resume", "source", "git", "podinfo")
    assert "✔ GitRepository podinfo reconciliation completed" in said.err
    assert "source git name is required" in sluice("suspend", "source", "git", code=1).err


# tree


def test_tree_follows_children(lab, sluice, apply, ns):
    def inventory(*ids):
        return lambda o: {**success(o), "inventory": {"entries": [{"id": i, "v": "v1"} for i in ids]}}
    group = "kustomize.toolkit.fluxcd.io_Kustomization"
    apply(kustomization("root", ns), inventory(
        f"_{ns}__Namespace", f"{ns}_root_{group}", f"{ns}_child_{group}", f"{ns}_ghost_{group}"))
    apply(kustomization("child", ns), inventory(f"{ns}_web_apps_Deployment"))
    assert sluice("tree", "kustomization", "root").out == (
        f"Kustomization/{ns}/root\n"
        f"├── Namespace/{ns}\n"
        f"├── Kustomization/{ns}/child\n"
        f"│   └── Deployment/{ns}/web\n"
        f"└── Kustomization/{ns}/ghost\n")
    assert sluice("tree", "ks", "root", "--compact").out == (
        f"Kustomization/{ns}/root\n"
        f"├── Kustomization/{ns}/child\n"
        f"└── Kustomization/{ns}/ghost\n")
    as_json = json.loads(sluice("tree", "ks", "root", "-o", "json").out)
    assert as_json["resources"][1]["resources"][0]["resource"] == {
        "Namespace": ns, "Name": "web", "GroupKind": {"Group": "apps", "Kind": "Deployment"}}
    assert yaml.safe_load(sluice("tree", "ks", "root", "-o", "yaml").out) == as_json
    assert "not found" in sluice("tree", "ks", "missing", code=1).err


# events


def event(about, name, message="it happened", kind="Normal", namespace=None, age=5, **fields):
    """A core/v1 Event about an object."""
    meta = about["metadata"]
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - age))
    return {"apiVersion": "v1", "kind": "Event",
            "metadata": {"name": name, "namespace": namespace or meta["namespace"]},
            "involvedObject": {"apiVersion": about["apiVersion"], "kind": about["kind"],
                               "name": meta["name"], "namespace": meta["namespace"]},
            "type": kind, "reason": "Tested", "message": message, "firstTimestamp": at,
            "lastTimestamp": at, "count": 1, "source": {"component": "test"}, **fields}


def test_events_are_shown_oldest_first(lab, sluice, podinfo, ns):
    git = lab.kube.get("gitrepository", "podinfo", ns)
    lab.kube.create(event(podinfo, "b", "second", age=20))
    lab.kube.create(event(podinfo, "a", "third", "Warning", age=10))
    lab.kube.create(event(git, "c", "first", age=90))
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": ns}}
    lab.kube.create(event(pod, "d"))
    header, *rows = sluice("events").rows
    assert header == ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]
    assert [row[4] for row in rows] == ["first", "second", "third"]
    assert rows[0][1:4] == ["Normal", "Tested", "GitRepository/podinfo"]
    assert re.fullmatch(r"9\ds", rows[0][0])
    assert [row[4] for row in sluice("events", "--types", "warning", "--no-header").rows] == ["third"]
    everywhere = Cli(lab.kubeconfig)("events", "-A")
    assert everywhere.rows[0][0] == "NAMESPACE" and ns in [row[0] for row in everywhere.rows]


def test_events_for_an_object_include_those_of_its_source(lab, sluice, podinfo, apply, ns):
    git = lab.kube.get("gitrepository", "podinfo", ns)
    other = apply(kustomization("other", ns))
    lab.kube.create(event(podinfo, "a", "mine"))
    lab.kube.create(event(git, "b", "source's", age=50))
    lab.kube.create(event(other, "c", "another's"))

    def messages(*args):
        return [row[-1] for row in sluice("events", "--no-header", *args).rows]
    assert messages("--for", "Kustomization/podinfo") == ["source's", "mine"]
    assert messages("--for", "gitrepository") == ["source's"]
    assert sorted(messages("--for", "kustomization")) == ["another's", "mine"]
    assert "'Pod' is not a recognized Flux kind" in sluice("events", "--for", "Pod/x", code=1).err
    assert "must be of format" in sluice("events", "--for", "/x", code=1).err
    assert "not found" in sluice("events", "--for", "Kustomization/missing", code=1).err


def test_events_show_the_namespace_of_a_source_elsewhere(lab, sluice, apply, ns):
    away = lab.kube.namespace(f"{ns}-away")
    git = apply(git_repository("shared", away))
    ks = kustomization("app", ns)
    ks["spec"]["sourceRef"] = {"kind": "GitRepository", "name": "shared", "namespace": away}
    ks = apply(ks)
    lab.kube.create(event(git, "a", "fetched", age=60))
    lab.kube.create(event(ks, "b", "applied"))
    assert [row[0] for row in sluice("events", "--for", "ks/app", code=None).rows] == []
    assert [row[0] for row in sluice("events", "--for", "Kustomization/app").rows] == [
        "NAMESPACE", away, ns]


def test_no_events_is_no_error(sluice, ns):
    assert sluice("events").err == f"✗ No events found in {ns} namespace.\n"


def test_events_are_followed(lab, sluice, podinfo):
    lab.kube.create(event(podinfo, "a", "before"))
    with sluice.start("events", "--watch", "--timeout", "1s") as watching:
        assert watching.wait_for("LAST SEEN")
        assert watching.wait_for("before")
        time.sleep(1.2)
        lab.kube.create(event(podinfo, "b", "after"))
        assert watching.wait_for("after")


# check, version


def controller(name, namespace, image):
    """A Deployment that is part of Flux."""
    labels = {"app.kubernetes.io/part-of": "flux"}
    return {"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": name, "namespace": namespace, "labels": labels},
            "spec": {"replicas": 1, "selector": {"matchLabels": {"app": name}},
                     "template": {"metadata": {"labels": {"app": name}},
                                  "spec": {"containers": [{"name": "manager", "image": image}]}}}}


def test_check_before_an_installation(sluice):
    assert sluice("check", "--pre").err == ("► checking prerequisites\n"
                                            "✔ Kubernetes 1.36.3 >=1.33.0-0\n"
                                            "✔ prerequisites checks passed\n")


def test_check_and_version_of_an_installation(lab, sluice, ns):
    lab.kube.apply(controller("source-controller", ns, "ghcr.io/org/source-controller:v1.2.3"))
    lab.kube.apply(controller("helm-controller", ns, "localhost:5000/helm-controller:v4@sha256:abc"))
    said = sluice("check")  # waits for the rollout
    assert said.out == ""
    lines = said.err.splitlines()
    assert [line for line in lines if not line.startswith("◎")] == [
        "► checking prerequisites",
        "✔ Kubernetes 1.36.3 >=1.33.0-0",
        "► checking version in cluster",
        "✔ distribution: flux-v0.1.0",
        "✔ bootstrapped: false",
        "► checking controllers",
        "✔ helm-controller: deployment ready",
        "► localhost:5000/helm-controller:v4@sha256:abc",
        "✔ source-controller: deployment ready",
        "► ghcr.io/org/source-controller:v1.2.3",
        "► checking crds",
        "✔ gitrepositories.source.toolkit.fluxcd.io/v1",
        "✔ kustomizations.kustomize.toolkit.fluxcd.io/v1",
        "✔ all checks passed"]
    said = sluice("check", "--components", "source-controller", "--components-extra", "x,y", code=1)
    assert "✗ x: deployment not found\n✗ y: deployment not found\n" in said.err
    assert said.err.endswith("✗ check failed\n")
    version = (ROOT / "VERSION").read_text().strip()
    assert sluice("version").out == (f"sluice: v{version}\n"
                                     "distribution: flux-v0.1.0\n"
                                     "helm-controller: v4@sha256:abc\n"
                                     "source-controller: v1.2.3\n")
    assert json.loads(sluice("version", "-o", "json").out) == {
        "sluice": f"v{version}", "distribution": "flux-v0.1.0",
        "helm-controller": "v4@sha256:abc", "source-controller": "v1.2.3"}


def test_check_fails_for_what_is_not_ready(lab, sluice, ns):
    broken = controller("source-controller", ns, "x:v1")
    broken["spec"]["template"]["spec"]["nodeSelector"] = {"nowhere": "true"}
    lab.kube.apply(broken)
    said = sluice("check", "--timeout", "4s", code=1)
    assert "◎ waiting for controllers to become ready\n" in said.err
    assert "✗ source-controller: deployment not ready\n► x:v1\n" in said.err
    assert "✔ gitrepositories.source" in said.err


def test_check_and_version_without_an_installation(sluice, ns):
    said = sluice("check", code=1)
    assert f"✗ no controllers found in the '{ns}' namespace" in said.err
    assert f"✗ no deployments found in {ns} namespace" in sluice("version", code=1).err


# stats, export


def test_stats_count_objects(sluice, apply, podinfo, ns):
    apply(kustomization("broken", ns), failure)
    apply(kustomization("idle", ns, suspend=True))
    header, *rows = sluice("stats").rows
    assert header == ["RECONCILERS", "RUNNING", "FAILING", "SUSPENDED", "STORAGE"]
    assert ["Kustomization", "2", "1", "1", "-"] in rows
    assert ["GitRepository", "1", "0", "0", "1.5 KiB"] in rows
    assert ["HelmRelease", "0", "0", "0", "-"] in rows
    assert {"kind": "GitRepository", "running": 1, "failing": 0, "suspended": 0,
            "storageBytes": 1536} in json.loads(sluice("stats", "-o", "json").out)


def test_export_prints_what_was_declared(lab, sluice, apply, podinfo, ns):
    docs = list(yaml.safe_load_all(sluice("export", "kustomization", "podinfo").out))
    assert len(docs) == 1
    assert set(docs[0]) == {"apiVersion", "kind", "metadata", "spec"}
    assert docs[0]["metadata"] == {"name": "podinfo", "namespace": ns, "labels": {"team": "web"}}
    lab.kube.apply(docs, dry_run=True)
    apply(kustomization("other", ns))
    assert len(list(yaml.safe_load_all(sluice("export", "ks", "--all").out))) == 2
    assert sluice("export", "source", "git", "podinfo").out.startswith("---\napiVersion: source.")
    assert "name is required" in sluice("export", "ks", code=1).err


# Completion


def test_completes_names_and_namespaces(lab, podinfo, ns):
    here = Cli(lab.kubeconfig)
    assert here("__complete", "get", "ks", "-n", ns, "po").out == "podinfo\n"
    assert here("__complete", "get", "ks", "-n", ns, "x").out == ""
    assert here("__complete", "suspend", "source", "git", f"--namespace={ns}", "").out == "podinfo\n"
    assert here("__complete", "-n", ns).out == f"{ns}\n"
    assert here("__complete", "get", "ks", f"--namespace={ns}").out == f"--namespace={ns}\n"


# What the API server refuses


def test_missing_definition_is_named():
    with Lab() as empty:
        here = Cli(empty.kubeconfig)
        message = 'no matches for kind "Kustomization" in version "kustomize.toolkit.fluxcd.io/v1"'
        for args in (["get", "ks"], ["reconcile", "ks", "x"], ["suspend", "ks", "x"], ["tree", "ks", "x"]):
            assert message in here(*args, code=1).err
        assert here("get", "ks", "-w", code=1).err.startswith("✗ ")
        assert here("get", "all").out == ""
        said = here("check", code=1)
        assert '"gitrepositories.source.toolkit.fluxcd.io" not found' in said.err
        assert "✗ no crds found with the label selector 'app.kubernetes.io/part-of=flux'" in said.err


def test_permissions_count(lab, podinfo, ns):
    lab.kube.apply({"apiVersion": "v1", "kind": "ServiceAccount",
                    "metadata": {"name": "nobody", "namespace": ns}})
    nobody = Cli(lab.kubeconfig_with_token(lab.kube.token("nobody", ns)), namespace=ns)
    assert 'cannot list resource "kustomizations"' in nobody("get", "ks", code=1).err
    assert 'cannot list resource "kustomizations"' in nobody("get", "ks", "-w", code=1).err
    said = nobody("get", "all", code=1)
    assert "cannot list" in said.err and said.out == ""
    assert "✗ checking failed: " in nobody("check", code=1).err
    admin = Cli(lab.kubeconfig, namespace=ns)
    as_nobody = ["--as", f"system:serviceaccount:{ns}:nobody"]
    assert "cannot list" in admin("get", "ks", *as_nobody, code=1).err
    assert admin("get", "ks", *as_nobody, "--as-group", "system:masters").rows


def test_wrong_token_is_refused(lab, ns):
    said = Cli(lab.kubeconfig_with_token("wrong"), namespace=ns)("get", "ks", code=1)
    assert "Unauthorized" in said.err


def test_flags_are_enough_without_a_kubeconfig(lab, podinfo, ns):
    info = lab.info
    flags = ["--server", lab.url + "/", "--certificate-authority", info["ca"]]
    bare = Cli(namespace=ns)
    assert bare("get", "ks", *flags, "--client-certificate", info["clientCert"], "--client-key",
                info["clientKey"]).rows
    lab.kube.apply({"apiVersion": "v1", "kind": "ServiceAccount",
                    "metadata": {"name": "bare", "namespace": ns}})
    token = lab.kube.token("bare", ns)
    assert f"system:serviceaccount:{ns}:bare" in bare("get", "ks", *flags, "--token", token, code=1).err
    assert bare("get", "ks", "--server", lab.url, "--token", token, code=1).err.startswith("✗ ")
    assert "cannot list" in bare("get", "ks", "--server", lab.url, "--token", token,
                                 "--insecure-skip-tls-verify", code=1).err
    said = bare("get", "ks", *flags, "--tls-server-name", "elsewhere.example", "--token", token, code=1)
    assert "elsewhere.example" in said.err


def test_credential_plugins_are_run(lab, podinfo, ns, tmp_path):
    lab.kube.apply({"apiVersion": "v1", "kind": "ServiceAccount",
                    "metadata": {"name": "plugin", "namespace": ns}})
    plugin = tmp_path / "plugin"
    plugin.write_text(f"""#!/bin/sh
echo '{{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
  "status": {{"token": "'"$TOKEN"'"}}}}'
""")
    plugin.chmod(0o755)
    config = yaml.safe_load(lab.kubeconfig.read_text())
    config["users"][0]["user"] = {"exec": {
        "apiVersion": "client.authentication.k8s.io/v1", "command": str(plugin),
        "interactiveMode": "Never",
        "env": [{"name": "TOKEN", "value": lab.kube.token("plugin", ns)}]}}
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(config))
    there = Cli(path, namespace=ns)
    assert f'"system:serviceaccount:{ns}:plugin" cannot list' in there("get", "ks", code=1).err
    plugin.unlink()
    assert str(plugin) in there("get", "ks", code=1).err


# Beside flux


@pytest.fixture
def flux(lab, ns):
    if not FLUX.exists():
        pytest.fail("make peers builds the flux to compare with")
    return Cli(lab.kubeconfig, program=FLUX, namespace=ns)


def test_prints_what_flux_prints(sluice, flux, apply, podinfo, ns):
    apply(kustomization("broken", ns, suspend=True), lambda o: failure(o, "one\ntwo"))
    apply(kustomization("new", ns), status=None)
    group = "kustomize.toolkit.fluxcd.io_Kustomization"
    entries = [{"id": f"{ns}_podinfo_{group}", "v": "v1"}, {"id": "_a:b_rbac.authorization.k8s.io_ClusterRole", "v": "v1"}]
    apply(kustomization("parent", ns), lambda o: {**success(o), "inventory": {"entries": entries}})
    for args in (["get", "ks"], ["get", "ks", "podinfo"], ["get", "ks", "--no-header"],
                 ["get", "ks", "--show-source"], ["get", "ks", "--status-selector", "ready!=true"],
                 ["get", "ks", "-l", "team=web"], ["get", "sources", "git"], ["get", "ks", "missing"],
                 ["get", "sources", "git", "-l", "a=b"], ["get", "all"], ["get", "sources", "all", "-A"],
                 ["get", "ks", "-n", "nowhere"], ["stats"], ["stats", "-A"], ["events"], ["check"], ["version"],
                 ["tree", "ks", "parent", "-o", "json"], ["tree", "ks", "parent"], ["check", "--pre"],
                 ["suspend", "ks", "podinfo"], ["reconcile", "ks", "podinfo"],
                 ["get", "ks", "--status-selector", "ready"], ["get", "all", "-w"]):
        ours, theirs = sluice(*args, code=None), flux(*args, code=None)
        assert (ours.code, ours.out.strip(), ours.err) == (theirs.code, theirs.out.strip(), theirs.err), args


def test_reconciles_as_flux_does(lab, sluice, flux, podinfo, ns):
    with Player(lab, "gitrepository", ns), Player(lab, "kustomization", ns):
        args = ["reconcile", "ks", "podinfo", "--with-source"]
        assert sluice(*args).err == flux(*args).err
        for args in (["suspend", "ks", "podinfo"], ["resume", "ks", "podinfo"]):
            assert sluice(*args).err == flux(*args).err


# docs/cli.md


def documented():
    """The commands of the manual that end by themselves, in order."""
    text = (ROOT / "docs" / "cli.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    assert any(block.startswith("# until interrupted\n") for block in blocks)
    return [line for block in blocks if not block.startswith("# until interrupted\n")
            for line in block.splitlines() if line.startswith("sluice ")]


def test_every_command_of_the_manual_works(lab, apply, tmp_path, monkeypatch):
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "cm.yaml").write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "kustomization.yaml").write_text("configMapGenerator: [{name: a}]")
    (tmp_path / "podinfo.yaml").write_text(json.dumps(kustomization("podinfo", "flux-system")))
    (tmp_path / "podinfo" / "templates").mkdir(parents=True)
    (tmp_path / "podinfo" / "Chart.yaml").write_text("{apiVersion: v2, name: podinfo, version: 0.1.0}")
    (tmp_path / "podinfo" / "values.yaml").write_text("replicas: 1")
    (tmp_path / "podinfo" / "templates" / "service.yaml").write_text("{kind: Service, metadata: {name: a}}")
    (tmp_path / "prod.yaml").write_text("replicas: 2")
    monkeypatch.chdir(tmp_path)
    apply(git_repository("podinfo", "flux-system"))
    ks = apply(kustomization("podinfo", "flux-system", labels={"team": "web"}))
    lab.kube.create(event(ks, f"e-{uuid.uuid4().hex[:8]}", kind="Warning"))
    lab.kube.apply(controller("source-controller", "flux-system", "x/source-controller:v1"))
    here = Cli(lab.kubeconfig)
    found = documented()
    assert len(found) > 40
    with Player(lab, "gitrepository", "flux-system"), Player(lab, "kustomization", "flux-system"):
        for line in found:
            program, *args = shlex.split(line)
            assert program == SLUICE.name
            here(*args)
