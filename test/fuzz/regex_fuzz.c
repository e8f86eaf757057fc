/* "pattern\ntext\ntemplate": what a pattern finds, splits and replaces agrees with itself. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/lang/regex/regex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX 2000
#define GROUPS_MAX 50

static void check(bool ok)
{
	if (!ok)
		abort();
}

/* Matches lie in the text one behind the other, and groups in the matches. */
static void check_matches(const struct sl_regex *re, struct sl_str text)
{
	struct sl_regex_iter it = sl_regex_iter(re, text);
	struct sl_regex_span groups[GROUPS_MAX];
	size_t n = sl_regex_group_count(re) + 1, matches = 0;
	ptrdiff_t last = 0;

	for (n = n < GROUPS_MAX ? n : GROUPS_MAX; sl_regex_next(&it, groups, n); matches++) {
		check(groups[0].from >= last && groups[0].to >= groups[0].from);
		check(groups[0].to <= (ptrdiff_t)text.n);
		last = groups[0].to;
		for (size_t i = 1; i < n; i++)
			check((groups[i].from == -1 && groups[i].to == -1) ||
			      (groups[i].from >= groups[0].from && groups[i].from <= groups[i].to &&
			       groups[i].to <= last));
	}
	check(sl_regex_match(re, text) == (matches > 0));
	check(matches <= text.n + 1);
}

/* Pieces and what is replaced by nothing are the same but for what stands at the ends. */
static void check_pieces(struct sl_arena *a, const struct sl_regex *re, struct sl_str text)
{
	SL_AUTO(sl_strbuf) joined = SL_STRBUF_INIT(1 << 20);
	SL_AUTO(sl_strbuf) removed = SL_STRBUF_INIT(1 << 20);
	struct sl_str *pieces;
	size_t n;

	check(sl_regex_split(a, re, text, -1, &pieces, &n, NULL) == 0);
	check(sl_regex_replace_literally(re, text, SL_STR_NULL, &removed, NULL) == 0);
	for (size_t i = 0; i < n; i++)
		sl_strbuf_adds(&joined, pieces[i]);
	check(sl_str_eq(sl_strbuf_str(&joined), sl_strbuf_str(&removed)));
}

/* A text, quoted, is found in itself, unless a byte of it is no UTF-8. */
static void check_quoted(struct sl_arena *a, struct sl_str text)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 20);
	const struct sl_regex *re;
	struct sl_regex_span whole;

	sl_regex_quote(text, &b);
	int r = sl_regex_compile(a, sl_strbuf_str(&b), &re, NULL);

	check((r == 0) == sl_str_is_utf8(text));
	if (r == 0)
		check(sl_regex_find(re, text, &whole, 1) && whole.from == 0 &&
		      whole.to == (ptrdiff_t)text.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sl_str rest = { (const char *)data, size }, pattern = SL_STR_NULL,
		      text = SL_STR_NULL;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(1 << 20);
	const struct sl_regex *re;

	(void)sl_str_split(&rest, '\n', &pattern);
	(void)sl_str_split(&rest, '\n', &text);
	text = sl_str_sub(text, 0, TEXT_MAX);
	check_quoted(&a, text);
	int r = sl_regex_compile(&a, pattern, &re, &err);

	if (r < 0) {
		check(err.code == (enum sl_err_code)r && err.message);
		return 0;
	}
	/* What a hunt may cost; the unit tests count the steps of hostile ones. */
	if (pattern.n > 200)
		return 0;
	check_matches(re, text);
	check_pieces(&a, re, text);
	int failed = sl_regex_replace(re, text, rest, &out, NULL);

	check(failed == (out.failed ? SL_ERR_TOO_LARGE : 0));
	return 0;
}
