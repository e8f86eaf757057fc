"""The main job, shown: a commit reaches a cluster, and stays there.

Run by `make demo`. Starts a local Kubernetes (or uses the cluster of KUBECONFIG), a Git server,
source-controller and kustomize-controller, and walks through the life of an application. Ends by
itself with DEMO_ONCE=1: exit status 0, or 1 if any step did not happen.
"""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "e2e"))

# pylint: disable=wrong-import-position
from controllers import KustomizeController, SourceController  # noqa: E402
from lab import GitServer, Lab  # noqa: E402

BIN = ROOT / "build" / "bin"
NAMESPACE = "sluice-demo"
DEFINITIONS = ("gitrepositories.source.toolkit.fluxcd.io", "kustomizations.kustomize.toolkit.fluxcd.io")
STEP_SECONDS = 90

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: {replicas}
  selector:
    matchLabels: {{app: web}}
  template:
    metadata:
      labels: {{app: web}}
    spec:
      containers:
        - name: web
          image: {image}
          ports:
            - containerPort: 8080
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
    - port: 80
      targetPort: 8080
"""
SETTINGS = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  greeting: {greeting}
"""
KUSTOMIZATION = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
{resources}
labels:
  - pairs: {{demo: sluice}}
images:
  - name: web
    newName: registry.k8s.io/pause
    newTag: "{tag}"
"""
# The Service lost its port's number: what a hurried edit looks like.
BROKEN = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
    - port: eighty
"""


def sync_objects(url):
    """What a user applies once: where the manifests are, and what to do with them."""
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
         "metadata": {"name": "demo", "namespace": NAMESPACE},
         "spec": {"url": url, "interval": "1s", "ref": {"branch": "main"}}},
        {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
         "metadata": {"name": "demo", "namespace": NAMESPACE},
         "spec": {"sourceRef": {"kind": "GitRepository", "name": "demo"}, "path": "./app",
                  "interval": "10m", "retryInterval": "5s", "timeout": "1m", "prune": True,
                  "wait": True, "targetNamespace": NAMESPACE}},
    ]


def app(replicas=2, tag="3.9", greeting="hello", settings=True):
    """The files of the application."""
    resources = ["deployment.yaml", "service.yaml"] + (["settings.yaml"] if settings else [])
    files = {
        "app/deployment.yaml": DEPLOYMENT.format(replicas=replicas, image="web"),
        "app/service.yaml": SERVICE,
        "app/kustomization.yaml": KUSTOMIZATION.format(
            tag=tag, resources="\n".join(f"  - {r}" for r in resources)),
    }
    if settings:
        files["app/settings.yaml"] = SETTINGS.format(greeting=greeting)
    return files


def say(text=""):
    print(text, flush=True)


class StepFailed(Exception):
    """Something that the demo promises did not happen."""


