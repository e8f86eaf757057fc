#include "libcommon/gitops/inventory.h"

#include <string.h>

#include "libcommon/base/strmap.h"
#include "libcommon/kube/object.h"

#define RBAC_GROUP "rbac.authorization.k8s.io"
#define INDEX_MIN 16 /* entries; fewer are searched one by one */

/* Cut the part after the last "_" off `s`. */
static bool cut_last(struct sl_str *s, struct sl_str *ret_part)
{
	ptrdiff_t at = sl_str_rchr(*s, '_');

	if (at < 0)
		return false;
	*ret_part = sl_str_sub(*s, (size_t)at + 1, s->n);
	*s = sl_str_sub(*s, 0, (size_t)at);
	return true;
}

static struct sl_str replace_all(struct sl_arena *a, struct sl_str s, struct sl_str from,
				 struct sl_str to)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(2 * s.n + 1);
	ptrdiff_t at;

	if (sl_str_find(s, from) < 0)
		return s;
	while ((at = sl_str_find(s, from)) >= 0) {
		sl_strbuf_adds(&b, sl_str_sub(s, 0, (size_t)at));
		sl_strbuf_adds(&b, to);
		s = sl_str_sub(s, (size_t)at + from.n, s.n);
	}
	sl_strbuf_adds(&b, s);
	return sl_arena_str(a, sl_strbuf_str(&b));
}

bool sl_inventory_parse_id(struct sl_arena *a, struct sl_str id,
			   struct sl_inventory_entry *ret_entry)
{
	struct sl_inventory_entry e = { .id = id };
	ptrdiff_t at = sl_str_chr(id, '_');
	struct sl_str rest;

	if (at < 0)
		return false;
	e.namespace_ = sl_str_sub(id, 0, (size_t)at);
	rest = sl_str_sub(id, (size_t)at + 1, id.n);
	if (!cut_last(&rest, &e.kind) || !cut_last(&rest, &e.group) || !e.kind.n || !rest.n)
		return false;
	e.name = replace_all(a, rest, SL_STR("__"), SL_STR(":"));
	*ret_entry = e;
	return true;
}

struct sl_inventory_entry sl_inventory_entry_of(struct sl_arena *a, const struct sl_value *object)
{
	struct sl_inventory_entry e = {
		.version = sl_arena_str(a, sl_obj_version(object)),
		.namespace_ = sl_arena_str(a, sl_obj_namespace(object)),
		.name = sl_arena_str(a, sl_obj_name(object)),
		.group = sl_arena_str(a, sl_obj_group(object)),
		.kind = sl_arena_str(a, sl_obj_kind(object)),
	};
	struct sl_str name = e.name;

	if (sl_str_eqz(e.group, RBAC_GROUP))
		name = replace_all(a, name, SL_STR(":"), SL_STR("__"));
	e.id = sl_str(sl_arena_printf(a, "%.*s_%.*s_%.*s_%.*s", SL_STR_FMT(e.namespace_),
				      SL_STR_FMT(name), SL_STR_FMT(e.group), SL_STR_FMT(e.kind)));
	return e;
}

/* The slot that holds the entry with this id, or the free one where it belongs. */
static uint32_t *slot_of(const struct sl_inventory *inv, struct sl_str id)
{
	size_t mask = inv->slot_count - 1, at = (size_t)sl_str_hash(id) & mask;

	while (inv->slots[at] && !sl_str_eq(inv->entries[inv->slots[at] - 1].id, id))
		at = (at + 1) & mask;
	return &inv->slots[at];
}

static bool has_room(const struct sl_inventory *inv)
{
	return 2 * (inv->n + 1) <= inv->slot_count;
}

static void make_index(struct sl_arena *a, struct sl_inventory *inv)
{
	inv->slot_count = INDEX_MIN;
	while (!has_room(inv))
		inv->slot_count *= 2;
	inv->slot_count *= 2;
	inv->slots = sl_arena_array(a, inv->slot_count, sizeof(*inv->slots));
	for (size_t i = 0; i < inv->n; i++)
		*slot_of(inv, inv->entries[i].id) = (uint32_t)i + 1;
}

static void push(struct sl_arena *a, struct sl_inventory *inv, const struct sl_inventory_entry *e)
{
	inv->entries = sl_arena_grow(a, inv->entries, inv->n, &inv->cap, sizeof(*inv->entries));
	/* An index that is full is made anew by the next one who needs it. */
	if (!has_room(inv))
		inv->slot_count = 0;
	inv->entries[inv->n++] = *e;
	if (inv->slot_count)
		*slot_of(inv, e->id) = (uint32_t)inv->n;
}

