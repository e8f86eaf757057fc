#include "source-controller/gitrepository.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/base/clock.h"
#include "source-controller/gitcaches.h"
#include "source-controller/gitrun.h"

#define SHORT_MESSAGE_MAX 50 /* characters */

const struct sl_kube_kind sc_git_repository_kind = {
	SL_GROUP_SOURCE, "v1", SL_KIND_GIT_REPOSITORY, "gitrepositories", true, ~0u,
};

struct sc_git_run *sc_git_run(struct sc_run *r)
{
	return SL_CONTAINER_OF(r, struct sc_git_run, base);
}

char *sc_git_short_message(struct sl_arena *a, const char *subject)
{
	struct sl_str rest = sl_str(subject);
	uint32_t ignored;

	for (int i = 0; rest.n && i < SHORT_MESSAGE_MAX; i++) {
		size_t n = sl_utf8_decode(rest, &ignored);

		rest = sl_str_sub(rest, n ? n : 1, rest.n);
	}
	return sl_arena_printf(a, "%.*s%s", (int)(strlen(subject) - rest.n), subject,
			       rest.n ? "..." : "");
}

static enum sc_next decode(struct sc_run *r)
{
	struct sc_git_run *g = sc_git_run(r);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (sc_git_spec_decode(r->a, r->patcher.object, &g->spec, &err) < 0)
		return sc_stall(r, SC_COND_FETCH_FAILED, SC_REASON_INVALID_SPEC, &err);
	r->interval_ms = g->spec.interval_ms;
	if (sl_url_parse(sl_str(g->spec.url), &g->url, &err) < 0) {
		/* The URL is not repeated: it may hold a password. */
		sl_err_wrap(&err, "failed to parse url");
		return sc_stall(r, SC_COND_FETCH_FAILED, SL_REASON_URL_INVALID, &err);
	}
	return SC_NEXT;
}

static void collect_garbage(struct sc_run *r, const char *path)
{
	SL_AUTO(sl_strvec) removed = SL_STRVEC_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	/* What could not be removed now is looked at again in the next run. */
	if (sc_storage_collect(r->c->storage, path, &removed, &err) < 0)
		sl_log_error(&r->run->log, "garbage collection of artifacts failed", &err);
	if (removed.n)
		sc_event(r, SL_SEVERITY_TRACE, "GarbageCollectionSucceeded",
			 "garbage collected %zu artifacts", removed.n);
}

/* Is it below the directory of this very object? A status can be written by others. */
static bool is_own_path(struct sc_run *r, struct sl_str path)
{
	SL_AUTO_FREE char *own = NULL;
	ptrdiff_t slash = sl_str_rchr(path, '/');

	if (slash < 0 || sc_storage_path(r->kind->kube->kind, r->run->key.namespace_,
					 r->run->key.name, path.p + slash + 1, &own, NULL) < 0)
		return false;
	return sl_str_eqz(path, own);
}

/*
 * Is the file of status.artifact there, and what it should be? A corrupt one is removed. Negative
 * when that cannot be found out.
 */
static int check_artifact(struct sc_run *r, bool *ret_present, struct sl_err *err)
{
	const char *path = sl_arena_str(r->a, sl_get_str(sc_artifact(r), "path")).p;
	SL_AUTO(sl_err) reason = SL_ERR_INIT;
	struct sl_digest digest;
	int rc;

	*ret_present = false;
	if (!is_own_path(r, sl_str(path)))
		return 0;
	collect_garbage(r, path);
	rc = sl_digest_parse(sl_get_str(sc_artifact(r), "digest"), &digest, &reason);
	if (rc == 0)
		rc = sc_storage_verify(r->c->storage, path, &digest, &reason);
	*ret_present = rc == 0;
	if (rc == 0 || rc == SL_ERR_NOT_FOUND)
		return 0;
	if (rc == SL_ERR_IO || rc == SL_ERR_FORBIDDEN)
		return sl_err_move(err, &reason);
	sc_event(r, SL_SEVERITY_ERROR, "ArtifactVerificationFailed",
		 "failed to verify integrity of artifact: %s", reason.message);
	return sc_storage_remove(r->c->storage, path, err);
}

/* The address that we are reached at may be another one than when the artifact was stored. */
static void refresh_url(struct sc_run *r)
{
	struct sl_value *artifact = sc_artifact(r);
	const char *path = sl_arena_str(r->a, sl_get_str(artifact, "path")).p;
	SL_AUTO_FREE char *url = sc_storage_url(r->c->storage, path);

	sl_map_set_strz(r->a, artifact, "url", url);
}

