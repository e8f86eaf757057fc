"""What tests need around the controllers: a real Kubernetes, Git, a fault proxy, a recorder.

Everything here starts a program of build/bin on loopback and stops it at the end of its `with`
block; if the test process dies, they end as well. Only Python's standard library is used, except
that manifests given as text need python3-yaml.

    with Lab() as lab:
        lab.kube.apply(MANIFESTS)
        lab.kube.wait_for("deployment", "web", "default", "Available")
"""

import base64
import copy
import http.client
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / "build" / "bin"
PROGRAM = BIN / "sluice-lab"
TIMEOUT = 60.0


class LabError(Exception):
    """A program of the lab failed; the message is what it said."""


class ApiError(Exception):
    """The API server refused: `status` is the HTTP status, `reason` that of the Status object."""

    def __init__(self, method, path, status, body):
        self.status = status
        self.body = body
        self.reason = body.get("reason", "") if isinstance(body, dict) else ""
        message = body.get("message", body) if isinstance(body, dict) else body
        super().__init__(f"{method} {path}: {status} {self.reason} {message}")


def run(*args):
    """Run `sluice-lab ARGS` and return the JSON it prints; None if it prints nothing."""
    done = subprocess.run([PROGRAM, *map(str, args)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LabError(done.stderr.strip() or done.stdout.strip())
    return json.loads(done.stdout) if done.stdout.strip() else None


# Kubernetes


class Kube:
    """A client of a Kubernetes API server. Thread-safe: each thread has its own connection.

    A kind is written as kubectl does: "ConfigMap", "deploy", "kustomizations", or with its group,
    "kustomization.kustomize.toolkit.fluxcd.io". Objects are dicts.
    """

    def __init__(self, host, port, ca, cert=None, key=None, token=None, headers=None):
        self.host, self.port = host, port
        self.context = ssl.create_default_context(cafile=str(ca))
        if cert:
            self.context.load_cert_chain(str(cert), str(key))
        self.headers = dict(headers or {})
        if token:
            self.headers["Authorization"] = f"Bearer {token}"
        self._local = threading.local()
        self._resources = []

    def impersonate(self, user, groups=()):
        """A client that acts as `user`; groups are sent as given."""
        other = copy.copy(self)
        other._local = threading.local()
        other.headers = {**self.headers, "Impersonate-User": user}
        if groups:
            other.headers["Impersonate-Group"] = list(groups)
        return other

    # Requests

    def _connection(self):
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPSConnection(
                self.host, self.port, context=self.context, timeout=TIMEOUT)
            self._local.connection = connection
        return connection

    def _send(self, connection, method, path, data, headers):
        connection.putrequest(method, path)
        for name, value in {**self.headers, **headers}.items():
            for one in value if isinstance(value, list) else [value]:
                connection.putheader(name, one)
        connection.putheader("Content-Length", str(len(data)))
        connection.endheaders(data)
        return connection.getresponse()

    def request(self, method, path, body=None, query=None, content_type="application/json",
                accept="application/json"):
        """Send one request and return the decoded answer; raises ApiError from status 400 on."""
        if query:
            path += ("&" if "?" in path else "?") + urllib.parse.urlencode(query)
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": content_type, "Accept": accept, "User-Agent": "lab-test"}
        for attempt in (0, 1):
            connection = self._connection()
            fresh = connection.sock is None
            try:
                response = self._send(connection, method, path, data, headers)
                text = response.read()
                break
            except (http.client.HTTPException, OSError):
                connection.close()
                # A kept connection may have been closed meanwhile; a fresh one means it.
                if fresh or attempt == 1:
                    raise
        answer = text.decode()
        if response.getheader("Content-Type", "").startswith("application/json"):
            answer = json.loads(answer)
        if response.status >= 400:
            raise ApiError(method, path, response.status, answer)
        return answer

    # Kinds

    def _discover(self):
        found = []
        for root in ("/api", "/apis"):
            groups = self.request(
                "GET", root,
                accept="application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
            for group in groups["items"]:
                name = group["metadata"].get("name", "")
                for rank, version in enumerate(group["versions"]):
                    for resource in version.get("resources", ()):
                        found.append({
                            "group": name, "version": version["version"], "rank": rank,
                            "plural": resource["resource"], "kind": resource["responseKind"]["kind"],
                            "namespaced": resource["scope"] == "Namespaced",
                            "names": {resource["resource"], resource.get("singularResource", ""),
                                      resource["responseKind"]["kind"].lower(),
                                      *resource.get("shortNames", ())},
                        })
        # Core first, then built-in groups, then others; within a group the preferred version first.
        found.sort(key=lambda r: (r["group"] != "", "." in r["group"], r["rank"]))
        return found

    def resource(self, kind, api_version=None):
        """The resource of a kind, as a dict with group, version, plural, namespaced."""
        group = None
        if api_version is not None:
            group, _, version = api_version.rpartition("/")
        name, _, suffix = kind.lower().partition(".")
        for fetch in (False, True):
            if fetch:
                self._resources = self._discover()
            for r in self._resources:
                if name not in r["names"] or suffix and r["group"] != suffix:
                    continue
                if api_version is None or (r["group"], r["version"]) == (group, version):
                    return r
        raise LabError(f"the API server does not know the kind {kind} {api_version or ''}")

    def path(self, kind, name=None, namespace=None, api_version=None):
        """The URL path of an object, or without a name of a collection."""
        r = self.resource(kind, api_version)
        path = f"/apis/{r['group']}/{r['version']}" if r["group"] else f"/api/{r['version']}"
        if r["namespaced"] and namespace:
            path += f"/namespaces/{namespace}"
        path += f"/{r['plural']}"
        return f"{path}/{name}" if name else path

    def _path_of(self, obj, with_name=True):
        meta = obj["metadata"]
        r = self.resource(obj["kind"], obj["apiVersion"])
        namespace = meta.get("namespace", "default") if r["namespaced"] else None
        return self.path(obj["kind"], meta["name"] if with_name else None, namespace, obj["apiVersion"])

    # Objects

    def apply(self, objects, manager="lab-test", force=True, dry_run=False):
        """Server-side apply an object, a list of them, or a text of YAML documents.

        Returns what the server answers: an object for an object, else a list. A
        CustomResourceDefinition is awaited, so that its objects can follow in the same list.
        """
        if isinstance(objects, dict):
            return self._apply(objects, manager, force, dry_run)
        return [self._apply(o, manager, force, dry_run) for o in load(objects)]

    def _apply(self, obj, manager, force, dry_run):
        query = {"fieldManager": manager, "force": "true" if force else "false"}
        if dry_run:
            query["dryRun"] = "All"
        answer = self.request("PATCH", self._path_of(obj), obj, query, "application/apply-patch+yaml")
        if obj["kind"] == "CustomResourceDefinition" and not dry_run:
            self.wait_for("CustomResourceDefinition", obj["metadata"]["name"], None, "Established")
            self._await_kind(obj["spec"])
        return answer

    def _await_kind(self, spec, timeout=30.0):
        """Discovery lists a new kind some time after its definition is established."""
        served = {(spec["group"], v["name"]) for v in spec["versions"] if v["served"]}
        deadline = time.monotonic() + timeout
        while True:
            self._resources = self._discover()
            known = {(r["group"], r["version"]) for r in self._resources
                     if r["plural"] == spec["names"]["plural"]}
            if served <= known and all(self._lists(group, version, spec["names"]["plural"])
                                       for group, version in served):
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"{spec['names']['kind']} is not served after {timeout} s")
            time.sleep(0.05)

    def _lists(self, group, version, plural):
        """Whether a list is answered, and not refused since the storage of a new kind is not ready."""
        try:
            self.request("GET", f"/apis/{group}/{version}/{plural}")
        except ApiError as err:
            if err.status != 429:
                raise
            return False
        return True

    def create(self, obj):
        """Create one object."""
        return self.request("POST", self._path_of(obj, with_name=False), obj)

    def replace(self, obj):
        """Replace one object."""
        return self.request("PUT", self._path_of(obj), obj)

    def get(self, kind, name, namespace="default", api_version=None):
        """One object; ApiError with status 404 if there is none."""
        return self.request("GET", self.path(kind, name, namespace, api_version))

    def find(self, kind, name, namespace="default", api_version=None):
        """One object, or None."""
        try:
            return self.get(kind, name, namespace, api_version)
        except ApiError as err:
            if err.status != 404:
                raise
            return None

    def list(self, kind, namespace=None, selector=None, api_version=None, fields=None):
        """The objects of a kind, of all namespaces without one."""
        query = {k: v for k, v in (("labelSelector", selector), ("fieldSelector", fields)) if v}
        return self.request("GET", self.path(kind, None, namespace, api_version), query=query)["items"]

    def patch(self, kind, name, namespace, patch, subresource=None, patch_type="merge",
              manager="lab-test", api_version=None):
        """Patch an object; patch_type is merge, json or strategic."""
        path = self.path(kind, name, namespace, api_version) + (f"/{subresource}" if subresource else "")
        types = {"merge": "merge-patch", "json": "json-patch", "strategic": "strategic-merge-patch"}
        return self.request("PATCH", path, patch, {"fieldManager": manager},
                            f"application/{types[patch_type]}+json")

    def annotate(self, kind, name, namespace="default", **annotations):
        """Set annotations, or with None remove them; pass names with dots as **{"a.b/c": "d"}."""
        return self.patch(kind, name, namespace, {"metadata": {"annotations": annotations}})

    def delete(self, kind, name, namespace="default", wait=True, propagation="Background",
               timeout=30.0, missing_ok=False, api_version=None):
        """Delete an object, and wait until it is gone."""
        try:
            self.request("DELETE", self.path(kind, name, namespace, api_version),
                         {"propagationPolicy": propagation})
        except ApiError as err:
            if err.status == 404 and missing_ok:
                return
            raise
        if wait:
            self.wait_gone(kind, name, namespace, timeout, api_version)

    def namespace(self, name):
        """Make a namespace with its default service account, if missing, and return its name."""
        self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        self.wait_for("serviceaccount", "default", name, "exists")
        return name

    def token(self, account, namespace="default", seconds=3600):
        """A token of a service account."""
        answer = self.request("POST", self.path("serviceaccount", account, namespace) + "/token", {
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
            "spec": {"expirationSeconds": seconds}})
        return answer["status"]["token"]

    def events(self, name=None, namespace=None):
        """The core/v1 Events, of one object's name if given, oldest first."""
        found = self.list("events", namespace, api_version="v1",
                          fields=f"involvedObject.name={name}" if name else None)
        return sorted(found, key=lambda e: e["metadata"]["creationTimestamp"])

    # Waiting

    def watch(self, kind, namespace=None, name=None, version=None, timeout=30.0, api_version=None):
        """Yield (type, object) until the timeout or until the server ends the watch."""
        query = {"watch": "true", "allowWatchBookmarks": "false"}
        if name:
            query["fieldSelector"] = f"metadata.name={name}"
        if version:
            query["resourceVersion"] = version
        path = self.path(kind, None, namespace, api_version) + "?" + urllib.parse.urlencode(query)
        deadline = time.monotonic() + timeout
        connection = http.client.HTTPSConnection(self.host, self.port, context=self.context,
                                                 timeout=max(timeout, 0.1))
        try:
            response = self._send(connection, "GET", path, b"", {"Accept": "application/json"})
            if response.status != 200:
                raise ApiError("GET", path, response.status, json.loads(response.read()))
            sock = connection.sock or response.fp.raw._sock
            while True:
                left = deadline - time.monotonic()
                if left <= 0:
                    return
                sock.settimeout(left)
                line = response.readline()
                if not line:
                    return
                event = json.loads(line)
                yield event["type"], event["object"]
        except (TimeoutError, ssl.SSLError, http.client.HTTPException, ConnectionError):
            return
        finally:
            connection.close()

    def wait_for(self, kind, name, namespace="default", condition="Ready", timeout=30.0,
                 api_version=None):
        """Wait until an object meets a condition, and return it.

        The condition is a type ("Ready"), a type and status ("Ready=False"), a type and reason
        ("Ready:HealthCheckFailed"), "exists", or a function of the object. A verdict about an
        older generation (observedGeneration) does not count.
        """
        meets = condition if callable(condition) else _condition(condition)
        deadline = time.monotonic() + timeout
        last = None
        while True:
            try:
                listing = self.request("GET", self.path(kind, None, namespace, api_version),
                                       query={"fieldSelector": f"metadata.name={name}"})
            except (ConnectionError, TimeoutError, http.client.HTTPException, ApiError) as err:
                # The API server is being restarted; at first it may have no storage.
                busy = not isinstance(err, ApiError) or err.status in (429, 500, 503)
                if not busy or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
                continue
            for obj in listing["items"]:
                obj.setdefault("kind", listing["kind"].removesuffix("List"))
                obj.setdefault("apiVersion", listing["apiVersion"])
                last = obj
                if meets(obj):
                    return obj
            for event, obj in self.watch(kind, namespace, name, listing["metadata"]["resourceVersion"],
                                         deadline - time.monotonic(), api_version):
                if event == "ERROR":
                    break
                last = obj if event != "DELETED" else None
                if last and meets(obj):
                    return obj
            if time.monotonic() >= deadline:
                raise AssertionError(self._explain(kind, name, namespace, condition, timeout, last))

    def wait_gone(self, kind, name, namespace="default", timeout=30.0, api_version=None):
        """Wait until an object does not exist."""
        deadline = time.monotonic() + timeout
        while (obj := self.find(kind, name, namespace, api_version)) is not None:
            if time.monotonic() >= deadline:
                raise AssertionError(self._explain(kind, name, namespace, "gone", timeout, obj))
            version = obj["metadata"]["resourceVersion"]
            for event, _ in self.watch(kind, namespace, name, version, deadline - time.monotonic(),
                                       api_version):
                if event in ("DELETED", "ERROR"):
                    break

    def _explain(self, kind, name, namespace, condition, timeout, last):
        text = f"{kind} {namespace}/{name} is not {condition} after {timeout} s"
        if last is None:
            return f"{text}: it does not exist"
        meta = last["metadata"]
        shown = {"generation": meta.get("generation"), "deletionTimestamp": meta.get("deletionTimestamp"),
                 "finalizers": meta.get("finalizers"), "status": last.get("status")}
        try:
            events = [f"{e['type']} {e['reason']}: {e['message']}" for e in self.events(name, namespace)]
        except (ApiError, OSError, http.client.HTTPException) as err:
            events = [f"no events: {err}"]
        return "\n".join([f"{text}:", json.dumps(shown, indent=1), *events[-10:]])


def _condition(text):
    if text == "exists":
        return lambda obj: True
    kind, status, reason = text, "True", None
    if "=" in text:
        kind, status = text.split("=")
    elif ":" in text:
        kind, reason = text.split(":")

    def meets(obj):
        generation = obj["metadata"].get("generation")
        state = obj.get("status") or {}
        # Flux leaves the status' observedGeneration behind after a failure; that of the condition
        # itself says more.
        seen = state.get("observedGeneration", generation)
        for c in state.get("conditions") or ():
            if c["type"] == kind and c.get("observedGeneration", seen) == generation:
                return c.get("reason") == reason if reason else c["status"] == status
        return False
    return meets


def load(objects):
    """The objects of a list, or of a text of YAML documents."""
    if not isinstance(objects, str):
        return list(objects)
    import yaml
    found = []
    for document in yaml.safe_load_all(objects):
        if document:
            found += document["items"] if document["kind"] == "List" else [document]
    return found


def condition(obj, kind="Ready"):
    """The condition of that type, as a dict, or None."""
    for c in (obj.get("status") or {}).get("conditions") or ():
        if c["type"] == kind:
            return c
    return None


class Lab:
    """A Kubernetes control plane with nodes that are played.

    Without a folder it has a temporary one, which is removed at the end. `kube` is its client,
    `kubeconfig` the path of a cluster administrator's kubeconfig.
    """

    def __init__(self, folder=None, nodes=1):
        self._temporary = None
        if folder is None:
            folder = self._temporary = tempfile.mkdtemp(prefix="sluice-lab-")
        self.dir = pathlib.Path(folder).resolve()
        self.nodes = nodes
        self.info = None
        self.kube = None

    def __enter__(self):
        return self.up()

    def __exit__(self, *_):
        self.down()

    def up(self):
        """Start it, unless it runs in its folder already, and return self."""
        try:
            self.info = run("status", "--dir", self.dir)
        except LabError:
            self.info = run("up", "--dir", self.dir, "--nodes", self.nodes, "--owner-pid", os.getpid())
        self.kubeconfig = pathlib.Path(self.info["kubeconfig"])
        self.url = self.info["url"]
        self.kube = self.client()
        return self

    def client(self, token=None):
        """A new client: with a token it is that account's, else the administrator's."""
        i = self.info
        if token:
            return Kube(i["host"], i["port"], i["ca"], token=token)
        return Kube(i["host"], i["port"], i["ca"], i["clientCert"], i["clientKey"])

    def status(self):
        """Its description as of now."""
        return run("status", "--dir", self.dir)

    def down(self):
        """Stop it; its folder stays unless it was temporary."""
        try:
            run("down", "--dir", self.dir)
        except LabError as err:
            if "no lab runs" not in str(err):
                raise
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def restart_apiserver(self, down_for=0.0, kill=True):
        """Stop the API server, keep it down for some seconds, and start it on the same port."""
        self.restart("kube-apiserver", down_for, kill)

    def restart(self, component, down_for=0.0, kill=True):
        """The same for any component; returns when the API server answers."""
        args = ["restart", "--dir", self.dir, "--component", component, "--down-for", f"{down_for}s"]
        run(*args, *(["--kill"] if kill else []))

    def kubeconfig_with_token(self, token, path=None):
        """Write a kubeconfig that uses a token, and return its path."""
        path = pathlib.Path(path or self.dir / f"token-{time.monotonic_ns()}.kubeconfig")
        path.write_text(kubeconfig(self.url, self.info["ca"], token))
        path.chmod(0o600)
        return path


def kubeconfig(url, ca, token):
    """The text of a kubeconfig with a token; `ca` is the path of the authority's certificate."""
    data = base64.b64encode(pathlib.Path(ca).read_bytes()).decode()
    return json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "lab",
        "clusters": [{"name": "lab", "cluster": {"server": url, "certificate-authority-data": data}}],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "lab"}}],
        "users": [{"name": "lab", "user": {"token": token}}],
    }, indent=1)


