#include <string.h>

#include "libcommon/codec/goquote.h"
#include "libcommon/codec/semver_range.h"
#include "libcommon/lang/template/fmt.h"
#include "libcommon/render/helm/loading.h"
#include "libcommon/render/helm/values.h"

/*
 * Helm's dependencies.go: which subcharts there are, by which names, and what they export. It works on a
 * copy of the chart's tree in which Helm's sharing is kept: the copies of a chart that has several
 * aliases have one set of dependencies, and what is renamed in one is renamed in all.
 */
struct processing {
	struct sl_arena *a;
	const struct sl_helm_host *host;
};

bool sl_helm_is_compatible(struct sl_str constraint, struct sl_str version)
{
	SL_AUTO_PTR(sl_semver_range) *range = NULL;
	struct sl_semver v;

	return sl_semver_parse(version, &v, NULL) == 0 &&
	       sl_semver_range_parse(constraint, &range, NULL) == 0 &&
	       sl_semver_range_check(range, &v);
}

/* ---- the copy ---- */

static struct sl_helm_metadata *copy_metadata(struct sl_arena *a, const struct sl_helm_metadata *m)
{
	struct sl_helm_metadata *to = sl_arena_new(a, struct sl_helm_metadata);

	*to = *m;
	return to;
}

static struct sl_helm_chart *copy_chart(struct sl_arena *a, const struct sl_helm_chart *c,
					struct sl_helm_chart *parent)
{
	struct sl_helm_chart *to = sl_arena_new(a, struct sl_helm_chart);
	struct sl_helm_metadata *m = copy_metadata(a, c->metadata);

	*to = *c;
	to->parent = parent;
	to->metadata = m;
	if (m->dependencies) {
		m->dependencies = sl_arena_array(a, m->dependency_count, sizeof(*m->dependencies));
		for (size_t i = 0; i < m->dependency_count; i++) {
			m->dependencies[i] = sl_arena_new(a, struct sl_helm_dependency);
			*m->dependencies[i] = *c->metadata->dependencies[i];
		}
	}
	to->dependencies = sl_arena_array(a, c->dependency_count, sizeof(*to->dependencies));
	for (size_t i = 0; i < c->dependency_count; i++)
		to->dependencies[i] = copy_chart(a, c->dependencies[i], to);
	return to;
}

/* ---- conditions and tags ---- */

/* Whether the condition decides, and how it does. */
static bool decides(const struct processing *p, struct sl_helm_dependency *d,
		    struct sl_go_map *values, struct sl_str path, struct sl_str condition)
{
	const char *full =
		sl_arena_printf(p->a, "%.*s%.*s", SL_STR_FMT(path), SL_STR_FMT(condition));
	const struct sl_goval *v = sl_helm_values_at(values, sl_str(full));

	if (!v)
		return false;
	if (v->type == &sl_go_bool) {
		d->enabled = v->b;
		return true;
	}
	sl_helm_log(p->host,
		    "dependencies.go:64: Warning: Condition path '%.*s' for chart %.*s returned "
		    "non-bool value",
		    SL_STR_FMT(condition), SL_STR_FMT(d->name));
	return false;
}

static void process_conditions(const struct processing *p, const struct sl_helm_metadata *m,
			       struct sl_go_map *values, struct sl_str path)
{
	for (size_t i = 0; i < m->dependency_count; i++) {
		struct sl_helm_dependency *d = m->dependencies[i];
		struct sl_str rest = sl_str_trim(d->condition), condition;

		while (sl_str_split(&rest, ',', &condition))
			if (condition.n && decides(p, d, values, path, condition))
				break;
	}
}

static void process_tags_of(const struct processing *p, struct sl_helm_dependency *d,
			    struct sl_go_map *tags)
{
	bool has_true = false, has_false = false;

