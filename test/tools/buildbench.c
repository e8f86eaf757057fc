/*
 * What kustomize-controller does with an artifact until it can be applied, for measurements:
 *
 *   buildbench DIR N     build app0, app1 … of DIR in turn, N times in all; print the milliseconds
 *
 * Each build has an arena of its own, as each reconcile has.
 */
#include <stdio.h>
#include <time.h>

#include "kustomize-controller/build.h"
#include "libcommon/base/file.h"

static double milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int build(int dir_fd, const char *path, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *tree = sl_value_map(&a);
	struct kc_spec spec = { .path = path, .tree = tree };
	char namespace_[] = "default", name[] = "app";
	struct sl_key owner = { .namespace_ = namespace_, .name = name };
	struct kc_build_inputs in = { .dir_fd = dir_fd, .owner = &owner, .spec = &spec };
	struct kc_build built;

	sl_map_set_strz(&a, tree, "targetNamespace", "default");
	return kc_build(&a, &in, &built, err);
}

int main(int argc, char **argv)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FD int fd = -1;
	uint64_t n = 0;
	double since;
	int r;

	if (argc != 3 || !sl_str_to_u64(sl_str(argv[2]), 1000000, &n))
		return 2;
	r = sl_dir_open(argv[1], &fd, &err);
	since = milliseconds();
	for (uint64_t i = 0; r == 0 && i < n; i++) {
		char path[32];

		snprintf(path, sizeof(path), "app%llu", (unsigned long long)i);
		r = build(fd, path, &err);
	}
	if (r < 0) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	printf("%.3f\n", milliseconds() - since);
	return 0;
}
