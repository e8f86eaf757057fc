"""The command line as tests use it: sluice and Flux's own, and someone who plays the controllers.

The programs are those built with AddressSanitizer (build/asan/bin), unless SLUICE_ASAN=0.
"""

import os
import re
import selectors
import subprocess
import threading
import time

from controllers import ASAN, REPORTS
from lab import ROOT

RELEASE = ROOT / "build" / "bin" / "sluice"
SLUICE = (ROOT / "build" / "asan" / "bin" if ASAN else ROOT / "build" / "bin") / "sluice"
FLUX = ROOT / "build" / "peers" / "flux"
REQUESTED_AT = "reconcile.fluxcd.io/requestedAt"
SHA = "696f056df216eea4f9401adbee0ff744d4df390f"
KUSTOMIZE = "kustomize.toolkit.fluxcd.io/v1"
SOURCE = "source.toolkit.fluxcd.io/v1"


def environment(kubeconfig=None, **extra):
    """Nothing of the caller's Kubernetes settings."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("FLUX", "KUBE"))}
    if kubeconfig:
        env["KUBECONFIG"] = str(kubeconfig)
    # A home that nothing can be written to, not even by root: flux would leave a cache behind.
    return {**env, "HOME": "/proc/none", **extra}


class Result:
    """What a run printed, and its exit code."""

    def __init__(self, args, code, out, err):
        self.args, self.code, self.out, self.err = args, code, out, err
        for report in REPORTS:
            assert report not in err, err

    def __repr__(self):
        return f"{' '.join(map(str, self.args))}: exit code {self.code}\n{self.out}{self.err}"

    @property
    def rows(self):
        """The cells of a table, stripped."""
        return [[cell.strip() for cell in line.rstrip("\t").split("\t")]
                for line in self.out.splitlines() if line.strip()]


class Running:
    """A run that has not ended; its standard output is read line by line."""

    def __init__(self, process):
        self.process = process
        self.lines = []
        self._rest = b""
        self._selector = selectors.DefaultSelector()
        self._selector.register(process.stdout, selectors.EVENT_READ)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()
        self._selector.close()
        self.process.stdout.close()

    def wait_for(self, pattern, timeout=20.0):
        """The first line not returned yet that the pattern is found in."""
        deadline = time.monotonic() + timeout
        while True:
            while self.lines:
                line = self.lines.pop(0)
                if re.search(pattern, line):
                    return line
            left = deadline - time.monotonic()
            assert left > 0, f"no line with {pattern}"
            if self._selector.select(left):
                self._read(pattern)

    def _read(self, pattern):
        data = os.read(self.process.stdout.fileno(), 65536)
        assert data, f"ended with {self.process.wait()} before a line with {pattern}"
        *whole, self._rest = (self._rest + data).split(b"\n")
        self.lines += [line.decode() for line in whole]


class Cli:
    """A command line program that talks to a cluster."""

    def __init__(self, kubeconfig=None, program=SLUICE, namespace=None):
        self.program, self.kubeconfig, self.namespace = program, kubeconfig, namespace

    def _args(self, args):
        return [self.program, *args, *(["-n", self.namespace] if self.namespace else [])]

    def __call__(self, *args, code=0, timeout=60.0, **env):
        """Run to the end; `code` is the exit code that is right, or None for any."""
        args = self._args(args)
        done = subprocess.run(args, capture_output=True, text=True, check=False, timeout=timeout,
                              env=environment(self.kubeconfig, **env))
        result = Result(args, done.returncode, done.stdout, done.stderr)
        assert code is None or result.code == code, result
        return result

    def start(self, *args):
        """Start, and return a Running."""
        return Running(subprocess.Popen(self._args(args), stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, env=environment(self.kubeconfig)))


def kustomization(name, namespace, source="podinfo", labels=None, **spec):
    """A Kustomization."""
    return {"apiVersion": KUSTOMIZE, "kind": "Kustomization",
            "metadata": {"name": name, "namespace": namespace, "labels": labels or {}},
            "spec": {"interval": "5m", "prune": True, "path": "./deploy",
                     "sourceRef": {"kind": "GitRepository", "name": source}, **spec}}


def git_repository(name, namespace, **spec):
    """A GitRepository."""
    return {"apiVersion": SOURCE, "kind": "GitRepository",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"interval": "5m", "url": "https://example.org/podinfo", **spec}}


def ready(obj, status="True", reason="Succeeded", message="fine"):
    """A Ready condition about the object's generation."""
    return {"type": "Ready", "status": status, "reason": reason, "message": message,
            "lastTransitionTime": "2026-01-01T00:00:00Z",
            "observedGeneration": obj["metadata"]["generation"]}


def success(obj, revision=f"main@sha1:{SHA}"):
    """The status of an object that was reconciled."""
    generation = obj["metadata"]["generation"]
    if obj["kind"] == "Kustomization":
        return {"observedGeneration": generation, "lastAppliedRevision": revision,
                "conditions": [ready(obj, message=f"Applied revision: {revision}")]}
    return {"observedGeneration": generation,
            "artifact": {"revision": revision, "path": "x", "url": "http://x/x", "size": 1536,
                         "digest": "sha256:" + "0" * 64, "lastUpdateTime": "2026-01-01T00:00:00Z"},
            "conditions": [ready(obj, message=f"stored artifact for revision '{revision}'")]}


def failure(obj, message="no such path", reason="BuildFailed"):
    """The status of an object whose reconciliation has failed and will be tried again."""
    retry = {**ready(obj, "True", "ProgressingWithRetry", message), "type": "Reconciling"}
    return {"conditions": [ready(obj, "False", reason, message), retry]}


def set_status(kube, obj, status):
    """Patch an object's status."""
    meta = obj["metadata"]
    return kube.patch(obj["kind"], meta["name"], meta["namespace"], {"status": status},
                      subresource="status")


class Player:
    """Plays the controller of one kind in a namespace.

    Each request to reconcile and each new generation is answered with `answers`, called in turn,
    the last one for ever; one that is None is no answer.
    """

    def __init__(self, lab, kind, namespace, *answers):
        self.kube, self.kind, self.namespace = lab.client(), kind, namespace
        self.answers = list(answers) or [success]
        self.handled = []  # names, in order
        self._seen = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        for obj in self.kube.list(self.kind, self.namespace):
            self._seen[obj["metadata"]["name"]] = self._request(obj)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    @staticmethod
    def _request(obj):
        meta = obj["metadata"]
        return meta.get("annotations", {}).get(REQUESTED_AT), meta["generation"]

    def _run(self):
        while not self._stop.is_set():
            for obj in self.kube.list(self.kind, self.namespace):
                self._reconcile(obj)
            time.sleep(0.05)

    def _reconcile(self, obj):
        name, request = obj["metadata"]["name"], self._request(obj)
        if obj["spec"].get("suspend") or self._seen.get(name) == request:
            return
        self._seen[name] = request
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            return
        status = answer(obj)
        if request[0]:
            status = {"lastHandledReconcileAt": request[0], **status}
        set_status(self.kube, obj, status)
        self.handled.append(name)
