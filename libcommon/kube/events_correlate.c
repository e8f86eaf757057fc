#include <stdlib.h>

#include "libcommon/base/strmap.h"
#include "libcommon/base/strvec.h"
#include "libcommon/codec/digest.h"
#include "libcommon/codec/json.h"
#include "libcommon/kube/events_parts.h"

#define NAME_MAX_BYTES 200 /* of the object's name within the Event's, whose limit is 253 */

struct known {
	char *name;
	int64_t count;
	int64_t last_ms;
};

struct bucket {
	double tokens;
	int64_t last_ms;
};

struct sl_correlator {
	struct sl_strmap known;	  /* digest of an emission's content */
	struct sl_strmap buckets; /* digest of object and severity class */
	uint64_t serial;
};

static void free_known(void *value)
{
	struct known *k = value;

	free(k->name);
	free(k);
}

struct sl_correlator *sl_correlator_new(void)
{
	struct sl_correlator *c = sl_xcalloc(1, sizeof(*c));

	c->known = (struct sl_strmap)SL_STRMAP_INIT_OWNING(free_known);
	c->buckets = (struct sl_strmap)SL_STRMAP_INIT_OWNING(free);
	return c;
}

void sl_correlator_free(struct sl_correlator *c)
{
	if (!c)
		return;
	sl_strmap_release(&c->known);
	sl_strmap_release(&c->buckets);
	free(c);
}

/* A short key for a long text. */
struct key {
	char text[SL_DIGEST_TEXT_SIZE];
};

static struct key digest_of(struct sl_str text)
{
	struct key key = { "" };
	struct sl_digest d;

	if (sl_digest_of(SL_DIGEST_SHA256, text, &d, NULL) == 0)
		sl_digest_hex(&d, key.text);
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

static struct key bucket_key(const struct sl_event_item *item)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 16);

	add_object(&b, item);
	sl_strbuf_addz(&b, item->severity == SL_SEVERITY_TRACE ? "trace" : "");
	return digest_of(sl_strbuf_str(&b));
}

static void refill(struct bucket *b, const struct sl_event_item *item)
{
	int64_t refill_ms = item->severity == SL_SEVERITY_TRACE ? SL_EVENTS_TRACE_REFILL_MS
								: SL_EVENTS_REFILL_MS;

	b->tokens += (double)(item->mono_ms - b->last_ms) / (double)refill_ms;
	if (b->tokens > SL_EVENTS_BURST)
		b->tokens = SL_EVENTS_BURST;
	b->last_ms = item->mono_ms;
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

static bool is_spam(struct sl_correlator *c, const struct sl_event_item *item)
{
	struct key key = bucket_key(item);
	struct bucket *b = sl_strmap_get(&c->buckets, sl_str(key.text));

	if (!b) {
		make_room(&c->buckets, bucket_since,
			  item->mono_ms - SL_EVENTS_BURST * (int64_t)SL_EVENTS_REFILL_MS);
		b = sl_xcalloc(1, sizeof(*b));
		*b = (struct bucket){ .tokens = SL_EVENTS_BURST, .last_ms = item->mono_ms };
		sl_strmap_set(&c->buckets, sl_str(key.text), b);
	}
	refill(b, item);
	if (b->tokens < 1)
		return true;
	b->tokens -= 1;
	return false;
}

/* As client-go names Events: the object, and the time in hex; the serial keeps two of a moment apart. */
static char *new_name(struct sl_correlator *c, const struct sl_event_item *item)
{
	struct sl_str object = sl_str_sub(sl_get_str(item->involved, "name"), 0, NAME_MAX_BYTES);
	uint64_t ns = (uint64_t)item->wall_ms * 1000000 + c->serial++ % 1000000;

	while (object.n && (object.p[object.n - 1] == '.' || object.p[object.n - 1] == '-'))
		object.n--;
	return sl_xasprintf("%.*s.%016llx", SL_STR_FMT(object), (unsigned long long)ns);
}

struct sl_correlation sl_correlator_decide(struct sl_correlator *c,
					   const struct sl_event_item *item)
{
	struct key key = content_key(item);
	struct known *k = sl_strmap_get(&c->known, sl_str(key.text));

	if (is_spam(c, item))
		return (struct sl_correlation){ .is_spam = true };
	if (!k || item->mono_ms - k->last_ms > SL_EVENTS_WINDOW_MS) {
		make_room(&c->known, known_since, item->mono_ms - SL_EVENTS_WINDOW_MS);
		k = sl_xcalloc(1, sizeof(*k));
		k->name = new_name(c, item);
		sl_strmap_set(&c->known, sl_str(key.text), k);
	}
	k->count++;
	k->last_ms = item->mono_ms;
	return (struct sl_correlation){ .name = k->name, .count = k->count };
}

void sl_correlator_forget(struct sl_correlator *c, const struct sl_event_item *item)
{
	struct key key = content_key(item);

	sl_strmap_remove(&c->known, sl_str(key.text));
}
