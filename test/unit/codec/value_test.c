#include "libcommon/codec/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/support/expect.h"

static void builds_trees(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *v = sl_value_map(&a), *list;

	(void)state;
	sl_map_set_strz(&a, v, "s", "text");
	sl_map_set_str(&a, v, "t", SL_STR("te\0xt"));
	sl_map_set_int(&a, v, "i", -3);
	sl_map_set_bool(&a, v, "b", true);
	sl_map_setz(&a, v, "n", sl_value_null(&a));
	sl_map_setz(&a, v, "f", sl_value_float(&a, 0.5));
	sl_map_setz(&a, v, "big", sl_value_number(&a, SL_STR("1e400")));
	sl_map_set_strz(&a, sl_map_need_map(&a, v, "m"), "k", "v");
	sl_map_set_strz(&a, sl_map_need_map(&a, v, "m"), "k2", "v2");
	list = sl_map_need_list(&a, v, "l");
	sl_list_push_strz(&a, list, "one");
	sl_list_push(&a, list, sl_value_strf(&a, "%d-%s", 2, "two"));
	expect_json(v, "{\"s\":\"text\",\"t\":\"te\\u0000xt\",\"i\":-3,\"b\":true,\"n\":null,"
		       "\"f\":0.5,\"big\":1e400,\"m\":{\"k\":\"v\",\"k2\":\"v2\"},"
		       "\"l\":[\"one\",\"2-two\"]}");
	/* A member of another kind gives way. */
	sl_map_need_list(&a, v, "m");
	assert_int_equal(sl_map_len(v), 9);
	assert_true(sl_is_list(sl_get(v, "m")));
}

static void answers_for_absent_nodes(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *i = sl_value_int(&a, 5);

	(void)state;
	assert_false(sl_is_map(NULL) || sl_is_list(NULL) || sl_is_str(NULL));
	assert_true(sl_is_null(NULL));
	assert_true(sl_is_null(sl_value_null(&a)));
	assert_null(sl_map_get(NULL, SL_STR("a")));
	assert_null(sl_map_get(i, SL_STR("a")));
	assert_null(sl_list_get(NULL, 0));
	assert_int_equal(sl_list_len(i), 0);
	assert_int_equal(sl_map_len(NULL), 0);
	assert_int_equal(sl_as_str(i).n, 0);
	assert_null(sl_as_strz(&a, i));
	assert_true(sl_as_bool(NULL, true));
	assert_int_equal(sl_as_int(NULL, 9), 9);
	assert_null(sl_value_copy(&a, NULL));
	assert_string_equal(sl_value_kind_name(NULL), "nothing");
	assert_string_equal(sl_value_kind_name(i), "integer");
	assert_null(sl_get(i, "a", "b"));
}

static void reads_integers_from_whole_floats_only(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	assert_int_equal(sl_as_int(sl_value_float(&a, 3.0), -1), 3);
	assert_int_equal(sl_as_int(sl_value_float(&a, 3.5), -1), -1);
	assert_int_equal(sl_as_int(sl_value_float(&a, 1e30), -1), -1);
	assert_int_equal(sl_as_int(sl_value_float(&a, -0x1p63), -1), INT64_MIN);
	assert_int_equal(sl_as_int(sl_value_float(&a, 0x1p63), -1), -1);
}

static void descends_by_keys(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *v = tree(&a, "{'spec':{'ref':{'branch':'main'},'n':3,'on':false}}");

	(void)state;
	expect_str(sl_get_str(v, "spec", "ref", "branch"), "main");
	assert_int_equal(sl_get_str(v, "spec", "ref", "tag").n, 0);
	assert_null(sl_get(v, "spec", "none", "branch"));
	assert_null(sl_get(v, "spec", "n", "branch"));
	assert_int_equal(sl_get_int(v, -1, "spec", "n"), 3);
	assert_false(sl_get_bool(v, true, "spec", "on"));
	assert_string_equal(sl_as_strz(&a, sl_get(v, "spec", "ref", "branch")), "main");
}

