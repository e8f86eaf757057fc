/* Executing a template of a set, from outside and from within a function. */
#include <stdlib.h>

#include "libcommon/lang/template/exec.h"
#include "libcommon/lang/template/literal.h"

/* Most templates need no more values at a time. */
#define VALUES_FIRST 64

static struct sl_tmpl_limits with_defaults(const struct sl_tmpl_limits *limits)
{
	struct sl_tmpl_limits l = limits ? *limits : (struct sl_tmpl_limits){ 0 };

	l.steps = l.steps ? l.steps : SL_TMPL_STEPS_MAX;
	l.depth = l.depth ? l.depth : SL_TMPL_DEPTH_MAX;
	l.output = l.output ? l.output : SL_TMPL_OUTPUT_MAX;
	l.stack = l.stack ? l.stack : SL_TMPL_STACK_MAX;
	return l;
}

static int execute(struct sl_tmpl_exec *x, const struct sl_tmpl_set *set, struct sl_str name,
		   struct sl_goval dot, struct sl_strbuf *out, struct sl_err *err)
{
	const struct sl_tmpl_set *outer = x->set;
	struct tmpl_value value = { .v = dot.type == &sl_go_any ? SL_GO_NONE : dot };
	struct tmpl_frame f = {
		.x = x,
		.tree = tmpl_set_find(set, name),
		.out = out,
		.err = err,
		.written = out->n,
	};
	int r;

	if (!f.tree)
		return sl_err_set(
			err, SL_ERR_INVALID, "template: no template %s associated with template %s",
			tmpl_quoted(x->call.a, name), tmpl_quoted(x->call.a, set->options.name));
	if (!tmpl_has_room(x))
		return sl_err_set(err, SL_ERR_TOO_LARGE, "exceeded maximum template depth (%u)",
				  x->limits.depth);
	x->set = set;
	r = tmpl_run(x, &f, &value);
	x->set = outer;
	return r;
}

int sl_tmpl_execute(const struct sl_tmpl_set *set, struct sl_str name, struct sl_goval dot,
		    const struct sl_go_host *host, const struct sl_tmpl_limits *limits, void *data,
		    struct sl_arena *a, struct sl_strbuf *out, struct sl_err *err)
{
	static const struct sl_go_host no_host;
	struct sl_goval room[VALUES_FIRST];
	struct tmpl_chunk first = { .cap = VALUES_FIRST, .values = room };
	struct sl_tmpl_exec x = {
		.call = { .a = a, .host = host ? host : &no_host, .data = data },
		.limits = with_defaults(limits),
		.stack_base = __builtin_frame_address(0),
		.chunk = &first,
	};
	SL_AUTO(sl_err) own = SL_ERR_INIT;
	int r;

	x.call.exec = &x;
	r = execute(&x, set, name, dot, out, err ? err : &own);
	tmpl_values_free(&x);
	free(x.variables);
	return r;
}

int sl_tmpl_execute_within(struct sl_go_call *call, const struct sl_tmpl_set *set,
			   struct sl_str name, struct sl_goval dot, struct sl_strbuf *out,
			   struct sl_err *err)
{
	SL_AUTO(sl_err) own = SL_ERR_INIT;

	return execute(call->exec, set ? set : call->exec->set, name, dot, out, err ? err : &own);
}

const struct sl_tmpl_set *sl_tmpl_set_of(const struct sl_go_call *call)
{
	return call->exec->set;
}
