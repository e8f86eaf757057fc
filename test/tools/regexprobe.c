/*
 * What lang/regex makes of patterns and texts, for test/fuzz/regex, which compares it with Go.
 *
 * Reads cases from stdin until it ends, and writes an answer to each to stdout. A case is four
 * numbers of 32 bits, little-endian: the lengths of pattern, text and template, and the `n` of split;
 * then those bytes. An answer is its length, as such a number, and text: see the functions below, and
 * answer() in test/fuzz/regex/main.go, which writes the same with Go's regexp.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "libcommon/lang/regex/regex.h"
#include "test/unit/support/probe.h"

#define GROUPS_MAX 2000
#define ANSWER_MAX ((size_t)64 << 20)

static void add_bytes(struct sl_strbuf *out, struct sl_str s)
{
	sl_strbuf_addf(out, " %zu:", s.n);
	sl_strbuf_adds(out, s);
}

static void add_match(struct sl_strbuf *out, const struct sl_regex *re,
		      const struct sl_regex_span *groups)
{
	for (size_t i = 0; i <= sl_regex_group_count(re); i++)
		sl_strbuf_addf(out, " %td-%td", groups[i].from, groups[i].to);
	sl_strbuf_addc(out, '\n');
}

static void add_matches(struct sl_strbuf *out, const struct sl_regex *re, struct sl_str text)
{
	static struct sl_regex_span groups[GROUPS_MAX];
	struct sl_regex_iter it = sl_regex_iter(re, text);
	size_t count = sl_regex_group_count(re) + 1;

	sl_strbuf_addf(out, "match %d\n", sl_regex_match(re, text));
	if (sl_regex_find(re, text, groups, 1))
		sl_strbuf_addf(out, "find %td-%td\n", groups[0].from, groups[0].to);
	if (sl_regex_find(re, text, groups, count)) {
		sl_strbuf_addz(out, "submatch");
		add_match(out, re, groups);
	}
	while (sl_regex_next(&it, groups, count)) {
		sl_strbuf_addz(out, "all");
		add_match(out, re, groups);
	}
}

static void add_replaced(struct sl_strbuf *out, const struct sl_regex *re, struct sl_str text,
			 struct sl_str template)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(ANSWER_MAX);

	if (sl_regex_replace(re, text, template, &b, NULL) == 0) {
		sl_strbuf_addz(out, "replace");
		add_bytes(out, sl_strbuf_str(&b));
	}
	sl_strbuf_reset(&b);
	if (sl_regex_replace_literally(re, text, template, &b, NULL) == 0) {
		sl_strbuf_addz(out, "\nliterally");
		add_bytes(out, sl_strbuf_str(&b));
	}
	sl_strbuf_reset(&b);
	sl_regex_quote(text, &b);
	sl_strbuf_addz(out, "\nquote");
	add_bytes(out, sl_strbuf_str(&b));
}

static void add_pieces(struct sl_arena *a, struct sl_strbuf *out, const struct sl_regex *re,
		       struct sl_str text, int32_t n)
{
	struct sl_str *pieces;
	size_t count;

	if (sl_regex_split(a, re, text, n, &pieces, &count, NULL) < 0)
		return;
	sl_strbuf_addf(out, "\nsplit %zu", count);
	for (size_t i = 0; i < count; i++)
		add_bytes(out, pieces[i]);
	sl_strbuf_addc(out, '\n');
}

static void answer(struct sl_arena *a, struct sl_str v[3], int32_t n, struct sl_strbuf *out)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct sl_regex *re;

	if (sl_regex_compile(a, v[0], &re, &err) < 0) {
		sl_strbuf_addf(out, "%s\n", err.message);
		return;
	}
	sl_strbuf_addz(out, "names");
	for (size_t i = 0; i <= sl_regex_group_count(re); i++)
		add_bytes(out, sl_regex_group_name(re, i));
	sl_strbuf_addc(out, '\n');
	if (sl_regex_group_count(re) >= GROUPS_MAX)
		return;
	add_matches(out, re, v[1]);
	add_replaced(out, re, v[1], v[2]);
	add_pieces(a, out, re, v[1], n);
}

int main(void)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(ANSWER_MAX);
	uint32_t numbers[4];

	while (probe_read_number(&numbers[0])) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		struct sl_str v[3];

		for (int i = 1; i < 4; i++)
			if (!probe_read_number(&numbers[i]))
				return 1;
		for (int i = 0; i < 3; i++)
			if (!probe_read_bytes(&a, numbers[i], &v[i]))
				return 1;
		sl_strbuf_reset(&out);
		answer(&a, v, (int32_t)numbers[3], &out);
		probe_answer(sl_strbuf_str(&out));
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
