#include "libcommon/kube/fairq.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/base/mem.h"
#include "test/unit/support/expect.h"

struct entry {
	struct sl_fairq_item item;
	char letter;
};

static void push(struct sl_fairq *q, const char *key, struct entry *e, char letter)
{
	e->letter = letter;
	sl_fairq_push(q, sl_str(key), &e->item);
}

/* Everything in the order of service. */
static void expect_order(struct sl_fairq *q, const char *want)
{
	char got[64] = "";
	struct sl_fairq_item *i;

	for (size_t n = 0; (i = sl_fairq_pop(q)); n++)
		got[n] = SL_CONTAINER_OF(i, struct entry, item)->letter;
	assert_string_equal(got, want);
	assert_int_equal(q->n, 0);
	assert_int_equal(q->lines.n, 0);
}

static void serves_lines_in_turn(void **state)
{
	struct sl_fairq q = SL_FAIRQ_INIT;
	struct entry e[8] = { 0 };

	(void)state;
	assert_null(sl_fairq_pop(&q));
	push(&q, "a", &e[0], '1');
	push(&q, "a", &e[1], '2');
	push(&q, "a", &e[2], '3');
	push(&q, "b", &e[3], 'x');
	push(&q, "", &e[4], '-');
	push(&q, "b", &e[5], 'y');
	assert_int_equal(q.n, 6);
	expect_order(&q, "1x-2y3");
	sl_fairq_release(&q);
}

static void what_goes_again_is_first_of_its_line(void **state)
{
	struct sl_fairq q = SL_FAIRQ_INIT;
	struct entry e[4] = { 0 };

	(void)state;
	push(&q, "a", &e[0], '1');
	push(&q, "a", &e[1], '2');
	push(&q, "b", &e[2], 'x');
	e[3].letter = '0';
	sl_fairq_push_front(&q, SL_STR("a"), &e[3].item);
	expect_order(&q, "0x12");
	sl_fairq_push_front(&q, SL_STR("new"), &e[3].item);
	expect_order(&q, "0");
	sl_fairq_release(&q);
}

static void removes_anywhere(void **state)
{
	struct sl_fairq q = SL_FAIRQ_INIT;
	struct entry e[5] = { 0 };

	(void)state;
	for (int first = 0; first < 5; first++) {
		char want[8] = "";
		size_t n = 0;

		for (int i = 0; i < 5; i++)
			push(&q, i == 4 ? "b" : "a", &e[i], (char)('0' + i));
		sl_fairq_remove(&q, &e[first].item);
		sl_fairq_remove(&q, &e[first].item);
		for (int i = 0; i < 4; i++) {
			if (i != first)
				want[n++] = (char)('0' + i);
			if (n == 1 && first != 4 && !strchr(want, '4'))
				want[n++] = '4';
		}
		expect_order(&q, want);
	}
	sl_fairq_release(&q);
}

static void release_forgets(void **state)
{
	struct sl_fairq q = SL_FAIRQ_INIT;
	struct entry e[3] = { 0 };

	(void)state;
	push(&q, "a", &e[0], '1');
	push(&q, "b", &e[1], '2');
	push(&q, "b", &e[2], '3');
	sl_fairq_release(&q);
	assert_null(e[0].item.line);
	assert_null(e[2].item.line);
	assert_int_equal(q.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serves_lines_in_turn),
		cmocka_unit_test(what_goes_again_is_first_of_its_line),
		cmocka_unit_test(removes_anywhere),
		cmocka_unit_test(release_forgets),
	};

	return cmocka_run_group_tests_name("kube/fairq", tests, NULL, NULL);
}
