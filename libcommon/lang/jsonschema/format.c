#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/codec/goquote.h"
#include "libcommon/codec/unicode.h"
#include "libcommon/lang/jsonschema/priv.h"
#include "libcommon/lang/template/fmt.h"

bool sl_js_format_fail(struct sl_strbuf *out, const char *text)
{
	sl_strbuf_addz(out, text);
	return false;
}

/* BEFORE 'x' AFTER, as Go quotes the character that `s` begins with. */
static bool fail_rune(struct sl_strbuf *out, const char *before, struct sl_str s, const char *after)
{
	struct sl_goval rune = { .type = &sl_go_int32 };
	uint32_t code;

	(void)sl_rune_decode(s, &code);
	rune.i = code;
	sl_strbuf_addz(out, before);
	sl_go_sprintf(out, SL_STR("%q"), &rune, 1);
	sl_strbuf_addz(out, after);
	return false;
}

static size_t digits_of(struct sl_str s)
{
	size_t n = 0;

	while (n < s.n && sl_is_digit(s.p[n]))
		n++;
	return n;
}

static bool is_json_pointer(struct sl_str s, struct sl_strbuf *out)
{
	if (s.n > 0 && s.p[0] != '/')
		return sl_js_format_fail(out, "not starting with /");
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '~' && (i + 1 == s.n || (s.p[i + 1] != '0' && s.p[i + 1] != '1')))
			return sl_js_format_fail(out, "~ must be followed by 0 or 1");
	return true;
}

static bool is_relative_json_pointer(struct sl_str s, struct sl_strbuf *out)
{
	size_t n = digits_of(s);

	if (n == 0)
		return sl_js_format_fail(out, "must start with non-negative integer");
	if (n > 1 && s.p[0] == '0')
		return sl_js_format_fail(out, "starts with zero");
	s = sl_str_sub(s, n, s.n);
	return sl_str_eqz(s, "#") || is_json_pointer(s, out);
}

static bool is_uuid(struct sl_str s, struct sl_strbuf *out)
{
	static const size_t lengths[] = { 8, 4, 4, 4, 12 };
	struct sl_str rest = s, group = SL_STR_NULL;
	size_t groups = 1;

	for (size_t i = 0; i < s.n; i++)
		groups += s.p[i] == '-';
	if (groups != SL_ARRAY_LEN(lengths))
		return sl_js_format_fail(out, "must have 5 elements");
	for (size_t i = 0; sl_str_split(&rest, '-', &group); i++) {
		if (group.n != lengths[i]) {
			sl_strbuf_addf(out, "element %zu must be %zu characters long", i + 1,
				       lengths[i]);
			return false;
		}
		for (size_t k = 0; k < group.n; k++)
			if (!sl_is_hex(group.p[k]))
				return fail_rune(out, "non-hex character ",
						 sl_str_sub(group, k, group.n), "");
	}
	return true;
}

static bool is_hostname(struct sl_str s, struct sl_strbuf *out)
{
	struct sl_str label;

	sl_str_cut_suffix(&s, SL_STR("."));
	if (s.n > 253)
		return sl_js_format_fail(out, "more than 253 characters long");
	if (!s.p)
		s = SL_STR("");
	while (sl_str_split(&s, '.', &label)) {
		if (label.n < 1 || label.n > 63)
			return sl_js_format_fail(out, "label must be 1 to 63 characters long");
		if (label.p[0] == '-')
			return sl_js_format_fail(out, "label starts with hyphen");
		if (label.p[label.n - 1] == '-')
			return sl_js_format_fail(out, "label ends with hyphen");
		for (size_t i = 0; i < label.n; i++)
			if (!sl_is_alnum(label.p[i]) && label.p[i] != '-')
				return fail_rune(out, "invalid character ",
						 sl_str_sub(label, i, label.n), "");
	}
	return true;
}

