/*
 * Reads what OpenAPI definitions of custom resources say about names, labels, annotations and
 * references: extensions of their properties, followed through $ref.
 */
#include "libcommon/codec/json.h"
#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/config.h"
#include "libcommon/render/kustomize/config_crds.h"

/* Definitions nested deeper refer to themselves. */
#define DEPTH_MAX 64

struct reader {
	struct sl_kz *kz;
	const struct sl_value *definitions;
	const char *kind; /* of the definition being read */
	struct sl_kz_config *config;
	struct sl_err *err;
};

/* The schema of a definition, whose field Go finds in any case. */
static const struct sl_value *properties_of(const struct sl_value *definition)
{
	const struct sl_value *schema = sl_get(definition, "Schema");

	for (size_t i = 0; !schema && i < sl_map_len(definition); i++)
		if (sl_str_ieq(definition->map.members[i].key, SL_STR("schema")))
			schema = definition->map.members[i].value;
	return sl_get(schema, "properties");
}

static bool is_object(const struct sl_value *properties)
{
	return sl_map_get(properties, SL_STR("kind")) &&
	       sl_map_get(properties, SL_STR("apiVersion")) &&
	       sl_map_get(properties, SL_STR("metadata"));
}

static int add(struct reader *r, enum sl_kz_config_list list, const char *path)
{
	struct sl_kz_fieldspec spec = { .path = path, .kind = r->kind };

	return sl_kz_specs_add(r->kz, &r->config->lists[list], &spec, r->err);
}

/* The property holds the name of an object of the kind it tells. */
static int add_reference(struct reader *r, const struct sl_value *property, const char *path)
{
	const struct sl_value *version = sl_get(property, "x-kubernetes-object-ref-api-version");
	const struct sl_value *kind = sl_get(property, "x-kubernetes-object-ref-kind");
	const struct sl_value *key = sl_get(property, "x-kubernetes-object-ref-name-key");
	const struct sl_kz_config *merged;
	struct sl_kz_config one = { .reference_n = 1 };

	if (!sl_is_str(version) || !sl_is_str(kind))
		return 0;
	struct sl_kz_fieldspec *spec = sl_arena_new(r->kz->a, struct sl_kz_fieldspec);
	struct sl_kz_backref *ref = sl_arena_new(r->kz->a, struct sl_kz_backref);
	struct sl_str name = sl_is_str(key) ? key->s : SL_STR("name");

	*spec = (struct sl_kz_fieldspec){
		.path = sl_arena_printf(r->kz->a, "%s/%.*s", path, SL_STR_FMT(name)),
		.kind = r->kind,
	};
	*ref = (struct sl_kz_backref){ .kind = kind->s.n ? sl_as_strz(r->kz->a, kind) : NULL,
				       .version =
					       version->s.n ? sl_as_strz(r->kz->a, version) : NULL,
				       .referrers = spec,
				       .n = 1 };
	one.references = ref;
	int rc = sl_kz_config_merge(r->kz, r->config, &one, &merged, r->err);

	if (rc == 0)
		*r->config = *merged;
	return rc;
}

static int read_type(struct reader *r, struct sl_str type, const char *path, size_t depth);

static int read_property(struct reader *r, const struct sl_value *property, const char *path,
			 size_t depth)
{
	const struct {
		const char *extension;
		enum sl_kz_config_list list;
	} extensions[] = {
		{ "x-kubernetes-annotation", SL_KZ_SPECS_ANNOTATIONS },
		{ "x-kubernetes-label-selector", SL_KZ_SPECS_COMMON_LABELS },
		{ "x-kubernetes-identity", SL_KZ_SPECS_NAME_PREFIX },
	};
	const struct sl_value *ref = sl_get(property, "$ref");
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < SL_ARRAY_LEN(extensions); i++)
		if (sl_is_str(sl_get(property, extensions[i].extension)))
			rc = add(r, extensions[i].list, path);
	if (rc == 0)
		rc = add_reference(r, property, path);
	return rc == 0 && sl_is_str(ref) ? read_type(r, ref->s, path, depth + 1) : rc;
}

