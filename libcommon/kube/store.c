#include "libcommon/kube/store.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/log.h"
#include "libcommon/base/strmap.h"
#include "libcommon/base/strvec.h"

struct entry {
	struct sl_cached *object; /* never NULL */
	bool awaits_own; /* events are older until the one with its resourceVersion comes */
	unsigned list;	 /* of which LIST it was a part */
};

struct sl_store_write {
	struct sl_store *store;
	struct sl_store_write *next;
	char *id;
	size_t id_len;
	struct sl_strvec noted; /* resourceVersions delivered since the write began */
	bool is_superseded;	/* a LIST, a removal, or too much to note: drop the answer */
};

struct listener {
	sl_store_listener call;
	void *ctx;
};

struct sl_store {
	struct sl_store_options options;
	char *namespace_, *label_selector;
	struct listener listeners[SL_STORE_LISTENERS_MAX];
	size_t listener_count;
	struct sl_watch *watch;

	pthread_mutex_t lock;
	struct sl_strmap entries; /* "namespace\0name" */
	struct sl_store_write *writes;
	unsigned list; /* number of the LIST that runs or ran last */
	bool in_list, has_synced, has_failed, is_full;
};

static void free_entry(void *value)
{
	struct entry *e = value;

	sl_cached_unref(e->object);
	free(e);
}

struct sl_store *sl_store_new(const struct sl_store_options *options)
{
	struct sl_store *s = sl_xcalloc(1, sizeof(*s));

	s->options = *options;
	s->namespace_ = sl_xstrdup(options->namespace_);
	s->label_selector = sl_xstrdup(options->label_selector);
	s->entries = (struct sl_strmap)SL_STRMAP_INIT_OWNING(free_entry);
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

void sl_store_free(struct sl_store *s)
{
	if (!s)
		return;
	sl_store_stop(s);
	assert(!s->writes);
	sl_strmap_release(&s->entries);
	pthread_mutex_destroy(&s->lock);
	free(s->namespace_);
	free(s->label_selector);
	free(s);
}

void sl_store_listen(struct sl_store *s, sl_store_listener listener, void *ctx)
{
	assert(s->listener_count < SL_STORE_LISTENERS_MAX && !s->watch);
	s->listeners[s->listener_count++] = (struct listener){ listener, ctx };
}

void sl_store_start(struct sl_store *s, struct sl_kube_client *client)
{
	const struct sl_watch_options options = {
		.kind = s->options.kind,
		.namespace_ = s->namespace_,
		.label_selector = s->label_selector,
		.metadata_only = s->options.metadata_only,
		.is_busy = s->options.is_busy,
	};
	const struct sl_watch_handler handler = sl_store_watch_handler(s);

	assert(!s->watch);
	s->watch = sl_watch_start(client, &options, &handler);
}

void sl_store_stop(struct sl_store *s)
{
	sl_watch_stop(SL_STEAL(s->watch));
}

static void tell(struct sl_store *s, const struct sl_cached *old, const struct sl_cached *now)
{
	for (size_t i = 0; i < s->listener_count; i++)
		s->listeners[i].call(s->listeners[i].ctx, old, now);
}

static void tell_synced(struct sl_store *s)
{
	if (s->options.on_synced)
		s->options.on_synced(s->options.synced_ctx);
}

/* "namespace\0name": neither holds a NUL. The caller frees it. */
static char *make_id(struct sl_str namespace_, struct sl_str name, size_t *ret_len)
{
	char *id = sl_xmalloc(namespace_.n + name.n + 2);

	if (namespace_.n)
		memcpy(id, namespace_.p, namespace_.n);
	id[namespace_.n] = '\0';
	if (name.n)
		memcpy(id + namespace_.n + 1, name.p, name.n);
	*ret_len = namespace_.n + 1 + name.n;
	id[*ret_len] = '\0';
	return id;
}

static void note(struct sl_store_write *w, struct sl_str resource_version)
{
	if (w->noted.n < SL_STORE_NOTED_MAX)
		sl_strvec_push_str(&w->noted, resource_version);
	else
		w->is_superseded = true;
}

/* Tell the writes under way what the watch delivered. */
static void note_event(struct sl_store *s, struct sl_str id, struct sl_str resource_version,
		       bool supersedes)
{
	for (struct sl_store_write *w = s->writes; w; w = w->next) {
		if (!sl_str_eq(id, (struct sl_str){ w->id, w->id_len }))
			continue;
		note(w, resource_version);
		w->is_superseded |= supersedes;
	}
}

/* Is there something new in `now`? Ends the waiting for our own write. */
static bool accepts(struct sl_store *s, struct entry *e, const struct sl_cached *now)
{
	bool same = sl_str_eq(e->object->resource_version, now->resource_version);

	if (e->awaits_own && !same && !s->in_list && sl_str_eq(e->object->uid, now->uid))
		return false;
	e->awaits_own = false;
	e->list = s->list;
	return !same;
}

static bool has_room(struct sl_store *s)
{
	if (s->entries.n < SL_STORE_OBJECTS_MAX)
		return true;
	if (!s->is_full)
		sl_log_error(NULL, "too many objects, the rest is ignored", NULL,
			     SL_KS("kind", s->options.kind->kind));
	s->is_full = true;
	return false;
}

/*
 * Put `now` into the cache, under the lock. The previous object moves to *ret_old. False when nothing
 * changed; the reference of `now` is taken only if true.
 */
static bool put(struct sl_store *s, struct sl_str id, struct sl_cached *now,
		struct sl_cached **ret_old)
{
	struct entry *e = sl_strmap_get(&s->entries, id);

