#include "libcommon/codec/goquote.h"
#include "libcommon/lang/sprig/cast.h"
#include "libcommon/lang/template/fmt.h"

/* A space between two, wherever it was that something came out. */
static void separate(struct sl_strbuf *out, bool *any)
{
	if (*any)
		sl_strbuf_addc(out, ' ');
	*any = true;
}

SL_SPRIG_FN(quote)
{
	SL_SPRIG_BUF(out);
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		struct sl_str s;
		int r;

		if (sl_sprig_is_nothing(args[i]))
			continue;
		r = sl_sprig_strval(call, args[i], &s, err);
		if (r)
			return r;
		separate(&out, &any);
		sl_strbuf_add_goquoted(&out, s);
	}
	return sl_sprig_text(call, &out, ret, err);
}

static int print_all(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		     const char *quotation, struct sl_goval *ret, struct sl_err *err)
{
	SL_SPRIG_BUF(out);
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (sl_sprig_is_nothing(args[i]))
			continue;
		separate(&out, &any);
		sl_strbuf_addz(&out, quotation);
		sl_go_fmt_value(&out, args[i]);
		sl_strbuf_addz(&out, quotation);
	}
	return sl_sprig_text(call, &out, ret, err);
}

SL_SPRIG_FN(squote)
{
	return print_all(call, args, n, "'", ret, err);
}

SL_SPRIG_FN(cat)
{
	return print_all(call, args, n, "", ret, err);
}

static const struct sl_go_func funcs[] = {
	{ "cat", cat, { &sl_go_any }, 1, true },
	{ "quote", quote, { &sl_go_any }, 1, true },
	{ "squote", squote, { &sl_go_any }, 1, true },
};
const struct sl_sprig_table sl_sprig_quote = SL_SPRIG_TABLE(funcs);
