/*
 * The directory that `build kustomization` builds: the files of this machine, and what of them is left
 * out by .sourceignore files and --ignore-paths.
 *
 * Paths are those of kustomize.h with the file system's root as the root of the tree, so that bases may
 * lie anywhere, as for flux. Thread rule: one thread at a time; blocks on disk.
 */
#ifndef CLI_BUILDTREE_H
#define CLI_BUILDTREE_H

#include "cli/wholefs.h"
#include "libcommon/base/strvec.h"
#include "libcommon/codec/ignore.h"

struct sl_cli_tree_dir {
	const char *path; /* of the directory, without the first slash */
	struct sl_ignore *ignore;
	struct sl_cli_wholefs whole;
	struct sl_kustomize_fs fs; /* set by sl_cli_tree_fs() */
};
#define SL_CLI_TREE_DIR_INIT \
	{ \
		.whole = SL_CLI_WHOLEFS_INIT \
	}
void sl_cli_tree_dir_release(struct sl_cli_tree_dir *d);

/*
 * Open the directory `path` (absolute, clean) and read its .sourceignore files; `patterns` rank above
 * them. Errors: SL_ERR_NOT_FOUND, and those of sl_ignore_load_tree().
 */
int sl_cli_tree_dir_open(struct sl_arena *a, const char *path, const struct sl_strvec *patterns,
			 struct sl_cli_tree_dir *ret_dir, struct sl_err *err) SL_MUST_CHECK;

/* Its callbacks, for as long as `d` stays where it is: lists leave out the files that are ignored. */
struct sl_kustomize_fs sl_cli_tree_fs(struct sl_cli_tree_dir *d);

/* Take what is ignored out of a kustomization's resources, components and crds. */
void sl_cli_tree_filter(const struct sl_cli_tree_dir *d, struct sl_value *kustomization);

/* "/work/app/x.yaml" or "work/app/x.yaml" as seen from the working directory: "app/x.yaml". */
const char *sl_cli_tree_shown(struct sl_arena *a, const char *path);

#endif
