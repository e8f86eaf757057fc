/* Submodules: .gitmodules read, URLs resolved, each fetched into a cache of its own. */
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/file.h"
#include "libcommon/net/gitblob.h"
#include "libcommon/net/gitmodules.h"

#define MODULES_DIR "modules"

struct sl_git_submodules {
	struct sl_git_module *items;
	size_t n, cap;
};

/* What stays the same through the recursion. */
struct job {
	struct sl_git_cache *top;
	struct sl_http_client *client;
	const struct sl_git_remote_options *options;
	struct sl_url owner; /* of the credentials */
	struct sl_git_submodules *out;
	struct sl_strvec kept; /* names of cache directories in use */
};

/* The repository whose submodules are looked at. */
struct place {
	struct sl_git_cache *cache;
	struct sl_git_oid commit;
	struct sl_url url;
	const char *prefix; /* its path from the top, "" for the top */
	int depth;
};

void sl_git_submodules_free(struct sl_git_submodules *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++) {
		free(s->items[i].path);
		sl_git_cache_free(s->items[i].cache);
	}
	free(s->items);
	free(s);
}

size_t sl_git_submodules_count(const struct sl_git_submodules *s)
{
	return s->n;
}

const struct sl_git_module *sl_git_submodules_find(const struct sl_git_submodules *s,
						   struct sl_str path)
{
	for (size_t i = 0; s && i < s->n; i++)
		if (sl_str_eqz(path, s->items[i].path))
			return &s->items[i];
	return NULL;
}

/* The commit that the tree has at a path; SL_ERR_NOT_FOUND when that is no submodule. */
static int gitlink(const struct place *p, const char *path, struct sl_git_oid *ret_commit,
		   struct sl_err *err)
{
	git_tree_entry *e = NULL;
	git_tree *tree = NULL;
	git_oid root;
	int r = sl_git_commit_tree(p->cache, &p->commit, &root, err);

	if (r < 0)
		return r;
	r = git_tree_lookup(&tree, p->cache->repo, &root);
	if (r == 0)
		r = git_tree_entry_bypath(&e, tree, path);
	if (r == 0 && git_tree_entry_type(e) == GIT_OBJECT_COMMIT)
		sl_git_lib_hex(git_tree_entry_id(e), ret_commit);
	else
		r = SL_ERR_NOT_FOUND;
	git_tree_entry_free(e);
	git_tree_free(tree);
	return r;
}

/* Relative to the parent as if that were a directory: "../x" of "https://h/a/b" is "https://h/a/x". */
static int resolve_url(const struct place *p, const char *url, struct sl_url *ret_url,
		       struct sl_err *err)
{
	SL_AUTO_FREE char *base_text = sl_url_text(&p->url), *as_dir = NULL;
	SL_AUTO(sl_url) base = SL_URL_INIT;
	int r;

	if (strncmp(url, "./", 2) != 0 && strncmp(url, "../", 3) != 0)
		return sl_url_parse(sl_str(url), ret_url, err);
	as_dir = sl_xasprintf("%s/", base_text);
	r = sl_url_parse(sl_str(as_dir), &base, err);
	return r < 0 ? r : sl_url_join(&base, sl_str(url), ret_url, err);
}

static int open_module_cache(struct job *j, const char *path, const char *url,
			     struct sl_git_cache **ret_cache, struct sl_err *err)
{
	char hex[SL_DIGEST_TEXT_SIZE];
	SL_AUTO_FREE char *dir = NULL;
	struct sl_digest digest;
	int r = sl_digest_of(SL_DIGEST_SHA256, sl_str(path), &digest, err);

	if (r < 0)
		return r;
	sl_digest_hex(&digest, hex);
	sl_strvec_push(&j->kept, hex);
	r = sl_mkdirs(j->top->fd, MODULES_DIR, 0700, err);
	if (r < 0)
		return r;
	dir = sl_xasprintf("%s/" MODULES_DIR "/%s", j->top->path, hex);
	return sl_git_cache_open(dir, url, ret_cache, err);
}

static int fetch_into(struct job *j, struct sl_git_cache *cache, const struct sl_url *url,
		      const char *url_text, const struct sl_git_oid *commit, struct sl_err *err)
{
	struct sl_git_remote_options options = *j->options;
	struct sl_git_candidate candidate = { .commit = *commit };
	const struct sl_git_target target = { .candidates = &candidate, .n = 1, .by_commit = true };
	SL_AUTO_PTR(sl_git_remote) *remote = NULL;
	struct sl_git_fetch_result result;
	int r;

	options.url = url_text;
	if (!sl_url_same_party(&j->owner, url)) {
		options.auth.http = (struct sl_http_auth){ 0 };
		options.auth.tls.cert_pem = options.auth.tls.key_pem = SL_STR_NULL;
	} else if (!options.auth.http.bearer && !options.auth.http.username) {
		options.auth.http.username = j->owner.user;
		options.auth.http.password = j->owner.password;
	}
	r = sl_git_remote_open(j->client, &options, &remote, err);
	return r < 0 ? r : sl_git_fetch(cache, remote, &target, &result, err);
}

