/*
 * Private to render/helm: the templates of a chart and its subcharts, rendered.
 *
 * Thread rule: one rendering; of several engines that share one, each belongs to a thread.
 */
#ifndef LIBCOMMON_RENDER_HELM_ENGINE_H
#define LIBCOMMON_RENDER_HELM_ENGINE_H

#include <stdatomic.h>

#include "libcommon/base/strbuf.h"
#include "libcommon/base/strmap.h"
#include "libcommon/lang/template/template.h"
#include "libcommon/render/helm/helm.h"

/* A template and what it is rendered with. */
struct sl_helm_renderable {
	struct sl_str name, text;
	struct sl_go_map *dot; /* shared by the templates of a chart */
	struct sl_str base_path;
	size_t slashes;
};
/* Its name begins with '_': it is there for what it defines. */
bool sl_helm_is_partial(struct sl_str name);

/* What functions of templates find in their call's `data`. */
struct sl_helm_engine {
	const struct sl_helm_options *options;
	const struct sl_helm_host *host;
	struct sl_tmpl_set *set;    /* all files' templates */
	struct sl_go_map *included; /* name to a counter: how often it is within itself */
	/* The texts of templates that are being included, each behind that of the one around it. */
	struct sl_strbuf text;
	unsigned tpl_depth;
	/*
	 * A template calls what changes values or asks the host: then all are rendered in their
	 * order. Set by the look-up of functions, which parsing does in several threads.
	 */
	atomic_bool *in_order;
	bool shared;		 /* others are rendering the same values at this moment */
	bool refused;		 /* that turned out to be wrong: nothing of it may be used */
	struct sl_strmap parsed; /* text to the set that `tpl` made of it, for calls from `set` */
};

/*
 * Render what is no partial into `files`, which has room for `n`, in the order of the items. Where nothing
 * forbids it, and it is worth it, in several threads.
 */
int sl_helm_engine_render(struct sl_helm_engine *e, struct sl_arena *a,
			  const struct sl_helm_renderable *items, size_t n,
			  struct sl_helm_file *files, size_t *ret_count,
			  struct sl_err *err) SL_MUST_CHECK;

/* Whether a function changes its arguments, asks the host or is heard by it. */
bool sl_helm_has_effects(struct sl_str name);
/* The functions that know the engine: include, tpl, required, fail, lookup, getHostByName; or NULL. */
const struct sl_go_func *sl_helm_engine_func(struct sl_str name);

/* What `required` and `fail` put around their text, so that Helm shows nothing but it. */
#define SL_HELM_WARN_START "HELM_ERR_START"
#define SL_HELM_WARN_END "HELM_ERR_END"

/* The name of the set, and of what tpl parses. */
#define SL_HELM_SET_NAME SL_STR("gotpl")

#endif
