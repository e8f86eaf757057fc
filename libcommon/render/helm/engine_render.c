/* Templates are rendered, one after the other or several at a time. */
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/parts.h"
#include "libcommon/render/helm/engine.h"
#include "libcommon/render/helm/objects.h"
#include "libcommon/render/helm/text.h"

bool sl_helm_is_partial(struct sl_str name)
{
	ptrdiff_t slash = sl_str_rchr(name, '/');

	return sl_str_starts(sl_str_sub(name, (size_t)(slash + 1), name.n), SL_STR("_"));
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

/* The member of the dot that differs between the templates of a chart. */
static void put_template(struct sl_arena *a, struct sl_go_map *dot,
			 const struct sl_helm_renderable *item)
{
	struct sl_go_map *m = sl_go_map_new_for(a, 2);

	sl_go_map_set_borrow(a, m, SL_STR("Name"), sl_goval_str(item->name));
	sl_go_map_set_borrow(a, m, SL_STR("BasePath"), sl_goval_str(item->base_path));
	sl_go_map_set_borrow(a, dot, SL_STR("Template"),
			     (struct sl_goval){ .type = &sl_helm_values_type, .map = m });
}

/* `out` is for the text on its way. */
static int render_one(struct sl_helm_engine *e, struct sl_arena *a,
		      const struct sl_helm_renderable *item, struct sl_go_map *dot,
		      struct sl_strbuf *out, struct sl_helm_file *ret, struct sl_err *err)
{
	const struct sl_tmpl_limits limits = { .stack = e->options->stack };
	struct sl_goval values = { .type = &sl_helm_values_type, .map = dot };
	int r;

	put_template(a, dot, item);
	sl_strbuf_reset(out);
	r = sl_tmpl_execute(e->set, item->name, values, &e->host->go, &limits, e, a, out, err);
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

static size_t output_max(const struct sl_helm_engine *e)
{
	return e->options->output ? e->options->output : SL_HELM_OUTPUT_MAX;
}

/* What has been rendered, with a limit for all of it. */
struct output {
	struct sl_helm_file *files;
	size_t n, left;
};

static int put_file(const struct sl_helm_engine *e, struct output *o, struct sl_helm_file file,
		    struct sl_err *err)
{
	if (file.data.n > o->left)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "what the templates render to is larger than %zu bytes",
				  output_max(e));
	o->left -= file.data.n;
	o->files[o->n++] = file;
	return 0;
}

/* Of the engine, which one thread uses: begun and ended around the templates that it renders. */
static void begin(struct sl_helm_engine *e, struct sl_arena *a)
{
	e->included = sl_go_map_new(a);
	e->text = (struct sl_strbuf)SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX);
	e->parsed = (struct sl_strmap){ 0 };
}

static void end(struct sl_helm_engine *e)
{
	sl_strmap_release(&e->parsed);
	sl_strbuf_release(&e->text);
}

static int render_in_order(struct sl_helm_engine *e, struct sl_arena *a,
			   const struct sl_helm_renderable *items, size_t n, struct output *o,
			   struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(output_max(e));
	int r = 0;

	begin(e, a);
	for (size_t i = 0; i < n && r == 0; i++) {
		struct sl_helm_file file = { .name = SL_STR_NULL };

		if (sl_helm_is_partial(items[i].name))
			continue;
		r = render_one(e, a, &items[i], items[i].dot, &out, &file, err);
		if (r == 0)
			r = put_file(e, o, file, err);
	}
	end(e);
	return r;
}

/* ---- several at a time ---- */

struct shared {
	const struct sl_helm_engine *e;
	const struct sl_helm_renderable *items;
	struct sl_helm_file *rendered; /* of each item; those of partials have no name */
};

/* The host of a part cannot be asked, so that whatever would ask it is refused. */
static int64_t refuse_now(void *engine)
{
	((struct sl_helm_engine *)engine)->refused = true;
	return 0;
}

