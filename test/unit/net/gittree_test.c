/* Commits as `git` made them, fetched: walks, files, signatures, submodules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "libcommon/net/gitcache.h"
#include "libcommon/net/gittree.h"
#include "test/unit/support/gitworld.h"

static const struct sl_git_ref_spec on_main = { .branch = "main" };

static void restricts_the_walk_to_sparse_directories(void **state)
{
	static const struct {
		const char *dirs[2];
		size_t n;
		const char *want;
	} cases[] = {
		{ { "dir" }, 1, "d dir\nf dir/b\n" },
		{ { "./dir-x/", "a/./b" }, 2, "d a\nd a/b\nf a/b/c\nd dir-x\nf dir-x/c\n" },
		{ { "." },
		  1,
		  "d a\nd a/b\nf a/b/c\nf a/z\nd dir\nf dir/b\nd dir-x\nf dir-x/c\nf r\n" },
	};
	struct gitworld *w = *state;
	struct gitworld_outcome o;

	test_sh(w->path,
		"git init -q -b main work; cd work; mkdir -p a/b dir dir-x;"
		"touch r a/z a/b/c dir/b dir-x/c; git add -A; git commit -qm x; " GITWORLD_SERVE);
	gitworld_sync_ok(w, &on_main, &o);
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		const struct sl_git_walk_options options = { .sparse = cases[i].dirs,
							     .sparse_count = cases[i].n };
		SL_AUTO_FREE char *text = gitworld_list(w, &o.commit, &options, false);

		assert_string_equal(text, cases[i].want);
	}
	gitworld_outcome_release(&o);
}

static void refuses_sparse_directories_that_are_none(void **state)
{
	/* NOT_FOUND would say that the cache is damaged. */
	static const char *const dirs[] = { "none", "a", "../x", "/dir", "dir/../dir" };
	struct gitworld *w = *state;
	struct gitworld_outcome o;

	test_sh(w->path, GITWORLD_MAKE "; " GITWORLD_SERVE);
	gitworld_sync_ok(w, &on_main, &o);
	for (size_t i = 0; i < SL_ARRAY_LEN(dirs); i++) {
		const struct sl_git_walk_options options = { .sparse = &dirs[i],
							     .sparse_count = 1 };
		struct gitworld_lister l = GITWORLD_LISTER;

		assert_int_equal(sl_git_walk(w->cache, &o.commit, &options, &l.visitor, NULL),
				 SL_ERR_INVALID);
		sl_strbuf_release(&l.text);
	}
	gitworld_outcome_release(&o);
}

static void skips_directories_on_demand(void **state)
{
	struct gitworld *w = *state;
	struct gitworld_lister l = GITWORLD_LISTER;
	struct gitworld_outcome o;

	test_sh(w->path, GITWORLD_MAKE "; " GITWORLD_SERVE);
	gitworld_sync_ok(w, &on_main, &o);
	l.skip = "dir";
	assert_int_equal(sl_git_walk(w->cache, &o.commit, NULL, &l.visitor, NULL), 0);
	assert_string_equal(l.text.p, "f a\nd dir\nd dir-x\nf dir-x/c\nf dir.txt\nl link\nx run\n");
	sl_strbuf_release(&l.text);
	gitworld_outcome_release(&o);
}

/* Trees that no checkout could hold, made by hand. */
static void refuses_unsafe_names(void **state)
{
	static const char *const trees[] = {
		"100644 blob $b\\t.git",
		"100644 blob $b\\t..",
		"100644 blob $b\\t.GIT",
		"100644 blob $b\\ta\\n100644 blob $b\\ta",
	};
	struct gitworld *w = *state;

	for (size_t i = 0; i < SL_ARRAY_LEN(trees); i++) {
		SL_AUTO_FREE char *script = sl_xasprintf(
			"rm -rf repo.git; git init -q -b main --bare repo.git; cd repo.git;"
			"b=$(echo x | git hash-object -w --stdin);"
			"t=$(printf \"%s\\n\" | git mktree);"
			"git update-ref refs/heads/main $(git commit-tree -m x $t)",
			trees[i]);
		struct gitworld_lister l = GITWORLD_LISTER;
		struct gitworld_outcome o;

		gitworld_close_cache(w);
		test_sh(w->path, script);
		/* libgit2 refuses some of them as broken trees when the pack is checked. */
		if (gitworld_sync(w, &on_main, &o) == 0)
			assert_int_equal(sl_git_walk(w->cache, &o.commit, NULL, &l.visitor, &o.err),
					 SL_ERR_INVALID);
		else
			assert_int_equal(o.err.code, SL_ERR_INVALID);
		sl_strbuf_release(&l.text);
		gitworld_outcome_release(&o);
	}
}

