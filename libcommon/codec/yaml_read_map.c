#include "libcommon/codec/yaml_reader.h"

static int fail_duplicate(struct sl_yaml_reader *y, const struct sl_value *map,
			  const struct sl_member *again)
{
	const struct sl_member *first = map->map.members;

	while (!sl_str_eq(first->key, again->key))
		first++;
	return sl_yaml_fail_at(y, SL_ERR_INVALID, again->line, 0,
			       "mapping key \"%.*s\" already defined at line %u",
			       SL_STR_FMT(again->key), first->line);
}

static void merge_one(struct sl_yaml_reader *y, struct sl_value *map, const struct sl_value *from)
{
	for (size_t i = 0; i < from->map.n; i++) {
		const struct sl_member *m = &from->map.members[i];

		if (y->o.rules == SL_YAML_KUBERNETES || !sl_map_get(map, m->key))
			sl_map_set(y->a, map, m->key, m->value);
	}
}

/* Of several maps the first has precedence: it comes last where later ones override. */
static void merge_into(struct sl_yaml_reader *y, struct sl_value *map, const struct sl_value *from)
{
	size_t n = sl_list_len(from);

	if (sl_is_map(from)) {
		merge_one(y, map, from);
		return;
	}
	for (size_t i = 0; i < n; i++)
		merge_one(y, map,
			  from->list.items[y->o.rules == SL_YAML_KUBERNETES ? n - 1 - i : i]);
}

static bool is_mergeable(const struct sl_value *v)
{
	if (!sl_is_list(v))
		return sl_is_map(v);
	for (size_t i = 0; i < v->list.n; i++)
		if (!sl_is_map(v->list.items[i]))
			return false;
	return true;
}

static int check_merges(struct sl_yaml_reader *y, const struct sl_yaml_pending *items, size_t n)
{
	const struct sl_yaml_pending *seen = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!items[i].merge)
			continue;
		if (!is_mergeable(items[i].m.value))
			return sl_yaml_fail_at(
				y, SL_ERR_INVALID, items[i].m.line, 0,
				"map merge requires map or sequence of maps as the value");
		if (seen && y->o.rules == SL_YAML_GO3 && !y->o.allow_duplicates)
			return sl_yaml_fail_at(y, SL_ERR_INVALID, items[i].m.line, 0,
					       "mapping key \"<<\" already defined at line %u",
					       seen->m.line);
		seen = &items[i];
	}
	return 0;
}

/* True when the maps under a repeated key have been made one; null counts as an empty map. */
static bool join(struct sl_yaml_reader *y, struct sl_value *map, const struct sl_member *again)
{
	struct sl_member *first = sl_map_member(map, again->key);

	if (!y->o.join_repeated || !sl_str_eqz(again->key, y->o.join_repeated) ||
	    (!sl_is_null(first->value) && !sl_is_map(first->value)) ||
	    (!sl_is_null(again->value) && !sl_is_map(again->value)))
		return false;
	/* What an alias means stays as it is. */
	struct sl_value *all =
		sl_value_copy(y->a, sl_is_null(first->value) ? again->value : first->value);

	for (size_t i = 0; i < sl_map_len(again->value); i++) {
		const struct sl_member *m = &again->value->map.members[i];

		if (!sl_map_get(all, m->key))
			sl_map_set(y->a, all, m->key, m->value);
	}
	first->value = all;
	map->joined = true;
	return true;
}

/* A map with merges, or with duplicates that are allowed: filled member by member. */
static int fill_map(struct sl_yaml_reader *y, struct sl_value *map,
		    const struct sl_yaml_pending *items, size_t n)
{
	int r = check_merges(y, items, n);

	if (r < 0)
		return r;
	*map = (struct sl_value){
		.kind = SL_V_MAP, .flow = map->flow, .line = map->line, .file = map->file
	};
	for (size_t i = 0; i < n; i++) {
		if (!items[i].merge && y->o.keep_first && sl_map_get(map, items[i].m.key)) {
			if (!join(y, map, &items[i].m))
				map->repeated = true;
		} else if (!items[i].merge) {
			sl_map_set(y->a, map, items[i].m.key, items[i].m.value);
			sl_map_member(map, items[i].m.key)->line = items[i].m.line;
		} else if (y->o.rules == SL_YAML_KUBERNETES) {
			merge_into(y, map, items[i].m.value);
		}
	}
	for (size_t i = 0; i < n && y->o.rules == SL_YAML_GO3; i++)
		if (items[i].merge)
			merge_into(y, map, items[i].m.value);
	return 0;
}

int sl_yaml_read_map(struct sl_yaml_reader *y, struct sl_value *map, size_t base)
{
	size_t n = y->n - base, own = 0;
	struct sl_member *members = n ? sl_arena_array(y->a, n, sizeof(*members)) : NULL;
	const struct sl_member *again;
	int r = 0;

	for (size_t i = 0; i < n; i++)
		if (!y->stack[base + i].merge)
			members[own++] = y->stack[base + i].m;
	again = sl_map_adopt(y->a, map, members, own);
	if (again && !y->o.allow_duplicates)
		return fail_duplicate(y, map, again);
	if (again || own < n)
		r = fill_map(y, map, y->stack + base, n);
	y->n = base;
	return r;
}
