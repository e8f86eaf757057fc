#include "libcommon/lang/template/builtin.h"

#include "libcommon/lang/template/fmt.h"

const struct sl_go_type tmpl_reflect_value = { .kind = SL_GO_STRUCT, .name = "reflect.Value" };
const struct sl_go_type tmpl_reflect_boxed = { .kind = SL_GO_STRUCT, .name = "reflect.Value" };

int tmpl_return_text(struct sl_go_call *call, const struct sl_strbuf *text, struct sl_goval *ret,
		     struct sl_err *err)
{
	int r = sl_strbuf_check(text, "the text", err);

	if (r == 0)
		*ret = sl_goval_str(sl_arena_str(call->a, sl_strbuf_str(text)));
	return r;
}

static int negate(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		  struct sl_goval *ret, struct sl_err *err)
{
	(void)call;
	(void)n;
	(void)err;
	*ret = sl_goval_bool(!sl_goval_truth(args[0]));
	return 0;
}

static int print(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		 struct sl_goval *ret, struct sl_err *err)
{
	SL_STRBUF_ON_STACK(out, TMPL_TEXT_MAX);

	sl_go_sprint(&out, args, n);
	return tmpl_return_text(call, &out, ret, err);
}

static int println(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		   struct sl_goval *ret, struct sl_err *err)
{
	SL_STRBUF_ON_STACK(out, TMPL_TEXT_MAX);

	sl_go_sprintln(&out, args, n);
	return tmpl_return_text(call, &out, ret, err);
}

static int print_format(struct sl_go_call *call, const struct sl_goval *args, size_t n,
			struct sl_goval *ret, struct sl_err *err)
{
	SL_STRBUF_ON_STACK(out, TMPL_TEXT_MAX);

	sl_go_sprintf(&out, args[0].s, args + 1, n - 1);
	return tmpl_return_text(call, &out, ret, err);
}

static int len(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	       struct sl_err *err)
{
	struct sl_goval v = args[0];

	(void)call;
	(void)n;
	switch (sl_goval_kind(v)) {
	case SL_GO_INVALID:
		return sl_err_set(err, SL_ERR_INVALID,
				  "reflect: call of reflect.Value.Type on zero Value");
	case SL_GO_INTERFACE:
		return sl_err_set(err, SL_ERR_INVALID, "len of nil pointer");
	case SL_GO_POINTER:
		if (!v.ptr)
			return sl_err_set(err, SL_ERR_INVALID, "len of nil pointer");
		return sl_err_set(err, SL_ERR_INVALID, "len of type %s", v.type->elem->name);
	case SL_GO_MAP:
	case SL_GO_SLICE:
	case SL_GO_STRING:
		*ret = sl_goval_int((int64_t)sl_goval_len(v));
		return 0;
	default:
		return sl_err_set(err, SL_ERR_INVALID, "len of type %s", sl_goval_type_name(v));
	}
}

/* An index from 0 to `cap`. */
static int read_index(struct sl_goval v, size_t cap, size_t *ret, struct sl_err *err)
{
	enum sl_go_kind kind = v.type ? v.type->kind : SL_GO_INVALID;
	int64_t i = v.i; /* of the same bits as v.u, as Go converts them */

	if (kind == SL_GO_INVALID)
		return sl_err_set(err, SL_ERR_INVALID, "cannot index slice/array with nil");
	if (!sl_go_kind_is_int(kind) && !sl_go_kind_is_uint(kind))
		return sl_err_set(err, SL_ERR_INVALID, "cannot index slice/array with type %s",
				  v.type->name);
	if (i < 0 || (uint64_t)i > cap)
		return sl_err_set(err, SL_ERR_INVALID, "index out of range: %lld", (long long)i);
	*ret = (size_t)i;
	return 0;
}

static int index_sequence(struct sl_goval v, struct sl_goval index, struct sl_goval *ret,
			  struct sl_err *err)
{
	bool is_text = v.type->kind == SL_GO_STRING;
	size_t i = 0;
	int r;

