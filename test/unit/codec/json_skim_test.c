#include "libcommon/codec/json_skim.h"

#include "libcommon/base/strbuf.h"
#include "test/unit/support/expect.h"

/* The members of an object as "key=value;", what is no plain string as "key;", and how it ended. */
static void expect_members(struct sl_str text, const char *want, enum sl_skim want_end)
{
	SL_AUTO(sl_strbuf) got = SL_STRBUF_INIT(4096);
	struct sl_json_skim s = SL_JSON_SKIM_INIT(text);
	enum sl_skim end = SL_SKIM_LOST;
	struct sl_str key, value;
	bool ok = sl_json_skim_enter(&s);

	while (ok && (end = sl_json_skim_next(&s, &key)) == SL_SKIM_MEMBER) {
		struct sl_json_skim again = s;

		ok = sl_json_skim_pass(&s);
		sl_strbuf_adds(&got, key);
		if (sl_json_skim_string(&again, &value))
			sl_strbuf_addf(&got, "=%.*s", SL_STR_FMT(value));
		sl_strbuf_addc(&got, ';');
	}
	expect_str(sl_strbuf_str(&got), want);
	assert_int_equal(ok ? end : SL_SKIM_LOST, want_end);
}

static void walks_members(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "{}", "" },
		{ " { } ", "" },
		{ "{\"a\":\"b\"}", "a=b;" },
		{ "\n{ \"a\" :\t\"b\" , \"\" : \"\" }", "a=b;=;" },
		{ "{\"a\":1,\"b\":true,\"c\":-1.5e3,\"d\":null}", "a;b;c;d;" },
		{ "{\"a\":{\"x\":{\"y\":[]}},\"b\":[{},[\"]\",\"\\\"}\"]]}", "a;b;" },
		{ "{\"a\":\"\\\\\",\"b\":\"\\\\\\\"\",\"c\":\"d\"}", "a;b;c=d;" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++)
		expect_members(sl_str(cases[i].text), cases[i].want, SL_SKIM_END);
}

static void enters_what_a_member_holds(void **state)
{
	const struct sl_str text = SL_STR("{\"a\":{\"b\":\"c\"},\"d\":\"e\"}");
	struct sl_json_skim s = SL_JSON_SKIM_INIT(text);
	struct sl_str key, value;

	(void)state;
	assert_true(sl_json_skim_enter(&s));
	assert_int_equal(sl_json_skim_next(&s, &key), SL_SKIM_MEMBER);
	assert_true(sl_json_skim_enter(&s));
	assert_int_equal(sl_json_skim_next(&s, &key), SL_SKIM_MEMBER);
	assert_true(sl_json_skim_string(&s, &value));
	expect_str(value, "c");
	assert_int_equal(sl_json_skim_next(&s, &key), SL_SKIM_END);
	assert_int_equal(sl_json_skim_next(&s, &key), SL_SKIM_MEMBER);
	expect_str(key, "d");
	assert_false(sl_json_skim_enter(&s));
}

static void gives_up_at_nonsense(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "" },
		{ "[]", "" },
		{ "\"a\"", "" },
		{ "{a:1}", "" },
		{ "{\"a\"}", "" },
		{ "{\"a\" \"b\"}", "" },
		{ "{\"a\":}", "a;" },
		{ "{\"a\":1 2}", "a;" },
		{ "{\"\\u0061\":1}", "" },
		{ "{\"a\":\"b\\\"}", "a;" },
		{ "{\"a\":[\"b\\\"]}", "a;" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++)
		expect_members(sl_str(cases[i].text), cases[i].want, SL_SKIM_LOST);
}

static void gives_up_at_every_truncation(void **state)
{
	const struct sl_str text = SL_STR("{\"a\":{\"x\":[1,\"\\\"\"]},\"b\":12,\"c\":\"d\"}");

	(void)state;
	expect_members(text, "a;b;c=d;", SL_SKIM_END);
	for (size_t n = 0; n < text.n; n++) {
		struct sl_json_skim s = SL_JSON_SKIM_INIT(sl_str_sub(text, 0, n));
		enum sl_skim end = SL_SKIM_MEMBER;
		struct sl_str key;
		bool ok = sl_json_skim_enter(&s);

		while (ok && (end = sl_json_skim_next(&s, &key)) == SL_SKIM_MEMBER)
			ok = sl_json_skim_pass(&s);
		assert_true(!ok || end == SL_SKIM_LOST);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_members),
		cmocka_unit_test(enters_what_a_member_holds),
		cmocka_unit_test(gives_up_at_nonsense),
		cmocka_unit_test(gives_up_at_every_truncation),
	};

	return cmocka_run_group_tests_name("codec/json_skim", tests, NULL, NULL);
}
