#include "kustomize-controller/remotes.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "libcommon/net/gitcheckout.h"

#define TMPDIR_PREFIX "sluice-remote-base"

struct entry {
	char *url;    /* as the kustomization has it */
	bool is_file; /* a URL may be tried as a file, then as a repository */
	char *name;   /* of the tree or file below the directory */
	struct sl_git_oid commit;
	int64_t fetched_ms;
	bool used; /* by the build that is going on, or the last one */
};

struct kc_remotes {
	struct sl_tmpdir dir;
	struct entry *entries;
	size_t n, cap;
	unsigned names; /* given out so far */

	struct sl_http_client *http;
	const atomic_bool *cancel;
	int64_t fresh_since_ms;
};

void kc_remotes_sweep(void)
{
	sl_tmpdir_sweep(TMPDIR_PREFIX);
}

struct kc_remotes *kc_remotes_new(void)
{
	struct kc_remotes *r = sl_xcalloc(1, sizeof(*r));

	r->dir = (struct sl_tmpdir)SL_TMPDIR_INIT;
	return r;
}

static void entry_release(struct entry *e)
{
	free(e->url);
	free(e->name);
}

void kc_remotes_free(struct kc_remotes *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n; i++)
		entry_release(&r->entries[i]);
	free(r->entries);
	sl_tmpdir_release(&r->dir);
	free(r);
}

/* The packs of an entry lie beside its tree. */
static char *packs_name(const struct entry *e)
{
	return sl_xasprintf("%s.git", e->name);
}

static int remove_tree(struct kc_remotes *r, const struct entry *e, struct sl_err *err)
{
	return sl_remove_tree(r->dir.fd, e->name, err);
}

static void forget(struct kc_remotes *r, size_t index)
{
	struct entry *e = &r->entries[index];
	SL_AUTO_FREE char *packs = packs_name(e);

	/* What cannot be removed now goes with the directory. */
	(void)!remove_tree(r, e, NULL);
	(void)!sl_remove_tree(r->dir.fd, packs, NULL);
	entry_release(e);
	memmove(e, e + 1, (--r->n - index) * sizeof(*e));
}

void kc_remotes_begin(struct kc_remotes *r, struct sl_http_client *http, const atomic_bool *cancel,
		      int64_t fresh_since_ms)
{
	r->http = http;
	r->cancel = cancel;
	r->fresh_since_ms = fresh_since_ms;
	for (size_t i = 0; i < r->n; i++)
		r->entries[i].used = false;
}

void kc_remotes_end(struct kc_remotes *r)
{
	r->http = NULL;
	r->cancel = NULL;
	for (size_t i = r->n; i > 0; i--)
		if (!r->entries[i - 1].used)
			forget(r, i - 1);
}

int kc_remotes_dir_fd(const struct kc_remotes *r)
{
	return r->dir.fd;
}

bool kc_remotes_any(const struct kc_remotes *r)
{
	return r->n > 0;
}

static struct entry *find(struct kc_remotes *r, const struct sl_kustomize_remote *remote)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->entries[i].is_file == !remote->repo &&
		    !strcmp(r->entries[i].url, remote->url))
			return &r->entries[i];
	return NULL;
}

static int add(struct kc_remotes *r, const struct sl_kustomize_remote *remote, struct entry **ret,
	       struct sl_err *err)
{
	int result = r->dir.path ? 0 : sl_tmpdir_create(TMPDIR_PREFIX, &r->dir, err);
	struct entry *e;

	if (result < 0)
		return result;
	if (r->n >= KC_REMOTES_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "a build takes from more than %d remote places", KC_REMOTES_MAX);
	r->entries = sl_grow(r->entries, r->n, &r->cap, sizeof(*r->entries));
	e = &r->entries[r->n++];
	*e = (struct entry){ .url = sl_xstrdup(remote->url),
			     .is_file = !remote->repo,
			     .name = sl_xasprintf("%u", ++r->names) };
	*ret = e;
	return 0;
}

static int fetch_file(struct kc_remotes *r, const struct entry *e, struct sl_err *err)
{
	SL_AUTO(sl_http_response) response = SL_HTTP_RESPONSE_INIT;
	SL_AUTO_FD int fd = -1;
	int result =
		sl_open_beneath(r->dir.fd, e->name, O_WRONLY | O_CREAT | O_TRUNC, 0600, &fd, err);
	const struct sl_http_request request = {
		.method = "GET",
		.url = e->url,
		.max_body_bytes = KC_REMOTE_FILE_MAX,
		.sink = sl_sink_fd(&fd),
		.deadline_ms = sl_mono_ms() + KC_REMOTE_FILE_TIMEOUT_MS,
		.cancel = r->cancel,
	};

	return result < 0 ? result : sl_http_do(r->http, &request, &response, err);
}

/* Git's own order for a name that is no full one, in `git fetch URL NAME`. */
static const char *const ref_prefixes[] = { "", "refs/", "refs/tags/", "refs/heads/" };
#define REF_PREFIXES SL_ARRAY_LEN(ref_prefixes)

static int resolve_name(struct sl_git_remote *remote, struct sl_arena *a, const char *name,
			struct sl_git_target *ret, struct sl_err *err)
{
	SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;
	const char *names[REF_PREFIXES];
	int result;

