#include "test/unit/support/rawhttp.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test/unit/support/test.h"

void rawhttp_answer_release(struct rawhttp_answer *a)
{
	sl_strbuf_release(&a->raw);
}

int rawhttp_connect(uint16_t port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static void split(struct rawhttp_answer *a)
{
	struct sl_str all = sl_strbuf_str(&a->raw);
	ptrdiff_t end = sl_str_find(all, SL_STR("\r\n\r\n"));
	uint64_t status = 0;

	a->status = 0;
	a->head = a->body = SL_STR_NULL;
	if (end < 0 || !sl_str_starts(all, SL_STR("HTTP/1.1 ")))
		return;
	assert_true(sl_str_to_u64(sl_str_sub(all, 9, 12), 999, &status));
	a->status = (int)status;
	a->head = sl_str_sub(all, 0, (size_t)end + 2);
	a->body = sl_str_sub(all, (size_t)end + 4, all.n);
}

void rawhttp_read(int fd, struct rawhttp_answer *ret)
{
	char chunk[65536];
	ssize_t n;

	sl_strbuf_release(&ret->raw);
	sl_strbuf_init(&ret->raw, RAWHTTP_ANSWER_MAX);
	while ((n = recv(fd, chunk, sizeof(chunk), 0)) > 0)
		sl_strbuf_add(&ret->raw, chunk, (size_t)n);
	assert_true(n == 0 || errno == ECONNRESET);
	split(ret);
}

void rawhttp_send(uint16_t port, struct sl_str request, struct rawhttp_answer *ret)
{
	int fd = rawhttp_connect(port);

	while (request.n) {
		ssize_t n = send(fd, request.p, request.n, MSG_NOSIGNAL);

		/* A server that refuses early need not read all. */
		if (n < 0)
			break;
		request = sl_str_sub(request, (size_t)n, request.n);
	}
	rawhttp_read(fd, ret);
	close(fd);
}

void rawhttp(uint16_t port, const char *method, const char *target, const char *headers,
	     struct rawhttp_answer *ret)
{
	SL_AUTO_FREE char *request =
		sl_xasprintf("%s %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n%s\r\n", method,
			     target, headers);

	rawhttp_send(port, sl_str(request), ret);
}

struct sl_str rawhttp_header(const struct rawhttp_answer *a, const char *name)
{
	struct sl_str rest = a->head, line;

	while (sl_str_split(&rest, '\n', &line)) {
		ptrdiff_t colon = sl_str_chr(line, ':');

		if (colon > 0 && sl_str_ieq(sl_str_sub(line, 0, (size_t)colon), sl_str(name)))
			return sl_str_trim(sl_str_sub(line, (size_t)colon + 1, line.n));
	}
	return SL_STR_NULL;
}
