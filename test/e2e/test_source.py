"""source-controller: GitRepositories from a real Git server become artifacts, and stay right."""

import re
import time

import pytest

from controllers import get, wait_until
from lab import condition
from sources import GROUP, KIND, NS, handled, sha1, shared_env, shared_history, shared_lab, without_objects


# From a commit to an artifact


def test_branch_becomes_an_artifact(env):
    repo = env.git.repo("tree")
    repo.commit({"b/two.txt": "2", "b0": "0", "a.txt": "1", "run.sh": "#!/bin/sh\n", "b/c/deep": "d",
                 "picture.jpg": "x", ".github/ci.yaml": "x", ".gitignore": "*.o\n", ".gitattributes": "\n",
                 "ünï cödé": "u", "x" * 150 + "/" + "y" * 120: "long"},
                "first line of the message\n\nmore", push=False)
    (repo.work / "link").symlink_to("a.txt")
    (repo.work / "run.sh").chmod(0o755)
    head = repo.commit({}, "x" * 60)
    name = env.repository("tree", repo.url, ref={"branch": "main"})
    obj = env.ready(name, f"main@sha1:{head}")

    artifact = obj["status"]["artifact"]
    assert artifact["path"] == f"gitrepository/{NS}/{name}/{head}.tar.gz"
    assert artifact["url"] == f"{env.source.url}/{artifact['path']}"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", artifact["lastUpdateTime"])
    assert obj["metadata"]["finalizers"] == ["finalizers.fluxcd.io"]
    message = f"stored artifact for revision 'main@sha1:{head}'"
    assert [(c["type"], c["status"], c["reason"], c["message"], c["observedGeneration"])
            for c in obj["status"]["conditions"]] == [
        ("Ready", "True", "Succeeded", message, 1),
        ("ArtifactInStorage", "True", "Succeeded", message, 1)]
    assert set(obj["status"]) == {"artifact", "conditions", "observedGeneration"}

    with env.artifact(obj) as tar:
        members = tar.getmembers()
    kinds = [(m.name, "d" if m.isdir() else "f" if m.isreg() else "?", m.mode) for m in members]
    long = "x" * 150
    assert kinds == [
        (".", "d", 0o750), ("a.txt", "f", 0o600), ("b", "d", 0o750), ("b/c", "d", 0o750),
        ("b/c/deep", "f", 0o600), ("b/two.txt", "f", 0o600), ("b0", "f", 0o600),
        ("run.sh", "f", 0o700), (long, "d", 0o750), (f"{long}/{'y' * 120}", "f", 0o600),
        ("ünï cödé", "f", 0o600)]
    for m in members:
        assert (m.uid, m.gid, m.uname, m.gname, m.mtime) == (0, 0, "", "", 0)
    assert env.files(obj)["b/two.txt"] == "2"


def test_default_exclusions_are_those_of_flux(env):
    repo = env.git.repo("defaults")
    head = repo.commit({"a.png": "x", "a.tar.gz": "x", ".github/ci.yaml": "x", ".sops.yaml": "x",
                        "d/.flux.yaml": "x", ".gitignore": "*.o\n", "d/.gitattributes": "\n", "keep": "x"})
    obj = env.ready(env.repository("defaults", repo.url, ref={"branch": "main"}), f"main@sha1:{head}")
    with env.artifact(obj) as tar:
        assert tar.getnames() == [".", "d", "keep"]


def test_the_event_of_a_new_artifact(env):
    repo = env.git.repo("announced")
    head = repo.commit({"a": "1"}, "a subject that is, with its umläut, longer than fifty characters\n\nbody")
    env.kube.apply({"apiVersion": f"{GROUP}/v1", "kind": KIND,
                    "metadata": {"name": "announced", "namespace": NS,
                                 "annotations": {"event.toolkit.fluxcd.io/team": "blue"}},
                    "spec": {"interval": "10m", "url": repo.url, "ref": {"branch": "main"}}})
    obj = env.ready("announced", f"main@sha1:{head}")
    post = env.wait_post("announced", "NewArtifact")
    message = "stored artifact for commit 'a subject that is, with its umläut, longer than fi...'"
    assert (post["message"], post["severity"]) == (message, "info")
    assert post["metadata"][f"{GROUP}/revision"] == f"main@sha1:{head}"
    assert post["metadata"][f"{GROUP}/digest"] == obj["status"]["artifact"]["digest"]
    assert "blue" in post["metadata"].values()
    assert post["reportingController"] == "source-controller"
    assert post["involvedObject"]["uid"] == obj["metadata"]["uid"]
    event = env.wait_event("announced", "NewArtifact")
    assert (event["message"], event["type"]) == (message, "Normal")
    assert event["metadata"]["annotations"][f"{GROUP}/revision"] == f"main@sha1:{head}"
    assert event["source"]["component"] == "source-controller"
    # One commit, one announcement.
    env.rerun("announced")
    assert len(env.posts("announced", "NewArtifact")) == 1


