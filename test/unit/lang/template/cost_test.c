/* Functions that work for long use the steps of a rendering up. */
#include "libcommon/lang/template/template.h"
#include "test/unit/support/expect.h"

static int work(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		struct sl_goval *ret, struct sl_err *err)
{
	(void)args;
	(void)n;
	(void)err;
	call->spent += 100;
	*ret = sl_goval_strz("x");
	return 0;
}

static const struct sl_go_func *find(const void *data, struct sl_str name)
{
	static const struct sl_go_func dear = { .name = "dear", .fn = work };

	(void)data;
	return sl_str_eqz(name, "dear") ? &dear : NULL;
}

static int render(const char *text, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(1000);
	const struct sl_tmpl_options options = { .lookup = find };
	const struct sl_tmpl_limits limits = { .steps = 1000 };
	const struct sl_go_host host = { 0 };
	struct sl_tmpl_set *set = sl_tmpl_set_new(&a, &options);

	expect_ok(sl_tmpl_parse(set, SL_STR("t"), sl_str(text), err), err);
	return sl_tmpl_execute(set, SL_STR("t"), SL_GO_NONE, &host, &limits, NULL, &a, &out, err);
}

static void dear_functions_count_as_many_steps(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	expect_ok(render("{{range 9}}{{dear}}{{end}}", &err), &err);
	expect_err(render("{{range 11}}{{dear}}{{end}}", &err), SL_ERR_TOO_LARGE,
		   "more than 1000 steps", &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dear_functions_count_as_many_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
