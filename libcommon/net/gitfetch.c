/* Bring a cache up to date: what is missing, how to ask for it, what to do when it does not work. */
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/file.h"
#include "libcommon/net/gitlib.h"

static bool has_object(struct sl_git_cache *c, const struct sl_git_oid *oid)
{
	git_oid id;

	return sl_git_cache_odb(c, NULL) == 0 && sl_git_lib_oid(oid, &id) &&
	       git_odb_exists(c->odb, &id);
}

static bool is_here(struct sl_git_cache *c, const struct sl_git_candidate *candidate)
{
	return sl_git_cache_has(c, &candidate->commit) && has_object(c, &candidate->commit) &&
	       (!candidate->tag_object.hex[0] || has_object(c, &candidate->tag_object));
}

/* Remember a complete commit, newest first. */
static void add_tip(struct sl_git_cache *c, const struct sl_git_oid *commit)
{
	size_t at = 0;

	while (at < c->tip_count && !sl_git_oid_eq(&c->tips[at], commit))
		at++;
	if (at == SL_GIT_TIPS_MAX)
		at--;
	else if (at == c->tip_count)
		c->tip_count++;
	memmove(c->tips + 1, c->tips, at * sizeof(*c->tips));
	c->tips[0] = *commit;
}

static int count_packs(struct sl_git_cache *c, size_t *ret_count, struct sl_err *err)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	int r = sl_dir_list(c->fd, "objects/pack", &names, err);

	*ret_count = 0;
	for (size_t i = 0; i < names.n; i++)
		*ret_count += sl_str_ends(sl_str(names.v[i]), SL_STR(".pack"));
	return r;
}

/* The ids to ask for, and the commits that must be complete then. */
struct plan {
	struct sl_git_oid *wants, *commits;
	size_t want_count, commit_count;
	unsigned depth; /* 0: the whole history */
};

/*
 * One exchange into the cache. *ret_local tells a failure to use what came, which a damaged cache can
 * cause and a fresh one cures, from the server's and the network's.
 */
static int fetch_pack(struct sl_git_cache *c, struct sl_git_remote *r, const struct plan *p,
		      bool *ret_local, struct sl_err *err)
{
	const struct sl_git_wire_request q = {
		.wants = p->wants,
		.want_count = p->want_count,
		.haves = c->tips,
		.have_count = c->tip_count,
		.depth = p->depth,
	};
	struct sl_git_indexer x = { .indexer = NULL };
	int rc = sl_git_indexer_init(c, r, &x, err);

	if (rc == 0)
		rc = sl_git_wire_fetch(r, &q, sl_git_indexer_sink(&x), err);
	*ret_local = x.failed || rc == 0;
	if (rc == 0)
		rc = sl_git_indexer_finish(&x, err);
	sl_git_indexer_release(&x);
	if (rc == 0 && git_odb_refresh(c->odb) < 0)
		rc = sl_git_lib_error(GIT_ERROR, "open new pack", err);
	return rc;
}

static int run_plan(struct sl_git_cache *c, struct sl_git_remote *r, const struct plan *p,
		    bool *ret_local, struct sl_err *err)
{
	int rc = fetch_pack(c, r, p, ret_local, err);

	for (size_t i = 0; rc == 0 && i < p->commit_count; i++)
		rc = sl_git_verify_tree(c, &p->commits[i], err);
	if (rc < 0)
		return rc;
	c->full = p->depth == 0;
	for (size_t i = p->commit_count; i > 0; i--)
		add_tip(c, &p->commits[i - 1]);
	return sl_git_cache_save(c, err);
}

/* Into the cache as it is; if that fails for what the cache holds, once more into an empty one. */
static int fetch_with_cure(struct sl_git_cache *c, struct sl_git_remote *r, const struct plan *p,
			   struct sl_err *err)
{
	SL_AUTO(sl_err) first = SL_ERR_INIT;
	bool fresh = c->tip_count == 0, local = false;
	int rc = run_plan(c, r, p, &local, &first);

