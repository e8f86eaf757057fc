#include "cli/run.h"

#include <stdlib.h>

#include "cli/help.h"
#include "cli/report.h"

static int print_help(const struct sl_cli_path *path, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);

	sl_cli_help(path, &out);
	return sl_cli_print(&out, err);
}

static int dispatch(const struct sl_cli_args *args, char *const *argv,
		    const sl_cli_handler *handlers, sl_cli_handler otherwise, struct sl_err *err)
{
	enum sl_cli_verb verb = sl_cli_leaf(&args->path)->verb;

	if (args->help || verb == SL_CLI_GROUP)
		return print_help(&args->path, err);
	return (handlers[verb] ? handlers[verb] : otherwise)(args, argv, err);
}

int sl_cli_run(int argc, char *const *argv, const sl_cli_handler handlers[SL_CLI_VERBS],
	       sl_cli_handler otherwise)
{
	SL_AUTO(sl_cli_args) args = SL_CLI_ARGS_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FREE char *hint = NULL;
	int r = sl_cli_parse(argc, argv, &args, &hint, &err);

	if (!r)
		r = dispatch(&args, argv, handlers, otherwise, &err);
	else if (args.help)
		r = print_help(&args.path, &err);
	if (r && r != SL_ERR_CANCELED)
		sl_cli_say_error(&err);
	if (r && hint)
		sl_cli_say(SL_CLI_ACTION, "%s", hint);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
