/*
 * Renderings of a chart of five templates in the library, for measurements:
 *
 *   helmbench N     load and render it N times; print the milliseconds of all, and by how many KiB the
 *                   process has grown since the tenth part of them
 *
 * Each rendering has an arena of its own, as each reconcile has.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "libcommon/render/helm/helm.h"

#define HELPER \
	"{{- define \"app.name\" -}}{{ printf \"%s-%s\" .Release.Name .Chart.Name | trunc 63 }}" \
	"{{- end }}\n" \
	"{{- define \"app.labels\" -}}\n" \
	"app.kubernetes.io/name: {{ include \"app.name\" . | quote }}\n" \
	"app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}\n" \
	"{{- with .Values.labels }}\n{{ toYaml . }}\n{{- end }}\n{{- end }}\n"
#define META(api, kind) \
	"apiVersion: " api "\nkind: " kind "\nmetadata:\n  name: {{ include \"app.name\" . }}\n" \
	"  labels:\n    {{- include \"app.labels\" . | nindent 4 }}\n"

static const struct sl_helm_file files[] = {
	{ SL_STR("Chart.yaml"),
	  SL_STR("apiVersion: v2\nname: app\nversion: 1.2.3\nappVersion: \"4.5\"\n") },
	{ SL_STR("values.yaml"),
	  SL_STR("labels: {team: a, tier: web}\nreplicas: 2\nimage: {repository: example.com/app}\n"
		 "env:\n- {name: MODE, value: production}\n- {name: LEVEL, value: info}\n"
		 "service: {port: 80}\nresources:\n  limits: {memory: 256Mi}\n") },
	{ SL_STR("templates/_helpers.tpl"), SL_STR(HELPER) },
	{ SL_STR("templates/account.yaml"), SL_STR(META("v1", "ServiceAccount")) },
	{ SL_STR("templates/config.yaml"),
	  SL_STR(META("v1",
		      "ConfigMap") "data:\n  {{- range .Values.env }}\n"
				   "  {{ .name | lower }}: {{ .value | quote }}\n  {{- end }}\n") },
	{ SL_STR("templates/deployment.yaml"),
	  SL_STR(META("apps/v1",
		      "Deployment") "spec:\n  replicas: {{ .Values.replicas | default 1 }}\n"
				    "  selector:\n    matchLabels:\n      app: {{ include "
				    "\"app.name\" . }}\n  template:\n"
				    "    metadata:\n      labels:\n        app: {{ include "
				    "\"app.name\" . }}\n    spec:\n"
				    "      containers:\n      - name: {{ .Chart.Name }}\n        "
				    "image: \"{{ "
				    ".Values.image.repository }}:{{ .Values.image.tag | default "
				    ".Chart.AppVersion }}\"\n"
				    "        env:\n        {{- range $e := .Values.env }}\n        "
				    "- name: {{ $e.name }}\n"
				    "          value: {{ $e.value | quote }}\n        {{- end }}\n "
				    "       {{- if "
				    ".Values.resources }}\n        resources:\n          {{- "
				    "toYaml .Values.resources | "
				    "nindent 10 }}\n        {{- end }}\n") },
	{ SL_STR("templates/ingress.yaml"),
	  SL_STR("{{- if and .Values.ingress .Values.ingress.enabled }}\n" META(
		  "networking.k8s.io/v1", "Ingress") "{{- end }}\n") },
	{ SL_STR("templates/service.yaml"),
	  SL_STR(META("v1", "Service") "spec:\n  ports:\n  - port: {{ .Values.service.port }}\n"
				       "    name: http\n") },
};

static double milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The most that was resident at a time: flat memory does not raise it. */
static long peak_kib(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

static int render(struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_helm_options o = { .release = SL_STR("bench"), .namespace_ = SL_STR("default") };
	struct sl_helm_result result = { .manifest_count = 0 };
	struct sl_helm_chart *chart = NULL;
	int r = sl_helm_load_files(&a, files, SL_ARRAY_LEN(files), NULL, &chart, err);

	if (r == 0)
		r = sl_helm_render(&a, chart, NULL, &o, NULL, &result, err);
	if (r == 0 && result.manifest_count != 4)
		r = sl_err_set(err, SL_ERR_INVALID, "%zu manifests", result.manifest_count);
	return r;
}

int main(int argc, char **argv)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	uint64_t n = 0;
	double since;
	long before = 0;
	int r = 0;

	if (argc != 2 || !sl_str_to_u64(sl_str(argv[1]), 1000000, &n))
		return 2;
	since = milliseconds();
	for (uint64_t i = 0; r == 0 && i < n; i++) {
		if (i == n / 10)
			before = peak_kib();
		r = render(&err);
	}
	if (r < 0) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	printf("%.3f %ld\n", milliseconds() - since, peak_kib() - before);
	return 0;
}
