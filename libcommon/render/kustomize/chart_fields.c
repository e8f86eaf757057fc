/* The fields of charts in a kustomization, new and old. */
#include "libcommon/render/kustomize/chart.h"

#define STRUCTURE(label, table) \
	{ \
		.name = (label), .fields = (table), .n = SL_ARRAY_LEN(table) \
	}
#define GLOBAL_FIELDS \
	{ .name = "chartHome", .type = SL_KZ_T_STRING }, \
	{ \
		.name = "configHome", .type = SL_KZ_T_STRING \
	}
#define CHART_FIELDS \
	{ .name = "name", .type = SL_KZ_T_STRING }, { .name = "version", .type = SL_KZ_T_STRING }, \
		{ .name = "repo", .type = SL_KZ_T_STRING }, \
		{ .name = "releaseName", .type = SL_KZ_T_STRING }, \
		{ .name = "namespace", .type = SL_KZ_T_STRING }, \
		{ .name = "additionalValuesFiles", .type = SL_KZ_T_STRINGS }, \
		{ .name = "valuesFile", .type = SL_KZ_T_STRING }, \
		{ .name = "valuesInline", .type = SL_KZ_T_MAP }, \
		{ .name = "valuesMerge", .type = SL_KZ_T_STRING }, \
		{ .name = "includeCRDs", .type = SL_KZ_T_BOOL }, \
		{ .name = "skipHooks", .type = SL_KZ_T_BOOL }, \
		{ .name = "apiVersions", .type = SL_KZ_T_STRINGS }, \
		{ .name = "kubeVersion", .type = SL_KZ_T_STRING }, \
		{ .name = "nameTemplate", .type = SL_KZ_T_STRING }, \
		{ .name = "skipTests", .type = SL_KZ_T_BOOL }, \
		{ .name = "debug", .type = SL_KZ_T_BOOL }, \
	{ \
		.name = "devel", .type = SL_KZ_T_BOOL \
	}

static const struct sl_kz_field global_fields[] = { GLOBAL_FIELDS };
const struct sl_kz_struct sl_kz_chart_globals_struct = STRUCTURE("HelmGlobals", global_fields);

static const struct sl_kz_field chart_fields[] = { CHART_FIELDS };
const struct sl_kz_struct sl_kz_chart_struct = STRUCTURE("HelmChart", chart_fields);

static const struct sl_kz_field plugin_fields[] = { GLOBAL_FIELDS, CHART_FIELDS };
const struct sl_kz_struct sl_kz_chart_plugin_args =
	STRUCTURE("HelmChartInflationGenerator", plugin_fields);

static const struct sl_kz_field old_fields[] = {
	{ .name = "chartName", .type = SL_KZ_T_STRING },
	{ .name = "chartVersion", .type = SL_KZ_T_STRING },
	{ .name = "chartRepoUrl", .type = SL_KZ_T_STRING },
	{ .name = "chartHome", .type = SL_KZ_T_STRING },
	{ .name = "chartRepoName", .type = SL_KZ_T_STRING },
	{ .name = "helmBin", .type = SL_KZ_T_STRING },
	{ .name = "helmHome", .type = SL_KZ_T_STRING },
	{ .name = "values", .type = SL_KZ_T_STRING },
	{ .name = "valuesLocal", .type = SL_KZ_T_MAP },
	{ .name = "valuesMerge", .type = SL_KZ_T_STRING },
	{ .name = "releaseName", .type = SL_KZ_T_STRING },
	{ .name = "releaseNamespace", .type = SL_KZ_T_STRING },
	{ .name = "extraArgs", .type = SL_KZ_T_STRINGS },
};
const struct sl_kz_struct sl_kz_old_chart_struct = STRUCTURE("HelmChartArgs", old_fields);

/* What kustomize takes over; it drops the others. */
static const struct {
	const char *old, *now;
} renamed[] = {
	{ "chartName", "name" },	   { "chartVersion", "version" },
	{ "chartRepoUrl", "repo" },	   { "values", "valuesFile" },
	{ "valuesLocal", "valuesInline" }, { "valuesMerge", "valuesMerge" },
	{ "releaseName", "releaseName" },
};

static struct sl_value *convert(struct sl_arena *a, const struct sl_value *old)
{
	struct sl_value *chart = sl_value_map(a);

	chart->file = old->file;
	chart->line = old->line;
	for (size_t i = 0; i < SL_ARRAY_LEN(renamed); i++) {
		struct sl_value *v = sl_map_get(old, sl_str(renamed[i].old));

		if (v)
			sl_map_setz(a, chart, renamed[i].now, v);
	}
	return chart;
}

void sl_kz_charts_convert(struct sl_arena *a, struct sl_value *kustomization)
{
	const struct sl_value *old =
		sl_map_get(kustomization, SL_STR("helmChartInflationGenerator"));
	struct sl_str home = SL_STR_NULL;

	for (size_t i = 0; i < sl_list_len(old); i++) {
		const struct sl_value *item = sl_list_get(old, i);

		if (sl_get_str(item, "chartHome").n)
			home = sl_get_str(item, "chartHome");
		sl_list_push(a, sl_map_need_list(a, kustomization, "helmCharts"), convert(a, item));
	}
	if (home.n && !sl_get(kustomization, "helmGlobals"))
		sl_map_set_str(a, sl_map_need_map(a, kustomization, "helmGlobals"), "chartHome",
			       home);
	sl_map_remove(kustomization, SL_STR("helmChartInflationGenerator"));
}
