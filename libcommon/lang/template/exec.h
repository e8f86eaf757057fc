/*
 * What the files of the evaluator share. Private to lang/template.
 *
 * Functions return 0, a negative code with `err` of the frame set, or, where they walk lists, one of
 * enum tmpl_walk.
 */
#ifndef LIBCOMMON_LANG_TEMPLATE_EXEC_H
#define LIBCOMMON_LANG_TEMPLATE_EXEC_H

#include "libcommon/lang/template/builtin.h"
#include "libcommon/lang/template/tree.h"

enum tmpl_walk { TMPL_WALK_ON, TMPL_WALK_BREAK, TMPL_WALK_CONTINUE };

/*
 * A value while it is evaluated. An item of a []interface {} has that type for Go until a pipeline ends,
 * whatever it holds, and messages name it: such a value is `boxed`.
 */
struct tmpl_value {
	struct sl_goval v;
	bool boxed;
};

struct tmpl_variable {
	uint32_t name;
	struct tmpl_value value;
};

struct tmpl_chunk;

/* A rendering: what all templates that take part in it share. */
struct sl_tmpl_exec {
	struct sl_go_call call;
	const struct sl_tmpl_set *set; /* of the template that runs */
	struct sl_tmpl_limits limits;
	uint64_t steps;
	const char *stack_base;
	struct tmpl_variable *variables; /* of all frames, innermost last */
	size_t variables_n, variables_cap;
	struct tmpl_chunk *chunk; /* never NULL: see tmpl_values_push() */
};

/* A template that runs. */
struct tmpl_frame {
	struct sl_tmpl_exec *x;
	const struct tmpl_tree *tree;
	const struct tmpl_node *node; /* that messages name */
	struct sl_strbuf *out;
	struct sl_err *err;
	size_t variables; /* of outer frames */
	size_t written;	  /* in `out` before */
	unsigned depth;	  /* templates around it */
};

