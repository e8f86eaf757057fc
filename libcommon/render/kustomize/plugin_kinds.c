#include "libcommon/render/kustomize/chart.h"

#define STRUCTURE(label, table) \
	{ \
		.name = (label), .fields = (table), .n = SL_ARRAY_LEN(table) \
	}
#define FIELD_SPECS \
	{ \
		.name = "fieldSpecs", .type = SL_KZ_T_STRUCTS, .of = &sl_kz_field_spec_struct \
	}

static struct sl_kz_fieldspecs specs_of(struct sl_kz *kz, const struct sl_kz_plugin *p)
{
	return sl_kz_fieldspecs_parse(kz, sl_get(p->args, "fieldSpecs"));
}

static const struct sl_kz_field annotations_fields[] = {
	{ .name = "annotations", .type = SL_KZ_T_STRING_MAP },
	FIELD_SPECS,
};
static const struct sl_kz_struct annotations_args =
	STRUCTURE("AnnotationsTransformer", annotations_fields);

static int annotations(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	return sl_kz_set_pairs(s, sl_get(p->args, "annotations"), specs_of(s->kz, p), err);
}

static const struct sl_kz_field labels_fields[] = {
	{ .name = "labels", .type = SL_KZ_T_STRING_MAP },
	FIELD_SPECS,
};
static const struct sl_kz_struct labels_args = STRUCTURE("LabelTransformer", labels_fields);

static int labels(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	return sl_kz_set_pairs(s, sl_get(p->args, "labels"), specs_of(s->kz, p), err);
}

static const struct sl_kz_field no_fields[] = { FIELD_SPECS };
static const struct sl_kz_struct hash_args = STRUCTURE("HashTransformer", no_fields);

static int hash(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	(void)p;
	(void)err;
	sl_kz_add_hashes(s->kz, s->m);
	sl_kz_stage_done(s);
	return 0;
}

static const struct sl_kz_field image_fields[] = {
	{ .name = "imageTag", .type = SL_KZ_T_STRUCT, .of = &sl_kz_image_struct },
	FIELD_SPECS,
};
static const struct sl_kz_struct image_args = STRUCTURE("ImageTagTransformer", image_fields);

static int image(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	return sl_kz_set_image(s, sl_get(p->args, "imageTag"), specs_of(s->kz, p), err);
}

static const struct sl_kz_field namespace_fields[] = {
	{ .name = "metadata", .type = SL_KZ_T_STRUCT, .of = &sl_kz_meta_struct },
	FIELD_SPECS,
	{ .name = "unsetOnly", .type = SL_KZ_T_BOOL },
	{ .name = "setRoleBindingSubjects", .type = SL_KZ_T_STRING },
};
static const struct sl_kz_struct namespace_args =
	STRUCTURE("NamespaceTransformer", namespace_fields);

static const struct {
	const char *name;
	enum sl_kz_subjects subjects;
} subject_modes[] = {
	{ "", SL_KZ_SUBJECTS_DEFAULT },
	{ "defaultOnly", SL_KZ_SUBJECTS_DEFAULT },
	{ "none", SL_KZ_SUBJECTS_NONE },
	{ "allServiceAccounts", SL_KZ_SUBJECTS_ACCOUNTS },
};

static int namespace_check(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	const struct sl_value *mode = sl_get(p->args, "setRoleBindingSubjects");

	(void)s;
	for (size_t i = 0; i < SL_ARRAY_LEN(subject_modes); i++)
		if (sl_str_eqz(sl_as_str(mode), subject_modes[i].name))
			return 0;
	return sl_value_err_set(err, mode, "setRoleBindingSubjects", SL_ERR_INVALID,
				"invalid value \"%.*s\" for setRoleBindingSubjects: must be one of "
				"\"defaultOnly\", \"none\" or \"allServiceAccounts\"",
				SL_STR_FMT(sl_as_str(mode)));
}

static int namespace(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	struct sl_str mode = sl_get_str(p->args, "setRoleBindingSubjects");
	struct sl_kz_namespace_options o = { .ns = sl_get_str(p->args, "metadata", "namespace"),
					     .specs = specs_of(s->kz, p),
					     .unset_only =
						     sl_get_bool(p->args, false, "unsetOnly") };

	for (size_t i = 0; i < SL_ARRAY_LEN(subject_modes); i++)
		if (sl_str_eqz(mode, subject_modes[i].name))
			o.subjects = subject_modes[i].subjects;
	if (o.ns.n > 0)
		return sl_kz_set_namespaces(s, &o, err);
	sl_kz_stage_done(s);
	return 0;
}

