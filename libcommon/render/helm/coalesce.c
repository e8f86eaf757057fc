#include <string.h>

#include "libcommon/codec/goquote.h"
#include "libcommon/lang/template/fmt.h"
#include "libcommon/render/helm/loading.h"
#include "libcommon/render/helm/values.h"

/*
 * Helm's coalesce.go. Lines of the log name its lines, as Helm's own do.
 *
 * `merge` keeps null where coalescing lets it delete what the chart has.
 */
struct coalescing {
	struct sl_arena *a;
	const struct sl_helm_host *host;
	bool merge;
};

#define GLOBAL SL_STR("global")

static struct sl_str prefixed(struct sl_arena *a, struct sl_str prefix, struct sl_str key)
{
	size_t n = prefix.n + 1 + key.n;
	char *to;

	if (!prefix.n)
		return key;
	to = sl_arena_bytes(a, n);
	memcpy(to, prefix.p, prefix.n);
	to[prefix.n] = '.';
	if (key.n)
		memcpy(to + prefix.n + 1, key.p, key.n);
	return (struct sl_str){ to, n };
}

static void log_value(const struct coalescing *c, const char *before, struct sl_str key,
		      const char *after, struct sl_goval v)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT((size_t)1 << 20);

	sl_go_fmt_value(&text, v);
	sl_helm_log(c->host, "%s%.*s%s(%s)", before, SL_STR_FMT(key), after, text.p);
}

/* The keys of `src` that are not nil, before `dst`'s nils come over it. */
static struct sl_go_map *keys_with_values(struct sl_arena *a, const struct sl_go_map *src)
{
	struct sl_go_map *set = sl_go_map_new_for(a, sl_go_map_len(src));

	for (size_t i = 0; i < sl_go_map_len(src); i++)
		if (!sl_goval_is_nil(*sl_go_map_value_at(src, i)))
			sl_go_map_set_borrow(a, set, sl_go_map_key_at(src, i), sl_goval_bool(true));
	return set;
}

static bool has_nil(const struct sl_go_map *m)
{
	for (size_t i = 0; i < sl_go_map_len(m); i++)
		if (sl_go_map_value_at(m, i)->type == &sl_go_any)
			return true;
	return false;
}

static bool is_nil(struct sl_goval v)
{
	return v.type == &sl_go_any || !v.type;
}

static void coalesce_tables(const struct coalescing *c, struct sl_go_map *dst,
			    struct sl_go_map *src, struct sl_str prefix);

static void coalesce_member(const struct coalescing *c, struct sl_str key, struct sl_goval v,
			    struct sl_goval dv, struct sl_str prefix)
{
	struct sl_str full = prefixed(c->a, prefix, key);

	if (sl_helm_is_table(v)) {
		if (sl_helm_is_table(dv))
			coalesce_tables(c, dv.map, v.map, full);
		else
			log_value(c,
				  "coalesce.go:316: warning: cannot overwrite table with non "
				  "table for ",
				  full, " ", v);
	} else if (sl_helm_is_table(dv) && !is_nil(v)) {
		log_value(c, "coalesce.go:319: warning: destination for ", full,
			  " is a table. Ignoring non-table value ", v);
	}
}

static void coalesce_tables(const struct coalescing *c, struct sl_go_map *dst,
			    struct sl_go_map *src, struct sl_str prefix)
{
	struct sl_go_map *had = NULL;

	if (has_nil(dst)) {
		had = keys_with_values(c->a, src);
		for (size_t i = 0; i < sl_go_map_len(dst); i++)
			if (is_nil(*sl_go_map_value_at(dst, i)))
				sl_go_map_set(c->a, src, sl_go_map_key_at(dst, i), SL_GO_NIL);
	}
	for (size_t i = 0; i < sl_go_map_len(src); i++) {
		struct sl_str key = sl_go_map_key_at(src, i);
		struct sl_goval v = *sl_go_map_value_at(src, i);
		const struct sl_goval *dv = sl_go_map_get(dst, key);

		if (!dv)
			sl_go_map_set(c->a, dst, key, v);
		else if (!c->merge && is_nil(*dv) && had && sl_go_map_get(had, key))
			(void)sl_go_map_remove(dst, key);
		else
			coalesce_member(c, key, v, *dv, prefix);
	}
}

