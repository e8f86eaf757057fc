#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/kustfields.h"
#include "libcommon/render/kustomize/replace.h"
#include "libcommon/render/kustomize/selector.h"
#include "libcommon/render/kustomize/transform.h"

/* Objects are named as they are, or as they were at any time; namespaces as they are written. */
struct ids {
	const struct sl_kz *kz;
	const struct sl_kz_resource *r;
	size_t n;
};

static struct ids ids_of(const struct sl_kz *kz, const struct sl_kz_resource *r)
{
	return (struct ids){ .kz = kz, .r = r, .n = r->prev_n + 1 };
}

static struct sl_kz_id id_at(const struct ids *ids, size_t i)
{
	struct sl_kz_id id =
		i == 0 ? sl_kz_current_id(ids->kz, ids->r) : sl_kz_prev_id(ids->kz, ids->r, i - 1);

	/* Kinds without namespace get no special treatment here. */
	id.cluster = false;
	return id;
}

static bool same_or_any(struct sl_str wanted, struct sl_str s)
{
	return wanted.n == 0 || sl_str_eq(wanted, s);
}

static bool is_source(const struct sl_kz *kz, const struct sl_value *source,
		      const struct sl_kz_resource *r)
{
	struct ids ids = ids_of(kz, r);

	for (size_t i = 0; i < ids.n; i++) {
		struct sl_kz_id id = id_at(&ids, i);

		if (same_or_any(sl_get_str(source, "name"), id.name) &&
		    same_or_any(sl_get_str(source, "namespace"), sl_kz_effective_ns(&id)) &&
		    same_or_any(sl_get_str(source, "group"), id.group) &&
		    same_or_any(sl_get_str(source, "version"), id.version) &&
		    same_or_any(sl_get_str(source, "kind"), id.kind))
			return true;
	}
	return false;
}

static struct sl_kz_id wanted_id(const struct sl_value *source)
{
	return (struct sl_kz_id){ .name = sl_get_str(source, "name"),
				  .ns = sl_get_str(source, "namespace"),
				  .group = sl_get_str(source, "group"),
				  .version = sl_get_str(source, "version"),
				  .kind = sl_get_str(source, "kind") };
}

static int find_source(struct sl_kz_stage *s, const struct sl_value *source,
		       struct sl_kz_resource **ret, struct sl_err *err)
{
	struct sl_kz_id id = wanted_id(source);
	const char *text = sl_kz_id_text(s->kz->a, &id);

	*ret = NULL;
	for (size_t i = 0; i < s->m->n; i++) {
		if (!is_source(s->kz, source, s->m->v[i]))
			continue;
		if (*ret)
			return sl_value_err_set(err, source, "source", SL_ERR_INVALID,
						"multiple matches for selector %s", text);
		*ret = s->m->v[i];
	}
	return *ret ? 0
		    : sl_value_err_set(err, source, "source", SL_ERR_INVALID,
				       "nothing selected by %s", text);
}

static struct sl_str or_default(struct sl_str path)
{
	return path.n > 0 ? path : SL_STR("metadata.name");
}

static int source_value(struct sl_kz_stage *s, const struct sl_value *source, struct sl_value **ret,
			struct sl_err *err)
{
	struct sl_kz_replace_options o = sl_kz_replace_options(sl_get(source, "options"));
	struct sl_str path = or_default(sl_get_str(source, "fieldPath"));
	struct sl_kz_field_path parts = { 0 };
	struct sl_kz_resource *from = NULL;
	struct sl_value *v = NULL;
	int r = find_source(s, source, &from, err);

	if (r == 0)
		r = sl_kz_field_path_split(s->kz, path, &parts, err);
	if (r < 0)
		return r;
	r = sl_kz_field_lookup(s->kz, from->obj, parts, &v, err);
	if (r < 0) {
		sl_err_wrap(err, "error looking up replacement source");
		sl_value_err_at(source, "source.fieldPath", err);
		return r;
	}
	struct sl_kz_id id = sl_kz_current_id(s->kz, from);

	if (sl_kz_is_empty(v))
		return sl_value_err_set(err, source, "source.fieldPath", SL_ERR_INVALID,
					"fieldPath `%.*s` is missing for replacement source %s",
					SL_STR_FMT(path), sl_kz_id_text(s->kz->a, &id));
	r = sl_kz_replace_cut(s->kz, v, &o, ret, err);
	if (r < 0)
		sl_value_err_at(source, "source.options", err);
	return r;
}