	for (size_t i = 0; i < d->tag_count; i++) {
		const struct sl_goval *v = sl_go_map_get(tags, d->tags[i]);

		if (v && v->type == &sl_go_bool)
			*(v->b ? &has_true : &has_false) = true;
		else if (v)
			sl_helm_log(
				p->host,
				"dependencies.go:95: Warning: Tag '%.*s' for chart %.*s returned "
				"non-bool value",
				SL_STR_FMT(d->tags[i]), SL_STR_FMT(d->name));
	}
	d->enabled = has_true || !has_false;
}

static void process_tags(const struct processing *p, const struct sl_helm_metadata *m,
			 struct sl_go_map *values)
{
	struct sl_go_map *tags = sl_helm_values_table(values, SL_STR("tags"), NULL);

	for (size_t i = 0; tags && i < m->dependency_count; i++)
		process_tags_of(p, m->dependencies[i], tags);
}

/* ---- which charts ---- */

static struct sl_helm_chart *find_chart(const struct processing *p, const struct sl_helm_chart *c,
					const struct sl_helm_dependency *d)
{
	for (size_t i = 0; i < c->dependency_count; i++) {
		const struct sl_helm_chart *sub = c->dependencies[i];
		struct sl_helm_chart *to;

		if (!sl_str_eq(sub->metadata->name, d->name) ||
		    !sl_helm_is_compatible(d->version, sub->metadata->version))
			continue;
		to = sl_arena_new(p->a, struct sl_helm_chart);
		*to = *sub;
		to->metadata = copy_metadata(p->a, sub->metadata);
		if (d->alias.n)
			to->metadata->name = d->alias;
		return to;
	}
	return NULL;
}

static bool is_declared(const struct sl_helm_chart *c, const struct sl_helm_chart *sub)
{
	for (size_t i = 0; i < c->metadata->dependency_count; i++) {
		const struct sl_helm_dependency *d = c->metadata->dependencies[i];

		if (sl_str_eq(sub->metadata->name, d->name) &&
		    sl_helm_is_compatible(d->version, sub->metadata->version))
			return true;
	}
	return false;
}

static void set_dependencies(struct sl_helm_chart *c, struct sl_helm_chart **subs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		subs[i]->parent = c;
	c->dependencies = subs;
	c->dependency_count = n;
}

/* Those that nobody declares, and behind them those declared, by their aliases. */
static void choose_charts(const struct processing *p, struct sl_helm_chart *c)
{
	struct sl_helm_metadata *m = c->metadata;
	struct sl_helm_chart **subs =
		sl_arena_array(p->a, c->dependency_count + m->dependency_count, sizeof(*subs));
	size_t n = 0;

	for (size_t i = 0; i < c->dependency_count; i++)
		if (!is_declared(c, c->dependencies[i]))
			subs[n++] = c->dependencies[i];
	for (size_t i = 0; i < m->dependency_count; i++) {
		struct sl_helm_dependency *d = m->dependencies[i];
		struct sl_helm_chart *sub = find_chart(p, c, d);

		if (sub)
			subs[n++] = sub;
		if (d->alias.n)
			d->name = d->alias;
	}
	set_dependencies(c, subs, n);
}

static bool is_disabled(const struct sl_helm_metadata *m, struct sl_str name)
{
	for (size_t i = 0; i < m->dependency_count; i++)
		if (!m->dependencies[i]->enabled && sl_str_eq(m->dependencies[i]->name, name))
			return true;
	return false;
}

