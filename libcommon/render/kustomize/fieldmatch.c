#include "libcommon/codec/yaml.h"
#include "libcommon/lang/regex/regex.h"
#include "libcommon/render/kustomize/fieldpath.h"

#include <string.h>

struct match {
	struct sl_kz *kz;
	enum sl_kz_field_make make;
	struct sl_kz_fields *found;
	struct sl_err *err;
};

static int match(struct match *m, struct sl_value *v, struct sl_kz_field_path path);

static struct sl_kz_field_path rest_of(struct sl_kz_field_path path)
{
	return (struct sl_kz_field_path){ .v = path.v + 1, .n = path.n - 1 };
}

static void found(struct match *m, struct sl_value *v)
{
	struct sl_kz_fields *f = m->found;

	f->v = sl_arena_grow(m->kz->a, f->v, f->n, &f->cap, sizeof(*f->v));
	f->v[f->n++] = v;
}

static bool is_index(struct sl_str part, int64_t *ret)
{
	return sl_str_to_i64(part, 0, INT64_MAX, ret);
}

static bool is_entry(struct sl_str part)
{
	return part.n >= 2 && part.p[0] == '[' && part.p[part.n - 1] == ']';
}

/* What stands at the end of the first part of `path`, so that the next part fits it. */
static struct sl_value *make_node(struct match *m, struct sl_kz_field_path path)
{
	struct sl_str next = path.n > 1 ? path.v[1] : SL_STR_NULL;
	int64_t index;

	if (is_entry(next) || is_index(next, &index))
		return sl_value_list(m->kz->a);
	if (next.n > 0)
		return sl_value_map(m->kz->a);
	switch (m->make) {
	case SL_KZ_FIELD_MAKE_LIST:
		return sl_value_list(m->kz->a);
	case SL_KZ_FIELD_MAKE_MAP:
		return sl_value_map(m->kz->a);
	case SL_KZ_FIELD_FIND:
	case SL_KZ_FIELD_MAKE_SCALAR:
		break;
	}
	return sl_kz_field_untyped(m->kz, SL_STR_NULL);
}

static int misfit(struct match *m, const struct sl_value *v, struct sl_str part, const char *want)
{
	return sl_value_err_set(m->err, v, NULL, SL_ERR_INVALID,
				"'%.*s' needs a %s, but there is a %s", SL_STR_FMT(part), want,
				sl_value_kind_name(v));
}

/* The list itself; for a null, an empty one that nobody keeps, as kustomize does it. */
static int as_list(struct match *m, struct sl_value *v, struct sl_str part, struct sl_value **ret)
{
	*ret = sl_is_null(v) ? sl_value_list(m->kz->a) : v;
	return sl_is_list(*ret) ? 0 : misfit(m, v, part, "list");
}

static int match_index(struct match *m, struct sl_value *v, struct sl_kz_field_path path,
		       int64_t index)
{
	struct sl_value *list;
	int r = as_list(m, v, path.v[0], &list);

	if (r < 0)
		return r;
	if (m->make != SL_KZ_FIELD_FIND && (size_t)index == list->list.n)
		sl_list_push(m->kz->a, list, make_node(m, path));
	if ((size_t)index >= list->list.n)
		return sl_value_err_set(m->err, v, NULL, SL_ERR_INVALID,
					"index %lld specified but only %zu elements found",
					(long long)index, list->list.n);
	return match(m, list->list.items[index], rest_of(path));
}

/* What a pattern is held against: of a list or a map it is the YAML. */
static struct sl_str text_of(const struct match *m, const struct sl_value *v)
{
	SL_AUTO(sl_strbuf) yaml = SL_STRBUF_INIT(SL_KUSTOMIZE_BYTES_MAX);

	if (!sl_is_map(v) && !sl_is_list(v))
		return sl_str_trim(sl_kz_field_text(m->kz, v));
	sl_yaml_write(v, SL_YAML_PLAIN, &yaml);
	return sl_arena_str(m->kz->a, sl_str_trim(sl_strbuf_str(&yaml)));
}

