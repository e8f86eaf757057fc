/*
 * A scripted API server on loopback for tests of the Kubernetes client: plain HTTP/1.1, a thread per
 * connection, and handlers that write whatever bytes they like, piece by piece, with pauses.
 *
 * Thread rule: start, stop and the address from the test; handlers run in parallel, one per
 * connection, and guard their own data.
 */
#ifndef TEST_UNIT_SUPPORT_FAKEAPI_H
#define TEST_UNIT_SUPPORT_FAKEAPI_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/str.h"

struct fakeapi;
struct fakeapi_conn;

struct fakeapi_request {
	struct sl_str method, target; /* "GET", "/path?query" */
	struct sl_str head;	      /* all header lines */
	struct sl_str body;
	int number;	/* of this request at the server, from 1 */
	int connection; /* from 1 */
};

typedef void (*fakeapi_handler)(void *user, struct fakeapi_conn *conn,
				const struct fakeapi_request *q);

struct fakeapi *fakeapi_start(fakeapi_handler handler, void *user);
/* Cut all connections, wait for the handlers, free. */
void fakeapi_stop(struct fakeapi *s);
const char *fakeapi_url(const struct fakeapi *s); /* "http://127.0.0.1:12345" */
/* Close the listening socket, so that connections are refused, and all connections; and come back. */
void fakeapi_down(struct fakeapi *s);
void fakeapi_up(struct fakeapi *s);
int fakeapi_connections(struct fakeapi *s); /* accepted so far */

/* For handlers. Raw bytes; false when the client has gone. */
bool fakeapi_write(struct fakeapi_conn *c, struct sl_str bytes);
/* A whole answer with JSON type; `headers` NULL or lines that end in "\r\n". */
void fakeapi_reply(struct fakeapi_conn *c, int status, const char *headers, const char *body);
/* Begin a chunked 200 answer; send one chunk; end it. */
void fakeapi_begin(struct fakeapi_conn *c);
bool fakeapi_chunk(struct fakeapi_conn *c, struct sl_str bytes);
void fakeapi_end(struct fakeapi_conn *c);
/* Sleep; false when the client has gone or the server is being stopped. */
bool fakeapi_pause(struct fakeapi_conn *c, int ms);
/* Cut the connection when the handler returns. */
void fakeapi_hang_up(struct fakeapi_conn *c);

/* For tests: let time pass. */
void fakeapi_sleep(int ms);

/* The target holds this text. */
bool fakeapi_asks(const struct fakeapi_request *q, const char *text);

#endif
