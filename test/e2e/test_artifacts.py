"""Artifacts as no source-controller would make them, servers that fail, a disk that is full.

Each is told in the Ready condition, changes nothing in the cluster, and is over when its cause is.
"""

import gzip
import io
import json
import os
import pathlib
import tarfile
import uuid

import pytest

from artifacts import ArtifactServer, Source, tarball
from controllers import KustomizeController, apply_crds, private_mounts, wait_until
from lab import FaultProxy, Lab, condition

GROUP = "kustomize.toolkit.fluxcd.io"
TIMEOUT = 60.0


@pytest.fixture(scope="module")
def lab():
    with Lab() as running:
        apply_crds(running)
        yield running


@pytest.fixture(scope="module")
def server():
    with ArtifactServer() as running:
        yield running


@pytest.fixture(scope="module")
def controller(lab):
    with KustomizeController(lab, "--requeue-dependency=1s", "--watch-label-selector=!test") as running:
        yield running


class App:
    """A Kustomization of one ConfigMap, whose artifacts are whatever the test says."""

    def __init__(self, lab, server, retry="1h", labels=None):
        self.kube = lab.kube
        self.ns = lab.kube.namespace(f"t-{uuid.uuid4().hex[:8]}")
        self.source = Source(lab.kube, server, "src", self.ns)
        self.number = 0
        lab.kube.apply({"apiVersion": f"{GROUP}/v1", "kind": "Kustomization",
                        "metadata": {"name": "app", "namespace": self.ns, "labels": labels or {}},
                        "spec": {"sourceRef": {"kind": "GitRepository", "name": "src"}, "interval": "1h",
                                 "retryInterval": retry, "prune": True, "targetNamespace": self.ns}})
        self.good()

    def config_map(self):
        self.number += 1
        return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cm"},
                           "data": {"n": str(self.number)}})

    def good(self, **more):
        """A good artifact becomes Ready."""
        self.publish(tarball({"cm.yaml": self.config_map(), **more}))
        self.ready()

    def publish(self, data):
        self.source.publish(data)

    def ready(self):
        def check():
            obj = self.kube.get("kustomization", "app", self.ns)
            return (condition(obj) or {}).get("status") == "True" and \
                obj["status"]["lastAppliedRevision"] == self.source.revision
        try:
            wait_until(check, TIMEOUT, "Ready")
        except AssertionError as err:
            obj = self.kube.get("kustomization", "app", self.ns)
            raise AssertionError(f"{err}: {condition(obj)}") from None
        assert self.kube.get("configmap", "cm", self.ns)["data"]["n"] == str(self.number)

    def failed(self, reason, text):
        """Told with this reason and text; what was applied before stays."""
        def check():
            c = condition(self.kube.get("kustomization", "app", self.ns)) or {}
            return (c.get("status"), c.get("reason")) == ("False", reason) and text in c["message"]
        try:
            wait_until(check, TIMEOUT, f"failed with {reason} {text}")
        except AssertionError as err:
            obj = self.kube.get("kustomization", "app", self.ns)
            raise AssertionError(f"{err}: {condition(obj)}") from None
        assert self.kube.find("configmap", "cm", self.ns)


@pytest.fixture(scope="module")
def app(lab, server, controller):
    return App(lab, server)


# Tarballs


