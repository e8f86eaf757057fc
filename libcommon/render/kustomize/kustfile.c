#include "libcommon/render/kustomize/kustfile.h"

#include "libcommon/codec/yaml.h"

enum field_type {
	T_STRING,
	T_BOOL,
	T_INT,
	T_STRINGS,    /* list of strings */
	T_STRING_MAP, /* map of strings */
	T_STRUCT,
	T_STRUCTS, /* list of structures */
};

/* What kustomize's decoder would call it, for messages. */
struct field {
	const char *name;
	enum field_type type;
	const struct structure *of; /* T_STRUCT, T_STRUCTS */
	bool unsupported;
};

struct structure {
	const char *name;
	const struct field *fields;
	size_t n;
};
#define STRUCTURE(label, table) \
	{ \
		.name = (label), .fields = (table), .n = SL_ARRAY_LEN(table) \
	}

static const struct field meta_fields[] = {
	{ .name = "name", .type = T_STRING },
	{ .name = "namespace", .type = T_STRING },
	{ .name = "labels", .type = T_STRING_MAP },
	{ .name = "annotations", .type = T_STRING_MAP },
};
static const struct structure meta = STRUCTURE("ObjectMeta", meta_fields);

static const struct field field_spec_fields[] = {
	{ .name = "group", .type = T_STRING }, { .name = "version", .type = T_STRING },
	{ .name = "kind", .type = T_STRING },  { .name = "path", .type = T_STRING },
	{ .name = "create", .type = T_BOOL },
};
static const struct structure field_spec = STRUCTURE("FieldSpec", field_spec_fields);

static const struct field label_fields[] = {
	{ .name = "pairs", .type = T_STRING_MAP },
	{ .name = "includeSelectors", .type = T_BOOL },
	{ .name = "includeTemplates", .type = T_BOOL },
	{ .name = "includeVolumeClaimTemplates", .type = T_BOOL },
	{ .name = "fields", .type = T_STRUCTS, .of = &field_spec },
};
static const struct structure label = STRUCTURE("Label", label_fields);

static const struct field selector_fields[] = {
	{ .name = "group", .type = T_STRING },
	{ .name = "version", .type = T_STRING },
	{ .name = "kind", .type = T_STRING },
	{ .name = "name", .type = T_STRING },
	{ .name = "namespace", .type = T_STRING },
	{ .name = "annotationSelector", .type = T_STRING },
	{ .name = "labelSelector", .type = T_STRING },
};
static const struct structure selector = STRUCTURE("Selector", selector_fields);

/* PatchArgs is decoded from a YAML map of any case, like everything here. */
static const struct field patch_option_fields[] = {
	{ .name = "allowNameChange", .type = T_BOOL },
	{ .name = "allowKindChange", .type = T_BOOL },
};
static const struct structure patch_options = STRUCTURE("PatchArgs", patch_option_fields);

static const struct field patch_fields[] = {
	{ .name = "path", .type = T_STRING },
	{ .name = "patch", .type = T_STRING },
	{ .name = "target", .type = T_STRUCT, .of = &selector },
	{ .name = "options", .type = T_STRUCT, .of = &patch_options },
};
static const struct structure patch = STRUCTURE("Patch", patch_fields);

static const struct field image_fields[] = {
	{ .name = "name", .type = T_STRING },	   { .name = "newName", .type = T_STRING },
	{ .name = "tagSuffix", .type = T_STRING }, { .name = "newTag", .type = T_STRING },
	{ .name = "digest", .type = T_STRING },
};
static const struct structure image = STRUCTURE("Image", image_fields);

static const struct field replica_fields[] = {
	{ .name = "name", .type = T_STRING },
	{ .name = "count", .type = T_INT },
};
static const struct structure replica = STRUCTURE("Replica", replica_fields);

static const struct field legacy_sort_fields[] = {
	{ .name = "orderFirst", .type = T_STRINGS },
	{ .name = "orderLast", .type = T_STRINGS },
};
static const struct structure legacy_sort = STRUCTURE("LegacySortOptions", legacy_sort_fields);

static const struct field sort_fields[] = {
	{ .name = "order", .type = T_STRING },
	{ .name = "legacySortOptions", .type = T_STRUCT, .of = &legacy_sort },
};
static const struct structure sort_options = STRUCTURE("SortOptions", sort_fields);

