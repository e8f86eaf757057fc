#include "libcommon/net/httpd.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "libcommon/base/strbuf.h"
#include "libcommon/net/httpd_parse.h"

#define BACKLOG 256
#define TEXT "text/plain; charset=utf-8"

struct sl_httpd {
	struct MHD_Daemon *daemon;
	struct sl_httpd_config config;
	uint16_t port;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t idle;  /* signalled when the last request ends */
	unsigned active;      /* requests that have begun and not ended */
	bool stopping;
};

struct header {
	char *name, *value;
};

struct sl_httpd_request {
	struct sl_httpd *server;
	struct MHD_Connection *connection;
	const struct sl_httpd_route *route;
	const char *path;
	bool is_post;
	struct sl_strbuf body;
	uint64_t discarded;
	struct header *headers;
	size_t header_count, header_cap;
	bool answered;
	enum MHD_Result result; /* of queueing the answer */
};

static void request_free(struct sl_httpd_request *req)
{
	sl_strbuf_release(&req->body);
	for (size_t i = 0; i < req->header_count; i++) {
		free(req->headers[i].name);
		free(req->headers[i].value);
	}
	free(req->headers);
	free(req);
}

bool sl_httpd_is_post(const struct sl_httpd_request *req)
{
	return req->is_post;
}

struct sl_str sl_httpd_path(const struct sl_httpd_request *req)
{
	return sl_str(req->path);
}

struct sl_str sl_httpd_header(const struct sl_httpd_request *req, const char *name)
{
	const char *value = NULL;
	size_t n = 0;

	if (MHD_lookup_connection_value_n(req->connection, MHD_HEADER_KIND, name, strlen(name),
					  &value, &n) != MHD_YES)
		return SL_STR_NULL;
	return (struct sl_str){ value, n };
}

struct sl_str sl_httpd_body(const struct sl_httpd_request *req)
{
	return sl_strbuf_str(&req->body);
}

void sl_httpd_add_header(struct sl_httpd_request *req, const char *name, const char *value)
{
	req->headers =
		sl_grow(req->headers, req->header_count, &req->header_cap, sizeof(*req->headers));
	req->headers[req->header_count++] = (struct header){
		.name = sl_xstrdup(name),
		.value = sl_xstrdup(value),
	};
}

static bool is_stopping(struct sl_httpd *s)
{
	bool stopping;

	pthread_mutex_lock(&s->lock);
	stopping = s->stopping;
	pthread_mutex_unlock(&s->lock);
	return stopping;
}

/* Queue `response`, which is consumed; NULL when libmicrohttpd could not make it. */
static void answer(struct sl_httpd_request *req, unsigned status, const char *type,
		   struct MHD_Response *response)
{
	if (!response || req->answered) {
		if (response)
			MHD_destroy_response(response);
		return;
	}
	req->answered = true;
	if (type)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	for (size_t i = 0; i < req->header_count; i++)
		(void)MHD_add_response_header(response, req->headers[i].name,
					      req->headers[i].value);
	if (is_stopping(req->server))
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	req->result = MHD_queue_response(req->connection, status, response);
	MHD_destroy_response(response);
}

void sl_httpd_reply_take(struct sl_httpd_request *req, unsigned status, const char *type,
			 char *body, size_t n)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(n, body, MHD_RESPMEM_MUST_FREE);

	if (!r)
		free(body);
	answer(req, status, type, r);
}

void sl_httpd_reply(struct sl_httpd_request *req, unsigned status, const char *type,
		    struct sl_str body)
{
	sl_httpd_reply_take(req, status, type, sl_xmemdup0(body.p, body.n), body.n);
}

void sl_httpd_reply_fd(struct sl_httpd_request *req, unsigned status, const char *type, int fd,
		       uint64_t from, uint64_t count)
{
	struct MHD_Response *r = MHD_create_response_from_fd_at_offset64(count, fd, from);

	if (!r)
		(void)close(fd);
	answer(req, status, type, r);
}

/* As Go's http.Error, whose words clients may look for. */
static void refuse(struct sl_httpd_request *req, unsigned status, const char *text)
{
	sl_httpd_add_header(req, "X-Content-Type-Options", "nosniff");
	sl_httpd_reply(req, status, TEXT, sl_str(text));
}

static const struct sl_httpd_route *find_route(const struct sl_httpd *s, struct sl_str path)
{
	for (size_t i = 0; i < s->config.route_count; i++) {
		const struct sl_httpd_route *r = &s->config.routes[i];

		if (r->prefix ? sl_str_starts(path, sl_str(r->path)) : sl_str_eqz(path, r->path))
			return r;
	}
	return NULL;
}

