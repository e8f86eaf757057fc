#include "cli/remote/table.h"

#include <assert.h>
#include <stdlib.h>

void sl_cli_table_release(struct sl_cli_table *t)
{
	sl_arena_release(&t->a);
	free(t->rows);
	*t = (struct sl_cli_table)SL_CLI_TABLE_INIT;
}

void sl_cli_row_add(struct sl_cli_row *row, struct sl_str cell)
{
	assert(row->n < SL_CLI_COLUMNS_MAX);
	row->cells[row->n++] = cell;
}

static size_t code_points(struct sl_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static void widen(struct sl_cli_table *t, const struct sl_cli_row *row)
{
	for (size_t i = 0; i < row->n; i++) {
		struct sl_str rest = row->cells[i], line;

		while (sl_str_split(&rest, '\n', &line)) {
			size_t width = code_points(line);

			if (width > t->widths[i])
				t->widths[i] = width;
		}
	}
}

void sl_cli_table_add(struct sl_cli_table *t, const struct sl_cli_row *row)
{
	struct sl_cli_row copy = { .n = row->n };

	for (size_t i = 0; i < row->n; i++)
		copy.cells[i] = sl_arena_str(&t->a, row->cells[i]);
	t->rows = sl_grow(t->rows, t->n, &t->cap, sizeof(*t->rows));
	t->rows[t->n++] = copy;
	widen(t, row);
}

/* The next line of each cell, which is taken off, and `end`. False: no cell had any left. */
static bool print_line(const struct sl_cli_table *t, struct sl_cli_row *row, char end,
		       struct sl_strbuf *out)
{
	struct sl_str lines[SL_CLI_COLUMNS_MAX];
	bool any = false;

	for (size_t i = 0; i < row->n; i++) {
		lines[i] = SL_STR_NULL;
		any |= sl_str_split(&row->cells[i], '\n', &lines[i]);
	}
	for (size_t i = 0; any && i < row->n; i++) {
		sl_strbuf_adds(out, lines[i]);
		sl_strbuf_addn(out, ' ', t->widths[i] - code_points(lines[i]));
		sl_strbuf_addc(out, i + 1 < row->n ? '\t' : end);
	}
	if (any)
		sl_strbuf_addc(out, '\n');
	return any;
}

void sl_cli_table_print(struct sl_cli_table *t, const struct sl_cli_row *header,
			struct sl_strbuf *out)
{
	if (header) {
		struct sl_cli_row row = *header;

		widen(t, header);
		print_line(t, &row, ' ', out);
	}
	for (size_t i = 0; i < t->n; i++)
		while (print_line(t, &t->rows[i], '\t', out))
			;
	t->n = 0;
	sl_arena_reset(&t->a);
}