static bool is_subchart(const struct sl_helm_chart *c, struct sl_str name)
{
	for (size_t i = 0; i < c->dependency_count; i++)
		if (sl_str_eq(c->dependencies[i]->metadata->name, name))
			return true;
	return false;
}

/* The chart's value `v` for a key that the user has, too. */
static void coalesce_value(const struct coalescing *c, const struct sl_helm_chart *chart,
			   struct sl_go_map *to, struct sl_str key, struct sl_goval v,
			   struct sl_goval user, struct sl_str prefix)
{
	struct coalescing inner = *c;

	if (is_nil(user) && !c->merge) {
		(void)sl_go_map_remove(to, key);
		return;
	}
	if (!sl_helm_is_table(user))
		return;
	if (!sl_helm_is_table(v)) {
		if (!is_nil(v))
			sl_helm_log(c->host,
				    "coalesce.go:237: warning: skipped value for %.*s.%.*s: Not a "
				    "table.",
				    SL_STR_FMT(prefix), SL_STR_FMT(key));
		return;
	}
	/* What is meant for a subchart is coalesced there. */
	inner.merge = c->merge || is_subchart(chart, key);
	coalesce_tables(&inner, user.map, v.map, prefixed(c->a, prefix, key));
}

static void coalesce_values(const struct coalescing *c, const struct sl_helm_chart *chart,
			    struct sl_go_map *to, struct sl_str prefix)
{
	struct sl_str full = prefixed(c->a, prefix, chart->metadata->name);
	struct sl_go_map *own = sl_helm_values_copy(c->a, chart->values);

	for (size_t i = 0; i < sl_go_map_len(own); i++) {
		struct sl_str key = sl_go_map_key_at(own, i);
		struct sl_goval v = *sl_go_map_value_at(own, i);
		const struct sl_goval *user = sl_go_map_get(to, key);

		if (user)
			coalesce_value(c, chart, to, key, v, *user, full);
		else
			sl_go_map_set(c->a, to, key, v);
	}
}

/* The map of globals in `m`: an empty one without. NULL, and a line in the log, when it is no table. */
static struct sl_go_map *globals_of(const struct coalescing *c, struct sl_go_map *m,
				    const char *complaint)
{
	const struct sl_goval *v = sl_go_map_get(m, GLOBAL);

	if (!v)
		return sl_go_map_new(c->a);
	if (v->type == &sl_go_map)
		return v->map ? v->map : sl_go_map_new(c->a);
	sl_helm_log(c->host, "%s", complaint);
	return NULL;
}

static void hand_down(const struct coalescing *c, struct sl_go_map *to, struct sl_str key,
		      struct sl_goval v, struct sl_str prefix)
{
	const struct sl_goval *own = sl_go_map_get(to, key);
	const struct coalescing merging = { .a = c->a, .host = c->host, .merge = true };
	struct sl_go_map *copied;

	if (!sl_helm_is_table(v)) {
		if (!own || !sl_helm_is_table(*own))
			sl_go_map_set(c->a, to, key, v);
		else
			sl_helm_log(c->host, "coalesce.go:175: key %.*s is table. Skipping",
				    SL_STR_FMT(key));
		return;
	}
	copied = sl_go_map_copy(c->a, v.map);
	if (own && !sl_helm_is_table(*own)) {
		SL_AUTO(sl_strbuf) quoted = SL_STRBUF_INIT((size_t)1 << 20);

		sl_strbuf_add_goquoted(&quoted, key);
		sl_helm_log(c->host,
			    "coalesce.go:161: Conflict: cannot merge map onto non-map for %s. "
			    "Skipping.",
			    quoted.p);
		return;
	}
	if (own)
		coalesce_tables(&merging, copied, own->map, prefixed(c->a, prefix, key));
	sl_go_map_set(c->a, to, key, sl_goval_map(copied));
}

static void coalesce_globals(const struct coalescing *c, struct sl_go_map *to,
			     struct sl_go_map *from, struct sl_str prefix)
{
	struct sl_go_map *tg, *fg;

