#include "libcommon/codec/toml.h"

#include <math.h>

#include "libcommon/base/strbuf.h"
#include "test/unit/support/test.h"

static bool any_datetime(struct sl_str text)
{
	(void)text;
	return true;
}

static bool no_datetime(struct sl_str text)
{
	(void)text;
	return false;
}

static const char document[] = "a = 1\n"
			       "b = [1.5, \"x\\u00e9\", true, 2001-01-01 10:00:00z]\n"
			       "\"c d\".e = '''\nraw\\'''\n"
			       "[t]\n"
			       "i = {k = -0x10}\n";

static void a_document_becomes_a_tree(void **state)
{
	static const char text[] = "a = 1\nb = [1.5, \"x\\u00e9\", true, 2001-01-01 10:00:00z]\n"
				   "\"c d\".e = '''\nraw\\'''\n[[t]]\ni = {k = -1_6}\n[[t]]\n"
				   "n = -nan\n";
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct sl_toml *v, *b, *t;

	(void)state;
	assert_ok(sl_toml_parse(&a, sl_str(text), any_datetime, &v, &err), &err);
	assert_int_equal(sl_toml_get(v, SL_STR("a"))->i, 1);
	b = sl_toml_get(v, SL_STR("b"));
	assert_int_equal(b->kind, SL_TOML_ARRAY);
	assert_int_equal(b->list.n, 4);
	assert_true(b->list.items[0]->f == 1.5);
	assert_true(sl_str_eqz(b->list.items[1]->s, "x\xc3\xa9"));
	assert_true(b->list.items[2]->b);
	assert_int_equal(b->list.items[3]->kind, SL_TOML_DATETIME);
	assert_true(sl_str_eqz(b->list.items[3]->s, "2001-01-01T10:00:00Z"));
	assert_true(
		sl_str_eqz(sl_toml_get(sl_toml_get(v, SL_STR("c d")), SL_STR("e"))->s, "raw\\"));
	t = sl_toml_get(v, SL_STR("t"));
	assert_int_equal(t->kind, SL_TOML_TABLES);
	assert_int_equal(t->list.n, 2);
	assert_int_equal(sl_toml_get(sl_toml_get(t->list.items[0], SL_STR("i")), SL_STR("k"))->i,
			 -16);
	assert_true(isnan(sl_toml_get(t->list.items[1], SL_STR("n"))->f));
	assert_null(sl_toml_get(v, SL_STR("z")));
}

static void what_is_no_date_is_refused(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct sl_toml *v;

	(void)state;
	assert_int_equal(sl_toml_parse(&a, SL_STR("\n[t]\na = 2001-01-01"), no_datetime, &v, &err),
			 SL_ERR_INVALID);
	assert_string_equal(err.message,
			    "toml: line 3 (last key \"t.a\"): invalid datetime: \"2001-01-01\"");
}

/* Some beginnings are documents of their own; all others say where they end. */
static void every_truncation_is_read_or_refused(void **state)
{
	size_t refused = 0;

	(void)state;
	for (size_t n = 0; n < sizeof(document) - 1; n++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO_FREE char *copy = sl_xmemdup0(document, n);
		const struct sl_toml *v;

		if (sl_toml_parse(&a, (struct sl_str){ copy, n }, any_datetime, &v, &err) == 0)
			continue;
		refused++;
		assert_true(sl_str_starts(sl_str(err.message), SL_STR("toml: line ")));
	}
	assert_true(refused > sizeof(document) / 2);
}

static int parse_nested(size_t depth, const char *open, const char *close, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(100000);
	const struct sl_toml *v;

	sl_strbuf_addz(&b, "a = ");
	for (size_t i = 0; i < depth; i++)
		sl_strbuf_addz(&b, open);
	sl_strbuf_addz(&b, "1");
	for (size_t i = 0; i < depth; i++)
		sl_strbuf_addz(&b, close);
	return sl_toml_parse(&a, sl_strbuf_str(&b), any_datetime, &v, err);
}

static void depth_is_limited(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_int_equal(parse_nested(SL_TOML_DEPTH_MAX - 1, "[", "]", &err), 0);
	assert_int_equal(parse_nested(SL_TOML_DEPTH_MAX, "[", "]", &err), 0);
	assert_int_equal(parse_nested(SL_TOML_DEPTH_MAX + 1, "[", "]", &err), SL_ERR_TOO_LARGE);
	assert_int_equal(parse_nested(SL_TOML_DEPTH_MAX, "{b = ", "}", &err), 0);
	assert_int_equal(parse_nested(SL_TOML_DEPTH_MAX + 1, "{b = ", "}", &err), SL_ERR_TOO_LARGE);
}

static void size_is_limited(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_TOML_BYTES_MAX + 1);
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const struct sl_toml *v;

	(void)state;
	sl_strbuf_addn(&b, '\n', SL_TOML_BYTES_MAX);
	assert_int_equal(
		sl_toml_parse(&a, sl_str_sub(sl_strbuf_str(&b), 1, b.n), any_datetime, &v, NULL),
		0);
	assert_int_equal(sl_toml_parse(&a, sl_strbuf_str(&b), any_datetime, &v, NULL), 0);
	sl_strbuf_addc(&b, '\n');
	assert_int_equal(sl_toml_parse(&a, sl_strbuf_str(&b), any_datetime, &v, NULL),
			 SL_ERR_TOO_LARGE);
}

static void many_keys_are_found(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 20);
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct sl_toml *v;

	(void)state;
	for (int i = 0; i < 5000; i++)
		sl_strbuf_addf(&b, "k%d = %d\n", i, i);
	assert_ok(sl_toml_parse(&a, sl_strbuf_str(&b), any_datetime, &v, &err), &err);
	assert_int_equal(v->table.n, 5000);
	assert_int_equal(sl_toml_get(v, SL_STR("k4999"))->i, 4999);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_becomes_a_tree),
		cmocka_unit_test(what_is_no_date_is_refused),
		cmocka_unit_test(every_truncation_is_read_or_refused),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(size_is_limited),
		cmocka_unit_test(many_keys_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
