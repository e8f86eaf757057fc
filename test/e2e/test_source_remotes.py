"""source-controller and the other side: credentials, authorities, proxies, servers that fail."""

import base64
import http.client
import http.server
import os
import pathlib
import re
import threading
import urllib.parse

import pytest

from controllers import wait_until
from lab import GitServer, condition
from sources import KIND, NS, shared_env, shared_history, shared_lab, without_objects


# Credentials


AUTH = {
    "basic": ({"user": "jane", "password": "s3cret"}, {"username": "jane", "password": "s3cret"}),
    "bearer": ({"bearer": "t0ken"}, {"bearerToken": "t0ken"}),
}


@pytest.mark.parametrize("case", AUTH)
def test_credentials(env, case):
    options, data = AUTH[case]
    with GitServer(**options) as git:
        repo = git.repo("private")
        head = repo.commit({"a": "1"})
        ref = env.secret(f"auth-{case}", data)
        env.ready(env.repository(f"auth-{case}", repo.url, ref={"branch": "main"}, secretRef=ref),
                  f"main@sha1:{head}")
        wrong = env.secret(f"wrong-{case}", {k: v if k == "username" else "wr0ng" for k, v in data.items()})
        bad = env.repository(f"wrong-{case}", repo.url, ref={"branch": "main"}, secretRef=wrong)
        obj = env.failed(bad, "GitOperationFailed")
        message = condition(obj)["message"]
        assert message.startswith("failed to checkout and determine revision: ")
        assert "wr0ng" not in message and re.search(r"401|authentication", message), message
        assert condition(obj, "FetchFailed")["status"] == "True"
        assert condition(obj, "Reconciling")["reason"] == "ProgressingWithRetry"
        anonymous = env.repository(f"anonymous-{case}", repo.url, ref={"branch": "main"})
        env.failed(anonymous, "GitOperationFailed")
        # Mended, it recovers by itself: the backoff looks at the Secret anew.
        env.secret(f"wrong-{case}", data)
        env.ready(bad, f"main@sha1:{head}")
    for secret in ("s3cret", "t0ken", "wr0ng"):
        assert secret not in env.source.text()


def test_credentials_in_the_url(env):
    with GitServer(user="jane", password="s3cret") as git:
        repo = git.repo("private")
        head = repo.commit({"a": "1"})
        url = f"{git.credentials_url}/private.git"
        env.ready(env.repository("url-auth", url, ref={"branch": "main"}), f"main@sha1:{head}")
        bad = env.repository("url-wrong", url.replace("s3cret", "wr0ng"), ref={"branch": "main"})
        assert "wr0ng" not in condition(env.failed(bad, "GitOperationFailed"))["message"]


def test_tls_with_a_private_authority(env):
    with GitServer(tls=True, user="jane", password="s3cret") as git:
        repo = git.repo("private")
        head = repo.commit({"a": "1"})
        ca = pathlib.Path(git.ca).read_bytes()
        basic = {"username": "jane", "password": "s3cret"}
        for key in ("ca.crt", "caFile"):
            ref = env.secret(f"tls-{key.lower()}", {**basic, key: ca})
            env.ready(env.repository(f"tls-{key.lower()}", repo.url, ref={"branch": "main"}, secretRef=ref),
                      f"main@sha1:{head}")
        ref = env.secret("tls-unknown", basic)
        obj = env.failed(env.repository("tls-unknown", repo.url, ref={"branch": "main"}, secretRef=ref),
                         "GitOperationFailed")
        assert "certificate" in condition(obj)["message"]


def test_client_certificate(env):
    with GitServer(tls=True, client_auth=True) as git:
        repo = git.repo("private")
        head = repo.commit({"a": "1"})
        tls = {"ca.crt": pathlib.Path(git.ca).read_bytes(),
               "tls.crt": pathlib.Path(git.info["clientCert"]).read_bytes(),
               "tls.key": pathlib.Path(git.info["clientKey"]).read_bytes()}
        env.ready(env.repository("mtls", repo.url, ref={"branch": "main"}, secretRef=env.secret("mtls", tls)),
                  f"main@sha1:{head}")
        only_ca = env.secret("mtls-none", {"ca.crt": tls["ca.crt"]})
        env.failed(env.repository("mtls-none", repo.url, ref={"branch": "main"}, secretRef=only_ca),
                   "GitOperationFailed")


BAD_SECRETS = {
    "missing": (None, "AuthenticationFailed", "failed to get secret 'sources/bad-missing': secrets \"bad-missing\" not found"),
    "password-only": ({"password": "x"}, "AuthenticationFailed",
                      "failed to configure authentication options: invalid 'http' auth option: 'password' "
                      "requires 'username' to be set"),
    "half-a-pair": ({"tls.crt": "x"}, "AuthenticationFailed",
                    "failed to configure authentication options: secret 'sources/bad-half-a-pair' contains "
                    "'tls.crt' but missing 'tls.key'"),
    "newline": ({"bearerToken": "x\n"}, "AuthenticationFailed",
                "failed to configure authentication options: secret 'sources/bad-newline': the value of "
                "'bearerToken' holds a line break or NUL"),
    "github-app": ({"githubAppID": "1"}, "InvalidProviderConfiguration",
                   "secretRef 'sources/bad-github-app' has github app data but provider is not set to github"),
}


