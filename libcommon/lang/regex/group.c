#include <string.h>

#include "libcommon/lang/regex/parser.h"

void sl_regex_open(struct sl_regex_parser *p, uint32_t group)
{
	struct sl_regex_frame *f = sl_arena_new(p->a, struct sl_regex_frame);

	*f = (struct sl_regex_frame){ .up = p->frame, .flags = p->flags, .group = group };
	p->frame = f;
}

uint32_t sl_regex_new_group(struct sl_regex_parser *p, struct sl_str name)
{
	uint32_t group = ++p->tree.groups;

	if (group >= p->names_cap) {
		size_t cap = p->names_cap > 0 ? 2 * p->names_cap : 8;
		struct sl_str *grown = sl_arena_array(p->a, cap, sizeof(*grown));

		if (p->names_cap > 0)
			memcpy(grown, p->tree.names, p->names_cap * sizeof(*grown));
		p->tree.names = grown;
		p->names_cap = cap;
	}
	p->tree.names[group] = name;
	return group;
}

static bool is_group_name(struct sl_str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		      c == '_'))
			return false;
	}
	return name.n > 0;
}

/* (?P<name> or (?<name>, whose name begins at byte `at`. */
static int open_named(struct sl_regex_parser *p, size_t at)
{
	ptrdiff_t end = sl_str_chr(p->rest, '>');

	if (end < 0) {
		int r = sl_regex_check_utf8(p, p->rest);

		return r < 0 ? r : sl_regex_fail(p, "invalid named capture", p->rest);
	}
	struct sl_str name = sl_str_sub(p->rest, at, (size_t)end);
	struct sl_str all = sl_str_sub(p->rest, 0, (size_t)end + 1);
	int r = sl_regex_check_utf8(p, name);

	if (r < 0)
		return r;
	if (!is_group_name(name))
		return sl_regex_fail(p, "invalid named capture", all);
	sl_regex_open(p, sl_regex_new_group(p, name));
	p->rest = sl_str_sub(p->rest, all.n, p->rest.n);
	return 0;
}

static unsigned flag_of(uint32_t c)
{
	switch (c) {
	case 'i':
		return SL_REGEX_FOLD;
	case 'm':
		return SL_REGEX_MULTILINE;
	case 's':
		return SL_REGEX_DOT_NL;
	case 'U':
		return SL_REGEX_NON_GREEDY;
	default:
		return 0;
	}
}

int sl_regex_take_perl_group(struct sl_regex_parser *p)
{
	struct sl_str from = p->rest;
	unsigned flags = p->flags;
	bool negative = false, seen = false;

	if (from.n > 4 && sl_str_starts(from, SL_STR("(?P<")))
		return open_named(p, 4);
	if (from.n > 3 && sl_str_starts(from, SL_STR("(?<")))
		return open_named(p, 3);
	p->rest = sl_str_sub(from, 2, from.n);
	while (p->rest.n > 0) {
		uint32_t c;
		int r = sl_regex_take_rune(p, &c);
		unsigned flag = r == 0 ? flag_of(c) : 0;

		if (r < 0)
			return r;
		if (flag) {
			flags = negative ? flags & ~flag : flags | flag;
			seen = true;
		} else if (c == '-' && !negative) {
			negative = true;
			seen = false;
		} else if ((c == ':' || c == ')') && (!negative || seen)) {
			if (c == ':')
				sl_regex_open(p, 0);
			p->flags = flags;
			return 0;
		} else {
			break;
		}
	}
	return sl_regex_fail(p, "invalid or unsupported Perl syntax", sl_regex_read_since(p, from));
}
