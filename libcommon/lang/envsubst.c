#include "libcommon/lang/envsubst.h"

#include <string.h>

#include "libcommon/codec/unicode.h"
#include "libcommon/lang/envsubst_ops.h"

#define EXCERPT_MAX 60

struct machine {
	struct sl_str text;
	size_t at;    /* in text */
	size_t outer; /* where the outermost expression under way begins */
	int depth;
	size_t steps;
	size_t max; /* of the output */
	const struct sl_envsubst_options *o;
	/* The first expression that has no value. What follows is read on, since a mistake of
	 * grammar anywhere is told first. */
	struct sl_err failure;
	size_t failed_at;
	bool failed;
};

static int read_expression(struct machine *m, struct sl_strbuf *out, struct sl_err *err);

static char peek(const struct machine *m)
{
	return m->at < m->text.n ? m->text.p[m->at] : 0;
}

static bool take(struct machine *m, char c)
{
	if (m->at >= m->text.n || m->text.p[m->at] != c)
		return false;
	m->at++;
	return true;
}

static bool at_pair(const struct machine *m, char first, char second)
{
	return m->at + 1 < m->text.n && m->text.p[m->at] == first && m->text.p[m->at + 1] == second;
}

static int malformed(struct machine *m, const char *what, struct sl_err *err)
{
	struct sl_str rest = sl_str_sub(m->text, m->outer, m->text.n);
	ptrdiff_t end = sl_str_chr(rest, '}'), line = sl_str_chr(rest, '\n');

	if (end >= 0)
		rest = sl_str_sub(rest, 0, (size_t)end + 1);
	if (line >= 0)
		rest = sl_str_sub(rest, 0, (size_t)line);
	return sl_err_set(err, SL_ERR_INVALID, "%s: '%.*s' (for a literal '${' write '$${')", what,
			  SL_STR_FMT(sl_str_cut(rest, EXCERPT_MAX)));
}

static int bad_substitution(struct machine *m, struct sl_err *err)
{
	return malformed(m, "bad substitution", err);
}

static int close_brace(struct machine *m, struct sl_err *err)
{
	return take(m, '}') ? 0 : bad_substitution(m, err);
}

/* One or more of letters, digits and "_"; empty when there is none. */
static struct sl_str read_name(struct machine *m)
{
	size_t from = m->at;

	while (m->at < m->text.n) {
		uint32_t rune;
		size_t n = sl_rune_decode(sl_str_sub(m->text, m->at, m->text.n), &rune);

		if (rune != '_' && !sl_rune_is_letter(rune) && !sl_rune_is_digit(rune))
			break;
		m->at += n;
	}
	return sl_str_sub(m->text, from, m->at);
}

enum escapes {
	NO_ESCAPES,
	ESCAPES, /* "$$", "\/", "\\" */
};

static bool is_escape(const struct machine *m)
{
	return at_pair(m, '$', '$') || at_pair(m, '\\', '/') || at_pair(m, '\\', '\\');
}

/* Text up to an expression, one of `stops` or the end. Returns how many bytes were read. */
static size_t read_literal(struct machine *m, const char *stops, enum escapes escapes,
			   struct sl_strbuf *out)
{
	size_t from = m->at;

	while (m->at < m->text.n && !at_pair(m, '$', '{')) {
		if (escapes == ESCAPES && is_escape(m))
			m->at++;
		else if (m->text.p[m->at] && strchr(stops, m->text.p[m->at]))
			break;
		sl_strbuf_addc(out, m->text.p[m->at++]);
	}
	return m->at - from;
}

/* An operand: one expression, or text that is not empty. */
static int read_operand(struct machine *m, const char *stops, enum escapes escapes,
			struct sl_strbuf *out, struct sl_err *err)
{
	if (at_pair(m, '$', '{')) {
		int r = read_expression(m, out, err);

		if (r < 0)
			return r;
	} else if (!read_literal(m, stops, escapes, out)) {
		return malformed(m, "unable to parse substitution within function", err);
	}
	return sl_strbuf_check(out, "an operand", err);
}

/* The first failure of evaluation is kept; nothing is evaluated from then on. */
static int evaluated(struct machine *m, int result, struct sl_err *err)
{
	if (result < 0 && !m->failed) {
		m->failed = true;
		m->failed_at = m->outer;
		sl_err_move(&m->failure, err);
	}
	return 0;
}

enum unset {
	UNSET_IS_EMPTY,
	UNSET_IS_ERROR, /* when strict */
};

