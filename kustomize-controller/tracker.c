#include "kustomize-controller/tracker.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/strmap.h"
#include "libcommon/kube/watch.h"

#define MESSAGE_MAX 512
#define QUIET_FACTOR 10
#define SEEN_MAX 8	 /* resourceVersions remembered per object */
#define CATCH_UP_MS 5000 /* a watch that has not brought our write by then is not waited for */

struct record;
struct kind_watch;

/* A Kustomization and its records, in no order. */
struct owner {
	char *namespace_, *name;
	struct record **records; /* borrowed */
	size_t n, cap;
};

/* What one state of an object meant. */
struct opinion {
	enum sl_kstatus status;
	char *message;
	int64_t recheck_at_ms; /* monotonic, 0: never */
	uint64_t digest;
};

/* One object of one inventory. Strings are owned. */
struct record {
	char *id; /* inventory id, the key */
	struct owner *owner;
	struct kind_watch *kind;
	uint64_t seen[SEEN_MAX]; /* digests of the resourceVersions that the watch brought last */
	unsigned seen_next;
	int64_t written_ms; /* monotonic time of the last write */
	char *uid;
	char *expect_version; /* resourceVersion that our last write left behind */
	int64_t expect_generation;
	uint64_t expect_digest;
	bool wrote;	/* what is expected was our write: events may be older than it */
	bool caught_up; /* the watch is at our last write or past it */
	bool gone;	/* DELETED, or absent from a LIST */
	bool deleting;	/* has a deletionTimestamp */
	bool suspect;
	uint64_t round;		/* LIST that named it last */
	struct opinion read;	/* of what we read or wrote last: counts until caught_up */
	struct opinion watched; /* of the last event: counts from then on */
	int64_t pause_ms;	/* between corrections */
	int64_t pause_max_ms;
	int64_t heal_not_before; /* monotonic */
	int64_t healed_ms;	 /* monotonic time of the last correction */
	int corrections;	 /* in a row */
};

/* The watch of one kind. Lives as long as the tracker: kinds are few. */
struct kind_watch {
	struct kc_tracker *tracker;
	struct sl_kube_kind kind; /* strings owned by discovery */
	struct sl_watch *watch;
	struct sl_strmap records; /* id -> record, owned */
	uint64_t round;
	bool works; /* the first LIST is complete and the last attempt did not fail */
};

struct kc_tracker {
	struct kc_tracker_options o;
	pthread_mutex_t lock;
	struct sl_strmap kinds;	 /* "group/Kind" -> kind_watch, owned */
	struct sl_strmap owners; /* "namespace/name" -> owner, owned */
};

static void free_record(void *p)
{
	struct record *r = p;

	free(r->id);
	free(r->uid);
	free(r->expect_version);
	free(r->read.message);
	free(r->watched.message);
	free(r);
}

static void free_kind(void *p)
{
	struct kind_watch *k = p;

	sl_watch_stop(k->watch);
	sl_strmap_release(&k->records);
	free(k);
}

static void free_owner(void *p)
{
	struct owner *o = p;

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

static struct owner *find_owner(struct kc_tracker *t, const struct sl_key *key)
{
	SL_AUTO_FREE char *text = sl_xasprintf("%s/%s", key->namespace_, key->name);

	return sl_strmap_get(&t->owners, sl_str(text));
}

static struct owner *need_owner(struct kc_tracker *t, const struct sl_key *key)
{
	SL_AUTO_FREE char *text = NULL;
	struct owner *o = find_owner(t, key);

	if (o)
		return o;
	o = sl_xcalloc(1, sizeof(*o));
	o->namespace_ = sl_xstrdup(key->namespace_);
	o->name = sl_xstrdup(key->name);
	text = sl_xasprintf("%s/%s", key->namespace_, key->name);
	sl_strmap_set(&t->owners, sl_str(text), o);
	return o;
}

static void leave_owner(struct record *r)
{
	struct owner *o = r->owner;

	for (size_t i = 0; o && i < o->n; i++)
		if (o->records[i] == r)
			o->records[i] = o->records[--o->n];
	r->owner = NULL;
}

static void join_owner(struct record *r, struct owner *o)
{
	if (r->owner == o)
		return;
	leave_owner(r);
	o->records = sl_grow(o->records, o->n, &o->cap, sizeof(struct record *));
	o->records[o->n++] = r;
	r->owner = o;
}

static bool has_seen(const struct record *r, struct sl_str version)
{
	for (size_t i = 0; i < SEEN_MAX; i++)
		if (r->seen[i] == sl_str_hash(version))
			return true;
	return false;
}

static void set_string(char **p, struct sl_str s)
{
	if (sl_str_eqz(s, *p))
		return;
	free(*p);
	*p = sl_xmemdup0(s.p, s.n);
}

static void judge(struct opinion *o, const struct sl_value *live)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_kstatus_result v = sl_kstatus_compute(&a, live, sl_wall_ms());

	o->status = v.status;
	set_string(&o->message, sl_str_sub(sl_str(v.message), 0, MESSAGE_MAX));
	o->recheck_at_ms = v.recheck_ms ? sl_mono_ms() + v.recheck_ms : 0;
	o->digest = sl_object_digest(live);
}

