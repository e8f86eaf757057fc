#include "source-controller/storage.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "libcommon/net/httpd_parse.h"
#include "source-controller/storage_parts.h"

#define HOST_NAME_SIZE 256
#define COPY_CHUNK 65536
/* kind, namespace, name, file */
#define PATH_PARTS 4

static char *url_prefix(const char *adv_addr)
{
	struct sl_str a = sl_str(adv_addr);
	bool verbatim = sl_str_starts(a, SL_STR("http://")) || sl_str_starts(a, SL_STR("https://"));

	while (sl_str_cut_suffix(&a, SL_STR("/")))
		;
	return sl_xasprintf("%s%.*s/", verbatim ? "" : "http://", SL_STR_FMT(a));
}

int sc_storage_open(const struct sc_storage_config *config, struct sc_storage **ret_storage,
		    struct sl_err *err)
{
	SL_AUTO_PTR(sc_storage) *s = sl_xcalloc(1, sizeof(*s));
	int r;

	s->root = -1;
	r = sl_dir_open(config->path, &s->root, err);
	if (r < 0)
		return r;
	s->url_prefix = url_prefix(config->adv_addr);
	s->retention_ttl_ms = config->retention_ttl_ms;
	s->retention_records = config->retention_records;
	r = sc_storage_sweep(s, err);
	if (r < 0)
		return r;
	*ret_storage = SL_STEAL(s);
	return 0;
}

void sc_storage_free(struct sc_storage *s)
{
	if (!s)
		return;
	sl_close_cleanup(&s->root);
	free(s->url_prefix);
	free(s);
}

int sc_storage_root_fd(const struct sc_storage *s)
{
	return s->root;
}

int sc_storage_default_adv_addr(const char *listen_addr, char **ret_addr, struct sl_err *err)
{
	char machine[HOST_NAME_SIZE] = "localhost";
	struct sl_listen_addr a;
	const char *host;
	int r = sl_listen_addr_parse(sl_str(listen_addr), &a, err);

	if (r < 0)
		return r;
	host = a.host[0] ? a.host : "localhost";
	if (!strcmp(host, "0.0.0.0")) {
		const char *env = getenv("HOSTNAME");

		(void)gethostname(machine, sizeof(machine) - 1);
		host = env && *env ? env : machine;
	}
	*ret_addr = sl_xasprintf(strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, a.port);
	return 0;
}

static bool is_part(struct sl_str s)
{
	if (!s.n || s.p[0] == '.' || s.n > NAME_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f || s.p[i] == '/')
			return false;
	return true;
}

static int bad_path(struct sl_err *err, const char *part)
{
	return sl_err_set(err, SL_ERR_INVALID, "'%.300s' cannot be in the path of an artifact",
			  part);
}

int sc_storage_path(const char *kind, const char *namespace_, const char *name, const char *file,
		    char **ret_path, struct sl_err *err)
{
	const char *const parts[PATH_PARTS] = { kind, namespace_, name, file };
	char *path;

	for (size_t i = 0; i < PATH_PARTS; i++)
		if (!is_part(sl_str(parts[i])))
			return bad_path(err, parts[i] ? parts[i] : "");
	path = sl_xasprintf("%s/%s/%s/%s", kind, namespace_, name, file);
	for (char *c = path; *c != '/'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + ('a' - 'A'));
	*ret_path = path;
	return 0;
}

/* Paths also come back from the status of an object, which others can write. */
static int check_path(const char *path, struct sl_err *err)
{
	struct sl_str rest = sl_str(path), part;
	size_t parts = 0;

	while (sl_str_split(&rest, '/', &part))
		if (!is_part(part) || ++parts > PATH_PARTS)
			return bad_path(err, path);
	return parts == PATH_PARTS ? 0 : bad_path(err, path);
}

char *sc_storage_url(const struct sc_storage *s, const char *path)
{
	return sl_xasprintf("%s%s", s->url_prefix, path);
}

int sc_storage_open_dir(struct sc_storage *s, const char *path, bool create, int *ret_fd,
			const char **ret_name, struct sl_err *err)
{
	SL_AUTO_FREE char *dir = NULL;
	int r = check_path(path, err);

	if (r < 0)
		return r;
	*ret_name = strrchr(path, '/') + 1;
	dir = sl_xmemdup0(path, (size_t)(*ret_name - 1 - path));
	if (create)
		r = sl_mkdirs(s->root, dir, 0700, err);
	return r ? r : sl_open_beneath(s->root, dir, O_RDONLY | O_DIRECTORY, 0, ret_fd, err);
}

static void make_temp_name(char name[32])
{
	snprintf(name, 32, SC_TEMP_PREFIX "%016llx",
		 (unsigned long long)sl_random_below(UINT64_MAX));
}

struct sc_storing {
	int dir, fd;
	char temp[32];
	char *name;
	bool committed;
};