static int fetch_level(struct job *j, const struct place *p, struct sl_err *err);

static int fetch_module(struct job *j, const struct place *p, const struct sl_gitmodule *d,
			const struct sl_git_oid *commit, struct sl_err *err)
{
	SL_AUTO(sl_url) url = SL_URL_INIT;
	SL_AUTO_FREE char *text = NULL, *path = NULL;
	SL_AUTO_PTR(sl_git_cache) *cache = NULL;
	struct place below = { .commit = *commit, .depth = p->depth + 1 };
	struct sl_git_module *m;
	int r;

	if (!d->url)
		return sl_err_set(err, SL_ERR_INVALID, ".gitmodules names no url");
	r = resolve_url(p, d->url, &url, err);
	if (r < 0)
		return r;
	if (j->out->n == SL_GIT_SUBMODULES_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "more than %d submodules",
				  SL_GIT_SUBMODULES_MAX);
	text = sl_url_text(&url);
	path = *p->prefix ? sl_xasprintf("%s/%s", p->prefix, d->path) : sl_xstrdup(d->path);
	r = open_module_cache(j, path, text, &cache, err);
	if (r == 0)
		r = fetch_into(j, cache, &url, text, commit, err);
	if (r < 0)
		return r;
	j->out->items = sl_grow(j->out->items, j->out->n, &j->out->cap, sizeof(*m));
	m = &j->out->items[j->out->n++];
	*m = (struct sl_git_module){ .path = SL_STEAL(path), .commit = *commit };
	below.cache = m->cache = SL_STEAL(cache);
	below.prefix = m->path;
	below.url = url;
	return fetch_level(j, &below, err);
}

static int fetch_declared(struct job *j, const struct place *p, const struct sl_gitmodules *list,
			  struct sl_err *err)
{
	for (size_t i = 0; i < list->n; i++) {
		struct sl_git_oid commit;
		int r = gitlink(p, list->items[i].path, &commit, err);

		if (r == SL_ERR_NOT_FOUND)
			continue; /* declared but not in the tree: nothing to check out */
		if (r == 0)
			r = fetch_module(j, p, &list->items[i], &commit, err);
		if (r < 0) {
			sl_err_wrap(err, "submodule '%s'", list->items[i].path);
			return r;
		}
	}
	return 0;
}

static int fetch_level(struct job *j, const struct place *p, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(SL_GIT_GITMODULES_MAX);
	SL_AUTO(sl_err) local = SL_ERR_INIT;
	SL_AUTO(sl_gitmodules) list = SL_GITMODULES_INIT;
	int r;

	if (p->depth >= SL_GIT_SUBMODULE_DEPTH_MAX)
		return 0;
	r = sl_git_file_read(p->cache, &p->commit, ".gitmodules", &text, &local);
	if (r == SL_ERR_NOT_FOUND)
		return 0;
	if (r < 0)
		return sl_err_move(err, &local);
	r = sl_gitmodules_parse(sl_strbuf_str(&text), &list, err);
	if (r == 0)
		r = fetch_declared(j, p, &list, err);
	return r;
}

/* Caches of submodules that the commit no longer has. */
static int sweep(const struct job *j, struct sl_err *err)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	SL_AUTO(sl_err) local = SL_ERR_INIT;
	int r = sl_dir_list(j->top->fd, MODULES_DIR, &names, &local);

	if (r == SL_ERR_NOT_FOUND)
		return 0;
	if (r < 0)
		return sl_err_move(err, &local);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		SL_AUTO_FREE char *path = sl_xasprintf(MODULES_DIR "/%s", names.v[i]);

		if (!sl_strvec_contains(&j->kept, sl_str(names.v[i])))
			r = sl_remove_tree(j->top->fd, path, err);
	}
	return r;
}

int sl_git_submodules_fetch(struct sl_git_cache *c, struct sl_http_client *client,
			    const struct sl_git_remote_options *options,
			    const struct sl_git_oid *commit, struct sl_git_submodules **ret_modules,
			    struct sl_err *err)
{
	SL_AUTO_PTR(sl_git_submodules) *out = sl_xcalloc(1, sizeof(*out));
	struct job j = { .top = c, .client = client, .options = options, .out = out };
	struct place top = { .cache = c, .commit = *commit, .prefix = "" };
	int r = sl_url_parse(sl_str(options->url), &j.owner, err);

	if (r < 0)
		return r;
	top.url = j.owner;
	r = fetch_level(&j, &top, err);
	if (r == 0)
		r = sweep(&j, err);
	sl_strvec_release(&j.kept);
	sl_url_release(&j.owner);
	if (r < 0)
		return r;
	*ret_modules = SL_STEAL(out);
	return 0;
}