static enum sc_next check_storage(struct sc_run *r)
{
	struct sl_value *object = r->patcher.object;
	bool existed = sc_artifact(r) != NULL, present = false;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (existed && check_artifact(r, &present, &err) < 0) {
		sl_err_wrap(&err, "failed to verify artifact");
		return sc_fail(r, SC_COND_STORAGE_FAILED, "StatOperationFailed", &err);
	}
	if (present) {
		refresh_url(r);
		return SC_NEXT;
	}
	if (!existed && r->is_retry)
		return SC_NEXT;
	sl_map_remove(sl_map_need_map(r->a, object, "status"), SL_STR("artifact"));
	sl_cond_progress(r->a, object, true, SL_REASON_PROGRESSING, "building artifact%s",
			 existed ? ": disappeared from storage" : "");
	sl_cond_delete(object, SC_COND_ARTIFACT_IN_STORAGE);
	return sc_publish(r);
}

static bool is_up_to_date(struct sc_git_run *g)
{
	struct sc_run *r = &g->base;

	return sl_str_eqz(sl_get_str(sc_artifact(r), "revision"), g->revision) &&
	       !sc_git_content_changed(r->patcher.object);
}

static void mark_stored(struct sc_git_run *g)
{
	struct sl_value *object = g->base.patcher.object;

	sl_cond_delete(object, SC_COND_ARTIFACT_OUTDATED);
	sl_cond_delete(object, SC_COND_STORAGE_FAILED);
	sl_cond_true(g->base.a, object, SC_COND_ARTIFACT_IN_STORAGE, SL_REASON_SUCCEEDED,
		     "stored artifact for revision '%s'", g->revision);
}

static void record_artifact(struct sc_git_run *g, const char *path, const struct sl_digest *digest,
			    uint64_t bytes)
{
	struct sc_run *r = &g->base;
	struct sl_value *artifact = sl_value_map(r->a);
	SL_AUTO_FREE char *url = sc_storage_url(r->c->storage, path);
	char text[SL_DIGEST_TEXT_SIZE], now[SL_RFC3339_SIZE];

	sl_digest_format(digest, text);
	sl_rfc3339(sl_wall_ms(), now);
	sl_map_set_strz(r->a, artifact, "digest", text);
	sl_map_set_strz(r->a, artifact, "lastUpdateTime", now);
	sl_map_set_strz(r->a, artifact, "path", path);
	sl_map_set_strz(r->a, artifact, "revision", g->revision);
	sl_map_set_int(r->a, artifact, "size", (int64_t)bytes);
	sl_map_set_strz(r->a, artifact, "url", url);
	sl_map_setz(r->a, sl_map_need_map(r->a, r->patcher.object, "status"), "artifact", artifact);
	sc_git_content_observe(r->a, r->patcher.object);
}

/* Write the tarball at `path`; on failure nothing is left of it. */
static int store(struct sc_git_run *g, const struct sl_ignore *rules, const char *path,
		 struct sl_err *err)
{
	struct sc_run *r = &g->base;
	SL_AUTO_PTR(sc_storing) *storing = NULL;
	struct sl_git_walk_options walk = { g->spec.sparse, g->spec.sparse_count, g->modules };
	struct sl_digest digest;
	uint64_t bytes;
	int rc = sc_storage_begin(r->c->storage, path, &storing, err);

	if (rc == 0)
		rc = sc_git_archive(g->cache, &g->commit, &walk, rules, sc_storing_sink(storing),
				    r->c->digest_algo, &digest, &bytes, err);
	if (rc == 0)
		rc = sc_storing_commit(storing, err);
	if (rc == 0)
		record_artifact(g, path, &digest, bytes);
	return rc;
}

static enum sc_next fail_rules(struct sc_git_run *g, struct sl_err *err)
{
	struct sc_run *r = &g->base;

	if (err->code == SL_ERR_INVALID && g->spec.sparse_count) {
		sl_err_wrap(err, "failed to sparse checkout directories");
		return sc_fail(r, SC_COND_FETCH_FAILED, SC_REASON_GIT_FAILED, err);
	}
	sl_err_wrap(err, "failed to load source ignore patterns from repository");
	return sc_fail(r, SC_COND_STORAGE_FAILED, "SourceIgnoreError", err);
}

/* The next attempt fetches everything: objects are missing, or the disk is full. */
static void give_up_cache(struct sc_git_run *g, const struct sl_err *err)
{
	if (err->code == SL_ERR_NOT_FOUND || err->code == SL_ERR_CHECKSUM ||
	    err->code == SL_ERR_NO_SPACE)
		sc_git_drop_cache(g);
}

