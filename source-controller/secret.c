#include "source-controller/secret.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/base64.h"
#include "libcommon/codec/json.h"
#include "libcommon/kube/object.h"

static const struct sl_kube_kind secret_kind = { "", "v1", "Secret", "secrets", true, ~0u };

void sc_secret_release(struct sc_secret *s)
{
	for (size_t i = 0; i < s->n; i++) {
		sl_wipe(s->items[i].value, s->items[i].n);
		free(s->items[i].value);
		free(s->items[i].key);
	}
	free(s->items);
	free(s->ref);
	*s = (struct sc_secret)SC_SECRET_INIT;
}

static int add_item(struct sc_secret *s, const struct sl_member *m, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) value = SL_STRBUF_INIT(SC_SECRET_MAX);
	struct sl_str text = sl_as_str(m->value);
	struct sc_secret_item *item;
	int r = 0;

	/* Room for all of it at once: a buffer that grows leaves copies behind. */
	if (text.n && !sl_strbuf_reserve(&value, text.n))
		return sl_err_set(err, SL_ERR_TOO_LARGE, "secret '%s' is larger than %zu bytes",
				  s->ref, SC_SECRET_MAX);
	r = sl_base64_decode(text, &value, err);
	if (r < 0) {
		sl_wipe(value.p, value.n);
		sl_err_wrap(err, "secret '%s', key '%.*s'", s->ref, SL_STR_FMT(m->key));
		return r;
	}
	s->items = sl_grow(s->items, s->n, &s->cap, sizeof(*s->items));
	item = &s->items[s->n++];
	item->key = sl_xmemdup0(m->key.p, m->key.n);
	item->n = value.n;
	item->value = sl_strbuf_steal(&value);
	return 0;
}

int sc_secret_decode(const struct sl_value *object, struct sc_secret *ret_secret,
		     struct sl_err *err)
{
	const struct sl_value *data = sl_get(object, "data");
	SL_AUTO(sc_secret) s = SC_SECRET_INIT;

	s.ref = sl_xasprintf("%.*s/%.*s", SL_STR_FMT(sl_obj_namespace(object)),
			     SL_STR_FMT(sl_obj_name(object)));
	for (size_t i = 0; i < sl_map_len(data); i++) {
		int r = add_item(&s, &data->map.members[i], err);

		if (r < 0)
			return r;
	}
	sc_secret_release(ret_secret);
	*ret_secret = s;
	s = (struct sc_secret)SC_SECRET_INIT;
	return 0;
}

int sc_secret_get(struct sl_kube_client *client, const char *namespace_, const char *name,
		  struct sc_secret *ret_secret, struct sl_err *err)
{
	struct sl_arena a = SL_ARENA_INIT;
	SL_AUTO(sl_kube_response) response = SL_KUBE_RESPONSE_INIT;
	struct sl_kube_request request = {
		.method = "GET",
		.path = sl_kube_path(&a, &secret_kind, namespace_, name, NULL, NULL),
		.max_bytes = SC_SECRET_MAX,
		.fair_key = namespace_,
	};
	struct sl_value *object = NULL;
	int r = sl_kube_call_wait(sl_kube_call_start(client, &request), &response, err);

	if (r == 0)
		r = sl_json_parse(&a, sl_strbuf_str(&response.body), NULL, &object, err);
	if (r == 0)
		r = sc_secret_decode(object, ret_secret, err);
	sl_wipe(response.body.p, response.body.n);
	sl_arena_wipe(&a);
	return r;
}

static const struct sc_secret_item *find(const struct sc_secret *s, const char *key)
{
	for (size_t i = 0; i < s->n; i++)
		if (sl_streq(s->items[i].key, key))
			return &s->items[i];
	return NULL;
}

bool sc_secret_has(const struct sc_secret *s, const char *key)
{
	return find(s, key) != NULL;
}

struct sl_str sc_secret_value(const struct sc_secret *s, const char *key)
{
	const struct sc_secret_item *item = find(s, key);

	return item ? (struct sl_str){ item->value, item->n } : SL_STR_NULL;
}
