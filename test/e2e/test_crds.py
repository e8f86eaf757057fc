"""What a real API server makes of the CRDs: what it accepts, fills in, drops, refuses and prints.

test/charts/test_crd_schemas.py compares the schemas with tables; here the same schemas are at work.
"""

import copy
import pathlib

import pytest
import yaml

from lab import ApiError, Lab

CHARTS = pathlib.Path(__file__).resolve().parents[2] / "charts"
CRDS = {
    "GitRepository": CHARTS / "source-controller/crds/gitrepositories.yaml",
    "Kustomization": CHARTS / "kustomize-controller/crds/kustomizations.yaml",
}
GROUPS = {
    "GitRepository": ("source.toolkit.fluxcd.io", "gitrepositories"),
    "Kustomization": ("kustomize.toolkit.fluxcd.io", "kustomizations"),
}
MINIMAL = {
    "GitRepository": {"url": "https://git.test/repo", "interval": "1m"},
    "Kustomization": {
        "interval": "1m",
        "prune": True,
        "sourceRef": {"kind": "GitRepository", "name": "repo"},
    },
}
NAMESPACE = "crds"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
MERGE_PATCH = "application/merge-patch+json"
DROP = object()


class Api:
    """Requests. An answer is a pair of the HTTP status, 200 if all is well, and the body."""

    def __init__(self, kube):
        self.kube = kube

    def path(self, kind, name="", namespace=NAMESPACE):
        group, plural = GROUPS[kind]
        path = f"/apis/{group}/v1/namespaces/{namespace}/{plural}"
        return f"{path}/{name}" if name else path

    def request(self, method, path, body=None, **kinds):
        try:
            return 200, self.kube.request(method, path, body, **kinds)
        except ApiError as err:
            return err.status, err.body

    def create(self, kind, name, spec, query="", **other):
        group, _ = GROUPS[kind]
        body = {
            "apiVersion": f"{group}/v1",
            "kind": kind,
            "metadata": {"name": name, "namespace": NAMESPACE},
            "spec": spec,
        } | other
        return self.request("POST", self.path(kind) + query, body)

    def try_spec(self, kind, spec):
        return self.create(kind, "tried", spec, "?dryRun=All")


@pytest.fixture(scope="module")
def api():
    with Lab() as lab:
        for path in CRDS.values():
            lab.kube.apply(path.read_text(encoding="utf-8"))
        lab.kube.namespace(NAMESPACE)
        yield Api(lab.kube)


def spec_with(kind, changes):
    """The minimal spec of the kind with `{dotted.path: value}` set, or dropped."""
    spec = copy.deepcopy(MINIMAL[kind])
    for path, value in changes.items():
        *parents, last = path.split(".")
        node = spec
        for name in parents:
            node = node.setdefault(name, {})
        if value is DROP:
            del node[last]
        else:
            node[last] = value
    return spec


def cases(table):
    return [
        pytest.param(kind, changes, *rest, id=f"{kind}-{index}-{'+'.join(changes) or 'minimal'}")
        for index, (kind, changes, *rest) in enumerate(table)
    ]


GIT, KS = "GitRepository", "Kustomization"
NAME = {"name": "n"}

