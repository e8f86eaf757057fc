/*
 * What both programs do first: read the command line, answer --help, say what is wrong with it.
 *
 * Thread rule: start-up code, one thread.
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "cli/args.h"

/*
 * A verb; `argv` is main()'s. Returns 0, or an error that is not printed yet, or SL_ERR_CANCELED when
 * all is said and only the exit code is left.
 */
typedef int (*sl_cli_handler)(const struct sl_cli_args *args, char *const *argv,
			      struct sl_err *err);

/*
 * Parse, and run what `handlers`, indexed by verb, has for the command; a verb without handler goes to
 * `otherwise`. Returns the exit code: 0, or 1 after a message on standard error.
 */
int sl_cli_run(int argc, char *const *argv, const sl_cli_handler handlers[SL_CLI_VERBS],
	       sl_cli_handler otherwise);

#endif
