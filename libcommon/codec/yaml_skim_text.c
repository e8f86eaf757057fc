/* What text is once line breaks, quotes and indentation are undone: libyaml's scanners of scalars. */
#include "libcommon/codec/yaml_skim.h"

static void trim_left(struct sl_str *s)
{
	while (s->n && *s->p == ' ')
		*s = sl_str_sub(*s, 1, s->n);
}

static void trim_right(struct sl_str *s)
{
	while (s->n && s->p[s->n - 1] == ' ')
		s->n--;
}

static char escaped(char c)
{
	return c == 'n' ? '\n' : c == 't' ? '\t' : c;
}

/* A line of text in quotes, or of plain text, in which nothing is to be undone. */
static void add_part(struct sl_strbuf *out, struct sl_str part, enum sl_yaml_skim_style style)
{
	char mark = style == SL_YAML_SKIM_SINGLE_QUOTED ? '\'' : '\\';
	ptrdiff_t at;

	while (style != SL_YAML_SKIM_PLAIN && (at = sl_str_chr(part, mark)) >= 0) {
		sl_strbuf_adds(out, sl_str_sub(part, 0, (size_t)at));
		sl_strbuf_addc(out, escaped(part.p[at + 1]));
		part = sl_str_sub(part, (size_t)at + 2, part.n);
	}
	sl_strbuf_adds(out, part);
}

/* A single break is a space, of more the first goes. Space around breaks goes. */
static void add_flowing(struct sl_strbuf *out, struct sl_str raw, enum sl_yaml_skim_style style)
{
	struct sl_str line;
	size_t breaks = 0;

	for (bool first = true; sl_str_split(&raw, '\n', &line); first = false) {
		bool last = !raw.p;

		if (!first)
			trim_left(&line);
		if (!last)
			trim_right(&line);
		if (!first)
			breaks++;
		if (!line.n && !first && !last)
			continue;
		if (breaks == 1)
			sl_strbuf_addc(out, ' ');
		else if (breaks)
			sl_strbuf_addn(out, '\n', breaks - 1);
		breaks = 0;
		add_part(out, line, style);
	}
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Lines of block text: those that begin at its indentation, and breaks before, between and behind them. */
static void add_block(struct sl_strbuf *out, struct sl_str raw, const struct sl_yaml_skimmed *e)
{
	bool folded = e->style == SL_YAML_SKIM_FOLDED, had_break = false, was_blank = false;
	struct sl_str line;
	size_t breaks = 0; /* behind that of the last line */

	while (sl_str_split(&raw, '\n', &line)) {
		bool ends = raw.p != NULL, blank;
		size_t spaces = 0;

		while (spaces < line.n && spaces < e->indent && line.p[spaces] == ' ')
			spaces++;
		line = sl_str_sub(line, spaces, line.n);
		if (!line.n) {
			breaks += ends;
			continue;
		}
		blank = is_blank(*line.p);
		if (had_break && folded && !was_blank && !blank) {
			if (!breaks)
				sl_strbuf_addc(out, ' ');
		} else if (had_break) {
			sl_strbuf_addc(out, '\n');
		}
		sl_strbuf_addn(out, '\n', breaks);
		sl_strbuf_adds(out, line);
		was_blank = blank;
		had_break = ends;
		breaks = 0;
	}
	if (had_break && e->chomp != '-')
		sl_strbuf_addc(out, '\n');
	if (e->chomp == '+')
		sl_strbuf_addn(out, '\n', breaks);
}

void sl_yaml_skim_text(struct sl_str text, const struct sl_yaml_skimmed *e, struct sl_strbuf *out)
{
	struct sl_str raw = sl_str_sub(text, e->from, (size_t)e->from + e->n);

	if (e->as_is)
		sl_strbuf_adds(out, raw);
	else if (e->style == SL_YAML_SKIM_LITERAL || e->style == SL_YAML_SKIM_FOLDED)
		add_block(out, raw, e);
	else
		add_flowing(out, raw, (enum sl_yaml_skim_style)e->style);
}