static void refuse_method(struct sl_httpd_request *req)
{
	static const char *const allowed[] = {
		[SL_HTTPD_GET] = "GET, HEAD",
		[SL_HTTPD_POST] = "POST",
		[SL_HTTPD_GET | SL_HTTPD_POST] = "GET, HEAD, POST",
	};

	sl_httpd_add_header(req, "Allow", allowed[req->route->methods & 3]);
	refuse(req, MHD_HTTP_METHOD_NOT_ALLOWED, "Method Not Allowed\n");
}

/* The body claims more than is allowed: say so before it is sent. */
static bool claims_too_much(const struct sl_httpd_request *req)
{
	uint64_t n;

	return sl_str_to_u64(sl_httpd_header(req, "Content-Length"), UINT64_MAX, &n) &&
	       n > req->body.max;
}

/* The first sight of a request: headers are there, the body is not. */
static enum MHD_Result begin(struct sl_httpd *s, struct MHD_Connection *connection, const char *url,
			     const char *method, void **con_cls)
{
	struct sl_httpd_request *req = sl_xcalloc(1, sizeof(*req));
	bool is_get = !strcmp(method, "GET") || !strcmp(method, "HEAD");

	req->server = s;
	req->connection = connection;
	req->path = url;
	req->is_post = !strcmp(method, "POST");
	req->result = MHD_YES;
	sl_strbuf_init(&req->body, s->config.body_max);
	*con_cls = req;
	pthread_mutex_lock(&s->lock);
	s->active++;
	pthread_mutex_unlock(&s->lock);

	req->route = find_route(s, sl_str(url));
	if (!req->route)
		refuse(req, MHD_HTTP_NOT_FOUND, "404 page not found\n");
	else if (!(is_get && req->route->methods & SL_HTTPD_GET) &&
		 !(req->is_post && req->route->methods & SL_HTTPD_POST))
		refuse_method(req);
	else if (claims_too_much(req))
		refuse(req, MHD_HTTP_CONTENT_TOO_LARGE, "Request Entity Too Large\n");
	else
		return MHD_YES;
	return req->answered ? req->result : MHD_NO;
}

/* libmicrohttpd calls this first without a body, then for each piece of it, and then to be answered. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_size, void **con_cls)
{
	struct sl_httpd_request *req = *con_cls;

	(void)version;
	if (!req)
		return begin(cls, connection, url, method, con_cls);
	if (*upload_size) {
		sl_strbuf_add(&req->body, upload, *upload_size);
		if (req->body.failed)
			req->discarded += *upload_size;
		*upload_size = 0;
		return req->discarded > SL_HTTPD_DISCARD_MAX ? MHD_NO : MHD_YES;
	}
	if (req->answered)
		return req->result;
	if (req->body.failed)
		refuse(req, MHD_HTTP_CONTENT_TOO_LARGE, "Request Entity Too Large\n");
	else
		req->route->handler(req->server->config.ctx, req);
	if (!req->answered)
		refuse(req, MHD_HTTP_INTERNAL_SERVER_ERROR, "Internal Server Error\n");
	return req->result;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **con_cls,
			 enum MHD_RequestTerminationCode why)
{
	struct sl_httpd *s = cls;

	(void)connection;
	(void)why;
	if (!*con_cls)
		return;
	request_free(*con_cls);
	*con_cls = NULL;
	pthread_mutex_lock(&s->lock);
	if (!--s->active)
		pthread_cond_broadcast(&s->idle);
	pthread_mutex_unlock(&s->lock);
}

/* Paths stay as sent: what "%2f" and "%00" mean is decided by who opens files. */
static size_t keep_escapes(void *cls, struct MHD_Connection *connection, char *s)
{
	(void)cls;
	(void)connection;
	return strlen(s);
}

/* Bind one address. -1 with errno when that fails. */
static int bind_one(const struct addrinfo *a)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1, off = 0, saved;

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (a->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (!bind(fd, a->ai_addr, a->ai_addrlen) && !listen(fd, BACKLOG))
		return fd;
	saved = errno;
	(void)close(fd);
	errno = saved;
	return -1;
}

static int resolve(const struct sl_listen_addr *addr, int family, struct addrinfo **ret)
{
	const struct addrinfo hints = {
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		.ai_family = family,
		.ai_socktype = SOCK_STREAM,
	};
	char port[8];

	snprintf(port, sizeof(port), "%u", addr->port);
	return getaddrinfo(addr->host[0]	? addr->host
			   : family == AF_INET6 ? "::"
						: "0.0.0.0",
			   port, &hints, ret);
}

