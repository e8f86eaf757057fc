#include "libcommon/render/kustomize/chart.h"

#define STRUCTURE(label, table) \
	{ \
		.name = (label), .fields = (table), .n = SL_ARRAY_LEN(table) \
	}

static const struct sl_kz_field meta_fields[] = {
	{ .name = "name", .type = SL_KZ_T_STRING },
	{ .name = "namespace", .type = SL_KZ_T_STRING },
	{ .name = "labels", .type = SL_KZ_T_STRING_MAP },
	{ .name = "annotations", .type = SL_KZ_T_STRING_MAP },
};
static const struct sl_kz_struct meta = STRUCTURE("ObjectMeta", meta_fields);

static const struct sl_kz_field field_spec_fields[] = {
	{ .name = "group", .type = SL_KZ_T_STRING, .embedded = true },
	{ .name = "version", .type = SL_KZ_T_STRING, .embedded = true },
	{ .name = "kind", .type = SL_KZ_T_STRING, .embedded = true },
	{ .name = "path", .type = SL_KZ_T_STRING },
	{ .name = "create", .type = SL_KZ_T_BOOL },
};
static const struct sl_kz_struct field_spec = STRUCTURE("FieldSpec", field_spec_fields);

static const struct sl_kz_field label_fields[] = {
	{ .name = "pairs", .type = SL_KZ_T_STRING_MAP },
	{ .name = "includeSelectors", .type = SL_KZ_T_BOOL },
	{ .name = "includeTemplates", .type = SL_KZ_T_BOOL },
	{ .name = "includeVolumeClaimTemplates", .type = SL_KZ_T_BOOL },
	{ .name = "fields", .type = SL_KZ_T_STRUCTS, .of = &field_spec },
};
static const struct sl_kz_struct label = STRUCTURE("Label", label_fields);

static const struct sl_kz_field selector_fields[] = {
	{ .name = "group", .type = SL_KZ_T_STRING, .embedded = true },
	{ .name = "version", .type = SL_KZ_T_STRING, .embedded = true },
	{ .name = "kind", .type = SL_KZ_T_STRING, .embedded = true },
	{ .name = "name", .type = SL_KZ_T_STRING, .embedded = true },
	{ .name = "namespace", .type = SL_KZ_T_STRING, .embedded = true },
	{ .name = "annotationSelector", .type = SL_KZ_T_STRING },
	{ .name = "labelSelector", .type = SL_KZ_T_STRING },
};
static const struct sl_kz_struct selector = STRUCTURE("Selector", selector_fields);

/* PatchArgs is decoded from a YAML map of any case, like everything here. */
static const struct sl_kz_field patch_option_fields[] = {
	{ .name = "allowNameChange", .type = SL_KZ_T_BOOL },
	{ .name = "allowKindChange", .type = SL_KZ_T_BOOL },
};
static const struct sl_kz_struct patch_options = STRUCTURE("PatchArgs", patch_option_fields);

static const struct sl_kz_field patch_fields[] = {
	{ .name = "path", .type = SL_KZ_T_STRING },
	{ .name = "patch", .type = SL_KZ_T_STRING },
	{ .name = "target", .type = SL_KZ_T_STRUCT, .of = &selector },
	{ .name = "options", .type = SL_KZ_T_STRUCT, .of = &patch_options },
};
static const struct sl_kz_struct patch = STRUCTURE("Patch", patch_fields);

static const struct sl_kz_field image_fields[] = {
	{ .name = "name", .type = SL_KZ_T_STRING },
	{ .name = "newName", .type = SL_KZ_T_STRING },
	{ .name = "tagSuffix", .type = SL_KZ_T_STRING },
	{ .name = "newTag", .type = SL_KZ_T_STRING },
	{ .name = "digest", .type = SL_KZ_T_STRING },
};
static const struct sl_kz_struct image = STRUCTURE("Image", image_fields);

static const struct sl_kz_field replica_fields[] = {
	{ .name = "name", .type = SL_KZ_T_STRING },
	{ .name = "count", .type = SL_KZ_T_INT },
};
static const struct sl_kz_struct replica = STRUCTURE("Replica", replica_fields);

