/*
 * Wait until objects of one kind and namespace have come to a verdict, and tell it. One watch, no
 * polling.
 *
 * Thread rule: blocks the main thread, up to the session's deadline.
 */
#ifndef CLI_REMOTE_AWAIT_H
#define CLI_REMOTE_AWAIT_H

#include "cli/remote/session.h"
#include "cli/remote/verdict.h"

/*
 * Wait for `n` goals, each about another object. With `named`, each outcome is told with the object's
 * name, as it comes, and the error only counts the failures; without, `n` must be 1 and the error is
 * the failure itself. Errors: TIMEOUT, INVALID (the reconciliation failed), what the server says.
 */
struct sl_cli_awaited {
	const struct sl_cli_kind *kind;
	const char *namespace_;
	struct sl_cli_goal *goals;
	size_t n;
	bool named;
};
int sl_cli_await(struct sl_cli_session *s, const struct sl_cli_awaited *what,
		 struct sl_err *err) SL_MUST_CHECK;

#endif
