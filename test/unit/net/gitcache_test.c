/* Against the real `git http-backend`: refs, fetches, the cache, its limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "libcommon/net/gitcache.h"
#include "libcommon/net/gittree.h"
#include "test/unit/support/gitworld.h"

static const struct sl_git_ref_spec on_main = { .branch = "main" };

static size_t count_packs(const struct gitworld *w)
{
	SL_AUTO_FREE char *path = sl_xasprintf("%s/cache/objects/pack", w->name);
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	size_t n = 0;

	assert_int_equal(sl_dir_list(w->root->fd, path, &names, NULL), 0);
	for (size_t i = 0; i < names.n; i++)
		n += sl_str_ends(sl_str(names.v[i]), SL_STR(".pack"));
	return n;
}

static void fetches_a_branch_and_walks_it(void **state)
{
	struct gitworld *w = *state;
	struct gitworld_outcome o;
	SL_AUTO(sl_git_commit) commit = SL_GIT_COMMIT_INIT;
	SL_AUTO_FREE char *text = NULL;

	test_sh(w->path, GITWORLD_MAKE "; " GITWORLD_SERVE);
	gitworld_sync_ok(w, &on_main, &o);
	assert_true(o.result.fetched);
	assert_false(o.result.history);
	assert_true(sl_str_starts(sl_str(o.revision), SL_STR("main@sha1:")));
	assert_int_equal(sl_git_commit_read(w->cache, &o.commit, &commit, NULL), 0);
	assert_string_equal(commit.subject, "second commit");
	assert_string_equal(commit.message, "second commit\n");
	assert_string_equal(commit.author.name, "An Author");
	assert_string_equal(commit.author.email, "author@example.com");
	assert_int_equal(commit.author.when, 1700000000);
	assert_int_equal(commit.author.offset_minutes, 60);
	assert_int_equal(commit.committer.when, 1700000100);
	assert_null(commit.signature);
	text = gitworld_list(w, &o.commit, NULL, true);
	assert_string_equal(text, "f a 3 two\n"
				  "d dir\n"
				  "f dir/b 6 in dir\n"
				  "d dir-x\n"
				  "f dir-x/c 1 x\n"
				  "f dir.txt 1 y\n"
				  "l link 1 a\n"
				  "x run 9 #!/bin/sh\n");
	gitworld_outcome_release(&o);
}

static void fetches_nothing_when_nothing_moved(void **state)
{
	struct gitworld *w = *state;
	struct gitworld_outcome first, second;

	test_sh(w->path, GITWORLD_MAKE "; " GITWORLD_SERVE);
	gitworld_sync_ok(w, &on_main, &first);
	gitworld_close_cache(w);
	gitworld_sync_ok(w, &on_main, &second);
	assert_false(second.result.fetched);
	assert_int_equal(second.result.received_bytes, 0);
	assert_string_equal(first.revision, second.revision);
	assert_int_equal(count_packs(w), 1);
	gitworld_outcome_release(&first);
	gitworld_outcome_release(&second);
}

/* 100 incompressible files: what a fetch moves shows in its bytes. */
#define MANY_FILES \
	"for i in $(seq 100); do head -c 1000 /dev/urandom | base64 -w0 >f$i; done; git add -A"

