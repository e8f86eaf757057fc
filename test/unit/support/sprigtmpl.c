#include "test/unit/support/sprigtmpl.h"

#include <string.h>

#include "libcommon/lang/sprig/sprig.h"
#include "libcommon/render/helm/funcs_codec.h"
#include "test/unit/support/test.h"

/* A version 2 file with one type, no transitions, and a rule. */
static int berlin(struct sl_arena *a, struct sl_str *ret)
{
	static const char header[] = "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
	static const unsigned char counts[24] = { [19] = 1, [23] = 4 };
	static const char type[] = "\0\0\x0e\x10\0\0CET";
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1000);

	for (int i = 0; i < 2; i++) {
		sl_strbuf_add(&b, header, 20);
		sl_strbuf_add(&b, counts, sizeof(counts));
		sl_strbuf_add(&b, type, sizeof(type));
	}
	sl_strbuf_addz(&b, "\nCET-1CEST,M3.5.0,M10.5.0/3\n");
	*ret = sl_arena_str(a, sl_strbuf_str(&b));
	return 0;
}

static int zone(void *data, struct sl_arena *a, struct sl_str name, struct sl_str *ret,
		struct sl_err *err)
{
	(void)data;
	if (sl_str_eqz(name, "Europe/Berlin"))
		return berlin(a, ret);
	if (sl_str_eqz(name, "Broken")) {
		*ret = SL_STR("TZif9");
		return 0;
	}
	return sl_err_set(err, SL_ERR_NOT_FOUND, "unknown time zone %.*s", SL_STR_FMT(name));
}

static int64_t now_ns(void *data)
{
	(void)data;
	return INT64_C(1710072000500000000);
}

static int draw(void *data, void *buf, size_t n, struct sl_err *err)
{
	(void)data;
	(void)err;
	for (size_t i = 0; i < n; i++)
		((unsigned char *)buf)[i] = (unsigned char)(i + 1);
	return 0;
}

const struct sl_go_host sprigtmpl_host = { NULL, now_ns, draw, zone };

static const struct sl_go_func *find(const void *data, struct sl_str name)
{
	(void)data;
	for (size_t i = 0; i < sl_helm_codec_funcs.n; i++)
		if (sl_str_eqz(name, sl_helm_codec_funcs.funcs[i].name))
			return &sl_helm_codec_funcs.funcs[i];
	return sl_sprig_find(name);
}

void sprigtmpl_render(struct sl_arena *a, const char *text, struct sl_strbuf *out)
{
	const struct sl_tmpl_options options = { .lookup = find };
	struct sl_tmpl_set *set = sl_tmpl_set_new(a, &options);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const char *message;
	int r = sl_tmpl_parse(set, SL_STR("t"), sl_str(text), &err);

	if (r == 0)
		r = sl_tmpl_execute(set, SL_STR("t"), sl_goval_map(sl_go_map_new(a)),
				    &sprigtmpl_host, NULL, NULL, a, out, &err);
	if (r == 0)
		return;
	message = strstr(err.message, "error calling ");
	sl_strbuf_addf(out, "error: %s", message ? strchr(message, ':') + 2 : err.message);
}

void sprigtmpl_check(const struct sprigtmpl_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 20);

		sprigtmpl_render(&a, cases[i].text, &b);
		if (strcmp(b.p, cases[i].want) != 0)
			fail_msg("%s\n  gives: %s\n  not:   %s", cases[i].text, b.p, cases[i].want);
	}
}
