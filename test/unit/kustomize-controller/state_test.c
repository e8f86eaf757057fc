#include "kustomize-controller/state.h"

#include "libcommon/base/clock.h"
#include "test/unit/support/test.h"

#define LONG_MS 60000
#define SHORT_MS 1000

static void a_wait_goes_on(void **unused)
{
	struct kc_state st = { 0 };
	int64_t deadline;

	(void)unused;
	kc_state_wait(&st, KC_WAIT_STAGE, "sha256:1", 1, LONG_MS);
	deadline = st.wait_deadline_ms;
	assert_true(deadline >= sl_mono_ms() + LONG_MS - SHORT_MS);
	kc_state_wait(&st, KC_WAIT_STAGE, "sha256:1", 1, 2 * LONG_MS);
	assert_int_equal(st.wait_deadline_ms, deadline);
	assert_true(kc_state_waits(&st, KC_WAIT_STAGE, "sha256:1", 1));
	kc_state_reset(&st);
	assert_false(kc_state_waits(&st, KC_WAIT_STAGE, "sha256:1", 1));
}

static void another_wait_has_its_own_time(void **unused)
{
	static const struct {
		enum kc_wait what;
		const char *build;
		int64_t generation;
	} others[] = {
		{ KC_WAIT_STAGE + 1, "sha256:1", 1 },
		{ KC_WAIT_HEALTH, "sha256:1", 1 },
		{ KC_WAIT_STAGE, "sha256:2", 1 },
		{ KC_WAIT_STAGE, "sha256:1", 2 },
	};

	(void)unused;
	for (size_t i = 0; i < SL_ARRAY_LEN(others); i++) {
		struct kc_state st = { 0 };

		kc_state_wait(&st, KC_WAIT_STAGE, "sha256:1", 1, SHORT_MS);
		assert_false(
			kc_state_waits(&st, others[i].what, others[i].build, others[i].generation));
		kc_state_wait(&st, others[i].what, others[i].build, others[i].generation, LONG_MS);
		assert_true(
			kc_state_waits(&st, others[i].what, others[i].build, others[i].generation));
		assert_true(st.wait_deadline_ms >= sl_mono_ms() + LONG_MS - SHORT_MS);
		kc_state_reset(&st);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wait_goes_on),
		cmocka_unit_test(another_wait_has_its_own_time),
	};

	return run_group("state", tests);
}
