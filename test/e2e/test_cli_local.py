"""sluice without a cluster: help, completion, manual page, errors, and what it links."""

import functools
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from cli import RELEASE, SLUICE, Cli, environment
from lab import ROOT

sluice = Cli()
VERSION = (ROOT / "VERSION").read_text().strip()


def needed(program):
    """The shared libraries that a program asks for."""
    said = subprocess.run(["readelf", "-d", program], capture_output=True, text=True, check=True)
    return set(re.findall(r"NEEDED.*\[(.*)\]", said.stdout))


def test_links_no_network_library():
    assert {lib.split(".so")[0] for lib in needed(RELEASE)} <= {"libc", "libm", "libyaml-0", "libcrypto", "libz"}


def test_helper_links_what_it_needs_and_no_more():
    libs = {lib.split(".so")[0] for lib in needed(RELEASE.with_name("sluice-remote"))}
    assert "libcurl" in libs
    assert not libs & {"libgit2", "libarchive", "libmicrohttpd"}


def test_version_needs_no_cluster():
    assert sluice("version", "--client").out == f"sluice: v{VERSION}\n"
    assert json.loads(sluice("version", "--client", "-o", "json").out) == {"sluice": f"v{VERSION}"}


@functools.cache
def commands():
    """Every command that help lists, as words, groups included."""
    found, todo = [], [()]
    while todo:
        words = todo.pop()
        found.append(words)
        listed = re.search(r"\nCommands:\n((?:  .*\n)+)", sluice(*words, "--help").out)
        if listed:
            todo += [(*words, line.split()[0]) for line in listed[1].splitlines()]
    return found


def test_help_of_every_command_is_the_same_in_every_form():
    everything = commands()
    assert len(everything) > 25
    for words in everything:
        said = sluice(*words, "--help")
        assert said.err == "" and "\nUsage:\n  sluice" in said.out
        assert sluice("help", *words).out == said.out
        assert sluice(*words, "-h").out == said.out


def test_group_alone_prints_its_help():
    assert sluice("get").out == sluice("help", "get").out
    assert sluice().out == sluice("--help").out


@pytest.mark.parametrize("args, message, hint", [
    (["gte"], 'unknown command "gte" for "sluice"', "did you mean 'sluice get'?"),
    (["get", "kz"], 'unknown command "kz" for "sluice get"', "did you mean 'sluice get ks'?"),
    (["get", "ks", "--namespce", "x"], "unknown flag: --namespce", "did you mean --namespace?"),
    (["get", "ks", "-o", "xml"], "must be one of json, yaml, wide, name", None),
    (["get", "ks", "a", "b"], "takes at most 1 argument, got 2", None),
    (["help", "nothing"], 'unknown help topic "nothing"', None),
    (["completion"], "which shell?", None),
    (["completion", "tcsh"], 'no completion for "tcsh"', None),
])
def test_mistakes_are_errors_with_a_suggestion(args, message, hint):
    said = sluice(*args, code=1)
    assert said.out == ""
    first, *rest = said.err.splitlines()
    assert first.startswith("✗ ") and message in first
    assert rest == ([f"► {hint}"] if hint else [])


def test_says_when_its_helper_is_missing(tmp_path):
    shutil.copy(SLUICE, tmp_path / "sluice")
    said = Cli(program=tmp_path / "sluice")("get", "ks", code=1)
    assert "this command needs sluice-remote beside sluice" in said.err
    assert str(tmp_path / "sluice-remote") in said.err
    assert Cli(program=tmp_path / "sluice")("version", "--client").out


def test_finds_its_helper_through_a_link(tmp_path):
    (tmp_path / "sluice").symlink_to(SLUICE)
    said = Cli(program=tmp_path / "sluice")("get", "ks", code=1)
    assert "sluice-remote" not in said.err


def test_helper_sends_people_to_sluice():
    said = Cli(program=SLUICE.with_name("sluice-remote"))("completion", "bash", code=1)
    assert "run 'sluice completion'" in said.err


def test_full_disk_is_an_error():
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([SLUICE, "version", "--client"], stdout=full, stderr=subprocess.PIPE,
                              text=True, env=environment(), check=False)
    assert done.returncode == 1 and "standard output" in done.stderr


def complete(*words):
    """What is offered for the last of the words."""
    return [line.split("\t")[0] for line in sluice("__complete", *words).out.splitlines()]


