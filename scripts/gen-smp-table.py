#!/usr/bin/python3
"""Write the strategic merge table of libcommon/render/kustomize from an OpenAPI v2 document.

    scripts/gen-smp-table.py DOCUMENT > libcommon/render/kustomize/smp_table.c

DOCUMENT is JSON, gzipped or not, with a `definitions` member: what an API server serves at
/openapi/v2, or the bundle that kustomize itself compiles in (kyaml/openapi/kubernetesapi/data). The
table in the tree comes from the bundle of kustomize v5.8.2, because builds have to print the same
bytes as that version: a newer document knows list merge keys that kustomize does not.

Only what leads to a list merged by key, or as a set, is kept; the rest of the schema does not change
how a patch applies. Scopes come from `resources` (the bundle) or from `paths` (an API server).
"""

import gzip
import json
import sys

GVK = "x-kubernetes-group-version-kind"


def load(path):
    with open(path, "rb") as f:
        data = f.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    return json.loads(data)


def ref_of(schema):
    return schema["$ref"].rsplit("/", 1)[-1] if isinstance(schema, dict) and "$ref" in schema else None


def merge_keys(schema):
    """The list's merge keys, () for a set, None when it is not merged."""
    if schema.get("type") != "array":
        return None
    if "merge" not in schema.get("x-kubernetes-patch-strategy", "").split(","):
        return None
    if "x-kubernetes-list-map-keys" in schema:
        return tuple(schema["x-kubernetes-list-map-keys"])
    key = schema.get("x-kubernetes-patch-merge-key")
    return (key,) if key else ()


class Table:
    def __init__(self, definitions):
        self.definitions = definitions
        self.wanted = set()
        self.nodes = []
        self.index = {}
        self.find_wanted()

    def child_of(self, schema):
        return ref_of(schema) or ref_of(schema.get("items", {}))

    def find_wanted(self):
        """The definitions with a merged list at or below them: a fixed point, as some are recursive."""
        before = -1
        while before != len(self.wanted):
            before = len(self.wanted)
            for name, definition in self.definitions.items():
                for schema in definition.get("properties", {}).values():
                    if merge_keys(schema) is not None or self.child_of(schema) in self.wanted:
                        self.wanted.add(name)
        for name, definition in self.definitions.items():
            for schema in definition.get("properties", {}).values():
                if ref_of(schema.get("additionalProperties")) in self.wanted:
                    raise SystemExit(name + ": a merged list below additionalProperties")

    def node(self, name):
        """The number of the node of definition `name`; 0 is the node without merged lists."""
        if name not in self.wanted:
            return 0
        if name in self.index:
            return self.index[name]
        number = len(self.nodes) + 1
        self.index[name] = number
        fields = []
        self.nodes.append(fields)
        for field, schema in sorted(self.definitions[name].get("properties", {}).items()):
            keys = merge_keys(schema)
            child = self.node(self.child_of(schema))
            if keys is not None or child:
                fields.append((field, child, keys))
        return number


def scopes(document):
    """{(apiVersion, kind): namespaced}"""
    result = {}
    for resource in document.get("resources", []):
        if resource.get("scope") in ("Cluster", "Namespaced"):
            key = (resource["apiVersion"], resource["kind"])
            result[key] = resource["scope"] == "Namespaced"
    for path, item in (document.get("paths") or {}).items():
        gvk = item.get("get", {}).get(GVK)
        if gvk:
            key = (api_version(gvk), gvk["kind"])
            result[key] = result.get(key, False) or "namespaces/{namespace}" in path
    return result


def api_version(gvk):
    return gvk["group"] + "/" + gvk["version"] if gvk["group"] else gvk["version"]


class Pool:
    """Strings of the table, each once, in one array."""

    def __init__(self):
        self.offsets = {}
        self.strings = []
        self.size = 0

    def add(self, s):
        if s not in self.offsets:
            self.offsets[s] = self.size
            self.strings.append(s)
            self.size += len(s) + 1
        return self.offsets[s]


def main():
    document = load(sys.argv[1])
    table = Table(document["definitions"])
    roots = {}
    for name, definition in sorted(document["definitions"].items()):
        for gvk in definition.get(GVK, []):
            if not gvk["kind"].endswith("List") and name in table.wanted:
                roots[(api_version(gvk), gvk["kind"])] = table.node(name)
    pool = Pool()
    key_sets = [None, ()]
    out = []
    fields = []
    starts = []
    for node in table.nodes:
        starts.append(len(fields))
        for field, child, keys in node:
            if keys not in key_sets:
                key_sets.append(keys)
            fields.append((pool.add(field), child, key_sets.index(keys), field))
    starts.append(len(fields))
    root_rows = [(pool.add(v), pool.add(k), n, v, k) for (v, k), n in sorted(roots.items())]
    scope_rows = [
        (pool.add(v), pool.add(k), v, k) for (v, k), ns in sorted(scopes(document).items()) if not ns
    ]
    key_rows = [[pool.add(k) for k in (keys or ())] for keys in key_sets]

    out.append("/* Written by scripts/gen-smp-table.py: do not edit. */")
    out.append('#include "libcommon/render/kustomize/smp_table.h"')
    out.append("")
    out.append("/* clang-format off */")
    out.append("const char sl_kz_smp_pool[] =")
    out += ['\t"%s\\0"' % s for s in pool.strings]
    out[-1] += ";"
    out.append("")
    out.append("const struct sl_kz_smp_field sl_kz_smp_fields[] = {")
    out += ["\t{ %d, %d, %d }, /* %s */" % f for f in fields]
    out.append("};")
    out.append("")
    out.append("/* Node n has the fields [starts[n - 1], starts[n]); node 0 has none. */")
    out.append("const uint16_t sl_kz_smp_starts[] = {")
    for i in range(0, len(starts), 12):
        out.append("\t" + " ".join("%d," % s for s in starts[i : i + 12]))
    out.append("};")
    out.append("")
    out.append("const struct sl_kz_smp_keys sl_kz_smp_keys[] = {")
    for keys, row in zip(key_sets, key_rows):
        out.append(
            "\t{ %d, { %s } }, /* %s */"
            % (len(row), ", ".join(map(str, row)) or "0", "-" if keys is None else " ".join(keys) or "set")
        )
    out.append("};")
    out.append("")
    out.append("/* Sorted by apiVersion, then kind. */")
    out.append("const struct sl_kz_smp_root sl_kz_smp_roots[] = {")
    out += ["\t{ %d, %d, %d }, /* %s %s */" % r for r in root_rows]
    out.append("};")
    out.append("const size_t sl_kz_smp_root_count = sizeof(sl_kz_smp_roots) / sizeof(sl_kz_smp_roots[0]);")
    out.append("")
    out.append("/* Kinds without namespace, sorted by apiVersion, then kind. */")
    out.append("const struct sl_kz_smp_root sl_kz_smp_cluster_scoped[] = {")
    out += ["\t{ %d, %d, 0 }, /* %s %s */" % r for r in scope_rows]
    out.append("};")
    out.append("const size_t sl_kz_smp_cluster_scoped_count =")
    out.append("\tsizeof(sl_kz_smp_cluster_scoped) / sizeof(sl_kz_smp_cluster_scoped[0]);")
    print("\n".join(out))


main()
