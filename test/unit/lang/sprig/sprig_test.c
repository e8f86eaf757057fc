#include "libcommon/lang/sprig/sprig.h"

#include "test/unit/support/test.h"

static void tables_are_sorted_by_name(void **state)
{
	(void)state;
	for (size_t t = 0; sl_sprig_tables[t]; t++)
		for (size_t i = 1; i < sl_sprig_tables[t]->n; i++) {
			const char *a = sl_sprig_tables[t]->funcs[i - 1].name;
			const char *b = sl_sprig_tables[t]->funcs[i].name;

			if (strcmp(a, b) >= 0)
				fail_msg("\"%s\" stands before \"%s\"", a, b);
		}
}

static void finds_each_function_once(void **state)
{
	(void)state;
	for (size_t t = 0; sl_sprig_tables[t]; t++)
		for (size_t i = 0; i < sl_sprig_tables[t]->n; i++) {
			const struct sl_go_func *f = &sl_sprig_tables[t]->funcs[i];

			if (sl_sprig_find(sl_str(f->name)) != f)
				fail_msg("\"%s\" is not found, or in two tables", f->name);
		}
}

static void does_not_find_others(void **state)
{
	(void)state;
	assert_null(sl_sprig_find(SL_STR("")));
	assert_null(sl_sprig_find(SL_STR("ternar")));
	assert_null(sl_sprig_find(SL_STR("ternaryy")));
	assert_null(sl_sprig_find(SL_STR("env")));
	assert_null(sl_sprig_find(SL_STR("expandenv")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_sorted_by_name),
		cmocka_unit_test(finds_each_function_once),
		cmocka_unit_test(does_not_find_others),
	};

	return run_group("sprig", tests);
}
