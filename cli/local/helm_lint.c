#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/helmfs.h"
#include "cli/helmhost.h"
#include "cli/helmvalues.h"
#include "cli/local/helm.h"
#include "cli/local/helm_load.h"
#include "cli/local/programs.h"
#include "cli/report.h"
#include "libcommon/base/file.h"
#include "libcommon/render/helm/lint.h"

#define SUBCHARTS_DEPTH_MAX 64

/* One run over all charts. */
struct run {
	const struct sl_cli_args *args;
	struct sl_arena *a;
	struct sl_go_map *values;
	struct sl_helm_kube_version kube_version;
	struct sl_strvec paths;
	size_t failed, flawed;
	struct sl_strbuf *out;
};

static bool is_archive(const char *path)
{
	return sl_str_ends(sl_str(path), SL_STR(".tgz")) ||
	       sl_str_ends(sl_str(path), SL_STR(".tar.gz"));
}

/* ---- one chart ---- */

/* An archive is looked at as the files that it unpacks to, which are kept in memory. */
struct archive {
	const struct sl_helm_chart *chart;
};

static struct sl_str below_root(const char *path)
{
	struct sl_str s = sl_str(path);

	sl_str_cut_prefix(&s, SL_STR("/chart"));
	sl_str_cut_prefix(&s, SL_STR("/"));
	return s;
}

static int archive_stat(void *ctx, const char *path, enum sl_helm_entry *ret, struct sl_err *err)
{
	const struct archive *archive = ctx;
	struct sl_str name = below_root(path);

	for (size_t i = 0; i < archive->chart->raw_count; i++) {
		const struct sl_helm_file *f = &archive->chart->raw[i];
		struct sl_str rest = f->name;

		*ret = SL_HELM_FILE;
		if (sl_str_eq(f->name, name))
			return 0;
		*ret = SL_HELM_DIR;
		if (name.n == 0 ||
		    (sl_str_cut_prefix(&rest, name) && sl_str_starts(rest, SL_STR("/"))))
			return 0;
	}
	return sl_cli_go_fail(err, ENOENT, "lstat", path);
}

/* Each name once, at its first file. */
static int archive_list(void *ctx, const char *path,
			void (*each)(void *arg, const char *name, enum sl_helm_entry entry),
			void *arg, struct sl_err *err)
{
	const struct archive *archive = ctx;
	struct sl_str name = below_root(path);
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;

	(void)err;
	for (size_t i = 0; i < archive->chart->raw_count; i++) {
		struct sl_str rest = archive->chart->raw[i].name, part;

		if (name.n > 0 &&
		    (!sl_str_cut_prefix(&rest, name) || !sl_str_cut_prefix(&rest, SL_STR("/"))))
			continue;
		if (sl_str_split(&rest, '/', &part) && part.n > 0 &&
		    !sl_strvec_contains(&names, part))
			sl_strvec_push_str(&names, part);
	}
	for (size_t i = 0; i < names.n; i++)
		each(arg, names.v[i], SL_HELM_UNKNOWN);
	return 0;
}

static int archive_read(void *ctx, const char *path, size_t max, struct sl_arena *a,
			struct sl_str *ret_bytes, struct sl_err *err)
{
	const struct archive *archive = ctx;
	struct sl_str name = below_root(path);

	(void)max;
	(void)a;
	for (size_t i = 0; i < archive->chart->raw_count; i++)
		if (sl_str_eq(archive->chart->raw[i].name, name)) {
			*ret_bytes = archive->chart->raw[i].data;
			return 0;
		}
	return sl_cli_go_fail(err, ENOENT, "open", path);
}

static int lint_archive(struct run *r, const char *path, const struct sl_helm_host *host,
			struct sl_helm_lint *l, struct sl_err *err)
{
	struct sl_helm_chart *chart;
	struct archive archive;
	struct sl_helm_fs fs = {
		.ctx = &archive, .stat = archive_stat, .list = archive_list, .read = archive_read
	};
	int code = sl_cli_helm_load(r->a, path, host, &chart, err);

	if (code < 0) {
		sl_err_wrap(err, "unable to extract tarball");
		return code;
	}
	archive.chart = chart;
	return sl_helm_lint_dir(r->a, &fs, "/chart", host, l, err);
}

static int lint_dir(struct run *r, const char *path, const struct sl_helm_host *host,
		    struct sl_helm_lint *l, struct sl_err *err)
{
	const char *definition =
		sl_cli_helm_clean(r->a, sl_arena_printf(r->a, "%s/Chart.yaml", path));
	SL_AUTO_FREE char *cwd = getcwd(NULL, 0);
	SL_AUTO(sl_cli_dirtrail) trail = SL_CLI_DIRTRAIL_INIT;
	const struct sl_helm_fs fs = sl_cli_helmfs(&trail);
	struct stat st;

