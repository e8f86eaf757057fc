#include "libcommon/codec/toml.h"
#include "libcommon/lang/sprig/types.h"
#include "libcommon/render/helm/funcs_codec.h"

#define LAYOUTS 7

static const struct sl_go_type tables_type = {
	.kind = SL_GO_SLICE,
	.name = "[]map[string]interface {}",
	.elem = &sl_go_map,
};

/* What BurntSushi's decoder tries, one after the other, and the zone that it makes for what has none. */
static const struct {
	struct sl_str layout;
	const char *zone; /* NULL: the text has one */
} layouts[LAYOUTS] = {
	{ SL_STR("2006-01-02T15:04:05.999999999Z07:00"), NULL },
	{ SL_STR("2006-01-02T15:04:05.999999999"), "datetime-local" },
	{ SL_STR("2006-01-02"), "date-local" },
	{ SL_STR("15:04:05.999999999"), "time-local" },
	{ SL_STR("2006-01-02T15:04Z07:00"), NULL },
	{ SL_STR("2006-01-02T15:04"), "datetime-local" },
	{ SL_STR("15:04"), "time-local" },
};

/* Go takes "1:02" for "01:02", which TOML does not: separators must stand where the layout has them. */
static bool has_all_zeros(struct sl_str text, struct sl_str layout)
{
	for (size_t i = 0; i < layout.n; i++) {
		char c = layout.p[i];

		if (c == '.' || c == 'Z')
			return true;
		if ((c < '0' || c > '9') && (i >= text.n || text.p[i] != c))
			return false;
	}
	return true;
}

/* Which of the layouts fits; LAYOUTS when none does. */
static size_t find_layout(struct sl_arena *a, struct sl_str text, struct sl_gotime *ret)
{
	for (size_t i = 0; i < LAYOUTS; i++) {
		if (sl_gotime_parse(a, layouts[i].layout, text, NULL, ret, NULL) < 0)
			continue;
		return has_all_zeros(text, layouts[i].layout) ? i : LAYOUTS;
	}
	return LAYOUTS;
}

static bool is_datetime(struct sl_str text)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	struct sl_gotime t;

	return find_layout(&a, text, &t) < LAYOUTS;
}

static struct sl_goval to_time(struct sl_arena *a, struct sl_str text)
{
	struct sl_gotime t = SL_GOTIME_ZERO;
	size_t i = find_layout(a, text, &t);

	if (i < LAYOUTS && layouts[i].zone)
		t.zone = sl_zone_fixed(a, sl_str(layouts[i].zone), 0);
	return sl_sprig_time_value(a, t);
}

static struct sl_goval convert(struct sl_arena *a, const struct sl_toml *v);

static struct sl_goval to_map(struct sl_arena *a, const struct sl_toml *v)
{
	struct sl_go_map *m = sl_go_map_new_for(a, v->table.n);

	for (size_t i = 0; i < v->table.bucket_count; i++)
		for (const struct sl_toml_member *e = v->table.buckets[i]; e; e = e->next)
			sl_go_map_set(a, m, e->key, convert(a, e->value));
	return sl_goval_map(m);
}

static struct sl_goval to_list(struct sl_arena *a, const struct sl_toml *v)
{
	struct sl_go_list *l = sl_go_list_new(a, v->list.n);
	struct sl_goval list;

	for (size_t i = 0; i < v->list.n; i++)
		sl_go_list_push(a, l, convert(a, v->list.items[i]));
	list = sl_goval_list(l);
	if (v->kind == SL_TOML_TABLES)
		list.type = &tables_type;
	return list;
}

static struct sl_goval convert(struct sl_arena *a, const struct sl_toml *v)
{
	switch (v->kind) {
	case SL_TOML_STRING:
		return sl_goval_str(sl_arena_str(a, v->s));
	case SL_TOML_INT:
		return sl_goval_int64(v->i);
	case SL_TOML_FLOAT:
		return sl_goval_float(v->f);
	case SL_TOML_BOOL:
		return sl_goval_bool(v->b);
	case SL_TOML_DATETIME:
		return to_time(a, v->s);
	case SL_TOML_ARRAY:
	case SL_TOML_TABLES:
		return to_list(a, v);
	case SL_TOML_TABLE:
		return to_map(a, v);
	}
	return SL_GO_NIL;
}

int sl_helm_from_toml(struct sl_arena *a, struct sl_str text, struct sl_goval *ret,
		      struct sl_err *err)
{
	const struct sl_toml *v = NULL;
	int r = sl_toml_parse(a, text, is_datetime, &v, err);

	if (r == 0)
		*ret = to_map(a, v);
	return r;
}
