/*
 * Holds the schemas of a crds file against the types that Go's decoder wants there: what it refuses, in
 * fields that kustomize never looks at, makes a build fail.
 *
 * Source: k8s.io/kube-openapi, pkg/validation/spec, Schema and what it is made of.
 */
#include "libcommon/render/kustomize/config_crds.h"

/* Deeper ones are refused by the parsers. */
#define DEPTH_MAX 256

enum schema_type {
	STRING,
	BOOL,
	INT,
	NUMBER,
	STRINGS,
	STRING_OR_STRINGS,
	ANYS, /* a list of anything */
	SCHEMA,
	SCHEMAS,
	SCHEMA_MAP,
	SCHEMA_OR_LIST,
	SCHEMA_OR_BOOL,
	DEPENDENCIES,
	DOCUMENTATION,
};

static const struct {
	const char *name;
	enum schema_type type;
} fields[] = {
	{ "id", STRING },
	{ "description", STRING },
	{ "type", STRING_OR_STRINGS },
	{ "nullable", BOOL },
	{ "format", STRING },
	{ "title", STRING },
	{ "maximum", NUMBER },
	{ "exclusiveMaximum", BOOL },
	{ "minimum", NUMBER },
	{ "exclusiveMinimum", BOOL },
	{ "maxLength", INT },
	{ "minLength", INT },
	{ "pattern", STRING },
	{ "maxItems", INT },
	{ "minItems", INT },
	{ "uniqueItems", BOOL },
	{ "multipleOf", NUMBER },
	{ "enum", ANYS },
	{ "maxProperties", INT },
	{ "minProperties", INT },
	{ "required", STRINGS },
	{ "items", SCHEMA_OR_LIST },
	{ "allOf", SCHEMAS },
	{ "oneOf", SCHEMAS },
	{ "anyOf", SCHEMAS },
	{ "not", SCHEMA },
	{ "properties", SCHEMA_MAP },
	{ "additionalProperties", SCHEMA_OR_BOOL },
	{ "patternProperties", SCHEMA_MAP },
	{ "dependencies", DEPENDENCIES },
	{ "additionalItems", SCHEMA_OR_BOOL },
	{ "definitions", SCHEMA_MAP },
	{ "discriminator", STRING },
	{ "readOnly", BOOL },
	{ "externalDocs", DOCUMENTATION },
};

static int wrong(const struct sl_value *v, const char *want, struct sl_err *err)
{
	return sl_value_err_set(err, v, NULL, SL_ERR_INVALID,
				"a schema needs a %s here, but there is a %s", want,
				sl_value_kind_name(v));
}

static int check_schema(const struct sl_value *v, size_t depth, struct sl_err *err);

/* A list of strings or, if `strings` is not set, of schemas. */
static int check_list(const struct sl_value *v, bool strings, size_t depth, struct sl_err *err)
{
	int r = sl_is_list(v) ? 0 : wrong(v, "list", err);

	for (size_t i = 0; r == 0 && i < sl_list_len(v); i++) {
		const struct sl_value *item = v->list.items[i];

		if (!strings)
			r = check_schema(item, depth + 1, err);
		else if (!sl_is_str(item) && !sl_is_null(item))
			r = wrong(item, "string", err);
	}
	return r;
}

static int check_schema_map(const struct sl_value *v, size_t depth, struct sl_err *err)
{
	int r = sl_is_map(v) ? 0 : wrong(v, "map", err);

	for (size_t i = 0; r == 0 && i < sl_map_len(v); i++)
		r = check_schema(v->map.members[i].value, depth + 1, err);
	return r;
}

/* Of each, lists name other fields, and whatever is neither that nor a schema is passed over. */
static int check_dependencies(const struct sl_value *v, size_t depth, struct sl_err *err)
{
	int r = sl_is_map(v) ? 0 : wrong(v, "map", err);

	for (size_t i = 0; r == 0 && i < sl_map_len(v); i++) {
		const struct sl_value *one = v->map.members[i].value;

		if (sl_is_map(one))
			r = check_schema(one, depth + 1, err);
		else if (sl_is_list(one))
			r = check_list(one, true, depth, err);
	}
	return r;
}

