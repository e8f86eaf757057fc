#include "libcommon/render/kustomize/smp.h"

#include <stdlib.h>

#include "libcommon/codec/number.h"
#include "libcommon/codec/yaml_scalar.h"
#include "libcommon/render/kustomize/fieldspec.h"
#include "libcommon/render/kustomize/resource.h"
#include "libcommon/render/kustomize/schema.h"
#include "libcommon/render/kustomize/smp_list.h"

struct merge {
	struct sl_arena *a;
	struct sl_kz_schema *schema;
	struct sl_err *err;
};

/* The result of one step: `v` NULL removes, and a null does too unless `keep`. */
struct outcome {
	struct sl_value *v;
	bool keep;
};

enum directive {
	DIRECTIVE_MERGE,
	DIRECTIVE_REPLACE,
	DIRECTIVE_DELETE,
};

static const struct {
	const char *name;
	enum directive directive;
} directives[] = {
	{ "merge", DIRECTIVE_MERGE },
	{ "replace", DIRECTIVE_REPLACE },
	{ "delete", DIRECTIVE_DELETE },
};

static int walk(struct merge *m, struct sl_value *dest, struct sl_value *patch, struct sl_kz_type t,
		struct outcome *ret);

static int parse_directive(struct merge *m, const struct sl_value *v, enum directive *ret)
{
	struct sl_str text = sl_kz_text(m->a, v);

	for (size_t i = 0; i < SL_ARRAY_LEN(directives); i++) {
		if (!sl_str_eqz(text, directives[i].name))
			continue;
		*ret = directives[i].directive;
		return 0;
	}
	return sl_value_err_set(m->err, v, "$patch", SL_ERR_INVALID,
				"unknown patch strategy '%.*s'", SL_STR_FMT(text));
}

/* Read and remove the `$patch` of a map. */
static int map_directive(struct merge *m, struct sl_value *patch, enum directive *ret)
{
	const struct sl_value *v = sl_map_get(patch, SL_STR("$patch"));

	*ret = DIRECTIVE_MERGE;
	if (!v)
		return 0;
	int r = parse_directive(m, v, ret);

	if (r == 0)
		sl_map_remove(patch, SL_STR("$patch"));
	return r;
}

/* The same of a list: an element that is nothing but a `$patch`. */
static int list_directive(struct merge *m, struct sl_value *patch, enum directive *ret)
{
	const struct sl_kz_keys key = { .v = { SL_STR("$patch") }, .n = 1 };

	*ret = DIRECTIVE_MERGE;
	for (size_t i = 0; i < sl_list_len(patch); i++) {
		const struct sl_value *element = sl_list_get(patch, i);
		const struct sl_value *v = sl_map_get(element, SL_STR("$patch"));

		if (!v)
			continue;
		if (element->map.n > 1)
			return 0;
		int r = parse_directive(m, v, ret);
		struct sl_kz_keys value = { .v = { sl_kz_text(m->a, v) }, .n = 1 };

		return r < 0 ? r : sl_kz_list_put(m->a, patch, NULL, &key, &value, m->err);
	}
	return 0;
}

static bool is_scalar(const struct sl_value *v)
{
	return !sl_is_map(v) && !sl_is_list(v);
}

/* kustomize puts a value into the quotes that the former one had, which makes it text. */
static struct sl_value *keep_quotes(struct merge *m, const struct sl_value *old, struct sl_value *v)
{
	bool quoted = sl_is_quoted(old);
	struct sl_value *text;

	if (v == old || sl_is_null(v) || (!quoted && !sl_is_str(v)))
		return v;
	text = sl_value_str(m->a, sl_kz_text(m->a, v));
	text->file = v->file;
	text->line = v->line;
	text->quoted = quoted;
	text->folded = sl_is_str(old) && old->folded;
	text->timestamp = !quoted && sl_is_str(v) && v->timestamp;
	text->untyped = sl_is_str(v) && v->untyped;
	return text;
}

/* A map or list is written as the former value was: in brackets or not. */
static void set_container(struct sl_member *there, struct sl_value *v)
{
	v->flow = there->value->flow;
	there->value = v;
}

