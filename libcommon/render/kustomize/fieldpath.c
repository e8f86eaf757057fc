#include "libcommon/render/kustomize/fieldpath.h"

#include <string.h>

/* Append to the last part, which was split in two by mistake. */
static void join_last(struct sl_kz *kz, struct sl_kz_strs *parts, struct sl_str more)
{
	struct sl_str *last = &parts->v[parts->n - 1];

	*last = sl_str(sl_arena_printf(kz->a, "%.*s.%.*s", SL_STR_FMT(*last), SL_STR_FMT(more)));
}

/* Split at dots that have no backslash before them. A leading dot is taken off. */
static void split_dots(struct sl_kz *kz, struct sl_str path, struct sl_kz_strs *ret)
{
	struct sl_str part;

	if (path.n > 0 && path.p[0] == '.')
		path = sl_str_sub(path, 1, path.n);
	while (sl_str_split(&path, '.', &part)) {
		struct sl_str *last = ret->n > 0 ? &ret->v[ret->n - 1] : NULL;

		if (last && sl_str_cut_suffix(last, SL_STR("\\")))
			join_last(kz, ret, part);
		else
			sl_kz_strs_add(kz->a, ret, part);
	}
}

/* A name with dots in brackets loses the brackets, a list entry keeps them. */
static struct sl_str close_bracket(struct sl_str part)
{
	if (sl_str_chr(part, '=') >= 0)
		return part;
	while (part.n > 0 && (part.p[0] == '[' || part.p[0] == ']'))
		part = sl_str_sub(part, 1, part.n);
	while (part.n > 0 && (part.p[part.n - 1] == '[' || part.p[part.n - 1] == ']'))
		part.n--;
	return part;
}

int sl_kz_field_path_split(struct sl_kz *kz, struct sl_str path, struct sl_kz_field_path *ret,
			   struct sl_err *err)
{
	struct sl_kz_strs dots = { 0 }, parts = { 0 };

	split_dots(kz, path, &dots);
	for (size_t i = 0; i < dots.n; i++) {
		sl_kz_strs_add(kz->a, &parts, dots.v[i]);
		if (!sl_str_starts(dots.v[i], SL_STR("[")) || sl_str_ends(dots.v[i], SL_STR("]")))
			continue;
		while (i + 1 < dots.n) {
			join_last(kz, &parts, dots.v[++i]);
			if (sl_str_ends(dots.v[i], SL_STR("]")))
				break;
		}
		parts.v[parts.n - 1] = close_bracket(parts.v[parts.n - 1]);
	}
	if (parts.n > SL_KZ_FIELD_PATH_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "a field path has more than %d parts",
				  SL_KZ_FIELD_PATH_MAX);
	*ret = (struct sl_kz_field_path){ .v = parts.v, .n = parts.n };
	return 0;
}

struct sl_str sl_kz_field_text(const struct sl_kz *kz, const struct sl_value *v)
{
	if (v && v->kind == SL_V_NULL)
		return v->written;
	return sl_kz_text(kz->a, v);
}

static int wrong_kind(const struct sl_value *v, const char *want, struct sl_str part,
		      struct sl_err *err)
{
	return sl_value_err_set(err, v, NULL, SL_ERR_INVALID,
				"'%.*s' needs a %s, but there is a %s", SL_STR_FMT(part), want,
				sl_value_kind_name(v));
}

static int split_entry(struct sl_str part, struct sl_str *ret_key, struct sl_str *ret_value,
		       struct sl_err *err)
{
	struct sl_str inner = sl_str_sub(part, 1, part.n - 1);
	ptrdiff_t at = sl_str_chr(inner, '=');

	if (at < 0)
		return sl_err_set(err, SL_ERR_INVALID,
				  "'%.*s' must be [field=value] to mean elements of a list",
				  SL_STR_FMT(part));
	*ret_key = sl_str_sub(inner, 0, (size_t)at);
	*ret_value = sl_str_sub(inner, (size_t)at + 1, inner.n);
	return 0;
}

static bool is_entry(struct sl_str part)
{
	return sl_str_starts(part, SL_STR("[")) && sl_str_ends(part, SL_STR("]")) && part.n >= 2;
}

/* Every element of a list, nothing of a null. */
static int need_list(const struct sl_value *v, struct sl_str part, struct sl_err *err)
{
	return sl_is_list(v) || sl_is_null(v) ? 0 : wrong_kind(v, "list", part, err);
}

static int lookup_entry(struct sl_kz *kz, const struct sl_value *list, struct sl_str part,
			struct sl_value **ret, struct sl_err *err)
{
	struct sl_str key, value = SL_STR_NULL;
	int r = split_entry(part, &key, &value, err);

	for (size_t i = 0; r == 0 && !*ret && i < sl_list_len(list); i++) {
		struct sl_value *element = sl_list_get(list, i);
		const struct sl_value *field = key.n == 0 ? element : sl_map_get(element, key);

		if (field && sl_str_eq(sl_kz_field_text(kz, field), value))
			*ret = element;
	}
	return r;
}

static int lookup_step(struct sl_kz *kz, struct sl_value *v, struct sl_str part,
		       struct sl_value **ret, struct sl_err *err)
{
	int64_t index = 0;

	*ret = NULL;
	if (sl_str_eqz(part, "*"))
		return sl_err_set(err, SL_ERR_INVALID, "'*' cannot name one field");
	if (sl_str_eqz(part, "-") || sl_str_to_i64(part, INT64_MIN, INT64_MAX, &index)) {
		size_t n = sl_list_len(v);
		bool last = sl_str_eqz(part, "-");

		if (!last && index < 0)
			return sl_err_set(err, SL_ERR_INVALID, "index %.*s is negative",
					  SL_STR_FMT(part));
		*ret = sl_list_get(v, !last ? (size_t)index : n > 0 ? n - 1 : 0);
		return need_list(v, part, err);
	}
	if (is_entry(part)) {
		int r = need_list(v, part, err);

		return r < 0 ? r : lookup_entry(kz, v, part, ret, err);
	}
	if (!sl_is_map(v) && !sl_is_null(v))
		return wrong_kind(v, "map", part, err);
	*ret = sl_map_get(v, part);
	return 0;
}

int sl_kz_field_lookup(struct sl_kz *kz, struct sl_value *v, struct sl_kz_field_path path,
		       struct sl_value **ret, struct sl_err *err)
{
	int r = 0;

	for (size_t i = 0; i < path.n && v && r == 0; i++) {
		struct sl_str part = sl_str_trim(path.v[i]);

		if (part.n > 0)
			r = lookup_step(kz, v, part, &v, err);
	}
	*ret = r == 0 ? v : NULL;
	return r;
}
