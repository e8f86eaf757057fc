/*
 * The kind of a manifest without a parser: most manifests are plain YAML, and all that Helm asks of them
 * is whether they are YAML at all, their apiVersion and kind, and whether they are hooks. Inner header
 * of the library.
 *
 * Whatever codec/yaml_skim.h cannot read, is a hook, or has a field that Helm would refuse, is left to
 * the parser; where this answers, the parser gives the same.
 *
 * Thread rule: pure functions.
 */
#ifndef LIBCOMMON_RENDER_HELM_SKIM_H
#define LIBCOMMON_RENDER_HELM_SKIM_H

#include "libcommon/base/str.h"

/*
 * True when `doc` is a plain manifest with a kind and an apiVersion, which are then views of it, and no
 * hook. False says nothing.
 */
bool sl_helm_skim(struct sl_str doc, struct sl_str *ret_api_version, struct sl_str *ret_kind);

#endif
