/*
 * Private to lang/template: the functions that every template has, and what they share with execution.
 *
 * `and`, `or` and `call` are execution's own: it stops evaluating arguments early, and knows how the
 * callee is written. Their descriptors are here, so that arguments are counted like those of others.
 *
 * Thread rule: constant data and pure functions.
 */
#ifndef LIBCOMMON_LANG_TEMPLATE_BUILTIN_H
#define LIBCOMMON_LANG_TEMPLATE_BUILTIN_H

#include "libcommon/lang/template/func.h"

/* NULL when there is none of this name. */
const struct sl_go_func *tmpl_builtin(struct sl_str name);

/* A parameter of this type takes whatever there is, and NONE as well, which an interface cannot hold. */
extern const struct sl_go_type tmpl_reflect_value;
/* The same, but what an interface holds is hidden: it is given as NIL. */
extern const struct sl_go_type tmpl_reflect_boxed;

/* The code of those three; not to be called. */
int tmpl_own_of_execution(struct sl_go_call *call, const struct sl_goval *args, size_t n,
			  struct sl_goval *ret, struct sl_err *err) SL_MUST_CHECK;

/* What `call` says of `fn`, written as `callee` in the template: no value of ours can be called. */
int tmpl_call(struct sl_str callee, struct sl_goval fn, struct sl_err *err) SL_MUST_CHECK;

/* builtin_compare.c, builtin_escape.c */
int tmpl_eq(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	    struct sl_err *err) SL_MUST_CHECK;
int tmpl_ne(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	    struct sl_err *err) SL_MUST_CHECK;
int tmpl_lt(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	    struct sl_err *err) SL_MUST_CHECK;
int tmpl_le(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	    struct sl_err *err) SL_MUST_CHECK;
int tmpl_gt(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	    struct sl_err *err) SL_MUST_CHECK;
int tmpl_ge(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	    struct sl_err *err) SL_MUST_CHECK;
int tmpl_html(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	      struct sl_err *err) SL_MUST_CHECK;
int tmpl_js(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	    struct sl_err *err) SL_MUST_CHECK;
int tmpl_urlquery(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		  struct sl_goval *ret, struct sl_err *err) SL_MUST_CHECK;

/* `text` as the result of a function; SL_ERR_TOO_LARGE when it has overflown. */
int tmpl_return_text(struct sl_go_call *call, const struct sl_strbuf *text, struct sl_goval *ret,
		     struct sl_err *err) SL_MUST_CHECK;
#define TMPL_TEXT_MAX ((size_t)64 << 20) /* of what one function makes */

#endif
