#include "libcommon/codec/goquote.h"
#include "libcommon/render/helm/engine.h"
#include "libcommon/render/helm/loading.h"
#include "libcommon/render/helm/text.h"

/* ---- include ---- */

static int *counter_of(struct sl_go_call *call, struct sl_str name)
{
	struct sl_helm_engine *e = call->data;
	const struct sl_goval *known = sl_go_map_get(e->included, name);
	int *counter = known ? known->ptr : sl_arena_new(call->a, int);

	if (!known)
		sl_go_map_set(call->a, e->included, name, (struct sl_goval){ .ptr = counter });
	return counter;
}

/* What a template writes, in the arena of the call. `what` is what messages call it. */
static int execute(struct sl_go_call *call, const struct sl_tmpl_set *set, struct sl_str name,
		   struct sl_goval dot, const char *what, struct sl_str *ret, struct sl_err *err)
{
	struct sl_helm_engine *e = call->data;
	size_t from = e->text.n;
	int r = sl_tmpl_execute_within(call, set, name, dot, &e->text, err);

	if (r == 0)
		r = sl_strbuf_check(&e->text, what, err);
	if (r == 0)
		*ret = sl_arena_str(call->a, sl_str_sub(sl_strbuf_str(&e->text), from, e->text.n));
	sl_strbuf_truncate(&e->text, from);
	return r;
}

static int include(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		   struct sl_goval *ret, struct sl_err *err)
{
	int *counter = counter_of(call, args[0].s), r;
	struct sl_str text = SL_STR_NULL;

	(void)n;
	if (*counter > SL_HELM_INCLUDES_MAX)
		return sl_err_set(err, SL_ERR_INVALID,
				  "rendering template has a nested reference name: %.*s: unable to "
				  "execute template",
				  SL_STR_FMT(args[0].s));
	++*counter;
	r = execute(call, NULL, args[0].s, args[1], "the text of an included template", &text, err);
	--*counter;
	if (r == 0)
		*ret = sl_goval_str(text);
	return r;
}

/* ---- tpl ---- */

static void wrap_quoted(struct sl_err *err, const char *what, struct sl_str text)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX);

	sl_strbuf_add_goquoted(&b, text);
	sl_err_wrap(err, "%s %s", what, b.p);
}

/*
 * A set with what the text defines, on top of the one that tpl is called from. The same text gives the
 * same set wherever it stands, as long as no other tpl is around it.
 */
static int parse_tpl(struct sl_go_call *call, struct sl_str text, const struct sl_tmpl_set **ret,
		     struct sl_err *err)
{
	struct sl_helm_engine *e = call->data;
	const struct sl_tmpl_set *parent = sl_tmpl_set_of(call);
	bool plain = parent == e->set;
	struct sl_tmpl_set *set = plain ? sl_strmap_get(&e->parsed, text) : NULL;
	int r = 0;

	if (!set) {
		set = sl_tmpl_set_clone(call->a, parent);
		r = sl_tmpl_parse_within(call, set, SL_HELM_SET_NAME, text, err);
		if (e->shared && atomic_load(e->in_order)) {
			e->refused = true;
			return sl_err_set(err, SL_ERR_CANCELED, "its effects have an order");
		}
		if (r == 0 && plain)
			sl_strmap_set(&e->parsed, text, set);
	}
	if (r == 0)
		*ret = set;
	return r;
}

static int tpl(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	       struct sl_err *err)
{
	struct sl_helm_engine *e = call->data;
	struct sl_str text = args[0].s, rendered = SL_STR_NULL;
	const struct sl_tmpl_set *set = NULL;
	int r;

	(void)n;
	/* Nothing to execute, as with most texts that charts put through tpl. */
	if (sl_str_find(text, SL_STR("{{")) < 0) {
		*ret = sl_goval_str(sl_helm_without_no_value(call->a, text));
		return 0;
	}
	if (e->tpl_depth == SL_HELM_TPL_DEPTH_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "tpl is nested within itself more than %d levels deep",
				  SL_HELM_TPL_DEPTH_MAX);
	r = parse_tpl(call, text, &set, err);
	if (r < 0) {
		wrap_quoted(err, "cannot parse template", text);
		return r;
	}
	e->tpl_depth++;
	r = execute(call, set, SL_HELM_SET_NAME, args[1], "the text of a template", &rendered, err);
	e->tpl_depth--;
	if (r < 0) {
		wrap_quoted(err, "error during tpl function execution for", text);
		return r;
	}
	*ret = sl_goval_str(sl_helm_without_no_value(call->a, rendered));
	return 0;
}

