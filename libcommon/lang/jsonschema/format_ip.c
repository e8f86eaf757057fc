#include "libcommon/base/ascii.h"
#include "libcommon/codec/goquote.h"
#include "libcommon/lang/jsonschema/priv.h"

/* An address as it is read by Go's package netip, whose messages these are. */
struct reader {
	struct sl_str all, rest;
	struct sl_strbuf *out;
};

static bool refuse(struct reader *r, const char *why, bool place)
{
	sl_strbuf_addz(r->out, "ParseAddr(");
	sl_strbuf_add_goquoted(r->out, r->all);
	sl_strbuf_addf(r->out, "): %s", why);
	if (place && r->rest.n > 0) {
		sl_strbuf_addz(r->out, " (at ");
		sl_strbuf_add_goquoted(r->out, r->rest);
		sl_strbuf_addc(r->out, ')');
	}
	return false;
}

static void skip(struct reader *r, size_t n)
{
	r->rest = sl_str_sub(r->rest, n, r->rest.n);
}

/* The four numbers up to `end` bytes of `rest`. */
static bool read_ipv4(struct reader *r, size_t end)
{
	struct sl_str s = sl_str_sub(r->rest, 0, end);
	unsigned value = 0, position = 0;
	size_t digits = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c >= '0' && c <= '9') {
			if (digits == 1 && value == 0)
				return refuse(r, "IPv4 field has octet with leading zero", false);
			value = value * 10 + (unsigned)(c - '0');
			digits++;
			if (value > 255)
				return refuse(r, "IPv4 field has value >255", false);
		} else if (c == '.') {
			r->rest = sl_str_sub(s, i, s.n);
			if (i == 0 || i == s.n - 1 || s.p[i - 1] == '.')
				return refuse(r, "IPv4 field must have at least one digit", true);
			if (position == 3)
				return refuse(r, "IPv4 address too long", false);
			position++;
			value = 0;
			digits = 0;
		} else {
			r->rest = sl_str_sub(s, i, s.n);
			return refuse(r, "unexpected character", true);
		}
	}
	return position == 3 || refuse(r, "IPv4 address too short", false);
}

/* One group; *ret_n digits, which are at most 4. */
static bool read_group(struct reader *r, size_t *ret_n)
{
	size_t n = 0;

	while (n < r->rest.n && sl_hex_value(r->rest.p[n]) >= 0)
		if (++n > 4)
			return refuse(r, "each group must have 4 or less digits", true);
	*ret_n = n;
	return n > 0 || refuse(r, "each colon-separated field must have at least one digit", true);
}

/* The address at the end; `at` bytes are read. */
static bool read_embedded(struct reader *r, int ellipsis, int at)
{
	if (ellipsis < 0 && at != 12)
		return refuse(r,
			      "embedded IPv4 address must replace the final 2 fields of the "
			      "address",
			      true);
	if (at + 4 > 16)
		return refuse(r,
			      "too many hex fields to fit an embedded IPv4 at the end of the "
			      "address",
			      true);
	return read_ipv4(r, r->rest.n);
}

/* What stands behind a group: the end, a colon or two. */
static bool read_colon(struct reader *r, int at, int *ellipsis)
{
	if (r->rest.n == 0)
		return true;
	if (r->rest.p[0] != ':')
		return refuse(r, "unexpected character, want colon", true);
	if (r->rest.n == 1)
		return refuse(r, "colon must be followed by more characters", true);
	skip(r, 1);
	if (r->rest.p[0] != ':')
		return true;
	if (*ellipsis >= 0)
		return refuse(r, "multiple :: in address", true);
	*ellipsis = at;
	skip(r, 1);
	return true;
}

static bool read_ipv6(struct reader *r)
{
	int ellipsis = -1, at = 0;
	size_t n = 0;

	if (sl_str_cut_prefix(&r->rest, SL_STR("::"))) {
		ellipsis = 0;
		if (r->rest.n == 0)
			return true;
	}
	while (at < 16) {
		if (!read_group(r, &n))
			return false;
		if (n < r->rest.n && r->rest.p[n] == '.') {
			if (!read_embedded(r, ellipsis, at))
				return false;
			r->rest = SL_STR_NULL;
			at += 4;
			break;
		}
		at += 2;
		skip(r, n);
		if (!read_colon(r, at, &ellipsis))
			return false;
		if (r->rest.n == 0)
			break;
	}
	if (r->rest.n > 0)
		return refuse(r, "trailing garbage after address", true);
	if (at < 16 && ellipsis < 0)
		return refuse(r, "address string too short", false);
	if (at == 16 && ellipsis >= 0)
		return refuse(r, "the :: must expand to at least one field of zeros", false);
	return true;
}

bool sl_js_is_ip(struct sl_str s, struct sl_strbuf *out)
{
	struct reader r = { .all = s, .rest = s, .out = out };
	ptrdiff_t zone = sl_str_chr(s, '%');

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.')
			return read_ipv4(&r, s.n);
		if (s.p[i] == '%')
			return refuse(&r, "missing IPv6 address", false);
		if (s.p[i] != ':')
			continue;
		if (zone >= 0 && (size_t)zone + 1 == s.n)
			return refuse(&r, "zone must be a non-empty string", false);
		r.rest = sl_str_sub(s, 0, zone < 0 ? s.n : (size_t)zone);
		return read_ipv6(&r);
	}
	return refuse(&r, "unable to parse IP", false);
}

bool sl_js_is_ipv6(struct sl_str s, struct sl_strbuf *out)
{
	if (sl_str_chr(s, ':') < 0) {
		sl_strbuf_addz(out, "missing colon");
		return false;
	}
	if (!sl_js_is_ip(s, out))
		return false;
	if (sl_str_chr(s, '%') >= 0) {
		sl_strbuf_addz(out, "zone id is not a part of ipv6 address");
		return false;
	}
	return true;
}

bool sl_js_is_ipv4(struct sl_str s, struct sl_strbuf *out)
{
	struct sl_str group;
	size_t dots = 0;

	for (size_t i = 0; i < s.n; i++)
		dots += s.p[i] == '.';
	if (dots != 3) {
		sl_strbuf_addz(out, "expected four decimals");
		return false;
	}
	while (sl_str_split(&s, '.', &group)) {
		struct sl_str digits = group;
		int64_t n;

		if (group.n > 1 && group.p[0] == '0') {
			sl_strbuf_addz(out, "leading zeros");
			return false;
		}
		sl_str_cut_prefix(&digits, SL_STR("+"));
		if (!sl_str_to_i64(digits, INT64_MIN, INT64_MAX, &n)) {
			sl_strbuf_addz(out, "strconv.Atoi: parsing ");
			sl_strbuf_add_goquoted(out, group);
			sl_strbuf_addz(out, ": invalid syntax");
			return false;
		}
		if (n < 0 || n > 255) {
			sl_strbuf_addz(out, "decimal must be between 0 and 255");
			return false;
		}
	}
	return true;
}