# Servers


class Server:
    """A server of the lab, with rules for faults and a record of its requests.

    See test/lab/README.md for what a rule can say. In Python its names are lower case with
    underscores: add_rule("delay", path="/x", delay_ms=100, user_agent="flux").
    """

    def __init__(self, *args):
        self._args = [str(a) for a in args]
        self._process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Start it and return self."""
        self._process = subprocess.Popen(
            [PROGRAM, *self._args, "--owner-pid", str(os.getpid())], stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        if not line:
            raise LabError(f"sluice-lab {' '.join(self._args)}: status {self._process.wait()}")
        self.info = json.loads(line)
        self.url = self.info["url"]
        self.ca = self.info.get("ca")
        self.host, _, port = urllib.parse.urlsplit(self.url).netloc.partition(":")
        self.port = int(port)
        self._admin = urllib.parse.urlsplit(self.info["admin"]).netloc
        return self

    def stop(self):
        """Stop it."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()
            self._process = None

    def admin(self, method, path, body=None, timeout=TIMEOUT):
        """Call the admin API and return the decoded answer."""
        connection = http.client.HTTPConnection(self._admin, timeout=timeout)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        if response.status >= 400:
            raise LabError(f"{method} {path}: {response.status} {text}")
        return json.loads(text) if text else None

    def add_rule(self, action, **fields):
        """Add a rule; returns it with its id. Usable in `with fault.rule(...)` through rule()."""
        def camel(name):
            first, *rest = name.split("_")
            return first + "".join(part.capitalize() for part in rest)
        return self.admin("POST", "/rules", {"action": str(action), **{camel(k): v for k, v in fields.items()}})

    def rule(self, action, **fields):
        """A context manager: the rule holds inside the `with` block."""
        return _Rule(self, action, fields)

    def rules(self):
        """All rules, with their counts: matches and hits."""
        return self.admin("GET", "/rules")

    def remove_rule(self, rule):
        """Remove a rule that add_rule returned."""
        self.admin("DELETE", f"/rules/{rule['id']}")

    def clear(self):
        """Remove all rules."""
        self.admin("DELETE", "/rules")

    def stats(self):
        """Sums: requests, bytesSent, counts by "verb resource" or "METHOD /path", writes ..."""
        return self.admin("GET", "/stats")

    def requests(self, after=0, **fields):
        """The recorded requests, oldest first, of those whose fields have the given values."""
        found = self.admin("GET", f"/requests?after={after}")
        return [r for r in found if all(r.get(k, "") == v for k, v in fields.items())]

    def reset(self):
        """Forget the recorded requests."""
        self.admin("DELETE", "/requests")


