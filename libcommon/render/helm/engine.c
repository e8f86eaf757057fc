#include "libcommon/render/helm/engine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/sort.h"
#include "libcommon/lang/sprig/sprig.h"
#include "libcommon/render/helm/funcs_codec.h"
#include "libcommon/render/helm/loading.h"
#include "libcommon/render/helm/objects.h"
#include "libcommon/render/helm/text.h"
#include "libcommon/render/helm/values.h"

/* Members of the dot: those that collect() puts in, and "Template". */
#define DOT_COUNT 7

struct collecting {
	struct sl_arena *a;
	struct sl_helm_renderable *items; /* malloc'd */
	size_t n, cap;
	struct sl_go_map *places; /* name to its item's number */
	struct sl_goval release, capabilities;
};

/* ---- what there is to render ---- */

/* Of two templates with one name, as aliases of a chart can make them, the later one counts. */
static void add_template(struct collecting *c, const struct sl_helm_renderable *r)
{
	const struct sl_goval *place = sl_go_map_get(c->places, r->name);

	if (place) {
		assert(c->items);
		c->items[place->u] = *r;
		return;
	}
	c->items = sl_grow(c->items, c->n, &c->cap, sizeof(*c->items));
	sl_go_map_set_borrow(c->a, c->places, r->name, (struct sl_goval){ .u = c->n });
	c->items[c->n++] = *r;
}

static void add_templates(struct collecting *c, const struct sl_helm_chart *chart,
			  struct sl_go_map *dot)
{
	struct sl_str path = sl_helm_chart_path(c->a, chart);
	struct sl_helm_renderable r = { .dot = dot,
					.base_path =
						sl_helm_join(c->a, path, SL_STR("templates")) };

	for (size_t i = 0; i < chart->template_count; i++) {
		const struct sl_helm_file *f = &chart->templates[i];

		if (sl_helm_chart_is_library(chart) && !sl_helm_is_partial(f->name))
			continue;
		r.name = sl_helm_join(c->a, path, f->name);
		r.text = f->data;
		r.slashes = sl_helm_count_slashes(r.name);
		add_template(c, &r);
	}
}

static size_t count_templates(const struct sl_helm_chart *chart)
{
	size_t n = chart->template_count;

	for (size_t i = 0; i < chart->dependency_count; i++)
		n += count_templates(chart->dependencies[i]);
	return n;
}

/* The values of a subchart are a table of its parent's; it has none when they are no table. */
static struct sl_go_map *values_of(struct collecting *c, const struct sl_helm_chart *chart,
				   struct sl_go_map *parent_dot)
{
	const char *path = sl_arena_printf(c->a, "Values.%.*s", SL_STR_FMT(chart->metadata->name));
	struct sl_go_map *values = sl_helm_values_table(parent_dot, sl_str(path), NULL);

	return values ? values : sl_go_map_new(c->a);
}

static void put(struct sl_arena *a, struct sl_go_map *m, const char *literal, struct sl_goval v)
{
	sl_go_map_set_borrow(a, m, sl_str(literal), v);
}

/* Collects the templates of a chart and returns its dot. */
static struct sl_go_map *collect(struct collecting *c, const struct sl_helm_chart *chart,
				 struct sl_go_map *values)
{
	struct sl_go_map *dot = sl_go_map_new_for(c->a, DOT_COUNT),
			 *subcharts = sl_go_map_new(c->a);

	put(c->a, dot, "Chart", sl_helm_chart_object(c->a, chart));
	put(c->a, dot, "Files", sl_helm_files_object(c->a, chart));
	put(c->a, dot, "Release", c->release);
	put(c->a, dot, "Capabilities", c->capabilities);
	put(c->a, dot, "Values", (struct sl_goval){ .type = &sl_helm_values_type, .map = values });
	put(c->a, dot, "Subcharts", sl_goval_map(subcharts));
	for (size_t i = 0; i < chart->dependency_count; i++) {
		const struct sl_helm_chart *sub = chart->dependencies[i];

		sl_go_map_set_borrow(c->a, subcharts, sub->metadata->name,
				     sl_goval_map(collect(c, sub, values_of(c, sub, dot))));
	}
	add_templates(c, chart, dot);
	return dot;
}

/* The deepest come first, and of those the last by name: what is further up then defines over it. */
static int in_helm_order(const void *x, const void *y)
{
	const struct sl_helm_renderable *a = x, *b = y;

	if (a->slashes != b->slashes)
		return a->slashes > b->slashes ? -1 : 1;
	return sl_str_cmp(b->name, a->name);
}

