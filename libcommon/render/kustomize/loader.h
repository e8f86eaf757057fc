/*
 * Private to kustomize: directories, paths and reading, with the rules of kustomize's loader.
 *
 * Thread rule: one thread, that of the build.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_LOADER_H
#define LIBCOMMON_RENDER_KUSTOMIZE_LOADER_H

#include "libcommon/render/kustomize/build.h"

/* A directory being built, and who asked for it. */
struct sl_kz_dir {
	const char *path; /* clean, "" for the root of the tree */
	const struct sl_kz_dir *referrer;
	size_t depth;
};

/* Longest path, in bytes. */
#define SL_KZ_PATH_MAX 4096

/* For messages: "." instead of "". */
const char *sl_kz_dir_name(const char *path);

/* `rel` as seen from directory `dir`, clean. SL_ERR_INVALID (empty, absolute, too long, a NUL),
 * SL_ERR_FORBIDDEN (out of the tree). */
int sl_kz_path_join(struct sl_arena *a, const char *dir, struct sl_str rel, const char **ret,
		    struct sl_err *err) SL_MUST_CHECK;

/* SL_ERR_INVALID for "../base - ../other", a list item that lost its line break. */
int sl_kz_check_path(struct sl_str path, struct sl_err *err) SL_MUST_CHECK;

/* Looks like something to be fetched: a URL, or one of git's notations. */
bool sl_kz_is_remote(struct sl_str path);

/* Read the file `rel` names from `dir`, or that the remote callback brings. *ret_path is its path. */
int sl_kz_load(struct sl_kz *kz, const struct sl_kz_dir *dir, struct sl_str rel,
	       struct sl_str *ret_text, const char **ret_path, struct sl_err *err) SL_MUST_CHECK;
/* Read a clean path, counting it against the caps. */
int sl_kz_read(struct sl_kz *kz, const char *path, struct sl_str *ret_text,
	       struct sl_err *err) SL_MUST_CHECK;

/* Enter the directory `rel` names: SL_ERR_INVALID for a cycle. */
int sl_kz_enter(struct sl_kz *kz, const struct sl_kz_dir *dir, struct sl_str rel,
		struct sl_kz_dir *ret, struct sl_err *err) SL_MUST_CHECK;

/* The kustomization file in `path`: its path, or NULL in *ret. SL_ERR_INVALID when there are two. */
int sl_kz_find_kustomization(struct sl_kz *kz, const char *path, const char **ret,
			     struct sl_err *err) SL_MUST_CHECK;

#endif
