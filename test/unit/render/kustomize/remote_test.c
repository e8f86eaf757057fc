#include "libcommon/render/kustomize/remote.h"

#include <string.h>

#include "test/unit/support/expect.h"

struct parsed {
	const char *url, *clone, *path, *ref;
};

static void takes_urls_apart(void **state)
{
	static const struct parsed cases[] = {
		{ "github.com/org/repo", "https://github.com/org/repo", "", "" },
		{ "github.com/org/repo/a/b?ref=v1", "https://github.com/org/repo", "a/b", "v1" },
		{ "GitHub.com/org/repo", "https://github.com/org/repo", "", "" },
		{ "http://github.com/org/repo//a", "https://github.com/org/repo", "a", "" },
		{ "HTTPS://github.com/org/repo", "https://github.com/org/repo", "", "" },
		{ "github.com:org/repo.git", "https://github.com/org/repo.git", "", "" },
		{ "git@github.com:org/repo//a", "git@github.com:org/repo", "a", "" },
		{ "git@github.com/org/repo/a", "git@github.com:org/repo", "a", "" },
		{ "me@github.com:org/repo", "me@github.com:org/repo", "", "" },
		{ "https://me@github.com/org/repo", "me@github.com:org/repo", "", "" },
		{ "ssh://git@github.com/org/repo//a?ref=v1", "git@github.com:org/repo", "a", "v1" },
		{ "ssh://github.com/org/repo", "github.com:org/repo", "", "" },
		{ "git@host.example:org/repo.git?ref=v1", "git@host.example:org/repo.git", "",
		  "v1" },
		{ "git@host.example/org/repo.git//a", "git@host.example/org/repo.git", "a", "" },
		{ "ssh://me@host.example:22/org/repo/a", "ssh://me@host.example:22/org/repo", "a",
		  "" },
		{ "https://host.example/a/b/c//d/e", "https://host.example/a/b/c", "d/e", "" },
		{ "https://host.example/a/b/c.git/d", "https://host.example/a/b/c.git", "d", "" },
		{ "https://host.example/a/b/c", "https://host.example/a/b", "c", "" },
		{ "https://me@dev.example/org/p/_git/repo/a/b?version=v2",
		  "https://me@dev.example/org/p/_git/repo", "a/b", "v2" },
		{ "https://dev.example/org/p/_git/repo", "https://dev.example/org/p/_git/repo", "",
		  "" },
		{ "git::https://host.example/a/b//c", "https://host.example/a/b", "c", "" },
		{ "GIT::git@host.example:a/b", "git@host.example:a/b", "", "" },
		{ "file:///srv/a/b", "file:///srv/a/b", "", "" },
		{ "file:///srv/a/b//c?ref=x", "file:///srv/a/b", "c", "x" },
		{ "file://a/b.git/c", "file://a/b.git", "c", "" },
		{ "file://git@home/b.git", "file://git@home/b.git", "", "" },
		{ "https://h/a/b?ref=x&version=y", "https://h/a/b", "", "x" },
		{ "https://h/a/b?ref=&version=y", "https://h/a/b", "", "y" },
		{ "https://h/a/b?ref=a&ref=b", "https://h/a/b", "", "a" },
		{ "https://h/a/b?ref=a%2Fb+c", "https://h/a/b", "", "a/b c" },
		{ "https://h/a/b?ref=a%2", "https://h/a/b", "", "" },
		{ "https://h/a/b?ref=a%zz", "https://h/a/b", "", "" },
		{ "https://h/a/b?ref=a;b", "https://h/a/b", "", "" },
		{ "https://h/a/b?ref=x_git/y.git//z", "https://h/a/b", "", "x_git/y.git//z" },
		{ "https://h/a/b//c/../d", "https://h/a/b", "c/../d", "" },
		{ "https://h/a/b///c", "https://h/a/b", "c", "" },
		{ "https://h/a/b/", "https://h/a/b", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kustomize_repo r;
		const char *url = cases[i].url;

		expect_ok(sl_kustomize_repo_parse(&a, sl_str(url), &r, &err), &err);
		expect_str_case(r.clone, sl_str(cases[i].clone), url);
		expect_str_case(r.path, sl_str(cases[i].path), url);
		expect_str_case(r.ref, sl_str(cases[i].ref), url);
		assert_true(r.forced == sl_str_ieq(sl_str_sub(sl_str(url), 0, 5), SL_STR("git::")));
	}
}

static void tells_paths_apart(void **state)
{
	static const struct {
		const char *url, *why;
	} cases[] = {
		{ "", "failed to parse scheme" },
		{ "base", "failed to parse scheme" },
		{ "../base", "failed to parse scheme" },
		{ "/srv/base", "uri looks like abs path" },
		{ "org/repo", "failed to parse scheme" },
		{ "host.example:org/repo", "failed to parse scheme" },
		{ "9git@host:org/repo", "failed to parse scheme" },
		{ "ftp://host/org/repo", "failed to parse scheme" },
		{ "gh:org/repo", "failed to parse scheme" },
		{ "github.com", "failed to parse scheme" },
		{ "github.com/", "failed to parse repo path" },
		{ "github.com/org", "failed to parse repo path" },
		{ "https://", "failed to parse host" },
		{ "https://host", "failed to parse repo path" },
		{ "https://host/org", "failed to parse repo path" },
		{ "git@host:", "failed to parse repo path" },
		{ "https://host///", "failed to parse repo path" },
		{ "file://", "failed to parse repo path" },
		{ "https://h/a/b//..", "url path exits repo" },
		{ "https://h/a/b//c/../../d", "url path exits repo" },
		{ "https://h/a/b/../c", "url path exits repo" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kustomize_repo r;

		expect_err(sl_kustomize_repo_parse(&a, sl_str(cases[i].url), &r, &err),
			   SL_ERR_INVALID, cases[i].why, &err);
	}
}

static void reads_timeout_and_submodules(void **state)
{
	static const struct {
		const char *query;
		int64_t timeout_ms;
		bool submodules;
	} cases[] = {
		{ "", 27000, true },
		{ "?timeout=61", 61000, true },
		{ "?timeout=%2B61", 61000, true },
		{ "?timeout=1m30s", 90000, true },
		{ "?timeout=250ms", 250, true },
		{ "?timeout=0", 27000, true },
		{ "?timeout=-3s", 27000, true },
		{ "?timeout=soon", 27000, true },
		{ "?timeout=", 27000, true },
		{ "?submodules=false", 27000, false },
		{ "?submodules=0&timeout=5", 5000, false },
		{ "?submodules=F", 27000, false },
		{ "?submodules=true", 27000, true },
		{ "?submodules=no", 27000, true },
		{ "?submodules=false&x=%", 27000, true },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kustomize_repo r;
		char *url = sl_arena_printf(&a, "https://h/a/b%s", cases[i].query);

		expect_ok(sl_kustomize_repo_parse(&a, sl_str(url), &r, &err), &err);
		assert_int_equal(r.timeout_ms, cases[i].timeout_ms);
		assert_int_equal(r.submodules, cases[i].submodules);
	}
}

static void caps_the_length(void **state)
{
	(void)state;
	for (size_t n = SL_KUSTOMIZE_URL_MAX - 1; n <= SL_KUSTOMIZE_URL_MAX + 1; n++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kustomize_repo r;
		char *url = sl_arena_alloc(&a, n + 1);

		memset(url, 'x', n);
		memcpy(url, "https://h/a/b/", 14);
		int rc = sl_kustomize_repo_parse(&a, (struct sl_str){ url, n }, &r, &err);

		if (n <= SL_KUSTOMIZE_URL_MAX)
			expect_ok(rc, &err);
		else
			expect_err(rc, SL_ERR_INVALID, "too long", &err);
	}
}

static void survives_truncation(void **state)
{
	static const char url[] =
		"git::ssh://git@host.example:22/org/repo.git//p?ref=%41&timeout=3s"
		"&submodules=0";

	(void)state;
	for (size_t n = 0; n < sizeof(url); n++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO_FREE char *copy = sl_xmemdup0(url, n);
		struct sl_kustomize_repo r;
		int rc = sl_kustomize_repo_parse(&a, (struct sl_str){ copy, n }, &r, &err);

		assert_true(rc == 0 ? r.clone.n > 0 : rc == SL_ERR_INVALID);
	}
}

static void knows_web_addresses(void **state)
{
	(void)state;
	assert_true(sl_kustomize_is_web(SL_STR("http://h/a.yaml")));
	assert_true(sl_kustomize_is_web(SL_STR("HTTPS://h")));
	assert_false(sl_kustomize_is_web(SL_STR("github.com/a/b")));
	assert_false(sl_kustomize_is_web(SL_STR("file:///a")));
	assert_false(sl_kustomize_is_web(SL_STR("git::https://h/a/b")));
	assert_false(sl_kustomize_is_web(SL_STR("http:/")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_urls_apart),
		cmocka_unit_test(tells_paths_apart),
		cmocka_unit_test(reads_timeout_and_submodules),
		cmocka_unit_test(caps_the_length),
		cmocka_unit_test(survives_truncation),
		cmocka_unit_test(knows_web_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