ACCEPTED = [
    (GIT, {}),
    (GIT, {"url": "http://git.test/repo"}),
    (GIT, {"url": "ssh://git@git.test:22/repo.git"}),
    (GIT, {"url": "https://"}),
    (GIT, {"interval": "1h30m5.5s100ms"}),
    (GIT, {"interval": "0s"}),
    (GIT, {"timeout": "1m30s"}),
    (GIT, {"timeout": "500ms"}),
    (GIT, {"ref": {}}),
    (GIT, {"ref": {"branch": "b", "tag": "t", "semver": "1.x", "name": "refs/n", "commit": "c"}}),
    (GIT, {"ref.branch": ""}),
    (GIT, {"secretRef": NAME, "proxySecretRef": NAME}),
    (GIT, {"provider": "generic"}),
    (GIT, {"provider": "github", "secretRef": NAME}),
    (GIT, {"provider": "aws", "serviceAccountName": "sa"}),
    (GIT, {"provider": "azure", "serviceAccountName": "sa"}),
    (GIT, {"verify": {"secretRef": NAME}}),
    (GIT, {"verify": {"secretRef": NAME, "mode": "head"}}),
    (GIT, {"verify": {"secretRef": NAME, "mode": "HEAD"}}),
    (GIT, {"verify": {"secretRef": NAME, "mode": "Tag"}}),
    (GIT, {"verify": {"secretRef": NAME, "mode": "TagAndHEAD"}}),
    (GIT, {"ignore": ""}),
    (GIT, {"ignore": "# all\n/*\n!/deploy\n"}),
    (GIT, {"include": [{"repository": NAME}]}),
    (GIT, {"include": [{"repository": NAME, "fromPath": "a", "toPath": "b"}]}),
    (GIT, {"include": []}),
    (GIT, {"sparseCheckout": ["a", "./b/c"]}),
    (GIT, {"recurseSubmodules": True, "suspend": False}),
    (KS, {}),
    (KS, {"sourceRef.kind": "OCIRepository"}),
    (KS, {"sourceRef.kind": "Bucket"}),
    (KS, {"sourceRef.kind": "ExternalArtifact", "sourceRef.namespace": "other"}),
    (KS, {"sourceRef.apiVersion": "source.toolkit.fluxcd.io/v1"}),
    (KS, {"sourceRef.name": ""}),
    (KS, {"timeout": "2h", "retryInterval": "30s", "interval": "24h"}),
    (KS, {"prune": False, "wait": True, "force": True, "suspend": True}),
    (KS, {"path": ""}),
    (KS, {"path": "./clusters/production"}),
    (KS, {"deletionPolicy": "MirrorPrune"}),
    (KS, {"deletionPolicy": "Delete"}),
    (KS, {"deletionPolicy": "WaitForTermination"}),
    (KS, {"deletionPolicy": "Orphan"}),
    (KS, {"healthChecks": [{"kind": "Deployment", "name": "n"}]}),
    (
        KS,
        {
            "healthChecks": [
                {"apiVersion": "v1", "kind": "Service", "name": "n", "namespace": "other"}
            ]
        },
    ),
    (KS, {"healthCheckExprs": [{"apiVersion": "a.test/v1", "current": "true"}]}),
    (
        KS,
        {
            "healthCheckExprs": [
                {
                    "apiVersion": "a.test/v1",
                    "kind": "A",
                    "current": "this is not CEL (",
                    "inProgress": "",
                    "failed": "",
                }
            ]
        },
    ),
    (KS, {"dependsOn": [NAME, {"name": "n", "namespace": "o", "readyExpr": "true"}]}),
    (KS, {"serviceAccountName": "sa"}),
    (KS, {"kubeConfig": {"secretRef": NAME}}),
    (KS, {"kubeConfig": {"secretRef": {"name": "n", "key": "k"}}}),
    (KS, {"kubeConfig": {"configMapRef": NAME}}),
    (KS, {"decryption": {"provider": "sops"}}),
    (KS, {"decryption": {"provider": "sops", "secretRef": NAME, "serviceAccountName": "sa"}}),
    (KS, {"targetNamespace": "n"}),
    (KS, {"targetNamespace": "n" * 63}),
    (KS, {"namePrefix": "p", "nameSuffix": "s"}),
    (KS, {"namePrefix": "p" * 200, "nameSuffix": "s" * 200}),
    (KS, {"commonMetadata": {}}),
    (KS, {"commonMetadata": {"labels": {"a": "b"}, "annotations": {"c": ""}}}),
    (KS, {"patches": [{"patch": ""}]}),
    (KS, {"patches": [{"patch": "x", "target": {}}]}),
    (
        KS,
        {
            "patches": [
                {
                    "patch": "- op: remove\n  path: /a\n",
                    "target": {
                        "group": "g",
                        "version": "v",
                        "kind": "k",
                        "namespace": "ns",
                        "name": "n.*",
                        "labelSelector": "a=b",
                        "annotationSelector": "c",
                    },
                }
            ]
        },
    ),
    (KS, {"images": [NAME, {"name": "n", "newName": "m", "newTag": "t", "digest": "sha256:0"}]}),
    (KS, {"components": ["../c", "https://git.test/c"], "ignoreMissingComponents": True}),
    (KS, {"buildMetadata": ["originAnnotations", "transformerAnnotations"]}),
    (KS, {"buildMetadata": []}),
    (KS, {"postBuild": {}}),
    (KS, {"postBuild": {"substitute": {"a": "b", "not a name": ""}}}),
    (KS, {"postBuild": {"substituteFrom": [{"kind": "Secret", "name": "n" * 253}]}}),
    (
        KS,
        {"postBuild": {"substituteFrom": [{"kind": "ConfigMap", "name": "n", "optional": True}]}},
    ),
    (KS, {"postBuild": {"substituteStrategy": "WithVariables"}}),
    (KS, {"postBuild": {"substituteStrategy": "Always"}}),
    (KS, {"ignore": [{"paths": []}]}),
    (KS, {"ignore": [{"paths": ["/spec/replicas"], "target": {"kind": "Deployment"}}]}),
]

