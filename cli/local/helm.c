#include "cli/local/helm.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/helmhost.h"
#include "libcommon/kube/config.h"
#include "libcommon/lang/sprig/gourl.h"

int sl_cli_helm_fail(const struct sl_err *err)
{
	SL_AUTO_FREE char *line = sl_xasprintf("Error: %s", err->message);

	sl_cli_helm_log(line);
	return SL_ERR_CANCELED;
}

int sl_cli_helm_refuse(const struct sl_cli_args *args, const char *const *flags, const char *why,
		       struct sl_err *err)
{
	for (; *flags; flags++)
		if (sl_cli_is_given(args, *flags) &&
		    !sl_streq(sl_cli_string(args, *flags), "false"))
			return sl_err_set(err, SL_ERR_UNSUPPORTED, "--%s is refused: %s", *flags,
					  why);
	return 0;
}

/* Helm has parsed it as a URL by then. */
static int no_such_url(struct sl_str text, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) shown = SL_STRBUF_INIT(3 * SL_GOURL_MAX);
	struct sl_gourl url;

	if (sl_gourl_parse(&a, text, &url, NULL) < 0)
		return sl_err_set(err, SL_ERR_INVALID, "invalid chart URL format: %.*s",
				  SL_STR_FMT(text));
	sl_gourl_format(&url, &shown);
	return sl_err_set(err, SL_ERR_NOT_FOUND,
			  "non-absolute URLs should be in form of repo_name/path_to_chart, got: %s",
			  shown.p);
}

static int not_here(const struct sl_cli_args *args, const char *name, struct sl_err *err)
{
	struct sl_str text = sl_str(name);
	ptrdiff_t slash = sl_str_chr(text, '/');

	if (sl_str_find(text, SL_STR("://")) >= 0 || sl_cli_is_given(args, "repo"))
		return sl_err_set(err, SL_ERR_UNSUPPORTED,
				  "chart %s is not on this machine, and charts are not downloaded",
				  name);
	if (slash < 0)
		return no_such_url(text, err);
	return sl_err_set(err, SL_ERR_NOT_FOUND, "repo %.*s not found",
			  SL_STR_FMT(sl_str_sub(text, 0, (size_t)slash)));
}

int sl_cli_helm_locate(struct sl_arena *a, const struct sl_cli_args *args, const char *name,
		       const char **ret_path, struct sl_err *err)
{
	static const char *const unverified[] = { "verify", NULL };
	SL_AUTO_FREE char *cwd = NULL;
	struct stat st;
	int r = sl_cli_helm_refuse(args, unverified, "provenance is not checked", err);

	if (r < 0)
		return r;
	name = sl_arena_str(a, sl_str_trim(sl_str(name))).p;
	if (stat(name, &st) < 0 && (*name == '/' || *name == '.'))
		return sl_err_set(err, SL_ERR_NOT_FOUND, "path \"%s\" not found", name);
	if (stat(name, &st) < 0)
		return not_here(args, name, err);
	cwd = getcwd(NULL, 0);
	if (!cwd)
		return sl_err_errno(err, errno, "find the working directory");
	*ret_path =
		sl_cli_helm_clean(a, *name == '/' ? name : sl_arena_printf(a, "%s/%s", cwd, name));
	return 0;
}

/* filepath.Clean */
const char *sl_cli_helm_clean(struct sl_arena *a, const char *path)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(1 << 20);
	struct sl_str rest = sl_str(path), part;
	size_t root = *path == '/', climbed = 0;

	if (root)
		sl_strbuf_addc(&out, '/');
	while (sl_str_split(&rest, '/', &part)) {
		size_t floor = climbed > root ? climbed : root;

		if (part.n == 0 || sl_str_eqz(part, "."))
			continue;
		if (sl_str_eqz(part, "..") && out.n > floor) {
			while (out.n > floor && out.p[out.n - 1] != '/')
				sl_strbuf_truncate(&out, out.n - 1);
			if (out.n > floor)
				sl_strbuf_truncate(&out, out.n - 1);
			continue;
		}
		if (sl_str_eqz(part, "..") && root)
			continue;
		if (out.n > root)
			sl_strbuf_addc(&out, '/');
		sl_strbuf_adds(&out, part);
		if (sl_str_eqz(part, ".."))
			climbed = out.n;
	}
	return sl_arena_strdup(a, out.n > 0 ? out.p : ".");
}

int sl_cli_helm_kube_version(struct sl_arena *a, const struct sl_cli_args *args,
			     struct sl_helm_kube_version *ret, struct sl_err *err)
{
	const char *text = sl_cli_string(args, "kube-version");

	*ret = (struct sl_helm_kube_version){ .version = SL_STR_NULL };
	if (!text || !*text)
		return 0;
	int r = sl_helm_kube_version_parse(a, sl_str(text), ret, err);

	if (r < 0)
		sl_err_wrap(err, "invalid kube version '%s'", text);
	return r;
}

/* A flag, or the variable that changes its default; NULL when neither has a text. */
static const char *flag_or_variable(const struct sl_cli_args *args, const char *flag,
				    const char *variable)
{
	const char *text =
		sl_cli_is_given(args, flag) ? sl_cli_string(args, flag) : getenv(variable);

	return text && *text ? text : NULL;
}

struct sl_str sl_cli_helm_namespace(struct sl_arena *a, const struct sl_cli_args *args)
{
	const char *given = flag_or_variable(args, "namespace", "HELM_NAMESPACE");
	const struct sl_kube_config_options o = {
		.path = sl_cli_string(args, "kubeconfig"),
		.context = flag_or_variable(args, "kube-context", "HELM_KUBECONTEXT"),
	};
	SL_AUTO_FREE char *found = NULL;

	if (given)
		return sl_str(given);
	/* Whatever is wrong with a kubeconfig, Helm takes no offence at it here. */
	if (sl_kube_config_namespace(&o, &found, NULL) < 0 || !found)
		return SL_STR("default");
	return sl_str(sl_arena_strdup(a, found));
}
