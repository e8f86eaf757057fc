/*
 * The command table: the one place that says what `sluice` can be asked.
 *
 * Parsing, --help, the manual page and the completion of every shell are made from it. It is shared
 * by the two programs, so it names handlers (enum sl_cli_verb) instead of pointing at them: `sluice`
 * runs the verbs that need no network, and hands the others, argv unchanged, to `sluice-remote`.
 *
 *   sluice ── get ──┬── kustomizations        a command with a verb is a leaf, the others are groups
 *                   ├── sources ──┬── git     flags of a group hold for all below it
 *                   │             └── all
 *                   └── all
 *
 * Arrays of commands and flags end with an entry whose name is NULL.
 *
 * Thread rule: constant data.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/kinds.h"
#include "libcommon/base/str.h"

#define SL_CLI_DEPTH_MAX 4 /* words from the root to a leaf, the root counted */

enum sl_cli_verb {
	SL_CLI_GROUP, /* has subcommands only */
	SL_CLI_HELP,
	SL_CLI_COMPLETION,
	SL_CLI_COMPLETE, /* hidden: what could the next word be? */
	SL_CLI_MAN,	 /* hidden: the manual page */
	SL_CLI_VERSION,
	SL_CLI_GET,
	SL_CLI_RECONCILE,
	SL_CLI_SUSPEND,
	SL_CLI_RESUME,
	SL_CLI_TREE,
	SL_CLI_EVENTS,
	SL_CLI_CHECK,
	SL_CLI_EXPORT,
	SL_CLI_STATS,
	SL_CLI_BUILD,
	SL_CLI_ENVSUBST,
	SL_CLI_KUSTOMIZE_BUILD,
	SL_CLI_HELM_TEMPLATE,
	SL_CLI_HELM_LINT,
	SL_CLI_HELM_SHOW,
	SL_CLI_HELM_PACKAGE,
	SL_CLI_HELM_DEPENDENCY_LIST,
	SL_CLI_FETCH, /* hidden: a file of the web, for those verbs that have no network */
	SL_CLI_VERBS,
};

enum sl_cli_type {
	SL_CLI_BOOL,
	SL_CLI_STRING,
	SL_CLI_STRINGS,	 /* repeatable, each split at commas */
	SL_CLI_ARRAY,	 /* repeatable, each as it is */
	SL_CLI_DURATION, /* Go syntax, more than 0 */
	SL_CLI_NUMBER,	 /* finite, not negative */
	SL_CLI_CHOICE,	 /* one of `choices` */
};

/* Where completion finds candidates. */
enum sl_cli_complete {
	SL_CLI_NO_COMPLETION,
	SL_CLI_COMPLETE_FILES,
	SL_CLI_COMPLETE_NAMES, /* objects of the command's kind, asked of the cluster */
	SL_CLI_COMPLETE_NAMESPACES,
	SL_CLI_COMPLETE_CONTEXTS,
	SL_CLI_COMPLETE_COMMANDS, /* words of this table */
};

struct sl_cli_flag {
	const char *name; /* without dashes */
	char shorthand;	  /* or 0 */
	enum sl_cli_type type;
	const char *metavar; /* what help prints for the value; NULL: by type */
	const char *initial; /* text of the default, or NULL for none */
	const char *alone;   /* what it means without a value, which then needs "=", or NULL */
	const char *const *choices; /* CHOICE, STRINGS that know their values; ends with NULL */
	enum sl_cli_complete complete;
	const char *help; /* begins in lower case, no full stop */
};

struct sl_cli_command {
	const char *name;
	const char *aliases[3]; /* ends with NULL */
	enum sl_cli_verb verb;
	bool remote; /* needs the network */
	bool hidden; /* in no help and no completion */
	enum sl_cli_kind_id first,
		last;		       /* kinds it is about; equal: one kind, `last` the default */
	bool all;		       /* is about all kinds from first to last, in one go */
	size_t args_max;	       /* positional arguments, SIZE_MAX: any number */
	const char *args;	       /* their names in the usage line: "[NAME...]", or NULL */
	enum sl_cli_complete complete; /* of the positional arguments */
	const char *const *words;      /* the only values of the first argument, or NULL */
	const char *summary;	       /* one line, no full stop */
	const char *text;	       /* paragraphs, or NULL: the summary says it all */
	const char *examples;	       /* lines of "# what" and "sluice ...", or NULL */
	const struct sl_cli_flag *flags;       /* or NULL */
	const struct sl_cli_command *children; /* or NULL */
};

/* What is below `sluice helm`: commands_helm.c. */
extern const struct sl_cli_command sl_cli_commands_helm[];

/* The root, `sluice`; its flags are the global ones. */
const struct sl_cli_command *sl_cli_root(void);

/* The command of this name or alias below `group`, hidden ones included, or NULL. */
const struct sl_cli_command *sl_cli_child(const struct sl_cli_command *group, struct sl_str word);

/* From the root down to one command, for messages and look-ups. */
struct sl_cli_path {
	const struct sl_cli_command *commands[SL_CLI_DEPTH_MAX];
	size_t n; /* at least 1: the root */
};
const struct sl_cli_command *sl_cli_leaf(const struct sl_cli_path *path);
/* A flag that holds at the end of the path: its own, or a group's, or a global one; or NULL. */
const struct sl_cli_flag *sl_cli_flag(const struct sl_cli_path *path, struct sl_str name);
const struct sl_cli_flag *sl_cli_flag_short(const struct sl_cli_path *path, char shorthand);
/* "sluice get sources git"; the caller frees it. */
char *sl_cli_path_text(const struct sl_cli_path *path);

/*
 * Visit every command that is not hidden, parents before children, in the table's order.
 */
void sl_cli_walk(void (*visit)(void *ctx, const struct sl_cli_path *path), void *ctx);

#endif
