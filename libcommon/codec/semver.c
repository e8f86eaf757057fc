#include "libcommon/codec/semver.h"

#include "libcommon/base/ascii.h"
#include "libcommon/base/mem.h"

static bool is_identifier_char(uint32_t c)
{
	return sl_is_alnum(c) || c == '-';
}

static bool only(struct sl_str s, bool (*allowed)(uint32_t))
{
	for (size_t i = 0; i < s.n; i++)
		if (!allowed(s.p[i]))
			return false;
	return true;
}

static int invalid(struct sl_err *err)
{
	return sl_err_set(err, SL_ERR_INVALID, "invalid semantic version");
}

static int check_length(struct sl_str text, struct sl_err *err)
{
	if (text.n <= SL_SEMVER_TEXT_MAX)
		return 0;
	return sl_err_set(err, SL_ERR_TOO_LARGE, "version string is too long (max %d bytes)",
			  SL_SEMVER_TEXT_MAX);
}

static int check_pre(struct sl_str pre, struct sl_err *err)
{
	struct sl_str part;

	while (sl_str_split(&pre, '.', &part)) {
		if (!part.n || !only(part, is_identifier_char))
			return sl_err_set(err, SL_ERR_INVALID, "invalid prerelease string");
		if (part.n > 1 && part.p[0] == '0' && only(part, sl_is_digit))
			return sl_err_set(err, SL_ERR_INVALID, "version segment starts with 0");
	}
	return 0;
}

static int check_metadata(struct sl_str metadata, struct sl_err *err)
{
	struct sl_str part;

	while (sl_str_split(&metadata, '.', &part))
		if (!part.n || !only(part, is_identifier_char))
			return sl_err_set(err, SL_ERR_INVALID, "invalid metadata string");
	return 0;
}

/* `context` comes before Go's message for numbers. */
static int read_number(struct sl_str s, const char *context, uint64_t *ret, struct sl_err *err)
{
	if (sl_str_to_u64(s, UINT64_MAX, ret))
		return 0;
	return sl_err_set(err, SL_ERR_INVALID, "%sstrconv.ParseUint: parsing \"%.*s\": %s", context,
			  SL_STR_FMT(s), s.n ? "value out of range" : "invalid syntax");
}

/* Take leading characters of `allowed`; false when there are none. */
static bool take(struct sl_str *rest, bool (*allowed)(uint32_t), struct sl_str *ret)
{
	size_t n = 0;

	while (n < rest->n && allowed(rest->p[n]))
		n++;
	*ret = sl_str_sub(*rest, 0, n);
	*rest = sl_str_sub(*rest, n, rest->n);
	return n > 0;
}

/* Take dot-separated identifiers behind `mark`. False when the mark is there and they are not. */
static bool take_identifiers(struct sl_str *rest, struct sl_str mark, struct sl_str *ret)
{
	struct sl_str start, part;

	*ret = SL_STR_NULL;
	if (!sl_str_cut_prefix(rest, mark))
		return true;
	start = *rest;
	do {
		if (!take(rest, is_identifier_char, &part))
			return false;
	} while (sl_str_cut_prefix(rest, SL_STR(".")));
	*ret = sl_str_sub(start, 0, start.n - rest->n);
	return true;
}

int sl_semver_parse(struct sl_str text, struct sl_semver *ret_version, struct sl_err *err)
{
	static const char context[] = "error parsing version segment: ";
	struct sl_str rest = text, numbers[3] = { SL_STR_NULL, SL_STR("0"), SL_STR("0") };
	struct sl_semver v = { .original = text };
	uint64_t *const values[3] = { &v.major, &v.minor, &v.patch };
	int r = check_length(text, err);

	if (r < 0)
		return r;
	sl_str_cut_prefix(&rest, SL_STR("v"));
	for (size_t i = 0; i < 3 && (!i || sl_str_cut_prefix(&rest, SL_STR("."))); i++)
		if (!take(&rest, sl_is_digit, &numbers[i]))
			return invalid(err);
	if (!take_identifiers(&rest, SL_STR("-"), &v.pre) ||
	    !take_identifiers(&rest, SL_STR("+"), &v.metadata) || rest.n)
		return invalid(err);
	for (size_t i = 0; i < 3; i++) {
		r = read_number(numbers[i], context, values[i], err);
		if (r < 0)
			return r;
	}
	r = check_pre(v.pre, err);
	if (!r)
		*ret_version = v;
	return r;
}

