/*
 * The bytes of a watch: lines of JSON, cut anywhere by the network, and the events in them.
 *
 *   bytes ──► sl_lines_feed ──► on_line(one line) ──► sl_watch_parse ──► type and object
 *
 * A line that lies whole in the bytes fed is handed on without a copy; a part is kept until the rest
 * comes. What follows the last newline when the stream ends was cut off and is nobody's.
 *
 * Limit: SL_WATCH_LINE_MAX bytes a line (watch.h).
 * Thread rule: one thread at a time.
 * Source: Kubernetes API concepts; apimachinery meta/v1 WatchEvent.
 */
#ifndef LIBCOMMON_KUBE_WATCH_STREAM_H
#define LIBCOMMON_KUBE_WATCH_STREAM_H

#include "libcommon/base/err.h"
#include "libcommon/base/strbuf.h"
#include "libcommon/codec/value.h"
#include "libcommon/kube/watch.h"

struct sl_lines {
	struct sl_strbuf part; /* of a line, its end still to come */
	/* One line without its newline, never empty. False: stop feeding. */
	bool (*on_line)(struct sl_lines *l, struct sl_str line);
};
#define SL_LINES_INIT(line_fn) \
	{ \
		.part = SL_STRBUF_INIT(SL_WATCH_LINE_MAX), .on_line = (line_fn) \
	}
void sl_lines_release(struct sl_lines *l);
/* Forget the part of a line: another stream begins. */
void sl_lines_reset(struct sl_lines *l);
/* 0; SL_ERR_TOO_LARGE for a line over the limit; SL_ERR_CANCELED when on_line said stop. */
int sl_lines_feed(struct sl_lines *l, struct sl_str bytes, struct sl_err *err) SL_MUST_CHECK;

enum sl_watch_line {
	SL_WATCH_LINE_OBJECT,	/* *ret_event and *ret_object */
	SL_WATCH_LINE_BOOKMARK, /* *ret_object carries only kind and resourceVersion */
	SL_WATCH_LINE_ERROR,	/* *ret_object is a Status */
};

/*
 * Read one line; with `managed_fields` false, without the object's metadata.managedFields. Errors: SL_ERR_INVALID (no JSON, unknown type, no object), SL_ERR_TOO_LARGE (depth).
 */
int sl_watch_parse(struct sl_arena *a, struct sl_str line, bool managed_fields,
		   enum sl_watch_line *ret_line, enum sl_watch_event *ret_event,
		   struct sl_value **ret_object, struct sl_err *err) SL_MUST_CHECK;

/*
 * What state a line tells of, without reading all of it; only for MODIFIED. False when that cannot be
 * seen so easily: then the line is to be parsed. The strings point into the line.
 */
bool sl_watch_skim(struct sl_str line, struct sl_watch_state *ret_state);

#endif