	if (index.type == &sl_go_any)
		index = SL_GO_NONE;
	r = read_index(index, sl_goval_len(v), &i, err);

	if (r < 0)
		return r;
	if (i == sl_goval_len(v))
		return sl_err_set(err, SL_ERR_INVALID, "reflect: %s index out of range",
				  is_text ? "string" : "slice");
	if (is_text)
		*ret = (struct sl_goval){ .type = &sl_go_uint8, .u = (unsigned char)v.s.p[i] };
	else
		*ret = sl_goval_item(v, i);
	return 0;
}

static struct sl_goval zero_of(const struct sl_go_type *type)
{
	return (struct sl_goval){ .type = type, .s = SL_STR_NULL };
}

static int index_map(struct sl_goval v, struct sl_goval index, struct sl_goval *ret,
		     struct sl_err *err)
{
	const struct sl_goval *found;

	if (sl_goval_kind(index) == SL_GO_INVALID || sl_goval_kind(index) == SL_GO_INTERFACE)
		return sl_err_set(err, SL_ERR_INVALID, "value is nil; should be of type string");
	if (index.type != &sl_go_string)
		return sl_err_set(err, SL_ERR_INVALID, "value has type %s; should be string",
				  index.type->name);
	found = v.map ? sl_go_map_get(v.map, index.s) : NULL;
	*ret = found ? *found : zero_of(v.type->elem);
	return 0;
}

static int index_once(struct sl_goval v, struct sl_goval index, struct sl_goval *ret,
		      struct sl_err *err)
{
	switch (sl_goval_kind(v)) {
	case SL_GO_INVALID:
	case SL_GO_INTERFACE:
		return sl_err_set(err, SL_ERR_INVALID, "index of nil pointer");
	case SL_GO_SLICE:
	case SL_GO_STRING:
		return index_sequence(v, index, ret, err);
	case SL_GO_MAP:
		return index_map(v, index, ret, err);
	case SL_GO_POINTER:
		if (!v.ptr)
			return sl_err_set(err, SL_ERR_INVALID, "index of nil pointer");
		return sl_err_set(err, SL_ERR_INVALID, "can't index item of type %s",
				  v.type->elem->name);
	default:
		return sl_err_set(err, SL_ERR_INVALID, "can't index item of type %s", v.type->name);
	}
}

static int index_value(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		       struct sl_goval *ret, struct sl_err *err)
{
	struct sl_goval v = args[0];
	int r = 0;

	(void)call;
	if (sl_goval_kind(v) == SL_GO_INVALID || sl_goval_kind(v) == SL_GO_INTERFACE)
		return sl_err_set(err, SL_ERR_INVALID, "index of untyped nil");
	for (size_t i = 1; i < n && r == 0; i++)
		r = index_once(v, args[i], &v, err);
	if (r == 0)
		*ret = v;
	return r;
}

static int check_sliced(struct sl_goval v, size_t index_count, struct sl_err *err)
{
	switch (sl_goval_kind(v)) {
	case SL_GO_INVALID:
	case SL_GO_INTERFACE:
		return sl_err_set(err, SL_ERR_INVALID, "slice of untyped nil");
	case SL_GO_POINTER:
		if (!v.ptr)
			return sl_err_set(err, SL_ERR_INVALID, "slice of nil pointer");
		break;
	default:
		break;
	}
	if (index_count > 3)
		return sl_err_set(err, SL_ERR_INVALID, "too many slice indexes: %zu", index_count);
	if (v.type->kind == SL_GO_STRING && index_count == 3)
		return sl_err_set(err, SL_ERR_INVALID, "cannot 3-index slice a string");
	if (v.type->kind != SL_GO_STRING && v.type->kind != SL_GO_SLICE)
		return sl_err_set(err, SL_ERR_INVALID, "can't slice item of type %s",
				  v.type->kind == SL_GO_POINTER ? v.type->elem->name
								: v.type->name);
	return 0;
}

