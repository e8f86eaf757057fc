"""Git push to healthy objects through both controllers, looked at with the real flux command line."""

import json
import os
import subprocess

import pytest

from controllers import KustomizeController, SourceController, apply_crds, wait_until
from lab import ROOT, GitServer, Lab, condition

NS = "flux-system"
WEB = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "default"},
       "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}, "template": {
           "metadata": {"labels": {"app": "web"}},
           "spec": {"containers": [{"name": "c", "image": "registry.k8s.io/pause:3.9"}]}}}}


@pytest.fixture(scope="module")
def pipeline():
    """The lab, the repository, and both controllers at work on it."""
    with Lab() as lab, GitServer() as git:
        apply_crds(lab)
        lab.kube.namespace(NS)
        repo = git.repo("app")
        with SourceController(lab), KustomizeController(lab):
            repo.commit({"app/web.yaml": json.dumps(WEB)}, "first")
            lab.kube.apply([
                {"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
                 "metadata": {"name": "app", "namespace": NS},
                 "spec": {"url": repo.url, "interval": "1h", "ref": {"branch": "main"}}},
                {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
                 "metadata": {"name": "app", "namespace": NS},
                 "spec": {"sourceRef": {"kind": "GitRepository", "name": "app"}, "path": "./app", "interval": "1h",
                          "prune": True, "wait": True, "timeout": "1m"}}])
            wait_until(lambda: (condition(lab.kube.get("kustomization", "app", NS), "Ready") or {}).get("status")
                       == "True", what="the first revision")
            yield lab, repo


def flux(pipeline, *args):
    """Run the real flux; returns what it prints on both streams."""
    lab, _ = pipeline
    done = subprocess.run([ROOT / "build" / "peers" / "flux", "--kubeconfig", lab.kubeconfig, "--timeout=60s",
                           *args], capture_output=True, text=True, check=False,
                          env={**os.environ, "HOME": str(lab.dir)})
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_flux_reconciles_a_push(pipeline):
    lab, repo = pipeline
    web = json.loads(json.dumps(WEB))
    web["spec"]["replicas"] = 2
    head = repo.commit({"app/web.yaml": json.dumps(web)}, "second")
    out = flux(pipeline, "reconcile", "kustomization", "app", "--with-source")
    assert f"fetched revision main@sha1:{head}" in out
    assert f"applied revision main@sha1:{head}" in out
    assert lab.kube.get("deployment", "web")["status"]["readyReplicas"] == 2


@pytest.mark.parametrize("args,parts", [
    (("get", "all"), ["gitrepository/app", "kustomization/app", "True", "Applied revision: main@sha1:"]),
    (("get", "sources", "git"), ["app", "stored artifact for revision"]),
    (("get", "kustomizations"), ["app", "False", "True"]),
    (("tree", "kustomization", "app"), ["Kustomization/flux-system/app", "Deployment/default/web"]),
    (("trace", "deployment", "web", "-n", "default"), ["Managed by Flux", "Kustomization", "GitRepository", "main"]),
    (("events",), ["ReconciliationSucceeded", "NewArtifact", "kustomization/app"]),
    (("export", "kustomization", "app"), ["kind: Kustomization", "prune: true"]),
    (("stats",), ["Kustomization", "GitRepository"]),
])
def test_flux_shows_our_objects(pipeline, args, parts):
    out = flux(pipeline, *args)
    for part in parts:
        assert part.lower() in out.lower(), out


def test_flux_suspends_and_resumes(pipeline):
    lab, _ = pipeline
    flux(pipeline, "suspend", "kustomization", "app")
    assert lab.kube.get("kustomization", "app", NS)["spec"]["suspend"] is True
    out = flux(pipeline, "resume", "kustomization", "app")
    assert "applied revision main@sha1:" in out.lower()
