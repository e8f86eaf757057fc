#include "libcommon/render/helm/skim.h"

#include <string.h>

#include "libcommon/base/mem.h"
#include "libcommon/codec/yaml_resolve.h"

/* Of lists and maps within a line. */
#define FLOW_DEPTH_MAX 8

/* A map or list that is open, and where its keys or dashes stand. */
struct level {
	size_t indent;
	bool is_list;
};

/* What the value of a key is to Helm. */
enum role {
	ROLE_NONE,
	ROLE_API_VERSION,
	ROLE_KIND,
	ROLE_METADATA,
	ROLE_NAME,
	ROLE_ANNOTATIONS,
	ROLE_ANNOTATION,
	ROLE_COUNT,
};

struct skim {
	const char *p, *end; /* of the text */
	const char *eol;     /* of the current line */
	struct level levels[SL_HELM_SKIM_DEPTH_MAX];
	size_t depth;
	bool open;	      /* the last key has no value yet */
	enum role role;	      /* of the last key */
	enum role parents[2]; /* roles of the keys whose maps are open at levels 2 and 3 */
	bool seen[ROLE_COUNT];
	struct sl_str api_version, kind;
};

/* ---- characters ---- */

#define C_WORD 1  /* of keys and of words in flow lists */
#define C_FIRST 2 /* a plain scalar may begin with it whatever follows */
#define C_PRINT 4 /* ASCII that may stand anywhere */

static const unsigned char classes[256] = {
	[' ' ... '#'] = C_PRINT,
	['$'] = C_FIRST | C_PRINT,
	['%' ... '\''] = C_PRINT,
	['('] = C_FIRST | C_PRINT,
	[')' ... ','] = C_PRINT,
	['-' ... '.'] = C_WORD | C_PRINT,
	['/' ... '9'] = C_WORD | C_FIRST | C_PRINT,
	[':' ... '@'] = C_PRINT,
	['A' ... 'Z'] = C_WORD | C_FIRST | C_PRINT,
	['[' ... '^'] = C_PRINT,
	['_'] = C_WORD | C_FIRST | C_PRINT,
	['`'] = C_PRINT,
	['a' ... 'z'] = C_WORD | C_FIRST | C_PRINT,
	['{' ... '}'] = C_PRINT,
	['~'] = C_FIRST | C_PRINT,
};

