/*
 * Tables for people and for `cut`: upper-case headers, cells padded to their column's width and ended
 * by a TAB, no borders.
 *
 *   NAME   <TAB>READY<TAB>MESSAGE                <blank>
 *   podinfo<TAB>True <TAB>Applied revision: main<TAB>
 *
 * As in Flux's tables, rows end with a TAB and the header with a blank, and a cell with newlines makes
 * several lines, the other cells of which are blank. Width is counted in code points.
 *
 * A table can be printed piecemeal: columns keep the width that they have once had.
 *
 * Ownership: cells are copied. Thread rule: one thread at a time. Cap: SL_CLI_COLUMNS_MAX.
 * Source: the golden files of Flux's command line.
 */
#ifndef CLI_REMOTE_TABLE_H
#define CLI_REMOTE_TABLE_H

#include "libcommon/base/arena.h"
#include "libcommon/base/strbuf.h"

#define SL_CLI_COLUMNS_MAX 10

struct sl_cli_row {
	struct sl_str cells[SL_CLI_COLUMNS_MAX];
	size_t n;
};

struct sl_cli_table {
	struct sl_arena a;
	struct sl_cli_row *rows; /* not printed yet */
	size_t n, cap;
	size_t widths[SL_CLI_COLUMNS_MAX];
};
#define SL_CLI_TABLE_INIT \
	{ \
		.a = SL_ARENA_INIT \
	}
void sl_cli_table_release(struct sl_cli_table *t);

void sl_cli_row_add(struct sl_cli_row *row, struct sl_str cell);
/* Add a row; the table copies its cells. */
void sl_cli_table_add(struct sl_cli_table *t, const struct sl_cli_row *row);
/* Append the rows added since the last time, after `header` unless that is NULL. */
void sl_cli_table_print(struct sl_cli_table *t, const struct sl_cli_row *header,
			struct sl_strbuf *out);

#endif
