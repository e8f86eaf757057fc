#include "libcommon/lang/sprig/sprig.h"

#include <stdlib.h>

const struct sl_sprig_table *const sl_sprig_tables[] = {
	&sl_sprig_case,	    &sl_sprig_cert,
	&sl_sprig_convert,  &sl_sprig_crypto,
	&sl_sprig_date,	    &sl_sprig_deepcopy,
	&sl_sprig_dict,	    &sl_sprig_encode,
	&sl_sprig_filter,   &sl_sprig_float_math,
	&sl_sprig_flow,	    &sl_sprig_json,
	&sl_sprig_lists,    &sl_sprig_math,
	&sl_sprig_merge,    &sl_sprig_quote,
	&sl_sprig_random,   &sl_sprig_reflect,
	&sl_sprig_regex,    &sl_sprig_semver,
	&sl_sprig_sequence, &sl_sprig_split,
	&sl_sprig_texts,    &sl_sprig_url,
	&sl_sprig_wrap,	    NULL,
};

static int compare_name(const void *key, const void *func)
{
	return sl_str_cmp(*(const struct sl_str *)key,
			  sl_str(((const struct sl_go_func *)func)->name));
}

const struct sl_go_func *sl_sprig_find(struct sl_str name)
{
	for (const struct sl_sprig_table *const *t = sl_sprig_tables; *t; t++) {
		const struct sl_go_func *f =
			bsearch(&name, (*t)->funcs, (*t)->n, sizeof(*f), compare_name);

		if (f)
			return f;
	}
	return NULL;
}