static void sets_replaces_and_removes_members(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *v = tree(&a, "{'a':1,'b':2,'c':3}");

	(void)state;
	sl_map_set_int(&a, v, "b", 20);
	sl_map_set_int(&a, v, "d", 4);
	expect_json(v, "{\"a\":1,\"b\":20,\"c\":3,\"d\":4}");
	assert_true(sl_map_remove(v, SL_STR("a")));
	assert_false(sl_map_remove(v, SL_STR("a")));
	assert_true(sl_map_remove(v, SL_STR("d")));
	expect_json(v, "{\"b\":20,\"c\":3}");
}

/* Around the size where the index appears, look-ups, replacements and removals must agree. */
static void large_maps_behave_as_small_ones(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *v = sl_value_map(&a);
	char key[32];

	(void)state;
	for (int i = 0; i < 500; i++) {
		snprintf(key, sizeof(key), "some-long-key-%d", i);
		assert_null(sl_map_get(v, sl_str(key)));
		sl_map_set_int(&a, v, key, i);
		sl_map_set_int(&a, v, key, i * 2);
		assert_int_equal(sl_map_len(v), i + 1);
		assert_int_equal(sl_get_int(v, -1, "some-long-key-0"), 0);
		assert_int_equal(sl_get_int(v, -1, key), i * 2);
	}
	for (int i = 0; i < 500; i += 2) {
		snprintf(key, sizeof(key), "some-long-key-%d", i);
		assert_true(sl_map_remove(v, sl_str(key)));
	}
	for (int i = 0; i < 500; i++) {
		snprintf(key, sizeof(key), "some-long-key-%d", i);
		assert_int_equal(sl_get_int(v, -1, key), i % 2 ? i * 2 : -1);
	}
	assert_int_equal(sl_map_len(v), 250);
	expect_str(v->map.members[0].key, "some-long-key-1");
	sl_map_set_int(&a, v, "new", 1);
	assert_int_equal(sl_get_int(v, -1, "new"), 1);
}

static void edits_lists(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *v = sl_value_list(&a);

	(void)state;
	for (int i = 0; i < 10; i++)
		sl_list_push(&a, v, sl_value_int(&a, i));
	sl_list_insert(&a, v, 0, sl_value_int(&a, 100));
	sl_list_insert(&a, v, 11, sl_value_int(&a, 101));
	sl_list_insert(&a, v, 5, sl_value_int(&a, 102));
	sl_list_remove(v, 1);
	sl_list_remove(v, 11);
	expect_json(v, "[100,1,2,3,102,4,5,6,7,8,9]");
	assert_null(sl_list_get(v, 11));
	assert_int_equal(sl_as_int(sl_list_get(v, 4), 0), 102);
}

static void copies_are_independent(void **state)
{
	SL_AUTO(sl_arena) to = SL_ARENA_INIT;
	struct sl_value *copy;

	(void)state;
	{
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_value *v = tree(&a, "{'a':[1,{'b':'text'}],'n':1e400,'z':{}}");
		char *file = sl_arena_strdup(&a, "x.yaml");

		v->file = file;
		sl_get(v, "a")->file = file;
		sl_get(v, "a")->line = 7;
		copy = sl_value_copy(&to, v);
		sl_map_set_int(&a, v, "a", 2);
	}
	expect_json(copy, "{\"a\":[1,{\"b\":\"text\"}],\"n\":1e400,\"z\":{}}");
	assert_string_equal(copy->file, "x.yaml");
	assert_string_equal(sl_get(copy, "a")->file, "x.yaml");
	assert_int_equal(sl_get(copy, "a")->line, 7);
	assert_null(sl_get(copy, "z")->file);
}

/* One block, and not the smallest node more fits in. */
static void packs_without_waste(void **state)
{
	static const char *const cases[] = {
		"null",
		"''",
		"'fifteen bytes..'",
		"[]",
		"{'a':[1,{'b':'text'},1.5,true],'n':1e400,'z':{},'odd':'seventeen bytes.'}",
		"{'a':1,'b':1,'c':1,'d':1,'e':1,'f':1,'g':1,'h':1,'i':1,'j':1,'k':1,'l':1}",
		"{'a':1,'b':1,'c':1,'d':1,'e':1,'f':1,'g':1,'h':1,'i':1,'j':1,'k':1,'l':1,'m':1}",
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases) * 2; i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_arena) to = SL_ARENA_INIT;
		struct sl_value *v = tree(&a, cases[i / 2]), *copy;
		struct sl_arena_block *block;

		v->file = i % 2 ? "x.yaml" : NULL;
		copy = sl_value_pack(&to, v);
		assert_true(sl_value_equal(copy, v));
		if (v->file)
			assert_string_equal(copy->file, v->file);
		block = to.head;
		assert_non_null(sl_arena_alloc(&to, 1));
		assert_ptr_not_equal(to.head, block);
		/* What does not fit opens a block of twice the size: the first one was no second. */
		assert_true(*(struct sl_arena_block **)block == NULL);
	}
}

