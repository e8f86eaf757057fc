#include "libcommon/render/kustomize/kustfields.h"

#include <assert.h>
#include <stdlib.h>

#include "libcommon/codec/json.h"
#include "libcommon/codec/json_go.h"
#include "libcommon/codec/number.h"
#include "libcommon/codec/yaml_resolve.h"

/* The most that a structure has. */
#define FIELDS_MAX 64

struct decoder {
	struct sl_kz *kz;
	const struct sl_kz_struct *root;
	enum sl_kz_unknown unknown;
	bool lax;
};

/* One way down a document: for the name of a field in messages. */
struct place {
	const struct place *parent;
	struct sl_str name; /* empty for an item of a list */
	size_t index;
};

static void write_place(const struct place *p, struct sl_strbuf *b)
{
	if (!p)
		return;
	write_place(p->parent, b);
	if (p->name.n == 0) {
		sl_strbuf_addf(b, "[%zu]", p->index);
		return;
	}
	if (b->n > 0)
		sl_strbuf_addc(b, '.');
	sl_strbuf_adds(b, p->name);
}

/* Say where; returns `code`. */
static int fail_at(const struct sl_value *v, const struct place *p, int code, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1024);

	write_place(p, &b);
	sl_value_err_at(v, b.p, err);
	return code;
}

/* In the words of Go's encoding/json, which users of kustomize know. */
static int wrong_type(const struct decoder *d, const struct sl_value *v, const struct place *p,
		      const char *want, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1024);

	write_place(p, &b);
	return fail_at(v, p,
		       sl_err_set(err, SL_ERR_INVALID,
				  "invalid %s: json: cannot unmarshal %s into Go struct field "
				  "%s.%s of type %s",
				  d->root->name, sl_json_go_name(v), d->root->name, b.p, want),
		       err);
}

/* Exactly, or else ignoring case, as encoding/json does. NULL when there is none. */
static const struct sl_kz_field *find_field(const struct decoder *d, const struct sl_kz_struct *s,
					    struct sl_str name)
{
	assert(s->fields);
	for (size_t i = 0; i < s->n; i++)
		if (sl_str_eqz(name, s->fields[i].name))
			return &s->fields[i];
	for (size_t i = 0; i < s->n && !d->root->is_yaml; i++)
		if (sl_str_ieq(name, sl_str(s->fields[i].name)))
			return &s->fields[i];
	return NULL;
}

static int decode_struct(struct decoder *d, const struct sl_kz_struct *s, const struct sl_value *v,
			 const struct place *place, struct sl_value **ret, struct sl_err *err);

static struct sl_value *like(struct sl_value *made, const struct sl_value *v)
{
	made->line = v->line;
	made->file = v->file;
	return made;
}

/* A string, or what counts as one: NULL for anything else. */
static struct sl_value *as_string(const struct decoder *d, struct sl_value *v)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1024);
	char number[SL_NUMBER_TEXT_MAX];

	if (v->kind == SL_V_STRING)
		return v;
	if (!d->lax || sl_is_map(v) || sl_is_list(v))
		return NULL;
	if (v->kind == SL_V_FLOAT)
		sl_strbuf_adds(
			&text,
			sl_float_text(v->f, d->root->is_yaml ? SL_FLOAT_G : SL_FLOAT_G32, number));
	else
		sl_json_write(v, SL_JSON_COMPACT, &text);
	return like(sl_value_str(d->kz->a, sl_strbuf_str(&text)), v);
}

/* A boolean, or what counts as one: NULL for anything else. */
static struct sl_value *as_bool(const struct decoder *d, struct sl_value *v)
{
	struct sl_yaml_scalar now, before;

	if (v->kind == SL_V_BOOL)
		return v;
	if (!d->root->is_yaml || !sl_is_str(v))
		return NULL;
	/* The words of YAML 1.1, which are text to YAML 1.2. */
	sl_yaml_resolve(sl_as_str(v), SL_YAML_KUBERNETES, &before);
	sl_yaml_resolve(sl_as_str(v), SL_YAML_GO3, &now);
	if (before.type != SL_YAML_BOOL || now.type == SL_YAML_BOOL)
		return NULL;
	return like(sl_value_bool(d->kz->a, before.b), v);
}

static int decode_strings(struct decoder *d, const struct sl_value *v, const struct place *place,
			  struct sl_value **ret, struct sl_err *err)
{
	if (!sl_is_list(v))
		return wrong_type(d, v, place, "[]string", err);
	*ret = like(sl_value_list(d->kz->a), v);
	for (size_t i = 0; i < v->list.n; i++) {
		struct place item = { .parent = place, .index = i };
		struct sl_value *s = v->list.items[i];

		if (sl_is_null(s))
			s = like(sl_value_strz(d->kz->a, ""), s);
		struct sl_value *text = as_string(d, s);

		if (!text)
			return wrong_type(d, s, &item, "string", err);
		sl_list_push(d->kz->a, *ret, text);
	}
	return 0;
}

