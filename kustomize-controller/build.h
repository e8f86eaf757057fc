/*
 * From an unpacked artifact to the objects of a Kustomization, ready to be applied.
 *
 * Generates a kustomization where there is none, changes it as the spec says, builds it, replaces
 * variables, and puts the ownership labels and common metadata on every object. A pure function of the
 * tree, the spec, the variables, the Kustomization's name, and of what `remotes` fetches.
 *
 * Ownership: everything in the arena. Thread rule: thread-safe for distinct arenas. Blocks on disk.
 */
#ifndef KUSTOMIZE_CONTROLLER_BUILD_H
#define KUSTOMIZE_CONTROLLER_BUILD_H

#include "kustomize-controller/remotes.h"
#include "kustomize-controller/spec.h"
#include "libcommon/kube/queue.h"

struct kc_build_inputs {
	int dir_fd; /* the artifact's root */
	const struct sl_key *owner;
	const struct kc_spec *spec;
	const struct sl_value *vars; /* of spec.postBuild, or NULL */
	bool strict;		     /* a variable that is not set is an error */
	struct kc_remotes *remotes;  /* begun; NULL: what is remote is refused */
};

struct kc_build {
	struct sl_value *objects; /* LIST */
	const char *digest;	  /* "sha256:…" of the YAML with its variables, before labels */
	char **warnings;
	size_t warning_count;
};

/*
 * Build spec->path of the tree. Errors: SL_ERR_NOT_FOUND "kustomization path not found: …", and those
 * of sl_kustomize_build() and sl_kustomize_substitute().
 */
int kc_build(struct sl_arena *a, const struct kc_build_inputs *in, struct kc_build *ret_build,
	     struct sl_err *err) SL_MUST_CHECK;

#endif
