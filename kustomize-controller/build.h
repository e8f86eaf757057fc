/*
 * From an unpacked artifact to the objects of a Kustomization, ready to be applied.
 *
 * Generates a kustomization where there is none, changes it as the spec says, builds it, and puts
 * the ownership labels and common metadata on every object. A pure function of the tree, the spec and
 * the Kustomization's name.
 *
 * Ownership: everything in the arena. Thread rule: thread-safe for distinct arenas. Blocks on disk.
 */
#ifndef KUSTOMIZE_CONTROLLER_BUILD_H
#define KUSTOMIZE_CONTROLLER_BUILD_H

#include "kustomize-controller/spec.h"
#include "libcommon/kube/queue.h"

struct kc_build {
	struct sl_value *objects; /* LIST */
	const char *digest;	  /* "sha256:…" of the YAML as built, before labels */
	char **warnings;
	size_t warning_count;
};

/*
 * Build spec->path of the tree below `dir_fd`.
 * Errors: SL_ERR_NOT_FOUND "kustomization path not found: …", and those of sl_kustomize_build().
 */
int kc_build(struct sl_arena *a, int dir_fd, const struct sl_key *owner, const struct kc_spec *spec,
	     struct kc_build *ret_build, struct sl_err *err) SL_MUST_CHECK;

#endif
