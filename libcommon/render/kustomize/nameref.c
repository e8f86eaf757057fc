#include "libcommon/render/kustomize/nameref.h"

#include <string.h>

#include "libcommon/render/kustomize/config.h"

/* Resources by each name they used to have, in order. */
struct former_name {
	struct former_name *next;
	struct sl_str name;
	struct sl_kz_resource *r;
};

struct names {
	struct former_name **buckets;
	struct former_name **tails;
	size_t count; /* power of two */
};

/* One field of one referrer being brought up to date. */
struct update {
	struct sl_kz_map *m;
	const struct names *names;
	const struct sl_kz_backref *target;
	const struct sl_kz_fieldspec *spec;
	struct sl_kz_resource *referrer;
	struct sl_kz_id referrer_id;
	bool prepared;			      /* the next one is filled in */
	struct sl_kz_strs subject_namespaces; /* of a RoleBinding's service accounts */
};

/* Candidates beyond this many for one name are a mistake or an attack. */
#define CANDIDATES_MAX 1024

struct candidates {
	struct sl_kz_resource *v[CANDIDATES_MAX];
	size_t n;
};

static bool named_before(const struct sl_kz_resource *r, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (sl_str_eq(r->prev[i].name, r->prev[index].name))
			return true;
	return false;
}

static void names_add(struct sl_kz *kz, struct names *names, struct sl_str name,
		      struct sl_kz_resource *r)
{
	size_t at = (size_t)sl_str_hash(name) & (names->count - 1);
	struct former_name *f = sl_arena_new(kz->a, struct former_name);

	f->name = name;
	f->r = r;
	if (names->tails[at])
		names->tails[at]->next = f;
	else
		names->buckets[at] = f;
	names->tails[at] = f;
}

static struct names names_of(struct sl_kz *kz, const struct sl_kz_map *m)
{
	struct names names = { .count = 16 };

	while (names.count < 2 * m->n)
		names.count *= 2;
	names.buckets = sl_arena_array(kz->a, names.count, sizeof(struct former_name *));
	names.tails = sl_arena_array(kz->a, names.count, sizeof(struct former_name *));
	for (size_t i = 0; i < m->n; i++)
		for (size_t k = 0; k < m->v[i]->prev_n; k++)
			if (!named_before(m->v[i], k))
				names_add(kz, &names, m->v[i]->prev[k].name, m->v[i]);
	return names;
}

static bool in(const struct sl_kz_strs *l, struct sl_str s)
{
	for (size_t i = 0; i < l->n; i++)
		if (sl_str_eq(l->v[i], s))
			return true;
	return false;
}

static int find_subject_namespaces(struct sl_kz *kz, struct update *u, struct sl_err *err)
{
	const struct sl_value *subjects = sl_get(u->referrer->obj, "subjects");

	if (!sl_str_eqz(u->referrer_id.kind, "RoleBinding") || u->referrer_id.cluster)
		return 0;
	for (size_t i = 0; i < sl_list_len(subjects); i++) {
		const struct sl_value *subject = sl_list_get(subjects, i);
		const struct sl_value *ns = sl_get(subject, "namespace");

		if (!ns || !sl_str_eqz(sl_get_str(subject, "kind"), "ServiceAccount"))
			continue;
		if (!sl_is_str(ns))
			return sl_value_err_set(
				err, ns, "subjects", SL_ERR_INVALID,
				"Invalid Input: namespace is blank for resource \"%s\"",
				sl_kz_id_text(kz->a, &u->referrer_id));
		sl_kz_strs_add(kz->a, &u->subject_namespaces, ns->s);
	}
	return 0;
}

/* Out of the referrer's reach: in another namespace, unless it binds a role there. */
static bool reachable(const struct sl_kz *kz, const struct update *u,
		      const struct sl_kz_resource *r)
{
	struct sl_kz_id id = sl_kz_current_id(kz, r);

	return u->referrer_id.cluster || id.cluster ||
	       sl_str_eq(sl_kz_effective_ns(&id), sl_kz_effective_ns(&u->referrer_id)) ||
	       in(&u->subject_namespaces, sl_kz_namespace(kz, r));
}

