#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/codec/gonumber.h"
#include "libcommon/codec/goquote.h"
#include "libcommon/codec/jsonpath_node.h"
#include "libcommon/codec/unicode.h"

#define END UINT32_MAX /* what next() gives there */

struct parser {
	struct sl_arena *a;
	struct sl_str input;
	size_t at, start, width; /* `width`: of what next() gave last */
	struct jsonpath_node *root;
	struct sl_err *err;
};

static int parse(struct parser *p, struct sl_str text);

static struct jsonpath_node *append(struct parser *p, struct jsonpath_node *list,
				    enum jsonpath_type type)
{
	struct jsonpath_node *node = sl_arena_new(p->a, struct jsonpath_node);

	node->type = type;
	list->nodes = sl_arena_grow(p->a, list->nodes, list->n, &list->cap, sizeof(*list->nodes));
	list->nodes[list->n++] = node;
	return node;
}

static uint32_t next(struct parser *p)
{
	struct sl_str rest = sl_str_sub(p->input, p->at, p->input.n);
	uint32_t rune = END;

	p->width = rest.n ? sl_rune_decode(rest, &rune) : 0;
	p->at += p->width;
	return rune;
}

static void back(struct parser *p)
{
	p->at -= p->width;
}

static uint32_t peek(struct parser *p)
{
	uint32_t rune = next(p);

	back(p);
	return rune;
}

static struct sl_str consume(struct parser *p)
{
	struct sl_str text = sl_str_sub(p->input, p->start, p->at);

	p->start = p->at;
	return text;
}

static bool looking_at(const struct parser *p, const char *what)
{
	return sl_str_starts(sl_str_sub(p->input, p->at, p->input.n), sl_str(what));
}

static bool is_line_end(uint32_t rune)
{
	return rune == '\n' || rune == '\r';
}

static bool is_word(uint32_t rune)
{
	return rune != END && (rune == '_' || sl_rune_is_letter(rune) || sl_rune_is_digit(rune));
}

static bool is_terminator(uint32_t rune)
{
	return rune == END || (rune < 0x80 && rune && strchr(" \t\r\n.,[]$@{}", (int)rune));
}

/* `text` between two texts. It may hold NULs. */
static struct sl_str wrapped(struct parser *p, const char *before, struct sl_str text,
			     const char *after)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(text.n + 8);

	sl_strbuf_addz(&b, before);
	sl_strbuf_adds(&b, text);
	sl_strbuf_addz(&b, after);
	return sl_arena_str(p->a, sl_strbuf_str(&b));
}

/*
 * "{text}" by itself: the list of its nodes. A filter ends at the first ")]" but for one pair of quotes, so
 * that this does not get deep.
 */
static int parse_action(struct parser *p, struct sl_str text, struct jsonpath_node **ret)
{
	struct parser inner = { .a = p->a, .err = p->err };
	int r = parse(&inner, wrapped(p, "{", text, "}"));

	if (r == 0)
		*ret = inner.root->nodes[0];
	return r;
}

static int parse_word(struct parser *p, struct jsonpath_node *list)
{
	struct sl_str text;
	bool yes;

	while (!is_terminator(next(p)))
		;
	back(p);
	text = consume(p);
	yes = sl_str_eqz(text, "true");
	if (yes || sl_str_eqz(text, "false"))
		append(p, list, JSONPATH_LITERAL)->value = sl_value_bool(p->a, yes);
	else
		append(p, list, JSONPATH_WORD)->text = sl_arena_str(p->a, text);
	return 0;
}

static int parse_number(struct parser *p, struct jsonpath_node *list)
{
	uint32_t rune = next(p);
	struct sl_str text;
	int64_t i;
	double f;

	if (rune != '+' && rune != '-')
		back(p);
	do
		rune = next(p);
	while (rune == '.' || (rune != END && sl_rune_is_digit(rune)));
	back(p);
	text = consume(p);
	if (sl_go_parse_int(text, 10, &i) == SL_GONUMBER_OK)
		append(p, list, JSONPATH_LITERAL)->value = sl_value_int(p->a, i);
	else if (sl_go_parse_float(text, &f) == SL_GONUMBER_OK)
		append(p, list, JSONPATH_LITERAL)->value = sl_value_float(p->a, f);
	else
		return sl_err_set(p->err, SL_ERR_INVALID, "cannot parse number %.*s",
				  SL_STR_FMT(text));
	return 0;
}

