"""The differences that are no finds: each one is named in docs/differences.md, or is kustomize's crash.

KNOWN is a list of (what, test): test(tree, ours, real) tells whether a difference is that one.
"""

import re

import yaml

HASH = re.compile(rb"-[0-9a-z]{10}\b")
FORMER = re.compile(rb'"annotations":\{("internal\.config\.kubernetes\.io/[^"]*":"[^"]*",?)+\},?|'
                    rb'"internal\.config\.kubernetes\.io/[^"]*":"[^"]*",?')
NULLS = ("", "~", "null", "Null", "NULL")
KIND_CHANGES = re.compile(r"allowKindChange['\"]?: true|path: *['\"\\]*/kind\b|\"path\": *\"/kind\"")


def unquoted(err):
    """What is wrong in a component is told in quotes."""
    return err.replace(b'\\"', b'"').replace(b"\\n", b"\n")


def crash(_, ours, real):
    return real.code not in (0, 1) or b"panic:" in real.err or b"stack overflow" in real.err


def network(_, ours, real):
    return bool(re.search(rb"no 'git' program|unable to read.*http|proxyconnect", real.err))


def odd_keys(_, ours, real):
    return (b"unsupported type of map key" in real.err or b"json: unsupported" in real.err or
            (not real.code and re.search(rb"(a map|a list|null) cannot be a key", ours.err)))


def hash_of_changed_kind(tree, ours, real):
    return (ours.code == real.code == 0 and HASH.sub(b"-H", ours.out) == HASH.sub(b"-H", real.out) and
            any(KIND_CHANGES.search(text) for text in tree.values()))


def pointer_without_slash(_, ours, real):
    return ours.code and not real.code and re.search(rb"JSON pointer .* must begin with '/'", ours.err)


def selector_of_nothing(_, ours, real):
    return ours.code and not real.code and re.search(rb"unable to parse (requirement|selector)", ours.err)


def schema_of_nothing(tree, ours, real):
    """Either nothing is built, or what is built never asks the schema: its syntax is not looked at."""
    if not ours.code or real.code or not any("openapi" in text for text in tree.values()):
        return False
    schemas = re.findall(r"path['\"]?: *['\"]?([^\s'\",}]+)", "".join(t for t in tree.values() if "openapi" in t))
    place = rb"(^|[ /])%s:\d+: (accumulating [^:]*: )*(line|invalid schema file)"
    return not real.out or any(re.search(place % re.escape(name.encode()), ours.err)
                               for name in schemas)


def repeated_key_of_resource(_, ours, real):
    return (ours.code and not real.code and
            re.search(rb"(accumulating resources from .*|chart .*: line \d+: )mapping key .* already defined", ours.err))


def empty_values(_, ours, real):
    return not ours.code and b"could not parse values file into rnode: EOF" in real.err


def former_names(_, ours, real):
    """A path that leads to the annotations in which kustomize keeps its marks: they are not there."""
    return not ours.code and re.search(rb"\n((internal|alpha)\.)?config\.kubernetes\.io/", unquoted(real.err))


def validator_of_nothing(_, ours, real):
    """Only where the message shows the same object twice, but for former names."""
    if ours.code or b"nodes unequal" not in real.err:
        return False
    shown = re.findall(rb"^ -- (.*?),?$", FORMER.sub(b"", unquoted(real.err)), re.M)
    return len(shown) == 2 and shown[0] == shown[1]


def long_key(_, ours, real):
    return (not ours.code and b"did not find expected ',' or '}'" in real.err and
            re.search(rb'"(?:[^"\\]|\\.){950,}":', real.err))


def repeated_key_in_string(_, ours, real):
    return (ours.code and not real.code and
            re.search(rb"in replacement target: .*mapping key .* already defined", ours.err))


class Loader(yaml.BaseLoader):
    """Scalars as they are written."""


def nodes(node):
    """All nodes below one of yaml.compose."""
    yield node
    for child in node.value if not isinstance(node, yaml.ScalarNode) else []:
        for one in child if isinstance(child, tuple) else [child]:
            yield from nodes(one)


def all_nodes(text):
    try:
        return [n for root in yaml.compose_all(text, Loader) if root for n in nodes(root)]
    except (yaml.YAMLError, RecursionError):
        return []


def members(text):
    return [(k.value, v.value) for n in all_nodes(text) if isinstance(n, yaml.MappingNode) for k, v in n.value]


def repeats_null(text):
    """Does some map have a key twice, null at first?"""
    for node in all_nodes(text):
        if not isinstance(node, yaml.MappingNode):
            continue
        first = {}
        for key, value in node.value:
            if first.setdefault(str(key.value), value) is not value and first[str(key.value)].value in NULLS:
                return True
        if any(isinstance(v, yaml.ScalarNode) and "\n" in v.value and repeats_null(v.value) for _, v in node.value):
            return True
    return False


def repeated_null_of_patch(tree, ours, real):
    return (ours.code and not real.code and b": a key of this map is already defined" in ours.err and
            any(repeats_null(text) for text in tree.values()))


