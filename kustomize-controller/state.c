#include "kustomize-controller/state.h"

#include <pthread.h>
#include <stdlib.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/strmap.h"

struct kc_states {
	pthread_mutex_t lock;
	struct sl_strmap map; /* "namespace/name" -> state, owned */
};

void kc_state_set(char **p, struct sl_str s)
{
	char *copy = s.p ? sl_xmemdup0(s.p, s.n) : NULL;

	free(*p);
	*p = copy;
}

bool kc_state_waits(const struct kc_state *st, enum kc_wait what, const char *build,
		    int64_t generation)
{
	return st->wait == what && st->wait_generation == generation &&
	       sl_streq(st->wait_build, build);
}

void kc_state_wait(struct kc_state *st, enum kc_wait what, const char *build, int64_t generation,
		   int64_t timeout_ms)
{
	if (kc_state_waits(st, what, build, generation))
		return;
	st->wait = what;
	st->wait_since_ms = sl_mono_ms();
	st->wait_deadline_ms = st->wait_since_ms + timeout_ms;
	st->wait_generation = generation;
	kc_state_set(&st->wait_build, sl_str(build));
}

void kc_state_end_wait(struct kc_state *st)
{
	st->wait = KC_WAIT_NONE;
	st->wait_since_ms = st->wait_deadline_ms = 0;
	kc_state_set(&st->wait_artifact, SL_STR_NULL);
	kc_state_set(&st->wait_build, SL_STR_NULL);
}

void kc_state_reset(struct kc_state *st)
{
	kc_state_end_wait(st);
	free(st->uid);
	free(st->artifact);
	free(st->revision);
	free(st->build);
	free(st->source_revision_seen);
	free(st->inputs_seen);
	free(st->variables);
	free(st->request);
	kc_remotes_free(st->remotes);
	sl_strvec_release(&st->skipped);
	sl_strvec_release(&st->expiring);
	*st = (struct kc_state){ 0 };
}

static void free_state(void *p)
{
	kc_state_reset(p);
	free(p);
}

struct kc_states *kc_states_new(void)
{
	struct kc_states *s = sl_xcalloc(1, sizeof(*s));

	pthread_mutex_init(&s->lock, NULL);
	s->map.free_value = free_state;
	return s;
}

void kc_states_free(struct kc_states *s)
{
	if (!s)
		return;
	sl_strmap_release(&s->map);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

struct kc_state *kc_states_need(struct kc_states *s, const struct sl_key *key)
{
	SL_AUTO_FREE char *text = sl_xasprintf("%s/%s", key->namespace_, key->name);
	struct kc_state *st;

	pthread_mutex_lock(&s->lock);
	st = sl_strmap_get(&s->map, sl_str(text));
	if (!st) {
		st = sl_xcalloc(1, sizeof(*st));
		sl_strmap_set(&s->map, sl_str(text), st);
	}
	pthread_mutex_unlock(&s->lock);
	return st;
}

void kc_states_drop(struct kc_states *s, const struct sl_key *key)
{
	SL_AUTO_FREE char *text = sl_xasprintf("%s/%s", key->namespace_, key->name);

	pthread_mutex_lock(&s->lock);
	sl_strmap_remove(&s->map, sl_str(text));
	pthread_mutex_unlock(&s->lock);
}