/* `path` is the one of the chart's values, with a '.' behind it. */
static int process_enabled(const struct processing *p, struct sl_helm_chart *c,
			   const struct sl_go_map *user, struct sl_str path, struct sl_err *err)
{
	struct sl_helm_metadata *m = c->metadata;
	struct sl_helm_dependency **declared;
	struct sl_helm_chart **enabled;
	struct sl_go_map *values = NULL;
	size_t n = 0, declared_count = 0;
	int r;

	if (!m->dependencies)
		return 0;
	choose_charts(p, c);
	for (size_t i = 0; i < m->dependency_count; i++)
		m->dependencies[i]->enabled = true;
	r = sl_helm_values_coalesce(p->a, c, user, p->host, &values, err);
	if (r < 0)
		return r;
	process_tags(p, m, values);
	process_conditions(p, m, values, path);
	enabled = sl_arena_array(p->a, c->dependency_count, sizeof(*enabled));
	for (size_t i = 0; i < c->dependency_count; i++)
		if (!is_disabled(m, c->dependencies[i]->metadata->name))
			enabled[n++] = c->dependencies[i];
	declared = sl_arena_array(p->a, m->dependency_count, sizeof(*declared));
	for (size_t i = 0; i < m->dependency_count; i++)
		if (!is_disabled(m, m->dependencies[i]->name))
			declared[declared_count++] = m->dependencies[i];
	for (size_t i = 0; i < n && r == 0; i++) {
		const char *below = sl_arena_printf(p->a, "%.*s%.*s.", SL_STR_FMT(path),
						    SL_STR_FMT(enabled[i]->metadata->name));

		r = process_enabled(p, enabled[i], values, sl_str(below), err);
	}
	if (r < 0)
		return r;
	m->dependencies = declared_count ? declared : NULL;
	m->dependency_count = declared_count;
	set_dependencies(c, enabled, n);
	return 0;
}

/* ---- import-values ---- */

/* A map in which `path` leads to `data`. */
static struct sl_go_map *path_to_map(struct sl_arena *a, struct sl_str path, struct sl_go_map *data)
{
	struct sl_go_map *outer;
	ptrdiff_t dot = sl_str_rchr(path, '.');

	if (sl_str_eqz(path, "."))
		return data;
	for (;; dot = sl_str_rchr(path, '.')) {
		outer = sl_go_map_new(a);
		sl_go_map_set(a, outer, sl_str_sub(path, (size_t)(dot + 1), path.n),
			      sl_goval_map(data));
		if (dot < 0)
			return outer;
		path = sl_str_sub(path, 0, (size_t)dot);
		data = outer;
	}
}

static struct sl_str printed(struct sl_arena *a, const struct sl_goval *v)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT((size_t)1 << 20);

	sl_go_fmt_value(&b, v ? *v : SL_GO_NIL);
	return sl_arena_str(a, sl_strbuf_str(&b));
}

/* What an item of import-values says, as a map of both its keys. */
static struct sl_goval both_keys(struct sl_arena *a, struct sl_str child, struct sl_str parent)
{
	struct sl_go_map *m = sl_go_map_new(a);

	sl_go_map_set(a, m, SL_STR("child"), sl_goval_str(child));
	sl_go_map_set(a, m, SL_STR("parent"), sl_goval_str(parent));
	return (struct sl_goval){ .type = &sl_go_string_map, .map = m };
}

/* One item of import-values into `b`. *ret is the item as it is kept; nothing for what is no item. */
static void import_one(const struct processing *p, const struct sl_helm_dependency *d,
		       struct sl_goval item, struct sl_go_map *values, struct sl_go_map *b,
		       struct sl_goval *ret)
{
	struct sl_str child, parent = SL_STR("."), missing = SL_STR_NULL;
	struct sl_go_map *table;
	bool is_map = sl_helm_is_table(item);

