#include "libcommon/codec/jsonpointer.h"

#include <stdio.h>

#include "test/unit/support/expect.h"

/* RFC 6901 section 5. */
static void follows_the_rfcs_examples(void **state)
{
	static const struct {
		const char *pointer, *json; /* NULL: nothing there */
	} cases[] = {
		{ "/foo", "[\"bar\",\"baz\"]" },
		{ "/foo/0", "\"bar\"" },
		{ "/", "0" },
		{ "/a~1b", "1" },
		{ "/c%d", "2" },
		{ "/i\\j", "5" },
		{ "/k\"l", "6" },
		{ "/ ", "7" },
		{ "/m~0n", "8" },
		{ "/~2", "9" },
		{ "/foo/2", NULL },
		{ "/foo/-", NULL },
		{ "/foo/01", NULL },
		{ "/foo/0/x", NULL },
		{ "/none", NULL },
		{ "//", NULL },
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *doc = tree(&a, "{'foo':['bar','baz'],'':0,'a/b':1,'c%d':2,'i\\\\j':5,"
					"'k\\u0022l':6,' ':7,'m~n':8,'~2':9}");
	struct sl_jsonpointer p;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		struct sl_value *v;

		expect_ok(sl_jsonpointer_parse(&a, sl_str(cases[i].pointer), &p, &err), &err);
		v = sl_jsonpointer_get(doc, &p, p.n);
		if (cases[i].json)
			expect_json(v, cases[i].json);
		else
			assert_null(v);
	}
	expect_ok(sl_jsonpointer_parse(&a, SL_STR(""), &p, &err), &err);
	assert_int_equal(p.n, 0);
	assert_ptr_equal(sl_jsonpointer_get(doc, &p, p.n), doc);
}

static void escapes_and_parses_back(void **state)
{
	static const char *const tokens[] = {
		"", "a", "a/b", "~", "~1", "~0/~1", "//", "\xc3\xa9"
	};
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1000);
	struct sl_jsonpointer p;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(tokens); i++)
		sl_jsonpointer_append(&b, sl_str(tokens[i]));
	expect_str(sl_strbuf_str(&b), "//a/a~1b/~0/~01/~00~1~01/~1~1/\xc3\xa9");
	expect_ok(sl_jsonpointer_parse(&a, sl_strbuf_str(&b), &p, &err), &err);
	assert_int_equal(p.n, SL_ARRAY_LEN(tokens));
	for (size_t i = 0; i < p.n; i++)
		expect_str(p.tokens[i], tokens[i]);
}

static void refuses_relative_pointers(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_jsonpointer p;

	(void)state;
	expect_err(sl_jsonpointer_parse(&a, SL_STR("a/b"), &p, &err), SL_ERR_INVALID,
		   "must begin with '/'", &err);
}

static void keeps_token_limit(void **state)
{
	(void)state;
	for (int over = -1; over <= 1; over++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1000);
		struct sl_jsonpointer p;

		sl_strbuf_addn(&b, '/', (size_t)(SL_JSONPOINTER_TOKENS_MAX + over));
		assert_int_equal(sl_jsonpointer_parse(&a, sl_strbuf_str(&b), &p, &err),
				 over > 0 ? SL_ERR_TOO_LARGE : 0);
	}
}

static void reads_strict_indices(void **state)
{
	static const struct {
		const char *token;
		bool ok;
		size_t index;
	} cases[] = {
		{ "0", true, 0 },
		{ "10", true, 10 },
		{ "18446744073709551615", true, SIZE_MAX },
		{ "", false, 0 },
		{ "-", false, 0 },
		{ "-1", false, 0 },
		{ "01", false, 0 },
		{ "00", false, 0 },
		{ "+1", false, 0 },
		{ "1a", false, 0 },
		{ "18446744073709551616", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		size_t index = 0;

		assert_int_equal(sl_jsonpointer_index(sl_str(cases[i].token), &index), cases[i].ok);
		if (cases[i].ok)
			assert_int_equal(index, cases[i].index);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_rfcs_examples),
		cmocka_unit_test(escapes_and_parses_back),
		cmocka_unit_test(refuses_relative_pointers),
		cmocka_unit_test(keeps_token_limit),
		cmocka_unit_test(reads_strict_indices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
