#include "libcommon/codec/jsonpath.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/json.h"
#include "libcommon/codec/jsonpath_node.h"
#include "libcommon/codec/number.h"

/* Values in the order found. NULL stands for nothing at all, which is not null. */
struct results {
	struct sl_value **v;
	size_t n, cap;
};

struct walk {
	struct sl_arena *a;
	struct jsonpath_node **nodes; /* of the root */
	size_t node_count;
	bool missing_ok;
	size_t steps;
	/* Ranges that begin with this node, that are under way, and whose end was met. */
	unsigned begin, within, end;
	size_t last_end; /* the node that ended a range last */
	struct sl_err *err;
};

static int eval_list(struct walk *w, const struct results *in, const struct jsonpath_node *list,
		     struct results *out);

static int count(struct walk *w)
{
	if (++w->steps > SL_JSONPATH_STEPS_MAX || sl_arena_full(w->a))
		return sl_err_set(w->err, SL_ERR_TOO_LARGE,
				  "a JSONPath template looks at more than %d values",
				  SL_JSONPATH_STEPS_MAX);
	return 0;
}

static int add(struct walk *w, struct results *r, struct sl_value *v)
{
	int code = count(w);

	if (code < 0)
		return code;
	r->v = sl_arena_grow(w->a, r->v, r->n, &r->cap, sizeof(*r->v));
	r->v[r->n++] = v;
	return 0;
}

static int add_all(struct walk *w, struct results *r, const struct results *more)
{
	int code = 0;

	for (size_t i = 0; i < more->n && code == 0; i++)
		code = add(w, r, more->v[i]);
	return code;
}

static bool is_null(const struct sl_value *v)
{
	return v && v->kind == SL_V_NULL;
}

/* As Go would name what a document decodes to. */
static const char *type_name(const struct sl_value *v)
{
	static const char *const names[] = {
		[SL_V_NULL] = "<nil>",		[SL_V_BOOL] = "bool",
		[SL_V_INT] = "int64",		[SL_V_FLOAT] = "float64",
		[SL_V_NUMBER] = "float64",	[SL_V_STRING] = "string",
		[SL_V_LIST] = "[]interface {}", [SL_V_MAP] = "map[string]interface {}",
	};

	return v ? names[v->kind] : "<nil>";
}

/* ---- what is within ---- */

static int add_members(struct walk *w, const struct sl_value *map, struct results *out)
{
	SL_AUTO_FREE const struct sl_member **order = sl_map_order(map);
	int r = 0;

	for (size_t i = 0; i < map->map.n && r == 0; i++)
		r = add(w, out, order ? order[i]->value : map->map.members[i].value);
	return r;
}

/* The members of a map, the items of a list, the bytes of a text. */
static int add_children(struct walk *w, const struct sl_value *v, struct results *out)
{
	int r = 0;

	if (sl_is_map(v))
		return add_members(w, v, out);
	for (size_t i = 0; sl_is_list(v) && i < v->list.n && r == 0; i++)
		r = add(w, out, v->list.items[i]);
	for (size_t i = 0; sl_is_str(v) && i < v->s.n && r == 0; i++)
		r = add(w, out, sl_value_int(w->a, (unsigned char)v->s.p[i]));
	return r;
}

static int eval_wildcard(struct walk *w, const struct results *in, struct results *out)
{
	int r = 0;

	for (size_t i = 0; i < in->n && r == 0; i++)
		r = add_children(w, in->v[i], out);
	return r;
}

static int eval_recursive(struct walk *w, const struct results *in, struct results *out)
{
	int r = 0;

	for (size_t i = 0; i < in->n && r == 0; i++) {
		struct results children = { 0 };

		r = add_children(w, in->v[i], &children);
		if (r == 0 && children.n)
			r = add(w, out, in->v[i]);
		if (r == 0)
			r = eval_recursive(w, &children, out);
	}
	return r;
}

static int eval_field(struct walk *w, const struct results *in, struct sl_str name,
		      struct results *out)
{
	for (size_t i = 0; i < in->n; i++) {
		struct sl_value *v = sl_is_map(in->v[i]) ? sl_map_get(in->v[i], name) : NULL;

		if (v && add(w, out, v) < 0)
			return SL_ERR_TOO_LARGE;
	}
	if (in->n && !out->n && !w->missing_ok)
		return sl_err_set(w->err, SL_ERR_INVALID, "%.*s is not found", SL_STR_FMT(name));
	return 0;
}

