/*
 * `get --watch`: a row whenever what it shows has changed. The age of an object and fields that no
 * column shows change without a new row.
 */
#include <stdlib.h>

#include "cli/remote/get.h"
#include "cli/remote/stream.h"
#include "libcommon/base/clock.h"
#include "libcommon/base/strmap.h"

struct watcher {
	struct sl_cli_get *get;
	struct sl_cli_table table; /* rows not printed yet */
	struct sl_strbuf text;	   /* documents and names not printed yet */
	struct sl_strmap shown;	   /* "namespace/name" to what was printed last */
	bool synced, header_printed, document_printed;
};

/* The row as text, without the columns that change by time alone. */
static char *fingerprint(struct watcher *w, struct sl_arena *a, const struct sl_value *object)
{
	struct sl_cli_view view = w->get->view;
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT((size_t)1 << 20);
	struct sl_cli_row row;

	if (w->get->format == SL_CLI_JSON || w->get->format == SL_CLI_YAML) {
		sl_strbuf_adds(&text, sl_obj_resource_version(object));
		return sl_strbuf_steal(&text);
	}
	view.wide = false;
	sl_cli_row_of(a, &view, object, &row);
	for (size_t i = 0; i < row.n; i++) {
		sl_strbuf_adds(&text, row.cells[i]);
		sl_strbuf_addc(&text, '\t');
	}
	return sl_strbuf_steal(&text);
}

static bool is_news(struct watcher *w, struct sl_arena *a, const struct sl_value *object)
{
	char *now = fingerprint(w, a, object);
	struct sl_str key =
		sl_str(sl_arena_printf(a, "%.*s/%.*s", SL_STR_FMT(sl_obj_namespace(object)),
				       SL_STR_FMT(sl_obj_name(object))));
	const char *before = sl_strmap_get(&w->shown, key);

	if (sl_streq(before, now)) {
		free(now);
		return false;
	}
	sl_strmap_set(&w->shown, key, now);
	return true;
}

static void forget(struct watcher *w, struct sl_arena *a, const struct sl_value *object)
{
	sl_strmap_remove(&w->shown, sl_str(sl_arena_printf(a, "%.*s/%.*s",
							   SL_STR_FMT(sl_obj_namespace(object)),
							   SL_STR_FMT(sl_obj_name(object)))));
}

static void add_row(struct watcher *w, struct sl_arena *a, const struct sl_value *object,
		    bool deleted)
{
	struct sl_cli_row header, row;

	sl_cli_header(&w->get->view, &header);
	sl_cli_row_of(a, &w->get->view, object, &row);
	for (size_t i = 0; deleted && i < row.n; i++)
		if (sl_str_eqz(header.cells[i], "MESSAGE"))
			row.cells[i] = SL_STR("deleted");
	sl_cli_table_add(&w->table, &row);
}

static void add_object(struct watcher *w, struct sl_arena *a, const struct sl_value *object,
		       bool deleted)
{
	enum sl_cli_format format = w->get->format;

	if (format == SL_CLI_TABLE || format == SL_CLI_WIDE) {
		add_row(w, a, object, deleted);
	} else if (format == SL_CLI_NAMES) {
		sl_cli_add_name(w->get->view.kind, object, &w->text);
	} else {
		sl_cli_add_document(object, format, !w->document_printed, &w->text);
		w->document_printed = true;
	}
}

static void on_object(void *ctx, enum sl_watch_event event, const struct sl_value *object)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct watcher *w = ctx;
	bool deleted = event == SL_WATCH_DELETED;

	w->get->view.wall_ms = sl_wall_ms();
	if (deleted)
		forget(w, &a, object);
	if (!sl_cli_selector_matches(&w->get->selector, w->get->view.kind, object))
		return;
	if (deleted || is_news(w, &a, object))
		add_object(w, &a, object, deleted);
}

static void on_synced(void *ctx)
{
	((struct watcher *)ctx)->synced = true;
}

/* The first rows come together, so that the columns are as wide as the widest of them. */
static bool on_wake(void *ctx, struct sl_cli_output *output)
{
	struct watcher *w = ctx;
	struct sl_cli_row header;

	if (!w->synced)
		return false;
	if (w->table.n) {
		bool with_header = w->get->header && !w->header_printed;

		sl_cli_header(&w->get->view, &header);
		sl_cli_table_print(&w->table, with_header ? &header : NULL, &output->out);
		w->header_printed = true;
	}
	sl_strbuf_adds(&output->out, sl_strbuf_str(&w->text));
	sl_strbuf_reset(&w->text);
	return false;
}

int sl_cli_get_watch(struct sl_cli_get *g, struct sl_err *err)
{
	struct watcher w = { .get = g,
			     .table = SL_CLI_TABLE_INIT,
			     .text = SL_STRBUF_INIT((size_t)64 << 20),
			     .shown = SL_STRMAP_INIT_OWNING(free) };
	struct sl_cli_stream stream = {
		.ctx = &w, .on_object = on_object, .on_synced = on_synced, .on_wake = on_wake
	};
	struct sl_watch_options watch = { .kind = &sl_cli_kind(g->view.kind)->kube,
					  .namespace_ = g->filter.namespace_,
					  .label_selector = g->filter.label_selector };
	int r;

	if (g->filter.name)
		watch.field_selector =
			sl_arena_printf(&g->session->a, "metadata.name=%s", g->filter.name);
	r = sl_cli_stream_run(g->session, &watch, 1, &stream, SL_NEVER, err);
	sl_cli_table_release(&w.table);
	sl_strbuf_release(&w.text);
	sl_strmap_release(&w.shown);
	return r;
}
