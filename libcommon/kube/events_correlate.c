#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/strmap.h"
#include "libcommon/base/strvec.h"
#include "libcommon/codec/digest.h"
#include "libcommon/codec/json.h"
#include "libcommon/kube/events_parts.h"
#include "libcommon/kube/object.h"

#define KEY_DIGITS 32
#define NAME_MAX_BYTES 200 /* of the object's name within the Event's, whose limit is 253 */

struct known {
	uint64_t stamp; /* of the Event's name */
	int64_t count;
	int64_t last_ms;
};

struct bucket {
	double tokens;
	int64_t last_ms;
};

struct sl_event_limiter {
	struct sl_strmap buckets; /* object and severity class */
};

struct sl_correlator {
	struct sl_strmap known; /* digest of an emission's content */
	uint64_t serial;
	char name[NAME_MAX_BYTES + sizeof(".0123456789abcdef")]; /* as decided last */
};

struct sl_correlator *sl_correlator_new(void)
{
	struct sl_correlator *c = sl_xcalloc(1, sizeof(*c));

	c->known = (struct sl_strmap)SL_STRMAP_INIT_OWNING(free);
	return c;
}

void sl_correlator_free(struct sl_correlator *c)
{
	if (!c)
		return;
	sl_strmap_release(&c->known);
	free(c);
}

struct sl_event_limiter *sl_event_limiter_new(void)
{
	struct sl_event_limiter *l = sl_xcalloc(1, sizeof(*l));

	l->buckets = (struct sl_strmap)SL_STRMAP_INIT_OWNING(free);
	return l;
}

void sl_event_limiter_free(struct sl_event_limiter *l)
{
	if (!l)
		return;
	sl_strmap_release(&l->buckets);
	free(l);
}

/* A short key for a long text: as much of its digest as tells texts apart. */
struct key {
	char text[KEY_DIGITS + 1];
};

static struct key digest_of(struct sl_str text)
{
	struct key key = { "" };
	char all[SL_DIGEST_TEXT_SIZE];
	struct sl_digest d;

	if (sl_digest_of(SL_DIGEST_SHA256, text, &d, NULL) == 0) {
		sl_digest_hex(&d, all);
		memcpy(key.text, all, KEY_DIGITS);
	}
	return key;
}

static void add_field(struct sl_strbuf *b, struct sl_str s)
{
	sl_strbuf_adds(b, s);
	sl_strbuf_addc(b, '\0');
}

static void add_object(struct sl_strbuf *b, const struct sl_event_item *item)
{
	static const char *const fields[] = { "apiVersion", "kind", "namespace", "name", "uid" };

	for (size_t i = 0; i < SL_ARRAY_LEN(fields); i++)
		add_field(b, sl_get_str(item->involved, fields[i]));
}

static struct key content_key(const struct sl_event_item *item)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT((size_t)16 << 20);

	add_object(&b, item);
	sl_strbuf_addf(&b, "%d", item->severity);
	add_field(&b, SL_STR_NULL);
	add_field(&b, item->reason);
	add_field(&b, item->message);
	sl_json_write(item->annotations, SL_JSON_COMPACT, &b);
	return digest_of(sl_strbuf_str(&b));
}

static void refill(struct bucket *b, enum sl_severity severity, int64_t now_ms)
{
	int64_t refill_ms =
		severity == SL_SEVERITY_TRACE ? SL_EVENTS_TRACE_REFILL_MS : SL_EVENTS_REFILL_MS;

	b->tokens += (double)(now_ms - b->last_ms) / (double)refill_ms;
	if (b->tokens > SL_EVENTS_BURST)
		b->tokens = SL_EVENTS_BURST;
	b->last_ms = now_ms;
}

/* Drop what has aged; if that frees nothing, all: at worst a count starts anew. */
static void make_room(struct sl_strmap *map, int64_t (*last_used)(const void *value),
		      int64_t older_than_ms)
{
	SL_AUTO(sl_strvec) aged = SL_STRVEC_INIT;
	const struct sl_strmap_entry *e;

	if (map->n < SL_CORRELATOR_ENTRIES_MAX)
		return;
	for (size_t pos = 0; (e = sl_strmap_next(map, &pos));)
		if (last_used(e->value) <= older_than_ms)
			sl_strvec_push(&aged, e->key);
	for (size_t i = 0; i < aged.n; i++)
		sl_strmap_remove(map, sl_str(aged.v[i]));
	if (!aged.n)
		sl_strmap_reset(map);
}

