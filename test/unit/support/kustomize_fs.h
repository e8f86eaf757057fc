/*
 * File trees for tests of kustomize: a directory on disk, and one held in a text.
 *
 * The text names each file on a line of its own, "=== path", and its content follows:
 *
 *   === kustomization.yaml
 *   resources: [a.yaml]
 *   === a.yaml
 *   ...
 *
 * Directories exist where a path says so. Thread rule: one thread at a time.
 */
#ifndef TEST_UNIT_SUPPORT_KUSTOMIZE_FS_H
#define TEST_UNIT_SUPPORT_KUSTOMIZE_FS_H

#include "libcommon/render/kustomize/kustomize.h"

/* Below the directory `dir_fd`, which stays the caller's and open. */
struct sl_kustomize_fs test_disk_fs(const int *dir_fd);

struct test_text_fs {
	struct sl_str text;
};
/* `tree` and its text stay the caller's. */
struct sl_kustomize_fs test_text_fs(const struct test_text_fs *tree);

#endif
