#include "libcommon/gitops/conditions.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "libcommon/base/clock.h"
#include "libcommon/kube/object.h"

static const char *const status_names[] = {
	[SL_COND_FALSE] = "False",
	[SL_COND_TRUE] = "True",
	[SL_COND_UNKNOWN] = "Unknown",
};

static struct sl_value *conditions_of(const struct sl_value *object)
{
	return sl_get(object, "status", "conditions");
}

/* The node, or NULL; *ret_index (may be NULL) is its place. */
static struct sl_value *find(const struct sl_value *object, const char *type, size_t *ret_index)
{
	struct sl_value *list = conditions_of(object);

	for (size_t i = 0; i < sl_list_len(list); i++) {
		struct sl_value *c = sl_list_get(list, i);

		if (!sl_str_eqz(sl_get_str(c, "type"), type))
			continue;
		if (ret_index)
			*ret_index = i;
		return c;
	}
	return NULL;
}

static enum sl_cond_status status_of(const struct sl_value *condition)
{
	struct sl_str text = sl_get_str(condition, "status");

	if (sl_str_eqz(text, "True"))
		return SL_COND_TRUE;
	return sl_str_eqz(text, "False") ? SL_COND_FALSE : SL_COND_UNKNOWN;
}

bool sl_cond_get(const struct sl_value *object, const char *type,
		 struct sl_condition *ret_condition)
{
	const struct sl_value *c = find(object, type, NULL);

	if (c && ret_condition)
		*ret_condition = (struct sl_condition){
			.status = status_of(c),
			.reason = sl_get_str(c, "reason"),
			.message = sl_get_str(c, "message"),
			.observed_generation = sl_get_int(c, 0, "observedGeneration"),
		};
	return c != NULL;
}

bool sl_cond_has(const struct sl_value *object, const char *type)
{
	return find(object, type, NULL) != NULL;
}

bool sl_cond_is_true(const struct sl_value *object, const char *type)
{
	const struct sl_value *c = find(object, type, NULL);

	return c && status_of(c) == SL_COND_TRUE;
}

bool sl_cond_is_false(const struct sl_value *object, const char *type)
{
	const struct sl_value *c = find(object, type, NULL);

	return c && status_of(c) == SL_COND_FALSE;
}

bool sl_cond_is_unknown(const struct sl_value *object, const char *type)
{
	const struct sl_value *c = find(object, type, NULL);

	return !c || status_of(c) == SL_COND_UNKNOWN;
}

struct sl_str sl_cond_reason(const struct sl_value *object, const char *type)
{
	return sl_get_str(find(object, type, NULL), "reason");
}

struct sl_str sl_cond_message(const struct sl_value *object, const char *type)
{
	return sl_get_str(find(object, type, NULL), "message");
}

/* Within the limit, cut between characters, with "..." at the end if anything was cut. */
static struct sl_str cut_message(struct sl_arena *a, struct sl_str message)
{
	struct sl_str head = sl_str_cut(message, SL_CONDITION_MESSAGE_MAX - 3);

	if (message.n <= SL_CONDITION_MESSAGE_MAX)
		return message;
	return sl_str(sl_arena_printf(a, "%.*s...", SL_STR_FMT(head)));
}

static int rank(struct sl_str type)
{
	static const char *const first[] = { SL_COND_STALLED, SL_COND_RECONCILING, SL_COND_READY };

	for (int i = 0; i < (int)SL_ARRAY_LEN(first); i++)
		if (sl_str_eqz(type, first[i]))
			return i;
	return (int)SL_ARRAY_LEN(first);
}

static int compare(const struct sl_value *x, const struct sl_value *y)
{
	struct sl_str xt = sl_get_str(x, "type"), yt = sl_get_str(y, "type");
	int64_t xg = sl_get_int(x, 0, "observedGeneration");
	int64_t yg = sl_get_int(y, 0, "observedGeneration");
	int by_rank = rank(xt) - rank(yt);

	if (by_rank)
		return by_rank;
	if (xg != yg)
		return xg > yg ? -1 : 1;
	return sl_str_cmp(xt, yt);
}

static int compare_slots(const void *x, const void *y)
{
	return compare(*(struct sl_value *const *)x, *(struct sl_value *const *)y);
}

void sl_cond_sort(struct sl_value *conditions)
{
	if (sl_list_len(conditions) > 1)
		qsort(conditions->list.items, conditions->list.n, sizeof(struct sl_value *),
		      compare_slots);
}

static struct sl_value *make(struct sl_arena *a, const struct sl_value *object, const char *type,
			     enum sl_cond_status status, const char *reason, struct sl_str message)
{
	struct sl_value *c = sl_value_map(a);
	char now[SL_RFC3339_SIZE];

	sl_rfc3339(sl_wall_ms(), now);
	sl_map_set_strz(a, c, "type", type);
	sl_map_set_strz(a, c, "status", status_names[status]);
	sl_map_set_int(a, c, "observedGeneration", sl_obj_generation(object));
	sl_map_set_strz(a, c, "lastTransitionTime", now);
	sl_map_set_strz(a, c, "reason", reason);
	sl_map_set_str(a, c, "message", cut_message(a, message));
	return c;
}