static bool was_selected(const struct sl_kz *kz, const struct sl_kz_resource *r, const char *group,
			 const char *version, const char *kind)
{
	for (size_t i = 0; i < r->prev_n; i++) {
		struct sl_kz_id id = sl_kz_prev_id(kz, r, i);

		if (sl_kz_id_selected(&id, group, version, kind))
			return true;
	}
	return false;
}

/* A roleRef says itself whether it means a Role or a ClusterRole. */
static bool role_ref_agrees(const struct sl_kz *kz, const struct update *u,
			    const struct sl_kz_resource *r)
{
	const struct sl_value *ref = sl_get(u->referrer->obj, "roleRef");
	const struct sl_value *group = sl_get(ref, "apiGroup"), *kind = sl_get(ref, "kind");

	if (!sl_str_ends(sl_str(u->spec->path), SL_STR("roleRef/name")) || !group || !kind)
		return true;
	struct sl_str g = sl_kz_text(kz->a, group), k = sl_kz_text(kz->a, kind);

	for (size_t i = 0; i < r->prev_n; i++) {
		struct sl_kz_id id = sl_kz_prev_id(kz, r, i);

		if ((g.n == 0 || sl_str_eq(id.group, g)) && (k.n == 0 || sl_str_eq(id.kind, k)))
			return true;
	}
	return false;
}

static bool same_namespace(const struct sl_kz *kz, const struct update *u,
			   const struct sl_kz_resource *r)
{
	struct sl_kz_id id = sl_kz_current_id(kz, r);

	return u->referrer_id.cluster || id.cluster || sl_str_eqz(id.kind, "ServiceAccount") ||
	       sl_str_eq(sl_kz_effective_ns(&id), sl_kz_effective_ns(&u->referrer_id));
}

static bool affixes_agree(const struct sl_kz_strs *x, const struct sl_kz_strs *y, bool allow_empty)
{
	return (allow_empty && (x->n == 0 || y->n == 0)) || sl_kz_strs_same_ending(x, y);
}

static void keep_same_affixes(const struct update *u, struct candidates *c, bool allow_empty)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (affixes_agree(&c->v[i]->prefixes, &u->referrer->prefixes, allow_empty) &&
		    affixes_agree(&c->v[i]->suffixes, &u->referrer->suffixes, allow_empty))
			c->v[n++] = c->v[i];
	c->n = n;
}

enum ns_filter {
	NS_ANY,
	NS_ORIGINAL, /* the candidate's first namespace must be the one given */
	NS_CURRENT,
};

static bool in_namespace(const struct sl_kz *kz, const struct sl_kz_resource *r,
			 enum ns_filter filter, struct sl_str ns)
{
	if (filter == NS_ANY)
		return true;
	struct sl_kz_id id =
		filter == NS_ORIGINAL ? sl_kz_original_id(kz, r) : sl_kz_current_id(kz, r);

	return !sl_str_eqz(ns, SL_KZ_NO_NAMESPACE) && sl_str_eq(sl_kz_effective_ns(&id), ns);
}

/* Objects are looked for where they were first; only a namespace unknown there is a new one. */
static enum ns_filter choose_filter(const struct sl_kz *kz, const struct update *u,
				    struct sl_str ns)
{
	for (size_t i = 0; i < u->m->n; i++)
		if (reachable(kz, u, u->m->v[i]) && in_namespace(kz, u->m->v[i], NS_ORIGINAL, ns))
			return NS_ORIGINAL;
	return NS_CURRENT;
}

static int collect(struct sl_kz *kz, const struct update *u, struct sl_str name,
		   enum ns_filter filter, struct sl_str ns, struct candidates *ret,
		   struct sl_err *err)
{
	const struct sl_kz_backref *t = u->target;
	size_t at = (size_t)sl_str_hash(name) & (u->names->count - 1);