static void check_delta(struct gitworld *w, uint64_t limit)
{
	struct gitworld_outcome first, second, third;
	SL_AUTO_FREE char *text = NULL;

	test_sh(w->path, "git init -q -b main work; cd work; " MANY_FILES
			 "; git commit -qm 1; git clone -q --bare . ../repo.git");
	gitworld_sync_ok(w, &on_main, &first);
	assert_true(first.result.received_bytes > 100000);
	test_sh(w->path,
		"cd work; printf new >f7; git commit -qam 2; git push -q ../repo.git main");
	gitworld_sync_ok(w, &on_main, &second);
	assert_true(second.result.fetched);
	assert_in_range(second.result.received_bytes, 1, limit);
	test_sh(w->path, "cd work; rm f1; printf newer >f9; git commit -qam 3;"
			 "git push -q ../repo.git main");
	gitworld_close_cache(w);
	gitworld_sync_ok(w, &on_main, &third);
	assert_in_range(third.result.received_bytes, 1, limit);
	text = gitworld_list(w, &third.commit, NULL, true);
	assert_null(strstr(text, "f f1 "));
	assert_non_null(strstr(text, "f f7 3 new\n"));
	assert_non_null(strstr(text, "f f9 5 newer\n"));
	assert_int_equal(count_packs(w), 3);
	gitworld_outcome_release(&first);
	gitworld_outcome_release(&second);
	gitworld_outcome_release(&third);
}

static void moves_only_the_difference(void **state)
{
	check_delta(*state, 4000);
}

static void moves_only_the_difference_by_version_0(void **state)
{
	struct gitworld *w = *state;

	test_gitserver_start(w->root->path, "--v0", &w->own);
	check_delta(w, 4000);
}

static void works_without_shallow_support(void **state)
{
	struct gitworld *w = *state;

	test_gitserver_start(w->root->path, "--no-shallow", &w->own);
	check_delta(w, 4000);
}

static void survives_a_force_push(void **state)
{
	struct gitworld *w = *state;
	struct gitworld_outcome first, second;
	SL_AUTO_FREE char *text = NULL;

	test_sh(w->path, GITWORLD_MAKE "; git clone -q --bare . ../repo.git");
	gitworld_sync_ok(w, &on_main, &first);
	test_sh(w->path,
		"cd work; git checkout -q --orphan other; git rm -rfq .; printf z >z;"
		"git add z; git commit -qm z; git push -qf ../repo.git other:main;"
		"cd ../repo.git; git reflog expire --all --expire=now; git gc -q --prune=now");
	gitworld_sync_ok(w, &on_main, &second);
	text = gitworld_list(w, &second.commit, NULL, true);
	assert_string_equal(text, "f z 1 z\n");
	gitworld_outcome_release(&first);
	gitworld_outcome_release(&second);
}

static void fetches_afresh_when_objects_are_missing(void **state)
{
	struct gitworld *w = *state;
	struct gitworld_outcome first, second;
	SL_AUTO_FREE char *text = NULL;

	test_sh(w->path, GITWORLD_MAKE "; git clone -q --bare . ../repo.git");
	gitworld_sync_ok(w, &on_main, &first);
	gitworld_close_cache(w);
	test_sh(w->path, "rm -f cache/objects/pack/*; cd work; printf three >a;"
			 "git commit -qam three; git push -q ../repo.git main");
	gitworld_sync_ok(w, &on_main, &second);
	text = gitworld_list(w, &second.commit, NULL, true);
	assert_non_null(strstr(text, "f a 5 three\n"));
	assert_non_null(strstr(text, "f dir/b 6 in dir\n"));
	gitworld_outcome_release(&first);
	gitworld_outcome_release(&second);
	/* The commit is known, but its objects are gone: it counts as missing. */
	gitworld_close_cache(w);
	test_sh(w->path, "rm -f cache/objects/pack/*");
	gitworld_sync_ok(w, &on_main, &first);
	assert_true(first.result.fetched);
	gitworld_outcome_release(&first);
}

