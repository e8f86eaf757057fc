/*
 * Semantic versions as Flux and Helm read them.
 *
 * Source: Semantic Versioning 2.0.0 with the loose reading of github.com/Masterminds/semver v3.5,
 * which both use; messages are that library's. Ranges ("constraints") are in semver_range.h.
 *
 * Thread rule: pure functions. Limit: SL_SEMVER_TEXT_MAX bytes.
 */
#ifndef LIBCOMMON_CODEC_SEMVER_H
#define LIBCOMMON_CODEC_SEMVER_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/err.h"
#include "libcommon/base/str.h"

#define SL_SEMVER_TEXT_MAX 256

/* The views point into the text that was parsed: it must outlive the version and its copies. */
struct sl_semver {
	uint64_t major, minor, patch;
	struct sl_str pre;	/* "rc.1", or empty */
	struct sl_str metadata; /* "build.5", or empty */
	struct sl_str original; /* the text as given */
};

/* All three: SL_ERR_INVALID, or SL_ERR_TOO_LARGE past the limit. */

/* "1", "1.2", "v1.2.3", "01.02.03-rc.1+5": what Masterminds' NewVersion accepts. */
int sl_semver_parse(struct sl_str text, struct sl_semver *ret_version,
		    struct sl_err *err) SL_MUST_CHECK;
/* Three parts without "v" and leading zeros: what StrictNewVersion accepts. */
int sl_semver_parse_strict(struct sl_str text, struct sl_semver *ret_version,
			   struct sl_err *err) SL_MUST_CHECK;
/* Three parts, "v" and leading zeros allowed: which tags Flux takes for versions. */
int sl_semver_parse_tag(struct sl_str text, struct sl_semver *ret_version,
			struct sl_err *err) SL_MUST_CHECK;

/* Precedence: negative, 0 or positive; metadata does not count (SemVer section 11). */
int sl_semver_cmp(const struct sl_semver *a, const struct sl_semver *b);
/* Precedence of two pre-release texts alone; the empty one comes first here. */
int sl_semver_cmp_pre(struct sl_str a, struct sl_str b);

/* "1.2.3-rc.1+5": without "v", with all three parts. The caller frees it. */
char *sl_semver_string(const struct sl_semver *v) __attribute__((warn_unused_result));

#endif
