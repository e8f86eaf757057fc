/*
 * The versions that `sluice version` prints: a map from a component to its version.
 *
 * Thread rule: pure functions, but for printing.
 */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

#include "cli/args.h"
#include "libcommon/codec/value.h"

/* {sluice: v0.1.0}, in the arena; the caller may add to it. */
struct sl_value *sl_cli_client_version(struct sl_arena *a);
/* Print the map as --output of `args` says: yaml, or json with sorted keys. */
int sl_cli_print_versions(const struct sl_cli_args *args, const struct sl_value *versions,
			  struct sl_err *err) SL_MUST_CHECK;

#endif