static int64_t known_since(const void *value)
{
	return ((const struct known *)value)->last_ms;
}

static int64_t bucket_since(const void *value)
{
	return ((const struct bucket *)value)->last_ms;
}

/* The uid says it all; what has none is told apart by names, in which no newline is allowed. */
static void add_bucket_key(struct sl_strbuf *b, const struct sl_event *event)
{
	struct sl_str uid = sl_obj_uid(event->object);
	const struct sl_str names[] = {
		sl_obj_api_version(event->object),
		sl_obj_kind(event->object),
		sl_obj_namespace(event->object),
		sl_obj_name(event->object),
	};

	sl_strbuf_adds(b, uid);
	for (size_t i = 0; !uid.n && i < SL_ARRAY_LEN(names); i++) {
		sl_strbuf_adds(b, names[i]);
		sl_strbuf_addc(b, '\n');
	}
	if (event->severity == SL_SEVERITY_TRACE)
		sl_strbuf_addz(b, "\nt");
}

static struct bucket *need_bucket(struct sl_event_limiter *l, const struct sl_event *event,
				  int64_t now_ms)
{
	SL_AUTO(sl_strbuf) key = SL_STRBUF_INIT(1 << 16);
	struct bucket *b;

	add_bucket_key(&key, event);
	b = sl_strmap_get(&l->buckets, sl_strbuf_str(&key));
	if (b)
		return b;
	make_room(&l->buckets, bucket_since, now_ms - SL_EVENTS_BURST * SL_EVENTS_REFILL_MS);
	b = sl_xcalloc(1, sizeof(*b));
	*b = (struct bucket){ .tokens = SL_EVENTS_BURST, .last_ms = now_ms };
	sl_strmap_set(&l->buckets, sl_strbuf_str(&key), b);
	return b;
}

bool sl_event_limiter_admits(struct sl_event_limiter *l, const struct sl_event *event,
			     int64_t now_ms)
{
	struct bucket *b = need_bucket(l, event, now_ms);

	refill(b, event->severity, now_ms);
	if (b->tokens < 1)
		return false;
	b->tokens -= 1;
	return true;
}

/* The time, in ns; the serial keeps two of a moment apart. */
static uint64_t new_stamp(struct sl_correlator *c, const struct sl_event_item *item)
{
	return (uint64_t)item->wall_ms * 1000000 + c->serial++ % 1000000;
}

/* As client-go names Events: the object, and the time in hex. */
static void make_name(struct sl_correlator *c, const struct sl_event_item *item, uint64_t stamp)
{
	struct sl_str object = sl_str_sub(sl_get_str(item->involved, "name"), 0, NAME_MAX_BYTES);

	while (object.n && (object.p[object.n - 1] == '.' || object.p[object.n - 1] == '-'))
		object.n--;
	snprintf(c->name, sizeof(c->name), "%.*s.%016llx", SL_STR_FMT(object),
		 (unsigned long long)stamp);
}

struct sl_correlation sl_correlator_decide(struct sl_correlator *c,
					   const struct sl_event_item *item)
{
	struct key key = content_key(item);
	struct known *k = sl_strmap_get(&c->known, sl_str(key.text));

	if (!k || item->mono_ms - k->last_ms > SL_EVENTS_WINDOW_MS) {
		make_room(&c->known, known_since, item->mono_ms - SL_EVENTS_WINDOW_MS);
		k = sl_xcalloc(1, sizeof(*k));
		k->stamp = new_stamp(c, item);
		sl_strmap_set(&c->known, sl_str(key.text), k);
	}
	k->count++;
	k->last_ms = item->mono_ms;
	make_name(c, item, k->stamp);
	return (struct sl_correlation){ .name = c->name, .count = k->count };
}

void sl_correlator_forget(struct sl_correlator *c, const struct sl_event_item *item)
{
	struct key key = content_key(item);

	sl_strmap_remove(&c->known, sl_str(key.text));
}