/* Within single quotes escapes are those of double ones. */
static int unquote(struct parser *p, struct sl_str quoted, struct sl_str *ret)
{
	struct sl_str rest = sl_str_sub(quoted, 1, quoted.n - 1);
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(4 * SL_JSONPATH_BYTES_MAX);
	char bytes[4];
	uint32_t rune;
	bool byte;

	if (sl_str_chr(rest, '\\') < 0) {
		*ret = sl_arena_str(p->a, rest);
		return 0;
	}
	while (rest.n) {
		if (!sl_go_unquote_char(&rest, quoted.p[0], &rune, &byte))
			return sl_err_set(p->err, SL_ERR_INVALID,
					  "unquote string %.*s error invalid syntax",
					  SL_STR_FMT(quoted));
		if (byte)
			sl_strbuf_addc(&b, (char)rune);
		else
			sl_strbuf_add(&b, bytes, sl_rune_encode(rune, bytes));
	}
	*ret = sl_arena_str(p->a, sl_strbuf_str(&b));
	return 0;
}

static int parse_quote(struct parser *p, struct jsonpath_node *list, uint32_t quote)
{
	struct jsonpath_node *node;
	struct sl_str text;
	uint32_t rune;
	int r;

	do {
		rune = next(p);
		if (rune == END || rune == '\n')
			return sl_err_set(p->err, SL_ERR_INVALID, "unterminated quoted string");
	} while (rune != quote || p->input.p[p->at - 2] == '\\');
	r = unquote(p, consume(p), &text);
	if (r < 0)
		return r;
	node = append(p, list, JSONPATH_TEXT);
	node->value = sl_value_str_borrow(p->a, text);
	return 0;
}

