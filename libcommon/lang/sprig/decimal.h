/*
 * Decimal numbers of any length, as far as functions such as addf need them: 0.1 and 0.2 are 0.3.
 *
 * Memory comes from the arena given; values are immutable. Thread rule: pure functions.
 * Source: what github.com/shopspring/decimal 1.4 computes. Limit: SL_DECIMAL_DIGITS_MAX.
 */
#ifndef LIBCOMMON_LANG_SPRIG_DECIMAL_H
#define LIBCOMMON_LANG_SPRIG_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/err.h"

#define SL_DECIMAL_DIGITS_MAX 4096
#define SL_DECIMAL_DIVISION_DIGITS 16 /* behind the point, of a quotient */

/* digits * 10^exponent. */
struct sl_decimal {
	const uint8_t *digits; /* 0 to 9, the first not 0, the greatest power first */
	size_t n;	       /* 0 is zero */
	int64_t exponent;
	bool negative;
};

/* Errors of all: SL_ERR_TOO_LARGE past the limit; SL_ERR_INVALID with the original's words. */

/* The shortest decimal that reads back as `f`, which must be finite. */
int sl_decimal_from_float(struct sl_arena *a, double f, struct sl_decimal *ret,
			  struct sl_err *err) SL_MUST_CHECK;
double sl_decimal_to_float(struct sl_arena *a, const struct sl_decimal *d);

int sl_decimal_add(struct sl_arena *a, const struct sl_decimal *x, const struct sl_decimal *y,
		   struct sl_decimal *ret, struct sl_err *err) SL_MUST_CHECK;
int sl_decimal_subtract(struct sl_arena *a, const struct sl_decimal *x, const struct sl_decimal *y,
			struct sl_decimal *ret, struct sl_err *err) SL_MUST_CHECK;
int sl_decimal_multiply(struct sl_arena *a, const struct sl_decimal *x, const struct sl_decimal *y,
			struct sl_decimal *ret, struct sl_err *err) SL_MUST_CHECK;
/* Rounded to SL_DECIMAL_DIVISION_DIGITS behind the point, halves away from zero. */
int sl_decimal_divide(struct sl_arena *a, const struct sl_decimal *x, const struct sl_decimal *y,
		      struct sl_decimal *ret, struct sl_err *err) SL_MUST_CHECK;

#endif
