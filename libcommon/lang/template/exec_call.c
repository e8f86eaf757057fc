/* Calls of functions and methods, and the fields of structs and maps. */
#include <string.h>

#include "libcommon/lang/template/exec.h"
#include "libcommon/lang/template/literal.h"

static const struct sl_go_type *parameter(const struct sl_go_func *fn, size_t i)
{
	return fn->params[i < fn->count ? i : (size_t)fn->count - 1];
}

static int check_count(struct tmpl_frame *f, const struct tmpl_call *c, const struct sl_go_func *fn,
		       size_t given)
{
	size_t written = given - (c->final != NULL);

	if (fn->variadic && given + 1 < fn->count)
		return tmpl_error(f, "wrong number of args for %.*s: want at least %d got %zu",
				  SL_STR_FMT(c->name), fn->count - 1, written);
	if (!fn->variadic && given != fn->count)
		return tmpl_error(f, "wrong number of args for %.*s: want %d got %zu",
				  SL_STR_FMT(c->name), fn->count, given);
	return 0;
}

/* "and" and "or" evaluate no further than they have to. */
static int eval_logic(struct tmpl_frame *f, const struct tmpl_call *c, bool stop_at,
		      struct tmpl_value *ret)
{
	for (size_t i = 1; i < c->n; i++) {
		int r = tmpl_eval_arg(f, c->dot, &tmpl_reflect_value, c->args[i], ret);

		if (r < 0 || sl_goval_truth(ret->v) == stop_at)
			return r;
	}
	if (c->final)
		*ret = *c->final;
	return 0;
}

/* reflect.Value.String(). */
static struct sl_str value_name(struct sl_arena *a, struct sl_goval v)
{
	if (!v.type)
		return SL_STR("<invalid Value>");
	if (v.type->kind == SL_GO_STRING)
		return v.s;
	return sl_str(sl_arena_printf(a, "<%s Value>", v.type->name));
}

/* A function gets copies of structs: see `as_argument` in goval.h. */
static inline void give(const struct sl_go_type *type, const struct tmpl_value *value,
			struct sl_goval *ret)
{
	const struct sl_go_type *given = value->v.type;

	*ret = value->v;
	if (value->boxed && type == &tmpl_reflect_boxed)
		*ret = SL_GO_NIL;
	else if (!given)
		return;
	else if (type->kind == SL_GO_INTERFACE && given->as_argument)
		ret->type = given->as_argument;
	/* chartutil.Values given for a map[string]interface {} is one then. */
	else if ((type->kind == SL_GO_MAP || type->kind == SL_GO_SLICE) &&
		 given->kind == type->kind)
		ret->type = type;
}

/* `argv` has the receiver first if there is one. */
static int eval_arguments(struct tmpl_frame *f, const struct tmpl_call *c,
			  const struct sl_go_func *fn, struct sl_goval *argv)
{
	struct tmpl_value v;
	size_t at = 0, i = 0;
	int r;

	if (c->receiver)
		argv[at++] = *c->receiver;
	for (; i + 1 < c->n; i++) {
		const struct sl_go_type *type = parameter(fn, i);

		r = tmpl_eval_arg(f, c->dot, type, c->args[i + 1], &v);
		if (r < 0)
			return r;
		give(type, &v, &argv[at++]);
	}
	if (!c->final)
		return 0;
	v = *c->final;
	r = tmpl_validate(f, parameter(fn, i), &v);
	give(parameter(fn, i), &v, &argv[at]);
	return r;
}

static int invoke(struct tmpl_frame *f, const struct tmpl_call *c, const struct sl_go_func *fn,
		  struct sl_goval *argv, size_t n, struct sl_goval *ret)
{
	struct sl_str callee;

	if (fn->fn != tmpl_own_of_execution)
		return fn->fn(&f->x->call, argv, n, ret, f->err);
	callee = c->n > 1 ? sl_str(tmpl_node_string(f, c->args[1]))
			  : value_name(f->x->call.a, argv[0]);
	return tmpl_call(callee, argv[0], f->err);
}

int tmpl_eval_call(struct tmpl_frame *f, const struct tmpl_call *c, const struct sl_go_func *fn,
		   struct tmpl_value *ret)
{
	size_t given = (c->n ? c->n - 1 : 0) + (c->final != NULL);
	size_t n = given + (c->receiver != NULL);
	struct sl_goval *argv;
	struct tmpl_mark mark;
	int r = tmpl_step(f);

	if (r == 0)
		r = check_count(f, c, fn, given);
	if (r < 0)
		return r;
	*ret = (struct tmpl_value){ .v = SL_GO_NONE };
	if (fn->fn == tmpl_own_of_execution && fn->name[0] != 'c')
		return eval_logic(f, c, fn->name[0] == 'o', ret);
	argv = tmpl_values_push(f->x, n, &mark);
	r = eval_arguments(f, c, fn, argv);
	if (r == 0) {
		r = invoke(f, c, fn, argv, n, &ret->v);
		if (r < 0) {
			f->node = c->node;
			r = tmpl_call_error(f, r, c->name);
		}
	}
	tmpl_values_pop(f->x, mark);
	return r;
}

