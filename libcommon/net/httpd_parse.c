#include "libcommon/net/httpd_parse.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "libcommon/base/ascii.h"
#include "libcommon/base/mem.h"

static int bad_address(struct sl_str text, struct sl_err *err)
{
	return sl_err_set(err, SL_ERR_INVALID, "listen address '%.*s' is not of the form host:port",
			  SL_STR_FMT(sl_str_sub(text, 0, SL_LISTEN_HOST_MAX)));
}

static bool is_host_char(char c)
{
	return sl_is_alnum(c) || c == '.' || c == '-' || c == '_';
}

/* Names and IPv4 addresses, or what stands between brackets. */
static bool is_host(struct sl_str host, bool bracketed)
{
	for (size_t i = 0; i < host.n; i++)
		if (!is_host_char(host.p[i]) && !(bracketed && host.p[i] == ':'))
			return false;
	return host.n <= SL_LISTEN_HOST_MAX && (!bracketed || host.n);
}

int sl_listen_addr_parse(struct sl_str text, struct sl_listen_addr *ret_addr, struct sl_err *err)
{
	struct sl_listen_addr a = { .port = 0 };
	ptrdiff_t colon = sl_str_rchr(text, ':');
	struct sl_str host;
	bool bracketed;
	uint64_t port;

	if (colon < 0)
		return bad_address(text, err);
	host = sl_str_sub(text, 0, (size_t)colon);
	bracketed = sl_str_cut_prefix(&host, SL_STR("["));
	if (bracketed && !sl_str_cut_suffix(&host, SL_STR("]")))
		return bad_address(text, err);
	if (!is_host(host, bracketed) ||
	    !sl_str_to_u64(sl_str_sub(text, (size_t)colon + 1, text.n), UINT16_MAX, &port))
		return bad_address(text, err);
	if (host.n)
		memcpy(a.host, host.p, host.n);
	a.port = (uint16_t)port;
	*ret_addr = a;
	return 0;
}

static bool is_dot_segment(struct sl_str s)
{
	return sl_str_eqz(s, ".") || sl_str_eqz(s, "..");
}

int sl_http_path_decode(struct sl_str raw, struct sl_strbuf *out, struct sl_err *err)
{
	size_t start = out->n;
	struct sl_str rest, part;

	if (raw.n > SL_HTTP_PATH_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "path is longer than %d bytes",
				  SL_HTTP_PATH_MAX);
	for (size_t i = 0; i < raw.n; i++) {
		uint64_t c = (unsigned char)raw.p[i];

		if (c == '%') {
			if (i + 2 >= raw.n ||
			    !sl_hex_to_u64(sl_str_sub(raw, i + 1, i + 3), 255, &c))
				return sl_err_set(err, SL_ERR_INVALID,
						  "path has a malformed escape");
			i += 2;
		}
		if (!c)
			return sl_err_set(err, SL_ERR_INVALID, "path holds a NUL");
		sl_strbuf_addc(out, (char)c);
	}
	rest = sl_str_sub(sl_strbuf_str(out), start, out->n);
	if (!sl_str_starts(rest, SL_STR("/")))
		return sl_err_set(err, SL_ERR_INVALID, "path does not begin with '/'");
	while (sl_str_split(&rest, '/', &part))
		if (is_dot_segment(part))
			return sl_err_set(err, SL_ERR_INVALID, "path has a dot segment");
	return sl_strbuf_check(out, "path", err);
}

enum range_kind { RANGE_GOOD, RANGE_BEYOND, RANGE_MALFORMED };

/* "0-99", "100-" or "-5". */
static enum range_kind parse_one(struct sl_str s, uint64_t size, uint64_t *ret_from,
				 uint64_t *ret_count)
{
	ptrdiff_t dash = sl_str_chr(s, '-');
	uint64_t from, to = UINT64_MAX;
	struct sl_str a, b;

	if (dash < 0)
		return RANGE_MALFORMED;
	a = sl_str_trim(sl_str_sub(s, 0, (size_t)dash));
	b = sl_str_trim(sl_str_sub(s, (size_t)dash + 1, s.n));
	if (b.n && !sl_str_to_u64(b, INT64_MAX, &to))
		return RANGE_MALFORMED;
	if (!a.n) {
		if (!b.n)
			return RANGE_MALFORMED;
		/* The last `to` bytes. */
		*ret_count = to < size ? to : size;
		*ret_from = size - *ret_count;
		return *ret_count ? RANGE_GOOD : RANGE_BEYOND;
	}
	if (!sl_str_to_u64(a, INT64_MAX, &from) || to < from)
		return RANGE_MALFORMED;
	if (from >= size)
		return RANGE_BEYOND;
	*ret_from = from;
	*ret_count = (to < size ? to + 1 : size) - from;
	return RANGE_GOOD;
}

