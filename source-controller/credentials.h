/*
 * Credentials of Git repositories: from the keys of a Secret, and from the URL.
 *
 *   username, password     Basic; what is missing comes from the URL's userinfo
 *   bearerToken            replaces username and password of the Secret
 *   ca.crt, or caFile      trusted besides the system's certificates
 *   tls.crt, tls.key       client certificate, both or none
 *   address, username, password   of a proxy's Secret
 *
 * They may be sent over plain http, as with Flux. Messages name keys, never values.
 *
 * Thread rule: pure. Source: spec/source.md 8.1 and 8.6.
 */
#ifndef SOURCE_CONTROLLER_CREDENTIALS_H
#define SOURCE_CONTROLLER_CREDENTIALS_H

#include "libcommon/net/git.h"
#include "libcommon/net/url.h"
#include "source-controller/secret.h"

#define SC_PROXY_ADDRESS_MAX 2048
#define SC_KEY_GITHUB_APP_ID "githubAppID"

/*
 * Fill `ret_auth` (but for its proxy) for a repository at `url`. `secret` may be NULL. What is filled
 * in points into `url` and `secret`, which must outlive it.
 * Errors: SL_ERR_INVALID.
 */
int sc_git_auth(const struct sl_url *url, const struct sc_secret *secret,
		struct sl_git_auth *ret_auth, struct sl_err *err) SL_MUST_CHECK;

/* Fill `ret_proxy` from a proxy's Secret, which must outlive it. Errors: SL_ERR_INVALID. */
int sc_proxy(const struct sc_secret *secret, struct sl_http_proxy *ret_proxy,
	     struct sl_err *err) SL_MUST_CHECK;

#endif