int sc_storage_begin(struct sc_storage *s, const char *path, struct sc_storing **ret_storing,
		     struct sl_err *err)
{
	SL_AUTO_PTR(sc_storing) *w = sl_xcalloc(1, sizeof(*w));
	const char *name;
	int r;

	w->dir = w->fd = -1;
	r = sc_storage_open_dir(s, path, true, &w->dir, &name, err);
	if (r < 0)
		return r;
	w->name = sl_xstrdup(name);
	make_temp_name(w->temp);
	w->fd = openat(w->dir, w->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (w->fd < 0)
		return sl_err_errno(err, errno, "create a file beside %s", path);
	*ret_storing = SL_STEAL(w);
	return 0;
}

struct sl_sink sc_storing_sink(struct sc_storing *w)
{
	return sl_sink_fd(&w->fd);
}

int sc_storing_commit(struct sc_storing *w, struct sl_err *err)
{
	if (fdatasync(w->fd) < 0)
		return sl_err_errno(err, errno, "sync %s", w->name);
	if (renameat(w->dir, w->temp, w->dir, w->name) < 0)
		return sl_err_errno(err, errno, "rename to %s", w->name);
	w->committed = true;
	return 0;
}

void sc_storing_free(struct sc_storing *w)
{
	if (!w)
		return;
	if (w->fd >= 0 && !w->committed)
		(void)unlinkat(w->dir, w->temp, 0);
	sl_close_cleanup(&w->fd);
	sl_close_cleanup(&w->dir);
	free(w->name);
	free(w);
}

/* Pull all of `source` through the hasher, and into `sink` unless it has no function. */
static int pump(struct sl_source source, struct sl_sink sink, struct sl_hasher *h,
		uint64_t *ret_bytes, struct sl_err *err)
{
	SL_AUTO_FREE char *chunk = sl_xmalloc(COPY_CHUNK);
	size_t n;
	int r;

	*ret_bytes = 0;
	do {
		r = source.read(source.ctx, chunk, COPY_CHUNK, &n, err);
		if (r < 0)
			return r;
		sl_hasher_update(h, chunk, n);
		*ret_bytes += n;
		if (n && sink.write)
			r = sink.write(sink.ctx, chunk, n, err);
	} while (!r && n);
	return r;
}

int sc_storage_copy(struct sc_storage *s, const char *path, struct sl_source source,
		    enum sl_digest_algo algo, struct sl_digest *ret_digest, uint64_t *ret_bytes,
		    struct sl_err *err)
{
	SL_AUTO_PTR(sc_storing) *w = NULL;
	SL_AUTO(sl_hasher) h = SL_HASHER_INIT;
	struct sl_digest d;
	uint64_t bytes = 0;
	int r = sl_hasher_init(&h, algo, err);

	if (!r)
		r = sc_storage_begin(s, path, &w, err);
	if (!r)
		r = pump(source, sc_storing_sink(w), &h, &bytes, err);
	if (!r)
		r = sl_hasher_finish(&h, &d, err);
	if (!r)
		r = sc_storing_commit(w, err);
	if (r < 0)
		return r;
	*ret_digest = d;
	*ret_bytes = bytes;
	return 0;
}

int sc_storage_link(struct sc_storage *s, const char *path, const char *link_name,
		    struct sl_err *err)
{
	SL_AUTO_FD int dir = -1;
	const char *name;
	char temp[32];
	int r;

	if (!is_part(sl_str(link_name)))
		return bad_path(err, link_name);
	r = sc_storage_open_dir(s, path, true, &dir, &name, err);
	if (r < 0)
		return r;
	make_temp_name(temp);
	if (symlinkat(name, dir, temp) < 0)
		return sl_err_errno(err, errno, "create a link beside %s", path);
	if (renameat(dir, temp, dir, link_name) < 0) {
		r = sl_err_errno(err, errno, "rename to %s", link_name);
		(void)unlinkat(dir, temp, 0);
	}
	return r;
}

int sc_storage_open_file(struct sc_storage *s, const char *path, int *ret_fd, struct sl_err *err)
{
	int r = check_path(path, err);

	return r ? r : sl_open_beneath(s->root, path, O_RDONLY | O_NONBLOCK, 0, ret_fd, err);
}

int sc_storage_verify(struct sc_storage *s, const char *path, const struct sl_digest *want,
		      struct sl_err *err)
{
	SL_AUTO(sl_hasher) h = SL_HASHER_INIT;
	SL_AUTO_FD int fd = -1;
	struct sl_digest got;
	uint64_t bytes;
	int r = sc_storage_open_file(s, path, &fd, err);

	if (!r)
		r = sl_hasher_init(&h, want->algo, err);
	if (!r)
		r = pump(sl_source_fd(&fd), (struct sl_sink){ NULL, NULL }, &h, &bytes, err);
	if (!r)
		r = sl_hasher_finish(&h, &got, err);
	return r ? r : sl_digest_verify(&got, want, path, err);
}
