/*
 * Private to render/helm: the templates of a chart and its subcharts, rendered.
 *
 * Thread rule: one rendering.
 */
#ifndef LIBCOMMON_RENDER_HELM_ENGINE_H
#define LIBCOMMON_RENDER_HELM_ENGINE_H

#include "libcommon/base/strbuf.h"
#include "libcommon/base/strmap.h"
#include "libcommon/lang/template/template.h"
#include "libcommon/render/helm/helm.h"

/* What functions of templates find in their call's `data`. */
struct sl_helm_engine {
	const struct sl_helm_options *options;
	const struct sl_helm_host *host;
	struct sl_tmpl_set *set;    /* all files' templates */
	struct sl_go_map *included; /* name to a counter: how often it is within itself */
	/* The texts of templates that are being included, each behind that of the one around it. */
	struct sl_strbuf text;
	unsigned tpl_depth;
	struct sl_strmap parsed; /* text to the set that `tpl` made of it, for calls from `set` */
};

/* The functions that know the engine: include, tpl, required, fail, lookup, getHostByName; or NULL. */
const struct sl_go_func *sl_helm_engine_func(struct sl_str name);

/* What `required` and `fail` put around their text, so that Helm shows nothing but it. */
#define SL_HELM_WARN_START "HELM_ERR_START"
#define SL_HELM_WARN_END "HELM_ERR_END"

/* The name of the set, and of what tpl parses. */
#define SL_HELM_SET_NAME SL_STR("gotpl")

#endif