	if (rc == 0)
		return 0;
	if (fresh || !local || (rc != SL_ERR_INVALID && rc != SL_ERR_NOT_FOUND && rc != SL_ERR_IO))
		return sl_err_move(err, &first);
	rc = sl_git_cache_drop(c, err);
	return rc < 0 ? rc : run_plan(c, r, p, &local, err);
}

/* A cache of the other depth, or of too many packs, is of no use. */
static int prepare(struct sl_git_cache *c, bool shallow, struct sl_err *err)
{
	size_t packs = 0;
	int r = count_packs(c, &packs, err);

	if (r < 0)
		return r;
	if (packs < SL_GIT_CACHE_PACKS_MAX &&
	    (c->tip_count == 0 ? packs == 0 : c->full == !shallow))
		return 0;
	return sl_git_cache_drop(c, err);
}

static int fetch_candidates(struct sl_git_cache *c, struct sl_git_remote *r,
			    const struct sl_git_target *t, struct sl_err *err)
{
	struct sl_git_oid wants[SL_GIT_TIES_MAX], commits[SL_GIT_TIES_MAX];
	struct plan p = { .wants = wants, .commits = commits };
	int rc;

	p.depth = r->caps.shallow && !(c->full && c->tip_count) ? 1 : 0;
	rc = prepare(c, p.depth != 0, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < t->n && i < SL_GIT_TIES_MAX; i++) {
		const struct sl_git_candidate *k = &t->candidates[i];

		if (is_here(c, k))
			continue;
		commits[p.commit_count++] = k->commit;
		wants[p.want_count++] = k->tag_object.hex[0] ? k->tag_object : k->commit;
	}
	return fetch_with_cure(c, r, &p, err);
}

/* Branches that may hold the commit, or all branches and tags. */
static int list_wants(struct sl_git_remote *r, const struct sl_git_target *t,
		      struct sl_git_oid **ret_wants, size_t *ret_count, struct sl_err *err)
{
	const char *prefixes[] = { t->within ? t->within : "refs/heads/", "refs/tags/" };
	SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;
	size_t n = 0;
	int rc = sl_git_ls_refs(r, prefixes, t->within ? 1 : 2, &refs, err);

	if (rc < 0)
		return rc;
	if (refs.n > SL_GIT_WANTS_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "remote has more than %d refs to fetch",
				  SL_GIT_WANTS_MAX);
	*ret_wants = sl_xcalloc(refs.n + 1, sizeof(**ret_wants));
	for (size_t i = 0; i < refs.n; i++)
		if (!t->within || !strcmp(refs.items[i].name, t->within))
			(*ret_wants)[n++] = refs.items[i].oid;
	*ret_count = n;
	return 0;
}

static bool is_commit(struct sl_git_cache *c, const struct sl_git_oid *oid)
{
	git_object_t type;
	size_t size;
	git_oid id;

	return sl_git_lib_oid(oid, &id) && git_odb_read_header(&size, &type, c->odb, &id) == 0 &&
	       type == GIT_OBJECT_COMMIT;
}

/* Remember the commit, and with the history the tips that it came with: the next `have`s. */
static int settle(struct sl_git_cache *c, const struct plan *p, const struct sl_git_oid *commit,
		  bool found, struct sl_err *err)
{
	for (size_t i = 0; c->full && i < p->want_count && i < SL_GIT_TIPS_MAX - 1; i++)
		if (is_commit(c, &p->wants[i]) && sl_git_verify_tree(c, &p->wants[i], NULL) == 0)
			add_tip(c, &p->wants[i]);
	if (found)
		add_tip(c, commit);
	return sl_git_cache_save(c, err);
}

/* Fetch what the refs reach to the plan's depth; SL_ERR_NOT_FOUND when the commit is not there. */
static int search(struct sl_git_cache *c, struct sl_git_remote *r, const struct plan *p,
		  const struct sl_git_oid *commit, struct sl_err *err)
{
	bool found;
	int rc = prepare(c, p->depth != 0, err);

	if (rc == 0 && p->want_count)
		rc = fetch_with_cure(c, r, p, err);
	if (rc < 0)
		return rc;
	found = has_object(c, commit) && sl_git_verify_tree(c, commit, NULL) == 0;
	rc = settle(c, p, commit, found, err);
	if (rc < 0 || found)
		return rc;
	return sl_err_set(err, SL_ERR_NOT_FOUND,
			  "unable to resolve commit object for '%s': object not found",
			  commit->hex);
}

