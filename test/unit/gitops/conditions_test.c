#include "libcommon/gitops/conditions.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/base/clock.h"
#include "libcommon/codec/json.h"
#include "test/unit/support/test.h"

static struct sl_value *parse(struct sl_arena *a, const char *json)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v;

	assert_ok(sl_json_parse(a, sl_str(json), NULL, &v, &err), &err);
	return v;
}

/* The types in order: "Stalled,Ready". */
static void assert_types(const struct sl_value *object, const char *want)
{
	SL_AUTO(sl_strbuf) got = SL_STRBUF_INIT(1000);
	const struct sl_value *list = sl_get(object, "status", "conditions");

	for (size_t i = 0; i < sl_list_len(list); i++) {
		if (i)
			sl_strbuf_addc(&got, ',');
		sl_strbuf_adds(&got, sl_get_str(sl_list_get(list, i), "type"));
	}
	assert_string_equal(got.p, want);
}

static void assert_condition(const struct sl_value *object, const char *type,
			     enum sl_cond_status status, const char *reason, const char *message)
{
	struct sl_condition c;

	assert_true(sl_cond_get(object, type, &c));
	assert_int_equal(c.status, status);
	assert_str(c.reason, reason);
	assert_str(c.message, message);
}

#define OBJECT "{\"metadata\":{\"generation\":3}}"

static void sets_all_fields(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *o = parse(&a, OBJECT);
	const struct sl_value *c;
	int64_t when, before = sl_wall_ms() / 1000 * 1000;

	(void)state;
	assert_false(sl_cond_has(o, "Ready"));
	assert_true(sl_cond_is_unknown(o, "Ready"));
	sl_cond_false(&a, o, "Ready", "Failed", "no %s: %d", "luck", 7);
	assert_condition(o, "Ready", SL_COND_FALSE, "Failed", "no luck: 7");
	assert_true(sl_cond_is_false(o, "Ready"));
	assert_false(sl_cond_is_true(o, "Ready"));
	assert_false(sl_cond_is_unknown(o, "Ready"));
	c = sl_list_get(sl_get(o, "status", "conditions"), 0);
	assert_str(sl_get_str(c, "status"), "False");
	assert_int_equal(sl_get_int(c, 0, "observedGeneration"), 3);
	assert_true(sl_rfc3339_parse(sl_get_str(c, "lastTransitionTime"), &when));
	assert_true(when >= before && when <= sl_wall_ms());
	assert_int_equal(when % 1000, 0);
}

static void moves_the_time_only_when_something_is_said_anew(void **state)
{
	static const struct {
		enum sl_cond_status status;
		const char *reason, *message;
		bool moves;
	} cases[] = {
		{ SL_COND_TRUE, "R", "m", false },
		{ SL_COND_FALSE, "R", "m", true },
		{ SL_COND_TRUE, "S", "m", true },
		{ SL_COND_TRUE, "R", "n", true },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_value *o = parse(
			&a,
			"{\"metadata\":{\"generation\":4},\"status\":{\"conditions\":[{\"type\":"
			"\"Ready\",\"status\":\"True\",\"reason\":\"R\",\"message\":\"m\","
			"\"observedGeneration\":3,\"lastTransitionTime\":"
			"\"2020-01-02T03:04:05Z\"}]}}");
		const struct sl_value *c;

		sl_cond_set(&a, o, "Ready", cases[i].status, cases[i].reason,
			    sl_str(cases[i].message));
		c = sl_list_get(sl_get(o, "status", "conditions"), 0);
		assert_int_equal(sl_list_len(sl_get(o, "status", "conditions")), 1);
		assert_int_equal(sl_get_int(c, 0, "observedGeneration"), 4);
		assert_int_equal(
			!sl_str_eqz(sl_get_str(c, "lastTransitionTime"), "2020-01-02T03:04:05Z"),
			cases[i].moves);
	}
}

static void keeps_the_order_of_flux(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *o =
		parse(&a, "{\"metadata\":{\"generation\":4},\"status\":{\"conditions\":["
			  "{\"type\":\"Zeta\",\"status\":\"True\",\"observedGeneration\":9},"
			  "{\"type\":\"Old\",\"status\":\"True\",\"observedGeneration\":1}]}}");

	(void)state;
	sl_cond_true(&a, o, "B", "R", "b");
	sl_cond_true(&a, o, "Ready", "R", "r");
	sl_cond_true(&a, o, "A", "R", "a");
	sl_cond_true(&a, o, "Stalled", "R", "s");
	sl_cond_true(&a, o, "Reconciling", "R", "x");
	assert_types(o, "Stalled,Reconciling,Ready,Zeta,A,B,Old");
	assert_true(sl_cond_delete(o, "Zeta"));
	assert_false(sl_cond_delete(o, "Zeta"));
	assert_types(o, "Stalled,Reconciling,Ready,A,B,Old");
}

static void reconciling_and_stalled_exclude_each_other(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *o = parse(&a, OBJECT);

	(void)state;
	sl_cond_stalled(&a, o, "AccessDenied", "blocked");
	assert_types(o, "Stalled");
	sl_cond_reconciling(&a, o, "Progressing", "step %d", 1);
	assert_types(o, "Reconciling");
	assert_condition(o, "Reconciling", SL_COND_TRUE, "Progressing", "step 1");
	sl_cond_stalled(&a, o, "AccessDenied", "blocked");
	assert_types(o, "Stalled");
}

