"""Random configurations of kustomize's builtin plugins, and schemas and definitions of custom kinds."""

import json

from kustomize import yamlgen

PATHS = ["metadata/name", "metadata/labels", "metadata/annotations", "metadata/namespace", "spec/replicas", "spec/name",
         "spec/template/metadata/labels", "spec/template/spec/containers/image", "spec/template/spec/containers[]/name",
         "data/a", "spec/ports/name", "spec/items/name", "spec/selector/matchLabels", "spec/new/field", "/spec/name", "list"]


def field_specs(rnd, *paths):
    specs = []
    for _ in range(rnd.randint(1, 2)):
        spec = {"path": rnd.choice(paths if paths and rnd.random() < 0.7 else PATHS)}
        if rnd.random() < 0.3:
            spec["kind"] = rnd.choice(["Deployment", "ConfigMap", "Widget", "Service", "Gadget"])
        if rnd.random() < 0.15:
            spec[rnd.choice(["group", "version"])] = rnd.choice(["apps", "v1", "example.com"])
        if rnd.random() < 0.4:
            spec["create"] = rnd.choice([True, True, False])
        specs.append(spec)
    return specs


def word(rnd):
    """What is text to kustomize, in any spelling."""
    return yamlgen.Bare(rnd.choice(["x", "1", "true", "1.50", "'2'", "null", "0x1f", "1e3", "\"\"", "a-b"]))


def operations(rnd, helpers):
    return yamlgen.document(rnd, [helpers.operation(rnd) for _ in range(rnd.randint(1, 2))])


def value_add(rnd, helpers):
    targets = [{"fieldPath": rnd.choice(PATHS + ["spec/path", "metadata/namespace"])} for _ in range(rnd.randint(1, 2))]
    for target in targets:
        if rnd.random() < 0.5:
            target["selector"] = helpers.target(rnd)
        if rnd.random() < 0.3:
            target["filePathPosition"] = rnd.choice([0, 1, 2, 5])
    made = {"targets": targets}
    if rnd.random() < 0.85:
        made["value"] = word(rnd)
    return made


def transformer(rnd, files, helpers):
    """`helpers` is the module trees."""
    make = {
        "PrefixTransformer": lambda: {"prefix": word(rnd), "fieldSpecs": field_specs(rnd, "metadata/name")},
        "SuffixTransformer": lambda: {"suffix": word(rnd), "fieldSpecs": field_specs(rnd, "metadata/name")},
        "PrefixSuffixTransformer": lambda: {"prefix": "a-", "suffix": word(rnd), "fieldSpecs": field_specs(rnd, "metadata/name")},
        "LabelTransformer": lambda: {"labels": {"l": word(rnd)}, "fieldSpecs": field_specs(rnd, "metadata/labels")},
        "AnnotationsTransformer": lambda: {"annotations": {"n": word(rnd)}, "fieldSpecs": field_specs(rnd, "metadata/annotations")},
        "NamespaceTransformer": lambda: dict(
            {"metadata": {"name": "n", "namespace": rnd.choice(["dev", "new"])}, "fieldSpecs": field_specs(rnd, "metadata/namespace")},
            **rnd.choice([{}, {"unsetOnly": True}, {"setRoleBindingSubjects": rnd.choice(["none", "defaultOnly", "allServiceAccounts"])}])),
        "ImageTagTransformer": lambda: {"imageTag": helpers.image(rnd),
                                        "fieldSpecs": field_specs(rnd, "spec/template/spec/containers/image", "spec/name")},
        "ReplicaCountTransformer": lambda: {"replica": helpers.replica(rnd, files), "fieldSpecs": field_specs(rnd, "spec/replicas")},
        "PatchTransformer": lambda: {"target": helpers.target(rnd), "patch": operations(rnd, helpers) if rnd.random() < 0.5 else
                                     yamlgen.document(rnd, helpers.merge_patch(rnd, files))},
        "PatchStrategicMergeTransformer": lambda: rnd.choice([
            {"paths": [yamlgen.document(rnd, helpers.merge_patch(rnd, files))]},
            {"patches": yamlgen.document(rnd, helpers.merge_patch(rnd, files))}]),
        "PatchJson6902Transformer": lambda: {"target": dict(helpers.target(rnd), name=helpers.names(rnd)), "jsonOp": operations(rnd, helpers)},
        "ReplacementTransformer": lambda: {"replacements": [helpers.replacement(rnd, files)]},
        "ValueAddTransformer": lambda: value_add(rnd, helpers),
        "HashTransformer": lambda: {},
    }
    kind = rnd.choice(sorted(make))
    metadata = {"name": rnd.choice(["n", "m"])}
    return dict({"apiVersion": "builtin", "kind": kind, "metadata": metadata}, **make[kind]())


