#include "libcommon/render/helm/yaml_survives.h"

#include "libcommon/codec/json.h"

#define KEY_CHARS_MAX 1024

enum trouble { FINE, HAS_BREAK, REFUSED };

static enum trouble look_at(struct sl_str s)
{
	enum trouble worst = FINE;

	for (size_t i = 0; i < s.n; i++) {
		const unsigned char *p = (const unsigned char *)s.p + i;

		if (*p < 0x7f)
			continue;
		if (*p == 0x7f)
			return REFUSED;
		if (*p == 0xc2 && p[1] == 0x85)
			worst = HAS_BREAK;
		else if ((*p == 0xc2 && p[1] < 0xa0) ||
			 (*p == 0xef && p[1] == 0xbf && p[2] >= 0xbe))
			return REFUSED;
	}
	return worst;
}

/* One break is a space, several are one less; spaces around them go. */
static struct sl_str fold(struct sl_arena *a, struct sl_str s)
{
	char *buf = sl_arena_alloc(a, s.n + 1);
	size_t n = 0, i = 0;

	while (i < s.n) {
		size_t from = i, breaks = 0;

		for (; i < s.n; i++) {
			bool at_break = sl_str_starts(sl_str_sub(s, i, s.n), SL_STR("\xc2\x85"));

			if (!at_break && s.p[i] != ' ')
				break;
			breaks += at_break;
			i += at_break;
		}
		if (breaks == 1)
			buf[n++] = ' ';
		for (size_t k = 1; k < breaks; k++)
			buf[n++] = '\n';
		for (size_t k = from; k < i && !breaks; k++)
			buf[n++] = ' ';
		if (i < s.n)
			buf[n++] = s.p[i++];
	}
	return (struct sl_str){ buf, n };
}

/* Its length in JSON, quotes included, in characters. */
static bool key_is_short(struct sl_str key)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(key.n * 6 + 2);
	struct sl_value v = { .kind = SL_V_STRING, .s = key };
	size_t chars = 0;

	if (key.n * 6 + 2 <= KEY_CHARS_MAX)
		return true;
	sl_json_write(&v, SL_JSON_HTML_SAFE, &b);
	for (size_t i = 0; i < b.n; i++)
		chars += ((unsigned char)b.p[i] & 0xc0) != 0x80;
	return chars <= KEY_CHARS_MAX;
}

/* go-yaml reads an integer where 64 bits hold it, else a float. */
static void resolve_number(struct sl_value *v)
{
	uint64_t u;
	int64_t i;
	double f;

	if (sl_str_to_i64(v->s, INT64_MIN, INT64_MAX, &i)) {
		v->kind = SL_V_INT;
		v->i = i;
	} else if (!sl_str_to_u64(v->s, UINT64_MAX, &u) && sl_str_to_double(v->s, &f)) {
		v->kind = SL_V_FLOAT;
		v->f = f;
	}
}

bool sl_helm_yaml_survives(struct sl_arena *a, struct sl_value *v)
{
	if (v->kind == SL_V_NUMBER)
		resolve_number(v);
	if (v->kind == SL_V_STRING) {
		enum trouble t = look_at(v->s);

		if (t == HAS_BREAK)
			v->s = fold(a, v->s);
		return t != REFUSED;
	}
	if (v->kind == SL_V_LIST) {
		for (size_t i = 0; i < v->list.n; i++)
			if (!sl_helm_yaml_survives(a, v->list.items[i]))
				return false;
	} else if (v->kind == SL_V_MAP) {
		for (size_t i = 0; i < v->map.n; i++) {
			struct sl_str key = v->map.members[i].key;

			if (look_at(key) != FINE || !key_is_short(key) ||
			    !sl_helm_yaml_survives(a, v->map.members[i].value))
				return false;
		}
	}
	return true;
}