/* New text and what stays is put in quotes where YAML 1.1 needs them, also what has no type. */
static void quote_text(struct sl_value *v)
{
	if (sl_is_str(v) && !v->quoted && !v->timestamp && sl_kz_needs_quotes(v->s))
		v->quoted = true;
}

/* Merge one member into `dest`. */
static int walk_member(struct merge *m, struct sl_value *dest, struct sl_str key,
		       struct sl_value *patch, struct sl_kz_type t)
{
	struct outcome out = { 0 };
	struct sl_member *there = sl_map_member(dest, key);
	int r = walk(m, there ? there->value : NULL, patch, sl_kz_type_field(m->schema, t, key),
		     &out);

	if (r < 0)
		return r;
	if (out.v && (!there || there->value == out.v))
		quote_text(out.v);
	if (!out.v || (sl_is_null(out.v) && !out.keep))
		sl_map_remove(dest, key);
	else if (!there)
		sl_map_set(m->a, dest, key, out.v);
	else if (is_scalar(there->value) && is_scalar(out.v))
		sl_kz_replace_scalar(&there->value, keep_quotes(m, there->value, out.v));
	else
		set_container(there, out.v);
	return 0;
}

/* What a patch does not mention is walked as well. */
static int walk_rest(struct merge *m, struct sl_value *dest, const struct sl_value *patch,
		     struct sl_kz_type t)
{
	for (size_t i = 0; i < dest->map.n;) {
		size_t before = dest->map.n;
		struct sl_str key = dest->map.members[i].key;

		if (patch && sl_map_get(patch, key)) {
			i++;
			continue;
		}
		int r = walk_member(m, dest, key, NULL, t);

		if (r < 0)
			return r;
		if (dest->map.n == before)
			i++;
	}
	return 0;
}

/* A map that comes from the patch alone: merged with itself, which drops its nulls and directives. */
static int walk_same(struct merge *m, struct sl_value *map, struct sl_kz_type t)
{
	for (size_t i = 0; i < map->map.n;) {
		size_t before = map->map.n;
		struct sl_str key = map->map.members[i].key;
		int r = walk_member(m, map, key, map->map.members[i].value, t);

		if (r < 0)
			return r;
		if (map->map.n == before)
			i++;
	}
	return 0;
}

static int choose_map(struct merge *m, struct sl_value *dest, struct sl_value *patch,
		      struct outcome *ret)
{
	enum directive directive = DIRECTIVE_MERGE;
	int r;

	*ret = (struct outcome){ 0 };
	if (sl_is_null(dest)) {
		/* `key: null` of the object itself stays, an empty `key:` does not. */
		if (!patch && dest && dest->written.n > 0) {
			*ret = (struct outcome){ .v = dest, .keep = true };
			return 0;
		}
		struct merge quiet = { .a = m->a, .schema = m->schema };

		/* What is no directive stays in what the patch adds. */
		if (!sl_is_map(patch) || map_directive(&quiet, patch, &directive) < 0 ||
		    directive != DIRECTIVE_DELETE)
			ret->v = patch;
		return 0;
	}
	if (patch && sl_is_null(patch))
		return 0;
	r = patch ? map_directive(m, patch, &directive) : 0;
	if (r < 0)
		return r;
	if (directive != DIRECTIVE_DELETE)
		ret->v = directive == DIRECTIVE_REPLACE ? patch : dest;
	return 0;
}

static int walk_map(struct merge *m, struct sl_value *dest, struct sl_value *patch,
		    struct sl_kz_type t, struct outcome *ret)
{
	int r = choose_map(m, dest, patch, ret);

	if (r < 0 || !sl_is_map(ret->v))
		return r;
	if (ret->v == patch)
		return walk_same(m, patch, t);
	/* Labels that a transformer has set share one value: the last that is merged counts, by name. */
	SL_AUTO_FREE const struct sl_member **order = patch ? sl_map_order(patch) : NULL;

	for (size_t i = 0; patch && i < patch->map.n; i++) {
		const struct sl_member *one = order ? order[i] : &patch->map.members[i];

		r = walk_member(m, dest, one->key, one->value, t);
		if (r < 0)
			return r;
	}
	return walk_rest(m, dest, patch, t);
}