	if (e) {
		if (!accepts(s, e, now))
			return false;
		*ret_old = e->object;
	} else {
		if (!has_room(s))
			return false;
		e = sl_xcalloc(1, sizeof(*e));
		e->list = s->list;
		sl_strmap_set(&s->entries, id, e);
	}
	e->object = now;
	return true;
}

static struct sl_cached *take_out(struct sl_store *s, struct sl_str id)
{
	struct entry *e = sl_strmap_take(&s->entries, id);
	struct sl_cached *object = e ? e->object : NULL;

	free(e);
	return object;
}

/* Our own write comes back, or a LIST names what is there already: that takes no copy to see. */
static bool is_there_already(struct sl_store *s, struct sl_str id, struct sl_str resource_version)
{
	struct entry *e;
	bool same;

	pthread_mutex_lock(&s->lock);
	e = sl_strmap_get(&s->entries, id);
	same = e && sl_str_eq(e->object->resource_version, resource_version);
	if (same) {
		note_event(s, id, resource_version, s->in_list);
		e->awaits_own = false;
		e->list = s->list;
		s->has_failed = false;
	}
	pthread_mutex_unlock(&s->lock);
	return same;
}

static void take_in(struct sl_store *s, struct sl_str id, const struct sl_value *object,
		    bool deleted)
{
	SL_AUTO_CACHED struct sl_cached *now = sl_cached_new(object);
	SL_AUTO_CACHED struct sl_cached *old = NULL;
	bool changed;

	pthread_mutex_lock(&s->lock);
	note_event(s, id, now->resource_version, deleted || s->in_list);
	if (deleted) {
		old = take_out(s, id);
		changed = old != NULL;
	} else {
		changed = put(s, id, now, &old);
		if (changed)
			sl_cached_ref(now);
	}
	s->has_failed = false;
	pthread_mutex_unlock(&s->lock);
	if (changed)
		tell(s, old, deleted ? NULL : now);
}

static void on_object(void *ctx, enum sl_watch_event event, const struct sl_value *object)
{
	struct sl_store *s = ctx;
	bool deleted = event == SL_WATCH_DELETED;
	struct sl_str id;
	SL_AUTO_FREE char *id_text = make_id(sl_obj_namespace(object), sl_obj_name(object), &id.n);

	id.p = id_text;
	if (deleted || !is_there_already(s, id, sl_obj_resource_version(object)))
		take_in(s, id, object, deleted);
}

static void on_begin(void *ctx)
{
	struct sl_store *s = ctx;

	pthread_mutex_lock(&s->lock);
	s->in_list = true;
	s->list++;
	for (struct sl_store_write *w = s->writes; w; w = w->next)
		w->is_superseded = true;
	pthread_mutex_unlock(&s->lock);
}

/* What the LIST did not name is gone. Returns the objects, which the caller releases. */
static struct sl_cached **sweep(struct sl_store *s, size_t *ret_count)
{
	struct sl_cached **gone = NULL;
	const struct sl_strmap_entry *slot;
	size_t cap = 0, n = 0;