	if (is_map) {
		child = printed(p->a, sl_go_map_get(item.map, SL_STR("child")));
		parent = printed(p->a, sl_go_map_get(item.map, SL_STR("parent")));
	} else if (item.type == &sl_go_string) {
		child = sl_str(sl_arena_printf(p->a, "exports.%.*s", SL_STR_FMT(item.s)));
	} else {
		return;
	}
	*ret = both_keys(p->a, child, parent);
	table = sl_helm_values_table(
		values,
		sl_str(sl_arena_printf(p->a, "%.*s.%.*s", SL_STR_FMT(d->name), SL_STR_FMT(child))),
		&missing);
	if (!table) {
		SL_AUTO(sl_strbuf) quoted = SL_STRBUF_INIT((size_t)1 << 20);

		sl_strbuf_add_goquoted(&quoted, missing);
		if (is_map)
			sl_helm_log(p->host,
				    "dependencies.go:270: Warning: ImportValues missing table from "
				    "chart %.*s: %s is not a table",
				    SL_STR_FMT(d->name), quoted.p);
		else
			sl_helm_log(
				p->host,
				"dependencies.go:287: Warning: ImportValues missing table: %s is "
				"not a table",
				quoted.p);
		return;
	}
	(void)sl_helm_values_merge_tables(p->a, b, path_to_map(p->a, parent, table), p->host);
}

static int import_values(const struct processing *p, struct sl_helm_chart *c, struct sl_err *err)
{
	struct sl_go_map *values = NULL, *b = sl_go_map_new(p->a);
	int r;

	if (!c->metadata->dependencies)
		return 0;
	r = sl_helm_values_merge_chart(p->a, c, NULL, p->host, &values, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < c->metadata->dependency_count; i++) {
		struct sl_helm_dependency *d = c->metadata->dependencies[i];
		size_t n = sl_go_list_len(d->import_values);
		struct sl_go_list *kept = n ? sl_go_list_new(p->a, n) : NULL;

		for (size_t j = 0; j < n; j++) {
			struct sl_goval item = SL_GO_NONE;

			import_one(p, d, d->import_values->items[j], values, b, &item);
			if (item.type)
				sl_go_list_push(p->a, kept, item);
		}
		d->import_values = kept;
	}
	/* What is imported ranks below the chart's own. Its tables are parts of `values`. */
	if (sl_go_map_len(b))
		values = sl_helm_values_merge_tables(p->a, sl_helm_values_copy(p->a, values), b,
						     p->host);
	c->values = values;
	return 0;
}

static int process_imports(const struct processing *p, struct sl_helm_chart *c, struct sl_err *err)
{
	int r = 0;

	for (size_t i = 0; i < c->dependency_count && r == 0; i++)
		r = process_imports(p, c->dependencies[i], err);
	return r < 0 ? r : import_values(p, c, err);
}

int sl_helm_process_dependencies(struct sl_arena *a, const struct sl_helm_chart *c,
				 const struct sl_go_map *user, const struct sl_helm_host *host,
				 struct sl_helm_chart **ret, struct sl_err *err)
{
	const struct processing p = { a, sl_helm_host_or_none(host) };
	struct sl_helm_chart *copy = copy_chart(a, c, NULL);
	int r = process_enabled(&p, copy, user, SL_STR(""), err);

	if (r == 0)
		r = process_imports(&p, copy, err);
	if (r == 0)
		*ret = copy;
	return r;
}

/* ---- before rendering ---- */

int sl_helm_check_dependencies(const struct sl_helm_chart *c, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) missing = SL_STRBUF_INIT((size_t)1 << 20);

	for (size_t i = 0; i < c->metadata->dependency_count; i++) {
		struct sl_str name = c->metadata->dependencies[i]->name;
		bool found = false;

		for (size_t j = 0; j < c->dependency_count && !found; j++)
			found = sl_str_eq(c->dependencies[j]->metadata->name, name);
		if (found)
			continue;
		if (missing.n)
			sl_strbuf_addz(&missing, ", ");
		sl_strbuf_adds(&missing, name);
	}
	if (!missing.n)
		return 0;
	return sl_err_set(err, SL_ERR_INVALID,
			  "found in Chart.yaml, but missing in charts/ directory: %s", missing.p);
}

int sl_helm_check_installable(const struct sl_helm_chart *c, struct sl_err *err)
{
	struct sl_str type = c->metadata->type;

	if (!type.n || sl_str_eqz(type, "application"))
		return 0;
	return sl_err_set(err, SL_ERR_INVALID, "%.*s charts are not installable", SL_STR_FMT(type));
}
