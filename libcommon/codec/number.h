/*
 * Decimal numbers: shortest round-trip output as Go prints it, and exact comparison of literals.
 *
 * Go's strconv decides what JSON and YAML written by Kubernetes tools look like, so floats are
 * printed by its rules: the fewest digits that read back as the same double, and an exponent of at
 * least two digits.
 *
 * Thread rule: pure functions.
 * Source: Go strconv.FormatFloat with precision -1, encoding/json (floatEncoder).
 */
#ifndef LIBCOMMON_CODEC_NUMBER_H
#define LIBCOMMON_CODEC_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "libcommon/base/str.h"

/* Room for any double in any of these forms, and its NUL. */
#define SL_NUMBER_TEXT_MAX 352

enum sl_float_form {
	SL_FLOAT_JSON, /* encoding/json: exponent below 1e-6 and from 1e+21, as in 1e-7 */
	SL_FLOAT_G,    /* FormatFloat 'g', -1: exponent below 1e-04 and from 1e+06; go-yaml, fmt */
	SL_FLOAT_G32,  /* the same of the nearest 32-bit float: keys in YAML to JSON conversion */
	SL_FLOAT_F,    /* FormatFloat 'f', -1: never an exponent */
};

/*
 * Write `f` into `buf` and return the view of it. Infinities and NaN come out as +Inf, -Inf, NaN.
 * JSON has
 * no such numbers: the caller of form JSON must not pass them.
 */
struct sl_str sl_float_text(double f, enum sl_float_form form, char buf[SL_NUMBER_TEXT_MAX]);

/*
 * The fewest decimal digits that read back as the finite, positive `f` (as the 32-bit float `f` when `bits`
 * is 32), without trailing zeros: 0.d1d2d3… * 10^point. Returns their number, at most
 * SL_NUMBER_DIGITS_MAX.
 */
#define SL_NUMBER_DIGITS_MAX 24
size_t sl_float_digits(double f, int bits, char ret_digits[SL_NUMBER_DIGITS_MAX], int *ret_point);

/*
 * What the literal `s` is: JSON's grammar for numbers, the whole view. `*ret_integer` tells that it
 * has neither fraction nor exponent. False when it is no number.
 */
bool sl_number_is_literal(struct sl_str s, bool *ret_integer);
/* True when two literals of JSON's grammar denote the same number, however they are written. */
bool sl_number_equal(struct sl_str x, struct sl_str y);

#endif