static const struct field generator_option_fields[] = {
	{ .name = "labels", .type = T_STRING_MAP },
	{ .name = "annotations", .type = T_STRING_MAP },
	{ .name = "disableNameSuffixHash", .type = T_BOOL },
	{ .name = "immutable", .type = T_BOOL },
};
static const struct structure generator_options =
	STRUCTURE("GeneratorOptions", generator_option_fields);

static const struct field config_map_fields[] = {
	{ .name = "namespace", .type = T_STRING },
	{ .name = "name", .type = T_STRING },
	{ .name = "behavior", .type = T_STRING },
	{ .name = "literals", .type = T_STRINGS },
	{ .name = "files", .type = T_STRINGS },
	{ .name = "envs", .type = T_STRINGS },
	{ .name = "env", .type = T_STRING },
	{ .name = "options", .type = T_STRUCT, .of = &generator_options },
};
static const struct structure config_map = STRUCTURE("ConfigMapArgs", config_map_fields);

static const struct field secret_fields[] = {
	{ .name = "namespace", .type = T_STRING },
	{ .name = "name", .type = T_STRING },
	{ .name = "behavior", .type = T_STRING },
	{ .name = "literals", .type = T_STRINGS },
	{ .name = "files", .type = T_STRINGS },
	{ .name = "envs", .type = T_STRINGS },
	{ .name = "env", .type = T_STRING },
	{ .name = "options", .type = T_STRUCT, .of = &generator_options },
	{ .name = "type", .type = T_STRING },
};
static const struct structure secret = STRUCTURE("SecretArgs", secret_fields);

static const struct field kustomization_fields[] = {
	{ .name = "kind", .type = T_STRING },
	{ .name = "apiVersion", .type = T_STRING },
	{ .name = "metadata", .type = T_STRUCT, .of = &meta },
	{ .name = "namePrefix", .type = T_STRING },
	{ .name = "nameSuffix", .type = T_STRING },
	{ .name = "namespace", .type = T_STRING },
	{ .name = "commonLabels", .type = T_STRING_MAP },
	{ .name = "labels", .type = T_STRUCTS, .of = &label },
	{ .name = "commonAnnotations", .type = T_STRING_MAP },
	{ .name = "patchesStrategicMerge", .type = T_STRINGS },
	{ .name = "patchesJson6902", .type = T_STRUCTS, .of = &patch },
	{ .name = "patches", .type = T_STRUCTS, .of = &patch },
	{ .name = "images", .type = T_STRUCTS, .of = &image },
	{ .name = "imageTags", .type = T_STRUCTS, .of = &image },
	{ .name = "replicas", .type = T_STRUCTS, .of = &replica },
	{ .name = "sortOptions", .type = T_STRUCT, .of = &sort_options },
	{ .name = "resources", .type = T_STRINGS },
	{ .name = "components", .type = T_STRINGS },
	{ .name = "bases", .type = T_STRINGS },
	{ .name = "configMapGenerator", .type = T_STRUCTS, .of = &config_map },
	{ .name = "secretGenerator", .type = T_STRUCTS, .of = &secret },
	{ .name = "generatorOptions", .type = T_STRUCT, .of = &generator_options },
	{ .name = "buildMetadata", .type = T_STRINGS },
	{ .name = "openapi", .unsupported = true },
	{ .name = "replacements", .unsupported = true },
	{ .name = "vars", .unsupported = true },
	{ .name = "crds", .unsupported = true },
	{ .name = "helmGlobals", .unsupported = true },
	{ .name = "helmCharts", .unsupported = true },
	{ .name = "helmChartInflationGenerator", .unsupported = true },
	{ .name = "configurations", .unsupported = true },
	{ .name = "generators", .unsupported = true },
	{ .name = "transformers", .unsupported = true },
	{ .name = "validators", .unsupported = true },
};
static const struct structure kustomization = STRUCTURE("Kustomization", kustomization_fields);

/* One way down a document: for the name of a field in messages. */
struct place {
	const struct place *parent;
	struct sl_str name; /* empty for an item of a list */
	size_t index;
};

static void write_place(const struct place *p, struct sl_strbuf *b)
{
	if (!p)
		return;
	write_place(p->parent, b);
	if (p->name.n == 0) {
		sl_strbuf_addf(b, "[%zu]", p->index);
		return;
	}
	if (b->n > 0)
		sl_strbuf_addc(b, '.');
	sl_strbuf_adds(b, p->name);
}

