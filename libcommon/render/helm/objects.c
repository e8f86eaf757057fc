#include "libcommon/render/helm/objects.h"

#include <stddef.h>
#include <string.h>

#include "libcommon/codec/goquote.h"
#include "libcommon/render/helm/funcs_codec.h"
#include "libcommon/render/helm/values.h"

/* ---- chartutil.Values ---- */

static int values_as_map(struct sl_go_call *call, const struct sl_goval *args, size_t n,
			 struct sl_goval *ret, struct sl_err *err)
{
	(void)n;
	(void)err;
	*ret = sl_goval_map(sl_go_map_len(args[0].map) ? args[0].map : sl_go_map_new(call->a));
	return 0;
}

static int fail_quoted(struct sl_err *err, struct sl_str what, const char *after)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT((size_t)1 << 20);

	sl_strbuf_add_goquoted(&b, what);
	return sl_err_set(err, SL_ERR_INVALID, "%s %s", b.p, after);
}

static int values_table(struct sl_go_call *call, const struct sl_goval *args, size_t n,
			struct sl_goval *ret, struct sl_err *err)
{
	struct sl_str missing = SL_STR_NULL;
	struct sl_go_map *table = sl_helm_values_table(args[0].map, args[1].s, &missing);

	(void)call;
	(void)n;
	if (!table)
		return fail_quoted(err, missing, "is not a table");
	*ret = (struct sl_goval){ .type = &sl_helm_values_type, .map = table };
	return 0;
}

static int values_path_value(struct sl_go_call *call, const struct sl_goval *args, size_t n,
			     struct sl_goval *ret, struct sl_err *err)
{
	const struct sl_goval *v;
	struct sl_str path = args[1].s;
	ptrdiff_t dot = sl_str_rchr(path, '.');

	(void)call;
	(void)n;
	if (!path.n)
		return sl_err_set(err, SL_ERR_INVALID, "YAML path cannot be empty");
	v = sl_helm_values_at(args[0].map, path);
	if (!v)
		return fail_quoted(err, sl_str_sub(path, (size_t)(dot + 1), path.n),
				   "is not a value");
	*ret = *v;
	return 0;
}

static int values_yaml(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		       struct sl_goval *ret, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX);
	int r = sl_helm_to_yaml(call->a, args[0], &b, err);

	(void)n;
	if (r == 0)
		*ret = sl_goval_str(sl_arena_str(call->a, sl_strbuf_str(&b)));
	return r;
}

/* No value of a template is one: Encode is there to refuse what it is given. */
static const struct sl_go_type writer_type = { .kind = SL_GO_INTERFACE, .name = "io.Writer" };

static int values_encode(struct sl_go_call *call, const struct sl_goval *args, size_t n,
			 struct sl_goval *ret, struct sl_err *err)
{
	(void)call;
	(void)args;
	(void)n;
	(void)ret;
	return sl_err_set(err, SL_ERR_INVALID, "invalid memory address or nil pointer dereference");
}

const struct sl_go_type sl_helm_values_type = {
	.kind = SL_GO_MAP,
	.name = "chartutil.Values",
	.elem = &sl_go_any,
	.methods =
		(const struct sl_go_func[]){
			{ .name = "AsMap", .fn = values_as_map },
			{ .name = "Encode",
			  .fn = values_encode,
			  .params = { &writer_type },
			  .count = 1 },
			{ .name = "PathValue",
			  .fn = values_path_value,
			  .params = { &sl_go_string },
			  .count = 1 },
			{ .name = "Table",
			  .fn = values_table,
			  .params = { &sl_go_string },
			  .count = 1 },
			{ .name = "YAML", .fn = values_yaml },
			{ .name = NULL },
		},
};

/* ---- .Chart ---- */

#define TEXT_GETTER(name, type, member) \
	static struct sl_goval name(struct sl_arena *a, const void *ptr) \
	{ \
		(void)a; \
		return sl_goval_str(((const struct type *)ptr)->member); \
	}

static struct sl_goval texts(struct sl_arena *a, const struct sl_str *items, size_t n)
{
	struct sl_go_list *list = items ? sl_go_list_new(a, n) : NULL;

	for (size_t i = 0; items && i < n; i++)
		sl_go_list_push(a, list, sl_goval_str(items[i]));
	return (struct sl_goval){ .type = &sl_go_strings, .list = list };
}

TEXT_GETTER(maintainer_name, sl_helm_maintainer, name)
TEXT_GETTER(maintainer_email, sl_helm_maintainer, email)
TEXT_GETTER(maintainer_url, sl_helm_maintainer, url)

