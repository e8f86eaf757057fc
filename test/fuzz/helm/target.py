"""Charts, rendered by `sluice helm template` and by helm.

A tree is a chart and `args`, a file that has one argument of `helm template` on each line. Half of the
trees are many expressions in one template (exprs.py), a third are charts made from nothing (charts.py),
the others golden cases with small changes. A difference is: one program fails and the other does not,
the outputs are not the same bytes, or what is written to standard error is not the same.
"""

import importlib.util
import pathlib
import re

import mutate
from helm import charts, exprs, known

NAME = "helm"
KNOWN = known.KNOWN
ROOT = pathlib.Path(__file__).resolve().parents[3]
RERUNS = 4  # of helm, whose texts depend on the order of Go's maps at times
WORDS = ["", "null", "true", "1", "x", "[]", "{}", "{{ . }}", "{{ .Values.a }}", "~", "'", "a: b: c", "{{", "{{ end }}", "---",
         "{{- if .Values.a }}", "a", "{{ fail \"x\" }}", "{{ .Values | toYaml }}", "b", "*"]
PLAIN = ["v1", "v2", "library", "1.2.3", "\"x\"", "[x, y]", "{a: 1}", "1e3", "0.1", "pre-install", "test", "|", "a.b", ">=1.0.0"]
ADDRESS = re.compile(rb"\b0x[0-9a-f]{12}\b")
LINE = re.compile(rb"\(c/templates/t\.yaml:(\d+)(?::\d+)?\)|c/templates/t\.yaml:(\d+):")


def golden_cases():
    """The charts of test/golden/helm that are templated, one for each of their commands."""
    spec = importlib.util.spec_from_file_location("golden_helm", ROOT / "scripts" / "golden-helm.py")
    golden = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(golden)
    for path in sorted((ROOT / "test" / "golden" / "helm").glob("*.txt")):
        for _, commands, files in golden.cases(path.read_text("utf-8", "surrogateescape")):
            files = {name: data.decode("utf-8", "surrogateescape") for name, data in files.items()}
            for command in commands:
                words = golden.words(command)
                if words[0] == "template" and "--debug" not in words and "--output-dir" not in words:
                    yield dict(files, args="\n".join(words[1:]))


CASES = list(golden_cases())


def tree(rnd):
    pick = rnd.random()
    if pick < 0.4:
        return exprs.chart(rnd)
    if pick < 0.75:
        return charts.chart(rnd)
    return mutate.mutate(rnd, rnd.choice(CASES), WORDS, PLAIN)


def arguments(files, _):
    words = files.get("args", "rel\n.").split("\n")
    # Those go elsewhere than to the chart, or wait for a cluster.
    banned = ("--output-dir", "--post-render", "--debug", "--validate", "--dry-run=server", "--repo", "-h", "--help")
    return ["template"] + [word for word in words if not word.startswith(banned) and "\0" not in word]


def cause(err):
    """The first line of an error without what is particular: a class of differences."""
    lines = [line for line in err.decode("utf-8", "replace").split("\n") if line.startswith("Error")]
    text = re.sub(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\d+|<[^>]*>|\S*/\S+", "X", lines[0] if lines else "")
    return text[-90:]


def same_output(ours, real):
    return ours == real or ADDRESS.sub(b"0xADDRESS", ours) == ADDRESS.sub(b"0xADDRESS", real)


def same_text(ours, real):
    return ours == real or sorted(ours.split(b"\n")) == sorted(real.split(b"\n"))


def alike(ours, real):
    return ours.code == real.code and same_output(ours.out, real.out) and same_text(ours.err, real.err)


def judge(_, ours, real, rerun):
    if alike(ours, real) or ours.code == real.code and any(alike(ours, rerun()) for _ in range(RERUNS)):
        return None
    if ours.code == real.code:
        return "text: " + cause(real.err) if ours.err != real.err else "output"
    return "sluice fails: " + cause(ours.err) if ours.code else "helm fails: " + cause(real.err)


def rest(files, result):
    """Without the line of the template that the error names."""
    found = LINE.search(result.err)
    if not found or "templates/t.yaml" not in files:
        return None
    lines = files["templates/t.yaml"].split("\n")
    at = int(found.group(1) or found.group(2)) - 1
    if not 0 < at < len(lines) or not lines[at]:
        return None
    lines[at] = ""
    return dict(files, **{"templates/t.yaml": "\n".join(lines)})
