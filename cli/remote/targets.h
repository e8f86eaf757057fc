/*
 * The objects that `reconcile`, `suspend`, `resume` and `export` act on: by name, by label, or all.
 *
 * Thread rule: one thread at a time.
 */
#ifndef CLI_REMOTE_TARGETS_H
#define CLI_REMOTE_TARGETS_H

#include "cli/remote/session.h"

struct sl_cli_targets {
	const struct sl_cli_kind *kind;
	const char *namespace_;
	struct sl_value *objects; /* LIST, in the session's arena */
	size_t missing;		  /* names that do not exist, each told on standard error */
	bool named;		  /* by name, not by --all or a selector */
};

/*
 * Look them up. Names given twice count once. Errors: INVALID (nothing said what to act on, or two
 * ways at once), NOT_FOUND (all or a selector, and there is none), what the server says.
 */
int sl_cli_targets_find(struct sl_cli_session *s, struct sl_cli_targets *ret_targets,
			struct sl_err *err) SL_MUST_CHECK;

#endif
