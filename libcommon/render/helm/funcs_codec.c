#include "libcommon/render/helm/funcs_codec.h"

#include "libcommon/codec/json_go.h"
#include "libcommon/codec/yaml.h"
#include "libcommon/lang/sprig/call.h"
#include "libcommon/render/helm/yaml_pretty.h"
#include "libcommon/render/helm/yaml_survives.h"

/* The text of `b`, less one newline at its end, as the result. */
static int return_text(struct sl_go_call *call, const struct sl_strbuf *b, struct sl_goval *ret,
		       struct sl_err *err)
{
	struct sl_str text = sl_strbuf_str(b);
	int r = sl_strbuf_check(b, "a document", err);

	if (r < 0)
		return r;
	sl_str_cut_suffix(&text, SL_STR("\n"));
	*ret = sl_goval_str(sl_arena_str(call->a, text));
	return 0;
}

/* What cannot be written is an empty text, unless a limit was passed. */
static int return_nothing(int r, struct sl_err *why, struct sl_goval *ret, struct sl_err *err)
{
	if (r == SL_ERR_TOO_LARGE)
		return sl_err_move(err, why);
	*ret = sl_goval_strz("");
	return 0;
}

int sl_helm_to_yaml(struct sl_arena *a, struct sl_goval v, struct sl_strbuf *out,
		    struct sl_err *err)
{
	struct sl_value *tree = NULL;
	int r = sl_goval_to_value(a, v, &tree, err);

	if (r < 0)
		return r;
	if (!sl_helm_yaml_survives(a, tree))
		return sl_err_set(err, SL_ERR_INVALID, "yaml: the document does not read back");
	sl_yaml_write(tree, SL_YAML_SORT, out);
	return sl_strbuf_check(out, "a document", err);
}

static int to_yaml(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		   struct sl_goval *ret, struct sl_err *err)
{
	SL_AUTO(sl_arena) scratch = SL_ARENA_INIT_LIMIT(call->a->limit);
	SL_SPRIG_BUF(b);
	SL_AUTO(sl_err) why = SL_ERR_INIT;
	int r = sl_helm_to_yaml(&scratch, args[0], &b, &why);

	(void)n;
	if (r < 0)
		return return_nothing(r, &why, ret, err);
	return return_text(call, &b, ret, err);
}

static int to_yaml_pretty(struct sl_go_call *call, const struct sl_goval *args, size_t n,
			  struct sl_goval *ret, struct sl_err *err)
{
	SL_SPRIG_BUF(b);
	struct sl_value *tree = NULL;
	int r = sl_helm_yaml_pretty(call->a, args[0], &tree, err);

	(void)n;
	if (r < 0)
		return r;
	sl_yaml_write(tree, SL_YAML_V3, &b);
	return return_text(call, &b, ret, err);
}

static int to_json(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		   struct sl_goval *ret, struct sl_err *err)
{
	SL_AUTO(sl_arena) scratch = SL_ARENA_INIT_LIMIT(call->a->limit);
	SL_SPRIG_BUF(b);
	SL_AUTO(sl_err) why = SL_ERR_INIT;
	struct sl_value *tree = NULL;
	int r = sl_goval_to_json(&scratch, args[0], &tree, &why);

	(void)n;
	if (r < 0)
		return return_nothing(r, &why, ret, err);
	sl_json_write(tree, SL_JSON_GO | SL_JSON_HTML_SAFE, &b);
	return return_text(call, &b, ret, err);
}

/* "error" in the place that Helm has for it: a member of the map, or the one item of the list. */
static struct sl_goval with_error(struct sl_go_call *call, struct sl_goval read,
				  const char *message)
{
	struct sl_goval text = sl_goval_str(sl_arena_str(call->a, sl_str(message)));
	struct sl_go_list *l;

	if (read.type == &sl_go_map) {
		if (!read.map)
			read.map = sl_go_map_new(call->a);
		sl_go_map_set(call->a, read.map, SL_STR("Error"), text);
		return read;
	}
	l = sl_go_list_new(call->a, 1);
	sl_go_list_push(call->a, l, text);
	return sl_goval_list(l);
}

/* json.Unmarshal of numbers: what no float64 holds is nil, and the first one is the error. */
static void refuse_large(struct sl_value *v, struct sl_err *err)
{
	double f;

	if (v->kind == SL_V_NUMBER && !sl_str_to_double(v->s, &f)) {
		if (!err->code)
			sl_err_set(
				err, SL_ERR_INVALID,
				"json: cannot unmarshal number %.*s into Go value of type float64",
				SL_STR_FMT(v->s));
		v->kind = SL_V_NULL;
	} else if (v->kind == SL_V_LIST) {
		for (size_t i = 0; i < v->list.n; i++)
			refuse_large(v->list.items[i], err);
	} else if (v->kind == SL_V_MAP) {
		for (size_t i = 0; i < v->map.n; i++)
			refuse_large(v->map.members[i].value, err);
	}
}

/* An empty map or list, whichever `type` is. */
static struct sl_goval empty_of(struct sl_arena *a, const struct sl_go_type *type)
{
	return type == &sl_go_map ? sl_goval_map(sl_go_map_new(a))
				  : sl_goval_list(sl_go_list_new(a, 0));
}