/* False: there is no value, or it does not matter any more. */
static bool value_of(struct machine *m, struct sl_str name, enum unset unset, struct sl_str *ret,
		     struct sl_err *err)
{
	if (m->failed)
		return false;
	if (m->o->lookup(m->o->ctx, name, ret))
		return true;
	*ret = SL_STR_NULL;
	if (unset == UNSET_IS_EMPTY || !m->o->strict)
		return true;
	(void)evaluated(m,
			sl_err_set(err, SL_ERR_INVALID, "variable not set (strict mode): \"%.*s\"",
				   SL_STR_FMT(name)),
			err);
	return false;
}

static int read_length(struct machine *m, struct sl_strbuf *out, struct sl_err *err)
{
	struct sl_str name, value;

	m->at++;
	name = read_name(m);
	if (!name.n || close_brace(m, err) < 0)
		return bad_substitution(m, err);
	if (value_of(m, name, UNSET_IS_ERROR, &value, err))
		sl_strbuf_addf(out, "%zu", value.n);
	return 0;
}

/* Behind the operator: any number of operands that make up one text. */
static int read_default(struct machine *m, struct sl_str name, struct sl_strbuf *out,
			struct sl_err *err)
{
	SL_AUTO(sl_strbuf) otherwise = SL_STRBUF_INIT(m->max);
	struct sl_str value;
	int r = 0;

	while (r == 0 && !take(m, '}'))
		r = read_operand(m, "}", NO_ESCAPES, &otherwise, err);
	if (r < 0)
		return r;
	if (value_of(m, name, UNSET_IS_EMPTY, &value, err))
		sl_strbuf_adds(out, value.n ? value : sl_strbuf_str(&otherwise));
	return 0;
}

static void skip_run(struct machine *m, char c)
{
	while (take(m, c))
		;
}

static int read_substr(struct machine *m, struct sl_str name, struct sl_strbuf *out,
		       struct sl_err *err)
{
	SL_AUTO(sl_strbuf) position = SL_STRBUF_INIT(m->max);
	SL_AUTO(sl_strbuf) length = SL_STRBUF_INIT(m->max);
	struct sl_str value, size;
	bool has_length;
	int r = read_operand(m, ":}", NO_ESCAPES, &position, err);

	if (r < 0)
		return r;
	has_length = peek(m) == ':';
	skip_run(m, ':');
	if (has_length)
		r = read_operand(m, "}", NO_ESCAPES, &length, err);
	if (r == 0)
		r = close_brace(m, err);
	if (r < 0 || !value_of(m, name, UNSET_IS_ERROR, &value, err))
		return r;
	size = sl_strbuf_str(&length);
	sl_envsubst_substr(value, sl_strbuf_str(&position), has_length ? &size : NULL, out);
	return 0;
}

static int read_default_or_substr(struct machine *m, struct sl_str name, struct sl_strbuf *out,
				  struct sl_err *err)
{
	char c;

	m->at++;
	c = peek(m);
	if (c && strchr("=-?+", c)) {
		m->at++;
		return read_default(m, name, out, err);
	}
	if (m->at == m->text.n || (unsigned char)c >= 0x80)
		return bad_substitution(m, err);
	return read_substr(m, name, out, err);
}

static int read_assignment(struct machine *m, struct sl_str name, struct sl_strbuf *out,
			   struct sl_err *err)
{
	m->at++;
	return read_default(m, name, out, err);
}

static struct sl_str read_operator(struct machine *m, const char *second)
{
	size_t from = m->at++;

	if (peek(m) && strchr(second, peek(m)))
		m->at++;
	return sl_str_sub(m->text, from, m->at);
}

static int read_case(struct machine *m, struct sl_str name, struct sl_strbuf *out,
		     struct sl_err *err)
{
	struct sl_str op = read_operator(m, ",^"), value;
	int r = close_brace(m, err);

	if (r == 0 && value_of(m, name, UNSET_IS_ERROR, &value, err))
		sl_envsubst_case(value, op, out);
	return r;
}

static int read_trim(struct machine *m, struct sl_str name, struct sl_strbuf *out,
		     struct sl_err *err)
{
	struct sl_str op = read_operator(m, peek(m) == '#' ? "#" : "%"), value;
	SL_AUTO(sl_strbuf) pattern = SL_STRBUF_INIT(m->max);
	int r = read_operand(m, "}", NO_ESCAPES, &pattern, err);

	if (r == 0)
		r = close_brace(m, err);
	if (r < 0 || !value_of(m, name, UNSET_IS_ERROR, &value, err))
		return r;
	return evaluated(
		m, sl_envsubst_trim(value, op, sl_strbuf_str(&pattern), &m->steps, out, err), err);
}

static int read_replace(struct machine *m, struct sl_str name, struct sl_strbuf *out,
			struct sl_err *err)
{
	struct sl_str op = read_operator(m, "/#%"), value, with;
	SL_AUTO(sl_strbuf) from = SL_STRBUF_INIT(m->max);
	SL_AUTO(sl_strbuf) to = SL_STRBUF_INIT(m->max);
	bool has_to;
	int r = read_operand(m, "/", ESCAPES, &from, err);