/* The bounds of a slice of a list of `n`; false when it is empty. */
static int bounds(struct walk *w, struct jsonpath_slice *s, int64_t n, bool *ret_any)
{
	if (s->from < 0)
		s->from += n;
	if (!s->has_to)
		s->to = n;
	else if (s->to < 0 || (s->to == 0 && s->derived))
		s->to += n;
	*ret_any = s->from != s->to;
	if (!*ret_any)
		return 0;
	if (s->from >= n || s->from < 0)
		return sl_err_set(w->err, SL_ERR_INVALID,
				  "array index out of bounds: index %lld, length %lld",
				  (long long)s->from, (long long)n);
	if (s->to > n || s->to < 0)
		return sl_err_set(w->err, SL_ERR_INVALID,
				  "array index out of bounds: index %lld, length %lld",
				  (long long)((uint64_t)s->to - 1), (long long)n);
	if (s->from > s->to)
		return sl_err_set(w->err, SL_ERR_INVALID,
				  "starting index %lld is greater than ending index %lld",
				  (long long)s->from, (long long)s->to);
	if (s->has_step && s->step <= 0)
		return sl_err_set(w->err, SL_ERR_INVALID, "step must be > 0");
	return 0;
}

/* On failure, and where a slice is empty, the outcome is client-go's: what came in, what there is. */
static int eval_array(struct walk *w, const struct results *in, const struct jsonpath_slice *slice,
		      struct results *out)
{
	for (size_t i = 0; i < in->n; i++) {
		struct jsonpath_slice s = *slice;
		const struct sl_value *v = in->v[i];
		bool any = false;
		int r;

		if (is_null(v))
			continue;
		if (!sl_is_list(v))
			r = sl_err_set(w->err, SL_ERR_INVALID, "%s is not array or slice",
				       type_name(v));
		else
			r = bounds(w, &s, (int64_t)v->list.n, &any);
		if (r < 0)
			*out = *in;
		if (r < 0 || !any)
			return r;
		while (s.from < s.to) {
			r = add(w, out, v->list.items[s.from]);
			if (r < 0)
				return r;
			if (!s.has_step)
				s.from++;
			else if (s.step < s.to - s.from)
				s.from += s.step;
			else
				break;
		}
	}
	return 0;
}

static int eval_union(struct walk *w, const struct results *in, const struct jsonpath_node *node,
		      struct results *out)
{
	for (size_t i = 0; i < node->n; i++) {
		struct results part = { 0 };
		int r = eval_list(w, in, node->nodes[i], &part);

		if (r < 0)
			*out = *in;
		if (r < 0 || (r = add_all(w, out, &part)) < 0)
			return r;
	}
	return 0;
}

/* ---- filters ---- */

static double as_float(const struct sl_value *v)
{
	double f = 0;

	if (v->kind == SL_V_FLOAT)
		return v->f;
	(void)sl_str_to_double(v->s, &f);
	return f;
}

static enum sl_value_kind basic_kind(const struct sl_value *v)
{
	if (!v || v->kind == SL_V_MAP || v->kind == SL_V_LIST)
		return SL_V_NULL;
	return v->kind == SL_V_NUMBER ? SL_V_FLOAT : v->kind;
}

/* -1, 0, 1, or 2: neither is less, nor are they equal. */
static int order(const struct sl_value *x, const struct sl_value *y)
{
	double f, g;
	int c;

	switch (basic_kind(x)) {
	case SL_V_BOOL:
		return x->b == y->b ? 0 : 2;
	case SL_V_INT:
		return (x->i > y->i) - (x->i < y->i);
	case SL_V_STRING:
		c = sl_str_cmp(x->s, y->s);
		return (c > 0) - (c < 0);
	default:
		f = as_float(x);
		g = as_float(y);
		return f < g ? -1 : f > g ? 1 : f == g ? 0 : 2;
	}
}

