/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void merges(void **state)
{
	static const struct sprig_case cases[] = {
		{ "merge", "{'a': 1}, {'a': 2, 'b': 3}",
		  "map[string]interface {} map[string]interface {}{'a':1, 'b':3}" },
		{ "merge", "{'a': 0, 'b': ''}, {'a': 2, 'b': 3}",
		  "map[string]interface {} map[string]interface {}{'a':2, 'b':3}" },
		{ "merge", "{'a': {'x': 1}}, {'a': {'x': 2, 'y': 3}}",
		  "map[string]interface {} map[string]interface {}{'a':map[string]interface "
		  "{}{'x':1, 'y':3}}" },
		{ "merge", "{'a': {'x': {}}}, {'a': {'x': {'y': 3}}}",
		  "map[string]interface {} map[string]interface {}{'a':map[string]interface "
		  "{}{'x':map[string]interface {}{'y':3}}}" },
		{ "merge", "{'a': [1]}, {'a': [2]}",
		  "map[string]interface {} map[string]interface {}{'a':[]interface {}{1}}" },
		{ "merge", "{'a': []}, {'a': [2]}",
		  "map[string]interface {} map[string]interface {}{'a':[]interface {}{2}}" },
		{ "merge", "{'a': 1}, {'a': {'x': 1}}",
		  "map[string]interface {} map[string]interface {}{'a':1}" },
		{ "merge", "{'a': {'x': 1}}, {'a': 1}",
		  "map[string]interface {} map[string]interface {}{'a':map[string]interface "
		  "{}{'x':1}}" },
		{ "merge", "{'a': null}, {'a': 1}",
		  "map[string]interface {} map[string]interface {}{'a':1}" },
		{ "merge", "{'a': 1}, {'a': null, 'b': null}",
		  "map[string]interface {} map[string]interface {}{'a':1}" },
		{ "merge", "{}, {'a': 1}, {'a': 2, 'b': 3}",
		  "map[string]interface {} map[string]interface {}{'a':1, 'b':3}" },
		{ "merge", "{'$nilmap': 0}, {'a': 1}",
		  "map[string]interface {} map[string]interface {}{'a':1}" },
		{ "merge", "{'$nilmap': 0}, {'$nilmap': 0}",
		  "map[string]interface {} map[string]interface {}(nil)" },
		{ "merge", "{'a': false}, {'a': true}",
		  "map[string]interface {} map[string]interface {}{'a':true}" },
		{ "merge", "{'a': 1}", "map[string]interface {} map[string]interface {}{'a':1}" },
		{ "mustMerge", "{'a': 1}, {'b': 2}",
		  "map[string]interface {} map[string]interface {}{'a':1, 'b':2}" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void overwrites(void **state)
{
	static const struct sprig_case cases[] = {
		{ "mergeOverwrite", "{'a': 1}, {'a': 2, 'b': 3}",
		  "map[string]interface {} map[string]interface {}{'a':2, 'b':3}" },
		{ "mergeOverwrite", "{'a': 1, 'b': 'x'}, {'a': 0, 'b': ''}",
		  "map[string]interface {} map[string]interface {}{'a':0, 'b':''}" },
		{ "mergeOverwrite", "{'a': {'x': 1, 'z': 1}}, {'a': {'x': 2, 'y': 3}}",
		  "map[string]interface {} map[string]interface {}{'a':map[string]interface "
		  "{}{'x':2, 'y':3, 'z':1}}" },
		{ "mergeOverwrite", "{'a': [1]}, {'a': []}",
		  "map[string]interface {} map[string]interface {}{'a':[]interface {}{}}" },
		{ "mergeOverwrite", "{'a': 1}, {'a': null}",
		  "map[string]interface {} map[string]interface {}{'a':interface {}(nil)}" },
		{ "mergeOverwrite", "{'a': {'x': 1}}, {'a': {}}",
		  "map[string]interface {} map[string]interface {}{'a':map[string]interface "
		  "{}{'x':1}}" },
		{ "mergeOverwrite", "{'a': {'x': 1}}, {'a': 1}",
		  "map[string]interface {} map[string]interface {}{'a':1}" },
		{ "mergeOverwrite", "{'a': 1}, {'a': 2}, {'a': 3}",
		  "map[string]interface {} map[string]interface {}{'a':3}" },
		{ "mustMergeOverwrite", "{'a': 1}, {'b': 2}",
		  "map[string]interface {} map[string]interface {}{'a':1, 'b':2}" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static struct sl_goval call_merge(struct sl_arena *a, const char *name, struct sl_goval x,
				  struct sl_goval y)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_go_call call = { .a = a };
	struct sl_goval args[] = { x, y }, ret;

	assert_ok(sl_sprig_find(sl_str(name))->fn(&call, args, 2, &ret, &err), &err);
	return ret;
}

static struct sl_goval dict(struct sl_arena *a, const char *args)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_goval v;

	assert_ok(sprig_call(a, NULL, "dict", args, &v, &err), &err);
	return v;
}

/* It is the first map that changes, and a map that it did not have is shared with the second. */
static void changes_the_first_map(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_goval x = dict(&a, "'a', 1"), y = dict(&a, "'b', {'c': 2}");
	struct sl_goval merged = call_merge(&a, "merge", x, y);

	(void)state;
	assert_ptr_equal(merged.map, x.map);
	assert_int_equal(sl_go_map_len(x.map), 2);
	assert_ptr_equal(sl_go_map_get(x.map, SL_STR("b"))->map,
			 sl_go_map_get(y.map, SL_STR("b"))->map);
	call_merge(&a, "mergeOverwrite", x, dict(&a, "'b', {'d': 3}"));
	assert_int_equal(sl_go_map_len(sl_go_map_get(y.map, SL_STR("b"))->map), 2);
}

static void maps_within_themselves_end(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_go_call call = { .a = &a };
	struct sl_goval args[] = { dict(&a, "'a', 1"), dict(&a, "'a', 1") }, ret;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		sl_go_map_set(&a, args[i].map, SL_STR("m"), args[i]);
	assert_error(sl_sprig_find(SL_STR("merge"))->fn(&call, args, 2, &ret, &err),
		     SL_ERR_TOO_LARGE, &err, "the maps are too large to be merged");
	assert_error(sl_sprig_find(SL_STR("deepCopy"))->fn(&call, args, 1, &ret, &err),
		     SL_ERR_TOO_LARGE, &err, "the value is too large to be copied");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merges),
		cmocka_unit_test(overwrites),
		cmocka_unit_test(changes_the_first_map),
		cmocka_unit_test(maps_within_themselves_end),
	};

	return run_group("merge", tests);
}
