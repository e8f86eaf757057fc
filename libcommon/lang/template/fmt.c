#include "libcommon/lang/template/fmt_priv.h"

#include "libcommon/codec/unicode.h"

/* A format being worked through: Go counts arguments from the left unless indexes say otherwise. */
struct formatter {
	struct sl_go_printer printer;
	struct sl_str format;
	size_t at;
	const struct sl_goval *args;
	size_t n;
	size_t arg;	  /* the next one */
	bool reordered;	  /* an index was seen: superfluous arguments are not told */
	bool good_index;  /* of this directive */
	bool after_index; /* what came last was an index */
};

static char peek(const struct formatter *f)
{
	return f->at < f->format.n ? f->format.p[f->at] : '\0';
}

static bool at_char(const struct formatter *f, char c)
{
	return f->at < f->format.n && f->format.p[f->at] == c;
}

/* Digits from `*at` to `end`. Past the cap there is no number, and all up to `end` is used up. */
static bool read_number(struct sl_str s, size_t *at, size_t end, int *ret)
{
	bool found = false;
	int number = 0;

	for (; *at < end && s.p[*at] >= '0' && s.p[*at] <= '9'; (*at)++) {
		if (number > SL_GO_FMT_NUMBER_MAX) {
			*at = end;
			*ret = 0;
			return false;
		}
		number = number * 10 + (s.p[*at] - '0');
		found = true;
	}
	*ret = number;
	return found;
}

/* "[n]" in front of a width, a precision or a verb. */
static void read_index(struct formatter *f)
{
	struct sl_str rest = sl_str_sub(f->format, f->at, f->format.n);
	ptrdiff_t close;
	size_t at = 1;
	int number;

	f->after_index = false;
	if (!at_char(f, '['))
		return;
	f->reordered = true;
	close = rest.n < 3 ? -1 : sl_str_chr(rest, ']');
	if (close < 0) {
		f->good_index = false;
		f->at++;
		return;
	}
	f->at += (size_t)close + 1;
	if (!read_number(rest, &at, (size_t)close, &number) || at != (size_t)close) {
		f->good_index = false;
		return;
	}
	f->after_index = true;
	if (number < 1 || (size_t)number > f->n)
		f->good_index = false;
	else
		f->arg = (size_t)number - 1;
}

/* The argument for a "*". */
static bool star(struct formatter *f, int *ret)
{
	struct sl_goval v;
	enum sl_go_kind kind;

	*ret = 0;
	f->at++;
	if (f->arg >= f->n)
		return false;
	v = f->args[f->arg++];
	kind = sl_goval_kind(v);
	if (sl_go_kind_is_uint(kind) && v.u > SL_GO_FMT_NUMBER_MAX)
		return false;
	if (!sl_go_kind_is_uint(kind) && !sl_go_kind_is_int(kind))
		return false;
	if (v.i > SL_GO_FMT_NUMBER_MAX || v.i < -SL_GO_FMT_NUMBER_MAX)
		return false;
	*ret = (int)v.i;
	return true;
}

static void read_width(struct formatter *f)
{
	struct sl_go_printer *p = &f->printer;

	if (!at_char(f, '*')) {
		p->has_width = read_number(f->format, &f->at, f->format.n, &p->width);
		if (f->after_index && p->has_width)
			f->good_index = false;
		return;
	}
	p->has_width = star(f, &p->width);
	if (!p->has_width)
		sl_strbuf_addz(p->out, "%!(BADWIDTH)");
	if (p->width < 0) {
		p->width = -p->width;
		p->minus = true;
		p->zero = false;
	}
	f->after_index = false;
}

static void read_precision(struct formatter *f)
{
	struct sl_go_printer *p = &f->printer;

	if (f->at + 1 >= f->format.n || !at_char(f, '.'))
		return;
	f->at++;
	if (f->after_index)
		f->good_index = false;
	read_index(f);
	if (!at_char(f, '*')) {
		if (!read_number(f->format, &f->at, f->format.n, &p->precision))
			p->precision = 0;
		p->has_precision = true;
		return;
	}
	p->has_precision = star(f, &p->precision) && p->precision >= 0;
	if (!p->has_precision) {
		p->precision = 0;
		sl_strbuf_addz(p->out, "%!(BADPREC)");
	}
	f->after_index = false;
}