static int fail_at(const struct sl_value *v, const struct place *p, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1024);

	write_place(p, &b);
	return sl_value_err_at(v, b.p, err);
}

static const char *json_kind(const struct sl_value *v)
{
	switch (v->kind) {
	case SL_V_BOOL:
		return "bool";
	case SL_V_INT:
	case SL_V_FLOAT:
	case SL_V_NUMBER:
		return "number";
	case SL_V_STRING:
		return "string";
	case SL_V_LIST:
		return "array";
	case SL_V_MAP:
		return "object";
	case SL_V_NULL:
		break;
	}
	return "null";
}

/* In the words of Go's encoding/json, which users of kustomize know. */
static int wrong_type(const struct sl_value *v, const struct place *p, const char *want,
		      struct sl_err *err)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1024);

	write_place(p, &b);
	sl_err_set(err, SL_ERR_INVALID,
		   "invalid Kustomization: json: cannot unmarshal %s into Go struct field "
		   "Kustomization.%s of type %s",
		   json_kind(v), b.p, want);
	return fail_at(v, p, err);
}

/* Exactly, or else ignoring case, as encoding/json does. */
static const struct field *find_field(const struct structure *s, struct sl_str name)
{
	for (size_t i = 0; i < s->n; i++)
		if (sl_str_eqz(name, s->fields[i].name))
			return &s->fields[i];
	for (size_t i = 0; i < s->n; i++)
		if (sl_str_ieq(name, sl_str(s->fields[i].name)))
			return &s->fields[i];
	return NULL;
}

static int decode_struct(struct sl_arena *a, const struct structure *s, const struct sl_value *v,
			 const struct place *place, struct sl_value **ret, struct sl_err *err);

static struct sl_value *like(struct sl_value *made, const struct sl_value *v)
{
	made->line = v->line;
	made->file = v->file;
	return made;
}

static int decode_strings(struct sl_arena *a, const struct sl_value *v, const struct place *place,
			  struct sl_value **ret, struct sl_err *err)
{
	if (!sl_is_list(v))
		return wrong_type(v, place, "[]string", err);
	*ret = like(sl_value_list(a), v);
	for (size_t i = 0; i < v->list.n; i++) {
		struct place item = { .parent = place, .index = i };
		struct sl_value *s = v->list.items[i];

		if (sl_is_null(s))
			s = like(sl_value_strz(a, ""), s);
		if (!sl_is_str(s))
			return wrong_type(s, &item, "string", err);
		sl_list_push(a, *ret, s);
	}
	return 0;
}

static int decode_string_map(struct sl_arena *a, const struct sl_value *v,
			     const struct place *place, struct sl_value **ret, struct sl_err *err)
{
	if (!sl_is_map(v))
		return wrong_type(v, place, "map[string]string", err);
	*ret = like(sl_value_map(a), v);
	for (size_t i = 0; i < v->map.n; i++) {
		const struct sl_member *m = &v->map.members[i];
		struct place item = { .parent = place, .name = m->key };
		struct sl_value *s = m->value;

		if (sl_is_null(s))
			s = like(sl_value_strz(a, ""), s);
		if (!sl_is_str(s))
			return wrong_type(s, &item, "string", err);
		sl_map_set(a, *ret, m->key, s);
	}
	return 0;
}

static int decode_structs(struct sl_arena *a, const struct structure *s, const struct sl_value *v,
			  const struct place *place, struct sl_value **ret, struct sl_err *err)
{
	if (!sl_is_list(v))
		return wrong_type(v, place, "[]object", err);
	*ret = like(sl_value_list(a), v);
	for (size_t i = 0; i < v->list.n; i++) {
		struct place item = { .parent = place, .index = i };
		struct sl_value *one;
		int r = decode_struct(a, s, v->list.items[i], &item, &one, err);

		if (r < 0)
			return r;
		sl_list_push(a, *ret, one);
	}
	return 0;
}