/* Say what an element was found by, where it does not say so itself. */
static void fill_keys(struct merge *m, struct sl_value *element, const struct sl_kz_keys *keys,
		      const struct sl_kz_keys *values)
{
	for (size_t i = 0; sl_is_map(element) && i < keys->n; i++)
		if (values->v[i].n > 0 && !sl_map_get(element, keys->v[i]))
			sl_map_set(m->a, element, keys->v[i], sl_value_str(m->a, values->v[i]));
}

/* Merge the elements of one row and put the result into `items`; `dest` loses it when deleted. */
static int walk_row(struct merge *m, struct sl_value *dest, const struct sl_value *patch,
		    const struct sl_kz_keys *keys, const struct sl_kz_keys *values,
		    struct sl_kz_type t, struct sl_value *items)
{
	struct sl_kz_type element = sl_kz_type_element(m->schema, t);
	struct sl_kz_keys own_keys, own_values;
	struct outcome out = { 0 };

	sl_kz_keys_in_use(values, 1, keys, values, &own_keys, &own_values);
	int r = walk(m, sl_kz_list_find(m->a, dest, &own_keys, &own_values),
		     sl_kz_list_find(m->a, patch, &own_keys, &own_values), element, &out);

	if (r < 0)
		return r;
	if (sl_is_null(out.v) || (sl_is_map(out.v) && out.v->map.n == 0))
		return sl_kz_list_put(m->a, dest, NULL, keys, values, m->err);
	fill_keys(m, out.v, keys, values);
	return sl_kz_list_put(m->a, items, out.v, keys, values, m->err);
}

static int merge_lists(struct merge *m, struct sl_value *dest, const struct sl_value *patch,
		       struct sl_kz_type t, struct outcome *ret)
{
	struct sl_kz_keys keys, used_keys, used_values;
	struct sl_kz_rows rows = { 0 };
	struct sl_value *items = sl_value_list(m->a);

	(void)sl_kz_type_merges(t, &keys);
	int r = sl_kz_rows_collect(m->a, patch, &keys, &rows, m->err);

	items->file = dest->file;
	items->line = dest->line;
	if (r == 0 && dest != patch)
		r = sl_kz_rows_collect(m->a, dest, &keys, &rows, m->err);
	if (r < 0 || rows.n == 0)
		return r;
	if (keys.n > 1)
		sl_kz_rows_unify(&rows);
	for (size_t i = 0; i < rows.n; i++) {
		sl_kz_keys_in_use(rows.v, rows.n, &keys, &rows.v[i], &used_keys, &used_values);
		r = walk_row(m, dest, patch, &used_keys, &used_values, t, items);
		if (r < 0)
			return r;
	}
	/* New elements come first, those of the object keep their order behind them. */
	ret->v = items;
	return sl_kz_list_put_all(m->a, items, dest, &used_keys, m->err);
}

static int choose_list(struct merge *m, struct sl_value *dest, struct sl_value *patch,
		       struct outcome *ret)
{
	enum directive directive = DIRECTIVE_MERGE;

	*ret = (struct outcome){ 0 };
	if (sl_is_null(dest)) {
		ret->v = patch;
		return 0;
	}
	if (patch && sl_is_null(patch))
		return 0;
	int r = patch ? list_directive(m, patch, &directive) : 0;

	if (r < 0)
		return r;
	if (directive != DIRECTIVE_DELETE)
		ret->v = directive == DIRECTIVE_REPLACE ? patch : dest;
	return 0;
}

static int walk_list(struct merge *m, struct sl_value *dest, struct sl_value *patch,
		     struct sl_kz_type t, struct outcome *ret)
{
	struct sl_kz_keys keys;

	if (!sl_kz_type_merges(t, &keys)) {
		*ret = (struct outcome){ .v = patch ? patch : dest };
		return 0;
	}
	int r = choose_list(m, dest, patch, ret);

	if (r < 0 || !ret->v || ret->v->kind != SL_V_LIST)
		return r;
	return merge_lists(m, ret->v, patch, t, ret);
}

