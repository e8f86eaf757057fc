/*
 * What a Kustomization's build takes from elsewhere: repositories and files that a kustomization.yaml
 * names by a URL, fetched over HTTP into a directory of the Kustomization's own.
 *
 *   kc_remotes_begin()     once before a build: what counts as fresh, with which client
 *   kc_remotes_fetch()     for each URL that the build comes upon
 *   kc_remotes_end()       what this build did not ask for is removed
 *
 * Within one run a URL is fetched once, so that a build that is repeated while a run waits gives the
 * same objects. A later run asks each repository where the reference points, and fetches only what has
 * moved; a file of the web it downloads again.
 *
 * The tree is seen by the engine as the directory KC_REMOTES_DIR of the artifact's: kc_build() sends
 * paths there to kc_remotes_dir_fd().
 *
 * Not done: ssh and file URLs (SL_ERR_UNSUPPORTED), credentials other than those in the URL, as in Flux.
 * Limits: below. Trust: what is fetched is as hostile as any artifact; links are followed beneath the
 * directory only. Thread rule: one thread at a time, the worker that holds the Kustomization's key.
 */
#ifndef KUSTOMIZE_CONTROLLER_REMOTES_H
#define KUSTOMIZE_CONTROLLER_REMOTES_H

#include "libcommon/net/http.h"
#include "libcommon/render/kustomize/kustomize.h"

#define KC_REMOTES_DIR ".remote"
#define KC_REMOTES_MAX 64			 /* of one build */
#define KC_REMOTE_TREE_MAX ((uint64_t)512 << 20) /* bytes of a repository's files */
#define KC_REMOTE_PACK_MAX ((uint64_t)512 << 20) /* bytes on the wire, a fetch */
#define KC_REMOTE_FILE_MAX ((uint64_t)32 << 20)	 /* bytes of a single file */
#define KC_REMOTE_FILE_TIMEOUT_MS 30000
#define KC_REMOTE_TIMEOUT_MAX_MS 300000 /* of a repository, whatever its URL asks for */

struct kc_remotes;

/* Remove what killed predecessors have left in the directory for temporary files. */
void kc_remotes_sweep(void);
struct kc_remotes *kc_remotes_new(void);
/* Removes what was fetched. NULL is fine. */
void kc_remotes_free(struct kc_remotes *r);

/*
 * A build begins. What was fetched at `fresh_since_ms` (monotonic) or later is taken as it is. `http` and
 * `cancel` (may be NULL) are borrowed until kc_remotes_end().
 */
void kc_remotes_begin(struct kc_remotes *r, struct sl_http_client *http, const atomic_bool *cancel,
		      int64_t fresh_since_ms);
void kc_remotes_end(struct kc_remotes *r);

/*
 * The `fetch` of struct sl_kustomize_fs: *ret_path is below KC_REMOTES_DIR. Errors: SL_ERR_UNSUPPORTED,
 * SL_ERR_TOO_LARGE, SL_ERR_NOT_FOUND (no such branch, tag or commit), those of sl_git_fetch(),
 * sl_git_checkout() and sl_http_do(). URLs in messages may hold passwords: the caller masks them.
 */
int kc_remotes_fetch(struct kc_remotes *r, const struct sl_kustomize_remote *remote,
		     struct sl_arena *a, const char **ret_path, struct sl_err *err) SL_MUST_CHECK;

/* The directory that KC_REMOTES_DIR stands for; -1 before anything was fetched. */
int kc_remotes_dir_fd(const struct kc_remotes *r);
/* Whether the last build took anything from elsewhere, so that the next may differ. */
bool kc_remotes_any(const struct kc_remotes *r);

#endif