/* Counts what it reads, and keeps the last bytes. */
struct counter {
	struct sl_git_visitor visitor;
	uint64_t size, read;
	char last;
};

static int count_entry(struct sl_git_visitor *self, struct sl_git_entry *e, struct sl_err *err)
{
	struct counter *c = (struct counter *)self;
	char buffer[40000];
	size_t n = 0;
	int r = sl_git_entry_size(e, &c->size, err);

	struct sl_source source = sl_git_entry_source(e);

	do {
		if (r == 0)
			r = source.read(source.ctx, buffer, sizeof(buffer), &n, err);
		c->read += n;
		if (r == 0 && n)
			c->last = buffer[n - 1];
	} while (r == 0 && n);
	return r;
}

static void streams_large_files(void **state)
{
	struct gitworld *w = *state;
	struct counter c = { .visitor = { count_entry } };
	struct gitworld_outcome o;

	test_sh(w->path, "git init -q -b main work; cd work;"
			 "(head -c 3000000 /dev/urandom; printf Z) >big; git add -A;"
			 "git commit -qm x; " GITWORLD_SERVE);
	gitworld_sync_ok(w, &on_main, &o);
	assert_int_equal(sl_git_walk(w->cache, &o.commit, NULL, &c.visitor, &o.err), 0);
	assert_int_equal(c.size, 3000001);
	assert_int_equal(c.read, 3000001);
	assert_int_equal(c.last, 'Z');
	/* A flipped bit is noticed, by zlib or by the id. */
	gitworld_close_cache(w);
	test_sh(w->path, "cd cache/objects/pack; chmod u+w *.pack;"
			 "printf '\\377\\377' | dd of=$(ls *.pack) bs=1 seek=1000000 conv=notrunc "
			 "2>/dev/null");
	SL_AUTO_FREE char *url = gitworld_url(w, "repo.git");
	assert_int_equal(gitworld_open_cache(w, url), 0);
	assert_int_equal(sl_git_walk(w->cache, &o.commit, NULL, &c.visitor, &o.err),
			 SL_ERR_CHECKSUM);
	gitworld_outcome_release(&o);
}

static void reads_one_file(void **state)
{
	struct gitworld *w = *state;
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(6), small = SL_STRBUF_INIT(5);
	struct gitworld_outcome o;

	test_sh(w->path, GITWORLD_MAKE "; " GITWORLD_SERVE);
	gitworld_sync_ok(w, &on_main, &o);
	assert_int_equal(sl_git_file_read(w->cache, &o.commit, "dir/b", &text, NULL), 0);
	assert_string_equal(text.p, "in dir");
	assert_int_equal(sl_git_file_read(w->cache, &o.commit, "dir/b", &small, NULL),
			 SL_ERR_TOO_LARGE);
	assert_int_equal(sl_git_file_read(w->cache, &o.commit, "dir", &text, NULL),
			 SL_ERR_NOT_FOUND);
	assert_int_equal(sl_git_file_read(w->cache, &o.commit, "link", &text, NULL),
			 SL_ERR_NOT_FOUND);
	assert_int_equal(sl_git_file_read(w->cache, &o.commit, "none", &text, NULL),
			 SL_ERR_NOT_FOUND);
	gitworld_outcome_release(&o);
}

static void extracts_signatures(void **state)
{
	struct gitworld *w = *state;
	SL_AUTO(sl_git_commit) commit = SL_GIT_COMMIT_INIT, tag = SL_GIT_COMMIT_INIT;
	struct sl_git_oid tag_id;
	struct gitworld_outcome o;

	test_sh(w->path,
		"ssh-keygen -q -t ed25519 -N '' -f key;"
		"git init -q -b main work; cd work; git config gpg.format ssh;"
		"git config user.signingkey ../key; git commit -q -S --allow-empty -m signed;"
		"git tag -s -m 'signed tag' v1; git rev-parse v1 >../tag; " GITWORLD_SERVE);
	const struct sl_git_ref_spec v1 = { .tag = "v1" };
	gitworld_sync_ok(w, &v1, &o);
	assert_int_equal(sl_git_commit_read(w->cache, &o.commit, &commit, NULL), 0);
	assert_true(
		sl_str_starts(sl_str(commit.signature), SL_STR("-----BEGIN SSH SIGNATURE-----")));
	assert_true(sl_str_starts(sl_str(commit.payload), SL_STR("tree ")));
	assert_null(strstr(commit.payload, "gpgsig"));
	assert_non_null(strstr(commit.payload, "\n\nsigned\n"));
	assert_int_equal(strlen(commit.payload), commit.payload_len);
	gitworld_read_id(w, "tag", &tag_id);
	assert_int_equal(sl_git_tag_read(w->cache, &tag_id, &tag, NULL), 0);
	assert_string_equal(tag.message, "signed tag\n");
	assert_true(sl_str_starts(sl_str(tag.signature), SL_STR("-----BEGIN SSH SIGNATURE-----")));
	assert_true(sl_str_ends(sl_str(tag.payload), SL_STR("\n\nsigned tag\n")));
	gitworld_outcome_release(&o);
}