EXACTLY_ONE = (
    "exactly one of spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be specified"
)
SERVICE_ACCOUNT = "serviceAccountName can only be set when provider is 'azure' or 'aws'"
DURATION = r"should match '^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$'"
DURATION_NO_HOURS = r"should match '^([0-9]+(\.[0-9]+)?(ms|s|m))+$'"

# kind, changes, field that is at fault, end of the message
REFUSED = [
    (GIT, {"url": DROP}, "spec.url", "Required value"),
    (GIT, {"interval": DROP}, "spec.interval", "Required value"),
    (GIT, {"url": "git@git.test:repo"}, "spec.url", "should match '^(http|https|ssh)://.*$'"),
    (GIT, {"url": "oci://git.test/repo"}, "spec.url", "should match '^(http|https|ssh)://.*$'"),
    (GIT, {"url": ""}, "spec.url", "should match '^(http|https|ssh)://.*$'"),
    (GIT, {"interval": "1d"}, "spec.interval", DURATION),
    (GIT, {"interval": "60"}, "spec.interval", DURATION),
    (GIT, {"interval": "-1m"}, "spec.interval", DURATION),
    (GIT, {"interval": ""}, "spec.interval", DURATION),
    (GIT, {"interval": 60}, "spec.interval", 'must be of type string: "integer"'),
    (GIT, {"timeout": "1h"}, "spec.timeout", DURATION_NO_HOURS),
    (GIT, {"timeout": "1m "}, "spec.timeout", DURATION_NO_HOURS),
    (
        GIT,
        {"provider": "gcp"},
        "spec.provider",
        'supported values: "generic", "aws", "azure", "github"',
    ),
    (
        GIT,
        {"provider": ""},
        "spec.provider",
        'supported values: "generic", "aws", "azure", "github"',
    ),
    (GIT, {"serviceAccountName": "sa"}, "spec", SERVICE_ACCOUNT),
    (GIT, {"serviceAccountName": "sa", "provider": "generic"}, "spec", SERVICE_ACCOUNT),
    (GIT, {"serviceAccountName": "sa", "provider": "github"}, "spec", SERVICE_ACCOUNT),
    (GIT, {"secretRef": {}}, "spec.secretRef.name", "Required value"),
    (GIT, {"proxySecretRef": {}}, "spec.proxySecretRef.name", "Required value"),
    (GIT, {"verify": {}}, "spec.verify.secretRef", "Required value"),
    (GIT, {"verify": {"secretRef": {}}}, "spec.verify.secretRef.name", "Required value"),
    (
        GIT,
        {"verify": {"secretRef": NAME, "mode": "tag"}},
        "spec.verify.mode",
        'supported values: "head", "HEAD", "Tag", "TagAndHEAD"',
    ),
    (GIT, {"include": [{}]}, "spec.include[0].repository", "Required value"),
    (GIT, {"include": [{"repository": {}}]}, "spec.include[0].repository.name", "Required value"),
    (GIT, {"sparseCheckout": [1]}, "spec.sparseCheckout[0]", 'must be of type string: "integer"'),
    (GIT, {"suspend": "true"}, "spec.suspend", 'must be of type boolean: "string"'),
    (GIT, {"ref": "main"}, "spec.ref", 'must be of type object: "string"'),
    (KS, {"interval": DROP}, "spec.interval", "Required value"),
    (KS, {"prune": DROP}, "spec.prune", "Required value"),
    (KS, {"sourceRef": DROP}, "spec.sourceRef", "Required value"),
    (KS, {"sourceRef.kind": DROP}, "spec.sourceRef.kind", "Required value"),
    (KS, {"sourceRef.name": DROP}, "spec.sourceRef.name", "Required value"),
    (
        KS,
        {"sourceRef.kind": "HelmRepository"},
        "spec.sourceRef.kind",
        'supported values: "OCIRepository", "GitRepository", "Bucket", "ExternalArtifact"',
    ),
    (KS, {"interval": "1 m"}, "spec.interval", DURATION),
    (KS, {"retryInterval": "1d"}, "spec.retryInterval", DURATION),
    (KS, {"timeout": "5"}, "spec.timeout", DURATION),
    (
        KS,
        {"deletionPolicy": "delete"},
        "spec.deletionPolicy",
        'supported values: "MirrorPrune", "Delete", "WaitForTermination", "Orphan"',
    ),
    (KS, {"healthChecks": [{"name": "n"}]}, "spec.healthChecks[0].kind", "Required value"),
    (KS, {"healthChecks": [{"kind": "K"}]}, "spec.healthChecks[0].name", "Required value"),
    (
        KS,
        {"healthCheckExprs": [{"current": "true"}]},
        "spec.healthCheckExprs[0].apiVersion",
        "Required value",
    ),
    (
        KS,
        {"healthCheckExprs": [{"apiVersion": "v1"}]},
        "spec.healthCheckExprs[0].current",
        "Required value",
    ),
    (KS, {"dependsOn": [{"namespace": "n"}]}, "spec.dependsOn[0].name", "Required value"),
    (KS, {"dependsOn": ["n"]}, "spec.dependsOn[0]", 'must be of type object: "string"'),
    (KS, {"kubeConfig": {}}, "spec.kubeConfig", EXACTLY_ONE),
    (KS, {"kubeConfig": {"secretRef": NAME, "configMapRef": NAME}}, "spec.kubeConfig", EXACTLY_ONE),
    (KS, {"kubeConfig": {"secretRef": {}}}, "spec.kubeConfig.secretRef.name", "Required value"),
    (
        KS,
        {"kubeConfig": {"configMapRef": {}}},
        "spec.kubeConfig.configMapRef.name",
        "Required value",
    ),
    (KS, {"decryption": {}}, "spec.decryption.provider", "Required value"),
    (KS, {"decryption": {"provider": "age"}}, "spec.decryption.provider", 'values: "sops"'),
    (
        KS,
        {"decryption": {"provider": "sops", "secretRef": {}}},
        "spec.decryption.secretRef.name",
        "Required value",
    ),
    (KS, {"targetNamespace": ""}, "spec.targetNamespace", "should be at least 1 chars long"),
    (KS, {"targetNamespace": "n" * 64}, "spec.targetNamespace", "may not be more than 63 bytes"),
    (KS, {"namePrefix": ""}, "spec.namePrefix", "should be at least 1 chars long"),
    (KS, {"namePrefix": "p" * 201}, "spec.namePrefix", "may not be more than 200 bytes"),
    (KS, {"nameSuffix": ""}, "spec.nameSuffix", "should be at least 1 chars long"),
    (KS, {"nameSuffix": "s" * 201}, "spec.nameSuffix", "may not be more than 200 bytes"),
    (
        KS,
        {"commonMetadata": {"labels": {"a": 1}}},
        "spec.commonMetadata.labels.a",
        'must be of type string: "integer"',
    ),
    (KS, {"patches": [{"target": {}}]}, "spec.patches[0].patch", "Required value"),
    (KS, {"images": [{"newTag": "t"}]}, "spec.images[0].name", "Required value"),
    (
        KS,
        {"buildMetadata": ["managedByLabel"]},
        "spec.buildMetadata[0]",
        'supported values: "originAnnotations", "transformerAnnotations"',
    ),
    (
        KS,
        {"postBuild": {"substitute": {"replicas": 3}}},
        "spec.postBuild.substitute.replicas",
        'must be of type string: "integer"',
    ),
    (
        KS,
        {"postBuild": {"substituteFrom": [{"name": "n"}]}},
        "spec.postBuild.substituteFrom[0].kind",
        "Required value",
    ),
    (
        KS,
        {"postBuild": {"substituteFrom": [{"kind": "Secret"}]}},
        "spec.postBuild.substituteFrom[0].name",
        "Required value",
    ),
    (
        KS,
        {"postBuild": {"substituteFrom": [{"kind": "Secret", "name": ""}]}},
        "spec.postBuild.substituteFrom[0].name",
        "should be at least 1 chars long",
    ),
    (
        KS,
        {"postBuild": {"substituteFrom": [{"kind": "Secret", "name": "n" * 254}]}},
        "spec.postBuild.substituteFrom[0].name",
        "may not be more than 253 bytes",
    ),
    (
        KS,
        {"postBuild": {"substituteFrom": [{"kind": "Pod", "name": "n"}]}},
        "spec.postBuild.substituteFrom[0].kind",
        'supported values: "Secret", "ConfigMap"',
    ),
    (
        KS,
        {"postBuild": {"substituteStrategy": "Never"}},
        "spec.postBuild.substituteStrategy",
        'supported values: "WithVariables", "Always"',
    ),
    (KS, {"ignore": [{"target": {}}]}, "spec.ignore[0].paths", "Required value"),
]


