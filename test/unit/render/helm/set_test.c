/*
 * The grammar of --set and its kin. What each text gives was recorded from package strvals of Helm v3.22.0.
 */
#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/json.h"
#include "libcommon/render/helm/set.h"
#include "test/unit/support/expect.h"

static const struct set_case {
	enum sl_helm_set_form form;
	const char *base, *text;
	const char *want;  /* the values, as encoding/json writes them, or NULL: */
	const char *error; /* what Helm says */
} cases[] = {
	{ SL_HELM_SET_PLAIN, NULL, "", "{}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a=1", "{\"a\":1}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a=b,c=d", "{\"a\":\"b\",\"c\":\"d\"}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a=", "{\"a\":\"\"}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a=,b=c", "{\"a\":\"\",\"b\":\"c\"}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a=true,b=False,c=TRUE,d=null,e=Null,f=nil",
	  "{\"a\":true,\"b\":false,\"c\":true,\"d\":null,\"e\":null,\"f\":\"nil\"}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a=fal\305\277e", "{\"a\":false}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a=0,b=00,c=007,d=+5,e=-7,f=-0,g=1.5,h=1e3,i=0x10",
	  "{\"a\":0,\"b\":\"00\",\"c\":\"007\",\"d\":5,\"e\":-7,\"f\":0,\"g\":\"1.5\",\"h\":"
	  "\"1e3\",\"i\":\"0x10\"}",
	  NULL },
	{ SL_HELM_SET_PLAIN, NULL,
	  "a=9223372036854775807,b=9223372036854775808,c=-9223372036854775808",
	  "{\"a\":9223372036854775807,\"b\":\"9223372036854775808\",\"c\":-9223372036854775808}",
	  NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a.b=1,a.c=2", "{\"a\":{\"b\":1,\"c\":2}}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a.b.c.d=1", "{\"a\":{\"b\":{\"c\":{\"d\":1}}}}", NULL },
	{ SL_HELM_SET_PLAIN, "{\"a\":{\"b\":1,\"c\":2}}", "a.b=3", "{\"a\":{\"b\":3,\"c\":2}}",
	  NULL },
	{ SL_HELM_SET_PLAIN, "{\"a\":{\"b\":1}}", "a=null", "{\"a\":null}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a={}", "{\"a\":[\"\"]}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a={b}", "{\"a\":[\"b\"]}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a={b,c},d=e", "{\"a\":[\"b\",\"c\"],\"d\":\"e\"}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a={b,c}d=e", "{\"a\":[\"b\",\"c\"],\"d\":\"e\"}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a={1,true,null,x}", "{\"a\":[1,true,null,\"x\"]}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a={b", NULL, "list must terminate with '}'" },
	{ SL_HELM_SET_PLAIN, NULL, "a={b\\,c,d\\}}", "{\"a\":[\"b,c\",\"d}\"]}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a={b,{c}}", NULL, "key \"}\" has no value" },
	{ SL_HELM_SET_PLAIN, NULL, "a=b\\,c,d=e", "{\"a\":\"b,c\",\"d\":\"e\"}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a\\.b=c", "{\"a.b\":\"c\"}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a\\=b=c", "{\"a=b\":\"c\"}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a\\[0\\]=c", "{\"a[0]\":\"c\"}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a=b\\", "{\"a\":\"b\"}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a=b\\\\c", "{\"a\":\"b\\\\c\"}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a=b=c", "{\"a\":\"b=c\"}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a=b.c[0]", "{\"a\":\"b.c[0]\"}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a= b ,  c = d", "{\"  c \":\" d\",\"a\":\" b \"}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a[0]=x,a[1]=y", "{\"a\":[\"x\",\"y\"]}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a[2]=x", "{\"a\":[null,null,\"x\"]}", NULL },
	{ SL_HELM_SET_PLAIN, "{\"a\":[1,2,3]}", "a[1]=x", "{\"a\":[1,\"x\",3]}", NULL },
	{ SL_HELM_SET_PLAIN, "{\"a\":[1,2,3]}", "a[5]=x", "{\"a\":[1,2,3,null,null,\"x\"]}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a[0].b=x,a[0].c=y", "{\"a\":[{\"b\":\"x\",\"c\":\"y\"}]}",
	  NULL },
	{ SL_HELM_SET_PLAIN, "{\"a\":[{\"b\":1}]}", "a[0].c=2", "{\"a\":[{\"b\":1,\"c\":2}]}",
	  NULL },
	{ SL_HELM_SET_PLAIN, "{\"a\":[1]}", "a[0].c=2", "{\"a\":[{\"c\":2}]}", NULL },
	{ SL_HELM_SET_PLAIN, "{\"a\":[null]}", "a[0].c=2", "{\"a\":[{\"c\":2}]}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a[0][1]=x", "{\"a\":[[null,\"x\"]]}", NULL },
	{ SL_HELM_SET_PLAIN, "{\"a\":[[1]]}", "a[0][1]=x", "{\"a\":[[1,\"x\"]]}", NULL },
	{ SL_HELM_SET_PLAIN, "{\"a\":[7]}", "a[0][1]=x", NULL,
	  "unable to parse key: interface conversion: interface {} is float64, not []interface "
	  "{}" },
	{ SL_HELM_SET_PLAIN, NULL, "a[0]", "{\"a\":[]}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a[0", NULL, "error parsing index: EOF" },
	{ SL_HELM_SET_PLAIN, NULL, "a[0].", "{\"a\":[]}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a[0].b", NULL, "key \"b\" has no value" },
	{ SL_HELM_SET_PLAIN, NULL, "a[0]b=1", NULL,
	  "unexpected data at end of array index: ['b']" },
	{ SL_HELM_SET_PLAIN, NULL, "a[0]'b\"\t=1", NULL,
	  "unexpected data at end of array index: ['\\'' 'b' '\"' '\\t']" },
	{ SL_HELM_SET_PLAIN, NULL, "a[]=1", NULL,
	  "error parsing index: strconv.Atoi: parsing \"\": invalid syntax" },
	{ SL_HELM_SET_PLAIN, NULL, "a[x]=1", NULL,
	  "error parsing index: strconv.Atoi: parsing \"x\": invalid syntax" },
	{ SL_HELM_SET_PLAIN, NULL, "a[-1]=1", NULL, "negative -1 index not allowed" },
	{ SL_HELM_SET_PLAIN, NULL, "a[+1]=1", "{\"a\":[null,1]}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a[1_0]=1", NULL,
	  "error parsing index: strconv.Atoi: parsing \"1_0\": invalid syntax" },
	{ SL_HELM_SET_PLAIN, NULL, "a[99999999999999999999]=1", NULL,
	  "error parsing index: strconv.Atoi: parsing \"99999999999999999999\": value out of "
	  "range" },
	{ SL_HELM_SET_PLAIN, NULL, "a[65537]=1", NULL,
	  "index of 65537 is greater than maximum supported index of 65536" },
	{ SL_HELM_SET_PLAIN, NULL, "a[0][65537]=1", NULL,
	  "index of 65537 is greater than maximum supported index of 65536" },
	{ SL_HELM_SET_PLAIN, NULL, "a[0][-2]=1", NULL, "negative -2 index not allowed" },
	{ SL_HELM_SET_PLAIN, NULL, "a[0][x]=1", NULL,
	  "error parsing index: strconv.Atoi: parsing \"x\": invalid syntax" },
	{ SL_HELM_SET_PLAIN, NULL, "a[0]={x,y}", "{\"a\":[[\"x\",\"y\"]]}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a[0]={x", NULL, "list must terminate with '}'" },
	{ SL_HELM_SET_PLAIN, NULL, "a[0]=", "{\"a\":[\"\"]}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a", NULL, "key \"a\" has no value" },
	{ SL_HELM_SET_PLAIN, NULL, "a,b=c", NULL, "key \"a\" has no value (cannot end with ,)" },
	{ SL_HELM_SET_PLAIN, NULL, "a=1,b", NULL, "key \"b\" has no value" },
	{ SL_HELM_SET_PLAIN, NULL, "a.", "{}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a.b", NULL, "key \"b\" has no value" },
	{ SL_HELM_SET_PLAIN, NULL, "a..b=1", NULL, "key map \"a\" has no value" },
	{ SL_HELM_SET_PLAIN, NULL, ".a=1", "{}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a.=1", NULL, "key map \"a\" has no value" },
	{ SL_HELM_SET_PLAIN, NULL, "=1", "{}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, ",", NULL, "key \"\" has no value (cannot end with ,)" },
	{ SL_HELM_SET_PLAIN, NULL, "a=1,", "{\"a\":1}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a=1,,b=2", NULL, "key \"\" has no value (cannot end with ,)" },
	{ SL_HELM_SET_PLAIN, NULL, "[0]=1", "{}", NULL },
	{ SL_HELM_SET_PLAIN, "{\"a\":\"x\"}", "a.b=1", NULL,
	  "unable to parse key: interface conversion: interface {} is string, not "
	  "map[string]interface {}" },
	{ SL_HELM_SET_PLAIN, "{\"a\":\"x\"}", "a[0]=1", NULL,
	  "unable to parse key: interface conversion: interface {} is string, not []interface {}" },
	{ SL_HELM_SET_PLAIN, "{\"a\":null}", "a.b=1", NULL,
	  "unable to parse key: interface conversion: interface {} is nil, not "
	  "map[string]interface {}" },
	{ SL_HELM_SET_PLAIN, "{\"a\":null}", "a[0]=1", NULL,
	  "unable to parse key: interface conversion: interface {} is nil, not []interface {}" },
	{ SL_HELM_SET_PLAIN, "{\"a\":{\"b\":1}}", "a[0]=1", NULL,
	  "unable to parse key: interface conversion: interface {} is map[string]interface {}, not "
	  "[]interface {}" },
	{ SL_HELM_SET_PLAIN, "{\"a\":[1]}", "a.b=1", NULL,
	  "unable to parse key: interface conversion: interface {} is []interface {}, not "
	  "map[string]interface {}" },
	{ SL_HELM_SET_PLAIN, "{\"a\":1}", "a.b=1", NULL,
	  "unable to parse key: interface conversion: interface {} is float64, not "
	  "map[string]interface {}" },
	{ SL_HELM_SET_PLAIN, "{\"a\":true}", "a.b=1", NULL,
	  "unable to parse key: interface conversion: interface {} is bool, not "
	  "map[string]interface {}" },
	{ SL_HELM_SET_PLAIN, NULL, "a=1,a.b=2", NULL,
	  "unable to parse key: interface conversion: interface {} is int64, not "
	  "map[string]interface {}" },
	{ SL_HELM_SET_PLAIN, NULL, "a=x,a[0]=2", NULL,
	  "unable to parse key: interface conversion: interface {} is string, not []interface {}" },
	{ SL_HELM_SET_PLAIN, NULL, "a={x},a.b=2", NULL,
	  "unable to parse key: interface conversion: interface {} is []interface {}, not "
	  "map[string]interface {}" },
	{ SL_HELM_SET_PLAIN, NULL,
	  "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=1",
	  "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{"
	  "\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{"
	  "\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}",
	  NULL },
	{ SL_HELM_SET_PLAIN, NULL,
	  "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=1", NULL,
	  "value name nested level is greater than maximum supported nested level of 30" },
	{ SL_HELM_SET_PLAIN, NULL, "a=\377\376b,\303=1",
	  "{\"a\":\"\357\277\275\357\277\275b\",\"\357\277\275\":1}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a=x\ny\tz", "{\"a\":\"x\\ny\\tz\"}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "a=\303\251,\303\274=\\\303\251",
	  "{\"a\":\"\303\251\",\"\303\274\":\"\303\251\"}", NULL },
	{ SL_HELM_SET_PLAIN, NULL, "k\"\n", NULL, "key \"k\\\"\\n\" has no value" },
	{ SL_HELM_SET_STRING, NULL, "a=1,b=true,c=null,d=0",
	  "{\"a\":\"1\",\"b\":\"true\",\"c\":\"null\",\"d\":\"0\"}", NULL },
	{ SL_HELM_SET_STRING, NULL, "a={1,2}", "{\"a\":[\"1\",\"2\"]}", NULL },
	{ SL_HELM_SET_STRING, NULL, "a[1]=1", "{\"a\":[null,\"1\"]}", NULL },
	{ SL_HELM_SET_STRING, "{\"a\":{\"b\":1}}", "a.b=2", "{\"a\":{\"b\":\"2\"}}", NULL },
	{ SL_HELM_SET_LITERAL, NULL, "a=b,c={d}\\e", "{\"a\":\"b,c={d}\\\\e\"}", NULL },
	{ SL_HELM_SET_LITERAL, NULL, "a.b=c", "{\"a\":{\"b\":\"c\"}}", NULL },
	{ SL_HELM_SET_LITERAL, NULL, "a[0]=x,y", "{\"a\":[\"x,y\"]}", NULL },
	{ SL_HELM_SET_LITERAL, NULL, "a[0].b=x=y", "{\"a\":[{\"b\":\"x=y\"}]}", NULL },
	{ SL_HELM_SET_LITERAL, NULL, "a[0][1]=z", "{\"a\":[[null,\"z\"]]}", NULL },
	{ SL_HELM_SET_LITERAL, NULL, "a\\.b=c", "{\"a\\\\\":{\"b\":\"c\"}}", NULL },
	{ SL_HELM_SET_LITERAL, NULL, "a", NULL, "key \"a\" has no value" },
	{ SL_HELM_SET_LITERAL, NULL, "a=", "{\"a\":\"\"}", NULL },
	{ SL_HELM_SET_LITERAL, NULL, "a.b", NULL, "key \"b\" has no value" },
	{ SL_HELM_SET_LITERAL, NULL, "a[0]x=y", NULL,
	  "unexpected data at end of array index: ['x']" },
	{ SL_HELM_SET_LITERAL, NULL, "a,b=c", "{\"a,b\":\"c\"}", NULL },
	{ SL_HELM_SET_LITERAL, "{\"a\":\"x\"}", "a.b=c", NULL,
	  "unable to parse key: interface conversion: interface {} is string, not "
	  "map[string]interface {}" },
	{ SL_HELM_SET_LITERAL, NULL, "a[x]=1", NULL,
	  "error parsing index: strconv.Atoi: parsing \"x\": invalid syntax" },
	{ SL_HELM_SET_LITERAL, NULL, "a[65537]=1", NULL,
	  "index of 65537 is greater than maximum supported index of 65536" },
	{ SL_HELM_SET_JSON, NULL, "a=1", "{\"a\":1}", NULL },
	{ SL_HELM_SET_JSON, NULL, "a={\"b\":[1,2.5,\"x\",null,true]}",
	  "{\"a\":{\"b\":[1,2.5,\"x\",null,true]}}", NULL },
	{ SL_HELM_SET_JSON, NULL, "a={\"b\":1},c=[1]", "{\"a\":{\"b\":1},\"c\":[1]}", NULL },
	{ SL_HELM_SET_JSON, NULL, "a={\"b\":1} , c = [1]", "{\" c \":[1],\"a\":{\"b\":1}}", NULL },
	{ SL_HELM_SET_JSON, NULL, "a={\"b\":1}c=[1]", "{\"a\":{\"b\":1},\"c\":[1]}", NULL },
	{ SL_HELM_SET_JSON, NULL, "a=", "{\"a\":null}", NULL },
	{ SL_HELM_SET_JSON, NULL, "a=,b=1", "{\"a\":null,\"b\":1}", NULL },
	{ SL_HELM_SET_JSON, NULL, "a=  ,b=1", "{\"a\":null,\"b\":1}", NULL },
	{ SL_HELM_SET_JSON, NULL, "a=\"x,y\",b=\"z\\\"},\"", "{\"a\":\"x,y\",\"b\":\"z\\\"},\"}",
	  NULL },
	{ SL_HELM_SET_JSON, NULL, "a.b=1,a.c[1]={\"d\":2}",
	  "{\"a\":{\"b\":1,\"c\":[null,{\"d\":2}]}}", NULL },
	{ SL_HELM_SET_JSON, NULL, "a[0]=", "{\"a\":[null]}", NULL },
	{ SL_HELM_SET_JSON, NULL, "a=01", NULL, "key \"1\" has no value" },
	{ SL_HELM_SET_JSON, NULL, "a=true1=2", "{\"1\":2,\"a\":true}", NULL },
	{ SL_HELM_SET_JSON, NULL, "a={\"x\":1,\"x\":2}", "{\"a\":{\"x\":2}}", NULL },
	{ SL_HELM_SET_JSON, NULL, "a=12345678901234567890", "{\"a\":12345678901234567000}", NULL },
	{ SL_HELM_SET_JSON, NULL, "a=1e2,b=-0.5E+1", "{\"a\":100,\"b\":-5}", NULL },
	{ SL_HELM_SET_JSON, "{\"a\":{\"b\":1}}", "a={\"c\":2}", "{\"a\":{\"c\":2}}", NULL },
	{ SL_HELM_SET_FILE, NULL, "a=x", "{\"a\":\"<x>\"}", NULL },
	{ SL_HELM_SET_FILE, NULL, "a=x,b=y", "{\"a\":\"<x>\",\"b\":\"<y>\"}", NULL },
	{ SL_HELM_SET_FILE, NULL, "a=", "{\"a\":\"\"}", NULL },
	{ SL_HELM_SET_FILE, NULL, "a={x,y}", "{\"a\":[\"<x>\",\"<y>\"]}", NULL },
	{ SL_HELM_SET_FILE, NULL, "a[0]=x", "{\"a\":[\"<x>\"]}", NULL },
	{ SL_HELM_SET_FILE, NULL, "a=missing", NULL, "open missing: no such file or directory" },
	{ SL_HELM_SET_FILE, NULL, "a[0]=missing", NULL, "open missing: no such file or directory" },
	{ SL_HELM_SET_FILE, NULL, "a={missing}", NULL, "open missing: no such file or directory" },
};

/* The content of a file is its name in <>; "missing" is none. */
static int read_file(void *ctx, struct sl_str path, struct sl_arena *a, struct sl_str *ret_bytes,
		     struct sl_err *err)
{
	(void)ctx;
	if (sl_str_eqz(path, "missing"))
		return sl_err_set(err, SL_ERR_NOT_FOUND, "open missing: no such file or directory");
	*ret_bytes = sl_str(sl_arena_printf(a, "<%.*s>", SL_STR_FMT(path)));
	return 0;
}

static const struct sl_helm_set_files files = { .read = read_file };

static struct sl_go_map *base_of(struct sl_arena *a, const char *json)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_value *v = NULL;

	if (!json)
		return sl_go_map_new(a);
	expect_ok(sl_json_parse(a, sl_str(json), NULL, &v, &err), &err);
	return sl_goval_from_value(a, v, SL_GO_NUMBERS_FLOAT).map;
}

