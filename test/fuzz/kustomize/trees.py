"""Random trees of kustomizations: {path: text}, with the root in "."."""

import sys

from kustomize import objects, plugins, yamlgen

HELPERS = sys.modules[__name__]


class Files(dict):
    """{path: text}, and the objects in them, so that most of what refers to an object finds one."""

    def __init__(self):
        super().__init__()
        self.known = []

    def add(self, rnd, obj):
        """Is `obj` new, or is the clash wanted?"""
        same = [o for o in self.known if o["kind"] == obj["kind"] and
                o["metadata"]["name"] == obj["metadata"]["name"]]
        if same and rnd.random() < 0.97:
            return False
        self.known.append(obj)
        return True

    def pick(self, rnd, *kinds):
        """A known object of one of the kinds, or, at times or for want of one, any new object."""
        fit = [o for o in self.known if not kinds or o["kind"] in kinds]
        return rnd.choice(fit) if fit and rnd.random() < 0.95 else objects.make(rnd)


def names(rnd):
    return rnd.choice(objects.NAMES)


def new_object(rnd, files):
    for _ in range(20):
        obj = objects.make(rnd)
        if files.add(rnd, obj):
            break
    return obj


def some(rnd, make, most=2):
    return [make(rnd) for _ in range(rnd.randint(1, most))]


def target(rnd):
    t = {}
    if rnd.random() < 0.6:
        t["kind"] = rnd.choice(["Deployment", "ConfigMap", "Service", "Widget", "Deploy.*", ".*Set", "(Service|Secret)"])
    if rnd.random() < 0.5:
        t["name"] = rnd.choice(objects.NAMES + ["a.*", ".*", "^db$", "p-app", "[a-c].*"])
    if rnd.random() < 0.15:
        t["namespace"] = rnd.choice(objects.NAMESPACES)
    if rnd.random() < 0.1:
        t[rnd.choice(["group", "version"])] = rnd.choice(["apps", "v1", "", "example.com"])
    if rnd.random() < 0.15:
        t["labelSelector"] = rnd.choice(["app=a", "app in (a,b)", "!tier", "app", "tier notin (x)", "app!=a", "v==1"])
    if rnd.random() < 0.1:
        t["annotationSelector"] = rnd.choice(["note=x", "note", "!note"])
    return t


def merge_patch(rnd, files):
    base = files.pick(rnd)
    rest = [make for api, kind, make in objects.KINDS if kind == base["kind"]]
    meta = {k: v for k, v in base["metadata"].items() if k in ("name", "namespace")}
    obj = dict({"apiVersion": base["apiVersion"], "kind": base["kind"], "metadata": meta}, **rest[0](rnd))
    if rnd.random() < 0.15:
        obj["$patch"] = rnd.choice(["delete", "replace", "merge"])
    if rnd.random() < 0.3:
        obj["metadata"]["labels"] = {"app": None, "new": "1"}
    pods = ((obj.get("spec") or {}) if isinstance(obj.get("spec"), dict) else {}).get("template")
    if isinstance(pods, dict) and rnd.random() < 0.4:
        pods["spec"]["containers"].append(rnd.choice([
            {"name": "side", "$patch": "delete"}, {"name": "main", "image": None}, {"name": "main", "env": []},
            {"$patch": "replace"}, {"name": "new", "image": "x:1"}, {"name": "main", "args": None}]))
    return obj


def operation(rnd):
    op = rnd.choice(["add", "replace", "remove", "test", "move", "copy", "add", "replace"])
    paths = ["/metadata/name", "/metadata/labels/app", "/metadata/labels", "/spec/replicas", "/metadata/annotations/a~1b",
             "/spec/template/spec/containers/0/image", "/spec/template/spec/containers/-", "/data/a", "/data", "/new",
             "/spec/ports/0/port", "/metadata/namespace", "/spec"]
    o = {"op": op, "path": rnd.choice(paths)}
    if op in ("add", "replace", "test"):
        o["value"] = yamlgen.value(rnd, 1)
    if op in ("move", "copy"):
        o["from"] = rnd.choice(paths)
    return o


