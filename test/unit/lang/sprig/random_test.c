#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

/* A source that is not random, and whether it fails. */
struct source {
	unsigned char next;
	bool fails;
};

static int draw(void *data, void *buf, size_t n, struct sl_err *err)
{
	struct source *s = data;
	unsigned char *bytes = buf;

	if (s->fails)
		return sl_err_set(err, SL_ERR_IO, "no chance");
	for (size_t i = 0; i < n; i++) {
		bytes[i] = s->next;
		s->next = (unsigned char)(s->next * 5 + 3);
	}
	return 0;
}

static struct sl_str call_text(struct sl_arena *a, const char *function, const char *args)
{
	struct source source = { .next = 1 };
	struct sl_go_host host = { .data = &source, .random = draw };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_goval v;

	assert_ok(sprig_call(a, &host, function, args, &v, &err), &err);
	assert_ptr_equal(v.type, &sl_go_string);
	return v.s;
}

static void draws_from_the_set_and_from_all_of_it(void **state)
{
	static const struct {
		const char *function, *set;
	} cases[] = {
		{ "randNumeric", "0123456789" },
		{ "randAlpha", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" },
		{ "randAlphaNum",
		  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" },
		{ "randAscii", " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_str s = call_text(&a, cases[i].function, "2000");

		assert_int_equal(s.n, 2000);
		for (size_t j = 0; j < s.n; j++)
			assert_non_null(strchr(cases[i].set, s.p[j]));
		for (const char *c = cases[i].set; *c; c++)
			if (sl_str_chr(s, *c) < 0)
				fail_msg("%s never draws %c", cases[i].function, *c);
	}
}

static void draws_nothing_for_no_length(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	(void)state;
	assert_str(call_text(&a, "randAlpha", "0"), "");
	assert_str(call_text(&a, "randAscii", "-1"), "");
}

static void draws_integers_within_bounds(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct source source = { .next = 1 };
	struct sl_go_host host = { .data = &source, .random = draw };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	bool seen[3] = { false };
	struct sl_goval v;

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_ok(sprig_call(&a, &host, "randInt", "-1, 2", &v, &err), &err);
		assert_ptr_equal(v.type, &sl_go_int);
		assert_in_range(v.i + 1, 0, 2);
		seen[v.i + 1] = true;
		source.next = (unsigned char)i;
	}
	assert_true(seen[0] && seen[1] && seen[2]);
	assert_error(sprig_call(&a, &host, "randInt", "2, 2", &v, &err), SL_ERR_INVALID, &err,
		     "invalid argument to Intn");
	assert_error(sprig_call(&a, &host, "randInt", "3, 2", &v, &err), SL_ERR_INVALID, &err,
		     "invalid argument to Intn");
}

static void shuffles_characters(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_str s = call_text(&a, "shuffle", "'abcdef\xc3\xa9'");

	(void)state;
	assert_int_equal(s.n, 8);
	assert_false(sl_str_eqz(s, "abcdef\xc3\xa9"));
	for (const char *c = "abcdef"; *c; c++)
		assert_true(sl_str_chr(s, *c) >= 0);
	assert_true(sl_str_find(s, SL_STR("\xc3\xa9")) >= 0);
	assert_str(call_text(&a, "shuffle", "''"), "");
}

static void needs_a_source(void **state)
{
	static const char *const calls[][2] = { { "randAlpha", "1" },
						{ "randInt", "0, 9" },
						{ "shuffle", "'ab'" } };
	struct source source = { .fails = true };
	struct sl_go_host host = { .data = &source, .random = draw };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(calls); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_goval v;

		assert_error(sprig_call(&a, &host, calls[i][0], calls[i][1], &v, &err), SL_ERR_IO,
			     &err, "no chance");
		assert_error(sprig_call(&a, NULL, calls[i][0], calls[i][1], &v, &err),
			     SL_ERR_UNSUPPORTED, &err, "there is no random source");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_from_the_set_and_from_all_of_it),
		cmocka_unit_test(draws_nothing_for_no_length),
		cmocka_unit_test(draws_integers_within_bounds),
		cmocka_unit_test(shuffles_characters),
		cmocka_unit_test(needs_a_source),
	};

	return run_group("random", tests);
}
