/*
 * Field paths in the API server's messages: finding what they name in an object.
 *
 *   .spec.template.spec.containers[name="app"].ports[0].containerPort
 *
 * A path is ".key" and "[selector]" steps, the first dot may be missing; a selector is an index, or
 * key="value" pairs. Used for two things. Errors name a field, and the object knows the line of it in
 * the user's file. And server-side apply refuses an object with a field that its schema lacks, which
 * Flux drops without a word: we drop it as well, so that the same manifests work, and say so.
 *
 * Thread rule: pure. Cap: SL_UNDECLARED_MAX fields of one message.
 * Source: field paths of apimachinery and structured-merge-diff.
 */
#ifndef LIBCOMMON_KUBE_FIELDPATH_H
#define LIBCOMMON_KUBE_FIELDPATH_H

#include "libcommon/base/strvec.h"
#include "libcommon/codec/value.h"

#define SL_UNDECLARED_MAX 64

/* The deepest node on the way that `path` describes, and how many steps led there (0: the object). */
const struct sl_value *sl_fieldpath_deepest(const struct sl_value *object, struct sl_str path,
					    size_t *ret_steps);
/*
 * The node that a message is about: of all words in it that read as a path, the one that leads
 * deepest into the object; the object itself when none does.
 */
const struct sl_value *sl_fieldpath_locate(const struct sl_value *object, struct sl_str message);
/* Remove what `path` names. False when it leads nowhere or is malformed. */
bool sl_fieldpath_remove(struct sl_value *object, struct sl_str path);

/*
 * The fields refused by "failed to create typed patch object (…): .spec.foo: field not declared in
 * schema", or by "errors:" and such lines. None when the message is another one.
 */
void sl_undeclared_parse(struct sl_str message, struct sl_strvec *ret_paths);

#endif