static bool says_the_same(const struct sl_value *x, const struct sl_value *y)
{
	return sl_str_eq(sl_get_str(x, "status"), sl_get_str(y, "status")) &&
	       sl_str_eq(sl_get_str(x, "reason"), sl_get_str(y, "reason")) &&
	       sl_str_eq(sl_get_str(x, "message"), sl_get_str(y, "message"));
}

void sl_cond_set(struct sl_arena *a, struct sl_value *object, const char *type,
		 enum sl_cond_status status, const char *reason, struct sl_str message)
{
	struct sl_value *list =
		sl_map_need_list(a, sl_map_need_map(a, object, "status"), "conditions");
	struct sl_value *c = make(a, object, type, status, reason, message);
	size_t index;
	const struct sl_value *old = find(object, type, &index);

	if (!old) {
		sl_list_push(a, list, c);
	} else {
		struct sl_str since = sl_get_str(old, "lastTransitionTime");

		if (since.n && says_the_same(old, c))
			sl_map_set_str(a, c, "lastTransitionTime", since);
		list->list.items[index] = c;
	}
	sl_cond_sort(list);
}

/* The text of a printf in the arena. */
static struct sl_str format(struct sl_arena *a, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
static struct sl_str format(struct sl_arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *text;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return SL_STR_NULL;
	text = sl_arena_alloc(a, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	return (struct sl_str){ text, (size_t)n };
}

#define SET_FORMATTED(type, status) \
	do { \
		va_list ap_; \
		va_start(ap_, fmt); \
		sl_cond_set(a, object, (type), (status), reason, format(a, fmt, ap_)); \
		va_end(ap_); \
	} while (0)

void sl_cond_true(struct sl_arena *a, struct sl_value *object, const char *type, const char *reason,
		  const char *fmt, ...)
{
	SET_FORMATTED(type, SL_COND_TRUE);
}

void sl_cond_false(struct sl_arena *a, struct sl_value *object, const char *type,
		   const char *reason, const char *fmt, ...)
{
	SET_FORMATTED(type, SL_COND_FALSE);
}

void sl_cond_unknown(struct sl_arena *a, struct sl_value *object, const char *type,
		     const char *reason, const char *fmt, ...)
{
	SET_FORMATTED(type, SL_COND_UNKNOWN);
}

void sl_cond_reconciling(struct sl_arena *a, struct sl_value *object, const char *reason,
			 const char *fmt, ...)
{
	sl_cond_delete(object, SL_COND_STALLED);
	SET_FORMATTED(SL_COND_RECONCILING, SL_COND_TRUE);
}

void sl_cond_stalled(struct sl_arena *a, struct sl_value *object, const char *reason,
		     const char *fmt, ...)
{
	sl_cond_delete(object, SL_COND_RECONCILING);
	SET_FORMATTED(SL_COND_STALLED, SL_COND_TRUE);
}

bool sl_cond_delete(struct sl_value *object, const char *type)
{
	size_t index;

	if (!find(object, type, &index))
		return false;
	sl_list_remove(conditions_of(object), index);
	return true;
}

void sl_cond_progress(struct sl_arena *a, struct sl_value *object, bool drift, const char *reason,
		      const char *fmt, ...)
{
	struct sl_str message;
	va_list ap;

	va_start(ap, fmt);
	message = format(a, fmt, ap);
	va_end(ap);
	if (drift || sl_cond_is_unknown(object, SL_COND_READY))
		sl_cond_set(a, object, SL_COND_READY, SL_COND_UNKNOWN, reason, message);
	sl_cond_delete(object, SL_COND_STALLED);
	sl_cond_set(a, object, SL_COND_RECONCILING, SL_COND_TRUE, reason, message);
}

/* The groups of a summary, best first, and what each makes of Ready. */
static const struct {
	bool negative, any_polarity;
	enum sl_cond_status status, ready;
} groups[] = {
	{ .negative = true, .status = SL_COND_TRUE, .ready = SL_COND_FALSE },
	{ .negative = false, .status = SL_COND_FALSE, .ready = SL_COND_FALSE },
	{ .negative = false, .status = SL_COND_TRUE, .ready = SL_COND_TRUE },
	{ .negative = true, .status = SL_COND_FALSE, .ready = SL_COND_TRUE },
	{ .any_polarity = true, .status = SL_COND_UNKNOWN, .ready = SL_COND_UNKNOWN },
};

static bool contains(const char *const *list, const char *type)
{
	for (; *list; list++)
		if (sl_streq(*list, type))
			return true;
	return false;
}

/* The first listed condition of one group, or NULL. */
static const struct sl_value *first_of(const struct sl_value *object,
				       const struct sl_cond_summary *summary, size_t group)
{
	for (const char *const *type = summary->order; *type; type++) {
		const struct sl_value *c = find(object, *type, NULL);
		bool polarity = groups[group].any_polarity ||
				contains(summary->negative, *type) == groups[group].negative;

		if (c && polarity && status_of(c) == groups[group].status)
			return c;
	}
	return NULL;
}

void sl_cond_summarize(struct sl_arena *a, struct sl_value *object,
		       const struct sl_cond_summary *summary)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(groups); i++) {
		const struct sl_value *c = first_of(object, summary, i);

		if (!c)
			continue;
		sl_cond_set(a, object, SL_COND_READY, groups[i].ready,
			    sl_as_strz(a, sl_get(c, "reason")), sl_get_str(c, "message"));
		return;
	}
}
