"""kustomize-controller and what a kustomization names by a URL."""

import functools
import http.server
import threading

import pytest

from controllers import KustomizeController, wait_until
from kustomizations import (config_map, kustomization, own_ns, own_source, shared_controller, shared_lab,
                            shared_proxy, shared_server, wait_failed, wait_ready)
from lab import GitServer


@pytest.fixture(scope="module", name="git")
def shared_git():
    with GitServer() as running:
        yield running


@pytest.fixture(name="base")
def own_base(git, ns):
    """A repository with a base and an overlay of it in it."""
    repo = git.repo(ns)
    repo.commit({"base/cm.yaml": config_map("web", k="1"),
                 "base/kustomization.yaml": "resources: [cm.yaml]\n",
                 "app/kustomization.yaml": "resources: [../base]\nnamePrefix: app-\n"})
    repo.tag("v1")
    return repo


def data(lab, ns, name="app-web"):
    found = lab.kube.find("configmap", name, ns)
    return found and found["data"]


def test_a_remote_base_is_built_and_followed(lab, ns, source, base):
    source.publish({"kustomization.yaml": f"resources: ['{base.url}//app', '{base.url}//base?ref=v1']\n"})
    kustomization(lab, ns, interval="2s")
    wait_ready(lab, ns, source.revision)
    assert data(lab, ns) == {"k": "1"} and data(lab, ns, "web") == {"k": "1"}
    base.commit({"base/cm.yaml": config_map("web", k="2")})
    wait_until(lambda: data(lab, ns) == {"k": "2"}, what="the branch of the base")
    assert data(lab, ns, "web") == {"k": "1"}


def test_a_base_that_is_gone_changes_nothing(lab, ns, source, base):
    source.publish({"kustomization.yaml": f"resources: ['{base.url}//app']\n"})
    kustomization(lab, ns, retryInterval="1s")
    wait_ready(lab, ns, source.revision)
    source.publish({"kustomization.yaml": f"resources: ['{base.url}//app?ref=none']\n"})
    wait_failed(lab, ns, "BuildFailed", text="couldn't find remote ref none")
    assert data(lab, ns) == {"k": "1"}
    base.tag("none")
    wait_ready(lab, ns, source.revision)


def test_links_of_a_repository_lead_nowhere_else(lab, ns, source, base):
    base.commit({"bad/kustomization.yaml": "resources: [cm.yaml]\n"})
    (base.work / "bad/cm.yaml").symlink_to("/etc/hostname")
    (base.work / "good").mkdir()
    (base.work / "good/kustomization.yaml").symlink_to("../base/kustomization.yaml")
    (base.work / "good/cm.yaml").symlink_to("../base/cm.yaml")
    base.commit({})
    source.publish({"kustomization.yaml": f"resources: ['{base.url}//bad']\n"})
    kustomization(lab, ns, retryInterval="1h")
    wait_failed(lab, ns, "BuildFailed", text="cm.yaml")
    source.publish({"kustomization.yaml": f"resources: ['{base.url}//good']\n"})
    wait_ready(lab, ns, source.revision)
    assert data(lab, ns, "web") == {"k": "1"}


def test_a_file_of_the_web(lab, ns, source, tmp_path):
    (tmp_path / "cm.yaml").write_text(config_map("web", k="1"))
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        source.publish({"kustomization.yaml": f"resources: ['{url}/cm.yaml']\n"})
        kustomization(lab, ns, interval="2s", retryInterval="1h")
        wait_ready(lab, ns, source.revision)
        (tmp_path / "cm.yaml").write_text(config_map("web", k="2"))
        wait_until(lambda: data(lab, ns, "web") == {"k": "2"}, what="the file to be read again")
        source.publish({"kustomization.yaml": f"resources: ['{url}/none.yaml']\n"})
        wait_failed(lab, ns, "BuildFailed", text="404")
        server.shutdown()


@pytest.mark.parametrize("url,message", [
    ("ssh://git@127.0.0.1/org/repo.git", "remote bases are fetched over http and https only"),
    ("git@127.0.0.1:org/repo.git//app", "remote bases are fetched over http and https only"),
    ("file:///etc", "remote bases are fetched over http and https only"),
    ("http://me:secret@127.0.0.1:1/org/repo//app", "http://***@127.0.0.1:1/org/repo//app"),
])
def test_what_cannot_be_fetched_is_told(lab, ns, source, url, message):
    source.publish({"kustomization.yaml": f"resources: ['{url}']\n"})
    kustomization(lab, ns, retryInterval="1h")
    said = wait_failed(lab, ns, "BuildFailed", text=message)["message"]
    assert "secret" not in said


def test_remote_bases_can_be_switched_off(lab, ns, source, base):
    source.publish({"kustomization.yaml": f"resources: ['{base.url}//app']\n"})
    with KustomizeController(lab, "--no-remote-bases", "--watch-label-selector=shard=none"):
        kustomization(lab, ns, labels={"shard": "none"}, retryInterval="1h")
        wait_failed(lab, ns, "BuildFailed", text=f"remote resource '{base.url}//app' is not allowed")
    assert data(lab, ns) is None