static const char *shape(const struct sl_value *v)
{
	return sl_is_map(v) ? "MappingNode" : sl_is_list(v) ? "SequenceNode" : "ScalarNode";
}

/* What was empty was in brackets for that alone. */
static void follow_brackets(struct sl_value *dest, const struct sl_value *patch)
{
	bool empty_map = sl_is_map(dest) && dest->map.n == 0;
	bool empty_list = sl_is_list(dest) && dest->list.n == 0;

	if (patch && (empty_map || empty_list))
		dest->flow = patch->flow;
}

static int walk(struct merge *m, struct sl_value *dest, struct sl_value *patch, struct sl_kz_type t,
		struct outcome *ret)
{
	const struct sl_value *first = sl_is_null(dest) ? patch : dest;

	if (!t.known)
		t = sl_kz_type_of(m->a, m->schema, dest);
	if (!t.known)
		t = sl_kz_type_of(m->a, m->schema, patch);
	if (!sl_is_null(dest) && !sl_is_null(patch) &&
	    (sl_is_map(dest) != sl_is_map(patch) || sl_is_list(dest) != sl_is_list(patch))) {
		return sl_value_err_set(m->err, patch, NULL, SL_ERR_INVALID,
					"wrong node kind: expected %s but got %s", shape(dest),
					shape(patch));
	}
	follow_brackets(dest, patch);
	if (sl_is_null(first) || sl_is_map(first))
		return walk_map(m, dest, patch, t, ret);
	if (sl_is_list(first))
		return walk_list(m, dest, patch, t, ret);
	*ret = (struct outcome){ .v = patch ? patch : dest };
	return 0;
}

int sl_kz_strategic_merge(struct sl_arena *a, struct sl_kz_schema *schema, struct sl_value *dest,
			  struct sl_value *patch, struct sl_value **ret, struct sl_err *err)
{
	struct merge m = { .a = a, .schema = schema, .err = err };
	struct outcome out = { 0 };
	int r = walk(&m, dest, patch, (struct sl_kz_type){ 0 }, &out);

	if (r == 0)
		*ret = out.v;
	return r;
}

void sl_kz_forget_spelling(struct sl_value *v)
{
	switch (v->kind) {
	case SL_V_NULL:
		v->written = SL_STR("null");
		break;
	case SL_V_BOOL:
	case SL_V_INT:
	case SL_V_FLOAT:
		v->written = SL_STR_NULL;
		break;
	case SL_V_LIST:
		v->flow = false;
		for (size_t i = 0; i < v->list.n; i++)
			sl_kz_forget_spelling(v->list.items[i]);
		break;
	case SL_V_MAP:
		v->flow = false;
		for (size_t i = 0; i < v->map.n; i++)
			sl_kz_forget_spelling(v->map.members[i].value);
		break;
	case SL_V_STRING:
		v->quoted = sl_yaml_analyse(v->s, false).style != SL_YAML_STYLE_PLAIN;
		v->folded = v->timestamp = v->untyped = false;
		break;
	case SL_V_NUMBER:
		break;
	}
}

static void make_float(struct sl_arena *a, struct sl_value *v)
{
	char buf[SL_NUMBER_TEXT_MAX];
	double f = v->kind == SL_V_INT ? (double)v->i : v->f;

	if (v->kind == SL_V_NUMBER && !sl_str_to_double(v->s, &f))
		return;
	struct sl_str text = sl_float_text(f, SL_FLOAT_G, buf);

	if (v->kind == SL_V_INT && sl_str_chr(text, 'e') < 0)
		return;
	v->kind = SL_V_FLOAT;
	v->f = f;
	v->written = sl_arena_str(a, text);
}

void sl_kz_numbers_through_json(struct sl_arena *a, struct sl_value *v)
{
	if (v->kind == SL_V_INT || v->kind == SL_V_FLOAT || v->kind == SL_V_NUMBER)
		make_float(a, v);
	for (size_t i = 0; i < sl_list_len(v); i++)
		sl_kz_numbers_through_json(a, v->list.items[i]);
	for (size_t i = 0; i < sl_map_len(v); i++)
		sl_kz_numbers_through_json(a, v->map.members[i].value);
}
