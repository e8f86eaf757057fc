"""What the Helm charts render to, with the real helm that `make peers` builds."""

import os
import pathlib
import shutil
import subprocess

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
HELM = ROOT / "build" / "peers" / "helm"
CONTROLLERS = ("source-controller", "kustomize-controller")
FLUX_GROUPS = [
    "helm.toolkit.fluxcd.io",
    "image.toolkit.fluxcd.io",
    "kustomize.toolkit.fluxcd.io",
    "notification.toolkit.fluxcd.io",
    "source.extensions.fluxcd.io",
    "source.toolkit.fluxcd.io",
]


@pytest.fixture(scope="session")
def charts(tmp_path_factory):
    """A copy of charts/ in which the umbrella chart has its dependencies."""
    home = tmp_path_factory.mktemp("helm")
    directory = home / "charts"
    shutil.copytree(ROOT / "charts", directory, ignore=shutil.ignore_patterns("*.tgz"))
    run_helm(home, "dependency", "update", "--skip-refresh", str(directory / "sluice"))
    return directory


def run_helm(home, *args, check=True):
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "HELM_CACHE_HOME": str(home / "cache"),
        "HELM_CONFIG_HOME": str(home / "config"),
        "HELM_DATA_HOME": str(home / "data"),
    }
    result = subprocess.run(
        [str(HELM), *args], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    if check and result.returncode != 0:
        raise AssertionError(f"helm {' '.join(args)}: {result.stderr}")
    return result


class Rendered:
    """The objects of one rendering, found by kind and name."""

    def __init__(self, text):
        self.objects = {}
        for document in yaml.safe_load_all(text):
            if document is not None:
                key = document["kind"], document["metadata"]["name"]
                assert key not in self.objects, f"{key} is rendered twice"
                self.objects[key] = document

    def __getitem__(self, key):
        return self.objects[key]

    def __contains__(self, key):
        return key in self.objects

    def names(self, kind):
        return sorted(n for k, n in self.objects if k == kind)

    def pod(self, deployment):
        return self["Deployment", deployment]["spec"]["template"]["spec"]

    def container(self, deployment):
        (container,) = self.pod(deployment)["containers"]
        return container

    def args(self, deployment):
        return self.container(deployment)["args"]


def template(charts, chart, *sets, values=None, namespace="flux-system"):
    args = ["template", "flux", str(charts / chart), "--namespace", namespace]
    for one in sets:
        args += ["--set", one]
    if values is not None:
        path = charts.parent / "values.yaml"
        path.write_text(yaml.safe_dump(values), encoding="utf-8")
        args += ["--values", str(path)]
    return Rendered(run_helm(charts.parent, *args).stdout)


def refusal(charts, chart, *sets):
    args = ["template", "flux", str(charts / chart)]
    for one in sets:
        args += ["--set", one]
    result = run_helm(charts.parent, *args, check=False)
    assert result.returncode != 0, f"{sets} were accepted"
    return result.stderr


def rights(role):
    """A role's rules as a set of (group, resource, verb)."""
    return {
        (group, resource, verb)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


@pytest.mark.parametrize("chart", [*CONTROLLERS, "sluice"])
def test_charts_have_the_version_of_the_project(chart):
    version = (ROOT / "VERSION").read_text(encoding="utf-8").strip()
    metadata = yaml.safe_load((ROOT / "charts" / chart / "Chart.yaml").read_text(encoding="utf-8"))
    assert metadata["version"] == version
    assert metadata["appVersion"] == "v" + version
    assert {d["version"] for d in metadata.get("dependencies", [])} <= {version}


@pytest.mark.parametrize("chart", [*CONTROLLERS, "sluice"])
def test_lint_finds_nothing(charts, chart):
    output = run_helm(charts.parent, "lint", "--strict", str(charts / chart)).stdout
    findings = [line for line in output.splitlines() if line.startswith("[")]
    assert findings in ([], ["[INFO] Chart.yaml: icon is recommended"])


@pytest.mark.parametrize("chart", [*CONTROLLERS, "sluice"])
def test_crds_are_part_of_the_chart(charts, chart):
    wanted = {
        "source-controller": {"gitrepositories.source.toolkit.fluxcd.io"},
        "kustomize-controller": {"kustomizations.kustomize.toolkit.fluxcd.io"},
    }
    wanted["sluice"] = wanted["source-controller"] | wanted["kustomize-controller"]
    text = run_helm(charts.parent, "show", "crds", str(charts / chart)).stdout
    names = {d["metadata"]["name"] for d in yaml.safe_load_all(text) if d is not None}
    assert names == wanted[chart]


def test_source_controller_starts_with_the_arguments_of_flux(charts):
    container = template(charts, "source-controller").container("source-controller")
    assert container["args"] == [
        "--watch-all-namespaces",
        "--log-level=info",
        "--log-encoding=json",
        "--enable-leader-election",
        "--storage-path=/data",
        "--storage-adv-addr=source-controller.$(RUNTIME_NAMESPACE).svc.cluster.local.",
    ]
    assert container["env"] == [
        {
            "name": "RUNTIME_NAMESPACE",
            "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}},
        },
        {"name": "TUF_ROOT", "value": "/tmp/.sigstore"},
    ]
    assert container["ports"] == [
        {"name": "http", "containerPort": 9090, "protocol": "TCP"},
        {"name": "http-prom", "containerPort": 8080, "protocol": "TCP"},
        {"name": "healthz", "containerPort": 9440, "protocol": "TCP"},
    ]
    assert container["livenessProbe"] == {"httpGet": {"path": "/healthz", "port": "healthz"}}
    assert container["readinessProbe"] == {"httpGet": {"path": "/", "port": "http"}}
    assert container["volumeMounts"] == [
        {"name": "data", "mountPath": "/data"},
        {"name": "tmp", "mountPath": "/tmp"},
    ]


def test_kustomize_controller_starts_with_the_arguments_of_flux(charts):
    container = template(charts, "kustomize-controller").container("kustomize-controller")
    assert container["args"] == [
        "--watch-all-namespaces",
        "--log-level=info",
        "--log-encoding=json",
        "--enable-leader-election",
    ]
    assert [e["name"] for e in container["env"]] == ["RUNTIME_NAMESPACE"]
    assert container["ports"] == [
        {"name": "http-prom", "containerPort": 8080, "protocol": "TCP"},
        {"name": "healthz", "containerPort": 9440, "protocol": "TCP"},
    ]
    assert container["livenessProbe"] == {"httpGet": {"path": "/healthz", "port": "healthz"}}
    assert container["readinessProbe"] == {"httpGet": {"path": "/readyz", "port": "healthz"}}
    assert container["volumeMounts"] == [{"name": "temp", "mountPath": "/tmp"}]


@pytest.mark.parametrize("name", CONTROLLERS)
def test_pod_is_confined(charts, name):
    pod = template(charts, name).pod(name)
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert pod["securityContext"]["fsGroup"] == 1337
    assert pod["securityContext"]["runAsUser"] > 0
    mounted = {m["name"] for m in container["volumeMounts"]}
    assert mounted == {v["name"] for v in pod["volumes"]}
    assert all(v["emptyDir"] == {} for v in pod["volumes"])


@pytest.mark.parametrize("name,grace", [("source-controller", 10), ("kustomize-controller", 60)])
def test_deployment_is_found_by_the_tools_of_flux(charts, name, grace):
    deployment = template(charts, name)["Deployment", name]
    version = yaml.safe_load((charts / name / "Chart.yaml").read_text())["appVersion"]
    labels = {
        "app.kubernetes.io/component": name,
        "app.kubernetes.io/instance": "flux-system",
        "app.kubernetes.io/part-of": "flux",
        "app.kubernetes.io/version": version,
    }
    assert deployment["metadata"]["namespace"] == "flux-system"
    assert labels.items() <= deployment["metadata"]["labels"].items()
    assert deployment["metadata"]["labels"]["control-plane"] == "controller"
    pod = deployment["spec"]["template"]
    assert labels.items() <= pod["metadata"]["labels"].items()
    assert pod["metadata"]["annotations"] == {
        "prometheus.io/port": "8080",
        "prometheus.io/scrape": "true",
    }
    assert deployment["spec"]["selector"] == {"matchLabels": {"app": name}}
    assert pod["metadata"]["labels"]["app"] == name
    assert deployment["spec"]["strategy"] == {"type": "Recreate"}
    assert deployment["spec"]["replicas"] == 1
    assert pod["spec"]["terminationGracePeriodSeconds"] == grace
    assert pod["spec"]["serviceAccountName"] == name
    assert pod["spec"]["priorityClassName"] == "system-cluster-critical"


def test_service_leads_to_the_artifact_server(charts):
    service = template(charts, "source-controller")["Service", "source-controller"]
    assert service["spec"] == {
        "type": "ClusterIP",
        "selector": {"app": "source-controller"},
        "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http"}],
    }


