"""source-controller: GitRepositories from a real Git server become artifacts, and stay right."""

import base64
import hashlib
import http.client
import http.server
import io
import os
import pathlib
import re
import subprocess
import tarfile
import threading
import time
import urllib.parse

import pytest

from controllers import SourceController, apply_crds, can_mount, get, wait_until
from lab import ROOT, EventsSink, FaultProxy, GitServer, Lab, LabError, condition

NS = "sources"
KIND = "GitRepository"
GROUP = "source.toolkit.fluxcd.io"
REQUESTED = "reconcile.fluxcd.io/requestedAt"
FAST_RETRY = ("--min-retry-delay=50ms", "--max-retry-delay=500ms")


class Env:
    """One lab with a Git server, a recorder of events and a running source-controller."""

    def __init__(self, lab, sink, git, source):
        self.lab, self.sink, self.git, self.source = lab, sink, git, source
        self.kube = lab.kube

    # Objects

    def repository(self, name, url, **spec):
        """Apply a GitRepository and return its name; it replaces one of that name."""
        spec = {"interval": "10m", "url": url, **spec}
        self.kube.apply({"apiVersion": f"{GROUP}/v1", "kind": KIND,
                         "metadata": {"name": name, "namespace": NS}, "spec": spec})
        return name

    def secret(self, name, data):
        """A Secret in the namespace of the sources."""
        encoded = {k: base64.b64encode(v if isinstance(v, bytes) else v.encode()).decode()
                   for k, v in data.items()}
        self.kube.apply({"apiVersion": "v1", "kind": "Secret",
                         "metadata": {"name": name, "namespace": NS}, "data": encoded})
        return {"name": name}

    def get(self, name):
        """The GitRepository."""
        return self.kube.get(KIND, name, NS)

    def request(self, name):
        """Ask for a run as `flux reconcile` does, and return the value to be found in the status."""
        value = f"{time.time_ns()}"
        self.kube.annotate(KIND, name, NS, **{REQUESTED: value})
        return value

    def rerun(self, name):
        """Ask for a run and wait until it has ended; returns the object."""
        value = self.request(name)
        return self.wait(name, lambda o: handled(o) == value, "a requested run")

    # Waiting

    def wait(self, name, check, what="condition", timeout=30.0):
        """Wait until check(object) holds for the current generation."""
        return self.kube.wait_for(KIND, name, NS, check, timeout)

    def ready(self, name, revision=None, timeout=30.0):
        """Wait until it is Ready, with that revision, and return it."""
        def check(obj):
            state = obj.get("status", {})
            return (state.get("observedGeneration") == obj["metadata"]["generation"]
                    and (condition(obj) or {}).get("status") == "True"
                    and revision in (None, state["artifact"]["revision"]))
        return self.wait(name, check, f"ready with {revision}", timeout)

    def failed(self, name, reason, timeout=30.0):
        """Wait until it is not Ready for that reason, and return it."""
        def check(obj):
            ready = condition(obj) or {}
            return (ready.get("observedGeneration") == obj["metadata"]["generation"]
                    and ready["status"] == "False" and ready["reason"] == reason)
        return self.wait(name, check, f"failed: {reason}", timeout)

    # What came out

    def folder(self, name):
        """Where its artifacts are."""
        return self.source.storage / "gitrepository" / NS / name

    def artifact(self, obj):
        """Download the artifact, check all that status says of it, and return the open tarball."""
        a = obj["status"]["artifact"]
        status, headers, body = get(a["url"])
        assert status == 200, (status, body)
        assert len(body) == a["size"]
        assert a["digest"] == "sha256:" + hashlib.sha256(body).hexdigest()
        assert headers["Content-Type"] in ("application/gzip", "application/x-gzip")
        return tarfile.open(fileobj=io.BytesIO(body), mode="r:gz")

    def files(self, obj):
        """The regular files of the artifact: a dict of name to content."""
        with self.artifact(obj) as tar:
            return {m.name: tar.extractfile(m).read().decode() for m in tar if m.isfile()}

    def posts(self, name, reason=None):
        """The bodies posted to the receiver about that object."""
        found = [e["json"] for e in self.sink.recorded() if e.get("json")]
        return [e for e in found if e["involvedObject"]["name"] == name
                and reason in (None, e["reason"])]

    def wait_post(self, name, reason, timeout=10.0):
        """Wait for a posted event, and return the last one."""
        return wait_until(lambda: self.posts(name, reason), timeout, f"{reason} of {name}")[-1]

    def events(self, name, reason=None):
        """The core/v1 Events of that object."""
        return [e for e in self.kube.events(name, NS) if reason in (None, e["reason"])]

    def wait_event(self, name, reason, timeout=10.0):
        """Wait for a core/v1 Event, and return the last one."""
        return wait_until(lambda: self.events(name, reason), timeout, f"{reason} of {name}")[-1]


def handled(obj):
    """The last request that was handled."""
    return obj.get("status", {}).get("lastHandledReconcileAt")


def sha1(text):
    """The revision of a commit, after the reference's name."""
    return f"sha1:{text}"


@pytest.fixture(scope="module", name="lab")
def shared_lab():
    """One control plane for all tests."""
    with Lab() as lab:
        apply_crds(lab)
        lab.kube.namespace(NS)
        yield lab