static int decode_string_map(struct decoder *d, const struct sl_value *v, const struct place *place,
			     struct sl_value **ret, struct sl_err *err)
{
	if (!sl_is_map(v))
		return wrong_type(d, v, place, "map[string]string", err);
	*ret = like(sl_value_map(d->kz->a), v);
	for (size_t i = 0; i < v->map.n; i++) {
		const struct sl_member *m = &v->map.members[i];
		struct place item = { .parent = place, .name = m->key };
		struct sl_value *s = m->value;

		if (sl_is_null(s))
			s = like(sl_value_strz(d->kz->a, ""), s);
		struct sl_value *text = as_string(d, s);

		if (!text)
			return wrong_type(d, s, &item, "string", err);
		sl_map_set(d->kz->a, *ret, m->key, text);
	}
	return 0;
}

static int decode_structs(struct decoder *d, const struct sl_kz_field *f, const struct sl_value *v,
			  const struct place *place, struct sl_value **ret, struct sl_err *err)
{
	if (!sl_is_list(v))
		return wrong_type(d, v, place, "[]object", err);
	*ret = like(sl_value_list(d->kz->a), v);
	for (size_t i = 0; i < v->list.n; i++) {
		struct place item = { .parent = place, .index = i };
		struct sl_value *one;

		if (d->root->is_yaml && sl_is_null(v->list.items[i]))
			continue;
		int r = decode_struct(d, f->of, v->list.items[i], &item, &one, err);

		if (r < 0)
			return r;
		sl_list_push(d->kz->a, *ret, one);
	}
	return 0;
}

static int decode_field(struct decoder *d, const struct sl_kz_field *f, struct sl_value *v,
			const struct place *place, struct sl_value **ret, struct sl_err *err)
{
	*ret = v;
	switch (f->type) {
	case SL_KZ_T_STRING:
		if (!f->embedded || sl_is_str(v) || d->root->is_yaml)
			*ret = as_string(d, v);
		else
			*ret = NULL;
		return *ret ? 0 : wrong_type(d, v, place, "string", err);
	case SL_KZ_T_BOOL:
		*ret = as_bool(d, v);
		return *ret ? 0 : wrong_type(d, v, place, "bool", err);
	case SL_KZ_T_INT:
		return v->kind == SL_V_INT ? 0 : wrong_type(d, v, place, "int64", err);
	case SL_KZ_T_STRINGS:
		return decode_strings(d, v, place, ret, err);
	case SL_KZ_T_STRING_MAP:
		return decode_string_map(d, v, place, ret, err);
	case SL_KZ_T_MAP:
		return sl_is_map(v) ? 0 : wrong_type(d, v, place, "map[string]interface {}", err);
	case SL_KZ_T_STRUCT:
		return decode_struct(d, f->of, v, place, ret, err);
	case SL_KZ_T_STRUCTS:
		return decode_structs(d, f, v, place, ret, err);
	}
	return 0;
}

static int unknown_field(struct decoder *d, const struct sl_value *v, const struct sl_member *m,
			 const struct place *here, struct sl_value *to, struct sl_err *err)
{
	switch (d->unknown) {
	case SL_KZ_UNKNOWN_KEEP:
	case SL_KZ_UNKNOWN_KEEP_LAX:
		sl_map_set(d->kz->a, to, m->key, m->value);
		sl_map_member(to, m->key)->line = m->line;
		return 0;
	case SL_KZ_UNKNOWN_WARN:
	case SL_KZ_UNKNOWN_WARN_LAX:
		sl_kz_warn(d->kz,
			   sl_arena_printf(d->kz->a, "%s:%u: unknown field \"%.*s\" is ignored",
					   v->file ? v->file : "kustomization", m->line,
					   SL_STR_FMT(m->key)));
		return 0;
	case SL_KZ_UNKNOWN_REFUSE:
	case SL_KZ_UNKNOWN_REFUSE_LAX:
		break;
	}
	int r = sl_err_set(err, SL_ERR_INVALID, "invalid %s: json: unknown field \"%.*s\"",
			   d->root->name, SL_STR_FMT(m->key));
	/* The key's line: the value may start further down. */
	sl_err_at(err, v->file, m->line, NULL);
	return fail_at(m->value, here, r, err);
}

/*
 * A field that is given twice, in two spellings, is decoded into what is there, as encoding/json does
 * it: maps get more members, structures more fields, also those in lists, and all else is replaced.
 */