	if (r < 0)
		return r;
	if (peek(m) != '/')
		return bad_substitution(m, err);
	skip_run(m, '/');
	has_to = peek(m) != '}';
	if (has_to)
		r = read_operand(m, "}", ESCAPES, &to, err);
	if (r == 0)
		r = close_brace(m, err);
	if (r < 0 || !value_of(m, name, UNSET_IS_ERROR, &value, err))
		return r;
	with = sl_strbuf_str(&to);
	sl_envsubst_replace(value, op, sl_strbuf_str(&from), has_to ? &with : NULL, out);
	return 0;
}

static int read_plain(struct machine *m, struct sl_str name, struct sl_strbuf *out,
		      struct sl_err *err)
{
	struct sl_str value;

	if (!take(m, '}'))
		return malformed(m, "missing closing brace", err);
	if (value_of(m, name, UNSET_IS_ERROR, &value, err))
		sl_strbuf_adds(out, value);
	return 0;
}

/* What the character behind a name begins. */
static int read_operation(struct machine *m, struct sl_str name, struct sl_strbuf *out,
			  struct sl_err *err)
{
	static const struct {
		char first;
		int (*read)(struct machine *m, struct sl_str name, struct sl_strbuf *out,
			    struct sl_err *err);
	} operations[] = {
		{ ':', read_default_or_substr },
		{ '=', read_assignment },
		{ ',', read_case },
		{ '^', read_case },
		{ '/', read_replace },
		{ '#', read_trim },
		{ '%', read_trim },
	};

	for (size_t i = 0; i < SL_ARRAY_LEN(operations); i++)
		if (m->at < m->text.n && peek(m) == operations[i].first)
			return operations[i].read(m, name, out, err);
	return read_plain(m, name, out, err);
}

static int read_expression(struct machine *m, struct sl_strbuf *out, struct sl_err *err)
{
	struct sl_str name;
	int r;

	if (m->depth == 0)
		m->outer = m->at;
	if (m->depth == SL_ENVSUBST_DEPTH_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "more than %d expressions in each other",
				  SL_ENVSUBST_DEPTH_MAX);
	m->depth++;
	m->at += 2;
	if (peek(m) == '#') {
		r = read_length(m, out, err);
	} else {
		name = read_name(m);
		r = name.n ? read_operation(m, name, out, err)
			   : malformed(m, "unable to parse variable name", err);
	}
	m->depth--;
	return r;
}

/* Up to the next expression, or to the end. */
static void read_text(struct machine *m, struct sl_strbuf *out)
{
	while (m->at < m->text.n && !at_pair(m, '$', '{')) {
		size_t from = m->at;
		ptrdiff_t n;

		m->at += at_pair(m, '$', '$') ? 2 : peek(m) == '$';
		n = sl_str_chr(sl_str_sub(m->text, m->at, m->text.n), '$');
		from = m->at > from ? m->at - 1 : from;
		m->at = n < 0 ? m->text.n : m->at + (size_t)n;
		sl_strbuf_add(out, m->text.p + from, m->at - from);
	}
}

static int fail_at(const struct machine *m, size_t offset, size_t *ret_offset, struct sl_err *err)
{
	uint32_t line = 1;
	size_t begin = 0;

	for (size_t i = 0; i < offset; i++)
		if (m->text.p[i] == '\n') {
			line++;
			begin = i + 1;
		}
	sl_err_at(err, NULL, line, NULL);
	if (!err->origin.column)
		err->origin.column = (uint32_t)(offset - begin + 1);
	if (ret_offset)
		*ret_offset = offset;
	return err->code;
}

int sl_envsubst(struct sl_str text, const struct sl_envsubst_options *options,
		struct sl_strbuf *out, size_t *ret_offset, struct sl_err *caller_err)
{
	/* Failures are held back while reading goes on: they need a place of their own. */
	SL_AUTO(sl_err) own = SL_ERR_INIT;
	struct machine m = { .text = text, .o = options, .max = out->max };
	int r = 0;

	while (r == 0 && m.at < text.n) {
		read_text(&m, out);
		if (m.at < text.n)
			r = read_expression(&m, out, &own);
		if (r == 0 && !m.failed)
			r = sl_strbuf_check(out, "the text with its variables replaced", &own);
	}
	if (r < 0)
		fail_at(&m, m.outer, ret_offset, &own);
	else if (m.failed)
		sl_err_move(&own, &m.failure);
	if (r == 0 && m.failed)
		r = fail_at(&m, m.failed_at, ret_offset, &own);
	sl_err_release(&m.failure);
	return r < 0 ? sl_err_move(caller_err, &own) : 0;
}
