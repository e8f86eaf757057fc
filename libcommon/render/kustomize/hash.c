#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/codec/json.h"
#include "libcommon/codec/sha256.h"
#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/fieldpath.h"
#include "libcommon/render/kustomize/transform.h"

static bool is_number(const struct sl_value *v)
{
	return v->kind == SL_V_INT || v->kind == SL_V_NUMBER;
}

/* Go reads the numbers of a map as floats before it writes them for the hash. */
static struct sl_value *with_floats(struct sl_arena *a, struct sl_value *map)
{
	struct sl_value *copy = NULL;

	for (size_t i = 0; i < map->map.n; i++) {
		const struct sl_member *m = &map->map.members[i];
		double f = 0;

		if (!is_number(m->value))
			continue;
		if (m->value->kind == SL_V_INT)
			f = (double)m->value->i;
		else if (!sl_str_to_double(m->value->s, &f))
			continue;
		if (!copy)
			copy = sl_value_copy(a, map);
		sl_map_set(a, copy, m->key, sl_value_float(a, f));
	}
	return copy ? copy : map;
}

/* Copy a field as kustomize's hasher reads it: text for scalars, "" when absent. */
static void put(struct sl_kz *kz, struct sl_value *out, const struct sl_value *obj,
		const char *field)
{
	struct sl_arena *a = kz->a;
	struct sl_value *v = sl_map_get(obj, sl_str(field));

	if (sl_is_map(v)) {
		sl_yaml_read_back(a, v);
		sl_map_setz(a, out, field, with_floats(a, v));
	} else if (sl_is_list(v)) {
		sl_map_setz(a, out, field, sl_value_null(a));
	} else {
		sl_map_set_str(a, out, field, sl_kz_field_text(kz, v));
	}
}

void sl_kz_content_hash(struct sl_kz *kz, const struct sl_kz_resource *r, char ret[11])
{
	static const struct {
		char from, to;
	} vowels[] = { { '0', 'g' }, { '1', 'h' }, { '3', 'k' }, { 'a', 'm' }, { 'e', 't' } };
	bool secret = sl_str_eqz(sl_kz_kind(kz, r), "Secret");
	const char *extra = secret ? "stringData" : "binaryData";
	struct sl_value *v = sl_value_map(kz->a);
	SL_AUTO(sl_strbuf) json = SL_STRBUF_INIT(SIZE_MAX / 2);
	uint8_t digest[SL_SHA256_BYTES];

	sl_map_set_str(kz->a, v, "kind", sl_kz_kind(kz, r));
	/* The name is no part of it: kustomize means to put it in, and looks in a wrong place. */
	sl_map_set_strz(kz->a, v, "name", "");
	put(kz, v, r->obj, "data");
	if (secret)
		put(kz, v, r->obj, "type");
	if (sl_is_map(sl_get(r->obj, extra)))
		put(kz, v, r->obj, extra);
	sl_json_write(v, SL_JSON_SORT | SL_JSON_HTML_SAFE, &json);
	sl_sha256(sl_strbuf_str(&json), digest);
	*sl_put_hex(ret, digest, 5) = '\0';
	for (size_t i = 0; i < 10; i++)
		for (size_t k = 0; k < SL_ARRAY_LEN(vowels); k++)
			if (ret[i] == vowels[k].from)
				ret[i] = vowels[k].to;
}
