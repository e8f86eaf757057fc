/*
 * What the tests of fetched repositories share: a Git server on loopback, and for each test a
 * directory below its root with the test's repositories and the cache that they are fetched into.
 *
 * gitworld_group_setup() and gitworld_group_teardown() go round the group, gitworld_setup() and
 * gitworld_teardown() round each test, whose state is then a struct gitworld. All fail the test when
 * something is not as it should be. Thread rule: one thread.
 */
#ifndef TEST_UNIT_SUPPORT_GITWORLD_H
#define TEST_UNIT_SUPPORT_GITWORLD_H

#include <stdbool.h>

#include "libcommon/base/err.h"
#include "libcommon/base/file.h"
#include "libcommon/base/strbuf.h"
#include "libcommon/net/gitcache.h"
#include "libcommon/net/gittree.h"
#include "test/unit/support/gitserver.h"

/*
 * Scripts for test_sh(): a repository with a branch of two commits, made in "work", where the script
 * is left; and the same, served from "repo.git" from then on.
 */
#define GITWORLD_MAKE "cp -r ../template work; cd work"
#define GITWORLD_SERVE \
	"cd ..; mv work/.git repo.git; git -C repo.git config core.bare true; rm -rf work"

struct gitworld {
	const struct sl_tmpdir *root; /* of the server, with one directory a test */
	struct sl_http_client *client;
	char *name; /* of the test's directory below the root */
	char *path; /* of the same, absolute */
	struct sl_git_cache *cache;
	struct test_gitserver own; /* a server with an option, if the test started one */
	const char *prefix;	   /* "" or "/auth" */
	struct sl_http_auth auth;
};

int gitworld_group_setup(void **state);
int gitworld_group_teardown(void **state);
int gitworld_setup(void **state);
int gitworld_teardown(void **state);

/* Where the server has the test's repository of that name; the caller frees it. */
char *gitworld_url(const struct gitworld *w, const char *repo);

/* Open the test's cache for that URL, unless it is open: gitworld_close_cache() first for another. */
int gitworld_open_cache(struct gitworld *w, const char *url);
void gitworld_close_cache(struct gitworld *w);

/* What one synchronisation gave. */
struct gitworld_outcome {
	struct sl_git_oid commit;
	char *revision;
	struct sl_git_fetch_result result;
	struct sl_err err;
};
void gitworld_outcome_release(struct gitworld_outcome *o);

/* Resolve and fetch from "repo.git", as the controller does it. `ret_out` is to be released always. */
int gitworld_sync(struct gitworld *w, const struct sl_git_ref_spec *spec,
		  struct gitworld_outcome *ret_out);
/* The same, and it succeeds. */
void gitworld_sync_ok(struct gitworld *w, const struct sl_git_ref_spec *spec,
		      struct gitworld_outcome *ret_out);

/* The walk as text: one line an entry, with the content of files if wanted; `skip` is not entered. */
struct gitworld_lister {
	struct sl_git_visitor visitor;
	struct sl_strbuf text;
	bool content;
	const char *skip;
};
int gitworld_list_entry(struct sl_git_visitor *self, struct sl_git_entry *e, struct sl_err *err);
#define GITWORLD_LISTER \
	{ \
		.visitor = { gitworld_list_entry }, .text = SL_STRBUF_INIT(1 << 20) \
	}

/* That text of a whole walk; the caller frees it. */
char *gitworld_list(struct gitworld *w, const struct sl_git_oid *commit,
		    const struct sl_git_walk_options *options, bool content);

/* The id that a script left in a file of the test's directory. */
void gitworld_read_id(struct gitworld *w, const char *file, struct sl_git_oid *ret_oid);

#endif
