"""sluice kustomize build, beside what kustomize printed for the golden cases, and with git and HTTP."""

import functools
import http.server
import os
import subprocess
import threading

import pytest

from cli import SLUICE, Cli, environment
from lab import ROOT

sluice = Cli()
GOLDEN = ROOT / "test" / "golden" / "kustomize"
CASES = sorted(path.name for path in GOLDEN.iterdir())
CM = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\n"


def build(*args, cwd, code=0, **env):
    done = subprocess.run([SLUICE, "kustomize", "build", *args], cwd=cwd, capture_output=True,
                          text=True, env=environment(**env), timeout=60, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize("case", CASES)
def test_golden_case(case):
    root, conf = GOLDEN / case, {}
    if (root / "case.conf").exists():
        conf = dict(line.split("=", 1) for line in (root / "case.conf").read_text().split())
    restrictor = "RootOnly" if conf.get("restrict") == "true" else "None"
    args = ["--load-restrictor", "LoadRestrictions" + restrictor,
            "--reorder", conf.get("order", "none"), conf.get("path", "."),
            *(["--enable-helm"] if conf.get("helm") == "true" else [])]
    if (root / "expected.yaml").exists():
        assert build(*args, cwd=root) == (root / "expected.yaml").read_text()
    else:
        assert "✗ " in build(*args, cwd=root, code=1)


def git(*args, cwd):
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com",
                    "-c", "commit.gpgsign=false", *args], cwd=cwd, check=True, capture_output=True)


@pytest.fixture(name="repository")
def make_repository(tmp_path):
    """A repository whose tag v1 lacks what its default branch has."""
    root = tmp_path / "repository"
    write(root, {"base/kustomization.yaml": "resources: [cm.yaml]\nnamePrefix: b-\n",
                 "base/cm.yaml": CM.format("one"),
                 "app/kustomization.yaml": "resources: [../base]\n"})
    git("init", "-q", "-b", "main", cwd=root)
    git("add", "-A", cwd=root)
    git("commit", "-qm", "first", cwd=root)
    git("tag", "v1", cwd=root)
    write(root, {"base/cm.yaml": CM.format("two"), "kustomization.yaml": "resources: [app]\n",
                 "outside/kustomization.yaml": "resources: [/etc/hostname]\n"})
    git("add", "-A", cwd=root)
    git("commit", "-qm", "second", cwd=root)
    return root


def test_builds_repositories(repository, tmp_path):
    write(tmp_path / "use", {"kustomization.yaml": f"resources: ['file://{repository}//app?ref=v1']\n"
                             "buildMetadata: [originAnnotations]\n"})
    said = build(cwd=tmp_path / "use")
    assert "name: b-one" in said and f"repo: file://{repository}\n" in said and "ref: v1" in said
    assert "name: b-two" in build(f"file://{repository}", cwd=tmp_path)
    assert "name: b-two" in build(f"git::file://{repository}//base", cwd=tmp_path)


def test_leaves_no_clones_behind(repository, tmp_path):
    (tmp_path / "tmp").mkdir()
    build(f"file://{repository}", cwd=tmp_path, TMPDIR=str(tmp_path / "tmp"))
    build(f"file://{repository}//none", cwd=tmp_path, TMPDIR=str(tmp_path / "tmp"), code=1)
    assert not os.listdir(tmp_path / "tmp")


@pytest.mark.parametrize("suffix, message", [
    ("//none", "no such file or directory"),
    ("?ref=none", "couldn't find remote ref none"),
    ("?timeout=1ms", "git did not end within 1 ms"),
    ("?ref=--upload-pack=true", "is no name of a branch, tag or commit"),
    ("//outside", "security; file '/etc/hostname' is not in or below"),
])
def test_repositories_that_cannot_be_built(repository, tmp_path, suffix, message):
    assert message in build(f"file://{repository}{suffix}", cwd=tmp_path, code=1)


def test_no_password_is_shown(tmp_path):
    said = build("https://me:secret@127.0.0.1:1/org/repo", cwd=tmp_path, code=1)
    assert "secret" not in said and "127.0.0.1" in said