static int compare(struct walk *w, struct sl_str op, const struct sl_value *x,
		   const struct sl_value *y, bool *ret)
{
	static const struct {
		struct sl_str op;
		bool ordered, less, equal, other; /* what it is for x < y, x == y, all else */
	} operators[] = {
		{ SL_STR("<"), true, true, false, false },
		{ SL_STR("<="), true, true, true, false },
		{ SL_STR(">"), true, false, false, true },
		{ SL_STR(">="), true, false, true, true },
		{ SL_STR("=="), false, false, true, false },
		{ SL_STR("!="), false, true, false, true },
	};
	size_t i = 0;
	int c;

	while (i < SL_ARRAY_LEN(operators) && !sl_str_eq(operators[i].op, op))
		i++;
	if (i == SL_ARRAY_LEN(operators))
		return sl_err_set(w->err, SL_ERR_INVALID, "unrecognized filter operator %.*s",
				  SL_STR_FMT(op));
	if (basic_kind(x) == SL_V_NULL || basic_kind(y) == SL_V_NULL)
		return sl_err_set(w->err, SL_ERR_INVALID, "invalid type for comparison");
	if (basic_kind(x) != basic_kind(y))
		return sl_err_set(w->err, SL_ERR_INVALID, "incompatible types for comparison");
	if (operators[i].ordered && x->kind == SL_V_BOOL)
		return sl_err_set(w->err, SL_ERR_INVALID, "invalid type for comparison");
	c = order(x, y);
	*ret = c == -1 ? operators[i].less : c == 0 ? operators[i].equal : operators[i].other;
	return 0;
}

/* One side of a comparison: *ret_none when nothing is there to be compared. */
static int eval_side(struct walk *w, const struct results *item, const struct jsonpath_node *list,
		     struct sl_value **ret, bool *ret_none)
{
	struct results found = { 0 };
	int r = eval_list(w, item, list, &found);

	*ret_none = found.n == 0;
	if (r == 0 && found.n > 1)
		return sl_err_set(w->err, SL_ERR_INVALID, "can only compare one element at a time");
	if (r == 0 && found.n)
		*ret = found.v[0];
	return r;
}

static int passes(struct walk *w, const struct jsonpath_node *node, struct sl_value *item,
		  bool *ret)
{
	struct results one = { .v = &item, .n = 1 }, found = { 0 };
	struct sl_value *left = NULL, *right = NULL;
	bool none = false;
	int r;

	*ret = false;
	if (node->n == 1) {
		r = eval_list(w, &one, node->nodes[0], &found);
		*ret = found.n > 0;
		/* What is wrong with a member that is asked for only means that it is not there. */
		if (r == SL_ERR_INVALID && w->err)
			sl_err_release(w->err);
		return r == SL_ERR_INVALID ? 0 : r;
	}
	r = eval_side(w, &one, node->nodes[0], &left, &none);
	if (r == 0 && !none)
		r = eval_side(w, &one, node->nodes[1], &right, &none);
	return r < 0 || none ? r : compare(w, node->text, left, right, ret);
}

static int eval_filter(struct walk *w, const struct results *in, const struct jsonpath_node *node,
		       struct results *out)
{
	int r = 0;

	for (size_t i = 0; i < in->n && r == 0; i++) {
		const struct sl_value *v = in->v[i];

		if (!sl_is_list(v)) {
			*out = *in;
			return sl_err_set(w->err, SL_ERR_INVALID,
					  "%s is not array or slice and cannot be filtered",
					  type_name(v));
		}
		for (size_t k = 0; k < v->list.n && r == 0; k++) {
			bool pass = false;

			r = passes(w, node, v->list.items[k], &pass);
			if (r == 0 && pass)
				r = add(w, out, v->list.items[k]);
		}
	}
	return r;
}

/* ---- nodes ---- */

static int eval_word(struct walk *w, const struct results *in, struct sl_str word,
		     struct results *out)
{
	if (sl_str_eqz(word, "range")) {
		w->begin++;
		*out = *in;
		return 0;
	}
	if (!sl_str_eqz(word, "end")) {
		*out = *in;
		return sl_err_set(w->err, SL_ERR_INVALID, "unrecognized identifier %.*s",
				  SL_STR_FMT(word));
	}
	if (!w->within)
		return sl_err_set(w->err, SL_ERR_INVALID, "not in range, nothing to end");
	w->end++;
	return 0;
}

static int eval(struct walk *w, const struct results *in, const struct jsonpath_node *node,
		struct results *out)
{
	int r = 0;