@pytest.fixture(scope="module", name="env")
def shared_env(lab):
    """One controller for the tests that need no special one."""
    with EventsSink() as sink, GitServer() as git:
        with SourceController(lab, *FAST_RETRY, "--watch-label-selector=test!=own",
                              events_addr=sink.url) as source:
            yield Env(lab, sink, git, source)


@pytest.fixture(autouse=True)
def without_objects(request, lab):
    """Every test begins and ends without GitRepositories."""
    yield
    if "env" not in request.fixturenames:
        return
    for obj in lab.kube.list(KIND, NS):
        lab.kube.delete(KIND, obj["metadata"]["name"], NS, missing_ok=True)


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


@pytest.fixture(scope="module", name="history")
def shared_history(env):
    """A repository with branches and tags; ids by name."""
    repo = env.git.repo("history")
    ids = {"old": repo.commit({"a": "old"})}
    for version in ("v1.0.0", "v1.2.0", "v1.10.0", "v2.0.0-rc.1"):
        ids[version] = repo.commit({"a": version})
        repo.tag(version, message="annotated" if version == "v1.2.0" else None)
    ids["main"] = repo.commit({"a": "main"})
    ids["feature/x"] = repo.commit({"a": "feature"}, branch="feature/x")
    repo.git("push", "-q", "origin", "HEAD:refs/pull/7/head")
    ids["master"] = repo.commit({"a": "master"}, branch="master")
    repo.ids = ids
    return repo


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


# Credentials


AUTH = {
    "basic": ({"user": "jane", "password": "s3cret"}, {"username": "jane", "password": "s3cret"}),
    "bearer": ({"bearer": "t0ken"}, {"bearerToken": "t0ken"}),
}


@pytest.mark.parametrize("case", AUTH)
def test_credentials(env, case):
    options, data = AUTH[case]
    with GitServer(**options) as git:
        repo = git.repo("private")
        head = repo.commit({"a": "1"})
        ref = env.secret(f"auth-{case}", data)
        env.ready(env.repository(f"auth-{case}", repo.url, ref={"branch": "main"}, secretRef=ref),
                  f"main@sha1:{head}")
        wrong = env.secret(f"wrong-{case}", {k: v if k == "username" else "wr0ng" for k, v in data.items()})
        bad = env.repository(f"wrong-{case}", repo.url, ref={"branch": "main"}, secretRef=wrong)
        obj = env.failed(bad, "GitOperationFailed")
        message = condition(obj)["message"]
        assert message.startswith("failed to checkout and determine revision: ")
        assert "wr0ng" not in message and re.search(r"401|authentication", message), message
        assert condition(obj, "FetchFailed")["status"] == "True"
        assert condition(obj, "Reconciling")["reason"] == "ProgressingWithRetry"
        anonymous = env.repository(f"anonymous-{case}", repo.url, ref={"branch": "main"})
        env.failed(anonymous, "GitOperationFailed")
        # Mended, it recovers by itself: the backoff looks at the Secret anew.
        env.secret(f"wrong-{case}", data)
        env.ready(bad, f"main@sha1:{head}")
    for secret in ("s3cret", "t0ken", "wr0ng"):
        assert secret not in env.source.text()


def test_credentials_in_the_url(env):
    with GitServer(user="jane", password="s3cret") as git:
        repo = git.repo("private")
        head = repo.commit({"a": "1"})
        url = f"{git.credentials_url}/private.git"
        env.ready(env.repository("url-auth", url, ref={"branch": "main"}), f"main@sha1:{head}")
        bad = env.repository("url-wrong", url.replace("s3cret", "wr0ng"), ref={"branch": "main"})
        assert "wr0ng" not in condition(env.failed(bad, "GitOperationFailed"))["message"]


def test_tls_with_a_private_authority(env):
    with GitServer(tls=True, user="jane", password="s3cret") as git:
        repo = git.repo("private")
        head = repo.commit({"a": "1"})
        ca = pathlib.Path(git.ca).read_bytes()
        basic = {"username": "jane", "password": "s3cret"}
        for key in ("ca.crt", "caFile"):
            ref = env.secret(f"tls-{key.lower()}", {**basic, key: ca})
            env.ready(env.repository(f"tls-{key.lower()}", repo.url, ref={"branch": "main"}, secretRef=ref),
                      f"main@sha1:{head}")
        ref = env.secret("tls-unknown", basic)
        obj = env.failed(env.repository("tls-unknown", repo.url, ref={"branch": "main"}, secretRef=ref),
                         "GitOperationFailed")
        assert "certificate" in condition(obj)["message"]


def test_client_certificate(env):
    with GitServer(tls=True, client_auth=True) as git:
        repo = git.repo("private")
        head = repo.commit({"a": "1"})
        tls = {"ca.crt": pathlib.Path(git.ca).read_bytes(),
               "tls.crt": pathlib.Path(git.info["clientCert"]).read_bytes(),
               "tls.key": pathlib.Path(git.info["clientKey"]).read_bytes()}
        env.ready(env.repository("mtls", repo.url, ref={"branch": "main"}, secretRef=env.secret("mtls", tls)),
                  f"main@sha1:{head}")
        only_ca = env.secret("mtls-none", {"ca.crt": tls["ca.crt"]})
        env.failed(env.repository("mtls-none", repo.url, ref={"branch": "main"}, secretRef=only_ca),
                   "GitOperationFailed")


