#include "libcommon/render/kustomize/substitute.h"

#include <string.h>

#include "libcommon/base/strbuf.h"
#include "libcommon/base/strmap.h"
#include "libcommon/codec/yaml.h"
#include "libcommon/lang/envsubst.h"
#include "libcommon/render/kustomize/resource.h"

#define SWITCH "kustomize.toolkit.fluxcd.io/substitute"
#define NAME_PATTERN "^[_[:alpha:]][_[:alpha:][:digit:]]*$"

static bool is_name(struct sl_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

		if (c != '_' && !letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return s.n > 0;
}

static struct sl_str without_newlines(struct sl_arena *a, struct sl_str s)
{
	struct sl_str copy;
	char *to;

	if (sl_str_chr(s, '\n') < 0)
		return s;
	to = sl_arena_alloc(a, s.n + 1);
	copy = (struct sl_str){ to, 0 };
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\n')
			to[copy.n++] = s.p[i];
	return copy;
}

static size_t bytes_of(const struct sl_value *vars)
{
	size_t n = 0;

	for (size_t i = 0; i < sl_map_len(vars); i++)
		n += sl_as_str(vars->map.members[i].value).n;
	return n;
}

int sl_kustomize_vars_add(struct sl_arena *a, struct sl_value *vars, const struct sl_value *from,
			  struct sl_err *err)
{
	for (size_t i = 0; i < sl_map_len(from); i++) {
		const struct sl_member *m = &from->map.members[i];

		if (!is_name(m->key))
			return sl_err_set(err, SL_ERR_INVALID,
					  "'%.*s' var name is invalid, must match '" NAME_PATTERN
					  "'",
					  SL_STR_FMT(sl_str_cut(m->key, 256)));
		if (!sl_is_str(m->value))
			return sl_err_set(err, SL_ERR_INVALID,
					  "the value of variable '%.*s' is a %s, not a string",
					  SL_STR_FMT(m->key), sl_value_kind_name(m->value));
		sl_map_set(a, vars, m->key,
			   sl_value_str_borrow(a, without_newlines(a, m->value->s)));
	}
	if (sl_map_len(vars) > SL_KUSTOMIZE_VARS_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "more than %d variables",
				  SL_KUSTOMIZE_VARS_MAX);
	if (bytes_of(vars) > SL_KUSTOMIZE_VARS_BYTES_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "variables of more than %zu bytes",
				  SL_KUSTOMIZE_VARS_BYTES_MAX);
	return 0;
}

bool sl_kustomize_substitutes(const struct sl_value *post_build, const struct sl_value *vars)
{
	return sl_is_map(post_build) &&
	       (sl_map_len(vars) ||
		sl_str_eqz(sl_get_str(post_build, "substituteStrategy"), "Always"));
}

static bool lookup(void *ctx, struct sl_str name, struct sl_str *ret_value)
{
	const struct sl_value *v = sl_map_get(ctx, name);

	if (v)
		*ret_value = sl_as_str(v);
	return v;
}

static bool is_switched_off(const struct sl_value *object)
{
	return sl_str_eqz(sl_get_str(object, "metadata", "labels", SWITCH), "disabled") ||
	       sl_str_eqz(sl_get_str(object, "metadata", "annotations", SWITCH), "disabled");
}

/* The first node whose text, or a key of which, holds `needle`; *ret_line is that of the key. */
static const struct sl_value *find_text(const struct sl_value *v, struct sl_str needle,
					uint32_t *ret_line)
{
	const struct sl_value *found = NULL;

	*ret_line = v->line;
	if (v->kind == SL_V_STRING)
		return sl_str_find(v->s, needle) >= 0 ? v : NULL;
	for (size_t i = 0; !found && i < sl_list_len(v); i++)
		found = find_text(v->list.items[i], needle, ret_line);
	for (size_t i = 0; !found && i < sl_map_len(v); i++) {
		const struct sl_member *m = &v->map.members[i];

		found = find_text(m->value, needle, ret_line);
		if (!found && sl_str_find(m->key, needle) >= 0) {
			*ret_line = m->line ? m->line : v->line;
			return v;
		}
	}
	return found;
}

/* The beginning of the expression at `offset`, as far as YAML has surely written it as it was. */
static struct sl_str excerpt(struct sl_str text, size_t offset)
{
	struct sl_str s = sl_str_sub(text, offset, text.n);
	size_t n = 0;

	while (n < s.n && !strchr("\n\"'\\ ", s.p[n]) && s.p[n] != '}')
		n++;
	return sl_str_sub(s, 0, n + (n < s.n && s.p[n] == '}'));
}

static const char *or_none(struct sl_arena *a, struct sl_str s, const char *none)
{
	return s.n ? sl_arena_str(a, s).p : none;
}

/* The failure of one object, told with the object's names; `at` is where, or NULL. */
static int fail(struct sl_arena *a, const struct sl_value *object, const struct sl_value *at,
		uint32_t line, struct sl_err *cause, struct sl_err *err)
{
	struct sl_str group, version;
	enum sl_err_code code = cause->code;

	sl_kz_split_api_version(sl_get_str(object, "apiVersion"), &group, &version);
	sl_err_set(err, code, "post build failed for '%s.%s.%s/%.*s': envsubst error: %s",
		   or_none(a, sl_get_str(object, "kind"), "[noKind]"),
		   or_none(a, version, "[noVer]"), or_none(a, group, "[noGrp]"),
		   SL_STR_FMT(sl_get_str(object, "metadata", "name")), cause->message);
	sl_err_at(err, at && at->file ? at->file : object->file, at ? line : object->line, NULL);
	return code;
}

static void set_places(struct sl_value *v, const struct sl_value *from);

static void set_places_below(struct sl_value *v, const struct sl_value *from)
{
	for (size_t i = 0; i < sl_list_len(v); i++)
		set_places(v->list.items[i], sl_list_get(from, i));
	for (size_t i = 0; i < sl_map_len(v); i++) {
		struct sl_member *m = &v->map.members[i];
		const struct sl_member *old = sl_is_map(from) ? sl_map_member(from, m->key) : NULL;

		m->line = old ? old->line : 0;
		set_places(m->value, old ? old->value : NULL);
	}
}

/* What was read again stands where it was written first, and what is new stands nowhere. */
static void set_places(struct sl_value *v, const struct sl_value *from)
{
	v->file = from ? from->file : NULL;
	v->line = from ? from->line : 0;
	set_places_below(v, from);
}

struct work {
	struct sl_arena *a;
	struct sl_envsubst_options options;
	struct sl_strbuf yaml, text; /* reused for each object */
	size_t bytes;		     /* so far */
};

/* Read the text, which is YAML unless a value has broken it. */
static int read_again(struct work *w, const struct sl_value *old, struct sl_value **ret,
		      struct sl_err *err)
{
	struct sl_yaml_options options = { .rules = SL_YAML_KUBERNETES, .allow_duplicates = true };
	SL_AUTO(sl_err) own = SL_ERR_INIT;
	struct sl_value *v = NULL;
	int r = sl_yaml_parse(w->a, sl_arena_str(w->a, sl_strbuf_str(&w->text)), &options, &v,
			      &own);

	if (r < 0) {
		sl_err_wrap(&own, "with its variables replaced it is no YAML");
		return sl_err_move(err, &own);
	}
	if (!sl_is_map(v))
		return sl_err_set(err, SL_ERR_INVALID,
				  "with its variables replaced it is a %s, not an object",
				  sl_value_kind_name(v));
	set_places(v, old);
	*ret = v;
	return 0;
}

static int substitute(struct work *w, struct sl_value **object, struct sl_err *err)
{
	SL_AUTO(sl_err) cause = SL_ERR_INIT;
	const struct sl_value *at = NULL;
	struct sl_value *v = NULL;
	size_t offset = 0;
	uint32_t line = 0;
	int r;

	sl_strbuf_reset(&w->yaml);
	sl_strbuf_reset(&w->text);
	sl_yaml_write(*object, SL_YAML_SORT, &w->yaml);
	r = sl_strbuf_check(&w->yaml, "the object as YAML", &cause);
	if (r == 0) {
		r = sl_envsubst(sl_strbuf_str(&w->yaml), &w->options, &w->text, &offset, &cause);
		if (r < 0) {
			at = find_text(*object, excerpt(sl_strbuf_str(&w->yaml), offset), &line);
			sl_err_wrap(&cause, "variable substitution failed");
		}
	}
	w->bytes += w->text.n;
	if (r == 0 && w->bytes > SL_KUSTOMIZE_SUBSTITUTED_MAX)
		r = sl_err_set(&cause, SL_ERR_TOO_LARGE,
			       "objects with variables make up more than %zu bytes",
			       SL_KUSTOMIZE_SUBSTITUTED_MAX);
	if (r == 0)
		r = read_again(w, *object, &v, &cause);
	if (r != 0)
		return fail(w->a, *object, at, line, &cause, err);
	*object = v;
	return 0;
}

/* A name may have become another one's. */
static int check_ids(struct sl_arena *a, struct sl_value *const *objects, size_t n,
		     struct sl_err *err)
{
	SL_AUTO(sl_strmap) ids = SL_STRMAP_INIT;

	for (size_t i = 0; i < n; i++) {
		struct sl_value *o = objects[i];
		struct sl_str name = sl_get_str(o, "metadata", "name");
		const char *id = sl_arena_printf(
			a, "%.*s/%.*s/%.*s/%.*s", SL_STR_FMT(sl_get_str(o, "apiVersion")),
			SL_STR_FMT(sl_get_str(o, "kind")),
			SL_STR_FMT(sl_get_str(o, "metadata", "namespace")), SL_STR_FMT(name));

		if (sl_strmap_has(&ids, sl_str(id))) {
			SL_AUTO(sl_err) cause = SL_ERR_INIT;

			sl_err_set(&cause, SL_ERR_CONFLICT,
				   "with its variables replaced it has the name of another object");
			return fail(a, o, NULL, 0, &cause, err);
		}
		sl_strmap_set(&ids, sl_str(id), o);
	}
	return 0;
}

int sl_kustomize_substitute(struct sl_arena *a, const struct sl_value *vars, bool strict,
			    struct sl_value **objects, size_t n, struct sl_err *err)
{
	struct sl_value *map = sl_value_map(a);
	struct work w = {
		.a = a,
		.options = { .lookup = lookup, .ctx = map, .strict = strict },
	};
	uint32_t line;
	size_t changed = 0;
	int r = 0;

	*map = *vars;
	sl_strbuf_init(&w.yaml, SL_YAML_BYTES_MAX);
	sl_strbuf_init(&w.text, SL_YAML_BYTES_MAX);
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (is_switched_off(objects[i]) || !find_text(objects[i], SL_STR("$"), &line))
			continue;
		r = substitute(&w, &objects[i], err);
		changed++;
	}
	sl_strbuf_release(&w.yaml);
	sl_strbuf_release(&w.text);
	return r == 0 && changed ? check_ids(a, objects, n, err) : r;
}
