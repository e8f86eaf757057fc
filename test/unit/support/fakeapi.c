#include "test/unit/support/fakeapi.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libcommon/base/mem.h"
#include "libcommon/base/strbuf.h"

#define CONNECTIONS_MAX 512
#define REQUEST_MAX ((size_t)64 << 20)

struct fakeapi_conn {
	struct fakeapi *server;
	pthread_t thread;
	int fd;
	int number;
	bool hang_up;
};

struct fakeapi {
	fakeapi_handler handler;
	void *user;
	char url[64];
	uint16_t port;
	pthread_t acceptor;
	pthread_mutex_t lock; /* of what follows */
	int fd;		      /* listening, or -1 */
	bool stopping;
	int requests;
	int conn_count;
	struct fakeapi_conn *conns[CONNECTIONS_MAX];
};

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

bool fakeapi_write(struct fakeapi_conn *c, struct sl_str bytes)
{
	while (bytes.n) {
		ssize_t n = send(c->fd, bytes.p, bytes.n, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		bytes = sl_str_sub(bytes, (size_t)n, bytes.n);
	}
	return true;
}

void fakeapi_reply(struct fakeapi_conn *c, int status, const char *headers, const char *body)
{
	SL_AUTO_FREE char *text = sl_xasprintf("HTTP/1.1 %d X\r\nContent-Type: application/json\r\n"
					       "%sContent-Length: %zu\r\n\r\n%s",
					       status, headers ? headers : "", strlen(body), body);

	fakeapi_write(c, sl_str(text));
}

void fakeapi_begin(struct fakeapi_conn *c)
{
	fakeapi_write(c, SL_STR("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
				"Transfer-Encoding: chunked\r\n\r\n"));
}

bool fakeapi_chunk(struct fakeapi_conn *c, struct sl_str bytes)
{
	char size[32];

	snprintf(size, sizeof(size), "%zx\r\n", bytes.n);
	return fakeapi_write(c, sl_str(size)) && fakeapi_write(c, bytes) &&
	       fakeapi_write(c, SL_STR("\r\n"));
}

void fakeapi_end(struct fakeapi_conn *c)
{
	fakeapi_write(c, SL_STR("0\r\n\r\n"));
}

bool fakeapi_pause(struct fakeapi_conn *c, int ms)
{
	struct pollfd p = { .fd = c->fd, .events = POLLRDHUP };

	/* Nothing but a closed connection ends the wait early: clients here do not pipeline. */
	return poll(&p, 1, ms) == 0;
}

void fakeapi_hang_up(struct fakeapi_conn *c)
{
	c->hang_up = true;
}

void fakeapi_sleep(int ms)
{
	poll(NULL, 0, ms);
}

bool fakeapi_asks(const struct fakeapi_request *q, const char *text)
{
	return sl_str_find(q->target, sl_str(text)) >= 0;
}

static bool fill(struct fakeapi_conn *c, struct sl_strbuf *in)
{
	char *to = sl_strbuf_reserve(in, 65536);
	ssize_t n = to ? recv(c->fd, to, 65536, 0) : 0;

	if (n <= 0)
		return false;
	sl_strbuf_claim(in, (size_t)n);
	return true;
}

/* "Name: value" anywhere in the header. */
static uint64_t content_length(struct sl_str head)
{
	struct sl_str line;
	uint64_t n = 0;

	while (sl_str_split(&head, '\n', &line)) {
		line = sl_str_trim(line);
		if (line.n > 15 && sl_str_ieq(sl_str_sub(line, 0, 15), SL_STR("content-length:")))
			must(sl_str_to_u64(sl_str_trim(sl_str_sub(line, 15, line.n)), REQUEST_MAX,
					   &n),
			     "content-length");
	}
	return n;
}

static bool serve_one(struct fakeapi_conn *c, struct sl_strbuf *in)
{
	struct fakeapi_request q = { .connection = c->number };
	struct sl_str rest, line;
	ptrdiff_t end;
	size_t total;

	while ((end = sl_str_find(sl_strbuf_str(in), SL_STR("\r\n\r\n"))) < 0) {
		if (!fill(c, in))
			return false;
	}
	total = (size_t)end + 4 + content_length(sl_str_sub(sl_strbuf_str(in), 0, (size_t)end));
	while (in->n < total) {
		if (!fill(c, in))
			return false;
	}
	rest = sl_str_sub(sl_strbuf_str(in), 0, (size_t)end);
	sl_str_split(&rest, '\n', &line);
	q.head = rest;
	sl_str_split(&line, ' ', &q.method);
	sl_str_split(&line, ' ', &q.target);
	q.body = sl_str_sub(sl_strbuf_str(in), (size_t)end + 4, total);
	pthread_mutex_lock(&c->server->lock);
	q.number = ++c->server->requests;
	pthread_mutex_unlock(&c->server->lock);
	c->server->handler(c->server->user, c, &q);
	sl_strbuf_consume(in, total);
	return !c->hang_up;
}

static void *conn_main(void *arg)
{
	struct fakeapi_conn *c = arg;
	SL_AUTO(sl_strbuf) in = SL_STRBUF_INIT(REQUEST_MAX);

	while (serve_one(c, &in))
		;
	shutdown(c->fd, SHUT_RDWR);
	return NULL;
}

static void add_conn(struct fakeapi *s, int fd)
{
	struct fakeapi_conn *c = sl_xcalloc(1, sizeof(*c));

	c->server = s;
	c->fd = fd;
	must(s->conn_count < CONNECTIONS_MAX, "too many connections");
	s->conns[s->conn_count++] = c;
	c->number = s->conn_count;
	must(pthread_create(&c->thread, NULL, conn_main, c) == 0, "pthread_create");
}

static void *accept_main(void *arg)
{
	struct fakeapi *s = arg;

	for (;;) {
		struct pollfd p = { .events = POLLIN };
		bool stopping;
		int fd = -1;

		pthread_mutex_lock(&s->lock);
		p.fd = s->fd;
		stopping = s->stopping;
		pthread_mutex_unlock(&s->lock);
		if (stopping)
			return NULL;
		if (poll(&p, 1, 5) <= 0)
			continue;
		pthread_mutex_lock(&s->lock);
		if (s->fd >= 0)
			fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			add_conn(s, fd);
		pthread_mutex_unlock(&s->lock);
	}
}

static int listen_on(uint16_t *port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_port = htons(*port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
	socklen_t len = sizeof(addr);

	must(fd >= 0, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	must(bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0, "bind");
	must(listen(fd, 128) == 0, "listen");
	must(getsockname(fd, (struct sockaddr *)&addr, &len) == 0, "getsockname");
	*port = ntohs(addr.sin_port);
	return fd;
}

struct fakeapi *fakeapi_start(fakeapi_handler handler, void *user)
{
	struct fakeapi *s = sl_xcalloc(1, sizeof(*s));

	s->handler = handler;
	s->user = user;
	pthread_mutex_init(&s->lock, NULL);
	s->fd = listen_on(&s->port);
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d", s->port);
	must(pthread_create(&s->acceptor, NULL, accept_main, s) == 0, "pthread_create");
	return s;
}

const char *fakeapi_url(const struct fakeapi *s)
{
	return s->url;
}

int fakeapi_connections(struct fakeapi *s)
{
	int n;

	pthread_mutex_lock(&s->lock);
	n = s->conn_count;
	pthread_mutex_unlock(&s->lock);
	return n;
}

void fakeapi_down(struct fakeapi *s)
{
	pthread_mutex_lock(&s->lock);
	close(s->fd);
	s->fd = -1;
	for (int i = 0; i < s->conn_count; i++)
		shutdown(s->conns[i]->fd, SHUT_RDWR);
	pthread_mutex_unlock(&s->lock);
	/* The acceptor's poll(2) keeps the socket open until it returns. */
	fakeapi_sleep(20);
}

void fakeapi_up(struct fakeapi *s)
{
	pthread_mutex_lock(&s->lock);
	s->fd = listen_on(&s->port);
	pthread_mutex_unlock(&s->lock);
}

void fakeapi_stop(struct fakeapi *s)
{
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	for (int i = 0; i < s->conn_count; i++)
		shutdown(s->conns[i]->fd, SHUT_RDWR);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->acceptor, NULL);
	for (int i = 0; i < s->conn_count; i++) {
		shutdown(s->conns[i]->fd, SHUT_RDWR);
		pthread_join(s->conns[i]->thread, NULL);
		close(s->conns[i]->fd);
		free(s->conns[i]);
	}
	if (s->fd >= 0)
		close(s->fd);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
