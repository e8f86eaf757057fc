"""Random Kubernetes objects that refer to each other by few names, so that references meet targets."""

from kustomize import yamlgen

NAMES = ["app", "db", "web", "cfg", "app-cfg"]
NAMESPACES = ["prod", "dev", "default"]
IMAGES = ["nginx", "nginx:1.25", "nginx@sha256:" + "a" * 64, "reg.io:5000/team/app:v1", "busybox:latest", "app"]
LABELS = ["app", "tier", "app.kubernetes.io/name", "v"]


def name(rnd):
    return rnd.choice(NAMES)


def labels(rnd):
    return {rnd.choice(LABELS): rnd.choice(["a", "b", "x", "1"]) for _ in range(rnd.randint(1, 2))}


def meta(rnd, **more):
    m = {"name": name(rnd)}
    if rnd.random() < 0.3:
        m["namespace"] = rnd.choice(NAMESPACES)
    if rnd.random() < 0.3:
        m["labels"] = labels(rnd)
    if rnd.random() < 0.2:
        m["annotations"] = {rnd.choice(["note", "a/b", "config.kubernetes.io/local-config",
                                        "kustomize.config.k8s.io/needs-hash", "ingress.kubernetes.io/auth-secret"]):
                            rnd.choice(["x", "true", "false", name(rnd)])}
    m.update(more)
    return m


def container(rnd):
    c = {"name": rnd.choice(["main", "side", "init"]), "image": rnd.choice(IMAGES)}
    if rnd.random() < 0.4:
        c["env"] = [rnd.choice([
            {"name": "A", "value": yamlgen.scalar(rnd)},
            {"name": "B", "valueFrom": {"configMapKeyRef": {"name": name(rnd), "key": "k"}}},
            {"name": "C", "valueFrom": {"secretKeyRef": {"name": name(rnd), "key": "k"}}},
            {"name": "V", "value": "$(VAR) $(OTHER) $$(VAR)"}]) for _ in range(rnd.randint(1, 3))]
    if rnd.random() < 0.3:
        c["envFrom"] = [rnd.choice([{"configMapRef": {"name": name(rnd)}}, {"secretRef": {"name": name(rnd)}}])]
    if rnd.random() < 0.3:
        c["ports"] = [{"containerPort": p, "protocol": rnd.choice(["TCP", "UDP"])} for p in (80, 443)]
    if rnd.random() < 0.3:
        c["args"] = [yamlgen.scalar(rnd), "--x=$(VAR)"]
    if rnd.random() < 0.2:
        c["resources"] = {"limits": {"cpu": yamlgen.Bare("1"), "memory": "1Gi"}}
    return c


def pod_spec(rnd):
    s = {"containers": [container(rnd) for _ in range(rnd.randint(1, 2))]}
    if rnd.random() < 0.2:
        s["initContainers"] = [container(rnd)]
    if rnd.random() < 0.4:
        s["volumes"] = [rnd.choice([
            {"name": "v", "configMap": {"name": name(rnd)}}, {"name": "s", "secret": {"secretName": name(rnd)}},
            {"name": "p", "persistentVolumeClaim": {"claimName": name(rnd)}}, {"name": "e", "emptyDir": {}},
            {"name": "j", "projected": {"sources": [{"configMap": {"name": name(rnd)}},
                                                    {"secret": {"name": name(rnd)}}]}}])]
    if rnd.random() < 0.3:
        s["serviceAccountName"] = name(rnd)
    if rnd.random() < 0.2:
        s["imagePullSecrets"] = [{"name": name(rnd)}]
    if rnd.random() < 0.1:
        s["priorityClassName"] = name(rnd)
    return s


def template(rnd):
    t = {"spec": pod_spec(rnd)}
    if rnd.random() < 0.7:
        t["metadata"] = {"labels": labels(rnd)}
    return t


def workload(rnd, kind):
    spec = {"template": template(rnd)}
    if rnd.random() < 0.6:
        spec["selector"] = {"matchLabels": labels(rnd)}
    if rnd.random() < 0.4:
        spec["replicas"] = rnd.randint(0, 3)
    if kind == "StatefulSet":
        spec["serviceName"] = name(rnd)
        if rnd.random() < 0.4:
            spec["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": {"storageClassName": name(rnd)}}]
    return spec


def subject(rnd):
    s = {"kind": rnd.choice(["ServiceAccount", "User"]), "name": rnd.choice(NAMES + ["default"])}
    if rnd.random() < 0.6:
        s["namespace"] = rnd.choice(NAMESPACES)
    return s


def role_ref(rnd):
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": rnd.choice(["Role", "ClusterRole"]), "name": name(rnd)}


def hook(rnd):
    client = {"service": {"name": name(rnd), "namespace": rnd.choice(NAMESPACES), "path": "/x"}}
    return [{"name": "h.example.com", "clientConfig": client}]