static bool is_named(const char *have, struct sl_str name)
{
	return name.n && have[0] == name.p[0] && strncmp(have, name.p, name.n) == 0 &&
	       !have[name.n];
}

/* Methods and fields that templates see begin with a capital, which most keys of maps do not. */
static bool is_lower(struct sl_str name)
{
	return name.n && name.p[0] >= 'a' && name.p[0] <= 'z';
}

static const struct sl_go_func *find_method(const struct sl_go_type *type, struct sl_str name)
{
	for (const struct sl_go_func *m = type->methods; m && m->name; m++)
		if (is_named(m->name, name))
			return m;
	return NULL;
}

/* The method `name` of the value or of what it points at; `*ret_receiver` is which. */
static const struct sl_go_func *method_of(struct sl_goval v, struct sl_str name,
					  struct sl_goval *ret_receiver)
{
	const struct sl_go_func *m = find_method(v.type, name);

	*ret_receiver = v;
	if (m || v.type->kind != SL_GO_POINTER || !v.ptr)
		return m;
	*ret_receiver = tmpl_indirect(v);
	return find_method(ret_receiver->type, name);
}

static const struct sl_go_field *find_field(const struct sl_go_type *type, struct sl_str name)
{
	for (const struct sl_go_field *field = type->fields; field && field->name; field++)
		if (is_named(field->name, name))
			return field;
	return NULL;
}

/* The member of a map; what a missing one gives is the set's option. */
static int eval_member(struct tmpl_frame *f, struct sl_goval map, struct sl_str name,
		       struct tmpl_value *ret)
{
	const struct sl_goval *found = sl_go_map_get(map.map, name);
	enum sl_tmpl_missing missing = f->x->set->options.missing;

	*ret = (struct tmpl_value){ .boxed = map.type->elem == &sl_go_any };
	if (found)
		ret->v = *found;
	else if (missing == SL_TMPL_MISSING_ERROR)
		return tmpl_error(f, "map has no entry for key %s",
				  tmpl_quoted(f->x->call.a, name));
	else if (missing == SL_TMPL_MISSING_ZERO)
		ret->v = (struct sl_goval){ .type = map.type->elem };
	else
		ret->boxed = false;
	return 0;
}

/* A struct's field or a map's member of the value, which has no method of that name. */
static int eval_data(struct tmpl_frame *f, struct sl_str name, bool has_args,
		     struct tmpl_value *value)
{
	struct sl_goval v = tmpl_indirect(value->v);
	const struct sl_go_field *field;
	const char *type;

	if (v.type->kind == SL_GO_MAP) {
		if (has_args)
			return tmpl_error(f, "%.*s is not a method but has arguments",
					  SL_STR_FMT(name));
		return eval_member(f, v, name, value);
	}
	field = v.type->kind == SL_GO_STRUCT ? find_field(v.type, name) : NULL;
	if (field && has_args)
		return tmpl_error(f, "%.*s has arguments but cannot be invoked as function",
				  SL_STR_FMT(name));
	if (field) {
		*value = (struct tmpl_value){ .v = field->get(f->x->call.a, v.ptr) };
		return 0;
	}
	type = tmpl_type_string(value);
	if (v.type->kind == SL_GO_POINTER &&
	    (v.type->elem->kind != SL_GO_STRUCT || find_field(v.type->elem, name)))
		return tmpl_error(f, "nil pointer evaluating %s.%.*s", type, SL_STR_FMT(name));
	return tmpl_error(f, "can't evaluate field %.*s in type %s", SL_STR_FMT(name), type);
}

static int eval_name(struct tmpl_frame *f, const struct tmpl_call *c, struct sl_str name,
		     struct tmpl_value *value)
{
	const struct sl_go_func *method;
	struct sl_goval receiver;
	struct tmpl_call call;

	if (!value->v.type) {
		if (f->x->set->options.missing == SL_TMPL_MISSING_ERROR)
			return tmpl_error(f, "nil data; no entry for key %s",
					  tmpl_quoted(f->x->call.a, name));
		return 0;
	}
	if (value->v.type == &sl_go_any)
		return tmpl_error(f, "nil pointer evaluating interface {}.%.*s", SL_STR_FMT(name));
	method = is_lower(name) ? NULL : method_of(value->v, name, &receiver);
	if (!method)
		return eval_data(f, name, c->n > 1 || c->final, value);
	call = *c;
	call.name = name;
	call.receiver = &receiver;
	return tmpl_eval_call(f, &call, method, value);
}

int tmpl_eval_fields(struct tmpl_frame *f, const struct tmpl_call *c, const struct sl_str *names,
		     size_t n, struct tmpl_value *receiver)
{
	const struct tmpl_call plain = { .dot = c->dot, .node = c->node };
	int r = 0;

	for (size_t i = 0; i + 1 < n && r == 0; i++)
		r = eval_name(f, &plain, names[i], receiver);
	return r < 0 ? r : eval_name(f, c, names[n - 1], receiver);
}