BAD_SECRETS = {
    "missing": (None, "AuthenticationFailed", "failed to get secret 'sources/bad-missing': secrets \"bad-missing\" not found"),
    "password-only": ({"password": "x"}, "AuthenticationFailed",
                      "failed to configure authentication options: invalid 'http' auth option: 'password' "
                      "requires 'username' to be set"),
    "half-a-pair": ({"tls.crt": "x"}, "AuthenticationFailed",
                    "failed to configure authentication options: secret 'sources/bad-half-a-pair' contains "
                    "'tls.crt' but missing 'tls.key'"),
    "newline": ({"bearerToken": "x\n"}, "AuthenticationFailed",
                "failed to configure authentication options: secret 'sources/bad-newline': the value of "
                "'bearerToken' holds a line break or NUL"),
    "github-app": ({"githubAppID": "1"}, "InvalidProviderConfiguration",
                   "secretRef 'sources/bad-github-app' has github app data but provider is not set to github"),
}


@pytest.mark.parametrize("case", BAD_SECRETS)
def test_secret_that_cannot_work(env, history, case):
    data, reason, message = BAD_SECRETS[case]
    name = f"bad-{case}"
    if data:
        env.secret(name, data)
    env.repository(name, history.url, ref={"branch": "main"}, secretRef={"name": name})
    obj = env.failed(name, reason)
    assert condition(obj)["message"] == message
    assert condition(obj, "FetchFailed")["reason"] == reason
    post = env.wait_post(name, reason)
    assert (post["severity"], post["message"]) == ("error", message)


class ForwardProxy(http.server.BaseHTTPRequestHandler):
    """An HTTP proxy that wants a password and counts."""

    requests = []

    def relay(self):
        wanted = "Basic " + base64.b64encode(b"proxy:pr0xy").decode()
        if self.headers.get("Proxy-Authorization") != wanted:
            self.send_response(407)
            self.send_header("Proxy-Authenticate", 'Basic realm="proxy"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.requests.append(self.path)
        parts = urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        upstream = http.client.HTTPConnection(parts.hostname, parts.port)
        upstream.request(self.command, parts.path + ("?" + parts.query if parts.query else ""), body,
                         {k: v for k, v in self.headers.items() if not k.startswith("Proxy-")})
        answer = upstream.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type", ""))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        upstream.close()

    do_GET = do_POST = relay

    def log_message(self, *_):
        """Quiet."""


def test_proxy(env):
    repo = env.git.repo("proxied")
    head = repo.commit({"a": "1"})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), ForwardProxy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        good = env.secret("proxy", {"address": address, "username": "proxy", "password": "pr0xy"})
        env.ready(env.repository("proxied", repo.url, ref={"branch": "main"}, proxySecretRef=good),
                  f"main@sha1:{head}")
        assert ForwardProxy.requests and all(r.startswith(repo.url) for r in ForwardProxy.requests)
        bad = env.secret("proxy-wrong", {"address": address, "username": "proxy", "password": "wr0ng"})
        obj = env.failed(env.repository("proxy-wrong", repo.url, ref={"branch": "main"}, proxySecretRef=bad),
                         "GitOperationFailed")
        assert "wr0ng" not in condition(obj)["message"]
        none = env.repository("proxy-none", repo.url, ref={"branch": "main"}, proxySecretRef={"name": "nowhere"})
        obj = env.failed(none, "AuthenticationFailed")
        assert condition(obj)["message"] == ("failed to configure proxy options: "
                                             f"secret '{NS}/nowhere' not found")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# Remotes that fail


def test_missing_branch(env, history):
    obj = env.failed(env.repository("no-branch", history.url, ref={"branch": "nowhere"}), "GitOperationFailed")
    assert 'couldn\'t find remote ref "refs/heads/nowhere"' in condition(obj)["message"]
    assert obj["status"]["observedGeneration"] == -1
    assert "artifact" not in obj["status"]


def test_no_matching_version(env, history):
    obj = env.failed(env.repository("no-version", history.url, ref={"semver": ">=9"}), "GitOperationFailed")
    assert "no match found for semver: >=9" in condition(obj)["message"]


def test_unknown_commit(env, history):
    ref = {"branch": "main", "commit": "1234567890123456789012345678901234567890"}
    obj = env.failed(env.repository("no-commit", history.url, ref=ref), "GitOperationFailed")
    assert "1234567890123456789012345678901234567890" in condition(obj)["message"]


def test_empty_repository(env):
    repo = env.git.repo("empty")
    name = env.repository("empty", repo.url, ref={"branch": "main"})
    obj = env.failed(name, "EmptyGitRepository")
    assert condition(obj)["message"] == "git repository is empty"
    head = repo.commit({"a": "1"})
    env.ready(name, f"main@sha1:{head}")


def test_not_a_repository(env):
    obj = env.failed(env.repository("nowhere", f"{env.git.url}/nowhere.git"), "GitOperationFailed")
    assert "/nowhere.git" in condition(obj)["message"]


