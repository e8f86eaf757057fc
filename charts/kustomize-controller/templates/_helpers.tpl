{{/*
Labels of every object. flux, its dashboards and its uninstaller find components by part-of,
component and version; Flux sets instance to the namespace of the installation.
*/}}
{{- define "kustomize-controller.labels" -}}
app.kubernetes.io/component: kustomize-controller
app.kubernetes.io/instance: {{ .Release.Namespace }}
app.kubernetes.io/part-of: flux
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/*
What runs, as a YAML list: the main instance and one for each shard. Shards share the
ServiceAccount; each has a Deployment, a lease and a label selector of its own.
*/}}
{{- define "kustomize-controller.instances" -}}
- name: kustomize-controller
  role: main
  selector: {{ ternary "!sharding.fluxcd.io/key" "" (not (empty .Values.shards)) | quote }}
{{- range .Values.shards }}
- name: kustomize-controller-{{ . }}
  role: shard
  selector: sharding.fluxcd.io/key={{ . }}
{{- end }}
{{- end }}
