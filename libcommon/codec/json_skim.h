/*
 * A few members of a large JSON object, without a tree and without looking at more than must be passed.
 *
 *   struct sl_json_skim s = SL_JSON_SKIM_INIT(text);
 *   if (sl_json_skim_enter(&s))
 *           while (sl_json_skim_next(&s, &key) == SL_SKIM_MEMBER)
 *                   … one of enter, string and pass …
 *
 * What is passed over is looked at for strings and brackets only, so that text which is no JSON may
 * go through: for what a server has written, when nothing worse comes of that than of not looking.
 * Whatever is unusual (an escape in a key, a string of any other sort) makes it give up, and the text
 * is to be parsed (json.h).
 *
 * Ownership: strings point into the text. Thread rule: pure functions. Limits: none, as it takes
 * neither memory nor stack.
 */
#ifndef LIBCOMMON_CODEC_JSON_SKIM_H
#define LIBCOMMON_CODEC_JSON_SKIM_H

#include <stdbool.h>

#include "libcommon/base/str.h"

struct sl_json_skim {
	const char *p, *end;
};
#define SL_JSON_SKIM_INIT(text) \
	{ \
		(text).p, (text).p + (text).n \
	}

/* At an object: to before its first member. */
bool sl_json_skim_enter(struct sl_json_skim *s);
enum sl_skim {
	SL_SKIM_MEMBER, /* at the value of the next member */
	SL_SKIM_END,	/* behind the object */
	SL_SKIM_LOST,
};
enum sl_skim sl_json_skim_next(struct sl_json_skim *s, struct sl_str *ret_key);
/* At a string without escapes: its content. */
bool sl_json_skim_string(struct sl_json_skim *s, struct sl_str *ret_text);
/* To behind the value, whatever it is. */
bool sl_json_skim_pass(struct sl_json_skim *s);

#endif
