#include "kustomize-controller/tracker.h"

#include <pthread.h>
#include <stdlib.h>

#include "kustomize-controller/record.h"
#include "libcommon/base/strmap.h"
#include "libcommon/kube/watch.h"

/* A change of health wakes an owner of many objects a little later: others are about to follow. */
#define OBJECTS_PER_MS 20
#define HEALTH_DELAY_MAX_MS 100

/* A Kustomization and its records, in no order. */
struct kc_owner {
	char *namespace_, *name;
	struct kc_record **records; /* borrowed */
	size_t n, cap;
};

/* The watch of one kind at one version. Ends with the last record of it. */
struct kc_kind_watch {
	struct kc_tracker *tracker;
	struct sl_kube_kind kind; /* strings owned by discovery */
	struct sl_watch *watch;	  /* NULL: the kind cannot be watched */
	struct sl_strmap records; /* id -> record, owned */
	uint64_t round;
	bool works; /* the first LIST is complete and the last attempt did not fail */
};

struct kc_tracker {
	struct kc_tracker_options o;
	pthread_mutex_t lock;
	struct sl_strmap kinds;	 /* "group/version/Kind" -> kc_kind_watch, owned */
	struct sl_strmap owners; /* "namespace/name" -> kc_owner, owned */
};

static void free_kind(void *p)
{
	struct kc_kind_watch *k = p;

	sl_watch_stop(k->watch);
	sl_strmap_release(&k->records);
	free(k);
}

static void free_owner(void *p)
{
	struct kc_owner *o = p;

	free(o->namespace_);
	free(o->name);
	free(o->records);
	free(o);
}

struct kc_tracker *kc_tracker_new(const struct kc_tracker_options *options)
{
	struct kc_tracker *t = sl_xcalloc(1, sizeof(*t));

	t->o = *options;
	pthread_mutex_init(&t->lock, NULL);
	t->kinds.free_value = free_kind;
	t->owners.free_value = free_owner;
	return t;
}

