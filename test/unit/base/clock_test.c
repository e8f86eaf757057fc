#include "libcommon/base/clock.h"

#include "libcommon/base/mem.h"
#include "test/unit/support/test.h"

static void formats_rfc3339(void **state)
{
	char t[SL_RFC3339_SIZE];

	(void)state;
	sl_rfc3339(0, t);
	assert_string_equal(t, "1970-01-01T00:00:00Z");
	sl_rfc3339_ms(-1, t);
	assert_string_equal(t, "1969-12-31T23:59:59.999Z");
	sl_rfc3339(1767323045678, t);
	assert_string_equal(t, "2026-01-02T03:04:05Z");
	sl_rfc3339_micro(1767323045678901234, t);
	assert_string_equal(t, "2026-01-02T03:04:05.678901Z");
	sl_rfc3339_nano(1767323045000000009, t);
	assert_string_equal(t, "2026-01-02T03:04:05.000000009Z");
	sl_rfc3339_ms(253402300799999, t);
	assert_string_equal(t, "9999-12-31T23:59:59.999Z");
	sl_rfc3339_nano(INT64_MIN, t);
	assert_string_equal(t, "1677-09-21T00:12:43.145224192Z");
}

static void parses_rfc3339(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-01-02T03:04:05.678Z", 1767323045678 },
		{ "2026-01-02t03:04:05.6789999z", 1767323045678 },
		{ "2026-01-02T03:04:05.6Z", 1767323045600 },
		{ "2026-01-02T05:34:05+02:30", 1767323045000 },
		{ "2026-01-01T19:04:05-08:00", 1767323045000 },
		{ "2024-02-29T00:00:00Z", 1709164800000 },
		{ "2016-12-31T23:59:60Z", 1483228800000 },
		{ "9999-12-31T23:59:59Z", 253402300799000 },
		{ "0000-01-01T00:00:00Z", -62167219200000 },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		int64_t ms = -7;

		if (!sl_rfc3339_parse(sl_str(cases[i].text), &ms) || ms != cases[i].ms)
			fail_msg("%s: %lld", cases[i].text, (long long)ms);
	}
}

static void refuses_malformed_times(void **state)
{
	static const char *const bad[] = {
		"2026-01-02 03:04:05Z",	      "2026-1-2T03:04:05Z",	  "2026-13-02T03:04:05Z",
		"2026-00-02T03:04:05Z",	      "2026-02-29T03:04:05Z",	  "2026-02-30T00:00:60Z",
		"2026-01-02T24:04:05Z",	      "2026-01-02T03:60:05Z",	  "2026-01-02T03:04:61Z",
		"2026-01-02T03:04:05.Z",      "2026-01-02T03:04:05",	  "2026-01-02T03:04:05ZZ",
		"2026-01-02T03:04:05+24:00",  "2026-01-02T03:04:05+0100", "+026-01-02T03:04:05Z",
		"2026-01-02T03:04:05+01:00x", "2026-01-02T03:04: 5Z",
	};
	struct sl_str whole = SL_STR("2026-01-02T03:04:05.678+01:00");
	int64_t ms = 7;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(bad); i++)
		if (sl_rfc3339_parse(sl_str(bad[i]), &ms))
			fail_msg("accepted %s", bad[i]);
	for (size_t n = 0; n < whole.n; n++)
		assert_false(sl_rfc3339_parse(sl_str_sub(whole, 0, n), &ms));
	assert_int_equal(ms, 7);
}

static void jitters_within_its_bounds(void **state)
{
	bool below = false, above = false;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t ms = sl_jitter_ms(60000, 5);

		assert_in_range(ms, 57000, 63000);
		below |= ms < 60000;
		above |= ms > 60000;
	}
	assert_true(below && above);
	assert_int_equal(sl_jitter_ms(60000, 0), 60000);
	assert_int_equal(sl_jitter_ms(3, 5), 3);
	assert_true(sl_jitter_ms(SL_NEVER, 50) == SL_NEVER);
}

static void draws_below_the_bound(void **state)
{
	bool seen[3] = { false };

	(void)state;
	for (int i = 0; i < 1000; i++)
		seen[sl_random_below(3)] = true;
	assert_true(seen[0] && seen[1] && seen[2]);
	assert_int_equal(sl_random_below(1), 0);
}

static void makes_a_uuid_of_bytes(void **state)
{
	static const uint8_t zeros[16] = { 0 };
	uint8_t ones[16];
	char text[37];

	(void)state;
	sl_uuid_of(zeros, text);
	assert_string_equal(text, "00000000-0000-4000-8000-000000000000");
	memset(ones, 0xff, sizeof(ones));
	sl_uuid_of(ones, text);
	assert_string_equal(text, "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

static void takes_percents_without_overflow(void **state)
{
	(void)state;
	assert_int_equal(sl_percent_ms(1000, 5), 50);
	assert_int_equal(sl_percent_ms(99, 5), 4);
	assert_int_equal(sl_percent_ms(0, 99), 0);
	assert_int_equal(sl_percent_ms(1000, 0), 0);
	assert_int_equal(sl_percent_ms(INT64_MAX, 99), INT64_MAX / 100 * 99 + 6);
}

static void makes_uuids(void **state)
{
	char a[37], b[37];

	(void)state;
	for (int i = 0; i < 50; i++) {
		sl_uuid(a);
		assert_int_equal(strspn(a, "0123456789abcdef-"), 36);
		assert_int_equal(a[36], 0);
		assert_true(a[8] == '-' && a[13] == '-' && a[18] == '-' && a[23] == '-');
		assert_int_equal(a[14], '4');
		assert_non_null(strchr("89ab", a[19]));
	}
	sl_uuid(b);
	assert_string_not_equal(a, b);
}

static void runs_forward(void **state)
{
	int64_t a = sl_mono_ms(), b = sl_mono_ms();

	(void)state;
	assert_true(b >= a && a > 0);
	assert_true(sl_wall_ms() > 1700000000000);
	assert_true(sl_wall_ns() / 1000000 >= sl_wall_ms() - 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_rfc3339),
		cmocka_unit_test(parses_rfc3339),
		cmocka_unit_test(refuses_malformed_times),
		cmocka_unit_test(jitters_within_its_bounds),
		cmocka_unit_test(draws_below_the_bound),
		cmocka_unit_test(makes_a_uuid_of_bytes),
		cmocka_unit_test(takes_percents_without_overflow),
		cmocka_unit_test(makes_uuids),
		cmocka_unit_test(runs_forward),
	};

	return run_group("clock", tests);
}
