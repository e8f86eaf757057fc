#include "libcommon/lang/regex/regex.h"

#include "libcommon/codec/goquote.h"
#include "libcommon/lang/sprig/call.h"

/* Those with "must" in their name tell what is wrong with an expression; the others, where it stands too. */
static int compile(struct sl_go_call *call, struct sl_str pattern, const struct sl_regex **ret,
		   struct sl_err *err)
{
	int r = sl_regex_compile(call->a, pattern, ret, err);

	return r ? r : sl_sprig_check(call, err);
}

static int must_compile(struct sl_go_call *call, struct sl_str pattern, const struct sl_regex **ret,
			struct sl_err *err)
{
	SL_SPRIG_BUF(quoted);
	int r = compile(call, pattern, ret, err);

	if (!r || !err)
		return r;
	if (sl_can_backquote(pattern))
		sl_strbuf_addf(&quoted, "`%.*s`", SL_STR_FMT(pattern));
	else
		sl_strbuf_add_goquoted(&quoted, pattern);
	sl_err_wrap(err, "regexp: Compile(%s)", quoted.p);
	return r;
}

static int match(struct sl_go_call *call, const struct sl_goval *args, struct sl_goval *ret,
		 struct sl_err *err)
{
	const struct sl_regex *re;
	int r = compile(call, args[0].s, &re, err);

	*ret = sl_goval_bool(!r && sl_regex_match(re, args[1].s));
	return r;
}

SL_SPRIG_FN(must_regex_match)
{
	return match(call, args, ret, err);
}

/* An expression that is none matches nothing. */
SL_SPRIG_FN(regex_match)
{
	int r = match(call, args, ret, err);

	if (r != SL_ERR_INVALID)
		return r;
	if (err)
		sl_err_release(err);
	return 0;
}

static int find(struct sl_go_call *call, const struct sl_regex *re, struct sl_str s,
		struct sl_goval *ret)
{
	struct sl_regex_span span = { 0, 0 };

	(void)call;
	(void)sl_regex_find(re, s, &span, 1);
	*ret = sl_goval_str(sl_str_sub(s, (size_t)span.from, (size_t)span.to));
	return 0;
}

SL_SPRIG_FN(regex_find)
{
	const struct sl_regex *re;
	int r = must_compile(call, args[0].s, &re, err);

	return r ? r : find(call, re, args[1].s, ret);
}

SL_SPRIG_FN(must_regex_find)
{
	const struct sl_regex *re;
	int r = compile(call, args[0].s, &re, err);

	return r ? r : find(call, re, args[1].s, ret);
}

/* At most `max` of them, all when it is negative; where there is none, no list at all. */
static int find_all(struct sl_go_call *call, const struct sl_regex *re, struct sl_str s,
		    int64_t max, struct sl_goval *ret, struct sl_err *err)
{
	struct sl_regex_iter it = sl_regex_iter(re, s);
	struct sl_go_list *l = NULL;
	struct sl_regex_span span;

	while ((max < 0 || (int64_t)sl_go_list_len(l) < max) && sl_regex_next(&it, &span, 1)) {
		int r = sl_sprig_check_items(sl_go_list_len(l) + 1, err);

		r = r ? r : sl_sprig_check(call, err);
		if (r)
			return r;
		if (!l)
			l = sl_go_list_new(call->a, 8);
		sl_sprig_push_text(call->a, l, sl_str_sub(s, (size_t)span.from, (size_t)span.to));
	}
	*ret = sl_sprig_list(&sl_go_strings, l);
	return 0;
}

SL_SPRIG_FN(regex_find_all)
{
	const struct sl_regex *re;
	int r = must_compile(call, args[0].s, &re, err);

	return r ? r : find_all(call, re, args[1].s, args[2].i, ret, err);
}

SL_SPRIG_FN(must_regex_find_all)
{
	const struct sl_regex *re;
	int r = compile(call, args[0].s, &re, err);

	return r ? r : find_all(call, re, args[1].s, args[2].i, ret, err);
}

