"""The lab itself: if these fail, no other end-to-end test means anything."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from lab import PROGRAM, ROOT, ApiError, FaultProxy, GitServer, EventsSink, Kube, Lab, LabError, condition, run


def workload(kind, name, annotations=None, replicas=1, restart=None):
    """A Deployment or a Job with one container."""
    template = {
        "metadata": {"labels": {"app": name}, "annotations": annotations or {}},
        "spec": {"containers": [{"name": "main", "image": "example.org/image"}]},
    }
    if kind == "Job":
        template["spec"]["restartPolicy"] = restart or "Never"
        return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name},
                "spec": {"backoffLimit": 0, "template": template}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {"replicas": replicas, "progressDeadlineSeconds": 2,
                     "selector": {"matchLabels": {"app": name}}, "template": template}}


def alive(pid):
    """Whether a process runs; one that has ended but was not waited for does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            return f.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_until(check, timeout=10.0):
    """Wait until check() holds; returns whether it does."""
    deadline = time.monotonic() + timeout
    while not check() and time.monotonic() < deadline:
        time.sleep(0.05)
    return check()


@pytest.fixture(scope="module", name="lab")
def shared_lab():
    """One lab for the tests that leave it as it was."""
    with Lab() as lab:
        yield lab


def test_reports_its_version_and_where_it_is(lab):
    assert lab.kube.request("GET", "/version")["gitVersion"] == "v1.36.3"
    status = lab.status()
    assert status["running"] and all(status["components"].values())
    assert not any(status["restarts"].values())


def test_deployment_becomes_available_and_goes_away(lab):
    lab.kube.apply(workload("Deployment", "web", replicas=3))
    web = lab.kube.wait_for("deployment", "web", "default", "Available")
    assert web["status"]["readyReplicas"] == 3
    lab.kube.delete("deploy", "web", propagation="Foreground")
    assert lab.kube.list("pods", "default", "app=web") == []


def test_job_completes(lab):
    lab.kube.apply(workload("Job", "once"))
    lab.kube.wait_for("job", "once", "default", "Complete")
    lab.kube.delete("job", "once")


def test_annotation_makes_a_job_fail(lab):
    lab.kube.apply(workload("Job", "broken", {"lab.sluice.dev/fail": "true"}))
    lab.kube.wait_for("job", "broken", "default", "Failed")
    lab.kube.delete("job", "broken")


def test_annotation_makes_pods_crash(lab):
    lab.kube.apply(workload("Deployment", "crash", {"lab.sluice.dev/fail": "true"}))
    failed = lab.kube.wait_for("deployment", "crash", "default", "Progressing=False")
    assert condition(failed, "Progressing")["reason"] == "ProgressDeadlineExceeded"
    pod, = lab.kube.list("pods", "default", "app=crash")
    assert pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    lab.kube.delete("deploy", "crash")


def test_annotation_keeps_pods_unready(lab):
    lab.kube.apply(workload("Deployment", "unready", {"lab.sluice.dev/never-ready": "true"}))
    lab.kube.wait_for("deployment", "unready", "default", "Progressing=False")
    pod, = lab.kube.list("pods", "default", "app=unready")
    assert pod["status"]["phase"] == "Running"
    assert condition(pod)["status"] == "False"
    lab.kube.delete("deploy", "unready")


def test_service_account_tokens_and_rbac(lab):
    who = lab.client(lab.kube.token("default"))
    with pytest.raises(ApiError) as refused:
        who.list("configmaps", "default")
    assert refused.value.status == 403
    assert "system:serviceaccount:default:default" in str(refused.value)


def test_impersonation_is_checked(lab):
    with pytest.raises(ApiError) as refused:
        lab.kube.impersonate("system:serviceaccount:default:default").list("secrets", "default")
    assert refused.value.status == 403
    token_holder = lab.client(lab.kube.token("default")).impersonate("kubernetes-admin", ["system:masters"])
    with pytest.raises(ApiError) as refused:
        token_holder.list("secrets", "default")
    assert "cannot impersonate" in str(refused.value)