static void rebuilds_after_many_packs(void **state)
{
	struct gitworld *w = *state;
	struct gitworld_outcome o;
	SL_AUTO_FREE char *path = sl_xasprintf("%s/cache/objects/pack", w->name);

	test_sh(w->path, GITWORLD_MAKE "; git clone -q --bare . ../repo.git");
	gitworld_sync_ok(w, &on_main, &o);
	gitworld_outcome_release(&o);
	for (size_t n = SL_GIT_CACHE_PACKS_MAX - 1; n <= SL_GIT_CACHE_PACKS_MAX; n++) {
		SL_AUTO_FREE char *script = sl_xasprintf(
			"for i in $(seq %zu); do cp repo.git/HEAD cache/objects/pack/pack-$i.pack; "
			"done;"
			"cd work; printf %zu >a; git commit -qam x; git push -q ../repo.git main",
			n - 1, n);

		gitworld_close_cache(w);
		test_sh(w->path, script);
		gitworld_sync_ok(w, &on_main, &o);
		assert_int_equal(count_packs(w),
				 n < SL_GIT_CACHE_PACKS_MAX ? SL_GIT_CACHE_PACKS_MAX : 1);
		gitworld_outcome_release(&o);
	}
}

static void drops_a_cache_of_another_url(void **state)
{
	struct gitworld *w = *state;
	struct gitworld_outcome o;
	SL_AUTO_FREE char *other = NULL;

	test_sh(w->path, GITWORLD_MAKE "; " GITWORLD_SERVE "; cp -r repo.git other.git");
	gitworld_sync_ok(w, &on_main, &o);
	assert_true(sl_git_cache_has(w->cache, &o.commit));
	gitworld_close_cache(w);
	other = gitworld_url(w, "other.git");
	assert_int_equal(gitworld_open_cache(w, other), 0);
	assert_false(sl_git_cache_has(w->cache, &o.commit));
	assert_int_equal(count_packs(w), 0);
	gitworld_outcome_release(&o);
}

static void drops_a_damaged_state_and_litter(void **state)
{
	static const char *const states[] = {
		"",
		"sluice-git-cache 2\n",
		"sluice-git-cache 1\nurl x\nshallow\n",
		"garbage",
	};
	struct gitworld *w = *state;
	struct gitworld_outcome o;

	test_sh(w->path, GITWORLD_MAKE "; " GITWORLD_SERVE);
	gitworld_sync_ok(w, &on_main, &o);
	for (size_t i = 0; i < SL_ARRAY_LEN(states); i++) {
		SL_AUTO_FREE char *path = sl_xasprintf("%s/cache/state", w->name);
		SL_AUTO_FREE char *url = gitworld_url(w, "repo.git");

		gitworld_close_cache(w);
		assert_int_equal(sl_file_publish(w->root->fd, path, sl_str(states[i]), 0600, NULL),
				 0);
		assert_int_equal(gitworld_open_cache(w, url), 0);
		assert_false(sl_git_cache_has(w->cache, &o.commit));
		gitworld_outcome_release(&o);
		gitworld_sync_ok(w, &on_main, &o);
	}
	gitworld_close_cache(w);
	test_sh(w->path, "echo x >cache/objects/pack/pack_AbCdEf");
	gitworld_outcome_release(&o);
	gitworld_sync_ok(w, &on_main, &o);
	assert_false(o.result.fetched);
	test_sh(w->path, "! test -e cache/objects/pack/pack_AbCdEf");
	gitworld_outcome_release(&o);
}

