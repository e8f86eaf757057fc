#include "libcommon/gitops/variables.h"

#include "libcommon/codec/base64.h"
#include "libcommon/kube/object.h"
#include "libcommon/render/kustomize/substitute.h"

#define SECRET_BYTES_MAX ((size_t)2 << 20) /* of one value: the API server's limit is half of it */

static const struct sl_kube_kind kinds[] = {
	{ "", "v1", "ConfigMap", "configmaps", true, ~0u },
	{ "", "v1", "Secret", "secrets", true, ~0u },
};

static int decode_value(struct sl_arena *a, const struct sl_member *m, struct sl_value *vars,
			struct sl_err *err)
{
	SL_AUTO(sl_strbuf) value = SL_STRBUF_INIT(SECRET_BYTES_MAX);
	int r = sl_base64_decode(sl_as_str(m->value), &value, err);

	if (r == 0)
		r = sl_strbuf_check(&value, "a value", err);
	if (r == 0)
		sl_map_set(a, vars, m->key, sl_value_str(a, sl_strbuf_str(&value)));
	else
		sl_err_wrap(err, "key '%.*s'", SL_STR_FMT(m->key));
	sl_wipe(value.p, value.n);
	return r;
}

int sl_variables_decode(struct sl_arena *a, const struct sl_value *object,
			struct sl_value **ret_vars, struct sl_err *caller_err)
{
	const struct sl_value *data = sl_get(object, "data");
	struct sl_value *vars = sl_value_map(a);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	int r = 0;

	if (sl_str_eqz(sl_obj_kind(object), "Secret")) {
		for (size_t i = 0; r == 0 && i < sl_map_len(data); i++)
			r = decode_value(a, &data->map.members[i], vars, &err);
	} else if (sl_is_map(data)) {
		vars = sl_value_copy(a, data);
	}
	if (r < 0)
		return sl_err_move(caller_err, &err);
	*ret_vars = vars;
	return 0;
}

static const struct sl_kube_kind *kind_of(struct sl_str name)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(kinds); i++)
		if (sl_str_eqz(name, kinds[i].kind))
			return &kinds[i];
	return NULL;
}

static int load_one(struct sl_arena *a, struct sl_kube_client *client, const char *namespace_,
		    const struct sl_value *ref, struct sl_value *vars, struct sl_err *err)
{
	struct sl_kube_ref object_ref = {
		.kind = kind_of(sl_get_str(ref, "kind")),
		.namespace_ = namespace_,
		.name = sl_arena_str(a, sl_get_str(ref, "name")).p,
	};
	struct sl_kube_verb_options o = { .fair_key = namespace_ };
	struct sl_value *object, *from;
	int r;

	if (!object_ref.kind)
		return sl_err_set(err, SL_ERR_INVALID, "unknown kind");
	r = sl_kube_get(client, &object_ref, &o, a, &object, err);
	if (r == SL_ERR_NOT_FOUND && sl_get_bool(ref, false, "optional"))
		return 0;
	if (r < 0)
		return r;
	sl_map_set_strz(a, object, "kind", object_ref.kind->kind);
	r = sl_variables_decode(a, object, &from, err);
	return r < 0 ? r : sl_kustomize_vars_add(a, vars, from, err);
}

int sl_variables_load(struct sl_arena *a, struct sl_kube_client *client, const char *namespace_,
		      const struct sl_value *post_build, struct sl_value **ret_vars,
		      struct sl_err *caller_err)
{
	const struct sl_value *refs = sl_get(post_build, "substituteFrom");
	struct sl_value *vars = sl_value_map(a);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	int r = 0;

	if (sl_list_len(refs) > SL_VARIABLES_REFS_MAX)
		return sl_err_set(caller_err, SL_ERR_TOO_LARGE,
				  "spec.postBuild.substituteFrom has more than %d entries",
				  SL_VARIABLES_REFS_MAX);
	for (size_t i = 0; r == 0 && i < sl_list_len(refs); i++) {
		const struct sl_value *ref = sl_list_get(refs, i);

		r = load_one(a, client, namespace_, ref, vars, &err);
		if (r < 0)
			sl_err_wrap(&err, "substitute from '%.*s/%.*s' error",
				    SL_STR_FMT(sl_get_str(ref, "kind")),
				    SL_STR_FMT(sl_get_str(ref, "name")));
	}
	if (r == 0) {
		r = sl_kustomize_vars_add(a, vars, sl_get(post_build, "substitute"), &err);
		if (r < 0)
			sl_err_wrap(&err, "spec.postBuild.substitute");
	}
	if (r < 0) {
		sl_err_move(caller_err, &err);
		return r;
	}
	*ret_vars = vars;
	return 0;
}
