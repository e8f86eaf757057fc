/*
 * Small helpers for unit tests: assertions that print both values, trees from JSON text.
 *
 * Include this instead of cmocka.h. Trees live in the arena given.
 */
#ifndef TEST_UNIT_SUPPORT_EXPECT_H
#define TEST_UNIT_SUPPORT_EXPECT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/err.h"
#include "libcommon/base/str.h"
#include "libcommon/codec/value.h"

/* The call returned 0; otherwise fail and print err's message. */
#define expect_ok(call, err) expect_code_((call), 0, (err), #call, __FILE__, __LINE__)
/* The call returned `code`, err carries the same code, and its message holds `part` (NULL: any). */
#define expect_err(call, want, part, err) \
	expect_err_((call), (want), (part), (err), #call, __FILE__, __LINE__)
/* A view holds exactly the bytes of the C string. */
#define expect_str(got, want) expect_str_((got), sl_str(want), NULL, __FILE__, __LINE__)
/* The same for two views, naming the case. */
#define expect_str_case(got, want, name) expect_str_((got), (want), (name), __FILE__, __LINE__)
/* The tree, written as compact JSON, is the text. */
#define expect_json(v, want) expect_json_((v), (want), __FILE__, __LINE__)

/* The tree of JSON text in which ' stands for ", so that C literals stay readable. */
struct sl_value *tree(struct sl_arena *a, const char *json);

/* A file below the repository's top (tests run there), whole, in the arena. */
struct sl_str golden(struct sl_arena *a, const char *path);

void expect_code_(int got, int want, const struct sl_err *err, const char *what, const char *file,
		  int line);
void expect_err_(int got, int want, const char *part, const struct sl_err *err, const char *what,
		 const char *file, int line);
void expect_str_(struct sl_str got, struct sl_str want, const char *name, const char *file,
		 int line);
void expect_json_(const struct sl_value *v, const char *want, const char *file, int line);

#endif