static void fetches_submodules_recursively(void **state)
{
	struct gitworld *w = *state;
	SL_AUTO_FREE char *url = gitworld_url(w, "repo.git"), *text = NULL, *plain = NULL;
	struct sl_git_remote_options options = { .url = url };
	SL_AUTO_PTR(sl_git_submodules) *modules = NULL;
	struct sl_git_walk_options walk = { 0 };
	struct gitworld_outcome o;

	/* repo has sub at vendor/sub (relative URL), which has leaf at leaf (absolute URL). */
	SL_AUTO_FREE char *script = sl_xasprintf(
		"g() { git -c protocol.file.allow=always \"$@\"; };"
		"git init -q -b main leaf; (cd leaf; printf l >l; git add l; git commit -qm l);"
		"git clone -q --bare leaf leaf.git;"
		"git init -q -b main sub; (cd sub; printf s >s; g submodule --quiet add "
		"\"$PWD/../leaf.git\" leaf;"
		"git config -f .gitmodules submodule.leaf.url %.*sleaf.git; git add -A; git commit "
		"-qm s);"
		"git clone -q --bare sub sub.git;"
		"git init -q -b main work; cd work; printf r >r;"
		"g submodule --quiet add \"$PWD/../sub.git\" vendor/sub;"
		"git config -f .gitmodules submodule.vendor/sub.url ../sub.git;"
		"git add -A; git commit -qm r; " GITWORLD_SERVE,
		(int)(strlen(url) - strlen("repo.git")), url);
	test_sh(w->path, script);
	gitworld_sync_ok(w, &on_main, &o);
	plain = gitworld_list(w, &o.commit, NULL, true);
	assert_non_null(strstr(plain, "d vendor\ns vendor/sub\n"));
	if (sl_git_submodules_fetch(w->cache, w->client, &options, &o.commit, &modules, &o.err) < 0)
		fail_msg("%s", o.err.message);
	assert_int_equal(sl_git_submodules_count(modules), 2);
	walk.submodules = modules;
	text = gitworld_list(w, &o.commit, &walk, true);
	assert_non_null(strstr(text, "f r 1 r\nd vendor\nd vendor/sub\n"));
	assert_non_null(strstr(text, "d vendor/sub/leaf\nf vendor/sub/leaf/l 1 l\n"
				     "f vendor/sub/s 1 s\n"));
	/* Again: nothing is fetched; caches of what is no longer named go away. */
	sl_git_submodules_free(SL_STEAL(modules));
	test_sh(w->path, "mkdir cache/modules/old; rm -rf sub.git leaf.git");
	assert_int_equal(
		sl_git_submodules_fetch(w->cache, w->client, &options, &o.commit, &modules, NULL),
		0);
	test_sh(w->path, "test $(ls cache/modules | wc -l) = 2");
	/* Without their caches they are missed, by name. */
	sl_git_submodules_free(SL_STEAL(modules));
	test_sh(w->path, "rm -rf cache/modules");
	assert_int_equal(
		sl_git_submodules_fetch(w->cache, w->client, &options, &o.commit, &modules, &o.err),
		SL_ERR_NOT_FOUND);
	assert_string_equal(o.err.message, "submodule 'vendor/sub': repository not found");
	gitworld_outcome_release(&o);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, gitworld_setup, gitworld_teardown)
	const struct CMUnitTest tests[] = {
		T(restricts_the_walk_to_sparse_directories),
		T(refuses_sparse_directories_that_are_none),
		T(skips_directories_on_demand),
		T(refuses_unsafe_names),
		T(streams_large_files),
		T(reads_one_file),
		T(extracts_signatures),
		T(fetches_submodules_recursively),
	};

	return cmocka_run_group_tests(tests, gitworld_group_setup, gitworld_group_teardown);
}
