#include "libcommon/render/helm/decode.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/base/clock.h"
#include "libcommon/codec/goquote.h"
#include "libcommon/codec/json_go.h"
#include "libcommon/codec/number.h"
#include "libcommon/codec/yaml.h"

/* Fields within fields: dependencies.tags. */
#define PATH_MAX_PARTS 4

struct decoder {
	struct sl_arena *a;
	const char *in; /* the struct that the innermost field is of */
	const char *path[PATH_MAX_PARTS];
	size_t depth;
	struct sl_err *err;
};

static int decode_struct(struct decoder *d, const struct sl_helm_struct *t,
			 const struct sl_value *v, void *to);

int sl_helm_yaml(struct sl_arena *a, struct sl_str text, struct sl_value **ret, struct sl_err *err)
{
	const struct sl_yaml_options o = { .rules = SL_YAML_KUBERNETES,
					   .allow_duplicates = true,
					   .first_document = true,
					   .go_messages = true };
	struct sl_value *v = NULL;
	int r = sl_yaml_parse(a, text, &o, &v, err);

	if (r < 0) {
		sl_err_wrap(err, "error converting YAML to JSON");
		return r;
	}
	*ret = sl_is_null(v) ? NULL : v;
	return 0;
}

#define UNMARSHALING "error unmarshaling JSON: while decoding JSON: "

static int misfit(struct decoder *d, const struct sl_value *v, const char *type)
{
	SL_AUTO(sl_strbuf) path = SL_STRBUF_INIT(1024);

	for (size_t i = 0; i < d->depth; i++)
		sl_strbuf_addf(&path, ".%s", d->path[i]);
	if (!d->depth)
		return sl_err_set(d->err, SL_ERR_INVALID,
				  UNMARSHALING "json: cannot unmarshal %s into Go value of type %s",
				  sl_json_go_name(v), type);
	return sl_err_set(d->err, SL_ERR_INVALID,
			  UNMARSHALING
			  "json: cannot unmarshal %s into Go struct field %s%s of type %s",
			  sl_json_go_name(v), d->in, path.p, type);
}

static int decode_text(struct decoder *d, const struct sl_value *v, struct sl_str *to)
{
	char buf[SL_NUMBER_TEXT_MAX];

	switch (v->kind) {
	case SL_V_NULL:
		return 0;
	case SL_V_BOOL:
		*to = v->b ? SL_STR("true") : SL_STR("false");
		return 0;
	case SL_V_INT:
		*to = sl_str(sl_arena_printf(d->a, "%lld", (long long)v->i));
		return 0;
	case SL_V_FLOAT:
		*to = sl_arena_str(d->a, sl_float_text(v->f, SL_FLOAT_G32, buf));
		return 0;
	case SL_V_NUMBER:
	case SL_V_STRING:
		*to = v->s;
		return 0;
	case SL_V_LIST:
	case SL_V_MAP:
		break;
	}
	return misfit(d, v, "string");
}

static int decode_bool(struct decoder *d, const struct sl_value *v, bool *to)
{
	if (v->kind != SL_V_BOOL && v->kind != SL_V_NULL)
		return misfit(d, v, "bool");
	if (v->kind == SL_V_BOOL)
		*to = v->b;
	return 0;
}

static int decode_time(struct decoder *d, const struct sl_value *v, struct sl_str *to)
{
	SL_AUTO(sl_strbuf) quoted = SL_STRBUF_INIT(1 << 20);
	int64_t ms;

	if (v->kind == SL_V_NULL)
		return 0;
	if (v->kind != SL_V_STRING)
		return sl_err_set(d->err, SL_ERR_INVALID,
				  UNMARSHALING "Time.UnmarshalJSON: input is not a JSON string");
	if (!sl_rfc3339_parse(v->s, &ms)) {
		sl_strbuf_add_goquoted(&quoted, v->s);
		return sl_err_set(d->err, SL_ERR_INVALID,
				  UNMARSHALING
				  "parsing time %s as \"2006-01-02T15:04:05Z07:00\": cannot "
				  "parse %s as \"2006\"",
				  quoted.p, quoted.p);
	}
	*to = v->s;
	return 0;
}