def test_image_can_be_chosen(charts):
    version = yaml.safe_load((charts / "source-controller/Chart.yaml").read_text())["appVersion"]
    rendered = template(charts, "source-controller")
    image = rendered.container("source-controller")["image"]
    assert image == f"localhost/sluice/source-controller:{version}"
    rendered = template(
        charts,
        "source-controller",
        values={
            "image": {"repository": "r.example/s", "tag": "v9@sha256:00", "pullPolicy": "Always"},
            "imagePullSecrets": [{"name": "pull"}],
        },
    )
    container = rendered.container("source-controller")
    assert container["image"] == "r.example/s:v9@sha256:00"
    assert container["imagePullPolicy"] == "Always"
    account = rendered["ServiceAccount", "source-controller"]
    assert account["imagePullSecrets"] == [{"name": "pull"}]


@pytest.mark.parametrize(
    "chart,setting,args",
    [
        ("source-controller", "watchAllNamespaces=false", ["--watch-all-namespaces=false"]),
        ("source-controller", "logLevel=debug", ["--log-level=debug"]),
        ("source-controller", "eventsAddr=http://n./", ["--events-addr=http://n./"]),
        ("source-controller", "concurrent=7", ["--concurrent=7"]),
        ("source-controller", "defaultServiceAccount=sa", ["--default-service-account=sa"]),
        ("source-controller", "extraArgs={--kube-api-qps=9}", ["--kube-api-qps=9"]),
        (
            "source-controller",
            "clusterDomain=k8s.test",
            ["--storage-adv-addr=source-controller.$(RUNTIME_NAMESPACE).svc.k8s.test."],
        ),
        ("kustomize-controller", "watchAllNamespaces=false", ["--watch-all-namespaces=false"]),
        ("kustomize-controller", "logLevel=error", ["--log-level=error"]),
        ("kustomize-controller", "eventsAddr=http://n./", ["--events-addr=http://n./"]),
        ("kustomize-controller", "concurrent=7", ["--concurrent=7"]),
        (
            "kustomize-controller",
            "featureGates.B=true,featureGates.A=false",
            ["--feature-gates=A=false,B=true"],
        ),
        (
            "kustomize-controller",
            "tenancy.noCrossNamespaceRefs=true",
            ["--no-cross-namespace-refs"],
        ),
        ("kustomize-controller", "tenancy.noRemoteBases=true", ["--no-remote-bases"]),
        (
            "kustomize-controller",
            "tenancy.defaultServiceAccount=sa",
            ["--default-service-account=sa"],
        ),
        (
            "kustomize-controller",
            "tenancy.defaultDecryptionServiceAccount=sa",
            ["--default-decryption-service-account=sa"],
        ),
        (
            "kustomize-controller",
            "tenancy.defaultKubeConfigServiceAccount=sa",
            ["--default-kubeconfig-service-account=sa"],
        ),
    ],
)
def test_value_becomes_argument(charts, chart, setting, args):
    before = template(charts, chart).args(chart)
    after = template(charts, chart, setting).args(chart)
    assert [a for a in after if a not in before] == args