@pytest.mark.parametrize("kind,changes", cases(ACCEPTED))
def test_accepts(api, kind, changes):
    spec = spec_with(kind, changes)
    status, body = api.try_spec(kind, spec)
    assert status == 200, body
    assert_contains(body["spec"], spec)


@pytest.mark.parametrize("kind,changes,field,message", cases(REFUSED))
def test_refuses(api, kind, changes, field, message):
    status, body = api.try_spec(kind, spec_with(kind, changes))
    assert status == 422, body
    causes = {c["field"]: c["message"] for c in body["details"]["causes"] if "field" in c}
    assert field in causes
    assert causes[field].endswith(message)


def assert_contains(have, want, path="spec"):
    """`have` holds all of `want`, and no value was changed or dropped on the way."""
    if isinstance(want, dict):
        for key, value in want.items():
            assert key in have, f"{path}.{key} is gone"
            assert_contains(have[key], value, f"{path}.{key}")
    elif isinstance(want, list):
        assert len(have) == len(want), path
        for index, value in enumerate(want):
            assert_contains(have[index], value, f"{path}[{index}]")
    else:
        assert have == want, path


def test_defaults_are_filled_in(api):
    status, git = api.try_spec(GIT, spec_with(GIT, {"verify": {"secretRef": NAME}}))
    assert status == 200, git
    assert git["spec"] == MINIMAL[GIT] | {
        "timeout": "60s",
        "verify": {"secretRef": NAME, "mode": "HEAD"},
    }
    assert git["status"] == {"observedGeneration": -1}

    variables = {"substituteFrom": [{"kind": "Secret", "name": "n"}]}
    status, ks = api.try_spec(KS, spec_with(KS, {"postBuild": variables}))
    assert status == 200, ks
    assert ks["spec"] == MINIMAL[KS] | {
        "force": False,
        "postBuild": {"substituteFrom": [{"kind": "Secret", "name": "n", "optional": False}]},
    }
    assert ks["status"] == {"observedGeneration": -1}


