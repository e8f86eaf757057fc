#define SL_ERR_IMPLEMENTATION /* the functions themselves, not what the analyser is told */
#include "libcommon/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/strbuf.h"

void sl_err_release(struct sl_err *err)
{
	free(err->origin.file);
	free(err->origin.field);
	free(err->reason);
	free(err->message);
	*err = (struct sl_err)SL_ERR_INIT;
}

__attribute__((format(printf, 1, 0))) static char *vformat(const char *fmt, va_list ap)
{
	char *p = NULL;

	if (vasprintf(&p, fmt, ap) < 0)
		return sl_xstrdup("out of memory while formatting an error");
	return p;
}

int sl_err_vset(struct sl_err *err, enum sl_err_code code, const char *fmt, va_list ap)
{
	char *message;

	if (!err)
		return code;
	message = vformat(fmt, ap);
	sl_err_release(err);
	err->code = code;
	err->message = message;
	return code;
}

int sl_err_set(struct sl_err *err, enum sl_err_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sl_err_vset(err, code, fmt, ap);
	va_end(ap);
	return code;
}

static enum sl_err_code code_of_errno(int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
		return SL_ERR_NOT_FOUND;
	case EEXIST:
	case ENOTEMPTY:
		return SL_ERR_EXISTS;
	case ENOSPC:
	case EDQUOT:
		return SL_ERR_NO_SPACE;
	case EFBIG:
	case ENAMETOOLONG:
		return SL_ERR_TOO_LARGE;
	case EACCES:
	case EPERM:
	case EXDEV: /* openat2(RESOLVE_BENEATH): the path leaves its tree */
	case ELOOP:
		return SL_ERR_FORBIDDEN;
	case ETIMEDOUT:
		return SL_ERR_TIMEOUT;
	case ECONNREFUSED:
	case ECONNRESET:
	case EPIPE:
		return SL_ERR_NET;
	default:
		return SL_ERR_IO;
	}
}

int sl_err_errno(struct sl_err *err, int errnum, const char *fmt, ...)
{
	enum sl_err_code code = code_of_errno(errnum);
	char text[128];
	va_list ap;
	char *what;

	if (!err)
		return code;
	va_start(ap, fmt);
	what = vformat(fmt, ap);
	va_end(ap);
	sl_err_set(err, code, "%s: %s", what, strerror_r(errnum, text, sizeof(text)));
	free(what);
	return code;
}

void sl_err_at(struct sl_err *err, const char *file, uint32_t line, const char *field)
{
	if (!err)
		return;
	if (!err->origin.file && file)
		err->origin.file = sl_xstrdup(file);
	if (!err->origin.line)
		err->origin.line = line;
	if (!err->origin.field && field)
		err->origin.field = sl_xstrdup(field);
}

void sl_err_wrap(struct sl_err *err, const char *fmt, ...)
{
	va_list ap;
	char *what, *message;

	if (!err)
		return;
	va_start(ap, fmt);
	what = vformat(fmt, ap);
	va_end(ap);
	message = sl_xasprintf("%s: %s", what, err->message ? err->message : "unknown error");
	free(what);
	free(err->message);
	err->message = message;
}

int sl_err_move(struct sl_err *dst, struct sl_err *src)
{
	int code = src->code;

	if (dst == src)
		return code;
	if (!dst) {
		sl_err_release(src);
		return code;
	}
	sl_err_release(dst);
	*dst = *src;
	*src = (struct sl_err)SL_ERR_INIT;
	return code;
}

char *sl_err_text(const struct sl_err *err)
{
	const char *message = err->message ? err->message : "unknown error";

	if (!err->origin.file)
		return sl_xstrdup(message);
	if (!err->origin.line)
		return sl_xasprintf("%s: %s", err->origin.file, message);
	return sl_xasprintf("%s:%u: %s", err->origin.file, err->origin.line, message);
}

const char *sl_err_code_name(enum sl_err_code code)
{
	static const char *const names[] = {
		"ok",	       "invalid",   "not found", "exists",	"conflict",
		"auth",	       "forbidden", "too large", "timeout",	"network",
		"io",	       "no space",  "throttled", "unavailable", "gone",
		"unsupported", "canceled",  "unchanged", "checksum",	"internal",
	};
	size_t i = (size_t) - (int)code;

	return i < SL_ARRAY_LEN(names) ? names[i] : "unknown";
}

void sl_errlist_release(struct sl_errlist *l)
{
	for (size_t i = 0; i < l->n; i++)
		sl_err_release(&l->items[i]);
	free(l->items);
	*l = (struct sl_errlist)SL_ERRLIST_INIT;
}

void sl_errlist_take(struct sl_errlist *l, struct sl_err *err)
{
	if (l->n == SL_ERRLIST_MAX) {
		l->dropped++;
		sl_err_release(err);
		return;
	}
	l->items = sl_grow(l->items, l->n, &l->cap, sizeof(*l->items));
	l->items[l->n] = (struct sl_err)SL_ERR_INIT;
	sl_err_move(&l->items[l->n++], err);
}

int sl_errlist_join(const struct sl_errlist *l, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 20);

	if (!l->n)
		return 0;
	for (size_t i = 0; i < l->n; i++) {
		SL_AUTO_FREE char *text = sl_err_text(&l->items[i]);

		sl_strbuf_addf(&b, "%s%s", i ? "\n" : "", text);
	}
	if (l->dropped)
		sl_strbuf_addf(&b, "\nand %zu more", l->dropped);
	return sl_err_set(err, l->items[0].code, "%s", b.p);
}