def test_values_reach_the_pod(charts):
    values = {
        "podLabels": {"team": "a"},
        "podAnnotations": {"note": "b"},
        "nodeSelector": {"disk": "ssd"},
        "tolerations": [{"key": "k", "operator": "Exists"}],
        "affinity": {"podAntiAffinity": {}},
        "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://p:1"}],
        "resources": {"limits": {"memory": "1Gi"}},
        "serviceAccount": {"annotations": {"role": "arn"}},
    }
    for name in CONTROLLERS:
        rendered = template(charts, name, values=values)
        metadata = rendered["Deployment", name]["spec"]["template"]["metadata"]
        pod = rendered.pod(name)
        assert metadata["labels"]["team"] == "a"
        assert metadata["annotations"]["note"] == "b"
        assert pod["nodeSelector"] == values["nodeSelector"]
        assert pod["tolerations"] == values["tolerations"]
        assert pod["affinity"] == values["affinity"]
        assert pod["containers"][0]["env"][-1] == values["extraEnv"][0]
        assert pod["containers"][0]["resources"]["limits"]["memory"] == "1Gi"
        assert rendered["ServiceAccount", name]["metadata"]["annotations"] == {"role": "arn"}


def test_storage_is_a_claim_a_bounded_directory_or_a_directory(charts):
    def data(*sets, deployment="source-controller"):
        volumes = template(charts, "source-controller", *sets).pod(deployment)["volumes"]
        return next(v for v in volumes if v["name"] == "data")

    claim = "storage.existingClaim=artifacts"
    assert data() == {"name": "data", "emptyDir": {}}
    assert data("storage.sizeLimit=2Gi") == {"name": "data", "emptyDir": {"sizeLimit": "2Gi"}}
    assert data(claim) == {"name": "data", "persistentVolumeClaim": {"claimName": "artifacts"}}
    assert data(claim, "shards={a}", deployment="source-controller-a")["emptyDir"] == {}


