#include <stdlib.h>
#include <string.h>

#include "libcommon/lang/regex/fold.h"
#include "libcommon/lang/regex/tree.h"
#include "libcommon/lang/regex/unicode.h"

void sl_regex_class_add(struct sl_arena *a, struct sl_regex_class *c, uint32_t lo, uint32_t hi)
{
	struct sl_regex_range *last = c->n > 0 ? &c->v[c->n - 1] : NULL;

	if (last && lo <= last->hi + 1 && last->lo <= hi + 1) {
		last->lo = lo < last->lo ? lo : last->lo;
		last->hi = hi > last->hi ? hi : last->hi;
		return;
	}
	if (!c->v || c->n == c->cap) {
		if (sl_arena_full(a))
			return;
		size_t cap = c->cap > 0 ? 2 * c->cap : 4;
		struct sl_regex_range *grown = sl_arena_array(a, cap, sizeof(*grown));

		if (c->v)
			memcpy(grown, c->v, c->n * sizeof(*grown));
		c->v = grown;
		c->cap = cap;
	}
	c->v[c->n++] = (struct sl_regex_range){ lo, hi };
}

void sl_regex_class_add_all(struct sl_arena *a, struct sl_regex_class *c,
			    const struct sl_regex_class *from)
{
	for (size_t i = 0; i < from->n; i++)
		sl_regex_class_add(a, c, from->v[i].lo, from->v[i].hi);
}

static int by_lo(const void *pa, const void *pb)
{
	const struct sl_regex_range *a = pa, *b = pb;

	return a->lo < b->lo ? -1 : a->lo > b->lo;
}

void sl_regex_class_clean(struct sl_regex_class *c)
{
	size_t n = 0;
	bool sorted = true;

	for (size_t i = 1; i < c->n && sorted; i++)
		sorted = c->v[i - 1].hi + 1 < c->v[i].lo;
	if (sorted)
		return;
	qsort(c->v, c->n, sizeof(c->v[0]), by_lo);
	for (size_t i = 1; i < c->n; i++) {
		if (c->v[i].lo > c->v[n].hi + 1)
			c->v[++n] = c->v[i];
		else if (c->v[i].hi > c->v[n].hi)
			c->v[n].hi = c->v[i].hi;
	}
	c->n = n + 1;
}

void sl_regex_class_negate(struct sl_arena *a, struct sl_regex_class *c)
{
	struct sl_regex_class out = { 0 };
	uint32_t next = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].lo > next)
			sl_regex_class_add(a, &out, next, c->v[i].lo - 1);
		next = c->v[i].hi + 1;
	}
	if (next <= SL_REGEX_RUNE_MAX)
		sl_regex_class_add(a, &out, next, SL_REGEX_RUNE_MAX);
	*c = out;
}

/* The first span that ends at `rune` or later. */
static size_t fold_span(uint32_t rune)
{
	size_t lo = 0, hi = sl_regex_fold_span_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (sl_regex_fold_spans[mid].hi < rune)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

uint32_t sl_regex_fold_next(uint32_t rune)
{
	size_t i = fold_span(rune);

	if (i == sl_regex_fold_span_count || rune < sl_regex_fold_spans[i].lo)
		return rune;
	const struct sl_regex_fold_span *s = &sl_regex_fold_spans[i];

	if (s->delta == SL_REGEX_FOLD_PAIRS)
		return (rune - s->lo) % 2 == 0 ? rune + 1 : rune - 1;
	return (uint32_t)((int32_t)rune + s->delta);
}

static void add_orbit(struct sl_arena *a, struct sl_regex_class *c, uint32_t rune)
{
	for (uint32_t r = sl_regex_fold_next(rune); r != rune; r = sl_regex_fold_next(r))
		sl_regex_class_add(a, c, r, r);
}

void sl_regex_class_fold(struct sl_arena *a, struct sl_regex_class *c)
{
	struct sl_regex_class more = { 0 };

	for (size_t i = 0; i < c->n; i++) {
		struct sl_regex_range in = c->v[i];

		for (size_t s = fold_span(in.lo);
		     s < sl_regex_fold_span_count && sl_regex_fold_spans[s].lo <= in.hi; s++) {
			uint32_t lo = sl_regex_fold_spans[s].lo, hi = sl_regex_fold_spans[s].hi;

			lo = lo > in.lo ? lo : in.lo;
			hi = hi < in.hi ? hi : in.hi;
			for (uint32_t r = lo; r <= hi; r++)
				add_orbit(a, &more, r);
		}
	}
	sl_regex_class_add_all(a, c, &more);
	sl_regex_class_clean(c);
}

bool sl_regex_class_has(const struct sl_regex_range *v, size_t n, uint32_t rune)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (v[mid].hi < rune)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && v[lo].lo <= rune;
}