class _Rule:
    def __init__(self, server, action, fields):
        self.server, self.action, self.fields = server, action, fields

    def __enter__(self):
        self.rule = self.server.add_rule(self.action, **self.fields)
        return self

    def hits(self):
        """How many requests it has hit."""
        return next(r["hits"] for r in self.server.rules() if r["id"] == self.rule["id"])

    def __exit__(self, *_):
        self.server.remove_rule(self.rule)


class FaultProxy(Server):
    """A proxy before a lab's API server, or with `target` before another HTTP server.

    Before an API server, `kubeconfig` is the path of a kubeconfig that goes through it, with the
    administrator's certificate, and `kube` a client of the same kind.
    """

    def __init__(self, lab=None, target=None, addr="127.0.0.1:0"):
        where = ["--dir", lab.dir] if lab else ["--target", target]
        super().__init__("proxy", *where, "--addr", addr)

    def start(self):
        super().start()
        self.kubeconfig = self.info.get("kubeconfig")
        if self.kubeconfig:
            self.kube = Kube(self.host, self.port, self.ca, self.info["clientCert"], self.info["clientKey"])
        return self

    def kubeconfig_with_token(self, token, path):
        """Write a kubeconfig that goes through the proxy with a token, and return its path."""
        path = pathlib.Path(path)
        path.write_text(kubeconfig(self.url, self.ca, token))
        path.chmod(0o600)
        return path


