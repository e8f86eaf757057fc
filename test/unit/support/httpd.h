/*
 * A tiny HTTP server on loopback for tests: every request goes to a function of the test, which
 * writes the raw answer. Optionally with TLS, under a certificate made on the spot.
 *
 * Thread rule: start and stop from the test; the handler runs on the server's threads, one
 * connection each, under a lock: never two at once.
 */
#ifndef TEST_UNIT_SUPPORT_HTTPD_H
#define TEST_UNIT_SUPPORT_HTTPD_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/str.h"
#include "libcommon/base/strbuf.h"

struct test_httpd;

struct test_request {
	struct sl_str method, target; /* "GET", "/path?query" */
	struct sl_str head;	      /* all header lines */
	struct sl_str body;
	int connection; /* 1 for the first that was accepted */
};

/* What follows after the answer was written. */
enum test_after { TEST_KEEP, TEST_CLOSE, TEST_HANG };

/* Append the raw answer, status line and all, to `reply`. */
typedef enum test_after (*test_handler)(void *user, const struct test_request *q,
					struct sl_strbuf *reply);

struct test_pki {
	char *ca_pem;
	char *cert_pem, *key_pem;		/* for 127.0.0.1 and localhost */
	char *client_cert_pem, *client_key_pem; /* signed by the same authority */
};
void test_pki_create(struct test_pki *ret_pki);
void test_pki_release(struct test_pki *pki);

/* `pki` NULL: no TLS. `want_client`: refuse clients without a certificate. Aborts on failure. */
struct test_httpd *test_httpd_start(test_handler handler, void *user, const struct test_pki *pki,
				    bool want_client);
uint16_t test_httpd_port(const struct test_httpd *s);
void test_httpd_stop(struct test_httpd *s);

/* "HTTP/1.1 200 OK" with a length and the body. */
void test_reply(struct sl_strbuf *reply, int status, const char *headers, struct sl_str body);
/* The value of a header of the request, or the NULL view. */
struct sl_str test_request_header(const struct test_request *q, const char *name);

#endif