	switch (node->type) {
	case JSONPATH_LIST:
		return eval_list(w, in, node, out);
	case JSONPATH_TEXT:
		return add(w, out, node->value);
	case JSONPATH_LITERAL:
		for (size_t i = 0; i < in->n && r == 0; i++)
			r = add(w, out, node->value);
		return r;
	case JSONPATH_WORD:
		return eval_word(w, in, node->text, out);
	case JSONPATH_FIELD:
		return eval_field(w, in, node->text, out);
	case JSONPATH_ARRAY:
		return eval_array(w, in, &node->slice, out);
	case JSONPATH_FILTER:
		return eval_filter(w, in, node, out);
	case JSONPATH_WILDCARD:
		return eval_wildcard(w, in, out);
	case JSONPATH_RECURSIVE:
		return eval_recursive(w, in, out);
	case JSONPATH_UNION:
		return eval_union(w, in, node, out);
	}
	return 0;
}

/* Each node sees what the one before it gave. The outcome of the last one is there on failure, too. */
static int eval_list(struct walk *w, const struct results *in, const struct jsonpath_node *list,
		     struct results *out)
{
	struct results current = *in;
	int r = 0;

	for (size_t i = 0; i < list->n && r == 0; i++) {
		struct results next = { 0 };

		r = eval(w, &current, list->nodes[i], &next);
		current = next;
	}
	*out = current;
	return r;
}

/* ---- the template ---- */

static void print_value(const struct sl_value *v, struct sl_strbuf *out)
{
	char buf[SL_NUMBER_TEXT_MAX];

	if (!v)
		sl_strbuf_addz(out, "<no value>");
	else if (sl_is_str(v))
		sl_strbuf_adds(out, v->s);
	else if (v->kind == SL_V_FLOAT)
		sl_strbuf_adds(out, sl_float_text(v->f, SL_FLOAT_G, buf));
	else
		sl_json_write(v, SL_JSON_GO | SL_JSON_HTML_SAFE | SL_JSON_SORT, out);
}

static void print_results(const struct results *r, struct sl_strbuf *out)
{
	for (size_t i = 0; i < r->n; i++) {
		if (i)
			sl_strbuf_addc(out, ' ');
		print_value(r->v[i], out);
	}
}

/* The nodes from `from` to the end of the range that they are in, of `data`. */
static int run(struct walk *w, size_t from, struct sl_value *data, struct sl_strbuf *out)
{
	struct results in = { .v = &data, .n = 1 };

	if (w->within > SL_JSONPATH_DEPTH_MAX)
		return sl_err_set(w->err, SL_ERR_TOO_LARGE, "more than %d ranges within each other",
				  SL_JSONPATH_DEPTH_MAX);
	for (size_t i = from; i < w->node_count; i++) {
		struct results found = { 0 };
		/* Ranges that never end walk what is behind them again and again. */
		int r = count(w);

		if (r == 0)
			r = eval(w, &in, w->nodes[i], &found);
		if (r < 0)
			return r;
		if (w->end && w->end <= w->within) {
			w->end--;
			w->last_end = i;
			return 0;
		}
		if (!w->begin) {
			print_results(&found, out);
			continue;
		}
		w->begin--;
		w->within++;
		for (size_t k = 0; k < found.n && r == 0; k++)
			r = run(w, i + 1, found.v[k], out);
		/* Without any, the end of the range is still to be found. */
		if (!found.n) {
			SL_AUTO(sl_strbuf) nowhere = SL_STRBUF_INIT(out->max);

			r = run(w, i + 1, NULL, &nowhere);
		}
		if (r < 0)
			return r;
		w->within--;
		if (w->last_end > i)
			i = w->last_end;
	}
	return 0;
}

int sl_jsonpath_write(struct sl_arena *a, const struct sl_jsonpath *path, struct sl_value *data,
		      bool missing_ok, struct sl_strbuf *out, struct sl_err *err)
{
	SL_AUTO(sl_err) own = SL_ERR_INIT;
	struct walk w = { .a = a,
			  .nodes = path->root->nodes,
			  .node_count = path->root->n,
			  .missing_ok = missing_ok,
			  .err = err ? err : &own };
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(out->max);
	int r = run(&w, 0, data, &b);

	if (r == 0)
		r = sl_strbuf_check(&b, "what a JSONPath template prints", err);
	if (r < 0)
		return r;
	sl_strbuf_adds(out, sl_strbuf_str(&b));
	return sl_strbuf_check(out, "what a JSONPath template prints", err);
}
