"""What the tests of source-controller share: GitRepositories, and the fixtures that look after them.

    from sources import Env, shared_env, shared_lab, without_objects

A test module that imports a fixture has it, with a control plane and a controller of its own.
"""

import base64
import hashlib
import io
import tarfile
import time

import pytest

from controllers import SourceController, apply_crds, get, wait_until
from lab import EventsSink, GitServer, Lab, condition

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


class OwnEnv(Env):
    """The same with objects that only the controller of the test looks at."""

    def repository(self, name, url, **spec):
        spec = {"interval": "10m", "url": url, **spec}
        self.kube.apply({"apiVersion": f"{GROUP}/v1", "kind": KIND,
                         "metadata": {"name": name, "namespace": NS, "labels": {"test": "own"}},
                         "spec": spec})
        return name


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