@pytest.mark.parametrize("name", CONTROLLERS)
def test_shards_share_the_objects_between_them(charts, name):
    rendered = template(charts, name, "shards={a,b}")
    assert rendered.names("Deployment") == [name, name + "-a", name + "-b"]
    assert "--watch-label-selector=!sharding.fluxcd.io/key" in rendered.args(name)
    for shard in "ab":
        instance = f"{name}-{shard}"
        deployment = rendered["Deployment", instance]
        assert f"--watch-label-selector=sharding.fluxcd.io/key={shard}" in rendered.args(instance)
        assert deployment["metadata"]["annotations"] == {"sharding.fluxcd.io/role": "shard"}
        assert deployment["spec"]["selector"]["matchLabels"] == {"app": instance}
        assert deployment["spec"]["template"]["metadata"]["labels"]["app"] == instance
        assert rendered.pod(instance)["serviceAccountName"] == name
    assert not any(
        a.startswith("--watch-label-selector") for a in template(charts, name).args(name)
    )


def test_each_source_shard_advertises_a_service_of_its_own(charts):
    rendered = template(charts, "source-controller", "shards={a}")
    service = rendered["Service", "source-controller-a"]
    assert service["spec"]["selector"] == {"app": "source-controller-a"}
    assert (
        "--storage-adv-addr=source-controller-a.$(RUNTIME_NAMESPACE).svc.cluster.local."
        in rendered.args("source-controller-a")
    )