REFS = {
    "no-ref": (None, "master", "master@"),
    "branch": ({"branch": "main"}, "main", "main@"),
    "branch-with-slash": ({"branch": "feature/x"}, "feature/x", "feature/x@"),
    "tag": ({"tag": "v1.0.0"}, "v1.0.0", "v1.0.0@"),
    "annotated-tag": ({"tag": "v1.2.0"}, "v1.2.0", "v1.2.0@"),
    "semver": ({"semver": ">=1.0.0 <2.0.0"}, "v1.10.0", "v1.10.0@"),
    "semver-with-prerelease": ({"semver": ">=1.0.0-0"}, "v2.0.0-rc.1", "v2.0.0-rc.1@"),
    "name-of-branch": ({"name": "refs/heads/main"}, "main", "refs/heads/main@"),
    "name-of-pull": ({"name": "refs/pull/7/head"}, "feature/x", "refs/pull/7/head@"),
    "name-of-tag": ({"name": "refs/tags/v1.2.0"}, "v1.2.0", "refs/tags/v1.2.0@"),
    "commit": ({"commit": "v1.0.0"}, "v1.0.0", ""),
    "commit-of-branch": ({"branch": "main", "commit": "old"}, "old", "main@"),
    "tip-of-branch": ({"branch": "main", "commit": "main"}, "main", "main@"),
    "commit-wins": ({"commit": "old", "name": "refs/heads/main", "tag": "v1.0.0"}, "old", ""),
    "name-wins": ({"name": "refs/heads/main", "tag": "v1.0.0", "semver": ">=1.0.0", "branch": "master"},
                  "main", "refs/heads/main@"),
    "tag-wins": ({"tag": "v1.0.0", "semver": ">=1.0.0", "branch": "main"}, "v1.0.0", "v1.0.0@"),
    "semver-wins": ({"semver": ">=1.0.0", "branch": "main"}, "v1.10.0", "v1.10.0@"),
}


@pytest.mark.parametrize("case", REFS)
def test_reference(env, history, case):
    ref, want, prefix = REFS[case]
    if ref and "commit" in ref:
        ref = {**ref, "commit": history.ids[ref["commit"]]}
    name = env.repository(f"ref-{case}", history.url, **({"ref": ref} if ref else {}))
    obj = env.ready(name, prefix + sha1(history.ids[want]))
    assert env.files(obj) == {"a": {"feature/x": "feature"}.get(want, want)}
    # Asked again, nothing is built again.
    before = env.folder(name).stat().st_mtime_ns
    again = env.rerun(name)
    assert again["status"]["artifact"] == obj["status"]["artifact"]
    assert env.folder(name).stat().st_mtime_ns == before


def test_new_commit_replaces_the_artifact(env):
    repo = env.git.repo("moving")
    first = repo.commit({"a": "1"})
    name = env.repository("moving", repo.url, ref={"branch": "main"}, interval="1s")
    old = env.ready(name, f"main@sha1:{first}")
    second = repo.commit({"a": "2", "b": "new"}, "second")
    obj = env.ready(name, f"main@sha1:{second}")
    assert env.files(obj) == {"a": "2", "b": "new"}
    # Who has just read the old status can still download what it names.
    assert get(old["status"]["artifact"]["url"])[0] == 200
    env.wait_post(name, "NewArtifact")
    # Ready is written before the event is sent.
    wait_until(lambda: [p["message"] for p in env.posts(name, "NewArtifact")][-1:] ==
               ["stored artifact for commit 'second'"], what="the event")


def test_force_push_is_followed(env):
    repo = env.git.repo("forced")
    first = repo.commit({"a": "1"})
    repo.commit({"a": "2"})
    name = env.repository("forced", repo.url, ref={"branch": "main"})
    env.ready(name)
    repo.git("reset", "-q", "--hard", first)
    third = repo.commit({"a": "3"}, "rewritten")
    env.request(name)
    assert env.files(env.ready(name, f"main@sha1:{third}")) == {"a": "3"}