/* A document that was read as what `type` asks for, or the error that it is something else. */
static struct sl_goval take(struct sl_go_call *call, struct sl_value *v,
			    const struct sl_go_type *type, struct sl_err *why)
{
	if (v->kind != (type == &sl_go_map ? SL_V_MAP : SL_V_LIST)) {
		sl_err_set(why, SL_ERR_INVALID,
			   "json: cannot unmarshal %s into Go value of type %s", sl_json_go_name(v),
			   type->name);
		return empty_of(call->a, type);
	}
	refuse_large(v, why);
	return sl_goval_from_value(call->a, v, SL_GO_NUMBERS_FLOAT);
}

static int read_yaml(struct sl_go_call *call, struct sl_str text, const struct sl_go_type *type,
		     struct sl_goval *ret, struct sl_err *err)
{
	const struct sl_yaml_options options = { .allow_duplicates = true,
						 .first_document = true,
						 .go_messages = true };
	SL_AUTO(sl_err) why = SL_ERR_INIT;
	struct sl_value *v = NULL;
	int r = sl_yaml_parse(call->a, text, &options, &v, &why);

	if (r == SL_ERR_TOO_LARGE)
		return sl_err_move(err, &why);
	if (r < 0) {
		sl_err_wrap(&why, "error converting YAML to JSON");
		*ret = with_error(call, empty_of(call->a, type), why.message);
		return 0;
	}
	/* Nothing there leaves the map or the list as it was: empty. */
	if (!v || v->kind == SL_V_NULL) {
		*ret = empty_of(call->a, type);
		return 0;
	}
	*ret = take(call, v, type, &why);
	if (why.code) {
		sl_err_wrap(&why, "error unmarshaling JSON: while decoding JSON");
		*ret = with_error(call, *ret, why.message);
	}
	return 0;
}

static int from_yaml(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		     struct sl_goval *ret, struct sl_err *err)
{
	(void)n;
	return read_yaml(call, args[0].s, &sl_go_map, ret, err);
}

static int from_yaml_array(struct sl_go_call *call, const struct sl_goval *args, size_t n,
			   struct sl_goval *ret, struct sl_err *err)
{
	(void)n;
	return read_yaml(call, args[0].s, &sl_go_slice, ret, err);
}

static int read_json(struct sl_go_call *call, struct sl_str text, const struct sl_go_type *type,
		     struct sl_goval *ret, struct sl_err *err)
{
	SL_AUTO(sl_err) why = SL_ERR_INIT;
	struct sl_value *v = NULL;
	int r = sl_json_go_parse(call->a, text, &v, &why);

	if (r == SL_ERR_TOO_LARGE)
		return sl_err_move(err, &why);
	/* Other than for YAML, null makes the map, or the list, nil. */
	if (r == 0 && v->kind == SL_V_NULL) {
		*ret = (struct sl_goval){ .type = type };
		return 0;
	}
	*ret = r < 0 ? empty_of(call->a, type) : take(call, v, type, &why);
	if (why.code)
		*ret = with_error(call, *ret, why.message);
	return 0;
}

static int from_json(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		     struct sl_goval *ret, struct sl_err *err)
{
	(void)n;
	return read_json(call, args[0].s, &sl_go_map, ret, err);
}

static int from_json_array(struct sl_go_call *call, const struct sl_goval *args, size_t n,
			   struct sl_goval *ret, struct sl_err *err)
{
	(void)n;
	return read_json(call, args[0].s, &sl_go_slice, ret, err);
}

static int to_toml(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		   struct sl_goval *ret, struct sl_err *err)
{
	SL_SPRIG_BUF(b);
	SL_AUTO(sl_err) why = SL_ERR_INIT;
	enum sl_go_kind kind = sl_goval_kind(args[0]);
	int r;

	(void)n;
	if (kind == SL_GO_INVALID || kind == SL_GO_INTERFACE)
		return sl_err_set(err, SL_ERR_INVALID,
				  "reflect: call of reflect.Value.Type on zero Value");
	r = sl_helm_to_toml(call->a, args[0], &b, &why);
	if (r == SL_ERR_TOO_LARGE)
		return sl_err_move(err, &why);
	*ret = sl_goval_str(sl_arena_str(call->a, r < 0 ? sl_str(why.message) : sl_strbuf_str(&b)));
	return 0;
}

static int from_toml(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		     struct sl_goval *ret, struct sl_err *err)
{
	SL_AUTO(sl_err) why = SL_ERR_INIT;
	int r = sl_helm_from_toml(call->a, args[0].s, ret, &why);

	(void)n;
	if (r == SL_ERR_TOO_LARGE)
		return sl_err_move(err, &why);
	if (r < 0)
		*ret = with_error(call, empty_of(call->a, &sl_go_map), why.message);
	return 0;
}

static const struct sl_go_func funcs[] = {
	{ "fromJson", from_json, { &sl_go_string }, 1, false },
	{ "fromJsonArray", from_json_array, { &sl_go_string }, 1, false },
	{ "fromToml", from_toml, { &sl_go_string }, 1, false },
	{ "fromYaml", from_yaml, { &sl_go_string }, 1, false },
	{ "fromYamlArray", from_yaml_array, { &sl_go_string }, 1, false },
	{ "toJson", to_json, { &sl_go_any }, 1, false },
	{ "toToml", to_toml, { &sl_go_any }, 1, false },
	{ "toYaml", to_yaml, { &sl_go_any }, 1, false },
	{ "toYamlPretty", to_yaml_pretty, { &sl_go_any }, 1, false },
};
const struct sl_sprig_table sl_helm_codec_funcs = SL_SPRIG_TABLE(funcs);
