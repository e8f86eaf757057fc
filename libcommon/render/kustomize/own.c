#include "libcommon/codec/value.h"
#include "libcommon/render/kustomize/kustomize.h"

#define LABEL_NAME "kustomize.toolkit.fluxcd.io/name"
#define LABEL_NAMESPACE "kustomize.toolkit.fluxcd.io/namespace"

static void set_all(struct sl_arena *a, struct sl_value *metadata, const char *field,
		    const struct sl_value *from)
{
	if (sl_map_len(from))
		sl_map_add_all(a, sl_map_need_map(a, metadata, field), sl_value_copy(a, from));
}

static bool is_kustomization_file(const struct sl_value *object)
{
	return sl_str_starts(sl_get_str(object, "apiVersion"),
			     SL_STR("kustomize.config.k8s.io/")) &&
	       sl_str_ieq(sl_get_str(object, "kind"), SL_STR("Kustomization"));
}

bool sl_kustomize_own(struct sl_arena *a, struct sl_str namespace_, struct sl_str name,
		      const struct sl_value *spec, struct sl_value *object)
{
	const struct sl_value *common = sl_get(spec, "commonMetadata");
	struct sl_value *metadata, *labels;

	if (is_kustomization_file(object))
		return false;
	metadata = sl_map_need_map(a, object, "metadata");
	labels = sl_map_need_map(a, metadata, "labels");
	sl_map_set_str(a, labels, LABEL_NAME, name);
	sl_map_set_str(a, labels, LABEL_NAMESPACE, namespace_);
	set_all(a, metadata, "labels", sl_get(common, "labels"));
	set_all(a, metadata, "annotations", sl_get(common, "annotations"));
	return true;
}