@pytest.mark.parametrize("kind", CRDS)
def test_object_without_a_spec_is_accepted(api, kind):
    group, _ = GROUPS[kind]
    body = {"apiVersion": f"{group}/v1", "kind": kind, "metadata": {"name": "empty"}}
    status, body = api.request("POST", api.path(kind) + "?dryRun=All", body)
    assert status == 200, body
    assert "spec" not in body


@pytest.mark.parametrize(
    "kind,changes,kept",
    [
        (GIT, {"gitImplementation": "go-git"}, {}),
        (GIT, {"accessFrom": {"namespaceSelectors": []}}, {}),
        (GIT, {"ref": {"branch": "b", "remote": "r"}}, {"ref": {"branch": "b"}}),
        (KS, {"validation": "client"}, {}),
        (KS, {"patchesStrategicMerge": [{}], "patchesJson6902": []}, {}),
        (
            KS,
            {"dependsOn": [{"name": "n", "kind": "HelmRelease"}]},
            {"dependsOn": [{"name": "n"}]},
        ),
    ],
)
def test_unknown_fields_are_dropped(api, kind, changes, kept):
    status, body = api.try_spec(kind, spec_with(kind, changes))
    assert status == 200, body
    defaults = {GIT: {"timeout": "60s"}, KS: {"force": False}}[kind]
    assert body["spec"] == MINIMAL[kind] | defaults | kept