class Cluster:
    """kubectl on the demo's cluster, and a view of its objects that is always current."""

    def __init__(self, kubeconfig):
        self.kubeconfig = str(kubeconfig)
        self._changed = threading.Condition()
        self._objects = {}
        self._watches = []

    def kubectl(self, *args, stdin=None, check=True):
        """Run kubectl and return what it prints."""
        done = subprocess.run([BIN / "kubectl", "--kubeconfig", self.kubeconfig, *args], input=stdin,
                              capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise StepFailed(f"kubectl {' '.join(args)}: {done.stderr.strip()}")
        return done.stdout

    def apply(self, objects):
        text = "\n---\n".join(o if isinstance(o, str) else json.dumps(o) for o in objects)
        self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=text)

    def follow(self, *kinds):
        """Keep up with the objects of these kinds in the demo's namespace."""
        for kind in kinds:
            process = subprocess.Popen(
                [BIN / "kubectl", "--kubeconfig", self.kubeconfig, "get", kind, "-n", NAMESPACE, "-w",
                 "--output-watch-events", "-o", "json"], stdout=subprocess.PIPE, text=True)
            self._watches.append(process)
            threading.Thread(target=self._read, args=(kind, process.stdout), daemon=True).start()

    def _read(self, kind, stream):
        text = ""
        for line in stream:
            # An event is one line, or, printed for humans, several.
            text += line
            try:
                event = json.loads(text)
            except ValueError:
                continue
            text = ""
            with self._changed:
                key = kind, event["object"]["metadata"]["name"]
                self._objects[key] = None if event["type"] == "DELETED" else event["object"]
                self._changed.notify_all()

    def wait(self, what, kind, name, check, seconds=STEP_SECONDS):
        """Wait until check(object or None) is true; returns the object."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not check(self._objects.get((kind, name))):
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise StepFailed(f"{what}: not within {seconds} s; {kind}/{name} is "
                                     f"{summary(self._objects.get((kind, name)))}")
            return self._objects.get((kind, name))

    def close(self):
        for process in self._watches:
            process.terminate()
            process.wait()


def condition(obj, name):
    for c in ((obj or {}).get("status") or {}).get("conditions") or []:
        if c["type"] == name:
            return c
    return {}


def summary(obj):
    if obj is None:
        return "not there"
    c = condition(obj, "Ready")
    return f"Ready={c.get('status')} {c.get('reason')}: {c.get('message')}"


def applied(revision):
    """Ready with this commit?"""
    def check(obj):
        return (condition(obj, "Ready").get("status") == "True" and
                (obj["status"].get("lastAppliedRevision") or "").endswith(revision))
    return check


class Demo:
    """The steps, in order; each says what it does and how long it took."""

    def __init__(self, cluster, repo):
        self.cluster, self.repo = cluster, repo
        self.number = 0

    def begin(self, text):
        self.number += 1
        say(f"\n{self.number}. {text}")

    @staticmethod
    def done(text, since=None):
        took = f"  ({time.monotonic() - since:.2f} s)" if since else ""
        say(f"   ✔ {text}{took}")

    def push(self, files, message, **options):
        since = time.monotonic()
        commit = self.repo.commit(files, message, **options)
        say(f"   ► pushed {commit[:8]} “{message}”")
        return commit, since

    def ready(self, commit, since, text):
        self.cluster.wait(text, "kustomization", "demo", applied(commit))
        self.done(text, since)

    def install(self):
        self.begin("A commit becomes an artifact, is applied and becomes healthy")
        commit, _ = self.push(app(), "the first version")
        since = time.monotonic()
        self.cluster.apply(sync_objects(self.repo.url))
        self.cluster.follow("gitrepository", "kustomization", "deployment", "configmap", "service")
        source = self.cluster.wait("artifact", "gitrepository", "demo",
                                   lambda o: condition(o, "Ready").get("status") == "True")
        self.done(f"artifact {source['status']['artifact']['revision'][:18]}, "
                  f"{source['status']['artifact']['size']} bytes", since)
        self.ready(commit, since, "Deployment, Service and ConfigMap applied, all healthy")

    def roll_out(self):
        self.begin("A second commit rolls out")
        commit, since = self.push(app(replicas=3, tag="3.10", greeting="welcome"), "more of it")
        self.ready(commit, since, "from push to Ready: three replicas of the new image")

    def heal(self):
        self.begin("An object edited by hand is healed")
        since = time.monotonic()
        self.cluster.kubectl("patch", "configmap", "settings", "-n", NAMESPACE, "--type=merge", "-p",
                             '{"data":{"greeting":"hacked"}}')
        say("   ► kubectl patch configmap settings: greeting=hacked")
        self.cluster.wait("edit seen", "configmap", "settings",
                          lambda o: o and o["data"]["greeting"] == "hacked")
        self.cluster.wait("healed", "configmap", "settings",
                          lambda o: o and o["data"]["greeting"] == "welcome")
        self.done("greeting=welcome again", since)

    def recreate(self):
        self.begin("An object deleted by hand comes back")
        uid = self.cluster.wait("service", "service", "web", bool)["metadata"]["uid"]
        since = time.monotonic()
        self.cluster.kubectl("delete", "service", "web", "-n", NAMESPACE)
        say("   ► kubectl delete service web")
        self.cluster.wait("service is back", "service", "web",
                          lambda o: o and o["metadata"]["uid"] != uid)
        self.done("Service web is back", since)

    def prune(self):
        self.begin("A manifest removed from Git is pruned")
        commit, since = self.push(app(replicas=3, tag="3.10", settings=False), "no more settings",
                                  remove=["app/settings.yaml"])
        self.cluster.wait("pruned", "configmap", "settings", lambda o: o is None)
        self.ready(commit, since, "ConfigMap settings is gone")

    def refuse(self):
        self.begin("A bad manifest is refused, the old state stays")
        before = self.cluster.wait("deployment", "deployment", "web", bool)["metadata"]["generation"]
        bad = dict(app(replicas=9, settings=False), **{"app/service.yaml": BROKEN})
        commit, since = self.push(bad, "a hurried edit")
        obj = self.cluster.wait("refused", "kustomization", "demo", lambda o: (
            condition(o, "Ready").get("status") == "False" and
            (o["status"].get("lastAttemptedRevision") or "").endswith(commit)))
        self.done("Ready=False, and the message says where and why:", since)
        say("     " + condition(obj, "Ready")["message"].replace("\n", "\n     "))
        after = self.cluster.wait("deployment", "deployment", "web", bool)
        if after["metadata"]["generation"] != before or after["spec"]["replicas"] != 3:
            raise StepFailed("the Deployment was changed although a manifest of its commit is bad")
        message = condition(obj, "Ready")["message"]
        for part in ("Service", "web", "service.yaml"):
            if part not in message:
                raise StepFailed(f"the message does not name {part}")
        self.done("the Deployment still runs three replicas")

    def roll_back(self):
        self.begin("git revert rolls back")
        since = time.monotonic()
        self.repo.git("revert", "--no-edit", "HEAD")
        self.repo.git("push", "-q", "origin", "main")
        commit = self.repo.git("rev-parse", "HEAD")
        say(f"   ► git revert HEAD; git push   ({commit[:8]})")
        self.ready(commit, since, "Ready again")

    def run(self):
        for step in (self.install, self.roll_out, self.heal, self.recreate, self.prune, self.refuse,
                     self.roll_back):
            step()


def look_around(kubeconfig):
    say(f"""
