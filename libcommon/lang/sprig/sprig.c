#include "libcommon/lang/sprig/sprig.h"

#include <stdlib.h>

const struct sl_sprig_table *const sl_sprig_tables[] = {
	&sl_sprig_date,
	&sl_sprig_flow,
	&sl_sprig_semver,
	NULL,
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
