"""Random charts: subcharts, values at every level, hooks, documents in all spellings, and arguments for them.

Names are few, so that what refers to something finds it. Templates print the values that they see.
"""

import json

from helm import exprs

SUBS = ["sub", "other", "lib"]
KEYS = ["a", "b", "c", "global", "sub", "other", "alias", "enabled", "exports", "data", "tags"]
SCALARS = ["1", "0", "-3", "1.5", "1e3", "true", "false", "null", "~", "x", "\"\"", "\"12\"", "hello", "0x1f", "012", "1_000", "yes",
           "2001-01-01", "\"{{ .Values.a }}\"", "12345678901", "1.0", "'it''s'", "{}", "[]", "9007199254740993"]
KINDS = ["ConfigMap", "Service", "Deployment", "Namespace", "Secret", "ClusterRole", "Role", "RoleBinding", "Ingress", "Job", "CronJob",
         "CustomResourceDefinition", "ServiceAccount", "Widget", "PodDisruptionBudget", "NetworkPolicy", "StorageClass", "List",
         "HorizontalPodAutoscaler", "APIService", "Pod", "ReplicaSet", "PersistentVolume", "ResourceQuota", "DaemonSet", "StatefulSet",
         "IngressClass", "PriorityClass", "MutatingWebhookConfiguration", "Zebra", ""]
EVENTS = ["pre-install", "post-install", "pre-delete", "post-delete", "pre-upgrade", "post-upgrade", "pre-rollback", "post-rollback",
          "test", "test-success", "test-failure", "crd-install", "nonsense", ""]
POLICIES = ["before-hook-creation", "hook-succeeded", "hook-failed", "nonsense", "before-hook-creation,hook-succeeded"]
SEPARATORS = ["---\n", "--- \n", "\n---\n", "---\n---\n", "---\n# only a comment\n---\n", "...\n---\n", "---\r\n", "---\n\n\n", "---\t\n"]
ODD_SEPARATORS = ["----\n", " ---\n", "--- x\n", "--- # c\n", "...\n", "---x\n"]


def scalar(rnd):
    return rare(rnd, SCALARS, [".inf", "*a", "{{ .Values.a }}", "!x y", "\"\\q\""], 0.001)


def rare(rnd, usual, odd, chance=0.01):
    """What is odd makes most charts fail in both, and hides what else they have."""
    return rnd.choice(odd if rnd.random() < chance else usual)


def flow(rnd, depth=0):
    """A value in flow style, so that it can stand on a line."""
    pick = rnd.random()
    if depth > 2 or pick < 0.55:
        return scalar(rnd)
    if pick < 0.85:
        return "{" + ", ".join("%s: %s" % (key, flow(rnd, depth + 1)) for key in some(rnd, KEYS, 3)) + "}"
    return "[" + ", ".join(flow(rnd, depth + 1) for _ in range(rnd.randint(0, 3))) + "]"


def some(rnd, choices, most):
    return rnd.sample(choices, rnd.randint(0, min(most, len(choices))))


def values(rnd, names, depth=0):
    """Values in block style, for the chart itself and those below."""
    out, pad = [], "  " * depth
    keys = some(rnd, KEYS[:4] + KEYS[7:], 4) + [name for name in names if rnd.random() < 0.6]
    for key in keys:
        if depth < 3 and (key in names or key == "global") and rnd.random() < 0.8:
            inner = values(rnd, names[:1] if rnd.random() < 0.3 else [], depth + 1)
            out.append(pad + key + ":" + ("\n" + inner if inner else " {}\n" if rnd.random() < 0.8 else "\n"))
        elif key == "exports":
            out.append(pad + "exports: {data: {x: %s, a: %s}, more: %s}\n" % (scalar(rnd), flow(rnd), flow(rnd)))
        elif key == "tags":
            out.append(pad + "tags: {front: %s, back: %s}\n" % (rnd.choice(["true", "false", "x"]), rnd.choice(["true", "false"])))
        elif key == "enabled":
            out.append(pad + "enabled: %s\n" % rnd.choice(["true", "false", "true", "x", "null"]))
        else:
            out.append(pad + "%s: %s\n" % (key, flow(rnd)))
    return "".join(out)


