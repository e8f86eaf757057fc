/*
 * Functions that templates call: their signatures, by which arguments are checked and converted with
 * Go's messages before the call, and their code.
 *
 * A function gets what Go's would: a parameter of type string has a value of type string. A parameter
 * `&sl_go_any` takes whatever there is, NIL included. Where a Go function would return an error or panic,
 * it returns a code (SL_ERR_INVALID unless a limit was passed: SL_ERR_TOO_LARGE) with Go's text in
 * `err`; the caller puts "error calling NAME: " before it.
 *
 * Thread rule: descriptors are constant; a call belongs to one rendering.
 */
#ifndef LIBCOMMON_LANG_TEMPLATE_FUNC_H
#define LIBCOMMON_LANG_TEMPLATE_FUNC_H

#include "libcommon/base/arena.h"
#include "libcommon/base/err.h"
#include "libcommon/lang/template/goval.h"

#define SL_GO_PARAMS_MAX 8

/*
 * What is not in the text of a template: the clock, chance and time zones. Callbacks, so that a rendering
 * can be repeated; a NULL callback makes the functions that need it fail, and say so.
 */
struct sl_go_host {
	void *data;
	/* Wall clock, ns since 1970. */
	int64_t (*now_ns)(void *data);
	/* Fill `buf` with unpredictable bytes. */
	int (*random)(void *data, void *buf, size_t n, struct sl_err *err);
	/* The TZif file (RFC 9636) of a zone of the IANA database, "Local" being the machine's own. */
	int (*zone)(void *data, struct sl_arena *a, struct sl_str name, struct sl_str *ret_tzif,
		    struct sl_err *err);
};

/* The rendering that a function is called from. */
struct sl_go_call {
	struct sl_arena *a; /* results live here; capped: check sl_arena_full() in loops */
	const struct sl_go_host *host; /* never NULL */
	struct sl_tmpl_exec *exec;     /* for functions that render: see template.h */
	void *data;		       /* the caller's of sl_tmpl_execute() */
	uint64_t spent; /* steps that functions have added, for work that takes long */
};

typedef int (*sl_go_fn)(struct sl_go_call *call, const struct sl_goval *args, size_t n,
			struct sl_goval *ret, struct sl_err *err);

struct sl_go_func {
	const char *name;
	sl_go_fn fn;
	const struct sl_go_type *params[SL_GO_PARAMS_MAX];
	uint8_t count; /* of params */
	bool variadic; /* any number of the last one */
};

#endif