def tar(*members, compress=True):
    """A tarball of (name, type, content or link target), as given."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz" if compress else "w") as archive:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            info.mode = 0o644
            if kind in (tarfile.LNKTYPE, tarfile.SYMTYPE):
                info.linkname = content
            if kind in (tarfile.CHRTYPE, tarfile.BLKTYPE):
                info.devmajor, info.devminor = 1, 3
            data = content.encode() if kind == tarfile.REGTYPE else b""
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


FILE, CM = tarfile.REGTYPE, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: evil\n"
GOOD = tar(("cm.yaml", FILE, CM), ("random", FILE, os.urandom(30000).hex()))


@pytest.mark.parametrize("data,text", [
    pytest.param(tar(("../evil.yaml", FILE, CM)), "unsafe path", id="parent"),
    pytest.param(tar(("a/../../evil.yaml", FILE, CM)), "unsafe path", id="parent-inside"),
    pytest.param(tar(("/tmp/sluice-evil.yaml", FILE, CM)), "unsafe path", id="absolute"),
    pytest.param(tar(("cm.yaml", FILE, CM), ("hard.yaml", tarfile.LNKTYPE, "../../../etc/passwd")), "hard link",
                 id="hard-link"),
    pytest.param(tar(("null", tarfile.CHRTYPE, "")), "device", id="device"),
    pytest.param(tar(("sda", tarfile.BLKTYPE, "")), "device", id="block-device"),
    pytest.param(tar(("pipe", tarfile.FIFOTYPE, "")), "FIFO", id="fifo"),
    pytest.param(tar(("/".join(["d"] * 500), FILE, CM)), "128 segments", id="deep"),
    pytest.param(b"", "", id="empty"),
    pytest.param(b"<html>not found</html>", "gzip", id="not-gzip"),
    pytest.param(tar(("cm.yaml", FILE, CM), compress=False), "gzip", id="not-compressed"),
    pytest.param(gzip.compress(b"text, and much of it, but no archive\n" * 1000), "tar", id="not-tar"),
    pytest.param(GOOD[:5], "", id="cut-in-the-head"),
    pytest.param(GOOD[:200], "", id="cut-at-200"),
    pytest.param(GOOD[:-4], "", id="cut-in-the-trailer"),
    pytest.param(gzip.compress(gzip.decompress(GOOD)[:700]), "", id="tar-cut-in-a-file"),
    pytest.param(GOOD[:100] + bytes([GOOD[100] ^ 255]) + GOOD[101:], "", id="altered"),
])
def test_artifact_that_cannot_be_unpacked(app, data, text):
    app.publish(data)
    app.failed("ArtifactFailed", text)
    assert not app.kube.find("configmap", "evil", app.ns)
    assert not pathlib.Path("/tmp/sluice-evil.yaml").exists()
    app.good()


def test_links_are_passed_over(app):
    """As Flux does: neither what they point at nor what is said to be behind them gets in or out."""
    target = f"/tmp/sluice-{app.ns}"
    app.number += 1
    app.publish(tar(("cm.yaml", FILE, json.dumps({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cm"}, "data": {"n": str(app.number)}})),
                    ("passwd.yaml", tarfile.SYMTYPE, "/etc/passwd"), ("out", tarfile.SYMTYPE, "/tmp"),
                    (f"out/sluice-{app.ns}", FILE, "escaped"), ("self", tarfile.SYMTYPE, "self")))
    app.ready()
    assert not pathlib.Path(target).exists()


def test_large_file_that_is_no_manifest(app):
    app.good(blob=bytes(100 << 20))


def test_large_manifest(app):
    app.publish(tarball({"cm.yaml": app.config_map(), "large.yaml": b"# " + b"x" * (100 << 20)}))
    app.failed("BuildFailed", "large.yaml")
    app.good()


def links(count):
    """A tarball of so many links: they are counted as all entries are, and make no files."""
    head = tar(("link", tarfile.SYMTYPE, "x"), compress=False)[:512]
    return gzip.compress(head * count + bytes(1024), compresslevel=1)


def test_many_entries(app):
    app.good(**{f"entry-{i}": "" for i in range(3000)})
    app.publish(links(200000))
    # Nothing is left of it, which is refused.
    app.failed("BuildFailed", "sluice.dev/allow-empty")
    app.publish(links(200001))
    app.failed("ArtifactFailed", "200000")
    app.good()


def test_digest_of_another_artifact(app):
    app.publish(tarball({"cm.yaml": app.config_map()}))
    app.ready()
    path = next(p for p in app.source.server.files if app.source.revision.rpartition(":")[2] in p)
    app.kube.patch("gitrepository", "src", app.ns, {"status": {"artifact": {
        "revision": "main@sha1:other", "digest": "sha256:" + "0" * 64,
        "url": app.source.server.url + path}}}, subresource="status")
    app.failed("ArtifactFailed", "digest")
    app.good()


# The artifact server


@pytest.fixture(scope="module")
def front(server):
    with FaultProxy(target=server.url) as running:
        yield running


class Front:
    """Stands for the artifact server: its files, under the address of a proxy."""

    def __init__(self, server, proxy):
        self.files, self.url = server.files, proxy.url


@pytest.fixture(scope="module")
def behind(lab, server, front, controller):
    return App(lab, Front(server, front), retry="1s")


@pytest.mark.parametrize("rules", [
    pytest.param([{"action": "refuse"}, {"action": "close"}], id="gone"),
    pytest.param([{"action": "reset"}], id="reset"),
    pytest.param([{"action": "truncate", "bytes": 100}], id="truncated"),
    pytest.param([{"action": "truncate", "bytes": 100, "clean": True}], id="truncated-as-if-whole"),
    pytest.param([{"action": "corrupt", "bytes": 60}], id="altered"),
    pytest.param([{"action": "503"}], id="503"),
    pytest.param([{"action": "404"}], id="404"),
    pytest.param([{"action": "redirect", "location": "http://127.0.0.1:1/elsewhere"}], 
                 id="redirected-to-nowhere"),
])
def test_artifact_server_fails_and_comes_back(behind, front, rules):
    for rule in rules:
        front.add_rule(**rule)
    behind.publish(tarball({"cm.yaml": behind.config_map()}))
    behind.failed("ArtifactFailed", "")
    front.clear()
    # By itself: nothing new is published.
    behind.ready()


def test_artifact_server_stalls(behind, front):
    rule = front.add_rule("stall", bytes=100)
    behind.publish(tarball({"cm.yaml": behind.config_map()}))
    wait_until(lambda: front.rules()[0]["hits"], TIMEOUT, "a stalled download")
    front.remove_rule(rule)
    behind.ready()


# The disk


def test_disk_full(lab, server):
    private = private_mounts()
    assert private, "neither root nor user namespaces: a full disk cannot be made"
    controller = KustomizeController(lab, "--watch-label-selector=test=disk")
    folder = controller.folder / "tmp"
    controller.wrapper = [*private, "sh", "-c",
                          f'mount -t tmpfs -o size=1m tmpfs "{folder}" && exec "$@"', "sh"]
    with controller:
        inside = pathlib.Path(f"/proc/{controller.pid}/root{folder}")
        app = App(lab, server, retry="1s", labels={"test": "disk"})
        (inside / "ballast").write_bytes(bytes(700 << 10))
        app.publish(tarball({"cm.yaml": app.config_map(), "big": os.urandom(300000)}))
        app.failed("ArtifactFailed", "No space left on device")
        (inside / "ballast").unlink()
        app.ready()
        # What failed left nothing behind.
        used = sum(p.stat().st_size for p in inside.rglob("*") if p.is_file())
        assert used < 400000