static const struct sl_kz_field legacy_sort_fields[] = {
	{ .name = "orderFirst", .type = SL_KZ_T_STRINGS },
	{ .name = "orderLast", .type = SL_KZ_T_STRINGS },
};
static const struct sl_kz_struct legacy_sort = STRUCTURE("LegacySortOptions", legacy_sort_fields);

static const struct sl_kz_field sort_fields[] = {
	{ .name = "order", .type = SL_KZ_T_STRING },
	{ .name = "legacySortOptions", .type = SL_KZ_T_STRUCT, .of = &legacy_sort },
};
static const struct sl_kz_struct sort_options = STRUCTURE("SortOptions", sort_fields);

static const struct sl_kz_field generator_option_fields[] = {
	{ .name = "labels", .type = SL_KZ_T_STRING_MAP },
	{ .name = "annotations", .type = SL_KZ_T_STRING_MAP },
	{ .name = "disableNameSuffixHash", .type = SL_KZ_T_BOOL },
	{ .name = "immutable", .type = SL_KZ_T_BOOL },
};
static const struct sl_kz_struct generator_options =
	STRUCTURE("GeneratorOptions", generator_option_fields);

static const struct sl_kz_field config_map_fields[] = {
	{ .name = "namespace", .type = SL_KZ_T_STRING },
	{ .name = "name", .type = SL_KZ_T_STRING },
	{ .name = "behavior", .type = SL_KZ_T_STRING },
	{ .name = "literals", .type = SL_KZ_T_STRINGS },
	{ .name = "files", .type = SL_KZ_T_STRINGS },
	{ .name = "envs", .type = SL_KZ_T_STRINGS },
	{ .name = "env", .type = SL_KZ_T_STRING },
	{ .name = "options", .type = SL_KZ_T_STRUCT, .of = &generator_options },
};
static const struct sl_kz_struct config_map = STRUCTURE("ConfigMapArgs", config_map_fields);

static const struct sl_kz_field secret_fields[] = {
	{ .name = "namespace", .type = SL_KZ_T_STRING },
	{ .name = "name", .type = SL_KZ_T_STRING },
	{ .name = "behavior", .type = SL_KZ_T_STRING },
	{ .name = "literals", .type = SL_KZ_T_STRINGS },
	{ .name = "files", .type = SL_KZ_T_STRINGS },
	{ .name = "envs", .type = SL_KZ_T_STRINGS },
	{ .name = "env", .type = SL_KZ_T_STRING },
	{ .name = "options", .type = SL_KZ_T_STRUCT, .of = &generator_options },
	{ .name = "type", .type = SL_KZ_T_STRING },
};
static const struct sl_kz_struct secret = STRUCTURE("SecretArgs", secret_fields);

static const struct sl_kz_field replace_option_fields[] = {
	{ .name = "delimiter", .type = SL_KZ_T_STRING },
	{ .name = "index", .type = SL_KZ_T_INT },
	{ .name = "encoding", .type = SL_KZ_T_STRING },
	{ .name = "create", .type = SL_KZ_T_BOOL },
};
static const struct sl_kz_struct replace_options = STRUCTURE("FieldOptions", replace_option_fields);

static const struct sl_kz_field source_fields[] = {
	{ .name = "group", .type = SL_KZ_T_STRING, .embedded = true },
	{ .name = "version", .type = SL_KZ_T_STRING, .embedded = true },
	{ .name = "kind", .type = SL_KZ_T_STRING, .embedded = true },
	{ .name = "name", .type = SL_KZ_T_STRING, .embedded = true },
	{ .name = "namespace", .type = SL_KZ_T_STRING, .embedded = true },
	{ .name = "fieldPath", .type = SL_KZ_T_STRING },
	{ .name = "options", .type = SL_KZ_T_STRUCT, .of = &replace_options },
};
static const struct sl_kz_struct replace_source = STRUCTURE("SourceSelector", source_fields);

static const struct sl_kz_field replace_target_fields[] = {
	{ .name = "select", .type = SL_KZ_T_STRUCT, .of = &selector },
	{ .name = "reject", .type = SL_KZ_T_STRUCTS, .of = &selector },
	{ .name = "fieldPaths", .type = SL_KZ_T_STRINGS },
	{ .name = "options", .type = SL_KZ_T_STRUCT, .of = &replace_options },
};
static const struct sl_kz_struct replace_target =
	STRUCTURE("TargetSelector", replace_target_fields);

