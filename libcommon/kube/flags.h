/*
 * Command-line flags in the style of Go's pflag, from a table.
 *
 *   --name=value   --name value   --flag (bool: true)   --flag=false   -n value   -n=value   -nvalue
 *
 * Parsing stops after "--"; other arguments are positional. A value comes, in rising precedence, from
 * what the variable held before, from the environment variable that the table names (when set and not
 * empty), from the command line. The last occurrence wins; list flags collect. Booleans take what Go
 * takes: 1, t, T, true, TRUE, True, 0, f, F, false, FALSE, False.
 *
 * Mistakes are errors of one line in pflag's words ("unknown flag: --x", "flag needs an argument:
 * --x", `invalid argument "x" for "--concurrent" flag: …`); who calls prints the usage and exits with
 * status 2, as Flux's controllers do.
 *
 * Ownership: string values are copied; what a string variable held before must be NULL or malloc'd.
 * Thread rule: start-up code, one thread.
 * Limits: SL_FLAG_VALUE_MAX bytes a value. Source: spf13/pflag's documented syntax. Left out:
 * shorthand groups (-abc), no-option defaults other than bool's, hidden and deprecated flags.
 */
#ifndef LIBCOMMON_KUBE_FLAGS_H
#define LIBCOMMON_KUBE_FLAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/base/err.h"
#include "libcommon/base/strbuf.h"
#include "libcommon/base/strvec.h"

#define SL_FLAG_VALUE_MAX 65536

enum sl_flag_type {
	SL_FLAG_STRING,	  /* char * */
	SL_FLAG_BOOL,	  /* bool */
	SL_FLAG_INT,	  /* int64_t, within [min, max] unless both are 0 */
	SL_FLAG_FLOAT,	  /* double */
	SL_FLAG_DURATION, /* int64_t ms, Go syntax; within [min, max] unless both are 0 */
	SL_FLAG_STRINGS,  /* struct sl_strvec: repeatable, each value split at commas */
	SL_FLAG_ARRAY,	  /* struct sl_strvec: repeatable, taken whole */
	SL_FLAG_CHOICE,	  /* int64_t: index into `choices` */
	SL_FLAG_GATES,	  /* struct sl_gates: "Name=true,Other=false" */
	SL_FLAG_IGNORED,  /* accepted, no variable: a flag of Flux that means nothing here */
};

struct sl_flag {
	const char *name; /* without dashes */
	char shorthand;	  /* or 0 */
	enum sl_flag_type type;
	void *value;		    /* variable of the type above */
	int64_t min, max;	    /* INT, DURATION (ms) */
	const char *const *choices; /* CHOICE: ends with NULL */
	const char *env;	    /* or NULL */
	const char *help;	    /* one sentence */
};

/* A row for a flag of Flux that means nothing here. */
#define SL_FLAG_IGNORE(flag) \
	{ \
		.name = (flag), .type = SL_FLAG_IGNORED, .help = "" \
	}

/* A feature gate: its name, and whether it is on. */
struct sl_gate {
	const char *name;
	bool enabled; /* before parsing: the default */
};
/* All gates that a controller knows; naming another one is an error. */
struct sl_gates {
	struct sl_gate *items;
	size_t n;
};
/* False also for gates that do not exist. */
bool sl_gates_enabled(const struct sl_gates *g, const char *name);

/* Tables that are looked through in this order; an earlier one may replace a flag of a later one. */
struct sl_flagset {
	const char *program;
	const char *usage; /* what follows the program's name in the usage line, or NULL */
	const struct sl_flag *tables[4];
	size_t counts[4];
	bool interspersed; /* flags may follow positional arguments */
};

/*
 * Read the environment, then argv[1..argc). `ret_args` collects positional arguments (NULL: they are
 * an error). *ret_help turns true at --help or -h, after which nothing is parsed.
 * Errors: SL_ERR_INVALID. Variables may have been changed by then.
 */
int sl_flags_parse(const struct sl_flagset *set, int argc, char *const *argv,
		   struct sl_strvec *ret_args, bool *ret_help, struct sl_err *err) SL_MUST_CHECK;
/* The text of --help: the flags by name, with type, help, default (the variable's value now), env. */
void sl_flags_usage(const struct sl_flagset *set, struct sl_strbuf *out);

#endif
