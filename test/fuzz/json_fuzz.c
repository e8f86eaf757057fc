/*
 * JSON: whatever is read is written and read back as the same value, in every form; without a member,
 * it is the same value without that.
 */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/codec/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_skip(struct sl_str text, struct sl_value *v)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(64 << 20);
	static const char *const path[] = { "a", NULL };
	const struct sl_json_limits limits = { .allow_duplicates = true, .skip = path };
	struct sl_value *rest;

	if (sl_json_parse(&a, text, &limits, &rest, NULL) < 0)
		abort();
	if (sl_is_map(v))
		sl_map_remove(v, SL_STR("a"));
	if (!sl_is_list(v) && !sl_value_equal(v, rest))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned forms[] = { SL_JSON_COMPACT,
					  SL_JSON_SORT | SL_JSON_PRETTY | SL_JSON_HTML_SAFE };
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(64 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_str text = { (const char *)data, size };
	struct sl_json_limits limits = { .allow_duplicates = true };
	struct sl_value *v, *again;

	if (sl_json_parse(&a, text, &limits, &v, &err) < 0)
		return 0;
	for (size_t i = 0; i < SL_ARRAY_LEN(forms); i++) {
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(256 << 20);

		sl_json_write(v, forms[i], &b);
		if (b.failed || sl_json_parse(&a, sl_strbuf_str(&b), NULL, &again, &err) < 0 ||
		    !sl_value_equal(v, again))
			abort();
	}
	check_skip(text, v);
	return 0;
}