void kc_tracker_free(struct kc_tracker *t)
{
	if (!t)
		return;
	sl_strmap_release(&t->kinds);
	sl_strmap_release(&t->owners);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

static struct kc_owner *find_owner(struct kc_tracker *t, const struct sl_key *key)
{
	SL_AUTO_FREE char *text = sl_xasprintf("%s/%s", key->namespace_, key->name);

	return sl_strmap_get(&t->owners, sl_str(text));
}

static struct kc_owner *need_owner(struct kc_tracker *t, const struct sl_key *key)
{
	SL_AUTO_FREE char *text = NULL;
	struct kc_owner *o = find_owner(t, key);

	if (o)
		return o;
	o = sl_xcalloc(1, sizeof(*o));
	o->namespace_ = sl_xstrdup(key->namespace_);
	o->name = sl_xstrdup(key->name);
	text = sl_xasprintf("%s/%s", key->namespace_, key->name);
	sl_strmap_set(&t->owners, sl_str(text), o);
	return o;
}

static void leave_owner(struct kc_record *r)
{
	struct kc_owner *o = r->owner;

	if (!o)
		return;
	o->records[r->owner_at] = o->records[--o->n];
	o->records[r->owner_at]->owner_at = r->owner_at;
	r->owner = NULL;
}

static void join_owner(struct kc_record *r, struct kc_owner *o)
{
	if (r->owner == o)
		return;
	leave_owner(r);
	o->records = sl_grow(o->records, o->n, &o->cap, sizeof(struct kc_record *));
	r->owner_at = o->n;
	o->records[o->n++] = r;
	r->owner = o;
}

/* What a wake-up needs once the lock is released. */
struct wakeup {
	char *namespace_, *name;
	int64_t after_ms;
};

static void note_wakeup(struct wakeup *w, const struct kc_record *r, int64_t after_ms)
{
	int64_t crowd_ms;

	if (after_ms < 0 || !r->owner)
		return;
	crowd_ms = (int64_t)(r->owner->n / OBJECTS_PER_MS);
	w->namespace_ = sl_xstrdup(r->owner->namespace_);
	w->name = sl_xstrdup(r->owner->name);
	w->after_ms = after_ms;
	if (!after_ms)
		w->after_ms = crowd_ms < HEALTH_DELAY_MAX_MS ? crowd_ms : HEALTH_DELAY_MAX_MS;
}

static void send_wakeup(struct kc_tracker *t, struct wakeup *w)
{
	if (w->name)
		t->o.wake(t->o.ctx, &(struct sl_key){ w->namespace_, w->name }, w->after_ms);
	free(w->namespace_);
	free(w->name);
}

static void on_object(void *ctx, enum sl_watch_event event, const struct sl_value *object)
{
	struct kc_kind_watch *k = ctx;
	struct kc_tracker *t = k->tracker;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct wakeup w = { 0 };
	struct kc_record *r;

	pthread_mutex_lock(&t->lock);
	r = sl_strmap_get(&k->records, sl_inventory_entry_of(&a, object).id);
	if (r) {
		r->round = k->round;
		note_wakeup(&w, r,
			    event == SL_WATCH_DELETED ? kc_record_removal(r)
						      : kc_record_event(r, object));
	}
	pthread_mutex_unlock(&t->lock);
	send_wakeup(t, &w);
}

static void on_begin(void *ctx)
{
	struct kc_kind_watch *k = ctx;

	pthread_mutex_lock(&k->tracker->lock);
	k->round++;
	pthread_mutex_unlock(&k->tracker->lock);
}

/*
 * What a complete LIST did not name is gone. If it was written after the LIST was made, an event that
 * says so is on its way, and comes before the owner looks.
 */
static void on_synced(void *ctx)
{
	struct kc_kind_watch *k = ctx;
	struct kc_tracker *t = k->tracker;
	struct wakeup *wakeups = NULL;
	size_t n = 0, cap = 0;
	const struct sl_strmap_entry *e;

	pthread_mutex_lock(&t->lock);
	k->works = true;
	for (size_t pos = 0; (e = sl_strmap_next(&k->records, &pos));) {
		struct kc_record *r = e->value;

		if (r->round == k->round)
			continue;
		wakeups = sl_grow(wakeups, n, &cap, sizeof(*wakeups));
		wakeups[n] = (struct wakeup){ 0 };
		note_wakeup(&wakeups[n++], r, kc_record_removal(r));
	}
	pthread_mutex_unlock(&t->lock);
	for (size_t i = 0; i < n; i++)
		send_wakeup(t, &wakeups[i]);
	free(wakeups);
}

/* FORBIDDEN, NOT_FOUND and their like degrade this kind alone; its objects are read instead. */
static void on_error(void *ctx, const struct sl_err *err)
{
	struct kc_kind_watch *k = ctx;

	if (err->code != SL_ERR_FORBIDDEN && err->code != SL_ERR_NOT_FOUND &&
	    err->code != SL_ERR_AUTH && err->code != SL_ERR_INVALID)
		return;
	pthread_mutex_lock(&k->tracker->lock);
	k->works = false;
	pthread_mutex_unlock(&k->tracker->lock);
}

static char *kind_key(struct sl_str group, struct sl_str version, struct sl_str kind)
{
	return sl_xasprintf("%.*s/%.*s/%.*s", SL_STR_FMT(group), SL_STR_FMT(version),
			    SL_STR_FMT(kind));
}

/*
 * With the lock held. Each version has a watch of its own: the same object differs from one version to
 * another, and so would digests.
 */
static struct kc_kind_watch *find_kind(struct kc_tracker *t, struct sl_str group,
				       struct sl_str version, struct sl_str kind)
{
	SL_AUTO_FREE char *key = kind_key(group, version, kind);

	return sl_strmap_get(&t->kinds, sl_str(key));
}

/* Make the entry and start its watch. sl_watch_start() does not call back on this thread. */
static struct kc_kind_watch *need_kind(struct kc_tracker *t, const struct sl_kube_kind *kind)
{
	SL_AUTO_FREE char *key =
		kind_key(sl_str(kind->group), sl_str(kind->version), sl_str(kind->kind));
	struct kc_kind_watch *k = sl_strmap_get(&t->kinds, sl_str(key));

	if (k)
		return k;
	k = sl_xcalloc(1, sizeof(*k));
	k->tracker = t;
	k->kind = *kind;
	k->records.free_value = kc_record_free;
	if ((kind->verbs & SL_KUBE_CAN_WATCH) && (kind->verbs & SL_KUBE_CAN_LIST)) {
		struct sl_watch_options o = { .kind = &k->kind, .label_selector = t->o.label };
		struct sl_watch_handler h = {
			.ctx = k,
			.on_begin = on_begin,
			.on_object = on_object,
			.on_synced = on_synced,
			.on_error = on_error,
		};

		k->watch = sl_watch_start(t->o.client, &o, &h);
	}
	sl_strmap_set(&t->kinds, sl_str(key), k);
	return k;
}

static struct kc_record *need_record(struct kc_kind_watch *k, struct sl_str id)
{
	struct kc_record *r = sl_strmap_get(&k->records, id);

	if (r)
		return r;
	r = kc_record_new(id);
	r->kind = k;
	/* A LIST that is under way may have been made before the object was. */
	r->round = k->round;
	sl_strmap_set(&k->records, id, r);
	return r;
}

void kc_tracker_prepare(struct kc_tracker *t, const struct sl_key *owner,
			const struct sl_apply_target *target)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_inventory_entry e = sl_inventory_entry_of(&a, target->desired);

	if (!target->kind)
		return;
	pthread_mutex_lock(&t->lock);
	join_owner(need_record(need_kind(t, target->kind), e.id), need_owner(t, owner));
	pthread_mutex_unlock(&t->lock);
}

