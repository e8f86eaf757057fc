#include "libcommon/lang/regex/category.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/lang/regex/unicode.h"

static int compare_name(const void *key, const void *row)
{
	return strcmp(key, ((const struct sl_regex_table_name *)row)->name);
}

static int compare_range(const void *key, const void *row)
{
	const struct sl_regex_table_range *r = row;
	uint32_t rune = *(const uint32_t *)key;

	if (rune > r->hi)
		return 1;
	return rune < (r->lo & ~SL_REGEX_EVERY_SECOND) ? -1 : 0;
}

bool sl_rune_is(uint32_t rune, const char *category)
{
	const struct sl_regex_table_name *name =
		bsearch(category, sl_regex_unicode_names, sl_regex_unicode_name_count,
			sizeof(*name), compare_name);
	const struct sl_regex_table_range *r;

	if (!name)
		return false;
	r = bsearch(&rune, sl_regex_unicode_ranges + name->from, (size_t)(name->to - name->from),
		    sizeof(*r), compare_range);
	if (!r)
		return false;
	return !(r->lo & SL_REGEX_EVERY_SECOND) || (rune - r->lo) % 2 == 0;
}
