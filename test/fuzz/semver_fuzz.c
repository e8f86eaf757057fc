/* "range\nversion": whatever parses can be compared, checked and printed. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/codec/semver.h"
#include "libcommon/codec/semver_range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is printed parses strictly to an equal version. */
static void check_printed(const struct sl_semver *v)
{
	SL_AUTO_FREE char *text = sl_semver_string(v);
	struct sl_semver again;
	int r = sl_semver_parse_strict(sl_str(text), &again, NULL);

	/* "v" or padding shorter than what the missing parts add may pass the limit. */
	if (r == SL_ERR_TOO_LARGE)
		return;
	if (r < 0 || sl_semver_cmp(v, &again) || sl_semver_cmp(&again, v))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sl_str rest = { (const char *)data, size }, text = SL_STR_NULL;
	SL_AUTO_PTR(sl_semver_range) *range = NULL;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_semver v = { 0 }, tag;

	if (!sl_str_split(&rest, '\n', &text))
		return 0;
	(void)!sl_semver_range_parse(text, &range, &err);
	if (sl_semver_parse(rest, &v, &err) < 0) {
		/* The other two readings accept less. */
		if (!sl_semver_parse_strict(rest, &tag, NULL) ||
		    !sl_semver_parse_tag(rest, &tag, NULL))
			abort();
		return 0;
	}
	check_printed(&v);
	if (range)
		sl_semver_range_check(range, &v);
	return 0;
}