/* Room behind a slice's end is Go's own affair: here the capacity is the length. */
static int slice(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		 struct sl_goval *ret, struct sl_err *err)
{
	struct sl_goval v = args[0];
	size_t at[3] = { 0, sl_goval_len(v), 0 };
	int r = check_sliced(v, n - 1, err);

	for (size_t i = 1; i < n && r == 0; i++)
		r = read_index(args[i], sl_goval_len(v), &at[i - 1], err);
	if (r < 0)
		return r;
	for (size_t i = 0; i + 2 < (n > 3 ? n : 3); i++)
		if (at[i] > at[i + 1])
			return sl_err_set(err, SL_ERR_INVALID, "invalid slice index: %zu > %zu",
					  at[i], at[i + 1]);
	*ret = v;
	if (v.type->kind == SL_GO_STRING || v.type == &sl_go_bytes) {
		ret->s = sl_str_sub(v.s, at[0], at[1]);
	} else if (v.list) {
		ret->list = sl_arena_new(call->a, struct sl_go_list);
		*ret->list = (struct sl_go_list){ .items = v.list->items + at[0],
						  .n = at[1] - at[0],
						  .cap = at[1] - at[0] };
	}
	return 0;
}

int tmpl_call(struct sl_str callee, struct sl_goval fn, struct sl_err *err)
{
	if (sl_goval_kind(fn) == SL_GO_INVALID || sl_goval_kind(fn) == SL_GO_INTERFACE)
		return sl_err_set(err, SL_ERR_INVALID, "call of nil");
	return sl_err_set(err, SL_ERR_INVALID, "non-function %.*s of type %s", SL_STR_FMT(callee),
			  fn.type->name);
}

int tmpl_own_of_execution(struct sl_go_call *call, const struct sl_goval *args, size_t n,
			  struct sl_goval *ret, struct sl_err *err)
{
	(void)call;
	(void)args;
	(void)n;
	(void)ret;
	return sl_err_set(err, SL_ERR_INTERNAL, "called like any other function");
}

#define TAKES(type, label, function, fixed, more) \
	{ \
		.name = (label), .fn = (function), .params = { &(type), &(type) }, \
		.count = (fixed) + (more), .variadic = (more) \
	}
#define VALUES(...) TAKES(tmpl_reflect_value, __VA_ARGS__)
#define ANY(...) TAKES(sl_go_any, __VA_ARGS__)

static const struct sl_go_func functions[] = {
	VALUES("and", tmpl_own_of_execution, 1, true),
	VALUES("call", tmpl_own_of_execution, 1, true),
	VALUES("eq", tmpl_eq, 1, true),
	VALUES("ge", tmpl_ge, 2, false),
	VALUES("gt", tmpl_gt, 2, false),
	ANY("html", tmpl_html, 0, true),
	VALUES("index", index_value, 1, true),
	ANY("js", tmpl_js, 0, true),
	VALUES("le", tmpl_le, 2, false),
	VALUES("len", len, 1, false),
	VALUES("lt", tmpl_lt, 2, false),
	VALUES("ne", tmpl_ne, 2, false),
	VALUES("not", negate, 1, false),
	VALUES("or", tmpl_own_of_execution, 1, true),
	ANY("print", print, 0, true),
	{ .name = "printf",
	  .fn = print_format,
	  .params = { &sl_go_string, &sl_go_any },
	  .count = 2,
	  .variadic = true },
	ANY("println", println, 0, true),
	{ .name = "slice",
	  .fn = slice,
	  .params = { &tmpl_reflect_value, &tmpl_reflect_boxed },
	  .count = 2,
	  .variadic = true },
	ANY("urlquery", tmpl_urlquery, 0, true),
};

const struct sl_go_func *tmpl_builtin(struct sl_str name)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(functions); i++)
		if (sl_str_eqz(name, functions[i].name))
			return &functions[i];
	return NULL;
}