def generator(rnd, files, base, helpers):
    kind = rnd.choice(["ConfigMap", "Secret"])
    made = helpers.generator(rnd, files, base, kind)
    metadata = {"name": made.pop("name")}
    if "namespace" in made and rnd.random() < 0.7:
        metadata["namespace"] = made.pop("namespace")
    return dict({"apiVersion": "builtin", "kind": kind + "Generator", "metadata": metadata}, **made)


def validator(rnd, files, helpers):
    """Most of them change nothing, for such a one is refused."""
    if rnd.random() < 0.3:
        return transformer(rnd, files, helpers)
    return {"apiVersion": "builtin", "kind": "PatchTransformer", "metadata": {"name": "v"}, "target": helpers.target(rnd),
            "patch": yamlgen.document(rnd, [{"op": "test", "path": rnd.choice(["/metadata/name", "/kind", "/spec/replicas"]),
                                             "value": rnd.choice(["app", "Widget", 1, "Service"])}])}


def list_schema(rnd):
    schema = {"type": "array", "items": rnd.choice([{"type": "object"}, {"type": "string"}, {"$ref": "#/definitions/Item"}])}
    if rnd.random() < 0.8:
        schema["x-kubernetes-patch-strategy"] = rnd.choice(["merge", "merge", "retainKeys,merge", "replace"])
    pick = rnd.random()
    if pick < 0.5:
        schema["x-kubernetes-patch-merge-key"] = rnd.choice(["name", "name", "v", "port"])
    elif pick < 0.7:
        schema["x-kubernetes-list-map-keys"] = rnd.sample(["name", "v", "port"], rnd.randint(1, 2))
    return schema


def openapi(rnd):
    """For Widget, Gadget, and at times for a builtin kind, whose own schema is out of force then."""
    definitions = {"Item": {"properties": {"values": list_schema(rnd), "name": {"type": "string"}}}}
    for kind, group, version in rnd.sample([("Gadget", "example.com", "v1alpha1"), ("Widget", "example.com", "v1"),
                                            ("Deployment", "apps", "v1"), ("Service", "", "v1")], rnd.randint(1, 2)):
        spec = {"properties": {"items": list_schema(rnd), "ports": list_schema(rnd), "name": {"type": "string"}}}
        definitions[kind] = {
            "properties": {"spec": rnd.choice([spec, {"$ref": "#/definitions/Spec"}]), "list": list_schema(rnd)}, "type": "object",
            "x-kubernetes-group-version-kind": [{"group": group, "kind": kind, "version": version}]}
        definitions["Spec"] = spec
    return json.dumps({"definitions": definitions}) if rnd.random() < 0.7 else yamlgen.emit(rnd, {"definitions": definitions})


def crds(rnd):
    """As in the field `crds`: where custom kinds refer to others."""
    def prop():
        made = {"type": "object"}
        if rnd.random() < 0.6:
            made["x-kubernetes-object-ref-api-version"] = "v1"
            made["x-kubernetes-object-ref-kind"] = rnd.choice(["ConfigMap", "Secret", "Widget"])
            if rnd.random() < 0.4:
                made["x-kubernetes-object-ref-name-key"] = rnd.choice(["name", "ref"])
        if rnd.random() < 0.3:
            made[rnd.choice(["x-kubernetes-label-selector", "x-kubernetes-annotation", "x-kubernetes-identity"])] = ""
        return made

    kind = rnd.choice(["Widget", "Gadget"])
    schema = {"properties": {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"},
                             "spec": {"properties": {"name": prop(), "items": prop(), "ref": prop()}}}}
    return json.dumps({"example.com/v1.%s" % kind: {"Schema": schema, "Dependencies": []}, "%s.%s" % ("v1", kind): {"Schema": schema}})
