/* Pipelines, commands and arguments. */
#include <assert.h>
#include <string.h>

#include "libcommon/lang/template/exec.h"
#include "libcommon/lang/template/literal.h"

/* Arguments, or the value of the pipe before, cannot be given to `args[0]`. */
static int refuse_arguments(struct tmpl_frame *f, struct tmpl_node *const *args, size_t n,
			    const struct tmpl_value *final)
{
	if (n <= 1 && !final)
		return 0;
	return tmpl_error(f, "can't give argument to non-function %s",
			  tmpl_node_string(f, args[0]));
}

/* Hexadecimal integers may hold an "e"; characters may hold anything. */
static bool is_float_text(struct sl_str s)
{
	bool hex = s.n > 2 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'X');
	bool point = false, p = false;

	for (size_t i = 0; i < s.n; i++) {
		point |= strchr(".eEpP", s.p[i]) != NULL;
		p |= s.p[i] == 'p' || s.p[i] == 'P';
	}
	return point && s.p[0] != '\'' && !(hex && !p);
}

/* The value of a number where no type is asked for. */
static int eval_number(struct tmpl_frame *f, const struct tmpl_node *node, struct tmpl_value *ret)
{
	const struct tmpl_number *n = node->number;

	f->node = node;
	*ret = (struct tmpl_value){ .v = SL_GO_NONE };
	if (n->is_complex)
		ret->v = (struct sl_goval){ .type = &sl_go_complex128, .c = { n->c[0], n->c[1] } };
	else if (n->is_float && is_float_text(n->text))
		ret->v = sl_goval_float(n->f);
	else if (n->is_int)
		ret->v = sl_goval_int(n->i);
	else if (n->is_uint)
		return tmpl_error(f, "%.*s overflows int", SL_STR_FMT(n->text));
	return 0;
}

static int eval_variable(struct tmpl_frame *f, struct tmpl_call *c, const struct tmpl_node *node,
			 struct tmpl_value *ret)
{
	struct sl_tmpl_exec *x = f->x;
	size_t i = x->variables_n;

	f->node = node;
	while (i > f->variables && x->variables[i - 1].name != node->field.variable)
		i--;
	x->steps += (x->variables_n - i) / 16;
	if (i == f->variables)
		return tmpl_error(f, "undefined variable: %.*s", SL_STR_FMT(node->field.own));
	*ret = x->variables[i - 1].value;
	if (!node->field.n)
		return refuse_arguments(f, c->args, c->n, c->final);
	c->node = node;
	return tmpl_eval_fields(f, c, node->field.names, node->field.n, ret);
}

static int eval_field(struct tmpl_frame *f, struct tmpl_call *c, const struct tmpl_node *node,
		      struct tmpl_value *ret)
{
	f->node = node;
	c->node = node;
	*ret = *c->dot;
	return tmpl_eval_fields(f, c, node->field.names, node->field.n, ret);
}

static int eval_chain(struct tmpl_frame *f, struct tmpl_call *c, const struct tmpl_node *node,
		      struct tmpl_value *ret)
{
	int r;

	f->node = node;
	c->node = node;
	r = tmpl_eval_arg(f, c->dot, NULL, node->chain.operand, ret);
	if (r < 0)
		return r;
	return tmpl_eval_fields(f, c, node->chain.names, node->chain.n, ret);
}

static int eval_function(struct tmpl_frame *f, struct tmpl_call *c, const struct tmpl_node *node,
			 struct tmpl_value *ret)
{
	f->node = node;
	c->name = node->ident.name;
	return tmpl_eval_call(f, c, node->ident.fn, ret);
}

/* A command that begins with a constant or the dot. */
static int eval_constant(struct tmpl_frame *f, const struct tmpl_call *c,
			 const struct tmpl_node *node, struct tmpl_value *ret)
{
	int r;

	f->node = node;
	r = refuse_arguments(f, c->args, c->n, c->final);
	if (r < 0)
		return r;
	*ret = (struct tmpl_value){ .v = SL_GO_NONE };
	switch ((enum tmpl_kind)node->kind) {
	case TMPL_BOOL:
		ret->v = sl_goval_bool(node->flag);
		return 0;
	case TMPL_DOT:
		*ret = *c->dot;
		return 0;
	case TMPL_NUMBER:
		return eval_number(f, node, ret);
	case TMPL_STRING:
		ret->v = sl_goval_str(node->string.value);
		return 0;
	default:
		return tmpl_error(f, "nil is not a command");
	}
}