static int replace(struct sl_go_call *call, const struct sl_regex *re, const struct sl_goval *args,
		   bool literally, struct sl_goval *ret, struct sl_err *err)
{
	SL_SPRIG_BUF(out);
	int r = literally ? sl_regex_replace_literally(re, args[1].s, args[2].s, &out, err)
			  : sl_regex_replace(re, args[1].s, args[2].s, &out, err);

	return r ? r : sl_sprig_text(call, &out, ret, err);
}

SL_SPRIG_FN(regex_replace_all)
{
	const struct sl_regex *re;
	int r = must_compile(call, args[0].s, &re, err);

	return r ? r : replace(call, re, args, false, ret, err);
}

SL_SPRIG_FN(must_regex_replace_all)
{
	const struct sl_regex *re;
	int r = compile(call, args[0].s, &re, err);

	return r ? r : replace(call, re, args, false, ret, err);
}

SL_SPRIG_FN(regex_replace_all_literal)
{
	const struct sl_regex *re;
	int r = must_compile(call, args[0].s, &re, err);

	return r ? r : replace(call, re, args, true, ret, err);
}

SL_SPRIG_FN(must_regex_replace_all_literal)
{
	const struct sl_regex *re;
	int r = compile(call, args[0].s, &re, err);

	return r ? r : replace(call, re, args, true, ret, err);
}

static int split(struct sl_go_call *call, const struct sl_regex *re, struct sl_str s, int64_t max,
		 struct sl_goval *ret, struct sl_err *err)
{
	struct sl_str *pieces = NULL;
	struct sl_go_list *l = NULL;
	size_t n = 0;
	int r = sl_regex_split(call->a, re, s, max, &pieces, &n, err);

	r = r ? r : sl_sprig_check_items(n, err);
	if (r)
		return r;
	if (max)
		l = sl_go_list_new(call->a, n);
	for (size_t i = 0; i < n; i++)
		sl_sprig_push_text(call->a, l, pieces[i]);
	*ret = sl_sprig_list(&sl_go_strings, l);
	return sl_sprig_check(call, err);
}

SL_SPRIG_FN(regex_split)
{
	const struct sl_regex *re;
	int r = must_compile(call, args[0].s, &re, err);

	return r ? r : split(call, re, args[1].s, args[2].i, ret, err);
}

SL_SPRIG_FN(must_regex_split)
{
	const struct sl_regex *re;
	int r = compile(call, args[0].s, &re, err);

	return r ? r : split(call, re, args[1].s, args[2].i, ret, err);
}

SL_SPRIG_FN(quote_meta)
{
	SL_SPRIG_BUF(out);

	sl_regex_quote(args[0].s, &out);
	return sl_sprig_text(call, &out, ret, err);
}

#define S (&sl_go_string)
static const struct sl_go_func funcs[] = {
	{ "mustRegexFind", must_regex_find, { S, S }, 2, false },
	{ "mustRegexFindAll", must_regex_find_all, { S, S, &sl_go_int }, 3, false },
	{ "mustRegexMatch", must_regex_match, { S, S }, 2, false },
	{ "mustRegexReplaceAll", must_regex_replace_all, { S, S, S }, 3, false },
	{ "mustRegexReplaceAllLiteral", must_regex_replace_all_literal, { S, S, S }, 3, false },
	{ "mustRegexSplit", must_regex_split, { S, S, &sl_go_int }, 3, false },
	{ "regexFind", regex_find, { S, S }, 2, false },
	{ "regexFindAll", regex_find_all, { S, S, &sl_go_int }, 3, false },
	{ "regexMatch", regex_match, { S, S }, 2, false },
	{ "regexQuoteMeta", quote_meta, { S }, 1, false },
	{ "regexReplaceAll", regex_replace_all, { S, S, S }, 3, false },
	{ "regexReplaceAllLiteral", regex_replace_all_literal, { S, S, S }, 3, false },
	{ "regexSplit", regex_split, { S, S, &sl_go_int }, 3, false },
};
const struct sl_sprig_table sl_sprig_regex = SL_SPRIG_TABLE(funcs);
