"""source-controller keeps what it stores: deletion, damage, restarts, retention, a full disk."""

import os
import pathlib
import subprocess
import time

import pytest

from controllers import get, private_mounts
from lab import condition
from sources import KIND, NS, own_controller, shared_env, shared_lab, without_objects


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
    private = private_mounts()
    assert private, "neither root nor user namespaces: a full disk cannot be made"
    env = own()
    data = env.source.storage
    data.mkdir(parents=True)
    env.source.wrapper = [*private, "sh", "-c",
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
