/*
 * Private to render/helm: what Go's package strings does to text.
 *
 * Thread rule: pure.
 */
#ifndef LIBCOMMON_RENDER_HELM_TEXT_H
#define LIBCOMMON_RENDER_HELM_TEXT_H

#include "libcommon/base/arena.h"
#include "libcommon/base/str.h"

/* unicode.IsSpace */
bool sl_helm_is_space(uint32_t code_point);
/* strings.TrimSpace */
struct sl_str sl_helm_trim(struct sl_str s);
/* strings.ReplaceAll(s, "<no value>", ""); `s` itself when there is none. */
struct sl_str sl_helm_without_no_value(struct sl_arena *a, struct sl_str s);
size_t sl_helm_count_slashes(struct sl_str name);
/* path.Join of what is clean already. */
struct sl_str sl_helm_join(struct sl_arena *a, struct sl_str dir, struct sl_str name);

#endif
