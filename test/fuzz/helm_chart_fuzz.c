/*
 * Any bytes as a chart. The first byte chooses: 0, the rest is a gzip-compressed tarball; 1, a tarball that
 * is packed first; else files, each "NAME\nDATA" and a record separator (0x1e). What loads has its
 * dependencies processed and its values coalesced, and its files are read as manifests.
 */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/codec/gzip.h"
#include "libcommon/render/helm/manifests.h"

#define FILES_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int load_files(struct sl_arena *a, struct sl_str rest, struct sl_helm_chart **ret)
{
	struct sl_helm_file files[FILES_MAX];
	struct sl_str part;
	size_t n = 0;

	while (n < FILES_MAX && sl_str_split(&rest, '\x1e', &part)) {
		ptrdiff_t end = sl_str_chr(part, '\n');

		if (end < 0)
			continue;
		files[n++] = (struct sl_helm_file){ sl_str_sub(part, 0, (size_t)end),
						    sl_str_sub(part, (size_t)end + 1, part.n) };
	}
	return sl_helm_load_files(a, files, n, NULL, ret, NULL);
}

static int load(struct sl_arena *a, const uint8_t *data, size_t size, struct sl_helm_chart **ret)
{
	struct sl_str rest = { (const char *)data + 1, size - 1 };
	SL_AUTO(sl_strbuf) packed = SL_STRBUF_INIT(4 << 20);

	if (data[0] > 1)
		return load_files(a, rest, ret);
	if (data[0] == 1) {
		if (sl_gzip_pack(rest, SL_GZIP_FAST, &packed, NULL) < 0)
			abort();
		rest = sl_strbuf_str(&packed);
	}
	return sl_helm_load_archive(a, sl_source_str(&rest), NULL, ret, NULL);
}

/* What rendering goes by. */
static void check(const struct sl_helm_chart *c)
{
	if (!c->metadata || !c->metadata->name.n || !c->metadata->version.n)
		abort();
	for (size_t i = 0; i < c->dependency_count; i++) {
		if (c->dependencies[i]->parent != c)
			abort();
		check(c->dependencies[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT((size_t)64 << 20);
	const struct sl_helm_host none = { 0 };
	struct sl_helm_chart *c = NULL, *processed = NULL;
	struct sl_go_map *values = NULL;
	struct sl_helm_result result = { 0 };

	if (!size || load(&a, data, size, &c) < 0)
		return 0;
	check(c);
	(void)!sl_helm_check_dependencies(c, NULL);
	(void)!sl_helm_sort_manifests(&a, c->templates, c->template_count, &none, &result, NULL);
	if (sl_helm_process_dependencies(&a, c, NULL, &none, &processed, NULL) == 0)
		(void)!sl_helm_values_coalesce(&a, processed, NULL, &none, &values, NULL);
	return 0;
}
