#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/helmfs.h"
#include "cli/helmhost.h"
#include "cli/helmvalues.h"
#include "cli/local/programs.h"
#include "cli/report.h"
#include "libcommon/base/file.h"
#include "libcommon/lang/template/template.h"

/* What Helm calls a release that nobody named. */
#define RELEASE_NAME "release-name"

/* One call of the verb. */
struct call {
	const struct sl_cli_args *args;
	struct sl_arena a;
	struct sl_helm_host host;
	const char *chart_path;
	struct sl_helm_chart *chart;
	struct sl_go_map *values;
	struct sl_helm_options options;
	struct sl_helm_result result;
};

static const struct {
	const char *flag, *why;
} refused[] = {
	{ "post-renderer", "programs are not run; pipe the output through it instead" },
	{ "post-renderer-args", "programs are not run; pipe the output through them instead" },
	{ "repo", "charts are not downloaded; get it with 'helm pull' and name the file" },
	{ "validate", "it needs a cluster; use 'kubectl apply --dry-run=server'" },
	{ "verify", "signatures are not checked; use 'helm verify'" },
};

static int check_flags(const struct sl_cli_args *args, struct sl_err *err)
{
	static const char *const modes[] = { "", "client", "none", "true", "false" };
	const char *mode = sl_cli_string(args, "dry-run");

	for (size_t i = 0; i < SL_ARRAY_LEN(refused); i++)
		if (sl_cli_is_given(args, refused[i].flag))
			return sl_err_set(err, SL_ERR_UNSUPPORTED, "--%s is not supported: %s",
					  refused[i].flag, refused[i].why);
	if (!mode)
		return 0;
	for (size_t i = 0; i < SL_ARRAY_LEN(modes); i++)
		if (sl_streq(mode, modes[i]))
			return 0;
	if (sl_streq(mode, "server"))
		return sl_err_set(err, SL_ERR_UNSUPPORTED,
				  "--dry-run=server is not supported: it needs a cluster");
	return sl_err_set(
		err, SL_ERR_INVALID,
		"invalid dry-run flag. Flag must one of the following: false, true, none, "
		"client, server");
}

/* The name and the chart, as Helm finds them among arguments and flags. */
static int read_names(struct call *c, struct sl_err *err)
{
	const struct sl_strvec *words = &c->args->words;
	const char *name_template = sl_cli_string(c->args, "name-template");
	bool has_template = name_template && *name_template;

	if (words->n == 0)
		return sl_err_set(
			err, SL_ERR_INVALID,
			"\"sluice helm template\" requires at least 1 argument: the chart");
	c->chart_path = words->v[words->n - 1];
	c->options.release = SL_STR(RELEASE_NAME);
	if (words->n > 1 && sl_cli_bool(c->args, "generate-name"))
		return sl_err_set(err, SL_ERR_INVALID,
				  "cannot set --generate-name and also specify a name");
	if (words->n > 1 && has_template)
		return sl_err_set(err, SL_ERR_INVALID,
				  "cannot set --name-template and also specify a name");
	if (words->n > 1)
		c->options.release = sl_str(words->v[0]);
	if (!has_template)
		return 0;
	return sl_helm_release_name(&c->a, sl_str(name_template), &c->host.go, &c->options.release,
				    err);
}

static int read_kube_version(struct call *c, struct sl_err *err)
{
	const char *version = sl_cli_string(c->args, "kube-version");
	int r;

	if (!version || !*version)
		return 0;
	r = sl_helm_kube_version_parse(&c->a, sl_str(version), &c->options.kube_version, err);
	if (r < 0)
		sl_err_wrap(err, "invalid kube version '%s'", version);
	return r;
}

static const struct sl_str *list(struct call *c, const char *flag, size_t *ret_count)
{
	SL_AUTO(sl_strvec) given = SL_STRVEC_INIT;
	struct sl_str *v;

	sl_cli_strings(c->args, flag, &given);
	v = sl_arena_array(&c->a, given.n + 1, sizeof(*v));
	for (size_t i = 0; i < given.n; i++)
		v[i] = sl_arena_str(&c->a, sl_str(given.v[i]));
	*ret_count = given.n;
	return v;
}

