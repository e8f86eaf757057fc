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
 * The numbers of the kinds in that order; unknown ones come last, by name. Those of one kind stay
 * as they are.
 */
void sl_helm_install_order(struct sl_arena *a, const struct sl_str *kinds, size_t n,
			   size_t *ret_order);

#endif
