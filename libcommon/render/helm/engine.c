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

/* A template and what it is rendered with. */
struct renderable {
	struct sl_str name, text;
	struct sl_go_map *dot; /* shared by the templates of a chart */
	struct sl_str base_path;
	size_t slashes;
};

struct collecting {
	struct sl_arena *a;
	struct renderable *items; /* malloc'd */
	size_t n, cap;
	struct sl_go_map *places; /* name to its item's number */
	struct sl_goval release, capabilities;
};

/* ---- what there is to render ---- */

static bool is_partial(struct sl_str name)
{
	ptrdiff_t slash = sl_str_rchr(name, '/');

	return sl_str_starts(sl_str_sub(name, (size_t)(slash + 1), name.n), SL_STR("_"));
}

static size_t count_slashes(struct sl_str name)
{
	size_t n = 0;

	for (size_t i = 0; i < name.n; i++)
		n += name.p[i] == '/';
	return n;
}

/* Of two templates with one name, as aliases of a chart can make them, the later one counts. */
static void add_template(struct collecting *c, const struct renderable *r)
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
	struct renderable r = { .dot = dot,
				.base_path = sl_helm_join(c->a, path, SL_STR("templates")) };

	for (size_t i = 0; i < chart->template_count; i++) {
		const struct sl_helm_file *f = &chart->templates[i];

		if (sl_helm_chart_is_library(chart) && !is_partial(f->name))
			continue;
		r.name = sl_helm_join(c->a, path, f->name);
		r.text = f->data;
		r.slashes = count_slashes(r.name);
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
	const struct renderable *a = x, *b = y;

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

/* The last occurrence of `needle`, or -1. */
static ptrdiff_t find_last(struct sl_str s, struct sl_str needle)
{
	for (ptrdiff_t at = (ptrdiff_t)s.n - (ptrdiff_t)needle.n; at >= 0; at--)
		if (!memcmp(s.p + at, needle.p, needle.n))
			return at;
	return -1;
}

/* What `required` and `fail` said, with the place of the outermost template and nothing else. */
static int exec_error(int r, struct sl_err *err)
{
	struct sl_str rest, location;
	ptrdiff_t at, start, end;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX);

	if (!err || r != SL_ERR_INVALID)
		return r;
	rest = sl_str(err->message);
	if (!sl_str_cut_prefix(&rest, SL_STR("template: ")))
		return r;
	at = sl_str_find(rest, SL_STR(": "));
	if (at < 0)
		return r;
	location = sl_str_sub(rest, 0, (size_t)at);
	rest = sl_str_sub(rest, (size_t)at + 2, rest.n);
	start = sl_str_find(rest, SL_STR(SL_HELM_WARN_START));
	end = find_last(rest, SL_STR(SL_HELM_WARN_END));
	if (start < 0 || end < start)
		return r;
	sl_strbuf_addf(&b, "execution error at (%.*s): ", SL_STR_FMT(location));
	sl_strbuf_adds(&b,
		       sl_str_sub(rest, (size_t)start + strlen(SL_HELM_WARN_START), (size_t)end));
	return sl_err_set(err, r, "%s", b.p);
}

/* ---- rendering ---- */

static const struct sl_go_func *find_func(const void *data, struct sl_str name)
{
	const struct sl_go_func *fn = sl_helm_engine_func(name);
	const struct sl_go_func *codec = sl_helm_codec_funcs.funcs;

	(void)data;
	for (size_t i = 0; !fn && codec && i < sl_helm_codec_funcs.n; i++)
		if (sl_str_eqz(name, codec[i].name))
			fn = &codec[i];
	return fn ? fn : sl_sprig_find(name);
}

static int parse_all(struct sl_helm_engine *e, const struct collecting *c, struct sl_err *err)
{
	int r = 0;

	for (size_t i = 0; i < c->n && r == 0; i++) {
		r = sl_tmpl_parse(e->set, c->items[i].name, c->items[i].text, err);
		if (r < 0)
			r = parse_error(c->items[i].name, r, err);
	}
	return r;
}