static void gives_what_helm_gives(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		const struct set_case *c = &cases[i];
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_strbuf) got = SL_STRBUF_INIT(1 << 20);
		struct sl_go_map *values = base_of(&a, c->base);
		struct sl_value *v = NULL;
		int r = sl_helm_set(&a, c->form, sl_str(c->text), &files, values, &err);

		if (c->error) {
			assert_true(r < 0);
			expect_str_case(sl_str(err.message), sl_str(c->error), c->text);
			continue;
		}
		expect_ok(r, &err);
		expect_ok(sl_goval_to_value(&a, sl_goval_map(values), &v, &err), &err);
		sl_json_write(v, SL_JSON_COMPACT, &got);
		expect_str_case(sl_strbuf_str(&got), sl_str(c->want), c->text);
	}
}

/* JSON's own errors have our words: Helm does not show its own. */
static void refuses_bad_json(void **state)
{
	static const char *const texts[] = {
		"a=x", "a={\"b\"", "a=[1",  "a=\"x",	 "a=1.",
		"a=-", "a={]",	   "a=nul", "a=tru,b=1", "a=[{\"b\":1e999}]"
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(texts); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_go_map *values = sl_go_map_new(&a);

		expect_err(sl_helm_set(&a, SL_HELM_SET_JSON, sl_str(texts[i]), NULL, values, &err),
			   SL_ERR_INVALID, NULL, &err);
	}
}