static int check_documentation(const struct sl_value *v, struct sl_err *err)
{
	static const char *const texts[] = { "description", "url" };

	if (!sl_is_map(v))
		return wrong(v, "map", err);
	for (size_t i = 0; i < SL_ARRAY_LEN(texts); i++) {
		const struct sl_value *text = sl_get(v, texts[i]);

		if (!sl_is_null(text) && !sl_is_str(text))
			return wrong(text, "string", err);
	}
	return 0;
}

static bool is_number(const struct sl_value *v)
{
	return v->kind == SL_V_INT || v->kind == SL_V_FLOAT || v->kind == SL_V_NUMBER;
}

static int check_field(enum schema_type type, const struct sl_value *v, size_t depth,
		       struct sl_err *err)
{
	switch (type) {
	case STRING:
		return sl_is_str(v) ? 0 : wrong(v, "string", err);
	case BOOL:
		return v->kind == SL_V_BOOL ? 0 : wrong(v, "boolean", err);
	case INT:
		return v->kind == SL_V_INT ? 0 : wrong(v, "integer", err);
	case NUMBER:
		return is_number(v) ? 0 : wrong(v, "number", err);
	case STRINGS:
		return check_list(v, true, depth, err);
	case STRING_OR_STRINGS:
		return sl_is_str(v) ? 0 : check_list(v, true, depth, err);
	case ANYS:
		return sl_is_list(v) ? 0 : wrong(v, "list", err);
	case SCHEMA:
		return check_schema(v, depth + 1, err);
	case SCHEMAS:
		return check_list(v, false, depth, err);
	case SCHEMA_MAP:
		return check_schema_map(v, depth, err);
	case SCHEMA_OR_LIST:
		if (sl_is_map(v))
			return check_schema(v, depth + 1, err);
		return sl_is_list(v) ? check_list(v, false, depth, err) : 0;
	case SCHEMA_OR_BOOL:
		return v->kind == SL_V_BOOL ? 0 : check_schema(v, depth + 1, err);
	case DEPENDENCIES:
		return check_dependencies(v, depth, err);
	case DOCUMENTATION:
		return check_documentation(v, err);
	}
	return 0;
}

static int check_schema(const struct sl_value *v, size_t depth, struct sl_err *err)
{
	int r = 0;

	if (sl_is_null(v))
		return 0;
	if (!sl_is_map(v))
		return wrong(v, "map", err);
	if (depth > DEPTH_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "schemas are nested too deeply");
	for (size_t i = 0; r == 0 && i < SL_ARRAY_LEN(fields); i++) {
		const struct sl_value *field = sl_get(v, fields[i].name);

		if (!sl_is_null(field))
			r = check_field(fields[i].type, field, depth, err);
	}
	return r;
}

static int check_definition(const struct sl_value *v, struct sl_err *err)
{
	int r = sl_is_map(v) || sl_is_null(v) ? 0 : wrong(v, "map", err);

	for (size_t i = 0; r == 0 && i < sl_map_len(v); i++) {
		const struct sl_member *m = &v->map.members[i];

		if (sl_str_ieq(m->key, SL_STR("schema")))
			r = check_schema(m->value, 0, err);
		else if (sl_str_ieq(m->key, SL_STR("dependencies")) && !sl_is_null(m->value))
			r = check_list(m->value, true, 0, err);
	}
	return r;
}

int sl_kz_crds_check(const struct sl_value *definitions, struct sl_err *err)
{
	int r = 0;

	if (!sl_is_map(definitions) && !sl_is_null(definitions))
		return sl_value_err_set(err, definitions, NULL, SL_ERR_INVALID,
					"expected a map of OpenAPI definitions, got a %s",
					sl_value_kind_name(definitions));
	for (size_t i = 0; r == 0 && i < sl_map_len(definitions); i++) {
		const struct sl_member *m = &definitions->map.members[i];

		r = check_definition(m->value, err);
		if (r < 0)
			sl_err_wrap(err, "definition '%.*s'", SL_STR_FMT(m->key));
	}
	return r;
}