def data(rnd):
    return {rnd.choice(yamlgen.KEYS[:12]): yamlgen.scalar(rnd) for _ in range(rnd.randint(0, 3))}


def target_ref(rnd):
    kind = rnd.choice(["Deployment", "StatefulSet"])
    return {"apiVersion": "apps/v1", "kind": kind, "name": name(rnd)}


def backend(rnd):
    return {"service": {"name": name(rnd), "port": {"number": 80}}}


KINDS = [
    ("v1", "ConfigMap", lambda r: {"data": data(r)}),
    ("v1", "Secret", lambda r: {"type": "Opaque", r.choice(["data", "stringData"]): data(r)}),
    ("v1", "Service", lambda r: {"spec": {"selector": labels(r), "ports": [
        {"port": 80, "name": "http"}, {"port": 80, "protocol": "UDP", "name": "u"}][:r.randint(1, 2)]}}),
    ("v1", "ServiceAccount", lambda r: {"secrets": [{"name": name(r)}]} if r.random() < .5 else {}),
    ("v1", "Namespace", lambda r: {}),
    ("v1", "Pod", lambda r: {"spec": pod_spec(r)}),
    ("v1", "PersistentVolumeClaim", lambda r: {"spec": {"volumeName": name(r), "storageClassName": name(r)}}),
    ("v1", "PersistentVolume", lambda r: {"spec": {"claimRef": {"name": name(r), "namespace": "prod"}}}),
    ("apps/v1", "Deployment", lambda r: {"spec": workload(r, "Deployment")}),
    ("apps/v1", "StatefulSet", lambda r: {"spec": workload(r, "StatefulSet")}),
    ("apps/v1", "DaemonSet", lambda r: {"spec": workload(r, "DaemonSet")}),
    ("batch/v1", "Job", lambda r: {"spec": workload(r, "Job")}),
    ("batch/v1", "CronJob", lambda r: {"spec": {"jobTemplate": {"spec": {"template": template(r)}}}}),
    ("rbac.authorization.k8s.io/v1", "Role", lambda r: {"rules": [
        {"apiGroups": [""], "resources": ["secrets"], "resourceNames": [name(r)], "verbs": ["get"]}]}),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", lambda r: {"rules": []}),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", lambda r: {
        "subjects": [subject(r) for _ in range(r.randint(1, 2))], "roleRef": role_ref(r)}),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", lambda r: {
        "subjects": [subject(r)], "roleRef": role_ref(r)}),
    ("networking.k8s.io/v1", "Ingress", lambda r: {"spec": {
        "defaultBackend": backend(r), "tls": [{"secretName": name(r)}], "ingressClassName": name(r),
        "rules": [{"http": {"paths": [{"path": "/", "backend": backend(r)}]}}]}}),
    ("networking.k8s.io/v1", "NetworkPolicy", lambda r: {"spec": {
        "podSelector": {"matchLabels": labels(r)},
        "ingress": [{"from": [{"podSelector": {"matchLabels": labels(r)}}]}]}}),
    ("autoscaling/v2", "HorizontalPodAutoscaler", lambda r: {"spec": {"scaleTargetRef": target_ref(r)}}),
    ("policy/v1", "PodDisruptionBudget", lambda r: {"spec": {"selector": {"matchLabels": labels(r)}}}),
    ("storage.k8s.io/v1", "StorageClass", lambda r: {"parameters": data(r)}),
    ("scheduling.k8s.io/v1", "PriorityClass", lambda r: {"value": 5}),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition", lambda r: {"spec": {"conversion": {"webhook": {
        "clientConfig": {"service": {"name": name(r), "namespace": "prod"}}}}}}),
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", lambda r: {"webhooks": hook(r)}),
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", lambda r: {"webhooks": hook(r)}),
    ("apiregistration.k8s.io/v1", "APIService", lambda r: {"spec": {"service": {"name": name(r),
                                                                               "namespace": "dev"}}}),
    ("example.com/v1", "Widget", lambda r: {"spec": yamlgen.value(r), "list": [yamlgen.value(r)]}),
    ("example.com/v1alpha1", "Gadget", lambda r: {"spec": {"name": name(r), "items": [{"name": "a", "v": 1}]}}),
]


def make(rnd):
    api, kind, rest = rnd.choice(KINDS)
    obj = {"apiVersion": api, "kind": kind, "metadata": meta(rnd)}
    obj.update(rest(rnd))
    if rnd.random() < 0.02:
        obj["extra"] = yamlgen.value(rnd)
    return obj


def make_list(rnd):
    kind = rnd.choice(["List", "ConfigMapList"])
    return {"apiVersion": "v1", "kind": kind, "items": [make(rnd) for _ in range(rnd.randint(0, 2))]}
