#include "libcommon/codec/semver.h"

#include <stdlib.h>

#include "libcommon/base/mem.h"
#include "test/unit/codec/semver_golden.h"
#include "test/unit/support/test.h"

typedef int (*parse_fn)(struct sl_str, struct sl_semver *, struct sl_err *);

/* The answer in the form of the golden table; the caller frees it. */
static char *answer(parse_fn parse, const char *text)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_semver v;

	if (parse(sl_str(text), &v, &err) < 0)
		return sl_xasprintf("! %s", err.message);
	assert_str(v.original, text);
	return sl_semver_string(&v);
}

static void agrees_with_go(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(version_cases); i++) {
		const struct version_case *c = &version_cases[i];
		SL_AUTO_FREE char *loose = answer(sl_semver_parse, c->text);
		SL_AUTO_FREE char *strict = answer(sl_semver_parse_strict, c->text);
		SL_AUTO_FREE char *tag = answer(sl_semver_parse_tag, c->text);

		assert_string_equal(loose, c->loose);
		assert_string_equal(strict, c->strict);
		assert_string_equal(tag, c->tag);
	}
}

/* SemVer 2.0.0 section 11, and the corners of the original. */
static void orders_by_precedence(void **state)
{
	static const char *const ascending[] = {
		"0.0.0-0",
		"0.0.0",
		"0.0.1",
		"0.1.0",
		"1.0.0-0",
		"1.0.0-9",
		"1.0.0-10",
		"1.0.0-99999999999999999999",
		"1.0.0-alpha",
		"1.0.0-alpha.1",
		"1.0.0-alpha.10",
		"1.0.0-alpha.beta",
		"1.0.0-beta",
		"1.0.0-beta.2",
		"1.0.0-beta.11",
		"1.0.0-rc.1",
		"1.0.0",
		"1.0.1",
		"1.2.0",
		"1.10.0",
		"2.0.0",
		"10.0.0",
		"18446744073709551615.0.0",
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(ascending); i++) {
		for (size_t k = 0; k < SL_ARRAY_LEN(ascending); k++) {
			struct sl_semver a, b;
			int r;

			assert_int_equal(sl_semver_parse_strict(sl_str(ascending[i]), &a, NULL), 0);
			assert_int_equal(sl_semver_parse_strict(sl_str(ascending[k]), &b, NULL), 0);
			r = sl_semver_cmp(&a, &b);
			if ((r > 0) - (r < 0) != (i > k) - (i < k))
				fail_msg("%s and %s: %d", ascending[i], ascending[k], r);
		}
	}
}

static void ignores_metadata_in_order(void **state)
{
	struct sl_semver a, b;

	(void)state;
	assert_int_equal(sl_semver_parse(SL_STR("1.2.3+a"), &a, NULL), 0);
	assert_int_equal(sl_semver_parse(SL_STR("v1.2.3+b"), &b, NULL), 0);
	assert_int_equal(sl_semver_cmp(&a, &b), 0);
	assert_str(b.metadata, "b");
}

static void caps_its_text(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	char text[SL_SEMVER_TEXT_MAX + 1] = "1.2.3-";
	struct sl_semver v;

	(void)state;
	memset(text + 6, 'a', sizeof(text) - 6);
	assert_ok(sl_semver_parse((struct sl_str){ text, SL_SEMVER_TEXT_MAX - 1 }, &v, &err), &err);
	assert_ok(sl_semver_parse((struct sl_str){ text, SL_SEMVER_TEXT_MAX }, &v, &err), &err);
	assert_ok(sl_semver_parse_strict((struct sl_str){ text, SL_SEMVER_TEXT_MAX }, &v, &err),
		  &err);
	assert_error(sl_semver_parse((struct sl_str){ text, sizeof(text) }, &v, &err),
		     SL_ERR_TOO_LARGE, &err, "version string is too long (max 256 bytes)");
	assert_error(sl_semver_parse_strict((struct sl_str){ text, sizeof(text) }, &v, &err),
		     SL_ERR_TOO_LARGE, &err, "version string is too long (max 256 bytes)");
}

static void refuses_nul_and_leaves_the_output(void **state)
{
	struct sl_semver v = { .major = 7 };

	(void)state;
	assert_int_equal(sl_semver_parse(SL_STR("1.2.3\0"), &v, NULL), SL_ERR_INVALID);
	assert_int_equal(sl_semver_parse_strict(SL_STR("1.2.3-a\0b"), &v, NULL), SL_ERR_INVALID);
	assert_int_equal(sl_semver_parse_tag(SL_STR_NULL, &v, NULL), SL_ERR_INVALID);
	assert_int_equal(v.major, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_go),
		cmocka_unit_test(orders_by_precedence),
		cmocka_unit_test(ignores_metadata_in_order),
		cmocka_unit_test(caps_its_text),
		cmocka_unit_test(refuses_nul_and_leaves_the_output),
	};

	return run_group("semver", tests);
}
