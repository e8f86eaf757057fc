#include "libcommon/codec/jsonpatch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "libcommon/codec/jsonpointer.h"

struct patcher {
	struct sl_arena *a;
	enum sl_jsonpatch_rules rules;
	struct sl_value *doc;
	size_t nodes;
	struct sl_err *err;
	/* The operation being applied. */
	const struct sl_value *op;
	size_t index;
	struct sl_str kind, path;
	struct sl_jsonpointer pointer;
};

static int __attribute__((format(printf, 3, 4)))
fail(struct patcher *p, enum sl_err_code code, const char *fmt, ...)
{
	SL_AUTO_FREE char *what = NULL;
	va_list ap;

	if (!p->err)
		return code;
	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		abort();
	va_end(ap);
	sl_err_set(p->err, code, "operation %zu: %.*s \"%.*s\": %s", p->index, SL_STR_FMT(p->kind),
		   SL_STR_FMT(p->path), what);
	sl_value_err_at(p->op, NULL, p->err);
	return code;
}

/* Nodes of a tree, and its height; both stop counting once they are past what is allowed. */
static size_t measure(const struct sl_value *v, size_t depth, size_t *deepest)
{
	size_t nodes = 1;

	if (!v)
		return 0;
	if (depth > *deepest)
		*deepest = depth;
	if (depth > SL_JSONPATCH_DEPTH_MAX)
		return nodes;
	if (v->kind == SL_V_LIST)
		for (size_t i = 0; i < v->list.n && nodes <= SL_JSONPATCH_NODES_MAX; i++)
			nodes += measure(v->list.items[i], depth + 1, deepest);
	if (v->kind == SL_V_MAP)
		for (size_t i = 0; i < v->map.n && nodes <= SL_JSONPATCH_NODES_MAX; i++)
			nodes += measure(v->map.members[i].value, depth + 1, deepest);
	return nodes;
}

/* A copy of `v` that may be put at the operation's path. */
static int copy_in(struct patcher *p, const struct sl_value *v, struct sl_value **ret_copy)
{
	size_t deepest = 0;

	p->nodes += measure(v, p->pointer.n, &deepest);
	if (p->nodes > SL_JSONPATCH_NODES_MAX || sl_arena_full(p->a))
		return fail(p, SL_ERR_TOO_LARGE, "the patch adds more than %d nodes",
			    SL_JSONPATCH_NODES_MAX);
	if (deepest > SL_JSONPATCH_DEPTH_MAX)
		return fail(p, SL_ERR_TOO_LARGE, "the outcome is nested too deeply");
	*ret_copy = sl_value_copy(p->a, v);
	return 0;
}

/*
 * The index that a token means in a list of `n` items, at most `last`. Go's Atoi takes signs and
 * leading zeros; a negative index of the kustomize rules counts back from `last` + 1.
 */
static int list_index(struct patcher *p, struct sl_str token, size_t n, bool inserting,
		      size_t *ret_index)
{
	int64_t i, bound = (int64_t)n + inserting;
	struct sl_str digits = token;
	size_t strict = 0;

	if (p->rules == SL_JSONPATCH_RFC) {
		if (!sl_jsonpointer_index(token, &strict))
			return fail(p, SL_ERR_INVALID, "\"%.*s\" is no list index",
				    SL_STR_FMT(token));
		i = strict > (size_t)bound ? bound : (int64_t)strict;
	} else {
		sl_str_cut_prefix(&digits, SL_STR("+"));
		if (!sl_str_to_i64(digits, INT32_MIN, INT32_MAX, &i))
			return fail(p, SL_ERR_INVALID, "\"%.*s\" is no list index",
				    SL_STR_FMT(token));
		i += i < 0 ? bound : 0;
	}
	if (i < 0 || i >= bound)
		return fail(p, SL_ERR_NOT_FOUND,
			    "index %.*s is out of range, the list has %zu items", SL_STR_FMT(token),
			    n);
	*ret_index = (size_t)i;
	return 0;
}

/* One token down; SL_ERR_NOT_FOUND when there is nothing. */
static int step(struct patcher *p, struct sl_value *at, struct sl_str token,
		struct sl_value **ret_value)
{
	struct sl_value *v;
	size_t i = 0;
	int r;

	if (sl_is_list(at)) {
		r = list_index(p, token, at->list.n, false, &i);
		if (r < 0)
			return r;
		v = at->list.items[i];
	} else {
		v = sl_map_get(at, token);
	}
	if (!v)
		return fail(p, SL_ERR_NOT_FOUND, "the document has no \"%.*s\" there",
			    SL_STR_FMT(token));
	*ret_value = v;
	return 0;
}

/* Follow a pointer but for its last token: to the map or list that holds what it names. */
static int find_parent(struct patcher *p, const struct sl_jsonpointer *pointer,
		       struct sl_value **ret_parent)
{
	struct sl_value *at = p->doc;
	int r = 0;

