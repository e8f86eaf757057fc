#include "cli/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/buildmask.h"
#include "cli/buildtree.h"
#include "cli/report.h"
#include "libcommon/base/file.h"
#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/substitute.h"

#define API_PREFIX "kustomize.toolkit.fluxcd.io/"
#define FILE_BYTES_MAX ((size_t)32 << 20)

struct builder {
	struct sl_arena *a;
	const struct sl_cli_args *args;
	const struct sl_cli_cluster *cluster;
	struct sl_strvec ignore;
	struct sl_strvec sources; /* "Kind/namespace/name=path" */
	struct sl_value *objects; /* LIST, the outcome */
	bool strict, recursive;
	int depth;
};

static bool is_dir(const char *path)
{
	struct stat st;

	return path && *path && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int sl_cli_build_check(const struct sl_cli_args *args, struct sl_err *err)
{
	const char *path = sl_cli_string(args, "path");
	const char *file = sl_cli_string(args, "kustomization-file");
	struct stat st;

	if (!args->words.n)
		return sl_err_set(err, SL_ERR_INVALID, "kustomization name is required");
	if (!is_dir(path))
		return sl_err_set(err, SL_ERR_INVALID, "invalid resource path \"%s\"",
				  path ? path : "");
	if (sl_cli_bool(args, "dry-run") && !file)
		return sl_err_set(err, SL_ERR_INVALID,
				  "dry-run mode requires a kustomization file");
	if (file && (stat(file, &st) < 0 || S_ISDIR(st.st_mode)))
		return sl_err_set(err, SL_ERR_INVALID, "invalid kustomization file \"%s\"", file);
	return 0;
}

static bool is_kustomization(const struct sl_value *object)
{
	return sl_str_starts(sl_get_str(object, "apiVersion"), SL_STR(API_PREFIX)) &&
	       sl_str_eqz(sl_get_str(object, "kind"), "Kustomization");
}

/* The Kustomization of this name in a file of several documents. */
static int read_file(struct sl_arena *a, const char *path, const char *namespace_, const char *name,
		     struct sl_value **ret, struct sl_err *err)
{
	struct sl_yaml_options o = { .rules = SL_YAML_KUBERNETES, .file = path };
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(FILE_BYTES_MAX);
	struct sl_value *docs = NULL;
	int r = sl_file_read_path(path, &text, err);

	if (r == 0)
		r = sl_yaml_parse_all(a, sl_arena_str(a, sl_strbuf_str(&text)), &o, &docs, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < sl_list_len(docs); i++) {
		struct sl_value *o2 = sl_list_get(docs, i);
		struct sl_str ns = sl_get_str(o2, "metadata", "namespace");

		if (!is_kustomization(o2) ||
		    !sl_str_eqz(sl_get_str(o2, "metadata", "name"), name) ||
		    (ns.n && !sl_str_eqz(ns, namespace_)))
			continue;
		*ret = o2;
		return 0;
	}
	return sl_err_set(
		err, SL_ERR_NOT_FOUND,
		"failed find kustomization with name '%s' and namespace '%s' in file '%s'", name,
		namespace_, path);
}

static int substitute(struct builder *b, const struct sl_value *owner, const char *namespace_,
		      struct sl_kustomize_result *built, struct sl_err *err)
{
	const struct sl_value *post_build = sl_get(owner, "spec", "postBuild");
	struct sl_value *vars = sl_value_map(b->a);
	int r;

	if (!sl_is_map(post_build))
		return 0;
	if (b->cluster)
		r = b->cluster->variables(b->cluster->ctx, namespace_, post_build, &vars, err);
	else
		r = sl_kustomize_vars_add(b->a, vars, sl_get(post_build, "substitute"), err);
	if (r == 0 && sl_kustomize_substitutes(post_build, vars))
		r = sl_kustomize_substitute(b->a, vars, b->strict, built->objects, built->n, err);
	return r;
}

/* The objects of one Kustomization, from the directory at the absolute path. */
static int build_dir(struct builder *b, const struct sl_value *owner, const char *namespace_,
		     const char *path, struct sl_value *ret_objects, struct sl_err *err)
{
	SL_AUTO(sl_cli_tree_dir) dir = SL_CLI_TREE_DIR_INIT;
	struct sl_kustomize_options o = { .order = SL_KUSTOMIZE_ORDER_FIFO };
	struct sl_kustomize_result built = { 0 };
	struct sl_value *kustomization = NULL;
	struct sl_kustomize_fs fs;
	int r = sl_cli_tree_dir_open(b->a, path, &b->ignore, &dir, err);

	if (r < 0)
		return r;
	fs = sl_cli_tree_fs(&dir);
	r = sl_kustomize_generate(b->a, &fs, dir.path, &o.limits, &kustomization, NULL, err);
	if (r < 0)
		return r;
	sl_cli_tree_filter(&dir, kustomization);
	r = sl_kustomize_apply_spec(b->a, &fs, dir.path, sl_get(owner, "spec"), kustomization, err);
	o.kustomization = kustomization;
	if (r == 0)
		r = sl_kustomize_build(b->a, &fs, dir.path, &o, &built, err);
	if (r == 0)
		r = substitute(b, owner, namespace_, &built, err);
	for (size_t i = 0; r == 0 && i < built.warning_count; i++)
		sl_cli_say(SL_CLI_WARNING, "%s", built.warnings[i]);
	for (size_t i = 0; r == 0 && i < built.n; i++) {
		struct sl_value *object = built.objects[i];

		if (!sl_kustomize_own(b->a, sl_get_str(owner, "metadata", "namespace"),
				      sl_get_str(owner, "metadata", "name"), sl_get(owner, "spec"),
				      object))
			continue;
		sl_cli_mask_sops(b->a, object);
		sl_list_push(b->a, ret_objects, object);
	}
	return r;
}

static int build_one(struct builder *b, const struct sl_value *owner, const char *namespace_,
		     const char *path, struct sl_err *err);

/* Where the files of a Kustomization are, by --local-sources. */
static int local_path(struct builder *b, const struct sl_value *k, const char **ret_path,
		      struct sl_err *err)
{
	const struct sl_value *ref = sl_get(k, "spec", "sourceRef");
	struct sl_str ns = sl_get_str(ref, "namespace"),
		      own = sl_get_str(k, "metadata", "namespace");
	SL_AUTO_FREE char *resolved = NULL;
	const char *key, *joined;

	ns = ns.n ? ns : own;
	key = sl_arena_printf(b->a, "%.*s/%.*s%s%.*s", SL_STR_FMT(sl_get_str(ref, "kind")),
			      SL_STR_FMT(ns), ns.n ? "/" : "", SL_STR_FMT(sl_get_str(ref, "name")));
	for (size_t i = b->sources.n; i-- > 0;) {
		struct sl_str rest = sl_str(b->sources.v[i]);

		if (!sl_str_cut_prefix(&rest, sl_str(key)) ||
		    !sl_str_cut_prefix(&rest, SL_STR("=")))
			continue;
		joined = sl_arena_printf(b->a, "%.*s/%.*s", SL_STR_FMT(rest),
					 SL_STR_FMT(sl_get_str(k, "spec", "path")));
		resolved = realpath(joined, NULL);
		if (!resolved || !is_dir(resolved))
			return sl_err_set(err, SL_ERR_INVALID, "invalid resource path \"%s\"",
					  joined);
		*ret_path = sl_arena_strdup(b->a, resolved);
		return 0;
	}
	return sl_err_set(err, SL_ERR_NOT_FOUND,
			  "cannot get local path for %s of kustomization %.*s", key,
			  SL_STR_FMT(sl_get_str(k, "metadata", "name")));
}

static bool is_same(const struct sl_value *x, const struct sl_value *y)
{
	return sl_str_eq(sl_get_str(x, "metadata", "name"), sl_get_str(y, "metadata", "name")) &&
	       sl_str_eq(sl_get_str(x, "metadata", "namespace"),
			 sl_get_str(y, "metadata", "namespace"));
}

/* As it is in the cluster, or, when there is none, as it was built. */
static int resolve(struct builder *b, struct sl_value *built, struct sl_value **ret,
		   struct sl_err *err)
{
	SL_AUTO(sl_err) own = SL_ERR_INIT;
	const char *ns = sl_arena_str(b->a, sl_get_str(built, "metadata", "namespace")).p;
	const char *name = sl_arena_str(b->a, sl_get_str(built, "metadata", "name")).p;
	int r = SL_ERR_NOT_FOUND;

	if (b->cluster)
		r = b->cluster->find(b->cluster->ctx, ns, name, ret, &own);
	if (r == SL_ERR_NOT_FOUND)
		*ret = built;
	else if (r < 0)
		return sl_err_move(err, &own);
	return 0;
}

static int build_children(struct builder *b, const struct sl_value *owner,
			  const struct sl_value *objects, struct sl_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sl_list_len(objects); i++) {
		struct sl_value *k = sl_list_get(objects, i);
		const char *path = NULL;

		if (!is_kustomization(k) || is_same(k, owner))
			continue;
		r = local_path(b, k, &path, err);
		if (r == 0)
			r = resolve(b, k, &k, err);
		if (r == 0)
			r = build_one(b, k,
				      sl_arena_str(b->a, sl_get_str(k, "metadata", "namespace")).p,
				      path, err);
	}
	return r;
}