def import_values(rnd):
    entries = []
    for _ in range(rnd.randint(1, 2)):
        if rnd.random() < 0.5:
            entries.append(rnd.choice(["data", "more", "none", "a"]))
        else:
            entries.append("{child: %s, parent: %s}" % (rnd.choice(["a", "exports.data", "none", "b.c", "global", "data"]),
                                                        rnd.choice(["a", "imported", "imported.deep", "sub", ".", "global"])))
    return "[" + ", ".join(entries) + "]"


def dependency(rnd, name):
    out = "- name: %s\n  version: %s\n" % (name, rare(rnd, ["0.1.0", "\"*\"", "~0.1", "0.1.x", "0.1.0", "\">=0.1\""], ["\">=9\"", "x", "\">1 <\""], 0.1))
    if rnd.random() < 0.3:
        out += "  alias: %s\n" % rare(rnd, ["alias", "alias", "other", "sub"], ["a.b", "a b", "1"])
    if rnd.random() < 0.4:
        out += "  condition: %s\n" % rnd.choice(["%s.enabled" % name, "enabled", "alias.enabled,sub.enabled", "none.x", "a", "global.a", "sub",
                                                 " sub.enabled ", "tags.front", "\",\""])
    if rnd.random() < 0.3:
        out += "  tags: [%s]\n" % rnd.choice(["front", "back", "front, back", "none", ""])
    if rnd.random() < 0.35:
        out += "  import-values: %s\n" % import_values(rnd)
    if rnd.random() < 0.05:
        out += "  enabled: false\n"
    if rnd.random() < 0.1:
        out += "  repository: %s\n" % rnd.choice(["https://example.com", "file://../x", "\"\"", "oci://h/x"])
    return out


def annotations(rnd):
    out = []
    if rnd.random() < 0.8:
        events = ",".join(rnd.choice(EVENTS) for _ in range(rnd.choice([1, 1, 2])))
        out.append("    helm.sh/hook: %s\n" % rnd.choice([events, "\"%s\"" % events, events.upper(), " , ".join(events.split(",")) or "x"]))
    if rnd.random() < 0.5:
        out.append("    helm.sh/hook-weight: %s\n" % rnd.choice(["\"5\"", "\"-5\"", "\"x\"", "\"1.5\"", "\"+2\"", "\" 3\"", "\"99999999999\"", "\"010\""]))
    if rnd.random() < 0.4:
        out.append("    helm.sh/hook-delete-policy: %s\n" % rnd.choice(POLICIES))
    if rnd.random() < 0.2:
        out.append("    helm.sh/resource-policy: %s\n" % rnd.choice(["keep", "KEEP", "x"]))
    return "".join(out)


def metadata(rnd):
    name = rnd.choice(["a", "b", "z", "m", "{{ .Release.Name }}-x", "{{ .Chart.Name }}", "{{ .Values.a }}", "10", "9"])
    if rnd.random() < 0.3:
        return "metadata: {name: %s}\n" % (name if "{{" not in name else "n")
    out = "metadata:\n  name: %s\n" % name
    if rnd.random() < 0.3:
        out += "  annotations:\n" + annotations(rnd)
    return out


def body(rnd):
    if rnd.random() < 0.03:
        return "x: {{ %s | toJson }}\n" % exprs.expression(rnd)
    return rare(rnd, [
        "data: {{ .Values | toJson }}\n", "data:\n  v: |-\n    {{- .Values | toYaml | nindent 4 }}\n", "data: {{ .Chart | toJson }}\n",
        "data: {{ .Values.global | toJson }}\n", "data: {{ omit .Release \"Service\" | toJson }}\n", "data: {{ .Subcharts | len }}\n",
        "n: {{ .Release.Namespace }}\n", "t: {{ .Template | toJson }}\n", "k: {{ .Capabilities.KubeVersion | toJson }}\n",
        "f: {{ .Files.Get \"f.txt\" | quote }}\n", "g: {{ range $p, $_ := .Files.Glob \"**\" }}{{ $p }},{{ end }}\n",
        "u: {{ .Release.IsUpgrade }} \n", "h: {{ .Capabilities.APIVersions.Has \"example.com/v1\" }}\n", "i: {{ if .Values.a }}{{ include \"lib.name\" . }}{{ end }}\n",
        "s: {{ .Values.sub | toJson }}\n", "data:\n{{ (.Files.Glob \"*.txt\").AsConfig | indent 2 }}\n",
        "b: {{ tpl (toString .Values.a) . | quote }}\n", "{{- if .Values.a }}\nyes: 1\n{{- end }}\n", "p: {{ .Chart.Version }} {{ .Chart.AppVersion }} {{ .Chart.Type }}\n",
        "x: 1\nx: 2\n", "", "l: {{ (lookup \"v1\" \"Pod\" \"\" \"\") | toJson }}\n", "d: {{ with .Subcharts.sub }}{{ .Values | toJson }}{{ end }}\n",
        "c: {{ .Subcharts | keys | sortAlpha | toJson }}\n", "x: {{ .Values.alias | toJson }}\n", "# {{ .Values.a }}\n", "text: |\n  a\n  ---\n  b\n",
    ], ["a: {{ .Values.a.b }}\n", "{{ .Values.c }}\n", "bad: [\n", "x: {{ required \"need b\" .Values.b | toJson }}\n", "\ttab: 1\n", "{{ fail \"x\" }}\n"])


