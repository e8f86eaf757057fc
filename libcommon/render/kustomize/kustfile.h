/*
 * Private to kustomize: the kustomization file, checked and brought into one shape.
 *
 * After sl_kz_kustfile_check() every member has kustomize's spelling of its name and its type, nulls are
 * gone, deprecated fields have moved where they belong (bases to resources, imageTags to images), and
 * nothing is in it that this version does not implement.
 *
 * Thread rule: pure but for the arena.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_KUSTFILE_H
#define LIBCOMMON_RENDER_KUSTOMIZE_KUSTFILE_H

#include "libcommon/render/kustomize/build.h"
#include "libcommon/render/kustomize/loader.h"

/* A kustomization, checked. */
struct sl_kz_kustfile {
	struct sl_value *value;
	const char *file; /* its path */
	bool is_component;
};

/* Read, parse and check the kustomization of `dir`. SL_ERR_NOT_FOUND when there is no file. */
int sl_kz_kustfile_load(struct sl_kz *kz, const char *dir, struct sl_kz_kustfile *ret,
			struct sl_err *err) SL_MUST_CHECK;
/* Check a parsed kustomization, named `file` in messages. `doc` is not changed. */
int sl_kz_kustfile_check(struct sl_kz *kz, const struct sl_value *doc, const char *file,
			 struct sl_kz_kustfile *ret, struct sl_err *err) SL_MUST_CHECK;
#endif