static void progress_spares_a_settled_ready(void **state)
{
	static const struct {
		int ready; /* -1: none */
		bool drift;
		enum sl_cond_status want;
		const char *reason;
	} cases[] = {
		{ -1, false, SL_COND_UNKNOWN, "Progressing" },
		{ SL_COND_UNKNOWN, false, SL_COND_UNKNOWN, "Progressing" },
		{ SL_COND_TRUE, false, SL_COND_TRUE, "Was" },
		{ SL_COND_FALSE, false, SL_COND_FALSE, "Was" },
		{ SL_COND_TRUE, true, SL_COND_UNKNOWN, "Progressing" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_value *o = parse(&a, OBJECT);
		struct sl_condition c;

		if (cases[i].ready >= 0)
			sl_cond_set(&a, o, "Ready", (enum sl_cond_status)cases[i].ready, "Was",
				    SL_STR("was"));
		sl_cond_progress(&a, o, cases[i].drift, "Progressing", "building %s", "x");
		assert_true(sl_cond_get(o, "Ready", &c));
		assert_int_equal(c.status, cases[i].want);
		assert_str(c.reason, cases[i].reason);
		assert_condition(o, "Reconciling", SL_COND_TRUE, "Progressing", "building x");
	}
}

static void cuts_long_messages_between_characters(void **state)
{
	static const struct {
		size_t length;
		bool multibyte; /* the text ends in two-byte characters */
		size_t want;
	} cases[] = {
		{ SL_CONDITION_MESSAGE_MAX - 1, false, SL_CONDITION_MESSAGE_MAX - 1 },
		{ SL_CONDITION_MESSAGE_MAX, false, SL_CONDITION_MESSAGE_MAX },
		{ SL_CONDITION_MESSAGE_MAX + 1, false, SL_CONDITION_MESSAGE_MAX },
		{ SL_CONDITION_MESSAGE_MAX + 2, true, SL_CONDITION_MESSAGE_MAX - 1 },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 20);
		struct sl_value *o = parse(&a, OBJECT);
		struct sl_str got;

		while (text.n < cases[i].length)
			sl_strbuf_addz(&text, cases[i].multibyte ? "\xc3\xa9" : "x");
		sl_cond_set(&a, o, "Ready", SL_COND_TRUE, "R", sl_strbuf_str(&text));
		got = sl_cond_message(o, "Ready");
		assert_int_equal(got.n, cases[i].want);
		assert_true(sl_str_is_utf8(got));
		assert_int_equal(sl_str_ends(got, SL_STR("...")),
				 cases[i].length > SL_CONDITION_MESSAGE_MAX);
	}
}

static void sums_up_by_rank_then_order(void **state)
{
	static const char *const order[] = { "Failed", "Outdated", "Stored", "Verified", NULL };
	static const char *const negative[] = { "Failed", "Outdated", NULL };
	static const struct sl_cond_summary summary = { order, negative };
	/* One letter for each of the four in order: T, F, U, or - for absent. */
	static const struct {
		const char *conditions;
		int ready; /* -1: untouched */
		const char *reason;
	} cases[] = {
		{ "----", -1, NULL },
		{ "T-T-", SL_COND_FALSE, "R0" },
		{ "TTF-", SL_COND_FALSE, "R0" },
		{ "-TTF", SL_COND_FALSE, "R1" },
		{ "--TF", SL_COND_FALSE, "R3" },
		{ "--TT", SL_COND_TRUE, "R2" },
		{ "F---", SL_COND_TRUE, "R0" },
		{ "F-T-", SL_COND_TRUE, "R2" },
		{ "---U", SL_COND_UNKNOWN, "R3" },
		{ "U--T", SL_COND_TRUE, "R3" },
	};
	static const char letters[] = "FTU";

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_value *o = parse(&a, OBJECT);
		struct sl_condition c = { .status = SL_COND_FALSE };

		for (size_t k = 0; k < 4; k++) {
			const char *letter = strchr(letters, cases[i].conditions[k]);
			const char reason[] = { 'R', (char)('0' + k), 0 };

			if (letter)
				sl_cond_set(&a, o, order[k],
					    (enum sl_cond_status)(letter - letters), reason,
					    SL_STR("text"));
		}
		sl_cond_summarize(&a, o, &summary);
		assert_int_equal(sl_cond_get(o, "Ready", &c), cases[i].ready >= 0);
		if (cases[i].ready < 0)
			continue;
		assert_int_equal((int)c.status, cases[i].ready);
		assert_str(c.reason, cases[i].reason);
		assert_str(c.message, "text");
	}
}

static void survives_a_malformed_status(void **state)
{
	static const char *const objects[] = {
		"{}",
		"{\"status\":null}",
		"{\"status\":[1]}",
		"{\"status\":{\"conditions\":{}}}",
		"{\"status\":{\"conditions\":[null,1,{}]}}",
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(objects); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_value *o = parse(&a, objects[i]);

		assert_false(sl_cond_is_true(o, "Ready"));
		assert_false(sl_cond_delete(o, "Ready"));
		sl_cond_true(&a, o, "Ready", "R", "m");
		assert_condition(o, "Ready", SL_COND_TRUE, "R", "m");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_all_fields),
		cmocka_unit_test(moves_the_time_only_when_something_is_said_anew),
		cmocka_unit_test(keeps_the_order_of_flux),
		cmocka_unit_test(reconciling_and_stalled_exclude_each_other),
		cmocka_unit_test(progress_spares_a_settled_ready),
		cmocka_unit_test(cuts_long_messages_between_characters),
		cmocka_unit_test(sums_up_by_rank_then_order),
		cmocka_unit_test(survives_a_malformed_status),
	};

	return run_group("gitops/conditions", tests);
}
