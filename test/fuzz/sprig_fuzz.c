/*
 * "function\narguments": a function of templates, or printf, called with JSON values that are bent to what
 * its parameters take. What comes out can be printed.
 */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/codec/json.h"
#include "libcommon/lang/sprig/sprig.h"
#include "libcommon/lang/template/fmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARENA_MAX ((size_t)16 << 20)
#define OUTPUT_MAX ((size_t)4 << 20)
#define ARGS_MAX 16
#define INT_ARG_MAX 1000

/* Those that take long, by intent. */
static bool is_slow(struct sl_str name)
{
	static const char *const slow[] = {
		"bcrypt",	 "buildCustomCert",	     "derivePassword",	    "genCA",
		"genPrivateKey", "genSelfSignedCert",	     "genSignedCert",	    "htpasswd",
		"genCAWithKey",	 "genSelfSignedCertWithKey", "genSignedCertWithKey"
	};

	for (size_t i = 0; i < SL_ARRAY_LEN(slow); i++)
		if (sl_str_eqz(name, slow[i]))
			return true;
	return false;
}

static int draw(void *data, void *buf, size_t n, struct sl_err *err)
{
	unsigned char *bytes = buf;

	(void)data;
	(void)err;
	for (size_t i = 0; i < n; i++)
		bytes[i] = (unsigned char)(i * 7 + n);
	return 0;
}

static int64_t now_ns(void *data)
{
	(void)data;
	return INT64_C(1700000000000000000);
}

/* `v`, or what is nearest to it of type `want`; NONE when there is nothing. */
static struct sl_goval bend(struct sl_arena *a, struct sl_goval v, const struct sl_go_type *want)
{
	struct sl_goval r = { .type = want };

	if (want == &sl_go_any || v.type == want)
		return v.type == &sl_go_int ? sl_goval_int(v.i % INT_ARG_MAX) : v;
	switch (want->kind) {
	case SL_GO_STRING:
		return sl_goval_strz("a");
	case SL_GO_BOOL:
		return sl_goval_bool(sl_goval_truth(v));
	case SL_GO_INT:
		r.i = v.type == &sl_go_float64 && v.f > -INT_ARG_MAX && v.f < INT_ARG_MAX
			      ? (int64_t)v.f
			      : 3;
		return r;
	case SL_GO_FLOAT64:
		return sl_goval_float(0.5);
	case SL_GO_MAP:
		return sl_goval_map(sl_go_map_new(a));
	default:
		return SL_GO_NONE;
	}
}

static const struct sl_go_type *param(const struct sl_go_func *f, size_t i)
{
	return f->params[i < f->count ? i : (size_t)f->count - 1];
}

/* False when the arguments cannot be made to fit. */
static bool bend_all(struct sl_arena *a, const struct sl_go_func *f, const struct sl_value *list,
		     struct sl_goval *args, size_t n)
{
	size_t least = f->variadic ? (size_t)f->count - 1 : f->count;

	if (n < least || (n > least && !f->variadic))
		return false;
	for (size_t i = 0; i < n; i++) {
		args[i] = bend(a, sl_goval_from_value(a, list->list.items[i], SL_GO_NUMBERS_FLOAT),
			       param(f, i));
		if (!args[i].type)
			return false;
	}
	return true;
}

static void show(struct sl_goval v)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUTPUT_MAX);
	const struct sl_goval twice[] = { v, v };

	if (!v.type)
		abort();
	sl_go_sprintf(&out, SL_STR("%v %#v"), twice, 2);
}

static void call_sprig(struct sl_arena *a, struct sl_str name, const struct sl_value *list)
{
	const struct sl_go_host host = { .random = draw, .now_ns = now_ns };
	const struct sl_go_func *f = is_slow(name) ? NULL : sl_sprig_find(name);
	struct sl_go_call call = { .a = a, .host = &host };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_goval args[ARGS_MAX], ret = SL_GO_NONE;

	if (!f || !bend_all(a, f, list, args, list->list.n))
		return;
	if (!f->fn(&call, args, list->list.n, &ret, &err))
		show(ret);
	else if (!err.message)
		abort();
}

static void call_printf(struct sl_arena *a, const struct sl_value *list)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUTPUT_MAX);
	struct sl_goval args[ARGS_MAX];

	for (size_t i = 0; i < list->list.n; i++)
		args[i] = sl_goval_from_value(a, list->list.items[i], SL_GO_NUMBERS_INT);
	if (list->list.n && args[0].type == &sl_go_string)
		sl_go_sprintf(&out, args[0].s, args + 1, list->list.n - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(ARENA_MAX);
	struct sl_str rest = { (const char *)data, size }, name;
	struct sl_value *list;

	if (!sl_str_split(&rest, '\n', &name))
		return 0;
	if (sl_json_parse(&a, rest, NULL, &list, NULL) || !sl_is_list(list) ||
	    list->list.n > ARGS_MAX)
		return 0;
	if (sl_str_eqz(name, "printf"))
		call_printf(&a, list);
	else
		call_sprig(&a, name, list);
	return 0;
}