static int eval_command(struct tmpl_frame *f, const struct tmpl_value *dot,
			const struct tmpl_node *command, const struct tmpl_value *final,
			struct tmpl_value *ret)
{
	const struct tmpl_node *first = command->list.items[0];
	struct tmpl_call c = {
		.dot = dot,
		.node = command,
		.args = command->list.items,
		.n = command->list.n,
		.final = final,
	};
	int r;

	switch ((enum tmpl_kind)first->kind) {
	case TMPL_FIELD:
		return eval_field(f, &c, first, ret);
	case TMPL_CHAIN:
		return eval_chain(f, &c, first, ret);
	case TMPL_IDENT:
		return eval_function(f, &c, first, ret);
	case TMPL_VARIABLE:
		return eval_variable(f, &c, first, ret);
	case TMPL_PIPE:
		r = refuse_arguments(f, c.args, c.n, final);
		return r < 0 ? r : tmpl_eval_pipeline(f, dot, first, ret);
	default:
		return eval_constant(f, &c, first, ret);
	}
}

int tmpl_eval_pipeline(struct tmpl_frame *f, const struct tmpl_value *dot,
		       const struct tmpl_node *pipe, struct tmpl_value *ret)
{
	struct tmpl_value final;
	int r = tmpl_descend(f);

	f->node = pipe;
	for (size_t i = 0; i < pipe->pipeline.n && r == 0; i++) {
		r = eval_command(f, dot, pipe->pipeline.commands[i], i ? &final : NULL, ret);
		ret->boxed = false;
		if (ret->v.type == &sl_go_any)
			ret->v = SL_GO_NONE;
		if (i + 1 < pipe->pipeline.n)
			final = *ret;
	}
	for (size_t i = 0; i < pipe->decls && r == 0; i++) {
		const struct tmpl_node *variable = pipe->pipeline.decl[i];

		if (pipe->flag)
			r = tmpl_variable_set(f, variable, ret);
		else
			tmpl_variable_push(f, variable->field.variable, ret);
	}
	return r;
}

static bool can_be_nil(const struct sl_go_type *type)
{
	return type->kind == SL_GO_INTERFACE || type->kind == SL_GO_MAP ||
	       type->kind == SL_GO_SLICE || type->kind == SL_GO_POINTER ||
	       type->kind == SL_GO_FUNC || tmpl_is_reflect(type);
}

static struct sl_goval nil_of(const struct sl_go_type *type)
{
	if (tmpl_is_reflect(type))
		return SL_GO_NONE;
	return (struct sl_goval){ .type = type };
}

int tmpl_convert(struct tmpl_frame *f, const struct sl_go_type *type, struct tmpl_value *v)
{
	if (!v->v.type) {
		if (!can_be_nil(type))
			return tmpl_error(f, "invalid value; expected %s", type->name);
		v->v = nil_of(type);
		return 0;
	}
	if (sl_go_type_assignable(v->v.type, type))
		return 0;
	if (v->v.type->kind == SL_GO_POINTER && sl_go_type_assignable(v->v.type->elem, type)) {
		if (!v->v.ptr)
			return tmpl_error(f, "dereference of nil pointer of type %s", type->name);
		v->v = tmpl_indirect(v->v);
		return 0;
	}
	return tmpl_error(f, "wrong type for value; expected %s; got %s", type->name,
			  v->v.type->name);
}

static int64_t truncate_int(enum sl_go_kind kind, int64_t i)
{
	switch (kind) {
	case SL_GO_INT8:
		return (int8_t)i;
	case SL_GO_INT16:
		return (int16_t)i;
	case SL_GO_INT32:
		return (int32_t)i;
	default:
		return i;
	}
}

static uint64_t truncate_uint(enum sl_go_kind kind, uint64_t u)
{
	switch (kind) {
	case SL_GO_UINT8:
		return (uint8_t)u;
	case SL_GO_UINT16:
		return (uint16_t)u;
	case SL_GO_UINT32:
		return (uint32_t)u;
	default:
		return u;
	}
}

