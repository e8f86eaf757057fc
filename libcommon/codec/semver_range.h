/*
 * Version ranges: ">=1.2 <2 || ~3.1", "1.x", "^0.3", "1.0 - 2.0, !=1.5".
 *
 * Source: the constraints of github.com/Masterminds/semver v3.5, with its messages and its corners:
 * space and comma mean AND, || means OR; "x", "X", "*" and missing parts are wildcards; "a - b" is
 * rewritten to ">= a, <= b" before anything else; a pre-release matches only inside an AND group
 * that names a pre-release itself.
 *
 * Thread rule: a range is immutable after parsing.
 * Limits: SL_SEMVER_RANGE_TEXT_MAX bytes, SL_SEMVER_RANGE_GROUPS_MAX OR groups.
 */
#ifndef LIBCOMMON_CODEC_SEMVER_RANGE_H
#define LIBCOMMON_CODEC_SEMVER_RANGE_H

#include <stdbool.h>

#include "libcommon/base/err.h"
#include "libcommon/base/mem.h"
#include "libcommon/codec/semver.h"

#define SL_SEMVER_RANGE_TEXT_MAX 512
#define SL_SEMVER_RANGE_GROUPS_MAX 32

struct sl_semver_range;

/* Parse `text`, which is copied. The caller frees *ret_range. Errors: SL_ERR_INVALID, SL_ERR_TOO_LARGE. */
int sl_semver_range_parse(struct sl_str text, struct sl_semver_range **ret_range,
			  struct sl_err *err) SL_MUST_CHECK;
void sl_semver_range_free(struct sl_semver_range *r);
SL_DEFINE_AUTO_PTR(sl_semver_range);

bool sl_semver_range_check(const struct sl_semver_range *r, const struct sl_semver *v);

#endif
