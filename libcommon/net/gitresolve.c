/* From a reference spec and what a remote advertises to a commit. */
#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/semver.h"
#include "libcommon/codec/semver_range.h"
#include "libcommon/net/git_priv.h"

#define DEFAULT_BRANCH "master"

enum mode { BY_COMMIT, BY_NAME, BY_TAG, BY_SEMVER, BY_BRANCH };

static bool given(const char *s)
{
	return s && *s;
}

/* The order of Flux's code; its documentation has tag and semver the other way round. */
static enum mode mode_of(const struct sl_git_ref_spec *spec)
{
	if (given(spec->commit))
		return BY_COMMIT;
	if (given(spec->name))
		return BY_NAME;
	if (given(spec->tag))
		return BY_TAG;
	return given(spec->semver) ? BY_SEMVER : BY_BRANCH;
}

void sl_git_target_release(struct sl_git_target *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->candidates[i].ref);
	free(t->candidates);
	free(t->within);
	*t = (struct sl_git_target)SL_GIT_TARGET_INIT;
}

/* The full name of the one ref that decides, or what all such names begin with. Fresh string. */
static char *wanted_ref(const struct sl_git_ref_spec *spec)
{
	switch (mode_of(spec)) {
	case BY_COMMIT:
		return given(spec->branch) ? sl_xasprintf("refs/heads/%s", spec->branch)
					   : sl_xstrdup("HEAD");
	case BY_NAME:
		return sl_xstrdup(spec->name);
	case BY_TAG:
		return sl_xasprintf("refs/tags/%s", spec->tag);
	case BY_SEMVER:
		return sl_xstrdup("refs/tags/");
	case BY_BRANCH:
		break;
	}
	return sl_xasprintf("refs/heads/%s", given(spec->branch) ? spec->branch : DEFAULT_BRANCH);
}

static struct sl_git_candidate *add_candidate(struct sl_git_target *t, const char *ref)
{
	struct sl_git_candidate *c;

	t->candidates = sl_grow(t->candidates, t->n, &t->cap, sizeof(*t->candidates));
	c = &t->candidates[t->n++];
	memset(c, 0, sizeof(*c));
	c->ref = sl_xstrdup(ref);
	return c;
}

static void add_ref(struct sl_git_target *t, const struct sl_git_ref *ref)
{
	struct sl_git_candidate *c = add_candidate(t, ref->name);

	c->commit = ref->oid;
	if (!ref->peeled.hex[0])
		return;
	c->commit = ref->peeled;
	c->tag_object = ref->oid;
}

static void drop_candidates(struct sl_git_target *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->candidates[i].ref);
	t->n = 0;
}

static int resolve_one(const struct sl_git_refs *refs, const char *name, struct sl_git_target *t,
		       struct sl_err *err)
{
	const struct sl_git_ref *ref = sl_git_refs_find(refs, name);

	if (!ref)
		return sl_err_set(err, SL_ERR_NOT_FOUND, "couldn't find remote ref \"%s\"", name);
	add_ref(t, ref);
	return 0;
}

static int resolve_commit(const struct sl_git_refs *refs, const struct sl_git_ref_spec *spec,
			  const char *name, struct sl_git_target *t, struct sl_err *err)
{
	const struct sl_git_ref *ref = sl_git_refs_find(refs, name);
	struct sl_git_candidate *c;
	struct sl_git_oid commit;

	if (!sl_git_oid_parse(sl_str(spec->commit), &commit))
		return sl_err_set(err, SL_ERR_INVALID,
				  "commit is not the full hexadecimal id of a commit");
	if (!ref && given(spec->branch))
		return sl_err_set(err, SL_ERR_NOT_FOUND, "couldn't find remote ref \"%s\"", name);
	c = add_candidate(t, given(spec->branch) ? name : NULL);
	c->commit = commit;
	t->by_commit = !ref || !sl_git_oid_eq(&ref->oid, &commit);
	t->within = given(spec->branch) ? sl_xstrdup(name) : NULL;
	return 0;
}

static int resolve_semver(const struct sl_git_refs *refs, const struct sl_git_ref_spec *spec,
			  struct sl_git_target *t, struct sl_err *err)
{
	SL_AUTO_PTR(sl_semver_range) *range = NULL;
	struct sl_semver best = { 0 };
	int r;