def document(rnd):
    pick = rnd.random()
    if pick < 0.08:
        return rare(rnd, ["", "# comment\n", "\n\n", "null\n", "{}\n", "{{/* nothing */}}\n", "kind: X\n", "  \n"],
                    ["just text\n", "[1, 2]\n", "- a\n", "kind: [a]\n", "apiVersion: {a: 1}\n", "metadata: x\n", "metadata: {name: 5}\nkind: A\n",
                     "metadata: {annotations: {a: 1}}\n"], 0.05)
    out = ""
    if rnd.random() < 0.9:
        out += "apiVersion: %s\n" % rnd.choice(["v1", "apps/v1", "batch/v1", "example.com/v1", "networking.k8s.io/v1"])
    kind = rnd.choice(KINDS)
    if kind:
        out += "kind: %s\n" % kind
    out += metadata(rnd) if rnd.random() < 0.95 else ""
    if rnd.random() < 0.12:
        return out.replace("metadata:", "metadata: {annotations: {helm.sh/hook: %s}}\nother:" % rnd.choice(EVENTS[:9]))
    return out + body(rnd)


def template(rnd):
    text = rnd.choice(["", "", "---\n", "# head\n---\n", "{{- if true }}\n", "\n\n", "\ufeff"])
    close = "{{- end }}\n" if "if true" in text else ""
    for at in range(rnd.choice([1, 1, 1, 2, 3])):
        text += (rare(rnd, SEPARATORS, ODD_SEPARATORS, 0.03) if at else "") + document(rnd)
    text += close
    if rnd.random() < 0.05:
        text = text.replace("\n", "\r\n")
    return text if rnd.random() < 0.9 else text.rstrip("\n")


def schema(rnd):
    kind = rnd.choice(["object", "object", "string", "integer", "boolean", "array"])
    rules = {"$schema": rnd.choice(["http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema",
                                    "http://json-schema.org/draft-04/schema#"]),
             "type": "object", "properties": {rnd.choice(KEYS): {"type": kind}, rnd.choice(KEYS): rnd.choice([
                 {"minimum": 2}, {"enum": ["x", 1, None]}, {"pattern": "^h"}, {"type": ["string", "null"]}, {"minLength": 3}, {"const": 1},
                 {"items": {"type": "integer"}}, {"additionalProperties": False}, {"anyOf": [{"type": "string"}, {"minimum": 5}]},
                 {"not": {"type": "object"}}, {"multipleOf": 2}, {"maxItems": 1}, {"required": ["b"]}, {"format": "date"}, {"$ref": "#/definitions/d"},
                 {"oneOf": [{"type": "integer"}, {"type": "number"}]}, {"if": {"type": "string"}, "then": {"minLength": 9}}, {"uniqueItems": True}])}}
    if rnd.random() < 0.3:
        rules["required"] = [rnd.choice(KEYS)]
    if rnd.random() < 0.2:
        rules["additionalProperties"] = rnd.choice([False, {"type": "object"}, True])
    if rnd.random() < 0.5:
        rules["definitions"] = {"d": {"type": "object", "required": ["a"]}}
    if rnd.random() < 0.1:
        del rules["$schema"]
    text = json.dumps(rules)
    return text if rnd.random() < 0.97 else text[:-1]