@pytest.mark.parametrize("kind", CRDS)
def test_unknown_field_is_refused_on_request(api, kind):
    spec = spec_with(kind, {"nope": 1})
    status, body = api.create(kind, "strict", spec, "?dryRun=All&fieldValidation=Strict")
    assert status == 400, body
    assert 'unknown field "spec.nope"' in body["message"]


def condition(**changes):
    return {
        "type": "Ready",
        "status": "True",
        "reason": "Succeeded",
        "message": "stored artifact",
        "lastTransitionTime": "2024-01-02T03:04:05Z",
        "observedGeneration": 1,
    } | changes


ARTIFACT = {
    "path": "gitrepository/crds/status/0.tar.gz",
    "url": "http://source-controller/gitrepository/crds/status/0.tar.gz",
    "revision": "main@sha1:0123456789abcdef0123456789abcdef01234567",
    "digest": "sha256:" + 64 * "0",
    "lastUpdateTime": "2024-01-02T03:04:05Z",
    "size": 9007199254740993,
    "metadata": {"org.opencontainers.image.revision": "v1"},
}
STATUS = {
    GIT: {
        "observedGeneration": 1,
        "lastHandledReconcileAt": "now",
        "conditions": [condition()],
        "artifact": ARTIFACT,
        "includedArtifacts": [ARTIFACT],
        "observedIgnore": "",
        "observedRecurseSubmodules": True,
        "observedInclude": [{"repository": NAME, "fromPath": "a", "toPath": "b"}],
        "observedSparseCheckout": ["a"],
        "sourceVerificationMode": "HEAD",
    },
    KS: {
        "observedGeneration": 1,
        "lastHandledReconcileAt": "now",
        "conditions": [condition()],
        "lastAttemptedRevision": "main@sha1:1",
        "lastAppliedRevision": "main@sha1:0",
        "lastAppliedOriginRevision": "v1",
        "inventory": {"entries": [{"id": "ns_name_apps_Deployment", "v": "v1"}]},
        "history": [
            {
                "digest": "sha256:" + 64 * "0",
                "firstReconciled": "2024-01-02T03:04:05Z",
                "lastReconciled": "2024-01-02T03:05:05Z",
                "lastReconciledDuration": "1.5s",
                "lastReconciledStatus": "ReconciliationSucceeded",
                "totalReconciliations": 2,
                "metadata": {"revision": "main@sha1:0"},
            }
        ],
    },
}


@pytest.fixture
def created(api):
    """A function that creates an object, which is deleted after the test."""
    made = []

    def create(kind, name, **other):
        status, body = api.create(kind, name, MINIMAL[kind], **other)
        assert status == 200, body
        made.append(api.path(kind, name))
        return body

    yield create
    for path in made:
        api.request("DELETE", path)


def patch_status(api, kind, name, status):
    return api.request(
        "PATCH",
        api.path(kind, name) + "/status",
        {"status": status},
        content_type=MERGE_PATCH,
    )


@pytest.mark.parametrize("kind", CRDS)
def test_status_is_written_through_its_subresource_alone(api, created, kind):
    body = created(kind, "status", status=STATUS[kind])
    assert body["status"] == {"observedGeneration": -1}
    code, body = patch_status(api, kind, "status", STATUS[kind])
    assert code == 200, body
    assert body["status"] == STATUS[kind]
    assert body["metadata"]["generation"] == 1
    code, body = api.request(
        "PATCH",
        api.path(kind, "status"),
        {"status": {"observedGeneration": 7}, "spec": {"suspend": True}},
        content_type=MERGE_PATCH,
    )
    assert code == 200, body
    assert body["status"] == STATUS[kind]
    assert body["metadata"]["generation"] == 2


