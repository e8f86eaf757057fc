#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "libcommon/net/git_priv.h"

#define OID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define OID_C "cccccccccccccccccccccccccccccccccccccccc"
#define OID_D "dddddddddddddddddddddddddddddddddddddddd"

static void add(struct sl_git_refs *refs, const char *name, const char *oid, const char *peeled)
{
	struct sl_git_oid id;
	struct sl_git_ref *ref;

	assert_true(sl_git_oid_parse(sl_str(oid), &id));
	assert_int_equal(sl_git_refs_add(refs, sl_str(name), &id, &ref, NULL), 0);
	assert_non_null(ref);
	if (peeled)
		assert_true(sl_git_oid_parse(sl_str(peeled), &ref->peeled));
}

static int setup(void **state)
{
	struct sl_git_refs *refs = sl_xcalloc(1, sizeof(*refs));

	add(refs, "HEAD", OID_A, NULL);
	add(refs, "refs/heads/feature/x", OID_B, NULL);
	add(refs, "refs/heads/main", OID_A, NULL);
	add(refs, "refs/heads/main2", OID_B, NULL);
	add(refs, "refs/heads/master", OID_D, NULL);
	add(refs, "refs/pull/1/head", OID_C, NULL);
	add(refs, "refs/tags/1.0", OID_D, NULL);
	add(refs, "refs/tags/nightly", OID_D, NULL);
	add(refs, "refs/tags/v0.9.0", OID_C, OID_B);
	add(refs, "refs/tags/v1.2.0", OID_B, NULL);
	add(refs, "refs/tags/v1.10.0+a", OID_C, OID_A);
	add(refs, "refs/tags/v1.10.0+b", OID_D, NULL);
	add(refs, "refs/tags/v2.0.0-rc.1", OID_A, NULL);
	*state = refs;
	return 0;
}

static int teardown(void **state)
{
	struct sl_git_refs *refs = *state;

	sl_git_refs_release(refs);
	free(refs);
	return 0;
}

static void resolves_by_precedence(void **state)
{
	static const struct {
		struct sl_git_ref_spec spec;
		const char *revision, *tag_object;
		bool by_commit;
	} cases[] = {
		{ { 0 }, "master@sha1:" OID_D, "", false },
		{ { .branch = "main" }, "main@sha1:" OID_A, "", false },
		{ { .branch = "" }, "master@sha1:" OID_D, "", false },
		{ { .branch = "feature/x" }, "feature/x@sha1:" OID_B, "", false },
		{ { .tag = "v1.2.0", .branch = "main" }, "v1.2.0@sha1:" OID_B, "", false },
		{ { .tag = "v0.9.0" }, "v0.9.0@sha1:" OID_B, OID_C, false },
		{ { .semver = "<1.5", .branch = "main" }, "v1.2.0@sha1:" OID_B, "", false },
		{ { .semver = "<1", .branch = "main" }, "v0.9.0@sha1:" OID_B, OID_C, false },
		{ { .semver = ">=2.0.0-0" }, "v2.0.0-rc.1@sha1:" OID_A, "", false },
		{ { .tag = "nightly", .semver = ">=1" }, "nightly@sha1:" OID_D, "", false },
		{ { .name = "refs/pull/1/head", .tag = "nightly" },
		  "refs/pull/1/head@sha1:" OID_C,
		  "",
		  false },
		{ { .name = "refs/tags/v0.9.0" }, "refs/tags/v0.9.0@sha1:" OID_B, OID_C, false },
		{ { .name = "HEAD" }, "HEAD@sha1:" OID_A, "", false },
		{ { .commit = OID_A, .name = "refs/pull/1/head" }, "sha1:" OID_A, "", false },
		{ { .commit = OID_B }, "sha1:" OID_B, "", true },
		{ { .commit = OID_B, .branch = "main2" }, "main2@sha1:" OID_B, "", false },
		{ { .commit = OID_B, .branch = "main" }, "main@sha1:" OID_B, "", true },
	};

	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_git_target) t = SL_GIT_TARGET_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO_FREE char *revision = NULL;

		if (sl_git_resolve_refs(*state, &cases[i].spec, &t, &err) < 0)
			fail_msg("case %zu: %s", i, err.message);
		assert_int_equal(t.n, 1);
		revision = sl_git_revision(&cases[i].spec, &t.candidates[0]);
		assert_string_equal(revision, cases[i].revision);
		assert_string_equal(t.candidates[0].tag_object.hex, cases[i].tag_object);
		assert_int_equal(t.by_commit, cases[i].by_commit);
	}
}

static void keeps_all_tags_of_the_highest_version(void **state)
{
	const struct sl_git_ref_spec spec = { .semver = "1.x" };
	SL_AUTO(sl_git_target) t = SL_GIT_TARGET_INIT;

	assert_int_equal(sl_git_resolve_refs(*state, &spec, &t, NULL), 0);
	assert_int_equal(t.n, 2);
	assert_string_equal(t.candidates[0].ref, "refs/tags/v1.10.0+a");
	assert_string_equal(t.candidates[0].commit.hex, OID_A);
	assert_string_equal(t.candidates[1].ref, "refs/tags/v1.10.0+b");
}

