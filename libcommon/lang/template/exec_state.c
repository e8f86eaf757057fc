/* Messages, limits, variables and short-lived arrays of the evaluator. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/lang/template/exec.h"
#include "libcommon/lang/template/fmt.h"
#include "libcommon/lang/template/literal.h"

#define MESSAGE_MAX ((size_t)1 << 24)
#define CHUNK_MIN 256 /* values */

/* "NAME:LINE:COLUMN", the column being counted in bytes, from 0. */
static void add_place(const struct tmpl_frame *f, struct sl_strbuf *b)
{
	struct sl_str before = sl_str_sub(f->tree->text, 0, f->node->pos);
	ptrdiff_t newline = sl_str_rchr(before, '\n');

	sl_strbuf_addf(b, "%.*s:%zu:%zu", SL_STR_FMT(f->tree->parse_name),
		       tmpl_line_at(f->tree->text, f->node->pos), before.n - (size_t)(newline + 1));
}

static int fail(struct tmpl_frame *f, enum sl_err_code code, const char *message)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(MESSAGE_MAX);

	sl_strbuf_addz(&b, "template: ");
	if (f->node) {
		add_place(f, &b);
		sl_strbuf_addz(&b, ": executing ");
		sl_go_quote(&b, f->tree->name);
		sl_strbuf_addz(&b, " at <");
		tmpl_node_text(f->node, &b);
		sl_strbuf_addz(&b, ">");
	} else {
		sl_strbuf_adds(&b, f->tree->name);
	}
	sl_strbuf_addz(&b, ": ");
	sl_strbuf_addz(&b, message);
	return sl_err_set(f->err, code, "%s", b.p);
}

__attribute__((format(printf, 3, 0))) static int fail_va(struct tmpl_frame *f,
							 enum sl_err_code code, const char *fmt,
							 va_list ap)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(MESSAGE_MAX);

	sl_strbuf_vaddf(&b, fmt, ap);
	return fail(f, code, b.p);
}

int tmpl_error(struct tmpl_frame *f, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = fail_va(f, SL_ERR_INVALID, fmt, ap);
	va_end(ap);
	return r;
}

int tmpl_limit_error(struct tmpl_frame *f, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = fail_va(f, SL_ERR_TOO_LARGE, fmt, ap);
	va_end(ap);
	return r;
}

int tmpl_call_error(struct tmpl_frame *f, int code, struct sl_str name)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(MESSAGE_MAX);

	sl_strbuf_addf(&b, "error calling %.*s: %s", SL_STR_FMT(name),
		       f->err && f->err->message ? f->err->message : "");
	return fail(f, (enum sl_err_code)code, b.p);
}

const char *tmpl_node_string(struct tmpl_frame *f, const struct tmpl_node *node)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(MESSAGE_MAX);

	tmpl_node_text(node, &b);
	return sl_arena_str(f->x->call.a, sl_strbuf_str(&b)).p;
}

const char *tmpl_value_string(struct tmpl_frame *f, struct sl_goval v)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(MESSAGE_MAX);

	sl_go_fmt_value(&b, v);
	return sl_arena_str(f->x->call.a, sl_strbuf_str(&b)).p;
}

const char *tmpl_type_string(const struct tmpl_value *v)
{
	return v->boxed ? sl_go_any.name : v->v.type->name;
}

int tmpl_step_error(struct tmpl_frame *f)
{
	struct sl_tmpl_exec *x = f->x;

	if (x->steps + x->call.spent > x->limits.steps)
		return tmpl_limit_error(f, "more than %llu steps",
					(unsigned long long)x->limits.steps);
	return tmpl_limit_error(f, "the memory of the rendering is used up");
}

int tmpl_depth_error(struct tmpl_frame *f)
{
	return tmpl_limit_error(f, "exceeded maximum template depth (%u)", f->x->limits.depth);
}

bool tmpl_has_room(const struct sl_tmpl_exec *x)
{
	return tmpl_stack_used(x->stack_base) <= x->limits.stack - x->limits.stack / 8;
}

struct tmpl_chunk *tmpl_values_extend(struct sl_tmpl_exec *x, size_t n)
{
	struct tmpl_chunk *c = x->chunk, *next = c->after;
	size_t cap = n > CHUNK_MIN ? n : CHUNK_MIN;

	if (next && next->cap < n) {
		free(next); /* the last one: it was freed up to here */
		next = NULL;
	}
	if (!next) {
		next = sl_xmalloc(sizeof(*next) + cap * sizeof(next->values[0]));
		*next = (struct tmpl_chunk){ .cap = cap, .values = (void *)(next + 1) };
		c->after = next;
	}
	next->n = 0;
	return next;
}

void tmpl_values_rewind(struct sl_tmpl_exec *x, struct tmpl_mark mark)
{
	struct tmpl_chunk *c = mark.chunk;

	/* At most one chunk is kept for later. */
	while (c->after && c->after->after) {
		struct tmpl_chunk *gone = c->after->after;

		c->after->after = gone->after;
		free(gone);
	}
	c->n = mark.n;
	x->chunk = c;
}

void tmpl_values_free(struct sl_tmpl_exec *x)
{
	struct tmpl_chunk *c = x->chunk->after, *after;

	for (; c; c = after) {
		after = c->after;
		free(c);
	}
	x->chunk->after = NULL;
}

void tmpl_variable_push(struct tmpl_frame *f, uint32_t name, const struct tmpl_value *value)
{
	struct sl_tmpl_exec *x = f->x;

	x->variables =
		sl_grow(x->variables, x->variables_n, &x->variables_cap, sizeof(x->variables[0]));
	x->variables[x->variables_n++] = (struct tmpl_variable){ name, *value };
}

int tmpl_variable_set(struct tmpl_frame *f, const struct tmpl_node *variable,
		      const struct tmpl_value *value)
{
	struct sl_tmpl_exec *x = f->x;

	for (size_t i = x->variables_n; i-- > f->variables;) {
		if (x->variables[i].name != variable->field.variable)
			continue;
		x->variables[i].value = *value;
		x->steps += (x->variables_n - i) / 16;
		return 0;
	}
	return tmpl_error(f, "undefined variable: %.*s", SL_STR_FMT(variable->field.own));
}