	ret->n = 0;
	for (const struct former_name *f = u->names->buckets[at]; f; f = f->next) {
		if (!sl_str_eq(f->name, name) ||
		    !was_selected(kz, f->r, t->group, t->version, t->kind) ||
		    !reachable(kz, u, f->r) || !in_namespace(kz, f->r, filter, ns) ||
		    !role_ref_agrees(kz, u, f->r) || !same_namespace(kz, u, f->r))
			continue;
		if (ret->n == CANDIDATES_MAX)
			return sl_err_set(err, SL_ERR_TOO_LARGE,
					  "more than %d objects named '%.*s'", CANDIDATES_MAX,
					  SL_STR_FMT(name));
		ret->v[ret->n++] = f->r;
	}
	return 0;
}

static bool all_alike(const struct sl_kz *kz, const struct candidates *c, bool compare_ns)
{
	for (size_t i = 1; i < c->n; i++)
		if (!sl_str_eq(sl_kz_name(kz, c->v[i]), sl_kz_name(kz, c->v[0])) ||
		    (compare_ns &&
		     !sl_str_eq(sl_kz_namespace(kz, c->v[i]), sl_kz_namespace(kz, c->v[0]))))
			return false;
	return true;
}

static int several(struct sl_kz *kz, const struct candidates *c, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(4096);

	for (size_t i = 0; i < c->n; i++) {
		struct sl_kz_id id = sl_kz_current_id(kz, c->v[i]);

		sl_strbuf_addf(&b, "%s%s", i > 0 ? ", " : "", sl_kz_id_text(kz->a, &id));
	}
	return sl_err_set(err, SL_ERR_CONFLICT, "found multiple possible referrals: %s", b.p);
}

/* *ret is what `name` means, or NULL when it is none of ours. */
static int find_referral(struct sl_kz *kz, const struct update *u, struct sl_str name,
			 enum ns_filter filter, struct sl_str ns, bool compare_ns,
			 struct sl_kz_resource **ret, struct sl_err *err)
{
	struct candidates c;
	int r = collect(kz, u, name, filter, ns, &c, err);

	*ret = NULL;
	if (r < 0 || c.n == 0)
		return r;
	if (c.n > 1)
		keep_same_affixes(u, &c, true);
	if (c.n > 1)
		keep_same_affixes(u, &c, false);
	if (c.n == 0)
		return 0;
	if (c.n > 1 && !all_alike(kz, &c, compare_ns))
		return several(kz, &c, err);
	*ret = c.v[0];
	return 0;
}

static int update_scalar(struct sl_kz *kz, const struct update *u, struct sl_value **slot,
			 struct sl_err *err)
{
	struct sl_kz_resource *referral;
	struct sl_str old = sl_kz_text(kz->a, *slot);
	int r = find_referral(kz, u, old, NS_ANY, SL_STR_NULL, false, &referral, err);

	if (r < 0 || !referral)
		return r;
	struct sl_str name = sl_kz_name(kz, referral);

	if (!sl_str_eq(name, old))
		sl_kz_set_scalar(kz, slot, name);
	return 0;
}

/* A map with a name, and with a namespace that follows too. */
static int update_map(struct sl_kz *kz, const struct update *u, struct sl_value *map,
		      struct sl_err *err)
{
	const struct sl_value *name = sl_get(map, "name"), *ns = sl_get(map, "namespace");
	struct sl_kz_resource *referral;

	if (!name) {
		return sl_value_err_set(err, map, NULL, SL_ERR_INVALID,
					"path config error; no 'name' field in node");
	}
	struct sl_str ns_text = sl_kz_text(kz->a, ns);
	enum ns_filter filter = ns ? choose_filter(kz, u, ns_text) : NS_ANY;
	int r = find_referral(kz, u, sl_kz_text(kz->a, name), filter, ns_text, true, &referral,
			      err);

