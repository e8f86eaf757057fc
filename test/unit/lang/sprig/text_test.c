/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void trims(void **state)
{
	static const struct sprig_case cases[] = {
		{ "trim", "'  a b\\n\\t'", "string 'a b'" },
		{ "trim", "'\\u00a0\\u2003x\\u3000'", "string 'x'" },
		{ "trim", "''", "string ''" },
		{ "trimAll", "'$', '$5.00$'", "string '5.00'" },
		{ "trimAll", "'ab', 'abcba'", "string 'c'" },
		{ "trimAll", "'', 'abc'", "string 'abc'" },
		{ "trimall", "'-', '--a-b--'", "string 'a-b'" },
		{ "trimAll", "'\346\227\245\346\234\254', '\346\227\245x\346\234\254'",
		  "string 'x'" },
		{ "trimPrefix", "'-', '--a'", "string '-a'" },
		{ "trimPrefix", "'x', 'a'", "string 'a'" },
		{ "trimSuffix", "'-', 'a--'", "string 'a-'" },
		{ "trimSuffix", "'', 'a'", "string 'a'" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void cuts(void **state)
{
	static const struct sprig_case cases[] = {
		{ "trunc", "3, 'abcdef'", "string 'abc'" },
		{ "trunc", "-2, 'abcdef'", "string 'ef'" },
		{ "trunc", "10, 'abc'", "string 'abc'" },
		{ "trunc", "-10, 'abc'", "string 'abc'" },
		{ "trunc", "-3, 'abc'", "string 'abc'" },
		{ "trunc", "0, 'abc'", "string ''" },
		{ "substr", "1, 3, 'abcdef'", "string 'bc'" },
		{ "substr", "-1, 3, 'abcdef'", "string 'abc'" },
		{ "substr", "2, -1, 'abcdef'", "string 'cdef'" },
		{ "substr", "2, 100, 'abcdef'", "string 'cdef'" },
		{ "substr", "0, 0, ''", "string ''" },
		{ "substr", "-1, -1, 'abc'",
		  "error: runtime error: slice bounds out of range [:-1]" },
		{ "substr", "-1, 4, 'abc'",
		  "error: runtime error: slice bounds out of range [:4] with length 3" },
		{ "substr", "4, 2, 'abc'",
		  "error: runtime error: slice bounds out of range [4:2]" },
		{ "substr", "2, 1, 'abc'",
		  "error: runtime error: slice bounds out of range [2:1]" },
		{ "substr", "4, -1, 'abc'",
		  "error: runtime error: slice bounds out of range [4:3]" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void looks_for_texts(void **state)
{
	static const struct sprig_case cases[] = {
		{ "contains", "'b', 'abc'", "bool true" },
		{ "contains", "'', 'abc'", "bool true" },
		{ "contains", "'x', 'abc'", "bool false" },
		{ "hasPrefix", "'ab', 'abc'", "bool true" },
		{ "hasPrefix", "'b', 'abc'", "bool false" },
		{ "hasSuffix", "'bc', 'abc'", "bool true" },
		{ "hasSuffix", "'b', 'abc'", "bool false" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void repeats_and_replaces(void **state)
{
	static const struct sprig_case cases[] = {
		{ "repeat", "3, 'ab'", "string 'ababab'" },
		{ "repeat", "0, 'ab'", "string ''" },
		{ "repeat", "-1, 'ab'", "error: strings: negative Repeat count" },
		{ "replace", "'a', 'b', 'banana'", "string 'bbnbnb'" },
		{ "replace", "'', '-', 'a\303\251'", "string '-a-\303\251-'" },
		{ "replace", "'x', 'y', 'abc'", "string 'abc'" },
		{ "replace", "'aa', 'a', 'aaaa'", "string 'aa'" },
		{ "plural", "'one', 'many', 1", "string 'one'" },
		{ "plural", "'one', 'many', 0", "string 'many'" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void indents(void **state)
{
	static const struct sprig_case cases[] = {
		{ "indent", "2, 'a\\nb\\n\\nc\\n'", "string '  a\\n  b\\n  \\n  c\\n  '" },
		{ "indent", "0, 'a\\nb'", "string 'a\\nb'" },
		{ "indent", "2, ''", "string '  '" },
		{ "indent", "-1, 'a'", "error: strings: negative Repeat count" },
		{ "nindent", "2, 'a\\nb'", "string '\\n  a\\n  b'" },
		{ "nindent", "-1, 'a'", "error: strings: negative Repeat count" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void texts_have_a_limit(void **state)
{
	static const struct {
		const char *function, *args;
		bool fits;
	} cases[] = {
		{ "repeat", "67108863, 'a'", true },
		{ "repeat", "67108864, 'a'", true },
		{ "repeat", "67108865, 'a'", false },
		{ "repeat", "9223372036854775807, 'ab'", false },
		{ "repeat", "9223372036854775807, ''", true },
		{ "indent", "67108863, 'a'", true },
		{ "indent", "67108864, 'a'", false },
		{ "indent", "30000000, '\\n\\n\\n'", false },
		{ "nindent", "9223372036854775807, 'a'", false },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_goval v;
		int r = sprig_call(&a, NULL, cases[i].function, cases[i].args, &v, &err);

		if (cases[i].fits)
			assert_ok(r, &err);
		else
			assert_error(r, SL_ERR_TOO_LARGE, &err,
				     "the text is larger than 67108864 bytes");
	}
}

static void ends_when_memory_is_used_up(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(100000);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_goval v;

	(void)state;
	assert_ok(sprig_call(&a, NULL, "repeat", "50000, 'a'", &v, &err), &err);
	assert_error(sprig_call(&a, NULL, "repeat", "50000, 'a'", &v, &err), SL_ERR_TOO_LARGE, &err,
		     "the rendering needs more than 100000 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trims),
		cmocka_unit_test(cuts),
		cmocka_unit_test(looks_for_texts),
		cmocka_unit_test(repeats_and_replaces),
		cmocka_unit_test(indents),
		cmocka_unit_test(texts_have_a_limit),
		cmocka_unit_test(ends_when_memory_is_used_up),
	};

	return run_group("text", tests);
}
