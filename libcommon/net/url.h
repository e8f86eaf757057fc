/*
 * URLs: strict parsing, resolution of references, percent-encoding, and masking of credentials.
 *
 * Accepted are http, https and ssh URLs with an authority:
 *
 *   scheme "://" [ user [ ":" password ] "@" ] host [ ":" port ] [ path ] [ "?" query ] [ "#" … ]
 *
 * Refused, rather than repaired: other schemes, control characters and white space, backslashes,
 * broken percent-escapes, an empty or malformed host or port, IPv6 zones, and host names that are
 * not ASCII (their punycode form is accepted). Bytes above 0x7f in path and query are stored
 * percent-encoded. A fragment is dropped: it is never sent.
 *
 * Source: RFC 3986 sections 3 and 5. Limit: SL_URL_MAX bytes.
 * Thread rule: pure functions; an sl_url belongs to one thread at a time.
 */
#ifndef LIBCOMMON_NET_URL_H
#define LIBCOMMON_NET_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/err.h"
#include "libcommon/base/mem.h"
#include "libcommon/base/str.h"
#include "libcommon/base/strbuf.h"

#define SL_URL_MAX 16384
#define SL_URL_HOST_MAX 253

enum sl_url_scheme { SL_URL_HTTP, SL_URL_HTTPS, SL_URL_SSH };

/* All strings are owned. Values of a parsed URL; SL_URL_INIT holds none. */
struct sl_url {
	enum sl_url_scheme scheme;
	char *user;	/* decoded, or NULL when the URL has no userinfo */
	char *password; /* decoded, or NULL; wiped on release */
	char *host;	/* lower case; IPv6 without brackets */
	uint16_t port;	/* always set: 80, 443 or 22 unless given */
	bool ipv6;	/* `host` is an IPv6 address */
	char *path;	/* still encoded, begins with '/'; "/" when the URL has none */
	char *query;	/* still encoded, without '?'; NULL when there is none */
};
#define SL_URL_INIT \
	{ \
		0 \
	}

void sl_url_release(struct sl_url *u);

/*
 * Parse `text` into `ret_url`, which is overwritten on success and untouched on failure.
 * Errors: SL_ERR_INVALID and SL_ERR_TOO_LARGE; no message repeats the input, which may hold secrets.
 */
int sl_url_parse(struct sl_str text, struct sl_url *ret_url, struct sl_err *err) SL_MUST_CHECK;

/*
 * Resolve `reference` (absolute, "//host/…", "/path", "path", "?query") against `base`, removing dot
 * segments. The result has the userinfo of `base` only if it has its origin and states none itself.
 * Errors as sl_url_parse().
 */
int sl_url_join(const struct sl_url *base, struct sl_str reference, struct sl_url *ret_url,
		struct sl_err *err) SL_MUST_CHECK;

/* Append the URL without userinfo; the port only when it is not the scheme's own. */
void sl_url_format(const struct sl_url *u, struct sl_strbuf *out);
/* The same as a fresh string; the caller frees it. */
char *sl_url_text(const struct sl_url *u) __attribute__((warn_unused_result));
/* "http", "https" or "ssh". */
const char *sl_url_scheme_name(enum sl_url_scheme scheme);
/* Same scheme, host and port. */
bool sl_url_same_origin(const struct sl_url *a, const struct sl_url *b);
/*
 * Whether what is meant for `a` may be sent to `b`, which it redirects to: the same origin, or the
 * same host upgraded from http on port 80 to https on port 443.
 */
bool sl_url_same_party(const struct sl_url *a, const struct sl_url *b);

/*
 * Append `s` with every byte but RFC 3986's unreserved ones, and those in `keep` (NUL-terminated,
 * may be NULL), as %XX in capitals. For a path segment `keep` is NULL, for a whole path "/".
 */
void sl_percent_encode(struct sl_str s, const char *keep, struct sl_strbuf *out);
/* Append `s` decoded; false on a broken escape or an encoded NUL. '+' stays '+'. */
bool sl_percent_decode(struct sl_str s, struct sl_strbuf *out) SL_MUST_CHECK;

/*
 * A copy of any text with the userinfo of each URL in it ("scheme://user:password@") replaced by
 * "***", for messages of libraries that may repeat what they were given. The caller frees it.
 */
char *sl_url_redact(struct sl_str text) __attribute__((warn_unused_result));
/* The same in the message of an error. */
void sl_url_redact_err(struct sl_err *err);

#endif
