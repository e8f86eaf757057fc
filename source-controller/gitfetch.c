/* From a GitRepository's URL and Secrets to a commit in the cache. */
#include "libcommon/base/clock.h"
#include "source-controller/gitcaches.h"
#include "source-controller/gitrepository.h"
#include "source-controller/gitrun.h"

static enum sc_next fail_auth(struct sc_run *r, struct sl_err *err)
{
	return sc_fail(r, SC_COND_FETCH_FAILED, SL_REASON_AUTHENTICATION_FAILED, err);
}

static int read_proxy(struct sc_git_run *g, struct sl_err *err)
{
	struct sc_run *r = &g->base;
	int rc;

	if (!g->spec.proxy_secret)
		return 0;
	rc = sc_secret_get(sl_manager_client(r->c->manager), r->run->key.namespace_,
			   g->spec.proxy_secret, &g->proxy_secret, err);
	if (rc == SL_ERR_NOT_FOUND)
		sl_err_set(err, rc, "secret '%s/%s' not found", r->run->key.namespace_,
			   g->spec.proxy_secret);
	else if (rc < 0)
		sl_err_wrap(err, "failed to get secret '%s/%s'", r->run->key.namespace_,
			    g->spec.proxy_secret);
	if (rc == 0)
		rc = sc_proxy(&g->proxy_secret, &g->remote_options.auth.proxy, err);
	if (rc < 0)
		sl_err_wrap(err, "failed to configure proxy options");
	return rc;
}

static int read_credentials(struct sc_git_run *g, struct sl_err *err)
{
	struct sc_run *r = &g->base;
	struct sl_git_auth auth;
	int rc = 0;

	if (g->spec.secret)
		rc = sc_secret_get(sl_manager_client(r->c->manager), r->run->key.namespace_,
				   g->spec.secret, &g->secret, err);
	if (rc < 0) {
		sl_err_wrap(err, "failed to get secret '%s/%s'", r->run->key.namespace_,
			    g->spec.secret);
		return rc;
	}
	rc = sc_git_auth(&g->url, g->spec.secret ? &g->secret : NULL, &auth, err);
	if (rc < 0) {
		sl_err_wrap(err, "failed to configure authentication options");
		return rc;
	}
	auth.proxy = g->remote_options.auth.proxy;
	g->remote_options.auth = auth;
	return 0;
}

enum sc_next sc_git_step_authenticate(struct sc_run *r)
{
	struct sc_git_run *g = sc_git_run(r);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (sl_cond_is_false(r->patcher.object, SC_COND_SOURCE_VERIFIED))
		sl_cond_delete(r->patcher.object, SC_COND_SOURCE_VERIFIED);
	if (read_proxy(g, &err) < 0 || read_credentials(g, &err) < 0)
		return fail_auth(r, &err);
	if (sc_secret_value(&g->secret, SC_KEY_GITHUB_APP_ID).n) {
		sl_err_set(&err, SL_ERR_INVALID,
			   "secretRef '%s' has github app data but provider is not set to github",
			   g->secret.ref);
		return sc_fail(r, SC_COND_FETCH_FAILED, SC_REASON_INVALID_PROVIDER, &err);
	}
	sl_cond_delete(r->patcher.object, SC_COND_INCLUDE_UNAVAILABLE);
	sl_cond_delete(r->patcher.object, SC_COND_ARTIFACT_OUTDATED);
	return SC_NEXT;
}

static enum sc_next fail_git(struct sc_git_run *g, struct sl_err *err)
{
	struct sc_run *r = &g->base;
	/* A full disk here is no fault of the remote. */
	bool local = err->code == SL_ERR_NO_SPACE || err->code == SL_ERR_IO;
	SL_AUTO_FREE char *url = sl_url_text(&g->url);

	if (err->code == SL_ERR_NOT_FOUND && sl_streq(err->reason, SL_GIT_REASON_EMPTY)) {
		sl_err_set(err, SL_ERR_NOT_FOUND, "git repository is empty");
		return sc_fail(r, SC_COND_FETCH_FAILED, SC_REASON_EMPTY_REPOSITORY, err);
	}
	sl_err_wrap(err, "failed to checkout and determine revision: unable to clone '%s'", url);
	return sc_fail(r, local ? SC_COND_STORAGE_FAILED : SC_COND_FETCH_FAILED,
		       SC_REASON_GIT_FAILED, err);
}

/* By branch, tag or name: the revision is known from the refs alone. */
static bool is_plain_ref(const struct sl_git_ref_spec *ref)
{
	return !ref->commit && (ref->name || ref->tag || !ref->semver);
}

static bool artifact_is_current(struct sc_run *r, const char *revision)
{
	return sl_cond_is_true(r->patcher.object, SC_COND_ARTIFACT_IN_STORAGE) &&
	       sl_str_eqz(sl_get_str(sc_artifact(r), "revision"), revision) &&
	       !sc_git_content_changed(r->patcher.object);
}