static const struct opinion *current_opinion(const struct record *r)
{
	return r->caught_up ? &r->watched : &r->read;
}

/* Does this state of the object include our last write? */
static bool includes_our_write(const struct record *r, const struct sl_value *live)
{
	int64_t generation = sl_obj_generation(live);

	return r->caught_up || !r->wrote ||
	       sl_str_eqz(sl_obj_resource_version(live), r->expect_version) ||
	       (r->expect_generation && generation >= r->expect_generation);
}

static int64_t heal_delay(const struct record *r)
{
	int64_t wait = r->heal_not_before - sl_mono_ms();

	return wait > KC_HEAL_MIN_MS ? wait : KC_HEAL_MIN_MS;
}

/* Take an event in. Returns after how long the owner should look, or -1: nothing of interest. */
static int64_t take_event(struct record *r, const struct sl_value *live)
{
	enum sl_kstatus before = current_opinion(r)->status;

	r->seen[r->seen_next++ % SEEN_MAX] = sl_str_hash(sl_obj_resource_version(live));
	judge(&r->watched, live);
	if (!r->expect_version)
		return -1; /* our first write is under way */
	r->gone = false;
	r->deleting = sl_obj_is_deleting(live);
	if (!sl_str_eqz(sl_obj_uid(live), r->uid)) {
		/* Deleted and made again, by somebody else, since we last looked. */
		r->suspect = true;
		return heal_delay(r);
	}
	if (!includes_our_write(r, live)) {
		/* Our write was skipped by a LIST. A dry run does no harm, and settles it. */
		r->suspect = sl_mono_ms() - r->written_ms > CATCH_UP_MS;
		return r->suspect ? heal_delay(r) : -1;
	}
	r->caught_up = true;
	r->suspect = !r->deleting && r->watched.digest != r->expect_digest;
	if (r->watched.status != before)
		return 0;
	return r->suspect ? heal_delay(r) : -1;
}

/* What a wake-up needs once the lock is released. */
struct wakeup {
	char *namespace_, *name;
	int64_t after_ms;
};

static void note_wakeup(struct wakeup *w, const struct record *r, int64_t after_ms)
{
	if (after_ms < 0 || !r->owner)
		return;
	w->namespace_ = sl_xstrdup(r->owner->namespace_);
	w->name = sl_xstrdup(r->owner->name);
	w->after_ms = after_ms;
}

static void send_wakeup(struct kc_tracker *t, struct wakeup *w)
{
	if (w->name)
		t->o.wake(t->o.ctx, &(struct sl_key){ w->namespace_, w->name }, w->after_ms);
	free(w->namespace_);
	free(w->name);
}

/* Perhaps only the label went: the dry run of the owner's next run decides. */
static int64_t take_removal(struct record *r)
{
	if (!r->expect_version)
		return -1;
	r->gone = true;
	r->deleting = false;
	r->suspect = true;
	return heal_delay(r);
}

static void on_object(void *ctx, enum sl_watch_event event, const struct sl_value *object)
{
	struct kind_watch *k = ctx;
	struct kc_tracker *t = k->tracker;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct wakeup w = { 0 };
	struct record *r;

	pthread_mutex_lock(&t->lock);
	r = sl_strmap_get(&k->records, sl_inventory_entry_of(&a, object).id);
	if (r) {
		r->round = k->round;
		note_wakeup(&w, r,
			    event == SL_WATCH_DELETED ? take_removal(r) : take_event(r, object));
	}
	pthread_mutex_unlock(&t->lock);
	send_wakeup(t, &w);
}

static void on_begin(void *ctx)
{
	struct kind_watch *k = ctx;

	pthread_mutex_lock(&k->tracker->lock);
	k->round++;
	pthread_mutex_unlock(&k->tracker->lock);
}