/* Cut `*s` at the first `c`: what follows goes into `*ret_tail`. False when there is no `c`. */
static bool cut_at(struct sl_str *s, char c, struct sl_str *ret_tail)
{
	ptrdiff_t at = sl_str_chr(*s, c);

	if (at < 0)
		return false;
	*ret_tail = sl_str_sub(*s, (size_t)at + 1, s->n);
	*s = sl_str_sub(*s, 0, (size_t)at);
	return true;
}

/* "a.b.c.d" into "a", "b" and "c.d". */
static bool split_three(struct sl_str text, struct sl_str ret_parts[3])
{
	ret_parts[0] = text;
	return cut_at(&ret_parts[0], '.', &ret_parts[1]) &&
	       cut_at(&ret_parts[1], '.', &ret_parts[2]);
}

static int check_segments(const struct sl_str parts[3], struct sl_err *err)
{
	for (size_t i = 0; i < 3; i++) {
		if (!only(parts[i], sl_is_digit))
			return sl_err_set(err, SL_ERR_INVALID, "invalid characters in version");
		if (parts[i].n > 1 && parts[i].p[0] == '0')
			return sl_err_set(err, SL_ERR_INVALID, "version segment starts with 0");
	}
	return 0;
}

int sl_semver_parse_strict(struct sl_str text, struct sl_semver *ret_version, struct sl_err *err)
{
	struct sl_semver v = { .original = text };
	uint64_t *const values[3] = { &v.major, &v.minor, &v.patch };
	struct sl_str parts[3];
	int r;

	if (!text.n)
		return sl_err_set(err, SL_ERR_INVALID, "version string empty");
	r = check_length(text, err);
	if (r < 0)
		return r;
	if (!split_three(text, parts))
		return invalid(err);
	if (cut_at(&parts[2], '+', &v.metadata))
		r = check_metadata(v.metadata, err);
	if (!r && cut_at(&parts[2], '-', &v.pre))
		r = check_pre(v.pre, err);
	if (!r)
		r = check_segments(parts, err);
	for (size_t i = 0; i < 3 && !r; i++)
		r = read_number(parts[i], "", values[i], err);
	if (!r)
		*ret_version = v;
	return r;
}

int sl_semver_parse_tag(struct sl_str text, struct sl_semver *ret_version, struct sl_err *err)
{
	struct sl_str parts[3];

	if (!split_three(text, parts))
		return invalid(err);
	return sl_semver_parse(text, ret_version, err);
}

static int cmp_number(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Numbers come before words; what is too large for 64 bits counts as a word, as in the original. */
static int cmp_identifier(struct sl_str a, struct sl_str b)
{
	uint64_t x, y;
	bool a_number, b_number;

	if (!a.n || !b.n)
		return (a.n > 0) - (b.n > 0);
	a_number = sl_str_to_u64(a, UINT64_MAX, &x);
	b_number = sl_str_to_u64(b, UINT64_MAX, &y);
	if (a_number && b_number)
		return cmp_number(x, y);
	if (a_number || b_number)
		return a_number ? -1 : 1;
	return sl_str_cmp(a, b);
}

int sl_semver_cmp_pre(struct sl_str a, struct sl_str b)
{
	struct sl_str x, y;
	int r = 0;

	while (!r && (a.n || b.n)) {
		x = y = SL_STR_NULL;
		sl_str_split(&a, '.', &x);
		sl_str_split(&b, '.', &y);
		r = cmp_identifier(x, y);
	}
	return r;
}

int sl_semver_cmp(const struct sl_semver *a, const struct sl_semver *b)
{
	int r = cmp_number(a->major, b->major);

	if (!r)
		r = cmp_number(a->minor, b->minor);
	if (!r)
		r = cmp_number(a->patch, b->patch);
	if (r)
		return r;
	if (!a->pre.n || !b->pre.n)
		return (b->pre.n > 0) - (a->pre.n > 0);
	return sl_semver_cmp_pre(a->pre, b->pre);
}

char *sl_semver_string(const struct sl_semver *v)
{
	return sl_xasprintf("%llu.%llu.%llu%s%.*s%s%.*s", (unsigned long long)v->major,
			    (unsigned long long)v->minor, (unsigned long long)v->patch,
			    v->pre.n ? "-" : "", SL_STR_FMT(v->pre), v->metadata.n ? "+" : "",
			    SL_STR_FMT(v->metadata));
}
