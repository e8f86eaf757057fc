#include "libcommon/render/kustomize/fieldspec.h"
#include "libcommon/render/kustomize/transform.h"

static int set_text(struct sl_kz *kz, struct sl_value **slot, void *arg, struct sl_err *err)
{
	const struct sl_str *text = arg;

	if (sl_is_map(*slot) || sl_is_list(*slot)) {
		return sl_value_err_set(err, *slot, NULL, SL_ERR_INVALID,
					"namespace field specs must target scalar nodes, got a %s",
					sl_value_kind_name(*slot));
	}
	*slot = sl_value_str(kz->a, *text);
	return 0;
}

/* Subjects of a binding that are called "default" are the service account of the namespace. */
static int set_subjects(struct sl_kz *kz, struct sl_value *obj, struct sl_str ns,
			struct sl_err *err)
{
	struct sl_value *subjects = sl_get(obj, "subjects");

	if (sl_is_null(subjects))
		return 0;
	if (!sl_is_list(subjects)) {
		return sl_value_err_set(
			err, subjects, "subjects", SL_ERR_INVALID,
			"setting namespace on (cluster)role binding subjects: expected a list, "
			"got a %s",
			sl_value_kind_name(subjects));
	}
	for (size_t i = 0; i < subjects->list.n; i++) {
		struct sl_value *subject = subjects->list.items[i];

		if (sl_is_map(subject) &&
		    sl_str_eqz(sl_kz_text(kz->a, sl_get(subject, "name")), "default"))
			sl_map_set_str(kz->a, subject, "namespace", ns);
	}
	return 0;
}

static int set_namespace(struct sl_kz *kz, struct sl_kz_resource *r, struct sl_str ns,
			 struct sl_err *err)
{
	const struct sl_kz_fieldspec own = { .path = "metadata/namespace", .create = true };
	struct sl_kz_id id = sl_kz_current_id(kz, r);
	int rc = 0;

	if (!id.cluster)
		rc = sl_kz_fieldspecs_apply(kz, r->obj, &own, 1, SL_KZ_MAKE_SCALAR, set_text, &ns,
					    err);
	if (rc == 0 &&
	    (sl_str_eqz(id.kind, "RoleBinding") || sl_str_eqz(id.kind, "ClusterRoleBinding")))
		rc = set_subjects(kz, r->obj, ns, err);
	for (size_t i = 0; i < sl_kz_namespace_specs.n && rc == 0; i++) {
		const struct sl_kz_fieldspec *spec = &sl_kz_namespace_specs.v[i];
		bool is_name = sl_streq(spec->path, "metadata/name");

		/* Only core/v1 has the Namespace that is itself renamed. */
		if (is_name && !sl_str_eqz(sl_kz_text(kz->a, sl_get(r->obj, "apiVersion")), "v1"))
			continue;
		rc = sl_kz_fieldspecs_apply(kz, r->obj, spec, 1, SL_KZ_MAKE_SCALAR, set_text, &ns,
					    err);
	}
	if (rc < 0)
		sl_err_wrap(err, "namespace transformation failed");
	return rc;
}

int sl_kz_transform_namespace(struct sl_kz_stage *s, struct sl_err *err)
{
	struct sl_str ns = sl_get_str(s->kust->value, "namespace");

	if (ns.n == 0)
		return 0;
	for (size_t i = 0; i < s->m->n; i++) {
		sl_kz_store_previous_id(s->kz, s->m->v[i]);
		int r = set_namespace(s->kz, s->m->v[i], ns, err);

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