static int decode_field(struct sl_arena *a, const struct field *f, struct sl_value *v,
			const struct place *place, struct sl_value **ret, struct sl_err *err)
{
	*ret = v;
	if (f->unsupported)
		return 0;
	switch (f->type) {
	case T_STRING:
		return sl_is_str(v) ? 0 : wrong_type(v, place, "string", err);
	case T_BOOL:
		return v->kind == SL_V_BOOL ? 0 : wrong_type(v, place, "bool", err);
	case T_INT:
		return v->kind == SL_V_INT ? 0 : wrong_type(v, place, "int64", err);
	case T_STRINGS:
		return decode_strings(a, v, place, ret, err);
	case T_STRING_MAP:
		return decode_string_map(a, v, place, ret, err);
	case T_STRUCT:
		return decode_struct(a, f->of, v, place, ret, err);
	case T_STRUCTS:
		return decode_structs(a, f->of, v, place, ret, err);
	}
	return 0;
}

static int decode_struct(struct sl_arena *a, const struct structure *s, const struct sl_value *v,
			 const struct place *place, struct sl_value **ret, struct sl_err *err)
{
	*ret = like(sl_value_map(a), v);
	if (sl_is_null(v))
		return 0;
	if (!sl_is_map(v))
		return wrong_type(v, place, s->name, err);
	for (size_t i = 0; i < v->map.n; i++) {
		const struct sl_member *m = &v->map.members[i];
		const struct field *f = find_field(s, m->key);
		struct place here = { .parent = place, .name = m->key };
		struct sl_value *one;

		if (!f) {
			sl_err_set(err, SL_ERR_INVALID,
				   "invalid Kustomization: json: unknown field \"%.*s\"",
				   SL_STR_FMT(m->key));
			/* The key's line: the value may start further down. */
			sl_err_at(err, v->file, m->line, NULL);
			return fail_at(m->value, &here, err);
		}
		if (sl_is_null(m->value))
			continue;
		int r = decode_field(a, f, m->value, &here, &one, err);

		if (r < 0)
			return r;
		sl_map_set(a, *ret, sl_str(f->name), one);
		sl_map_member(*ret, sl_str(f->name))->line = m->line;
	}
	return 0;
}

int sl_kz_kustfile_normalize(struct sl_arena *a, const struct sl_value *doc, struct sl_value **ret,
			     struct sl_err *err)
{
	if (!sl_is_null(doc) && !sl_is_map(doc)) {
		sl_err_set(err, SL_ERR_INVALID,
			   "invalid Kustomization: json: cannot unmarshal %s into Go value of type "
			   "types.Kustomization",
			   json_kind(doc));
		return sl_value_err_at(doc, NULL, err);
	}
	return decode_struct(a, &kustomization, doc, NULL, ret, err);
}

/* Nothing but kind and apiVersion, or only zero values: most likely the wrong file. */
static bool says_nothing(const struct sl_value *k)
{
	for (size_t i = 0; i < k->map.n; i++) {
		const struct sl_member *m = &k->map.members[i];

		if (sl_str_eqz(m->key, "kind") || sl_str_eqz(m->key, "apiVersion"))
			continue;
		if (!sl_is_str(m->value) || m->value->s.n > 0)
			return false;
	}
	return true;
}

static int refuse_unsupported(const struct sl_value *k, struct sl_err *err)
{
	for (size_t i = 0; i < k->map.n; i++) {
		const struct sl_member *m = &k->map.members[i];
		const struct field *f = find_field(&kustomization, m->key);

		if (!f->unsupported || sl_kz_is_empty(m->value))
			continue;
		sl_err_set(err, SL_ERR_UNSUPPORTED, "%s is not supported yet", f->name);
		sl_err_at(err, k->file, m->line, f->name);
		return SL_ERR_UNSUPPORTED;
	}
	return 0;
}

static const struct {
	const char *field, *instead;
} deprecated[] = {
	{ "bases", "resources" },
	{ "commonLabels", "labels" },
	{ "imageTags", "images" },
	{ "patchesJson6902", "patches" },
	{ "patchesStrategicMerge", "patches" },
};

static void warn_deprecated(struct sl_kz *kz, const struct sl_value *k, const char *file)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(deprecated); i++) {
		const struct sl_member *m = sl_map_member(k, sl_str(deprecated[i].field));

		if (m)
			sl_kz_warn(kz, sl_arena_printf(kz->a,
						       "%s:%u: '%s' is deprecated. Please use '%s' "
						       "instead.",
						       file, m->line, deprecated[i].field,
						       deprecated[i].instead));
	}
}

