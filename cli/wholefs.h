/*
 * The file tree that `kustomize build` and `build kustomization` work on: the whole file system of this machine, with
 * repositories cloned by git(1) and files fetched by sluice-remote into a directory of its own.
 *
 * Paths are absolute ones without the leading '/'. Thread rule: one thread at a time.
 */
#ifndef CLI_WHOLEFS_H
#define CLI_WHOLEFS_H

#include "libcommon/base/file.h"
#include "libcommon/render/kustomize/kustomize.h"

struct sl_cli_wholefs {
	struct sl_tmpdir fetched; /* made at the first fetch */
	size_t count;		  /* of fetches */
};
#define SL_CLI_WHOLEFS_INIT \
	{ \
		.fetched = SL_TMPDIR_INIT \
	}
/* Removes what was fetched. */
void sl_cli_wholefs_release(struct sl_cli_wholefs *w);

/* `w` stays the caller's, and stays where it is as long as the callbacks are used. */
struct sl_kustomize_fs sl_cli_wholefs(struct sl_cli_wholefs *w);

#endif