def test_server_that_hangs(env):
    repo = env.git.repo("hanging")
    head = repo.commit({"a": "1"})
    with env.git.rule("hang", path="hanging"):
        name = env.repository("hanging", repo.url, ref={"branch": "main"}, timeout="1s")
        obj = env.failed(name, "GitOperationFailed")
        assert re.search("time[d ]*out|deadline", condition(obj)["message"])
    env.ready(name, f"main@sha1:{head}")


def test_recovery_is_announced(env):
    repo = env.git.repo("flaky")
    head = repo.commit({"a": "1"}, "the commit")
    name = env.repository("flaky", repo.url, ref={"branch": "main"})
    good = env.ready(name, f"main@sha1:{head}")
    with env.git.rule("500", path="flaky"):
        env.request(name)
        obj = env.failed(name, "GitOperationFailed")
        assert "500" in condition(obj)["message"]
        assert condition(obj, "ArtifactInStorage")["status"] == "True"
        # What there is stays available.
        assert env.files(obj) == {"a": "1"}
        assert obj["status"]["artifact"] == good["status"]["artifact"]
        assert env.wait_post(name, "GitOperationFailed")["severity"] == "error"
    env.ready(name, f"main@sha1:{head}")
    post = env.wait_post(name, "Succeeded")
    assert post["message"] == f"stored artifact for commit 'main@sha1:{head}'"
    assert len(env.posts(name, "NewArtifact")) == 1


def test_redirect_is_followed(env):
    repo = env.git.repo("moved-here")
    head = repo.commit({"a": "1"})
    location = f"{env.git.url}/moved-here.git/info/refs?service=git-upload-pack"
    with env.git.rule("redirect", path="moved-away", location=location):
        name = env.repository("redirected", f"{env.git.url}/moved-away.git", ref={"branch": "main"})
        env.ready(name, f"main@sha1:{head}")


def test_credentials_do_not_follow_to_another_host(env):
    with GitServer(user="jane", password="s3cret") as other:
        repo = other.repo("elsewhere")
        repo.commit({"a": "1"})
        location = f"http://localhost:{other.port}/elsewhere.git/info/refs?service=git-upload-pack"
        ref = env.secret("wandering", {"username": "jane", "password": "s3cret"})
        with env.git.rule("redirect", path="wandering", location=location):
            name = env.repository("wandering", f"{env.git.url}/wandering.git", ref={"branch": "main"},
                                  secretRef=ref)
            env.failed(name, "GitOperationFailed")
            assert {r["status"] for r in other.requests()} == {401}