void kc_tracker_expect(struct kc_tracker *t, const struct sl_key *owner,
		       const struct sl_apply_target *target, int64_t interval_ms)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_inventory_entry e = sl_inventory_entry_of(&a, target->desired);
	struct wakeup w = { 0 };
	struct kc_record *r;

	if (!target->kind || !target->live || !target->resource_version.n)
		return;
	pthread_mutex_lock(&t->lock);
	r = need_record(need_kind(t, target->kind), e.id);
	join_owner(r, need_owner(t, owner));
	r->round = r->kind->round;
	note_wakeup(&w, r, kc_record_expect(r, target, interval_ms));
	pthread_mutex_unlock(&t->lock);
	send_wakeup(t, &w);
}

static struct kc_record *find_record(struct kc_tracker *t, const struct sl_inventory_entry *e)
{
	const struct kc_kind_watch *k = find_kind(t, e->group, e->version, e->kind);

	return k ? sl_strmap_get(&k->records, e->id) : NULL;
}

void kc_tracker_observe(struct kc_tracker *t, const struct sl_inventory_entry *entry,
			const struct sl_value *live)
{
	struct kc_record *r;

	pthread_mutex_lock(&t->lock);
	r = find_record(t, entry);
	if (r)
		kc_record_observe(r, live);
	pthread_mutex_unlock(&t->lock);
}

bool kc_tracker_knows(struct kc_tracker *t, const struct sl_value *object, uint64_t digest)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_inventory_entry e = sl_inventory_entry_of(&a, object);
	const struct kc_record *r;
	bool knows;

	pthread_mutex_lock(&t->lock);
	r = find_record(t, &e);
	knows = r && kc_record_knows(r, object, digest);
	pthread_mutex_unlock(&t->lock);
	return knows;
}

/* Kinds of which no record is left, taken out of the map; the caller frees them without the lock. */
static struct kc_kind_watch **take_empty_kinds(struct kc_tracker *t, size_t *ret_n)
{
	struct kc_kind_watch **empty = NULL;
	const struct sl_strmap_entry *e;
	size_t cap = 0;

	*ret_n = 0;
	for (size_t pos = 0; (e = sl_strmap_next(&t->kinds, &pos));) {
		struct kc_kind_watch *k = e->value;

		if (k->records.n)
			continue;
		empty = sl_grow(empty, *ret_n, &cap, sizeof(*empty));
		empty[(*ret_n)++] = k;
	}
	for (size_t i = 0; i < *ret_n; i++) {
		const struct sl_kube_kind *kind = &empty[i]->kind;
		SL_AUTO_FREE char *key =
			kind_key(sl_str(kind->group), sl_str(kind->version), sl_str(kind->kind));

		(void)sl_strmap_take(&t->kinds, sl_str(key));
	}
	return empty;
}

