#include "libcommon/lang/template/goval.h"

#include <math.h>
#include <stdio.h>

#include "libcommon/codec/json.h"
#include "test/unit/support/test.h"

static struct sl_goval decoded(struct sl_arena *a, const char *json, enum sl_go_numbers numbers)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v = NULL;

	assert_ok(sl_json_parse(a, sl_str(json), NULL, &v, &err), &err);
	return sl_goval_from_value(a, v, numbers);
}

static void expect_json(struct sl_arena *a, struct sl_goval v, const char *want)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 20);
	struct sl_value *tree = NULL;

	assert_ok(sl_goval_to_value(a, v, &tree, &err), &err);
	sl_json_write(tree, SL_JSON_COMPACT, &b);
	assert_string_equal(b.p, want);
}

static void names_types_and_kinds(void **state)
{
	static const struct {
		const struct sl_go_type *type;
		const char *kind, *name;
	} cases[] = {
		{ NULL, "invalid", "<nil>" },
		{ &sl_go_any, "interface", "<nil>" },
		{ &sl_go_int, "int", "int" },
		{ &sl_go_float64, "float64", "float64" },
		{ &sl_go_string, "string", "string" },
		{ &sl_go_bytes, "slice", "[]uint8" },
		{ &sl_go_slice, "slice", "[]interface {}" },
		{ &sl_go_map, "map", "map[string]interface {}" },
		{ &sl_go_string_map, "map", "map[string]string" },
		{ &sl_go_error, "ptr", "*errors.errorString" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		struct sl_goval v = { .type = cases[i].type };

		assert_string_equal(sl_go_kind_name(sl_goval_kind(v)), cases[i].kind);
		assert_string_equal(sl_goval_type_name(v), cases[i].name);
	}
}

static void knows_what_is_true_and_what_is_nil(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_go_list *one = sl_go_list_new(&a, 0);
	struct sl_go_map *map = sl_go_map_new(&a);
	const struct {
		struct sl_goval v;
		bool truth, nil;
	} cases[] = {
		{ SL_GO_NONE, false, true },
		{ SL_GO_NIL, false, true },
		{ sl_goval_bool(true), true, false },
		{ sl_goval_bool(false), false, false },
		{ sl_goval_int(0), false, false },
		{ sl_goval_int(-1), true, false },
		{ sl_goval_float(0), false, false },
		{ sl_goval_float(NAN), true, false },
		{ sl_goval_strz(""), false, false },
		{ sl_goval_strz("0"), true, false },
		{ sl_goval_bytes(SL_STR_NULL), false, true },
		{ sl_goval_bytes(SL_STR("")), false, false },
		{ sl_goval_bytes(SL_STR("x")), true, false },
		{ sl_goval_list(NULL), false, true },
		{ sl_goval_list(sl_go_list_new(&a, 3)), false, false },
		{ sl_goval_list(one), true, false },
		{ sl_goval_map(NULL), false, true },
		{ sl_goval_map(sl_go_map_new(&a)), false, false },
		{ sl_goval_map(map), true, false },
		{ { .type = &sl_go_error }, false, true },
	};

	(void)state;
	sl_go_list_push(&a, one, SL_GO_NIL);
	sl_go_map_set(&a, map, SL_STR("k"), SL_GO_NIL);
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		if (sl_goval_truth(cases[i].v) != cases[i].truth)
			fail_msg("truth of case %zu", i);
		if (sl_goval_is_nil(cases[i].v) != cases[i].nil)
			fail_msg("nil of case %zu", i);
	}
}

