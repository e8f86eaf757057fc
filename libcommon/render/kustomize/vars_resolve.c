#include "libcommon/codec/number.h"
#include "libcommon/render/kustomize/fieldpath.h"
#include "libcommon/render/kustomize/vars.h"

/* A var, and what it stands for. */
struct binding {
	const struct sl_kz_var *var;
	const struct sl_value *value; /* NULL: a list or a map, which cannot be put into a text */
	struct sl_str text;	      /* of the value within a text */
	bool used;
};

struct bindings {
	struct binding *v;
	size_t n;
};

/* "name[2]" is "name" and "2". */
static struct sl_kz_field_path split_indexes(struct sl_kz *kz, struct sl_kz_field_path path)
{
	struct sl_kz_strs parts = { 0 };

	for (size_t i = 0; i < path.n; i++) {
		struct sl_str part = path.v[i];
		ptrdiff_t open = sl_str_rchr(part, '[');
		uint64_t index;
		struct sl_str digits =
			sl_str_sub(part, (size_t)(open + 1), part.n > 0 ? part.n - 1 : 0);

		if (open < 0 || !sl_str_ends(part, SL_STR("]")) ||
		    !sl_str_to_u64(digits, INT64_MAX, &index)) {
			sl_kz_strs_add(kz->a, &parts, part);
			continue;
		}
		if (open > 0)
			sl_kz_strs_add(kz->a, &parts, sl_str_sub(part, 0, (size_t)open));
		sl_kz_strs_add(kz->a, &parts, digits);
	}
	return (struct sl_kz_field_path){ .v = parts.v, .n = parts.n };
}

static const struct sl_kz_resource *object_of(const struct sl_kz_map *m, struct sl_str var)
{
	for (size_t i = 0; i < m->n; i++)
		for (size_t k = 0; k < m->v[i]->vars.n; k++)
			if (sl_str_eq(m->v[i]->vars.v[k], var))
				return m->v[i];
	return NULL;
}

/* The value as kustomize reads it, and its text within another as Go prints it. False when it cannot. */
static bool read_value(struct sl_kz *kz, const struct sl_value *v, struct binding *ret)
{
	char buf[SL_NUMBER_TEXT_MAX];
	struct sl_str text = sl_kz_field_text(kz, v);
	int64_t decimal;

	switch (v->kind) {
	case SL_V_LIST:
	case SL_V_MAP:
		return true;
	case SL_V_INT:
	case SL_V_NUMBER:
		(void)sl_str_cut_prefix(&text, SL_STR("+"));
		/* To YAML 0x10, 1_000 and 010 are integers too; to vars they are none, or decimal. */
		if (!sl_str_to_i64(text, INT64_MIN, INT64_MAX, &decimal))
			return false;
		ret->value = sl_value_int(kz->a, decimal);
		break;
	case SL_V_FLOAT:
		ret->value = sl_value_float(kz->a, v->f);
		ret->text = sl_arena_str(kz->a, sl_float_text(v->f, SL_FLOAT_G, buf));
		return true;
	case SL_V_BOOL:
		ret->value = sl_value_bool(kz->a, v->b);
		break;
	case SL_V_NULL:
	case SL_V_STRING:
		ret->value = sl_value_str(kz->a, text);
		break;
	}
	ret->text = sl_kz_text(kz->a, ret->value);
	return true;
}

static int bind(struct sl_kz *kz, const struct sl_kz_map *m, const struct sl_kz_var *var,
		struct binding *ret, struct sl_err *err)
{
	const struct sl_kz_resource *r = object_of(m, var->name);
	struct sl_kz_field_path path;
	SL_AUTO(sl_err) cause = SL_ERR_INIT;
	struct sl_value *v = NULL;

	*ret = (struct binding){ .var = var };
	if (!r)
		return sl_value_err_set(
			err, var->at, "vars.objref", SL_ERR_INVALID,
			"var '%.*s' cannot be mapped to a field in the set of known "
			"resources",
			SL_STR_FMT(var->name));
	int rc = sl_kz_field_path_split(kz, var->path, &path, err);

	if (rc < 0)
		return rc;
	rc = sl_kz_field_lookup(kz, r->obj, split_indexes(kz, path), &v, &cause);
	if (rc == 0 && v && read_value(kz, v, ret))
		return 0;
	struct sl_kz_id id = sl_kz_current_id(kz, r);

	return sl_value_err_set(
		err, var->at, "vars.fieldref", SL_ERR_INVALID,
		"field specified in var '%.*s' not found in corresponding resource: "
		"'%.*s' of %s",
		SL_STR_FMT(var->name), SL_STR_FMT(var->path), sl_kz_id_text(kz->a, &id));
}

static struct binding *find(const struct bindings *b, struct sl_str name)
{
	for (size_t i = 0; i < b->n; i++)
		if (sl_str_eq(b->v[i].var->name, name))
			return &b->v[i];
	return NULL;
}

/* "$(name)" at the beginning of `s`: its name, and how long it is with its braces. */
static bool is_reference(struct sl_str s, struct sl_str *ret_name)
{
	ptrdiff_t close = sl_str_chr(s, ')');

	if (s.n < 3 || s.p[0] != '$' || s.p[1] != '(' || close < 0)
		return false;
	*ret_name = sl_str_sub(s, 2, (size_t)close);
	return true;
}