static bool is_kept(const struct sl_strmap *keep, const struct kc_record *r)
{
	const struct sl_inventory_entry *e = sl_strmap_get(keep, sl_str(r->id));

	return e && sl_str_eqz(e->version, r->kind->kind.version);
}

void kc_tracker_keep(struct kc_tracker *t, const struct sl_key *owner,
		     const struct sl_inventory *inventory)
{
	SL_AUTO(sl_strmap) keep = SL_STRMAP_INIT;
	struct kc_kind_watch **empty = NULL;
	bool removed = false;
	size_t empty_count = 0;
	struct kc_owner *o;

	for (size_t i = 0; i < inventory->n; i++)
		sl_strmap_set(&keep, inventory->entries[i].id, &inventory->entries[i]);
	pthread_mutex_lock(&t->lock);
	o = find_owner(t, owner);
	for (size_t i = o ? o->n : 0; i-- > 0;) {
		struct kc_record *r = o->records[i];

		if (is_kept(&keep, r))
			continue;
		removed = true;
		leave_owner(r);
		sl_strmap_remove(&r->kind->records, sl_str(r->id));
	}
	if (removed)
		empty = take_empty_kinds(t, &empty_count);
	pthread_mutex_unlock(&t->lock);
	/* Their callbacks take the lock, and a stop waits for them. */
	for (size_t i = 0; i < empty_count; i++)
		free_kind(empty[i]);
	free(empty);
}

void kc_tracker_forget(struct kc_tracker *t, const struct sl_key *owner)
{
	SL_AUTO_FREE char *text = sl_xasprintf("%s/%s", owner->namespace_, owner->name);

	kc_tracker_keep(t, owner, &(struct sl_inventory)SL_INVENTORY_INIT);
	pthread_mutex_lock(&t->lock);
	sl_strmap_remove(&t->owners, sl_str(text));
	pthread_mutex_unlock(&t->lock);
}

static bool is_watched(const struct kc_kind_watch *k)
{
	return k->watch && k->works;
}

struct kc_verdict kc_tracker_verdict(struct kc_tracker *t, struct sl_arena *a,
				     const struct sl_key *owner,
				     const struct sl_inventory_entry *entry)
{
	struct kc_verdict v = { .status = SL_KSTATUS_UNKNOWN, .message = "", .stale = true };
	const struct kc_record *r;

	pthread_mutex_lock(&t->lock);
	r = find_record(t, entry);
	/* What another owner's records say wakes that owner alone, and may be none of our business. */
	if (r && r->owner == find_owner(t, owner))
		v = kc_record_verdict(r, a, is_watched(r->kind));
	pthread_mutex_unlock(&t->lock);
	return v;
}

int64_t kc_tracker_suspects(struct kc_tracker *t, const struct sl_key *owner,
			    struct sl_strvec *ret_ids)
{
	const struct kc_owner *o;
	int64_t wait = 0;

	pthread_mutex_lock(&t->lock);
	o = find_owner(t, owner);
	for (size_t i = 0; o && i < o->n; i++) {
		int64_t left = kc_record_suspicion(o->records[i]);

		if (!left)
			sl_strvec_push(ret_ids, o->records[i]->id);
		else if (left > 0 && (!wait || left < wait))
			wait = left;
	}
	pthread_mutex_unlock(&t->lock);
	return wait;
}

int kc_tracker_corrected(struct kc_tracker *t, const struct sl_inventory_entry *entry)
{
	struct kc_record *r;
	int corrections = 0;

	pthread_mutex_lock(&t->lock);
	r = find_record(t, entry);
	if (r)
		corrections = kc_record_corrected(r);
	pthread_mutex_unlock(&t->lock);
	return corrections;
}

bool kc_tracker_covers(struct kc_tracker *t, const struct sl_key *owner)
{
	bool covers = true;
	const struct kc_owner *o;

	pthread_mutex_lock(&t->lock);
	o = find_owner(t, owner);
	for (size_t i = 0; covers && o && i < o->n; i++)
		covers = is_watched(o->records[i]->kind);
	pthread_mutex_unlock(&t->lock);
	return covers;
}
