/* JSON patch: input is {"doc": …, "patch": […]}; no patch may change its document or crash. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/codec/json.h"
#include "libcommon/codec/jsonpatch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(64 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(256 << 20);
	struct sl_str text = { (const char *)data, size };
	struct sl_value *v, *doc, *before, *out;

	if (sl_json_parse(&a, text, NULL, &v, &err) < 0)
		return 0;
	doc = sl_get(v, "doc");
	before = sl_value_copy(&a, doc);
	for (int rules = SL_JSONPATCH_RFC; rules <= SL_JSONPATCH_KUSTOMIZE; rules++) {
		if (sl_jsonpatch_apply(&a, doc, sl_get(v, "patch"), (enum sl_jsonpatch_rules)rules,
				       &out, &err) < 0)
			continue;
		sl_strbuf_reset(&b);
		sl_json_write(out, SL_JSON_COMPACT, &b);
	}
	if (!sl_value_equal(doc, before))
		abort();
	return 0;
}