def text_for_number(_, ours, real):
    """Ours refuses text in a field that is none; it is in nothing that kustomize prints."""
    bad = re.search(r"field \"([^\"]*)\": '(.*)' is of type (?!string, but the field is of type string)",
                    ours.err.decode("utf-8", "replace"), re.S)
    if not ours.code or real.code or not bad:
        return False
    name = re.split(r"[./]", bad.group(1))[-1]
    return (name, bad.group(2)) not in members(real.out.decode("utf-8", "replace"))


def text_for_quoted_number(tree, ours, real):
    """A patch makes a number of what is in quotes, a replacement text of the number."""
    bad = re.search(rb"cannot decode !!str `(.*?)(\.\.\.)?` as a !!", real.err, re.S)
    return (not ours.code and bad and bad.group(1) in ours.out and
            any("patch" in text or "Patch" in text for text in tree.values()) and
            any("replacements" in text or "Replacement" in text for text in tree.values()))


def comment_behind_nothing(tree, ours, real):
    return (not ours.code and re.search(rb"Error: map\[.*: yaml: line \d+: could not find expected ':'", real.err) and
            any(re.search(r":[ \t]+#", text) for text in tree.values()))


def no_value(_, ours, real):
    """What is no JSON, or does not fit its tag, and which kustomize does not print."""
    bad = re.search(rb"line \d+: (unsupported value: [+-]?(Inf|NaN)|cannot decode !!str `(.*?)(\.\.\.)?` as a !!)",
                    ours.err)
    return (ours.code and not real.code and bad and not re.search(rb"\.(inf|nan)\b", real.out, re.I) and
            (bad.group(3) is None or not re.search(rb"!!\w+ ['\"]?" + re.escape(bad.group(3)), real.out)))


def structure(value):
    """`value` with every string of several lines that is YAML in the place of what it says."""
    if isinstance(value, dict):
        return {k: structure(v) for k, v in value.items()}
    if isinstance(value, list):
        return [structure(v) for v in value]
    if isinstance(value, str) and ("\n" in value or value[:1] in "{["):
        try:
            return ["text", yaml.load(value, Loader)]
        except yaml.YAMLError:
            return value
    return value


NO_TEXT = re.compile(r"(-?[0-9][0-9.eE+-]*|true|false|null|~|)$")


def same_but_for_types(ours, real, inside=False):
    """Equal, but that within a string ours may be anything where the real program left no text."""
    if isinstance(real, list) and isinstance(ours, list) and len(real) == len(ours):
        inside = inside or real[:1] == ["text"]
        return all(same_but_for_types(a, b, inside) for a, b in zip(ours, real))
    if isinstance(real, dict) and isinstance(ours, dict) and real.keys() == ours.keys():
        return all(same_but_for_types(ours[k], real[k], inside) for k in real)
    return ours == real or (inside and isinstance(real, str) and isinstance(ours, str) and
                            NO_TEXT.match(real) is not None)


def layout_within_strings(tree, ours, real):
    if ours.code or real.code or not any("replacements" in text or "Replacement" in text for text in tree.values()):
        return False
    try:
        ours, real = (list(yaml.load_all(result.out, Loader)) for result in (ours, real))
    except yaml.YAMLError:
        return False
    return same_but_for_types(structure(ours), structure(real))


def repeats_metadata(node):
    """Does some `metadata` below the node repeat its labels or annotations?"""
    if isinstance(node, yaml.SequenceNode):
        return any(repeats_metadata(item) for item in node.value)
    if isinstance(node, yaml.ScalarNode):
        return "\n" in node.value and repeated_metadata_text(node.value)
    for key, value in node.value:
        if key.value == "metadata" and isinstance(value, yaml.MappingNode):
            keys = [k.value for k, _ in value.value]
            if keys.count("labels") > 1 or keys.count("annotations") > 1:
                return True
        if repeats_metadata(value):
            return True
    return False


def repeated_metadata_text(text):
    try:
        return any(repeats_metadata(node) for node in yaml.compose_all(text, Loader) if node)
    except (yaml.YAMLError, RecursionError):
        return False


def repeated_metadata(tree, ours, real):
    return (not ours.code and (not real.code or b"already defined" in real.err) and
            any(repeated_metadata_text(text) for text in tree.values()))


KNOWN = [
    ("kustomize crashes", crash),
    ("kustomize wants the network", network),
    ("keys that are no strings", odd_keys),
    ("the hash of a generated object whose kind has changed", hash_of_changed_kind),
    ("JSON pointers that do not begin with a slash", pointer_without_slash),
    ("selectors are checked without objects too", selector_of_nothing),
    ("schemas are read without objects too", schema_of_nothing),
    ("repeated keys of a resource that do not get printed", repeated_key_of_resource),
    ("labels or annotations that are repeated", repeated_metadata),
    ("a chart whose values file is empty", empty_values),
    ("a field spec of the annotations with former names", former_names),
    ("keys that a patch repeats, null at first", repeated_null_of_patch),
    ("text in the place of a number, which is never printed", text_for_number),
    ("text in the place of a number that a patch has put into quotes", text_for_quoted_number),
    ("a map of which a patch leaves a comment", comment_behind_nothing),
    ("values that JSON does not have, which are never printed", no_value),
    ("a validator that writes what is there", validator_of_nothing),
    ("a key of more than 1,024 characters", long_key),
    ("replacements in YAML texts that repeat a key", repeated_key_in_string),
    ("replacements in YAML texts: indentation, text in the place of numbers", layout_within_strings),
]