All steps happened. The controllers go on running; in another terminal:

  export KUBECONFIG={kubeconfig}
  build/bin/kubectl get gitrepositories,kustomizations,all -n {NAMESPACE}
  build/bin/sluice get all -n {NAMESPACE}
  build/bin/sluice tree kustomization demo -n {NAMESPACE}
  build/bin/sluice events -n {NAMESPACE}
""")


def show(kubeconfig):
    """The same commands, run once."""
    env = {**os.environ, "KUBECONFIG": str(kubeconfig)}
    for args in (["get", "all"], ["tree", "kustomization", "demo"]):
        command = ["sluice", *args, "-n", NAMESPACE]
        say("\n$ " + " ".join(command))
        subprocess.run([BIN / command[0], *command[1:]], env=env, check=True)


class OwnLab:
    """The cluster of KUBECONFIG in the place of a lab, as far as the controllers care."""

    def __init__(self, kubeconfig):
        self.kubeconfig = pathlib.Path(kubeconfig)


def begin_cluster(stack):
    """The lab, or the user's cluster; returns it and whether it is the user's."""
    path = os.environ.get("KUBECONFIG")
    if path:
        server = Cluster(path).kubectl("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}")
        say(f"Using the cluster {server} of KUBECONFIG={path}: the namespace {NAMESPACE} is made there, and "
            "removed at the end")
        return OwnLab(path), True
    say("Starting a local Kubernetes …")
    since = time.monotonic()
    lab = stack.enter_context(Lab())
    say(f"   ✔ {lab.url} is ready  ({time.monotonic() - since:.1f} s)")
    return lab, False


def install_definitions(cluster, foreign):
    if foreign:
        others = cluster.kubectl("get", "deployments", "-A", "-l", "app.kubernetes.io/part-of=flux", "-o",
                                 "name")
        if others.strip():
            raise StepFailed("this cluster runs Flux or Sluice already, and two controllers would "
                             f"fight over one object:\n{others}")
    for path in sorted((ROOT / "charts").glob("*-controller/crds/*.yaml")):
        cluster.apply([path.read_text()])
    cluster.kubectl("wait", "--for=condition=Established", "--timeout=30s", "crd", *DEFINITIONS)


def clean_up(cluster):
    """Leave the user's cluster as it was, but for the definitions."""
    say(f"\nRemoving the namespace {NAMESPACE} …")
    cluster.kubectl("delete", "kustomization,gitrepository", "demo", "-n", NAMESPACE,
                    "--ignore-not-found", "--timeout=60s", check=False)
    cluster.kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=60s", check=False)
    say(f"   ✔ The cluster is as it was, but for the definitions: {', '.join(DEFINITIONS)}")


def run():
    once = os.environ.get("DEMO_ONCE") == "1"
    with contextlib.ExitStack() as stack:
        lab, foreign = begin_cluster(stack)
        cluster = Cluster(lab.kubeconfig)
        stack.callback(cluster.close)
        install_definitions(cluster, foreign)
        work = stack.enter_context(tempfile.TemporaryDirectory(prefix="sluice-demo-"))
        git = stack.enter_context(GitServer())
        source = stack.enter_context(SourceController(lab, folder=f"{work}/source", asan=False))
        kustomize = stack.enter_context(KustomizeController(lab, folder=f"{work}/kustomize", asan=False))
        if foreign:
            stack.callback(clean_up, cluster)
        say(f"   ✔ Git server at {git.url}, source-controller and kustomize-controller are running")
        say(f"     (memory: {source.memory()['RssAnon']} and {kustomize.memory()['RssAnon']} KiB "
            "private)")
        Demo(cluster, git.repo("demo")).run()
        show(lab.kubeconfig)
        if once:
            say("\nAll steps happened.")
            return
        look_around(lab.kubeconfig)
        say("Press Ctrl-C to end.")
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


def main():
    # Watched for with sigwait() at the end; before that Ctrl-C interrupts.
    try:
        run()
    except StepFailed as err:
        say(f"\n   ✗ {err}")
        return 1
    except KeyboardInterrupt:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