def patch(rnd, files, base):
    entry = {}
    ops = rnd.random() < 0.4
    content = [operation(rnd) for _ in range(rnd.randint(1, 2))] if ops else merge_patch(rnd, files)
    text = yamlgen.document(rnd, content)
    if rnd.random() < 0.4:
        path = "patch%d.yaml" % rnd.randint(0, 3)
        files[base + path] = text
        entry["path"] = path
    else:
        entry["patch"] = text
    if ops or rnd.random() < 0.5:
        entry["target"] = target(rnd)
    if not ops and "target" in entry and rnd.random() < 0.8:
        content.pop("$patch", None)
    if rnd.random() < 0.15:
        entry["options"] = {rnd.choice(["allowNameChange", "allowKindChange"]): True}
    return entry


def generator(rnd, files, base, kind):
    g = {"name": names(rnd)}
    mark = {"apiVersion": "v1", "kind": kind, "metadata": {"name": g["name"]}}
    exists = not files.add(rnd, mark)
    if rnd.random() < 0.6:
        g["literals"] = rnd.sample(["a=b", "k='v w'", "x=\"1\"", "e=", "u=ü", "n=a=b", "m=l1\\nl2"], 3)
    if rnd.random() < 0.4:
        path = "file%d.txt" % rnd.randint(0, 2)
        files[base + path] = rnd.choice(["text\n", "", "a\nb", "\u00e4", "  lead\n", "x \n", "tab\t\n", "crlf\r\nx"])
        g["files"] = [rnd.choice([path, "key=" + path])]
    if rnd.random() < 0.3:
        files[base + "vars.env"] = rnd.choice(["A=1\nB=2\n", "# c\nA=1\n\n", "A=x y\n", "\ufeffA=1", "A=\n"])
        g["envs"] = ["vars.env"]
    if rnd.random() < (0.95 if exists else 0.05):
        g["behavior"] = rnd.choice(["merge", "replace", "merge", "create"] if exists else ["create", "merge"])
    if rnd.random() < 0.2:
        g["namespace"] = rnd.choice(objects.NAMESPACES)
    if rnd.random() < 0.3:
        g["options"] = rnd.choice([{"disableNameSuffixHash": True}, {"labels": {"a": "b"}, "immutable": True},
                                   {"annotations": {"n": "1"}}])
    return g


def label_entry(rnd):
    e = {"pairs": objects.labels(rnd)}
    for option in ("includeSelectors", "includeTemplates"):
        if rnd.random() < 0.3:
            e[option] = rnd.choice([True, False])
    if rnd.random() < 0.15:
        e["fields"] = [{"path": "spec/x/labels", "create": True, "kind": "Widget"}]
    return e


def image(rnd):
    e = {"name": rnd.choice(["nginx", "busybox", "reg.io:5000/team/app", "app"])}
    for field, choices in (("newName", ["mirror/n", "x.io/y"]), ("newTag", ["2", "1.10", "v3"]),
                           ("digest", ["sha256:" + "b" * 64]), ("tagSuffix", ["-x"])):
        if rnd.random() < 0.4:
            e[field] = rnd.choice(choices)
    return e


def replacement(rnd, files):
    paths = ["metadata.name", "metadata.labels.app", "spec.replicas", "data.a", "spec.template.spec.containers.0.image",
             "spec.template.spec.containers.[name=main].image", "spec.template.spec.containers.*.env.[name=A].value",
             "metadata.annotations.new", "spec.ports.0.port", "spec.x.y"]
    t = {"select": target(rnd), "fieldPaths": [rnd.choice(paths)]}
    if rnd.random() < 0.4:
        t["options"] = rnd.choice([{"create": True}, {"delimiter": ":", "index": 1}, {"delimiter": "-", "index": -1},
                                   {"delimiter": "/"}])
    if rnd.random() < 0.1:
        t["reject"] = [target(rnd)]
    source = files.pick(rnd)
    source = {"kind": source["kind"], "name": source["metadata"]["name"]}
    if rnd.random() < 0.5:
        source["fieldPath"] = rnd.choice(paths)
    return {"source": source, "targets": [t]}


