/*
 * Private to kustomize: the files of `crds`, maps from the name of a type to its OpenAPI definition.
 *
 * Thread rule: pure functions.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_CONFIG_CRDS_H
#define LIBCOMMON_RENDER_KUSTOMIZE_CONFIG_CRDS_H

#include "libcommon/codec/value.h"

/* Refuse definitions that Go cannot decode. SL_ERR_INVALID, SL_ERR_TOO_LARGE (nested too deeply). */
int sl_kz_crds_check(const struct sl_value *definitions, struct sl_err *err) SL_MUST_CHECK;

#endif