/* `out` is for the text on its way. */
static int render_one(struct sl_helm_engine *e, struct sl_arena *a, const struct renderable *item,
		      struct sl_strbuf *out, struct sl_helm_file *ret, struct sl_err *err)
{
	const struct sl_tmpl_limits limits = { .stack = e->options->stack };
	struct sl_go_map *template = sl_go_map_new_for(a, 2);
	struct sl_goval dot = { .type = &sl_helm_values_type, .map = item->dot };
	int r;

	put(a, template, "Name", sl_goval_str(item->name));
	put(a, template, "BasePath", sl_goval_str(item->base_path));
	put(a, item->dot, "Template",
	    (struct sl_goval){ .type = &sl_helm_values_type, .map = template });
	sl_strbuf_reset(out);
	r = sl_tmpl_execute(e->set, item->name, dot, &e->host->go, &limits, e, a, out, err);
	if (r < 0)
		return exec_error(r, err);
	r = sl_strbuf_check(out, "what a template renders to", err);
	if (r == 0)
		*ret = (struct sl_helm_file){
			item->name,
			sl_helm_without_no_value(a, sl_arena_str(a, sl_strbuf_str(out))),
		};
	return r;
}

static int by_name(const void *x, const void *y)
{
	const struct sl_helm_file *a = x, *b = y;

	return sl_str_cmp(a->name, b->name);
}

static int render_all(struct sl_helm_engine *e, struct sl_arena *a, const struct collecting *c,
		      struct sl_helm_file *files, size_t *ret_count, struct sl_err *err)
{
	size_t n = 0, max = e->options->output ? e->options->output : SL_HELM_OUTPUT_MAX;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(max);
	size_t left = max;
	int r = parse_all(e, c, err);

	for (size_t i = 0; i < c->n && r == 0; i++) {
		if (is_partial(c->items[i].name))
			continue;
		r = render_one(e, a, &c->items[i], &out, &files[n], err);
		if (r == 0 && files[n].data.n > left)
			return sl_err_set(err, SL_ERR_TOO_LARGE,
					  "what the templates render to is larger than %zu bytes",
					  max);
		left -= r == 0 ? files[n++].data.n : 0;
	}
	if (r == 0)
		sl_sort(files, n, sizeof(*files), by_name);
	*ret_count = n;
	return r;
}

int sl_helm_render_files(struct sl_arena *a, const struct sl_helm_chart *c,
			 struct sl_go_map *values, const struct sl_helm_options *options,
			 const struct sl_helm_host *host, struct sl_helm_file **ret_files,
			 size_t *ret_count, struct sl_err *err)
{
	const size_t most = count_templates(c);
	const struct sl_tmpl_options set_options = {
		.name = SL_HELM_SET_NAME,
		.lookup = find_func,
		.missing = options->strict ? SL_TMPL_MISSING_ERROR : SL_TMPL_MISSING_ZERO,
		.stack = options->stack,
		.expected = most,
	};
	struct collecting all = { .a = a,
				  .places = sl_go_map_new_for(a, most),
				  .release = sl_helm_release_object(a, options),
				  .capabilities = sl_helm_capabilities(a, options) };
	struct sl_helm_engine e = { .options = options,
				    .host = sl_helm_host_or_none(host),
				    .included = sl_go_map_new(a),
				    .text = SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX) };
	struct sl_helm_file *files;
	size_t n = 0;
	int r;

	(void)collect(&all, c, values);
	sl_sort(all.items, all.n, sizeof(*all.items), in_helm_order);
	files = sl_arena_array(a, all.n, sizeof(*files));
	e.set = sl_tmpl_set_new(a, &set_options);
	r = render_all(&e, a, &all, files, &n, err);
	free(all.items);
	sl_strmap_release(&e.parsed);
	sl_strbuf_release(&e.text);
	if (r == 0) {
		*ret_files = files;
		*ret_count = n;
	}
	return r;
}
