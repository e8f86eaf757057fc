"""Charts for the benchmark of `helm template`: a typical one, a large one, an umbrella of 50 subcharts."""

from builds import write

HELPERS = """{{- define "%(n)s.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- define "%(n)s.fullname" -}}
{{- printf "%%s-%%s" .Release.Name (include "%(n)s.name" .) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- define "%(n)s.labels" -}}
helm.sh/chart: {{ printf "%%s-%%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "%(n)s.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
{{- define "%(n)s.selector" -}}
app.kubernetes.io/name: {{ include "%(n)s.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
"""

VALUES = """replicaCount: 2
image: {repository: example.com/app, tag: "", pullPolicy: IfNotPresent}
serviceAccount: {create: true, annotations: {}}
service: {type: ClusterIP, port: 80}
ingress:
  enabled: true
  annotations: {kubernetes.io/tls-acme: "true"}
  hosts:
  - {host: a.example.com, paths: [{path: /, pathType: Prefix}]}
resources: {limits: {cpu: 100m, memory: 128Mi}, requests: {cpu: 100m, memory: 128Mi}}
env: {MODE: production, LEVEL: info}
"""

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "%(n)s.fullname" . }}%(i)s
  labels:
    {{- include "%(n)s.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicaCount }}
  selector:
    matchLabels:
      {{- include "%(n)s.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "%(n)s.selector" . | nindent 8 }}
    spec:
      containers:
      - name: {{ .Chart.Name }}
        image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
        imagePullPolicy: {{ .Values.image.pullPolicy }}
        env:
        {{- range $k, $v := .Values.env }}
        - name: {{ $k }}
          value: {{ $v | quote }}
        {{- end }}
        resources:
          {{- toYaml .Values.resources | nindent 10 }}
"""

SERVICE = """apiVersion: v1
kind: Service
metadata:
  name: {{ include "%(n)s.fullname" . }}%(i)s
  labels:
    {{- include "%(n)s.labels" . | nindent 4 }}
spec:
  type: {{ .Values.service.type }}
  ports:
  - {port: {{ .Values.service.port }}, targetPort: http, name: http}
  selector:
    {{- include "%(n)s.selector" . | nindent 4 }}
"""

INGRESS = """{{- if .Values.ingress.enabled }}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ include "%(n)s.fullname" . }}%(i)s
  annotations:
    {{- toYaml .Values.ingress.annotations | nindent 4 }}
spec:
  rules:
  {{- range .Values.ingress.hosts }}
  - host: {{ .host | quote }}
    http:
      paths:
      {{- range .paths }}
      - path: {{ .path }}
        pathType: {{ .pathType }}
        backend: {service: {name: {{ include "%(n)s.fullname" $ }}, port: {number: {{ $.Values.service.port }}}}}
      {{- end }}
  {{- end }}
{{- end }}
"""

ACCOUNT = """{{- if .Values.serviceAccount.create }}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "%(n)s.fullname" . }}%(i)s
  labels:
    {{- include "%(n)s.labels" . | nindent 4 }}
{{- end }}
"""

CONFIG = """apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "%(n)s.fullname" . }}%(i)s
data:
  settings: |
    {{- range $k, $v := .Values.env }}
    {{ $k | lower }} = {{ $v | upper | quote }}
    {{- end }}
  sum: {{ toJson .Values | sha256sum }}
"""


def chart(name, below="", copies=1):
    """Five templates, and each of them `copies` times."""
    files = {"Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 0.1.0\nappVersion: 1.2.3\n", "values.yaml": VALUES,
             "templates/_helpers.tpl": HELPERS % {"n": name}}
    kinds = {"deployment": DEPLOYMENT, "service": SERVICE, "ingress": INGRESS, "account": ACCOUNT, "config": CONFIG}
    for i in range(copies):
        for kind, text in kinds.items():
            files[f"templates/{kind}{i or ''}.yaml"] = text % {"n": name, "i": f"-{i}" if i else ""}
    return {below + path: text for path, text in files.items()}


def typical(root):
    write(root / "typical", chart("typical"))
    return root / "typical"


def large(root):
    """200 templates."""
    write(root / "large", chart("large", copies=40))
    return root / "large"


def umbrella(root):
    """50 subcharts of 10 templates each."""
    files = {"Chart.yaml": "apiVersion: v2\nname: umbrella\nversion: 0.1.0\ndependencies:\n" +
             "".join(f"- {{name: sub{i}, version: 0.1.0, condition: sub{i}.enabled}}\n" for i in range(50))}
    for i in range(50):
        files |= chart(f"sub{i}", f"charts/sub{i}/", 2)
    write(root / "umbrella", files)
    return root / "umbrella"
