#include "libcommon/render/kustomize/target.h"

#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/chart.h"
#include "libcommon/render/kustomize/schema.h"
#include "libcommon/render/kustomize/vars.h"

/* The version of Kubernetes that kustomize's schema is of. */
#define BUILTIN_SCHEMA "v1.21.2"

static struct sl_str file_name(const struct sl_kz_kustfile *kust)
{
	struct sl_str file = sl_str(kust->file);

	return sl_str_sub(file, (size_t)(sl_str_rchr(file, '/') + 1), file.n);
}

const struct sl_kz_origin *sl_kz_file_origin(const struct sl_kz_stage *s)
{
	return sl_kz_origin_append(s->kz->a, s->origin, file_name(s->kust));
}

const struct sl_kz_origin *sl_kz_stage_origin(const struct sl_kz_stage *s)
{
	struct sl_kz_origin *o;

	if (s->plugin)
		return s->plugin->origin;
	o = sl_arena_new(s->kz->a, struct sl_kz_origin);
	*o = *sl_kz_file_origin(s);
	o->configured_in = o->path;
	o->path = SL_STR_NULL;
	o->configured_by = s->builtin;
	return o;
}

struct sl_kz_fieldspecs sl_kz_stage_specs(const struct sl_kz_stage *s, enum sl_kz_config_list list)
{
	return s->m->config->lists[list];
}

void sl_kz_stage_done(struct sl_kz_stage *s)
{
	const struct sl_kz_origin *o = s->kz->track_origin ? sl_kz_stage_origin(s) : NULL;

	/* A validator leaves no mark. */
	if (s->validating)
		return;
	for (size_t i = 0; o && i < s->m->n; i++) {
		if (sl_kz_is_empty(s->m->v[i]->obj))
			continue;
		sl_kz_add_transformation(s->kz, s->m->v[i], o);
		sl_kz_remake_annotations(s->kz, s->m->v[i]);
	}
	sl_kz_map_drop_deleted(s->m);
}

/* kustomize keeps origins in annotations, and wants room for them. */
static int set_origins(struct sl_kz_stage *s, struct sl_kz_map *found, struct sl_str rel,
		       struct sl_err *err)
{
	const struct sl_kz_origin *o = sl_kz_origin_append(s->kz->a, s->origin, rel);
	int r = 0;

	for (size_t i = 0; i < found->n && r == 0; i++) {
		found->v[i]->origin = o;
		r = sl_kz_check_map(sl_get(found->v[i]->obj, "metadata", "annotations"),
				    "metadata.annotations", err);
	}
	if (r < 0)
		sl_err_wrap(err, "cannot add path annotation for '%.*s'", SL_STR_FMT(rel));
	return r;
}

static int add_file(struct sl_kz_stage *s, struct sl_str rel, struct sl_err *err)
{
	struct sl_str text;
	const char *path;
	struct sl_kz_map found = { 0 };
	int r = sl_kz_load(s->kz, s->dir, rel, &text, &path, err);

	if (r == 0)
		r = sl_kz_decode_resources(s->kz, text, path, &found, err);
	if (r < 0) {
		sl_err_wrap(err, "accumulating resources from '%.*s'", SL_STR_FMT(rel));
		return r;
	}
	if (s->kz->track_origin)
		r = set_origins(s, &found, rel, err);
	if (r < 0)
		return r;
	r = sl_kz_map_append_all(s->kz, s->m, &found, err);
	if (r < 0)
		sl_err_wrap(err, "merging resources from '%.*s'", SL_STR_FMT(rel));
	return r;
}

static int check_kind(struct sl_kz *kz, const struct sl_kz_kustfile *kust, const char *path,
		      bool component, struct sl_err *err)
{
	if (kust->is_component == component)
		return 0;
	if (component)
		sl_err_set(err, SL_ERR_INVALID,
			   "expected kind 'Component' for path '%s' but got 'Kustomization'",
			   sl_kz_shown(kz, path));
	else
		sl_err_set(err, SL_ERR_INVALID, "expected kind != 'Component' for path '%s'",
			   sl_kz_shown(kz, path));
	sl_err_at(err, kust->file, 0, "kind");
	return SL_ERR_INVALID;
}

static int add_directory(struct sl_kz_stage *s, struct sl_str rel, bool component,
			 struct sl_err *err)
{
	struct sl_kz_dir dir;
	struct sl_kz_kustfile kust;
	struct sl_kz_map own = { 0 };
	int r = sl_kz_enter(s->kz, s->dir, rel, &dir, err);

