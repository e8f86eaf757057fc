/*
 * The disk as the chart loader sees it: any path of this machine, links as links.
 *
 * Errors have Go's words, for Helm shows them: "open x: no such file or directory".
 *
 * Thread rule: one thread at a time for each trail.
 */
#ifndef CLI_HELMFS_H
#define CLI_HELMFS_H

#include "cli/dirtrail.h"
#include "libcommon/render/helm/helm.h"

/* `t` stays the caller's, and stays where it is as long as the callbacks are used. */
struct sl_helm_fs sl_cli_helmfs(struct sl_cli_dirtrail *t);
/* "no such file or directory": what Go prints for an errno value. */
const char *sl_cli_go_errno(int errnum);
/* Set `err` to "WHAT PATH: no such file or directory" with the code that suits errnum. */
int sl_cli_go_fail(struct sl_err *err, int errnum, const char *what, const char *path);

#endif