/* ---- errors ---- */

/*
 * Helm's own words for errors of parsing: of "template: NAME:LINE: CHAIN: REASON" it keeps the place
 * and what stands behind the last colon.
 */
static int parse_error(struct sl_str name, int r, struct sl_err *err)
{
	struct sl_str text, location, reason;
	ptrdiff_t first, second;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX);

	if (!err || r != SL_ERR_INVALID)
		return r;
	text = sl_str(err->message);
	first = sl_str_find(text, SL_STR(": "));
	if (first < 0) {
		sl_strbuf_addf(&b, "parse error in (%.*s): %s", SL_STR_FMT(name), err->message);
		return sl_err_set(err, r, "%s", b.p);
	}
	location = sl_str_sub(text, (size_t)first + 2, text.n);
	for (reason = location; (second = sl_str_find(reason, SL_STR(": "))) >= 0;)
		reason = sl_str_sub(reason, (size_t)second + 2, reason.n);
	second = sl_str_find(location, SL_STR(": "));
	if (second >= 0)
		location.n = (size_t)second;
	sl_strbuf_addf(&b, "parse error at (%.*s): %.*s", SL_STR_FMT(location), SL_STR_FMT(reason));
	return sl_err_set(err, r, "%s", b.p);
}

/* ---- rendering ---- */

static const struct sl_go_func *find_func(const void *data, struct sl_str name)
{
	const struct sl_go_func *fn = sl_helm_engine_func(name);
	const struct sl_go_func *codec = sl_helm_codec_funcs.funcs;
	const struct sl_helm_engine *e = data;

	if (sl_helm_has_effects(name))
		atomic_store(e->in_order, true);
	for (size_t i = 0; !fn && codec && i < sl_helm_codec_funcs.n; i++)
		if (sl_str_eqz(name, codec[i].name))
			fn = &codec[i];
	return fn ? fn : sl_sprig_find(name);
}

static int parse_all(struct sl_helm_engine *e, const struct collecting *c, struct sl_err *err)
{
	struct sl_tmpl_text *texts = sl_arena_array(c->a, c->n, sizeof(*texts));
	size_t failed = 0;
	int r;

	assert(c->items || !c->n);
	for (size_t i = 0; i < c->n; i++)
		texts[i] = (struct sl_tmpl_text){ c->items[i].name, c->items[i].text };
	r = sl_tmpl_parse_all(e->set, texts, c->n, e->host->parallel, &failed, err);
	return r < 0 ? parse_error(texts[failed].name, r, err) : 0;
}

static int by_name(const void *x, const void *y)
{
	const struct sl_helm_file *a = x, *b = y;

	return sl_str_cmp(a->name, b->name);
}

int sl_helm_render_files(struct sl_arena *a, const struct sl_helm_chart *c,
			 struct sl_go_map *values, const struct sl_helm_options *options,
			 const struct sl_helm_host *host, struct sl_helm_file **ret_files,
			 size_t *ret_count, struct sl_err *err)
{
	const size_t most = count_templates(c);
	atomic_bool in_order = false;
	struct sl_helm_engine e = { .options = options,
				    .host = sl_helm_host_or_none(host),
				    .in_order = &in_order };
	const struct sl_tmpl_options set_options = {
		.name = SL_HELM_SET_NAME,
		.lookup = find_func,
		.lookup_data = &e,
		.missing = options->strict ? SL_TMPL_MISSING_ERROR : SL_TMPL_MISSING_ZERO,
		.stack = options->stack,
		.expected = most,
	};
	struct collecting all = { .a = a,
				  .places = sl_go_map_new_for(a, most),
				  .release = sl_helm_release_object(a, options),
				  .capabilities = sl_helm_capabilities(a, options) };
	struct sl_helm_file *files;
	size_t n = 0;
	int r;

	(void)collect(&all, c, values);
	sl_sort(all.items, all.n, sizeof(*all.items), in_helm_order);
	files = sl_arena_array(a, all.n, sizeof(*files));
	e.set = sl_tmpl_set_new(a, &set_options);
	r = parse_all(&e, &all, err);
	if (r == 0)
		r = sl_helm_engine_render(&e, a, all.items, all.n, files, &n, err);
	free(all.items);
	if (r == 0) {
		sl_sort(files, n, sizeof(*files), by_name);
		*ret_files = files;
		*ret_count = n;
	}
	return r;
}