@pytest.fixture(name="site")
def serve(tmp_path):
    root = tmp_path / "site"
    write(root, {"a.yaml": CM.format("web")})
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=root)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_reads_files_of_the_web(site, tmp_path):
    write(tmp_path, {"kustomization.yaml": f"resources: ['{site}/a.yaml']\n"})
    assert build(cwd=tmp_path) == CM.format("web")
    write(tmp_path, {"kustomization.yaml": f"resources: ['{site}/none.yaml']\n"})
    assert "404" in build(cwd=tmp_path, code=1)


def test_writes_a_file_or_a_directory(tmp_path):
    write(tmp_path, {"kustomization.yaml": "resources: [a.yaml]\n",
                     "a.yaml": CM.format("One") + "  namespace: x\n---\n" + CM.format("two")
                     + "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: x\n"})
    (tmp_path / "out").mkdir()
    assert build("-o", "out", cwd=tmp_path) == ""
    assert sorted(os.listdir(tmp_path / "out")) == [
        "default_v1_configmap_two.yaml", "v1_namespace_x.yaml", "x_v1_configmap_one.yaml"]
    assert (tmp_path / "out" / "default_v1_configmap_two.yaml").read_text() == CM.format("two")
    assert build("--output=all.yaml", cwd=tmp_path) == ""
    assert (tmp_path / "all.yaml").read_text() == build(cwd=tmp_path)


def test_keeps_to_the_output_directory(tmp_path):
    write(tmp_path, {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": CM.format("../b/c")})
    (tmp_path / "out").mkdir()
    assert "no name of a file" in build("-o", "out", cwd=tmp_path, code=1)


def test_follows_links_as_kustomize_does(tmp_path):
    write(tmp_path, {"real/kustomization.yaml": "resources: [a.yaml, ../side]\n",
                     "real/a.yaml": CM.format("a"), "elsewhere.yaml": CM.format("b"),
                     "side/kustomization.yaml": "resources: [c.yaml]\n", "side/c.yaml": CM.format("c")})
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "link").symlink_to(tmp_path / "real")
    assert "name: c" in build("deep/link", cwd=tmp_path)
    (tmp_path / "real" / "a.yaml").unlink()
    (tmp_path / "real" / "a.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    assert "is not in or below 'real'" in build("real", cwd=tmp_path, code=1)
    assert "name: b" in build("--load-restrictor=LoadRestrictionsNone", "real", cwd=tmp_path)


def test_labels_what_it_manages(tmp_path):
    write(tmp_path, {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": CM.format("a")})
    label = "app.kubernetes.io/managed-by: kustomize-v5.8.2"
    assert label not in build(cwd=tmp_path)
    assert label in build("--enable-managedby-label", cwd=tmp_path)
    assert label in build(cwd=tmp_path, KUSTOMIZE_ENABLE_MANAGEDBY_LABEL="on")


def test_flags_for_functions_run_none(tmp_path):
    flags = ["--enable-alpha-plugins", "--enable-exec", "--network", "--network-name=x", "--mount=a",
             "-e", "A=B", "--as-current-user", "--enable-helm", "--helm-command=x", "--helm-debug",
             "--helm-api-versions=v1", "--helm-kube-version=1.30", "--stack-trace"]
    write(tmp_path, {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": CM.format("a")})
    assert build(*flags, cwd=tmp_path) == CM.format("a")
    write(tmp_path, {"kustomization.yaml": "generators: [g.yaml]\n",
                     "g.yaml": "apiVersion: example.com/v1\nkind: Run\nmetadata:\n  name: x\n"
                     "  annotations:\n    config.kubernetes.io/function: 'exec: {path: touch}'\n"})
    said = build(*flags, cwd=tmp_path, code=1)
    assert "g.yaml:1" in said and "exec and container functions would run programs" in said


@pytest.mark.parametrize("args, message", [
    (["none"], "must build at directory: 'none': No such file or directory"),
    (["file"], "must build at directory: 'file': file is not directory"),
    ([""], "must build at directory"),
    (["--load-restrictor=x"], "must be one of LoadRestrictionsNone, LoadRestrictionsRootOnly"),
    (["--reorder=x"], "must be one of legacy, none"),
    (["a", "b"], "takes at most 1 argument"),
])
def test_mistakes(args, message, tmp_path):
    write(tmp_path, {"file": ""})
    assert message in build(*args, cwd=tmp_path, code=1)