class EventsSink(Server):
    """A server that records what is posted to it."""

    def __init__(self, tls=False, answer="{}", addr="127.0.0.1:0"):
        self._folder = tempfile.mkdtemp(prefix="sluice-sink-") if tls else None
        secure = ["--tls", "--dir", self._folder] if tls else []
        super().__init__("events-sink", "--addr", addr, "--answer", answer, *secure)

    def recorded(self, minimum=0, timeout=10.0, after=0):
        """What was posted: dicts with method, path, header, body and, if it is JSON, json.

        With a minimum it waits until there are that many, and fails after the timeout.
        """
        found = self.admin(
            "GET", f"/_recorded?after={after}&min={minimum}&timeoutMs={int(timeout * 1000)}",
            timeout=timeout + TIMEOUT)
        if len(found) < minimum:
            raise AssertionError(f"{len(found)} of {minimum} posts after {timeout} s: "
                                 + json.dumps([e["body"] for e in found])[:4000])
        return found

    def forget(self):
        """Forget what was recorded."""
        self.admin("DELETE", "/_recorded")

    def stop(self):
        super().stop()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)


class GitServer(Server):
    """A smart HTTP Git server over the bare repositories of a folder.

    `url` is its base, `credentials_url` the same with user and password in it.
    """

    def __init__(self, root=None, tls=False, user=None, password=None, bearer=None,
                 client_auth=False, addr="127.0.0.1:0"):
        self._folder = tempfile.mkdtemp(prefix="sluice-git-")
        self.root = pathlib.Path(root) if root else pathlib.Path(self._folder) / "repositories"
        self.root.mkdir(parents=True, exist_ok=True)
        self.user, self.password = user, password
        args = ["--root", self.root, "--addr", addr, "--dir", pathlib.Path(self._folder) / "tls"]
        for flag, value in (("--user", user), ("--password", password), ("--bearer", bearer)):
            args += [flag, value] if value else []
        args += ["--tls"] if tls else []
        args += ["--client-auth"] if client_auth else []
        super().__init__("git", *args)

    def start(self):
        super().start()
        scheme, rest = self.url.split("://")
        self.credentials_url = f"{scheme}://{self.user}:{self.password}@{rest}" if self.user else self.url
        return self

    def stop(self):
        super().stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def repo(self, name="repo", branch="main"):
        """A new bare repository, served as URL/NAME.git."""
        return GitRepo(self.root / f"{name}.git", f"{self.url}/{name}.git", branch)


