/* What a build fetches: from a Git server, once in a run, and no more than has moved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kustomize-controller/remotes.h"
#include "libcommon/base/clock.h"
#include "test/unit/support/gitworld.h"

/* Two branches, a tag of the older commit; the newest of main is "two". */
#define MAKE \
	"git init -q -b main work; cd work; printf one >f; git add f; git commit -qm 1; git tag " \
	"v1;" \
	"git rev-parse HEAD >../id; printf two >f; git commit -qam 2; git checkout -q -b side;" \
	"printf side >f; git commit -qam 3; git checkout -q main; " GITWORLD_SERVE

static int fetch(struct gitworld *w, struct kc_remotes *r, struct sl_arena *a, const char *ref,
		 const char **ret_path, struct sl_err *err)
{
	SL_AUTO_FREE char *clone = gitworld_url(w, "repo.git");
	const char *url = sl_arena_printf(a, "%s?ref=%s", clone, ref);
	const struct sl_kustomize_repo repo = {
		.clone = sl_str(clone), .ref = sl_str(ref), .timeout_ms = 10000, .submodules = true
	};
	const struct sl_kustomize_remote remote = { .url = url, .repo = &repo };

	return kc_remotes_fetch(r, &remote, a, ret_path, err);
}

/* The content of file f of what was fetched. */
static void assert_holds(struct kc_remotes *r, const char *path, const char *want)
{
	SL_AUTO(sl_strbuf) content = SL_STRBUF_INIT(100);
	SL_AUTO_FREE char *file = NULL;
	struct sl_str rest = sl_str(path);

	assert_true(sl_str_cut_prefix(&rest, SL_STR(KC_REMOTES_DIR "/")));
	file = sl_xasprintf("%.*s/f", SL_STR_FMT(rest));
	assert_int_equal(sl_file_read(kc_remotes_dir_fd(r), file, &content, NULL), 0);
	assert_string_equal(content.p, want);
}

static void finds_what_a_reference_means(void **state)
{
	struct gitworld *w = *state;
	struct sl_git_oid id;
	struct kc_remotes *r = kc_remotes_new();
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const char *path;

	test_sh(w->path, MAKE);
	gitworld_read_id(w, "id", &id);
	const struct {
		const char *ref, *want;
	} cases[] = {
		{ "", "two" },	   { "main", "two" },	      { "side", "side" },
		{ "v1", "one" },   { "refs/tags/v1", "one" }, { "heads/side", "side" },
		{ id.hex, "one" },
	};

	kc_remotes_begin(r, w->client, NULL, 0);
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		assert_int_equal(fetch(w, r, &a, cases[i].ref, &path, NULL), 0);
		assert_holds(r, path, cases[i].want);
	}
	kc_remotes_end(r);
	assert_true(kc_remotes_any(r));
	kc_remotes_free(r);
}

static void fetches_once_in_a_run_and_again_in_the_next(void **state)
{
	struct gitworld *w = *state;
	struct kc_remotes *r = kc_remotes_new();
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const char *path;

	test_sh(w->path, MAKE);
	kc_remotes_begin(r, w->client, NULL, sl_mono_ms());
	assert_int_equal(fetch(w, r, &a, "main", &path, NULL), 0);
	assert_int_equal(fetch(w, r, &a, "v1", &path, NULL), 0);
	kc_remotes_end(r);
	test_sh(w->path, "git clone -q repo.git work; cd work; printf three >f; git commit -qam 3;"
			 "git push -q origin main");
	/* The same run goes on. */
	kc_remotes_begin(r, w->client, NULL, 0);
	assert_int_equal(fetch(w, r, &a, "main", &path, NULL), 0);
	assert_holds(r, path, "two");
	kc_remotes_end(r);
	/* Another one; the tag is no longer asked for, and goes. */
	kc_remotes_begin(r, w->client, NULL, sl_mono_ms() + 1);
	assert_int_equal(fetch(w, r, &a, "main", &path, NULL), 0);
	assert_holds(r, path, "three");
	kc_remotes_end(r);
	kc_remotes_begin(r, w->client, NULL, 0);
	kc_remotes_end(r);
	assert_false(kc_remotes_any(r));
	kc_remotes_free(r);
}

static void names_what_is_wrong(void **state)
{
	static const struct {
		const char *ref, *message;
		int code;
	} cases[] = {
		{ "none", "couldn't find remote ref none", SL_ERR_NOT_FOUND },
		{ "a..b", "'a..b' is no name of a branch, tag or commit", SL_ERR_INVALID },
		{ "--upload-pack=x", "couldn't find remote ref --upload-pack=x", SL_ERR_NOT_FOUND },
	};
	struct gitworld *w = *state;
	struct kc_remotes *r = kc_remotes_new();
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kustomize_repo repo = { .clone = SL_STR("ssh://git@127.0.0.1/x"),
					  .timeout_ms = 10000 };
	const struct sl_kustomize_remote remote = { .url = "ssh://git@127.0.0.1/x", .repo = &repo };
	const char *path = NULL;

	test_sh(w->path, MAKE);
	kc_remotes_begin(r, w->client, NULL, 0);
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		assert_int_equal(fetch(w, r, &a, cases[i].ref, &path, &err), cases[i].code);
		assert_string_equal(err.message, cases[i].message);
	}
	assert_int_equal(kc_remotes_fetch(r, &remote, &a, &path, &err), SL_ERR_UNSUPPORTED);
	assert_string_equal(err.message, "remote bases are fetched over http and https only");
	assert_null(path);
	kc_remotes_end(r);
	assert_false(kc_remotes_any(r));
	kc_remotes_free(r);
}

static void takes_only_so_many(void **state)
{
	struct gitworld *w = *state;
	struct kc_remotes *r = kc_remotes_new();
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct sl_kustomize_repo repo = { .clone = SL_STR("ssh://h/x") };
	const char *path;

	kc_remotes_begin(r, w->client, NULL, 0);
	for (int i = 0; i <= KC_REMOTES_MAX; i++) {
		const struct sl_kustomize_remote remote = { .url = sl_arena_printf(&a, "%d", i),
							    .repo = &repo };

		assert_int_equal(kc_remotes_fetch(r, &remote, &a, &path, &err),
				 i < KC_REMOTES_MAX ? SL_ERR_UNSUPPORTED : SL_ERR_TOO_LARGE);
	}
	kc_remotes_end(r);
	kc_remotes_free(r);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, gitworld_setup, gitworld_teardown)
	const struct CMUnitTest tests[] = {
		T(finds_what_a_reference_means),
		T(fetches_once_in_a_run_and_again_in_the_next),
		T(names_what_is_wrong),
		T(takes_only_so_many),
	};

	return cmocka_run_group_tests(tests, gitworld_group_setup, gitworld_group_teardown);
}
