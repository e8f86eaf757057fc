/*
 * LIST and WATCH of one kind: a stream that survives whatever the network and the server do.
 *
 * Begins with a LIST in pages, read consistently, then WATCH from there with bookmarks;
 * resumes by resourceVersion after a cut, also in mid-line; lists anew after 410 or an ERROR event;
 * backs off with jitter from 0.8 s to 30 s so that a restarted server meets no herd. When bookmarks
 * are SL_WATCH_SILENCE_MS overdue the connection is given up and the watch resumed on a new one.
 *
 * The handler runs on the client's I/O thread: it must not block, call the API or take long. Objects
 * live until the callback returns: copy what is kept. managedFields are dropped unless asked for.
 *
 * Calling sequence: on_begin (the first page of a LIST is there), on_object(ADDED) for each item,
 * on_synced; then on_object(ADDED, MODIFIED, DELETED) as they come. A new LIST begins with on_begin
 * again: what was not named between on_begin and on_synced is gone. (A LIST that fails between two
 * pages begins again with on_begin, without on_synced.) Every object has apiVersion and kind. on_error
 * tells of every failed attempt, e.g. FORBIDDEN or NOT_FOUND (kind not served): the stream goes on
 * trying by itself. Only a request that could never be sent (INVALID) is reported once and given up.
 *
 * Thread rule: start and stop are thread-safe; no callback runs after sl_watch_stop() has returned,
 * which therefore must not be called from a callback.
 * Source: Kubernetes API concepts, "Efficient detection of changes".
 */
#ifndef LIBCOMMON_KUBE_WATCH_H
#define LIBCOMMON_KUBE_WATCH_H

#include "libcommon/kube/object.h"

#define SL_WATCH_SILENCE_MS 180000
#define SL_WATCH_LINE_MAX ((size_t)16 << 20) /* bytes of one event */
#define SL_WATCH_PAGE 250		     /* items of a LIST page */

enum sl_watch_event { SL_WATCH_ADDED, SL_WATCH_MODIFIED, SL_WATCH_DELETED };

/* An object, and which of its states. */
struct sl_watch_state {
	struct sl_str namespace_, name, resource_version; /* until the callback returns */
};

struct sl_watch_handler {
	void *ctx;
	void (*on_begin)(void *ctx); /* may be NULL */
	void (*on_object)(void *ctx, enum sl_watch_event event, const struct sl_value *object);
	/*
	 * A MODIFIED tells of this state: is it known already? Then the object is not read, and on_object
	 * not called. May be NULL; called like the others.
	 */
	bool (*is_known)(void *ctx, const struct sl_watch_state *state);
	void (*on_synced)(void *ctx);			       /* may be NULL */
	void (*on_error)(void *ctx, const struct sl_err *err); /* may be NULL */
};

struct sl_watch_options {
	const struct sl_kube_kind *kind; /* copied */
	const char *namespace_;		 /* NULL or "": all */
	const char *label_selector;	 /* or NULL */
	const char *field_selector;	 /* or NULL */
	const char *user;		 /* impersonate, or NULL */
	bool keep_managed_fields;
	bool metadata_only; /* PartialObjectMetadata, under the kind's own apiVersion and kind */
	bool is_busy; /* with much to tell: on a connection beside that of the other watches */
	int64_t silence_ms; /* 0: SL_WATCH_SILENCE_MS */
};

struct sl_watch;
struct sl_watch *sl_watch_start(struct sl_kube_client *c, const struct sl_watch_options *options,
				const struct sl_watch_handler *handler);
void sl_watch_stop(struct sl_watch *w); /* NULL is accepted */

#endif
