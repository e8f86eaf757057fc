/*
 * Private to kustomize: the generator of Helm charts, field helmCharts and plugin
 * HelmChartInflationGenerator.
 *
 * It finds the chart's directory and the texts of its values, and hands them to the renderer of
 * options.charts; the objects of what that returns join the stage. Their namespace is Helm's to set.
 *
 * Thread rule: one thread, that of the build.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_CHART_H
#define LIBCOMMON_RENDER_KUSTOMIZE_CHART_H

#include "libcommon/render/kustomize/plugin.h"

extern const struct sl_kz_struct sl_kz_chart_struct;	     /* an item of helmCharts */
extern const struct sl_kz_struct sl_kz_chart_globals_struct; /* helmGlobals */
extern const struct sl_kz_struct
	sl_kz_old_chart_struct; /* an item of helmChartInflationGenerator */
extern const struct sl_kz_struct sl_kz_chart_plugin_args; /* both of the first in one */

/* Turn helmChartInflationGenerator of a decoded kustomization into the two newer fields. */
void sl_kz_charts_convert(struct sl_arena *a, struct sl_value *kustomization);

/* Add the objects of helmCharts. */
int sl_kz_charts_generate(struct sl_kz_stage *s, struct sl_err *err) SL_MUST_CHECK;
/* The plugin. */
int sl_kz_chart_check(struct sl_kz_stage *s, const struct sl_kz_plugin *p,
		      struct sl_err *err) SL_MUST_CHECK;
int sl_kz_chart_generate(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_kz_map *ret,
			 struct sl_err *err) SL_MUST_CHECK;

#endif
