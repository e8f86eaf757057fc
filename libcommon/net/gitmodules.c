#include "libcommon/net/gitmodules.h"

#include <stdlib.h>

#include "libcommon/base/ascii.h"
#include "libcommon/base/strbuf.h"

struct parser {
	struct sl_str rest;
	uint32_t line;
	struct sl_gitmodules *out;
	struct sl_gitmodule
		*current; /* the section that keys belong to; NULL for one of no interest */
	struct sl_err *err;
};

void sl_gitmodules_release(struct sl_gitmodules *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->items[i].name);
		free(m->items[i].path);
		free(m->items[i].url);
	}
	free(m->items);
	*m = (struct sl_gitmodules)SL_GITMODULES_INIT;
}

static int malformed(struct parser *p, const char *what)
{
	int r = sl_err_set(p->err, SL_ERR_INVALID, "%s", what);

	sl_err_at(p->err, ".gitmodules", p->line, NULL);
	return r;
}

/* The next byte, line ends as '\n', 0 at the end (and for a NUL, which the caller has refused). */
static char peek(const struct parser *p)
{
	if (!p->rest.n)
		return '\0';
	if (p->rest.p[0] == '\r' && p->rest.n > 1 && p->rest.p[1] == '\n')
		return '\n';
	return p->rest.p[0];
}

static char next(struct parser *p)
{
	char c = peek(p);

	if (p->rest.n)
		p->rest = sl_str_sub(p->rest, c == '\n' && p->rest.p[0] == '\r' ? 2 : 1, p->rest.n);
	p->line += c == '\n';
	return c;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_name(char c)
{
	return sl_is_alnum(c) || c == '-';
}

static void skip_blanks(struct parser *p)
{
	while (is_blank(peek(p)))
		next(p);
}

static void skip_comment(struct parser *p)
{
	while (peek(p) && peek(p) != '\n')
		next(p);
}

static struct sl_str read_name(struct parser *p, const char *more)
{
	struct sl_str from = p->rest;

	while (is_name(peek(p)) || (peek(p) && peek(p) == *more))
		next(p);
	return sl_str_sub(from, 0, from.n - p->rest.n);
}

static int open_section(struct parser *p, struct sl_str name)
{
	struct sl_gitmodules *out = p->out;

	for (size_t i = 0; i < out->n; i++) {
		if (!sl_str_eqz(name, out->items[i].name))
			continue;
		p->current = &out->items[i];
		return 0;
	}
	if (out->n == SL_GITMODULES_MAX)
		return sl_err_set(p->err, SL_ERR_TOO_LARGE, ".gitmodules: more than %d submodules",
				  SL_GITMODULES_MAX);
	out->items = sl_grow(out->items, out->n, &out->cap, sizeof(*out->items));
	p->current = &out->items[out->n++];
	*p->current = (struct sl_gitmodule){ .name = sl_xmemdup0(name.p, name.n) };
	return 0;
}

/* The quoted part of a section's head: '\' takes the next byte as it is. */
static int read_subsection(struct parser *p, struct sl_strbuf *out)
{
	next(p);
	for (;;) {
		char c = next(p);

		if (c == '"')
			break;
		if (c == '\\')
			c = next(p);
		if (!c || c == '\n')
			return malformed(p, "section name does not end");
		sl_strbuf_addc(out, c);
	}
	return sl_strbuf_check(out, "section name", p->err);
}

static int parse_section(struct parser *p)
{
	SL_AUTO(sl_strbuf) sub = SL_STRBUF_INIT(SL_GITMODULES_VALUE_MAX);
	struct sl_str name;
	bool quoted;
	int r = 0;

	next(p);
	name = read_name(p, ".");
	skip_blanks(p);
	quoted = peek(p) == '"';
	if (quoted)
		r = read_subsection(p, &sub);
	if (r < 0)
		return r;
	if (!name.n || next(p) != ']')
		return malformed(p, "broken section head");
	p->current = NULL;
	if (!quoted || !sl_str_ieq(name, SL_STR("submodule")))
		return 0;
	return open_section(p, sl_strbuf_str(&sub));
}

/* What '\' and the byte after it stand for in a value; 0 when Git knows no such escape. */
static char unescape(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'b':
		return '\b';
	case '"':
	case '\\':
		return c;
	default:
		return '\0';
	}
}

/* A value up to the end of its line: outer blanks and comments go, quotes keep what is in them. */
static int read_value(struct parser *p, struct sl_strbuf *out)
{
	bool quoted = false;
	size_t end = 0; /* of what is not trailing blanks */

	skip_blanks(p);
	for (;;) {
		char c = peek(p);

		if (!c || c == '\n')
			break;
		if (!quoted && (c == '#' || c == ';')) {
			skip_comment(p);
			break;
		}
		next(p);
		if (c == '"') {
			quoted = !quoted;
			end = out->n;
			continue;
		}
		if (c == '\\' && peek(p) == '\n') {
			next(p);
			continue;
		}
		if (c == '\\')
			c = unescape(next(p));
		if (!c)
			return malformed(p, "unknown escape in a value");
		sl_strbuf_addc(out, c);
		if (quoted || !is_blank(c))
			end = out->n;
	}
	if (quoted)
		return malformed(p, "quotation does not end");
	if (end < out->n)
		sl_strbuf_truncate(out, end);
	return sl_strbuf_check(out, "value in .gitmodules", p->err);
}

static int parse_key(struct parser *p)
{
	SL_AUTO(sl_strbuf) value = SL_STRBUF_INIT(SL_GITMODULES_VALUE_MAX);
	struct sl_str key = read_name(p, "");
	char **slot = NULL;
	int r;

	if (!key.n)
		return malformed(p, "expected a key");
	skip_blanks(p);
	if (peek(p) != '=') {
		skip_comment(p); /* a key alone is a true boolean: of no interest */
		return 0;
	}
	next(p);
	r = read_value(p, &value);
	if (r < 0)
		return r;
	if (p->current && sl_str_ieq(key, SL_STR("path")))
		slot = &p->current->path;
	else if (p->current && sl_str_ieq(key, SL_STR("url")))
		slot = &p->current->url;
	if (slot) {
		free(*slot);
		*slot = sl_strbuf_steal(&value);
	}
	return 0;
}

static int parse_item(struct parser *p)
{
	switch (peek(p)) {
	case ' ':
	case '\t':
	case '\n':
		next(p);
		return 0;
	case '#':
	case ';':
		skip_comment(p);
		return 0;
	case '[':
		return parse_section(p);
	default:
		return parse_key(p);
	}
}

static void drop_without_path(struct sl_gitmodules *m)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->n; i++) {
		if (m->items[i].path) {
			m->items[kept++] = m->items[i];
			continue;
		}
		free(m->items[i].name);
		free(m->items[i].url);
	}
	m->n = kept;
}

int sl_gitmodules_parse(struct sl_str text, struct sl_gitmodules *ret_modules, struct sl_err *err)
{
	SL_AUTO(sl_gitmodules) out = SL_GITMODULES_INIT;
	struct parser p = { .rest = text, .line = 1, .out = &out, .err = err };
	int r = 0;

	sl_str_cut_prefix(&p.rest, SL_STR("\xef\xbb\xbf"));
	if (sl_str_chr(text, '\0') >= 0)
		return malformed(&p, "file holds a NUL");
	while (r == 0 && p.rest.n)
		r = parse_item(&p);
	if (r < 0)
		return r;
	drop_without_path(&out);
	*ret_modules = out;
	out = (struct sl_gitmodules)SL_GITMODULES_INIT;
	return 0;
}
