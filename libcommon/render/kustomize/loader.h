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
	const char *clone; /* of the repository that it is in, or NULL */
	const char *url;   /* by which that was named; NULL below the clone's first directory */
	struct sl_str chart_namespace; /* for charts, from the kustomizations that lead here */
};

/* Longest path, in bytes. */
#define SL_KZ_PATH_MAX 4096

/* For messages: as seen from options.shown_from, "." instead of "". */
const char *sl_kz_shown(const struct sl_kz *kz, const char *path);

/* `rel` as seen from directory `dir`, clean. SL_ERR_INVALID (empty, absolute, too long, a NUL),
 * SL_ERR_FORBIDDEN (out of the tree). */
int sl_kz_path_join(struct sl_arena *a, const char *dir, struct sl_str rel, const char **ret,
		    struct sl_err *err) SL_MUST_CHECK;

/* SL_ERR_INVALID for "../base - ../other", a list item that lost its line break. */
int sl_kz_check_path(struct sl_str path, struct sl_err *err) SL_MUST_CHECK;

/* Something to be fetched: the URL of a repository or of a file. */
bool sl_kz_is_remote(struct sl_str path);

/* Read the file `rel` names from `dir`, or that is fetched. *ret_path is its path, for messages. */
int sl_kz_load(struct sl_kz *kz, const struct sl_kz_dir *dir, struct sl_str rel,
	       struct sl_str *ret_text, const char **ret_path, struct sl_err *err) SL_MUST_CHECK;
/* Read a clean path, counting it against the caps. */
int sl_kz_read(struct sl_kz *kz, const char *path, struct sl_str *ret_text,
	       struct sl_err *err) SL_MUST_CHECK;

/*
 * Enter the directory that `rel` names, in `dir` or in a repository, which is fetched; `dir` is NULL
 * for the repository that a build begins with. SL_ERR_INVALID for a cycle, SL_ERR_FORBIDDEN for a way
 * out of a repository.
 */
int sl_kz_enter(struct sl_kz *kz, const struct sl_kz_dir *dir, struct sl_str rel,
		struct sl_kz_dir *ret, struct sl_err *err) SL_MUST_CHECK;

/* The kustomization file in `path`: its path, or NULL in *ret. SL_ERR_INVALID when there are two. */
int sl_kz_find_kustomization(struct sl_kz *kz, const char *path, const char **ret,
			     struct sl_err *err) SL_MUST_CHECK;

#endif
