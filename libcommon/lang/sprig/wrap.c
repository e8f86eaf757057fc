#include "libcommon/lang/sprig/call.h"

struct wrapping {
	size_t width;
	struct sl_str line_end;
	bool breaks_words;
};

/*
 * Where the line ends that begins at `at`, and, in `*next`, where the one behind it begins. There is more
 * than a line left.
 */
static size_t line_end(const struct wrapping *w, struct sl_str s, size_t at, size_t *next)
{
	struct sl_str line = sl_str_sub(s, at, at + w->width + 1);
	ptrdiff_t space = sl_str_rchr(line, ' ');

	if (space >= 0) {
		*next = at + (size_t)space + 1;
		return *next - 1;
	}
	*next = at + w->width;
	if (w->breaks_words)
		return *next;
	space = sl_str_chr(sl_str_sub(s, *next, s.n), ' ');
	if (space < 0)
		return *next = s.n;
	*next += (size_t)space + 1;
	return *next - 1;
}

static void wrap_text(struct sl_strbuf *out, struct sl_str s, const struct wrapping *w)
{
	size_t at = 0, next;

	while (s.n - at > w->width && !out->failed) {
		size_t end;

		if (s.p[at] == ' ') {
			at++;
			continue;
		}
		end = line_end(w, s, at, &next);
		sl_strbuf_add(out, s.p + at, end - at);
		if (end < s.n)
			sl_strbuf_adds(out, w->line_end);
		at = next;
	}
	sl_strbuf_adds(out, sl_str_sub(s, at, s.n));
}

SL_SPRIG_FN(wrap)
{
	struct wrapping w = { .width = args[0].i < 1 ? 1 : (size_t)args[0].i,
			      .line_end = SL_STR("\n") };
	SL_SPRIG_BUF(out);

	wrap_text(&out, args[1].s, &w);
	return sl_sprig_text(call, &out, ret, err);
}

SL_SPRIG_FN(wrap_with)
{
	struct wrapping w = { .width = args[0].i < 1 ? 1 : (size_t)args[0].i,
			      .line_end = args[1].s.n ? args[1].s : SL_STR("\n"),
			      .breaks_words = true };
	SL_SPRIG_BUF(out);

	wrap_text(&out, args[2].s, &w);
	return sl_sprig_text(call, &out, ret, err);
}

/* The end of `s`, or its beginning, cut to `width` bytes with dots for what is missing. */
static void abbreviate(struct sl_strbuf *out, struct sl_str s, int64_t offset, size_t width)
{
	int64_t kept = (int64_t)width - 3, n = (int64_t)s.n;

	if (s.n <= width) {
		sl_strbuf_adds(out, s);
		return;
	}
	if (offset > n)
		offset = n;
	if ((int64_t)((uint64_t)n - (uint64_t)offset) < kept)
		offset = n - kept;
	if (offset <= 4) {
		sl_strbuf_adds(out, sl_str_sub(s, 0, (size_t)kept));
		sl_strbuf_addz(out, "...");
		return;
	}
	if (width < 7)
		return;
	sl_strbuf_addz(out, "...");
	if (offset + kept < n)
		abbreviate(out, sl_str_sub(s, (size_t)offset, s.n), 0, (size_t)kept);
	else
		sl_strbuf_adds(out, sl_str_sub(s, (size_t)(n - kept), s.n));
}

SL_SPRIG_FN(abbrev)
{
	SL_SPRIG_BUF(out);

	*ret = args[1];
	if (args[0].i < 4)
		return 0;
	abbreviate(&out, args[1].s, 0, (size_t)args[0].i);
	return sl_sprig_text(call, &out, ret, err);
}

SL_SPRIG_FN(abbrevboth)
{
	SL_SPRIG_BUF(out);

	*ret = args[2];
	if (args[1].i < 4 || (args[0].i > 0 && args[1].i < 7))
		return 0;
	abbreviate(&out, args[2].s, args[0].i, (size_t)args[1].i);
	return sl_sprig_text(call, &out, ret, err);
}

static const struct sl_go_func funcs[] = {
	{ "abbrev", abbrev, { &sl_go_int, &sl_go_string }, 2, false },
	{ "abbrevboth", abbrevboth, { &sl_go_int, &sl_go_int, &sl_go_string }, 3, false },
	{ "wrap", wrap, { &sl_go_int, &sl_go_string }, 2, false },
	{ "wrapWith", wrap_with, { &sl_go_int, &sl_go_string, &sl_go_string }, 3, false },
};
const struct sl_sprig_table sl_sprig_wrap = SL_SPRIG_TABLE(funcs);