def variables(rnd, files):
    found = []
    for name in rnd.sample(["VAR", "OTHER"], rnd.randint(1, 2)):
        obj = files.pick(rnd)
        v = {"name": name, "objref": {"kind": obj["kind"], "name": obj["metadata"]["name"],
                                      "apiVersion": obj.get("apiVersion", "v1")}}
        if rnd.random() < 0.3:
            v["fieldref"] = {"fieldpath": rnd.choice(["metadata.name", "data.a", "spec.replicas", "kind",
                                                      "spec.ports[0].port", "metadata.namespace"])}
        found.append(v)
    return found


def replica(rnd, files):
    obj = files.pick(rnd, "Deployment", "StatefulSet")
    return {"name": obj["metadata"]["name"], "count": rnd.randint(0, 5)}


def plugin(rnd, files, base, field):
    """An item of `field`: plugins in place, or the path of a file of them."""
    make = {"transformers": lambda: plugins.transformer(rnd, files, HELPERS), "validators": lambda: plugins.validator(rnd, files, HELPERS),
            "generators": lambda: plugins.generator(rnd, files, base, HELPERS)}[field]
    text = "---\n".join(yamlgen.document(rnd, make()) for _ in range(rnd.choice([1, 1, 2])))
    if rnd.random() < 0.6:
        return text
    files[base + field + ".yaml"] = text
    return field + ".yaml"


def in_file(rnd, files, base, path, text):
    files[base + path] = text
    return path


def configuration(rnd):
    spec = {"path": rnd.choice(["spec/name", "spec/items/name", "metadata/x"]), "kind": rnd.choice(["Widget", "Gadget"])}
    if rnd.random() < 0.3:
        spec["create"] = True
    return rnd.choice([
        {"nameReference": [{"kind": rnd.choice(["ConfigMap", "Widget"]), "fieldSpecs": [spec]}]},
        {"namePrefix": [spec]}, {"commonLabels": [spec]}, {"images": [spec]}, {"namespace": [spec]},
        {"varReference": [spec]}, {"replicas": [spec]}, {"commonAnnotations": [spec]}])


def legacy_patches(rnd, files, base, k):
    if rnd.random() < 0.05:
        files[base + "smp.yaml"] = "---\n".join(yamlgen.document(rnd, merge_patch(rnd, files)) for _ in range(rnd.randint(1, 2)))
        k["patchesStrategicMerge"] = ["smp.yaml"]
    if rnd.random() < 0.05:
        obj = files.pick(rnd)
        group, _, version = obj.get("apiVersion", "v1").rpartition("/")
        k["patchesJson6902"] = [{"target": {"group": group, "version": version, "kind": obj["kind"],
                                            "name": obj["metadata"]["name"]},
                                 "patch": yamlgen.document(rnd, [operation(rnd)])}]


