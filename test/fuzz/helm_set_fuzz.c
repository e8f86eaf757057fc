/* A form (first byte), then a text in the grammar of --set, over values that are there already. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/codec/json.h"
#include "libcommon/render/helm/set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BASE "{\"a\":{\"b\":1},\"l\":[1,{\"c\":null},[2]],\"s\":\"x\"}"

static int read_file(void *ctx, struct sl_str path, struct sl_arena *a, struct sl_str *ret_bytes,
		     struct sl_err *err)
{
	(void)ctx;
	if (sl_str_starts(path, SL_STR("no")))
		return sl_err_set(err, SL_ERR_NOT_FOUND, "open: no such file");
	*ret_bytes = sl_arena_str(a, path);
	return 0;
}

/* Every failure has a message; what is accepted can be written. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(64 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_helm_set_files files = { .read = read_file };
	struct sl_str text = { (const char *)data, size };
	struct sl_value *v = NULL;

	if (size == 0)
		return 0;
	if (sl_json_parse(&a, SL_STR(BASE), NULL, &v, &err) < 0)
		abort();
	struct sl_go_map *values = sl_goval_from_value(&a, v, SL_GO_NUMBERS_FLOAT).map;
	enum sl_helm_set_form form = data[0] % (SL_HELM_SET_LITERAL + 1);
	int r = sl_helm_set(&a, form, sl_str_sub(text, 1, size), &files, values, &err);

	if (r > 0 || (r < 0) != (err.message != NULL))
		abort();
	if (r == 0 && sl_goval_to_value(&a, sl_goval_map(values), &v, &err) < 0)
		abort();
	return 0;
}