static int decode_texts(struct decoder *d, const struct sl_value *v, struct sl_str **to, size_t *n)
{
	if (v->kind != SL_V_LIST && v->kind != SL_V_NULL)
		return misfit(d, v, "[]string");
	*n = sl_list_len(v);
	*to = sl_is_list(v) ? sl_arena_array(d->a, *n, sizeof(**to)) : NULL;
	for (size_t i = 0; i < *n; i++) {
		int r = decode_text(d, v->list.items[i], &(*to)[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

static int decode_text_map(struct decoder *d, const struct sl_value *v, struct sl_go_map **to)
{
	SL_AUTO_FREE const struct sl_member **order = NULL;

	if (v->kind == SL_V_NULL) {
		*to = NULL;
		return 0;
	}
	if (v->kind != SL_V_MAP)
		return misfit(d, v, "map[string]string");
	if (!*to)
		*to = sl_go_map_new(d->a);
	/* JSON made of a Go map has its keys in order: it decides which error is the first. */
	order = sl_map_order(v);
	for (size_t i = 0; i < v->map.n; i++) {
		const struct sl_member *m = order ? order[i] : &v->map.members[i];
		struct sl_str text = SL_STR("");
		int r = decode_text(d, m->value, &text);

		if (r < 0)
			return r;
		sl_go_map_set(d->a, *to, m->key, sl_goval_str(text));
	}
	return 0;
}

static int decode_any_list(struct decoder *d, const struct sl_value *v, struct sl_go_list **to)
{
	if (v->kind != SL_V_LIST && v->kind != SL_V_NULL)
		return misfit(d, v, "[]interface {}");
	*to = sl_is_null(v) ? NULL : sl_goval_from_value(d->a, v, SL_GO_NUMBERS_FLOAT).list;
	return 0;
}

/* `to` is the field, a pointer of whatever type: written by its bytes. */
static int decode_structs(struct decoder *d, const struct sl_helm_struct *t,
			  const struct sl_value *v, void *to, size_t *n)
{
	void **items = NULL;

	if (v->kind != SL_V_LIST && v->kind != SL_V_NULL)
		return misfit(d, v, sl_arena_printf(d->a, "[]*%s", t->type));
	*n = sl_list_len(v);
	if (sl_is_list(v))
		items = sl_arena_array(d->a, *n, sizeof(*items));
	memcpy(to, &items, sizeof(items));
	for (size_t i = 0; items && i < *n; i++) {
		const struct sl_value *item = v->list.items[i];
		int r;

		if (sl_is_null(item))
			continue;
		items[i] = sl_arena_alloc(d->a, t->size);
		r = decode_struct(d, t, item, items[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

static int decode_pointer(struct decoder *d, const struct sl_helm_struct *t,
			  const struct sl_value *v, void *to)
{
	void *p = v->kind == SL_V_NULL ? NULL : sl_arena_alloc(d->a, t->size);

	memcpy(to, &p, sizeof(p));
	return p ? decode_struct(d, t, v, p) : 0;
}

static int decode_field(struct decoder *d, const struct sl_helm_field *f, const struct sl_value *v,
			char *base)
{
	void *at = base + f->offset;
	size_t *count = (size_t *)(void *)(base + f->count_offset);

	switch (f->kind) {
	case SL_HELM_TEXT:
		return decode_text(d, v, at);
	case SL_HELM_BOOL:
		return decode_bool(d, v, at);
	case SL_HELM_TIME:
		return decode_time(d, v, at);
	case SL_HELM_TEXTS:
		return decode_texts(d, v, at, count);
	case SL_HELM_TEXT_MAP:
		return decode_text_map(d, v, at);
	case SL_HELM_ANY_LIST:
		return decode_any_list(d, v, at);
	case SL_HELM_STRUCT:
		return decode_pointer(d, f->of, v, at);
	case SL_HELM_STRUCTS:
		return decode_structs(d, f->of, v, at, count);
	}
	return 0;
}

/* encoding/json: the exact name, or else one that differs in case. */
static const struct sl_helm_field *find_field(const struct sl_helm_struct *t, struct sl_str key)
{
	for (const struct sl_helm_field *f = t->fields; f->name; f++)
		if (sl_str_eqz(key, f->name))
			return f;
	for (const struct sl_helm_field *f = t->fields; f->name; f++)
		if (sl_str_ieq(key, sl_str(f->name)))
			return f;
	return NULL;
}

static int decode_struct(struct decoder *d, const struct sl_helm_struct *t,
			 const struct sl_value *v, void *to)
{
	SL_AUTO_FREE const struct sl_member **order = NULL;
	const char *outer = d->in;
	int r = 0;

	if (!v)
		return 0;
	if (v->kind != SL_V_MAP)
		return misfit(d, v, t->type);
	order = sl_map_order(v);
	for (size_t i = 0; i < v->map.n && r == 0; i++) {
		const struct sl_member *m = order ? order[i] : &v->map.members[i];
		const struct sl_helm_field *f = find_field(t, m->key);

		if (!f)
			continue;
		d->in = t->name;
		d->path[d->depth++] = f->name;
		r = decode_field(d, f, m->value, to);
		d->depth--;
	}
	d->in = outer;
	return r;
}

int sl_helm_decode(struct sl_arena *a, const struct sl_helm_struct *t, const struct sl_value *v,
		   void *to, struct sl_err *err)
{
	struct decoder d = { .a = a, .err = err };

	return sl_is_null(v) ? 0 : decode_struct(&d, t, v, to);
}

int sl_helm_decode_yaml(struct sl_arena *a, const struct sl_helm_struct *t, struct sl_str text,
			void *to, struct sl_err *err)
{
	struct sl_value *v = NULL;
	int r = sl_helm_yaml(a, text, &v, err);

	return r < 0 ? r : sl_helm_decode(a, t, v, to, err);
}

int sl_helm_decode_map(struct sl_arena *a, struct sl_str text, struct sl_go_map **ret,
		       struct sl_err *err)
{
	struct decoder d = { .a = a, .err = err };
	struct sl_value *v = NULL;
	int r = sl_helm_yaml(a, text, &v, err);

	if (r < 0)
		return r;
	if (v && !sl_is_map(v))
		return misfit(&d, v, "map[string]interface {}");
	*ret = v ? sl_goval_from_value(a, v, SL_GO_NUMBERS_FLOAT).map : NULL;
	return 0;
}
