/*
 * Git remotes over http(s): what a remote has, and which of it an object wants.
 *
 *   sl_git_remote_open()   one per reconcile: URL, credentials, deadline, cancellation
 *   sl_git_ls_refs()       what the remote advertises, narrowed by name: one small exchange
 *   sl_git_resolve()       reference spec + advertised refs -> commit and revision
 *   gitcache.h             the objects, on disk; gittree.h walks them
 *
 * The wire protocol is our own: libgit2 speaks only version 0, which sends every ref at each poll.
 * Version 2 is asked for, version 0 understood; "dumb" servers and SSH are not. Objects and packs
 * are libgit2's (gitcache.c). No process is started and no configuration file read.
 *
 * Credentials go to the host of the URL only. A redirect moves a remote as a whole: to another host
 * without them.
 *
 * Sources: Git's gitprotocol-http, gitprotocol-v2, gitprotocol-pack, gitprotocol-capabilities; Flux
 * GitRepository v1 `spec.ref`, with the precedence of its code: commit, name, tag, semver, branch.
 * Limits: SL_GIT_REFS_MAX refs of at most SL_GIT_REF_NAME_MAX bytes.
 * Thread rule: a remote belongs to one thread at a time, with the HTTP client it was given.
 */
#ifndef LIBCOMMON_NET_GIT_H
#define LIBCOMMON_NET_GIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/err.h"
#include "libcommon/base/mem.h"
#include "libcommon/base/str.h"
#include "libcommon/net/http.h"

#define SL_GIT_REFS_MAX 500000
#define SL_GIT_REF_NAME_MAX 1024
#define SL_GIT_PREFIXES_MAX 8
#define SL_GIT_TIES_MAX 16 /* tags of one version, differing in build metadata alone */
#define SL_GIT_OID_SIZE 65 /* hexadecimal SHA-256 and NUL; SHA-1 has 40 digits */
#define SL_GIT_REASON_EMPTY "EmptyRepository" /* err.reason: the remote has no refs at all */
#define SL_GIT_PACK_BYTES_DEFAULT_MAX (4ull << 30)

/* A SHA-1 or SHA-256 object id in lower-case hexadecimal; "" is none. */
struct sl_git_oid {
	char hex[SL_GIT_OID_SIZE];
};
/* Whole-view parse of 40 or 64 hexadecimal digits, any case. */
bool sl_git_oid_parse(struct sl_str text, struct sl_git_oid *ret_oid);
bool sl_git_oid_eq(const struct sl_git_oid *a, const struct sl_git_oid *b);

struct sl_git_auth {
	struct sl_http_auth http;
	struct sl_http_tls tls;
	struct sl_http_proxy proxy;
};

/* Borrowed for the life of the remote. Zero means the default. */
struct sl_git_remote_options {
	const char *url; /* http or https; ssh is SL_ERR_UNSUPPORTED */
	struct sl_git_auth auth;
	int64_t deadline_ms; /* monotonic, for everything done with the remote; 0: none */
	const atomic_bool *cancel;
	uint64_t max_pack_bytes; /* SL_GIT_PACK_BYTES_DEFAULT_MAX, on the wire, per fetch */
	const char *hint;	 /* of an earlier remote with this URL, or NULL */
};

struct sl_git_remote;

/*
 * Check the options and make a remote; nothing is sent yet. `client` is borrowed.
 * Errors: SL_ERR_INVALID (URL), SL_ERR_UNSUPPORTED (ssh).
 */
int sl_git_remote_open(struct sl_http_client *client, const struct sl_git_remote_options *options,
		       struct sl_git_remote **ret_remote, struct sl_err *err) SL_MUST_CHECK;
void sl_git_remote_free(struct sl_git_remote *r);
SL_DEFINE_AUTO_PTR(sl_git_remote);

struct sl_git_ref {
	const char *name; /* "HEAD", "refs/heads/main" */
	struct sl_git_oid oid;
	struct sl_git_oid peeled;  /* what an annotated tag points at in the end, or "" */
	const char *symref_target; /* of HEAD, or NULL */
};

/* Refs in the order of the server; all memory is in `arena`. */
struct sl_git_refs {
	struct sl_arena arena;
	struct sl_git_ref *items;
	size_t n, cap;
};
#define SL_GIT_REFS_INIT \
	{ \
		0 \
	}
