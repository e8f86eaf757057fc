/*
 * The flags of the command table; see commands.h. Names, defaults and meanings of Flux's flags are
 * Flux's; what `flux` lacks says so in docs/cli.md.
 *
 * Thread rule: constant data.
 */
#ifndef CLI_FLAGS_H
#define CLI_FLAGS_H

#include "cli/commands.h"

/* Each ends with an entry without a name. */
extern const struct sl_cli_flag sl_cli_flags_global[];
extern const struct sl_cli_flag sl_cli_flags_build_kustomization[];
extern const struct sl_cli_flag sl_cli_flags_check[];
extern const struct sl_cli_flag sl_cli_flags_envsubst[];
extern const struct sl_cli_flag sl_cli_flags_events[];
extern const struct sl_cli_flag sl_cli_flags_export[];
extern const struct sl_cli_flag sl_cli_flags_get[];
extern const struct sl_cli_flag sl_cli_flags_get_kustomizations[];
extern const struct sl_cli_flag sl_cli_flags_helm[];
extern const struct sl_cli_flag sl_cli_flags_helm_dependency_list[];
extern const struct sl_cli_flag sl_cli_flags_helm_lint[];
extern const struct sl_cli_flag sl_cli_flags_helm_package[];
extern const struct sl_cli_flag sl_cli_flags_helm_show[];
extern const struct sl_cli_flag sl_cli_flags_helm_show_values[];
extern const struct sl_cli_flag sl_cli_flags_helm_template[];
extern const struct sl_cli_flag sl_cli_flags_kustomize_build[];
extern const struct sl_cli_flag sl_cli_flags_reconcile[];
extern const struct sl_cli_flag sl_cli_flags_reconcile_kustomization[];
extern const struct sl_cli_flag sl_cli_flags_resume[];
extern const struct sl_cli_flag sl_cli_flags_stats[];
extern const struct sl_cli_flag sl_cli_flags_suspend[];
extern const struct sl_cli_flag sl_cli_flags_tree_kustomization[];
extern const struct sl_cli_flag sl_cli_flags_version[];

#endif