static void fetches_tags_with_their_objects(void **state)
{
	const struct sl_git_ref_spec annotated = { .tag = "v1" }, light = { .tag = "light" },
				     any = { .semver = ">=0.0.1" };
	struct gitworld *w = *state;
	struct gitworld_outcome branch, tag;
	SL_AUTO(sl_git_commit) object = SL_GIT_COMMIT_INIT;
	struct sl_git_oid tag_id;
	SL_AUTO_FREE char *url = NULL;
	SL_AUTO_PTR(sl_git_remote) *r = NULL;
	SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;
	struct sl_git_remote_options options = { 0 };

	test_sh(w->path,
		GITWORLD_MAKE "; git tag light; git tag -a -m 'the tag' v1; git tag v0.9.0 HEAD~1;"
			      "git tag -a -m m v1.0.0; " GITWORLD_SERVE);
	gitworld_sync_ok(w, &on_main, &branch);
	gitworld_sync_ok(w, &annotated, &tag);
	assert_true(tag.result.fetched);
	assert_in_range(tag.result.received_bytes, 1, 1000);
	assert_string_equal(tag.commit.hex, branch.commit.hex);
	assert_true(sl_str_starts(sl_str(tag.revision), SL_STR("v1@sha1:")));
	gitworld_outcome_release(&tag);
	options.url = url = gitworld_url(w, "repo.git");
	assert_int_equal(sl_git_remote_open(w->client, &options, &r, NULL), 0);
	assert_int_equal(sl_git_ls_refs(r, NULL, 0, &refs, NULL), 0);
	tag_id = sl_git_refs_find(&refs, "refs/tags/v1")->oid;
	assert_int_equal(sl_git_tag_read(w->cache, &tag_id, &object, NULL), 0);
	assert_string_equal(object.tag_name, "v1");
	assert_string_equal(object.message, "the tag\n");
	assert_string_equal(object.tree.hex, branch.commit.hex);
	assert_string_equal(object.author.name, "A Committer");
	assert_null(object.signature);
	gitworld_sync_ok(w, &light, &tag);
	assert_false(tag.result.fetched);
	gitworld_outcome_release(&tag);
	gitworld_sync_ok(w, &any, &tag);
	assert_true(sl_str_starts(sl_str(tag.revision), SL_STR("v1.0.0@sha1:")));
	gitworld_outcome_release(&tag);
	gitworld_outcome_release(&branch);
}

static void picks_the_newest_commit_among_equal_versions(void **state)
{
	const struct sl_git_ref_spec any = { .semver = ">=1" };
	struct gitworld *w = *state;
	struct gitworld_outcome o;

	test_sh(w->path,
		GITWORLD_MAKE "; git tag 1.0.0+c HEAD~1;"
			      "GIT_COMMITTER_DATE='1700009999 +0000' git commit -q --allow-empty "
			      "-m newest; git tag -a -m m 1.0.0+b;"
			      "GIT_COMMITTER_DATE='1600000000 +0000' git commit -q --allow-empty "
			      "-m oldest; git tag 1.0.0+d; " GITWORLD_SERVE);
	gitworld_sync_ok(w, &any, &o);
	assert_true(sl_str_starts(sl_str(o.revision), SL_STR("1.0.0+b@sha1:")));
	gitworld_outcome_release(&o);
}

static void check_commit(struct gitworld *w, bool history)
{
	struct sl_git_oid old;
	struct sl_git_ref_spec spec = { 0 },
			       absent = { .commit = "0123456789012345678901234567890123456789" };
	struct gitworld_outcome o;
	SL_AUTO_FREE char *text = NULL;

	test_sh(w->path, GITWORLD_MAKE "; git rev-parse HEAD~1 >../old; " GITWORLD_SERVE);
	gitworld_read_id(w, "old", &old);
	spec.commit = old.hex;
	gitworld_sync_ok(w, &spec, &o);
	assert_int_equal(o.result.history, history);
	assert_true(sl_str_starts(sl_str(o.revision), SL_STR("sha1:")));
	text = gitworld_list(w, &o.commit, NULL, true);
	assert_non_null(strstr(text, "f a 3 one\n"));
	gitworld_outcome_release(&o);
	gitworld_sync_ok(w, &spec, &o);
	assert_false(o.result.fetched);
	gitworld_outcome_release(&o);
	spec.branch = "main";
	gitworld_sync_ok(w, &spec, &o);
	assert_true(sl_str_starts(sl_str(o.revision), SL_STR("main@sha1:")));
	gitworld_outcome_release(&o);
	assert_int_equal(gitworld_sync(w, &absent, &o), SL_ERR_NOT_FOUND);
	assert_string_equal(o.err.message,
			    "unable to resolve commit object for "
			    "'0123456789012345678901234567890123456789': object not found");
	gitworld_outcome_release(&o);
}