void sl_git_refs_release(struct sl_git_refs *refs);
/* The ref of exactly that name, or NULL. */
const struct sl_git_ref *sl_git_refs_find(const struct sl_git_refs *refs, const char *name);

/*
 * Ask the remote for its refs. Only names that begin with one of the `prefix_count` prefixes
 * (at most SL_GIT_PREFIXES_MAX; 0: all) are returned, and, where the server speaks version 2, sent.
 *
 * Errors: SL_ERR_AUTH (401; the credentials are wrong or missing), SL_ERR_FORBIDDEN,
 * SL_ERR_NOT_FOUND (404, or the URL answers but is no Git repository), SL_ERR_UNSUPPORTED (dumb
 * protocol), SL_ERR_INVALID (broken answer), SL_ERR_TOO_LARGE, and what sl_http_do() returns.
 */
int sl_git_ls_refs(struct sl_git_remote *r, const char *const *prefixes, size_t prefix_count,
		   struct sl_git_refs *ret_refs, struct sl_err *err) SL_MUST_CHECK;

/*
 * What a later remote for the same URL may take for granted, so that a poll is one exchange instead
 * of two: pass it as `hint`. A fresh string, or NULL when there is nothing worth keeping. A hint that
 * is no longer true costs the exchanges that it would have saved, nothing else.
 */
char *sl_git_remote_hint(const struct sl_git_remote *r) __attribute__((warn_unused_result));

/* Bytes of HTTP bodies received so far over this remote. */
uint64_t sl_git_remote_received_bytes(const struct sl_git_remote *r);

/* What an object asks for; NULL or "" are unset. Borrowed. */
struct sl_git_ref_spec {
	const char *branch, *tag, *semver, *name, *commit;
};

/* One commit that a spec may mean. Strings are owned by the target. */
struct sl_git_candidate {
	char *ref;		      /* "refs/tags/v1.0.0"; NULL for a commit without branch */
	struct sl_git_oid commit;     /* peeled */
	struct sl_git_oid tag_object; /* of an annotated tag, to be fetched along; or "" */
};

struct sl_git_target {
	struct sl_git_candidate
		*candidates; /* at least one; several only for tags of one version */
	size_t n, cap;
	/* `commit` was given and no advertised ref points at it: it may take the history to find it. */
	bool by_commit;
	/* For that case: the branch that must hold it ("refs/heads/…"), or NULL for any ref. */
	char *within;
};
#define SL_GIT_TARGET_INIT \
	{ \
		0 \
	}
void sl_git_target_release(struct sl_git_target *t);

/*
 * Find what `spec` means at the remote: asks for the refs that matter and no others.
 *
 * Precedence: commit, name, tag, semver, branch; the branch defaults to "master". With semver, the
 * highest matching tag; tags equal but for build metadata all become candidates, and sl_git_fetch()
 * picks the one with the newest commit. Errors: SL_ERR_INVALID (malformed name, commit or range),
 * SL_ERR_NOT_FOUND (`couldn't find remote ref "refs/heads/x"`, no matching tag; an empty repository
 * has the reason SL_GIT_REASON_EMPTY), and those of sl_git_ls_refs().
 */
int sl_git_resolve(struct sl_git_remote *r, const struct sl_git_ref_spec *spec,
		   struct sl_git_target *ret_target, struct sl_err *err) SL_MUST_CHECK;

/*
 * The same from refs at hand, for tests and for callers that poll by themselves. Asks nobody.
 */
int sl_git_resolve_refs(const struct sl_git_refs *refs, const struct sl_git_ref_spec *spec,
			struct sl_git_target *ret_target, struct sl_err *err) SL_MUST_CHECK;

/*
 * The revision of a candidate as Flux writes it: "main@sha1:…" for branches and tags (slashes in
 * the name kept), "refs/…@sha1:…" for `name`, "sha1:…" for a commit without branch. Fresh string.
 */
char *sl_git_revision(const struct sl_git_ref_spec *spec, const struct sl_git_candidate *c)
	__attribute__((warn_unused_result));

/*
 * Whether Git allows the name: no control characters, spaces, "..", "@{", "~^:?*[\", "//", leading or
 * trailing slash, component that begins with a dot or ends with ".lock".
 */
bool sl_git_ref_name_ok(struct sl_str name);

#endif
