/*
 * What the command line prints: progress for people on standard error, data on standard output.
 *
 *   ► an action begins   ◎ waiting   ✔ success   ⚠️ warning   ✗ failure
 *
 * Each line is one write(2), so that lines of several processes do not mix.
 *
 * Thread rule: thread-safe. Source: the symbols of Flux's command line.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "libcommon/base/err.h"
#include "libcommon/base/strbuf.h"

#define SL_CLI_OUTPUT_MAX ((size_t)256 << 20) /* bytes of one output */

enum sl_cli_tone {
	SL_CLI_ACTION,
	SL_CLI_WAITING,
	SL_CLI_SUCCESS,
	SL_CLI_WARNING,
	SL_CLI_FAILURE,
};

/* One line on standard error. Messages with newlines keep them. */
void sl_cli_say(enum sl_cli_tone tone, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same line, appended to a buffer. */
void sl_cli_say_to(struct sl_strbuf *out, enum sl_cli_tone tone, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* "✗ message", with the place in the user's file where it is known. */
void sl_cli_say_error(const struct sl_err *err);
/*
 * Data on standard output. Errors: SL_ERR_TOO_LARGE (the buffer's maximum), SL_ERR_IO (a full disk).
 * A closed pipe ends the process by SIGPIPE, as it does for any filter.
 */
int sl_cli_print(const struct sl_strbuf *data, struct sl_err *err) SL_MUST_CHECK;

#endif