	r = sl_semver_range_parse(sl_str(spec->semver), &range, err);
	if (r < 0) {
		sl_err_wrap(err, "semver parse error");
		return r;
	}
	for (size_t i = 0; i < refs->n; i++) {
		struct sl_str tag = sl_str(refs->items[i].name);
		struct sl_semver v;
		int order;

		if (!sl_str_cut_prefix(&tag, SL_STR("refs/tags/")) ||
		    sl_semver_parse_tag(tag, &v, NULL) < 0 || !sl_semver_range_check(range, &v))
			continue;
		order = t->n ? sl_semver_cmp(&v, &best) : 1;
		if (order < 0)
			continue;
		if (order > 0)
			drop_candidates(t);
		if (t->n == SL_GIT_TIES_MAX)
			return sl_err_set(err, SL_ERR_TOO_LARGE,
					  "more than %d tags differ in build metadata alone",
					  SL_GIT_TIES_MAX);
		best = v;
		add_ref(t, &refs->items[i]);
	}
	if (!t->n)
		return sl_err_set(err, SL_ERR_NOT_FOUND, "no match found for semver: %s",
				  spec->semver);
	return 0;
}

static int resolve(const struct sl_git_refs *refs, const struct sl_git_ref_spec *spec,
		   const char *name, struct sl_git_target *t, struct sl_err *err)
{
	switch (mode_of(spec)) {
	case BY_COMMIT:
		return resolve_commit(refs, spec, name, t, err);
	case BY_SEMVER:
		return resolve_semver(refs, spec, t, err);
	case BY_NAME:
	case BY_TAG:
	case BY_BRANCH:
		break;
	}
	return resolve_one(refs, name, t, err);
}

static int check_name(const struct sl_git_ref_spec *spec, const char *name, struct sl_err *err)
{
	if (mode_of(spec) != BY_SEMVER && !sl_git_ref_name_ok(sl_str(name)))
		return sl_err_set(err, SL_ERR_INVALID, "not a valid Git reference name");
	return 0;
}

int sl_git_resolve_refs(const struct sl_git_refs *refs, const struct sl_git_ref_spec *spec,
			struct sl_git_target *ret_target, struct sl_err *err)
{
	SL_AUTO_FREE char *name = wanted_ref(spec);
	SL_AUTO(sl_git_target) t = SL_GIT_TARGET_INIT;
	int r = check_name(spec, name, err);

	if (r == 0)
		r = resolve(refs, spec, name, &t, err);
	if (r < 0)
		return r;
	sl_git_target_release(ret_target);
	*ret_target = t;
	t = (struct sl_git_target)SL_GIT_TARGET_INIT;
	return 0;
}

/* Only an empty repository has neither branches nor a HEAD: worth a message of its own. */
static int explain_absence(struct sl_git_remote *r, struct sl_err *err)
{
	static const char *const prefixes[] = { "HEAD", "refs/" };
	SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;

	if (sl_git_ls_refs(r, prefixes, 2, &refs, NULL) == 0 && !refs.n) {
		sl_err_set(err, SL_ERR_NOT_FOUND, "remote repository is empty");
		if (err)
			err->reason = sl_xstrdup(SL_GIT_REASON_EMPTY);
	}
	return SL_ERR_NOT_FOUND;
}

int sl_git_resolve(struct sl_git_remote *r, const struct sl_git_ref_spec *spec,
		   struct sl_git_target *ret_target, struct sl_err *err)
{
	SL_AUTO_FREE char *name = wanted_ref(spec);
	SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;
	const char *prefix = name;
	int rc = check_name(spec, name, err);

	if (rc == 0)
		rc = sl_git_ls_refs(r, &prefix, 1, &refs, err);
	if (rc < 0)
		return rc;
	rc = sl_git_resolve_refs(&refs, spec, ret_target, err);
	return rc == SL_ERR_NOT_FOUND ? explain_absence(r, err) : rc;
}

char *sl_git_revision(const struct sl_git_ref_spec *spec, const struct sl_git_candidate *c)
{
	const char *algo = strlen(c->commit.hex) == 64 ? "sha256" : "sha1";
	struct sl_str name = sl_str(c->ref);

	if (!c->ref)
		return sl_xasprintf("%s:%s", algo, c->commit.hex);
	if (mode_of(spec) != BY_NAME && !sl_str_cut_prefix(&name, SL_STR("refs/heads/")))
		sl_str_cut_prefix(&name, SL_STR("refs/tags/"));
	return sl_xasprintf("%.*s@%s:%s", SL_STR_FMT(name), algo, c->commit.hex);
}
