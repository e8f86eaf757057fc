/* Emissions become Events of the API server, several in flight at once. */
#include "libcommon/kube/events_parts.h"
#include "libcommon/kube/object.h"

#define WRITE_TIMEOUT_MS 10000 /* an Event must not hold up those behind it for longer */

static const struct sl_kube_kind event_kind = {
	.group = "",
	.version = "v1",
	.kind = "Event",
	.plural = "events",
	.namespaced = true,
};

bool sl_event_may_pass(int code)
{
	return code == SL_ERR_NET || code == SL_ERR_TIMEOUT || code == SL_ERR_UNAVAILABLE ||
	       code == SL_ERR_CANCELED;
}

static void start(struct sl_event_writer *w, struct sl_event_attempt *t, struct sl_arena *a)
{
	const struct sl_correlation what = sl_correlator_decide(w->correlator, t->item);
	const struct sl_kube_ref ref = {
		.kind = &event_kind,
		.namespace_ = sl_arena_str(a, sl_event_item_namespace(t->item)).p,
		.name = sl_arena_strdup(a, what.name),
	};
	const struct sl_kube_patch_options patch = {
		.type = SL_KUBE_MERGE_PATCH,
		.field_manager = w->controller,
	};
	const struct sl_kube_verb_options options = { .timeout_ms = WRITE_TIMEOUT_MS };

	t->count = what.count;
	if (t->count > 1)
		t->call = sl_kube_patch_start(w->client, &ref,
					      sl_event_item_patch(a, t->item, t->count), &patch,
					      &options, a);
	else
		t->call = sl_kube_create_start(
			w->client, &ref,
			sl_event_item_object(a, t->item, w->controller, w->host, ref.name),
			w->controller, &options, a);
}

/* Nothing of the answers is needed. */
static int wait(struct sl_event_attempt *t, struct sl_arena *a)
{
	int r = sl_kube_call_wait_object(t->call, a, NULL, &t->err);

	t->call = NULL;
	return r;
}

static void finish(struct sl_event_writer *w, struct sl_event_attempt *t, struct sl_arena *a)
{
	int r;

	if (!t->call)
		return;
	r = wait(t, a);
	if (r == SL_ERR_NOT_FOUND && t->count > 1) {
		/* The Event has expired meanwhile: begin a new one. */
		sl_err_release(&t->err);
		sl_correlator_forget(w->correlator, t->item);
		start(w, t, a);
		r = wait(t, a);
	}
	if (r)
		sl_correlator_forget(w->correlator, t->item);
	/* A conflict is an earlier attempt of ours whose answer got lost. */
	if (!r || r == SL_ERR_CONFLICT || r == SL_ERR_EXISTS)
		t->fate = SL_EVENT_DELIVERED;
	else
		t->fate = sl_event_may_pass(r) ? SL_EVENT_AGAIN : SL_EVENT_LOST;
}

static bool is_same_object(const struct sl_value *a, const struct sl_value *b)
{
	static const char *const fields[] = { "name", "namespace", "kind" };

	for (size_t i = 0; i < SL_ARRAY_LEN(fields); i++)
		if (!sl_str_eq(sl_get_str(a, fields[i]), sl_get_str(b, fields[i])))
			return false;
	return true;
}

/* The latest attempt before `i` for an event about the same object; -1 when there is none. */
static ptrdiff_t previous(const struct sl_event_attempt *attempts, size_t i)
{
	ptrdiff_t k = (ptrdiff_t)i - 1;

	while (k >= 0 && !is_same_object(attempts[k].item->involved, attempts[i].item->involved))
		k--;
	return k;
}

void sl_event_write(struct sl_event_writer *w, struct sl_event_attempt *attempts, size_t n)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	size_t finished = 0;

	for (size_t i = 0; i < n; i++) {
		ptrdiff_t before = previous(attempts, i);

		while (before >= (ptrdiff_t)finished)
			finish(w, &attempts[finished++], &a);
		if (before >= 0 && attempts[before].fate == SL_EVENT_AGAIN)
			attempts[i].fate = SL_EVENT_AGAIN;
		else
			start(w, &attempts[i], &a);
	}
	while (finished < n)
		finish(w, &attempts[finished++], &a);
}
