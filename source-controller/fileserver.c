#include "source-controller/fileserver.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/base/file.h"
#include "libcommon/net/httpd.h"
#include "libcommon/net/httpd_parse.h"
#include "source-controller/storage_parts.h"

#define TEXT "text/plain; charset=utf-8"
#define ETAG_SIZE 64

struct sc_fileserver {
	int root;
	struct sl_httpd *httpd;
};

static const struct {
	const char *suffix, *type;
} types[] = {
	{ ".tar.gz", "application/gzip" }, { ".tgz", "application/gzip" },
	{ ".gz", "application/gzip" },	   { ".tar", "application/x-tar" },
	{ ".yaml", "application/yaml" },   { ".yml", "application/yaml" },
	{ ".json", "application/json" },   { ".txt", TEXT },
};

static const char *type_of(struct sl_str path)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(types); i++)
		if (sl_str_ends(path, sl_str(types[i].suffix)))
			return types[i].type;
	return "application/octet-stream";
}

static void not_found(struct sl_httpd_request *req)
{
	sl_httpd_reply(req, 404, TEXT, SL_STR("404 page not found\n"));
}

/* From "/a//b" to "a/b". False when some part of it is not for others. */
static bool make_relative(struct sl_str path, struct sl_strbuf *out)
{
	struct sl_str part = SL_STR_NULL;

	while (sl_str_split(&path, '/', &part)) {
		if (!part.n)
			continue;
		if (part.p[0] == '.')
			return false;
		if (out->n)
			sl_strbuf_addc(out, '/');
		sl_strbuf_adds(out, part);
	}
	/* A slash at the end names a directory. */
	return part.n && !sl_str_ends(part, SL_STR(SC_LOCK_SUFFIX)) && !out->failed;
}

struct resource {
	int fd;
	uint64_t size;
	int64_t modified; /* seconds since 1970 */
	char etag[ETAG_SIZE];
	const char *type;
};

/* The status of a failure, or 0. */
static unsigned open_resource(const struct sc_fileserver *s, struct sl_str raw,
			      struct resource *ret)
{
	SL_AUTO(sl_strbuf) path = SL_STRBUF_INIT(SL_HTTP_PATH_MAX);
	SL_AUTO(sl_strbuf) relative = SL_STRBUF_INIT(SL_HTTP_PATH_MAX);
	SL_AUTO_FD int fd = -1;
	struct stat st;
	int r;

	if (sl_http_path_decode(raw, &path, NULL) < 0 ||
	    !make_relative(sl_strbuf_str(&path), &relative))
		return 404;
	r = sl_open_beneath(s->root, relative.p, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, &fd, NULL);
	if (r < 0)
		return r == SL_ERR_IO ? 500 : 404;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 404;
	*ret = (struct resource){
		.fd = fd,
		.size = (uint64_t)st.st_size,
		.modified = (int64_t)st.st_mtim.tv_sec,
		.type = type_of(sl_strbuf_str(&relative)),
	};
	snprintf(ret->etag, sizeof(ret->etag), "\"%llx-%llx%09lx-%llx\"",
		 (unsigned long long)st.st_ino, (unsigned long long)st.st_mtim.tv_sec,
		 (unsigned long)st.st_mtim.tv_nsec, (unsigned long long)st.st_size);
	fd = -1;
	return 0;
}

/* RFC 9110 section 13.2.2: the tag, when there is one, decides alone. */
static bool is_unchanged(const struct sl_httpd_request *req, const struct resource *f)
{
	struct sl_str tags = sl_httpd_header(req, "If-None-Match");
	int64_t since;

	if (tags.p)
		return sl_http_etag_listed(tags, sl_str(f->etag));
	return sl_http_date_parse(sl_httpd_header(req, "If-Modified-Since"), &since) &&
	       f->modified <= since;
}

/* The Range header, unless If-Range makes it void. */
static struct sl_str wanted_range(const struct sl_httpd_request *req, const struct resource *f)
{
	struct sl_str condition = sl_httpd_header(req, "If-Range");
	int64_t date;

	if (!condition.n || sl_str_eqz(condition, f->etag) ||
	    (sl_http_date_parse(condition, &date) && date == f->modified))
		return sl_httpd_header(req, "Range");
	return SL_STR_NULL;
}

static void send_resource(struct sl_httpd_request *req, const struct resource *f)
{
	uint64_t from = 0, count = f->size;
	char range[80];

	switch (sl_http_range_parse(wanted_range(req, f), f->size, &from, &count)) {
	case SL_HTTP_RANGE_WHOLE:
		sl_httpd_reply_fd(req, 200, f->type, f->fd, 0, f->size);
		return;
	case SL_HTTP_RANGE_PART:
		snprintf(range, sizeof(range), "bytes %llu-%llu/%llu", (unsigned long long)from,
			 (unsigned long long)(from + count - 1), (unsigned long long)f->size);
		sl_httpd_add_header(req, "Content-Range", range);
		sl_httpd_reply_fd(req, 206, f->type, f->fd, from, count);
		return;
	case SL_HTTP_RANGE_UNSATISFIABLE:
		(void)close(f->fd);
		snprintf(range, sizeof(range), "bytes */%llu", (unsigned long long)f->size);
		sl_httpd_add_header(req, "Content-Range", range);
		sl_httpd_reply(req, 416, TEXT, SL_STR("invalid range\n"));
		return;
	}
}

static void serve(void *ctx, struct sl_httpd_request *req)
{
	const struct sc_fileserver *s = ctx;
	char date[SL_HTTP_DATE_SIZE];
	struct resource f;
	unsigned status;

	if (sl_str_eqz(sl_httpd_path(req), "/")) {
		sl_httpd_reply(req, 200, "text/html; charset=utf-8", SL_STR("<pre>\n</pre>\n"));
		return;
	}
	status = open_resource(s, sl_httpd_path(req), &f);
	if (status == 404) {
		not_found(req);
		return;
	}
	if (status) {
		sl_httpd_reply(req, status, TEXT, SL_STR("Internal Server Error\n"));
		return;
	}
	sl_http_date_format(f.modified, date);
	sl_httpd_add_header(req, "ETag", f.etag);
	sl_httpd_add_header(req, "Last-Modified", date);
	if (is_unchanged(req, &f)) {
		(void)close(f.fd);
		sl_httpd_reply(req, 304, NULL, SL_STR_NULL);
		return;
	}
	sl_httpd_add_header(req, "Accept-Ranges", "bytes");
	send_resource(req, &f);
}

static const struct sl_httpd_route routes[] = {
	{ "/", true, SL_HTTPD_GET, serve },
};

int sc_fileserver_start(int root_fd, const char *addr, struct sc_fileserver **ret_server,
			struct sl_err *err)
{
	SL_AUTO_PTR(sc_fileserver) *s = sl_xcalloc(1, sizeof(*s));
	const struct sl_httpd_config config = {
		.addr = addr,
		.routes = routes,
		.route_count = SL_ARRAY_LEN(routes),
		.ctx = s,
	};
	int r;

	s->root = root_fd;
	r = sl_httpd_start(&config, &s->httpd, err);
	if (!r)
		*ret_server = SL_STEAL(s);
	return r;
}

uint16_t sc_fileserver_port(const struct sc_fileserver *s)
{
	return sl_httpd_port(s->httpd);
}

void sc_fileserver_stop(struct sc_fileserver *s)
{
	sl_httpd_stop(s->httpd, SC_FILESERVER_GRACE_MS);
}

void sc_fileserver_free(struct sc_fileserver *s)
{
	if (!s)
		return;
	sl_httpd_free(s->httpd);
	free(s);
}
