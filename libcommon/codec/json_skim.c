#include "libcommon/codec/json_skim.h"

#include <string.h>

static bool at(const struct sl_json_skim *s, char c)
{
	return s->p < s->end && *s->p == c;
}

static void skip_space(struct sl_json_skim *s)
{
	while (at(s, ' ') || at(s, '\t') || at(s, '\n') || at(s, '\r'))
		s->p++;
}

bool sl_json_skim_enter(struct sl_json_skim *s)
{
	skip_space(s);
	if (!at(s, '{'))
		return false;
	s->p++;
	return true;
}

/* At a quote: to behind the one that closes. */
static bool pass_string(struct sl_json_skim *s)
{
	const char *from = ++s->p, *q;

	while ((q = memchr(s->p, '"', (size_t)(s->end - s->p)))) {
		size_t slashes = 0;

		while (q - slashes > from && *(q - slashes - 1) == '\\')
			slashes++;
		s->p = q + 1;
		if (slashes % 2 == 0)
			return true;
	}
	return false;
}

bool sl_json_skim_string(struct sl_json_skim *s, struct sl_str *ret_text)
{
	const char *from;

	skip_space(s);
	if (!at(s, '"'))
		return false;
	from = s->p + 1;
	if (!pass_string(s))
		return false;
	*ret_text = (struct sl_str){ from, (size_t)(s->p - 1 - from) };
	return !memchr(from, '\\', ret_text->n);
}

/* At a bracket: to behind the one that closes. */
static bool pass_container(struct sl_json_skim *s)
{
	size_t open = 0;

	while (s->p < s->end) {
		switch (*s->p) {
		case '"':
			if (!pass_string(s))
				return false;
			continue;
		case '{':
		case '[':
			open++;
			break;
		case '}':
		case ']':
			open--;
			break;
		}
		s->p++;
		if (!open)
			return true;
	}
	return false;
}

bool sl_json_skim_pass(struct sl_json_skim *s)
{
	const char *from;

	skip_space(s);
	if (at(s, '"'))
		return pass_string(s);
	if (at(s, '{') || at(s, '['))
		return pass_container(s);
	for (from = s->p; s->p < s->end && !strchr(",}] \t\r\n", *s->p);)
		s->p++;
	return s->p > from && s->p < s->end;
}

enum sl_skim sl_json_skim_next(struct sl_json_skim *s, struct sl_str *ret_key)
{
	skip_space(s);
	if (at(s, '}')) {
		s->p++;
		return SL_SKIM_END;
	}
	if (at(s, ','))
		s->p++;
	if (!sl_json_skim_string(s, ret_key))
		return SL_SKIM_LOST;
	skip_space(s);
	if (!at(s, ':'))
		return SL_SKIM_LOST;
	s->p++;
	return SL_SKIM_MEMBER;
}
