/*
 * What a GitRepository asks for: its spec, decoded and defaulted.
 *
 * The API server has validated the object against the schema; what a schema cannot say is an error
 * here. Fields that this version does not implement are refused by name and never ignored.
 *
 * Ownership: strings live in the arena or in the object. Thread rule: pure.
 * Source: GitRepository API v1, spec/source.md 2.1 and 7.1.
 */
#ifndef SOURCE_CONTROLLER_GITSPEC_H
#define SOURCE_CONTROLLER_GITSPEC_H

#include "libcommon/codec/value.h"
#include "libcommon/net/git.h"
#include "libcommon/net/gittree.h"

#define SC_TIMEOUT_DEFAULT_MS 60000

struct sc_git_spec {
	const char *url;
	struct sl_git_ref_spec ref;
	int64_t interval_ms;
	int64_t timeout_ms;
	const char *secret;	  /* secretRef.name, or NULL */
	const char *proxy_secret; /* or NULL */
	struct sl_str ignore;	  /* empty when not set */
	bool recurse_submodules;
	const char *const *sparse;
	size_t sparse_count;
};

/* Errors: SL_ERR_INVALID naming the field, SL_ERR_TOO_LARGE (sparseCheckout). */
int sc_git_spec_decode(struct sl_arena *a, const struct sl_value *object,
		       struct sc_git_spec *ret_spec, struct sl_err *err) SL_MUST_CHECK;

/* The first field used that this version does not implement ("spec.verify"), or NULL. */
const char *sc_git_spec_unsupported(const struct sl_value *object);

/*
 * Does what was built last, as status.observed* tells, differ in anything but the revision from what
 * the spec asks for now?
 */
bool sc_git_content_changed(const struct sl_value *object);
/* Set status.observed* from the spec. */
void sc_git_content_observe(struct sl_arena *a, struct sl_value *object);

#endif