FIELDS = [
    (0.25, "namePrefix", lambda r, f, b: r.choice(["p-", "q-"])),
    (0.20, "nameSuffix", lambda r, f, b: r.choice(["-s", "-t"])),
    (0.25, "namespace", lambda r, f, b: r.choice(objects.NAMESPACES)),
    (0.15, "commonLabels", lambda r, f, b: objects.labels(r)),
    (0.15, "commonAnnotations", lambda r, f, b: {"note": r.choice(["x", "1", ""])}),
    (0.15, "labels", lambda r, f, b: some(r, label_entry)),
    (0.30, "patches", lambda r, f, b: [patch(r, f, b) for _ in range(r.randint(1, 2))]),
    (0.20, "images", lambda r, f, b: some(r, image)),
    (0.10, "replicas", lambda r, f, b: [replica(r, f)]),
    (0.25, "configMapGenerator", lambda r, f, b: [generator(r, f, b, "ConfigMap")
                                                 for _ in range(r.randint(1, 2))]),
    (0.15, "secretGenerator", lambda r, f, b: [generator(r, f, b, "Secret")]),
    (0.10, "generatorOptions", lambda r, f, b: r.choice([{"disableNameSuffixHash": True}, {"labels": {"g": "1"}}])),
    (0.05, "sortOptions", lambda r, f, b: r.choice([{"order": "fifo"}, {"order": "legacy", "legacySortOptions": {
        "orderFirst": ["Service"], "orderLast": ["ConfigMap"]}}])),
    (0.05, "buildMetadata", lambda r, f, b: r.sample(["managedByLabel", "originAnnotations",
                                                      "transformerAnnotations"], r.randint(1, 3))),
    (0.08, "replacements", lambda r, f, b: [replacement(r, f)]),
    (0.06, "vars", lambda r, f, b: variables(r, f)),
    (0.08, "transformers", lambda r, f, b: [plugin(r, f, b, "transformers")]),
    (0.04, "generators", lambda r, f, b: [plugin(r, f, b, "generators")]),
    (0.03, "validators", lambda r, f, b: [plugin(r, f, b, "validators")]),
    (0.03, "openapi", lambda r, f, b: {"path": in_file(r, f, b, "schema.json", plugins.openapi(r))}),
    (0.03, "crds", lambda r, f, b: [in_file(r, f, b, "crds.json", plugins.crds(r))]),
]


def kustomization(rnd, files, base, below):
    k = {}
    if rnd.random() < 0.3:
        k = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    resources = list(below)
    for i in range(rnd.randint(0 if below else 1, 3)):
        path = "r%d.yaml" % i
        docs = [new_object(rnd, files) if rnd.random() < 0.97 else objects.make_list(rnd)
                for _ in range(rnd.randint(1, 3))]
        files[base + path] = rnd.choice(["", "", "", "---\n", "# only a comment\n---\n"]) + \
            "---\n".join(yamlgen.document(rnd, d) for d in docs)
        resources.append(path)
    if resources:
        k["resources"] = resources
    for chance, field, make in FIELDS:
        if rnd.random() < chance * 0.7:
            k[field] = make(rnd, files, base)
    legacy_patches(rnd, files, base, k)
    if rnd.random() < 0.06:
        files[base + "config.yaml"] = yamlgen.document(rnd, configuration(rnd))
        k["configurations"] = ["config.yaml"]
    return k


def generate(rnd):
    """A tree of one to four kustomizations: overlay, bases, at times a diamond or a component."""
    files = Files()
    count = rnd.choice([1, 1, 2, 2, 3, 4])
    for i in reversed(range(count)):
        base = "" if i == 0 else "b%d/" % i
        later = ["b%d" % j for j in range(i + 1, count)]
        # Mostly a chain; a diamond mostly fails, for the same objects come twice.
        below = later[:1] if rnd.random() < 0.9 else [d for d in later if rnd.random() < 0.7]
        k = kustomization(rnd, files, base, [d if i == 0 else "../" + d for d in below])
        if i and rnd.random() < 0.1:
            k["apiVersion"], k["kind"] = "kustomize.config.k8s.io/v1alpha1", "Component"
            files[base + "component"] = ""
        files[base + "kustomization.yaml"] = yamlgen.emit(rnd, k)
    components = [p[:-len("/component")] for p in files if p.endswith("/component")]
    for path in components:
        del files[path + "/component"]
        for p in list(files):
            if p.endswith("kustomization.yaml"):
                files[p] = files[p].replace("- " + path + "\n", "")
        files["kustomization.yaml"] += "components: [%s]\n" % path if "components:" not in files[
            "kustomization.yaml"] else ""
    return files