	tg = globals_of(c, to,
			"coalesce.go:138: warning: skipping globals because destination global is "
			"not a table.");
	if (!tg)
		return;
	fg = globals_of(c, from,
			"coalesce.go:145: warning: skipping globals because source global is not a "
			"table.");
	if (!fg)
		return;
	for (size_t i = 0; i < sl_go_map_len(fg); i++)
		hand_down(c, tg, sl_go_map_key_at(fg, i), *sl_go_map_value_at(fg, i), prefix);
	sl_go_map_set(c->a, to, GLOBAL, sl_goval_map(tg));
}

static int coalesce(const struct coalescing *c, const struct sl_helm_chart *chart,
		    struct sl_go_map *to, struct sl_str prefix, struct sl_err *err);

static int coalesce_subchart(const struct coalescing *c, const struct sl_helm_chart *chart,
			     const struct sl_helm_chart *sub, struct sl_go_map *to,
			     struct sl_str prefix, struct sl_err *err)
{
	struct sl_str name = sub->metadata->name;
	const struct sl_goval *v = sl_go_map_get(to, name);
	struct sl_go_map *own;

	if (!v) {
		own = sl_go_map_new(c->a);
		sl_go_map_set(c->a, to, name, sl_goval_map(own));
	} else if (sl_helm_is_table(*v)) {
		own = v->map;
	} else {
		const struct sl_goval args[] = { sl_goval_str(name), *v };
		SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT((size_t)1 << 20);

		sl_go_sprintf(&text, SL_STR("type mismatch on %s: %t"), args, 2);
		return sl_err_set(err, SL_ERR_INVALID, "%s", text.p);
	}
	prefix = prefixed(c->a, prefix, chart->metadata->name);
	coalesce_globals(c, own, to, prefix);
	return coalesce(c, sub, own, prefix, err);
}

static int coalesce(const struct coalescing *c, const struct sl_helm_chart *chart,
		    struct sl_go_map *to, struct sl_str prefix, struct sl_err *err)
{
	int r = 0;

	coalesce_values(c, chart, to, prefix);
	for (size_t i = 0; i < chart->dependency_count && r == 0; i++)
		r = coalesce_subchart(c, chart, chart->dependencies[i], to, prefix, err);
	if (r == 0 && sl_arena_full(c->a))
		return sl_err_set(err, SL_ERR_TOO_LARGE, "values need more memory than allowed");
	return r;
}

static int coalesce_chart(const struct coalescing *c, const struct sl_helm_chart *chart,
			  const struct sl_go_map *user, struct sl_go_map **ret, struct sl_err *err)
{
	struct sl_go_map *to = sl_helm_values_copy(c->a, user);
	int r = coalesce(c, chart, to, SL_STR(""), err);

	if (r == 0)
		*ret = to;
	return r;
}

int sl_helm_values_coalesce(struct sl_arena *a, const struct sl_helm_chart *c,
			    const struct sl_go_map *user, const struct sl_helm_host *host,
			    struct sl_go_map **ret, struct sl_err *err)
{
	return coalesce_chart(&(struct coalescing){ .a = a, .host = host }, c, user, ret, err);
}

int sl_helm_values_merge_chart(struct sl_arena *a, const struct sl_helm_chart *c,
			       const struct sl_go_map *user, const struct sl_helm_host *host,
			       struct sl_go_map **ret, struct sl_err *err)
{
	return coalesce_chart(&(struct coalescing){ .a = a, .host = host, .merge = true }, c, user,
			      ret, err);
}

static struct sl_go_map *tables(const struct coalescing *c, struct sl_go_map *dst,
				struct sl_go_map *src)
{
	if (!src)
		return dst;
	if (!dst)
		return src;
	coalesce_tables(c, dst, src, SL_STR(""));
	return dst;
}

struct sl_go_map *sl_helm_values_tables(struct sl_arena *a, struct sl_go_map *dst,
					struct sl_go_map *src, const struct sl_helm_host *host)
{
	return tables(&(struct coalescing){ .a = a, .host = host }, dst, src);
}

struct sl_go_map *sl_helm_values_merge_tables(struct sl_arena *a, struct sl_go_map *dst,
					      struct sl_go_map *src,
					      const struct sl_helm_host *host)
{
	return tables(&(struct coalescing){ .a = a, .host = host, .merge = true }, dst, src);
}