/* Pairs of bytes: from and to. */
static const struct {
	const char *name, *ranges;
} ascii_classes[] = {
	{ "d", "09" },
	{ "s", "\t\n\f\r  " },
	{ "w", "09AZ__az" },
	{ "[:alnum:]", "09AZaz" },
	{ "[:alpha:]", "AZaz" },
	{ "[:blank:]", "\t\t  " },
	{ "[:digit:]", "09" },
	{ "[:graph:]", "!~" },
	{ "[:lower:]", "az" },
	{ "[:print:]", " ~" },
	{ "[:punct:]", "!/:@[`{~" },
	{ "[:space:]", "\t\r  " },
	{ "[:upper:]", "AZ" },
	{ "[:word:]", "09AZ__az" },
	{ "[:xdigit:]", "09AFaf" },
};

bool sl_regex_class_add_ascii(struct sl_arena *a, struct sl_regex_class *c, struct sl_str name)
{
	/* These two begin at NUL. */
	if (sl_str_eqz(name, "[:ascii:]")) {
		sl_regex_class_add(a, c, 0, 0x7f);
		return true;
	}
	if (sl_str_eqz(name, "[:cntrl:]")) {
		sl_regex_class_add(a, c, 0, 0x1f);
		sl_regex_class_add(a, c, 0x7f, 0x7f);
		return true;
	}
	for (size_t i = 0; i < SL_ARRAY_LEN(ascii_classes); i++) {
		if (!sl_str_eqz(name, ascii_classes[i].name))
			continue;
		for (const char *r = ascii_classes[i].ranges; *r; r += 2)
			sl_regex_class_add(a, c, (unsigned char)r[0], (unsigned char)r[1]);
		return true;
	}
	return false;
}

/* Without separators; the first letter is upper case, the others lower. False when it is too long. */
static bool canonical_name(struct sl_str name, char ret[static 64])
{
	size_t n = 0;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (c == '_' || c == '-' || c == ' ')
			continue;
		if (n == 63)
			return false;
		if (n == 0 && c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		else if (n > 0 && c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		ret[n++] = c;
	}
	ret[n] = '\0';
	/* A NUL inside would make it another name. */
	return memchr(name.p, '\0', name.n) == NULL;
}

static int by_name(const void *key, const void *row)
{
	return strcmp(key, ((const struct sl_regex_table_name *)row)->name);
}

bool sl_regex_class_add_unicode(struct sl_arena *a, struct sl_regex_class *c, struct sl_str name)
{
	char key[64];

	if (name.n == 0 || !canonical_name(name, key))
		return false;
	const struct sl_regex_table_name *row = bsearch(
		key, sl_regex_unicode_names, sl_regex_unicode_name_count, sizeof(*row), by_name);

	if (!row)
		return false;
	for (size_t i = row->from; i < row->to; i++) {
		uint32_t lo = sl_regex_unicode_ranges[i].lo, hi = sl_regex_unicode_ranges[i].hi;

		if (!(lo & SL_REGEX_EVERY_SECOND)) {
			sl_regex_class_add(a, c, lo, hi);
			continue;
		}
		for (uint32_t r = lo & ~SL_REGEX_EVERY_SECOND; r <= hi; r += 2)
			sl_regex_class_add(a, c, r, r);
	}
	return true;
}
