#include "libcommon/codec/json.h"

#include "libcommon/codec/gonumber.h"
#include "libcommon/codec/json_go.h"
#include "libcommon/lang/sprig/call.h"

#define FLAGS_JSON (SL_JSON_GO | SL_JSON_HTML_SAFE)
#define FLAGS_PRETTY (SL_JSON_GO | SL_JSON_PRETTY | SL_JSON_HTML_SAFE)
#define FLAGS_RAW SL_JSON_GO

static int encode(struct sl_go_call *call, struct sl_goval v, unsigned flags, struct sl_goval *ret,
		  struct sl_err *err)
{
	SL_SPRIG_BUF(out);
	struct sl_value *tree;
	int r = sl_goval_to_json(call->a, v, &tree, err);

	if (r)
		return r;
	sl_json_write(tree, flags, &out);
	return sl_sprig_text(call, &out, ret, err);
}

/* As if nothing had been said about what was wrong; the result is what there was of it before. */
static int hush(int r, struct sl_err *err)
{
	if (r != SL_ERR_INVALID)
		return r;
	if (err)
		sl_err_release(err);
	return 0;
}

SL_SPRIG_FN(to_json)
{
	*ret = sl_goval_strz("");
	return hush(encode(call, args[0], FLAGS_JSON, ret, err), err);
}

SL_SPRIG_FN(must_to_json)
{
	return encode(call, args[0], FLAGS_JSON, ret, err);
}

SL_SPRIG_FN(to_pretty_json)
{
	*ret = sl_goval_strz("");
	return hush(encode(call, args[0], FLAGS_PRETTY, ret, err), err);
}

SL_SPRIG_FN(must_to_pretty_json)
{
	return encode(call, args[0], FLAGS_PRETTY, ret, err);
}

SL_SPRIG_FN(to_raw_json)
{
	return encode(call, args[0], FLAGS_RAW, ret, err);
}

/* Makes null of numbers that no float64 holds; `*first`, if still empty, becomes the first of them. */
static void drop_huge(struct sl_value *v, struct sl_str *first)
{
	double f;

	if (v->kind == SL_V_NUMBER && sl_go_parse_float(v->s, &f) == SL_GONUMBER_RANGE) {
		if (!first->n)
			*first = v->s;
		v->kind = SL_V_NULL;
	}
	for (size_t i = 0; i < sl_list_len(v); i++)
		drop_huge(v->list.items[i], first);
	for (size_t i = 0; i < sl_map_len(v); i++)
		drop_huge(v->map.members[i].value, first);
}

/* With what could be read in `*ret` although there is an error. */
static int decode(struct sl_go_call *call, struct sl_str s, struct sl_goval *ret,
		  struct sl_err *err)
{
	struct sl_str huge = SL_STR_NULL;
	struct sl_value *tree;
	int r = sl_json_go_parse(call->a, s, &tree, err);

	*ret = SL_GO_NIL;
	if (r)
		return r;
	drop_huge(tree, &huge);
	*ret = sl_goval_from_value(call->a, tree, SL_GO_NUMBERS_FLOAT);
	if (huge.n)
		return sl_err_set(
			err, SL_ERR_INVALID,
			"json: cannot unmarshal number %.*s into Go value of type float64",
			SL_STR_FMT(huge));
	return sl_sprig_check(call, err);
}

SL_SPRIG_FN(from_json)
{
	return hush(decode(call, args[0].s, ret, err), err);
}

SL_SPRIG_FN(must_from_json)
{
	return decode(call, args[0].s, ret, err);
}

static const struct sl_go_func funcs[] = {
	{ "fromJson", from_json, { &sl_go_string }, 1, false },
	{ "mustFromJson", must_from_json, { &sl_go_string }, 1, false },
	{ "mustToJson", must_to_json, { &sl_go_any }, 1, false },
	{ "mustToPrettyJson", must_to_pretty_json, { &sl_go_any }, 1, false },
	{ "mustToRawJson", to_raw_json, { &sl_go_any }, 1, false },
	{ "toJson", to_json, { &sl_go_any }, 1, false },
	{ "toPrettyJson", to_pretty_json, { &sl_go_any }, 1, false },
	{ "toRawJson", to_raw_json, { &sl_go_any }, 1, false },
};
const struct sl_sprig_table sl_sprig_json = SL_SPRIG_TABLE(funcs);
