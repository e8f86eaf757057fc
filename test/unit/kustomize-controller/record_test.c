/* The rules by which a record believes events, without a watch. */
#include "kustomize-controller/record.h"

#include "test/unit/support/expect.h"

#define THING(uid, version, generation, value, status) \
	"{'apiVersion':'x.io/v1','kind':'Thing','metadata':{'name':'t','uid':'" uid \
	"','resourceVersion':'" version "','generation':" generation "},'spec':{'k':'" value \
	"'},'status':{'conditions':[{'type':'Ready','status':'" status "'}]}}"

static int64_t expect_object(struct kc_record *r, struct sl_arena *a, const char *object,
			     bool written)
{
	struct sl_value *o = tree(a, object);
	struct sl_apply_target t = {
		.desired = o,
		.live = o,
		.written = written,
		.uid = sl_obj_uid(o),
		.resource_version = sl_obj_resource_version(o),
		.digest = sl_object_digest(o),
	};

	return kc_record_expect(r, &t, 60000);
}

static enum sl_kstatus status(struct kc_record *r, struct sl_arena *a)
{
	return kc_record_verdict(r, a, true).status;
}

static void before_the_first_answer_nothing_is_judged(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct kc_record *r = kc_record_new(SL_STR("_t_x.io_Thing"));

	(void)state;
	assert_int_equal(kc_record_event(r, tree(&a, THING("u", "1", "1", "v", "True"))), -1);
	assert_int_equal(kc_record_removal(r), -1);
	assert_int_equal(kc_record_suspicion(r), -1);
	/* The watch was faster than the answer: its word counts from the start. */
	assert_int_equal(expect_object(r, &a, THING("u", "1", "1", "v", "False"), true), -1);
	assert_int_equal(status(r, &a), SL_KSTATUS_CURRENT);
	kc_record_free(r);
}

static void an_older_state_does_not_count(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct kc_record *r = kc_record_new(SL_STR("_t_x.io_Thing"));

	(void)state;
	(void)expect_object(r, &a, THING("u", "5", "2", "new", "False"), true);
	assert_int_equal(kc_record_event(r, tree(&a, THING("u", "4", "1", "old", "True"))), -1);
	assert_int_equal(status(r, &a), SL_KSTATUS_IN_PROGRESS);
	assert_true(kc_record_verdict(r, &a, true).stale);
	assert_int_equal(kc_record_suspicion(r), -1);
	/* A generation that is not below ours includes our write, whatever version it has. */
	assert_int_equal(kc_record_event(r, tree(&a, THING("u", "7", "2", "new", "True"))), 0);
	assert_int_equal(status(r, &a), SL_KSTATUS_CURRENT);
	kc_record_free(r);
}

static bool knows(const struct kc_record *r, struct sl_arena *a, const char *object)
{
	const struct sl_value *o = tree(a, object);

	return kc_record_knows(r, o, sl_object_digest(o));
}

static void a_version_is_known_with_its_content(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct kc_record *r = kc_record_new(SL_STR("_t_x.io_Thing"));

	(void)state;
	assert_false(knows(r, &a, THING("u", "5", "1", "v", "True")));
	(void)expect_object(r, &a, THING("u", "5", "1", "v", "False"), true);
	assert_true(knows(r, &a, THING("u", "5", "1", "v", "True")));
	assert_false(knows(r, &a, THING("u", "5", "1", "other", "True")));
	assert_false(knows(r, &a, THING("u", "6", "1", "v", "True")));
	assert_false(knows(r, &a, THING("other", "5", "1", "v", "True")));
	/* Of what somebody else wrote, the watch told. */
	(void)kc_record_event(r, tree(&a, THING("u", "6", "2", "theirs", "True")));
	assert_true(knows(r, &a, THING("u", "6", "2", "theirs", "True")));
	assert_false(knows(r, &a, THING("u", "6", "2", "v", "True")));
	kc_record_free(r);
}

