#include "source-controller/gitcaches.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "libcommon/base/file.h"
#include "libcommon/base/strmap.h"

/* The URL itself is not kept: it may hold a password. */
struct hint {
	uint64_t url_hash;
	char *text;
};

struct sc_git_caches {
	char *path;
	int fd;
	pthread_mutex_t lock;
	struct sl_strmap hints; /* "namespace/name" -> struct hint; under `lock` */
};

static void free_hint(void *value)
{
	struct hint *h = value;

	free(h->text);
	free(h);
}

int sc_git_caches_new(const char *storage_path, struct sc_git_caches **ret_caches,
		      struct sl_err *err)
{
	SL_AUTO_PTR(sc_git_caches) *c = sl_xcalloc(1, sizeof(*c));
	SL_AUTO_FD int storage = -1;
	int r;

	c->fd = -1;
	pthread_mutex_init(&c->lock, NULL);
	c->hints = (struct sl_strmap)SL_STRMAP_INIT_OWNING(free_hint);
	c->path = sl_xasprintf("%s/" SC_GIT_CACHES_DIR, storage_path);
	r = sl_dir_open(storage_path, &storage, err);
	if (r == 0)
		r = sl_mkdirs(storage, SC_GIT_CACHES_DIR, 0700, err);
	if (r == 0)
		r = sl_dir_open(c->path, &c->fd, err);
	if (r < 0)
		return r;
	*ret_caches = SL_STEAL(c);
	return 0;
}

void sc_git_caches_free(struct sc_git_caches *c)
{
	if (!c)
		return;
	if (c->fd >= 0)
		close(c->fd);
	sl_strmap_release(&c->hints);
	pthread_mutex_destroy(&c->lock);
	free(c->path);
	free(c);
}

static char *name_of(const struct sl_key *key)
{
	return sl_xasprintf("%s/%s", key->namespace_, key->name);
}

char *sc_git_caches_hint(struct sc_git_caches *c, const struct sl_key *key, const char *url)
{
	SL_AUTO_FREE char *name = name_of(key);
	const struct hint *h;
	char *text = NULL;

	pthread_mutex_lock(&c->lock);
	h = sl_strmap_get(&c->hints, sl_str(name));
	if (h && h->url_hash == sl_str_hash(sl_str(url)))
		text = sl_xstrdup(h->text);
	pthread_mutex_unlock(&c->lock);
	return text;
}

void sc_git_caches_keep_hint(struct sc_git_caches *c, const struct sl_key *key, const char *url,
			     char *hint)
{
	SL_AUTO_FREE char *name = name_of(key);
	struct hint *h = NULL;

	if (hint) {
		h = sl_xmalloc(sizeof(*h));
		*h = (struct hint){ sl_str_hash(sl_str(url)), hint };
	}
	pthread_mutex_lock(&c->lock);
	if (h)
		sl_strmap_set(&c->hints, sl_str(name), h);
	else
		sl_strmap_remove(&c->hints, sl_str(name));
	pthread_mutex_unlock(&c->lock);
}

int sc_git_caches_open(struct sc_git_caches *c, const struct sl_key *key, const char *url,
		       struct sl_git_cache **ret_cache, struct sl_err *err)
{
	SL_AUTO_FREE char *path = sl_xasprintf("%s/%s/%s", c->path, key->namespace_, key->name);
	int r = sl_mkdirs(c->fd, key->namespace_, 0700, err);

	return r < 0 ? r : sl_git_cache_open(path, url, ret_cache, err);
}

int sc_git_caches_remove(struct sc_git_caches *c, const struct sl_key *key, struct sl_err *err)
{
	SL_AUTO_FREE char *path = name_of(key);

	sc_git_caches_keep_hint(c, key, "", NULL);
	return sl_remove_tree(c->fd, path, err);
}

static int sweep_namespace(struct sc_git_caches *c, struct sl_store *store, const char *namespace_,
			   struct sl_err *err)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	size_t kept = 0;
	int r = sl_dir_list(c->fd, namespace_, &names, err);

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		struct sl_key key = { namespace_, names.v[i] };
		SL_AUTO_CACHED struct sl_cached *object =
			sl_store_get(store, namespace_, names.v[i]);

		if (object)
			kept++;
		else
			r = sc_git_caches_remove(c, &key, err);
	}
	return r < 0 || kept ? r : sl_remove_tree(c->fd, namespace_, err);
}

int sc_git_caches_sweep(struct sc_git_caches *c, struct sl_store *store, struct sl_err *err)
{
	SL_AUTO(sl_strvec) namespaces = SL_STRVEC_INIT;
	int r = sl_dir_list(c->fd, ".", &namespaces, err);

	for (size_t i = 0; r == 0 && i < namespaces.n; i++)
		r = sweep_namespace(c, store, namespaces.v[i], err);
	return r;
}
