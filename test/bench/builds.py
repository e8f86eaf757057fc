"""Trees for the benchmark of builds, and a stop-watch for whole processes."""

import collections
import pathlib
import statistics
import subprocess

STOPWATCH = pathlib.Path(__file__).resolve().parents[2] / "build" / "release" / "test" / "tools" / "stopwatch"


def deployment(name, i):
    """A Deployment of the usual size."""
    return f"""apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  labels:
    app: {name}
spec:
  replicas: {i % 5 + 1}
  selector:
    matchLabels:
      app: {name}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 1
  template:
    metadata:
      labels:
        app: {name}
    spec:
      serviceAccountName: {name}
      containers:
      - name: app
        image: example.com/{name}:1.0.{i}
        args: ["--port=8080", "--level=info"]
        ports:
        - containerPort: 8080
          name: http
        env:
        - name: MODE
          value: production
        - name: SETTINGS
          valueFrom:
            configMapKeyRef:
              name: {name}
              key: settings
        resources:
          requests: {{cpu: 100m, memory: 64Mi}}
          limits: {{memory: 256Mi}}
        livenessProbe:
          httpGet: {{path: /healthz, port: http}}
"""


def service(name):
    return (f"apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\nspec:\n  selector:\n    app: {name}\n"
            "  ports:\n  - name: http\n    port: 80\n    targetPort: http\n")


def config_map(name):
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  settings: |\n    a = 1\n    b = 2\n"


def account(name):
    return f"apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {name}\n"


def four(name, i):
    """The four objects of an app."""
    return "---\n".join((deployment(name, i), service(name), config_map(name), account(name)))


def write(root, files):
    """Files below a directory, from a dict of path to text."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def small(root):
    """An overlay of 20 resources, as most are; what to build."""
    files = {f"base/app{i}.yaml": four(f"app{i}", i) for i in range(5)}
    files["base/kustomization.yaml"] = "resources:\n" + "".join(f"- app{i}.yaml\n" for i in range(5))
    files["prod/kustomization.yaml"] = """namespace: prod
namePrefix: prod-
resources: [../base]
labels:
- pairs: {env: prod}
images:
- {name: example.com/app0, newTag: "2.0"}
configMapGenerator:
- name: extra
  literals: [a=b]
patches:
- path: patch.yaml
- target: {kind: Service}
  patch: '[{"op":"add","path":"/metadata/annotations","value":{"note":"x"}}]'
"""
    files["prod/patch.yaml"] = ("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app1\nspec:\n  replicas: 9\n"
                                "  template:\n    spec:\n      containers:\n      - name: app\n        env:\n"
                                "        - name: MODE\n          value: test\n")
    write(root, files)
    return root / "prod"


def components(root):
    """600 resources in 150 components."""
    files = {}
    for i in range(150):
        files[f"c{i}/all.yaml"] = four(f"app{i}", i)
        files[f"c{i}/kustomization.yaml"] = (
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [all.yaml]\n"
            f"patches:\n- target: {{kind: Deployment, name: app{i}}}\n"
            "  patch: '[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":7}]'\n")
    files["top/kustomization.yaml"] = "namespace: all\ncomponents:\n" + "".join(f"- ../c{i}\n" for i in range(150))
    write(root, files)
    return root / "top"


def layers(root, apps):
    """Four resources for each app, in 3 layers."""
    files = {}
    groups = max(1, apps // 25)
    for i in range(apps):
        files[f"apps/a{i}/all.yaml"] = four(f"app{i}", i)
        files[f"apps/a{i}/kustomization.yaml"] = f"resources: [all.yaml]\nlabels:\n- pairs: {{part-of: app{i}}}\n"
    for g in range(groups):
        members = "".join(f"- ../../apps/a{i}\n" for i in range(apps) if i % groups == g)
        files[f"groups/g{g}/kustomization.yaml"] = f"nameSuffix: -g{g}\nresources:\n{members}"
    files["top/kustomization.yaml"] = ("namespace: all\ncommonAnnotations: {team: a}\nresources:\n" +
                                       "".join(f"- ../groups/g{g}\n" for g in range(groups)))
    write(root, files)
    return root / "top"


Figures = collections.namedtuple("Figures", "wall cpu memory")


def once(args):
    """Microseconds of the clock and of the CPU, and KiB at the peak, of a process that must succeed."""
    done = subprocess.run([STOPWATCH, *args], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, args))} failed: {done.stderr}")
    return [int(n) for n in done.stderr.split()[-3:]]


def run(*programs):
    """
    Figures of each (arguments, times): median milliseconds, peak MiB. They take turns, since the speed of a
    machine drifts.
    """
    figures = [[] for _ in programs]
    turns = max(times for _, times in programs)
    for turn in range(turns):
        for (args, times), seen in zip(programs, figures):
            if turn * times // turns >= len(seen) and len(seen) < times:
                seen.append(once(args))
    return [Figures(statistics.median(f[0] for f in seen) / 1e3, statistics.median(f[1] for f in seen) / 1e3,
                    max(f[2] for f in seen) / 1024) if seen else Figures(None, None, None) for seen in figures]
