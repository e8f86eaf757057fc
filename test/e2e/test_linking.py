"""What each program links: a library more is start-up time and memory in every process."""

import re
import subprocess

import pytest

from lab import ROOT

C = {"libc.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
NETWORK = {"libcurl.so.4", "libcrypto.so.3", "libssl.so.3"}


def needed(program):
    """The libraries that the program names itself."""
    out = subprocess.run(["readelf", "-d", ROOT / "build" / "bin" / program], check=True,
                         capture_output=True, text=True).stdout
    return set(re.findall(r"\(NEEDED\).*\[(.*)\]", out))


@pytest.mark.parametrize("program,allowed", [
    # What chart templates make keys and certificates with is loaded when one does.
    ("sluice", {"libyaml-0.so.2", "libz.so.1"}),
    ("sluice-remote", NETWORK | {"libyaml-0.so.2"}),
    ("kustomize-controller", NETWORK | {"libyaml-0.so.2", "libz.so.1", "libmicrohttpd.so.12", "libgit2"}),
    ("source-controller", NETWORK | {"libyaml-0.so.2", "libz.so.1", "libmicrohttpd.so.12", "libgit2"}),
])
def test_links_no_more_than_it_needs(program, allowed):
    found = {re.sub(r"^libgit2\.so\..*", "libgit2", name) for name in needed(program)}
    assert found - C <= allowed