	if (r < 0)
		return r;
	dir.chart_namespace = sl_get_str(s->kust->value, "namespace");
	if (!dir.chart_namespace.n)
		dir.chart_namespace = s->dir->chart_namespace;
	r = sl_kz_kustfile_load(s->kz, dir.path, &kust, err);
	if (r < 0) {
		sl_err_wrap(err, "couldn't make target for path '%s'",
			    sl_kz_shown(s->kz, dir.path));
		return r;
	}
	r = check_kind(s->kz, &kust, dir.path, component, err);
	if (r < 0)
		return r;
	r = sl_kz_accumulate(s->kz, &kust, &dir, sl_kz_origin_append(s->kz->a, s->origin, rel),
			     component ? s->m : &own, err);
	if (r < 0)
		return r;
	r = component ? sl_kz_map_check_unique(s->kz, s->m,
					       "may not add resource with an already registered id",
					       err)
		      : sl_kz_map_append_all(s->kz, s->m, &own, err);
	if (r == 0)
		r = sl_kz_config_merge(s->kz, component ? NULL : s->m->config,
				       component ? s->m->config : own.config, &s->m->config, err);
	if (r == 0 && !component)
		r = sl_kz_vars_inherit(s->kz, s->m, &own, err);
	if (r < 0)
		sl_err_wrap(err, "recursed merging from path '%s'", sl_kz_shown(s->kz, dir.path));
	return r;
}

/* A directory is a base; anything else is taken as a file, and said to be missing as one. */
static bool is_directory(struct sl_kz_stage *s, struct sl_str rel)
{
	SL_AUTO(sl_err) ignored = SL_ERR_INIT;
	const char *path;

	return sl_kz_path_join(s->kz->a, s->dir->path, rel, &path, &ignored) == 0 &&
	       s->kz->fs->stat(s->kz->fs->ctx, path) == SL_KUSTOMIZE_DIR;
}

/*
 * A web address may be a file or a repository: what can be had as a file of objects is one, as in
 * kustomize.
 */
static int add_remote(struct sl_kz_stage *s, struct sl_str rel, struct sl_err *err)
{
	SL_AUTO(sl_err) as_file = SL_ERR_INIT;
	struct sl_kustomize_repo repo;
	bool is_repo = sl_kustomize_repo_parse(s->kz->a, rel, &repo, NULL) == 0;

	if (sl_kustomize_is_web(rel) && (s->kz->fs->fetch || !is_repo)) {
		int r = add_file(s, rel, &as_file);

		if (r == 0 || !is_repo)
			return r < 0 ? sl_err_move(err, &as_file) : 0;
	}
	int r = add_directory(s, rel, false, err);

	if (r < 0 && as_file.message)
		sl_err_wrap(err, "no file of objects (%s), and as a repository", as_file.message);
	return r;
}

static bool is_here(struct sl_kz_stage *s, struct sl_str rel)
{
	SL_AUTO(sl_err) ignored = SL_ERR_INIT;
	const char *path;

	return sl_kz_path_join(s->kz->a, s->dir->path, rel, &path, &ignored) == 0 &&
	       s->kz->fs->stat(s->kz->fs->ctx, path) != SL_KUSTOMIZE_NONE;
}

int sl_kz_add_resource(struct sl_kz_stage *s, struct sl_str rel, struct sl_err *err)
{
	bool here = is_here(s, rel);

	if (!here && sl_kz_is_remote(rel))
		return add_remote(s, rel, err);
	int r = here ? 0 : sl_kz_check_path(rel, err);

	if (r < 0)
		return r;
	if (!is_directory(s, rel))
		return add_file(s, rel, err);
	r = add_directory(s, rel, false, err);
	if (r < 0)
		sl_err_wrap(err, "accumulating resources from '%.*s'", SL_STR_FMT(rel));
	return r;
}

static int add_list(struct sl_kz_stage *s, const char *field, struct sl_err *err)
{
	const struct sl_value *list = sl_get(s->kust->value, field);
	bool components = sl_streq(field, "components");

	for (size_t i = 0; i < sl_list_len(list); i++) {
		const struct sl_value *item = sl_list_get(list, i);
		int r = components ? add_directory(s, sl_as_str(item), true, err)
				   : sl_kz_add_resource(s, sl_as_str(item), err);

		if (r < 0) {
			sl_err_at(err, s->kust->file, item->line,
				  sl_arena_printf(s->kz->a, "%s[%zu]", field, i));
			if (components)
				sl_err_wrap(err, "accumulating components");
			return r;
		}
	}
	return sl_kz_check_memory(s->kz, err);
}

