#include "source-controller/gitcaches.h"

#include <stdlib.h>
#include <unistd.h>

#include "libcommon/base/file.h"

struct sc_git_caches {
	char *path;
	int fd;
};

int sc_git_caches_new(const char *storage_path, struct sc_git_caches **ret_caches,
		      struct sl_err *err)
{
	SL_AUTO_PTR(sc_git_caches) *c = sl_xcalloc(1, sizeof(*c));
	SL_AUTO_FD int storage = -1;
	int r;

	c->fd = -1;
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
	free(c->path);
	free(c);
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
	SL_AUTO_FREE char *path = sl_xasprintf("%s/%s", key->namespace_, key->name);

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