static void sorts_bytewise(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *v = tree(&a, "{'b':1,'a10':[{'y':1,'x':2}],'a':3,'a9':4,'B':5,'':6}");

	(void)state;
	sl_value_sort(v);
	expect_json(v, "{\"\":6,\"B\":5,\"a\":3,\"a10\":[{\"x\":2,\"y\":1}],\"a9\":4,\"b\":1}");
	v = sl_value_map(&a);
	for (int i = 20; i-- > 0;)
		sl_map_set(&a, v, sl_as_str(sl_value_strf(&a, "k%02d", i)), sl_value_int(&a, i));
	sl_value_sort(v);
	expect_str(v->map.members[19].key, "k19");
	assert_int_equal(sl_get_int(v, -1, "k07"), 7);
}

static void compares_deeply(void **state)
{
	static const struct {
		const char *x, *y;
		bool equal;
	} cases[] = {
		{ "{'a':1,'b':2}", "{'b':2,'a':1}", true },
		{ "{'a':1,'b':2}", "{'a':1,'c':2}", false },
		{ "{'a':1}", "{'a':1,'b':2}", false },
		{ "[1,2]", "[2,1]", false },
		{ "[1,2]", "[1,2,3]", false },
		{ "1", "1.0", true },
		{ "1", "1.5", false },
		{ "1e400", "10e399", true },
		{ "1e400", "1e401", false },
		{ "18446744073709551615", "18446744073709551615.0", true },
		{ "0", "-0.0", true },
		{ "9007199254740993", "9007199254740992.0", false },
		{ "1", "'1'", false },
		{ "null", "false", false },
		{ "null", "null", true },
		{ "true", "false", false },
		{ "'a'", "'a'", true },
		{ "'a'", "'b'", false },
		{ "[]", "{}", false },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_value *x = tree(&a, cases[i].x), *y = tree(&a, cases[i].y);

		if (sl_value_equal(x, y) != cases[i].equal)
			print_error("%s and %s\n", cases[i].x, cases[i].y);
		assert_int_equal(sl_value_equal(x, y), cases[i].equal);
		assert_int_equal(sl_value_equal(y, x), cases[i].equal);
		assert_true(sl_value_equal(x, x));
		assert_false(sl_value_equal(x, NULL));
	}
	assert_true(sl_value_equal(NULL, NULL));
}

static void adopts_members_and_finds_duplicates(void **state)
{
	(void)state;
	for (size_t n = 1; n < 40; n++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_member *members = sl_arena_array(&a, n, sizeof(*members));
		struct sl_value *v = sl_value_map(&a);

		for (size_t i = 0; i < n; i++) {
			members[i].key = sl_as_str(sl_value_strf(&a, "k%zu", i));
			members[i].value = sl_value_int(&a, (int64_t)i);
		}
		assert_null(sl_map_adopt(&a, v, members, n));
		assert_int_equal(sl_as_int(sl_map_get(v, members[n - 1].key), -1), n - 1);
		if (n < 2)
			continue;
		members[n - 1].key = members[0].key;
		assert_ptr_equal(sl_map_adopt(&a, sl_value_map(&a), members, n), &members[n - 1]);
	}
}

static void tells_the_place_of_an_error(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v = tree(&a, "\n\n'x'");

	(void)state;
	v->file = "f.yaml";
	sl_err_set(&err, SL_ERR_INVALID, "bad");
	sl_value_err_at(v, ".spec.x", &err);
	assert_int_equal(err.code, SL_ERR_INVALID);
	assert_string_equal(err.origin.file, "f.yaml");
	assert_string_equal(err.origin.field, ".spec.x");
	assert_int_equal(err.origin.line, 3);
	sl_value_err_at(v, ".spec.x", NULL);
	sl_value_err_at(NULL, NULL, &err);
	assert_int_equal(err.origin.line, 3);
}

