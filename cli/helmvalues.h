/*
 * The values that a command line gives a chart: -f, --set and its kin, in Helm's order.
 *
 * Thread rule: one thread. Limits: SL_YAML_BYTES_MAX bytes of a file of values,
 * SL_CLI_VALUES_MAX of a file that becomes one value.
 */
#ifndef CLI_HELMVALUES_H
#define CLI_HELMVALUES_H

#include "cli/args.h"
#include "libcommon/render/helm/helm.h"

#define SL_CLI_VALUES_MAX ((size_t)100 << 20)

/*
 * Files first, then --set-json, --set, --set-string, --set-file, --set-literal. Everything in `a`.
 * Errors: SL_ERR_INVALID with Helm's texts, SL_ERR_NOT_FOUND, SL_ERR_UNSUPPORTED (a URL).
 */
int sl_cli_helm_values(struct sl_arena *a, const struct sl_cli_args *args, struct sl_go_map **ret,
		       struct sl_err *err) SL_MUST_CHECK;

#endif