static void read_options(struct call *c)
{
	const char *namespace_ = getenv("HELM_NAMESPACE");
	struct sl_helm_options *o = &c->options;

	if (sl_cli_is_given(c->args, "namespace"))
		namespace_ = sl_cli_string(c->args, "namespace");
	o->namespace_ = namespace_ && *namespace_ ? sl_str(namespace_) : SL_STR("default");
	o->is_upgrade = sl_cli_bool(c->args, "is-upgrade");
	o->api_versions = list(c, "api-versions", &o->api_version_count);
	o->sub_notes = sl_cli_bool(c->args, "render-subchart-notes");
	o->skip_schema = sl_cli_bool(c->args, "skip-schema-validation");
	o->include_crds = sl_cli_bool(c->args, "include-crds");
	o->stack = SL_TMPL_STACK_MAIN;
}

static int find_chart(struct call *c, struct sl_err *err)
{
	SL_AUTO_FREE char *real = NULL;

	if (access(c->chart_path, F_OK) == 0) {
		real = realpath(c->chart_path, NULL);
		if (!real)
			return sl_err_errno(err, errno, "find %s", c->chart_path);
		c->chart_path = sl_arena_strdup(&c->a, real);
		return 0;
	}
	if (*c->chart_path == '/' || *c->chart_path == '.')
		return sl_err_set(err, SL_ERR_NOT_FOUND, "path \"%s\" not found", c->chart_path);
	return sl_err_set(
		err, SL_ERR_NOT_FOUND,
		"chart \"%s\" not found: it is no directory and no file, and charts are not "
		"downloaded; get it with 'helm pull' and name the file",
		c->chart_path);
}

static int load(struct call *c, struct sl_err *err)
{
	int r = sl_helm_load(&c->a, &sl_cli_helmfs, c->chart_path, &c->host, &c->chart, err);

	if (r == 0)
		r = sl_helm_check_installable(c->chart, err);
	if (r < 0)
		return r;
	if (c->chart->metadata->deprecated)
		sl_cli_say(SL_CLI_WARNING, "This chart is deprecated");
	r = sl_helm_check_dependencies(c->chart, err);
	if (r < 0)
		sl_err_wrap(err,
			    "An error occurred while checking for chart dependencies. You may "
			    "need to run `helm dependency build` to fetch missing dependencies");
	return r;
}

/* --output-dir: a file for each template, to which its documents are added. */
struct output_dir {
	const char *path;
	int fd;
	struct sl_strvec written;
};

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
			return sl_err_errno(err, errno, "create directory %s", prefix);
		if (end)
			return 0;
		*c = '/';
	}
}

static int open_output(struct call *c, struct output_dir *d, struct sl_err *err)
{
	int r;

	d->path = sl_cli_string(c->args, "output-dir");
	if (sl_cli_bool(c->args, "release-name"))
		d->path =
			sl_arena_printf(&c->a, "%s/%.*s", d->path, SL_STR_FMT(c->options.release));
	r = make_dirs(&c->a, d->path, err);
	return r == 0 ? sl_dir_open(d->path, &d->fd, err) : r;
}

/* The names are a chart's: nothing may be written elsewhere. */
static int append(struct call *c, struct output_dir *d, struct sl_str name, struct sl_str text,
		  struct sl_err *err)
{
	const char *file = sl_arena_str(&c->a, name).p;
	ptrdiff_t slash = sl_str_rchr(name, '/');
	struct sl_str dir = sl_str_sub(name, 0, slash < 0 ? 0 : (size_t)slash);
	bool again = sl_strvec_contains(&d->written, name);
	SL_AUTO_FD int fd = -1;
	int r = sl_mkdirs(d->fd, sl_arena_str(&c->a, dir).p, 0755, err);