	if (strcmp(name, "HEAD") && !sl_git_ref_name_ok(sl_str(name)))
		return sl_err_set(err, SL_ERR_INVALID, "'%s' is no name of a branch, tag or commit",
				  name);
	for (size_t i = 0; i < REF_PREFIXES; i++)
		names[i] = sl_arena_printf(a, "%s%s", ref_prefixes[i], name);
	result = sl_git_ls_refs(remote, names, REF_PREFIXES, &refs, err);
	if (result < 0)
		return result;
	for (size_t i = 0; i < REF_PREFIXES; i++)
		if (sl_git_refs_find(&refs, names[i])) {
			const struct sl_git_ref_spec spec = { .name = names[i] };

			return sl_git_resolve_refs(&refs, &spec, ret, err);
		}
	return sl_err_set(err, SL_ERR_NOT_FOUND, "couldn't find remote ref %s", name);
}

static int resolve(struct sl_git_remote *remote, struct sl_arena *a,
		   const struct sl_kustomize_repo *repo, struct sl_git_target *ret,
		   struct sl_err *err)
{
	const char *name = repo->ref.n ? sl_arena_str(a, repo->ref).p : "HEAD";
	const struct sl_git_ref_spec by_commit = { .commit = name };
	struct sl_git_oid id;

	if (sl_git_oid_parse(sl_str(name), &id))
		return sl_git_resolve(remote, &by_commit, ret, err);
	return resolve_name(remote, a, name, ret, err);
}

/* What a repository is fetched with, and how far that has come. */
struct clone {
	struct kc_remotes *r;
	struct entry *e;
	const struct sl_kustomize_repo *repo;
	struct sl_git_remote_options options;
	struct sl_git_cache *cache;
	struct sl_git_submodules *modules;
};

static int fetch_commit(struct clone *c, struct sl_arena *a, struct sl_git_oid *ret_commit,
			struct sl_err *err)
{
	SL_AUTO_PTR(sl_git_remote) *remote = NULL;
	SL_AUTO(sl_git_target) target = SL_GIT_TARGET_INIT;
	SL_AUTO_FREE char *packs = packs_name(c->e);
	struct sl_git_fetch_result fetched = { 0 };
	int result = sl_git_remote_open(c->r->http, &c->options, &remote, err);

	if (result == 0)
		result = resolve(remote, a, c->repo, &target, err);
	if (result == 0 && sl_git_oid_eq(&target.candidates[0].commit, &c->e->commit)) {
		*ret_commit = c->e->commit;
		return 0;
	}
	if (result == 0)
		result = sl_git_cache_open(sl_arena_printf(a, "%s/%s", c->r->dir.path, packs),
					   c->options.url, &c->cache, err);
	if (result == 0)
		result = sl_git_fetch(c->cache, remote, &target, &fetched, err);
	if (result == 0)
		*ret_commit = target.candidates[fetched.candidate].commit;
	if (result == 0 && c->repo->submodules)
		result = sl_git_submodules_fetch(c->cache, c->r->http, &c->options, ret_commit,
						 &c->modules, err);
	return result;
}

static int replace_tree(struct clone *c, const struct sl_git_oid *commit, struct sl_err *err)
{
	SL_AUTO_FD int fd = -1;
	int result = remove_tree(c->r, c->e, err);

	c->e->commit = (struct sl_git_oid){ { 0 } };
	if (result == 0)
		result = sl_mkdirs(c->r->dir.fd, c->e->name, 0700, err);
	if (result == 0)
		result = sl_open_beneath(c->r->dir.fd, c->e->name, O_RDONLY | O_DIRECTORY, 0, &fd,
					 err);
	if (result == 0)
		result = sl_git_checkout(c->cache, commit, c->modules, KC_REMOTE_TREE_MAX, fd, err);
	if (result == 0)
		c->e->commit = *commit;
	return result;
}

static int fetch_repository(struct kc_remotes *r, struct entry *e,
			    const struct sl_kustomize_repo *repo, struct sl_arena *a,
			    struct sl_err *err)
{
	struct clone c = { .r = r, .e = e, .repo = repo };
	int64_t timeout = repo->timeout_ms;
	struct sl_git_oid commit;
	int result;

	if (!sl_kustomize_is_web(repo->clone))
		return sl_err_set(err, SL_ERR_UNSUPPORTED,
				  "remote bases are fetched over http and https only");
	if (timeout > KC_REMOTE_TIMEOUT_MAX_MS)
		timeout = KC_REMOTE_TIMEOUT_MAX_MS;
	c.options = (struct sl_git_remote_options){
		.url = sl_arena_str(a, repo->clone).p,
		.deadline_ms = sl_mono_ms() + timeout,
		.cancel = r->cancel,
		.max_pack_bytes = KC_REMOTE_PACK_MAX,
	};
	result = fetch_commit(&c, a, &commit, err);
	if (result == 0 && !sl_git_oid_eq(&commit, &e->commit))
		result = replace_tree(&c, &commit, err);
	sl_git_submodules_free(c.modules);
	sl_git_cache_free(c.cache);
	return result;
}

int kc_remotes_fetch(struct kc_remotes *r, const struct sl_kustomize_remote *remote,
		     struct sl_arena *a, const char **ret_path, struct sl_err *err)
{
	struct entry *e = find(r, remote);
	int result = e ? 0 : add(r, remote, &e, err);

	if (result < 0)
		return result;
	if (!e->fetched_ms || e->fetched_ms < r->fresh_since_ms) {
		e->fetched_ms = 0;
		result = remote->repo ? fetch_repository(r, e, remote->repo, a, err)
				      : fetch_file(r, e, err);
		if (result < 0)
			return result;
		e->fetched_ms = sl_mono_ms();
	}
	e->used = true;
	*ret_path = sl_arena_printf(a, "%s/%s", KC_REMOTES_DIR, e->name);
	return 0;
}
