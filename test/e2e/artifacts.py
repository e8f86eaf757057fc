"""Artifacts without source-controller: a file server of tarballs, and sources that point at them.

    with ArtifactServer() as server:
        source = Source(lab.kube, server, "apps", namespace)
        source.publish({"app/cm.yaml": "..."})      # a new revision, and status.artifact says so
"""

import hashlib
import http.server
import io
import tarfile
import threading
import time


def tarball(files):
    """A gzip tarball of files (a dict of path to text or bytes)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in sorted(files.items()):
            data = content if isinstance(content, bytes) else content.encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mode = 0o600
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


class ArtifactServer:
    """Serves what it was given; `answer` may be set to (status, change) to misbehave."""

    def __init__(self):
        self.files = {}
        self.status = 200
        self.change = lambda data: data
        self.requests = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """One request."""

            def do_GET(self):  # pylint: disable=invalid-name
                """Answer with the file, or as the test wants."""
                outer.requests.append(self.path)
                data = outer.files.get(self.path)
                if data is None or outer.status != 200:
                    self.send_error(404 if data is None else outer.status)
                    return
                announced = len(data)
                data = outer.change(data)
                self.send_response(200)
                self.send_header("Content-Length", str(announced))
                self.end_headers()
                try:
                    self.wfile.write(data)
                except ConnectionError:
                    # Who asked has been killed.
                    pass

            def log_message(self, *_):  # pylint: disable=arguments-differ
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def behave(self):
        """Serve every file as it is again."""
        self.status, self.change = 200, lambda data: data


class Source:
    """A GitRepository whose artifacts the test makes."""

    def __init__(self, kube, server, name, namespace):
        self.kube, self.server, self.name, self.namespace = kube, server, name, namespace
        self.number = 0
        self.revision = None
        kube.apply({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
                    "metadata": {"name": name, "namespace": namespace},
                    "spec": {"url": "http://127.0.0.1:1/none.git", "interval": "1h"}})

    def publish(self, files, revision=None):
        """A new artifact of these files, or a tarball as given; returns its revision."""
        self.number += 1
        data = files if isinstance(files, bytes) else tarball(files)
        self.revision = revision or f"main@sha1:{hashlib.sha1(data + bytes([self.number % 256])).hexdigest()}"
        path = f"/gitrepository/{self.namespace}/{self.name}/{self.revision.rpartition(':')[2]}.tar.gz"
        self.server.files[path] = data
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self.kube.patch("gitrepository", self.name, self.namespace, {"status": {
            "observedGeneration": 1,
            "artifact": {"path": path[1:], "url": self.server.url + path, "revision": self.revision,
                         "digest": "sha256:" + hashlib.sha256(data).hexdigest(),
                         "lastUpdateTime": now, "size": len(data)},
            "conditions": [{"type": "Ready", "status": "True", "reason": "Succeeded",
                            "message": "stored artifact", "lastTransitionTime": now}],
        }}, subresource="status")
        return self.revision
