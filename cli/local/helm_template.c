#include <errno.h>
#include <fcntl.h>
#include <string.h>
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
#include "libcommon/codec/goquote.h"

/* One run. */
struct run {
	const struct sl_cli_args *args;
	struct sl_arena *a;
	struct sl_helm_host host;
	struct sl_str release;
	const char *chart; /* as given */
	struct sl_helm_result result;
	struct sl_strbuf *out;
};

/* ---- names ---- */

static int find_name(struct run *r, struct sl_err *err)
{
	const struct sl_strvec *words = &r->args->words;
	const char *template = sl_cli_string(r->args, "name-template");

	if (words->n == 0)
		return sl_err_set(err, SL_ERR_INVALID,
				  "\"helm template\" requires at least 1 argument\n\nUsage:  helm "
				  "template [NAME] [CHART] [flags]");
	if (words->n > 2) {
		struct sl_strvec rest = { .v = words->v + 2, .n = words->n - 2 };
		SL_AUTO_FREE char *text = sl_strvec_join(&rest, ", ");

		return sl_err_set(err, SL_ERR_INVALID,
				  "expected at most two arguments, unexpected arguments: %s", text);
	}
	r->chart = words->v[words->n - 1];
	if (words->n == 2 && sl_cli_bool(r->args, "generate-name"))
		return sl_err_set(err, SL_ERR_INVALID,
				  "cannot set --generate-name and also specify a name");
	if (words->n == 2 && template && *template)
		return sl_err_set(err, SL_ERR_INVALID,
				  "cannot set --name-template and also specify a name");
	if (template && *template)
		return sl_helm_release_name(r->a, sl_str(template), &r->host.go, &r->release, err);
	r->release = sl_str(words->n == 2 ? words->v[0] : "release-name");
	return 0;
}

/* ---- what needs a cluster ---- */

static int refuse(const struct sl_cli_args *args, struct sl_err *err)
{
	static const char *const programs[] = { "post-renderer", "post-renderer-args", NULL };
	static const char *const cluster[] = { "validate", NULL };
	/* The second half would ask the cluster only where a template looks something up. */
	static const char *const modes[] = { "", "true", "client", "false", "none" };
	const char *mode = sl_cli_string(args, "dry-run");
	int r = sl_cli_helm_refuse(args, programs, "no other program is run", err);

	if (r == 0)
		r = sl_cli_helm_refuse(args, cluster, "it needs a cluster, and none is asked", err);
	if (r < 0 || !mode)
		return r;
	for (size_t i = 0; i < SL_ARRAY_LEN(modes); i++)
		if (sl_streq(mode, modes[i]))
			return 0;
	if (sl_streq(mode, "server"))
		return sl_err_set(err, SL_ERR_UNSUPPORTED,
				  "--dry-run=server is refused: it needs a cluster, and none is "
				  "asked");
	return sl_err_set(
		err, SL_ERR_INVALID,
		"Invalid dry-run flag. Flag must one of the following: false, true, none, "
		"client, server");
}

/* ---- the chart ---- */

static int check_chart(struct run *r, const struct sl_helm_chart *chart, struct sl_err *err)
{
	int code = sl_helm_check_installable(chart, err);

	if (code < 0)
		return code;
	if (chart->metadata->deprecated)
		sl_cli_helm_log("WARNING: This chart is deprecated");
	if (chart->metadata->dependency_count == 0)
		return 0;
	code = sl_helm_check_dependencies(chart, err);
	if (code < 0 && sl_cli_bool(r->args, "dependency-update"))
		sl_err_wrap(err, "--dependency-update is refused: charts are not downloaded");
	else if (code < 0)
		sl_err_wrap(err,
			    "An error occurred while checking for chart dependencies. You may "
			    "need to run `helm dependency build` to fetch missing dependencies");
	return code;
}

static int render(struct run *r, struct sl_err *err)
{
	struct sl_helm_options o = { .release = r->release };
	struct sl_helm_chart *chart = NULL;
	struct sl_go_map *values = NULL;
	const char *path = NULL;
	int code = sl_cli_helm_kube_version(r->a, r->args, &o.kube_version, err);

	if (code == 0)
		code = find_name(r, err);
	if (code == 0)
		code = refuse(r->args, err);
	if (code == 0)
		code = sl_cli_helm_locate(r->a, r->args, r->chart, &path, err);
	if (code == 0)
		code = sl_cli_helm_values(r->a, r->args, &values, err);
	if (code == 0)
		code = sl_cli_helm_load(r->a, path, &r->host, &chart, err);
	if (code == 0)
		code = check_chart(r, chart, err);
	o.release = r->release;
	if (code < 0)
		return code;
	code = sl_helm_check_release_name(r->release, err);
	if (code < 0) {
		SL_AUTO(sl_strbuf) quoted = SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX);

		sl_strbuf_add_goquoted(&quoted, r->release);
		sl_err_wrap(err, "release name %s", quoted.p);
		return code;
	}
	o.api_versions = sl_cli_strings_in(r->a, r->args, "api-versions", &o.api_version_count);
	o.namespace_ = sl_cli_helm_namespace(r->a, r->args);
	o.revision = 1;
	o.is_upgrade = sl_cli_bool(r->args, "is-upgrade");
	o.sub_notes = sl_cli_bool(r->args, "render-subchart-notes");
	o.skip_schema = sl_cli_bool(r->args, "skip-schema-validation");
	o.include_crds = sl_cli_bool(r->args, "include-crds");
	o.stack = sl_cli_helm_stack();
	return sl_helm_render(r->a, chart, values, &o, &r->host, &r->result, err);
}

/* ---- files ---- */