@pytest.mark.parametrize("case", BAD_SECRETS)
def test_secret_that_cannot_work(env, history, case):
    data, reason, message = BAD_SECRETS[case]
    name = f"bad-{case}"
    if data:
        env.secret(name, data)
    env.repository(name, history.url, ref={"branch": "main"}, secretRef={"name": name})
    obj = env.failed(name, reason)
    assert condition(obj)["message"] == message
    assert condition(obj, "FetchFailed")["reason"] == reason
    post = env.wait_post(name, reason)
    assert (post["severity"], post["message"]) == ("error", message)


class ForwardProxy(http.server.BaseHTTPRequestHandler):
    """An HTTP proxy that wants a password and counts."""

    requests = []

    def relay(self):
        wanted = "Basic " + base64.b64encode(b"proxy:pr0xy").decode()
        if self.headers.get("Proxy-Authorization") != wanted:
            self.send_response(407)
            self.send_header("Proxy-Authenticate", 'Basic realm="proxy"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.requests.append(self.path)
        parts = urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        upstream = http.client.HTTPConnection(parts.hostname, parts.port)
        upstream.request(self.command, parts.path + ("?" + parts.query if parts.query else ""), body,
                         {k: v for k, v in self.headers.items() if not k.startswith("Proxy-")})
        answer = upstream.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type", ""))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        upstream.close()

    do_GET = do_POST = relay

    def log_message(self, *_):
        """Quiet."""


def test_proxy(env):
    repo = env.git.repo("proxied")
    head = repo.commit({"a": "1"})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), ForwardProxy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        good = env.secret("proxy", {"address": address, "username": "proxy", "password": "pr0xy"})
        env.ready(env.repository("proxied", repo.url, ref={"branch": "main"}, proxySecretRef=good),
                  f"main@sha1:{head}")
        assert ForwardProxy.requests and all(r.startswith(repo.url) for r in ForwardProxy.requests)
        bad = env.secret("proxy-wrong", {"address": address, "username": "proxy", "password": "wr0ng"})
        obj = env.failed(env.repository("proxy-wrong", repo.url, ref={"branch": "main"}, proxySecretRef=bad),
                         "GitOperationFailed")
        assert "wr0ng" not in condition(obj)["message"]
        none = env.repository("proxy-none", repo.url, ref={"branch": "main"}, proxySecretRef={"name": "nowhere"})
        obj = env.failed(none, "AuthenticationFailed")
        assert condition(obj)["message"] == ("failed to configure proxy options: "
                                             f"secret '{NS}/nowhere' not found")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# Remotes that fail


def test_missing_branch(env, history):
    obj = env.failed(env.repository("no-branch", history.url, ref={"branch": "nowhere"}), "GitOperationFailed")
    assert 'couldn\'t find remote ref "refs/heads/nowhere"' in condition(obj)["message"]
    assert obj["status"]["observedGeneration"] == -1
    assert "artifact" not in obj["status"]


def test_no_matching_version(env, history):
    obj = env.failed(env.repository("no-version", history.url, ref={"semver": ">=9"}), "GitOperationFailed")
    assert "no match found for semver: >=9" in condition(obj)["message"]


def test_unknown_commit(env, history):
    ref = {"branch": "main", "commit": "1234567890123456789012345678901234567890"}
    obj = env.failed(env.repository("no-commit", history.url, ref=ref), "GitOperationFailed")
    assert "1234567890123456789012345678901234567890" in condition(obj)["message"]


def test_empty_repository(env):
    repo = env.git.repo("empty")
    name = env.repository("empty", repo.url, ref={"branch": "main"})
    obj = env.failed(name, "EmptyGitRepository")
    assert condition(obj)["message"] == "git repository is empty"
    head = repo.commit({"a": "1"})
    env.ready(name, f"main@sha1:{head}")


def test_not_a_repository(env):
    obj = env.failed(env.repository("nowhere", f"{env.git.url}/nowhere.git"), "GitOperationFailed")
    assert "/nowhere.git" in condition(obj)["message"]


def test_server_that_hangs(env):
    repo = env.git.repo("hanging")
    head = repo.commit({"a": "1"})
    with env.git.rule("hang", path="hanging"):
        name = env.repository("hanging", repo.url, ref={"branch": "main"}, timeout="1s")
        obj = env.failed(name, "GitOperationFailed")
        assert re.search("time[d ]*out|deadline", condition(obj)["message"])
    env.ready(name, f"main@sha1:{head}")