def test_retries_that_fail_alike_write_nothing(env):
    name = env.repository("hopeless", f"{env.git.url}/hopeless.git", ref={"branch": "main"})
    env.failed(name, "GitOperationFailed")
    start = max(r["id"] for r in env.git.requests())
    before = env.get(name)
    wait_until(lambda: len([r for r in env.git.requests(after=start) if "hopeless" in r["path"]]) >= 4)
    after = env.get(name)
    assert after["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]
    # A person who asks gets an answer.
    env.rerun(name)


def test_truncated_answer(env):
    repo = env.git.repo("truncated")
    head = repo.commit({"a": os.urandom(200000)})
    with env.git.rule("truncate", path="truncated.git/git-upload-pack", bytes=50000):
        name = env.repository("truncated", repo.url, ref={"branch": "main"})
        env.failed(name, "GitOperationFailed")
    env.ready(name, f"main@sha1:{head}")


def test_wrong_url_is_final(env):
    name = env.repository("wrong-url", "https://user:pa55@exa mple/x")
    obj = env.failed(name, "URLInvalid")
    assert condition(obj, "Stalled")["reason"] == "URLInvalid"
    assert not condition(obj, "Reconciling")
    assert "pa55" not in condition(obj)["message"]
    assert obj["status"]["observedGeneration"] == 1


UNSUPPORTED = {
    "verify": ({"verify": {"mode": "HEAD", "secretRef": {"name": "keys"}}}, "spec.verify"),
    "include": ({"include": [{"repository": {"name": "other"}}]}, "spec.include"),
    "ssh": ({"url": "ssh://git@127.0.0.1/x.git"}, "spec.url with the scheme ssh"),
    "azure": ({"provider": "azure"}, "spec.provider other than generic"),
    "aws": ({"provider": "aws"}, "spec.provider other than generic"),
    "github": ({"provider": "github", "secretRef": {"name": "app"}}, "spec.provider other than generic"),
}


@pytest.mark.parametrize("case", UNSUPPORTED)
def test_unsupported_field_is_refused(env, history, case):
    spec, field = UNSUPPORTED[case]
    name = env.repository(f"unsupported-{case}", **{"url": history.url, "ref": {"branch": "main"}, **spec})
    obj = env.failed(name, "UnsupportedField")
    message = (f"{field} is not supported by this version of source-controller; remove it, or use a "
               "version that has it")
    assert condition(obj)["message"] == message
    assert condition(obj, "Stalled")["reason"] == "UnsupportedField"
    assert not condition(obj, "Reconciling")
    assert obj["status"]["observedGeneration"] == 1
    assert env.wait_post(name, "UnsupportedField")["severity"] == "error"
    # Once it is gone, all is well.
    if case != "ssh":
        env.kube.patch(KIND, name, NS, {"spec": {k: None for k in spec}})
        obj = env.ready(name, f"main@sha1:{history.ids['main']}")
        assert not condition(obj, "Stalled") and not condition(obj, "FetchFailed")


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


# Storage


def test_deletion_removes_everything(env):
    repo = env.git.repo("doomed")
    repo.commit({"a": "1"})
    name = env.repository("doomed", repo.url, ref={"branch": "main"})
    obj = env.ready(name)
    cache = env.source.storage / ".git-cache" / NS / name
    assert env.folder(name).is_dir() and cache.is_dir()
    env.kube.delete(KIND, name, NS)
    assert not env.folder(name).exists() and not cache.exists()
    assert get(obj["status"]["artifact"]["url"])[0] == 404
    event = env.wait_event(name, "GarbageCollectionSucceeded")
    assert event["message"] == "garbage collected artifacts for deleted resource"


def test_deletion_of_a_suspended_object(env):
    repo = env.git.repo("paused-doomed")
    repo.commit({"a": "1"})
    name = env.repository("paused-doomed", repo.url, ref={"branch": "main"})
    env.ready(name)
    env.kube.patch(KIND, name, NS, {"spec": {"suspend": True}})
    env.kube.delete(KIND, name, NS)
    assert not env.folder(name).exists()


@pytest.mark.parametrize("damage", ["corrupt", "remove"])
def test_damaged_artifact_is_rebuilt(env, damage):
    repo = env.git.repo(f"damage-{damage}")
    repo.commit({"a": "1"})
    name = env.repository(f"damage-{damage}", repo.url, ref={"branch": "main"})
    good = env.ready(name)
    path = env.source.storage / good["status"]["artifact"]["path"]
    if damage == "corrupt":
        path.write_bytes(path.read_bytes()[:-1] + b"!")
    else:
        path.unlink()
    env.rerun(name)
    obj = env.ready(name)
    assert obj["status"]["artifact"]["digest"] == good["status"]["artifact"]["digest"]
    assert env.files(obj) == {"a": "1"}
    if damage == "corrupt":
        post = env.wait_post(name, "ArtifactVerificationFailed")
        assert post["message"].startswith("failed to verify integrity of artifact: ")
    # The same bytes are no news.
    assert len(env.posts(name, "NewArtifact")) == 1


def test_status_that_names_a_strange_path_is_not_believed(env):
    repo = env.git.repo("strange")
    repo.commit({"a": "1"})
    victim = env.repository("victim", repo.url, ref={"branch": "main"})
    other = env.ready(victim)["status"]["artifact"]
    name = env.repository("strange", repo.url, ref={"branch": "main"})
    env.ready(name)
    digest = "sha256:" + "0" * 64
    for path in (other["path"], "../../etc/passwd", f"gitrepository/{NS}/{name}/.."):
        env.kube.patch(KIND, name, NS, {"status": {"artifact": {"path": path, "digest": digest}}},
                       subresource="status")
        env.rerun(name)
        obj = env.ready(name)
        assert obj["status"]["artifact"]["path"].startswith(f"gitrepository/{NS}/{name}/")
        assert env.files(obj) == {"a": "1"}
    assert get(other["url"])[0] == 200


def test_server_lists_nothing(env):
    repo = env.git.repo("served")
    repo.commit({"a": "1"})
    obj = env.ready(env.repository("served", repo.url, ref={"branch": "main"}))
    status, _, body = get(env.source.url + "/")
    assert (status, body) == (200, b"<pre>\n</pre>\n")
    for path in ("/gitrepository", "/gitrepository/", f"/gitrepository/{NS}/served/", "/.git-cache/",
                 f"/.git-cache/{NS}/served/state", "/../etc/passwd", "/%2e%2e/etc/passwd"):
        assert get(env.source.url + path)[0] in (400, 404), path
    url = obj["status"]["artifact"]["url"]
    assert get(url, method="HEAD")[2] == b""
    status, _, body = get(url, headers={"Range": "bytes=0-1"})
    assert (status, body) == (206, b"\x1f\x8b")


@pytest.fixture(name="own")
def own_controller(lab):
    """Makes controllers of a test's own; a label keeps their objects from the shared one."""
    running = []

    def make(*flags, **options):
        git = GitServer().start()
        sink = EventsSink().start()
        source = SourceController(lab, *FAST_RETRY, "--watch-label-selector=test=own", *flags,
                                  events_addr=sink.url, **options)
        running.extend([source, sink, git])
        return OwnEnv(lab, sink, git, source)
    yield make
    for obj in lab.kube.list(KIND, NS, selector="test=own"):
        lab.kube.patch(KIND, obj["metadata"]["name"], NS, {"metadata": {"finalizers": None}})
        lab.kube.delete(KIND, obj["metadata"]["name"], NS, missing_ok=True)
    for one in running:
        one.stop()
        if isinstance(one, SourceController):
            one.remove()


class OwnEnv(Env):
    """The same with objects that only the controller of the test looks at."""

    def repository(self, name, url, **spec):
        spec = {"interval": "10m", "url": url, **spec}
        self.kube.apply({"apiVersion": f"{GROUP}/v1", "kind": KIND,
                         "metadata": {"name": name, "namespace": NS, "labels": {"test": "own"}},
                         "spec": spec})
        return name


def test_restart_keeps_artifacts(own):
    env = own()
    repo = env.git.repo("kept")
    head = repo.commit({"a": "1"})
    env.source.start()
    name = env.repository("kept", repo.url, ref={"branch": "main"})
    before = env.ready(name)
    path = env.source.storage / before["status"]["artifact"]["path"]
    stamp = path.stat().st_mtime_ns
    # What a killed process may leave behind, and the cache of an object that is gone meanwhile.
    (path.parent / ".tmp-leftover").write_text("x")
    orphan = env.source.storage / ".git-cache" / NS / "gone"
    orphan.mkdir()
    env.source.restart()
    env.wait_event(name, "GitOperationSucceeded")
    after = env.get(name)
    assert after["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]
    assert path.stat().st_mtime_ns == stamp
    assert env.files(after) == {"a": "1"}
    assert len(env.posts(name, "NewArtifact")) == 1
    assert not orphan.exists() and not (path.parent / ".tmp-leftover").exists()
    # And the next revision comes on top of what is in the cache.
    head = repo.commit({"a": "2"})
    env.request(name)
    env.ready(name, f"main@sha1:{head}")


def test_lost_storage_is_built_again(own):
    env = own()
    repo = env.git.repo("lost")
    repo.commit({"a": "1"})
    env.source.start()
    name = env.repository("lost", repo.url, ref={"branch": "main"})
    before = env.ready(name)
    env.source.stop()
    subprocess.run(["rm", "-rf", str(env.source.storage)], check=True)
    env.source.start()
    obj = env.wait(name, lambda o: (condition(o) or {}).get("status") == "True"
                   and o["metadata"]["resourceVersion"] != before["metadata"]["resourceVersion"])
    assert env.files(obj) == {"a": "1"}
    assert obj["status"]["artifact"]["digest"] == before["status"]["artifact"]["digest"]


def test_advertised_address_follows(own):
    env = own()
    repo = env.git.repo("advertised")
    repo.commit({"a": "1"})
    env.source.start()
    name = env.repository("advertised", repo.url, ref={"branch": "main"})
    path = env.ready(name)["status"]["artifact"]["path"]
    env.source.stop()
    env.source.flags.append("--storage-adv-addr=source-controller.flux-system.svc.cluster.local.")
    env.source.start()
    want = f"http://source-controller.flux-system.svc.cluster.local./{path}"
    env.wait(name, lambda o: o["status"]["artifact"]["url"] == want)


def test_retention(own):
    env = own("--artifact-retention-ttl=1h", "--artifact-retention-records=2")
    repo = env.git.repo("retained")
    env.source.start()
    repo.commit({"a": "0"})
    name = env.repository("retained", repo.url, ref={"branch": "main"})
    env.ready(name)
    for i in range(1, 5):
        head = repo.commit({"a": str(i)})
        env.request(name)
        env.ready(name, f"main@sha1:{head}")
        time.sleep(0.02)
    env.rerun(name)
    files = [p.name for p in env.folder(name).iterdir() if p.name.endswith(".tar.gz")]
    assert len(files) == 2 and f"{head}.tar.gz" in files
    assert "garbage collected 1 artifacts" in env.wait_event(name, "GarbageCollectionSucceeded")["message"]


def test_old_artifacts_expire(own):
    env = own("--artifact-retention-ttl=100ms", "--artifact-retention-records=10")
    repo = env.git.repo("expired")
    env.source.start()
    repo.commit({"a": "0"})
    name = env.repository("expired", repo.url, ref={"branch": "main"})
    env.ready(name)
    head = repo.commit({"a": "1"})
    env.request(name)
    env.ready(name, f"main@sha1:{head}")
    time.sleep(0.2)
    env.rerun(name)
    assert [p.name for p in env.folder(name).iterdir() if p.name.endswith(".tar.gz")] == [f"{head}.tar.gz"]


def test_full_disk(own):
    flags = can_mount()
    assert flags, "neither root nor user namespaces: a full disk cannot be made"
    env = own()
    data = env.source.storage
    data.mkdir(parents=True)
    env.source.wrapper = ["unshare", flags, "sh", "-c",
                          f'mount -t tmpfs -o size=3m tmpfs "{data}" && exec "$@"', "sh"]
    env.source.start()
    inside = pathlib.Path(f"/proc/{env.source.pid}/root{data}")
    filler = inside / "filler"
    repo = env.git.repo("full")
    repo.commit({"a": "1"})
    name = env.repository("full", repo.url, ref={"branch": "main"})
    good = env.ready(name)
    with pytest.raises(OSError, match="No space left"), open(filler, "wb", buffering=0) as f:
        while True:
            f.write(b"x" * 4096)
    head = repo.commit({"a": os.urandom(400000)})
    env.request(name)
    obj = env.wait(name, lambda o: condition(o, "StorageOperationFailed"))
    obj = env.wait(name, lambda o: condition(o)["status"] == "False")
    assert "No space left on device" in condition(obj)["message"]
    assert condition(obj, "StorageOperationFailed")["status"] == "True"
    # What was stored before is still there, whole, and nothing half-written beside it.
    assert obj["status"]["artifact"] == good["status"]["artifact"]
    assert env.files(obj) == {"a": "1"}
    names = [p.name for p in (inside / "gitrepository" / NS / name).iterdir()]
    assert not [n for n in names if n.startswith(".tmp-")]
    filler.unlink()
    env.ready(name, f"main@sha1:{head}")
    assert not condition(env.get(name), "StorageOperationFailed")


def test_kills_lose_nothing(own):
    env = own()
    repo = env.git.repo("killed")
    repo.commit({"a": "0", "big": os.urandom(300000)})
    env.source.start()
    name = env.repository("killed", repo.url, ref={"branch": "main"}, interval="100ms")
    for i in range(12):
        head = repo.commit({"a": str(i), "big": os.urandom(300000)})
        time.sleep(0.03 * i)
        env.source.kill()
        env.source.start(ready=False)
    env.source.wait_ready()
    obj = env.ready(name, f"main@sha1:{head}")
    with env.artifact(obj) as tar:
        assert tar.extractfile("a").read() == b"11"
    env.kube.delete(KIND, name, NS)
    left = [str(p) for p in env.source.storage.rglob("*") if p.is_file()]
    assert left == []


# The process


LEASE = ("--enable-leader-election", "--leader-election-lease-duration=3s",
         "--leader-election-renew-deadline=2s", "--leader-election-retry-period=500ms")


def serves(source):
    """Whether it answers as artifact server."""
    try:
        return get(source.url + "/")[0] == 200
    except OSError:
        return False


def test_only_the_leader_serves(own):
    env = own(*LEASE)
    env.kube.namespace("flux-system")
    second = own(*LEASE)
    env.source.start()
    wait_until(lambda: serves(env.source), 10, "the first leads")
    second.source.start()
    repo = env.git.repo("led")
    head = repo.commit({"a": "1"})
    name = env.repository("led", repo.url, ref={"branch": "main"})
    obj = env.ready(name, f"main@sha1:{head}")
    assert obj["status"]["artifact"]["url"].startswith(env.source.url)
    assert not serves(second.source)
    # A leader that ends gives the lease up; the other takes over, and builds what it does not have.
    env.source.stop()
    wait_until(lambda: serves(second.source), 10, "the second leads")
    obj = env.wait(name, lambda o: o["status"].get("artifact", {}).get("url", "").startswith(second.source.url))
    assert second.files(env.ready(name)) == {"a": "1"}


@pytest.mark.parametrize("flags,status,text", [
    (["--feature-gates=OptimizedGitClones=true"], None, "OptimizedGitClones"),
    (["--no-such-flag"], 2, "unknown flag: --no-such-flag"),
    (["--artifact-digest-algo=blake3"], None, "blake3"),
    (["--storage-path=/nowhere/at/all"], None, "/nowhere/at/all"),
    (["--default-service-account=x"], None, "ObjectLevelWorkloadIdentity"),
])
def test_mistakes_on_the_command_line_are_fatal(lab, flags, status, text):
    source = SourceController(lab, *flags)
    try:
        source.start(ready=False)
        code = source.wait()
        assert code == status if status else code not in (0, None)
        assert text in source.text()
    finally:
        source.remove()


def test_flags_of_flux_are_accepted(own):
    env = own("--watch-all-namespaces", "--log-level=info", "--log-encoding=json", "--concurrent=4",
              "--requeue-dependency=5s", "--helm-index-max-size=1", "--helm-chart-max-size=1",
              "--helm-chart-file-max-size=1", "--helm-cache-max-size=10", "--helm-cache-ttl=1h",
              "--helm-cache-purge-interval=1m", "--artifact-retention-ttl=60s",
              "--artifact-retention-records=2", "--artifact-digest-algo=sha512",
              "--ssh-kex-algos=curve25519-sha256", "--ssh-hostkey-algos=ssh-ed25519",
              "--token-cache-max-size=10", "--token-cache-max-duration=1h",
              "--interval-jitter-percentage=5", "--kube-api-qps=50", "--kube-api-burst=300",
              "--watch-configs-label-selector=x=y",
              "--feature-gates=CacheSecretsAndConfigMaps=true,ObjectLevelWorkloadIdentity=true")
    repo = env.git.repo("flags")
    repo.commit({"a": "1"})
    env.source.start()
    obj = env.ready(env.repository("flags", repo.url, ref={"branch": "main"}))
    body = get(obj["status"]["artifact"]["url"])[2]
    assert obj["status"]["artifact"]["digest"] == "sha512:" + hashlib.sha512(body).hexdigest()


def test_rights_of_the_chart_suffice(own, tmp_path):
    helm = ROOT / "build" / "peers" / "helm"
    done = subprocess.run([helm, "template", "x", ROOT / "charts" / "source-controller", "-n", "flux-system",
                           "-s", "templates/rbac.yaml", "-s", "templates/serviceaccount.yaml"],
                          capture_output=True, text=True, check=True)
    env = own(*LEASE)
    env.kube.namespace("flux-system")
    import yaml
    for obj in yaml.safe_load_all(done.stdout):
        if obj:
            if obj["kind"] in ("Role", "RoleBinding", "ServiceAccount"):
                obj["metadata"].setdefault("namespace", "flux-system")
            env.kube.apply(obj)
    token = env.kube.token("source-controller", "flux-system")
    env.source.kubeconfig = env.lab.kubeconfig_with_token(token, tmp_path / "kubeconfig")
    with GitServer(user="jane", password="s3cret") as git:
        repo = git.repo("private")
        head = repo.commit({"a": "1"})
        env.source.start()
        ref = env.secret("rights", {"username": "jane", "password": "s3cret"})
        name = env.repository("rights", repo.url, ref={"branch": "main"}, secretRef=ref)
        env.ready(name, f"main@sha1:{head}")
        env.wait_event(name, "NewArtifact")
        env.kube.delete(KIND, name, NS)
    assert not [e for e in env.source.logs() if "forbidden" in str(e)]


def test_flux_command_line_cannot_tell(env):
    env.kube.namespace("flux-system")

    def flux(*args):
        done = subprocess.run([ROOT / "build" / "peers" / "flux", *args, "--kubeconfig", env.lab.kubeconfig,
                               "-n", "flux-system", "--timeout", "30s"],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr
    with GitServer(user="jane", password="s3cret") as git:
        repo = git.repo("app")
        first = repo.commit({"a": "1"})
        out = flux("create", "source", "git", "app", f"--url={repo.url}", "--branch=main",
                   "--username=jane", "--password=s3cret", "--interval=10m")
        assert f"fetched revision: main@sha1:{first}" in out
        out = flux("get", "sources", "git", "app")
        assert re.search(rf"app\s+main@sha1:{first[:8]}\s+False\s+True\s+stored artifact for revision", out), out
        second = repo.commit({"a": "2"}, "the second")
        assert f"fetched revision main@sha1:{second}" in flux("reconcile", "source", "git", "app")
        flux("suspend", "source", "git", "app")
        assert f"fetched revision main@sha1:{second}" in flux("resume", "source", "git", "app")
        assert "stored artifact for commit 'the second'" in flux("events", "--for", "GitRepository/app")
        flux("delete", "source", "git", "app", "--silent")
    wait_until(lambda: not env.kube.find(KIND, "app", "flux-system"), 10)


def test_survives_a_restart_of_the_api_server(own):
    env = own()
    repo = env.git.repo("outage")
    repo.commit({"a": "1"})
    env.source.start()
    name = env.repository("outage", repo.url, ref={"branch": "main"}, interval="500ms")
    env.ready(name)
    env.lab.restart_apiserver(down_for=2.0)
    head = repo.commit({"a": "2"})
    env.ready(name, f"main@sha1:{head}", timeout=60)


def test_lost_answer_of_a_status_patch(own):
    env = own()
    repo = env.git.repo("unlucky")
    head = repo.commit({"a": "1"})
    with FaultProxy(env.lab) as fault:
        env.source.kubeconfig = fault.kubeconfig
        env.source.start()
        fault.add_rule("409", verb="patch", resource="gitrepositories/status", count=2)
        fault.add_rule("500", verb="patch", resource="gitrepositories.*", count=2)
        fault.add_rule("drop", verb="patch", resource="gitrepositories.*", after=True, count=2)
        name = env.repository("unlucky", repo.url, ref={"branch": "main"})
        obj = env.ready(name, f"main@sha1:{head}")
        assert env.files(obj) == {"a": "1"}
        assert sum(r["hits"] for r in fault.rules()) == 6
        env.source.stop()


def test_ends_at_once_while_a_server_hangs(own):
    env = own()
    env.source.start()
    repo = env.git.repo("slow")
    head = repo.commit({"a": "1"})
    with env.git.rule("hang", path="slow"):
        name = env.repository("slow", repo.url, ref={"branch": "main"})
        wait_until(lambda: any("slow" in r["path"] for r in env.git.requests()) or
                   condition(env.get(name), "Reconciling"))
        time.sleep(0.3)
        since = time.monotonic()
        env.source.stop()
        assert time.monotonic() - since < 5
    # It is no failure of the repository's.
    assert not condition(env.get(name), "FetchFailed")
    env.source.start()
    env.ready(name, f"main@sha1:{head}")


def test_metrics(own):
    env = own()
    repo = env.git.repo("measured")
    repo.commit({"a": "1"})
    env.source.start()
    name = env.repository("measured", repo.url, ref={"branch": "main"})
    env.ready(name)
    labels = f'{{kind="{KIND}",name="{name}",namespace="{NS}"}}'
    wait_until(lambda: env.source.metrics().get(f"gotk_reconcile_duration_seconds_count{labels}", 0) >= 1, 5)
    env.kube.delete(KIND, name, NS)
    wait_until(lambda: f"gotk_reconcile_duration_seconds_count{labels}" not in env.source.metrics(), 5)


def test_memory_at_rest(own):
    env = own(asan=False)
    env.source.start()
    for i in range(20):
        repo = env.git.repo(f"m{i}")
        repo.commit({f"f{j}": os.urandom(2000).hex() for j in range(50)})
        env.repository(f"m{i}", repo.url, ref={"branch": "main"})
    for i in range(20):
        env.ready(f"m{i}")
    limit = 4 * 1024
    wait_until(lambda: env.source.memory()["RssAnon"] <= limit, 15,
               f"{env.source.memory()['RssAnon']} KiB of private memory at rest")
