/*
 * A minimal HTTP client for tests: sends bytes as they are to a port on loopback and reads the answer
 * until the server closes, so that nothing between test and server repairs a request.
 */
#ifndef TEST_UNIT_SUPPORT_RAWHTTP_H
#define TEST_UNIT_SUPPORT_RAWHTTP_H

#include <stdint.h>

#include "libcommon/base/mem.h"
#include "libcommon/base/str.h"
#include "libcommon/base/strbuf.h"

#define RAWHTTP_ANSWER_MAX ((size_t)16 << 20)
#define RAWHTTP_ANSWER_INIT \
	{ \
		.raw = SL_STRBUF_INIT(RAWHTTP_ANSWER_MAX) \
	}

struct rawhttp_answer {
	struct sl_strbuf raw;
	int status;
	struct sl_str head; /* status line and headers */
	struct sl_str body;
};
void rawhttp_answer_release(struct rawhttp_answer *a);

/* A connected socket; the caller closes it. Fails the test when that is refused. */
int rawhttp_connect(uint16_t port);
/* Everything that the server sends until it closes, into `ret`. */
void rawhttp_read(int fd, struct rawhttp_answer *ret);
/* Connect, send, read. */
void rawhttp_send(uint16_t port, struct sl_str request, struct rawhttp_answer *ret);
/* "<method> <target> HTTP/1.1" with Host, Connection: close and `headers` ("A: b\r\n" …, or ""). */
void rawhttp(uint16_t port, const char *method, const char *target, const char *headers,
	     struct rawhttp_answer *ret);
/* The value of a header of the answer, or the empty view. */
struct sl_str rawhttp_header(const struct rawhttp_answer *a, const char *name);

#endif