	if (r == 0)
		r = sl_open_beneath(d->fd, file, O_WRONLY | O_CREAT | (again ? O_APPEND : O_TRUNC),
				    0600, &fd, err);
	if (r < 0)
		return r;
	sl_strvec_push_str(&d->written, name);
	text = sl_str(sl_arena_printf(&c->a, "---\n# Source: %.*s\n%.*s\n", SL_STR_FMT(name),
				      SL_STR_FMT(text)));
	r = sl_fd_write_all(fd, text, file, err);
	if (r == 0)
		r = sl_fd_write_all(STDOUT_FILENO,
				    sl_str(sl_arena_printf(&c->a, "wrote %s/%s\n", d->path, file)),
				    "standard output", err);
	return r;
}

static int write_files(struct call *c, const struct sl_helm_show *show, struct sl_err *err)
{
	struct output_dir d = { .fd = -1 };
	const struct sl_helm_result *result = &c->result;
	int r = open_output(c, &d, err);

	for (size_t i = 0; i < result->crd_count && r == 0; i++)
		r = append(c, &d, result->crds[i].name, result->crds[i].source, err);
	for (size_t i = 0; i < result->manifest_count && r == 0; i++)
		r = append(c, &d, result->manifests[i].path, result->manifests[i].content, err);
	for (size_t i = 0; i < result->hook_count && r == 0 && !show->no_hooks; i++)
		if (!show->skip_tests || !sl_helm_hook_has(&result->hooks[i], SL_HELM_TEST))
			r = append(c, &d, result->hooks[i].path, result->hooks[i].manifest, err);
	if (d.fd >= 0)
		close(d.fd);
	sl_strvec_release(&d.written);
	return r;
}

static int print(struct call *c, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);
	const char *dir = sl_cli_string(c->args, "output-dir");
	struct sl_helm_show show = { .no_hooks = sl_cli_bool(c->args, "no-hooks"),
				     .skip_tests = sl_cli_bool(c->args, "skip-tests") };
	int r;

	show.only = list(c, "show-only", &show.only_count);
	if (dir && *dir)
		return write_files(c, &show, err);
	r = sl_helm_write_template(&c->a, &c->result, &show, &out, err);
	return r == 0 ? sl_cli_print(&out, err) : r;
}

/* What was rendered and is no YAML helps to find out why. */
static int render(struct call *c, struct sl_err *err)
{
	SL_AUTO(sl_err) ignored = SL_ERR_INIT;
	int r = sl_helm_render(&c->a, c->chart, c->values, &c->options, &c->host, &c->result, err);

	if (r == 0)
		return print(c, err);
	if (c->result.rendered && sl_cli_bool(c->args, "debug"))
		(void)!print(c, &ignored);
	else if (c->result.rendered)
		sl_err_set(err, err->code, "%s\n\nUse --debug flag to render out invalid YAML",
			   sl_arena_strdup(&c->a, err->message));
	return r;
}

int sl_cli_local_helm_template(const struct sl_cli_args *args, char *const *argv,
			       struct sl_err *err)
{
	struct call c = { .args = args,
			  .a = SL_ARENA_INIT_LIMIT(SL_HELM_ARENA_MAX),
			  .host = sl_cli_helm_host(sl_cli_bool(args, "enable-dns")) };
	int r = check_flags(args, err);

	(void)argv;
	if (r == 0)
		r = read_kube_version(&c, err);
	if (r == 0)
		r = read_names(&c, err);
	if (r == 0)
		r = find_chart(&c, err);
	if (r == 0)
		r = sl_cli_helm_values(&c.a, args, &c.values, err);
	if (r == 0)
		r = load(&c, err);
	if (r == 0) {
		read_options(&c);
		r = sl_helm_check_release_name(c.options.release, err);
	}
	if (r == 0)
		r = render(&c, err);
	sl_arena_release(&c.a);
	return r;
}
