/* The tree of a fetched commit on disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "libcommon/net/gitcheckout.h"
#include "test/unit/support/gitworld.h"

static const struct sl_git_ref_spec on_main = { .branch = "main" };

/* Into "out" of the test's directory, which is made. */
static int checkout(struct gitworld *w, const struct gitworld_outcome *o, uint64_t max_bytes,
		    struct sl_err *err)
{
	SL_AUTO_FREE char *path = sl_xasprintf("%s/out", w->path);
	SL_AUTO_FD int fd = -1;

	test_sh(w->path, "rm -rf out; mkdir out");
	assert_int_equal(sl_dir_open(path, &fd, NULL), 0);
	return sl_git_checkout(w->cache, &o->commit, NULL, max_bytes, fd, err);
}

static void writes_what_git_checks_out(void **state)
{
	struct gitworld *w = *state;
	struct gitworld_outcome o;

	test_sh(w->path,
		"git init -q -b main work; cd work; mkdir -p a/b; printf 1 >a/b/c; printf 22 >x;"
		"chmod +x x; : >empty; ln -s a/b/c link; ln -s /etc/hostname out;"
		"head -c 200000 /dev/zero >big; git add -A; git commit -qm x;"
		"cp -r . ../want; rm -rf ../want/.git; " GITWORLD_SERVE);
	gitworld_sync_ok(w, &on_main, &o);
	assert_int_equal(checkout(w, &o, 1 << 20, NULL), 0);
	test_sh(w->path, "diff -r --no-dereference want out; test -x out/x; test ! -x out/empty;"
			 "test $(readlink out/out) = /etc/hostname");
	gitworld_outcome_release(&o);
}

static void keeps_to_the_cap(void **state)
{
	struct gitworld *w = *state;
	struct gitworld_outcome o;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	test_sh(w->path,
		"git init -q -b main work; cd work; printf 12345 >a; printf 678 >b; git add -A;"
		"git commit -qm x; " GITWORLD_SERVE);
	gitworld_sync_ok(w, &on_main, &o);
	assert_int_equal(checkout(w, &o, 9, NULL), 0);
	assert_int_equal(checkout(w, &o, 8, NULL), 0);
	assert_int_equal(checkout(w, &o, 7, &err), SL_ERR_TOO_LARGE);
	assert_string_equal(err.message, "the files of the commit are too large, at b");
	gitworld_outcome_release(&o);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, gitworld_setup, gitworld_teardown)
	const struct CMUnitTest tests[] = {
		T(writes_what_git_checks_out),
		T(keeps_to_the_cap),
	};

	return cmocka_run_group_tests(tests, gitworld_group_setup, gitworld_group_teardown);
}
