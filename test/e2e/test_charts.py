"""The umbrella chart in a real cluster: it installs, upgrades, goes again, and grants what it says.

The lab's nodes play containers, so pods become ready though there are no images.
"""

import os
import pathlib
import shutil
import subprocess

import pytest

from lab import Lab

ROOT = pathlib.Path(__file__).resolve().parents[2]
HELM = ROOT / "build" / "peers" / "helm"
NAMESPACE = "chart-test"
ACCOUNT = f"system:serviceaccount:{NAMESPACE}:"
SOURCE, KUSTOMIZE = ACCOUNT + "source-controller", ACCOUNT + "kustomize-controller"
PART_OF = "?labelSelector=app.kubernetes.io%2Fpart-of%3Dflux"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"


class Release:
    """The umbrella chart as a Helm release of the lab."""

    def __init__(self, lab, home):
        self.lab = lab
        self.chart = home / "charts" / "sluice"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "KUBECONFIG": str(lab.kubeconfig),
        }
        shutil.copytree(
            ROOT / "charts", home / "charts", ignore=shutil.ignore_patterns("*.tgz")
        )
        self.helm("dependency", "update", "--skip-refresh", str(self.chart))

    def helm(self, *args):
        result = subprocess.run(
            [str(HELM), "--namespace", NAMESPACE, *args],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert result.returncode == 0, f"helm {' '.join(args)}: {result.stderr}"

    def upgrade(self, *sets):
        settings = [word for one in sets for word in ("--set", one)]
        self.helm(
            "upgrade",
            "sluice",
            str(self.chart),
            "--install",
            "--create-namespace",
            "--wait",
            "--timeout=60s",
            *settings,
        )

    def names(self, path):
        items = self.lab.kube.request("GET", path + PART_OF)["items"]
        return sorted(o["metadata"]["name"] for o in items)

    def may(self, user, verb, group, resource, namespace):
        """Whether the API server would let the user do it."""
        resource, _, subresource = resource.partition("/")
        attributes = {
            "verb": verb,
            "group": group,
            "resource": resource,
            "subresource": subresource,
            "namespace": namespace,
            "name": "some",
        }
        groups = ["system:serviceaccounts", "system:authenticated"]
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {"user": user, "groups": groups, "resourceAttributes": attributes},
        }
        return self.lab.kube.request("POST", REVIEWS, review)["status"]["allowed"]


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    with Lab() as lab:
        release = Release(lab, tmp_path_factory.mktemp("helm"))
        release.upgrade()
        yield release


def test_what_flux_check_looks_for_is_there(release):
    assert release.names(DEPLOYMENTS) == ["kustomize-controller", "source-controller"]
    assert {
        "gitrepositories.source.toolkit.fluxcd.io",
        "kustomizations.kustomize.toolkit.fluxcd.io",
    } <= set(release.names(CRDS))


@pytest.mark.parametrize(
    "user,verb,group,resource,allowed",
    [
        (SOURCE, "list", "source.toolkit.fluxcd.io", "gitrepositories", True),
        (SOURCE, "patch", "source.toolkit.fluxcd.io", "gitrepositories/status", True),
        (SOURCE, "delete", "source.toolkit.fluxcd.io", "gitrepositories", False),
        (SOURCE, "get", "kustomize.toolkit.fluxcd.io", "kustomizations", False),
        (SOURCE, "get", "", "secrets", True),
        (SOURCE, "list", "", "secrets", False),
        (SOURCE, "create", "", "events", True),
        (SOURCE, "create", "", "serviceaccounts/token", True),
        (SOURCE, "update", "coordination.k8s.io", "leases", False),
        (SOURCE, "create", "apps", "deployments", False),
        (KUSTOMIZE, "watch", "kustomize.toolkit.fluxcd.io", "kustomizations", True),
        (KUSTOMIZE, "delete", "apps", "deployments", True),
    ],
)
def test_rights_in_other_namespaces(release, user, verb, group, resource, allowed):
    assert release.may(user, verb, group, resource, "default") is allowed


def test_leases_of_the_own_namespace_can_be_held(release):
    for verb in ("get", "create", "update", "patch"):
        assert release.may(SOURCE, verb, "coordination.k8s.io", "leases", NAMESPACE)


@pytest.mark.parametrize(
    "role,verbs", [("view", {"get"}), ("edit", {"get", "patch"}), ("admin", {"get", "patch"})]
)
def test_roles_of_the_cluster_take_in_the_kinds_of_flux(release, role, verbs):
    def covers(found):
        return verbs <= verbs_on_kustomizations(found)

    found = release.lab.kube.wait_for("clusterrole", role, None, covers)
    assert ("patch" in verbs_on_kustomizations(found)) == ("patch" in verbs)


def verbs_on_kustomizations(role):
    return {
        verb
        for rule in role["rules"]
        if "kustomize.toolkit.fluxcd.io" in rule.get("apiGroups", [])
        for verb in rule["verbs"]
    }


def test_upgrade_narrows_widens_and_keeps_the_definitions(release):
    narrow = ["source-controller.shards={a}", "kustomize-controller.clusterAdmin=false"]
    release.upgrade(*narrow)
    assert release.names(DEPLOYMENTS) == [
        "kustomize-controller",
        "source-controller",
        "source-controller-a",
    ]
    assert not release.may(KUSTOMIZE, "delete", "apps", "deployments", "default")
    assert release.may(KUSTOMIZE, "impersonate", "", "serviceaccounts", "default")

    release.upgrade("source-controller.watchAllNamespaces=false")
    assert release.names(DEPLOYMENTS) == ["kustomize-controller", "source-controller"]
    assert not release.may(SOURCE, "get", "", "secrets", "default")
    assert release.may(SOURCE, "get", "", "secrets", NAMESPACE)

    release.helm("uninstall", "sluice", "--wait")
    assert release.names(DEPLOYMENTS) == []
    assert "gitrepositories.source.toolkit.fluxcd.io" in release.names(CRDS)