/* ---- required, fail ---- */

static bool is_missing(struct sl_goval v)
{
	return !v.type || v.type == &sl_go_any || (v.type == &sl_go_string && !v.s.n);
}

static int required(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		    struct sl_goval *ret, struct sl_err *err)
{
	const struct sl_helm_engine *e = call->data;

	(void)n;
	if (!is_missing(args[1])) {
		*ret = args[1];
		return 0;
	}
	if (!e->options->lint)
		return sl_err_set(err, SL_ERR_INVALID, SL_HELM_WARN_START "%.*s" SL_HELM_WARN_END,
				  SL_STR_FMT(args[0].s));
	sl_helm_log(e->host, "engine.go:%d: [INFO] Missing required value: %.*s",
		    args[1].type == &sl_go_string ? 214 : 206, SL_STR_FMT(args[0].s));
	*ret = sl_goval_strz("");
	return 0;
}

static int fail(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		struct sl_goval *ret, struct sl_err *err)
{
	const struct sl_helm_engine *e = call->data;

	(void)n;
	if (!e->options->lint)
		return sl_err_set(err, SL_ERR_INVALID, SL_HELM_WARN_START "%.*s" SL_HELM_WARN_END,
				  SL_STR_FMT(args[0].s));
	sl_helm_log(e->host, "engine.go:227: [INFO] Fail: %.*s", SL_STR_FMT(args[0].s));
	*ret = sl_goval_strz("");
	return 0;
}

/* ---- the world outside ---- */

static int lookup(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		  struct sl_goval *ret, struct sl_err *err)
{
	const struct sl_helm_engine *e = call->data;
	struct sl_value *found = NULL;
	int r = 0;

	(void)n;
	if (e->host->lookup && !e->options->lint)
		r = e->host->lookup(e->host->data, args[0].s, args[1].s, args[2].s, args[3].s,
				    call->a, &found, err);
	if (r == 0)
		*ret = found ? sl_goval_from_value(call->a, found, SL_GO_NUMBERS_INT)
			     : sl_goval_map(sl_go_map_new(call->a));
	return r;
}

static int get_host_by_name(struct sl_go_call *call, const struct sl_goval *args, size_t n,
			    struct sl_goval *ret, struct sl_err *err)
{
	const struct sl_helm_engine *e = call->data;
	struct sl_str address = SL_STR("");
	int r = 0;

	(void)n;
	if (e->host->resolve)
		r = e->host->resolve(e->host->data, args[0].s, call->a, &address, err);
	if (r == 0)
		*ret = sl_goval_str(address);
	return r;
}

static const struct sl_go_func funcs[] = {
	{ "include", include, { &sl_go_string, &sl_go_any }, 2, false },
	{ "tpl", tpl, { &sl_go_string, &sl_go_any }, 2, false },
	{ "required", required, { &sl_go_string, &sl_go_any }, 2, false },
	{ "fail", fail, { &sl_go_string }, 1, false },
	{ "lookup",
	  lookup,
	  { &sl_go_string, &sl_go_string, &sl_go_string, &sl_go_string },
	  4,
	  false },
	{ "getHostByName", get_host_by_name, { &sl_go_string }, 1, false },
};

const struct sl_go_func *sl_helm_engine_func(struct sl_str name)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(funcs); i++)
		if (sl_str_eqz(name, funcs[i].name))
			return &funcs[i];
	return NULL;
}
