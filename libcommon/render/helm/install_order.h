/*
 * Private to render/helm: the order in which Helm installs kinds.
 *
 * Thread rule: pure. Source: Helm's InstallOrder.
 */
#ifndef LIBCOMMON_RENDER_HELM_INSTALL_ORDER_H
#define LIBCOMMON_RENDER_HELM_INSTALL_ORDER_H

#include "libcommon/base/arena.h"
#include "libcommon/base/str.h"

/*
 * A copy of `n` items of `size` bytes in that order, by the struct sl_str at `kind` in each; unknown kinds come
 * last, by name. Those of one kind stay as they are.
 */
void *sl_helm_in_install_order(struct sl_arena *a, const void *items, size_t n, size_t size,
			       size_t kind);

#endif
