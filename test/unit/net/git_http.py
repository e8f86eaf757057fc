#!/usr/bin/python3
"""Serve the repositories below a directory over Git's smart HTTP, on loopback, for the tests.

usage: git_http.py ROOT [--v0] [--no-shallow] [--user NAME:PASSWORD]

Prints the port, and ends when its standard input does. Paths below /auth/ need the user.
"""
import argparse
import base64
import http.server
import os
import subprocess
import sys
import threading

parser = argparse.ArgumentParser()
parser.add_argument("root")
parser.add_argument("--v0", action="store_true")
parser.add_argument("--no-shallow", action="store_true")
parser.add_argument("--user", default="user:secret")
options = parser.parse_args()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536

    def log_message(self, *args):
        pass

    def refuse(self, status, header=None):
        self.send_response(status)
        if header:
            self.send_header(*header)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def serve(self):
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        if path.startswith("/auth/"):
            want = "Basic " + base64.b64encode(options.user.encode()).decode()
            if self.headers.get("Authorization") != want:
                self.refuse(401, ("WWW-Authenticate", 'Basic realm="git"'))
                return
            path = path[len("/auth"):]
        env = {
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "GIT_PROJECT_ROOT": options.root,
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(length),
            "REMOTE_ADDR": "127.0.0.1",
        }
        if not options.v0:
            env["GIT_PROTOCOL"] = self.headers.get("Git-Protocol", "")
        child = subprocess.Popen(["git", "http-backend"], env=env, stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        writer = threading.Thread(target=self.feed, args=(child.stdin, body))
        writer.start()
        self.relay(child.stdout)
        child.wait()
        writer.join()

    @staticmethod
    def feed(pipe, body):
        try:
            pipe.write(body)
            pipe.close()
        except BrokenPipeError:
            pass

    def relay(self, out):
        status, headers = 200, []
        for line in out:
            line = line.rstrip(b"\r\n")
            if not line:
                break
            name, _, value = line.decode().partition(": ")
            if name == "Status":
                status = int(value.split()[0])
            else:
                headers.append((name, value))
        self.send_response(status)
        for header in headers:
            self.send_header(*header)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while chunk := out.read1(65536):
            if options.no_shallow:
                chunk = chunk.replace(b" shallow ", b" sha110w ").replace(
                    b"fetch=shallow", b"fetch=sha110w")
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        self.wfile.write(b"0\r\n\r\n")

    do_GET = serve
    do_POST = serve


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
