#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/plugin.h"

/* Beside the fields of an item of configMapGenerator; unlike those it takes numbers for text. */
static const struct sl_kz_field meta_fields[] = {
	{ .name = "metadata", .type = SL_KZ_T_STRUCT, .of = &sl_kz_meta_struct },
};
static const struct sl_kz_struct meta = { .name = "ObjectMeta",
					  .fields = meta_fields,
					  .n = SL_ARRAY_LEN(meta_fields) };

/* Name and namespace may also stand where an object has them. */
int sl_kz_generate_check(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	static const char *const fields[] = { "name", "namespace" };
	struct sl_value *decoded;
	int r = sl_kz_decode_struct(s->kz, &meta, p->config, SL_KZ_UNKNOWN_KEEP_LAX, &decoded, err);

	for (size_t i = 0; i < SL_ARRAY_LEN(fields) && r == 0; i++)
		if (sl_get_str(p->args, fields[i]).n == 0)
			sl_map_set_str(s->kz->a, p->args, fields[i],
				       sl_get_str(decoded, "metadata", fields[i]));
	return r;
}

static int generate_data(struct sl_kz_stage *s, const struct sl_kz_plugin *p, bool is_secret,
			 struct sl_kz_map *ret, struct sl_err *err)
{
	struct sl_kz_resource *made;
	int r = sl_kz_generate_one(s, p->args, is_secret, NULL, NULL, &made, err);

	return r == 0 ? sl_kz_map_append(s->kz, ret, made, err) : r;
}

int sl_kz_generate_config_map(struct sl_kz_stage *s, const struct sl_kz_plugin *p,
			      struct sl_kz_map *ret, struct sl_err *err)
{
	return generate_data(s, p, false, ret, err);
}

int sl_kz_generate_secret(struct sl_kz_stage *s, const struct sl_kz_plugin *p,
			  struct sl_kz_map *ret, struct sl_err *err)
{
	return generate_data(s, p, true, ret, err);
}

static const struct sl_kz_field kubernetes_fields[] = {
	{ .name = "name", .type = SL_KZ_T_STRING },
	{ .name = "namespace", .type = SL_KZ_T_STRING },
};
static const struct sl_kz_struct kubernetes = { .name = "KubernetesService",
						.fields = kubernetes_fields,
						.n = SL_ARRAY_LEN(kubernetes_fields) };
static const struct sl_kz_field account_fields[] = {
	{ .name = "name", .type = SL_KZ_T_STRING },
	{ .name = "projectId", .type = SL_KZ_T_STRING },
};
static const struct sl_kz_struct account = { .name = "ServiceAccount",
					     .fields = account_fields,
					     .n = SL_ARRAY_LEN(account_fields) };
static const struct sl_kz_field iam_fields[] = {
	{ .name = "cloud", .type = SL_KZ_T_STRING },
	{ .name = "kubernetesService", .type = SL_KZ_T_STRUCT, .of = &kubernetes },
	{ .name = "serviceAccount", .type = SL_KZ_T_STRUCT, .of = &account },
};
const struct sl_kz_struct sl_kz_iam_args = { .name = "IAMPolicyGenerator",
					     .fields = iam_fields,
					     .n = SL_ARRAY_LEN(iam_fields) };

/* A service account that acts as one of Google's. */
int sl_kz_generate_iam(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_kz_map *ret,
		       struct sl_err *err)
{
	struct sl_arena *a = s->kz->a;
	struct sl_str cloud = sl_get_str(p->args, "cloud");
	struct sl_str name = sl_get_str(p->args, "serviceAccount", "name"),
		      project = sl_get_str(p->args, "serviceAccount", "projectId"),
		      account_name = sl_get_str(p->args, "kubernetesService", "name"),
		      ns = sl_get_str(p->args, "kubernetesService", "namespace");

	if (!sl_str_eqz(cloud, "gke"))
		return sl_value_err_set(err, sl_get(p->args, "cloud"), "cloud", SL_ERR_INVALID,
					"cloud provider %.*s not supported yet", SL_STR_FMT(cloud));
	/* As YAML, which kustomize reads: what a name breaks there is refused. */
	const char *text = sl_arena_printf(
		a,
		"apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  annotations:\n"
		"    iam.gke.io/gcp-service-account: %.*s@%.*s.iam.gserviceaccount.com\n"
		"  name: %.*s\n%s%.*s",
		SL_STR_FMT(name), SL_STR_FMT(project), SL_STR_FMT(account_name),
		ns.n > 0 ? "\n  namespace: " : "", SL_STR_FMT(ns));
	struct sl_yaml_options options = { .rules = SL_YAML_GO3,
					   .keep_marks = true,
					   .first_document = true };
	SL_AUTO(sl_err) cause = SL_ERR_INIT;
	struct sl_value *obj;

	if (sl_yaml_parse(a, sl_str(text), &options, &obj, &cause) < 0)
		return sl_value_err_set(err, p->config, NULL, SL_ERR_INVALID,
					"the names that are given make no YAML: %s", cause.message);
	obj->file = p->config->file;
	obj->line = p->config->line;
	struct sl_kz_resource *made = sl_kz_resource_new(s->kz, obj);

	if (s->kz->track_origin)
		made->origin = sl_kz_stage_origin(s);
	return sl_kz_map_append(s->kz, ret, made, err);
}