class GitRepo:
    """A bare repository and a work tree beside it that writes to it without the server."""

    def __init__(self, path, url=None, branch="main"):
        self.path = pathlib.Path(path)
        self.url = url
        self.branch = branch
        self.work = self.path.with_suffix(".work")
        _git(None, "init", "-q", "--bare", "-b", branch, str(self.path))
        _git(None, "init", "-q", "-b", branch, str(self.work))
        _git(self.work, "remote", "add", "origin", str(self.path))

    def git(self, *args):
        """Run git in the work tree and return what it prints."""
        return _git(self.work, *args)

    def config(self, key, value):
        """Set a setting of the served repository, such as uploadpack.allowAnySHA1InWant."""
        _git(self.path, "config", key, str(value))

    def commit(self, files, message="change", branch=None, remove=(), push=True):
        """Commit files (a dict of path to text or bytes), push them, and return the commit's id."""
        branch = branch or self.branch
        if self.git("symbolic-ref", "--short", "HEAD") != branch:
            known = _git(self.work, "branch", "--list", branch)
            self.git("checkout", "-q", *([] if known else ["-b"]), branch)
        for name, content in files.items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        for name in remove:
            self.git("rm", "-q", "-r", name)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        if push:
            self.git("push", "-q", "-f", "origin", branch)
        return self.git("rev-parse", "HEAD")

    def tag(self, name, message=None):
        """Tag the last commit, annotated if there is a message, and push the tag."""
        self.git("tag", "-f", *(["-a", "-m", message] if message else []), name)
        self.git("push", "-q", "-f", "origin", name)

    def pull(self):
        """Bring the work tree to what was pushed to the served repository by others."""
        self.git("fetch", "-q", "origin")
        self.git("reset", "-q", "--hard", f"origin/{self.branch}")
        return self.git("rev-parse", "HEAD")

    def head(self, ref=None):
        """The id of a branch's last commit in the served repository."""
        return _git(self.path, "rev-parse", ref or self.branch)


def _git(folder, *args):
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("GIT_")},
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": "Lab", "GIT_AUTHOR_EMAIL": "lab@example.org",
        "GIT_COMMITTER_NAME": "Lab", "GIT_COMMITTER_EMAIL": "lab@example.org",
    }
    where = ["-C", str(folder)] if folder else []
    done = subprocess.run(["git", *where, *args], capture_output=True, text=True, env=env, check=False)
    if done.returncode != 0:
        raise LabError(f"git {' '.join(args)}: {done.stderr}")
    return done.stdout.strip()
