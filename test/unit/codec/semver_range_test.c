#include "libcommon/codec/semver_range.h"

#include <stdlib.h>

#include "libcommon/base/strbuf.h"
#include "test/unit/codec/semver_range_golden.h"
#include "test/unit/support/test.h"

/* The answer in the form of the golden table; the caller frees it. */
static char *answer(const char *text)
{
	SL_AUTO_PTR(sl_semver_range) *range = NULL;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1000);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (sl_semver_range_parse(sl_str(text), &range, &err) < 0)
		return sl_xasprintf("! %s", err.message);
	for (size_t i = 0; i < SL_ARRAY_LEN(range_versions); i++) {
		struct sl_semver v;

		assert_int_equal(sl_semver_parse(sl_str(range_versions[i]), &v, NULL), 0);
		sl_strbuf_addc(&b, sl_semver_range_check(range, &v) ? '1' : '.');
	}
	return sl_strbuf_steal(&b);
}

static void agrees_with_go(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(range_cases); i++) {
		SL_AUTO_FREE char *got = answer(range_cases[i].range);

		if (strcmp(got, range_cases[i].want) != 0)
			fail_msg("\"%s\": got %s, want %s", range_cases[i].range, got,
				 range_cases[i].want);
	}
}

static void caps_text_and_groups(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1000);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	sl_strbuf_addz(&b, ">=1.2.3");
	sl_strbuf_addn(&b, ' ', SL_SEMVER_RANGE_TEXT_MAX - b.n);
	for (size_t n = SL_SEMVER_RANGE_TEXT_MAX - 1; n <= SL_SEMVER_RANGE_TEXT_MAX; n++) {
		SL_AUTO_PTR(sl_semver_range) *range = NULL;

		assert_ok(sl_semver_range_parse((struct sl_str){ b.p, n }, &range, &err), &err);
	}
	sl_strbuf_addc(&b, ' ');
	assert_error(
		sl_semver_range_parse(sl_strbuf_str(&b), &(struct sl_semver_range *){ NULL }, &err),
		SL_ERR_TOO_LARGE, &err, "constraint string is too long (max 512 bytes)");
	sl_strbuf_reset(&b);
	sl_strbuf_addz(&b, "1");
	for (int groups = 1; groups <= SL_SEMVER_RANGE_GROUPS_MAX + 1; groups++) {
		SL_AUTO_PTR(sl_semver_range) *range = NULL;
		int r = sl_semver_range_parse(sl_strbuf_str(&b), &range, &err);

		if (groups <= SL_SEMVER_RANGE_GROUPS_MAX)
			assert_ok(r, &err);
		else
			assert_error(r, SL_ERR_TOO_LARGE, &err,
				     "too many constraint groups (max 32)");
		sl_strbuf_addz(&b, "||1");
	}
}

/* As many hyphen ranges as fit, each growing when it is rewritten. */
static void rewrites_many_hyphen_ranges(void **state)
{
	SL_AUTO_PTR(sl_semver_range) *range = NULL;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_SEMVER_RANGE_TEXT_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_semver v;

	(void)state;
	while (b.n + 6 <= SL_SEMVER_RANGE_TEXT_MAX)
		sl_strbuf_addz(&b, "1 - 2,");
	sl_strbuf_truncate(&b, b.n - 1);
	assert_ok(sl_semver_range_parse(sl_strbuf_str(&b), &range, &err), &err);
	assert_int_equal(sl_semver_parse(SL_STR("1.5.0"), &v, NULL), 0);
	assert_true(sl_semver_range_check(range, &v));
}

static void survives_any_cut(void **state)
{
	struct sl_str whole = SL_STR(">=1.2.3-rc.1+b <2.x, !=1.5 || ~>3.1 || 4.0 - 5.1 || ^6-0");

	(void)state;
	for (size_t n = 0; n <= whole.n; n++) {
		SL_AUTO_PTR(sl_semver_range) *range = NULL;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		int r = sl_semver_range_parse(sl_str_sub(whole, 0, n), &range, &err);

		assert_true(r == 0 || r == SL_ERR_INVALID);
		assert_int_equal(r == 0, range != NULL);
	}
	assert_int_equal(
		sl_semver_range_parse(SL_STR("1\0"), &(struct sl_semver_range *){ NULL }, NULL),
		SL_ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_go),
		cmocka_unit_test(caps_text_and_groups),
		cmocka_unit_test(rewrites_many_hyphen_ranges),
		cmocka_unit_test(survives_any_cut),
	};

	return run_group("semver_range", tests);
}