def test_source_controller_has_no_right_that_it_does_not_need(charts):
    role = template(charts, "source-controller")["ClusterRole", "source-controller"]
    kinds = ["buckets", "gitrepositories", "helmcharts", "helmrepositories", "ocirepositories"]
    group = "source.toolkit.fluxcd.io"
    assert rights(role) == (
        {(group, k, v) for k in kinds for v in ("get", "list", "watch", "update", "patch")}
        | {
            (group, f"{k}/{sub}", v)
            for k in kinds
            for sub in ("finalizers", "status")
            for v in ("get", "update", "patch")
        }
        | {("", r, "get") for r in ("secrets", "serviceaccounts")}
        | {("", "serviceaccounts/token", "create")}
        | {("", "events", v) for v in ("create", "patch")}
    )


def test_kustomize_controller_without_cluster_admin_only_reads_and_impersonates(charts):
    rendered = template(charts, "kustomize-controller", "clusterAdmin=false")
    group = "kustomize.toolkit.fluxcd.io"
    sources = ["buckets", "externalartifacts", "gitrepositories", "ocirepositories"]
    assert rights(rendered["ClusterRole", "kustomize-controller"]) == (
        {(group, "kustomizations", v) for v in ("get", "list", "watch", "update", "patch")}
        | {
            (group, f"kustomizations/{sub}", v)
            for sub in ("finalizers", "status")
            for v in ("get", "update", "patch")
        }
        | {("source.toolkit.fluxcd.io", k, v) for k in sources for v in ("get", "list", "watch")}
        | {("", r, v) for r in ("configmaps", "secrets") for v in ("get", "list", "watch")}
        | {("", "serviceaccounts", v) for v in ("get", "impersonate")}
        | {("", "serviceaccounts/token", "create")}
        | {("", "events", v) for v in ("create", "patch")}
    )
    bindings = [o for (k, _), o in rendered.objects.items() if k == "ClusterRoleBinding"]
    assert [b["roleRef"]["name"] for b in bindings] == ["kustomize-controller"]


def test_kustomize_controller_is_cluster_admin_as_in_flux(charts):
    rendered = template(charts, "kustomize-controller", namespace="gitops")
    binding = rendered["ClusterRoleBinding", "cluster-reconciler-kustomize-controller"]
    assert binding["roleRef"]["name"] == "cluster-admin"
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": "kustomize-controller", "namespace": "gitops"}
    ]


