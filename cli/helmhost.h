/*
 * What render/helm cannot know, from this machine: the clock, chance, time zones, and where warnings go.
 *
 * Thread rule: one thread. Source of zones: $ZONEINFO, /usr/share/zoneinfo, and for "Local" $TZ and
 * /etc/localtime, as Go's package time looks for them.
 */
#ifndef CLI_HELMHOST_H
#define CLI_HELMHOST_H

#include "libcommon/render/helm/helm.h"

/* One line on standard error, as Helm prints what it logs. */
void sl_cli_helm_log(const char *line);
/* Names have no addresses unless `dns`. Borrows nothing. */
struct sl_helm_host sl_cli_helm_host(bool dns);
/* What templates may use of the stack: SL_TMPL_STACK_MAIN, or less if the process was given less. */
size_t sl_cli_helm_stack(void);

#endif