static int refuse_random(void *engine, void *buf, size_t n, struct sl_err *err)
{
	(void)buf;
	(void)n;
	((struct sl_helm_engine *)engine)->refused = true;
	return sl_err_set(err, SL_ERR_CANCELED, "chance has an order");
}

static int refuse_zone(void *engine, struct sl_arena *a, struct sl_str name,
		       struct sl_str *ret_tzif, struct sl_err *err)
{
	(void)a;
	(void)name;
	(void)ret_tzif;
	((struct sl_helm_engine *)engine)->refused = true;
	return sl_err_set(err, SL_ERR_CANCELED, "the host is busy");
}

static int render_part(void *arg, struct sl_part *p)
{
	struct shared *s = arg;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(output_max(s->e));
	struct sl_helm_engine e = *s->e;
	const struct sl_helm_host host = { .go = { &e, refuse_now, refuse_random, refuse_zone } };
	int r = 0;

	e.host = &host;
	e.shared = true;
	begin(&e, &p->a);
	for (size_t i = p->from; i < p->to && r == 0 && !atomic_load(p->failed); i++) {
		const struct sl_helm_renderable *item = &s->items[i];

		if (!sl_helm_is_partial(item->name))
			r = render_one(&e, &p->a, item, sl_go_map_copy(&p->a, item->dot), &out,
				       &s->rendered[i], NULL);
		if (e.refused)
			r = SL_ERR_CANCELED;
	}
	end(&e);
	return r;
}

/*
 * To render templates at the same time shows nowhere, because nothing that they do shows elsewhere than in
 * their results. False: something failed, or would have shown after all; nothing has been done.
 */
static bool render_shared(const struct sl_helm_engine *e, struct sl_arena *a,
			  const struct sl_helm_renderable *items, size_t n,
			  struct sl_helm_file *rendered)
{
	struct shared s = { .e = e, .items = items, .rendered = rendered };

	/* What a chart sees of one within it, whose templates come before its own. */
	for (size_t i = 0; i < n; i++)
		if (!sl_helm_is_partial(items[i].name))
			put_template(a, items[i].dot, &items[i]);
	return sl_parts_run(e->host->parallel, a, n, render_part, &s);
}

static int collect(const struct sl_helm_engine *e, const struct sl_helm_file *rendered, size_t n,
		   struct output *o, struct sl_err *err)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		if (rendered[i].name.n)
			r = put_file(e, o, rendered[i], err);
	return r;
}

/*
 * Templates in directories within directories of templates/ may come before those of charts within theirs,
 * whose .Template they see as it is at that moment.
 */
static bool is_deep(const struct sl_helm_renderable *item)
{
	return item->slashes > sl_helm_count_slashes(item->base_path) + 2;
}

static bool may_share(const struct sl_helm_engine *e, const struct sl_helm_renderable *items,
		      size_t n)
{
	size_t bytes = 0;

	if (!e->host->parallel || e->options->lint || atomic_load(e->in_order))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (is_deep(&items[i]))
			return false;
		bytes += items[i].text.n;
	}
	return bytes >= SL_PARTS_BYTES_MIN;
}

static int render(struct sl_helm_engine *e, struct sl_arena *a,
		  const struct sl_helm_renderable *items, size_t n, struct output *o,
		  struct sl_err *err)
{
	if (may_share(e, items, n)) {
		struct sl_helm_file *rendered = sl_arena_array(a, n, sizeof(*rendered));

		if (render_shared(e, a, items, n, rendered))
			return collect(e, rendered, n, o, err);
	}
	return render_in_order(e, a, items, n, o, err);
}

int sl_helm_engine_render(struct sl_helm_engine *e, struct sl_arena *a,
			  const struct sl_helm_renderable *items, size_t n,
			  struct sl_helm_file *files, size_t *ret_count, struct sl_err *err)
{
	struct output o = { .files = files, .left = output_max(e) };
	int r = render(e, a, items, n, &o, err);

	*ret_count = o.n;
	return r;
}
