/*
 * One row of `get` for one object: the columns that Flux shows for its kind.
 *
 * Thread rule: pure functions. Cells are views into the object or live in the arena.
 */
#ifndef CLI_REMOTE_COLUMNS_H
#define CLI_REMOTE_COLUMNS_H

#include "cli/kinds.h"
#include "cli/remote/table.h"
#include "libcommon/codec/value.h"

struct sl_cli_view {
	enum sl_cli_kind_id kind;
	bool namespaces;  /* a NAMESPACE column */
	bool kinds;	  /* "kind/name" in the NAME column */
	bool show_source; /* a SOURCE column, for kinds that have one */
	bool wide;	  /* path or URL, and age */
	int64_t wall_ms;  /* now */
};

void sl_cli_header(const struct sl_cli_view *view, struct sl_cli_row *ret_row);
void sl_cli_row_of(struct sl_arena *a, const struct sl_cli_view *view,
		   const struct sl_value *object, struct sl_cli_row *ret_row);

/* --status-selector: "ready=false" or "ready!=true", any condition's type, case ignored. */
struct sl_cli_selector {
	struct sl_str type; /* empty: everything matches */
	struct sl_str status;
	bool negated;
};
/* View into `text`. Errors: SL_ERR_INVALID without "=". NULL gives the one that matches all. */
int sl_cli_selector_parse(const char *text, struct sl_cli_selector *ret_selector,
			  struct sl_err *err) SL_MUST_CHECK;
bool sl_cli_selector_matches(const struct sl_cli_selector *s, enum sl_cli_kind_id kind,
			     const struct sl_value *object);

#endif
