/*
 * Go's text/template: the whole language, with Go's output and Go's messages.
 *
 * A set is what Go calls associated templates: a name space of templates, filled by parsing texts (a text
 * may define more by {{define}} and {{block}}). Execution walks the parsed tree; nothing is compiled.
 *
 * Pure: clock, chance and zones come in through struct sl_go_host. Every rendering ends: limits on steps,
 * depth, memory and output are named below.
 *
 * Thread rule: one thread at a time while a set is filled; then any number may execute it.
 * Source: the documentation of package text/template of Go 1.26; not done: channels, iterator functions
 * and complex numbers, which no value of ours is.
 */
#ifndef LIBCOMMON_LANG_TEMPLATE_TEMPLATE_H
#define LIBCOMMON_LANG_TEMPLATE_TEMPLATE_H

#include <stdbool.h>

#include "libcommon/base/parallel.h"
#include "libcommon/lang/template/func.h"

struct sl_tmpl_set;
struct sl_tmpl_exec;

/* What a missing key of a map gives: option "missingkey". */
enum sl_tmpl_missing { SL_TMPL_MISSING_DEFAULT, SL_TMPL_MISSING_ZERO, SL_TMPL_MISSING_ERROR };

/* Looks a function up by name; NULL when there is none. Built-in functions are found without it. */
typedef const struct sl_go_func *(*sl_tmpl_lookup_fn)(const void *data, struct sl_str name);

struct sl_tmpl_options {
	struct sl_str
		name; /* of the set as a whole: "no template … associated with template NAME" */
	sl_tmpl_lookup_fn lookup;
	const void *lookup_data;
	enum sl_tmpl_missing missing;
	size_t stack;	 /* of C, which parsing may use; 0: SL_TMPL_STACK_MAX */
	size_t expected; /* templates: room is made for so many at once */
};

struct sl_tmpl_limits {
	uint64_t steps; /* actions, calls and iterations executed; 0: SL_TMPL_STEPS_MAX */
	unsigned depth; /* templates within templates; 0: SL_TMPL_DEPTH_MAX */
	size_t output;	/* bytes of one execution; 0: SL_TMPL_OUTPUT_MAX */
	size_t stack;	/* of C, functions not counted; 0: SL_TMPL_STACK_MAX */
};
#define SL_TMPL_STEPS_MAX 200000000u
#define SL_TMPL_DEPTH_MAX 100000u /* Go's own, less where the stack would not hold it */
#define SL_TMPL_OUTPUT_MAX (256u << 20)
#define SL_TMPL_TEXT_MAX (16u << 20) /* bytes of one template's text */
/*
 * Templates within templates, parentheses and control structures recurse. The default suits a thread
 * with a stack of 512 KiB; a main thread, which has 8 MiB, gives SL_TMPL_STACK_MAIN.
 */
#define SL_TMPL_STACK_MAX ((size_t)256 << 10)
#define SL_TMPL_STACK_MAIN ((size_t)6 << 20)

/* A set in `a`, which must outlive it. */
struct sl_tmpl_set *sl_tmpl_set_new(struct sl_arena *a, const struct sl_tmpl_options *options);
/* A set that begins with all of `from`'s templates and does not change it: Go's Clone, for `tpl`. */
struct sl_tmpl_set *sl_tmpl_set_clone(struct sl_arena *a, const struct sl_tmpl_set *from);
/*
 * Parse `text` as template `name`, and what it defines. A later definition replaces an earlier one unless
 * it is empty (nothing but space and comments), as in Go. Texts and names are borrowed.
 * Errors: SL_ERR_INVALID with Go's text "template: NAME:LINE: …"; SL_ERR_TOO_LARGE.
 */
int sl_tmpl_parse(struct sl_tmpl_set *set, struct sl_str name, struct sl_str text,
		  struct sl_err *err) SL_MUST_CHECK;
/*
 * The same for texts in a row, one after the other; `parallel` (NULL: no threads) may parse several at a
 * time. The first that fails ends it, and its number is in *ret_failed.
 */
struct sl_tmpl_text {
	struct sl_str name, text;
};
int sl_tmpl_parse_all(struct sl_tmpl_set *set, const struct sl_tmpl_text *texts, size_t n,
		      sl_parallel_fn parallel, size_t *ret_failed,
		      struct sl_err *err) SL_MUST_CHECK;
/* Whether a template of that name was defined (an empty body counts as Go's Lookup counts it). */
bool sl_tmpl_has(const struct sl_tmpl_set *set, struct sl_str name);

/*
 * Execute template `name` with `dot`, appending to `out`. `a` takes what is made meanwhile; `data` is
 * handed to functions. What was written before an error stays in `out`.
 * Errors: SL_ERR_INVALID with Go's text "template: NAME:LINE:COLUMN: executing "NAME" at <EXPR>: …";
 * SL_ERR_TOO_LARGE when a limit is passed, which the text names.
 */
int sl_tmpl_execute(const struct sl_tmpl_set *set, struct sl_str name, struct sl_goval dot,
		    const struct sl_go_host *host, const struct sl_tmpl_limits *limits, void *data,
		    struct sl_arena *a, struct sl_strbuf *out, struct sl_err *err) SL_MUST_CHECK;

/*
 * From within a function: execute template `name` of `set` (NULL: the set that is being executed) as part
 * of the same rendering, under the same limits. As sl_tmpl_execute() otherwise.
 */
int sl_tmpl_execute_within(struct sl_go_call *call, const struct sl_tmpl_set *set,
			   struct sl_str name, struct sl_goval dot, struct sl_strbuf *out,
			   struct sl_err *err) SL_MUST_CHECK;
/*
 * From within a function: as sl_tmpl_parse(), but what stands in the set by that name afterwards is this text
 * even if it is empty, as what Go executes of a template just made by New and Parse. It shares the stack of
 * the rendering, and its limit.
 */
int sl_tmpl_parse_within(const struct sl_go_call *call, struct sl_tmpl_set *set, struct sl_str name,
			 struct sl_str text, struct sl_err *err) SL_MUST_CHECK;
/* The set that a function is being called from. */
const struct sl_tmpl_set *sl_tmpl_set_of(const struct sl_go_call *call);

#endif
