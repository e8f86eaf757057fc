#include "cli/wholefs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/child.h"

/* Patience with a server that sends a single file. */
#define FILE_TIMEOUT_MS 120000

static const char *absolute(struct sl_arena *a, const char *path)
{
	return sl_arena_printf(a, "/%s", path);
}

static enum sl_kustomize_entry whole_stat(void *ctx, const char *path)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct stat st;

	(void)ctx;
	if (stat(absolute(&a, path), &st) < 0)
		return SL_KUSTOMIZE_NONE;
	return S_ISREG(st.st_mode)   ? SL_KUSTOMIZE_FILE
	       : S_ISDIR(st.st_mode) ? SL_KUSTOMIZE_DIR
				     : SL_KUSTOMIZE_NONE;
}

static int whole_read(void *ctx, const char *path, struct sl_arena *a, struct sl_str *ret_bytes,
		      struct sl_err *err)
{
	SL_AUTO(sl_strbuf) content = SL_STRBUF_INIT(SL_KUSTOMIZE_BYTES_MAX);
	int r = sl_file_read_path(absolute(a, path), &content, err);

	(void)ctx;
	if (r == 0)
		*ret_bytes = sl_arena_str(a, sl_strbuf_str(&content));
	return r;
}

static int whole_list(void *ctx, const char *path, void (*each)(void *arg, const char *name),
		      void *arg, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	SL_AUTO_FD int fd = -1;
	int r = sl_dir_open(absolute(&a, path), &fd, err);

	(void)ctx;
	if (r == 0)
		r = sl_dir_list(fd, ".", &names, err);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		each(arg, names.v[i]);
	return r;
}

static int whole_real(void *ctx, const char *path, struct sl_arena *a, const char **ret_path,
		      struct sl_err *err)
{
	const char *full = absolute(a, path);
	SL_AUTO_FREE char *real = realpath(full, NULL);

	(void)ctx;
	if (!real)
		return sl_err_errno(err, errno, "follow %s", full);
	*ret_path = sl_arena_strdup(a, real + 1);
	return 0;
}

static int run_git(const char *dir, int64_t timeout_ms, const char *const *argv, struct sl_err *err)
{
	const struct sl_cli_program git = {
		.argv = argv, .dir = dir, .timeout_ms = timeout_ms, .out_fd = -1
	};

	return sl_cli_program_run(&git, err);
}

/* The commands that kustomize runs: only the commit that is wanted is fetched. */
static int clone_into(const char *dir, const char *url, const char *ref, int64_t timeout_ms,
		      bool submodules, struct sl_err *err)
{
	const char *const commands[][8] = {
		{ "git", "init", NULL },
		{ "git", "remote", "add", "origin", url, NULL },
		{ "git", "fetch", "--depth=1", url, ref, NULL },
		{ "git", "checkout", "FETCH_HEAD", NULL },
		{ "git", "submodule", "update", "--init", "--recursive", NULL },
	};
	size_t n = SL_ARRAY_LEN(commands) - (submodules ? 0 : 1);
	int r = 0;

	/* Git would take it for an option, and some options run programs. */
	if (*ref == '-' || *url == '-')
		return sl_err_set(err, SL_ERR_INVALID, "'%s' is no name of a branch, tag or commit",
				  *ref == '-' ? ref : url);
	for (size_t i = 0; i < n && r == 0; i++)
		r = run_git(dir, timeout_ms, commands[i], err);
	return r;
}

/* sluice-remote has the HTTP client. */
static int fetch_file(const char *dir, const char *url, const char *to, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	char *remote;
	int r = sl_cli_remote_path(&a, &remote, err);

	if (r < 0)
		return r;
	const char *const argv[] = { remote, "__fetch", url, NULL };
	SL_AUTO_FD int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	const struct sl_cli_program program = {
		.argv = argv, .dir = dir, .timeout_ms = FILE_TIMEOUT_MS, .out_fd = fd
	};

	if (fd < 0)
		return sl_err_errno(err, errno, "create %s", to);
	return sl_cli_program_run(&program, err);
}

static int whole_fetch(void *ctx, const struct sl_kustomize_remote *remote, struct sl_arena *a,
		       const char **ret_path, struct sl_err *err)
{
	struct sl_cli_wholefs *w = ctx;
	const struct sl_kustomize_repo *repo = remote->repo;
	int r = w->fetched.path ? 0 : sl_tmpdir_create("sluice-build", &w->fetched, err);

	if (r < 0)
		return r;
	const char *to = sl_arena_printf(a, "%s/%zu", w->fetched.path, w->count++);

	if (repo) {
		if (mkdir(to, 0700) < 0)
			return sl_err_errno(err, errno, "create %s", to);
		r = clone_into(to, sl_arena_printf(a, "%.*s", SL_STR_FMT(repo->clone)),
			       repo->ref.n ? sl_arena_printf(a, "%.*s", SL_STR_FMT(repo->ref))
					   : "HEAD",
			       repo->timeout_ms, repo->submodules, err);
	} else {
		r = fetch_file(w->fetched.path, remote->url, to, err);
	}
	if (r == 0)
		*ret_path = to + 1;
	return r;
}

struct sl_kustomize_fs sl_cli_wholefs(struct sl_cli_wholefs *w)
{
	return (struct sl_kustomize_fs){ .ctx = w,
					 .stat = whole_stat,
					 .read = whole_read,
					 .list = whole_list,
					 .fetch = whole_fetch,
					 .real = whole_real };
}

void sl_cli_wholefs_release(struct sl_cli_wholefs *w)
{
	sl_tmpdir_release(&w->fetched);
}
