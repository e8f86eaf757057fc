"""sluice build kustomization and sluice envsubst, beside what the real flux printed."""

import base64
import shutil
import subprocess

import pytest

from cli import Cli, SLUICE, environment
from controllers import apply_crds
from lab import GitServer, Lab, ROOT

GOLDEN = ROOT / "test" / "golden" / "flux-build"
NAMESPACE = "flux-system"


def run(*args, stdin=None, cwd=None, kubeconfig=None, **env):
    """One run; standard output, standard error, exit code."""
    said = subprocess.run([SLUICE, *args], input=stdin, cwd=cwd, env=environment(kubeconfig, **env),
                          capture_output=True, text=True, timeout=60, check=False)
    assert "Sanitizer" not in said.stderr, said.stderr
    return said.stdout, said.stderr, said.returncode


@pytest.mark.parametrize("case", sorted(p.name for p in GOLDEN.iterdir()))
def test_prints_what_flux_prints(case):
    where = GOLDEN / case
    before = sorted(where.rglob("*"))
    out, err, code = run("build", "kustomization", *(where / "args").read_text().split(), cwd=where)
    if (where / "expected.yaml").exists():
        assert (out, err, code) == ((where / "expected.yaml").read_text(), "", 0)
    else:
        assert (out, err, code) == ("", (where / "message").read_text(), 1)
    assert sorted(where.rglob("*")) == before


KUSTOMIZATION = """apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: app, namespace: flux-system}
spec:
  prune: true
  interval: 1h
  path: ./
  sourceRef: {kind: GitRepository, name: app}
  namePrefix: pre-
  commonMetadata: {annotations: {port: "8080", flag: "true"}}
"""


def test_builds_remote_bases(tmp_path):
    with GitServer() as git:
        base = git.repo("base")
        base.commit({"base/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n",
                     "base/kustomization.yaml": "resources: [cm.yaml]\n"})
        base.tag("v1")
        (tmp_path / "app").mkdir()
        (tmp_path / "app/kustomization.yaml").write_text(f"resources: ['{base.url}//base?ref=v1']\n")
        (tmp_path / "ks.yaml").write_text(KUSTOMIZATION)
        args = ("build", "kustomization", "app", "--path", "app", "--kustomization-file", "ks.yaml", "--dry-run")
        out, err, code = run(*args, cwd=tmp_path)
        assert (err, code) == ("", 0)
        assert "  name: pre-web\n" in out and "    flag: \"true\"\n    port: \"8080\"\n" in out
        (tmp_path / "app/kustomization.yaml").write_text(f"resources: ['{base.url}//base?ref=none']\n")
        out, err, code = run(*args, cwd=tmp_path)
        assert (out, code) == ("", 1) and "couldn't find remote ref none" in err


def test_can_be_asked_from_anywhere():
    case = GOLDEN / "variables"
    out, _, code = run("build", "ks", "app", f"--path={case}/app/../app", "--kustomization-file", case / "ks.yaml",
                       "--dry-run", cwd="/")
    assert (out, code) == ((case / "expected.yaml").read_text(), 0)


@pytest.mark.parametrize("args,message", [
    (["--path", "app"], "kustomization name is required"),
    (["app"], 'invalid resource path ""'),
    (["app", "--path", "none"], 'invalid resource path "none"'),
    (["app", "--path", "app", "--dry-run"], "dry-run mode requires a kustomization file"),
    (["app", "--path", "app", "--kustomization-file", "none"], 'invalid kustomization file "none"'),
    (["no", "--path", "app", "--kustomization-file", "ks.yaml", "--dry-run"],
     "failed to get kustomization object: failed find kustomization with name 'no' and namespace 'flux-system' in file "
     "'ks.yaml'")])
def test_mistakes(args, message):
    assert run("build", "ks", *args, cwd=GOLDEN / "variables") == ("", f"✗ {message}\n", 1)


