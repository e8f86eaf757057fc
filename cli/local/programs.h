/*
 * The verbs that `sluice` runs itself, without the network, and the way to those it does not.
 *
 * Thread rule: each runs once, on the main thread. See cli/run.h for what a handler returns.
 */
#ifndef CLI_LOCAL_PROGRAMS_H
#define CLI_LOCAL_PROGRAMS_H

#include "cli/run.h"
#include "libcommon/base/arena.h"
#include "libcommon/base/strbuf.h"

/* Become `sluice-remote`, which lies beside this program, with the same argv. Returns on failure only. */
int sl_cli_become_remote(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);

int sl_cli_local_help(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_local_version(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_local_complete(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_local_completion(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_local_build(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_local_envsubst(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_local_man(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);

int sl_cli_local_kustomize_build(const struct sl_cli_args *args, char *const *argv,
				 struct sl_err *err);

/* Helm's verbs for charts on this machine. They say themselves what went wrong, in Helm's form. */
int sl_cli_local_helm_template(const struct sl_cli_args *args, char *const *argv,
			       struct sl_err *err);
int sl_cli_local_helm_lint(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_local_helm_show(const struct sl_cli_args *args, char *const *argv, struct sl_err *err);
int sl_cli_local_helm_package(const struct sl_cli_args *args, char *const *argv,
			      struct sl_err *err);
int sl_cli_local_helm_dependency_list(const struct sl_cli_args *args, char *const *argv,
				      struct sl_err *err);

/* The manual page sluice(1) in man(7) format, from the command table. */
void sl_cli_man_page(struct sl_strbuf *out);

#endif
