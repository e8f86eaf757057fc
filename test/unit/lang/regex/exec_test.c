#include "libcommon/lang/regex/program.h"

#include "test/unit/support/test.h"

/* States looked at while searching `n` times "a" and what follows. */
static size_t steps(const struct sl_regex *re, size_t n, const char *behind)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 20);
	struct sl_regex_span groups[3];
	size_t count = 0;

	sl_strbuf_addn(&b, 'a', n);
	sl_strbuf_addz(&b, behind);
	(void)sl_regex_run(re, sl_strbuf_str(&b), 0, groups, 3, &count);
	return count;
}

/* Counted, not timed: a text of twice the length takes twice the steps, and never more than states. */
static void takes_linear_time(void **state)
{
	static const char *const patterns[] = {
		"(a+)+$",    "(a*)*$",	      "(x*)*$",		  "(a|a)*$",
		"(a|aa)+$",  "(.*)*(.*)*$",   "(a?){100}a{100}$", "(?:a{1,50}){1,20}$",
		"(a+)+(b)$", "(.*a.*){5,9}$", "^(a+)+$",	  "((a*)*)*b",
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(patterns); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		const struct sl_regex *re;

		assert_ok(sl_regex_compile(&a, sl_str(patterns[i]), &re, &err), &err);
		size_t once = steps(re, 2000, "!"), twice = steps(re, 4000, "!");

		assert_true(once > 2000);
		if (twice > 2 * once + once / 10)
			fail_msg("%s: %zu steps, then %zu", patterns[i], once, twice);
		/* A state is followed once a byte, come to from two others, and stepped. */
		assert_true(twice <= (size_t)re->count * 4 * 4002);
	}
}

/* Where a match has to begin with a text, or at the beginning, nothing else is looked at. */
static void skips_what_cannot_match(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct sl_regex *prefix, *anchored;

	(void)state;
	assert_ok(sl_regex_compile(&a, SL_STR("bcd?(e)"), &prefix, &err), &err);
	assert_ok(sl_regex_compile(&a, SL_STR("^b(c)"), &anchored, &err), &err);
	assert_str(prefix->prefix, "bc");
	assert_true(anchored->anchored);
	assert_true(steps(prefix, 10000, "bcde") < 100);
	assert_true(steps(anchored, 10000, "bc") < 100);
}

/* Programs that a repetition copies share one class. */
static void shares_classes(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct sl_regex *re;

	(void)state;
	assert_ok(sl_regex_compile(&a, SL_STR("(?i)(?:k\\pL){500}"), &re, &err), &err);
	assert_int_equal(re->set_count, 2);
	assert_int_equal(re->count, 1001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_linear_time),
		cmocka_unit_test(skips_what_cannot_match),
		cmocka_unit_test(shares_classes),
	};

	return run_group("lang/regex/exec", tests);
}