static bool is_local_part(struct sl_str s, struct sl_strbuf *out)
{
	if (s.n > 64)
		return sl_js_format_fail(out, "local part more than 64 characters long");
	if (s.n > 1 && s.p[0] == '"' && s.p[s.n - 1] == '"') {
		s = sl_str_sub(s, 1, s.n - 1);
		if (sl_str_chr(s, '\\') >= 0 || sl_str_chr(s, '"') >= 0)
			return sl_js_format_fail(
				out, "backslash and quote are not allowed within quoted "
				     "local part");
		return true;
	}
	if (sl_str_starts(s, SL_STR(".")))
		return sl_js_format_fail(out, "starts with dot");
	if (sl_str_ends(s, SL_STR(".")))
		return sl_js_format_fail(out, "ends with dot");
	if (sl_str_find(s, SL_STR("..")) >= 0)
		return sl_js_format_fail(out, "consecutive dots");
	for (size_t i = 0; i < s.n; i++)
		if (!sl_is_alnum(s.p[i]) && (!s.p[i] || !strchr(".!#$%&'*+-/=?^_`{|}~", s.p[i])))
			return fail_rune(out, "invalid character ", sl_str_sub(s, i, s.n), "");
	return true;
}

/* What `check` says, behind `before`. */
bool sl_js_format_within(struct sl_strbuf *out, const char *before, sl_js_format_fn check,
			 struct sl_str s)
{
	SL_AUTO(sl_strbuf) why = SL_STRBUF_INIT(1 << 20);

	if (check(s, &why))
		return true;
	sl_strbuf_addf(out, "%s: %s", before, why.p);
	return false;
}

static bool is_email(struct sl_str s, struct sl_strbuf *out)
{
	ptrdiff_t at = sl_str_rchr(s, '@');
	struct sl_str domain;

	if (s.n > 254)
		return sl_js_format_fail(out, "more than 255 characters long");
	if (at < 0)
		return sl_js_format_fail(out, "missing @");
	if (!is_local_part(sl_str_sub(s, 0, (size_t)at), out))
		return false;
	domain = sl_str_sub(s, (size_t)at + 1, s.n);
	if (!sl_str_starts(domain, SL_STR("[")) || !sl_str_ends(domain, SL_STR("]")))
		return sl_js_format_within(out, "invalid domain", is_hostname, domain);
	domain = sl_str_sub(domain, 1, domain.n - 1);
	if (sl_str_cut_prefix(&domain, SL_STR("IPv6:")))
		return sl_js_format_within(out, "invalid ipv6 address", sl_js_is_ipv6, domain);
	return sl_js_format_within(out, "invalid ipv4 address", sl_js_is_ipv4, domain);
}

static bool is_uri_text(struct sl_str s, struct sl_strbuf *out)
{
	struct sl_str host, port;

	if (!sl_js_url_check(s, out))
		return false;
	host = sl_js_url_host(s);
	if (sl_str_cut_prefix(&host, SL_STR("["))) {
		ptrdiff_t end = sl_str_rchr(host, ']');

		host = sl_str_sub(host, 0, end < 0 ? host.n : (size_t)end);
		return sl_str_chr(host, ':') < 0 ||
		       sl_js_format_within(out, "invalid ipv6 address", sl_js_is_ipv6, host);
	}
	ptrdiff_t colon = sl_str_rchr(host, ':');

	port = colon < 0 ? SL_STR_NULL : sl_str_sub(host, 0, (size_t)colon);
	if (sl_str_chr(port, ':') >= 0)
		return sl_js_format_fail(out, "ipv6 address not enclosed in brackets");
	return true;
}

static bool is_uri(struct sl_str s, struct sl_strbuf *out)
{
	if (!is_uri_text(s, out))
		return false;
	return sl_js_url_is_absolute(s) || sl_js_format_fail(out, "relative url");
}

static bool is_uri_reference(struct sl_str s, struct sl_strbuf *out)
{
	if (sl_str_chr(s, '\\') >= 0)
		return sl_js_format_fail(out, "contains \\");
	return is_uri_text(s, out);
}

