/*
 * What becomes of a document on Helm's way to YAML: Go writes it as JSON, and go-yaml v2 reads that text as
 * YAML, which it is but for some characters. Inner header of Helm's functions.
 *
 * Thread rule: one thread at a time for a tree.
 */
#ifndef LIBCOMMON_RENDER_HELM_YAML_SURVIVES_H
#define LIBCOMMON_RENDER_HELM_YAML_SURVIVES_H

#include "libcommon/codec/value.h"

/*
 * False when go-yaml refuses the JSON text: a control character that JSON lets through (U+007F to
 * U+009F), U+FFFE, U+FFFF, or a key of more than 1024 characters or with U+0085. Elsewhere U+0085 is a
 * line break to it, which is folded: `v` is changed so.
 */
bool sl_helm_yaml_survives(struct sl_arena *a, struct sl_value *v);

#endif