BAD_STATUS = [
    (kind, {"conditions": [condition(**changes)]}, field, message)
    for kind in CRDS
    for changes, field, message in [
        ({"status": "true"}, "status", 'supported values: "True", "False", "Unknown"'),
        ({"reason": ""}, "reason", "should be at least 1 chars long"),
        ({"reason": "not ready"}, "reason", "'^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$'"),
        ({"reason": "R" * 1025}, "reason", "may not be more than 1024 bytes"),
        ({"message": "m" * 32769}, "message", "may not be more than 32768 bytes"),
        ({"type": "T" * 317}, "type", "may not be more than 316 bytes"),
        ({"observedGeneration": -1}, "observedGeneration", "greater than or equal to 0"),
        ({"lastTransitionTime": "yesterday"}, "lastTransitionTime", 'date-time: "yesterday"'),
        ({"lastTransitionTime": None}, "lastTransitionTime", "Required value"),
    ]
] + [
    (GIT, {"artifact": ARTIFACT | {"digest": "0"}}, "digest", ":[a-zA-Z0-9=_-]+$'"),
    (GIT, {"artifact": ARTIFACT | {"size": "1"}}, "size", 'must be of type integer: "string"'),
    (KS, {"inventory": {"entries": [{"id": "a"}]}}, "v", "Required value"),
    (KS, {"inventory": {}}, "entries", "Required value"),
    (KS, {"history": [{"digest": "a"}]}, "totalReconciliations", "Required value"),
]


@pytest.mark.parametrize("kind,bad,field,message", BAD_STATUS)
def test_malformed_status_is_refused(api, created, kind, bad, field, message):
    created(kind, "bad-status")
    code, body = patch_status(api, kind, "bad-status", bad)
    assert code == 422, body
    causes = {c["field"]: c["message"] for c in body["details"]["causes"] if "field" in c}
    at_fault = [f for f in causes if f.rpartition(".")[2] == field]
    assert at_fault, causes
    assert message in causes[at_fault[0]]


@pytest.mark.parametrize("kind", CRDS)
def test_longest_condition_is_stored(api, created, kind):
    created(kind, "longest")
    longest = condition(type="T" * 316, reason="R" * 1024, message="m" * 32768)
    code, body = patch_status(api, kind, "longest", {"conditions": [longest]})
    assert code == 200, body
    assert body["status"]["conditions"] == [longest]


@pytest.mark.parametrize(
    "kind,columns,cells",
    [
        (
            GIT,
            ["Name", "URL", "Age", "Ready", "Status"],
            {"Name": "table", "URL": MINIMAL[GIT]["url"]},
        ),
        (KS, ["Name", "Age", "Ready", "Status"], {"Name": "table"}),
    ],
)
def test_table_that_kubectl_prints(api, created, kind, columns, cells):
    created(kind, "table")
    not_ready = condition(type="Reconciling", message="not this one")
    ready = condition(status="False", message="the message")
    code, body = patch_status(api, kind, "table", {"conditions": [not_ready, ready]})
    assert code == 200, body
    code, table = api.request("GET", api.path(kind, "table"), accept=TABLE)
    assert code == 200, table
    assert table["kind"] == "Table"
    names = [c["name"] for c in table["columnDefinitions"]]
    assert names == columns
    row = dict(zip(names, table["rows"][0]["cells"]))
    assert row.pop("Age")
    assert row == cells | {"Ready": "False", "Status": "the message"}


@pytest.mark.parametrize(
    "kind,short,category",
    [(GIT, "gitrepo", "fluxcd-sources"), (KS, "ks", "fluxcd-appliers")],
)
def test_discovery_knows_short_names_and_categories(api, kind, short, category):
    group, plural = GROUPS[kind]
    code, body = api.request("GET", f"/apis/{group}/v1")
    assert code == 200, body
    resources = {r["name"]: r for r in body["resources"]}
    assert set(resources) == {plural, plural + "/status"}
    resource = resources[plural]
    assert resource["kind"] == kind
    assert resource["singularName"] == kind.lower()
    assert resource["namespaced"] is True
    assert resource["shortNames"] == [short]
    assert resource["categories"] == ["all", "fluxcd", category]
    assert {"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"} == (
        set(resource["verbs"])
    )


@pytest.mark.parametrize("kind", CRDS)
def test_definition_is_stored_and_reports_no_defect(api, kind):
    group, plural = GROUPS[kind]
    path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}.{group}"
    code, crd = api.request("GET", path)
    assert code == 200, crd
    conditions = {c["type"]: c["status"] for c in crd["status"]["conditions"]}
    assert conditions["Established"] == "True"
    assert conditions["NamesAccepted"] == "True"
    assert conditions.get("NonStructuralSchema", "False") == "False"
    assert crd["status"]["storedVersions"] == ["v1"]
    with open(CRDS[kind], encoding="utf-8") as file:
        written = yaml.safe_load(file)
    schema = written["spec"]["versions"][0]["schema"]
    assert crd["spec"]["versions"][0]["schema"] == schema