	for (size_t i = 0; r == 0 && i + 1 < pointer->n; i++)
		r = step(p, at, pointer->tokens[i], &at);
	if (r == 0 && !sl_is_map(at) && !sl_is_list(at))
		r = fail(p, SL_ERR_NOT_FOUND, "the parent is of type %s", sl_value_kind_name(at));
	if (r == 0)
		*ret_parent = at;
	return r;
}

static int find(struct patcher *p, const struct sl_jsonpointer *pointer,
		struct sl_value **ret_value)
{
	struct sl_value *parent = p->doc;
	int r;

	if (!pointer->n) {
		*ret_value = p->doc;
		return 0;
	}
	r = find_parent(p, pointer, &parent);
	return r < 0 ? r : step(p, parent, pointer->tokens[pointer->n - 1], ret_value);
}

static struct sl_str last_token(const struct sl_jsonpointer *pointer)
{
	return pointer->tokens[pointer->n - 1];
}

/* Put `v`, which belongs to the document now, at the operation's path. */
static int put(struct patcher *p, struct sl_value *v)
{
	struct sl_value *parent = p->doc;
	struct sl_str key;
	size_t i = 0;
	int r;

	if (!p->pointer.n) {
		p->doc = v;
		return 0;
	}
	r = find_parent(p, &p->pointer, &parent);
	if (r < 0)
		return r;
	key = last_token(&p->pointer);
	if (sl_is_map(parent)) {
		sl_map_set(p->a, parent, key, v);
		return 0;
	}
	if (sl_str_eq(key, SL_STR("-"))) {
		sl_list_push(p->a, parent, v);
		return 0;
	}
	r = list_index(p, key, parent->list.n, true, &i);
	if (r == 0)
		sl_list_insert(p->a, parent, i, v);
	return r;
}

static int take_out(struct patcher *p, const struct sl_jsonpointer *pointer)
{
	struct sl_value *parent = p->doc;
	struct sl_str key;
	size_t i = 0;
	int r;

	if (!pointer->n)
		return fail(p, SL_ERR_INVALID, "the whole document cannot be removed");
	r = find_parent(p, pointer, &parent);
	if (r < 0)
		return r;
	key = last_token(pointer);
	if (sl_is_map(parent))
		return sl_map_remove(parent, key)
			       ? 0
			       : fail(p, SL_ERR_NOT_FOUND, "the document has no \"%.*s\" there",
				      SL_STR_FMT(key));
	r = list_index(p, key, parent->list.n, false, &i);
	if (r == 0)
		sl_list_remove(parent, i);
	return r;
}

/* The operation's "value"; where it is missing, null by kustomize's rules. */
static int value_of(struct patcher *p, const struct sl_value **ret_value)
{
	static const struct sl_value null = { .kind = SL_V_NULL };
	const struct sl_value *v = sl_get(p->op, "value");

	if (!v && p->rules == SL_JSONPATCH_RFC)
		return fail(p, SL_ERR_INVALID, "the operation has no value");
	*ret_value = v ? v : &null;
	return 0;
}

static int from_of(struct patcher *p, struct sl_str *ret_from, struct sl_jsonpointer *ret_pointer)
{
	const struct sl_value *from = sl_get(p->op, "from");
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	int r;

	if (!sl_is_str(from))
		return fail(p, SL_ERR_INVALID, "the operation has no from");
	r = sl_jsonpointer_parse(p->a, from->s, ret_pointer, &err);
	if (r < 0)
		return fail(p, (enum sl_err_code)r, "%s", err.message);
	*ret_from = from->s;
	return 0;
}

static int op_add(struct patcher *p)
{
	const struct sl_value *value = NULL;
	struct sl_value *v = NULL;
	int r = value_of(p, &value);

	if (r == 0)
		r = copy_in(p, value, &v);
	return r < 0 ? r : put(p, v);
}

static int op_remove(struct patcher *p)
{
	return take_out(p, &p->pointer);
}

static int op_replace(struct patcher *p)
{
	const struct sl_value *value = NULL;
	struct sl_value *parent = p->doc, *v = NULL;
	struct sl_str key;
	size_t i = 0;
	int r = value_of(p, &value);

	if (r == 0)
		r = copy_in(p, value, &v);
	if (r < 0 || !p->pointer.n)
		return r < 0 ? r : put(p, v);
	r = find_parent(p, &p->pointer, &parent);
	if (r < 0)
		return r;
	key = last_token(&p->pointer);
	if (sl_is_list(parent)) {
		r = list_index(p, key, parent->list.n, false, &i);
		if (r == 0)
			parent->list.items[i] = v;
		return r;
	}
	if (p->rules == SL_JSONPATCH_RFC && !sl_map_get(parent, key))
		return fail(p, SL_ERR_NOT_FOUND, "the document has no \"%.*s\" there",
			    SL_STR_FMT(key));
	sl_map_set(p->a, parent, key, v);
	return 0;
}