enum sl_http_range sl_http_range_parse(struct sl_str header, uint64_t size, uint64_t *ret_from,
				       uint64_t *ret_count)
{
	uint64_t from = 0, count = 0, first_from = 0, first_count = 0;
	size_t parts = 0, good = 0, beyond = 0;
	struct sl_str part;

	if (!sl_str_cut_prefix(&header, SL_STR("bytes=")))
		return header.n ? SL_HTTP_RANGE_UNSATISFIABLE : SL_HTTP_RANGE_WHOLE;
	while (sl_str_split(&header, ',', &part)) {
		enum range_kind kind;

		part = sl_str_trim(part);
		if (!part.n)
			continue;
		kind = parse_one(part, size, &from, &count);
		if (kind == RANGE_MALFORMED || ++parts > SL_HTTP_RANGES_MAX)
			return SL_HTTP_RANGE_UNSATISFIABLE;
		good += kind == RANGE_GOOD;
		beyond += kind == RANGE_BEYOND;
		if (kind == RANGE_GOOD && good == 1) {
			first_from = from;
			first_count = count;
		}
	}
	if (good == 1) {
		*ret_from = first_from;
		*ret_count = first_count;
		return SL_HTTP_RANGE_PART;
	}
	/* Of an empty resource every range is beyond; Go then sends it as a whole. */
	return good || !beyond || !size ? SL_HTTP_RANGE_WHOLE : SL_HTTP_RANGE_UNSATISFIABLE;
}

bool sl_http_etag_listed(struct sl_str header, struct sl_str etag)
{
	struct sl_str part;

	while (sl_str_split(&header, ',', &part)) {
		part = sl_str_trim(part);
		sl_str_cut_prefix(&part, SL_STR("W/"));
		if (sl_str_eqz(part, "*") || (etag.n && sl_str_eq(part, etag)))
			return true;
	}
	return false;
}

static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
				      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

void sl_http_date_format(int64_t seconds, char ret_text[SL_HTTP_DATE_SIZE])
{
	static const int64_t last = 253402300799; /* of the year 9999 */
	time_t t = (time_t)(seconds < 0 ? 0 : seconds > last ? last : seconds);
	struct tm tm = { 0 };

	gmtime_r(&t, &tm);
	snprintf(ret_text, SL_HTTP_DATE_SIZE, "%s, %02u %s %04u %02u:%02u:%02u GMT",
		 days[(unsigned)tm.tm_wday % 7], (unsigned)tm.tm_mday % 100u,
		 months[(unsigned)tm.tm_mon % 12], (unsigned)(tm.tm_year + 1900) % 10000u,
		 (unsigned)tm.tm_hour % 100u, (unsigned)tm.tm_min % 100u,
		 (unsigned)tm.tm_sec % 100u);
}

static bool number_at(struct sl_str s, size_t at, size_t digits, int64_t max, int *ret)
{
	int64_t v;

	if (!sl_str_to_i64(sl_str_sub(s, at, at + digits), 0, max, &v))
		return false;
	*ret = (int)v;
	return true;
}

bool sl_http_date_parse(struct sl_str text, int64_t *ret_seconds)
{
	char again[SL_HTTP_DATE_SIZE];
	struct tm tm = { .tm_mon = -1 };
	time_t t;

	if (text.n != strlen("Sun, 06 Nov 1994 08:49:37 GMT"))
		return false;
	for (int i = 0; i < 12; i++)
		if (sl_str_eqz(sl_str_sub(text, 8, 11), months[i]))
			tm.tm_mon = i;
	if (tm.tm_mon < 0 || !number_at(text, 5, 2, 31, &tm.tm_mday) ||
	    !number_at(text, 12, 4, 9999, &tm.tm_year) || tm.tm_year < 1970 ||
	    !number_at(text, 17, 2, 23, &tm.tm_hour) || !number_at(text, 20, 2, 59, &tm.tm_min) ||
	    !number_at(text, 23, 2, 59, &tm.tm_sec))
		return false;
	tm.tm_year -= 1900;
	t = timegm(&tm);
	/* What the fields do not cover, weekday and punctuation, has to fit as well. */
	sl_http_date_format((int64_t)t, again);
	if (!sl_str_eqz(text, again))
		return false;
	*ret_seconds = (int64_t)t;
	return true;
}