def test_recovery_is_announced(env):
    repo = env.git.repo("flaky")
    head = repo.commit({"a": "1"}, "the commit")
    name = env.repository("flaky", repo.url, ref={"branch": "main"})
    good = env.ready(name, f"main@sha1:{head}")
    with env.git.rule("500", path="flaky"):
        env.request(name)
        obj = env.failed(name, "GitOperationFailed")
        assert "500" in condition(obj)["message"]
        assert condition(obj, "ArtifactInStorage")["status"] == "True"
        # What there is stays available.
        assert env.files(obj) == {"a": "1"}
        assert obj["status"]["artifact"] == good["status"]["artifact"]
        assert env.wait_post(name, "GitOperationFailed")["severity"] == "error"
    env.ready(name, f"main@sha1:{head}")
    post = env.wait_post(name, "Succeeded")
    assert post["message"] == f"stored artifact for commit 'main@sha1:{head}'"
    assert len(env.posts(name, "NewArtifact")) == 1


def test_redirect_is_followed(env):
    repo = env.git.repo("moved-here")
    head = repo.commit({"a": "1"})
    location = f"{env.git.url}/moved-here.git/info/refs?service=git-upload-pack"
    with env.git.rule("redirect", path="moved-away", location=location):
        name = env.repository("redirected", f"{env.git.url}/moved-away.git", ref={"branch": "main"})
        env.ready(name, f"main@sha1:{head}")


def test_credentials_do_not_follow_to_another_host(env):
    with GitServer(user="jane", password="s3cret") as other:
        repo = other.repo("elsewhere")
        repo.commit({"a": "1"})
        location = f"http://localhost:{other.port}/elsewhere.git/info/refs?service=git-upload-pack"
        ref = env.secret("wandering", {"username": "jane", "password": "s3cret"})
        with env.git.rule("redirect", path="wandering", location=location):
            name = env.repository("wandering", f"{env.git.url}/wandering.git", ref={"branch": "main"},
                                  secretRef=ref)
            env.failed(name, "GitOperationFailed")
            assert {r["status"] for r in other.requests()} == {401}


def test_retries_that_fail_alike_write_nothing(env):
    name = env.repository("hopeless", f"{env.git.url}/hopeless.git", ref={"branch": "main"})
    env.failed(name, "GitOperationFailed")
    start = max(r["id"] for r in env.git.requests())
    before = env.get(name)
    wait_until(lambda: len([r for r in env.git.requests(after=start) if "hopeless" in r["path"]]) >= 4)
    after = env.get(name)
    assert after["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]
    # A person who asks gets an answer.
    env.rerun(name)


def test_truncated_answer(env):
    repo = env.git.repo("truncated")
    head = repo.commit({"a": os.urandom(200000)})
    with env.git.rule("truncate", path="truncated.git/git-upload-pack", bytes=50000):
        name = env.repository("truncated", repo.url, ref={"branch": "main"})
        env.failed(name, "GitOperationFailed")
    env.ready(name, f"main@sha1:{head}")


def test_wrong_url_is_final(env):
    name = env.repository("wrong-url", "https://user:pa55@exa mple/x")
    obj = env.failed(name, "URLInvalid")
    assert condition(obj, "Stalled")["reason"] == "URLInvalid"
    assert not condition(obj, "Reconciling")
    assert "pa55" not in condition(obj)["message"]
    assert obj["status"]["observedGeneration"] == 1


UNSUPPORTED = {
    "verify": ({"verify": {"mode": "HEAD", "secretRef": {"name": "keys"}}}, "spec.verify"),
    "include": ({"include": [{"repository": {"name": "other"}}]}, "spec.include"),
    "ssh": ({"url": "ssh://git@127.0.0.1/x.git"}, "spec.url with the scheme ssh"),
    "azure": ({"provider": "azure"}, "spec.provider other than generic"),
    "aws": ({"provider": "aws"}, "spec.provider other than generic"),
    "github": ({"provider": "github", "secretRef": {"name": "app"}}, "spec.provider other than generic"),
}


@pytest.mark.parametrize("case", UNSUPPORTED)
def test_unsupported_field_is_refused(env, history, case):
    spec, field = UNSUPPORTED[case]
    name = env.repository(f"unsupported-{case}", **{"url": history.url, "ref": {"branch": "main"}, **spec})
    obj = env.failed(name, "UnsupportedField")
    message = (f"{field} is not supported by this version of source-controller; remove it, or use a "
               "version that has it")
    assert condition(obj)["message"] == message
    assert condition(obj, "Stalled")["reason"] == "UnsupportedField"
    assert not condition(obj, "Reconciling")
    assert obj["status"]["observedGeneration"] == 1
    assert env.wait_post(name, "UnsupportedField")["severity"] == "error"
    # Once it is gone, all is well.
    if case != "ssh":
        env.kube.patch(KIND, name, NS, {"spec": {k: None for k in spec}})
        obj = env.ready(name, f"main@sha1:{history.ids['main']}")
        assert not condition(obj, "Stalled") and not condition(obj, "FetchFailed")