def test_completes_from_the_command_table():
    assert complete("get", "s") == ["sources"]
    assert complete("get", "sources", "") == ["git", "all"]
    assert complete("reconcile", "ks", "--with") == ["--with-source"]
    assert complete("get", "ks", "--output=j") == ["--output=json"]
    assert complete("--kubeconfig", "") == [":files"]


def bash_completes(line, tmp_path):
    """Feed a line to the completion function of a real bash, as Readline would."""
    script = tmp_path / "completion.bash"
    script.write_text(sluice("completion", "bash").out)
    words = [w for w in re.split(r"[ ]|(=)", line) if w is not None]
    words = [w for i, w in enumerate(words) if w or i == len(words) - 1]
    program = f"""
        PATH={SLUICE.parent}:$PATH
        . {script}
        COMP_LINE={line!r} COMP_POINT={len(line)} COMP_WORDS=({' '.join(repr(w) for w in words)})
        COMP_CWORD={len(words) - 1}
        _sluice
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "--norc", "-c", program], capture_output=True, text=True,
                          check=True, env=environment(), cwd=tmp_path)
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_completes(tmp_path):
    (tmp_path / "some-file").touch()
    assert bash_completes("sluice rec", tmp_path) == ["reconcile"]
    assert bash_completes("sluice get sources ", tmp_path) == ["git", "all"]
    assert bash_completes("sluice get ks --show", tmp_path) == ["--show-source"]
    assert bash_completes("sluice get ks --output=j", tmp_path) == ["json"]
    assert bash_completes("sluice --kubeconfig some", tmp_path) == ["some-file"]


def fish_completes(line, tmp_path):
    """What a real fish offers."""
    script = tmp_path / "sluice.fish"
    script.write_text(sluice("completion", "fish").out)
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"set -x PATH {SLUICE.parent} $PATH; source {script}; complete -C {line!r}"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
        env={**environment(), "HOME": str(tmp_path)})
    assert done.stderr == ""
    return [offer.split("\t")[0] for offer in done.stdout.splitlines()]


def test_fish_completes(tmp_path):
    (tmp_path / "some-file").touch()
    assert fish_completes("sluice rec", tmp_path) == ["reconcile"]
    assert fish_completes("sluice get sources ", tmp_path) == ["all", "git"]
    assert fish_completes("sluice get ks --output=j", tmp_path) == ["--output=json"]
    assert fish_completes("sluice --kubeconfig some", tmp_path) == ["some-file"]


def zsh_completes(words, tmp_path):
    """What the script hands to zsh's _describe and _files, in a real zsh."""
    script = tmp_path / "_sluice"
    script.write_text(sluice("completion", "zsh").out)
    quoted = " ".join(repr(w) for w in words)
    program = f"""
        path=({SLUICE.parent} $path)
        compdef() {{ }}
        _describe() {{ print -rl -- "${{candidates[@]}}" }}
        _files() {{ print -r -- FILES }}
        . {script}
        words=({quoted}) CURRENT={len(words)}
        _sluice
    """
    done = subprocess.run(["zsh", "-f", "-c", program], capture_output=True, text=True, check=True,
                          env=environment())
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_zsh_completes(tmp_path):
    assert zsh_completes(["sluice", "rec"], tmp_path) == ["reconcile:Reconcile sources and resources"]
    assert zsh_completes(["sluice", "get", "sources", ""], tmp_path) == [
        "git:Get GitRepository statuses", "all:Get the statuses of all sources"]
    assert zsh_completes(["sluice", "get", "ks", "--output=j"], tmp_path) == ["--output=json"]
    assert zsh_completes(["sluice", "--kubeconfig", ""], tmp_path) == ["FILES"]


def test_powershell_script_asks_sluice():
    assert "sluice __complete" in sluice("completion", "powershell").out


def test_manual_page_is_well_formed(tmp_path):
    page = tmp_path / "sluice.1"
    page.write_text(sluice("__man").out)
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", page], capture_output=True,
                          text=True, check=True, env={**os.environ, "MANWIDTH": "100"})
    assert done.stderr == ""
    for words in commands():
        assert " ".join(["sluice", *words]) in done.stdout


