"""Leader election: one replica is at work at any time, and another one soon after it has gone."""

import json
import signal
import uuid

import pytest

from artifacts import ArtifactServer, Source
from controllers import KustomizeController, SourceController, apply_crds, wait_until
from lab import FaultProxy, GitServer, Lab, condition

GROUP = "kustomize.toolkit.fluxcd.io"
NS = "flux-system"
TIMEOUT = 60.0
# Short, so that the tests are; a lease that only its holder can end is longer than any test.
SHORT = ("--enable-leader-election", "--leader-election-lease-duration=6s", "--leader-election-renew-deadline=4s",
         "--leader-election-retry-period=1s")
LONG = ("--enable-leader-election", "--leader-election-lease-duration=1h", "--leader-election-renew-deadline=50m",
        "--leader-election-retry-period=1s")


@pytest.fixture(scope="module")
def lab():
    with Lab() as running:
        apply_crds(running)
        running.kube.namespace(NS)
        yield running


@pytest.fixture(scope="module")
def server():
    with ArtifactServer() as running:
        yield running


@pytest.fixture
def app(lab, server):
    ns = lab.kube.namespace(f"t-{uuid.uuid4().hex[:8]}")
    yield App(lab, server, ns)
    lab.kube.delete("kustomization", "app", ns, wait=False)
    lab.kube.patch("kustomization", "app", ns, {"metadata": {"finalizers": None}})


class App:
    """A Kustomization whose revisions tell whether somebody is at work."""

    def __init__(self, lab, server, ns):
        self.kube, self.ns = lab.kube, ns
        self.source = Source(lab.kube, server, "src", ns)
        self.number = 0
        lab.kube.apply({"apiVersion": f"{GROUP}/v1", "kind": "Kustomization", "metadata": {"name": "app", "namespace": ns},
                        "spec": {"sourceRef": {"kind": "GitRepository", "name": "src"}, "interval": "1h",
                                 "retryInterval": "1s", "prune": True, "targetNamespace": ns}})

    def publish(self):
        self.number += 1
        self.source.publish({"cm.yaml": json.dumps({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cm"}, "data": {"n": str(self.number)}})})

    def rolled_out(self):
        self.publish()

        def ready():
            obj = self.kube.get("kustomization", "app", self.ns)
            return (condition(obj) or {}).get("status") == "True" and \
                obj["status"]["lastAppliedRevision"] == self.source.revision
        wait_until(ready, TIMEOUT, "rolled out")


def lease(lab, program):
    found = lab.kube.find("lease", f"{program}-leader-election", NS)
    return found["spec"] if found else {}


def leads(controller):
    return controller.metrics()["leader_election_master_status"] == 1


def start_pair(lab, flags, kind=KustomizeController, **first):
    """A leader, and a standby that is ready."""
    leader = kind(lab, *flags, **first).start()
    try:
        wait_until(lambda: leads(leader), TIMEOUT, "a leader")
        return leader, kind(lab, *flags).start()
    except BaseException:
        leader.stop(check=False)
        leader.remove()
        raise


@pytest.fixture
def pair(lab):
    """Makes pairs, and ends them."""
    made = []

    def make(*args, **options):
        made.extend(start_pair(lab, *args, **options))
        return made[-2:]
    yield make
    for controller in made:
        if controller.alive():
            controller.stop()
        controller.check_reports()
        controller.remove()


def test_leader_terminated(lab, app, pair):
    leader, standby = pair(LONG)
    app.rolled_out()
    assert not leads(standby)
    assert not [line for line in standby.logs() if line.get("controller") == "kustomization"]
    before = lease(lab, "kustomize-controller")
    assert before["leaseDurationSeconds"] == 3600
    leader.stop()
    # Long before the lease would have run out.
    wait_until(lambda: leads(standby), TIMEOUT, "the standby leads")
    app.rolled_out()
    after = lease(lab, "kustomize-controller")
    assert after["holderIdentity"] not in ("", before["holderIdentity"])
    assert after["leaseTransitions"] == before["leaseTransitions"] + 1
    standby.stop()
    assert lease(lab, "kustomize-controller")["holderIdentity"] == ""


def test_leader_killed(lab, app, pair):
    leader, standby = pair(SHORT)
    app.rolled_out()
    before = lease(lab, "kustomize-controller")
    leader.kill()
    app.rolled_out()
    assert leads(standby)
    assert lease(lab, "kustomize-controller")["holderIdentity"] != before["holderIdentity"]
    # The one that was killed comes back, and waits.
    leader.start()
    app.rolled_out()
    assert leads(standby) and not leads(leader)


def test_leader_without_its_api_server(lab, app, pair):
    with FaultProxy(lab) as proxy:
        leader, standby = pair(SHORT, kubeconfig=proxy.kubeconfig)
        app.rolled_out()
        with proxy.rule("black-hole"):
            assert leader.wait(TIMEOUT) == 1
        assert [line for line in leader.logs(msg="leader election lost") if "was not renewed" in line["error"]]
        app.rolled_out()
        assert leads(standby)


def test_leader_that_slept_too_long(app, pair):
    leader, standby = pair(SHORT)
    app.rolled_out()
    leader.signal(signal.SIGSTOP)
    wait_until(lambda: leads(standby), TIMEOUT, "the standby leads")
    app.rolled_out()
    leader.signal(signal.SIGCONT)
    assert leader.wait(TIMEOUT) == 1
    app.rolled_out()
    assert leads(standby)


def test_lease_taken_by_another(lab, app, pair):
    leader, standby = pair(SHORT)
    app.rolled_out()
    lab.kube.patch("lease", "kustomize-controller-leader-election", NS, {"spec": {"holderIdentity": "somebody"}})
    assert leader.wait(TIMEOUT) == 1
    assert [line for line in leader.logs(msg="leader election lost") if "is held by somebody" in line["error"]]
    # That somebody does not renew it.
    app.rolled_out()
    assert leads(standby)


def test_source_controller_killed(lab, pair):
    ns = lab.kube.namespace(f"t-{uuid.uuid4().hex[:8]}")
    with GitServer() as git:
        repo = git.repo("app")
        head = repo.commit({"a": "1"})
        leader, standby = pair(SHORT, SourceController)
        lab.kube.apply({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
                        "metadata": {"name": "app", "namespace": ns},
                        "spec": {"url": repo.url, "interval": "1s", "ref": {"branch": "main"}}})

        def stored():
            obj = lab.kube.get("gitrepository", "app", ns)
            artifact = obj.get("status", {}).get("artifact", {})
            return artifact if artifact.get("revision") == f"main@sha1:{head}" and \
                (condition(obj) or {}).get("status") == "True" else None
        assert wait_until(stored, TIMEOUT, "stored")["url"].startswith(leader.url)
        leader.kill()
        # The standby has a storage of its own, and makes the artifact anew.
        wait_until(lambda: (stored() or {}).get("url", "").startswith(standby.url), TIMEOUT, "stored anew")
        head = repo.commit({"a": "2"})
        wait_until(stored, TIMEOUT, "stored")
        lab.kube.delete("gitrepository", "app", ns)