static int replacement_value(struct sl_kz_stage *s, const struct sl_value *v, struct sl_value **ret,
			     struct sl_err *err)
{
	const struct sl_value *source = sl_get(v, "source"), *given = sl_get(v, "sourceValue");

	if ((!source && !given) || sl_list_len(sl_get(v, "targets")) == 0)
		return sl_value_err_set(
			err, v, NULL, SL_ERR_INVALID,
			"replacements must specify a source and at least one target");
	if (source && given)
		return sl_value_err_set(err, given, "sourceValue", SL_ERR_INVALID,
					"value and resource selectors are mutually exclusive");
	if (source)
		return source_value(s, source, ret, err);
	*ret = sl_kz_field_untyped(s->kz, sl_as_str(given));
	return 0;
}

/* One selector of a target. */
struct choice {
	struct sl_kz_target target;
	bool by_id, by_labels;
};

static int parse_choice(struct sl_kz *kz, const struct sl_value *v, struct choice *ret,
			struct sl_err *err)
{
	static const char *const id_fields[] = { "group", "version", "kind", "name", "namespace" };

	*ret = (struct choice){ .by_labels = sl_get_str(v, "labelSelector").n > 0 ||
					     sl_get_str(v, "annotationSelector").n > 0 };
	for (size_t i = 0; i < SL_ARRAY_LEN(id_fields); i++)
		ret->by_id |= sl_get_str(v, id_fields[i]).n > 0;
	return sl_kz_target_parse(kz, v, &ret->target, err);
}

static bool chosen_by_id(const struct sl_kz *kz, const struct choice *c,
			 const struct sl_kz_resource *r)
{
	struct ids ids = ids_of(kz, r);

	for (size_t i = 0; i < ids.n; i++) {
		struct sl_kz_id id = id_at(&ids, i);

		if (sl_kz_target_matches_id(&c->target, &id))
			return true;
	}
	return false;
}

struct target {
	struct choice select;
	struct choice *reject;
	size_t reject_n;
	const struct sl_value *paths; /* NULL: the name */
	struct sl_kz_replace_options options;
};

static int parse_target(struct sl_kz *kz, const struct sl_value *v, struct target *ret,
			struct sl_err *err)
{
	const struct sl_value *select = sl_get(v, "select"), *reject = sl_get(v, "reject");

	if (!select)
		return sl_value_err_set(err, v, "select", SL_ERR_INVALID,
					"target must specify resources to select");
	*ret = (struct target){ .paths = sl_get(v, "fieldPaths"),
				.options = sl_kz_replace_options(sl_get(v, "options")),
				.reject_n = sl_list_len(reject) };
	ret->reject = sl_arena_array(kz->a, ret->reject_n + 1, sizeof(struct choice));
	int r = parse_choice(kz, select, &ret->select, err);

	for (size_t i = 0; r == 0 && i < ret->reject_n; i++)
		r = parse_choice(kz, sl_list_get(reject, i), &ret->reject[i], err);
	if (r < 0) {
		sl_err_wrap(err, "error creating target selector");
		sl_value_err_at(v, "select", err);
	}
	return r;
}

/* What is rejected by its labels is so whatever its name, and the other way round. */
static bool is_target(const struct sl_kz *kz, const struct target *t,
		      const struct sl_kz_resource *r)
{
	if (!sl_kz_target_matches_labels(kz, &t->select.target, r->obj))
		return false;
	for (size_t i = 0; i < t->reject_n; i++) {
		const struct choice *c = &t->reject[i];

		if ((c->by_labels && sl_kz_target_matches_labels(kz, &c->target, r->obj)) ||
		    (c->by_id && chosen_by_id(kz, c, r)))
			return false;
	}
	return chosen_by_id(kz, &t->select, r);
}

static int replace_in(struct sl_kz_stage *s, const struct target *t, struct sl_kz_resource *r,
		      const struct sl_value *value, struct sl_err *err)
{
	size_t n = sl_list_len(t->paths);
	struct sl_kz_id id = sl_kz_current_id(s->kz, r);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < (n ? n : 1); i++) {
		struct sl_str path =
			n ? sl_as_str(sl_list_get(t->paths, i)) : SL_STR("metadata.name");

		rc = sl_kz_replace_field(s->kz, r->obj, path, value, &t->options, err);
	}
	if (rc < 0)
		sl_err_wrap(err, "%s", sl_kz_id_text(s->kz->a, &id));
	return rc < 0 ? rc : sl_kz_check_memory(s->kz, err);
}