/* The last field is only for kustomizations. */
static const struct sl_kz_field replacement_fields[] = {
	{ .name = "source", .type = SL_KZ_T_STRUCT, .of = &replace_source },
	{ .name = "targets", .type = SL_KZ_T_STRUCTS, .of = &replace_target },
	{ .name = "sourceValue", .type = SL_KZ_T_STRING },
	{ .name = "path", .type = SL_KZ_T_STRING },
};
static const struct sl_kz_struct replacement_field =
	STRUCTURE("ReplacementField", replacement_fields);
const struct sl_kz_struct sl_kz_replacement_struct = {
	.name = "Replacement",
	.fields = replacement_fields,
	.n = SL_ARRAY_LEN(replacement_fields) - 1,
};

static const struct sl_kz_field var_object_fields[] = {
	{ .name = "apiVersion", .type = SL_KZ_T_STRING },
	{ .name = "group", .type = SL_KZ_T_STRING },
	{ .name = "version", .type = SL_KZ_T_STRING },
	{ .name = "kind", .type = SL_KZ_T_STRING },
	{ .name = "name", .type = SL_KZ_T_STRING },
	{ .name = "namespace", .type = SL_KZ_T_STRING },
};
static const struct sl_kz_struct var_object = STRUCTURE("Target", var_object_fields);

static const struct sl_kz_field var_field_fields[] = {
	{ .name = "fieldPath", .type = SL_KZ_T_STRING },
};
static const struct sl_kz_struct var_field = STRUCTURE("FieldSelector", var_field_fields);

static const struct sl_kz_field var_fields[] = {
	{ .name = "name", .type = SL_KZ_T_STRING },
	{ .name = "objref", .type = SL_KZ_T_STRUCT, .of = &var_object },
	{ .name = "fieldref", .type = SL_KZ_T_STRUCT, .of = &var_field },
};
static const struct sl_kz_struct var = STRUCTURE("Var", var_fields);

static const struct sl_kz_field name_reference_fields[] = {
	{ .name = "group", .type = SL_KZ_T_STRING, .embedded = true },
	{ .name = "version", .type = SL_KZ_T_STRING, .embedded = true },
	{ .name = "kind", .type = SL_KZ_T_STRING, .embedded = true },
	{ .name = "fieldSpecs", .type = SL_KZ_T_STRUCTS, .of = &field_spec },
};
static const struct sl_kz_struct name_reference =
	STRUCTURE("NameBackReferences", name_reference_fields);

static const struct sl_kz_field config_fields[] = {
	{ .name = "namePrefix", .type = SL_KZ_T_STRUCTS, .of = &field_spec },
	{ .name = "nameSuffix", .type = SL_KZ_T_STRUCTS, .of = &field_spec },
	{ .name = "namespace", .type = SL_KZ_T_STRUCTS, .of = &field_spec },
	{ .name = "commonLabels", .type = SL_KZ_T_STRUCTS, .of = &field_spec },
	{ .name = "labels", .type = SL_KZ_T_STRUCTS, .of = &field_spec },
	{ .name = "templateLabels", .type = SL_KZ_T_STRUCTS, .of = &field_spec },
	{ .name = "volumeClaimTemplateLabels", .type = SL_KZ_T_STRUCTS, .of = &field_spec },
	{ .name = "commonAnnotations", .type = SL_KZ_T_STRUCTS, .of = &field_spec },
	{ .name = "nameReference", .type = SL_KZ_T_STRUCTS, .of = &name_reference },
	{ .name = "varReference", .type = SL_KZ_T_STRUCTS, .of = &field_spec },
	{ .name = "images", .type = SL_KZ_T_STRUCTS, .of = &field_spec },
	{ .name = "replicas", .type = SL_KZ_T_STRUCTS, .of = &field_spec },
};
const struct sl_kz_struct sl_kz_config_struct = STRUCTURE("TransformerConfig", config_fields);