@pytest.mark.parametrize("name", CONTROLLERS)
def test_leases_are_written_in_the_own_namespace_only(charts, name):
    rendered = template(charts, name, namespace="gitops")
    assert rendered["Role", name + "-leases"]["metadata"]["namespace"] == "gitops"
    assert {r for _, r, _ in rights(rendered["Role", name + "-leases"])} == {"leases"}
    assert "leases" not in {r for _, r, _ in rights(rendered["ClusterRole", name])}
    binding = rendered["RoleBinding", name + "-leases"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": name, "namespace": "gitops"}]


@pytest.mark.parametrize("name", CONTROLLERS)
def test_rights_end_at_the_namespace_if_only_that_is_watched(charts, name):
    everywhere = template(charts, name)
    assert ("ClusterRoleBinding", name) in everywhere
    assert ("RoleBinding", name) not in everywhere
    here = template(charts, name, "watchAllNamespaces=false")
    assert ("ClusterRoleBinding", name) not in here
    assert here["RoleBinding", name]["metadata"]["namespace"] == "flux-system"
    assert here["RoleBinding", name]["roleRef"]["kind"] == "ClusterRole"


@pytest.mark.parametrize("name", CONTROLLERS)
def test_rbac_can_be_left_to_others(charts, name):
    rendered = template(charts, name, "rbac.create=false", "rbac.aggregateRoles=false")
    for kind in ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"):
        assert rendered.names(kind) == []


@pytest.mark.parametrize("name", CONTROLLERS)
def test_network_policy_admits_the_namespace_and_scrapers(charts, name):
    policy = template(charts, name, "shards={a}")["NetworkPolicy", name]
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert policy["spec"]["ingress"] == [
        {"from": [{"podSelector": {}}]},
        {"from": [{"namespaceSelector": {}}], "ports": [{"port": 8080, "protocol": "TCP"}]},
    ]
    assert policy["spec"]["egress"] == [{}]
    rendered = template(charts, name, "shards={a}")
    for instance in rendered.names("Deployment"):
        labels = rendered["Deployment", instance]["spec"]["template"]["metadata"]["labels"]
        assert policy["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
    assert template(charts, name, "networkPolicy.enabled=false").names("NetworkPolicy") == []


@pytest.mark.parametrize("name", CONTROLLERS)
def test_quota_admits_pods_of_the_system_priority_classes(charts, name):
    quota = template(charts, name)["ResourceQuota", "critical-pods-" + name]
    (match,) = quota["spec"]["scopeSelector"]["matchExpressions"]
    assert "system-cluster-critical" in match["values"]
    for other in ("", "mine"):
        rendered = template(charts, name, "priorityClassName=" + other)
        assert rendered.names("ResourceQuota") == []


@pytest.mark.parametrize("name", CONTROLLERS)
def test_controller_chart_opens_its_objects_to_viewers_and_editors(charts, name):
    group = name.removesuffix("-controller") + ".toolkit.fluxcd.io"
    rendered = template(charts, name)
    for role, verbs, targets in (
        ("flux-view", {"get", "list", "watch"}, {"admin", "edit", "view"}),
        (
            "flux-edit",
            {"create", "delete", "deletecollection", "patch", "update"},
            {"admin", "edit"},
        ),
    ):
        role = rendered["ClusterRole", f"{role}-{name}"]
        assert rights(role) == {(group, "*", v) for v in verbs}
        prefix = "rbac.authorization.k8s.io/aggregate-to-"
        labels = role["metadata"]["labels"]
        assert {k.removeprefix(prefix) for k in labels if k.startswith(prefix)} == targets
        assert all(labels[prefix + t] == "true" for t in targets)


def test_umbrella_chart_installs_both_and_the_roles_of_flux(charts):
    rendered = template(charts, "sluice")
    assert rendered.names("Deployment") == ["kustomize-controller", "source-controller"]
    assert rendered.names("ClusterRole") == [
        "flux-edit",
        "flux-view",
        "kustomize-controller",
        "source-controller",
    ]
    for role in ("flux-view", "flux-edit"):
        (rule,) = rendered["ClusterRole", role]["rules"]
        assert rule["apiGroups"] == FLUX_GROUPS
    assert all(
        o["metadata"]["labels"]["app.kubernetes.io/part-of"] == "flux"
        for o in rendered.objects.values()
    )


@pytest.mark.parametrize("name", CONTROLLERS)
def test_umbrella_chart_installs_any_subset(charts, name):
    rendered = template(charts, "sluice", name + ".enabled=false", "aggregateRoles=false")
    (other,) = set(CONTROLLERS) - {name}
    assert rendered.names("Deployment") == [other]
    assert rendered.names("ClusterRole") == [other]


def test_umbrella_chart_hands_values_down(charts):
    rendered = template(charts, "sluice", "source-controller.logLevel=debug")
    assert "--log-level=debug" in rendered.args("source-controller")
    assert "--log-level=info" in rendered.args("kustomize-controller")


@pytest.mark.parametrize(
    "chart,setting,where",
    [
        ("source-controller", "loglevel=debug", "loglevel"),
        ("source-controller", "logLevel=trace", "/logLevel"),
        ("source-controller", "shards={A_b}", "/shards/0"),
        ("source-controller", "eventsAddr=notification-controller", "/eventsAddr"),
        ("kustomize-controller", "tenancy.noCrossNamespaceRef=true", "/tenancy"),
        ("kustomize-controller", "clusterAdmin=no", "/clusterAdmin"),
        ("sluice", "sourceController.enabled=false", "sourceController"),
        ("sluice", "source-controller.storage.size=2Gi", "/storage"),
    ],
)
def test_mistaken_value_is_refused(charts, chart, setting, where):
    message = refusal(charts, chart, setting)
    assert "values don't meet the specifications of the schema" in message
    assert where in message
