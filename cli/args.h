/*
 * From argv to a command, its flags and its arguments.
 *
 *   --name=value   --name value   --flag   --flag=false   -n value   -nvalue   -n=value   -Aw
 *
 * Words are read from left to right: a word that is no flag names a subcommand as long as there are
 * any, then it is an argument. A flag holds from the group that has it downwards, so it may stand
 * anywhere after that group's word. "--" ends the flags. Booleans take what Go takes: 1, t, T, true,
 * TRUE, True, 0, f, F, false, FALSE, False. The last occurrence wins; lists collect.
 *
 * Mistakes are errors of one line in the words of Go's pflag, and a suggestion where a known word is
 * near. Source: spf13/pflag's and spf13/cobra's documented syntax.
 *
 * Ownership: struct sl_cli_args owns its strings. Thread rule: immutable after parsing.
 * Limits: the kernel's, on argv.
 */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/commands.h"
#include "libcommon/base/arena.h"
#include "libcommon/base/err.h"
#include "libcommon/base/strvec.h"

struct sl_cli_given;

struct sl_cli_args {
	struct sl_cli_path path; /* as far as it could be followed, also after an error */
	struct sl_strvec words;	 /* positional arguments */
	struct sl_cli_given *given;
	size_t given_count, given_cap;
	const struct sl_cli_flag *wanting; /* whose value is missing at the end, or NULL */
	bool help;			   /* --help or -h was among the words */
};
#define SL_CLI_ARGS_INIT \
	{ \
		.given = NULL \
	}
void sl_cli_args_release(struct sl_cli_args *args);

/*
 * Parse argv[1..argc). What follows a hidden command is taken as it is, flags included. Errors:
 * SL_ERR_INVALID, and *ret_hint, which the caller frees, tells what to try instead or is NULL.
 */
int sl_cli_parse(int argc, char *const *argv, struct sl_cli_args *ret_args, char **ret_hint,
		 struct sl_err *err) SL_MUST_CHECK;

/*
 * The value of a flag: as given, else its default. The command must have the flag, of this type: the
 * table is constant, so anything else is a bug and aborts.
 */
const char *sl_cli_string(const struct sl_cli_args *args, const char *flag); /* NULL: not given */
bool sl_cli_bool(const struct sl_cli_args *args, const char *flag);
int64_t sl_cli_duration_ms(const struct sl_cli_args *args, const char *flag);
double sl_cli_number(const struct sl_cli_args *args, const char *flag);
/* Every value of a list flag, appended: split at commas, unless it is an ARRAY. */
void sl_cli_strings(const struct sl_cli_args *args, const char *flag, struct sl_strvec *ret_list);
/* The same as an array in the arena. */
struct sl_str *sl_cli_strings_in(struct sl_arena *a, const struct sl_cli_args *args,
				 const char *flag, size_t *ret_n);
/* Whether it stood on the command line. */
bool sl_cli_is_given(const struct sl_cli_args *args, const char *flag);

#endif
