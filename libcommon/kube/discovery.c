#include "libcommon/kube/discovery.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/clock.h"
#include "libcommon/base/strmap.h"
#include "libcommon/base/strvec.h"
#include "libcommon/kube/path.h"

#define MISSING_KIND "NoKindMatch"

/* What is known of one address: "/apis/apps/v1" (kinds), or "/apis/apps" (versions). */
struct page {
	bool loaded;
	bool loading;  /* by one thread, without the lock */
	bool outdated; /* invalidated while it was being loaded */
	int64_t loaded_ms;
	struct sl_strmap kinds;	   /* → struct sl_kube_kind, borrowed from `mappings` */
	struct sl_strvec versions; /* preferred first */
};

struct sl_discovery {
	struct sl_kube_client *client;
	pthread_mutex_t lock;
	pthread_cond_t loaded;
	struct sl_strmap pages; /* address → struct page */
	struct sl_strmap
		mappings; /* all that each field says → struct sl_kube_kind: never removed */
	struct sl_arena memory; /* of the mappings */
};

static void free_page(void *value)
{
	struct page *p = value;

	sl_strmap_release(&p->kinds);
	sl_strvec_release(&p->versions);
	free(p);
}

struct sl_discovery *sl_discovery_new(struct sl_kube_client *client)
{
	struct sl_discovery *d = sl_xcalloc(1, sizeof(*d));

	d->client = client;
	d->pages = (struct sl_strmap)SL_STRMAP_INIT_OWNING(free_page);
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->loaded, NULL);
	return d;
}

