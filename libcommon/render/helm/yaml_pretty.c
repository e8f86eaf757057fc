#include "libcommon/render/helm/yaml_pretty.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/number.h"
#include "libcommon/codec/yaml_scalar.h"
#include "libcommon/lang/sprig/types.h"

static int convert(struct sl_arena *a, struct sl_goval v, unsigned depth, struct sl_value **ret,
		   struct sl_err *err);

static struct sl_value *from_float(struct sl_arena *a, struct sl_goval v)
{
	char buf[SL_NUMBER_TEXT_MAX];
	enum sl_float_form form = v.type->kind == SL_GO_FLOAT32 ? SL_FLOAT_G32 : SL_FLOAT_G;

	if (!isfinite(v.f))
		return sl_value_number(a, isnan(v.f) ? SL_STR(".nan")
					  : v.f > 0  ? SL_STR(".inf")
						     : SL_STR("-.inf"));
	return sl_value_number(a, sl_float_text(v.f, form, buf));
}

static int from_slice(struct sl_arena *a, struct sl_goval v, unsigned depth, struct sl_value **ret,
		      struct sl_err *err)
{
	struct sl_value *list = sl_value_list(a), *item = NULL;

	for (size_t i = 0; i < sl_goval_len(v); i++) {
		int r = convert(a, sl_goval_item(v, i), depth + 1, &item, err);

		if (r < 0)
			return r;
		sl_list_push(a, list, item);
	}
	*ret = list;
	return 0;
}

static int compare_keys(const void *x, const void *y)
{
	const struct sl_str *a = x, *b = y;

	return sl_yaml_key_cmp_v3(*a, *b);
}

/* Maps are sorted here and not by the writer, which must leave the fields of structs in their order. */
static int from_map(struct sl_arena *a, struct sl_goval v, unsigned depth, struct sl_value **ret,
		    struct sl_err *err)
{
	struct sl_value *map = sl_value_map(a), *item = NULL;
	size_t n = sl_go_map_len(v.map);
	struct sl_str *keys = sl_arena_array(a, n + 1, sizeof(*keys));

	if (n) {
		memcpy(keys, sl_go_map_keys(a, v.map), n * sizeof(*keys));
		qsort(keys, n, sizeof(*keys), compare_keys);
	}
	for (size_t i = 0; i < n; i++) {
		int r = convert(a, *sl_go_map_get(v.map, keys[i]), depth + 1, &item, err);

		if (r < 0)
			return r;
		sl_map_set(a, map, keys[i], item);
	}
	*ret = map;
	return 0;
}

/* The fields without tags for YAML: their names in lower case. */
static int from_struct(struct sl_arena *a, const struct sl_go_type *type, const void *ptr,
		       unsigned depth, struct sl_value **ret, struct sl_err *err)
{
	struct sl_value *map = sl_value_map(a), *item = NULL;

	for (const struct sl_go_field *f = type->fields; f && f->name; f++) {
		if (f->promoted)
			continue;
		char *name = sl_arena_strdup(a, f->name);
		int r = convert(a, f->get(a, ptr), depth + 1, &item, err);

		if (r < 0)
			return r;
		for (char *p = name; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		sl_map_set(a, map, sl_str(name), item);
	}
	*ret = map;
	return 0;
}

/* Types that write themselves: NULL for all others. */
static struct sl_value *by_method(struct sl_arena *a, struct sl_goval v)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(4096);

	if (v.type == &sl_sprig_time) {
		sl_gotime_format(*(const struct sl_gotime *)v.ptr, SL_GOTIME_RFC3339_NANO, &b);
		return sl_value_number(a, sl_strbuf_str(&b));
	}
	if (v.type != &sl_sprig_duration && v.type != &sl_sprig_version)
		return NULL;
	v.type->string(&v, &b);
	return sl_value_str(a, sl_strbuf_str(&b));
}

static int convert(struct sl_arena *a, struct sl_goval v, unsigned depth, struct sl_value **ret,
		   struct sl_err *err)
{
	enum sl_go_kind kind = sl_goval_kind(v);

	if (sl_arena_full(a) || depth > SL_GO_DEPTH_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "a document needs more memory than allowed");
	if (kind == SL_GO_INVALID || kind == SL_GO_INTERFACE || (kind == SL_GO_POINTER && !v.ptr)) {
		*ret = sl_value_null(a);
		return 0;
	}
	*ret = by_method(a, v);
	if (*ret)
		return 0;
	if (sl_go_kind_is_int(kind) || (sl_go_kind_is_uint(kind) && v.u <= INT64_MAX))
		*ret = sl_value_int(a, v.i);
	else if (sl_go_kind_is_uint(kind))
		*ret = sl_value_number(a,
				       sl_str(sl_arena_printf(a, "%llu", (unsigned long long)v.u)));
	else if (sl_go_kind_is_float(kind))
		*ret = from_float(a, v);
	else if (kind == SL_GO_BOOL)
		*ret = sl_value_bool(a, v.b);
	else if (kind == SL_GO_STRING)
		*ret = sl_value_str_borrow(a, v.s);
	else if (kind == SL_GO_SLICE)
		return from_slice(a, v, depth, ret, err);
	else if (kind == SL_GO_MAP)
		return from_map(a, v, depth, ret, err);
	else if (kind == SL_GO_STRUCT)
		return from_struct(a, v.type, v.ptr, depth, ret, err);
	else if (kind == SL_GO_POINTER)
		return from_struct(a, v.type->elem, v.ptr, depth, ret, err);
	else
		return sl_err_set(err, SL_ERR_INVALID, "cannot marshal type: %s", v.type->name);
	return 0;
}

int sl_helm_yaml_pretty(struct sl_arena *a, struct sl_goval v, struct sl_value **ret,
			struct sl_err *err)
{
	return convert(a, v, 0, ret, err);
}