static const struct sl_kz_field json_patch_fields[] = {
	{ .name = "target", .type = SL_KZ_T_STRUCT, .of = &sl_kz_selector_struct },
	{ .name = "path", .type = SL_KZ_T_STRING },
	{ .name = "jsonOp", .type = SL_KZ_T_STRING },
};
static const struct sl_kz_struct json_patch_args =
	STRUCTURE("PatchJson6902Transformer", json_patch_fields);

static int json_patch_check(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	bool path = sl_get_str(p->args, "path").n > 0, op = sl_get_str(p->args, "jsonOp").n > 0;

	(void)s;
	if (sl_get_str(p->args, "target", "name").n == 0)
		return sl_value_err_set(err, sl_get(p->args, "target"), "target.name",
					SL_ERR_INVALID, "must specify the target name");
	if (!path && !op)
		return sl_value_err_set(err, p->config, "jsonOp", SL_ERR_INVALID,
					"empty file path and empty jsonOp");
	if (path && op)
		return sl_value_err_set(err, sl_get(p->args, "path"), "path", SL_ERR_INVALID,
					"must specify a file path or jsonOp, not both");
	return 0;
}

static int json_patch(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	struct sl_value *op = sl_get(p->args, "jsonOp");

	/* As an item of patchesJson6902 calls it. */
	if (op)
		sl_map_setz(s->kz->a, p->args, "patch", op);
	return sl_kz_patch_json(s, p->args, op ? "jsonOp" : "path", err);
}

static const struct sl_kz_field strategic_fields[] = {
	{ .name = "paths", .type = SL_KZ_T_STRINGS },
	{ .name = "patches", .type = SL_KZ_T_STRING },
};
static const struct sl_kz_struct strategic_args =
	STRUCTURE("PatchStrategicMergeTransformer", strategic_fields);

static int strategic_check(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	(void)s;
	if (sl_list_len(sl_get(p->args, "paths")) > 0 || sl_get_str(p->args, "patches").n > 0)
		return 0;
	return sl_value_err_set(err, p->config, "patches", SL_ERR_INVALID,
				"empty file path and empty patch content");
}

static int strategic(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	const struct sl_value *text = sl_get(p->args, "patches");

	return sl_kz_patch_strategic(s, sl_get(p->args, "paths"),
				     sl_as_str(text).n > 0 ? text : NULL, "paths", err);
}

static const struct sl_kz_field patch_fields[] = {
	{ .name = "path", .type = SL_KZ_T_STRING },
	{ .name = "patch", .type = SL_KZ_T_STRING },
	{ .name = "target", .type = SL_KZ_T_STRUCT, .of = &sl_kz_selector_struct },
	{ .name = "options", .type = SL_KZ_T_STRUCT, .of = &sl_kz_patch_options_struct },
};
static const struct sl_kz_struct patch_args = STRUCTURE("PatchTransformer", patch_fields);

static int patch(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	return sl_kz_patch_any(s, p->args, "patch", err);
}

static const struct sl_kz_field affix_fields[] = {
	{ .name = "prefix", .type = SL_KZ_T_STRING },
	{ .name = "suffix", .type = SL_KZ_T_STRING },
	FIELD_SPECS,
};
#define AFFIX_STRUCTURE(label) \
	{ \
		.name = (label), .fields = affix_fields, .n = SL_ARRAY_LEN(affix_fields), \
		.is_yaml = true \
	}
static const struct sl_kz_struct prefix_args = AFFIX_STRUCTURE("PrefixTransformer");
static const struct sl_kz_struct suffix_args = AFFIX_STRUCTURE("SuffixTransformer");
static const struct sl_kz_struct affix_args = AFFIX_STRUCTURE("PrefixSuffixTransformer");

static int affix_check(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	(void)s;
	if (sl_get(p->args, "fieldSpecs"))
		return 0;
	return sl_value_err_set(err, p->config, "fieldSpecs", SL_ERR_INVALID,
				"fieldSpecs is not expected to be nil");
}

static int affix(struct sl_kz_stage *s, const struct sl_kz_plugin *p, bool before, bool after,
		 struct sl_err *err)
{
	struct sl_kz_fieldspecs specs = specs_of(s->kz, p);
	int r = 0;

