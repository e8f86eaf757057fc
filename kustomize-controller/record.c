#include "kustomize-controller/record.h"

#include <stdlib.h>

#include "libcommon/base/clock.h"

#define MESSAGE_MAX 512
#define QUIET_FACTOR 10
#define CATCH_UP_MS 5000 /* a watch that has not brought our write by then is not waited for */

struct kc_record *kc_record_new(struct sl_str id)
{
	struct kc_record *r = sl_xcalloc(1, sizeof(*r));

	r->id = sl_xmemdup0(id.p, id.n);
	r->pause_ms = KC_HEAL_MIN_MS;
	return r;
}

void kc_record_free(void *record)
{
	struct kc_record *r = record;

	if (!r)
		return;
	free(r->id);
	free(r->uid);
	free(r->expect_version);
	free(r->read.message);
	free(r->watched.message);
	free(r);
}

static bool has_seen(const struct kc_record *r, struct sl_str version)
{
	for (size_t i = 0; i < KC_RECORD_SEEN; i++)
		if (r->seen[i] == sl_str_hash(version))
			return true;
	return false;
}

static void set_string(char **p, struct sl_str s)
{
	if (*p && sl_str_eqz(s, *p))
		return;
	free(*p);
	*p = sl_xmemdup0(s.p, s.n);
}

static void judge(struct kc_opinion *o, const struct sl_value *live)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_kstatus_result v = sl_kstatus_compute(&a, live, sl_wall_ms());

	o->version = sl_str_hash(sl_obj_resource_version(live));
	o->digest = sl_object_digest(live);
	o->status = v.status;
	set_string(&o->message, sl_str_cut(sl_str(v.message), MESSAGE_MAX));
	o->recheck_at_ms = v.recheck_ms ? sl_mono_ms() + v.recheck_ms : 0;
}

static const struct kc_opinion *current_opinion(const struct kc_record *r)
{
	return r->caught_up ? &r->watched : &r->read;
}

static enum sl_kstatus current_status(const struct kc_record *r)
{
	return r->gone ? SL_KSTATUS_NOT_FOUND : current_opinion(r)->status;
}

/* Does this state of the object include our last write? */
static bool includes_our_write(const struct kc_record *r, const struct sl_value *live)
{
	int64_t generation = sl_obj_generation(live);

	return r->caught_up || !r->wrote ||
	       sl_str_eqz(sl_obj_resource_version(live), r->expect_version) ||
	       (r->expect_generation && generation >= r->expect_generation);
}

static int64_t heal_delay(const struct kc_record *r)
{
	int64_t wait = r->heal_not_before - sl_mono_ms();

	return wait > KC_HEAL_MIN_MS ? wait : KC_HEAL_MIN_MS;
}

/* What was applied is not there: another object may have its name, or only its label went. */
static int64_t lose(struct kc_record *r)
{
	r->gone = true;
	r->deleting = false;
	r->suspect = true;
	return heal_delay(r);
}

int64_t kc_record_event(struct kc_record *r, const struct sl_value *live)
{
	enum sl_kstatus before = current_status(r);

	r->seen[r->seen_next++ % KC_RECORD_SEEN] = sl_str_hash(sl_obj_resource_version(live));
	judge(&r->watched, live);
	if (!r->expect_version)
		return -1; /* our first write is under way */
	if (!sl_str_eqz(sl_obj_uid(live), r->uid))
		return lose(r);
	r->gone = false;
	r->deleting = sl_obj_is_deleting(live);
	if (!includes_our_write(r, live)) {
		/* Our write was skipped by a LIST. A dry run does no harm, and settles it. */
		r->suspect = sl_mono_ms() - r->written_ms > CATCH_UP_MS;
		return r->suspect ? heal_delay(r) : -1;
	}
	r->caught_up = true;
	r->suspect = !r->deleting && r->watched.digest != r->expect_digest;
	if (current_status(r) != before)
		return 0;
	return r->suspect ? heal_delay(r) : -1;
}

int64_t kc_record_removal(struct kc_record *r)
{
	return r->expect_version ? lose(r) : -1;
}

int64_t kc_record_expect(struct kc_record *r, const struct sl_apply_target *target,
			 int64_t interval_ms)
{
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
	/* The event that made a suspect of it came before there was anything to compare it with. */
	return r->suspect ? heal_delay(r) : -1;
}

void kc_record_observe(struct kc_record *r, const struct sl_value *live)
{
	if (!sl_str_eqz(sl_obj_uid(live), r->uid))
		return;
	r->caught_up |= has_seen(r, sl_obj_resource_version(live));
	judge(&r->read, live);
}

bool kc_record_knows(const struct kc_record *r, const struct sl_value *object, uint64_t digest)
{
	uint64_t version = sl_str_hash(sl_obj_resource_version(object));

	return r->uid && sl_str_eqz(sl_obj_uid(object), r->uid) &&
	       ((r->read.version == version && r->read.digest == digest) ||
		(r->watched.version == version && r->watched.digest == digest));
}

struct kc_verdict kc_record_verdict(const struct kc_record *r, struct sl_arena *a, bool watched)
{
	const struct kc_opinion *o = current_opinion(r);
	int64_t now = sl_mono_ms();
	struct kc_verdict v = { .status = current_status(r) };

	v.message = r->gone ? "not found" : sl_arena_strdup(a, o->message ? o->message : "");
	/* Current right after our write needs nothing more from the watch. */
	v.stale = v.status != SL_KSTATUS_CURRENT &&
		  (!watched || !r->caught_up || (o->recheck_at_ms && o->recheck_at_ms <= now));
	v.recheck_ms = o->recheck_at_ms > now ? o->recheck_at_ms - now : 0;
	v.was_read = o->version == r->read.version;
	return v;
}

int64_t kc_record_suspicion(const struct kc_record *r)
{
	int64_t left = r->heal_not_before - sl_mono_ms();

	if (!r->suspect || r->deleting)
		return -1;
	return left > 0 ? left : 0;
}

int kc_record_corrected(struct kc_record *r)
{
	int64_t now = sl_mono_ms();

	if (now - r->healed_ms > QUIET_FACTOR * r->pause_ms) {
		r->pause_ms = KC_HEAL_MIN_MS;
		r->corrections = 0;
	} else if (r->pause_ms < r->pause_max_ms) {
		r->pause_ms *= 2;
		if (r->pause_ms > r->pause_max_ms)
			r->pause_ms = r->pause_max_ms;
	}
	r->heal_not_before = now + r->pause_ms;
	r->healed_ms = now;
	return ++r->corrections;
}