static int build_one(struct builder *b, const struct sl_value *owner, const char *namespace_,
		     const char *path, struct sl_err *err)
{
	struct sl_value *objects = sl_value_list(b->a);
	int r;

	if (b->depth == SL_CLI_BUILD_DEPTH_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "more than %d Kustomizations in each other: do they contain "
				  "themselves?",
				  SL_CLI_BUILD_DEPTH_MAX);
	r = build_dir(b, owner, namespace_, path, objects, err);
	for (size_t i = 0; r == 0 && i < sl_list_len(objects); i++)
		sl_list_push(b->a, b->objects, sl_list_get(objects, i));
	if (r < 0 || !b->recursive)
		return r;
	b->depth++;
	r = build_children(b, owner, objects, err);
	b->depth--;
	return r;
}

/* The file wins, but what is not in the cluster cannot be built as it is there. */
static int find_owner(struct builder *b, const char *namespace_, struct sl_value **ret,
		      struct sl_err *err)
{
	const char *name = b->args->words.v[0];
	const char *file = sl_cli_string(b->args, "kustomization-file");
	int r = 0;

	if (b->cluster)
		r = b->cluster->find(b->cluster->ctx, namespace_, name, ret, err);
	if (r == 0 && file)
		r = read_file(b->a, file, namespace_, name, ret, err);
	if (r < 0)
		sl_err_wrap(err, "failed to get kustomization object");
	return r;
}

