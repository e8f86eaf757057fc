#include "libcommon/codec/json_go.h"

#include <ctype.h>
#include <string.h>

#include "libcommon/codec/goquote.h"
#include "libcommon/codec/unicode.h"

/* Finds the first byte that JSON does not allow, and how Go says so. */
struct scan {
	struct sl_str s;
	size_t at;
	size_t depth;
	const char *context; /* set with the error; NULL: the text ended too early */
};

static bool fail(struct scan *j, const char *context)
{
	j->context = context;
	return false;
}

static bool at_end(const struct scan *j)
{
	return j->at == j->s.n;
}

/* Go looks behind the end as if a space stood there. */
static char here(const struct scan *j)
{
	return at_end(j) ? ' ' : j->s.p[j->at];
}

static void skip_space(struct scan *j)
{
	while (!at_end(j) && here(j) && strchr(" \t\r\n", here(j)))
		j->at++;
}

static bool scan_escape(struct scan *j)
{
	if (here(j) != 'u') {
		if (!here(j) || !strchr("bfnrt\\/\"", here(j)))
			return fail(j, "in string escape code");
		j->at++;
		return true;
	}
	j->at++;
	for (size_t i = 0; i < 4; i++, j->at++) {
		if (!isxdigit((unsigned char)here(j)))
			return fail(j, "in \\u hexadecimal character escape");
	}
	return true;
}

/* At the opening quote. */
static bool scan_string(struct scan *j)
{
	for (j->at++; !at_end(j);) {
		unsigned char c = (unsigned char)here(j);

		if (c < 0x20)
			return fail(j, "in string literal");
		j->at++;
		if (c == '"')
			return true;
		if (c == '\\' && !scan_escape(j))
			return false;
	}
	return false;
}

/* At least one digit. */
static bool scan_digits(struct scan *j, const char *context)
{
	if (!isdigit((unsigned char)here(j)))
		return fail(j, context);
	while (!at_end(j) && isdigit((unsigned char)here(j)))
		j->at++;
	return true;
}

static bool scan_number(struct scan *j)
{
	if (here(j) == '-')
		j->at++;
	if (here(j) == '0')
		j->at++;
	else if (!scan_digits(j, "in numeric literal"))
		return false;
	if (here(j) == '.') {
		j->at++;
		if (!scan_digits(j, "after decimal point in numeric literal"))
			return false;
	}
	if (here(j) != 'e' && here(j) != 'E')
		return true;
	j->at++;
	if (here(j) == '+' || here(j) == '-')
		j->at++;
	return scan_digits(j, "in exponent of numeric literal");
}

static bool scan_word(struct scan *j)
{
	static const struct {
		const char *word;
		const char *contexts[4];
	} words[] = {
		{ "true",
		  { "in literal true (expecting 'r')", "in literal true (expecting 'u')",
		    "in literal true (expecting 'e')" } },
		{ "false",
		  { "in literal false (expecting 'a')", "in literal false (expecting 'l')",
		    "in literal false (expecting 's')", "in literal false (expecting 'e')" } },
		{ "null",
		  { "in literal null (expecting 'u')", "in literal null (expecting 'l')",
		    "in literal null (expecting 'l')" } },
	};
	size_t w = 0;

	while (w < SL_ARRAY_LEN(words) && words[w].word[0] != here(j))
		w++;
	if (w == SL_ARRAY_LEN(words))
		return fail(j, "looking for beginning of value");
	j->at++;
	for (size_t i = 1; words[w].word[i]; i++, j->at++) {
		if (here(j) != words[w].word[i])
			return fail(j, words[w].contexts[i - 1]);
	}
	return true;
}

static bool scan_value(struct scan *j);

/* Past an element: ',' goes on, `close` ends; both are consumed. */
static bool scan_separator(struct scan *j, char close, const char *context, bool *ret_more)
{
	skip_space(j);
	if (at_end(j))
		return false;
	if (here(j) != ',' && here(j) != close)
		return fail(j, context);
	*ret_more = here(j) == ',';
	j->at++;
	return true;
}

