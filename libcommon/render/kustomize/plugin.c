#include "libcommon/render/kustomize/plugin.h"

#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/fieldpath.h"
#include "libcommon/render/kustomize/target.h"

struct plugins {
	struct sl_kz_plugin *v;
	size_t n;
};

/* Objects given in place. SL_ERR_UNCHANGED when the text is none, and names a file or directory. */
static int add_inline(struct sl_kz_stage *s, const struct sl_value *item, const char *place,
		      struct sl_kz_map *configs, struct sl_err *err)
{
	SL_AUTO(sl_err) in_place = SL_ERR_INIT;
	struct sl_kz_map found = { 0 };
	const char *file = sl_arena_printf(s->kz->a, "%s %s", s->kust->file, place);
	int r = sl_kz_decode_resources(s->kz, sl_as_str(item), file, &found, &in_place);

	if (r < 0 && sl_str_chr(sl_as_str(item), '\n') < 0)
		return SL_ERR_UNCHANGED;
	if (r < 0)
		return sl_err_move(err, &in_place);
	for (size_t i = 0; i < found.n && s->kz->track_origin; i++)
		found.v[i]->origin = sl_kz_file_origin(s);
	return sl_kz_map_append_all(s->kz, configs, &found, err);
}

/* First what is given in place, then what files and directories hold: kustomize's order. */
static int load_configs(struct sl_kz_stage *s, const char *field, struct sl_kz_map *configs,
			struct sl_err *err)
{
	const struct sl_value *list = sl_get(s->kust->value, field);
	bool *is_path = sl_arena_array(s->kz->a, sl_list_len(list) + 1, sizeof(bool));
	struct sl_kz_stage reading = *s;

	reading.m = configs;
	for (size_t i = 0; i < 2 * sl_list_len(list); i++) {
		size_t k = i % list->list.n;
		const struct sl_value *item = sl_list_get(list, k);
		const char *place = sl_arena_printf(s->kz->a, "%s[%zu]", field, k);
		int r = 0;

		if (i < list->list.n) {
			r = add_inline(s, item, place, configs, err);
			is_path[k] = r == SL_ERR_UNCHANGED;
			r = is_path[k] ? 0 : r;
		} else if (is_path[k]) {
			r = sl_kz_add_resource(&reading, sl_as_str(item), err);
		}
		if (r < 0) {
			sl_err_at(err, s->kust->file, item->line, place);
			return r;
		}
	}
	return 0;
}

static int fail(const struct sl_kz_plugin *p, int code, struct sl_err *err)
{
	sl_value_err_at(p->config, NULL, err);
	return code;
}

static int refuse_external(struct sl_kz *kz, const struct sl_kz_plugin *p, struct sl_err *err)
{
	struct sl_str kind = sl_kz_text(kz->a, sl_get(p->config, "kind"));

	return fail(p,
		    sl_err_set(err, SL_ERR_UNSUPPORTED,
			       "external plugins disabled; unable to load external plugin '%.*s': "
			       "exec and container functions would run programs on this machine, "
			       "and only apiVersion builtin is run",
			       SL_STR_FMT(kind)),
		    err);
}

static int refuse_builtin(struct sl_kz *kz, const struct sl_kz_plugin *p, struct sl_err *err)
{
	struct sl_str kind = sl_kz_text(kz->a, sl_get(p->config, "kind"));

	return fail(p,
		    sl_err_set(err, SL_ERR_INVALID, "unable to load builtin %.*s.builtin.[noGrp]",
			       SL_STR_FMT(kind)),
		    err);
}

static const struct sl_kz_origin *origin_of(struct sl_kz *kz, const struct sl_kz_resource *r)
{
	if (!kz->track_origin || !r->origin)
		return NULL;
	struct sl_kz_origin *o = sl_arena_new(kz->a, struct sl_kz_origin);

	*o = *r->origin;
	o->configured_in = o->path;
	o->path = SL_STR_NULL;
	o->configured_by = sl_arena_printf(kz->a, "%.*s", SL_STR_FMT(sl_kz_kind(kz, r)));
	o->name = sl_arena_str(kz->a, sl_kz_name(kz, r));
	o->ns = sl_arena_str(kz->a, sl_kz_namespace(kz, r));
	return o;
}