def test_custom_resources_can_follow_their_definition(lab):
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.lab.example"},
        "spec": {"group": "lab.example", "scope": "Namespaced",
                 "names": {"plural": "things", "kind": "Thing"},
                 "versions": [{"name": "v1", "served": True, "storage": True, "schema": {
                     "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}}
    thing = {"apiVersion": "lab.example/v1", "kind": "Thing", "metadata": {"name": "one"}, "spec": {"a": 1}}
    lab.kube.apply([definition, thing])
    assert lab.kube.get("things", "one")["spec"] == {"a": 1}
    lab.kube.delete("crd", "things.lab.example", None)


def test_api_server_comes_back_on_the_same_port(lab):
    before = lab.status()
    lab.kube.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kept"}, "data": {"a": "b"}})
    lab.restart_apiserver()
    after = lab.status()
    assert after["url"] == before["url"]
    assert after["pids"]["kube-apiserver"] != before["pids"]["kube-apiserver"]
    assert lab.kube.get("configmap", "kept")["data"] == {"a": "b"}
    lab.kube.delete("configmap", "kept")


def test_two_labs_side_by_side_and_down(lab, tmp_path):
    with Lab(tmp_path / "second", nodes=2) as second:
        assert second.url != lab.url
        assert len(second.kube.list("nodes")) == 2
        second.kube.apply(workload("Deployment", "only-here"))
        second.kube.wait_for("deployment", "only-here", "default", "Available")
        assert lab.kube.find("deployment", "only-here") is None
        pids = [*second.status()["pids"].values(), second.info["supervisor"]]
        assert all(map(alive, pids))
    # The command has ended when the last component was told to: the kernel may still be at it.
    assert wait_until(lambda: not any(map(alive, pids)))
    with pytest.raises(LabError):
        run("status", "--dir", second.dir)
    assert subprocess.run([PROGRAM, "status", "--dir", second.dir], check=False,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 1


def test_a_lab_can_be_continued(tmp_path):
    with Lab(tmp_path / "lab") as first:
        first.kube.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kept"}})
        url = first.url
    with Lab(tmp_path / "lab") as again:
        assert again.url == url
        again.kube.get("namespace", "kept", None)


OWNER = """
    import sys, time
    sys.path.insert(0, {here!r})
    from lab import *
    lab = Lab({folder!r}).up()
    servers = [GitServer().start(), EventsSink().start(), FaultProxy(lab).start()]
    print(*lab.info["pids"].values(), lab.info["supervisor"], *[s.info["pid"] for s in servers], flush=True)
    time.sleep(600)
"""


def test_killing_the_owner_leaves_no_process(tmp_path):
    script = textwrap.dedent(OWNER).format(here=os.path.dirname(__file__), folder=str(tmp_path / "lab"))
    # What the owner would have removed stays in the test's folder.
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True,
                          env={**os.environ, "TMPDIR": str(tmp_path)}) as owner:
        pids = [int(pid) for pid in owner.stdout.readline().split()]
        assert len(pids) == 9 and all(map(alive, pids))
        owner.kill()
    assert wait_until(lambda: not any(map(alive, pids)))


def test_killing_the_supervisor_leaves_no_process(tmp_path):
    lab = Lab(tmp_path / "lab").up()
    pids = list(lab.status()["pids"].values())
    os.kill(lab.info["supervisor"], signal.SIGKILL)
    assert wait_until(lambda: not any(map(alive, pids)))
    with pytest.raises(LabError):
        lab.status()


def test_unit_tests_of_the_lab_pass():
    done = subprocess.run(["make", "lab-test"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


# The fault proxy in front of a real API server


@pytest.fixture(name="proxy")
def shared_proxy(lab):
    """A proxy without rules."""
    with FaultProxy(lab) as proxy:
        yield proxy


def test_proxy_keeps_identities(lab, proxy):
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"

    def who(client):
        return client.request("POST", path, review)["status"]["userInfo"]

    admin = who(proxy.kube)
    assert admin["username"] == "kubernetes-admin" and "system:masters" in admin["groups"]
    token = lab.kube.token("default")
    with_token = Kube(proxy.host, proxy.port, proxy.ca, token=token)
    assert who(with_token)["username"] == "system:serviceaccount:default:default"
    assert who(proxy.kube.impersonate("somebody"))["username"] == "somebody"
    forged = Kube(proxy.host, proxy.port, proxy.ca, token=token,
                  headers={"X-Remote-User": "kubernetes-admin", "X-Remote-Group": "system:masters"})
    assert who(forged)["username"] == "system:serviceaccount:default:default"
    with pytest.raises(ApiError) as refused:
        Kube(proxy.host, proxy.port, proxy.ca).list("secrets", "default")
    assert refused.value.status in (401, 403)


def test_proxy_records_verbs_and_resources(proxy):
    proxy.kube.list("configmaps", "default")
    proxy.reset()
    proxy.kube.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "seen"}}, dry_run=True)
    proxy.kube.list("configmaps", "default")
    stats = proxy.stats()
    assert stats["counts"] == {"apply configmaps": 1, "list configmaps": 1}
    assert stats["dryRuns"] == {"apply configmaps": 1} and stats["writes"] == 0
    applied, = proxy.requests(verb="apply")
    assert applied["name"] == "seen" and applied["namespace"] == "default"
    assert applied["status"] == 201 and applied["user"] == "kubernetes-admin"


@pytest.mark.parametrize("code,reason", [(409, "Conflict"), (410, "Expired"), (429, "TooManyRequests"),
                                         (500, "InternalError"), (503, "ServiceUnavailable")])
def test_proxy_answers_with_a_status(proxy, code, reason):
    with proxy.rule(code, verb="get", resource="configmaps", count=1) as rule:
        with pytest.raises(ApiError) as refused:
            proxy.kube.get("configmap", "kube-root-ca.crt")
        assert (refused.value.status, refused.value.reason) == (code, reason)
        proxy.kube.get("configmap", "kube-root-ca.crt")
        assert rule.hits() == 1


def test_proxy_cuts_a_watch_in_mid_line(lab, proxy):
    lab.kube.resource("configmap")
    with proxy.rule("cut-line", verb="watch", resource="configmaps", lines=1):
        with pytest.raises(ValueError):
            for n, _ in enumerate(proxy.kube.watch("configmaps", "kube-system", version="0", timeout=10)):
                lab.kube.apply({"apiVersion": "v1", "kind": "ConfigMap",
                                "metadata": {"name": "touched", "namespace": "kube-system"},
                                "data": {"n": str(n)}})
    lab.kube.delete("configmap", "touched", "kube-system")


def test_proxy_ends_a_watch_as_gone(proxy):
    with proxy.rule("watch-gone", verb="watch", resource="configmaps"):
        (kind, status), = proxy.kube.watch("configmaps", "default", timeout=10)
    assert kind == "ERROR" and status["code"] == 410 and status["reason"] == "Expired"


def test_proxy_drops_the_answer_after_the_write(lab, proxy):
    with proxy.rule("drop", verb="apply", after=True):
        with pytest.raises(OSError):
            proxy.kube.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "written"}})
    lab.kube.delete("configmap", "written")