static void says_what_is_missing(void **state)
{
	static const struct {
		struct sl_git_ref_spec spec;
		int code;
		const char *message;
	} cases[] = {
		{ { .branch = "mai" },
		  SL_ERR_NOT_FOUND,
		  "couldn't find remote ref \"refs/heads/mai\"" },
		{ { .tag = "v9" }, SL_ERR_NOT_FOUND, "couldn't find remote ref \"refs/tags/v9\"" },
		{ { .name = "refs/pull/2/head" },
		  SL_ERR_NOT_FOUND,
		  "couldn't find remote ref \"refs/pull/2/head\"" },
		{ { .semver = ">=3" }, SL_ERR_NOT_FOUND, "no match found for semver: >=3" },
		{ { .commit = OID_A, .branch = "none" },
		  SL_ERR_NOT_FOUND,
		  "couldn't find remote ref \"refs/heads/none\"" },
		{ { .commit = "abc123" },
		  SL_ERR_INVALID,
		  "commit is not the full hexadecimal id of a commit" },
		{ { .branch = "a\nb" }, SL_ERR_INVALID, "not a valid Git reference name" },
		{ { .branch = "a..b" }, SL_ERR_INVALID, "not a valid Git reference name" },
	};

	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_git_target) t = SL_GIT_TARGET_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		assert_int_equal(sl_git_resolve_refs(*state, &cases[i].spec, &t, &err),
				 cases[i].code);
		assert_string_equal(err.message, cases[i].message);
		assert_int_equal(t.n, 0);
	}
}

static void refuses_a_broken_range(void **state)
{
	const struct sl_git_ref_spec spec = { .semver = "not a range" };
	SL_AUTO(sl_git_target) t = SL_GIT_TARGET_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	assert_int_equal(sl_git_resolve_refs(*state, &spec, &t, &err), SL_ERR_INVALID);
	assert_non_null(strstr(err.message, "semver parse error: "));
}

static void limits_ties(void **state)
{
	const struct sl_git_ref_spec spec = { .semver = ">=5" };
	struct sl_git_refs *refs = *state;

	for (int i = 1; i <= SL_GIT_TIES_MAX + 1; i++) {
		SL_AUTO(sl_git_target) t = SL_GIT_TARGET_INIT;
		SL_AUTO_FREE char *name = sl_xasprintf("refs/tags/5.0.0+%d", i);

		add(refs, name, OID_A, NULL);
		assert_int_equal(sl_git_resolve_refs(refs, &spec, &t, NULL),
				 i <= SL_GIT_TIES_MAX ? 0 : SL_ERR_TOO_LARGE);
	}
}

static void labels_sha256_revisions(void **state)
{
	const struct sl_git_ref_spec spec = { .branch = "main" };
	struct sl_git_candidate c = { 0 };
	SL_AUTO_FREE char *ref = sl_xstrdup("refs/heads/main"), *revision = NULL;

	(void)state;
	c.ref = ref;
	memset(c.commit.hex, 'e', 64);
	revision = sl_git_revision(&spec, &c);
	assert_non_null(strstr(revision, "main@sha256:eeee"));
	assert_int_equal(strlen(revision), 5 + 7 + 64);
}

static void parses_object_ids(void **state)
{
	struct sl_git_oid oid = { "kept" };

	(void)state;
	assert_false(sl_git_oid_parse(sl_str(""), &oid));
	assert_false(sl_git_oid_parse(sl_str(OID_A "a"), &oid));
	assert_false(sl_git_oid_parse(sl_str_sub(sl_str(OID_A), 0, 39), &oid));
	assert_false(sl_git_oid_parse(sl_str("gaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), &oid));
	assert_true(sl_git_oid_parse(sl_str("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), &oid));
	assert_string_equal(oid.hex, OID_A);
	assert_true(sl_git_oid_parse(sl_str(OID_A "bbbbbbbbbbbbbbbbbbbbbbbb"), &oid));
}

static void checks_names_as_git_does(void **state)
{
	static const char *const good[] = { "HEAD", "refs/heads/a", "refs/heads/a.b@c",
					    "x/\xc3\xa9" };
	static const char *const bad[] = { "",	   "@",	     "/a",   "a/",	"a//b", ".a",
					   "a/.b", "a.lock", "a..b", "a@{",	"a b",	"a\tb",
					   "a~b",  "a^b",    "a:b",  "a?b",	"a*b",	"a[b",
					   "a\\b", "a\x7f",  "a.",   "a.lock/b" };
	SL_AUTO(sl_strbuf) longest = SL_STRBUF_INIT(2 * SL_GIT_REF_NAME_MAX);

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(good); i++)
		assert_true(sl_git_ref_name_ok(sl_str(good[i])));
	for (size_t i = 0; i < SL_ARRAY_LEN(bad); i++)
		if (sl_git_ref_name_ok(sl_str(bad[i])))
			fail_msg("accepted '%s'", bad[i]);
	sl_strbuf_addn(&longest, 'x', SL_GIT_REF_NAME_MAX);
	assert_true(sl_git_ref_name_ok(sl_strbuf_str(&longest)));
	sl_strbuf_addc(&longest, 'x');
	assert_false(sl_git_ref_name_ok(sl_strbuf_str(&longest)));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(resolves_by_precedence),
		T(keeps_all_tags_of_the_highest_version),
		T(says_what_is_missing),
		T(refuses_a_broken_range),
		T(limits_ties),
		cmocka_unit_test(labels_sha256_revisions),
		cmocka_unit_test(parses_object_ids),
		cmocka_unit_test(checks_names_as_git_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