static const struct sl_go_type maintainer_type = {
	.kind = SL_GO_STRUCT,
	.name = "chart.Maintainer",
	.fields =
		(const struct sl_go_field[]){
			{ "Name", maintainer_name, "name", true, false },
			{ "Email", maintainer_email, "email", true, false },
			{ "URL", maintainer_url, "url", true, false },
			{ .name = NULL },
		},
};
static const struct sl_go_type maintainer_pointer = {
	.kind = SL_GO_POINTER,
	.name = "*chart.Maintainer",
	.elem = &maintainer_type,
};
static const struct sl_go_type maintainers_type = {
	.kind = SL_GO_SLICE,
	.name = "[]*chart.Maintainer",
	.elem = &maintainer_pointer,
};

TEXT_GETTER(dependency_name, sl_helm_dependency, name)
TEXT_GETTER(dependency_version, sl_helm_dependency, version)
TEXT_GETTER(dependency_repository, sl_helm_dependency, repository)
TEXT_GETTER(dependency_condition, sl_helm_dependency, condition)
TEXT_GETTER(dependency_alias, sl_helm_dependency, alias)

static struct sl_goval dependency_tags(struct sl_arena *a, const void *ptr)
{
	const struct sl_helm_dependency *d = ptr;

	return texts(a, d->tags, d->tag_count);
}

static struct sl_goval dependency_enabled(struct sl_arena *a, const void *ptr)
{
	(void)a;
	return sl_goval_bool(((const struct sl_helm_dependency *)ptr)->enabled);
}

static struct sl_goval dependency_imports(struct sl_arena *a, const void *ptr)
{
	(void)a;
	return sl_goval_list(((const struct sl_helm_dependency *)ptr)->import_values);
}

static const struct sl_go_type dependency_type = {
	.kind = SL_GO_STRUCT,
	.name = "chart.Dependency",
	.fields =
		(const struct sl_go_field[]){
			{ "Name", dependency_name, "name", false, false },
			{ "Version", dependency_version, "version", true, false },
			{ "Repository", dependency_repository, "repository", false, false },
			{ "Condition", dependency_condition, "condition", true, false },
			{ "Tags", dependency_tags, "tags", true, false },
			{ "Enabled", dependency_enabled, "enabled", true, false },
			{ "ImportValues", dependency_imports, "import-values", true, false },
			{ "Alias", dependency_alias, "alias", true, false },
			{ .name = NULL },
		},
};
static const struct sl_go_type dependency_pointer = {
	.kind = SL_GO_POINTER,
	.name = "*chart.Dependency",
	.elem = &dependency_type,
};
static const struct sl_go_type dependencies_type = {
	.kind = SL_GO_SLICE,
	.name = "[]*chart.Dependency",
	.elem = &dependency_pointer,
};

/* A Go struct with chart.Metadata embedded: its fields are fields of both, and it comes first. */
struct chart_object {
	struct sl_helm_metadata metadata;
	bool is_root;
};

TEXT_GETTER(metadata_name, sl_helm_metadata, name)
TEXT_GETTER(metadata_home, sl_helm_metadata, home)
TEXT_GETTER(metadata_version, sl_helm_metadata, version)
TEXT_GETTER(metadata_description, sl_helm_metadata, description)
TEXT_GETTER(metadata_icon, sl_helm_metadata, icon)
TEXT_GETTER(metadata_api_version, sl_helm_metadata, api_version)
TEXT_GETTER(metadata_condition, sl_helm_metadata, condition)
TEXT_GETTER(metadata_tags, sl_helm_metadata, tags)
TEXT_GETTER(metadata_app_version, sl_helm_metadata, app_version)
TEXT_GETTER(metadata_kube_version, sl_helm_metadata, kube_version)
TEXT_GETTER(metadata_type, sl_helm_metadata, type)

static struct sl_goval metadata_sources(struct sl_arena *a, const void *ptr)
{
	const struct sl_helm_metadata *m = ptr;

	return texts(a, m->sources, m->source_count);
}

static struct sl_goval metadata_keywords(struct sl_arena *a, const void *ptr)
{
	const struct sl_helm_metadata *m = ptr;

	return texts(a, m->keywords, m->keyword_count);
}

static struct sl_goval metadata_deprecated(struct sl_arena *a, const void *ptr)
{
	(void)a;
	return sl_goval_bool(((const struct sl_helm_metadata *)ptr)->deprecated);
}

static struct sl_goval metadata_annotations(struct sl_arena *a, const void *ptr)
{
	(void)a;
	return (struct sl_goval){ .type = &sl_go_string_map,
				  .map = ((const struct sl_helm_metadata *)ptr)->annotations };
}

static struct sl_goval metadata_maintainers(struct sl_arena *a, const void *ptr)
{
	const struct sl_helm_metadata *m = ptr;
	struct sl_go_list *list = m->maintainers ? sl_go_list_new(a, m->maintainer_count) : NULL;

	for (size_t i = 0; m->maintainers && i < m->maintainer_count; i++)
		sl_go_list_push(
			a, list,
			(struct sl_goval){ .type = &maintainer_pointer, .ptr = m->maintainers[i] });
	return (struct sl_goval){ .type = &maintainers_type, .list = list };
}