static enum sc_next archive(struct sc_run *r)
{
	struct sc_git_run *g = sc_git_run(r);
	struct sl_git_walk_options walk = { g->spec.sparse, g->spec.sparse_count, g->modules };
	SL_AUTO_PTR(sl_ignore) *rules = NULL;
	SL_AUTO_FREE char *file = sl_xasprintf("%s.tar.gz", g->commit.hex);
	SL_AUTO_FREE char *path = NULL;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (is_up_to_date(g)) {
		sc_event(r, SL_SEVERITY_TRACE, "ArtifactUpToDate",
			 "artifact up-to-date with remote revision: '%s'", g->revision);
		mark_stored(g);
		return SC_NEXT;
	}
	if (sc_git_ignore(g->cache, &g->commit, &walk, g->spec.ignore, &rules, &err) < 0) {
		give_up_cache(g, &err);
		return fail_rules(g, &err);
	}
	if (sc_storage_path(r->kind->kube->kind, r->run->key.namespace_, r->run->key.name, file,
			    &path, &err) < 0 ||
	    store(g, rules, path, &err) < 0) {
		give_up_cache(g, &err);
		sl_err_wrap(&err, "unable to archive artifact to storage");
		return sc_fail(r, SC_COND_STORAGE_FAILED, "ArchiveOperationFailed", &err);
	}
	mark_stored(g);
	return SC_NEXT;
}

static int forget(struct sc_run *r, struct sl_err *err)
{
	return sc_git_caches_remove(r->c->git_caches, &r->run->key, err);
}

static const struct sc_step steps[] = {
	{ "decode", decode },
	{ "storage", check_storage },
	{ "authenticate", sc_git_step_authenticate },
	{ "resolve", sc_git_step_resolve },
	{ "fetch", sc_git_step_fetch },
	{ "archive", archive },
};

static const char *const owned[] = {
	SC_COND_STORAGE_FAILED,
	SC_COND_FETCH_FAILED,
	SC_COND_INCLUDE_UNAVAILABLE,
	SC_COND_ARTIFACT_OUTDATED,
	SC_COND_ARTIFACT_IN_STORAGE,
	SC_COND_SOURCE_VERIFIED,
	SL_COND_READY,
	SL_COND_RECONCILING,
	SL_COND_STALLED,
	NULL,
};

static const char *const summarized[] = {
	SC_COND_STORAGE_FAILED,	   SC_COND_FETCH_FAILED,	SC_COND_INCLUDE_UNAVAILABLE,
	SC_COND_ARTIFACT_OUTDATED, SC_COND_ARTIFACT_IN_STORAGE, SC_COND_SOURCE_VERIFIED,
	SL_COND_STALLED,	   SL_COND_RECONCILING,		NULL,
};

static const char *const negative[] = {
	SC_COND_STORAGE_FAILED,
	SC_COND_FETCH_FAILED,
	SC_COND_INCLUDE_UNAVAILABLE,
	SC_COND_ARTIFACT_OUTDATED,
	SL_COND_STALLED,
	SL_COND_RECONCILING,
	NULL,
};

static const char *const failures[] = {
	SC_COND_FETCH_FAILED,
	SC_COND_INCLUDE_UNAVAILABLE,
	SC_COND_STORAGE_FAILED,
	NULL,
};

static const struct sc_kind kind = {
	.kube = &sc_git_repository_kind,
	.owned = owned,
	.summary = { .order = summarized, .negative = negative },
	.failures = failures,
	.unsupported = sc_git_spec_unsupported,
	.steps = steps,
	.step_count = SL_ARRAY_LEN(steps),
	.forget = forget,
};

/* The object is gone without having passed by: its finalizer was removed by hand. */
static void clean_up(struct sc_context *c, struct sl_run *run)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (sc_git_caches_remove(c->git_caches, &run->key, &err) < 0)
		sl_log_error(&run->log, "cache could not be removed", &err);
}

struct sl_result sc_git_reconcile(void *ctx, struct sl_run *run, struct sl_err *err)
{
	struct sc_context *c = ctx;
	struct sc_git_run g = { .target = SL_GIT_TARGET_INIT };
	struct sl_result result;

	if (!run->object) {
		clean_up(c, run);
		return SL_RESULT_DONE;
	}
	result = sc_reconcile(&g.base, c, &kind, c->git, run, err);
	sl_git_submodules_free(g.modules);
	sl_git_cache_free(g.cache);
	sl_git_target_release(&g.target);
	sl_git_remote_free(g.remote);
	free(g.hint);
	sc_secret_release(&g.secret);
	sc_secret_release(&g.proxy_secret);
	sl_url_release(&g.url);
	free(g.revision);
	return result;
}