def test_unknown_sources_and_endless_nesting(tmp_path):
    shutil.copytree(GOLDEN / "recursive", tmp_path / "case")
    args = ("build", "ks", "one", "--path", "rec/one", "--kustomization-file", "ks.yaml", "--dry-run", "-r")
    _, err, code = run(*args, cwd=tmp_path / "case")
    assert (err, code) == ("✗ cannot get local path for GitRepository/flux-system/src of kustomization two\n", 1)
    ks = (tmp_path / "case" / "rec" / "one" / "k.yaml").read_text()
    (tmp_path / "case" / "rec" / "two" / "back.yaml").write_text(
        ks.replace("name: two,", "name: one,").replace("./rec/two", "./rec/one"))
    _, err, code = run(*args, "--local-sources=GitRepository/flux-system/src=.", cwd=tmp_path / "case")
    assert code == 1 and "more than 32 Kustomizations in each other" in err


# With a cluster


@pytest.fixture(scope="module", name="lab")
def shared_lab():
    with Lab() as lab:
        apply_crds(lab)
        lab.kube.namespace(NAMESPACE)
        yield lab


def flux_kustomization(name="app", **spec):
    return {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "spec": {"interval": "1h", "prune": True, "path": "./app",
                     "sourceRef": {"kind": "GitRepository", "name": "src"}, **spec}}


def test_reads_the_object_and_its_variables_from_the_cluster(lab, tmp_path):
    (tmp_path / "cm.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n"
                                      "data:\n  a: ${a}\n  b: ${b}\n  c: ${c}\n")
    lab.kube.apply([
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "vars", "namespace": NAMESPACE},
         "data": {"a": "config", "b": "config"}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "vars", "namespace": NAMESPACE},
         "data": {"b": base64.b64encode(b"secret\n").decode()}},
        flux_kustomization(namePrefix="live-", postBuild={
            "substitute": {"c": "inline"},
            "substituteFrom": [{"kind": "ConfigMap", "name": "vars"}, {"kind": "Secret", "name": "vars"}]})])
    out, err, code = run("build", "ks", "app", "--path", tmp_path, kubeconfig=lab.kubeconfig)
    assert (err, code) == ("", 0)
    assert "  a: config\n  b: secret\n  c: inline\n" in out and "name: live-a\n" in out
    # A file stands in for what is there, and is built with the cluster's variables.
    file = tmp_path.parent / "ks.yaml"
    file.write_text("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: app}\n"
                    "spec: {namePrefix: file-, postBuild: {substituteFrom: [{kind: Secret, name: vars}]}}\n")
    out, err, code = run("build", "ks", "app", "--path", tmp_path, "--kustomization-file", file, kubeconfig=lab.kubeconfig)
    assert (err, code) == ("", 0)
    assert "  b: secret\n" in out and "name: file-a\n" in out
    _, err, code = run("build", "ks", "app", "--path", tmp_path, "--kustomization-file", file, "--strict-substitute",
                       kubeconfig=lab.kubeconfig)
    assert code == 1 and 'cm.yaml:6: ' in err and 'variable not set (strict mode): "a"' in err
    lab.kube.delete("configmap", "vars", NAMESPACE)
    _, err, code = run("build", "ks", "app", "--path", tmp_path, kubeconfig=lab.kubeconfig)
    assert code == 1 and "substitute from 'ConfigMap/vars' error: configmaps \"vars\" not found" in err
    _, err, code = run("build", "ks", "none", "--path", tmp_path, kubeconfig=lab.kubeconfig)
    assert code == 1 and "failed to get kustomization object" in err


# envsubst


def test_envsubst():
    text = "a ${one} $${one} ${two:-d}\r\n${one^^}"
    assert run("envsubst", stdin=text, one="x", two="") == ("a x ${one} d\nX\n", "", 0)
    assert run("envsubst", stdin="") == ("", "", 0)
    out, err, code = run("envsubst", stdin="fine\n${one} ${none}\nnever\n", one="x")
    assert (out, err, code) == ("fine\nx \nnever\n", "", 0)
    out, err, code = run("envsubst", "--strict", stdin="fine\n${one} ${none}\nnever\n", one="x")
    assert (out, err, code) == ("fine\n", '✗ line 2: variable not set (strict mode): "none"\n', 1)
    out, err, code = run("envsubst", stdin="${a\n}")
    assert (out, code) == ("", 1) and "line 1: missing closing brace" in err


def test_envsubst_says_when_the_disk_is_full():
    with open("/dev/full", "w", encoding="ascii") as full:
        said = subprocess.run([SLUICE, "envsubst"], input=b"x\n", stdout=full, stderr=subprocess.PIPE, check=False,
                              env=environment())
    assert said.returncode == 1 and b"No space left" in said.stderr
