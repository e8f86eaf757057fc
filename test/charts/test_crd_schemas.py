"""The CRDs hold exactly the fields, bounds, defaults and messages that Flux's own have.

Each table lists every property of a kind: path, type, and whatever else the schema says of it. A
field that is missing from a table, or from the schema, fails. What a real API server makes of these
schemas is the matter of test/e2e/test_crds.py.
"""

import pathlib

import pytest
import yaml

CHARTS = pathlib.Path(__file__).resolve().parents[2] / "charts"

DURATION = {"pattern": r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$"}
DURATION_NO_HOURS = {"pattern": r"^([0-9]+(\.[0-9]+)?(ms|s|m))+$"}
DIGEST = {"pattern": r"^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$"}
INT64 = {"format": "int64"}
TIME = {"format": "date-time"}
STRINGS = {"additionalProperties": {"type": "string"}}
AT_MOST_ONE_CLUSTER = (
    "exactly one of spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be specified"
)


def required(*names):
    return {"required": sorted(names)}


def one_of(*values):
    return {"enum": list(values)}


def reference(path):
    """A reference to an object of the same namespace by its name alone."""
    return [(path, "object", required("name")), (path + ".name", "string", {})]


def selector(path):
    fields = "group version kind namespace name labelSelector annotationSelector".split()
    return [(path, "object", {})] + [(f"{path}.{f}", "string", {}) for f in fields]


def artifact(path):
    return [
        (path, "object", required("path", "url", "revision", "digest", "lastUpdateTime")),
        (path + ".path", "string", {}),
        (path + ".url", "string", {}),
        (path + ".revision", "string", {}),
        (path + ".digest", "string", DIGEST),
        (path + ".lastUpdateTime", "string", TIME),
        (path + ".size", "integer", INT64),
        (path + ".metadata", "object", STRINGS),
    ]


def included(path):
    return [
        (path, "array", {}),
        (path + "[]", "object", required("repository")),
        *reference(path + "[].repository"),
        (path + "[].fromPath", "string", {}),
        (path + "[].toPath", "string", {}),
    ]


COMMON = [
    ("", "object", {}),
    ("apiVersion", "string", {}),
    ("kind", "string", {}),
    ("metadata", "object", {}),
    ("status", "object", {"default": {"observedGeneration": -1}}),
    ("status.observedGeneration", "integer", INT64),
    ("status.lastHandledReconcileAt", "string", {}),
    ("status.conditions", "array", {}),
    (
        "status.conditions[]",
        "object",
        required("type", "status", "reason", "message", "lastTransitionTime"),
    ),
    (
        "status.conditions[].type",
        "string",
        {
            "maxLength": 316,
            "pattern": r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
            r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$",
        },
    ),
    ("status.conditions[].status", "string", one_of("True", "False", "Unknown")),
    (
        "status.conditions[].reason",
        "string",
        {"minLength": 1, "maxLength": 1024, "pattern": r"^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"},
    ),
    ("status.conditions[].message", "string", {"maxLength": 32768}),
    ("status.conditions[].observedGeneration", "integer", {"format": "int64", "minimum": 0}),
    ("status.conditions[].lastTransitionTime", "string", TIME),
]

GIT_REPOSITORY = COMMON + [
    (
        "spec",
        "object",
        {
            "required": ["interval", "url"],
            "messages": [
                "serviceAccountName can only be set when provider is 'azure' or 'aws'",
            ],
        },
    ),
    ("spec.url", "string", {"pattern": "^(http|https|ssh)://.*$"}),
    *reference("spec.secretRef"),
    ("spec.provider", "string", one_of("generic", "aws", "azure", "github")),
    ("spec.serviceAccountName", "string", {}),
    ("spec.interval", "string", DURATION),
    ("spec.timeout", "string", {"default": "60s"} | DURATION_NO_HOURS),
    ("spec.ref", "object", {}),
    *[(f"spec.ref.{f}", "string", {}) for f in "branch tag semver name commit".split()],
    ("spec.verify", "object", required("secretRef")),
    (
        "spec.verify.mode",
        "string",
        {"default": "HEAD"} | one_of("head", "HEAD", "Tag", "TagAndHEAD"),
    ),
    *reference("spec.verify.secretRef"),
    *reference("spec.proxySecretRef"),
    ("spec.ignore", "string", {}),
    ("spec.suspend", "boolean", {}),
    ("spec.recurseSubmodules", "boolean", {}),
    *included("spec.include"),
    ("spec.sparseCheckout", "array", {}),
    ("spec.sparseCheckout[]", "string", {}),
    *artifact("status.artifact"),
    ("status.includedArtifacts", "array", {}),
    *artifact("status.includedArtifacts[]"),
    ("status.observedIgnore", "string", {}),
    ("status.observedRecurseSubmodules", "boolean", {}),
    *included("status.observedInclude"),
    ("status.observedSparseCheckout", "array", {}),
    ("status.observedSparseCheckout[]", "string", {}),
    ("status.sourceVerificationMode", "string", {}),
]

KUSTOMIZATION = COMMON + [
    ("spec", "object", required("interval", "prune", "sourceRef")),
    ("spec.sourceRef", "object", required("kind", "name")),
    ("spec.sourceRef.apiVersion", "string", {}),
    (
        "spec.sourceRef.kind",
        "string",
        one_of("OCIRepository", "GitRepository", "Bucket", "ExternalArtifact"),
    ),
    ("spec.sourceRef.name", "string", {}),
    ("spec.sourceRef.namespace", "string", {}),
    ("spec.path", "string", {}),
    ("spec.interval", "string", DURATION),
    ("spec.retryInterval", "string", DURATION),
    ("spec.timeout", "string", DURATION),
    ("spec.prune", "boolean", {}),
    (
        "spec.deletionPolicy",
        "string",
        one_of("MirrorPrune", "Delete", "WaitForTermination", "Orphan"),
    ),
    ("spec.suspend", "boolean", {}),
    ("spec.force", "boolean", {"default": False}),
    ("spec.wait", "boolean", {}),
    ("spec.healthChecks", "array", {}),
    ("spec.healthChecks[]", "object", required("kind", "name")),
    *[(f"spec.healthChecks[].{f}", "string", {}) for f in "apiVersion kind name namespace".split()],
    ("spec.healthCheckExprs", "array", {}),
    ("spec.healthCheckExprs[]", "object", required("apiVersion", "current")),
    *[
        (f"spec.healthCheckExprs[].{f}", "string", {})
        for f in "apiVersion kind inProgress failed current".split()
    ],
    ("spec.dependsOn", "array", {}),
    ("spec.dependsOn[]", "object", required("name")),
    *[(f"spec.dependsOn[].{f}", "string", {}) for f in "name namespace readyExpr".split()],
    ("spec.serviceAccountName", "string", {}),
    ("spec.kubeConfig", "object", {"messages": [AT_MOST_ONE_CLUSTER, AT_MOST_ONE_CLUSTER]}),
    *reference("spec.kubeConfig.configMapRef"),
    *reference("spec.kubeConfig.secretRef"),
    ("spec.kubeConfig.secretRef.key", "string", {}),
    ("spec.decryption", "object", required("provider")),
    ("spec.decryption.provider", "string", one_of("sops")),
    *reference("spec.decryption.secretRef"),
    ("spec.decryption.serviceAccountName", "string", {}),
    ("spec.targetNamespace", "string", {"minLength": 1, "maxLength": 63}),
    ("spec.namePrefix", "string", {"minLength": 1, "maxLength": 200}),
    ("spec.nameSuffix", "string", {"minLength": 1, "maxLength": 200}),
    ("spec.commonMetadata", "object", {}),
    ("spec.commonMetadata.labels", "object", STRINGS),
    ("spec.commonMetadata.annotations", "object", STRINGS),
    ("spec.patches", "array", {}),
    ("spec.patches[]", "object", required("patch")),
    ("spec.patches[].patch", "string", {}),
    *selector("spec.patches[].target"),
    ("spec.images", "array", {}),
    ("spec.images[]", "object", required("name")),
    *[(f"spec.images[].{f}", "string", {}) for f in "name newName newTag digest".split()],
    ("spec.components", "array", {}),
    ("spec.components[]", "string", {}),
    ("spec.ignoreMissingComponents", "boolean", {}),
    ("spec.buildMetadata", "array", {}),
    ("spec.buildMetadata[]", "string", one_of("originAnnotations", "transformerAnnotations")),
    ("spec.postBuild", "object", {}),
    ("spec.postBuild.substitute", "object", STRINGS),
    ("spec.postBuild.substituteFrom", "array", {}),
    ("spec.postBuild.substituteFrom[]", "object", required("kind", "name")),
    ("spec.postBuild.substituteFrom[].kind", "string", one_of("Secret", "ConfigMap")),
    ("spec.postBuild.substituteFrom[].name", "string", {"minLength": 1, "maxLength": 253}),
    ("spec.postBuild.substituteFrom[].optional", "boolean", {"default": False}),
    ("spec.postBuild.substituteStrategy", "string", one_of("WithVariables", "Always")),
    ("spec.ignore", "array", {}),
    ("spec.ignore[]", "object", required("paths")),
    ("spec.ignore[].paths", "array", {}),
    ("spec.ignore[].paths[]", "string", {}),
    *selector("spec.ignore[].target"),
    ("status.lastAttemptedRevision", "string", {}),
    ("status.lastAppliedRevision", "string", {}),
    ("status.lastAppliedOriginRevision", "string", {}),
    ("status.inventory", "object", required("entries")),
    ("status.inventory.entries", "array", {}),
    ("status.inventory.entries[]", "object", required("id", "v")),
    ("status.inventory.entries[].id", "string", {}),
    ("status.inventory.entries[].v", "string", {}),
    ("status.history", "array", {}),
    (
        "status.history[]",
        "object",
        required(
            "digest",
            "firstReconciled",
            "lastReconciled",
            "lastReconciledDuration",
            "lastReconciledStatus",
            "totalReconciliations",
        ),
    ),
    ("status.history[].digest", "string", {}),
    ("status.history[].firstReconciled", "string", TIME),
    ("status.history[].lastReconciled", "string", TIME),
    ("status.history[].lastReconciledDuration", "string", {}),
    ("status.history[].lastReconciledStatus", "string", {}),
    ("status.history[].totalReconciliations", "integer", INT64),
    ("status.history[].metadata", "object", STRINGS),
]

READY = '.status.conditions[?(@.type=="Ready")].'
AGE = ("Age", "date", ".metadata.creationTimestamp")
READY_COLUMNS = [("Ready", "string", READY + "status"), ("Status", "string", READY + "message")]

KINDS = {
    "GitRepository": {
        "file": "source-controller/crds/gitrepositories.yaml",
        "group": "source.toolkit.fluxcd.io",
        "plural": "gitrepositories",
        "short": ["gitrepo"],
        "categories": ["all", "fluxcd", "fluxcd-sources"],
        "component": "source-controller",
        "columns": [("URL", "string", ".spec.url"), AGE, *READY_COLUMNS],
        "fields": GIT_REPOSITORY,
    },
    "Kustomization": {
        "file": "kustomize-controller/crds/kustomizations.yaml",
        "group": "kustomize.toolkit.fluxcd.io",
        "plural": "kustomizations",
        "short": ["ks"],
        "categories": ["all", "fluxcd", "fluxcd-appliers"],
        "component": "kustomize-controller",
        "columns": [AGE, *READY_COLUMNS],
        "fields": KUSTOMIZATION,
    },
}


def read_crd(kind):
    with open(CHARTS / KINDS[kind]["file"], encoding="utf-8") as file:
        documents = list(yaml.safe_load_all(file))
    assert len(documents) == 1
    return documents[0]


def schema_of(kind):
    return read_crd(kind)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def walk(schema, path=""):
    """Yield (path, node) of the schema and of everything below it; items are written `[]`."""
    yield path, schema
    for name, child in schema.get("properties", {}).items():
        yield from walk(child, f"{path}.{name}" if path else name)
    if "items" in schema:
        yield from walk(schema["items"], path + "[]")


def facts_of(node):
    """What a schema node says, without its children and its wording."""
    facts = {k: v for k, v in node.items() if k not in ("properties", "items", "description")}
    if "required" in facts:
        facts["required"] = sorted(facts["required"])
    if "x-kubernetes-validations" in facts:
        facts["messages"] = [r["message"] for r in facts.pop("x-kubernetes-validations")]
    return facts


@pytest.mark.parametrize("kind", KINDS)
def test_schema_has_every_field_and_no_other(kind):
    assert sorted(path for path, _ in walk(schema_of(kind))) == sorted(
        path for path, _, _ in KINDS[kind]["fields"]
    )


@pytest.mark.parametrize(
    "kind,path,want",
    [
        pytest.param(kind, path, {"type": type_} | rest, id=f"{kind}:{path}")
        for kind, facts in KINDS.items()
        for path, type_, rest in facts["fields"]
    ],
)
def test_field_has_the_type_bounds_and_default_of_flux(kind, path, want):
    assert facts_of(dict(walk(schema_of(kind)))[path]) == want


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_described(kind):
    missing = [p for p, node in walk(schema_of(kind)) if not node.get("description")]
    undescribed = {"metadata"} | {p for p in missing if p.endswith("[]")}
    assert set(missing) == undescribed


@pytest.mark.parametrize("kind", KINDS)
def test_names_and_scope(kind):
    want = KINDS[kind]
    crd = read_crd(kind)
    assert (crd["apiVersion"], crd["kind"]) == (
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
    )
    assert crd["metadata"]["name"] == f"{want['plural']}.{want['group']}"
    assert crd["spec"]["group"] == want["group"]
    assert crd["spec"]["scope"] == "Namespaced"
    assert crd["spec"]["names"] == {
        "kind": kind,
        "listKind": kind + "List",
        "plural": want["plural"],
        "singular": kind.lower(),
        "shortNames": want["short"],
        "categories": want["categories"],
    }


@pytest.mark.parametrize("kind", KINDS)
def test_one_version_served_stored_and_with_status_subresource(kind):
    (version,) = read_crd(kind)["spec"]["versions"]
    assert version["name"] == "v1"
    assert version["served"] is True
    assert version["storage"] is True
    assert version["subresources"] == {"status": {}}


@pytest.mark.parametrize("kind", KINDS)
def test_printer_columns(kind):
    (version,) = read_crd(kind)["spec"]["versions"]
    columns = [(c["name"], c["type"], c["jsonPath"]) for c in version["additionalPrinterColumns"]]
    assert columns == KINDS[kind]["columns"]
    assert all(set(c) == {"name", "type", "jsonPath"} for c in version["additionalPrinterColumns"])


@pytest.mark.parametrize("kind", KINDS)
def test_metadata_that_flux_tools_look_for(kind):
    chart = CHARTS / KINDS[kind]["component"] / "Chart.yaml"
    app_version = yaml.safe_load(chart.read_text(encoding="utf-8"))["appVersion"]
    metadata = read_crd(kind)["metadata"]
    assert metadata["annotations"] == {"kustomize.toolkit.fluxcd.io/substitute": "disabled"}
    assert metadata["labels"] == {
        "app.kubernetes.io/component": KINDS[kind]["component"],
        "app.kubernetes.io/instance": "flux-system",
        "app.kubernetes.io/part-of": "flux",
        "app.kubernetes.io/version": app_version,
    }
