/*
 * What every unit test includes: cmocka with the headers that it needs before it, and assertions
 * that print what the code under test said.
 */
#ifndef TEST_UNIT_SUPPORT_TEST_H
#define TEST_UNIT_SUPPORT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "libcommon/base/err.h"
#include "libcommon/base/str.h"

/* The call succeeded, or its message is shown. */
#define assert_ok(r, err) \
	do { \
		int ok_r_ = (r); \
		if (ok_r_) \
			fail_msg("%s: %s", sl_err_code_name((enum sl_err_code)ok_r_), \
				 (err)->message ? (err)->message : "no message"); \
	} while (0)

/* The call failed with `want`, and `err` agrees and has a message. Empties `err` for the next. */
#define assert_code(r, want, err) \
	do { \
		int code_r_ = (r); \
		if (code_r_ != (int)(want)) \
			fail_msg("got %s (%s), want %s", \
				 sl_err_code_name((enum sl_err_code)code_r_), \
				 (err)->message ? (err)->message : "no message", \
				 sl_err_code_name(want)); \
		assert_int_equal((err)->code, (want)); \
		assert_non_null((err)->message); \
		sl_err_release(err); \
	} while (0)

/* The same, and the message is `text`. */
#define assert_error(r, want, err, text) \
	do { \
		int error_r_ = (r); \
		assert_int_equal(error_r_, (int)(want)); \
		assert_string_equal((err)->message, (text)); \
		sl_err_release(err); \
	} while (0)

/* A view equals a literal. */
#define assert_str(view, lit) \
	do { \
		struct sl_str str_v_ = (view); \
		if (!sl_str_eqz(str_v_, (lit))) \
			fail_msg("got \"%.*s\", want \"%s\"", SL_STR_FMT(str_v_), (lit)); \
	} while (0)

/* Runs `tests`, an array of struct CMUnitTest, as the group `name`: the last line of main(). */
#define run_group(name, tests) cmocka_run_group_tests_name((name), (tests), NULL, NULL)

#endif
