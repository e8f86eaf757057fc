#include "cli/report.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "libcommon/base/file.h"

#define LINE_MAX_BYTES ((size_t)1 << 20)

static const char *const symbols[] = {
	[SL_CLI_ACTION] = "►",	     [SL_CLI_WAITING] = "◎", [SL_CLI_SUCCESS] = "✔",
	[SL_CLI_WARNING] = "⚠️", [SL_CLI_FAILURE] = "✗",
};

static void add_line(struct sl_strbuf *out, enum sl_cli_tone tone, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));
static void add_line(struct sl_strbuf *out, enum sl_cli_tone tone, const char *fmt, va_list ap)
{
	sl_strbuf_addf(out, "%s ", symbols[tone]);
	sl_strbuf_vaddf(out, fmt, ap);
	sl_strbuf_addc(out, '\n');
}

void sl_cli_say_to(struct sl_strbuf *out, enum sl_cli_tone tone, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_line(out, tone, fmt, ap);
	va_end(ap);
}

void sl_cli_say(enum sl_cli_tone tone, const char *fmt, ...)
{
	SL_AUTO(sl_strbuf) line = SL_STRBUF_INIT(LINE_MAX_BYTES);
	va_list ap;

	va_start(ap, fmt);
	add_line(&line, tone, fmt, ap);
	va_end(ap);
	/* Progress that cannot be shown is no reason to fail. */
	(void)!sl_fd_write_all(STDERR_FILENO, sl_strbuf_str(&line), "standard error", NULL);
}

void sl_cli_say_error(const struct sl_err *err)
{
	SL_AUTO_FREE char *text = sl_err_text(err);

	sl_cli_say(SL_CLI_FAILURE, "%s", text);
}

int sl_cli_print(const struct sl_strbuf *data, struct sl_err *err)
{
	int r = sl_strbuf_check(data, "output", err);

	return r ? r : sl_fd_write_all(STDOUT_FILENO, sl_strbuf_str(data), "standard output", err);
}