/* What a complete LIST did not name is gone, unless we wrote it after the LIST was made. */
static void on_synced(void *ctx)
{
	struct kind_watch *k = ctx;
	struct kc_tracker *t = k->tracker;
	struct wakeup *wakeups = NULL;
	size_t n = 0, cap = 0;
	const struct sl_strmap_entry *e;

	pthread_mutex_lock(&t->lock);
	k->works = true;
	for (size_t pos = 0; (e = sl_strmap_next(&k->records, &pos));) {
		struct record *r = e->value;

		if (r->round == k->round || !r->caught_up)
			continue;
		wakeups = sl_grow(wakeups, n, &cap, sizeof(*wakeups));
		wakeups[n] = (struct wakeup){ 0 };
		note_wakeup(&wakeups[n++], r, take_removal(r));
	}
	pthread_mutex_unlock(&t->lock);
	for (size_t i = 0; i < n; i++)
		send_wakeup(t, &wakeups[i]);
	free(wakeups);
}

/* FORBIDDEN, NOT_FOUND and their like degrade this kind alone; its objects are read instead. */
static void on_error(void *ctx, const struct sl_err *err)
{
	struct kind_watch *k = ctx;

	if (err->code != SL_ERR_FORBIDDEN && err->code != SL_ERR_NOT_FOUND &&
	    err->code != SL_ERR_AUTH && err->code != SL_ERR_INVALID)
		return;
	pthread_mutex_lock(&k->tracker->lock);
	k->works = false;
	pthread_mutex_unlock(&k->tracker->lock);
}

/* The group and kind of an id are its tail: "_<group>_<kind>". */
static char *kind_key(struct sl_str group, struct sl_str kind)
{
	return sl_xasprintf("%.*s/%.*s", SL_STR_FMT(group), SL_STR_FMT(kind));
}

/* With the lock held. */
static struct kind_watch *find_kind(struct kc_tracker *t, struct sl_str group, struct sl_str kind)
{
	SL_AUTO_FREE char *key = kind_key(group, kind);

	return sl_strmap_get(&t->kinds, sl_str(key));
}

/* Make the entry and start its watch. sl_watch_start() does not call back on this thread. */
static struct kind_watch *need_kind(struct kc_tracker *t, const struct sl_kube_kind *kind)
{
	struct kind_watch *k = find_kind(t, sl_str(kind->group), sl_str(kind->kind));
	SL_AUTO_FREE char *key = NULL;

	if (k)
		return k;
	k = sl_xcalloc(1, sizeof(*k));
	k->tracker = t;
	k->kind = *kind;
	k->records.free_value = free_record;
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
	key = kind_key(sl_str(kind->group), sl_str(kind->kind));
	sl_strmap_set(&t->kinds, sl_str(key), k);
	return k;
}

static struct record *need_record(struct kind_watch *k, struct sl_str id)
{
	struct record *r = sl_strmap_get(&k->records, id);

	if (r)
		return r;
	r = sl_xcalloc(1, sizeof(*r));
	r->id = sl_xmemdup0(id.p, id.n);
	r->kind = k;
	r->pause_ms = KC_HEAL_MIN_MS;
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
	struct record *r;

	if (!target->kind || !target->live || !target->resource_version.n)
		return;
	pthread_mutex_lock(&t->lock);
	r = need_record(need_kind(t, target->kind), e.id);
	join_owner(r, need_owner(t, owner));
	set_string(&r->uid, target->uid);
	set_string(&r->expect_version, target->resource_version);
	/* Once the watch has brought this version, it is there or past it: its word counts. */
	r->caught_up = has_seen(r, target->resource_version);
	r->wrote = target->written;
	r->written_ms = sl_mono_ms();
	r->expect_generation = sl_obj_generation(target->live);
	r->expect_digest = target->digest;
	r->gone = false;
	r->deleting = sl_obj_is_deleting(target->live);
	r->suspect = r->caught_up && r->watched.digest != r->expect_digest;
	r->pause_max_ms = interval_ms;
	judge(&r->read, target->live);
	pthread_mutex_unlock(&t->lock);
}

static struct record *find_record(struct kc_tracker *t, const struct sl_inventory_entry *e,
				  struct kind_watch **ret_kind)
{
	struct kind_watch *k = find_kind(t, e->group, e->kind);

	*ret_kind = k;
	return k ? sl_strmap_get(&k->records, e->id) : NULL;
}

void kc_tracker_observe(struct kc_tracker *t, const struct sl_inventory_entry *entry,
			const struct sl_value *live)
{
	struct kind_watch *k;
	struct record *r;

	pthread_mutex_lock(&t->lock);
	r = find_record(t, entry, &k);
	if (r && sl_str_eqz(sl_obj_uid(live), r->uid)) {
		r->caught_up |= has_seen(r, sl_obj_resource_version(live));
		judge(&r->read, live);
	}
	pthread_mutex_unlock(&t->lock);
}

