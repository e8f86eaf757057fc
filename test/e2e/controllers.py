"""The controllers as processes: what tests start, stop, kill and read.

    with SourceController(lab) as source, KustomizeController(lab) as kustomize:
        lab.kube.apply(...)
        assert source.metrics()["gotk_reconcile_duration_seconds_count"] > 0

The programs are those built with AddressSanitizer (build/asan/bin), unless SLUICE_ASAN=0. A stop
fails the test when the program does not exit with 0 or a sanitizer has reported something.
"""

import ctypes
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

from lab import ROOT, TIMEOUT

ASAN = os.environ.get("SLUICE_ASAN", "1") != "0"
PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)
# What sanitizers print.
REPORTS = ("ERROR: AddressSanitizer", "runtime error:", "ERROR: LeakSanitizer")


class ControllerError(Exception):
    """A controller did not start, did not stop as it should, or was found faulty."""


def free_port():
    """A port of loopback that nobody listens on now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def get(url, timeout=TIMEOUT, headers=None, method="GET"):
    """Status, headers and body of a URL, whatever the status; redirects are not followed."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.request(method, parts.path or "/", headers=headers or {})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def wait_until(check, timeout=30.0, what="condition", every=0.02):
    """Wait until check() returns something true, looking `every` so many seconds, and return that."""
    deadline = time.monotonic() + timeout
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not met after {timeout} s")
        time.sleep(every)


