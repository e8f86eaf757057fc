#include "libcommon/lang/sprig/zone.h"

#include "libcommon/base/strbuf.h"
#include "libcommon/lang/sprig/zone_rule.h"
#include "test/unit/support/test.h"

static void add_be(struct sl_strbuf *b, uint64_t v, int bytes)
{
	while (bytes-- > 0)
		sl_strbuf_addc(b, (char)(v >> (8 * bytes)));
}

static void add_block(struct sl_strbuf *b, char version, int size)
{
	static const char types[] = "\0\0\x0e\x10\0\0" /* CET */
				    "\0\0\x1c\x20\1\4" /* CEST */
				    "CET\0CEST";

	sl_strbuf_addz(b, "TZif");
	sl_strbuf_addc(b, version);
	sl_strbuf_addn(b, '\0', 15);
	add_be(b, 0, 4);
	add_be(b, 0, 4);
	add_be(b, 0, 4);
	add_be(b, 2, 4); /* transitions */
	add_be(b, 2, 4); /* types */
	add_be(b, sizeof(types) - 12, 4);
	add_be(b, 1000, size);
	add_be(b, 2000, size);
	sl_strbuf_addc(b, 1);
	sl_strbuf_addc(b, 0);
	sl_strbuf_add(b, types, sizeof(types));
}

/* Version 2: two transitions, to CEST and back, then the rule. */
static void add_file(struct sl_strbuf *b)
{
	add_block(b, '2', 4);
	add_block(b, '2', 8);
	sl_strbuf_addz(b, "\nCET-1CEST,M3.5.0,M10.5.0/3\n");
}

static void a_file_tells_the_offset_at_any_time(void **state)
{
	static const struct {
		int64_t sec;
		int32_t offset;
		const char *name;
	} cases[] = {
		{ INT64_MIN, 3600, "CET" },   { 999, 3600, "CET" },
		{ 1000, 7200, "CEST" },	      { 1999, 7200, "CEST" },
		{ 2000, 3600, "CET" },	      { 1711846799, 3600, "CET" },
		{ 1711846800, 7200, "CEST" }, { 1729990799, 7200, "CEST" },
		{ 1729990800, 3600, "CET" },  { 4102444800, 3600, "CET" },
	};
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1000);
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct sl_zone *z;
	int32_t offset;

	(void)state;
	add_file(&b);
	assert_ok(sl_zone_load(&a, SL_STR("X"), sl_strbuf_str(&b), &z, &err), &err);
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		struct sl_zone_at at = sl_zone_lookup(z, cases[i].sec);

		assert_int_equal(at.offset, cases[i].offset);
		assert_true(sl_str_eqz(at.name, cases[i].name));
		assert_int_equal(at.dst, cases[i].offset == 7200);
	}
	assert_true(sl_zone_offset_of(z, SL_STR("CEST"), 1720000000, &offset));
	assert_int_equal(offset, 7200);
	assert_false(sl_zone_offset_of(z, SL_STR("PST"), 0, &offset));
}

static void rules_of_all_kinds(void **state)
{
	/* 2024-07-01 and 2024-01-01, 00:00 UTC */
	static const struct {
		const char *rule, *july, *january;
		int32_t july_offset, january_offset;
	} cases[] = {
		{ "EST5EDT", "EDT", "EST", -14400, -18000 },
		{ "<-03>3", "-03", "-03", -10800, -10800 },
		{ "AEST-10AEDT,M10.1.0,M4.1.0/3", "AEST", "AEDT", 36000, 39600 },
		{ "AAA-1BBB-3,J60/0,J300/0", "BBB", "AAA", 10800, 3600 },
		{ "AAA0BBB,59,299", "BBB", "AAA", 3600, 0 },
		{ "IST-2IDT,M3.4.4/26,M10.5.0", "IDT", "IST", 10800, 7200 },
		{ "A1:30:15", "?", "?", 0, 0 },
		{ "AAA1:30:15", "AAA", "AAA", -5415, -5415 },
		{ "AAA1BBB,M3.6.0,M10.1.0", "?", "?", 0, 0 },
		{ "AAA1BBB,J0,J1", "?", "?", 0, 0 },
		{ "AAA1BBB0;J1,J365", "BBB", "AAA", 0, -3600 },
		{ "AAA999", "?", "?", 0, 0 },
		{ "<AB", "?", "?", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		struct sl_zone_at july = { .name = SL_STR("?") }, january = july;

		sl_zone_rule_apply(sl_str(cases[i].rule), 1719792000, &july);
		sl_zone_rule_apply(sl_str(cases[i].rule), 1704067200, &january);
		assert_true(sl_str_eqz(july.name, cases[i].july));
		assert_true(sl_str_eqz(january.name, cases[i].january));
		assert_int_equal(july.offset, cases[i].july_offset);
		assert_int_equal(january.offset, cases[i].january_offset);
	}
}

static void every_truncation_is_refused(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1000);
	size_t without_footer;

	(void)state;
	add_file(&b);
	without_footer = b.n - strlen("\nCET-1CEST,M3.5.0,M10.5.0/3\n");
	for (size_t n = 0; n <= b.n; n++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO_FREE char *copy = sl_xmemdup0(b.p, n);
		const struct sl_zone *z;
		int r = sl_zone_load(&a, SL_STR("X"), (struct sl_str){ copy, n }, &z, &err);

		assert_int_equal(r, n < without_footer ? SL_ERR_INVALID : 0);
		if (r < 0)
			assert_string_equal(err.message, "malformed time zone information");
	}
}

static void size_is_limited(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_ZONE_BYTES_MAX + 1);
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const struct sl_zone *z;

	(void)state;
	add_file(&b);
	sl_strbuf_addn(&b, '\0', SL_ZONE_BYTES_MAX - b.n);
	assert_int_equal(sl_zone_load(&a, SL_STR("X"), sl_strbuf_str(&b), &z, NULL), 0);
	sl_strbuf_addc(&b, '\0');
	assert_int_equal(sl_zone_load(&a, SL_STR("X"), sl_strbuf_str(&b), &z, NULL),
			 SL_ERR_TOO_LARGE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_tells_the_offset_at_any_time),
		cmocka_unit_test(rules_of_all_kinds),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(size_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
