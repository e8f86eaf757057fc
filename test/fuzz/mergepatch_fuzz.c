/*
 * Merge patch: input is {"from": …, "to": …}. The patch from one to the other leads there, when `to`
 * holds no nulls in maps; applying `to` as a patch twice is the same as once.
 */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/codec/json.h"
#include "libcommon/codec/mergepatch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has_null_member(const struct sl_value *v)
{
	for (size_t i = 0; i < sl_map_len(v); i++)
		if (sl_is_null(v->map.members[i].value) || has_null_member(v->map.members[i].value))
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(64 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_str text = { (const char *)data, size };
	struct sl_value *v, *from, *to, *once;

	if (sl_json_parse(&a, text, NULL, &v, &err) < 0)
		return 0;
	from = sl_get(v, "from");
	to = sl_get(v, "to");
	if (!from || !to)
		return 0;
	once = sl_mergepatch_apply(&a, from, to);
	if (!sl_value_equal(once, sl_mergepatch_apply(&a, once, to)))
		abort();
	if (has_null_member(to))
		return 0;
	once = sl_mergepatch_apply(&a, from, sl_mergepatch_create(&a, from, to));
	if (!sl_value_equal(once, to))
		abort();
	return 0;
}