static void assigns_where_go_does(void **state)
{
	static const struct sl_go_type values = { .kind = SL_GO_MAP,
						  .name = "chartutil.Values",
						  .elem = &sl_go_any };
	static const struct sl_go_type other = { .kind = SL_GO_MAP,
						 .name = "main.Values",
						 .elem = &sl_go_any };
	static const struct sl_go_type month = { .kind = SL_GO_INT, .name = "time.Month" };

	(void)state;
	assert_true(sl_go_type_assignable(&sl_go_string, &sl_go_any));
	assert_true(sl_go_type_assignable(&sl_go_int, &sl_go_int));
	assert_false(sl_go_type_assignable(&sl_go_any, &sl_go_int));
	assert_false(sl_go_type_assignable(&sl_go_int, &sl_go_int64));
	assert_false(sl_go_type_assignable(&month, &sl_go_int));
	assert_true(sl_go_type_assignable(&values, &sl_go_map));
	assert_true(sl_go_type_assignable(&sl_go_map, &values));
	assert_false(sl_go_type_assignable(&values, &other));
	assert_false(sl_go_type_assignable(&sl_go_string_map, &sl_go_map));
	assert_false(sl_go_type_assignable(&sl_go_strings, &sl_go_slice));
}

static void lists_grow_and_bytes_have_items(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_go_list *l = sl_go_list_new(&a, 0);
	struct sl_goval byte;

	(void)state;
	for (int64_t i = 0; i < 100; i++)
		sl_go_list_push(&a, l, sl_goval_int(i));
	assert_int_equal(sl_goval_len(sl_goval_list(l)), 100);
	for (int64_t i = 0; i < 100; i++)
		assert_int_equal(sl_goval_item(sl_goval_list(l), (size_t)i).i, i);
	byte = sl_goval_item(sl_goval_bytes(SL_STR("\xff")), 0);
	assert_ptr_equal(byte.type, &sl_go_uint8);
	assert_int_equal(byte.u, 255);
	assert_int_equal(sl_go_list_len(NULL), 0);
}

static void maps_find_replace_and_remove(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_go_map *m = sl_go_map_new(&a);
	char key[16];

	(void)state;
	assert_null(sl_go_map_get(NULL, SL_STR("a")));
	assert_false(sl_go_map_remove(NULL, SL_STR("a")));
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 300; i++) {
			snprintf(key, sizeof(key), "k%d", i);
			sl_go_map_set(&a, m, sl_str(key), sl_goval_int(i + round));
		}
	assert_int_equal(sl_go_map_len(m), 300);
	/* Whatever is removed, the others are found, and come once each. */
	for (int i = 0; i < 300; i += 3) {
		snprintf(key, sizeof(key), "k%d", i);
		assert_true(sl_go_map_remove(m, sl_str(key)));
		assert_false(sl_go_map_remove(m, sl_str(key)));
	}
	assert_int_equal(sl_go_map_len(m), 200);
	for (int i = 0; i < 300; i++) {
		const struct sl_goval *v;

		snprintf(key, sizeof(key), "k%d", i);
		v = sl_go_map_get(m, sl_str(key));
		assert_int_equal(v != NULL, i % 3 != 0);
		if (v)
			assert_int_equal(v->i, i + 1);
	}
	for (int i = 0; i < 300; i += 3) {
		snprintf(key, sizeof(key), "k%d", i);
		sl_go_map_set(&a, m, sl_str(key), sl_goval_int(0));
	}
	assert_int_equal(sl_go_map_len(m), 300);
}

static void maps_that_shrank_find_what_comes_later(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_go_map *m = sl_go_map_new(&a);

	(void)state;
	for (char c = 'a'; c <= 'l'; c++)
		sl_go_map_set(&a, m, (struct sl_str){ &c, 1 }, sl_goval_int(c));
	for (char c = 'c'; c <= 'l'; c++)
		assert_true(sl_go_map_remove(m, (struct sl_str){ &c, 1 }));
	for (int twice = 0; twice < 2; twice++) {
		sl_go_map_set(&a, m, SL_STR("key"), sl_goval_int(1));
		assert_non_null(sl_go_map_get(m, SL_STR("key")));
		assert_int_equal(sl_go_map_len(m), 3);
	}
}