static struct sl_inventory_entry *find(const struct sl_inventory *inv, struct sl_str id)
{
	const uint32_t *slot = inv->slot_count ? slot_of(inv, id) : NULL;

	if (slot)
		return *slot ? &inv->entries[*slot - 1] : NULL;
	for (size_t i = 0; i < inv->n; i++)
		if (sl_str_eq(inv->entries[i].id, id))
			return &inv->entries[i];
	return NULL;
}

const struct sl_inventory_entry *sl_inventory_find(const struct sl_inventory *inv, struct sl_str id)
{
	return find(inv, id);
}

void sl_inventory_add(struct sl_arena *a, struct sl_inventory *inv,
		      const struct sl_inventory_entry *entry)
{
	struct sl_inventory_entry *known;

	if (inv->n >= INDEX_MIN && !has_room(inv))
		make_index(a, inv);
	known = find(inv, entry->id);
	if (known)
		known->version = entry->version;
	else
		push(a, inv, entry);
}

int sl_inventory_load(struct sl_arena *a, const struct sl_value *inventory,
		      struct sl_inventory *ret_inventory, struct sl_err *err)
{
	const struct sl_value *entries = sl_get(inventory, "entries");
	struct sl_inventory inv = SL_INVENTORY_INIT;

	if (sl_list_len(entries) > SL_INVENTORY_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "the inventory has more than %d entries",
				  SL_INVENTORY_MAX);
	for (size_t i = 0; i < sl_list_len(entries); i++) {
		const struct sl_value *item = sl_list_get(entries, i);
		struct sl_str id = sl_get_str(item, "id");
		struct sl_inventory_entry e;

		if (!sl_inventory_parse_id(a, id, &e))
			return sl_err_set(
				err, SL_ERR_INVALID,
				"inventory entry '%.*s' is not <namespace>_<name>_<group>_<kind>",
				SL_STR_FMT(id));
		e.version = sl_get_str(item, "v");
		push(a, &inv, &e);
	}
	*ret_inventory = inv;
	return 0;
}

struct sl_value *sl_inventory_dump(struct sl_arena *a, const struct sl_inventory *inv)
{
	struct sl_value *map = sl_value_map(a), *list = sl_map_need_list(a, map, "entries");

	for (size_t i = 0; i < inv->n; i++) {
		struct sl_value *item = sl_value_map(a);

		sl_map_set_str(a, item, "id", inv->entries[i].id);
		sl_map_set_str(a, item, "v", inv->entries[i].version);
		sl_list_push(a, list, item);
	}
	return map;
}

/* Append to `ret` what `old` has and `now` lacks. */
static void push_missing(struct sl_arena *a, const struct sl_inventory *old,
			 const struct sl_inventory *now, struct sl_inventory *ret)
{
	SL_AUTO(sl_strmap) known = SL_STRMAP_INIT;

	for (size_t i = 0; i < now->n; i++)
		sl_strmap_set(&known, now->entries[i].id, &now->entries[i]);
	for (size_t i = 0; i < old->n; i++)
		if (!sl_strmap_has(&known, old->entries[i].id))
			push(a, ret, &old->entries[i]);
}

void sl_inventory_stale(struct sl_arena *a, const struct sl_inventory *old,
			const struct sl_inventory *now, struct sl_inventory *ret_stale)
{
	*ret_stale = (struct sl_inventory)SL_INVENTORY_INIT;
	push_missing(a, old, now, ret_stale);
}

void sl_inventory_union(struct sl_arena *a, const struct sl_inventory *old,
			const struct sl_inventory *now, struct sl_inventory *ret_all)
{
	struct sl_inventory all = SL_INVENTORY_INIT;

	for (size_t i = 0; i < now->n; i++)
		push(a, &all, &now->entries[i]);
	push_missing(a, old, now, &all);
	*ret_all = all;
}

const char *sl_inventory_subject(struct sl_arena *a, const struct sl_inventory_entry *e)
{
	if (!e->namespace_.n)
		return sl_arena_printf(a, "%.*s/%.*s", SL_STR_FMT(e->kind), SL_STR_FMT(e->name));
	return sl_arena_printf(a, "%.*s/%.*s/%.*s", SL_STR_FMT(e->kind), SL_STR_FMT(e->namespace_),
			       SL_STR_FMT(e->name));
}