static void fetches_a_commit_by_its_id(void **state)
{
	check_commit(*state, false);
}

static void fetches_the_history_for_a_commit_when_it_must(void **state)
{
	struct gitworld *w = *state;

	test_gitserver_start(w->root->path, "--v0", &w->own);
	check_commit(w, true);
}

static void fetches_the_history_without_shallow_support(void **state)
{
	struct gitworld *w = *state;

	test_gitserver_start(w->root->path, "--no-shallow", &w->own);
	check_commit(w, true);
}

/* A commit below what is looked through first. */
static void fetches_all_history_when_a_part_is_not_enough(void **state)
{
	struct gitworld *w = *state;
	struct sl_git_oid old;
	struct sl_git_ref_spec spec = { .commit = old.hex, .branch = "main" };
	struct gitworld_outcome o;

	assert_true(SL_GIT_HISTORY_STEP < 510);
	test_gitserver_start(w->root->path, "--v0", &w->own);
	test_sh(w->path,
		"git init -q --bare -b main repo.git; i=0; while [ $i -lt 520 ]; do i=$((i + 1));"
		"printf 'commit refs/heads/main\\ncommitter A <a@b.c> %d +0000\\ndata 1\\nx\\n"
		"M 644 inline f\\ndata 3\\n%03d\\n' $i $i; done | git -C repo.git fast-import "
		"--quiet;"
		"git -C repo.git rev-parse main~515 >old");
	gitworld_read_id(w, "old", &old);
	gitworld_sync_ok(w, &spec, &o);
	assert_true(o.result.history);
	gitworld_outcome_release(&o);
	test_sh(w->path, "git -C repo.git rev-parse main~516 >old");
	gitworld_read_id(w, "old", &old);
	gitworld_close_cache(w);
	gitworld_sync_ok(w, &spec, &o);
	gitworld_outcome_release(&o);
}

static void explains_refusals(void **state)
{
	const struct sl_git_ref_spec missing = { .branch = "none" };
	struct gitworld *w = *state;
	struct gitworld_outcome o;

	test_sh(w->path, GITWORLD_MAKE "; " GITWORLD_SERVE "; git init -q --bare empty.git");
	assert_int_equal(gitworld_sync(w, &missing, &o), SL_ERR_NOT_FOUND);
	assert_string_equal(o.err.message, "couldn't find remote ref \"refs/heads/none\"");
	gitworld_outcome_release(&o);
	w->prefix = "/auth";
	assert_int_equal(gitworld_sync(w, &on_main, &o), SL_ERR_AUTH);
	assert_string_equal(o.err.message,
			    "authentication required: no credentials are configured");
	gitworld_outcome_release(&o);
	w->auth.username = "user";
	w->auth.password = "wrong";
	assert_int_equal(gitworld_sync(w, &on_main, &o), SL_ERR_AUTH);
	assert_string_equal(o.err.message,
			    "authentication failed: the server refused the credentials");
	gitworld_outcome_release(&o);
	w->auth.password = "secret";
	gitworld_close_cache(w);
	gitworld_sync_ok(w, &on_main, &o);
	gitworld_outcome_release(&o);
	test_sh(w->path, "rm -rf repo.git; mv empty.git repo.git");
	assert_int_equal(gitworld_sync(w, &on_main, &o), SL_ERR_NOT_FOUND);
	assert_string_equal(o.err.message, "remote repository is empty");
	gitworld_outcome_release(&o);
	test_sh(w->path, "rm -rf repo.git");
	assert_int_equal(gitworld_sync(w, &on_main, &o), SL_ERR_NOT_FOUND);
	assert_string_equal(o.err.message, "repository not found");
	gitworld_outcome_release(&o);
}

