/* YAML: whatever is read is written and read back as the same value, by both sets of rules. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "libcommon/codec/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * go-yaml's emitter, which ours equals, writes U+2028 and U+2029 unescaped in single quotes and
 * literals, where readers take them for line breaks, a key "<<" unquoted, which they take for a merge,
 * and keys past 1024 characters, which they refuse.
 */
static bool is_lossy_text(struct sl_str s)
{
	return s.n > 1000 || sl_str_eq(s, SL_STR("<<")) ||
	       sl_str_find(s, SL_STR("\xe2\x80\xa8")) >= 0 ||
	       sl_str_find(s, SL_STR("\xe2\x80\xa9")) >= 0;
}

static bool is_lossy(const struct sl_value *v)
{
	if (sl_is_str(v))
		return is_lossy_text(v->s);
	for (size_t i = 0; i < sl_list_len(v); i++)
		if (is_lossy(v->list.items[i]))
			return true;
	for (size_t i = 0; i < sl_map_len(v); i++)
		if (is_lossy_text(v->map.members[i].key) || is_lossy(v->map.members[i].value))
			return true;
	return false;
}

static void check(struct sl_str text, enum sl_yaml_rules rules)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(64 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(256 << 20);
	struct sl_yaml_options o = { .rules = rules, .depth = 64, .nodes = 100000 };
	struct sl_value *docs, *again;

	if (sl_yaml_parse_all(&a, text, &o, &docs, &err) < 0)
		return;
	for (size_t i = 0; i < docs->list.n; i++) {
		struct sl_value *doc = docs->list.items[i];

		if (is_lossy(doc))
			continue;
		sl_strbuf_reset(&b);
		sl_yaml_write(doc, SL_YAML_SORT, &b);
		if (sl_yaml_parse(&a, sl_strbuf_str(&b), NULL, &again, &err) < 0 ||
		    !sl_value_equal(doc, again)) {
			fprintf(stderr, "%s\n%.*s\n", err.message ? err.message : "differs",
				(int)b.n, b.p);
			abort();
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sl_str text = { (const char *)data, size };

	check(text, SL_YAML_KUBERNETES);
	check(text, SL_YAML_GO3);
	return 0;
}
