"""Faults leave no memory behind: after hundreds of them both controllers need what they needed before.

The programs are the ones that are shipped, without sanitizers. Each round rolls commits out through one
kind of fault after the other, of the API server, of the Git server and of the artifact server. The
first round fills caches and buffers; after it the private memory at rest must stay where it is.
"""

import time

import pytest

from controllers import KustomizeController, SourceController, apply_crds, free_port, wait_until
from lab import FaultProxy, GitServer, Lab
from rollouts import App

FLAGS = ("--min-retry-delay=10ms", "--max-retry-delay=50ms")
ROUNDS = 2
# Holes in the heap, and records of events, grow by up to 150 in two rounds and then no more. A KiB left
# behind by each fault would be twice the margin.
MARGIN_KIB = 300

WRITES = "apply|patch|create|update|delete"
API_FAULTS = {
    "conflicts": [{"action": "409", "verb": WRITES, "probability": 0.5, "count": 40}],
    "5xx": [{"action": code, "probability": 0.3, "count": 10} for code in ("500", "502", "504")],
    "requests lost": [{"action": "reset", "probability": 0.5, "count": 30}],
    "answers lost": [{"action": "drop", "after": True, "verb": WRITES, "probability": 0.5, "count": 30}],
    "answers cut": [{"action": "truncate", "bytes": 40, "verb": f"get|list|{WRITES}", "probability": 0.5, "count": 30}],
    "answers altered": [{"action": "corrupt", "probability": 0.3, "count": 20}],
    "refused": [{"action": "403", "verb": f"get|list|watch|{WRITES}", "probability": 0.5, "count": 20}],
    "watches cut": [{"action": "cut-line", "verb": "watch", "lines": 1, "count": 20}, {"action": "close"}],
    "watches gone": [{"action": "watch-gone", "verb": "watch", "lines": 1, "count": 20}, {"action": "close"}],
}
# Of the servers that a tarball or a pack comes from.
DOWNLOAD_FAULTS = {
    "truncated": [{"action": "truncate", "bytes": 300, "count": 8}],
    "truncated as if whole": [{"action": "truncate", "bytes": 300, "clean": True, "count": 8}],
    "altered": [{"action": "corrupt", "bytes": 200, "count": 8}],
    "reset": [{"action": "reset", "count": 8}],
    "5xx": [{"action": "503", "count": 8}],
}


@pytest.fixture(name="env")
def own_env():
    with Lab() as lab, GitServer() as git, FaultProxy(lab) as api, FaultProxy(target=git.url) as remote:
        apply_crds(lab)
        port = free_port()
        with FaultProxy(target=f"http://127.0.0.1:{port}") as store, \
                SourceController(lab, *FLAGS, port=port, kubeconfig=api.kubeconfig, asan=False) as source, \
                KustomizeController(lab, *FLAGS, "--http-retry=0", kubeconfig=api.kubeconfig, asan=False,
                                    env={"SOURCE_CONTROLLER_LOCALHOST": f"127.0.0.1:{store.port}"}) as kustomize:
            app = App(lab, git, retryInterval="100ms")
            app.repo.url = app.repo.url.replace(git.url, remote.url)
            yield app.start(), api, remote, store, (source, kustomize)


def rollouts_with_faults(app, server, faults):
    """A rollout for each of the faults; how many requests they hit."""
    total = 0
    for name, rules in faults.items():
        added = {server.add_rule(**rule)["id"] for rule in rules}
        app.change()
        app.converged()
        hits = sum(r["hits"] for r in server.rules() if r["id"] in added)
        assert hits, name
        total += hits
        server.clear()
    return total


def hung(app, api):
    """A request that is never answered, until the connection goes."""
    rule = api.add_rule("hang", verb="apply", count=1)
    app.change()
    wait_until(lambda: api.rules()[0]["hits"], what="a hit")
    api.remove_rule(rule)
    api.add_rule("close")
    app.converged()
    api.clear()
    return 1


def at_rest(controller):
    """Its private memory in KiB, once it has not become less for two seconds."""
    least, since = controller.memory()["RssAnon"], time.monotonic()
    while time.monotonic() < since + 2:
        time.sleep(0.1)
        now = controller.memory()["RssAnon"]
        if now < least:
            least, since = now, time.monotonic()
    return least


def one_round(env):
    """A rollout through each kind of fault."""
    app, api, remote, store, _ = env
    return rollouts_with_faults(app, api, API_FAULTS) + rollouts_with_faults(app, remote, DOWNLOAD_FAULTS) + \
        rollouts_with_faults(app, store, DOWNLOAD_FAULTS) + hung(app, api)


def test_faults_leave_no_memory_behind(env):
    controllers = env[-1]
    one_round(env)
    before = [at_rest(c) for c in controllers]
    hits = sum(one_round(env) for _ in range(ROUNDS))
    after = [at_rest(c) for c in controllers]
    print(f"{hits} faults; KiB of private memory before {before} and after {after}")
    assert hits > 150 * ROUNDS
    for controller, was, now in zip(controllers, before, after):
        assert now <= was + MARGIN_KIB, f"{controller.program}: {was} KiB, {now} KiB after {hits} faults"