static const struct sl_kz_field kustomization_fields[] = {
	{ .name = "kind", .type = SL_KZ_T_STRING },
	{ .name = "apiVersion", .type = SL_KZ_T_STRING },
	{ .name = "metadata", .type = SL_KZ_T_STRUCT, .of = &meta },
	{ .name = "namePrefix", .type = SL_KZ_T_STRING },
	{ .name = "nameSuffix", .type = SL_KZ_T_STRING },
	{ .name = "namespace", .type = SL_KZ_T_STRING },
	{ .name = "commonLabels", .type = SL_KZ_T_STRING_MAP },
	{ .name = "labels", .type = SL_KZ_T_STRUCTS, .of = &label },
	{ .name = "commonAnnotations", .type = SL_KZ_T_STRING_MAP },
	{ .name = "patchesStrategicMerge", .type = SL_KZ_T_STRINGS },
	{ .name = "patchesJson6902", .type = SL_KZ_T_STRUCTS, .of = &patch },
	{ .name = "patches", .type = SL_KZ_T_STRUCTS, .of = &patch },
	{ .name = "images", .type = SL_KZ_T_STRUCTS, .of = &image },
	{ .name = "imageTags", .type = SL_KZ_T_STRUCTS, .of = &image },
	{ .name = "replicas", .type = SL_KZ_T_STRUCTS, .of = &replica },
	{ .name = "sortOptions", .type = SL_KZ_T_STRUCT, .of = &sort_options },
	{ .name = "resources", .type = SL_KZ_T_STRINGS },
	{ .name = "components", .type = SL_KZ_T_STRINGS },
	{ .name = "bases", .type = SL_KZ_T_STRINGS },
	{ .name = "configMapGenerator", .type = SL_KZ_T_STRUCTS, .of = &config_map },
	{ .name = "secretGenerator", .type = SL_KZ_T_STRUCTS, .of = &secret },
	{ .name = "generatorOptions", .type = SL_KZ_T_STRUCT, .of = &generator_options },
	{ .name = "buildMetadata", .type = SL_KZ_T_STRINGS },
	{ .name = "openapi", .type = SL_KZ_T_STRING_MAP },
	{ .name = "replacements", .type = SL_KZ_T_STRUCTS, .of = &replacement_field },
	{ .name = "vars", .type = SL_KZ_T_STRUCTS, .of = &var },
	{ .name = "crds", .type = SL_KZ_T_STRINGS },
	{ .name = "helmGlobals", .type = SL_KZ_T_STRUCT, .of = &sl_kz_chart_globals_struct },
	{ .name = "helmCharts", .type = SL_KZ_T_STRUCTS, .of = &sl_kz_chart_struct },
	{ .name = "helmChartInflationGenerator",
	  .type = SL_KZ_T_STRUCTS,
	  .of = &sl_kz_old_chart_struct },
	{ .name = "configurations", .type = SL_KZ_T_STRINGS },
	{ .name = "generators", .type = SL_KZ_T_STRINGS },
	{ .name = "transformers", .type = SL_KZ_T_STRINGS },
	{ .name = "validators", .type = SL_KZ_T_STRINGS },
};
const struct sl_kz_struct sl_kz_kustomization_struct =
	STRUCTURE("Kustomization", kustomization_fields);

/* What plugins have as well. */
const struct sl_kz_struct sl_kz_replacement_field_struct = {
	.name = "ReplacementField",
	.fields = replacement_fields,
	.n = SL_ARRAY_LEN(replacement_fields),
	.strict = true,
};
const struct sl_kz_struct sl_kz_meta_struct = STRUCTURE("ObjectMeta", meta_fields);
const struct sl_kz_struct sl_kz_field_spec_struct = STRUCTURE("FieldSpec", field_spec_fields);
const struct sl_kz_struct sl_kz_selector_struct = STRUCTURE("Selector", selector_fields);
const struct sl_kz_struct sl_kz_patch_options_struct = STRUCTURE("PatchArgs", patch_option_fields);
const struct sl_kz_struct sl_kz_image_struct = STRUCTURE("Image", image_fields);
const struct sl_kz_struct sl_kz_replica_struct = STRUCTURE("Replica", replica_fields);
const struct sl_kz_struct sl_kz_config_map_struct =
	STRUCTURE("ConfigMapGenerator", config_map_fields);
const struct sl_kz_struct sl_kz_secret_struct = STRUCTURE("SecretGenerator", secret_fields);