static int replace(struct sl_kz_stage *s, const struct sl_value *v, struct sl_err *err)
{
	const struct sl_value *targets = sl_get(v, "targets");
	struct sl_value *value;
	int r = replacement_value(s, v, &value, err);

	for (size_t i = 0; r == 0 && i < sl_list_len(targets); i++) {
		struct target t;

		r = parse_target(s->kz, sl_list_get(targets, i), &t, err);
		for (size_t k = 0; r == 0 && k < s->m->n; k++)
			if (!sl_kz_is_empty(s->m->v[k]->obj) && is_target(s->kz, &t, s->m->v[k]))
				r = replace_in(s, &t, s->m->v[k], value, err);
	}
	return r;
}

/* A file holds one replacement or a list of them; what it has beside that is left alone. */
static int load_file(struct sl_kz_stage *s, const struct sl_value *path, struct sl_value *list,
		     struct sl_err *err)
{
	struct sl_yaml_options options = { .rules = SL_YAML_KUBERNETES,
					   .allow_duplicates = true,
					   .first_document = true };
	struct sl_value *doc = NULL, *one;
	struct sl_str text;
	int r = sl_kz_load(s->kz, s->dir, sl_as_str(path), &text, &options.file, err);

	if (r == 0)
		r = sl_yaml_parse(s->kz->a, text, &options, &doc, err);
	if (r < 0)
		return r;
	if (!sl_is_map(doc) && !sl_is_list(doc))
		return sl_value_err_set(
			err, doc, NULL, SL_ERR_INVALID,
			"a file of replacements must hold a map or a list, got a %s",
			sl_value_kind_name(doc));
	for (size_t i = 0; r == 0 && i < (sl_is_list(doc) ? doc->list.n : 1); i++) {
		r = sl_kz_decode_struct(s->kz, &sl_kz_replacement_struct,
					sl_is_list(doc) ? doc->list.items[i] : doc,
					SL_KZ_UNKNOWN_WARN_LAX, &one, err);
		if (r == 0)
			sl_list_push(s->kz->a, list, one);
	}
	return r;
}

static int expand(struct sl_kz_stage *s, const struct sl_value *v, struct sl_value *list,
		  struct sl_err *err)
{
	const struct sl_value *path = sl_get(v, "path");

	if (sl_as_str(path).n == 0) {
		sl_list_push(s->kz->a, list, sl_value_copy(s->kz->a, v));
		return 0;
	}
	if (sl_get(v, "source") || sl_list_len(sl_get(v, "targets")) > 0)
		return sl_value_err_set(err, path, "path", SL_ERR_INVALID,
					"cannot specify both path and inline replacement");
	return load_file(s, path, list, err);
}

int sl_kz_replace_all(struct sl_kz_stage *s, const struct sl_value *replacements,
		      struct sl_err *err)
{
	struct sl_value *list = sl_value_list(s->kz->a);
	const char *field = NULL;
	int r = 0;

	/* All files are read before anything is replaced. */
	for (size_t i = 0; r == 0 && i < sl_list_len(replacements); i++) {
		field = sl_arena_printf(s->kz->a, "replacements[%zu]", i);
		r = expand(s, sl_list_get(replacements, i), list, err);
		if (r < 0)
			sl_value_err_at(sl_list_get(replacements, i), field, err);
	}
	for (size_t i = 0; r == 0 && i < sl_list_len(list); i++) {
		field = sl_arena_printf(s->kz->a, "replacements[%zu]", i);
		r = replace(s, sl_list_get(list, i), err);
		if (r < 0)
			sl_value_err_at(sl_list_get(list, i), field, err);
	}
	if (r < 0) {
		sl_err_wrap(err, "%s", field);
		return r;
	}
	sl_kz_map_touch(s->m);
	sl_kz_stage_done(s);
	return 0;
}

int sl_kz_transform_replacements(struct sl_kz_stage *s, struct sl_err *err)
{
	const struct sl_value *list = sl_get(s->kust->value, "replacements");

	return sl_list_len(list) > 0 ? sl_kz_replace_all(s, list, err) : 0;
}