/* Braces are looked at where the path is not the one that Go would write: it keeps the text then. */
static bool is_uri_template(struct sl_str s, struct sl_strbuf *out)
{
	struct sl_str rest, segment;

	if (!is_uri_text(s, out))
		return false;
	rest = sl_js_url_path(s);
	if (sl_str_chr(rest, '%') < 0 && sl_str_chr(rest, '{') < 0 && sl_str_chr(rest, '}') < 0)
		return true;
	while (sl_str_split(&rest, '/', &segment)) {
		bool want = true;

		for (size_t i = 0; i < segment.n; i++) {
			if (segment.p[i] != '{' && segment.p[i] != '}')
				continue;
			if ((segment.p[i] == '{') != want)
				return sl_js_format_fail(out, "nested curly braces");
			want = !want;
		}
		if (!want)
			return sl_js_format_fail(out, "no matching closing brace");
	}
	return true;
}

static bool check_identifiers(struct sl_str rest, const char *what, bool numbers,
			      struct sl_strbuf *out)
{
	struct sl_str id;

	while (sl_str_split(&rest, '.', &id)) {
		if (id.n == 0) {
			sl_strbuf_addf(out, "%s identifier is empty", what);
			return false;
		}
		for (size_t i = 0; i < id.n; i++) {
			if (sl_is_alnum(id.p[i]) || id.p[i] == '-')
				continue;
			fail_rune(out, "invalid character ", sl_str_sub(id, i, id.n), " in ");
			sl_strbuf_addf(out, "%s identifier", what);
			return false;
		}
		if (numbers && digits_of(id) == id.n && id.n > 1 && id.p[0] == '0') {
			sl_strbuf_addf(out, "%s numeric identifier starts with zero", what);
			return false;
		}
	}
	return true;
}

static bool is_semver(struct sl_str s, struct sl_strbuf *out)
{
	static const char *const names[] = { "major", "minor", "patch" };
	ptrdiff_t plus = sl_str_chr(s, '+'), minus;
	struct sl_str number = SL_STR_NULL;
	size_t dots = 0;

	if (plus >= 0) {
		if ((size_t)plus + 1 == s.n)
			return sl_js_format_fail(out, "build is empty");
		if (!check_identifiers(sl_str_sub(s, (size_t)plus + 1, s.n), "build", false, out))
			return false;
		s = sl_str_sub(s, 0, (size_t)plus);
	}
	minus = sl_str_chr(s, '-');
	if (minus >= 0) {
		if (!check_identifiers(sl_str_sub(s, (size_t)minus + 1, s.n), "pre-release", true,
				       out))
			return false;
		s = sl_str_sub(s, 0, (size_t)minus);
	}
	for (size_t i = 0; i < s.n; i++)
		dots += s.p[i] == '.';
	if (dots != 2)
		return sl_js_format_fail(out, "versionCore must have 3 numbers separated by dot");
	for (size_t i = 0; i < SL_ARRAY_LEN(names) && sl_str_split(&s, '.', &number); i++) {
		const char *why = number.n == 0			       ? "is empty"
				  : number.n > 1 && number.p[0] == '0' ? "starts with zero"
				  : digits_of(number) != number.n      ? "contains non-digit"
								       : NULL;

		if (why) {
			sl_strbuf_addf(out, "%s %s", names[i], why);
			return false;
		}
	}
	return true;
}

static const struct sl_js_format formats[] = {
	{ "date", sl_js_is_date },
	{ "date-time", sl_js_is_date_time },
	{ "duration", sl_js_is_duration },
	{ "email", is_email },
	{ "hostname", is_hostname },
	{ "ipv4", sl_js_is_ipv4 },
	{ "ipv6", sl_js_is_ipv6 },
	{ "iri", is_uri },
	{ "iri-reference", is_uri_reference },
	{ "json-pointer", is_json_pointer },
	{ "period", sl_js_is_period },
	{ "relative-json-pointer", is_relative_json_pointer },
	{ "semver", is_semver },
	{ "time", sl_js_is_time },
	{ "uri", is_uri },
	{ "uri-reference", is_uri_reference },
	{ "uri-template", is_uri_template },
	{ "uuid", is_uuid },
};

const struct sl_js_format *sl_js_format_find(struct sl_str name)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(formats); i++)
		if (sl_str_eqz(name, formats[i].name))
			return &formats[i];
	return NULL;
}
