/*
 * Kubernetes Events as `events` shows them.
 *
 * Thread rule: pure functions. Source: core/v1 Event; kubectl's way to tell when and how often.
 */
#ifndef CLI_REMOTE_EVENTROW_H
#define CLI_REMOTE_EVENTROW_H

#include "cli/remote/table.h"
#include "libcommon/base/strvec.h"
#include "libcommon/codec/value.h"

struct sl_cli_event_view {
	const struct sl_strvec *types; /* wanted ones, case ignored; empty: all */
	bool namespaces;	       /* a NAMESPACE column */
	int64_t wall_ms;	       /* now */
};

/* About an object of Flux's API, and of a wanted type. */
bool sl_cli_event_is_wanted(const struct sl_cli_event_view *view, const struct sl_value *event);
void sl_cli_event_header(const struct sl_cli_event_view *view, struct sl_cli_row *ret_row);
/* LAST SEEN is "5s", or "5s (x3 over 2m)" for an event that came several times. */
void sl_cli_event_row(struct sl_arena *a, const struct sl_cli_event_view *view,
		      const struct sl_value *event, struct sl_cli_row *ret_row);
/* Oldest first by the time each was seen last; stable. Sorts a list in place. */
void sl_cli_events_sort(struct sl_value *events);

#endif
