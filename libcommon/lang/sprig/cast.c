#include "libcommon/lang/sprig/cast.h"

#include <string.h>

#include "libcommon/codec/gonumber.h"
#include "libcommon/lang/template/fmt.h"

bool sl_sprig_is_nothing(struct sl_goval v)
{
	return !v.type || v.type == &sl_go_any;
}

const char *sl_sprig_kind(struct sl_goval v)
{
	return sl_sprig_is_nothing(v) ? "invalid" : sl_go_kind_name(v.type->kind);
}

/* Go's own type of that kind, or one of the two named types that are taken for an int. */
static bool is_plain_int(const struct sl_go_type *t)
{
	return t == &sl_go_int || t == &sl_go_int8 || t == &sl_go_int16 || t == &sl_go_int32 ||
	       t == &sl_go_int64 || strcmp(t->name, "time.Month") == 0 ||
	       strcmp(t->name, "time.Weekday") == 0;
}

static bool is_plain_uint(const struct sl_go_type *t)
{
	return t == &sl_go_uint || t == &sl_go_uint8 || t == &sl_go_uint16 || t == &sl_go_uint32 ||
	       t == &sl_go_uint64;
}

static bool is_plain_float(const struct sl_go_type *t)
{
	return t == &sl_go_float32 || t == &sl_go_float64;
}

/* "3.0" and "3.000" are 3 to those who want an integer. */
static struct sl_str without_zero_fraction(struct sl_str s)
{
	bool zero = false;

	for (size_t i = s.n; i > 0; i--) {
		if (s.p[i - 1] == '.' && zero)
			return sl_str_sub(s, 0, i - 1);
		if (s.p[i - 1] != '0' && s.p[i - 1] != '.')
			break;
		zero = zero || s.p[i - 1] == '0';
	}
	return s;
}

static int64_t int_of_text(struct sl_str s)
{
	int64_t i;

	return sl_go_parse_int(without_zero_fraction(s), 0, &i) == SL_GONUMBER_OK ? i : 0;
}

static double float_of_text(struct sl_str s)
{
	double f;

	return sl_go_parse_float(s, &f) == SL_GONUMBER_OK ? f : 0;
}

int64_t sl_sprig_int(struct sl_goval v)
{
	if (sl_sprig_is_nothing(v))
		return 0;
	if (is_plain_int(v.type))
		return v.i;
	if (is_plain_uint(v.type))
		return (int64_t)v.u;
	if (is_plain_float(v.type))
		return sl_go_float_to_int(v.f);
	if (v.type == &sl_go_string)
		return int_of_text(v.s);
	return v.type == &sl_go_bool && v.b;
}

double sl_sprig_float(struct sl_goval v)
{
	if (sl_sprig_is_nothing(v))
		return 0;
	if (is_plain_int(v.type))
		return (double)v.i;
	if (is_plain_uint(v.type))
		return (double)v.u;
	if (is_plain_float(v.type))
		return v.f;
	if (v.type == &sl_go_string)
		return float_of_text(v.s);
	return v.type == &sl_go_bool && v.b;
}

int sl_sprig_strval(struct sl_go_call *call, struct sl_goval v, struct sl_str *ret,
		    struct sl_err *err)
{
	SL_SPRIG_BUF(text);
	int r;

	if (v.type == &sl_go_string || v.type == &sl_go_bytes) {
		*ret = v.s;
		return 0;
	}
	sl_go_fmt_value(&text, v);
	r = sl_strbuf_check(&text, "the text", err);
	if (r)
		return r;
	*ret = sl_arena_str(call->a, sl_strbuf_str(&text));
	return sl_sprig_check(call, err);
}

static int push_text(struct sl_go_call *call, struct sl_go_list *l, struct sl_goval v,
		     struct sl_err *err)
{
	struct sl_str s;
	int r = sl_sprig_strval(call, v, &s, err);

	if (!r)
		sl_sprig_push_text(call->a, l, s);
	return r;
}

int sl_sprig_strings(struct sl_go_call *call, struct sl_goval v, struct sl_goval *ret,
		     struct sl_err *err)
{
	struct sl_go_list *l;
	size_t n = sl_goval_kind(v) == SL_GO_SLICE ? sl_goval_len(v) : 0;
	int r = 0;

	if (v.type == &sl_go_strings) {
		*ret = v;
		return 0;
	}
	l = sl_go_list_new(call->a, n);
	if (sl_goval_kind(v) != SL_GO_SLICE && !sl_sprig_is_nothing(v))
		r = push_text(call, l, v, err);
	for (size_t i = 0; !r && i < n; i++) {
		struct sl_goval item = sl_goval_item(v, i);

		if (!sl_sprig_is_nothing(item))
			r = push_text(call, l, item, err);
	}
	*ret = sl_sprig_list(&sl_go_strings, l);
	return r;
}

bool sl_sprig_is_empty(struct sl_goval v)
{
	if (sl_sprig_is_nothing(v))
		return true;
	switch (v.type->kind) {
	case SL_GO_STRUCT:
		return false;
	case SL_GO_SLICE:
	case SL_GO_MAP:
	case SL_GO_STRING:
		return !sl_goval_len(v);
	case SL_GO_BOOL:
		return !v.b;
	case SL_GO_FLOAT32:
	case SL_GO_FLOAT64:
		return v.f == 0;
	default:
		break;
	}
	if (sl_go_kind_is_int(v.type->kind) || sl_go_kind_is_uint(v.type->kind))
		return !v.u;
	return sl_goval_is_nil(v);
}