static int ask_remote(struct sc_git_run *g, struct sl_err *err)
{
	struct sc_run *r = &g->base;
	int rc;

	g->hint = sc_git_caches_hint(r->c->git_caches, &r->run->key, g->spec.url);
	g->remote_options.url = g->spec.url;
	g->remote_options.deadline_ms = sl_mono_ms() + g->spec.timeout_ms;
	g->remote_options.cancel = sl_manager_stop_flag(r->c->manager);
	g->remote_options.hint = g->hint;
	rc = sl_git_remote_open(r->run->http, &g->remote_options, &g->remote, err);
	g->remote_options.hint = NULL; /* of this remote, not of its submodules */
	if (rc == 0)
		rc = sl_git_resolve(g->remote, &g->spec.ref, &g->target, err);
	if (rc == 0)
		sc_git_caches_keep_hint(r->c->git_caches, &r->run->key, g->spec.url,
					sl_git_remote_hint(g->remote));
	return rc;
}

enum sc_next sc_git_step_resolve(struct sc_run *r)
{
	struct sc_git_run *g = sc_git_run(r);
	SL_AUTO_FREE char *revision = NULL;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (ask_remote(g, &err) < 0)
		return fail_git(g, &err);
	if (!is_plain_ref(&g->spec.ref))
		return SC_NEXT;
	revision = sl_git_revision(&g->spec.ref, &g->target.candidates[0]);
	if (!artifact_is_current(r, revision))
		return SC_NEXT;
	sl_cond_delete(r->patcher.object, SC_COND_FETCH_FAILED);
	sl_cond_delete(r->patcher.object, SC_COND_STORAGE_FAILED);
	sl_cond_true(r->a, r->patcher.object, SC_COND_ARTIFACT_IN_STORAGE, SL_REASON_SUCCEEDED,
		     "stored artifact for revision '%s'", revision);
	r->notice = sl_arena_printf(r->a, "stored artifact for commit '%s'", revision);
	return sc_unchanged(r, SC_REASON_GIT_SUCCEEDED,
			    "no changes since last reconciliation: observed revision '%s'",
			    revision);
}

void sc_git_drop_cache(struct sc_git_run *g)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (g->cache && sl_git_cache_drop(g->cache, &err) < 0)
		sl_log_error(&g->base.run->log, "cache could not be removed", &err);
}

static int fetch(struct sc_git_run *g, struct sl_err *err)
{
	struct sc_run *r = &g->base;
	struct sl_git_fetch_result result = { 0 };
	int rc = sc_git_caches_open(r->c->git_caches, &r->run->key, g->spec.url, &g->cache, err);

	if (rc == 0)
		rc = sl_git_fetch(g->cache, g->remote, &g->target, &result, err);
	if (rc < 0)
		return rc;
	g->commit = g->target.candidates[result.candidate].commit;
	g->revision = sl_git_revision(&g->spec.ref, &g->target.candidates[result.candidate]);
	sl_log_debug(&r->run->log, "git repository fetched", SL_KS("revision", g->revision),
		     SL_KB("fetched", result.fetched),
		     SL_KI("bytes", (int64_t)result.received_bytes));
	return 0;
}

static int describe(struct sc_git_run *g, struct sl_err *err)
{
	SL_AUTO(sl_git_commit) commit = SL_GIT_COMMIT_INIT;
	int rc = sl_git_commit_read(g->cache, &g->commit, &commit, err);

	if (rc == 0)
		g->base.notice = sl_arena_printf(g->base.a, "stored artifact for commit '%s'",
						 sc_git_short_message(g->base.a, commit.subject));
	return rc;
}

/* Only what has to be built anew needs its submodules. */
static int fetch_submodules(struct sc_git_run *g, struct sl_err *err)
{
	if (!g->spec.recurse_submodules || artifact_is_current(&g->base, g->revision))
		return 0;
	return sl_git_submodules_fetch(g->cache, g->base.run->http, &g->remote_options, &g->commit,
				       &g->modules, err);
}

enum sc_next sc_git_step_fetch(struct sc_run *r)
{
	struct sc_git_run *g = sc_git_run(r);
	struct sl_value *object = r->patcher.object;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const char *message;

	if (fetch(g, &err) < 0 || describe(g, &err) < 0 || fetch_submodules(g, &err) < 0) {
		/* Room for other repositories, and for the next attempt. */
		if (err.code == SL_ERR_NO_SPACE)
			sc_git_drop_cache(g);
		return fail_git(g, &err);
	}
	sl_cond_delete(object, SC_COND_FETCH_FAILED);
	/* spec.verify is refused earlier: it is left from another controller's time. */
	sl_cond_delete(object, SC_COND_SOURCE_VERIFIED);
	if (sl_str_eqz(sl_get_str(sc_artifact(r), "revision"), g->revision))
		return SC_NEXT;
	message = sl_arena_printf(r->a, "new upstream revision '%s'", g->revision);
	if (sc_artifact(r))
		sl_cond_true(r->a, object, SC_COND_ARTIFACT_OUTDATED, "NewRevision", "%s", message);
	sl_cond_progress(r->a, object, true, SL_REASON_PROGRESSING, "building artifact: %s",
			 message);
	return sc_publish(r);
}