def test_watchers_see_ready_unknown_while_a_new_revision_is_built(env):
    repo = env.git.repo("observed")
    repo.commit({"a": "1"})
    name = env.repository("observed", repo.url, ref={"branch": "main"})
    start = env.ready(name)
    head = repo.commit({"a": "2"})
    seen = []
    env.request(name)
    for _, obj in env.kube.watch(KIND, NS, name, start["metadata"]["resourceVersion"], 10.0):
        ready = condition(obj)
        seen.append((ready["status"], ready["reason"], ready["message"]))
        if condition(obj, "ArtifactOutdated"):
            assert condition(obj, "ArtifactOutdated")["reason"] == "NewRevision"
            assert condition(obj, "Reconciling")["status"] == "True"
        if obj["status"]["artifact"]["revision"] == f"main@sha1:{head}":
            break
    message = f"building artifact: new upstream revision 'main@sha1:{head}'"
    assert ("Unknown", "Progressing", message) in seen
    assert seen[-1][:2] == ("True", "Succeeded")
    assert not condition(obj, "ArtifactOutdated")


# What is left out


def test_ignore_rules(env):
    repo = env.git.repo("ignoring")
    head = repo.commit({
        ".sourceignore": "*.md\n/build/\n", "README.md": "x", "docs/page.md": "x", "build/x": "x",
        "sub/build/x": "x", "a.jpg": "user rules switch the defaults off", "sub/.sourceignore": "local\n!page.md\n",
        "sub/local": "x", "sub/page.md": "back", "local": "kept", "-first/.sourceignore": "!*\n"})
    name = env.repository("ignoring", repo.url, ref={"branch": "main"})
    obj = env.ready(name, f"main@sha1:{head}")
    with env.artifact(obj) as tar:
        names = set(tar.getnames())
    assert names == {".", "-first", "-first/.sourceignore", ".sourceignore", "a.jpg", "docs", "local",
                     "sub", "sub/.sourceignore", "sub/build", "sub/build/x", "sub/page.md"}

    env.repository("ignoring", repo.url, ref={"branch": "main"}, ignore="/*\n!/sub\n/sub/build\n")
    obj = env.wait(name, lambda o: o["status"].get("observedIgnore") == "/*\n!/sub\n/sub/build\n")
    assert obj["status"]["artifact"]["revision"] == f"main@sha1:{head}"
    with env.artifact(env.ready(name)) as tar:
        assert "local" not in tar.getnames() and "sub" in tar.getnames()
        assert "sub/build/x" not in tar.getnames()

    # Taken away again, the artifact is rebuilt, and what it was built with is forgotten.
    obj = env.get(name)
    env.kube.patch(KIND, name, NS, {"spec": {"ignore": None}})
    obj = env.wait(name, lambda o: "observedIgnore" not in o["status"])
    with env.artifact(env.ready(name)) as tar:
        assert set(tar.getnames()) == names


def test_ignore_files_are_bounded(env):
    repo = env.git.repo("many-rules")
    line = "# " + "x" * 1021 + "\n"
    text = line * (1 << 10)
    assert len(text) == 1 << 20
    name = None
    for extra in (-1, 0, 1):
        files = {f"d{i}/.sourceignore": text for i in range(8)}
        if extra < 0:
            files["d7/.sourceignore"] = text[:-1]
        if extra > 0:
            files["d8/.sourceignore"] = "\n"
        head = repo.commit(files)
        name = name or env.repository("many-rules", repo.url, ref={"branch": "main"})
        env.request(name)
        if extra <= 0:
            env.ready(name, f"main@sha1:{head}")
    obj = env.failed(name, "SourceIgnoreError")
    assert condition(obj)["message"] == ("failed to load source ignore patterns from repository: "
                                         ".sourceignore files are larger than 8388608 bytes")


def test_submodules(env):
    inner = env.git.repo("inner")
    inner.commit({"inside": "i"})
    outer = env.git.repo("outer")
    outer.commit({"a": "1"}, push=False)
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../inner.git", "mod")
    head = outer.commit({}, "with a submodule")
    name = env.repository("outer", outer.url, ref={"branch": "main"})
    with env.artifact(env.ready(name, f"main@sha1:{head}")) as tar:
        assert tar.getnames() == [".", "a", "mod"]
    env.repository("outer", outer.url, ref={"branch": "main"}, recurseSubmodules=True)
    obj = env.wait(name, lambda o: o["status"].get("observedRecurseSubmodules"))
    assert env.files(env.ready(name)) == {"a": "1", "mod/inside": "i"}
    assert obj["status"]["artifact"]["revision"] == f"main@sha1:{head}"


