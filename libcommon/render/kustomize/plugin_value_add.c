#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/fieldpath.h"
#include "libcommon/render/kustomize/plugin.h"
#include "libcommon/render/kustomize/selector.h"

/* Most parts of a fieldPath. */
#define PARTS_MAX 64

struct parts {
	struct sl_str v[PARTS_MAX];
	size_t n;
};

static int read_target_file(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	struct sl_yaml_options options = { .rules = SL_YAML_KUBERNETES };
	struct sl_str path = sl_get_str(p->args, "targetFilePath"), text;
	struct sl_value *doc = NULL, *args = NULL;
	int r = sl_kz_load(s->kz, s->dir, path, &text, &options.file, err);

	if (r == 0)
		r = sl_yaml_parse(s->kz->a, text, &options, &doc, err);
	if (r == 0)
		r = sl_kz_decode_struct(s->kz, &sl_kz_value_add_args, doc, SL_KZ_UNKNOWN_KEEP_LAX,
					&args, err);
	if (r < 0) {
		sl_err_wrap(err, "targetFilePath '%.*s'", SL_STR_FMT(path));
		return r;
	}
	const struct sl_value *targets = sl_get(args, "targets");

	for (size_t i = 0; i < sl_list_len(targets); i++)
		sl_list_push(s->kz->a, sl_map_need_list(s->kz->a, p->args, "targets"),
			     sl_list_get(targets, i));
	return 0;
}

/* The name of the directory stands in for a value that is not given. */
static int find_value(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	struct sl_str value = sl_str_trim(sl_get_str(p->args, "value"));
	struct sl_str dir = sl_str(s->dir->path);

	if (value.n == 0)
		value = sl_str_sub(dir, (size_t)(sl_str_rchr(dir, '/') + 1), dir.n);
	if (value.n == 0)
		return sl_value_err_set(err, p->config, "value", SL_ERR_INVALID,
					"a value is needed: the root of the source has no name");
	sl_map_set_str(s->kz->a, p->args, "value", value);
	return 0;
}

int sl_kz_value_add_check(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	int r = find_value(s, p, err);

	if (r == 0 && sl_get_str(p->args, "targetFilePath").n > 0)
		r = read_target_file(s, p, err);
	if (r < 0)
		return r;
	const struct sl_value *targets = sl_get(p->args, "targets");

	if (sl_list_len(targets) == 0)
		return sl_value_err_set(err, p->config, "targets", SL_ERR_INVALID,
					"must specify at least one target");
	for (size_t i = 0; i < targets->list.n; i++) {
		const struct sl_value *t = targets->list.items[i];
		int64_t position = sl_get_int(t, 0, "filePathPosition");

		if (sl_get_str(t, "fieldPath").n == 0)
			return sl_value_err_set(err, t, "targets", SL_ERR_INVALID,
						"fieldPath cannot be empty");
		if (position < 0)
			return sl_value_err_set(
				err, t, "targets", SL_ERR_INVALID,
				"value of FilePathPosition (%lld) cannot be negative",
				(long long)position);
	}
	return 0;
}

/* At '/', but for "\/", which is a slash in a name. Empty parts are left out. */
static int split_path(struct sl_kz *kz, struct sl_str path, struct parts *ret, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) part = SL_STRBUF_INIT(SL_KUSTOMIZE_BYTES_MAX);

	ret->n = 0;
	for (size_t i = 0; i <= path.n; i++) {
		bool escaped = i + 1 < path.n && path.p[i] == '\\' && path.p[i + 1] == '/';

		if (i < path.n && (escaped || path.p[i] != '/')) {
			i += escaped;
			sl_strbuf_addc(&part, path.p[i]);
			continue;
		}
		if (part.n == 0)
			continue;
		if (ret->n == PARTS_MAX)
			return sl_err_set(err, SL_ERR_TOO_LARGE, "fieldPath has more than %d parts",
					  PARTS_MAX);
		ret->v[ret->n++] = sl_arena_str(kz->a, sl_strbuf_str(&part));
		sl_strbuf_reset(&part);
	}
	return 0;
}

static bool is_match(struct sl_str part)
{
	return part.n > 1 && part.p[0] == '[' && part.p[part.n - 1] == ']';
}

static int wrong_kind(const struct sl_value *v, struct sl_str part, const char *want,
		      struct sl_err *err)
{
	return sl_value_err_set(err, v, NULL, SL_ERR_INVALID,
				"fieldPath: '%.*s' needs a %s, got a %s", SL_STR_FMT(part), want,
				sl_value_kind_name(v));
}

/* "[name=nginx]": the item that has this member, or that is this scalar; made when there is none. */
static int step_match(struct sl_kz *kz, struct sl_value *list, struct sl_str part,
		      struct sl_value ***ret, struct sl_err *err)
{
	struct sl_str inner = sl_str_sub(part, 1, part.n - 1);
	ptrdiff_t eq = sl_str_chr(inner, '=');

	if (eq < 0)
		return sl_err_set(err, SL_ERR_INVALID,
				  "list path element must contain fieldName=fieldValue for element "
				  "to match");
	struct sl_str name = sl_str_sub(inner, 0, (size_t)eq),
		      value = sl_str_sub(inner, (size_t)eq + 1, inner.n);

	if (!sl_is_list(list))
		return wrong_kind(list, part, "list", err);
	for (size_t i = 0; i < list->list.n; i++) {
		struct sl_value *item = list->list.items[i];
		const struct sl_value *key = name.n > 0 ? sl_map_get(item, name) : item;

		*ret = &list->list.items[i];
		if (key && sl_str_eq(sl_kz_text(kz->a, key), value))
			return 0;
	}
	struct sl_value *made = sl_value_str(kz->a, value);