def chart_yaml(rnd, name, dependencies):
    out = "apiVersion: %s\nname: %s\nversion: %s\n" % (rare(rnd, ["v2", "v2", "v2", "v1"], ["v3", ""], 0.003), name, rare(rnd, ["0.1.0", "0.1.0+b", "0.1.0"], ["x", "v0.1.0", "1", "01.1.0"]))
    if name == "lib" and rnd.random() < 0.7 or rnd.random() < 0.01:
        out += "type: library\n"
    for chance, field, choices in ((0.3, "appVersion", ["\"1.0\"", "1.0", "2", "v3"]), (0.2, "description", ["text", "\"a\\nb\"", ">\n  folded\n  text"]),
                                   (0.15, "kubeVersion", ["\">=1.19.0\"", "^1.20", "\">= 1.19.0-0\"", "1.20.x"]), (0.1, "type", ["application"]),
                                   (0.1, "keywords", ["[a, b]"]), (0.1, "deprecated", ["true", "false"]), (0.1, "icon", ["http://x"]),
                                   (0.1, "maintainers", ["[{name: a, email: b}]", "[{email: b}]"]), (0.1, "annotations", ["{a: b}", "{}"]),
                                   (0.003, "keywords", ["x"]), (0.003, "deprecated", ["\"true\""]), (0.003, "maintainers", ["[~]"]),
                                   (0.003, "annotations", ["{a: 1}"]), (0.01, "kubeVersion", ["<1.10", "x"]), (0.003, "type", ["x"]),
                                   (0.05, "unknown", ["x"]), (0.05, "home", ["h"]), (0.05, "sources", ["[s]"]), (0.05, "tags", ["t"]), (0.05, "condition", ["c"])):
        if rnd.random() < chance and field + ":" not in out:
            out += "%s: %s\n" % (field, rnd.choice(choices))
    return out + (dependencies and "dependencies:\n" + dependencies)


def place(rnd, files, base, name, below):
    """A chart in `base`; `below` are the levels of subcharts that it may have."""
    subs = [sub for sub in SUBS if sub != name and rnd.random() < (0.5 if below > 1 else 0.25)] if below else []
    entries = "".join(dependency(rnd, sub) for sub in subs if rnd.random() < 0.8)
    if entries and rnd.random() < 0.15:
        entries += dependency(rnd, rnd.choice(SUBS))
    if entries and rnd.random() < 0.2:
        files[base + "requirements.yaml"] = "dependencies:\n" + entries
        entries = ""
    files[base + "Chart.yaml"] = chart_yaml(rnd, name, entries)
    if rnd.random() < 0.85:
        files[base + "values.yaml"] = values(rnd, subs + (["alias"] if "alias" in entries else []))
    for at in range(rnd.choice([0, 1, 1, 1, 2, 3]) if below < 2 else rnd.choice([1, 2, 3])):
        files[base + "templates/%s" % rnd.choice(["t%d.yaml", "t%d.yml", "sub/t%d.yaml", "tests/t%d.yaml", "t%d.txt", "t%d"]) % at] = template(rnd)
    extras(rnd, files, base, name)
    for sub in subs:
        place(rnd, files, base + "charts/%s/" % rnd.choice([sub, sub, sub, "dir-" + sub]), sub, below - 1)


def extras(rnd, files, base, name):
    if name == "lib" or rnd.random() < 0.3:
        files[base + "templates/_h.tpl"] = "{{ define \"lib.name\" }}%s-{{ .Chart.Name }}{{ end }}\n" % name + rnd.choice(["", "junk: {{ .Values.a }}\n"])
    if rnd.random() < 0.2:
        files[base + "templates/NOTES.txt"] = rare(rnd, ["notes {{ .Release.Name }}\n"], ["{{ fail \"notes\" }}", "{{ .Values.a.b.c }}\n", "{{ nofunc }}"], 0.05)
    if rnd.random() < 0.12:
        files[base + "values.schema.json"] = schema(rnd)
    if rnd.random() < 0.15:
        files[base + "crds/%s.yaml" % rnd.choice("xyz")] = rnd.choice(["kind: CustomResourceDefinition\nmetadata: {name: crd}\n", "a: 1\n---\nb: 2\n", "", "bad: [\n",
                                                                      "# c\n---\nkind: X\n", "---\n---\nkind: Y\n", "{{ not a template }}\n"])
    if rnd.random() < 0.3:
        files[base + "f.txt"] = rnd.choice(["text\n", "two\nlines", "", "\ufeffbom", "\xff", "trail \n", "{{ .Values.a }}\n"])
    if rnd.random() < 0.15:
        files[base + ".helmignore"] = "\n".join(some(rnd, ["*.txt", "# c", "!f.txt", "templates/t0.yaml", "/crds", "sub", "t?.yaml", "charts/",
                                                           "templates/*.tpl", "values.yaml", "", " f.txt", rare(rnd, ["/x"], ["[a", "**", "Chart.yaml"], 0.05), "/templates/sub/", "*/t1.yaml"], 3))
    if rnd.random() < 0.05:
        files[base + rnd.choice(["charts/README.md", "charts/_x/Chart.yaml", "charts/.hidden", "templates/.x.yaml", "Chart.lock", "charts/junk/x",
                                 "requirements.lock", "charts/x.tgz", "charts/f.prov", ".hidden.yaml"])] = rnd.choice(["", "x: 1\n", "[\n"])