/* What is cut anywhere is an error or gives something, and never reads past its end. */
static void reads_what_is_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++)
		for (size_t n = 0; n <= strlen(cases[i].text); n++) {
			SL_AUTO(sl_arena) a = SL_ARENA_INIT;
			char *cut = n ? sl_xmemdup0(cases[i].text, n) : NULL;
			char *exact = sl_xmalloc(n + 1);
			struct sl_str text = { n ? memcpy(exact, cut, n) : exact, n };
			int r = sl_helm_set(&a, cases[i].form, text, &files, sl_go_map_new(&a),
					    NULL);

			assert_true(r <= 0);
			free(exact);
			free(cut);
		}
}

static int set_repeated(struct sl_arena *a, const char *head, const char *part, size_t count,
			const char *tail, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(SL_HELM_SET_BYTES_MAX + 100);

	sl_strbuf_addz(&text, head);
	for (size_t i = 0; i < count; i++)
		sl_strbuf_addz(&text, part);
	sl_strbuf_addz(&text, tail);
	return sl_helm_set(a, SL_HELM_SET_PLAIN, sl_strbuf_str(&text), NULL, sl_go_map_new(a), err);
}

static void knows_its_limits(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_arena) small = SL_ARENA_INIT_LIMIT(200000);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	expect_ok(set_repeated(&a, "a[0]", "[0]", SL_HELM_SET_LISTS_MAX - 1, "=1", &err), &err);
	expect_ok(set_repeated(&a, "a[0]", "[0]", SL_HELM_SET_LISTS_MAX, "=1", &err), &err);
	expect_err(set_repeated(&a, "a[0]", "[0]", SL_HELM_SET_LISTS_MAX + 1, "=1", &err),
		   SL_ERR_TOO_LARGE, "more than 1000 lists in lists", &err);
	expect_ok(set_repeated(&a, "a=", "b", SL_HELM_SET_BYTES_MAX - 3, "", &err), &err);
	expect_ok(set_repeated(&a, "a=", "b", SL_HELM_SET_BYTES_MAX - 2, "", &err), &err);
	expect_err(set_repeated(&a, "a=", "b", SL_HELM_SET_BYTES_MAX - 1, "", &err),
		   SL_ERR_TOO_LARGE, "a value is longer than", &err);
	expect_ok(set_repeated(&a, "a[", "65536", 1, "]=1", &err), &err);
	expect_err(set_repeated(&small, "", "a.b[9000].c=d,", 10, "", &err), SL_ERR_TOO_LARGE,
		   "too much memory", &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_what_helm_gives),
		cmocka_unit_test(refuses_bad_json),
		cmocka_unit_test(reads_what_is_cut),
		cmocka_unit_test(knows_its_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
