/*
 * Private to kustomize: YAML or JSON that is kept in a string, to be changed and written back.
 *
 * Text whose first character is '{' or '[' is written as JSON, on one line unless it had line breaks
 * and indentation; all other text as YAML. Of several documents only the first one stays, as in
 * kustomize.
 *
 * Limits: those of codec/yaml.h. Thread rule: one thread, that of the build.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_STRUCTURED_H
#define LIBCOMMON_RENDER_KUSTOMIZE_STRUCTURED_H

#include "libcommon/render/kustomize/build.h"

struct sl_kz_structured;

/* Errors: SL_ERR_INVALID (no YAML), SL_ERR_TOO_LARGE. */
int sl_kz_structured_parse(struct sl_kz *kz, struct sl_str text, struct sl_kz_structured **ret,
			   struct sl_err *err) SL_MUST_CHECK;
/* The document, to be changed in place; NULL for a text without one. */
struct sl_value *sl_kz_structured_root(struct sl_kz_structured *s);
/* Append the text as it is now, without a line break at the end. */
void sl_kz_structured_write(const struct sl_kz_structured *s, struct sl_strbuf *out);

#endif
