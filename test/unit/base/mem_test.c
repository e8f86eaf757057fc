#include "libcommon/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "test/unit/support/test.h"

static void gives_memory_for_size_zero(void **state)
{
	SL_AUTO_FREE char *a = sl_xmalloc(0);
	SL_AUTO_FREE char *b = sl_xcalloc(0, 8);
	SL_AUTO_FREE char *c = sl_xrealloc(NULL, 0);

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	assert_non_null(c);
}

static void copies_strings(void **state)
{
	SL_AUTO_FREE char *s = sl_xstrdup("abc");
	SL_AUTO_FREE char *m = sl_xmemdup0("a\0b", 3);
	SL_AUTO_FREE char *empty = sl_xmemdup0(NULL, 0);
	SL_AUTO_FREE char *f = sl_xasprintf("%d-%s", 7, "x");

	(void)state;
	assert_string_equal(s, "abc");
	assert_null(sl_xstrdup(NULL));
	assert_memory_equal(m, "a\0b\0", 4);
	assert_string_equal(empty, "");
	assert_string_equal(f, "7-x");
}

static void grows_by_doubling_and_keeps_items(void **state)
{
	SL_AUTO_FREE int *v = NULL;
	size_t cap = 0, changes = 0;

	(void)state;
	for (size_t n = 0; n < 1000; n++) {
		size_t before = cap;

		v = sl_grow(v, n, &cap, sizeof(*v));
		assert_true(cap > n);
		changes += cap != before;
		v[n] = (int)n;
	}
	assert_int_equal(changes, 8); /* 8, 16, ..., 1024 */
	for (size_t n = 0; n < 1000; n++)
		assert_int_equal(v[n], n);
}

static void wipes(void **state)
{
	char secret[4] = "abc";

	(void)state;
	sl_wipe(secret, sizeof(secret));
	sl_wipe(NULL, 0);
	assert_memory_equal(secret, "\0\0\0\0", 4);
}

static void steals_and_leaves_null(void **state)
{
	char *p = sl_xstrdup("x");
	SL_AUTO_FREE char *q = SL_STEAL(p);

	(void)state;
	assert_null(p);
	assert_string_equal(q, "x");
}

static void closes_at_scope_end(void **state)
{
	int seen;

	(void)state;
	{
		SL_AUTO_FD int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		assert_true(fd >= 0);
		seen = fd;
	}
	assert_int_equal(fcntl(seen, F_GETFD), -1);
	assert_int_equal(errno, EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_memory_for_size_zero),
		cmocka_unit_test(copies_strings),
		cmocka_unit_test(grows_by_doubling_and_keeps_items),
		cmocka_unit_test(wipes),
		cmocka_unit_test(steals_and_leaves_null),
		cmocka_unit_test(closes_at_scope_end),
	};

	return run_group("mem", tests);
}