def test_install_puts_everything_in_place(tmp_path):
    subprocess.run(["make", "-s", "install", f"DESTDIR={tmp_path}", "PREFIX=/usr"], cwd=ROOT,
                   check=True, capture_output=True)
    installed = {str(p.relative_to(tmp_path / "usr")) for p in tmp_path.rglob("*") if p.is_file()}
    assert {"bin/sluice", "bin/sluice-remote", "share/man/man1/sluice.1",
            "share/bash-completion/completions/sluice",
            "share/fish/vendor_completions.d/sluice.fish",
            "share/zsh/site-functions/_sluice"} <= installed
    program = tmp_path / "usr/bin/sluice"
    assert Cli(program=program)("version", "--client").out == f"sluice: v{VERSION}\n"
    assert "sluice-remote" not in Cli(program=program)("get", "ks", code=1).err


# Kubeconfigs that lead nowhere


def write(path, text):
    """A kubeconfig file."""
    pathlib.Path(path).write_text(text)
    return path


@pytest.mark.parametrize("args, message", [
    (["get", "ks"], "kubeconfig"),
    (["get", "ks", "--kubeconfig", "/nonexistent"], "/nonexistent"),
    (["check"], "Kubernetes client initialization failed"),
    (["get", "ks", "--server", "https://127.0.0.1:1"], "the API server cannot be reached"),
    (["reconcile", "ks", "x", "--server", "https://127.0.0.1:1"], "the API server cannot be reached"),
    (["get", "ks", "-w", "--server", "https://127.0.0.1:1"], "the API server cannot be reached"),
    (["get", "ks", "-n", "Not_A_Name", "--server", "https://127.0.0.1:1"],
     'namespace must be a valid DNS label: "Not_A_Name"'),
    (["get", "ks", "--server", "https://127.0.0.1:1", "--client-key", "/nonexistent"],
     "--client-key: "),
    (["get", "all", "-w"], "expected a single resource type, but found all"),
    (["get", "ks", "--status-selector", "ready"], "expected status selector in type=status"),
    (["tree", "ks"], "kustomization name is required"),
])
def test_errors_without_a_cluster(args, message):
    said = sluice(*args, code=1, timeout=10)
    assert said.out == ""
    assert said.err.splitlines()[-1].startswith("✗ ") and message in said.err


def test_check_of_a_server_that_is_not_there():
    said = sluice("check", "--pre", "--server", "https://127.0.0.1:1", code=1)
    assert "✗ Kubernetes API call failed: the API server cannot be reached" in said.err
    assert said.err.endswith("✗ check failed\n")


def test_wrong_context_is_named(tmp_path):
    path = write(tmp_path / "config", json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "a",
        "clusters": [{"name": "a", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "a", "user": {"token": "x"}}],
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a", "namespace": "mine"}}]}))
    there = Cli(path)
    assert 'context "nope" does not exist' in there("get", "ks", "--context", "nope", code=1).err
    assert complete("--kubeconfig", path, "--context", "") == ["a"]


def test_malformed_kubeconfig_names_its_file(tmp_path):
    path = write(tmp_path / "config", "clusters: [\n")
    assert str(path) in Cli(path)("get", "ks", code=1).err


# Charts


def test_values_of_100_mb_are_refused_in_little_memory(tmp_path):
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: c\nversion: 0.1.0\n")
    with open(tmp_path / "big.yaml", "w", encoding="ascii") as file:
        file.write("list:\n")
        line = "- " + "x" * 97 + "\n"
        for _ in range(1000):
            file.write(line * 1000)
    # Not by ru_maxrss, which begins with what the parent had.
    most = str(96 << 20)
    done = subprocess.run(["prlimit", f"--as={most}", RELEASE, "helm", "template", "rel", str(tmp_path), "-f",
                           str(tmp_path / "big.yaml")], stderr=subprocess.PIPE, env=environment(), text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ") and "big.yaml" in done.stderr and "33554432 bytes" in done.stderr


@pytest.mark.parametrize("kilobytes", [8192, 1024, 256])
def test_templates_end_before_the_stack_that_there_is(tmp_path, kilobytes):
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: c\nversion: 0.1.0\n")
    (tmp_path / "templates").mkdir()
    nested = 40
    (tmp_path / "templates" / "a.yaml").write_text(
        "{{ define \"r\" }}" + "{{ if true }}" * nested + "{{ include \"r\" . }}" + "{{ end }}" * nested +
        "{{ end }}{{ include \"r\" . }}")
    done = subprocess.run(["prlimit", f"--stack={kilobytes << 10}", RELEASE, "helm", "template", "rel", str(tmp_path)],
                          stderr=subprocess.PIPE, env=environment(), text=True)
    assert done.returncode == 1
    assert "exceeded maximum template depth" in done.stderr