static struct sl_goval metadata_dependencies(struct sl_arena *a, const void *ptr)
{
	const struct sl_helm_metadata *m = ptr;
	struct sl_go_list *list = m->dependencies ? sl_go_list_new(a, m->dependency_count) : NULL;

	for (size_t i = 0; m->dependencies && i < m->dependency_count; i++)
		sl_go_list_push(a, list,
				(struct sl_goval){ .type = &dependency_pointer,
						   .ptr = m->dependencies[i] });
	return (struct sl_goval){ .type = &dependencies_type, .list = list };
}

static struct sl_goval chart_metadata(struct sl_arena *a, const void *ptr);

static struct sl_goval chart_is_root(struct sl_arena *a, const void *ptr)
{
	(void)a;
	return sl_goval_bool(((const struct chart_object *)ptr)->is_root);
}

#define METADATA_FIELDS(promoted) \
	{ "Name", metadata_name, "name", true, promoted }, \
		{ "Home", metadata_home, "home", true, promoted }, \
		{ "Sources", metadata_sources, "sources", true, promoted }, \
		{ "Version", metadata_version, "version", true, promoted }, \
		{ "Description", metadata_description, "description", true, promoted }, \
		{ "Keywords", metadata_keywords, "keywords", true, promoted }, \
		{ "Maintainers", metadata_maintainers, "maintainers", true, promoted }, \
		{ "Icon", metadata_icon, "icon", true, promoted }, \
		{ "APIVersion", metadata_api_version, "apiVersion", true, promoted }, \
		{ "Condition", metadata_condition, "condition", true, promoted }, \
		{ "Tags", metadata_tags, "tags", true, promoted }, \
		{ "AppVersion", metadata_app_version, "appVersion", true, promoted }, \
		{ "Deprecated", metadata_deprecated, "deprecated", true, promoted }, \
		{ "Annotations", metadata_annotations, "annotations", true, promoted }, \
		{ "KubeVersion", metadata_kube_version, "kubeVersion", true, promoted }, \
		{ "Dependencies", metadata_dependencies, "dependencies", true, promoted }, \
	{ \
		"Type", metadata_type, "type", true, promoted \
	}

static const struct sl_go_type metadata_type_ = {
	.kind = SL_GO_STRUCT,
	.name = "chart.Metadata",
	.fields = (const struct sl_go_field[]){ METADATA_FIELDS(false), { .name = NULL } },
};

static const struct sl_go_type chart_type = {
	.kind = SL_GO_STRUCT,
	.name = "struct { chart.Metadata; IsRoot bool }",
	.fields =
		(const struct sl_go_field[]){
			{ .name = "Metadata", .get = chart_metadata, .json = "-" },
			METADATA_FIELDS(true),
			{ .name = "IsRoot", .get = chart_is_root },
			{ .name = NULL },
		},
};

static struct sl_goval object_of(const struct sl_go_type *type, const void *ptr)
{
	struct sl_goval v = { .type = type };

	/* Nothing writes through it: a template only reads. */
	memcpy(&v.ptr, &ptr, sizeof(ptr));
	return v;
}

static struct sl_goval chart_metadata(struct sl_arena *a, const void *ptr)
{
	(void)a;
	return object_of(&metadata_type_, ptr);
}

struct sl_goval sl_helm_metadata_object(const struct sl_helm_metadata *m)
{
	return object_of(&metadata_type_, m);
}

struct sl_goval sl_helm_chart_object(struct sl_arena *a, const struct sl_helm_chart *c)
{
	struct chart_object *o = sl_arena_new(a, struct chart_object);

	o->metadata = *c->metadata;
	o->is_root = !c->parent;
	return object_of(&chart_type, o);
}

struct sl_value *sl_helm_metadata_value(struct sl_arena *a, const struct sl_helm_metadata *m)
{
	struct sl_value *v = NULL;

	/* Texts and lists of them: nothing that could not be written. */
	return sl_goval_to_value(a, sl_helm_metadata_object(m), &v, NULL) < 0 ? sl_value_map(a) : v;
}

/* ---- .Release ---- */

struct sl_goval sl_helm_release_object(struct sl_arena *a, const struct sl_helm_options *o)
{
	struct sl_go_map *m = sl_go_map_new(a);

	sl_go_map_set(a, m, SL_STR("Name"), sl_goval_str(o->release));
	sl_go_map_set(a, m, SL_STR("Namespace"), sl_goval_str(o->namespace_));
	sl_go_map_set(a, m, SL_STR("IsUpgrade"), sl_goval_bool(o->is_upgrade));
	sl_go_map_set(a, m, SL_STR("IsInstall"), sl_goval_bool(!o->is_upgrade));
	sl_go_map_set(a, m, SL_STR("Revision"), sl_goval_int(o->revision ? o->revision : 1));
	sl_go_map_set(a, m, SL_STR("Service"), sl_goval_strz("Helm"));
	return sl_goval_map(m);
}