static bool is(char c, unsigned char class)
{
	return classes[(unsigned char)c] & class;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_tail(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return false;
	return true;
}

/*
 * The length of a character outside ASCII that YAML allows anywhere and that is no line break, or 0: a
 * part of them, without U+0080 to U+00BF (NEL), U+2028, U+2029 and what is near surrogates and BOM.
 */
static size_t wide(const char *p, const char *end)
{
	unsigned char c = (unsigned char)p[0], d = end - p > 1 ? (unsigned char)p[1] : 0;
	size_t n = c >= 0xc3 && c <= 0xdf ? 2 : c >= 0xe1 && c <= 0xec ? 3 : c == 0xf0 ? 4 : 0;

	if (!n || (size_t)(end - p) < n || !is_tail(p + 1, n - 1))
		return 0;
	if (c == 0xe2 && d == 0x80 && ((unsigned char)p[2] & 0xfe) == 0xa8)
		return 0;
	return c == 0xf0 && d != 0x9f ? 0 : n;
}

/* Whether all of it may stand in a line. */
static bool is_clean(const char *p, const char *end, bool tabs)
{
	while (p < end) {
		size_t n = is(*p, C_PRINT) || (tabs && *p == '\t') ? 1 : wide(p, end);

		if (!n)
			return false;
		p += n;
	}
	return true;
}

/* ---- scalars: each takes what it reads, up to the end of the line, or says false ---- */

/* Nothing but a comment. */
static bool take_end(struct skim *s)
{
	const char *from = s->p;

	while (s->p < s->eol && *s->p == ' ')
		s->p++;
	if (s->p == s->eol)
		return true;
	if (*s->p != '#' || s->p == from || !is_clean(s->p, s->eol, false))
		return false;
	s->p = s->eol;
	return true;
}

/* Text in quotes, whose opening one is here. `*ret_text` is NULL when it has escapes. */
static bool take_quoted(struct skim *s, struct sl_str *ret_text)
{
	char quote = *s->p++;
	const char *from = s->p;
	bool escapes = false;

	for (; s->p < s->eol; s->p++) {
		if (*s->p == quote && quote == '\'' && s->p + 1 < s->eol && s->p[1] == '\'') {
			escapes = true;
			s->p++;
		} else if (*s->p == quote) {
			break;
		} else if (*s->p == '\\' && quote == '"') {
			escapes = true;
			s->p++;
			if (s->p == s->eol || (*s->p != '"' && *s->p != '\\' && *s->p != 'n'))
				return false;
		}
	}
	if (s->p == s->eol || !is_clean(from, s->p, false))
		return false;
	*ret_text = escapes ? SL_STR_NULL : (struct sl_str){ from, (size_t)(s->p - from) };
	s->p++;
	return true;
}

/* One line of it, without the characters that could begin or hold anything else. */
static bool take_plain(struct skim *s, struct sl_str *ret_text)
{
	const char *from = s->p, *p = s->p;

	if (*p == '-') {
		if (p + 1 == s->eol || p[1] == ' ' || p[1] == '.')
			return false;
	} else if (!is(*p, C_FIRST)) {
		return false;
	}
	for (; p < s->eol; p++) {
		if (*p == ':' && (p + 1 == s->eol || p[1] == ' '))
			return false;
		if (*p == '#' && p[-1] == ' ')
			break;
	}
	if (!is_clean(from, s->eol, false))
		return false;
	s->p = s->eol;
	while (p[-1] == ' ')
		p--;
	*ret_text = (struct sl_str){ from, (size_t)(p - from) };
	return true;
}

static void skip_spaces(struct skim *s)
{
	while (s->p < s->eol && *s->p == ' ')
		s->p++;
}

/* A key and its colon, if they are here. */
static bool take_key(struct skim *s, struct sl_str *ret_key)
{
	const char *from = s->p;

	if (*from == '"' || *from == '\'') {
		if (from + 1 == s->eol || !is_letter(from[1]) || !take_quoted(s, ret_key) ||
		    !ret_key->n) {
			s->p = from;
			return false;
		}
	} else if (is_letter(*from)) {
		while (s->p < s->eol && is(*s->p, C_WORD))
			s->p++;
		*ret_key = (struct sl_str){ from, (size_t)(s->p - from) };
	}
	if (s->p == from || s->p == s->eol || *s->p != ':' ||
	    (s->p + 1 < s->eol && s->p[1] != ' ')) {
		s->p = from;
		return false;
	}
	/* A simple key is at most 1024 characters long; a null is none. */
	if (ret_key->n > 512 || sl_str_ieq(*ret_key, SL_STR("null"))) {
		s->p = from;
		return false;
	}
	s->p++;
	return true;
}

static bool take_flow(struct skim *s, unsigned depth);

/* A word, text in quotes, or a list or map of them. */
static bool take_flow_item(struct skim *s, unsigned depth)
{
	struct sl_str text;

	if (s->p == s->eol)
		return false;
	if (*s->p == '"' || *s->p == '\'')
		return take_quoted(s, &text);
	if (*s->p == '[' || *s->p == '{')
		return take_flow(s, depth + 1);
	if (!is(*s->p, C_WORD) || !is(*s->p, C_FIRST))
		return false;
	while (s->p < s->eol && is(*s->p, C_WORD))
		s->p++;
	return true;
}

/* "[a, 'b']" or "{c: d}" within a line. */
static bool take_flow(struct skim *s, unsigned depth)
{
	char close = *s->p++ == '{' ? '}' : ']';
	struct sl_str key;

	if (depth > FLOW_DEPTH_MAX)
		return false;
	for (skip_spaces(s); s->p < s->eol && *s->p != close; skip_spaces(s)) {
		if (close == '}') {
			if (!take_key(s, &key) || s->p == s->eol || *s->p != ' ')
				return false;
			skip_spaces(s);
		}
		if (!take_flow_item(s, depth))
			return false;
		skip_spaces(s);
		if (s->p < s->eol && *s->p == ',')
			s->p++;
		else if (s->p == s->eol || *s->p != close)
			return false;
	}
	return s->p < s->eol && *s->p++ == close;
}

static void find_eol(struct skim *s)
{
	s->eol = memchr(s->p, '\n', (size_t)(s->end - s->p));
	if (!s->eol)
		s->eol = s->end;
}

/* Block text, whose "|" or ">" is here; its lines are taken, the cursor stays at the end of the last. */
static bool take_block(struct skim *s)
{
	size_t parent = s->levels[s->depth - 1].indent, indent = 0;

	s->p++;
	if (s->p < s->eol && (*s->p == '-' || *s->p == '+'))
		s->p++;
	if (s->p < s->eol)
		return false;
	while (s->eol < s->end) {
		const char *line = s->eol + 1, *p = line, *eol;
		size_t spaces;

		eol = memchr(line, '\n', (size_t)(s->end - line));
		if (!eol)
			eol = s->end;
		while (p < eol && *p == ' ')
			p++;
		spaces = (size_t)(p - line);
		/* Lines of space before the first text could give the indentation. */
		if (p == eol && !indent && spaces)
			return false;
		if (p < eol && !indent && *p == '\t')
			return false;
		if (p < eol && !indent && spaces > parent)
			indent = spaces;
		if (p < eol && (!indent || spaces < indent)) {
			if (*p == '\t')
				return false;
			break;
		}
		if (!is_clean(p, eol, true))
			return false;
		s->eol = eol;
	}
	s->p = s->eol;
	return true;
}

/* ---- roles ---- */

static enum role role_of(const struct skim *s, struct sl_str key)
{
	static const struct {
		struct sl_str name;
		enum role role, parent;
		size_t depth;
	} known[] = {
		{ { "apiVersion", 10 }, ROLE_API_VERSION, ROLE_NONE, 1 },
		{ { "kind", 4 }, ROLE_KIND, ROLE_NONE, 1 },
		{ { "metadata", 8 }, ROLE_METADATA, ROLE_NONE, 1 },
		{ { "name", 4 }, ROLE_NAME, ROLE_METADATA, 2 },
		{ { "annotations", 11 }, ROLE_ANNOTATIONS, ROLE_METADATA, 2 },
	};

	if (s->depth == 3 && s->parents[0] == ROLE_METADATA && s->parents[1] == ROLE_ANNOTATIONS)
		return ROLE_ANNOTATION;
	for (size_t i = 0; i < SL_ARRAY_LEN(known); i++)
		if (s->depth == known[i].depth && sl_str_ieq(key, known[i].name) &&
		    (s->depth == 1 || s->parents[0] == known[i].parent))
			return known[i].role;
	return ROLE_NONE;
}

/* A key: what it means to Helm. False for hooks, fields given twice or in another case. */
static bool enter_key(struct skim *s, struct sl_str key)
{
	s->role = role_of(s, key);
	s->open = true;
	if (s->role == ROLE_ANNOTATION)
		return !sl_str_starts(key, SL_STR("helm.sh/hook"));
	if (s->role == ROLE_NONE)
		return true;
	/* The fields of Helm's struct are told apart by their first letter, which no case changes. */
	if (s->seen[s->role] || key.p[0] < 'a' ||
	    (s->role == ROLE_API_VERSION && !sl_str_eqz(key, "apiVersion")) ||
	    (s->role == ROLE_KIND && !sl_str_eqz(key, "kind")) ||
	    (s->role == ROLE_METADATA && !sl_str_eqz(key, "metadata")))
		return false;
	s->seen[s->role] = true;
	return true;
}

static bool is_string(struct sl_str text)
{
	struct sl_yaml_scalar scalar;

	sl_yaml_resolve(text, SL_YAML_KUBERNETES, &scalar);
	return scalar.type == SL_YAML_STR;
}

/* The value of the last key is a scalar; `text` is NULL for one whose text is not at hand. */
static bool leave_key(struct skim *s, struct sl_str text, bool plain)
{
	s->open = false;
	switch (s->role) {
	case ROLE_METADATA:
	case ROLE_ANNOTATIONS:
		return false;
	case ROLE_API_VERSION:
	case ROLE_KIND:
		if (!text.n || (plain && !is_string(text)))
			return false;
		*(s->role == ROLE_KIND ? &s->kind : &s->api_version) = text;
		return true;
	default:
		return true;
	}
}

/* The value of the last key, or an item, is a map or list that begins at `indent`. */
static bool push(struct skim *s, size_t indent, bool is_list)
{
	if (s->depth == SL_HELM_SKIM_DEPTH_MAX)
		return false;
	if (s->open && s->role != ROLE_NONE &&
	    (is_list || (s->role != ROLE_METADATA && s->role != ROLE_ANNOTATIONS)))
		return false;
	if (s->depth == 1 || s->depth == 2)
		s->parents[s->depth - 1] = s->open ? s->role : ROLE_NONE;
	s->levels[s->depth++] = (struct level){ indent, is_list };
	s->open = false;
	return true;
}

/* ---- lines ---- */

/* "{}" as annotations. */
static bool is_empty_map(const struct skim *s)
{
	return s->role == ROLE_ANNOTATIONS && s->p + 1 < s->eol && s->p[1] == '}';
}

static bool take_scalar(struct skim *s)
{
	struct sl_str text = SL_STR_NULL;
	bool plain = false, taken;

	switch (*s->p) {
	case '"':
	case '\'':
		taken = take_quoted(s, &text);
		break;
	case '[':
		if (s->open && s->role != ROLE_NONE)
			return false;
		taken = take_flow(s, 0);
		break;
	case '{':
		if (s->open && s->role != ROLE_NONE && !is_empty_map(s))
			return false;
		taken = take_flow(s, 0);
		if (s->role == ROLE_ANNOTATIONS)
			s->role = ROLE_NONE;
		break;
	case '|':
	case '>':
		return take_block(s) && (!s->open || leave_key(s, SL_STR_NULL, false));
	default:
		plain = true;
		taken = take_plain(s, &text);
	}
	return taken && (!s->open || leave_key(s, text, plain)) && take_end(s);
}

static size_t column(const struct skim *s, const char *line)
{
	return (size_t)(s->p - line);
}

/* A key with its value or without, or a scalar, behind the dashes; `fresh`: of an item. */
static bool take_content(struct skim *s, const char *line, bool fresh)
{
	size_t at = column(s, line);
	struct sl_str key;

	if (!take_key(s, &key))
		return fresh && take_scalar(s);
	if (fresh && !push(s, at, false))
		return false;
	if (s->levels[s->depth - 1].indent != at || s->levels[s->depth - 1].is_list ||
	    !enter_key(s, key))
		return false;
	if (s->p == s->eol)
		return true;
	skip_spaces(s);
	if (s->p == s->eol)
		return true;
	if (*s->p == '#') {
		s->p--;
		return take_end(s);
	}
	return take_scalar(s);
}

static bool at_dash(const struct skim *s)
{
	return s->p + 1 < s->eol && s->p[0] == '-' && s->p[1] == ' ';
}

/* Close what ends before a line of that indentation. */
static void close_levels(struct skim *s, size_t indent, bool dash)
{
	while (s->depth && s->levels[s->depth - 1].indent > indent)
		s->depth--;
	/* A list may stand in the column of its key: the next key ends it. */
	if (s->depth > 1 && !dash && s->levels[s->depth - 1].indent == indent &&
	    s->levels[s->depth - 1].is_list)
		s->depth--;
}

/* Whether the line, which begins at `indent`, belongs to the level that is open; opens one if not. */
static bool find_level(struct skim *s, size_t indent, bool dash)
{
	const struct level *top = s->depth ? &s->levels[s->depth - 1] : NULL;
	bool deeper = !top || indent > top->indent;

	if (s->open && top && (deeper || (dash && indent == top->indent && !top->is_list)))
		return push(s, indent, dash);
	s->open = false;
	close_levels(s, indent, dash);
	if (!s->depth)
		return !indent && !dash && push(s, 0, false);
	top = &s->levels[s->depth - 1];
	return top->indent == indent && top->is_list == dash;
}

static bool take_line(struct skim *s)
{
	const char *line = s->p;
	bool dash;

	skip_spaces(s);
	if (s->p == s->eol)
		return true;
	if (*s->p == '#') {
		const char *from = s->p;

		s->p = s->eol;
		return is_clean(from, s->eol, false);
	}
	dash = at_dash(s);
	if (!find_level(s, column(s, line), dash))
		return false;
	if (!dash)
		return take_content(s, line, false);
	for (;;) {
		s->p += 2;
		skip_spaces(s);
		if (s->p == s->eol || *s->p == '#')
			return false;
		if (!at_dash(s))
			return take_content(s, line, true);
		if (!push(s, column(s, line), true))
			return false;
	}
}

bool sl_helm_skim(struct sl_str doc, struct sl_str *ret_api_version, struct sl_str *ret_kind)
{
	struct skim s = { .p = doc.p, .end = doc.p + doc.n, .depth = 0 };

	if (!doc.n || doc.n > SL_HELM_SKIM_BYTES_MAX)
		return false;
	for (;;) {
		find_eol(&s);
		if (!take_line(&s))
			return false;
		if (s.p == s.end)
			break;
		s.p++;
	}
	if (!s.kind.n || !s.api_version.n)
		return false;
	*ret_api_version = s.api_version;
	*ret_kind = s.kind;
	return true;
}
