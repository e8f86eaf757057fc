#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/local/programs.h"
#include "libcommon/lang/envsubst.h"

#define LINE_MAX_BYTES ((size_t)64 << 20) /* of a line, before and after */

static bool lookup(void *ctx, struct sl_str name, struct sl_str *ret_value)
{
	SL_AUTO_FREE char *text = sl_xmemdup0(name.p, name.n);
	const char *value = getenv(text);

	(void)ctx;
	*ret_value = sl_str(value);
	return value;
}

/* Line by line, as flux does it: an expression does not go over the end of a line. */
static int substitute(struct sl_str line, size_t number, const struct sl_envsubst_options *o,
		      struct sl_strbuf *out, struct sl_err *err)
{
	int r;

	sl_str_cut_suffix(&line, SL_STR("\n"));
	sl_str_cut_suffix(&line, SL_STR("\r"));
	sl_strbuf_reset(out);
	r = sl_envsubst(line, o, out, NULL, err);
	if (r < 0) {
		err->origin.line = 0;
		sl_err_wrap(err, "line %zu", number);
		return r;
	}
	sl_strbuf_addc(out, '\n');
	if (fwrite(out->p, 1, out->n, stdout) != out->n)
		return sl_err_errno(err, errno, "write");
	return 0;
}

int sl_cli_local_envsubst(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	struct sl_envsubst_options o = { .lookup = lookup, .strict = sl_cli_bool(args, "strict") };
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(LINE_MAX_BYTES);
	SL_AUTO_FREE char *line = NULL;
	size_t cap = 0, number = 0;
	ssize_t n = 0;
	int r = 0;

	(void)argv;
	errno = 0;
	while (r == 0 && (n = getline(&line, &cap, stdin)) >= 0) {
		number++;
		if ((size_t)n > LINE_MAX_BYTES)
			r = sl_err_set(err, SL_ERR_TOO_LARGE, "line %zu is longer than %zu bytes",
				       number, LINE_MAX_BYTES);
		else
			r = substitute((struct sl_str){ line, (size_t)n }, number, &o, &out, err);
	}
	if (r == 0 && ferror(stdin))
		r = sl_err_errno(err, errno, "read standard input");
	/* What came before a failure is printed. */
	if (fflush(stdout) && r == 0)
		r = sl_err_errno(err, errno, "write");
	return r;
}