static int op_move(struct patcher *p)
{
	struct sl_jsonpointer from = { 0 };
	struct sl_value *source = p->doc, *v = NULL;
	struct sl_str name = SL_STR_NULL;
	int r = from_of(p, &name, &from);

	if (r < 0)
		return r;
	if (sl_str_starts(p->path, name) && p->path.n > name.n && p->path.p[name.n] == '/')
		return fail(p, SL_ERR_INVALID, "cannot move \"%.*s\" into itself",
			    SL_STR_FMT(name));
	r = find(p, &from, &source);
	if (r == 0 && !from.n) /* onto itself: the path is empty as well */
		return 0;
	/* Moved nodes are no new ones, but they may end up deeper. */
	if (r == 0)
		r = copy_in(p, source, &v);
	if (r == 0)
		r = take_out(p, &from);
	return r < 0 ? r : put(p, v);
}

static int op_copy(struct patcher *p)
{
	struct sl_jsonpointer from = { 0 };
	struct sl_value *source = p->doc, *v = NULL;
	struct sl_str name = SL_STR_NULL;
	int r = from_of(p, &name, &from);

	if (r == 0 && from.n)
		r = find_parent(p, &from, &source);
	if (r < 0)
		return r;
	if (p->rules == SL_JSONPATCH_KUSTOMIZE && from.n && sl_is_map(source) &&
	    !sl_map_get(source, last_token(&from)))
		return put(p, sl_value_null(p->a));
	r = find(p, &from, &source);
	if (r == 0)
		r = copy_in(p, source, &v);
	return r < 0 ? r : put(p, v);
}

static int op_test(struct patcher *p)
{
	const struct sl_value *want = NULL;
	struct sl_value *parent = p->doc, *v = NULL;
	int r = value_of(p, &want);

	if (r < 0)
		return r;
	if (p->rules == SL_JSONPATCH_KUSTOMIZE && p->pointer.n && sl_is_null(want)) {
		r = find_parent(p, &p->pointer, &parent);
		if (r < 0)
			return r;
		if (sl_is_map(parent) && !sl_map_get(parent, last_token(&p->pointer)))
			return 0;
	}
	r = find(p, &p->pointer, &v);
	if (r < 0)
		return r;
	return sl_value_equal(v, want) ? 0 : fail(p, SL_ERR_CONFLICT, "the test failed");
}

static int apply_op(struct patcher *p)
{
	static const struct {
		struct sl_str name;
		int (*apply)(struct patcher *p);
	} ops[] = {
		{ SL_STR("add"), op_add },	   { SL_STR("remove"), op_remove },
		{ SL_STR("replace"), op_replace }, { SL_STR("move"), op_move },
		{ SL_STR("copy"), op_copy },	   { SL_STR("test"), op_test },
	};
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	p->kind = sl_get_str(p->op, "op");
	p->path = sl_get_str(p->op, "path");
	if (!sl_is_map(p->op))
		return fail(p, SL_ERR_INVALID, "an operation is a map, not a %s",
			    sl_value_kind_name(p->op));
	if (!sl_is_str(sl_get(p->op, "path")))
		return fail(p, SL_ERR_INVALID, "the operation has no path");
	if (sl_jsonpointer_parse(p->a, p->path, &p->pointer, &err) < 0)
		return fail(p, err.code, "%s", err.message);
	for (size_t i = 0; i < SL_ARRAY_LEN(ops); i++)
		if (sl_str_eq(ops[i].name, p->kind))
			return ops[i].apply(p);
	return fail(p, SL_ERR_INVALID, "unknown operation");
}

int sl_jsonpatch_apply(struct sl_arena *a, const struct sl_value *doc, const struct sl_value *patch,
		       enum sl_jsonpatch_rules rules, struct sl_value **ret_doc, struct sl_err *err)
{
	struct patcher p = { .a = a, .rules = rules, .err = err };
	int r = 0;

	if (!sl_is_list(patch))
		return sl_value_err_set(err, patch, NULL, SL_ERR_INVALID,
					"a JSON patch is a list of operations, not a %s",
					sl_value_kind_name(patch));
	if (patch->list.n > SL_JSONPATCH_OPS_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "the patch has more than %d operations",
				  SL_JSONPATCH_OPS_MAX);
	p.doc = doc ? sl_value_copy(a, doc) : sl_value_null(a);
	for (; r == 0 && p.index < patch->list.n; p.index++) {
		p.op = patch->list.items[p.index];
		r = apply_op(&p);
	}
	if (r < 0)
		return r;
	*ret_doc = p.doc;
	return 0;
}
