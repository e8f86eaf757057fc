/*
 * kustomize: a file tree written as text (test/unit/support/kustomize_fs.h) is built as `kustomize
 * build` and as Flux would. Built twice, it gives the same bytes or fails with the same message.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "test/unit/support/kustomize_fs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct sl_kustomize_limits limits = {
	.files = 64, .bytes = 1 << 20, .depth = 6, .objects = 200, .patches = 32
};

static void build(const struct sl_kustomize_fs *fs, enum sl_kustomize_order order,
		  struct sl_strbuf *out)
{
	struct sl_kustomize_options options = { .order = order, .limits = limits };
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(64 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kustomize_result result;

	if (sl_kustomize_build(&a, fs, "", &options, &result, &err) < 0)
		sl_strbuf_addz(out, err.message);
	else
		sl_kustomize_write(result.objects, result.n, out);
}

/* As the controller does: the file, or one made of the tree, changed by a spec, then built. */
static void build_as_flux(const struct sl_kustomize_fs *fs)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(64 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(64 << 20);
	struct sl_kustomize_options options = { .limits = limits };
	struct sl_value *spec = sl_value_map(&a), *k;
	struct sl_kustomize_result result;

	sl_map_set_strz(&a, spec, "targetNamespace", "target");
	sl_map_set_strz(&a, spec, "namePrefix", "p-");
	sl_list_push_strz(&a, sl_map_need_list(&a, spec, "components"), "component");
	sl_map_set_bool(&a, spec, "ignoreMissingComponents", true);
	if (sl_kustomize_generate(&a, fs, "", &limits, &k, NULL, &err) < 0 ||
	    sl_kustomize_apply_spec(&a, fs, "", spec, k, &err) < 0)
		return;
	options.kustomization = k;
	if (sl_kustomize_build(&a, fs, "", &options, &result, &err) == 0)
		sl_kustomize_write(result.objects, result.n, &out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct test_text_fs files = { .text = { (const char *)data, size } };
	struct sl_kustomize_fs fs = test_text_fs(&files);
	SL_AUTO(sl_strbuf) first = SL_STRBUF_INIT(64 << 20);
	SL_AUTO(sl_strbuf) second = SL_STRBUF_INIT(64 << 20);

	if (size > 1 << 16)
		return 0;
	build(&fs, SL_KUSTOMIZE_ORDER_LEGACY, &first);
	build(&fs, SL_KUSTOMIZE_ORDER_LEGACY, &second);
	if (!sl_str_eq(sl_strbuf_str(&first), sl_strbuf_str(&second))) {
		fprintf(stderr, "two builds differ\n");
		abort();
	}
	build_as_flux(&fs);
	return 0;
}
