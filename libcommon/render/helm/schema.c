/* Values against the values.schema.json of a chart and its subcharts. */
#include "libcommon/lang/jsonschema/jsonschema.h"
#include "libcommon/render/helm/helm.h"

#define URL "file:///values.schema.json"
#define HEADING "jsonschema validation failed with '" URL "#'\n"
#define MESSAGES_MAX ((size_t)1 << 20)

static int check_one(struct sl_arena *a, const struct sl_helm_chart *c, struct sl_goval values,
		     struct sl_strbuf *out, struct sl_err *err)
{
	SL_AUTO(sl_err) wrong = SL_ERR_INIT;
	const struct sl_jsonschema *schema;
	struct sl_value *tree;
	struct sl_str text;
	bool is_verdict;
	int r = sl_jsonschema_compile(a, URL, *c->schema, &schema, &wrong);

	if (r == 0)
		r = sl_goval_to_value(a, values, &tree, &wrong);
	if (r == 0)
		r = sl_jsonschema_check(a, schema, tree, &wrong);
	if (r == 0)
		return 0;
	if (r != SL_ERR_INVALID)
		return sl_err_move(err, &wrong);
	text = sl_str(wrong.message);
	is_verdict = sl_str_cut_prefix(&text, SL_STR(HEADING));
	sl_strbuf_addf(out, "%.*s:\n%.*s%s", SL_STR_FMT(c->metadata->name), SL_STR_FMT(text),
		       is_verdict ? "\n" : "");
	return 0;
}

static int check(struct sl_arena *a, const struct sl_helm_chart *c, struct sl_goval values,
		 struct sl_strbuf *out, struct sl_err *err)
{
	int r = c->schema ? check_one(a, c, values, out, err) : 0;

	for (size_t i = 0; i < c->dependency_count && r == 0; i++) {
		const struct sl_helm_chart *sub = c->dependencies[i];
		const struct sl_goval *own = sl_go_map_get(values.map, sub->metadata->name);

		if (!own || sl_goval_is_nil(*own))
			continue;
		if (own->type == &sl_go_map)
			r = check(a, sub, *own, out, err);
		else
			sl_strbuf_addf(out,
				       "%.*s:\ninvalid type for values: expected object (map), got "
				       "%s\n",
				       SL_STR_FMT(sub->metadata->name), sl_goval_type_name(*own));
	}
	return r;
}

int sl_helm_values_validate(struct sl_arena *a, const struct sl_helm_chart *c,
			    const struct sl_go_map *values, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(MESSAGES_MAX);
	/* Only read. */
	struct sl_goval all = sl_goval_map((struct sl_go_map *)(uintptr_t)values);
	int r = check(a, c, all, &out, err);

	if (r < 0 || !out.n)
		return r;
	return sl_err_set(err, SL_ERR_INVALID, "%s", out.p);
}
