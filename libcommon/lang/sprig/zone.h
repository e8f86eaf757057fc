/*
 * Time zones as Go's package time knows them: UTC, a fixed offset, or the contents of a TZif file.
 *
 * Times are seconds since 1970 UTC; offsets are seconds east of UTC. Behind the last transition of a file
 * the rule in its footer goes on ("CET-1CEST,M3.5.0,M10.5.0/3").
 *
 * Thread rule: constant once loaded; pure functions.
 * Source: RFC 9636 (versions 1 to 3, as Go reads), POSIX TZ with tzcode's extensions. Leap seconds are
 * skipped, as by Go.
 */
#ifndef LIBCOMMON_LANG_SPRIG_ZONE_H
#define LIBCOMMON_LANG_SPRIG_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/err.h"
#include "libcommon/base/str.h"

/* Bytes of a TZif file; the largest of the database have 4 KiB. */
#define SL_ZONE_BYTES_MAX ((size_t)256 << 10)

struct sl_zone_type {
	struct sl_str name; /* "CEST" */
	int32_t offset;
	bool dst;
};

/* NULL stands for UTC wherever a zone is taken. */
struct sl_zone {
	struct sl_str name; /* "Europe/Berlin"; "Local" for the machine's */
	struct sl_zone_type *types;
	size_t type_count;
	int64_t *when;	/* transitions, ascending */
	uint8_t *index; /* of the type from then on */
	size_t when_count;
	struct sl_str extend; /* the footer, or empty */
};

struct sl_zone_at {
	struct sl_str name;
	int32_t offset;
	int64_t start, end; /* in force from `start` to before `end`, or longer */
	bool dst;
};

/* From a TZif file, into `a`. Errors: SL_ERR_INVALID "malformed time zone information", SL_ERR_TOO_LARGE. */
int sl_zone_load(struct sl_arena *a, struct sl_str name, struct sl_str tzif,
		 const struct sl_zone **ret, struct sl_err *err) SL_MUST_CHECK;
/* A zone with one offset for ever. */
const struct sl_zone *sl_zone_fixed(struct sl_arena *a, struct sl_str name, int32_t offset);
/* What is in force at `sec`. */
struct sl_zone_at sl_zone_lookup(const struct sl_zone *z, int64_t sec);
/* The offset of abbreviation `name` at local time `sec`; false when the zone has none such. */
bool sl_zone_offset_of(const struct sl_zone *z, struct sl_str name, int64_t sec, int32_t *ret);

#endif
