#include "libcommon/render/kustomize/charts.h"

/* What `helm template` calls a release that nobody named. */
#define RELEASE_NAME "release-name"

/* Helm's paths are absolute, those of a tree are relative to its root. */
static const char *in_tree(const char *path)
{
	return *path == '/' ? path + 1 : path;
}

static int tree_stat(void *ctx, const char *path, enum sl_helm_entry *ret, struct sl_err *err)
{
	const struct sl_kustomize_fs *fs = ctx;

	switch (fs->stat(fs->ctx, in_tree(path))) {
	case SL_KUSTOMIZE_FILE:
		*ret = SL_HELM_FILE;
		return 0;
	case SL_KUSTOMIZE_DIR:
		*ret = SL_HELM_DIR;
		return 0;
	case SL_KUSTOMIZE_NONE:
		break;
	}
	return sl_err_set(err, SL_ERR_NOT_FOUND, "no such file or directory: %s", path);
}

struct listing {
	void (*each)(void *arg, const char *name, enum sl_helm_entry entry);
	void *arg;
};

static void tell(void *arg, const char *name)
{
	const struct listing *l = arg;

	l->each(l->arg, name, SL_HELM_UNKNOWN);
}

static int tree_list(void *ctx, const char *path,
		     void (*each)(void *arg, const char *name, enum sl_helm_entry entry), void *arg,
		     struct sl_err *err)
{
	const struct sl_kustomize_fs *fs = ctx;
	struct listing l = { each, arg };

	return fs->list(fs->ctx, in_tree(path), tell, &l, err);
}

static int tree_read(void *ctx, const char *path, size_t max, struct sl_arena *a,
		     struct sl_str *ret_bytes, struct sl_err *err)
{
	const struct sl_kustomize_fs *fs = ctx;
	struct sl_str bytes;
	int r = fs->read(fs->ctx, in_tree(path), a, &bytes, err);

	if (r < 0)
		return r;
	if (bytes.n > max)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "%s is larger than %zu bytes", path, max);
	*ret_bytes = bytes;
	return 0;
}

static int read_values(const struct sl_kustomize_chart *request, struct sl_arena *a,
		       struct sl_go_map **ret, struct sl_err *err)
{
	struct sl_go_map *values = sl_go_map_new(a), *more;
	int r = 0;

	for (size_t i = 0; i < request->value_count && r == 0; i++) {
		r = sl_helm_values_read(a, request->values[i], &more, err);
		if (r == 0)
			values = sl_helm_values_merge(a, values, more);
	}
	*ret = values;
	return r;
}

static int load(const struct sl_kustomize_helm *helm, const struct sl_kustomize_fs *tree,
		const struct sl_kustomize_chart *request, struct sl_arena *a,
		struct sl_helm_chart **ret, struct sl_err *err)
{
	struct sl_kustomize_fs ctx = *tree;
	const struct sl_helm_fs fs = {
		.ctx = &ctx, .stat = tree_stat, .list = tree_list, .read = tree_read
	};
	int r = sl_helm_load_dir(a, &fs, sl_arena_printf(a, "/%s", request->dir), helm->host, ret,
				 err);

	if (r == 0)
		r = sl_helm_check_installable(*ret, err);
	return r == 0 ? sl_helm_check_dependencies(*ret, err) : r;
}

static int read_options(const struct sl_kustomize_helm *helm,
			const struct sl_kustomize_chart *request, struct sl_arena *a,
			struct sl_helm_options *ret, struct sl_err *err)
{
	struct sl_str version =
		request->kube_version.n ? request->kube_version : helm->kube_version;
	int r = 0;

	*ret = (struct sl_helm_options){
		.release = request->release,
		.namespace_ = request->namespace_.n ? request->namespace_ : SL_STR("default"),
		.api_versions =
			request->api_version_count ? request->api_versions : helm->api_versions,
		.api_version_count = request->api_version_count ? request->api_version_count
								: helm->api_version_count,
		.include_crds = request->include_crds,
		.stack = helm->stack,
	};
	if (request->name_template.n)
		r = sl_helm_release_name(a, request->name_template,
					 helm->host ? &helm->host->go : NULL, &ret->release, err);
	else if (!ret->release.n)
		ret->release = SL_STR(RELEASE_NAME);
	if (r == 0)
		r = sl_helm_check_release_name(ret->release, err);
	if (r == 0 && version.n)
		r = sl_helm_kube_version_parse(a, version, &ret->kube_version, err);
	return r;
}

static int render(void *ctx, const struct sl_kustomize_fs *tree,
		  const struct sl_kustomize_chart *request, struct sl_arena *a,
		  struct sl_str *ret_text, struct sl_err *err)
{
	const struct sl_kustomize_helm *helm = ctx;
	const struct sl_helm_show show = { .no_hooks = request->no_hooks,
					   .skip_tests = request->skip_tests };
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX);
	struct sl_helm_result result = { 0 };
	struct sl_helm_options options;
	struct sl_helm_chart *chart;
	struct sl_go_map *values;
	int r = load(helm, tree, request, a, &chart, err);

	if (r == 0)
		r = read_values(request, a, &values, err);
	if (r == 0)
		r = read_options(helm, request, a, &options, err);
	if (r == 0)
		r = sl_helm_render(a, chart, values, &options, helm->host, &result, err);
	if (r == 0)
		r = sl_helm_write_template(&result, &show, sl_sink_strbuf(&out), err);
	if (r == 0)
		r = sl_strbuf_check(&out, "the rendered chart", err);
	if (r == 0)
		*ret_text = sl_arena_str(a, sl_strbuf_str(&out));
	return r;
}

struct sl_kustomize_charts sl_kustomize_charts_by_helm(struct sl_kustomize_helm *helm)
{
	return (struct sl_kustomize_charts){ .ctx = helm, .render = render };
}