/* Find out what the plugin is, and read its arguments. */
static int load(struct sl_kz_stage *s, const struct sl_kz_resource *r, bool generators,
		struct sl_kz_plugin *p, struct sl_err *err)
{
	struct sl_kz_id id = sl_kz_original_id(s->kz, r);

	*p = (struct sl_kz_plugin){ .config = r->obj,
				    .id = sl_kz_id_text(s->kz->a, &id),
				    .origin = origin_of(s->kz, r) };
	if (!sl_str_eqz(sl_kz_text(s->kz->a, sl_get(r->obj, "apiVersion")), "builtin"))
		return refuse_external(s->kz, p, err);
	p->kind = sl_kz_plugin_find(id.kind);
	if (!p->kind)
		return refuse_builtin(s->kz, p, err);
	if (generators != (p->kind->generate != NULL))
		return fail(p,
			    sl_err_set(err, SL_ERR_INVALID, "plugin %s not a %s", p->id,
				       generators ? "generator" : "transformer"),
			    err);
	/* A plugin is handed its configuration as text. */
	sl_yaml_read_back(s->kz->a, r->obj);
	sl_kz_numbers_from_json(s->kz, r->obj);
	/* What sigs.k8s.io/yaml takes for text it does not look for in the structures of generators. */
	int rc = sl_kz_decode_struct(s->kz, p->kind->args, r->obj,
				     generators ? SL_KZ_UNKNOWN_KEEP : SL_KZ_UNKNOWN_KEEP_LAX,
				     &p->args, err);

	if (rc == 0 && p->kind->check)
		rc = p->kind->check(s, p, err);
	if (rc == 0)
		return 0;
	sl_err_wrap(err, "plugin %s fails configuration", p->id);
	return fail(p, rc, err);
}

static int load_all(struct sl_kz_stage *s, const char *field, bool generators, struct plugins *ret,
		    struct sl_err *err)
{
	struct sl_kz_map configs = { 0 };
	int r = load_configs(s, field, &configs, err);

	ret->n = configs.n;
	ret->v = sl_arena_array(s->kz->a, configs.n + 1, sizeof(*ret->v));
	for (size_t i = 0; i < configs.n && r == 0; i++)
		r = load(s, configs.v[i], generators, &ret->v[i], err);
	return r;
}

int sl_kz_run_generators(struct sl_kz_stage *s, struct sl_err *err)
{
	struct plugins plugins;
	int r = load_all(s, "generators", true, &plugins, err);

	for (size_t i = 0; i < plugins.n && r == 0; i++) {
		const struct sl_kz_plugin *p = &plugins.v[i];
		struct sl_kz_map made = { 0 };

		s->plugin = p;
		r = p->kind->generate(s, p, &made, err);
		for (size_t m = 0; m < made.n && r == 0; m++)
			r = sl_kz_map_absorb(s->kz, s->m, made.v[m], err);
		if (r < 0) {
			sl_err_wrap(err, "plugin %s", p->id);
			r = fail(p, r, err);
		}
	}
	s->plugin = NULL;
	return r;
}

/* Without a name: a plugin that runs over the stage, and what it says when it fails. */
static int run(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	s->plugin = p;
	int r = p->kind->transform(s, p, err);

	s->plugin = NULL;
	if (r == 0)
		r = sl_kz_check_memory(s->kz, err);
	if (r == 0)
		return 0;
	sl_err_wrap(err, "plugin %s", p->id);
	return fail(p, r, err);
}

int sl_kz_run_transformers(struct sl_kz_stage *s, struct sl_err *err)
{
	struct plugins plugins;
	int r = load_all(s, "transformers", false, &plugins, err);

	for (size_t i = 0; i < plugins.n && r == 0; i++)
		r = run(s, &plugins.v[i], err);
	return r;
}

/* What an object was before a validator ran. */
struct before {
	struct sl_value *obj;
	size_t prev_n, prefix_n, suffix_n;
};

/* A validator may put this one label on what it has found good. */
#define VALIDATED_BY "validated-by"

