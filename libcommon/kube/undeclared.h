/*
 * Fields that the API does not know: reading the server's refusal, removing them.
 *
 * Server-side apply refuses an object with a field its schema lacks. Flux drops such fields of
 * built-in kinds without a word; we drop them as well, so that the same manifests work, and say so.
 *
 * Message shape: "failed to create typed patch object (…): .spec.foo: field not declared in schema",
 * or "errors:" followed by one such line for each field. A path is ".key" and "[selector]" steps,
 * where a selector is an index, or key="value" pairs.
 *
 * Thread rule: pure. Cap: SL_UNDECLARED_MAX fields of one message.
 */
#ifndef LIBCOMMON_KUBE_UNDECLARED_H
#define LIBCOMMON_KUBE_UNDECLARED_H

#include "libcommon/base/strvec.h"
#include "libcommon/codec/value.h"

#define SL_UNDECLARED_MAX 64

/* The field paths named by a refusal; none when the message is another one. */
void sl_undeclared_parse(struct sl_str message, struct sl_strvec *ret_paths);
/* Remove what `path` names. False when it leads nowhere or the path is malformed. */
bool sl_undeclared_remove(struct sl_value *object, struct sl_str path);

#endif
