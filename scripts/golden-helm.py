"""Run helm on the charts of test/golden/helm/*.txt, see the README there.

   golden-helm.py HELM [NAME...]
"""

import base64
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path("test/golden/helm")
CHART = "apiVersion: v2\nname: chart\nversion: 0.1.0\n"


def cases(text):
    """(title, commands, {path: bytes}) of each case."""
    for part in ("\n" + text).split("\n=== ")[1:]:
        lines = part.rstrip("\n").split("\n")
        title, commands, files, header = lines[0], [], {}, "templates/t.yaml"
        files[header] = []
        for line in lines[1:]:
            if line.startswith("$ ") and header == "templates/t.yaml" and not files[header]:
                commands.append(line[2:])
            elif line.startswith(">>> "):
                header = line[4:]
                files[header] = []
            else:
                files[header].append(line)
        yield title, commands or ["template rel ."], content(files)


def content(files):
    out = {"Chart.yaml": CHART.encode()}
    for header, lines in files.items():
        path, _, how = header.partition(" (")
        if path == "templates/t.yaml" and not lines and len(files) > 1:
            continue
        data = "".join(line + "\n" for line in lines).encode()
        if how == "no newline)":
            data = data[:-1]
        if how == "base64)":
            data = base64.b64decode(data)
        out[path] = data
    return out


def words(command):
    """Separated by blanks; single quotes keep together what is within."""
    return [word.replace("'", "") for word in re.findall(r"(?:'[^']*'|[^ '])+", command)]


def run(helm, command, chart, home):
    env = {"PATH": os.environ["PATH"], "HOME": home, "KUBECONFIG": "/dev/null", "TZ": "UTC"}
    done = subprocess.run([helm, *words(command)], cwd=chart, env=env, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = (text.decode(errors="surrogateescape").replace(str(chart), "/chart")
                for text in (done.stdout, done.stderr))
    if out and not out.endswith("\n"):
        out += "\n(no newline)\n"
    if "--debug" not in command:
        out += "".join("2> " + line + "\n" for line in err.rstrip("\n").split("\n") if err)
    return out + (f"exit {done.returncode}\n" if done.returncode else "")


def record(helm, name, home):
    expected = []
    for title, commands, files in cases((ROOT / (name + ".txt")).read_text()):
        chart = pathlib.Path(home) / "chart"
        shutil.rmtree(chart, ignore_errors=True)
        for path, data in files.items():
            (chart / path).parent.mkdir(parents=True, exist_ok=True)
            (chart / path).write_bytes(data)
        expected.append(f"=== {title}\n")
        for command in commands:
            expected.append(f"$ {command}\n" + run(helm, command, chart, home))
    (ROOT / (name + ".expected")).write_text("".join(expected), errors="surrogateescape")


def main():
    names = sys.argv[2:] or sorted(path.stem for path in ROOT.glob("*.txt"))
    for name in names:
        with tempfile.TemporaryDirectory() as home:
            record(sys.argv[1], name, home)


if __name__ == "__main__":
    main()
