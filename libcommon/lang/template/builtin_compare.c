/* eq, ne and the orders, on values of basic kinds. */
#include "libcommon/lang/template/builtin.h"
#include "libcommon/lang/template/fmt.h"

/* What two values must share to be compared. */
enum basic {
	NOT_BASIC,
	BASIC_BOOL,
	BASIC_INT,
	BASIC_FLOAT,
	BASIC_STRING,
	BASIC_UINT,
	BASIC_COMPLEX
};

static enum basic basic_of(struct sl_goval v)
{
	enum sl_go_kind kind = sl_goval_kind(v);

	if (kind == SL_GO_BOOL)
		return BASIC_BOOL;
	if (kind == SL_GO_STRING)
		return BASIC_STRING;
	if (sl_go_kind_is_int(kind))
		return BASIC_INT;
	if (sl_go_kind_is_uint(kind))
		return BASIC_UINT;
	if (kind == SL_GO_COMPLEX128)
		return BASIC_COMPLEX;
	return sl_go_kind_is_float(kind) ? BASIC_FLOAT : NOT_BASIC;
}

static bool is_nothing(struct sl_goval v)
{
	return !v.type || v.type == &sl_go_any;
}

static int fail_types(struct sl_goval x, struct sl_goval y, struct sl_err *err)
{
	return sl_err_set(err, SL_ERR_INVALID, "incompatible types for comparison: %s and %s",
			  x.type->name, y.type->name);
}

static int fail_format(const char *format, const struct sl_goval *args, size_t n,
		       struct sl_err *err)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(TMPL_TEXT_MAX);

	sl_go_sprintf(&text, sl_str(format), args, n);
	return sl_err_set(err, SL_ERR_INVALID, "%s", text.p);
}

/* Maps, lists and the like compare with nil only. */
static int equal_others(struct sl_goval x, struct sl_goval y, bool *ret, struct sl_err *err)
{
	const struct sl_goval both[] = { x, sl_goval_strz(sl_goval_type_name(x)),
					 sl_goval_strz(sl_goval_type_name(y)), y };
	const struct sl_goval second[] = { y, sl_goval_strz(sl_goval_type_name(y)) };

	if (!is_nothing(x) && !is_nothing(y) && sl_goval_kind(x) != sl_goval_kind(y))
		return fail_format("non-comparable types %s: %v, %s: %v", both, 4, err);
	if (sl_goval_is_nil(x) || sl_goval_is_nil(y)) {
		*ret = sl_goval_is_nil(x) == sl_goval_is_nil(y);
		return 0;
	}
	switch (sl_goval_kind(y)) {
	case SL_GO_POINTER:
		*ret = x.type == y.type && x.ptr == y.ptr;
		return 0;
	case SL_GO_STRUCT:
		*ret = x.type == y.type && sl_goval_deep_equal(x, y);
		return 0;
	default:
		return fail_format("non-comparable type %s: %v", second, 2, err);
	}
}

static int equal(struct sl_goval x, struct sl_goval y, bool *ret, struct sl_err *err)
{
	enum basic a = basic_of(x), b = basic_of(y);

	*ret = false;
	if (a == BASIC_INT && b == BASIC_UINT) {
		*ret = x.i >= 0 && (uint64_t)x.i == y.u;
		return 0;
	}
	if (a == BASIC_UINT && b == BASIC_INT) {
		*ret = y.i >= 0 && x.u == (uint64_t)y.i;
		return 0;
	}
	if (a != b)
		return is_nothing(x) || is_nothing(y) ? 0 : fail_types(x, y, err);
	switch (a) {
	case BASIC_BOOL:
		*ret = x.b == y.b;
		break;
	case BASIC_INT:
		*ret = x.i == y.i;
		break;
	case BASIC_UINT:
		*ret = x.u == y.u;
		break;
	case BASIC_FLOAT:
		*ret = x.f == y.f;
		break;
	case BASIC_COMPLEX:
		*ret = x.c[0] == y.c[0] && x.c[1] == y.c[1];
		break;
	case BASIC_STRING:
		*ret = sl_str_eq(x.s, y.s);
		break;
	case NOT_BASIC:
		return equal_others(x, y, ret, err);
	}
	return 0;
}

static int less(struct sl_goval x, struct sl_goval y, bool *ret, struct sl_err *err)
{
	enum basic a = basic_of(x), b = basic_of(y);

	if (a == NOT_BASIC || b == NOT_BASIC || (a == b && (a == BASIC_BOOL || a == BASIC_COMPLEX)))
		return sl_err_set(err, SL_ERR_INVALID, "invalid type for comparison");
	if (a == BASIC_INT && b == BASIC_UINT)
		*ret = x.i < 0 || (uint64_t)x.i < y.u;
	else if (a == BASIC_UINT && b == BASIC_INT)
		*ret = y.i >= 0 && x.u < (uint64_t)y.i;
	else if (a != b)
		return fail_types(x, y, err);
	else if (a == BASIC_INT)
		*ret = x.i < y.i;
	else if (a == BASIC_UINT)
		*ret = x.u < y.u;
	else if (a == BASIC_FLOAT)
		*ret = x.f < y.f;
	else
		*ret = sl_str_cmp(x.s, y.s) < 0;
	return 0;
}

static int less_or_equal(struct sl_goval x, struct sl_goval y, bool *ret, struct sl_err *err)
{
	int r = less(x, y, ret, err);

	return r < 0 || *ret ? r : equal(x, y, ret, err);
}

static int answer(int r, bool truth, struct sl_goval *ret)
{
	if (r == 0)
		*ret = sl_goval_bool(truth);
	return r;
}

int tmpl_eq(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	    struct sl_err *err)
{
	bool truth = false;
	int r = 0;

	(void)call;
	if (n < 2)
		return sl_err_set(err, SL_ERR_INVALID, "missing argument for comparison");
	for (size_t i = 1; i < n && r == 0 && !truth; i++)
		r = equal(args[0], args[i], &truth, err);
	return answer(r, truth, ret);
}

int tmpl_ne(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	    struct sl_err *err)
{
	bool truth = false;
	int r = equal(args[0], args[1], &truth, err);

	(void)call;
	(void)n;
	return answer(r, !truth, ret);
}

int tmpl_lt(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	    struct sl_err *err)
{
	bool truth = false;
	int r = less(args[0], args[1], &truth, err);

	(void)call;
	(void)n;
	return answer(r, truth, ret);
}

int tmpl_le(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	    struct sl_err *err)
{
	bool truth = false;
	int r = less_or_equal(args[0], args[1], &truth, err);

	(void)call;
	(void)n;
	return answer(r, truth, ret);
}

/* The inverse of le, NaN included: Go's definition. */
int tmpl_gt(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	    struct sl_err *err)
{
	bool truth = false;
	int r = less_or_equal(args[0], args[1], &truth, err);

	(void)call;
	(void)n;
	return answer(r, !truth, ret);
}

int tmpl_ge(struct sl_go_call *call, const struct sl_goval *args, size_t n, struct sl_goval *ret,
	    struct sl_err *err)
{
	bool truth = false;
	int r = less(args[0], args[1], &truth, err);

	(void)call;
	(void)n;
	return answer(r, !truth, ret);
}