static struct sl_value *add_again(struct decoder *d, const struct sl_kz_field *f,
				  struct sl_value *old, struct sl_value *more)
{
	if (f->type == SL_KZ_T_STRING_MAP || f->type == SL_KZ_T_MAP || f->type == SL_KZ_T_STRUCT) {
		struct sl_value *both = like(sl_value_map(d->kz->a), more);

		sl_map_add_all(d->kz->a, both, old);
		for (size_t i = 0; i < sl_map_len(more); i++) {
			const struct sl_member *m = &more->map.members[i];
			struct sl_value *there = sl_map_get(both, m->key);
			const struct sl_kz_field *of =
				f->type == SL_KZ_T_STRUCT ? find_field(d, f->of, m->key) : NULL;

			sl_map_set(d->kz->a, both, m->key,
				   there && of ? add_again(d, of, there, m->value) : m->value);
		}
		return both;
	}
	if (f->type == SL_KZ_T_STRUCTS) {
		const struct sl_kz_field one = { .type = SL_KZ_T_STRUCT, .of = f->of };

		for (size_t i = 0; i < sl_list_len(more) && i < sl_list_len(old); i++)
			more->list.items[i] =
				add_again(d, &one, old->list.items[i], more->list.items[i]);
	}
	return more;
}

static bool has_two_spellings(const struct decoder *d, const struct sl_kz_struct *s,
			      const struct sl_value *map)
{
	bool seen[FIELDS_MAX] = { false };

	assert(s->n <= FIELDS_MAX);
	for (size_t i = 0; i < map->map.n; i++) {
		const struct sl_kz_field *f = find_field(d, s, map->map.members[i].key);

		if (f && seen[f - s->fields])
			return true;
		if (f)
			seen[f - s->fields] = true;
	}
	return false;
}

static int decode_fields(struct decoder *d, const struct sl_kz_struct *s, const struct sl_value *v,
			 const struct place *place, struct sl_value **ret, struct sl_err *err)
{
	*ret = like(sl_value_map(d->kz->a), v);
	if (sl_is_null(v))
		return 0;
	if (!sl_is_map(v))
		return wrong_type(d, v, place, s->name, err);
	/* In the order in which encoding/json writes a map. */
	SL_AUTO_FREE const struct sl_member **order =
		has_two_spellings(d, s, v) ? sl_map_order(v) : NULL;

	for (size_t i = 0; i < v->map.n; i++) {
		const struct sl_member *m = order ? order[i] : &v->map.members[i];
		const struct sl_kz_field *f = find_field(d, s, m->key);
		struct place here = { .parent = place, .name = m->key };
		struct sl_value *one;

		if (!f) {
			int r = unknown_field(d, v, m, &here, *ret, err);

			if (r < 0)
				return r;
			continue;
		}
		struct sl_value *there = sl_map_get(*ret, sl_str(f->name));

		if (sl_is_null(m->value)) {
			/* To encoding/json it is an empty list or map, and no text. */
			if (there && (sl_is_map(there) || sl_is_list(there)))
				sl_map_remove(*ret, sl_str(f->name));
			continue;
		}
		int r = decode_field(d, f, m->value, &here, &one, err);

		if (r < 0)
			return r;
		if (there)
			one = add_again(d, f, there, one);
		sl_map_set(d->kz->a, *ret, sl_str(f->name), one);
		sl_map_member(*ret, sl_str(f->name))->line = m->line;
	}
	return 0;
}

static int decode_struct(struct decoder *d, const struct sl_kz_struct *s, const struct sl_value *v,
			 const struct place *place, struct sl_value **ret, struct sl_err *err)
{
	bool lax = d->lax;

	if (s->strict)
		d->lax = false;
	int r = decode_fields(d, s, v, place, ret, err);

	d->lax = lax;
	return r;
}

int sl_kz_decode_struct(struct sl_kz *kz, const struct sl_kz_struct *what,
			const struct sl_value *doc, enum sl_kz_unknown unknown,
			struct sl_value **ret, struct sl_err *err)
{
	struct decoder d = {
		.kz = kz,
		.root = what,
		.unknown = unknown,
		.lax = unknown == SL_KZ_UNKNOWN_REFUSE_LAX || unknown == SL_KZ_UNKNOWN_KEEP_LAX ||
		       unknown == SL_KZ_UNKNOWN_WARN_LAX,
	};

	if (!sl_is_null(doc) && !sl_is_map(doc))
		return sl_value_err_set(
			err, doc, NULL, SL_ERR_INVALID,
			"invalid %s: json: cannot unmarshal %s into Go value of type types.%s",
			what->name, sl_json_go_name(doc), what->name);
	return decode_struct(&d, what, doc, NULL, ret, err);
}

int sl_kz_decode_kustomization(struct sl_kz *kz, const struct sl_value *doc,
			       enum sl_kz_unknown unknown, struct sl_value **ret,
			       struct sl_err *err)
{
	return sl_kz_decode_struct(kz, &sl_kz_kustomization_struct, doc, unknown, ret, err);
}
