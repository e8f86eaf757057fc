/* JSON: whatever is read is written and read back as the same value, in every form. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/codec/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	return 0;
}
