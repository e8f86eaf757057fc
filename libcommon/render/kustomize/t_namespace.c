#include "libcommon/render/kustomize/fieldspec.h"
#include "libcommon/render/kustomize/transform.h"

/* A namespace is text, in quotes where there were some. */
static void set_namespace(struct sl_kz *kz, struct sl_value **slot, struct sl_str ns)
{
	struct sl_value *text = sl_value_str(kz->a, ns);

	text->quoted = sl_is_quoted(*slot);
	sl_kz_replace_scalar(slot, text);
}

static int set_text(struct sl_kz *kz, struct sl_value **slot, void *arg, struct sl_err *err)
{
	const struct sl_kz_namespace_options *o = arg;

	if (sl_is_map(*slot) || sl_is_list(*slot)) {
		return sl_value_err_set(err, *slot, NULL, SL_ERR_INVALID,
					"namespace field specs must target scalar nodes, got a %s",
					sl_value_kind_name(*slot));
	}
	if (!o->unset_only || sl_kz_text(kz->a, *slot).n == 0)
		set_namespace(kz, slot, o->ns);
	return 0;
}

/* The subjects of a binding that are in the namespace: those of which this field has this value. */
static const struct {
	const char *field, *value;
} own_subjects[] = {
	[SL_KZ_SUBJECTS_DEFAULT] = { "name", "default" },
	[SL_KZ_SUBJECTS_ACCOUNTS] = { "kind", "ServiceAccount" },
};

static int set_subject(struct sl_kz *kz, struct sl_value *subject,
		       const struct sl_kz_namespace_options *o, struct sl_err *err)
{
	const char *field = own_subjects[o->subjects].field;
	const struct sl_value *v = sl_get(subject, field);
	int r = sl_kz_check_map(subject, "subjects", err);

	if (r == 0)
		r = sl_kz_check_scalar(v, "subjects", err);
	if (r < 0) {
		sl_err_wrap(err, "looking up %s on (cluster)role binding subject", field);
		return r;
	}
	if (!sl_str_eqz(sl_kz_text(kz->a, v), own_subjects[o->subjects].value))
		return 0;
	v = sl_get(subject, "namespace");
	r = sl_kz_check_scalar(v, "subjects", err);
	if (r < 0 || (o->unset_only && sl_kz_text(kz->a, v).n > 0))
		return r;
	if (!v)
		sl_map_setz(kz->a, subject, "namespace", sl_value_null(kz->a));
	set_namespace(kz, &sl_map_member(subject, SL_STR("namespace"))->value, o->ns);
	return 0;
}

static int set_subjects(struct sl_kz *kz, struct sl_value *obj,
			const struct sl_kz_namespace_options *o, struct sl_err *err)
{
	struct sl_value *subjects = sl_get(obj, "subjects");
	int r = 0;

	if (sl_is_null(subjects) || o->subjects == SL_KZ_SUBJECTS_NONE)
		return 0;
	if (!sl_is_list(subjects))
		r = sl_value_err_set(err, subjects, "subjects", SL_ERR_INVALID,
				     "expected a list, got a %s", sl_value_kind_name(subjects));
	for (size_t i = 0; i < sl_list_len(subjects) && r == 0; i++)
		r = set_subject(kz, subjects->list.items[i], o, err);
	if (r < 0)
		sl_err_wrap(err, "setting namespace on (cluster)role binding subjects");
	return r;
}

/* Fields that have rules of their own, whatever the specs say. */
static bool is_special(const struct sl_kz_fieldspec *spec, const struct sl_kz_id *id)
{
	bool for_binding = spec->kind && (sl_streq(spec->kind, "RoleBinding") ||
					  sl_streq(spec->kind, "ClusterRoleBinding"));

	if (sl_streq(spec->path, "metadata/namespace"))
		return true;
	/* Only core/v1 has the Namespace that is itself renamed. */
	if (sl_streq(spec->path, "metadata/name"))
		return id->group.n > 0 || !sl_str_eqz(id->version, "v1");
	return for_binding && sl_streq(spec->path, "subjects/namespace");
}

int sl_kz_set_namespace_of(struct sl_kz *kz, struct sl_kz_resource *r,
			   const struct sl_kz_namespace_options *o, struct sl_err *err)
{
	struct sl_kz_namespace_options arg = *o;
	const struct sl_kz_fieldspec own = { .path = "metadata/namespace", .create = true };
	struct sl_kz_id id = sl_kz_current_id(kz, r);
	int rc = 0;

	if (!id.cluster)
		rc = sl_kz_fieldspecs_apply(kz, r->obj, &own, 1, SL_KZ_MAKE_SCALAR, set_text, &arg,
					    err);
	if (rc == 0 &&
	    (sl_str_eqz(id.kind, "RoleBinding") || sl_str_eqz(id.kind, "ClusterRoleBinding")))
		rc = set_subjects(kz, r->obj, o, err);
	for (size_t i = 0; i < o->specs.n && rc == 0; i++)
		if (!is_special(&o->specs.v[i], &id))
			rc = sl_kz_fieldspecs_apply(kz, r->obj, &o->specs.v[i], 1,
						    SL_KZ_MAKE_SCALAR, set_text, &arg, err);
	if (rc < 0)
		sl_err_wrap(err, "namespace transformation failed");
	return rc;
}

int sl_kz_set_namespaces(struct sl_kz_stage *s, const struct sl_kz_namespace_options *o,
			 struct sl_err *err)
{
	for (size_t i = 0; i < s->m->n; i++) {
		if (s->m->v[i]->from_chart)
			continue;
		sl_kz_store_previous_id(s->kz, s->m->v[i]);
		int r = sl_kz_set_namespace_of(s->kz, s->m->v[i], o, err);

		if (r < 0)
			return r;
	}
	sl_kz_map_touch(s->m);
	int r = sl_kz_map_check_unique(s->kz, s->m, "namespace transformation produces ID conflict",
				       err);

	if (r == 0)
		sl_kz_stage_done(s);
	return r;
}

int sl_kz_transform_namespace(struct sl_kz_stage *s, struct sl_err *err)
{
	struct sl_kz_namespace_options o = { .ns = sl_get_str(s->kust->value, "namespace"),
					     .specs = sl_kz_stage_specs(s, SL_KZ_SPECS_NAMESPACE) };

	return o.ns.n > 0 ? sl_kz_set_namespaces(s, &o, err) : 0;
}