	if (stat(definition, &st) < 0) {
		int code = sl_cli_go_fail(err, errno, "stat", definition);

		sl_err_wrap(err, "unable to check Chart.yaml file in chart");
		return code;
	}
	if (!cwd)
		return sl_err_errno(err, errno, "find the working directory");
	path = sl_cli_helm_clean(r->a,
				 *path == '/' ? path : sl_arena_printf(r->a, "%s/%s", cwd, path));
	return sl_helm_lint_dir(r->a, &fs, path, host, l, err);
}

static void lint_one(struct run *r, const char *path)
{
	const struct sl_helm_host host = sl_cli_helm_host(false);
	bool quiet = sl_cli_bool(r->args, "quiet"), failed = false, flawed = false;
	enum sl_helm_severity tolerated =
		sl_cli_bool(r->args, "strict") ? SL_HELM_INFO : SL_HELM_WARNING;
	struct sl_helm_lint l = { .values = r->values,
				  .namespace_ = sl_cli_helm_namespace(r->a, r->args),
				  .kube_version = r->kube_version,
				  .skip_schema = sl_cli_bool(r->args, "skip-schema-validation") };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	int code = is_archive(path) ? lint_archive(r, path, &host, &l, &err)
				    : lint_dir(r, path, &host, &l, &err);

	failed = code < 0;
	for (size_t i = 0; i < l.count; i++) {
		failed |= l.messages[i].severity > tolerated;
		flawed |= l.messages[i].severity > SL_HELM_INFO;
	}
	flawed |= failed;
	r->failed += failed;
	r->flawed += flawed;
	if (quiet && !flawed)
		return;
	sl_strbuf_addf(r->out, "==> Linting %s\n", path);
	if (code < 0)
		sl_strbuf_addf(r->out, "Error %s\n", err.message);
	for (size_t i = 0; i < l.count; i++) {
		if (quiet && l.messages[i].severity == SL_HELM_INFO)
			continue;
		sl_helm_lint_text(&l.messages[i], r->out);
		sl_strbuf_addc(r->out, '\n');
	}
	sl_strbuf_addc(r->out, '\n');
}

/* ---- all of them ---- */

/* Charts below a directory, in the order of a walk by name. */
static void add_subcharts(struct run *r, const char *dir, int depth)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	SL_AUTO_FD int fd = -1;

	if (depth > SUBCHARTS_DEPTH_MAX || sl_dir_open(dir, &fd, NULL) < 0 ||
	    sl_dir_list(fd, ".", &names, NULL) < 0)
		return;
	for (size_t i = 0; i < names.n; i++) {
		const char *path = sl_arena_printf(r->a, "%s/%s", dir, names.v[i]);
		struct stat st;

		if (sl_streq(names.v[i], "Chart.yaml"))
			sl_strvec_push(&r->paths, dir);
		else if (is_archive(path))
			sl_strvec_push(&r->paths, path);
		if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			add_subcharts(r, path, depth + 1);
	}
}

static int lint_all(struct run *r, struct sl_err *err)
{
	int code = sl_cli_helm_kube_version(r->a, r->args, &r->kube_version, err);

	for (size_t i = 0; i < r->args->words.n; i++)
		sl_strvec_push(&r->paths, r->args->words.v[i]);
	if (r->paths.n == 0)
		sl_strvec_push(&r->paths, ".");
	if (sl_cli_bool(r->args, "with-subcharts"))
		for (size_t i = 0, n = r->paths.n; i < n; i++)
			add_subcharts(r,
				      sl_cli_helm_clean(r->a, sl_arena_printf(r->a, "%s/charts",
									      r->paths.v[i])),
				      0);
	if (code == 0)
		code = sl_cli_helm_values(r->a, r->args, &r->values, err);
	if (code < 0)
		return code;
	for (size_t i = 0; i < r->paths.n; i++)
		lint_one(r, r->paths.v[i]);
	if (r->failed == 0 && (!sl_cli_bool(r->args, "quiet") || r->flawed > 0))
		sl_strbuf_addf(r->out, "%zu chart(s) linted, 0 chart(s) failed\n", r->paths.n);
	code = sl_cli_print(r->out, err);
	if (code == 0 && r->failed > 0)
		return sl_err_set(err, SL_ERR_INVALID, "%zu chart(s) linted, %zu chart(s) failed",
				  r->paths.n, r->failed);
	return code;
}

int sl_cli_local_helm_lint(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(SL_HELM_ARENA_MAX);
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);
	struct run r = { .args = args, .a = &a, .out = &out };
	int code = lint_all(&r, err);

	(void)argv;
	sl_strvec_release(&r.paths);
	return code < 0 ? sl_cli_helm_fail(err) : 0;
}
