/* What the skimmer of manifests answers, the parser must answer too. */
#include <assert.h>
#include <stdint.h>

#include "libcommon/render/helm/decode.h"
#include "libcommon/render/helm/skim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_scalar(const struct sl_value *v)
{
	return !sl_is_map(v) && !sl_is_list(v);
}

static void check_metadata(const struct sl_value *metadata)
{
	const struct sl_value *annotations;

	if (!metadata || sl_is_null(metadata))
		return;
	assert(sl_is_map(metadata));
	assert(is_scalar(sl_map_get(metadata, SL_STR("name"))));
	annotations = sl_map_get(metadata, SL_STR("annotations"));
	if (!annotations || sl_is_null(annotations))
		return;
	assert(sl_is_map(annotations));
	for (size_t i = 0; i < annotations->map.n; i++) {
		assert(is_scalar(annotations->map.members[i].value));
		assert(!sl_str_eqz(annotations->map.members[i].key, "helm.sh/hook"));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sl_str text = { (const char *)data, size }, api_version, kind;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_value *v = NULL;
	int r;

	if (!sl_helm_skim(text, &api_version, &kind))
		return 0;
	r = sl_helm_yaml(&a, text, &v, NULL);
	assert(r == 0 && sl_is_map(v));
	assert(sl_str_eq(sl_map_get(v, SL_STR("kind"))->s, kind));
	assert(sl_str_eq(sl_map_get(v, SL_STR("apiVersion"))->s, api_version));
	check_metadata(sl_map_get(v, SL_STR("metadata")));
	return 0;
}