static bool scan_array(struct scan *j)
{
	bool more = true;

	skip_space(j);
	if (here(j) == ']') {
		j->at++;
		return true;
	}
	while (more)
		if (!scan_value(j) || !scan_separator(j, ']', "after array element", &more))
			return false;
	return true;
}

static bool scan_object(struct scan *j)
{
	bool more = true;

	skip_space(j);
	if (here(j) == '}') {
		j->at++;
		return true;
	}
	while (more) {
		skip_space(j);
		if (at_end(j))
			return false;
		if (here(j) != '"')
			return fail(j, "looking for beginning of object key string");
		if (!scan_string(j))
			return false;
		skip_space(j);
		if (at_end(j))
			return false;
		if (here(j) != ':')
			return fail(j, "after object key");
		j->at++;
		if (!scan_value(j) || !scan_separator(j, '}', "after object key:value pair", &more))
			return false;
	}
	return true;
}

static bool scan_container(struct scan *j)
{
	bool is_object = here(j) == '{', good;

	if (++j->depth > SL_JSON_DEPTH_MAX)
		return fail(j, "exceeded max depth");
	j->at++;
	good = is_object ? scan_object(j) : scan_array(j);
	j->depth--;
	return good;
}

static bool scan_value(struct scan *j)
{
	skip_space(j);
	if (at_end(j))
		return false;
	switch (here(j)) {
	case '{':
	case '[':
		return scan_container(j);
	case '"':
		return scan_string(j);
	case '-':
	case '0' ... '9':
		return scan_number(j);
	default:
		return scan_word(j);
	}
}

/* A byte as Go shows it: the character of that number. */
static void show_byte(char c, struct sl_strbuf *out)
{
	SL_AUTO(sl_strbuf) quoted = SL_STRBUF_INIT(64);
	char bytes[4];

	if (c == '\'' || c == '"') {
		sl_strbuf_addz(out, c == '"' ? "'\"'" : "'\\''");
		return;
	}
	sl_strbuf_add_goquoted(&quoted,
			       (struct sl_str){ bytes, sl_rune_encode((unsigned char)c, bytes) });
	sl_strbuf_addc(out, '\'');
	sl_strbuf_add(out, quoted.p + 1, quoted.n - 2);
	sl_strbuf_addc(out, '\'');
}

/* Set the error that Go finds in `text`; false when it finds none. */
static bool find_error(struct sl_str text, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) shown = SL_STRBUF_INIT(64);
	struct scan j = { .s = text };
	bool good = scan_value(&j);

	if (good) {
		skip_space(&j);
		if (at_end(&j))
			return false;
		j.context = "after top-level value";
	}
	if (!j.context) {
		sl_err_set(err, SL_ERR_INVALID, "unexpected end of JSON input");
	} else {
		show_byte(here(&j), &shown);
		sl_err_set(err, SL_ERR_INVALID, "invalid character %s %s", shown.p, j.context);
	}
	return true;
}

int sl_json_go_parse(struct sl_arena *a, struct sl_str text, struct sl_value **ret_value,
		     struct sl_err *err)
{
	static const struct sl_json_limits limits = { .as_go = true };
	SL_AUTO(sl_err) why = SL_ERR_INIT;
	int r = sl_json_parse(a, text, &limits, ret_value, &why);

	if (r == 0)
		return 0;
	if (text.n <= SL_JSON_BYTES_MAX && find_error(text, err))
		return SL_ERR_INVALID;
	return sl_err_move(err, &why);
}

const char *sl_json_go_name(const struct sl_value *v)
{
	static const char *const names[] = {
		[SL_V_NULL] = "null",	 [SL_V_BOOL] = "bool",	   [SL_V_INT] = "number",
		[SL_V_FLOAT] = "number", [SL_V_NUMBER] = "number", [SL_V_STRING] = "string",
		[SL_V_LIST] = "array",	 [SL_V_MAP] = "object",
	};

	return names[v->kind];
}