	for (size_t pos = 0; (slot = sl_strmap_next(&s->entries, &pos));) {
		const struct entry *e = slot->value;

		if (e->list == s->list)
			continue;
		gone = sl_grow(gone, n, &cap, sizeof(struct sl_cached *));
		gone[n++] = e->object;
	}
	for (size_t i = 0; i < n; i++) {
		size_t len;
		SL_AUTO_FREE char *id = make_id(gone[i]->namespace_, gone[i]->name, &len);

		take_out(s, (struct sl_str){ id, len });
	}
	*ret_count = n;
	return gone;
}

static void on_synced(void *ctx)
{
	struct sl_store *s = ctx;
	struct sl_cached **gone;
	bool first;
	size_t n;

	pthread_mutex_lock(&s->lock);
	s->in_list = false;
	gone = sweep(s, &n);
	first = !s->has_synced;
	s->has_synced = true;
	s->has_failed = false;
	pthread_mutex_unlock(&s->lock);
	if (first)
		tell_synced(s);
	for (size_t i = 0; i < n; i++) {
		tell(s, gone[i], NULL);
		sl_cached_unref(gone[i]);
	}
	free(gone);
}

static void on_error(void *ctx, const struct sl_err *err)
{
	struct sl_store *s = ctx;
	bool first, settles,
		missing = err->code == SL_ERR_NOT_FOUND || err->code == SL_ERR_FORBIDDEN;

	pthread_mutex_lock(&s->lock);
	first = !s->has_failed;
	s->has_failed = true;
	settles = s->options.optional && missing && !s->has_synced;
	s->has_synced |= settles;
	pthread_mutex_unlock(&s->lock);
	if (settles)
		tell_synced(s);
	/* A watch that goes on failing is told of once: it tries again by itself. */
	if (s->options.optional && missing)
		sl_log_debug(NULL, "kind cannot be watched", SL_KS("kind", s->options.kind->kind));
	else if (first)
		sl_log_error(NULL, "failed to watch", err, SL_KS("kind", s->options.kind->kind));
}

static bool is_known(void *ctx, const struct sl_watch_state *state)
{
	struct sl_str id;
	SL_AUTO_FREE char *id_text = make_id(state->namespace_, state->name, &id.n);

	id.p = id_text;
	return is_there_already(ctx, id, state->resource_version);
}

struct sl_watch_handler sl_store_watch_handler(struct sl_store *s)
{
	return (struct sl_watch_handler){
		.ctx = s,
		.is_known = is_known,
		.on_begin = on_begin,
		.on_object = on_object,
		.on_synced = on_synced,
		.on_error = on_error,
	};
}

bool sl_store_has_synced(struct sl_store *s)
{
	bool synced;

	pthread_mutex_lock(&s->lock);
	synced = s->has_synced;
	pthread_mutex_unlock(&s->lock);
	return synced;
}

struct sl_cached *sl_store_get(struct sl_store *s, const char *namespace_, const char *name)
{
	size_t len;
	SL_AUTO_FREE char *id = make_id(sl_str(namespace_), sl_str(name), &len);
	struct sl_cached *object = NULL;
	const struct entry *e;