/* Errors: Go's text around the message, with the place of the current node. They return the code. */
int tmpl_error(struct tmpl_frame *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int tmpl_limit_error(struct tmpl_frame *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* "error calling NAME: " before what a function said. */
int tmpl_call_error(struct tmpl_frame *f, int code, struct sl_str name);
/* A node, a value by %v, and a text by %q for messages, in the arena. */
const char *tmpl_node_string(struct tmpl_frame *f, const struct tmpl_node *node);
const char *tmpl_value_string(struct tmpl_frame *f, struct sl_goval v);
/* The name of the static type. */
const char *tmpl_type_string(const struct tmpl_value *v);

/* The slow part of tmpl_step(). */
int tmpl_step_error(struct tmpl_frame *f);
/* Something was done: counts it, and fails when that is too much, or the memory is used up. */
static inline int tmpl_step(struct tmpl_frame *f)
{
	struct sl_tmpl_exec *x = f->x;

	if (++x->steps + x->call.spent <= x->limits.steps && !sl_arena_full(x->call.a))
		return 0;
	return tmpl_step_error(f);
}
/* The slow part of tmpl_descend(). */
int tmpl_depth_error(struct tmpl_frame *f);
/* Fails when the stack has no room for another level. */
static inline int tmpl_descend(struct tmpl_frame *f)
{
	struct sl_tmpl_exec *x = f->x;

	return tmpl_stack_used(x->stack_base) > x->limits.stack ? tmpl_depth_error(f) : 0;
}
/* Whether it has room for another template, which is less, so that recursion is told as such. */
bool tmpl_has_room(const struct sl_tmpl_exec *x);

/*
 * Arrays of values that live until the function that made them returns: last in, first out, and never
 * moved. The first chunk belongs to sl_tmpl_execute(), on whose stack it is.
 */
struct tmpl_mark {
	struct tmpl_chunk *chunk;
	size_t n;
};
struct tmpl_chunk {
	struct tmpl_chunk *after;
	size_t n, cap;
	struct sl_goval *values;
};
/* The slow parts of the two below. */
struct tmpl_chunk *tmpl_values_extend(struct sl_tmpl_exec *x, size_t n);
void tmpl_values_rewind(struct sl_tmpl_exec *x, struct tmpl_mark mark);
static inline struct sl_goval *tmpl_values_push(struct sl_tmpl_exec *x, size_t n,
						struct tmpl_mark *ret_mark)
{
	struct tmpl_chunk *c = x->chunk;

	*ret_mark = (struct tmpl_mark){ c, c->n };
	if (c->cap - c->n < n)
		c = x->chunk = tmpl_values_extend(x, n);
	c->n += n;
	return c->values + c->n - n;
}
static inline void tmpl_values_pop(struct sl_tmpl_exec *x, struct tmpl_mark mark)
{
	if (mark.chunk == x->chunk && !mark.chunk->after)
		mark.chunk->n = mark.n;
	else
		tmpl_values_rewind(x, mark);
}
/* All chunks but the first, which is the one in use. */
void tmpl_values_free(struct sl_tmpl_exec *x);

/* Variables. */
void tmpl_variable_push(struct tmpl_frame *f, uint32_t name, const struct tmpl_value *value);
int tmpl_variable_set(struct tmpl_frame *f, const struct tmpl_node *variable,
		      const struct tmpl_value *value);

/* `final` is what comes out of the pipe before, or NULL. */
int tmpl_eval_pipeline(struct tmpl_frame *f, const struct tmpl_value *dot,
		       const struct tmpl_node *pipe, struct tmpl_value *ret);
/* `type` NULL: any, as it is. */
int tmpl_eval_arg(struct tmpl_frame *f, const struct tmpl_value *dot, const struct sl_go_type *type,
		  const struct tmpl_node *node, struct tmpl_value *ret);
/* Parameters that take any value as it is: reflect.Value. */
static inline bool tmpl_is_reflect(const struct sl_go_type *type)
{
	return type == &tmpl_reflect_value || type == &tmpl_reflect_boxed;
}
/* The slow part of tmpl_validate(). */
int tmpl_convert(struct tmpl_frame *f, const struct sl_go_type *type, struct tmpl_value *v);
/* Make of the value what may stand where `type` is declared, or fail; NULL is any type. */
static inline int tmpl_validate(struct tmpl_frame *f, const struct sl_go_type *type,
				struct tmpl_value *v)
{
	if (!type ||
	    (v->v.type && (v->v.type == type || type == &sl_go_any || tmpl_is_reflect(type))))
		return 0;
	return tmpl_convert(f, type, v);
}

/* A call as it stands in the text: `args` has the function first, or is NULL. */
struct tmpl_call {
	const struct tmpl_value *dot;
	const struct tmpl_node *node; /* that messages name when the call fails */
	struct sl_str name;
	struct tmpl_node **args;
	size_t n;
	const struct tmpl_value *final;
	const struct sl_goval *receiver; /* of a method, else NULL */
};
int tmpl_eval_call(struct tmpl_frame *f, const struct tmpl_call *c, const struct sl_go_func *fn,
		   struct tmpl_value *ret);
/* `names`, from the receiver on; the last may be a method with arguments. */
int tmpl_eval_fields(struct tmpl_frame *f, const struct tmpl_call *c, const struct sl_str *names,
		     size_t n, struct tmpl_value *receiver);

/* What is behind pointers; NIL and nil pointers stay. */
static inline struct sl_goval tmpl_indirect(struct sl_goval v)
{
	if (v.type && v.type->kind == SL_GO_POINTER && v.ptr)
		return (struct sl_goval){ .type = v.type->elem, .ptr = v.ptr };
	return v;
}
/* fmt.Fprint of what an action yields. False: it cannot be printed. */
bool tmpl_print(struct sl_strbuf *out, struct sl_goval v);
/* The tree of the frame, with its own variables. */
int tmpl_run(struct sl_tmpl_exec *x, struct tmpl_frame *f, const struct tmpl_value *dot);

#endif