static void refuses_sha256_repositories(void **state)
{
	struct gitworld *w = *state;
	struct gitworld_outcome o;

	test_sh(w->path, "git init -q --object-format=sha256 -b main work; cd work;"
			 "git commit -q --allow-empty -m x; cd ..; mv work/.git repo.git");
	assert_int_equal(gitworld_sync(w, &on_main, &o), SL_ERR_UNSUPPORTED);
	gitworld_outcome_release(&o);
}

static void stops_at_the_deadline_and_on_cancel(void **state)
{
	struct gitworld *w = *state;
	atomic_bool cancel = false;
	SL_AUTO_FREE char *url = gitworld_url(w, "repo.git");
	struct sl_git_remote_options options = { .url = url, .cancel = &cancel };
	SL_AUTO_PTR(sl_git_remote) *r = NULL;
	SL_AUTO(sl_git_target) target = SL_GIT_TARGET_INIT;
	struct sl_git_fetch_result result;

	test_sh(w->path, GITWORLD_MAKE "; " GITWORLD_SERVE);
	assert_int_equal(gitworld_open_cache(w, url), 0);
	assert_int_equal(sl_git_remote_open(w->client, &options, &r, NULL), 0);
	assert_int_equal(sl_git_resolve(r, &on_main, &target, NULL), 0);
	cancel = true;
	assert_int_equal(sl_git_fetch(w->cache, r, &target, &result, NULL), SL_ERR_CANCELED);
	assert_int_equal(count_packs(w), 0);
	options.cancel = NULL;
	options.deadline_ms = sl_mono_ms() - 1;
	sl_git_remote_free(SL_STEAL(r));
	assert_int_equal(sl_git_remote_open(w->client, &options, &r, NULL), 0);
	assert_int_equal(sl_git_fetch(w->cache, r, &target, &result, NULL), SL_ERR_TIMEOUT);
}

static void limits_pack_bytes(void **state)
{
	struct gitworld *w = *state;
	SL_AUTO_FREE char *url = gitworld_url(w, "repo.git");
	struct sl_git_remote_options options = { .url = url, .max_pack_bytes = 20000 };
	SL_AUTO_PTR(sl_git_remote) *r = NULL;
	SL_AUTO(sl_git_target) target = SL_GIT_TARGET_INIT;
	struct sl_git_fetch_result result;

	test_sh(w->path, "git init -q -b main work; cd work; head -c 30000 /dev/urandom >f;"
			 "git add -A; git commit -qm x; " GITWORLD_SERVE);
	assert_int_equal(gitworld_open_cache(w, url), 0);
	assert_int_equal(sl_git_remote_open(w->client, &options, &r, NULL), 0);
	assert_int_equal(sl_git_resolve(r, &on_main, &target, NULL), 0);
	assert_int_equal(sl_git_fetch(w->cache, r, &target, &result, NULL), SL_ERR_TOO_LARGE);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, gitworld_setup, gitworld_teardown)
	const struct CMUnitTest tests[] = {
		T(fetches_a_branch_and_walks_it),
		T(fetches_nothing_when_nothing_moved),
		T(moves_only_the_difference),
		T(moves_only_the_difference_by_version_0),
		T(works_without_shallow_support),
		T(survives_a_force_push),
		T(fetches_afresh_when_objects_are_missing),
		T(rebuilds_after_many_packs),
		T(drops_a_cache_of_another_url),
		T(drops_a_damaged_state_and_litter),
		T(fetches_tags_with_their_objects),
		T(picks_the_newest_commit_among_equal_versions),
		T(fetches_a_commit_by_its_id),
		T(fetches_the_history_for_a_commit_when_it_must),
		T(fetches_the_history_without_shallow_support),
		T(fetches_all_history_when_a_part_is_not_enough),
		T(explains_refusals),
		T(refuses_sha256_repositories),
		T(stops_at_the_deadline_and_on_cancel),
		T(limits_pack_bytes),
	};

	return cmocka_run_group_tests(tests, gitworld_group_setup, gitworld_group_teardown);
}
