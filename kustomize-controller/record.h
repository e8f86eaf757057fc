/*
 * A record: what is known of one object that was applied, in a few hundred bytes. For tracker.c, whose
 * header states when a verdict counts and what makes a suspect of an object; the rules are here.
 *
 * Deadlines and pauses are monotonic milliseconds. Functions that take news in return after how long
 * the owner should look, or -1: nothing of interest.
 *
 * Ownership: a record owns its strings. Thread rule: one thread at a time; no function blocks.
 */
#ifndef KUSTOMIZE_CONTROLLER_RECORD_H
#define KUSTOMIZE_CONTROLLER_RECORD_H

#include "kustomize-controller/tracker.h"

#define KC_RECORD_SEEN 8 /* resourceVersions remembered */

struct kc_owner;
struct kc_kind_watch;

/* What one state of an object meant. */
struct kc_opinion {
	uint64_t version; /* hash of its resourceVersion */
	uint64_t digest;
	enum sl_kstatus status;
	char *message;
	int64_t recheck_at_ms; /* 0: never */
};

struct kc_record {
	/* The tracker's. */
	char *id; /* inventory id, the key */
	struct kc_owner *owner;
	size_t owner_at; /* index among the owner's records */
	struct kc_kind_watch *kind;
	uint64_t round; /* LIST that named it last */

	uint64_t seen
		[KC_RECORD_SEEN]; /* hashes of the resourceVersions that the watch brought last */
	unsigned seen_next;
	char *uid;
	char *expect_version; /* resourceVersion that our last write left behind; NULL: none yet */
	int64_t expect_generation;
	uint64_t expect_digest;
	int64_t written_ms; /* of the last write */
	bool wrote;	    /* what is expected was our write: events may be older than it */
	bool caught_up;	    /* the watch is at our last write or past it */
	bool gone;	    /* DELETED, absent from a LIST, or another object has its name */
	bool deleting;	    /* has a deletionTimestamp */
	bool suspect;
	struct kc_opinion read;	   /* of what was read or written last: counts until caught_up */
	struct kc_opinion watched; /* of the last event: counts from then on */
	int64_t pause_ms;	   /* between corrections */
	int64_t pause_max_ms;
	int64_t heal_not_before;
	int64_t healed_ms; /* of the last correction */
	int corrections;   /* in a row */
};

struct kc_record *kc_record_new(struct sl_str id);
void kc_record_free(void *record); /* a struct kc_record; NULL is accepted */

/* An event of the watch, ADDED or MODIFIED. */
int64_t kc_record_event(struct kc_record *r, const struct sl_value *live);
/* DELETED, or a complete LIST did not name it. */
int64_t kc_record_removal(struct kc_record *r);
/* Our write, or a dry run that found nothing to change, left this behind: see kc_tracker_expect(). */
int64_t kc_record_expect(struct kc_record *r, const struct sl_apply_target *target,
			 int64_t interval_ms);
/* It was read. */
void kc_record_observe(struct kc_record *r, const struct sl_value *live);

/* Had the object this digest at this version, as far as the last write, read or event tell? */
bool kc_record_knows(const struct kc_record *r, const struct sl_value *object, uint64_t digest);

/* `watched`: the watch of its kind works. */
struct kc_verdict kc_record_verdict(const struct kc_record *r, struct sl_arena *a, bool watched);
/* After how long it may be corrected (0: now), or -1 when there is nothing to correct. */
int64_t kc_record_suspicion(const struct kc_record *r);
/* It was corrected: its pause grows. How often in a row. */
int kc_record_corrected(struct kc_record *r);

#endif