/* Visit the elements whose `key`, or who themselves when it is empty, match. */
static int visit_entries(struct match *m, const struct sl_value *list, struct sl_str key,
			 struct sl_str regex, struct sl_kz_field_path path)
{
	const struct sl_regex *pattern = NULL;
	int r = list->list.n > 0 ? sl_regex_compile(m->kz->a, regex, &pattern, m->err) : 0;

	for (size_t i = 0; i < list->list.n && r == 0; i++) {
		struct sl_value *element = list->list.items[i];
		const struct sl_value *field = key.n == 0 ? element : sl_map_get(element, key);

		if (!field || !sl_regex_match(pattern, text_of(m, field)))
			continue;
		if (key.n == 0)
			found(m, element);
		else
			r = match(m, element, rest_of(path));
	}
	return r;
}

static struct sl_value *make_entry(struct match *m, struct sl_str key, struct sl_str text)
{
	struct sl_value *value = sl_kz_field_untyped(m->kz, text);
	struct sl_value *entry = sl_value_map(m->kz->a);

	if (key.n == 0)
		return value;
	sl_map_set(m->kz->a, entry, key, value);
	return entry;
}

static int match_entries(struct match *m, struct sl_value *v, struct sl_kz_field_path path)
{
	struct sl_str part = path.v[0], inner = sl_str_sub(part, 1, part.n - 1);
	ptrdiff_t eq = sl_str_chr(inner, '=');
	size_t before = m->found->n;
	struct sl_value *list;

	if (eq < 0)
		return sl_value_err_set(m->err, v, NULL, SL_ERR_INVALID,
					"'%.*s' must be [field=value] to mean elements of a list",
					SL_STR_FMT(part));
	struct sl_str key = sl_str_sub(inner, 0, (size_t)eq);
	struct sl_str regex = sl_str_sub(inner, (size_t)eq + 1, inner.n);
	int r = as_list(m, v, part, &list);

	if (r == 0)
		r = visit_entries(m, list, key, regex, path);
	if (r < 0 || m->make == SL_KZ_FIELD_FIND || m->found->n > before)
		return r;
	sl_list_push(m->kz->a, list, make_entry(m, key, regex));
	r = visit_entries(m, list, key, regex, path);
	if (r < 0 || m->found->n > before)
		return r;
	return sl_value_err_set(m->err, v, NULL, SL_ERR_INVALID,
				"the element made for '%.*s' does not match it", SL_STR_FMT(part));
}

static int match_every(struct match *m, struct sl_value *v, struct sl_kz_field_path path)
{
	struct sl_value *list;
	int r = as_list(m, v, path.v[0], &list);

	for (size_t i = 0; r == 0 && i < list->list.n; i++)
		r = match(m, list->list.items[i], rest_of(path));
	return r;
}

/* YAML or JSON in a string: found in a copy, so that nothing comes of what is set there. */
static int match_inside(struct match *m, struct sl_value *v, struct sl_kz_field_path path)
{
	struct sl_yaml_options options = { .rules = SL_YAML_GO3, .file = v->file };
	struct sl_value *docs;
	struct sl_str text = sl_kz_field_text(m->kz, v);
	int r = sl_yaml_parse_all(m->kz->a, text, &options, &docs, m->err);

	if (r < 0)
		return r;
	if (sl_list_len(docs) == 0)
		return misfit(m, v, path.v[1], "map");
	size_t before = m->found->n;

	r = match(m, sl_list_get(docs, 0), rest_of(path));
	/* As nothing comes of it, any value fits. */
	for (size_t i = before; r == 0 && i < m->found->n; i++)
		if (!sl_is_map(m->found->v[i]) && !sl_is_list(m->found->v[i]))
			m->found->v[i] = sl_kz_field_untyped(m->kz, SL_STR_NULL);
	return r;
}