void kc_tracker_keep(struct kc_tracker *t, const struct sl_key *owner,
		     const struct sl_inventory *inventory)
{
	SL_AUTO(sl_strmap) keep = SL_STRMAP_INIT;
	struct owner *o;

	for (size_t i = 0; i < inventory->n; i++)
		sl_strmap_set(&keep, inventory->entries[i].id, &inventory->entries[i]);
	pthread_mutex_lock(&t->lock);
	o = find_owner(t, owner);
	for (size_t i = o ? o->n : 0; i-- > 0;) {
		struct record *r = o->records[i];

		if (sl_strmap_has(&keep, sl_str(r->id)))
			continue;
		leave_owner(r);
		sl_strmap_remove(&r->kind->records, sl_str(r->id));
	}
	pthread_mutex_unlock(&t->lock);
}

void kc_tracker_forget(struct kc_tracker *t, const struct sl_key *owner)
{
	SL_AUTO_FREE char *text = sl_xasprintf("%s/%s", owner->namespace_, owner->name);

	kc_tracker_keep(t, owner, &(struct sl_inventory)SL_INVENTORY_INIT);
	pthread_mutex_lock(&t->lock);
	sl_strmap_remove(&t->owners, sl_str(text));
	pthread_mutex_unlock(&t->lock);
}

struct kc_verdict kc_tracker_verdict(struct kc_tracker *t, struct sl_arena *a,
				     const struct sl_inventory_entry *entry)
{
	struct kc_verdict v = { .status = SL_KSTATUS_UNKNOWN, .message = "", .stale = true };
	int64_t now = sl_mono_ms();
	struct kind_watch *k;
	struct record *r;

	pthread_mutex_lock(&t->lock);
	r = find_record(t, entry, &k);
	if (r) {
		const struct opinion *o = current_opinion(r);

		v.status = r->gone ? SL_KSTATUS_NOT_FOUND : o->status;
		v.message = sl_arena_strdup(a, o->message ? o->message : "");
		/* Current right after our write needs nothing more from the watch. */
		v.stale = v.status != SL_KSTATUS_CURRENT &&
			  (!k->watch || !k->works || !r->caught_up ||
			   (o->recheck_at_ms && o->recheck_at_ms <= now));
		v.recheck_ms = o->recheck_at_ms > now ? o->recheck_at_ms - now : 0;
	}
	pthread_mutex_unlock(&t->lock);
	return v;
}

int64_t kc_tracker_suspects(struct kc_tracker *t, const struct sl_key *owner,
			    struct sl_strvec *ret_ids)
{
	int64_t now = sl_mono_ms(), wait = 0;
	const struct owner *o;

	pthread_mutex_lock(&t->lock);
	o = find_owner(t, owner);
	for (size_t i = 0; o && i < o->n; i++) {
		const struct record *r = o->records[i];
		int64_t left = r->heal_not_before - now;

		if (!r->suspect || r->deleting)
			continue;
		if (left <= 0)
			sl_strvec_push(ret_ids, r->id);
		else if (!wait || left < wait)
			wait = left;
	}
	pthread_mutex_unlock(&t->lock);
	return ret_ids->n ? 0 : wait;
}

int kc_tracker_corrected(struct kc_tracker *t, const struct sl_inventory_entry *entry)
{
	int64_t now = sl_mono_ms();
	int corrections = 0;
	struct kind_watch *k;
	struct record *r;

	pthread_mutex_lock(&t->lock);
	r = find_record(t, entry, &k);
	if (r) {
		if (now - r->healed_ms > QUIET_FACTOR * r->pause_ms) {
			r->pause_ms = KC_HEAL_MIN_MS;
			r->corrections = 0;
		} else if (r->pause_ms < r->pause_max_ms) {
			r->pause_ms *= 2;
		}
		r->heal_not_before = now + r->pause_ms;
		r->healed_ms = now;
		corrections = ++r->corrections;
	}
	pthread_mutex_unlock(&t->lock);
	return corrections;
}

bool kc_tracker_covers(struct kc_tracker *t, const struct sl_key *owner)
{
	bool covers = true;
	const struct owner *o;

	pthread_mutex_lock(&t->lock);
	o = find_owner(t, owner);
	for (size_t i = 0; covers && o && i < o->n; i++)
		covers = o->records[i]->kind->watch && o->records[i]->kind->works;
	pthread_mutex_unlock(&t->lock);
	return covers;
}
