/*
 * The verbs that `sluice-remote` runs: those that talk to the API server.
 *
 * Thread rule: each runs once, on the main thread. See cli/run.h for what a handler returns.
 */
#ifndef CLI_REMOTE_PROGRAMS_H
#define CLI_REMOTE_PROGRAMS_H

#include "cli/remote/session.h"
#include "cli/run.h"

int sl_cli_remote_get(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_remote_reconcile(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_remote_suspend(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_remote_resume(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_remote_tree(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_remote_events(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_remote_check(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_remote_version(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_remote_export(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_remote_build(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_remote_stats(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_remote_fetch(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_remote_complete(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);

#endif
