#include "libcommon/render/kustomize/fieldspec.h"

#include <string.h>

#include "libcommon/render/kustomize/fieldpath.h"

/* One walk along one path. */
struct walk {
	struct sl_kz *kz;
	const struct sl_kz_fieldspec *spec;
	enum sl_kz_make make;
	sl_kz_set_fn set;
	void *arg;
	struct sl_err *err;
};

/* Longest field name in a path of a table or of a user's `fields`. */
#define NAME_MAX_BYTES 512

struct segment {
	char name[NAME_MAX_BYTES];
	size_t n;
	bool is_list; /* written "name[]" */
};

/* Take the next field name off `*path`, which is NULL behind the last one; "\/" becomes "/". False when
 * it is too long. */
static bool next_segment(const char **path, struct segment *ret)
{
	const char *p = *path;

	for (ret->n = 0; *p && *p != '/'; p++) {
		if (p[0] == '\\' && p[1] == '/')
			p++;
		if (ret->n == sizeof(ret->name))
			return false;
		ret->name[ret->n++] = *p;
	}
	*path = *p ? p + 1 : NULL;
	ret->is_list = ret->n >= 2 && memcmp(ret->name + ret->n - 2, "[]", 2) == 0;
	if (ret->is_list)
		ret->n -= 2;
	return true;
}

/* Elements of lists are not told apart: where kustomize looks such a name up, there is a map. */
static bool means_element(struct sl_str name)
{
	bool plus = name.n > 1 && name.p[0] == '+' && name.p[1] != '-';
	int64_t index;

	return sl_str_eqz(name, "-") ||
	       sl_str_to_i64(sl_str_sub(name, plus, name.n), INT64_MIN, INT64_MAX, &index) ||
	       (sl_str_starts(name, SL_STR("[")) && sl_str_ends(name, SL_STR("]")));
}

static int step(const struct walk *w, struct sl_value **slot, const char *path);

static struct sl_value *make_value(const struct walk *w, const struct segment *seg,
				   const char *path)
{
	if (seg->is_list)
		return sl_value_list(w->kz->a);
	if (!w->spec->create || w->make == SL_KZ_MAKE_NOTHING)
		return NULL;
	if (path || w->make == SL_KZ_MAKE_MAP)
		return sl_value_map(w->kz->a);
	return sl_value_null(w->kz->a);
}

static int step_map(const struct walk *w, struct sl_value *map, const char *path)
{
	struct segment seg;

	if (!next_segment(&path, &seg) || seg.n == 0)
		return sl_err_set(w->err, SL_ERR_INVALID,
				  "cannot set or create an empty field name");
	struct sl_str name = sl_str_trim((struct sl_str){ seg.name, seg.n });

	if (sl_str_eqz(name, "*"))
		return sl_err_set(w->err, SL_ERR_INVALID,
				  "fieldName: *: wildcard is not supported in PathGetter");
	if (means_element(name))
		return sl_value_err_set(w->err, map, NULL, SL_ERR_INVALID,
					"fieldName: %.*s: expected a list but got a map",
					SL_STR_FMT(name));
	struct sl_member *m = sl_map_member(map, name);

	/* A null counts as absent, and "name[]" turns a null into an empty list. */
	if (!m || sl_is_null(m->value)) {
		struct sl_value *made = !m && seg.is_list ? NULL : make_value(w, &seg, path);

		if (!m && !made)
			return 0;
		/* A null that is there keeps its spelling. */
		if (made && !(m && sl_is_null(made))) {
			sl_map_set(w->kz->a, map, name, made);
			m = sl_map_member(map, name);
		}
	}
	return step(w, &m->value, path);
}

static int step(const struct walk *w, struct sl_value **slot, const char *path)
{
	struct sl_value *v = *slot;

	if (!path)
		return w->set(w->kz, slot, w->arg, w->err);
	if (sl_is_null(v))
		return 0;
	if (sl_is_map(v))
		return step_map(w, v, path);
	if (!sl_is_list(v)) {
		return sl_value_err_set(w->err, v, NULL, SL_ERR_INVALID,
					"expected a list or a map, got a %s",
					sl_value_kind_name(v));
	}
	for (size_t i = 0; i < v->list.n; i++) {
		int r = step(w, &v->list.items[i], path);

		if (r < 0)
			return r;
	}
	return 0;
}