static void small_maps_remove_as_well(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_go_map *m = sl_go_map_new(&a);

	(void)state;
	sl_go_map_set(&a, m, SL_STR("a"), sl_goval_int(1));
	sl_go_map_set(&a, m, SL_STR("b"), sl_goval_int(2));
	sl_go_map_set(&a, m, SL_STR("c"), sl_goval_int(3));
	assert_true(sl_go_map_remove(m, SL_STR("a")));
	expect_json(&a, sl_goval_map(m), "{\"b\":2,\"c\":3}");
	assert_true(sl_go_map_remove(m, SL_STR("c")));
	assert_true(sl_go_map_remove(m, SL_STR("b")));
	expect_json(&a, sl_goval_map(m), "{}");
}

static void maps_list_their_keys_sorted(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_go_map *m = sl_go_map_new(&a);
	static const char *const in[] = {
		"b", "", "ab", "a", "B", "\xc3\xa4", "z", "ba", "c", "aa"
	};
	static const char *const want[] = { "",	 "B",  "a", "aa", "ab",
					    "b", "ba", "c", "z",  "\xc3\xa4" };
	struct sl_str *keys;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(in); i++)
		sl_go_map_set(&a, m, sl_str(in[i]), sl_goval_int((int64_t)i));
	keys = sl_go_map_keys(&a, m);
	for (size_t i = 0; i < SL_ARRAY_LEN(want); i++)
		assert_str(keys[i], want[i]);
	(void)sl_go_map_keys(&a, NULL);
}

static void members_come_sorted_with_their_values(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_go_map *m = sl_go_map_new(&a);
	const struct sl_go_member *sorted;

	(void)state;
	assert_null(sl_go_map_sorted(&a, NULL));
	assert_null(sl_go_map_sorted(&a, m));
	sl_go_map_set(&a, m, SL_STR("b"), sl_goval_int(2));
	sl_go_map_set(&a, m, SL_STR("c"), sl_goval_int(3));
	sorted = sl_go_map_sorted(&a, m);
	assert_str(sorted[0].key, "b");
	assert_int_equal(sorted[1].value.i, 3);
	/* Now they have to be sorted, and the map stays as it lies. */
	sl_go_map_set(&a, m, SL_STR("a"), sl_goval_int(1));
	sorted = sl_go_map_sorted(&a, m);
	for (int i = 0; i < 3; i++)
		assert_int_equal(sorted[i].value.i, i + 1);
	assert_str(sorted[0].key, "a");
	assert_str(sl_go_map_key_at(m, 0), "b");
}

static void a_copy_of_a_map_is_its_own(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_goval v = decoded(&a,
				    "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,"
				    "\"h\":8,\"i\":9,\"j\":10}",
				    SL_GO_NUMBERS_INT);
	struct sl_go_map *copy = sl_go_map_copy(&a, v.map);

	(void)state;
	sl_go_map_set(&a, copy, SL_STR("a"), sl_goval_int(100));
	sl_go_map_set(&a, copy, SL_STR("z"), sl_goval_int(26));
	assert_int_equal(sl_go_map_get(v.map, SL_STR("a"))->i, 1);
	assert_null(sl_go_map_get(v.map, SL_STR("z")));
	assert_int_equal(sl_go_map_get(copy, SL_STR("j"))->i, 10);
	assert_int_equal(sl_go_map_len(sl_go_map_copy(&a, NULL)), 0);
}

