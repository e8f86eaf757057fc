/*
 * Secrets that are encrypted with SOPS, made fit to be printed.
 *
 * Thread rule: pure functions. Source: the output of `flux build kustomization` 2.9.5.
 */
#ifndef CLI_BUILDMASK_H
#define CLI_BUILDMASK_H

#include "libcommon/codec/value.h"

/* In a Secret: `sops` goes, and "**SOPS**" stands for each value that is encrypted. */
void sl_cli_mask_sops(struct sl_arena *a, struct sl_value *object);

#endif
