"""source-controller as a process: leases, flags, rights, the API server that fails, metrics, memory."""

import hashlib
import os
import re
import subprocess
import time

import pytest

from controllers import SourceController, get, wait_until
from lab import ROOT, FaultProxy, GitServer, condition
from sources import KIND, NS, own_controller, shared_env, shared_lab, without_objects


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
