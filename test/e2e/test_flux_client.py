"""Flux's own command line with our controllers: all that people do with it works as with Flux's."""

import json

import pytest

from cli import FLUX, Cli
from controllers import KustomizeController, SourceController, apply_crds
from lab import GitServer, Lab

NAMESPACE = "flux-system"
# Failures of an object are told by flux only when its own timeout is over.
SHORT = "--timeout=5s"


def config_map(value):
    """A commit's files: one ConfigMap."""
    return {"deploy/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app, namespace: default}\n"
                              f"data: {{value: {value}}}\n"}


@pytest.fixture(scope="module", name="lab")
def shared_lab():
    with Lab() as lab:
        apply_crds(lab)
        lab.kube.namespace(NAMESPACE)
        with SourceController(lab), KustomizeController(lab):
            yield lab


@pytest.fixture(scope="module", name="flux")
def flux_command(lab):
    return Cli(lab.kubeconfig, FLUX)


@pytest.fixture(name="repo")
def created_app(lab, flux):
    """A repository whose first commit is applied by what `flux create` made, until `flux delete`."""
    with GitServer() as git:
        repo = git.repo("app")
        commit = repo.commit(config_map("one"))
        said = flux("create", "source", "git", "app", f"--url={repo.url}", "--branch=main", "--interval=1h")
        assert f"✔ fetched revision: main@sha1:{commit}" in said.err
        said = flux("create", "kustomization", "app", "--source=GitRepository/app", "--path=./deploy", "--prune",
                    "--wait", "--interval=1h")
        assert f"✔ applied revision main@sha1:{commit}" in said.err
        yield repo
        flux("delete", "kustomization", "app", "--silent")
        flux("delete", "source", "git", "app", "--silent")
        for kind in ("kustomization", "gitrepository"):
            lab.kube.wait_gone(kind, "app", NAMESPACE)
        assert not lab.kube.find("configmap", "app")


def value(lab):
    """What is in the cluster."""
    return lab.kube.get("configmap", "app")["data"]["value"]


def test_get_and_reconcile(lab, flux, repo):
    commit = repo.commit(config_map("two"))
    said = flux("reconcile", "source", "git", "app")
    assert f"✔ fetched revision main@sha1:{commit}" in said.err
    commit = repo.commit(config_map("three"))
    said = flux("reconcile", "kustomization", "app", "--with-source")
    assert f"✔ applied revision main@sha1:{commit}" in said.err
    assert value(lab) == "three"
    short = f"main@sha1:{commit[:8]}"
    source = [short, "False", "True", f"stored artifact for revision '{short}'"]
    app = [short, "False", "True", f"Applied revision: {short}"]
    assert flux("get", "sources", "git", "--no-header").rows == [["app", *source]]
    assert flux("get", "kustomizations", "--no-header").rows == [["app", *app]]
    assert flux("get", "ks", "--status-selector", "ready=true", "--no-header").rows == [["app", *app]]
    assert flux("get", "all", "--no-header").rows == [["gitrepository/app", *source], ["kustomization/app", *app]]


def test_a_failure_is_told(lab, flux, repo):
    repo.commit({"deploy/cm.yaml": "data: ["})
    said = flux("reconcile", "ks", "app", "--with-source", SHORT, code=None)
    assert said.code == 1, said
    row, = flux("get", "ks", "app", "--no-header").rows
    assert row[3] == "False" and "cm.yaml" in row[4]
    repo.commit(config_map("repaired"))
    flux("reconcile", "ks", "app", "--with-source")
    assert value(lab) == "repaired"


def test_suspend_and_resume(lab, flux, repo):
    flux("suspend", "source", "git", "app")
    flux("suspend", "ks", "app")
    assert [row[2] for row in flux("get", "all", "--no-header").rows] == ["True", "True"]
    commit = repo.commit(config_map("later"))
    said = flux("resume", "source", "git", "app")
    assert f"✔ fetched revision main@sha1:{commit}" in said.err
    assert value(lab) == "one"
    said = flux("resume", "ks", "app")
    assert f"✔ applied revision main@sha1:{commit}" in said.err
    assert value(lab) == "later"


def test_tree_and_trace(flux, repo):
    assert flux("tree", "ks", "app").out.rstrip() == f"Kustomization/{NAMESPACE}/app\n└── ConfigMap/default/app"
    child, = json.loads(flux("tree", "ks", "app", "-o", "json").out)["resources"]
    assert child["resource"] == {"Namespace": "default", "Name": "app",
                                 "GroupKind": {"Group": "", "Kind": "ConfigMap"}}
    revision = f"main@sha1:{repo.head()}"
    traced = flux("trace", "configmap", "app", "-n", "default").out
    for line in ("Status: Managed by Flux", "Kustomization: app", "Path: ./deploy", "GitRepository: app",
                 f"URL: {repo.url}", "Branch: main", f"Revision: {revision}",
                 f"Message: Applied revision: {revision}"):
        assert line in [" ".join(one.split()) for one in traced.splitlines()], traced


def test_events(flux, repo):
    repo.commit(config_map("two"), message="the second")
    flux("reconcile", "ks", "app", "--with-source")
    seen = {(row[1], row[2], row[3], row[4]) for row in flux("events").rows[1:]}
    assert ("Normal", "NewArtifact", "GitRepository/app", "stored artifact for commit 'the second'") in seen
    assert ("Normal", "Progressing", "Kustomization/app", "ConfigMap/default/app configured") in seen
    objects = {row[3] for row in flux("events", "--for", "Kustomization/app").rows[1:]}
    assert objects == {"Kustomization/app", "GitRepository/app"}


def test_export_stats_and_debug(flux, repo):
    assert f"url: {repo.url}\n" in flux("export", "source", "git", "app").out
    exported = flux("export", "ks", "app").out
    assert "status" not in exported and "finalizers" not in exported
    assert "  path: ./deploy\n  prune: true\n" in exported
    rows = {row[0]: row[1:] for row in flux("stats").rows}
    assert rows["Kustomization"] == ["1", "0", "0", "-"]
    assert rows["GitRepository"][:3] == ["1", "0", "0"] and rows["GitRepository"][3].endswith(" B")
    assert "lastReconciledStatus: ReconciliationSucceeded" in flux("debug", "ks", "app", "--show-history").out


def test_build_and_diff(flux, repo):
    path = f"--path={repo.work}/deploy"
    assert "value: one" in flux("build", "ks", "app", path).out
    assert flux("diff", "ks", "app", path).out == ""
    (repo.work / "deploy" / "cm.yaml").write_text(config_map("changed")["deploy/cm.yaml"])
    said = flux("diff", "ks", "app", path, code=1)
    assert "► ConfigMap/default/app drifted" in said.out
    assert "- one" in said.out and "+ changed" in said.out