	if (r < 0 || !referral)
		return r;
	struct sl_str new_name = sl_kz_name(kz, referral), new_ns = sl_kz_namespace(kz, referral);

	if (new_ns.n == 0 && sl_str_eq(new_name, sl_kz_text(kz->a, name)))
		return 0;
	sl_kz_set_member(kz, map, "name", new_name);
	if (new_ns.n > 0)
		sl_kz_set_member(kz, map, "namespace", new_ns);
	return 0;
}

static int update_one(struct sl_kz *kz, const struct update *u, struct sl_value **slot,
		      struct sl_err *err)
{
	if (sl_is_null(*slot))
		return 0;
	if (sl_is_map(*slot))
		return update_map(kz, u, *slot, err);
	if (!sl_is_list(*slot))
		return update_scalar(kz, u, slot, err);
	return sl_value_err_set(err, *slot, NULL, SL_ERR_INVALID,
				"expected a string or a map, got a list");
}

static int update_field(struct sl_kz *kz, struct sl_value **slot, void *arg, struct sl_err *err)
{
	const struct update *u = arg;

	if (!sl_is_list(*slot))
		return update_one(kz, u, slot, err);
	for (size_t i = 0; i < (*slot)->list.n; i++) {
		int r = update_one(kz, u, &(*slot)->list.items[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* kustomize wants to find the version of an object's id in what it refers from. */
static int check_version(struct sl_kz *kz, const struct update *u, const struct sl_kz_id *original,
			 struct sl_err *err)
{
	const struct sl_value *version = sl_get(u->referrer->obj, "apiVersion");

	/* An id has the text "null", which is nothing in the object. */
	if (version && sl_is_null(version) && version->written.n > 0)
		return sl_value_err_set(err, version, "apiVersion", SL_ERR_INVALID,
					"the apiVersion of a %.*s is null",
					SL_STR_FMT(original->kind));
	if (sl_str_starts(sl_kz_text(kz->a, version), SL_STR("/")))
		return sl_value_err_set(err, version, "apiVersion", SL_ERR_INVALID,
					"the apiVersion of a %.*s has no group before its slash",
					SL_STR_FMT(original->kind));
	return 0;
}

static int update_from(struct sl_kz *kz, struct update *u, const struct sl_kz_id *original,
		       struct sl_err *err)
{
	for (size_t i = 0; i < u->target->n; i++) {
		const struct sl_kz_fieldspec *spec = &u->target->referrers[i];

		if (!sl_kz_fieldspec_matches(spec, original->group, original->version,
					     original->kind))
			continue;
		int r = check_version(kz, u, original, err);

		if (r < 0)
			return r;
		/* Chosen by the original kind; a patch may have changed it since. */
		struct sl_kz_fieldspec anywhere = { .path = spec->path };

		u->spec = spec;
		r = u->prepared ? 0 : find_subject_namespaces(kz, u, err);

		if (r < 0)
			return r;
		u->prepared = true;
		r = sl_kz_fieldspecs_apply(kz, u->referrer->obj, &anywhere, 1, SL_KZ_MAKE_NOTHING,
					   update_field, u, err);

		if (r < 0) {
			sl_err_wrap(err, "updating name reference");
			return r;
		}
	}
	return 0;
}

int sl_kz_fix_references(struct sl_kz *kz, struct sl_kz_map *m, struct sl_err *err)
{
	struct names names = names_of(kz, m);

	for (size_t i = 0; i < m->n; i++) {
		struct sl_kz_id original = sl_kz_original_id(kz, m->v[i]);
		struct update u = { .m = m,
				    .names = &names,
				    .referrer = m->v[i],
				    .referrer_id = sl_kz_current_id(kz, m->v[i]) };

		for (size_t k = 0; k < m->config->reference_n; k++) {
			u.target = &m->config->references[k];
			int r = update_from(kz, &u, &original, err);

			if (r < 0)
				return r;
		}
	}
	return 0;
}
