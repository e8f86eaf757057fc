#include "libcommon/render/kustomize/replace.h"

#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/structured.h"

struct sl_kz_replace_options sl_kz_replace_options(const struct sl_value *v)
{
	return (struct sl_kz_replace_options){ .delimiter = sl_get_str(v, "delimiter"),
					       .index = sl_get_int(v, 0, "index"),
					       .create = sl_get_bool(v, false, "create") };
}

static bool is_scalar(const struct sl_value *v)
{
	return !sl_is_map(v) && !sl_is_list(v);
}

/* Take what is before the next `sep` off `*rest`; false when there is nothing left. */
static bool next_part(struct sl_str *rest, struct sl_str sep, struct sl_str *ret)
{
	if (!rest->p)
		return false;
	ptrdiff_t at = sl_str_find(*rest, sep);

	*ret = at < 0 ? *rest : sl_str_sub(*rest, 0, (size_t)at);
	*rest = at < 0 ? SL_STR_NULL : sl_str_sub(*rest, (size_t)at + sep.n, rest->n);
	return true;
}

static struct sl_str not_null(struct sl_str s)
{
	return s.p ? s : SL_STR("");
}

int sl_kz_replace_cut(struct sl_kz *kz, struct sl_value *source,
		      const struct sl_kz_replace_options *o, struct sl_value **ret,
		      struct sl_err *err)
{
	struct sl_str rest = not_null(sl_kz_field_text(kz, source)), part;

	*ret = source;
	if (o->delimiter.n == 0)
		return 0;
	if (!is_scalar(source))
		return sl_value_err_set(err, source, NULL, SL_ERR_INVALID,
					"delimiter option can only be used with scalar nodes");
	for (int64_t i = 0; next_part(&rest, o->delimiter, &part); i++) {
		if (i != o->index)
			continue;
		/* Of which type the part would be does not matter: only its text is used. */
		*ret = sl_value_str(kz->a, part);
		return 0;
	}
	struct sl_str whole = sl_kz_field_text(kz, source);

	return sl_value_err_set(err, source, NULL, SL_ERR_INVALID,
				"options.index %lld is out of bounds for value %.*s",
				(long long)o->index, SL_STR_FMT(whole));
}

/* The text of `target` with `value` in the place of one part, before the first or behind the last. */
static struct sl_str splice(struct sl_kz *kz, struct sl_str target, struct sl_str value,
			    const struct sl_kz_replace_options *o)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_KUSTOMIZE_BYTES_MAX);
	struct sl_str rest = not_null(target), part;
	int64_t n = 0;

	if (o->index < 0) {
		sl_strbuf_adds(&b, value);
		sl_strbuf_adds(&b, o->delimiter);
	}
	for (; next_part(&rest, o->delimiter, &part); n++) {
		if (n > 0)
			sl_strbuf_adds(&b, o->delimiter);
		sl_strbuf_adds(&b, n == o->index ? value : part);
	}
	if (o->index >= n) {
		sl_strbuf_adds(&b, o->delimiter);
		sl_strbuf_adds(&b, value);
	}
	return sl_arena_str(kz->a, sl_strbuf_str(&b));
}

static int set_one(struct sl_kz *kz, struct sl_value *target, const struct sl_value *value,
		   const struct sl_kz_replace_options *o, struct sl_err *err)
{
	struct sl_str text = sl_kz_field_text(kz, value);

	if (o->delimiter.n > 0 && !is_scalar(target))
		return sl_value_err_set(err, target, NULL, SL_ERR_INVALID,
					"delimiter option can only be used with scalar nodes");
	if (o->delimiter.n > 0)
		text = splice(kz, sl_kz_field_text(kz, target), text, o);
	if (is_scalar(target))
		return sl_kz_field_set_text(kz, target, text, err);
	*target = *sl_value_copy(kz->a, value);
	return 0;
}

static enum sl_kz_field_make kind_to_make(const struct sl_value *value,
					  const struct sl_kz_replace_options *o)
{
	if (!o->create)
		return SL_KZ_FIELD_FIND;
	if (sl_is_map(value))
		return SL_KZ_FIELD_MAKE_MAP;
	return sl_is_list(value) ? SL_KZ_FIELD_MAKE_LIST : SL_KZ_FIELD_MAKE_SCALAR;
}

