#include "cli/candidates.h"
#include "cli/help.h"
#include "cli/local/programs.h"
#include "cli/report.h"
#include "cli/version.h"

int sl_cli_local_help(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);
	struct sl_cli_path path = { .commands = { sl_cli_root() }, .n = 1 };

	(void)argv;
	for (size_t i = 0; i < args->words.n; i++) {
		const struct sl_cli_command *c =
			sl_cli_child(sl_cli_leaf(&path), sl_str(args->words.v[i]));

		if (!c)
			return sl_err_set(err, SL_ERR_INVALID, "unknown help topic \"%s\"",
					  args->words.v[i]);
		path.commands[path.n++] = c;
	}
	sl_cli_help(&path, &out);
	return sl_cli_print(&out, err);
}

int sl_cli_local_version(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	if (!sl_cli_bool(args, "client"))
		return sl_cli_become_remote(args, argv, err);
	return sl_cli_print_versions(args, sl_cli_client_version(&a), err);
}

int sl_cli_local_complete(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_cli_query) q = SL_CLI_QUERY_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);

	sl_cli_query_read(&args->words, &q);
	if (sl_cli_query_is_live(&q))
		return sl_cli_become_remote(args, argv, err);
	sl_cli_query_answer(&q, &out);
	return sl_cli_print(&out, err);
}
