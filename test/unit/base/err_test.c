#include "libcommon/base/err.h"

#include <errno.h>
#include <stdlib.h>

#include "test/unit/support/test.h"

static void sets_code_and_message(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_int_equal(sl_err_set(NULL, SL_ERR_GONE, "x"), SL_ERR_GONE);
	assert_int_equal(sl_err_set(&err, SL_ERR_INVALID, "bad %s", "thing"), SL_ERR_INVALID);
	assert_string_equal(err.message, "bad thing");
	/* The old message may be an argument of the new one. */
	sl_err_set(&err, SL_ERR_IO, "again: %s", err.message);
	assert_string_equal(err.message, "again: bad thing");
	assert_int_equal(err.code, SL_ERR_IO);
	sl_err_release(&err);
	assert_null(err.message);
	assert_int_equal(err.code, 0);
}

static void translates_errno(void **state)
{
	static const struct {
		int errnum;
		enum sl_err_code code;
	} cases[] = {
		{ ENOENT, SL_ERR_NOT_FOUND },  { EEXIST, SL_ERR_EXISTS },
		{ ENOSPC, SL_ERR_NO_SPACE },   { EDQUOT, SL_ERR_NO_SPACE },
		{ EACCES, SL_ERR_FORBIDDEN },  { EXDEV, SL_ERR_FORBIDDEN },
		{ EFBIG, SL_ERR_TOO_LARGE },   { ETIMEDOUT, SL_ERR_TIMEOUT },
		{ ECONNREFUSED, SL_ERR_NET },  { EIO, SL_ERR_IO },
		{ ENOTDIR, SL_ERR_NOT_FOUND }, { ENOTEMPTY, SL_ERR_EXISTS },
	};
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++)
		assert_code(sl_err_errno(&err, cases[i].errnum, "x"), cases[i].code, &err);
	sl_err_errno(&err, ENOENT, "open %s", "a");
	assert_string_equal(err.message, "open a: No such file or directory");
}

static void keeps_the_first_place(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FREE char *none = NULL, *file = NULL, *line = NULL;

	(void)state;
	sl_err_set(&err, SL_ERR_INVALID, "bad");
	none = sl_err_text(&err);
	sl_err_at(&err, "a.yaml", 0, ".spec");
	file = sl_err_text(&err);
	sl_err_at(&err, "b.yaml", 7, ".status");
	line = sl_err_text(&err);
	sl_err_at(NULL, "a", 1, "b");
	assert_string_equal(none, "bad");
	assert_string_equal(file, "a.yaml: bad");
	assert_string_equal(line, "a.yaml:7: bad");
	assert_string_equal(err.origin.field, ".spec");
}

static void wraps_and_keeps_the_code(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	sl_err_set(&err, SL_ERR_AUTH, "denied");
	sl_err_at(&err, "a.yaml", 7, NULL);
	sl_err_wrap(&err, "clone %s", "u");
	assert_string_equal(err.message, "clone u: denied");
	assert_int_equal(err.code, SL_ERR_AUTH);
	assert_int_equal(err.origin.line, 7);
	sl_err_wrap(NULL, "x");
}

static void moves(void **state)
{
	SL_AUTO(sl_err) a = SL_ERR_INIT;
	SL_AUTO(sl_err) b = SL_ERR_INIT;

	(void)state;
	sl_err_set(&a, SL_ERR_IO, "a");
	sl_err_set(&b, SL_ERR_NET, "b");
	assert_int_equal(sl_err_move(&b, &a), SL_ERR_IO);
	assert_string_equal(b.message, "a");
	assert_null(a.message);
	assert_int_equal(sl_err_move(&b, &b), SL_ERR_IO);
	assert_string_equal(b.message, "a");
	assert_int_equal(sl_err_move(NULL, &b), SL_ERR_IO);
	assert_null(b.message);
}

static void names_every_code(void **state)
{
	(void)state;
	assert_string_equal(sl_err_code_name(SL_OK), "ok");
	assert_string_equal(sl_err_code_name(SL_ERR_NOT_FOUND), "not found");
	assert_string_equal(sl_err_code_name(SL_ERR_INTERNAL), "internal");
	assert_string_equal(sl_err_code_name((enum sl_err_code) - 20), "unknown");
	assert_string_equal(sl_err_code_name((enum sl_err_code)1), "unknown");
}

static void joins_a_list_and_counts_the_rest(void **state)
{
	SL_AUTO(sl_errlist) l = SL_ERRLIST_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_int_equal(sl_errlist_join(&l, &err), 0);
	for (int i = 0; i < SL_ERRLIST_MAX + 2; i++) {
		SL_AUTO(sl_err) one = SL_ERR_INIT;

		sl_err_set(&one, i ? SL_ERR_IO : SL_ERR_AUTH, "e%d", i);
		sl_errlist_take(&l, &one);
		assert_null(one.message);
	}
	assert_int_equal(sl_errlist_join(&l, &err), SL_ERR_AUTH);
	assert_memory_equal(err.message, "e0\ne1\n", 6);
	assert_non_null(strstr(err.message, "\ne99\nand 2 more"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_code_and_message),
		cmocka_unit_test(translates_errno),
		cmocka_unit_test(keeps_the_first_place),
		cmocka_unit_test(wraps_and_keeps_the_code),
		cmocka_unit_test(moves),
		cmocka_unit_test(names_every_code),
		cmocka_unit_test(joins_a_list_and_counts_the_rest),
	};

	return run_group("err", tests);
}