static void decoded_numbers_are_floats_or_integers(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const char *json =
		"[1,1.5,18446744073709551616,1e999,-1e999,null,true,\"s\",{\"b\":[],\"a\":{}}]";
	struct sl_goval f = decoded(&a, json, SL_GO_NUMBERS_FLOAT);
	struct sl_goval i = decoded(&a, json, SL_GO_NUMBERS_INT);

	(void)state;
	assert_ptr_equal(sl_goval_item(f, 0).type, &sl_go_float64);
	assert_ptr_equal(sl_goval_item(i, 0).type, &sl_go_int64);
	assert_ptr_equal(sl_goval_item(i, 1).type, &sl_go_float64);
	assert_true(sl_goval_item(i, 2).f == 0x1p64);
	assert_true(isinf(sl_goval_item(f, 3).f) && sl_goval_item(f, 4).f < 0);
	assert_ptr_equal(sl_goval_item(f, 5).type, &sl_go_any);
	assert_ptr_equal(sl_goval_from_value(&a, NULL, SL_GO_NUMBERS_INT).type, &sl_go_any);
	assert_str(sl_go_map_key_at(sl_goval_item(f, 8).map, 0), "a");
}

static void writes_what_encoding_json_writes(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_go_list *l = sl_go_list_new(&a, 0);
	struct sl_str text = SL_STR("boom");

	(void)state;
	expect_json(
		&a,
		decoded(&a, "{\"z\":1.0,\"a\":[1e6,1e20,1e21,0.5,-0.0,1e-7]}", SL_GO_NUMBERS_FLOAT),
		"{\"a\":[1000000,100000000000000000000,1e+21,0.5,-0,1e-7],\"z\":1}");
	sl_go_list_push(&a, l, sl_goval_bytes(SL_STR("hi")));
	sl_go_list_push(&a, l, sl_goval_bytes(SL_STR_NULL));
	sl_go_list_push(&a, l, sl_goval_list(NULL));
	sl_go_list_push(&a, l, sl_goval_map(NULL));
	sl_go_list_push(&a, l, SL_GO_NONE);
	sl_go_list_push(&a, l, sl_goval_strz("a\xff\xc3\xa4"));
	sl_go_list_push(&a, l, (struct sl_goval){ .type = &sl_go_uint64, .u = UINT64_MAX });
	sl_go_list_push(&a, l, (struct sl_goval){ .type = &sl_go_uint8, .u = 7 });
	sl_go_list_push(&a, l, (struct sl_goval){ .type = &sl_go_float32, .f = (double)0.1f });
	sl_go_list_push(&a, l, (struct sl_goval){ .type = &sl_go_error, .ptr = &text });
	expect_json(&a, sl_goval_list(l),
		    "[\"aGk=\",null,null,null,null,\"a\xef\xbf\xbd\xc3\xa4\","
		    "18446744073709551615,7,0.1,{}]");
}

struct place {
	struct sl_str name;
	int64_t rank;
};

static struct sl_goval place_name(struct sl_arena *a, const void *ptr)
{
	(void)a;
	return sl_goval_str(((const struct place *)ptr)->name);
}

static struct sl_goval place_rank(struct sl_arena *a, const void *ptr)
{
	(void)a;
	return sl_goval_int(((const struct place *)ptr)->rank);
}

static int json_of_stamp(struct sl_arena *a, const struct sl_goval *v, struct sl_value **ret,
			 struct sl_err *err)
{
	(void)v;
	(void)err;
	*ret = sl_value_strz(a, "stamp");
	return 0;
}

static const struct sl_go_field place_fields[] = {
	{ .name = "Name", .get = place_name, .json = "name", .omit_empty = true },
	{ .name = "Rank", .get = place_rank },
	{ .name = "Hidden", .get = place_rank, .json = "-" },
	{ 0 },
};
static const struct sl_go_type place_type = { .kind = SL_GO_STRUCT,
					      .name = "main.Place",
					      .fields = place_fields };
static const struct sl_go_type place_pointer = { .kind = SL_GO_POINTER,
						 .name = "*main.Place",
						 .elem = &place_type };
static const struct sl_go_type stamp_type = { .kind = SL_GO_STRUCT,
					      .name = "main.Stamp",
					      .json = json_of_stamp };
static const struct sl_go_type stamp_pointer = { .kind = SL_GO_POINTER,
						 .name = "*main.Stamp",
						 .elem = &stamp_type };

