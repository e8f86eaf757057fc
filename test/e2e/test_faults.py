"""Faults between the controllers and what they talk to: all is well again by itself, nothing is lost.

A commit is rolled out through both controllers while something is wrong with the API server. When
the cause is gone, the cluster must be what the commit says: no object missing, none left over, none
deleted and made again, each once in the inventory.
"""

import time

import pytest

from controllers import KustomizeController, SourceController, apply_crds, wait_until
from lab import FaultProxy, GitServer, Lab
from rollouts import TIMEOUT, App

# Retries come quickly, so that the tests do.
FLAGS = ("--min-retry-delay=100ms", "--max-retry-delay=2s")


@pytest.fixture(scope="module")
def lab():
    with Lab() as running:
        apply_crds(running)
        yield running


@pytest.fixture(scope="module")
def git():
    with GitServer() as running:
        yield running


@pytest.fixture(scope="module")
def proxy(lab):
    with FaultProxy(lab) as running:
        yield running


@pytest.fixture(scope="module")
def controllers(lab, proxy):
    """Both, through the proxy. One pair for all tests: what a fault leaves behind would show later."""
    with SourceController(lab, *FLAGS, kubeconfig=proxy.kubeconfig) as source, \
            KustomizeController(lab, *FLAGS, kubeconfig=proxy.kubeconfig) as kustomize:
        yield source, kustomize


@pytest.fixture(scope="module")
def app(lab, git, controllers):
    return App(lab, git).start()


@pytest.fixture(autouse=True)
def no_fault_remains(proxy):
    yield
    proxy.clear()


# The API server


WRITES = "apply|patch|create|update|delete"


@pytest.mark.parametrize("rules", [
    pytest.param([{"action": "cut-line", "verb": "watch", "count": 10}, {"action": "close"}], id="watch-cut-mid-line"),
    pytest.param([{"action": "cut-line", "verb": "watch", "lines": 2, "count": 6}, {"action": "close"}],
                 id="watch-cut-after-lines"),
    pytest.param([{"action": "watch-gone", "verb": "watch", "lines": 1, "count": 8}, {"action": "close"}],
                 id="watch-ends-with-410"),
    pytest.param([{"action": "410", "verb": "watch", "count": 8}, {"action": "410", "verb": "list", "count": 4},
                  {"action": "close"}], id="watch-and-list-refused-with-410"),
    pytest.param([{"action": "409", "verb": "patch", "resource": ".*/status", "count": 12}], id="status-conflicts"),
    pytest.param([{"action": "409", "verb": WRITES, "probability": 0.5, "count": 20}], id="conflicts"),
    pytest.param([{"action": "429", "probability": 0.5, "count": 15}], id="429-with-retry-after"),
    pytest.param([{"action": code, "probability": 0.3, "count": 4, **more} for code, more in (
        ("500", {}), ("502", {}), ("503", {"retry_after": "1"}), ("503", {}), ("504", {}))], id="5xx"),
    pytest.param([{"action": "drop", "verb": WRITES, "after": True, "probability": 0.5, "count": 20}],
                 id="answers-lost"),
    pytest.param([{"action": "reset", "probability": 0.5, "count": 20}], id="requests-lost"),
    pytest.param([{"action": "truncate", "bytes": 40, "verb": f"get|list|{WRITES}", "probability": 0.5, "count": 20}],
                 id="answers-cut"),
    pytest.param([{"action": "truncate", "bytes": 40, "clean": True, "verb": f"get|list|{WRITES}",
                   "probability": 0.5, "count": 20}], id="answers-cut-as-if-whole"),
    pytest.param([{"action": "corrupt", "probability": 0.3, "count": 15}], id="answers-altered"),
    pytest.param([{"action": "401", "probability": 0.5, "count": 15}], id="unauthorized-for-a-while"),
    pytest.param([{"action": "403", "verb": f"get|list|watch|{WRITES}", "count": 15}, {"action": "close"}],
                 id="forbidden-for-a-while"),
    pytest.param([{"action": "404", "path": "^/apis/(apps|kustomize[^/]*)/v1", "count": 6}], id="not-served-for-a-while"),
    pytest.param([{"action": "delay", "delay_ms": 300, "count": 60}], id="slow"),
    pytest.param([{"action": "hang", "verb": "apply", "count": 1}], id="hang"),
])
def test_api_server_misbehaves_during_a_rollout(app, proxy, rules):
    added = [proxy.add_rule(**rule) for rule in rules]
    app.change()
    if rules[0]["action"] == "hang":
        wait_until(lambda: hits(proxy, added), TIMEOUT, "a hit")
        time.sleep(1)
        assert not app.is_ready()
        proxy.clear()
    app.converged()
    assert rules[0]["action"] == "hang" or hits(proxy, added)
    # Nothing of it lingers.
    proxy.clear()
    app.change()
    app.converged()


def hits(proxy, rules):
    """How many requests the rules have hit."""
    ids = {r["id"] for r in rules}
    return sum(r["hits"] for r in proxy.rules() if r["id"] in ids)


def test_connections_closed_and_refused(app, proxy):
    with proxy.rule("refuse"), proxy.rule("close"):
        app.change()
        time.sleep(3)
        assert not app.is_ready()
    app.converged()


def test_connections_silent_for_good(lab, git, proxy, controllers):
    """Nothing arrives on those that exist, and TCP itself sees nothing wrong; new ones work.

    The silence is noticed sooner when requests wait for answers: hence an app with a short interval.
    """
    app = App(lab, git, interval="4s").start()
    proxy.add_rule("silence")
    app.change()
    app.converged()
    app.delete()


def test_black_hole(app, proxy):
    with proxy.rule("black-hole"):
        app.change()
        time.sleep(8)
        assert not app.is_ready()
    app.converged()


def test_api_server_killed_during_a_rollout(app, lab):
    for down_for in (0, 2):
        app.change()
        time.sleep(0.3)
        lab.restart_apiserver(down_for=down_for)
        app.converged()