/* mkdir -p, by a path of the user's own. */
static int make_dirs(struct sl_arena *a, const char *path, struct sl_err *err)
{
	char *prefix = sl_arena_strdup(a, path);

	for (char *c = prefix + 1;; c++) {
		bool end = !*c;

		if (*c != '/' && !end)
			continue;
		*c = 0;
		if (mkdir(prefix, 0755) < 0 && errno != EEXIST)
			return sl_cli_go_fail(err, errno, "mkdir", prefix);
		if (end)
			return 0;
		*c = '/';
	}
}

/* The name is the chart's: nothing may be written elsewhere than below the directory. */
static int write_file(struct run *r, const char *dir, struct sl_str name, struct sl_str text,
		      bool append, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) content = SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX);
	const char *file = sl_arena_str(r->a, name).p;
	ptrdiff_t slash = sl_str_rchr(name, '/');
	struct sl_str parent = sl_str_sub(name, 0, slash < 0 ? 0 : (size_t)slash);
	SL_AUTO_FD int dir_fd = -1;
	SL_AUTO_FD int fd = -1;
	int code = make_dirs(r->a, dir, err);

	if (code == 0)
		code = sl_dir_open(dir, &dir_fd, err);
	if (code == 0)
		code = sl_mkdirs(dir_fd, sl_arena_str(r->a, parent).p, 0755, err);
	if (code == 0)
		code = sl_open_beneath(dir_fd, file,
				       O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), 0666,
				       &fd, err);
	if (code < 0)
		return code;
	sl_strbuf_addf(&content, "---\n# Source: %s\n", file);
	sl_strbuf_adds(&content, text);
	sl_strbuf_addc(&content, '\n');
	code = sl_fd_write_all(fd, sl_strbuf_str(&content), file, err);
	sl_strbuf_addf(r->out, "wrote %s/%s\n", dir, file);
	return code;
}

static bool came_before(const struct run *r, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (sl_str_eq(r->result.manifests[i].path, r->result.manifests[at].path))
			return true;
	return false;
}

/* What was written before this run is replaced by manifests, and hooks go behind it, as with Helm. */
static int write_hooks(struct run *r, const char *dir, struct sl_err *err)
{
	int code = 0;

	for (size_t i = 0; i < r->result.hook_count && code == 0; i++) {
		const struct sl_helm_hook *h = &r->result.hooks[i];
		const char *path = sl_arena_printf(r->a, "%s/%.*s", dir, SL_STR_FMT(h->path));
		struct stat st;

		if (sl_cli_bool(r->args, "skip-tests") && sl_helm_hook_has(h, SL_HELM_TEST))
			continue;
		code = write_file(r, dir, h->path, h->manifest, stat(path, &st) == 0, err);
	}
	return code;
}

static int write_files(struct run *r, const char *base, struct sl_err *err)
{
	const char *dir = base;
	int code = 0;

	if (sl_cli_bool(r->args, "release-name"))
		dir = sl_arena_printf(r->a, "%s/%.*s", base, SL_STR_FMT(r->release));
	for (size_t i = 0; i < r->result.crd_count && code == 0; i++) {
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again |= sl_str_eq(r->result.crds[k].name, r->result.crds[i].name);
		code = write_file(r, base, r->result.crds[i].name, r->result.crds[i].source, again,
				  err);
	}
	for (size_t i = 0; i < r->result.manifest_count && code == 0; i++)
		code = write_file(r, dir, r->result.manifests[i].path,
				  r->result.manifests[i].content, came_before(r, i), err);
	if (code == 0 && !sl_cli_bool(r->args, "no-hooks"))
		code = write_hooks(r, dir, err);
	/* Helm prints the manifests that are left: none. */
	sl_strbuf_addc(r->out, '\n');
	return code;
}

/* ---- output ---- */

static int to_standard_output(void *ctx, const void *p, size_t size, struct sl_err *err)
{
	(void)ctx;
	return sl_fd_write_all(STDOUT_FILENO, (struct sl_str){ p, size }, "standard output", err);
}

static int write_output(struct run *r, struct sl_err *err)
{
	const struct sl_sink sink = { .write = to_standard_output };
	struct sl_helm_show show = {
		.no_hooks = sl_cli_bool(r->args, "no-hooks"),
		.skip_tests = sl_cli_bool(r->args, "skip-tests"),
	};

	show.only = sl_cli_strings_in(r->a, r->args, "show-only", &show.only_count);
	return sl_helm_write_template(&r->result, &show, sink, err);
}

static int output(struct run *r, struct sl_err *err)
{
	const char *dir = sl_cli_string(r->args, "output-dir");
	int code, printed;

	if (!dir || !*dir)
		return write_output(r, err);
	code = write_files(r, dir, err);
	printed = sl_cli_print(r->out, code < 0 ? NULL : err);
	return code < 0 ? code : printed;
}

int sl_cli_local_helm_template(const struct sl_cli_args *args, char *const *argv,
			       struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(SL_HELM_ARENA_MAX);
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX);
	struct run r = { .args = args,
			 .a = &a,
			 .host = sl_cli_helm_host(sl_cli_bool(args, "enable-dns")),
			 .out = &out };
	int code = render(&r, err);

	(void)argv;
	if (code < 0 && r.result.rendered && !sl_cli_bool(args, "debug")) {
		SL_AUTO_FREE char *text = sl_xasprintf(
			"%s\n\nUse --debug flag to render out invalid YAML", err->message);

		return sl_cli_helm_fail(&(struct sl_err){ .message = text });
	}
	if (code == 0)
		code = output(&r, err);
	else if (r.result.rendered)
		(void)!output(&r, NULL);
	return code < 0 ? sl_cli_helm_fail(err) : 0;
}