def test_proxy_black_hole_ends_with_its_rule(proxy):
    proxy.kube.get("namespace", "default", None)
    silent = Kube(proxy.host, proxy.port, proxy.ca)
    with proxy.rule("black-hole"):
        connection = silent._connection()
        connection.timeout = 0.5
        with pytest.raises(TimeoutError):
            connection.connect()
    proxy.kube.get("namespace", "default", None)


def test_proxy_refuses_connections(proxy):
    with proxy.rule("refuse"):
        with pytest.raises(ConnectionRefusedError):
            Kube(proxy.host, proxy.port, proxy.ca).request("GET", "/version")
    Kube(proxy.host, proxy.port, proxy.ca).request("GET", "/version")


# Git and events


def test_git_server_serves_what_is_committed(tmp_path):
    with GitServer(tls=True, user="user", password="pass") as server:
        repo = server.repo("app")
        repo.config("uploadpack.allowAnySHA1InWant", "true")
        commit = repo.commit({"a/b.yaml": "kind: Nothing\n"})
        repo.tag("v1.0.0", "first")
        url = f"{server.credentials_url}/app.git"
        env = {**os.environ, "GIT_SSL_CAINFO": server.ca, "GIT_CONFIG_GLOBAL": "/dev/null"}
        subprocess.run(["git", "clone", "-q", url, str(tmp_path / "clone")], env=env, check=True)
        head = subprocess.run(["git", "-C", str(tmp_path / "clone"), "rev-parse", "HEAD"],
                              capture_output=True, text=True, check=True)
        assert head.stdout.strip() == commit
        assert server.requests(path="/app.git/git-upload-pack")
        with server.rule(503):
            refused = subprocess.run(["git", "ls-remote", url], env=env, capture_output=True, check=False)
        assert refused.returncode != 0


def test_events_sink_waits_for_posts():
    with EventsSink() as sink:
        import http.client
        connection = http.client.HTTPConnection(sink.host, sink.port)
        connection.request("POST", "/hook?x=1", '{"reason":"Progressing"}', {"X-A": "b"})
        assert connection.getresponse().read() == b"{}"
        entry, = sink.recorded(1)
        assert entry["json"] == {"reason": "Progressing"} and entry["path"] == "/hook"
        assert entry["header"]["X-A"] == ["b"]
        sink.forget()
        with pytest.raises(AssertionError):
            sink.recorded(1, timeout=0.1)