static int read_type(struct reader *r, struct sl_str type, const char *path, size_t depth)
{
	const struct sl_value *properties = properties_of(sl_map_get(r->definitions, type));
	int rc = 0;

	if (depth > DEPTH_MAX)
		return sl_err_set(r->err, SL_ERR_TOO_LARGE,
				  "definition '%.*s' nests too deeply or refers to itself",
				  SL_STR_FMT(type));
	for (size_t i = 0; rc == 0 && i < sl_map_len(properties); i++) {
		const struct sl_member *m = &properties->map.members[i];

		rc = read_property(r, m->value,
				   sl_arena_printf(r->kz->a, "%s%s%.*s", path, *path ? "/" : "",
						   SL_STR_FMT(m->key)),
				   depth);
		if (rc == 0)
			rc = sl_kz_check_memory(r->kz, r->err);
	}
	return rc;
}

/* "com.example.v1.Bee" defines the kind Bee. */
static const char *kind_of(struct sl_kz *kz, struct sl_str type)
{
	ptrdiff_t dot = sl_str_rchr(type, '.');
	struct sl_str kind = sl_str_sub(type, (size_t)(dot + 1), type.n);

	return kind.n ? sl_arena_printf(kz->a, "%.*s", SL_STR_FMT(kind)) : NULL;
}

/* What begins like JSON has to be JSON. */
static int parse(struct sl_kz *kz, struct sl_str text, const char *file, struct sl_value **ret,
		 struct sl_err *err)
{
	struct sl_yaml_options yaml = { .rules = SL_YAML_KUBERNETES,
					.file = file,
					.allow_duplicates = true,
					.first_document = true };
	struct sl_json_limits json = { .file = file, .allow_duplicates = true };

	if (sl_str_starts(text, SL_STR("{")))
		return sl_json_parse(kz->a, text, &json, ret, err);
	return sl_yaml_parse(kz->a, text, &yaml, ret, err);
}

static int read_file(struct sl_kz *kz, const struct sl_kz_dir *dir, struct sl_str path,
		     struct sl_kz_config *config, struct sl_err *err)
{
	struct reader r = { .kz = kz, .config = config, .err = err };
	struct sl_value *doc = NULL;
	const char *file;
	struct sl_str text;
	int rc = sl_kz_load(kz, dir, path, &text, &file, err);

	if (rc == 0)
		rc = parse(kz, text, file, &doc, err);
	if (rc == 0)
		rc = sl_kz_crds_check(doc, err);
	r.definitions = doc;
	for (size_t i = 0; rc == 0 && i < sl_map_len(doc); i++) {
		const struct sl_member *m = &doc->map.members[i];

		r.kind = kind_of(kz, m->key);
		if (is_object(properties_of(m->value)))
			rc = read_type(&r, m->key, "", 0);
	}
	return rc;
}

int sl_kz_config_load_crds(struct sl_kz *kz, const struct sl_kz_dir *dir,
			   const struct sl_value *files, const struct sl_kz_config **ret,
			   struct sl_err *err)
{
	struct sl_kz_config *config = sl_arena_new(kz->a, struct sl_kz_config);

	*ret = sl_list_len(files) > 0 ? config : NULL;
	for (size_t i = 0; i < sl_list_len(files); i++) {
		const struct sl_value *file = sl_list_get(files, i);
		int r = read_file(kz, dir, sl_as_str(file), config, err);

		if (r < 0) {
			sl_err_wrap(err, "unable to parse open API definition from '%.*s'",
				    SL_STR_FMT(sl_as_str(file)));
			sl_value_err_at(file, sl_arena_printf(kz->a, "crds[%zu]", i), err);
			return r;
		}
	}
	return 0;
}