def test_sparse_checkout(env):
    repo = env.git.repo("sparse")
    head = repo.commit({"apps/one/x": "1", "apps/two/x": "2", "infra/x": "3", "top": "4"})
    name = env.repository("sparse", repo.url, ref={"branch": "main"}, sparseCheckout=["./apps/one", "infra"])
    obj = env.ready(name, f"main@sha1:{head}")
    assert env.files(obj) == {"apps/one/x": "1", "infra/x": "3"}
    assert obj["status"]["observedSparseCheckout"] == ["./apps/one", "infra"]
    env.repository("sparse", repo.url, ref={"branch": "main"}, sparseCheckout=["nowhere"])
    obj = env.failed(name, "GitOperationFailed")
    assert "failed to sparse checkout directories" in condition(obj)["message"]
    assert "'nowhere'" in condition(obj)["message"]
    # The last good artifact stays.
    assert env.files(obj) == {"apps/one/x": "1", "infra/x": "3"}


# When it looks, and what it writes


def test_poll_without_news_is_small_and_writes_nothing(env):
    repo = env.git.repo("quiet")
    head = repo.commit({"a": "1"})
    for i in range(200):
        repo.git("update-ref", f"refs/tags/other-{i}", "HEAD")
    repo.git("push", "-q", "--tags", "origin")
    name = env.repository("quiet", repo.url, ref={"branch": "main"}, interval="1s")
    before = env.ready(name, f"main@sha1:{head}")
    start = max((r["id"] for r in env.git.requests()), default=0)
    since = time.monotonic()

    def polls():
        return [r for r in env.git.requests(after=start) if "quiet.git" in r["path"]]
    wait_until(lambda: len(polls()) >= 8, 20)
    assert time.monotonic() - since > 2.5
    found = polls()
    # What the server can do is known from the last time: one poll is one question for one ref.
    assert {r["path"].rpartition("/")[2] for r in found} == {"git-upload-pack"}
    assert max(r.get("bytes", 0) for r in found) < 600
    after = env.get(name)
    assert after["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]
    event = env.wait_event(name, "GitOperationSucceeded")
    assert event["message"] == f"no changes since last reconciliation: observed revision 'main@sha1:{head}'"
    assert event["type"] == "Normal"
    assert not env.posts(name, "GitOperationSucceeded")


def test_requested_run(env):
    repo = env.git.repo("asked")
    repo.commit({"a": "1"})
    name = env.repository("asked", repo.url, ref={"branch": "main"})
    env.ready(name)
    head = repo.commit({"a": "2"})
    value = env.request(name)
    obj = env.wait(name, lambda o: handled(o) == value)
    assert obj["status"]["artifact"]["revision"] == f"main@sha1:{head}"


def test_suspended_object_is_left_alone(env):
    repo = env.git.repo("paused")
    first = repo.commit({"a": "1"})
    name = env.repository("paused", repo.url, ref={"branch": "main"}, interval="1s")
    env.ready(name, f"main@sha1:{first}")
    env.kube.patch(KIND, name, NS, {"spec": {"suspend": True}})
    obj = env.wait(name, lambda o: o["status"]["observedGeneration"] == 2)
    assert condition(obj)["status"] == "True"
    second = repo.commit({"a": "2"})
    value = env.request(name)
    obj = env.wait(name, lambda o: handled(o) == value)
    time.sleep(1.5)
    assert env.get(name)["status"]["artifact"]["revision"] == f"main@sha1:{first}"
    env.kube.patch(KIND, name, NS, {"spec": {"suspend": False}})
    env.ready(name, f"main@sha1:{second}")


def test_new_generation_is_announced_at_once(env):
    repo = env.git.repo("respec")
    repo.commit({"a": "1"})
    name = env.repository("respec", repo.url, ref={"branch": "main"})
    env.ready(name)
    with env.git.rule("hang", path="respec"):
        env.repository("respec", repo.url, ref={"branch": "main"}, timeout="20s")
        obj = env.wait(name, lambda o: condition(o, "Reconciling"))
        assert condition(obj, "Reconciling")["message"] == "processing object: new generation 1 -> 2"
        assert condition(obj, "Reconciling")["reason"] == "Progressing"
        assert condition(obj)["status"] == "True"
    env.ready(name)


def test_conditions_of_others_survive(env):
    repo = env.git.repo("shared")
    repo.commit({"a": "1"})
    name = env.repository("shared", repo.url, ref={"branch": "main"})
    obj = env.ready(name)
    foreign = {"type": "Approved", "status": "True", "reason": "Yes", "message": "",
               "lastTransitionTime": "2026-01-01T00:00:00Z"}
    env.kube.patch(KIND, name, NS, {"status": {"conditions": obj["status"]["conditions"] + [foreign]}},
                   subresource="status")
    head = repo.commit({"a": "2"})
    env.request(name)
    obj = env.ready(name, f"main@sha1:{head}")
    assert condition(obj, "Approved") == foreign
