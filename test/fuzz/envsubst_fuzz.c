/* "name=value\nname=value\n\ntext": any text, strictly and not, with these variables. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/lang/envsubst.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool lookup(void *ctx, struct sl_str name, struct sl_str *ret_value)
{
	struct sl_str rest = *(struct sl_str *)ctx, line = SL_STR_NULL;

	while (sl_str_split(&rest, '\n', &line)) {
		ptrdiff_t eq = sl_str_chr(line, '=');

		if (eq < 0 || !sl_str_eq(name, sl_str_sub(line, 0, (size_t)eq)))
			continue;
		*ret_value = sl_str_sub(line, (size_t)eq + 1, line.n);
		return true;
	}
	return false;
}

/* What a strict reading accepts is the same otherwise; a failure lies where an expression begins. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sl_str text = { (const char *)data, size }, vars = SL_STR_NULL;
	ptrdiff_t gap = sl_str_find(text, SL_STR("\n\n"));
	SL_AUTO(sl_strbuf) loose = SL_STRBUF_INIT(100000);
	SL_AUTO(sl_strbuf) strict = SL_STRBUF_INIT(100000);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_envsubst_options o = { .lookup = lookup, .ctx = &vars };
	size_t at = 0;

	if (gap >= 0) {
		vars = sl_str_sub(text, 0, (size_t)gap);
		text = sl_str_sub(text, (size_t)gap + 2, text.n);
	}
	int r = sl_envsubst(text, &o, &loose, &at, &err);

	o.strict = true;
	int s = sl_envsubst(text, &o, &strict, &at, &err);

	if (s == SL_ERR_INVALID && !sl_str_starts(sl_str_sub(text, at, text.n), SL_STR("${")))
		abort();
	if (r < 0 && s == 0)
		abort();
	if (s == 0 && !sl_str_eq(sl_strbuf_str(&loose), sl_strbuf_str(&strict)))
		abort();
	return 0;
}
