/* "template\njson": whatever a JSONPath template says, it ends, and the document is as it was. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/codec/json.h"
#include "libcommon/codec/jsonpath.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sl_str rest = { (const char *)data, size }, template = SL_STR_NULL;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(64 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(1 << 20);
	const struct sl_jsonpath *path;
	struct sl_value *doc, *before;

	(void)sl_str_split(&rest, '\n', &template);
	if (sl_jsonpath_parse(&a, template, &path, &err) < 0 ||
	    sl_json_parse(&a, rest, NULL, &doc, &err) < 0)
		return 0;
	before = sl_value_copy(&a, doc);
	for (int missing_ok = 0; missing_ok < 2; missing_ok++) {
		sl_err_release(&err);
		int r = sl_jsonpath_write(&a, path, doc, missing_ok, &out, &err);

		if ((r < 0) != (err.code != 0) || !sl_value_equal(doc, before))
			abort();
	}
	return 0;
}
