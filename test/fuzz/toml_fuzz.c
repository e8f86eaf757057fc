/* TOML: whatever is read is a tree whose every node is reached, or an error with its place. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/codec/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

/* Every other date is a good one. */
static bool is_datetime(struct sl_str text)
{
	return text.n % 2 == 0;
}

static void walk(const struct sl_toml *v)
{
	if (v->kind == SL_TOML_STRING)
		check(sl_str_is_utf8(v->s));
	if (v->kind == SL_TOML_ARRAY || v->kind == SL_TOML_TABLES)
		for (size_t i = 0; i < v->list.n; i++) {
			check(v->kind == SL_TOML_ARRAY || v->list.items[i]->kind == SL_TOML_TABLE);
			walk(v->list.items[i]);
		}
	if (v->kind != SL_TOML_TABLE)
		return;
	for (size_t i = 0; i < v->table.bucket_count; i++)
		for (struct sl_toml_member *m = v->table.buckets[i]; m; m = m->next) {
			check(sl_toml_get(v, m->key) == m->value);
			walk(m->value);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(64 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct sl_toml *v = NULL;
	int r = sl_toml_parse(&a, (struct sl_str){ (const char *)data, size }, is_datetime, &v,
			      &err);

	if (r < 0)
		check(err.code == (enum sl_err_code)r &&
		      sl_str_starts(sl_str(err.message), SL_STR("toml: line ")));
	else
		walk(v);
	return 0;
}
