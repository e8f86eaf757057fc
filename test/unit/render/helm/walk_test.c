#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "libcommon/base/parallel.h"
#include "libcommon/base/parts.h"
#include "libcommon/render/helm/helm.h"
#include "test/unit/support/expect.h"
#include "test/unit/support/test.h"

/* A chart of many templates, one of which cannot be read, every 50th being a link. */
struct tree {
	int broken; /* -1: none is */
	int files;
	atomic_uint branches, ended;
};

/* Of "/c/templates/t00123"; -1 of others. */
static int number_of(const char *path)
{
	struct sl_str name = sl_str(path);
	uint64_t n = 0;

	if (!sl_str_cut_prefix(&name, SL_STR("/c/templates/t")) ||
	    !sl_str_to_u64(name, INT32_MAX, &n))
		return -1;
	return (int)n;
}

static int stat_path(void *ctx, const char *path, enum sl_helm_entry *ret, struct sl_err *err)
{
	(void)ctx;
	if (sl_streq(path, "/c/.helmignore"))
		return sl_err_set(err, SL_ERR_NOT_FOUND, "none");
	*ret = sl_streq(path, "/c") || sl_streq(path, "/c/templates") ? SL_HELM_DIR : SL_HELM_FILE;
	return 0;
}

static int list_names(void *ctx, const char *path,
		      void (*each)(void *arg, const char *name, enum sl_helm_entry entry),
		      void *arg, struct sl_err *err)
{
	(void)err;
	if (sl_streq(path, "/c")) {
		each(arg, "Chart.yaml", SL_HELM_FILE);
		each(arg, "templates", SL_HELM_DIR);
		return 0;
	}
	for (int i = ((struct tree *)ctx)->files - 1; i >= 0; i--) {
		char name[16];

		snprintf(name, sizeof(name), "t%05d", i);
		each(arg, name, i % 50 ? SL_HELM_FILE : SL_HELM_LINK);
	}
	return 0;
}

static int read_path(void *ctx, const char *path, size_t max, struct sl_arena *a,
		     struct sl_str *ret_bytes, struct sl_err *err)
{
	const struct tree *t = ctx;

	(void)max;
	if (number_of(path) >= 0 && number_of(path) == t->broken)
		return sl_err_set(err, SL_ERR_IO, "read %s: input/output error", path);
	*ret_bytes = sl_arena_str(a, sl_str(path));
	return 0;
}

static int resolve_link(void *ctx, const char *path, struct sl_arena *a, const char **ret_path,
			struct sl_err *err)
{
	(void)ctx;
	(void)err;
	*ret_path = sl_arena_printf(a, "/to%s", path);
	return 0;
}

static void *branch(void *ctx, const char *dir)
{
	struct tree *t = ctx;

	assert_string_equal(dir, "/c/templates");
	t->branches++;
	return t;
}

static void end(void *ctx)
{
	struct tree *t = ctx;

	t->ended++;
}

static void log_line(void *data, const char *line)
{
	sl_strbuf_addf(data, "%s\n", line);
}

struct outcome {
	struct sl_arena a;
	struct sl_strbuf log;
	struct sl_err err;
	struct sl_helm_file *files;
	size_t n;
	int r;
};

static void read_tree(struct tree *t, bool threads, struct outcome *ret)
{
	const struct sl_helm_fs fs = { .ctx = t,
				       .stat = stat_path,
				       .list = list_names,
				       .read = read_path,
				       .resolve = resolve_link,
				       .branch = branch,
				       .end = end };
	const struct sl_helm_host host = { .data = &ret->log,
					   .log = log_line,
					   .parallel = threads ? sl_parallel_for : NULL };

	*ret = (struct outcome){ .log = SL_STRBUF_INIT((size_t)1 << 20) };
	ret->r = sl_helm_read_dir(&ret->a, &fs, "/c", &host, &ret->files, &ret->n, &ret->err);
}

static void release(struct outcome *o)
{
	sl_arena_release(&o->a);
	sl_strbuf_release(&o->log);
	sl_err_release(&o->err);
}

static void check_same(const struct outcome *one, const struct outcome *many)
{
	assert_int_equal(many->r, one->r);
	assert_string_equal(many->log.p, one->log.p);
	if (one->r < 0) {
		assert_string_equal(many->err.message, one->err.message);
		return;
	}
	assert_int_equal(many->n, one->n);
	for (size_t i = 0; i < one->n; i++) {
		assert_true(sl_str_eq(many->files[i].name, one->files[i].name));
		assert_true(sl_str_eq(many->files[i].data, one->files[i].data));
	}
}

static void threads_change_nothing(void **state)
{
	static const int broken[] = { -1, 0, 1, 149, 150, 298, 299 };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(broken); i++) {
		struct tree t = { .broken = broken[i], .files = 300 };
		struct outcome one, many;

		read_tree(&t, false, &one);
		assert_int_equal(t.branches, 0);
		read_tree(&t, true, &many);
		/* After a failure the rest may be left out. */
		assert_in_range(t.branches, broken[i] < 0 ? SL_PARTS : 1, SL_PARTS);
		assert_int_equal(t.branches, t.ended);
		check_same(&one, &many);
		assert_int_equal(one.r, broken[i] < 0 ? 0 : SL_ERR_IO);
		release(&one);
		release(&many);
	}
}

static void counts_the_files_of_all_threads(void **state)
{
	struct tree t = { .broken = -1, .files = SL_HELM_FILES_MAX };
	struct outcome one, many;

	(void)state;
	read_tree(&t, false, &one);
	read_tree(&t, true, &many);
	assert_int_equal(many.r, SL_ERR_TOO_LARGE);
	assert_int_equal(one.r, SL_ERR_TOO_LARGE);
	assert_string_equal(many.err.message, one.err.message);
	release(&one);
	release(&many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_change_nothing),
		cmocka_unit_test(counts_the_files_of_all_threads),
	};

	return run_group("helm walk", tests);
}