/* The server gives the commit no other way: look for it near the tips, then in all there is. */
static int fetch_history(struct sl_git_cache *c, struct sl_git_remote *r,
			 const struct sl_git_target *t, struct sl_err *err)
{
	const struct sl_git_oid *commit = &t->candidates[0].commit;
	SL_AUTO_FREE struct sl_git_oid *wants = NULL;
	struct plan p = { 0 };
	int rc = list_wants(r, t, &wants, &p.want_count, err);

	if (rc < 0)
		return rc;
	p.wants = wants;
	if (r->caps.shallow && !(c->full && c->tip_count)) {
		p.depth = SL_GIT_HISTORY_STEP;
		rc = search(c, r, &p, commit, err);
		if (rc != SL_ERR_NOT_FOUND)
			return rc;
		p.depth = 0;
	}
	return search(c, r, &p, commit, err);
}

static int fetch_commit(struct sl_git_cache *c, struct sl_git_remote *r,
			const struct sl_git_target *t, bool *ret_history, struct sl_err *err)
{
	bool by_id = r->version == 2 || r->caps.any_sha1;
	SL_AUTO(sl_err) local = SL_ERR_INIT;
	int rc;

	if (by_id && r->caps.shallow && !(c->full && c->tip_count)) {
		rc = fetch_candidates(c, r, t, &local);
		if (rc == 0)
			return 0;
		if (rc != SL_ERR_NOT_FOUND && rc != SL_ERR_INVALID && rc != SL_ERR_FORBIDDEN)
			return sl_err_move(err, &local);
	}
	*ret_history = true;
	return fetch_history(c, r, t, err);
}

/* The candidate with the newest commit; the last one of equals. */
static int choose(struct sl_git_cache *c, const struct sl_git_target *t, size_t *ret_index,
		  struct sl_err *err)
{
	int64_t newest = INT64_MIN;
	size_t best = 0;

	for (size_t i = 0; i < t->n && t->n > 1; i++) {
		SL_AUTO(sl_git_commit) commit = SL_GIT_COMMIT_INIT;
		int r = sl_git_commit_read(c, &t->candidates[i].commit, &commit, err);

		if (r < 0)
			return r;
		if (commit.committer.when < newest)
			continue;
		newest = commit.committer.when;
		best = i;
	}
	*ret_index = best;
	return 0;
}

static int fetch_missing(struct sl_git_cache *c, struct sl_git_remote *r,
			 const struct sl_git_target *t, struct sl_git_fetch_result *ret_result,
			 struct sl_err *err)
{
	int rc = sl_git_remote_discover(r, err);

	if (rc < 0)
		return rc;
	if (r->caps.sha256)
		return sl_err_set(
			err, SL_ERR_UNSUPPORTED,
			"the repository names objects by SHA-256, which is not supported");
	ret_result->fetched = true;
	return t->by_commit ? fetch_commit(c, r, t, &ret_result->history, err)
			    : fetch_candidates(c, r, t, err);
}

int sl_git_fetch(struct sl_git_cache *c, struct sl_git_remote *r,
		 const struct sl_git_target *target, struct sl_git_fetch_result *ret_result,
		 struct sl_err *err)
{
	uint64_t before = r->received_bytes;
	struct sl_git_fetch_result result = { 0 };
	bool missing = false;
	int rc = 0;

	for (size_t i = 0; i < target->n; i++)
		missing = missing || !is_here(c, &target->candidates[i]);
	if (missing)
		rc = fetch_missing(c, r, target, &result, err);
	if (rc == 0)
		rc = choose(c, target, &result.candidate, err);
	if (rc < 0)
		return rc;
	result.received_bytes = r->received_bytes - before;
	*ret_result = result;
	return 0;
}