static void writes_structs_by_their_fields(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct place oslo = { SL_STR("Oslo"), 3 }, none = { SL_STR_NULL, 0 };

	(void)state;
	expect_json(&a, (struct sl_goval){ .type = &place_type, .ptr = &oslo },
		    "{\"name\":\"Oslo\",\"Rank\":3}");
	expect_json(&a, (struct sl_goval){ .type = &place_pointer, .ptr = &none }, "{\"Rank\":0}");
	expect_json(&a, (struct sl_goval){ .type = &place_pointer }, "null");
	expect_json(&a, (struct sl_goval){ .type = &stamp_type, .ptr = &oslo }, "\"stamp\"");
	expect_json(&a, (struct sl_goval){ .type = &stamp_pointer, .ptr = &oslo }, "\"stamp\"");
}

static void refuses_what_json_does_not_have(void **state)
{
	static const struct sl_go_type func = { .kind = SL_GO_FUNC, .name = "func() string" };
	SL_AUTO(sl_arena) a = SL_ARENA_INIT, small = SL_ARENA_INIT_LIMIT(10000);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_go_map *cycle = sl_go_map_new(&a);
	struct sl_goval v = sl_goval_map(cycle);
	struct sl_value *tree;

	(void)state;
	assert_error(sl_goval_to_value(&a, sl_goval_float(NAN), &tree, &err), SL_ERR_INVALID, &err,
		     "json: unsupported value: NaN");
	assert_error(sl_goval_to_value(&a, sl_goval_float(-INFINITY), &tree, &err), SL_ERR_INVALID,
		     &err, "json: unsupported value: -Inf");
	assert_error(sl_goval_to_value(&a, (struct sl_goval){ .type = &func }, &tree, &err),
		     SL_ERR_INVALID, &err, "json: unsupported type: func() string");
	sl_go_map_set(&a, cycle, SL_STR("self"), v);
	assert_error(sl_goval_to_value(&a, v, &tree, &err), SL_ERR_INVALID, &err,
		     "json: unsupported value: encountered a cycle via map[string]interface {}");
	/* Shared parts double with each level: only the arena ends that. */
	v = SL_GO_NIL;
	for (int i = 0; i < 60; i++) {
		struct sl_go_list *l = sl_go_list_new(&a, 2);

		sl_go_list_push(&a, l, v);
		sl_go_list_push(&a, l, v);
		v = sl_goval_list(l);
	}
	assert_error(sl_goval_to_value(&small, v, &tree, &err), SL_ERR_TOO_LARGE, &err,
		     "the memory of the rendering is used up");
}

static struct sl_goval nested(struct sl_arena *a, int depth)
{
	struct sl_goval v = SL_GO_NIL;

	for (int i = 0; i < depth; i++) {
		struct sl_go_list *l = sl_go_list_new(a, 1);

		sl_go_list_push(a, l, v);
		v = sl_goval_list(l);
	}
	return v;
}

static void bounds_the_depth(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *tree;

	(void)state;
	for (int depth = SL_GO_DEPTH_MAX - 1; depth <= SL_GO_DEPTH_MAX; depth++) {
		assert_ok(sl_goval_to_value(&a, nested(&a, depth), &tree, &err), &err);
		assert_true(sl_goval_deep_equal(nested(&a, depth), nested(&a, depth)));
	}
	assert_code(sl_goval_to_value(&a, nested(&a, SL_GO_DEPTH_MAX + 1), &tree, &err),
		    SL_ERR_INVALID, &err);
	assert_false(sl_goval_deep_equal(nested(&a, SL_GO_DEPTH_MAX + 3),
					 nested(&a, SL_GO_DEPTH_MAX + 3)));
}