void sl_discovery_free(struct sl_discovery *d)
{
	if (!d)
		return;
	sl_strmap_release(&d->pages);
	sl_strmap_release(&d->mappings);
	sl_arena_release(&d->memory);
	pthread_cond_destroy(&d->loaded);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

static unsigned verbs_of(const struct sl_value *resource)
{
	static const struct {
		struct sl_str name;
		unsigned bit;
	} verbs[] = {
		{ SL_STR("get"), SL_KUBE_CAN_GET },	  { SL_STR("list"), SL_KUBE_CAN_LIST },
		{ SL_STR("watch"), SL_KUBE_CAN_WATCH },	  { SL_STR("patch"), SL_KUBE_CAN_PATCH },
		{ SL_STR("delete"), SL_KUBE_CAN_DELETE }, { SL_STR("create"), SL_KUBE_CAN_CREATE },
	};
	const struct sl_value *list = sl_get(resource, "verbs");
	unsigned bits = 0;

	for (size_t i = 0; i < sl_list_len(list); i++) {
		for (size_t v = 0; v < SL_ARRAY_LEN(verbs); v++) {
			if (sl_str_eq(sl_as_str(sl_list_get(list, i)), verbs[v].name))
				bits |= verbs[v].bit;
		}
	}
	return bits;
}

/*
 * The one mapping that says exactly this. Callers hold on to mappings: a reload yields the same one
 * as long as nothing has changed, and another beside it when something has.
 */
static struct sl_kube_kind *mapping_of(struct sl_discovery *d, struct sl_str group,
				       struct sl_str version, const struct sl_value *resource)
{
	struct sl_str kind = sl_get_str(resource, "kind"), plural = sl_get_str(resource, "name");
	bool namespaced = sl_get_bool(resource, false, "namespaced");
	unsigned verbs = verbs_of(resource);
	SL_AUTO_FREE char *key =
		sl_xasprintf("%.*s/%.*s/%.*s/%.*s/%d/%u", SL_STR_FMT(group), SL_STR_FMT(version),
			     SL_STR_FMT(kind), SL_STR_FMT(plural), namespaced, verbs);
	struct sl_kube_kind *k = sl_strmap_get(&d->mappings, sl_str(key));

	if (k)
		return k;
	k = sl_arena_new(&d->memory, struct sl_kube_kind);
	k->group = sl_arena_str(&d->memory, group).p;
	k->version = sl_arena_str(&d->memory, version).p;
	k->kind = sl_arena_str(&d->memory, kind).p;
	k->plural = sl_arena_str(&d->memory, plural).p;
	k->namespaced = namespaced;
	k->verbs = verbs;
	sl_strmap_set(&d->mappings, sl_str(key), k);
	return k;
}

/* APIResourceList. Subresources ("deployments/scale") have kinds of their own and are no match. */
static void take_resources(struct sl_discovery *d, struct page *p, struct sl_str group,
			   struct sl_str version, const struct sl_value *answer)
{
	const struct sl_value *list = sl_get(answer, "resources");

	for (size_t i = 0; i < sl_list_len(list); i++) {
		const struct sl_value *resource = sl_list_get(list, i);
		struct sl_str kind = sl_get_str(resource, "kind");
		struct sl_str plural = sl_get_str(resource, "name");

		if (!kind.n || !plural.n || sl_str_chr(plural, '/') >= 0 ||
		    sl_strmap_has(&p->kinds, kind))
			continue;
		sl_strmap_set(&p->kinds, kind, mapping_of(d, group, version, resource));
	}
}

/* APIGroup. */
static void take_versions(struct page *p, const struct sl_value *answer)
{
	const struct sl_value *list = sl_get(answer, "versions");
	struct sl_str preferred = sl_get_str(answer, "preferredVersion", "version");

	if (preferred.n)
		sl_strvec_push_str(&p->versions, preferred);
	for (size_t i = 0; i < sl_list_len(list) && i < SL_DISCOVERY_VERSIONS_MAX; i++) {
		struct sl_str version = sl_get_str(sl_list_get(list, i), "version");

		if (version.n && !sl_strvec_contains(&p->versions, version))
			sl_strvec_push_str(&p->versions, version);
	}
}

static char *address_of(struct sl_str group, struct sl_str version)
{
	SL_AUTO(sl_strbuf) path = SL_STRBUF_INIT((size_t)1 << 20);

	sl_strbuf_addz(&path, group.n ? "/apis" : "/api");
	if (group.n)
		sl_path_segment(&path, group);
	if (version.n)
		sl_path_segment(&path, version);
	return sl_strbuf_steal(&path);
}

static struct page *page_of(struct sl_discovery *d, const char *address)
{
	struct page *p = sl_strmap_get(&d->pages, sl_str(address));

	if (p)
		return p;
	p = sl_xcalloc(1, sizeof(*p));
	sl_strmap_set(&d->pages, sl_str(address), p);
	return p;
}

/* Ask the server, without the lock. A 404 is an answer as well: there is nothing at the address. */
static int ask(struct sl_discovery *d, const char *address, struct sl_arena *a,
	       struct sl_value **ret_answer, struct sl_err *err)
{
	const struct sl_kube_request req = { .method = "GET",
					     .path = address,
					     .max_bytes = SL_DISCOVERY_BYTES_MAX };
	SL_AUTO(sl_err) own = SL_ERR_INIT;
	int r = sl_kube_do(d->client, &req, a, ret_answer, &own);

	if (r == SL_ERR_NOT_FOUND) {
		*ret_answer = sl_value_map(a);
		return 0;
	}
	if (r < 0) {
		sl_err_wrap(&own, "ask the API server for %s", address);
		return sl_err_move(err, &own);
	}
	return 0;
}

static bool is_fresh(const struct page *p)
{
	return p->loaded && sl_mono_ms() - p->loaded_ms < SL_DISCOVERY_RELOAD_MS;
}

/*
 * Load the address unless that was done a moment ago; the lock is held, and let go meanwhile. Of
 * several threads one asks, the others wait for it. Pages are only removed while nobody loads them.
 */
static int load(struct sl_discovery *d, const char *address, struct sl_str group,
		struct sl_str version, struct page **ret_page, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct page *p = page_of(d, address);
	struct sl_value *answer;
	int r;

	while (p->loading) {
		pthread_cond_wait(&d->loaded, &d->lock);
		p = page_of(d, address);
	}
	*ret_page = p;
	if (is_fresh(p))
		return 0;
	p->loading = true;
	p->outdated = false;
	pthread_mutex_unlock(&d->lock);
	r = ask(d, address, &a, &answer, err);
	pthread_mutex_lock(&d->lock);
	p->loading = false;
	pthread_cond_broadcast(&d->loaded);
	if (r < 0)
		return r;
	sl_strmap_reset(&p->kinds);
	sl_strvec_release(&p->versions);
	if (version.n)
		take_resources(d, p, group, version, answer);
	else
		take_versions(p, answer);
	p->loaded = !p->outdated;
	p->loaded_ms = sl_mono_ms();
	return 0;
}

/* With the lock held. */
static int find(struct sl_discovery *d, struct sl_str group, struct sl_str version,
		struct sl_str kind, const struct sl_kube_kind **ret_kind, struct sl_err *err)
{
	SL_AUTO_FREE char *address = address_of(group, version);
	struct page *p = sl_strmap_get(&d->pages, sl_str(address));
	const struct sl_kube_kind *k = p && p->loaded ? sl_strmap_get(&p->kinds, kind) : NULL;
	int r;

	if (!k) {
		r = load(d, address, group, version, &p, err);
		if (r < 0)
			return r;
		k = sl_strmap_get(&p->kinds, kind);
	}
	if (k) {
		*ret_kind = k;
		return 0;
	}
	r = sl_err_set(err, SL_ERR_NOT_FOUND,
		       "no matches for kind \"%.*s\" in version \"%.*s%s%.*s\"", SL_STR_FMT(kind),
		       SL_STR_FMT(group), group.n ? "/" : "", SL_STR_FMT(version));
	if (err)
		err->reason = sl_xstrdup(MISSING_KIND);
	return r;
}

int sl_discovery_find(struct sl_discovery *d, struct sl_str group, struct sl_str version,
		      struct sl_str kind, const struct sl_kube_kind **ret_kind, struct sl_err *err)
{
	int r;

	if (!version.n)
		return sl_err_set(err, SL_ERR_INVALID, "kind \"%.*s\" without an API version",
				  SL_STR_FMT(kind));
	pthread_mutex_lock(&d->lock);
	r = find(d, group, version, kind, ret_kind, err);
	pthread_mutex_unlock(&d->lock);
	return r;
}

/* The versions of a group, copied, since pages change while the lock is let go. */
static int versions_of(struct sl_discovery *d, struct sl_str group, bool anew,
		       struct sl_strvec *ret_versions, struct sl_err *err)
{
	SL_AUTO_FREE char *address = address_of(group, SL_STR_NULL);
	struct page *p = sl_strmap_get(&d->pages, sl_str(address));
	int r = 0;

	if (!group.n) {
		sl_strvec_push(ret_versions, "v1");
		return 0;
	}
	if (anew || !p || !p->loaded || !p->versions.n)
		r = load(d, address, group, SL_STR_NULL, &p, err);
	for (size_t i = 0; r == 0 && i < p->versions.n; i++)
		sl_strvec_push(ret_versions, p->versions.v[i]);
	return r;
}

static int find_in_group(struct sl_discovery *d, struct sl_str group, struct sl_str kind, bool anew,
			 const struct sl_kube_kind **ret_kind, struct sl_err *err)
{
	SL_AUTO(sl_strvec) versions = SL_STRVEC_INIT;
	int r = versions_of(d, group, anew, &versions, err);

	for (size_t i = 0; r == 0 && i < versions.n; i++) {
		SL_AUTO(sl_err) own = SL_ERR_INIT;

		r = find(d, group, sl_str(versions.v[i]), kind, ret_kind, &own);
		if (r == 0)
			return 0;
		if (r != SL_ERR_NOT_FOUND)
			return sl_err_move(err, &own);
		r = 0;
	}
	return r < 0 ? r : SL_ERR_NOT_FOUND;
}

int sl_discovery_find_preferred(struct sl_discovery *d, struct sl_str group, struct sl_str kind,
				const struct sl_kube_kind **ret_kind, struct sl_err *err)
{
	int r;

	pthread_mutex_lock(&d->lock);
	r = find_in_group(d, group, kind, false, ret_kind, err);
	/* The group itself may have got a version since. */
	if (r == SL_ERR_NOT_FOUND && group.n)
		r = find_in_group(d, group, kind, true, ret_kind, err);
	pthread_mutex_unlock(&d->lock);
	if (r != SL_ERR_NOT_FOUND)
		return r;
	sl_err_set(err, SL_ERR_NOT_FOUND, "no matches for kind \"%.*s\" in group \"%.*s\"",
		   SL_STR_FMT(kind), SL_STR_FMT(group));
	if (err)
		err->reason = sl_xstrdup(MISSING_KIND);
	return r;
}

void sl_discovery_invalidate(struct sl_discovery *d, struct sl_str group)
{
	SL_AUTO_FREE char *address = address_of(group, SL_STR_NULL);
	const struct sl_strmap_entry *e;
	size_t pos = 0;

	pthread_mutex_lock(&d->lock);
	while ((e = sl_strmap_next(&d->pages, &pos))) {
		struct sl_str rest = { e->key, e->key_len };
		struct page *p = e->value;

		if (!sl_str_cut_prefix(&rest, sl_str(address)) || (rest.n && rest.p[0] != '/'))
			continue;
		p->loaded = false;
		p->outdated = true;
	}
	pthread_mutex_unlock(&d->lock);
}
