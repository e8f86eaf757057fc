#include "cli/helmhost.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "libcommon/base/parallel.h"
#include "libcommon/lang/template/template.h"

#define LINE_BYTES_MAX ((size_t)64 << 20)
#define ZONE_BYTES_MAX ((size_t)1 << 20)

static int64_t now_ns(void *data)
{
	struct timespec t;

	(void)data;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int random_bytes(void *data, void *buf, size_t n, struct sl_err *err)
{
	char *p = buf;

	(void)data;
	while (n) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0 && errno != EINTR)
			return sl_err_errno(err, errno, "get random bytes");
		if (got > 0) {
			p += got;
			n -= (size_t)got;
		}
	}
	return 0;
}

static int read_zone(struct sl_arena *a, const char *path, struct sl_str *ret, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) content = SL_STRBUF_INIT(ZONE_BYTES_MAX);
	int r = sl_file_read_path(path, &content, err);

	if (r == 0)
		*ret = sl_arena_str(a, sl_strbuf_str(&content));
	return r;
}

/* A name that leaves the directory is none. */
static bool is_zone_name(struct sl_str name)
{
	return name.n && name.p[0] != '/' && name.p[0] != '\\' &&
	       sl_str_find(name, SL_STR("..")) < 0;
}

static int zone(void *data, struct sl_arena *a, struct sl_str name, struct sl_str *ret_tzif,
		struct sl_err *err)
{
	const char *tz = getenv("TZ"), *own = getenv("ZONEINFO");

	(void)data;
	if (sl_str_eqz(name, "Local")) {
		if (!tz)
			return read_zone(a, "/etc/localtime", ret_tzif, err);
		if (*tz == ':')
			tz++;
		if (*tz == '/')
			return read_zone(a, tz, ret_tzif, err);
		name = sl_str(tz);
	}
	if (!is_zone_name(name))
		return sl_err_set(err, SL_ERR_NOT_FOUND, "unknown time zone %.*s",
				  SL_STR_FMT(name));
	if (own &&
	    read_zone(a, sl_arena_printf(a, "%s/%.*s", own, SL_STR_FMT(name)), ret_tzif, NULL) == 0)
		return 0;
	if (read_zone(a, sl_arena_printf(a, "/usr/share/zoneinfo/%.*s", SL_STR_FMT(name)), ret_tzif,
		      NULL) == 0)
		return 0;
	return sl_err_set(err, SL_ERR_NOT_FOUND, "unknown time zone %.*s", SL_STR_FMT(name));
}

void sl_cli_helm_log(const char *line)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(LINE_BYTES_MAX);

	sl_strbuf_addf(&text, "%s\n", line);
	(void)!sl_fd_write_all(STDERR_FILENO, sl_strbuf_str(&text), "standard error", NULL);
}

static void log_line(void *data, const char *line)
{
	(void)data;
	sl_cli_helm_log(line);
}

static int resolve_host(void *data, struct sl_str host, struct sl_arena *a, struct sl_str *ret,
			struct sl_err *err)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char text[NI_MAXHOST];

	(void)data;
	(void)err;
	*ret = SL_STR_NULL;
	if (getaddrinfo(sl_arena_str(a, host).p, NULL, &hints, &found) != 0)
		return 0;
	if (getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof(text), NULL, 0,
			NI_NUMERICHOST) == 0)
		*ret = sl_arena_str(a, sl_str(text));
	freeaddrinfo(found);
	return 0;
}

struct sl_helm_host sl_cli_helm_host(bool dns)
{
	return (struct sl_helm_host){
		.go = { .now_ns = now_ns, .random = random_bytes, .zone = zone },
		.log = log_line,
		.resolve = dns ? resolve_host : NULL,
		.parallel = sl_parallel_for,
	};
}

size_t sl_cli_helm_stack(void)
{
	struct rlimit given;

	/* A quarter stays for functions, as it does of what a main thread has by default. */
	if (getrlimit(RLIMIT_STACK, &given) < 0 || given.rlim_cur == RLIM_INFINITY ||
	    given.rlim_cur / 4 * 3 > SL_TMPL_STACK_MAIN)
		return SL_TMPL_STACK_MAIN;
	return given.rlim_cur / 4 * 3;
}
