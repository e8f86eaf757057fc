#include "libcommon/render/kustomize/build.h"

/* ASCII: what the API server takes as a name has no other letters. */
static char *lower(char *s)
{
	for (char *p = s; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return s;
}

static struct sl_kz_id id_of(struct sl_arena *a, struct sl_value *obj)
{
	const struct sl_kz kz = { .a = a };
	const struct sl_kz_resource r = { .obj = obj };

	return sl_kz_current_id(&kz, &r);
}

/* Cluster-wide objects count for none. */
static bool in_several_namespaces(struct sl_arena *a, struct sl_value *const *objects, size_t n)
{
	struct sl_str first = SL_STR_NULL;

	for (size_t i = 0; i < n; i++) {
		struct sl_kz_id id = id_of(a, objects[i]);
		struct sl_str ns = sl_kz_effective_ns(&id);

		if (id.cluster)
			continue;
		if (first.n == 0)
			first = ns;
		if (!sl_str_eq(first, ns))
			return true;
	}
	return false;
}

static char *name_of(struct sl_arena *a, const struct sl_kz_id *id, bool with_namespace)
{
	const struct sl_str parts[] = { with_namespace && !id->cluster ? sl_kz_effective_ns(id)
								       : SL_STR_NULL,
					id->group, id->version, id->kind };
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_KUSTOMIZE_BYTES_MAX);

	for (size_t i = 0; i < SL_ARRAY_LEN(parts); i++)
		if (parts[i].n > 0)
			sl_strbuf_addf(&b, "%.*s_", SL_STR_FMT(parts[i]));
	sl_strbuf_addf(&b, "%.*s.yaml", SL_STR_FMT(id->name));
	return lower(sl_arena_strdup(a, b.p));
}

char **sl_kustomize_file_names(struct sl_arena *a, struct sl_value *const *objects, size_t n)
{
	bool several = in_several_namespaces(a, objects, n);
	char **names = sl_arena_array(a, n + 1, sizeof(char *));

	for (size_t i = 0; i < n; i++) {
		struct sl_kz_id id = id_of(a, objects[i]);

		names[i] = name_of(a, &id, several);
	}
	return names;
}
