/*
 * Artifacts: downloaded once, verified, unpacked, shared by all Kustomizations that use them.
 *
 * An artifact is known by its digest. The first worker that wants it downloads it, others that want
 * the same one meanwhile wait for that download; afterwards the tree on disk is shared, read-only.
 * Trees that nobody uses are kept for the next run, up to KC_ARTIFACTS_KEPT of them and a number of
 * bytes, the longest unused goes first; those that their source has replaced go at once. What is in use
 * is never removed.
 *
 * Trust: the bytes are hostile until their digest matches, and the unpacked tree stays so: no links,
 * nothing outside the directory, caps on entries and bytes.
 *
 * Thread rule: thread-safe; get blocks on network and disk.
 */
#ifndef KUSTOMIZE_CONTROLLER_ARTIFACT_H
#define KUSTOMIZE_CONTROLLER_ARTIFACT_H

#include "libcommon/base/err.h"
#include "libcommon/net/http.h"

#define KC_ARTIFACTS_KEPT 16
#define KC_ARTIFACTS_KEPT_BYTES ((uint64_t)512 << 20) /* on disk, of trees that nobody uses */
#define KC_ARTIFACT_ARCHIVE_MAX ((uint64_t)1 << 30)   /* bytes of the tarball */
#define KC_ARTIFACT_UNPACKED_MAX ((uint64_t)2 << 30)  /* bytes of its files */
#define KC_ARTIFACT_ENTRIES_MAX 200000
#define KC_ARTIFACT_TIMEOUT_MS 120000

struct kc_artifacts;

/* A tree that its holder may read until release. */
struct kc_artifact {
	int dir_fd;
	const char *digest;
};

/*
 * `kept_bytes`: KC_ARTIFACTS_KEPT_BYTES, but for tests. `cancel` ends downloads; it may be NULL, and is
 * borrowed. Also removes what killed predecessors have left
 * in the directory for temporary files.
 */
struct kc_artifacts *kc_artifacts_new(uint64_t kept_bytes, const atomic_bool *cancel);
/* All trees must have been released. */
void kc_artifacts_free(struct kc_artifacts *c);

/*
 * The tree of the artifact at `url` whose tarball has `digest` ("sha256:…"; without a prefix, sha256).
 * The host of the URL is replaced by $SOURCE_CONTROLLER_LOCALHOST when that is set, or, where it begins
 * with "source-watcher", by $SOURCE_WATCHER_LOCALHOST.
 * Errors: NOT_FOUND (404: not ready yet), those of sl_http_do(), CHECKSUM, INVALID (digest missing or
 * malformed, no tarball), UNSUPPORTED (its algorithm), TOO_LARGE, NO_SPACE, IO.
 */
int kc_artifacts_get(struct kc_artifacts *c, struct sl_http_client *http, const char *url,
		     const char *digest, struct kc_artifact **ret_artifact,
		     struct sl_err *err) SL_MUST_CHECK;
/* A source has replaced this artifact: its tree is not worth keeping. Never blocks. */
void kc_artifacts_outdate(struct kc_artifacts *c, struct sl_str digest);
void kc_artifacts_release(struct kc_artifacts *c, struct kc_artifact *artifact);

#endif