static void compares_deeply(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct place p1 = { SL_STR("a"), 1 }, p2 = { SL_STR("a"), 1 }, p3 = { SL_STR("a"), 2 };
	static const struct {
		const char *x, *y;
		bool same;
	} cases[] = {
		{ "1", "1", true },
		{ "1", "2", false },
		{ "1", "\"1\"", false },
		{ "null", "null", true },
		{ "null", "false", false },
		{ "[1,[2]]", "[1,[2]]", true },
		{ "[1,2]", "[2,1]", false },
		{ "[1]", "[1,1]", false },
		{ "{\"a\":1,\"b\":{}}", "{\"b\":{},\"a\":1}", true },
		{ "{\"a\":1}", "{\"b\":1}", false },
		{ "{\"a\":1}", "{\"a\":1,\"b\":1}", false },
	};
	const struct sl_goval nil = SL_GO_NIL, none = SL_GO_NONE;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++)
		assert_int_equal(sl_goval_deep_equal(decoded(&a, cases[i].x, SL_GO_NUMBERS_INT),
						     decoded(&a, cases[i].y, SL_GO_NUMBERS_INT)),
				 cases[i].same);
	assert_false(sl_goval_deep_equal(sl_goval_int(1), sl_goval_int64(1)));
	assert_false(sl_goval_deep_equal(sl_goval_float(NAN), sl_goval_float(NAN)));
	assert_true(sl_goval_deep_equal(nil, none));
	assert_false(
		sl_goval_deep_equal(sl_goval_list(NULL), sl_goval_list(sl_go_list_new(&a, 0))));
	assert_true(sl_goval_deep_equal(sl_goval_bytes(SL_STR("a")), sl_goval_bytes(SL_STR("a"))));
	assert_true(sl_goval_deep_equal((struct sl_goval){ .type = &place_type, .ptr = &p1 },
					(struct sl_goval){ .type = &place_type, .ptr = &p2 }));
	assert_false(sl_goval_deep_equal((struct sl_goval){ .type = &place_pointer, .ptr = &p1 },
					 (struct sl_goval){ .type = &place_pointer, .ptr = &p3 }));
}

static void compares_shared_parts_and_cycles_once(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_goval v[2] = { SL_GO_NIL, SL_GO_NIL };
	struct sl_go_map *cycle[2];

	(void)state;
	for (int side = 0; side < 2; side++)
		for (int i = 0; i < 60; i++) {
			struct sl_go_list *l = sl_go_list_new(&a, 2);

			sl_go_list_push(&a, l, v[side]);
			sl_go_list_push(&a, l, v[side]);
			v[side] = sl_goval_list(l);
		}
	assert_true(sl_goval_deep_equal(v[0], v[1]));
	for (int side = 0; side < 2; side++) {
		cycle[side] = sl_go_map_new(&a);
		sl_go_map_set(&a, cycle[side], SL_STR("self"), sl_goval_map(cycle[side]));
	}
	assert_true(sl_goval_deep_equal(sl_goval_map(cycle[0]), sl_goval_map(cycle[0])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_types_and_kinds),
		cmocka_unit_test(knows_what_is_true_and_what_is_nil),
		cmocka_unit_test(assigns_where_go_does),
		cmocka_unit_test(lists_grow_and_bytes_have_items),
		cmocka_unit_test(maps_find_replace_and_remove),
		cmocka_unit_test(maps_that_shrank_find_what_comes_later),
		cmocka_unit_test(small_maps_remove_as_well),
		cmocka_unit_test(maps_list_their_keys_sorted),
		cmocka_unit_test(members_come_sorted_with_their_values),
		cmocka_unit_test(a_copy_of_a_map_is_its_own),
		cmocka_unit_test(decoded_numbers_are_floats_or_integers),
		cmocka_unit_test(writes_what_encoding_json_writes),
		cmocka_unit_test(writes_structs_by_their_fields),
		cmocka_unit_test(refuses_what_json_does_not_have),
		cmocka_unit_test(bounds_the_depth),
		cmocka_unit_test(compares_deeply),
		cmocka_unit_test(compares_shared_parts_and_cycles_once),
	};

	return run_group("lang/template/goval", tests);
}