static struct sl_str without_backslashes(struct parser *p, struct sl_str s)
{
	char *copy = sl_arena_alloc(p->a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\\')
			copy[n++] = s.p[i];
	copy[n] = 0;
	return (struct sl_str){ copy, n };
}

static int parse_field(struct parser *p, struct jsonpath_node *list)
{
	struct sl_str name;
	uint32_t rune;

	(void)consume(p);
	while (rune = next(p), rune == '\\' || !is_terminator(rune))
		if (rune == '\\')
			(void)next(p);
	back(p);
	name = consume(p);
	if (sl_str_eqz(name, "*"))
		append(p, list, JSONPATH_WILDCARD);
	else
		append(p, list, JSONPATH_FIELD)->text = without_backslashes(p, name);
	return 0;
}

static int parse_recursive(struct parser *p, struct jsonpath_node *list)
{
	if (list->n && list->nodes[list->n - 1]->type == JSONPATH_RECURSIVE)
		return sl_err_set(p->err, SL_ERR_INVALID, "invalid multiple recursive descent");
	p->at += 2;
	(void)consume(p);
	append(p, list, JSONPATH_RECURSIVE);
	return is_word(peek(p)) ? parse_field(p, list) : 0;
}

/* What a number of a slice is made of: "-12", or nothing; false for anything else. */
static bool slice_part(struct sl_str *s, struct sl_str *ret)
{
	size_t n = s->n && s->p[0] == '-' ? 1 : 0;

	while (n < s->n && sl_is_digit(s->p[n]))
		n++;
	*ret = sl_str_sub(*s, 0, n);
	*s = sl_str_sub(*s, n, s->n);
	return !s->n || s->p[0] == ':';
}

static int slice_number(struct parser *p, struct sl_str text, bool *ret_known, int64_t *ret)
{
	*ret_known = text.n > 0;
	if (text.n && sl_go_parse_int(text, 10, ret) != SL_GONUMBER_OK)
		return sl_err_set(p->err, SL_ERR_INVALID, "array index %.*s is not a number",
				  SL_STR_FMT(text));
	return 0;
}

static int parse_slice(struct parser *p, struct jsonpath_node *list, struct sl_str text)
{
	struct sl_str parts[3] = { SL_STR_NULL, SL_STR_NULL, SL_STR_NULL }, rest = text;
	struct jsonpath_slice s = { 0 };
	size_t n = 0;
	bool ok;
	int r;

	for (ok = slice_part(&rest, &parts[n++]); ok && rest.n && n < 3;) {
		rest = sl_str_sub(rest, 1, rest.n);
		ok = slice_part(&rest, &parts[n++]);
	}
	if (!ok || rest.n)
		return sl_err_set(p->err, SL_ERR_INVALID, "invalid array index %.*s",
				  SL_STR_FMT(text));
	r = slice_number(p, parts[0], &s.has_from, &s.from);
	if (r == 0)
		r = slice_number(p, parts[1], &s.has_to, &s.to);
	if (r == 0)
		r = slice_number(p, parts[2], &s.has_step, &s.step);
	if (r < 0)
		return r;
	if (n == 1) {
		s.has_to = s.derived = true;
		s.to = (int64_t)((uint64_t)s.from + 1);
	}
	append(p, list, JSONPATH_ARRAY)->slice = s;
	return 0;
}

static int parse_union(struct parser *p, struct jsonpath_node *list, struct sl_str text)
{
	struct jsonpath_node *node = append(p, list, JSONPATH_UNION);
	struct sl_str part;

	while (sl_str_split(&text, ',', &part)) {
		struct jsonpath_node *action;
		int r;

		while (part.n && part.p[0] == ' ')
			part = sl_str_sub(part, 1, part.n);
		while (part.n && part.p[part.n - 1] == ' ')
			part.n--;
		r = parse_action(p, wrapped(p, "[", part, "]"), &action);
		if (r != 0)
			return r;
		*append(p, node, JSONPATH_LIST) = *action;
	}
	return 0;
}

/* ['a.b'] is .a.b: dots count in quotes as well. */
static int parse_key(struct parser *p, struct jsonpath_node *list, struct sl_str key)
{
	struct jsonpath_node *action;
	int r = parse_action(p, wrapped(p, ".", key, ""), &action);

	for (size_t i = 0; r == 0 && i < action->n; i++)
		*append(p, list, JSONPATH_LIST) = *action->nodes[i];
	return r;
}

static int parse_array(struct parser *p, struct jsonpath_node *list)
{
	struct sl_str text;
	uint32_t rune;

	do {
		rune = next(p);
		if (rune == END || rune == '\n')
			return sl_err_set(p->err, SL_ERR_INVALID, "unterminated array");
	} while (rune != ']');
	text = consume(p);
	text = sl_str_sub(text, 1, text.n - 1);
	if (sl_str_chr(text, ',') >= 0)
		return parse_union(p, list, text);
	if (text.n >= 2 && text.p[0] == '\'' &&
	    sl_str_chr(sl_str_sub(text, 1, text.n), '\'') == (ptrdiff_t)text.n - 2)
		return parse_key(p, list, sl_str_sub(text, 1, text.n - 1));
	return parse_slice(p, list, sl_str_eqz(text, "*") ? SL_STR(":") : text);
}

/* To behind ")]". A parenthesis within the first quotes does not count. */
static int scan_filter(struct parser *p, struct sl_str *ret)
{
	bool begun = false, ended = false;
	uint32_t quote = 0, rune;

	while (rune = next(p), rune != ')' || begun != ended) {
		if (rune == END || rune == '\n')
			return sl_err_set(p->err, SL_ERR_INVALID, "unterminated filter");
		if (rune != '"' && rune != '\'')
			continue;
		if (!begun)
			quote = rune;
		else if (rune == quote && p->input.p[p->at - 2] != '\\')
			ended = true;
		begun = true;
	}
	if (next(p) != ']')
		return sl_err_set(p->err, SL_ERR_INVALID, "unclosed array expect ]");
	*ret = consume(p);
	ret->n -= 2;
	return 0;
}

/* `left`, operator, `right`, none of them empty; false: something that is to be there. */
static bool cut_comparison(struct sl_str text, struct sl_str ret[3])
{
	size_t from = 0, to;

	while (from < text.n && !strchr("!<>=", text.p[from] ? text.p[from] : 'x'))
		from++;
	to = from;
	while (to < text.n && text.p[to] && strchr("!<>=", text.p[to]))
		to++;
	if (to == text.n)
		to--;
	if (!from || from >= to || from == text.n)
		return false;
	ret[0] = sl_str_sub(text, 0, from);
	ret[1] = sl_str_sub(text, from, to);
	ret[2] = sl_str_sub(text, to, text.n);
	return true;
}

static int parse_filter(struct parser *p, struct jsonpath_node *list)
{
	struct jsonpath_node *node, *action;
	struct sl_str text, parts[3];
	int r;

	p->at += strlen("[?(");
	(void)consume(p);
	r = scan_filter(p, &text);
	if (r < 0)
		return r;
	node = append(p, list, JSONPATH_FILTER);
	if (!cut_comparison(text, parts)) {
		r = parse_action(p, text, &action);
		if (r == 0)
			*append(p, node, JSONPATH_LIST) = *action;
		return r;
	}
	node->text = sl_arena_str(p->a, parts[1]);
	for (size_t i = 0; i < 3 && r == 0; i += 2) {
		r = parse_action(p, parts[i], &action);
		if (r == 0)
			*append(p, node, JSONPATH_LIST) = *action;
	}
	return r;
}

static int parse_char(struct parser *p, struct jsonpath_node *list)
{
	uint32_t rune = next(p);
	char bytes[4];

	if (rune == END || is_line_end(rune))
		return sl_err_set(p->err, SL_ERR_INVALID, "unclosed action");
	if (rune == ' ' || rune == '@' || rune == '$') {
		(void)consume(p);
		return 0;
	}
	if (rune == '[')
		return parse_array(p, list);
	if (rune == '"' || rune == '\'')
		return parse_quote(p, list, rune);
	if (rune == '.')
		return parse_field(p, list);
	back(p);
	if (rune == '+' || rune == '-' || sl_rune_is_digit(rune))
		return parse_number(p, list);
	if (is_word(rune))
		return parse_word(p, list);
	if (!sl_rune_is_printable(rune))
		return sl_err_set(p->err, SL_ERR_INVALID,
				  "unrecognized character in action: U+%04X", rune);
	return sl_err_set(p->err, SL_ERR_INVALID, "unrecognized character in action: U+%04X '%.*s'",
			  rune, (int)sl_rune_encode(rune, bytes), bytes);
}

/* Behind "{", to behind "}". */
static int parse_inside(struct parser *p, struct jsonpath_node *list)
{
	int r = 0;

	while (r == 0 && !looking_at(p, "}")) {
		if (looking_at(p, "[?("))
			r = parse_filter(p, list);
		else if (looking_at(p, ".."))
			r = parse_recursive(p, list);
		else
			r = parse_char(p, list);
	}
	if (r == 0) {
		p->at++;
		(void)consume(p);
	}
	return r;
}

static void add_text(struct parser *p)
{
	if (p->at > p->start)
		append(p, p->root, JSONPATH_TEXT)->value = sl_value_str(p->a, consume(p));
}

static int parse(struct parser *p, struct sl_str text)
{
	int r = 0;

	p->input = text;
	p->root = sl_arena_new(p->a, struct jsonpath_node);
	while (r == 0 && p->at < p->input.n) {
		if (!looking_at(p, "{")) {
			(void)next(p);
			continue;
		}
		add_text(p);
		p->at++;
		(void)consume(p);
		r = parse_inside(p, append(p, p->root, JSONPATH_LIST));
	}
	if (r == 0)
		add_text(p);
	return r;
}

int sl_jsonpath_parse(struct sl_arena *a, struct sl_str text, const struct sl_jsonpath **ret,
		      struct sl_err *err)
{
	struct parser p = { .a = a, .err = err };
	struct sl_jsonpath *path;
	int r;

	if (text.n > SL_JSONPATH_BYTES_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "the JSONPath template is larger than %zu bytes",
				  SL_JSONPATH_BYTES_MAX);
	r = parse(&p, text);
	if (r < 0)
		return r;
	path = sl_arena_new(a, struct sl_jsonpath);
	path->root = p.root;
	*ret = path;
	return 0;
}
