#include "libcommon/base/log.h"

#include <errno.h>
#include <unistd.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/strbuf.h"

#define USUAL_BYTES 500 /* of a line: room for it is made at once */

static struct {
	enum sl_log_level level;
	enum sl_log_encoding encoding;
	int fd;
} config = { SL_LOG_INFO, SL_LOG_JSON, STDERR_FILENO };

static const char *const level_names[] = { "trace", "debug", "info", "error" };

void sl_log_setup(enum sl_log_level level, enum sl_log_encoding encoding)
{
	config.level = level;
	config.encoding = encoding;
}

void sl_log_set_fd(int fd)
{
	config.fd = fd;
}

bool sl_log_enabled(enum sl_log_level level)
{
	return level >= config.level;
}

static bool is_plain(unsigned char c, bool utf8)
{
	return c >= 0x20 && c != '"' && c != '\\' && (c < 0x80 || utf8);
}

/* RFC 8259 section 7; bytes that are not UTF-8 must not break the reader of the line. */
static void add_quoted(struct sl_strbuf *b, struct sl_str s)
{
	bool utf8 = sl_str_is_utf8(s);

	sl_strbuf_addc(b, '"');
	for (size_t i = 0; i < s.n;) {
		unsigned char c;
		size_t run = i;

		while (run < s.n && is_plain((unsigned char)s.p[run], utf8))
			run++;
		sl_strbuf_adds(b, sl_str_sub(s, i, run));
		i = run;
		if (i == s.n)
			break;
		c = (unsigned char)s.p[i++];
		if (c == '"' || c == '\\')
			sl_strbuf_addf(b, "\\%c", c);
		else if (c == '\n')
			sl_strbuf_addz(b, "\\n");
		else
			sl_strbuf_addf(b, "\\u%04x", c);
	}
	sl_strbuf_addc(b, '"');
}

static void add_key(struct sl_strbuf *b, const char *key)
{
	bool json = config.encoding == SL_LOG_JSON;

	sl_strbuf_addz(b, json ? ",\"" : " ");
	sl_strbuf_addz(b, key);
	sl_strbuf_addz(b, json ? "\":" : "=");
}

static void add_pair(struct sl_strbuf *b, const struct sl_log_pair *p)
{
	size_t before = b->n;

	add_key(b, p->key);
	switch (p->kind) {
	case SL_LOG_STR:
		add_quoted(b, p->s);
		break;
	case SL_LOG_INT:
		sl_strbuf_addf(b, "%lld", (long long)p->i);
		break;
	case SL_LOG_BOOL:
		sl_strbuf_addz(b, p->i ? "true" : "false");
		break;
	case SL_LOG_NONE:
	case SL_LOG_END:
		break;
	}
	/* Keep room for the line's end. */
	if (b->failed || b->n > SL_LOG_LINE_MAX - 2) {
		b->failed = false;
		sl_strbuf_truncate(b, before);
	}
}

static void add_shared(struct sl_strbuf *b, const struct sl_log *l)
{
	const struct sl_log_pair pairs[] = {
		SL_KS("controller", l->controller),
		SL_KS("controllerGroup", l->controller_group),
		SL_KS("controllerKind", l->controller_kind),
		SL_KS("namespace", l->namespace_),
		SL_KS("name", l->name),
		SL_KS("reconcileID", l->reconcile_id),
	};

	for (size_t i = 0; i < SL_ARRAY_LEN(pairs); i++)
		if (pairs[i].s.p)
			add_pair(b, &pairs[i]);
}

static void write_all(const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(config.fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		p += done;
		n -= (size_t)done;
	}
}

void sl_log_write(const struct sl_log *l, enum sl_log_level level, const char *msg,
		  const struct sl_err *err, const struct sl_log_pair *pairs)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_LOG_LINE_MAX);
	bool json = config.encoding == SL_LOG_JSON;
	char ts[SL_RFC3339_SIZE];

	if (!sl_log_enabled(level))
		return;
	sl_rfc3339_ms(sl_wall_ms(), ts);
	(void)sl_strbuf_reserve(&b, USUAL_BYTES);
	sl_strbuf_addf(&b, json ? "{\"level\":\"%s\",\"ts\":\"%s\",\"msg\":" : "%s %s ",
		       json ? level_names[level] : ts, json ? ts : level_names[level]);
	add_quoted(&b, sl_str(msg));
	if (l)
		add_shared(&b, l);
	if (err) {
		SL_AUTO_FREE char *text = sl_err_text(err);

		add_pair(&b, &SL_KS("error", text));
	}
	for (; pairs->kind != SL_LOG_END; pairs++)
		if (pairs->kind != SL_LOG_NONE)
			add_pair(&b, pairs);
	sl_strbuf_addz(&b, json ? "}\n" : "\n");
	write_all(b.p, b.n);
}