/* Say that a var was used that no text can hold, once. */
static void warn_unfit(struct sl_kz *kz, struct binding *b)
{
	if (!b->used)
		sl_kz_warn(kz, sl_arena_printf(
				       kz->a, "%s:%u: var '%.*s' is a list or a map: left as it is",
				       b->var->at->file ? b->var->at->file : "-", b->var->at->line,
				       SL_STR_FMT(b->var->name)));
	b->used = true;
}

/* Append what the dollar at `at` begins; returns how many bytes of `in` that was. */
static size_t expand_one(struct sl_kz *kz, struct sl_str in, size_t at, const struct bindings *b,
			 struct sl_strbuf *out)
{
	struct sl_str rest = sl_str_sub(in, at, in.n), name;

	if (rest.n > 1 && rest.p[1] == '$') {
		sl_strbuf_addc(out, '$');
		return 2;
	}
	if (!is_reference(rest, &name)) {
		size_t n = rest.n < 2 ? rest.n : 2;

		sl_strbuf_adds(out, sl_str_sub(rest, 0, n));
		return n;
	}
	struct binding *found = find(b, name);

	if (found && found->value) {
		found->used = true;
		sl_strbuf_adds(out, found->text);
	} else {
		if (found)
			warn_unfit(kz, found);
		sl_strbuf_adds(out, sl_str_sub(rest, 0, name.n + 3));
	}
	return name.n + 3;
}

static void expand(struct sl_kz *kz, struct sl_value *v, const struct bindings *b)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_KUSTOMIZE_BYTES_MAX);
	struct sl_str in = v->s, name;

	/* Written anew in any case, on a line of its own. */
	v->quoted = v->folded = v->untyped = false;
	if (sl_str_chr(in, '$') < 0)
		return;
	if (is_reference(in, &name) && name.n + 3 == in.n) {
		struct binding *whole = find(b, name);

		if (whole && whole->value) {
			whole->used = true;
			*v = *whole->value;
			return;
		}
	}
	for (size_t i = 0; i < in.n;) {
		if (in.p[i] == '$') {
			i += expand_one(kz, in, i, b, &out);
			continue;
		}
		sl_strbuf_addc(&out, in.p[i++]);
	}
	v->s = sl_arena_str(kz->a, sl_strbuf_str(&out));
}

/* Text, which a date is not. */
static bool is_text(const struct sl_value *v)
{
	return sl_is_str(v) && !v->timestamp;
}

static int expand_field(struct sl_kz *kz, struct sl_value **slot, void *arg, struct sl_err *err)
{
	const struct bindings *b = arg;
	struct sl_value *v = *slot;

	if (is_text(v))
		expand(kz, v, b);
	for (size_t i = 0; i < sl_map_len(v); i++)
		if (is_text(v->map.members[i].value))
			expand(kz, v->map.members[i].value, b);
	for (size_t i = 0; i < sl_list_len(v); i++) {
		if (!is_text(v->list.items[i]))
			return sl_value_err_set(err, v->list.items[i], NULL, SL_ERR_INVALID,
						"invalid value type expect a string, got a %s, "
						"item %zu of the list",
						sl_is_str(v->list.items[i])
							? "date"
							: sl_value_kind_name(v->list.items[i]),
						i);
		expand(kz, v->list.items[i], b);
	}
	return 0;
}

static void warn_unused(struct sl_kz *kz, const struct bindings *b)
{
	SL_AUTO(sl_strbuf) names = SL_STRBUF_INIT(SL_KUSTOMIZE_BYTES_MAX);

	for (size_t i = 0; i < b->n; i++) {
		if (b->v[i].used)
			continue;
		sl_strbuf_addz(&names, names.n ? "," : "");
		sl_strbuf_adds(&names, b->v[i].var->name);
	}
	if (names.n > 0)
		sl_kz_warn(kz,
			   sl_arena_printf(kz->a, "well-defined vars that were never replaced: %s",
					   names.p));
}

int sl_kz_vars_resolve(struct sl_kz *kz, struct sl_kz_map *m, struct sl_err *err)
{
	struct bindings b = { 0 };
	size_t n = 0;
	int r = 0;

	for (const struct sl_kz_var *v = m->vars; v; v = v->next)
		n++;
	if (n == 0)
		return 0;
	b.v = sl_arena_array(kz->a, n, sizeof(*b.v));
	for (const struct sl_kz_var *v = m->vars; v && r == 0; v = v->next)
		r = bind(kz, m, v, &b.v[b.n++], err);
	for (size_t i = 0; i < m->n && r == 0; i++)
		r = sl_kz_fieldspecs_apply(kz, m->v[i]->obj, m->config->lists[SL_KZ_SPECS_VARS].v,
					   m->config->lists[SL_KZ_SPECS_VARS].n, SL_KZ_MAKE_NOTHING,
					   expand_field, &b, err);
	if (r < 0)
		return r;
	warn_unused(kz, &b);
	sl_kz_map_touch(m);
	return sl_kz_check_memory(kz, err);
}
