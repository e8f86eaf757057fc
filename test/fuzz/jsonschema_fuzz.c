/* "schema\n\nvalue": any schema, held against any value. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/codec/json.h"
#include "libcommon/lang/jsonschema/jsonschema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every failure has a message; a schema that was accepted says the same twice. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(128 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_err) again = SL_ERR_INIT;
	struct sl_str text = { (const char *)data, size };
	ptrdiff_t gap = sl_str_find(text, SL_STR("\n\n"));
	struct sl_str value = gap < 0 ? SL_STR("{}") : sl_str_sub(text, (size_t)gap + 2, size);
	const struct sl_jsonschema *schema;
	struct sl_value *v;

	if (sl_json_parse(&a, value, NULL, &v, NULL) < 0)
		return 0;
	if (gap >= 0)
		text = sl_str_sub(text, 0, (size_t)gap);
	if (sl_jsonschema_compile(&a, "file:///values.schema.json", text, &schema, &err) < 0) {
		if (!err.message)
			abort();
		return 0;
	}
	int r = sl_jsonschema_check(&a, schema, v, &err);
	int s = sl_jsonschema_check(&a, schema, v, &again);

	if (r == SL_ERR_INVALID && s == SL_ERR_INVALID && !sl_streq(err.message, again.message))
		abort();
	if ((r < 0) != (err.message != NULL))
		abort();
	return 0;
}