static int match_field(struct match *m, struct sl_value *v, struct sl_kz_field_path path)
{
	struct sl_str name = path.v[0];
	struct sl_value *map = sl_is_null(v) ? sl_value_map(m->kz->a) : v;

	if (!sl_is_map(map) || name.n == 0)
		return misfit(m, v, name, "map");
	struct sl_value *field = sl_map_get(map, name);

	if (!field && m->make == SL_KZ_FIELD_FIND)
		return 0;
	if (!field) {
		field = make_node(m, path);
		sl_map_set(m->kz->a, map, name, field);
	}
	if (path.n > 1 && !sl_is_map(field) && !sl_is_list(field))
		return match_inside(m, field, path);
	return match(m, field, rest_of(path));
}

static int match(struct match *m, struct sl_value *v, struct sl_kz_field_path path)
{
	int64_t index;

	if (path.n == 0) {
		found(m, v);
		return 0;
	}
	if (is_index(path.v[0], &index))
		return match_index(m, v, path, index);
	if (is_entry(path.v[0]))
		return match_entries(m, v, path);
	if (sl_str_eqz(path.v[0], "*"))
		return match_every(m, v, path);
	return match_field(m, v, path);
}

int sl_kz_field_match(struct sl_kz *kz, struct sl_value *v, struct sl_kz_field_path path,
		      enum sl_kz_field_make make, struct sl_kz_fields *ret, struct sl_err *err)
{
	struct match m = { .kz = kz, .make = make, .found = ret, .err = err };

	return match(&m, v, path);
}

static bool same_type(const struct sl_value *v, const struct sl_value *with)
{
	bool number = with->kind == SL_V_INT || with->kind == SL_V_NUMBER;

	switch (v->kind) {
	case SL_V_FLOAT:
		return number || with->kind == SL_V_FLOAT;
	case SL_V_INT:
	case SL_V_NUMBER:
		return number;
	case SL_V_STRING: /* a date */
		return with->kind == SL_V_STRING && with->timestamp;
	case SL_V_NULL:
	case SL_V_BOOL:
	case SL_V_LIST:
	case SL_V_MAP:
		break;
	}
	return v->kind == with->kind;
}

static const char *type_name(const struct sl_value *v)
{
	return v->kind == SL_V_STRING && v->timestamp ? "date" : sl_value_kind_name(v);
}

static bool is_untyped(const struct sl_value *v)
{
	return v->kind == SL_V_STRING && v->untyped;
}

int sl_kz_field_set_text(struct sl_kz *kz, struct sl_value *v, struct sl_str text,
			 struct sl_err *err)
{
	struct sl_value with = sl_yaml_plain_value(kz->a, text);

	if (is_untyped(v) || (v->kind == SL_V_STRING && !v->timestamp)) {
		v->s = sl_arena_str(kz->a, text);
		return 0;
	}
	if (!same_type(v, &with))
		return sl_value_err_set(err, v, NULL, SL_ERR_INVALID,
					"'%.*s' is of type %s, but the field is of type %s",
					SL_STR_FMT(text), type_name(&with), type_name(v));
	with.file = v->file;
	with.line = v->line;
	*v = with;
	return 0;
}

void sl_kz_field_forget_type(struct sl_kz *kz, struct sl_value *v)
{
	bool text = v->kind == SL_V_STRING && !v->timestamp;

	if (text || sl_is_map(v) || sl_is_list(v))
		return;
	struct sl_value untyped = *sl_kz_field_untyped(kz, sl_kz_field_text(kz, v));
	untyped.file = v->file;
	untyped.line = v->line;
	*v = untyped;
}

struct sl_value *sl_kz_field_plain(struct sl_kz *kz, struct sl_str text)
{
	struct sl_value *v = sl_value_null(kz->a);

	*v = sl_yaml_plain_value(kz->a, text);
	return v;
}

struct sl_value *sl_kz_field_untyped(struct sl_kz *kz, struct sl_str text)
{
	struct sl_value *v = sl_value_str(kz->a, text);

	v->untyped = true;
	return v;
}