	pthread_mutex_lock(&s->lock);
	e = sl_strmap_get(&s->entries, (struct sl_str){ id, len });
	if (e)
		object = sl_cached_ref(e->object);
	pthread_mutex_unlock(&s->lock);
	return object;
}

void sl_store_each(struct sl_store *s, const char *namespace_,
		   bool (*visit)(void *ctx, struct sl_cached *object), void *ctx)
{
	const struct sl_strmap_entry *slot;
	struct sl_cached **objects;
	bool go_on = true;
	size_t n = 0;

	pthread_mutex_lock(&s->lock);
	objects = sl_xcalloc(s->entries.n + 1, sizeof(struct sl_cached *));
	for (size_t pos = 0; (slot = sl_strmap_next(&s->entries, &pos));) {
		const struct entry *e = slot->value;

		if (!namespace_ || sl_str_eqz(e->object->namespace_, namespace_))
			objects[n++] = sl_cached_ref(e->object);
	}
	pthread_mutex_unlock(&s->lock);
	for (size_t i = 0; i < n; i++) {
		go_on = go_on && visit(ctx, objects[i]);
		sl_cached_unref(objects[i]);
	}
	free(objects);
}

size_t sl_store_count(struct sl_store *s)
{
	size_t n;

	pthread_mutex_lock(&s->lock);
	n = s->entries.n;
	pthread_mutex_unlock(&s->lock);
	return n;
}

struct sl_store_write *sl_store_write_begin(struct sl_store *s, const char *namespace_,
					    const char *name)
{
	struct sl_store_write *w = sl_xcalloc(1, sizeof(*w));
	const struct entry *e;

	w->store = s;
	w->id = make_id(sl_str(namespace_), sl_str(name), &w->id_len);
	pthread_mutex_lock(&s->lock);
	e = sl_strmap_get(&s->entries, (struct sl_str){ w->id, w->id_len });
	if (e)
		note(w, e->object->resource_version);
	w->is_superseded = s->in_list;
	w->next = s->writes;
	s->writes = w;
	pthread_mutex_unlock(&s->lock);
	return w;
}

static void unlink_write(struct sl_store *s, const struct sl_store_write *w)
{
	struct sl_store_write **at = &s->writes;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
}

/* The entry that our answer is to replace, under the lock, or NULL. */
static struct entry *replaceable(struct sl_store *s, const struct sl_store_write *w,
				 struct sl_str uid, struct sl_str resource_version)
{
	struct entry *e = sl_strmap_get(&s->entries, (struct sl_str){ w->id, w->id_len });

	if (!e || w->is_superseded || !sl_str_eq(e->object->uid, uid) ||
	    sl_strvec_contains(&w->noted, resource_version))
		return NULL;
	return e;
}

/* A copy of the answer, unless the watch was faster. */
static struct sl_cached *copy_answer(struct sl_store *s, const struct sl_store_write *w,
				     const struct sl_value *answer)
{
	bool wanted;

	pthread_mutex_lock(&s->lock);
	wanted = replaceable(s, w, sl_obj_uid(answer), sl_obj_resource_version(answer)) != NULL;
	pthread_mutex_unlock(&s->lock);
	return wanted ? sl_cached_new(answer) : NULL;
}

/* Replace the cached object, under the lock. The previous one, or NULL: not replaced. */
static struct sl_cached *put_own(struct sl_store *s, const struct sl_store_write *w,
				 struct sl_cached *now)
{
	struct entry *e = replaceable(s, w, now->uid, now->resource_version);
	struct sl_cached *old;

	if (!e)
		return NULL;
	old = e->object;
	e->object = sl_cached_ref(now);
	e->awaits_own = true;
	return old;
}

void sl_store_write_end(struct sl_store_write *w, const struct sl_value *answer)
{
	struct sl_store *s = w->store;
	SL_AUTO_CACHED struct sl_cached *now = answer ? copy_answer(s, w, answer) : NULL;
	SL_AUTO_CACHED struct sl_cached *old = NULL;

	pthread_mutex_lock(&s->lock);
	unlink_write(s, w);
	if (now)
		old = put_own(s, w, now);
	pthread_mutex_unlock(&s->lock);
	if (old)
		tell(s, old, now);
	sl_strvec_release(&w->noted);
	free(w->id);
	free(w);
}