static int set_all(struct sl_kz *kz, const struct sl_kz_fields *fields,
		   const struct sl_value *value, const struct sl_kz_replace_options *o,
		   struct sl_err *err)
{
	int r = 0;

	for (size_t i = 0; i < fields->n && r == 0; i++)
		r = set_one(kz, fields->v[i], value, o, err);
	return r;
}

/*
 * When a first part of the path leads to a string that is YAML: set the field in there. SL_ERR_NOT_FOUND
 * when that is not so, or when the rest of the path leads nowhere.
 */
static int set_inside(struct sl_kz *kz, struct sl_value *obj, struct sl_kz_field_path path,
		      const struct sl_value *value, const struct sl_kz_replace_options *o)
{
	SL_AUTO(sl_err) ignored = SL_ERR_INIT;
	struct sl_kz_structured *inside = NULL;
	struct sl_value *scalar = NULL;
	size_t n = 1;

	for (; n < path.n && !inside; n++) {
		struct sl_kz_field_path head = { .v = path.v, .n = n };
		int r = sl_kz_field_lookup(kz, obj, head, &scalar, &ignored);

		if (r < 0 || !scalar || !is_scalar(scalar) ||
		    sl_kz_structured_parse(kz, sl_kz_field_text(kz, scalar), &inside, &ignored) < 0)
			inside = NULL;
		sl_err_release(&ignored);
	}
	if (!inside)
		return SL_ERR_NOT_FOUND;
	struct sl_kz_field_path rest = { .v = path.v + n - 1, .n = path.n - n + 1 };
	struct sl_kz_fields fields = { 0 };
	struct sl_value *root = sl_kz_structured_root(inside);
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(SL_KUSTOMIZE_BYTES_MAX);

	if (!root ||
	    sl_kz_field_match(kz, root, rest, kind_to_make(value, o), &fields, &ignored) < 0 ||
	    fields.n == 0)
		return SL_ERR_NOT_FOUND;
	/* No schema stands behind such text: a port may become a name. */
	for (size_t i = 0; i < fields.n; i++)
		sl_kz_field_forget_type(kz, fields.v[i]);
	if (set_all(kz, &fields, value, o, &ignored) < 0)
		return SL_ERR_NOT_FOUND;
	for (size_t i = 0; i < fields.n; i++)
		sl_yaml_read_back(kz->a, fields.v[i]);
	sl_kz_structured_write(inside, &text);
	/* A number or a boolean that was read as YAML and has no fields does not come here. */
	return sl_kz_field_set_text(kz, scalar, sl_strbuf_str(&text), &ignored);
}

static bool is_annotation(struct sl_kz_field_path path)
{
	return path.n == 3 && sl_str_eqz(path.v[0], "metadata") &&
	       sl_str_eqz(path.v[1], "annotations");
}

int sl_kz_replace_field(struct sl_kz *kz, struct sl_value *obj, struct sl_str path,
			const struct sl_value *value, const struct sl_kz_replace_options *o,
			struct sl_err *err)
{
	struct sl_kz_field_path parts;
	struct sl_kz_fields fields = { 0 };
	int r = sl_kz_field_path_split(kz, path, &parts, err);

	if (r < 0)
		return r;
	if (set_inside(kz, obj, parts, value, o) == 0)
		return 0;
	r = sl_kz_field_match(kz, obj, parts, kind_to_make(value, o), &fields, err);
	if (r < 0)
		sl_err_wrap(err, "unable to find%s field \"%.*s\" in replacement target",
			    o->create ? " or create" : "", SL_STR_FMT(path));
	if (r < 0)
		return r;
	if (fields.n == 0)
		return sl_value_err_set(err, obj, NULL, SL_ERR_INVALID,
					"unable to find%s field \"%.*s\" in replacement target",
					o->create ? " or create" : "", SL_STR_FMT(path));
	/* Annotations are made strings at the end. */
	for (size_t i = 0; is_annotation(parts) && i < fields.n; i++)
		sl_kz_field_forget_type(kz, fields.v[i]);
	r = set_all(kz, &fields, value, o, err);
	if (r < 0)
		sl_err_wrap(err, "field \"%.*s\"", SL_STR_FMT(path));
	return r;
}
