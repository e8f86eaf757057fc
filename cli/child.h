/*
 * Running another program and waiting for it, with a limit of time: git, and sluice-remote for files.
 *
 * Thread rule: one thread at a time. Blocks until the program has ended.
 */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include "libcommon/base/arena.h"
#include "libcommon/base/err.h"
#include "libcommon/base/strbuf.h"

/* Kept of what a program says; the rest is read and dropped. */
#define SL_CLI_SAID_MAX ((size_t)64 << 10)

struct sl_cli_program {
	const char *const *argv; /* ends with NULL; argv[0] is looked up in PATH */
	const char *dir;	 /* to run in */
	int64_t timeout_ms;	 /* after which it is killed */
	int out_fd;		 /* for its standard output, or -1: together with standard error */
};

/*
 * Errors: SL_ERR_IO (it does not start), SL_ERR_TIMEOUT, SL_ERR_INVALID when its exit code is not 0;
 * then the message holds the command and what it said. Standard input is ours.
 */
int sl_cli_program_run(const struct sl_cli_program *p, struct sl_err *err) SL_MUST_CHECK;

/* Where sluice-remote is, beside this program. Errors: SL_ERR_IO. */
int sl_cli_remote_path(struct sl_arena *a, char **ret_path, struct sl_err *err) SL_MUST_CHECK;

#endif