static int open_listener(const char *text, int *ret_fd, struct sl_err *err)
{
	/* Without a host: IPv6, which takes IPv4 as well, then IPv4 alone. */
	static const int every[] = { AF_INET6, AF_INET }, any[] = { AF_UNSPEC };
	struct sl_listen_addr addr;
	struct addrinfo *found = NULL;
	int r = sl_listen_addr_parse(sl_str(text), &addr, err), fd = -1, problem = 0;
	bool named = addr.host[0];

	if (r < 0)
		return r;
	for (size_t i = 0; i < (named ? SL_ARRAY_LEN(any) : SL_ARRAY_LEN(every)) && fd < 0; i++) {
		r = resolve(&addr, named ? any[i] : every[i], &found);
		if (r)
			continue;
		for (const struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
			fd = bind_one(a);
			problem = fd < 0 ? errno : 0;
		}
		freeaddrinfo(found);
	}
	if (fd < 0 && problem == EADDRINUSE)
		return sl_err_set(err, SL_ERR_EXISTS, "listen on %s: address already in use", text);
	if (fd < 0 && problem)
		return sl_err_errno(err, problem, "listen on %s", text);
	if (fd < 0)
		return sl_err_set(err, SL_ERR_NOT_FOUND, "listen on %s: %s", text, gai_strerror(r));
	*ret_fd = fd;
	return 0;
}

static uint16_t port_of(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} a = { 0 };
	socklen_t n = sizeof(a);

	if (getsockname(fd, &a.any, &n) < 0)
		return 0;
	return ntohs(a.any.sa_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
}

static void fill_defaults(struct sl_httpd_config *c)
{
	if (!c->body_max)
		c->body_max = SL_HTTPD_BODY_MAX_DEFAULT;
	if (!c->connections_max)
		c->connections_max = SL_HTTPD_CONNECTIONS_DEFAULT;
	if (!c->timeout_s)
		c->timeout_s = SL_HTTPD_TIMEOUT_S_DEFAULT;
	if (!c->threads)
		c->threads = 1;
}

static struct sl_httpd *server_new(const struct sl_httpd_config *config)
{
	struct sl_httpd *s = sl_xcalloc(1, sizeof(*s));
	pthread_condattr_t attr;

	s->config = *config;
	fill_defaults(&s->config);
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->idle, &attr);
	pthread_condattr_destroy(&attr);
	return s;
}

int sl_httpd_start(const struct sl_httpd_config *config, struct sl_httpd **ret_server,
		   struct sl_err *err)
{
	SL_AUTO_PTR(sl_httpd) *s = server_new(config);
	int fd = -1, r = open_listener(config->addr, &fd, err);
	/* The pool's size may be given only when there is a pool. */
	struct MHD_OptionItem pool[] = {
		{ MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)s->config.threads, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	if (r < 0)
		return r;
	s->port = port_of(fd);
	s->daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, on_request, s,
		MHD_OPTION_LISTEN_SOCKET, (MHD_socket)fd, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
		s, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_CONNECTION_LIMIT,
		s->config.connections_max, MHD_OPTION_CONNECTION_TIMEOUT, s->config.timeout_s,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)SL_HTTPD_HEADER_MAX, MHD_OPTION_ARRAY,
		s->config.threads > 1 ? pool : &pool[1], MHD_OPTION_END);
	if (!s->daemon) {
		(void)close(fd);
		return sl_err_set(err, SL_ERR_IO, "the HTTP server on %s does not start",
				  config->addr);
	}
	*ret_server = SL_STEAL(s);
	return 0;
}

uint16_t sl_httpd_port(const struct sl_httpd *s)
{
	return s->port;
}

static struct timespec deadline_in(int64_t ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_sec += (time_t)(ms / 1000);
	ts.tv_nsec += (long)(ms % 1000) * 1000000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_sec++;
		ts.tv_nsec -= 1000000000;
	}
	return ts;
}

void sl_httpd_stop(struct sl_httpd *s, int64_t grace_ms)
{
	struct timespec deadline = deadline_in(grace_ms);
	MHD_socket listener;
	int timed_out = 0;

	if (!s->daemon)
		return;
	listener = MHD_quiesce_daemon(s->daemon);
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	while (s->active && grace_ms > 0 && !timed_out)
		timed_out = pthread_cond_timedwait(&s->idle, &s->lock, &deadline);
	pthread_mutex_unlock(&s->lock);
	MHD_stop_daemon(s->daemon);
	s->daemon = NULL;
	if (listener != MHD_INVALID_SOCKET)
		(void)close(listener);
}

void sl_httpd_free(struct sl_httpd *s)
{
	if (!s)
		return;
	sl_httpd_stop(s, 0);
	pthread_cond_destroy(&s->idle);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