/* The defaults, and what the kustomization says beside them and what came from below. */
static int configure(struct sl_kz_stage *s, struct sl_err *err)
{
	const struct sl_kz_config *own = NULL, *crds = NULL, *config;
	const struct sl_value *k = s->kust->value;
	int r = sl_kz_config_load(s->kz, s->dir, sl_get(k, "configurations"), &own, err);

	if (r == 0)
		r = sl_kz_config_merge(s->kz, sl_kz_config_default(s->kz), own, &config, err);
	if (r == 0)
		r = sl_kz_config_merge(s->kz, s->m->config, config, &s->m->config, err);
	if (r == 0)
		r = sl_kz_config_load_crds(s->kz, s->dir, sl_get(k, "crds"), &crds, err);
	if (r == 0)
		r = sl_kz_config_merge(s->kz, s->m->config, crds, &s->m->config, err);
	if (r < 0) {
		sl_value_err_at(sl_get(k, "configurations"), "configurations", err);
		sl_err_at(err, s->kust->file, 0, NULL);
	}
	return r;
}

static int run_transformers(struct sl_kz_stage *s, struct sl_err *err)
{
	for (size_t i = 0; i < sl_kz_transformer_count; i++) {
		s->builtin = sl_kz_transformers[i].builtin;
		int r = sl_kz_transformers[i].run(s, err);

		if (r == 0)
			r = sl_kz_check_memory(s->kz, err);
		if (r < 0) {
			sl_err_at(err, s->kust->file, 0, NULL);
			return r;
		}
	}
	return 0;
}

/* The first `openapi` on the way counts for all. */
static int choose_schema(struct sl_kz_stage *s, struct sl_err *err)
{
	const struct sl_value *field = sl_get(s->kust->value, "openapi");
	const struct sl_value *path = sl_get(field, "path"), *version = sl_get(field, "version");
	struct sl_yaml_options options = { .rules = SL_YAML_KUBERNETES,
					   .allow_duplicates = true,
					   .first_document = true };
	struct sl_kz_schema *schema = s->kz->schema;
	struct sl_value *doc;
	struct sl_str text;
	int r = path ? sl_kz_load(s->kz, s->dir, sl_as_str(path), &text, &options.file, err) : 0;

	if (r < 0 || schema->chosen)
		return r;
	if (path && version)
		return sl_err_set(err, SL_ERR_INVALID,
				  "builtin version and custom schema provided, cannot use both");
	if (sl_as_str(version).n > 0 && !sl_str_eqz(sl_as_str(version), BUILTIN_SCHEMA))
		return sl_err_set(err, SL_ERR_INVALID,
				  "the specified OpenAPI version is not built in: '%.*s', there is "
				  "only " BUILTIN_SCHEMA,
				  SL_STR_FMT(sl_as_str(version)));
	schema->chosen = path || sl_as_str(version).n > 0;
	if (!path)
		return 0;
	r = sl_yaml_parse(s->kz->a, text, &options, &doc, err);
	return r < 0 ? r : sl_kz_schema_use(s->kz->a, schema, doc, err);
}

int sl_kz_accumulate(struct sl_kz *kz, const struct sl_kz_kustfile *kust,
		     const struct sl_kz_dir *dir, const struct sl_kz_origin *origin,
		     struct sl_kz_map *m, struct sl_err *err)
{
	struct sl_kz_stage s = { .kz = kz, .kust = kust, .dir = dir, .m = m, .origin = origin };
	int r = choose_schema(&s, err);

	if (r < 0) {
		sl_value_err_at(sl_get(kust->value, "openapi"), "openapi", err);
		sl_err_at(err, kust->file, 0, NULL);
		return r;
	}
	r = add_list(&s, "resources", err);
	if (r == 0)
		r = configure(&s, err);
	if (r == 0)
		r = sl_kz_generate(&s, err);
	if (r == 0)
		r = sl_kz_charts_generate(&s, err);
	if (r == 0)
		r = sl_kz_run_generators(&s, err);
	if (r == 0)
		r = add_list(&s, "components", err);
	if (r == 0)
		r = run_transformers(&s, err);
	if (r == 0)
		r = sl_kz_run_transformers(&s, err);
	if (r == 0)
		r = sl_kz_run_validators(&s, err);
	return r < 0 ? r : sl_kz_vars_declare(kz, m, sl_get(kust->value, "vars"), err);
}