	if (before)
		r = sl_kz_add_affixes(s, sl_get_str(p->args, "prefix"), SL_STR_NULL, specs, err);
	if (r == 0 && after)
		r = sl_kz_add_affixes(s, SL_STR_NULL, sl_get_str(p->args, "suffix"), specs, err);
	if (r == 0)
		sl_kz_stage_done(s);
	return r;
}

static int prefix(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	return affix(s, p, true, false, err);
}

static int suffix(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	return affix(s, p, false, true, err);
}

static int prefix_suffix(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	return affix(s, p, true, true, err);
}

static const struct sl_kz_field replacement_fields[] = {
	{ .name = "replacements", .type = SL_KZ_T_STRUCTS, .of = &sl_kz_replacement_field_struct },
};
static const struct sl_kz_struct replacement_args =
	STRUCTURE("ReplacementTransformer", replacement_fields);

static int replacement(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	return sl_kz_replace_all(s, sl_get(p->args, "replacements"), err);
}

static const struct sl_kz_field replica_fields[] = {
	{ .name = "replica", .type = SL_KZ_T_STRUCT, .of = &sl_kz_replica_struct },
	FIELD_SPECS,
};
static const struct sl_kz_struct replica_args =
	STRUCTURE("ReplicaCountTransformer", replica_fields);

static int replica(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	return sl_kz_set_replicas(s, sl_get(p->args, "replica"), specs_of(s->kz, p), err);
}

static const struct sl_kz_field target_fields[] = {
	{ .name = "selector", .type = SL_KZ_T_STRUCT, .of = &sl_kz_selector_struct },
	{ .name = "fieldPath", .type = SL_KZ_T_STRING },
	{ .name = "filePathPosition", .type = SL_KZ_T_INT },
};
static const struct sl_kz_struct target = STRUCTURE("Target", target_fields);
static const struct sl_kz_field value_add_fields[] = {
	{ .name = "value", .type = SL_KZ_T_STRING },
	{ .name = "targets", .type = SL_KZ_T_STRUCTS, .of = &target },
	{ .name = "targetFilePath", .type = SL_KZ_T_STRING },
};
const struct sl_kz_struct sl_kz_value_add_args = STRUCTURE("ValueAddTransformer", value_add_fields);

static const struct sl_kz_plugin_kind kinds[] = {
	{ "AnnotationsTransformer", &annotations_args, .transform = annotations },
	{ "ConfigMapGenerator", &sl_kz_config_map_struct, .check = sl_kz_generate_check,
	  .generate = sl_kz_generate_config_map },
	{ "HashTransformer", &hash_args, .transform = hash },
	{ "HelmChartInflationGenerator", &sl_kz_chart_plugin_args, .check = sl_kz_chart_check,
	  .generate = sl_kz_chart_generate },
	{ "IAMPolicyGenerator", &sl_kz_iam_args, .generate = sl_kz_generate_iam },
	{ "ImageTagTransformer", &image_args, .transform = image },
	{ "LabelTransformer", &labels_args, .transform = labels },
	{ "NamespaceTransformer", &namespace_args, .check = namespace_check,
	  .transform = namespace },
	{ "PatchJson6902Transformer", &json_patch_args, .check = json_patch_check,
	  .transform = json_patch },
	{ "PatchStrategicMergeTransformer", &strategic_args, .check = strategic_check,
	  .transform = strategic },
	{ "PatchTransformer", &patch_args, .transform = patch },
	{ "PrefixSuffixTransformer", &affix_args, .check = affix_check,
	  .transform = prefix_suffix },
	{ "PrefixTransformer", &prefix_args, .check = affix_check, .transform = prefix },
	{ "ReplicaCountTransformer", &replica_args, .transform = replica },
	{ "ReplacementTransformer", &replacement_args, .transform = replacement },
	{ "SecretGenerator", &sl_kz_secret_struct, .check = sl_kz_generate_check,
	  .generate = sl_kz_generate_secret },
	{ "SuffixTransformer", &suffix_args, .check = affix_check, .transform = suffix },
	{ "ValueAddTransformer", &sl_kz_value_add_args, .check = sl_kz_value_add_check,
	  .transform = sl_kz_value_add },
};

const struct sl_kz_plugin_kind *sl_kz_plugin_find(struct sl_str name)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(kinds); i++)
		if (sl_str_eqz(name, kinds[i].name))
			return &kinds[i];
	return NULL;
}