static void read_flags(struct formatter *f)
{
	struct sl_go_printer *p = &f->printer;

	for (; f->at < f->format.n; f->at++) {
		switch (peek(f)) {
		case '#':
			p->sharp = true;
			break;
		case '0':
			p->zero = true;
			break;
		case '+':
			p->plus = true;
			break;
		case '-':
			p->minus = true;
			break;
		case ' ':
			p->space = true;
			break;
		default:
			return;
		}
	}
}

/* "%!d(BADINDEX)" and its like. */
static void complain(struct formatter *f, struct sl_str verb, const char *what)
{
	sl_strbuf_addz(f->printer.out, "%!");
	sl_strbuf_adds(f->printer.out, verb);
	sl_strbuf_addz(f->printer.out, what);
}

static void print_verb(struct formatter *f)
{
	struct sl_str rest = sl_str_sub(f->format, f->at, f->format.n);
	struct sl_go_printer *p = &f->printer;
	struct sl_str shown;
	uint32_t verb;
	char bytes[4];

	f->at += sl_rune_decode(rest, &verb);
	shown = (struct sl_str){ bytes, sl_rune_encode(verb, bytes) };
	if (verb == '%') {
		sl_strbuf_addc(p->out, '%');
	} else if (!f->good_index) {
		complain(f, shown, "(BADINDEX)");
	} else if (f->arg >= f->n) {
		complain(f, shown, "(MISSING)");
	} else {
		if (verb == 'v' || verb == 'w') {
			p->sharp_v = p->sharp;
			p->plus_v = p->plus;
			p->sharp = p->plus = false;
		}
		sl_go_print_arg(p, f->args[f->arg++], verb);
	}
}

/* The verb itself, as with most directives. */
static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What follows a percent sign. */
static void directive(struct formatter *f)
{
	f->printer = (struct sl_go_printer){ .out = f->printer.out };
	f->good_index = true;
	if (f->at < f->format.n && !is_letter(f->format.p[f->at])) {
		read_flags(f);
		read_index(f);
		read_width(f);
		read_precision(f);
		if (!f->after_index)
			read_index(f);
	}
	if (f->at >= f->format.n)
		sl_strbuf_addz(f->printer.out, "%!(NOVERB)");
	else
		print_verb(f);
}

static void print_extra(struct formatter *f)
{
	struct sl_go_printer *p = &f->printer;

	*p = (struct sl_go_printer){ .out = p->out };
	sl_strbuf_addz(p->out, "%!(EXTRA ");
	for (size_t i = f->arg; i < f->n; i++) {
		if (i > f->arg)
			sl_strbuf_addz(p->out, ", ");
		sl_strbuf_addz(p->out, sl_goval_type_name(f->args[i]));
		if (sl_goval_kind(f->args[i]) == SL_GO_INVALID || f->args[i].type == &sl_go_any)
			continue;
		sl_strbuf_addc(p->out, '=');
		sl_go_print_arg(p, f->args[i], 'v');
	}
	sl_strbuf_addc(p->out, ')');
}

void sl_go_sprintf(struct sl_strbuf *out, struct sl_str format, const struct sl_goval *args,
		   size_t n)
{
	struct formatter f = { .printer = { .out = out }, .format = format, .args = args, .n = n };

	while (f.at < format.n && !out->failed) {
		struct sl_str rest = sl_str_sub(format, f.at, format.n);
		ptrdiff_t percent = sl_str_chr(rest, '%');
		size_t plain = percent < 0 ? rest.n : (size_t)percent;

		sl_strbuf_add(out, rest.p, plain);
		f.at += plain;
		if (percent < 0)
			break;
		f.at++;
		directive(&f);
	}
	if (!f.reordered && f.arg < n)
		print_extra(&f);
}

void sl_go_sprint(struct sl_strbuf *out, const struct sl_goval *args, size_t n)
{
	bool was_string = false;

	for (size_t i = 0; i < n; i++) {
		bool is_string = sl_goval_kind(args[i]) == SL_GO_STRING;

		if (i && !is_string && !was_string)
			sl_strbuf_addc(out, ' ');
		sl_go_fmt_value(out, args[i]);
		was_string = is_string;
	}
}

void sl_go_sprintln(struct sl_strbuf *out, const struct sl_goval *args, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			sl_strbuf_addc(out, ' ');
		sl_go_fmt_value(out, args[i]);
	}
	sl_strbuf_addc(out, '\n');
}
