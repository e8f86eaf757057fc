#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/local/programs.h"
#include "cli/helmhost.h"
#include "cli/wholefs.h"
#include "cli/report.h"
#include "libcommon/net/url.h"
#include "libcommon/render/kustomize/charts.h"

#define MANAGED_BY_VARIABLE "KUSTOMIZE_ENABLE_MANAGEDBY_LABEL"

/* The directory to build, without the leading '/', or the URL of a repository. */
static int find_target(struct sl_arena *a, const struct sl_cli_args *args, const char *cwd,
		       const char **ret_path, struct sl_err *err)
{
	const char *given = args->words.n > 0 ? args->words.v[0] : ".";
	struct sl_kustomize_repo repo;
	struct stat st;

	*ret_path = given;
	if (sl_kustomize_repo_parse(a, sl_str(given), &repo, NULL) == 0)
		return 0;
	if (!*given)
		return sl_err_set(err, SL_ERR_INVALID, "must build at directory: '' is none");
	if (stat(given, &st) < 0)
		return sl_err_errno(err, errno, "must build at directory: '%s'", given);
	if (!S_ISDIR(st.st_mode))
		return sl_err_set(err, SL_ERR_INVALID,
				  "must build at directory: '%s': file is not directory", given);
	*ret_path = *given == '/' ? given + 1 : sl_arena_printf(a, "%s/%s", cwd + 1, given);
	return 0;
}

static struct sl_kustomize_options read_options(const struct sl_cli_args *args, const char *cwd)
{
	const char *variable = getenv(MANAGED_BY_VARIABLE);
	struct sl_kustomize_options o = {
		.restrict_files = sl_streq(sl_cli_string(args, "load-restrictor"),
					   "LoadRestrictionsRootOnly"),
		.absolute_files = true,
		.shown_from = cwd + 1,
		.managed_by_label = sl_cli_bool(args, "enable-managedby-label") ||
				    (variable && sl_streq(variable, "on")),
		.order = sl_streq(sl_cli_string(args, "reorder"), "none")
				 ? SL_KUSTOMIZE_ORDER_FIFO
				 : SL_KUSTOMIZE_ORDER_LEGACY,
	};

	return o;
}

/* For `--enable-helm`. */
struct helm {
	struct sl_helm_host host;
	struct sl_kustomize_helm settings;
	struct sl_kustomize_charts charts;
};

static void enable_helm(struct sl_arena *a, const struct sl_cli_args *args, struct helm *h,
			struct sl_kustomize_options *options)
{
	const char *version = sl_cli_string(args, "helm-kube-version");
	struct sl_str *api_versions;
	size_t count;

	if (!sl_cli_bool(args, "enable-helm"))
		return;
	api_versions = sl_cli_strings_in(a, args, "helm-api-versions", &count);
	h->host = sl_cli_helm_host(false);
	h->settings = (struct sl_kustomize_helm){ .host = &h->host,
						  .kube_version = sl_str(version ? version : ""),
						  .api_versions = api_versions,
						  .api_version_count = count,
						  .stack = sl_cli_helm_stack() };
	h->charts = sl_kustomize_charts_by_helm(&h->settings);
	options->charts = &h->charts;
}

static void warn_deprecated_flags(const struct sl_cli_args *args)
{
	if (sl_cli_is_given(args, "reorder"))
		sl_cli_say(SL_CLI_WARNING,
			   "--reorder is deprecated, use the field 'sortOptions' of "
			   "kustomization.yaml, which wins over it");
	if (sl_cli_is_given(args, "enable-managedby-label"))
		sl_cli_say(SL_CLI_WARNING, "--enable-managedby-label is deprecated, use the option "
					   "'managedByLabel' of the field 'buildMetadata'");
}

static int write_file(const char *path, const struct sl_strbuf *content, struct sl_err *err)
{
	SL_AUTO_FD int fd = -1;
	int r = sl_strbuf_check(content, "output", err);

	if (r < 0)
		return r;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return sl_err_errno(err, errno, "write %s", path);
	return sl_fd_write_all(fd, sl_strbuf_str(content), path, err);
}

/* A directory gets a file for each object. */
static int write_files(struct sl_arena *a, const char *dir, const struct sl_kustomize_result *built,
		       struct sl_err *err)
{
	char **names = sl_kustomize_file_names(a, built->objects, built->n);
	int r = 0;

	for (size_t i = 0; i < built->n && r == 0; i++) {
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);

		/* kustomize would leave the directory. */
		if (strchr(names[i], '/'))
			return sl_err_set(err, SL_ERR_INVALID,
					  "an object's name is no name of a file: %s", names[i]);
		sl_kustomize_write(&built->objects[i], 1, &out);
		r = write_file(sl_arena_printf(a, "%s/%s", dir, names[i]), &out, err);
	}
	return r;
}

static int output(struct sl_arena *a, const char *path, const struct sl_kustomize_result *built,
		  struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);
	struct stat st;

	if (path && *path && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return write_files(a, path, built, err);
	sl_kustomize_write(built->objects, built->n, &out);
	return path && *path ? write_file(path, &out, err) : sl_cli_print(&out, err);
}

int sl_cli_local_kustomize_build(const struct sl_cli_args *args, char *const *argv,
				 struct sl_err *err)
{
	SL_AUTO(sl_cli_wholefs) whole = SL_CLI_WHOLEFS_INIT;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO_FREE char *cwd = getcwd(NULL, 0);
	struct sl_kustomize_fs fs = sl_cli_wholefs(&whole);
	struct sl_kustomize_result built = { 0 };
	const char *target;

	(void)argv;
	if (!cwd)
		return sl_err_errno(err, errno, "find the working directory");
	int r = find_target(&a, args, cwd, &target, err);

	if (r < 0)
		return r;
	warn_deprecated_flags(args);
	struct sl_kustomize_options options = read_options(args, cwd);
	struct helm helm;

	enable_helm(&a, args, &helm, &options);

	r = sl_kustomize_build(&a, &fs, target, &options, &built, err);
	for (size_t i = 0; i < built.warning_count; i++)
		sl_cli_say(SL_CLI_WARNING, "%s", built.warnings[i]);
	if (r == 0)
		r = output(&a, sl_cli_string(args, "output"), &built, err);
	if (r < 0)
		sl_url_redact_err(err); /* git repeats the passwords in URLs */
	return r;
}
