#include "libcommon/lang/jsonschema/jsonschema.h"
#include "libcommon/render/helm/helm.h"

#define SCHEMA_URL "file:///values.schema.json"
#define MESSAGES_MAX ((size_t)64 << 20)

/* One chart's schema; what is wrong goes to `out`. Fails only where a limit is passed. */
static int check_one(struct sl_arena *a, struct sl_str schema, const struct sl_go_map *values,
		     struct sl_strbuf *out, struct sl_err *err)
{
	SL_AUTO(sl_err) why = SL_ERR_INIT;
	struct sl_str heading = SL_STR("jsonschema validation failed with '" SCHEMA_URL "#'\n");
	const struct sl_jsonschema *compiled;
	struct sl_value *tree;
	int r = sl_goval_to_value(
		a, sl_goval_map(values ? sl_go_map_copy(a, values) : sl_go_map_new(a)), &tree, err);

	if (r < 0)
		return r;
	r = sl_jsonschema_compile(a, SCHEMA_URL, schema, &compiled, &why);
	if (r < 0) {
		sl_strbuf_addz(out, why.message);
		return r == SL_ERR_TOO_LARGE ? sl_err_move(err, &why) : 0;
	}
	r = sl_jsonschema_check(a, compiled, tree, &why);
	if (r == SL_ERR_TOO_LARGE)
		return sl_err_move(err, &why);
	if (r < 0) {
		struct sl_str text = sl_str(why.message);

		sl_str_cut_prefix(&text, heading);
		sl_strbuf_adds(out, text);
		sl_strbuf_addc(out, '\n');
	}
	return 0;
}

static int check_chart(struct sl_arena *a, const struct sl_helm_chart *c,
		       const struct sl_go_map *values, struct sl_strbuf *out, struct sl_err *err)
{
	int r = 0;

	if (c->schema) {
		SL_AUTO(sl_strbuf) why = SL_STRBUF_INIT(MESSAGES_MAX);

		r = check_one(a, *c->schema, values, &why, err);
		if (why.n > 0)
			sl_strbuf_addf(out, "%.*s:\n%s", SL_STR_FMT(c->metadata->name), why.p);
	}
	for (size_t i = 0; i < c->dependency_count && r == 0; i++) {
		const struct sl_helm_chart *sub = c->dependencies[i];
		const struct sl_goval *own = sl_go_map_get(values, sub->metadata->name);

		if (!own || sl_goval_is_nil(*own))
			continue;
		if (own->type != &sl_go_map) {
			sl_strbuf_addf(out,
				       "%.*s:\ninvalid type for values: expected object (map), "
				       "got %s\n",
				       SL_STR_FMT(sub->metadata->name), sl_goval_type_name(*own));
			continue;
		}
		r = check_chart(a, sub, own->map, out, err);
	}
	return r;
}

int sl_helm_values_validate(struct sl_arena *a, const struct sl_helm_chart *c,
			    const struct sl_go_map *values, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(MESSAGES_MAX);
	int r = check_chart(a, c, values, &text, err);

	if (r < 0 || text.n == 0)
		return r;
	return sl_err_set(err, SL_ERR_INVALID, "%s", text.p);
}

int sl_helm_values_validate_one(struct sl_arena *a, struct sl_str schema,
				const struct sl_go_map *values, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(MESSAGES_MAX);
	int r = check_one(a, schema, values, &text, err);

	if (r < 0 || text.n == 0)
		return r;
	return sl_err_set(err, SL_ERR_INVALID, "%s", text.p);
}