/* A copy to compare, without annotations that hold nothing, which patches leave behind. */
static struct sl_value *seen_by_kustomize(struct sl_kz *kz, const struct sl_kz_resource *r)
{
	struct sl_value *copy = sl_value_copy(kz->a, r->obj);
	struct sl_kz_resource copied = *r;

	/* What kustomize keeps in annotations has made metadata where there were none. */
	copied.obj = copy;
	sl_kz_need_annotations(kz, &copied);
	sl_yaml_read_back(kz->a, copy);
	const struct sl_value *annotations = sl_get(copy, "metadata", "annotations");

	if (sl_is_map(annotations) && annotations->map.n == 0)
		sl_map_remove(sl_get(copy, "metadata"), SL_STR("annotations"));
	return copy;
}

/* As kustomize takes off the mark: it writes all labels anew, as text. */
static struct sl_value *without_mark(struct sl_kz *kz, const struct sl_kz_resource *r)
{
	struct sl_value *copy = seen_by_kustomize(kz, r);
	struct sl_value *labels = sl_get(copy, "metadata", "labels");

	if (!sl_is_map(labels) || !sl_map_remove(labels, SL_STR(VALIDATED_BY)))
		return copy;
	for (size_t i = 0; i < labels->map.n; i++) {
		struct sl_value **v = &labels->map.members[i].value;

		*v = sl_kz_new_text(kz->a, sl_kz_field_text(kz, *v));
	}
	if (labels->map.n == 0)
		sl_map_remove(sl_get(copy, "metadata"), SL_STR("labels"));
	return copy;
}

static struct before *remember(struct sl_kz *kz, const struct sl_kz_map *m)
{
	struct before *b = sl_arena_array(kz->a, m->n + 1, sizeof(*b));

	for (size_t i = 0; i < m->n; i++)
		b[i] = (struct before){ .obj = seen_by_kustomize(kz, m->v[i]),
					.prev_n = m->v[i]->prev_n,
					.prefix_n = m->v[i]->prefixes.n,
					.suffix_n = m->v[i]->suffixes.n };
	return b;
}

/* Were there `n` objects before, and are not now? What a patch deletes may still have its place. */
static bool has_lost(const struct sl_kz_map *m, size_t n)
{
	for (size_t i = 0; i < m->n; i++)
		if (!m->v[i]->obj)
			return true;
	return m->n != n;
}

/*
 * What counts is what the objects hold: kustomize compares the nodes of its parser, and takes a value
 * written anew for another. Former names that the run has left behind go.
 */
static int check_unchanged(struct sl_kz_stage *s, const struct sl_kz_plugin *p,
			   const struct before *before, size_t n, struct sl_err *err)
{
	if (has_lost(s->m, n))
		return fail(p,
			    sl_err_set(err, SL_ERR_INVALID,
				       "validator shouldn't modify the resource map: plugin %s "
				       "removes objects",
				       p->id),
			    err);
	for (size_t i = 0; i < n; i++) {
		struct sl_kz_resource *r = s->m->v[i];
		struct sl_kz_id id = sl_kz_current_id(s->kz, r);

		if (!sl_value_equal(before[i].obj, without_mark(s->kz, r)))
			return fail(p,
				    sl_err_set(err, SL_ERR_INVALID,
					       "validator shouldn't modify the resource map: "
					       "plugin %s changes %s",
					       p->id, sl_kz_id_text(s->kz->a, &id)),
				    err);
		r->prev_n = before[i].prev_n;
		r->prefixes.n = before[i].prefix_n;
		r->suffixes.n = before[i].suffix_n;
	}
	return 0;
}

int sl_kz_run_validators(struct sl_kz_stage *s, struct sl_err *err)
{
	struct plugins plugins;
	int r = load_all(s, "validators", false, &plugins, err);

	s->validating = true;
	for (size_t i = 0; i < plugins.n && r == 0; i++) {
		struct before *before = remember(s->kz, s->m);
		size_t n = s->m->n;

		r = run(s, &plugins.v[i], err);
		if (r == 0)
			r = check_unchanged(s, &plugins.v[i], before, n, err);
	}
	s->validating = false;
	return r;
}