class Controller:
    """One process of a controller.

    It runs as the lab's administrator unless `kubeconfig` says otherwise. `flags` are added to the
    ones of the class; environment variables come from `env`. A stopped one can be started again, on
    the same ports and with the same folder.
    """

    program = None

    def __init__(self, lab, *flags, kubeconfig=None, events_addr=None, env=None, asan=ASAN,
                 wrapper=(), folder=None):
        self.lab = lab
        self.kubeconfig = kubeconfig or lab.kubeconfig
        self.flags = list(flags)
        self.env = env or {}
        self.asan = asan
        self.wrapper = list(wrapper)
        self._temporary = None
        if folder is None:
            folder = self._temporary = tempfile.mkdtemp(prefix=f"sluice-{self.program}-")
        self.folder = pathlib.Path(folder)
        self.log = self.folder / "log"
        self.metrics_port, self.health_port = free_port(), free_port()
        self.events_addr = events_addr
        self._process = None
        self._log = None

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        try:
            # What failed first is what is told.
            self.stop(check=kind is None)
        finally:
            if kind is not None:
                print(self.tail())
            self.remove()

    # Life

    def binary(self):
        """The path of the program."""
        return ROOT / "build" / ("asan/bin" if self.asan else "bin") / self.program

    def arguments(self):
        """What the program is called with."""
        found = [f"--metrics-addr=127.0.0.1:{self.metrics_port}",
                 f"--health-addr=127.0.0.1:{self.health_port}"]
        if self.events_addr:
            found.append(f"--events-addr={self.events_addr}")
        return found + self.flags

    def environment(self):
        """Its environment: nothing of the caller's but where things are."""
        found = {k: os.environ[k] for k in ("PATH", "HOME", "LANG") if k in os.environ}
        found.update({
            "KUBECONFIG": str(self.kubeconfig),
            "TMPDIR": str(self.folder / "tmp"),
            "RUNTIME_NAMESPACE": "flux-system",
            "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1",
            "UBSAN_OPTIONS": "print_stacktrace=1",
            "LSAN_OPTIONS": f"suppressions={ROOT}/test/lsan.supp:print_suppressions=0",
        })
        return {**found, **self.env}

    def start(self, ready=True):
        """Start it, wait until it is ready, and return self."""
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        self._log = open(self.log, "ab")
        self._process = subprocess.Popen(
            [*self.wrapper, self.binary(), *self.arguments()], env=self.environment(),
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, cwd=self.folder,
            preexec_fn=_end_with_parent)
        if ready:
            self.wait_ready()
        return self

    def wait_ready(self, timeout=30.0):
        """Wait until /readyz is fine."""
        def check():
            if self._process.poll() is not None:
                raise ControllerError(f"{self.program} ended with {self._process.returncode}:\n{self.tail()}")
            try:
                return get(f"http://127.0.0.1:{self.health_port}/readyz")[0] == 200
            except OSError:
                return False
        try:
            wait_until(check, timeout, f"{self.program} ready")
        except AssertionError as err:
            raise ControllerError(f"{err}\n{self.tail()}") from None

    def stop(self, check=True, timeout=40.0):
        """SIGTERM, and wait; with `check`, all must be well: exit status 0, no sanitizer report."""
        if not self._process:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = f"a kill, {timeout} s after SIGTERM"
            self._process.wait()
        self._gone()
        if check:
            self.check_reports()
            if status != 0:
                raise ControllerError(f"{self.program} ended with {status}:\n{self.tail()}")

    def kill(self):
        """SIGKILL."""
        self._process.kill()
        self._process.wait()
        self._gone()

    def signal(self, number):
        """Send it a signal."""
        self._process.send_signal(number)

    def wait(self, timeout=TIMEOUT):
        """Wait until it ends by itself, and return the exit status."""
        status = self._process.wait(timeout)
        self._gone()
        return status

    def restart(self, kill=False):
        """Stop or kill it, and start it again."""
        if kill:
            self.kill()
        else:
            self.stop()
        return self.start()

    def _gone(self):
        self._process = None
        self._log.close()

    def remove(self):
        """Remove its folder if it was temporary."""
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def alive(self):
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self):
        """Its process id."""
        return self._process.pid

    # What it says

    def text(self):
        """All that it has written, since its first start."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tail(self, lines=40):
        """The last lines of it."""
        return "\n".join(self.text().splitlines()[-lines:])

    def logs(self, **fields):
        """The log lines as dicts, oldest first, of those whose fields have the given values."""
        found = []
        for line in self.text().splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict) and all(entry.get(k) == v for k, v in fields.items()):
                found.append(entry)
        return found

    def check_reports(self):
        """Fail if a sanitizer has reported something."""
        text = self.text()
        for report in REPORTS:
            at = text.find(report)
            if at >= 0:
                raise ControllerError(f"{self.program}: {text[max(0, at - 200):at + 6000]}")

    def metrics(self):
        """The metrics, by `name{labels}` as written and, summed over labels, by `name`."""
        status, _, body = get(f"http://127.0.0.1:{self.metrics_port}/metrics")
        assert status == 200, status
        found = {}
        for line in body.decode().splitlines():
            if line and not line.startswith("#"):
                series, _, value = line.rpartition(" ")
                name = series.partition("{")[0]
                found[series] = float(value)
                if name != series:
                    found[name] = found.get(name, 0.0) + float(value)
        return found

    def memory(self):
        """Its memory in KiB, by the names of /proc/PID/status: VmRSS, RssAnon ..."""
        found = {}
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            name, _, value = line.partition(":")
            if value.endswith(" kB"):
                found[name] = int(value.split()[0])
        return found


class SourceController(Controller):
    """source-controller; artifacts are stored in `storage` and served at `url`."""

    program = "source-controller"

    def __init__(self, lab, *flags, storage=None, port=None, **options):
        super().__init__(lab, *flags, **options)
        self.storage = pathlib.Path(storage) if storage else self.folder / "data"
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def arguments(self):
        self.storage.mkdir(parents=True, exist_ok=True)
        return [f"--storage-path={self.storage}", f"--storage-addr=127.0.0.1:{self.port}",
                f"--storage-adv-addr=127.0.0.1:{self.port}", *super().arguments()]


class KustomizeController(Controller):
    """kustomize-controller."""

    program = "kustomize-controller"


def _end_with_parent():
    """In the child: end when the test process ends, however it ends."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


# In a chroot / is no mount point, and mounts cannot be kept from the rest of the machine: /dev/shm is
# one, and below it the same tree is given one.
_CHROOT = """
mount --make-private /dev/shm && mount -t tmpfs tmpfs /dev/shm && mkdir /dev/shm/root &&
mount --rbind / /dev/shm/root && mount --make-rprivate /dev/shm/root && exec chroot /dev/shm/root "$@"
"""


def private_mounts():
    """The beginning of a command line that may mount without anyone else seeing it.

    As root, in a user namespace, or as root of a chroot; None if this machine forbids it all.
    """
    for found in (["unshare", "-m"], ["unshare", "-rm"],
                  ["unshare", "-m", "--propagation", "unchanged", "sh", "-c", _CHROOT, "sh"]):
        done = subprocess.run([*found, "mount", "-t", "tmpfs", "tmpfs", "/tmp"],
                              capture_output=True, check=False)
        if done.returncode == 0:
            return found
    return None


def apply_crds(lab):
    """The definitions of the charts."""
    for path in sorted((ROOT / "charts").glob("*-controller/crds/*.yaml")):
        lab.kube.apply(path.read_text())