/* A constant for a parameter of a type that is no interface. */
static int eval_typed_constant(struct tmpl_frame *f, const struct sl_go_type *type,
			       const struct tmpl_node *node, struct sl_goval *ret)
{
	const struct tmpl_number *n = node->kind == TMPL_NUMBER ? node->number : NULL;
	const char *expected;

	*ret = (struct sl_goval){ .type = type };
	if (type->kind == SL_GO_BOOL) {
		expected = "bool";
		ret->b = node->flag;
		if (node->kind == TMPL_BOOL)
			return 0;
	} else if (type->kind == SL_GO_STRING) {
		expected = "string";
		if (node->kind == TMPL_STRING) {
			ret->s = node->string.value;
			return 0;
		}
	} else if (sl_go_kind_is_int(type->kind)) {
		expected = "integer";
		ret->i = truncate_int(type->kind, n ? n->i : 0);
		if (n && n->is_int)
			return 0;
	} else if (sl_go_kind_is_uint(type->kind)) {
		expected = "unsigned integer";
		ret->u = truncate_uint(type->kind, n ? n->u : 0);
		if (n && n->is_uint)
			return 0;
	} else if (sl_go_kind_is_float(type->kind)) {
		expected = "float";
		ret->f = n ? n->f : 0;
		if (type->kind == SL_GO_FLOAT32)
			ret->f = (double)(float)ret->f;
		if (n && n->is_float)
			return 0;
	} else {
		return tmpl_error(f, "can't handle %s for arg of type %s",
				  tmpl_node_string(f, node), type->name);
	}
	return tmpl_error(f, "expected %s; found %s", expected, tmpl_node_string(f, node));
}

static int eval_nil(struct tmpl_frame *f, const struct sl_go_type *type, struct tmpl_value *ret)
{
	if (!can_be_nil(type))
		return tmpl_error(f, "cannot assign nil to %s", type->name);
	*ret = (struct tmpl_value){ .v = nil_of(type) };
	return 0;
}

/* A constant for a parameter of any type. */
static int eval_constant_arg(struct tmpl_frame *f, const struct sl_go_type *type,
			     const struct tmpl_node *node, struct tmpl_value *ret)
{
	assert(type); /* only functions and parentheses have fields */
	ret->boxed = false;
	if (type != &sl_go_any && !tmpl_is_reflect(type))
		return eval_typed_constant(f, type, node, &ret->v);
	if (node->kind == TMPL_NUMBER)
		return eval_number(f, node, ret);
	ret->v = node->kind == TMPL_BOOL ? sl_goval_bool(node->flag)
					 : sl_goval_str(node->string.value);
	return 0;
}

/* An operand that has to be evaluated. */
static int eval_operand(struct tmpl_frame *f, const struct tmpl_value *dot,
			const struct tmpl_node *node, struct tmpl_value *ret)
{
	struct tmpl_call c = { .dot = dot, .node = node };

	switch ((enum tmpl_kind)node->kind) {
	case TMPL_FIELD:
		return eval_field(f, &c, node, ret);
	case TMPL_VARIABLE:
		return eval_variable(f, &c, node, ret);
	case TMPL_PIPE:
		return tmpl_eval_pipeline(f, dot, node, ret);
	case TMPL_IDENT:
		return eval_function(f, &c, node, ret);
	default:
		return eval_chain(f, &c, node, ret);
	}
}

int tmpl_eval_arg(struct tmpl_frame *f, const struct tmpl_value *dot, const struct sl_go_type *type,
		  const struct tmpl_node *node, struct tmpl_value *ret)
{
	int r = 0;

	f->node = node;
	switch ((enum tmpl_kind)node->kind) {
	case TMPL_NIL:
		assert(type);
		return eval_nil(f, type, ret);
	case TMPL_BOOL:
	case TMPL_NUMBER:
	case TMPL_STRING:
		return eval_constant_arg(f, type, node, ret);
	case TMPL_DOT:
		*ret = *dot;
		break;
	default:
		r = eval_operand(f, dot, node, ret);
	}
	return r < 0 ? r : tmpl_validate(f, type, ret);
}