PATHS = ["a", "b", "c", "sub.a", "sub.b", "other.a", "global.a", "sub.global.a", "alias.a", "sub", "sub.enabled", "tags.front", "a.b.c", "l[0]", "l[2].x", "a[1]",
         "sub.other.a", "global", "enabled", "sub.lib.b", "x\\.y", "alias", "tags.back"]
SETS = ["1", "null", "x", "", "true", "{a,b}", "{}", "1.5", "a\\,b", "012", "1e3", "\"q\"", "{1,null}", "false", "99999999999999999999", "-1", "0x1f", "[]"]
JSONS = ["null", "1", "{\"a\":null}", "{\"b\":{\"c\":1}}", "[1,null]", "\"x\"", "{}", "1e3", "1.0", "true", "{\"global\":{\"a\":2}}", "[{\"a\":1}]"]


def setting(rnd):
    flag = rnd.choice(["--set", "--set", "--set", "--set-string", "--set-json", "--set-literal", "--set-file"])
    if flag == "--set-json":
        return flag, rnd.choice(PATHS[:-5]) + "=" + rare(rnd, JSONS, ["{"]) if rnd.random() < 0.9 else rare(rnd, JSONS[2:4], JSONS)
    if flag == "--set-file":
        return flag, rnd.choice(PATHS) + "=" + rare(rnd, ["values.yaml", "Chart.yaml"], ["missing"], 0.05)
    pairs = ["%s=%s" % (rnd.choice(PATHS), rnd.choice(SETS)) for _ in range(rnd.choice([1, 1, 2]))]
    return flag, ",".join(pairs)


def args(rnd, files):
    words = [rare(rnd, ["rel", "a.b"], ["Rel", "x" * 60]), "."]
    for _ in range(rnd.choice([0, 0, 1, 1, 2, 3])):
        words += setting(rnd)
    if rnd.random() < 0.35:
        for path in rnd.choice([["over.yaml"], ["over.yaml", "more.yaml"]]):
            files[path] = values(rnd, SUBS + ["alias"])
            words += ["-f", path]
    for chance, made in ((0.1, ["--no-hooks"]), (0.1, ["--skip-tests"]), (0.15, ["--include-crds"]), (0.1, ["--is-upgrade"]), (0.1, ["-n", "ns"]),
                         (0.1, ["--kube-version", rare(rnd, ["1.25", "v1.30.1", "1.19.0-gke.1"], ["1", "x"])]), (0.1, ["--api-versions", "example.com/v1"]),
                         (0.06, ["--skip-schema-validation"]), (0.05, ["--render-subchart-notes"]), (0.03, ["--disable-openapi-validation"]),
                         (0.15, ["--show-only", "templates/" + rare(rnd, ["t0.yaml", "t1.yaml", "*.yaml", "*"], ["none.yaml", "sub/*", "[", "NOTES.txt"], 0.1)]),
                         (0.05, ["-s", "charts/sub/templates/" + rnd.choice(["t0.yaml", "*"])]), (0.02, ["-s", "crds/x.yaml"])):
        if rnd.random() < chance:
            words += made
    return "\n".join(words)


def chart(rnd):
    files = {}
    place(rnd, files, "", "c", rnd.choice([0, 1, 2, 2]))
    files["args"] = args(rnd, files)
    return files
