/*
 * URLs as Go's package net/url takes them apart and puts them together: any scheme, relative references,
 * opaque ones. For what templates do with them; URLs that are used for requests are net/url.h's.
 *
 * Thread rule: pure functions. Limit: SL_GOURL_MAX bytes.
 * Source: package net/url of Go 1.26. What is wrong with an address in brackets is told in general.
 */
#ifndef LIBCOMMON_LANG_SPRIG_GOURL_H
#define LIBCOMMON_LANG_SPRIG_GOURL_H

#include "libcommon/base/arena.h"
#include "libcommon/base/strbuf.h"

#define SL_GOURL_MAX ((size_t)1 << 20)

struct sl_gourl {
	struct sl_str scheme; /* lower case */
	struct sl_str opaque; /* encoded */
	bool has_user, has_password;
	struct sl_str user, password; /* decoded */
	struct sl_str host;	      /* decoded, with port and brackets */
	struct sl_str path, fragment; /* decoded */
	struct sl_str query;	      /* encoded */
};

/* Texts live in `a` or in `text`. Errors: SL_ERR_INVALID with Go's text, SL_ERR_TOO_LARGE. */
int sl_gourl_parse(struct sl_arena *a, struct sl_str text, struct sl_gourl *ret,
		   struct sl_err *err) SL_MUST_CHECK;
/* The host without port and brackets. */
struct sl_str sl_gourl_hostname(const struct sl_gourl *u);
/* "user:password", encoded. */
void sl_gourl_userinfo(const struct sl_gourl *u, struct sl_strbuf *out);
void sl_gourl_format(const struct sl_gourl *u, struct sl_strbuf *out);

#endif
