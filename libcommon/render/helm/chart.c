#include <stddef.h>

#include "libcommon/render/helm/helm.h"
#include "libcommon/render/helm/text.h"

struct sl_str sl_helm_chart_path(struct sl_arena *a, const struct sl_helm_chart *c)
{
	struct sl_str parent;

	if (!c->parent)
		return c->metadata->name;
	parent = sl_helm_chart_path(a, c->parent);
	return sl_str(sl_arena_printf(a, "%.*s/charts/%.*s", SL_STR_FMT(parent),
				      SL_STR_FMT(c->metadata->name)));
}

const struct sl_helm_file *sl_helm_chart_file(const struct sl_helm_chart *c, const char *name)
{
	for (size_t i = 0; i < c->raw_count; i++)
		if (sl_str_eqz(c->raw[i].name, name))
			return &c->raw[i];
	return NULL;
}

bool sl_helm_chart_is_library(const struct sl_helm_chart *c)
{
	return sl_str_ieq(c->metadata->type, SL_STR("library"));
}

/* ---- crds/ ---- */

static bool is_manifest(struct sl_str name)
{
	static const char *const extensions[] = { ".yaml", ".yml", ".json" };
	ptrdiff_t dot = sl_str_rchr(name, '.');
	struct sl_str extension = dot < 0 ? SL_STR("") : sl_str_sub(name, (size_t)dot, name.n);

	for (size_t i = 0; i < SL_ARRAY_LEN(extensions); i++)
		if (sl_str_ieq(extension, sl_str(extensions[i])))
			return true;
	return false;
}

static bool is_crd(const struct sl_helm_file *f)
{
	return sl_str_starts(f->name, SL_STR("crds/")) && is_manifest(f->name);
}

static size_t count_crds(const struct sl_helm_chart *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->file_count; i++)
		n += is_crd(&c->files[i]);
	for (size_t i = 0; i < c->dependency_count; i++)
		n += count_crds(c->dependencies[i]);
	return n;
}

static void add_crds(struct sl_arena *a, const struct sl_helm_chart *c, struct sl_helm_crd *to,
		     size_t *n)
{
	struct sl_str path = sl_helm_chart_path(a, c);

	for (size_t i = 0; i < c->file_count; i++)
		if (is_crd(&c->files[i]))
			to[(*n)++] = (struct sl_helm_crd){ sl_helm_join(a, path, c->files[i].name),
							   c->files[i].data };
	for (size_t i = 0; i < c->dependency_count; i++)
		add_crds(a, c->dependencies[i], to, n);
}

struct sl_helm_crd *sl_helm_chart_crds(struct sl_arena *a, const struct sl_helm_chart *c,
				       size_t *ret_count)
{
	struct sl_helm_crd *crds = sl_arena_array(a, count_crds(c), sizeof(*crds));

	*ret_count = 0;
	add_crds(a, c, crds, ret_count);
	return crds;
}

/* ---- names of releases ---- */

#define NAME_REGEX "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_label(struct sl_str s)
{
	if (!s.n || !is_alphanumeric(s.p[0]) || !is_alphanumeric(s.p[s.n - 1]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alphanumeric(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

static bool is_name(struct sl_str s)
{
	struct sl_str label;
	size_t n = 0;

	while (sl_str_split(&s, '.', &label)) {
		if (!is_label(label))
			return false;
		n++;
	}
	return n > 0;
}

int sl_helm_check_release_name(struct sl_str name, struct sl_err *err)
{
	if (!name.n)
		return sl_err_set(err, SL_ERR_INVALID, "no name provided");
	if (name.n > SL_HELM_RELEASE_NAME_MAX || !is_name(name))
		return sl_err_set(err, SL_ERR_INVALID,
				  "invalid release name, must match regex " NAME_REGEX
				  " and the length must not be longer than %d",
				  SL_HELM_RELEASE_NAME_MAX);
	return 0;
}
