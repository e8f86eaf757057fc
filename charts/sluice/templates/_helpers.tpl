{{/*
Labels of the objects that belong to no single controller.
*/}}
{{- define "sluice.labels" -}}
app.kubernetes.io/instance: {{ .Release.Namespace }}
app.kubernetes.io/part-of: flux
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/*
The API groups whose objects people and their tools work with.
*/}}
{{- define "sluice.groups" -}}
- helm.toolkit.fluxcd.io
- image.toolkit.fluxcd.io
- kustomize.toolkit.fluxcd.io
- notification.toolkit.fluxcd.io
- source.extensions.fluxcd.io
- source.toolkit.fluxcd.io
{{- end }}