	if (name.n > 0) {
		made = sl_value_map(kz->a);
		sl_map_set(kz->a, made, name, sl_value_str(kz->a, value));
	}
	sl_list_push(kz->a, list, made);
	*ret = &list->list.items[list->list.n - 1];
	return 0;
}

/* One part of the path: SL_ERR_UNCHANGED when it leads nowhere. */
static int step(struct sl_kz *kz, struct sl_value *v, const struct parts *parts, size_t at,
		struct sl_value ***ret, struct sl_err *err)
{
	struct sl_str part = parts->v[at];
	struct sl_str next = at + 1 < parts->n ? parts->v[at + 1] : SL_STR_NULL;
	bool last_item = sl_str_eqz(part, "-");
	uint64_t index, ignored;

	if (is_match(part))
		return step_match(kz, v, part, ret, err);
	if (last_item || sl_str_to_u64(part, SIZE_MAX, &index)) {
		if (!sl_is_list(v))
			return wrong_kind(v, part, "list", err);
		if (v->list.n == 0 || (!last_item && index >= v->list.n))
			return SL_ERR_UNCHANGED;
		*ret = &v->list.items[last_item ? v->list.n - 1 : (size_t)index];
		return 0;
	}
	if (sl_str_eqz(part, "*"))
		return sl_err_set(err, SL_ERR_INVALID, "wildcard is not supported in PathGetter");
	if (!sl_is_map(v))
		return wrong_kind(v, part, "map", err);
	const struct sl_value *there = sl_map_get(v, part);

	/* A null that is there gets no members. */
	if (there && sl_is_null(there) && next.n > 0)
		return SL_ERR_UNCHANGED;
	if (!there)
		sl_map_set(kz->a, v, part,
			   next.n == 0 ? sl_value_null(kz->a)
			   : is_match(next) || sl_str_to_u64(next, SIZE_MAX, &ignored)
				   ? sl_value_list(kz->a)
				   : sl_value_map(kz->a));
	*ret = &sl_map_member(v, part)->value;
	return 0;
}

/* `value` as one more part of `path`, before the part at `position`; an absolute path stays one. */
static struct sl_str insert_part(struct sl_kz *kz, struct sl_str path, size_t position,
				 struct sl_str value)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_KUSTOMIZE_BYTES_MAX);
	bool absolute = path.n > 0 && path.p[0] == '/', done = false;
	struct sl_str rest = path, part;
	size_t n = 0;

	while (sl_str_split(&rest, '/', &part)) {
		if (part.n == 0)
			continue;
		if (n++ == position) {
			sl_strbuf_addf(&out, "/%.*s", SL_STR_FMT(value));
			done = true;
		}
		sl_strbuf_addf(&out, "/%.*s", SL_STR_FMT(part));
	}
	if (!done)
		sl_strbuf_addf(&out, "/%.*s", SL_STR_FMT(value));
	return sl_arena_str(kz->a, sl_str_sub(sl_strbuf_str(&out), absolute ? 0 : 1, out.n));
}

static int set_field(struct sl_kz *kz, struct sl_kz_resource *r, const struct sl_value *target,
		     struct sl_str value, struct sl_err *err)
{
	int64_t position = sl_get_int(target, 0, "filePathPosition");
	struct sl_value **slot = &r->obj;
	struct parts parts;
	int rc = split_path(kz, sl_get_str(target, "fieldPath"), &parts, err);

	if (sl_str_eqz(sl_get_str(target, "fieldPath"), "metadata/annotations"))
		sl_kz_need_annotations(kz, r);

	for (size_t i = 0; i < parts.n && rc == 0; i++)
		rc = step(kz, *slot, &parts, i, &slot, err);
	if (rc == 0 && (sl_is_map(*slot) || sl_is_list(*slot)))
		rc = wrong_kind(*slot, sl_get_str(target, "fieldPath"), "scalar", err);
	if (rc < 0)
		return rc;
	if (position > 0)
		value = insert_part(kz, sl_kz_text(kz->a, *slot), (size_t)position - 1, value);
	sl_kz_set_scalar(kz, slot, value);
	return 0;
}

static int add_to(struct sl_kz_stage *s, struct sl_kz_resource *r, const struct sl_value *target,
		  struct sl_str value, struct sl_err *err)
{
	const struct sl_kz_namespace_options ns = { .ns = value };
	int rc = sl_str_eqz(sl_get_str(target, "fieldPath"), "metadata/namespace")
			 ? sl_kz_set_namespace_of(s->kz, r, &ns, err)
			 : set_field(s->kz, r, target, value, err);

	/* An index past the end of a list is no mistake, nor is a null on the way. */
	if (rc == SL_ERR_UNCHANGED)
		return 0;
	sl_value_err_at(r->obj, "fieldPath", rc < 0 ? err : NULL);
	return rc;
}

int sl_kz_value_add(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	const struct sl_value *targets = sl_get(p->args, "targets");

	for (size_t i = 0; i < sl_list_len(targets); i++) {
		const struct sl_value *t = sl_list_get(targets, i), *v = sl_get(t, "selector");
		struct sl_kz_target selector = { 0 };
		int r = v ? sl_kz_target_parse(s->kz, v, &selector, err) : 0;

		for (size_t k = 0; k < s->m->n && r == 0; k++)
			if (!v || sl_kz_target_matches(s->kz, &selector, s->m->v[k]))
				r = add_to(s, s->m->v[k], t, sl_get_str(p->args, "value"), err);
		if (r < 0)
			return r;
	}
	sl_kz_map_touch(s->m);
	sl_kz_stage_done(s);
	return 0;
}
