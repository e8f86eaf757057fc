#include "test/unit/support/httpd.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libcommon/base/mem.h"

#define CONNECTIONS_MAX 32
#define REQUEST_MAX (64u << 20)

struct connection {
	struct test_httpd *server;
	pthread_t thread;
	int fd, number;
	SSL *ssl;
};

struct test_httpd {
	int fd;
	uint16_t port;
	pthread_t thread;
	pthread_mutex_t lock, handling;
	test_handler handler;
	void *user;
	SSL_CTX *ctx;
	struct connection connections[CONNECTIONS_MAX];
	int count;
	bool stopping;
};

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

static ssize_t conn_read(struct connection *c, char *p, size_t n)
{
	return c->ssl ? SSL_read(c->ssl, p, (int)n) : recv(c->fd, p, n, 0);
}

static bool conn_write(struct connection *c, struct sl_str s)
{
	while (s.n) {
		ssize_t n = c->ssl ? SSL_write(c->ssl, s.p, (int)s.n)
				   : send(c->fd, s.p, s.n, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		s = sl_str_sub(s, (size_t)n, s.n);
	}
	return true;
}

struct sl_str test_request_header(const struct test_request *q, const char *name)
{
	struct sl_str rest = q->head, line;

	while (sl_str_split(&rest, '\n', &line)) {
		ptrdiff_t colon = sl_str_chr(line, ':');

		if (colon > 0 && sl_str_ieq(sl_str_sub(line, 0, (size_t)colon), sl_str(name)))
			return sl_str_trim(sl_str_sub(line, (size_t)colon + 1, line.n));
	}
	return SL_STR_NULL;
}

void test_reply(struct sl_strbuf *reply, int status, const char *headers, struct sl_str body)
{
	sl_strbuf_addf(reply, "HTTP/1.1 %d Test\r\nContent-Length: %zu\r\n%s\r\n", status, body.n,
		       headers);
	sl_strbuf_adds(reply, body);
}

/* Read one request into `in`; false at the end of the connection. */
static bool read_request(struct connection *c, struct sl_strbuf *in, struct test_request *q)
{
	size_t head = 0;
	uint64_t length = 0;

	for (;;) {
		ptrdiff_t end = sl_str_find(sl_strbuf_str(in), SL_STR("\r\n\r\n"));
		char chunk[16384];
		ssize_t n;

		if (end >= 0) {
			head = (size_t)end + 4;
			q->head = sl_str_sub(sl_strbuf_str(in), 0, head);
			sl_str_to_u64(test_request_header(q, "content-length"), REQUEST_MAX,
				      &length);
			if (in->n >= head + length)
				break;
		}
		n = conn_read(c, chunk, sizeof(chunk));
		if (n <= 0)
			return false;
		sl_strbuf_add(in, chunk, (size_t)n);
	}
	q->body = sl_str_sub(sl_strbuf_str(in), head, head + length);
	struct sl_str line = q->head;
	sl_str_split(&line, ' ', &q->method);
	sl_str_split(&line, ' ', &q->target);
	q->connection = c->number;
	return true;
}

static void serve(struct connection *c)
{
	SL_AUTO(sl_strbuf) in = SL_STRBUF_INIT(REQUEST_MAX);
	SL_AUTO(sl_strbuf) reply = SL_STRBUF_INIT(REQUEST_MAX);

	for (;;) {
		struct test_request q = { 0 };
		enum test_after after;
		char drop;

		if (!read_request(c, &in, &q))
			return;
		pthread_mutex_lock(&c->server->handling);
		after = c->server->handler(c->server->user, &q, &reply);
		pthread_mutex_unlock(&c->server->handling);
		if (!conn_write(c, sl_strbuf_str(&reply)) || after == TEST_CLOSE)
			return;
		while (after == TEST_HANG && conn_read(c, &drop, 1) > 0)
			;
		sl_strbuf_consume(&in, q.head.n + q.body.n);
		sl_strbuf_reset(&reply);
	}
}

static void *connection_main(void *arg)
{
	struct connection *c = arg;

	if (c->server->ctx) {
		c->ssl = SSL_new(c->server->ctx);
		must(c->ssl && SSL_set_fd(c->ssl, c->fd) == 1, "SSL_new");
	}
	if (!c->ssl || SSL_accept(c->ssl) == 1)
		serve(c);
	shutdown(c->fd, SHUT_RDWR);
	return NULL;
}

static void *accept_main(void *arg)
{
	struct test_httpd *s = arg;

	for (;;) {
		int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);
		struct connection *c;

		if (fd < 0)
			return NULL;
		pthread_mutex_lock(&s->lock);
		if (s->stopping || s->count == CONNECTIONS_MAX) {
			pthread_mutex_unlock(&s->lock);
			close(fd);
			continue;
		}
		c = &s->connections[s->count++];
		*c = (struct connection){ .server = s, .fd = fd, .number = s->count };
		must(pthread_create(&c->thread, NULL, connection_main, c) == 0, "pthread_create");
		pthread_mutex_unlock(&s->lock);
	}
}

static SSL_CTX *make_ctx(const struct test_pki *pki, bool want_client);

struct test_httpd *test_httpd_start(test_handler handler, void *user, const struct test_pki *pki,
				    bool want_client)
{
	struct test_httpd *s = sl_xcalloc(1, sizeof(*s));
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);

	s->handler = handler;
	s->user = user;
	s->ctx = pki ? make_ctx(pki, want_client) : NULL;
	pthread_mutex_init(&s->lock, NULL);
	pthread_mutex_init(&s->handling, NULL);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(s->fd >= 0, "socket");
	must(bind(s->fd, (struct sockaddr *)&a, sizeof(a)) == 0, "bind");
	must(listen(s->fd, 16) == 0, "listen");
	must(getsockname(s->fd, (struct sockaddr *)&a, &n) == 0, "getsockname");
	s->port = ntohs(a.sin_port);
	must(pthread_create(&s->thread, NULL, accept_main, s) == 0, "pthread_create");
	return s;
}

uint16_t test_httpd_port(const struct test_httpd *s)
{
	return s->port;
}

void test_httpd_stop(struct test_httpd *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	pthread_mutex_unlock(&s->lock);
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	for (int i = 0; i < s->count; i++) {
		shutdown(s->connections[i].fd, SHUT_RDWR);
		pthread_join(s->connections[i].thread, NULL);
		SSL_free(s->connections[i].ssl);
		close(s->connections[i].fd);
	}
	close(s->fd);
	SSL_CTX_free(s->ctx);
	pthread_mutex_destroy(&s->lock);
	pthread_mutex_destroy(&s->handling);
	free(s);
}

static X509 *pem_cert(const char *pem)
{
	BIO *b = BIO_new_mem_buf(pem, -1);
	X509 *cert = PEM_read_bio_X509(b, NULL, NULL, NULL);

	BIO_free(b);
	must(cert != NULL, "certificate");
	return cert;
}

static EVP_PKEY *pem_key(const char *pem)
{
	BIO *b = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);

	BIO_free(b);
	must(key != NULL, "key");
	return key;
}

static SSL_CTX *make_ctx(const struct test_pki *pki, bool want_client)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	X509 *cert = pem_cert(pki->cert_pem), *ca = pem_cert(pki->ca_pem);
	EVP_PKEY *key = pem_key(pki->key_pem);

	must(SSL_CTX_use_certificate(ctx, cert) == 1 && SSL_CTX_use_PrivateKey(ctx, key) == 1,
	     "SSL_CTX_use");
	X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), ca);
	if (want_client)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	X509_free(cert);
	X509_free(ca);
	EVP_PKEY_free(key);
	return ctx;
}