static void another_object_of_the_name_is_not_ours(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct kc_record *r = kc_record_new(SL_STR("_t_x.io_Thing"));

	(void)state;
	(void)expect_object(r, &a, THING("u", "5", "1", "v", "False"), true);
	assert_int_equal(kc_record_event(r, tree(&a, THING("u", "5", "1", "v", "False"))), -1);
	assert_int_equal(kc_record_event(r, tree(&a, THING("other", "8", "1", "v", "True"))),
			 KC_HEAL_MIN_MS);
	assert_int_equal(status(r, &a), SL_KSTATUS_NOT_FOUND);
	assert_int_equal(kc_record_suspicion(r), 0);
	/* The correction takes it over. */
	(void)expect_object(r, &a, THING("other", "8", "1", "v", "True"), false);
	assert_int_equal(status(r, &a), SL_KSTATUS_CURRENT);
	assert_int_equal(kc_record_suspicion(r), -1);
	kc_record_free(r);
}

static void an_edit_that_was_seen_first_is_told_with_the_answer(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct kc_record *r = kc_record_new(SL_STR("_t_x.io_Thing"));

	(void)state;
	assert_int_equal(kc_record_event(r, tree(&a, THING("u", "5", "1", "v", "True"))), -1);
	assert_int_equal(kc_record_event(r, tree(&a, THING("u", "6", "2", "hacked", "True"))), -1);
	assert_int_equal(expect_object(r, &a, THING("u", "5", "1", "v", "True"), true),
			 KC_HEAL_MIN_MS);
	assert_int_equal(kc_record_suspicion(r), 0);
	kc_record_free(r);
}

static void says_whose_eyes_have_seen_it(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct kc_record *r = kc_record_new(SL_STR("_t_x.io_Thing"));

	(void)state;
	(void)expect_object(r, &a, THING("u", "5", "1", "v", "False"), true);
	assert_true(kc_record_verdict(r, &a, true).was_read);
	(void)kc_record_event(r, tree(&a, THING("u", "6", "1", "v", "True")));
	assert_false(kc_record_verdict(r, &a, true).was_read);
	kc_record_observe(r, tree(&a, THING("u", "6", "1", "v", "True")));
	assert_true(kc_record_verdict(r, &a, true).was_read);
	/* What has another identity is not what was applied. */
	kc_record_observe(r, tree(&a, THING("other", "9", "1", "v", "False")));
	assert_true(kc_record_verdict(r, &a, true).was_read);
	kc_record_free(r);
}

static void what_is_being_deleted_is_corrected_once_gone(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct kc_record *r = kc_record_new(SL_STR("_t_x.io_Thing"));
	struct sl_value *deleting = tree(&a, THING("u", "6", "1", "v", "True"));

	(void)state;
	(void)expect_object(r, &a, THING("u", "5", "1", "v", "True"), true);
	sl_map_set_strz(&a, sl_get(deleting, "metadata"), "deletionTimestamp",
			"2026-01-01T00:00:00Z");
	assert_int_equal(kc_record_event(r, deleting), 0);
	assert_int_equal(status(r, &a), SL_KSTATUS_TERMINATING);
	assert_int_equal(kc_record_suspicion(r), -1);
	assert_int_equal(kc_record_removal(r), KC_HEAL_MIN_MS);
	assert_int_equal(kc_record_suspicion(r), 0);
	kc_record_free(r);
}

static void pauses_grow_to_the_interval(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct kc_record *r = kc_record_new(SL_STR("_t_x.io_Thing"));

	(void)state;
	(void)expect_object(r, &a, THING("u", "5", "1", "v", "True"), true);
	for (int i = 1; i <= 10; i++)
		assert_int_equal(kc_record_corrected(r), i);
	(void)kc_record_removal(r);
	assert_in_range(kc_record_suspicion(r), 32001, 60000);
	kc_record_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_the_first_answer_nothing_is_judged),
		cmocka_unit_test(an_older_state_does_not_count),
		cmocka_unit_test(a_version_is_known_with_its_content),
		cmocka_unit_test(another_object_of_the_name_is_not_ours),
		cmocka_unit_test(an_edit_that_was_seen_first_is_told_with_the_answer),
		cmocka_unit_test(says_whose_eyes_have_seen_it),
		cmocka_unit_test(what_is_being_deleted_is_corrected_once_gone),
		cmocka_unit_test(pauses_grow_to_the_interval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