static int build_args(struct builder *b, const char *namespace_, struct sl_err *err)
{
	const char *path = sl_cli_string(b->args, "path");
	SL_AUTO_FREE char *resolved = realpath(path, NULL);
	struct sl_value *owner = NULL;
	int r;

	if (!resolved)
		return sl_err_errno(err, errno, "%s", path);
	r = find_owner(b, namespace_, &owner, err);
	return r < 0 ? r : build_one(b, owner, namespace_, resolved, err);
}

int sl_cli_build(struct sl_arena *a, const struct sl_cli_args *args, const char *namespace_,
		 const struct sl_cli_cluster *cluster, struct sl_strbuf *out, struct sl_err *err)
{
	struct builder b = {
		.a = a,
		.args = args,
		.cluster = cluster,
		.objects = sl_value_list(a),
		.strict = sl_cli_bool(args, "strict-substitute"),
		.recursive = sl_cli_bool(args, "recursive"),
	};
	int r;

	sl_cli_strings(args, "ignore-paths", &b.ignore);
	sl_cli_strings(args, "local-sources", &b.sources);
	r = build_args(&b, namespace_, err);
	for (size_t i = 0; r == 0 && i < sl_list_len(b.objects); i++) {
		sl_yaml_write(sl_list_get(b.objects, i), SL_YAML_SORT, out);
		sl_strbuf_addz(out, "---\n");
	}
	if (r < 0 && err->origin.file) {
		char *file = sl_xstrdup(sl_cli_tree_shown(a, err->origin.file));

		free(err->origin.file);
		err->origin.file = file;
	}
	sl_strvec_release(&b.ignore);
	sl_strvec_release(&b.sources);
	return r;
}
