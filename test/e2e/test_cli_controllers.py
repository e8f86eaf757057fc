"""sluice with the controllers that it is made for: what people do all day."""

import pytest

from cli import Cli, git_repository, kustomization
from controllers import KustomizeController, SourceController, apply_crds
from lab import GitServer, Lab

NAMESPACE = "flux-system"


def config_map(value):
    """A commit's files: one ConfigMap."""
    return {"deploy/cm.yaml": f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: app, namespace: default}}\n"
                              f"data: {{value: {value}}}\n"}


@pytest.fixture(scope="module", name="lab")
def shared_lab():
    with Lab() as lab:
        apply_crds(lab)
        lab.kube.namespace(NAMESPACE)
        yield lab


@pytest.fixture(scope="module", name="repo")
def running_app(lab):
    """A repository whose first commit is applied."""
    with GitServer() as git, SourceController(lab), KustomizeController(lab):
        repo = git.repo("app")
        repo.commit(config_map("one"))
        lab.kube.apply(git_repository("app", NAMESPACE, url=repo.url, interval="1h",
                                      ref={"branch": "main"}))
        lab.kube.apply(kustomization("app", NAMESPACE, source="app", interval="1h"))
        lab.kube.wait_for("kustomization", "app", NAMESPACE)
        yield repo


@pytest.fixture
def sluice(lab, repo):
    return Cli(lab.kubeconfig)


def value(lab):
    """What is in the cluster."""
    return lab.kube.get("configmap", "app")["data"]["value"]


def test_a_commit_is_applied_when_asked_for(lab, repo, sluice):
    commit = repo.commit(config_map("two"))
    said = sluice("reconcile", "ks", "app", "--with-source")
    assert f"✔ fetched revision main@sha1:{commit}\n" in said.err
    assert said.err.endswith(f"✔ applied revision main@sha1:{commit}\n")
    assert value(lab) == "two"
    assert sluice("get", "ks", "app", "--no-header").rows[0][1] == f"main@sha1:{commit[:8]}"
    assert sluice("tree", "ks", "app").out == (
        f"Kustomization/{NAMESPACE}/app\n└── ConfigMap/default/app\n")
    objects = {row[3] for row in sluice("events", "--for", "Kustomization/app", "--no-header").rows}
    assert objects == {"Kustomization/app", "GitRepository/app"}


def test_a_broken_commit_is_told_at_once(lab, repo, sluice):
    repo.commit({"deploy/cm.yaml": "data: ["})
    said = sluice("reconcile", "ks", "app", "--with-source", code=1)
    assert said.err.splitlines()[-1].startswith("✗ Kustomization reconciliation failed: ")
    assert "cm.yaml" in said.err.splitlines()[-1]
    repo.commit(config_map("repaired"))
    sluice("reconcile", "ks", "app", "--with-source")
    assert value(lab) == "repaired"


def test_a_branch_that_does_not_exist_is_told_at_once(lab, sluice):
    lab.kube.patch("gitrepository", "app", NAMESPACE, {"spec": {"ref": {"branch": "nope"}}})
    said = sluice("reconcile", "source", "git", "app", code=1)
    assert "refs/heads/nope" in said.err
    lab.kube.patch("gitrepository", "app", NAMESPACE, {"spec": {"ref": {"branch": "main"}}})
    sluice("reconcile", "source", "git", "app")


def test_nothing_happens_while_suspended(lab, repo, sluice):
    before = value(lab)
    sluice("suspend", "ks", "app")
    repo.commit(config_map("later"))
    sluice("reconcile", "source", "git", "app")
    assert value(lab) == before
    sluice("resume", "ks", "app")
    assert value(lab) == "later"
