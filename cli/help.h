/*
 * --help, from the command table.
 *
 * Thread rule: pure functions.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/commands.h"
#include "libcommon/base/strbuf.h"

/* What `--help` prints for the command at the end of the path. */
void sl_cli_help(const struct sl_cli_path *path, struct sl_strbuf *out);
/* "-n, --namespace NAME" and the like: how a flag is written. */
void sl_cli_flag_usage(const struct sl_cli_flag *f, struct sl_strbuf *out);
/* "sluice get kustomizations [NAME] [flags]" */
void sl_cli_usage_line(const struct sl_cli_path *path, struct sl_strbuf *out);
/* Append `text`, its words wrapped at `width` columns, each line indented by `indent`. */
void sl_cli_wrap(const char *text, size_t indent, size_t width, struct sl_strbuf *out);

#endif