bool sl_kz_fieldspec_matches(const struct sl_kz_fieldspec *spec, struct sl_str group,
			     struct sl_str version, struct sl_str kind)
{
	return (!spec->kind || sl_str_eqz(kind, spec->kind)) &&
	       (!spec->group || sl_str_eqz(group, spec->group)) &&
	       (!spec->version || sl_str_eqz(version, spec->version));
}

int sl_kz_fieldspecs_apply(struct sl_kz *kz, struct sl_value *obj,
			   const struct sl_kz_fieldspec *specs, size_t n, enum sl_kz_make make,
			   sl_kz_set_fn set, void *arg, struct sl_err *err)
{
	struct sl_str kind = sl_kz_field_text(kz, sl_get(obj, "kind")), group, version;

	sl_kz_split_api_version(sl_kz_field_text(kz, sl_get(obj, "apiVersion")), &group, &version);
	for (size_t i = 0; i < n; i++) {
		struct walk w = { kz, &specs[i], make, set, arg, err };

		if (!sl_kz_fieldspec_matches(&specs[i], group, version, kind))
			continue;
		/* A path may begin with a slash. */
		int r = step(&w, &obj, specs[i].path + (specs[i].path[0] == '/'));

		if (r < 0) {
			struct sl_kz_resource res = { .obj = obj };
			struct sl_kz_id id = sl_kz_current_id(kz, &res);

			sl_err_at(err, obj->file, obj->line, specs[i].path);
			sl_err_wrap(err, "considering field '%s' of object %s", specs[i].path,
				    sl_kz_id_text(kz->a, &id));
			return r;
		}
	}
	return 0;
}

static const char *text_or_null(struct sl_kz *kz, const struct sl_value *v, const char *field)
{
	return sl_get_str(v, field).n > 0 ? sl_as_strz(kz->a, sl_get(v, field)) : NULL;
}

struct sl_kz_fieldspecs sl_kz_fieldspecs_parse(struct sl_kz *kz, const struct sl_value *list)
{
	size_t n = sl_list_len(list);
	struct sl_kz_fieldspec *v = sl_arena_array(kz->a, n + 1, sizeof(*v));

	for (size_t i = 0; i < n; i++) {
		const struct sl_value *f = sl_list_get(list, i);

		v[i] = (struct sl_kz_fieldspec){ .path = sl_as_strz(kz->a, sl_get(f, "path")),
						 .kind = text_or_null(kz, f, "kind"),
						 .group = text_or_null(kz, f, "group"),
						 .version = text_or_null(kz, f, "version"),
						 .create = sl_get_bool(f, false, "create") };
		if (!v[i].path)
			v[i].path = "";
	}
	return (struct sl_kz_fieldspecs){ .v = v, .n = n };
}

int sl_kz_set_entry(struct sl_kz *kz, struct sl_value **slot, void *arg, struct sl_err *err)
{
	struct sl_kz_entry *entry = arg;

	if (sl_is_null(*slot))
		return 0;
	if (!sl_is_map(*slot)) {
		return sl_value_err_set(err, *slot, NULL, SL_ERR_INVALID,
					"expected a map, got a %s", sl_value_kind_name(*slot));
	}
	struct sl_member *m = sl_map_member(*slot, entry->key);

	/* The node that all share takes the quotes of what it replaces, and keeps them on its way. */
	if (m)
		entry->value->quoted = sl_is_quoted(m->value);
	else if (sl_kz_needs_quotes(entry->value->s))
		entry->value->quoted = true;
	if (m)
		sl_kz_replace_scalar(&m->value, entry->value);
	else
		sl_map_set(kz->a, *slot, entry->key, entry->value);
	return 0;
}

void sl_kz_replace_scalar(struct sl_value **slot, const struct sl_value *with)
{
	if (*slot != with)
		**slot = *with;
}

void sl_kz_set_scalar(struct sl_kz *kz, struct sl_value **slot, struct sl_str text)
{
	struct sl_value *v = sl_kz_field_untyped(kz, text);

	v->quoted = sl_is_quoted(*slot);
	sl_kz_replace_scalar(slot, v);
}

void sl_kz_set_member(struct sl_kz *kz, struct sl_value *map, const char *key, struct sl_str text)
{
	struct sl_member *there = sl_map_member(map, sl_str(key));
	struct sl_value *made;

	if (there) {
		sl_kz_set_scalar(kz, &there->value, text);
		return;
	}
	made = sl_kz_field_untyped(kz, text);
	made->quoted = sl_kz_needs_quotes(text);
	sl_map_setz(kz->a, map, key, made);
}