static void sets_an_error_at_a_node(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v = tree(&a, "\n\n'x'");

	(void)state;
	assert_int_equal(sl_value_err_set(&err, v, "spec", SL_ERR_TOO_LARGE, "%d bytes", 9),
			 SL_ERR_TOO_LARGE);
	assert_int_equal(err.code, SL_ERR_TOO_LARGE);
	assert_string_equal(err.message, "9 bytes");
	assert_string_equal(err.origin.field, "spec");
	assert_int_equal(err.origin.line, 3);
	/* Who does not want the text still gets the code. */
	assert_int_equal(sl_value_err_set(NULL, v, NULL, SL_ERR_GONE, "x"), SL_ERR_GONE);
}

static void tells_the_order_of_members(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *v = sl_value_map(&a);
	const struct sl_member **order;

	(void)state;
	assert_null(sl_map_order(v));
	sl_map_set_int(&a, v, "b", 1);
	assert_null(sl_map_order(v));
	sl_map_set_int(&a, v, "c", 2);
	assert_null(sl_map_order(v));
	sl_map_set_int(&a, v, "B", 3);
	order = sl_map_order(v);
	assert_non_null(order);
	assert_true(sl_str_eqz(order[0]->key, "B"));
	assert_true(sl_str_eqz(order[1]->key, "b"));
	assert_true(sl_str_eqz(order[2]->key, "c"));
	free(order);
	expect_json(v, "{\"b\":1,\"c\":2,\"B\":3}");
}

static int backwards(struct sl_str x, struct sl_str y)
{
	return sl_str_cmp(y, x);
}

static void orders_members_as_asked(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *v = sl_value_map(&a);
	const struct sl_member **order;

	(void)state;
	sl_map_set_int(&a, v, "c", 1);
	sl_map_set_int(&a, v, "b", 2);
	assert_null(sl_map_order_by(v, backwards));
	sl_map_set_int(&a, v, "d", 3);
	order = sl_map_order_by(v, backwards);
	assert_non_null(order);
	assert_true(sl_str_eqz(order[0]->key, "d"));
	assert_true(sl_str_eqz(order[1]->key, "c"));
	assert_true(sl_str_eqz(order[2]->key, "b"));
	free(order);
}

static void adds_all_members_of_another(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *v = sl_value_map(&a), *from = sl_value_map(&a);

	(void)state;
	sl_map_add_all(&a, v, from);
	sl_map_add_all(&a, v, NULL);
	expect_json(v, "{}");
	sl_map_set_int(&a, v, "a", 1);
	sl_map_set_int(&a, v, "b", 2);
	sl_map_set_int(&a, from, "b", 3);
	sl_map_set_strz(&a, sl_map_need_map(&a, from, "m"), "k", "v");
	sl_map_add_all(&a, v, from);
	expect_json(v, "{\"a\":1,\"b\":3,\"m\":{\"k\":\"v\"}}");
	assert_ptr_equal(sl_get(v, "m"), sl_get(from, "m"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_trees),
		cmocka_unit_test(answers_for_absent_nodes),
		cmocka_unit_test(reads_integers_from_whole_floats_only),
		cmocka_unit_test(descends_by_keys),
		cmocka_unit_test(sets_replaces_and_removes_members),
		cmocka_unit_test(large_maps_behave_as_small_ones),
		cmocka_unit_test(edits_lists),
		cmocka_unit_test(copies_are_independent),
		cmocka_unit_test(packs_without_waste),
		cmocka_unit_test(sorts_bytewise),
		cmocka_unit_test(compares_deeply),
		cmocka_unit_test(adopts_members_and_finds_duplicates),
		cmocka_unit_test(tells_the_place_of_an_error),
		cmocka_unit_test(sets_an_error_at_a_node),
		cmocka_unit_test(tells_the_order_of_members),
		cmocka_unit_test(orders_members_as_asked),
		cmocka_unit_test(adds_all_members_of_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