static void move_items(struct sl_arena *a, struct sl_value *k, const char *from, const char *to)
{
	struct sl_value *items = sl_map_get(k, sl_str(from));

	for (size_t i = 0; i < sl_list_len(items); i++)
		sl_list_push(a, sl_map_need_list(a, k, to), sl_list_get(items, i));
	sl_map_remove(k, sl_str(from));
}

/* `env`, one file, is the old spelling of `envs`. */
static void move_env(struct sl_arena *a, struct sl_value *generators)
{
	for (size_t i = 0; i < sl_list_len(generators); i++) {
		struct sl_value *g = sl_list_get(generators, i);
		struct sl_value *env = sl_map_get(g, SL_STR("env"));

		if (sl_as_str(env).n > 0)
			sl_list_push(a, sl_map_need_list(a, g, "envs"), env);
		sl_map_remove(g, SL_STR("env"));
	}
}

static int check_type(const struct sl_value *k, const char *file, bool *ret_component,
		      struct sl_err *err)
{
	struct sl_str kind = sl_get_str(k, "kind"), api_version = sl_get_str(k, "apiVersion");
	bool component = sl_str_eqz(kind, "Component");
	const char *want =
		component ? "kustomize.config.k8s.io/v1alpha1" : "kustomize.config.k8s.io/v1beta1";

	if (kind.n > 0 && !component && !sl_str_eqz(kind, "Kustomization")) {
		sl_err_set(err, SL_ERR_INVALID, "kind should be Kustomization or Component");
		sl_err_at(err, file, sl_map_member(k, SL_STR("kind"))->line, "kind");
		return SL_ERR_INVALID;
	}
	if (api_version.n > 0 && !sl_str_eqz(api_version, want)) {
		sl_err_set(err, SL_ERR_INVALID, "apiVersion for %s should be %s",
			   component ? "Component" : "Kustomization", want);
		sl_err_at(err, file, sl_map_member(k, SL_STR("apiVersion"))->line, "apiVersion");
		return SL_ERR_INVALID;
	}
	*ret_component = component;
	return 0;
}

int sl_kz_kustfile_check(struct sl_kz *kz, const struct sl_value *doc, const char *file,
			 struct sl_kz_kustfile *ret, struct sl_err *err)
{
	struct sl_value *k;
	int r = sl_kz_kustfile_normalize(kz->a, doc, &k, err);

	if (r < 0)
		return r;
	if (says_nothing(k)) {
		sl_err_set(err, SL_ERR_INVALID, "kustomization.yaml is empty");
		sl_err_at(err, file, 0, NULL);
		return SL_ERR_INVALID;
	}
	r = check_type(k, file, &ret->is_component, err);
	if (r < 0)
		return r;
	r = refuse_unsupported(k, err);
	if (r < 0)
		return r;
	warn_deprecated(kz, k, file);
	move_items(kz->a, k, "bases", "resources");
	move_items(kz->a, k, "imageTags", "images");
	move_env(kz->a, sl_map_get(k, SL_STR("configMapGenerator")));
	move_env(kz->a, sl_map_get(k, SL_STR("secretGenerator")));
	ret->value = k;
	ret->file = file;
	return 0;
}

int sl_kz_kustfile_load(struct sl_kz *kz, const char *dir, struct sl_kz_kustfile *ret,
			struct sl_err *err)
{
	const char *file;
	struct sl_str text;
	struct sl_value *doc;
	int r = sl_kz_find_kustomization(kz, dir, &file, err);

	if (r < 0)
		return r;
	if (!file)
		return sl_err_set(err, SL_ERR_NOT_FOUND,
				  "unable to find one of 'kustomization.yaml', 'kustomization.yml' "
				  "or 'Kustomization' in directory '%s'",
				  sl_kz_dir_name(dir));
	r = sl_kz_read(kz, file, &text, err);
	if (r < 0)
		return r;
	struct sl_yaml_options options = { .rules = SL_YAML_KUBERNETES, .file = file };

	r = sl_yaml_parse(kz->a, text, &options, &doc, err);
	if (r < 0)
		return sl_err_wrap(err, "invalid Kustomization");
	return sl_kz_kustfile_check(kz, doc, file, ret, err);
}
