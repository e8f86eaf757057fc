#include "libcommon/render/kustomize/transform.h"

const struct sl_kz_transformer sl_kz_transformers[] = {
	{ "PatchStrategicMergeTransformer", sl_kz_transform_patches_strategic },
	{ "PatchTransformer", sl_kz_transform_patches },
	{ "NamespaceTransformer", sl_kz_transform_namespace },
	{ "PrefixTransformer", sl_kz_transform_prefix },
	{ "SuffixTransformer", sl_kz_transform_suffix },
	{ "LabelTransformer", sl_kz_transform_labels },
	{ "AnnotationsTransformer", sl_kz_transform_annotations },
	{ "PatchJson6902Transformer", sl_kz_transform_patches_json },
	{ "ReplicaCountTransformer", sl_kz_transform_replicas },
	{ "ImageTagTransformer", sl_kz_transform_images },
	{ "ReplacementTransformer", sl_kz_transform_replacements },
};
const size_t sl_kz_transformer_count = SL_ARRAY_LEN(sl_kz_transformers);
