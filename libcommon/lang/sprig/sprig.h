/*
 * Sprig: the functions that Helm's templates have besides Go's own.
 *
 * Each file of this directory has one table of functions, sorted bytewise by name; the look-up goes over
 * all of them. What a function gives, its types included, and what it says when it fails are those of
 * sprig 3.3 and of the Go packages under it.
 *
 * `env` and `expandenv` are not here: Helm takes them away, and nothing here knows an environment.
 *
 * Thread rule: constant data; a call belongs to one rendering. Texts that functions make are capped by
 * SL_SPRIG_TEXT_MAX, lists by SL_SPRIG_ITEMS_MAX, and both by the arena of the rendering: past that,
 * SL_ERR_TOO_LARGE.
 * Source: https://masterminds.github.io/sprig/
 */
#ifndef LIBCOMMON_LANG_SPRIG_SPRIG_H
#define LIBCOMMON_LANG_SPRIG_SPRIG_H

#include "libcommon/lang/template/func.h"

#define SL_SPRIG_TEXT_MAX ((size_t)64 << 20)
#define SL_SPRIG_ITEMS_MAX ((size_t)4 << 20)

/* The function of that name, or NULL. */
const struct sl_go_func *sl_sprig_find(struct sl_str name);

struct sl_sprig_table {
	const struct sl_go_func *funcs; /* sorted by name */
	size_t n;
};
#define SL_SPRIG_TABLE(array) \
	{ \
		(array), sizeof(array) / sizeof((array)[0]) \
	}

extern const struct sl_sprig_table sl_sprig_case;
extern const struct sl_sprig_table sl_sprig_cert;
extern const struct sl_sprig_table sl_sprig_convert;
extern const struct sl_sprig_table sl_sprig_crypto;
extern const struct sl_sprig_table sl_sprig_date;
extern const struct sl_sprig_table sl_sprig_deepcopy;
extern const struct sl_sprig_table sl_sprig_dict;
extern const struct sl_sprig_table sl_sprig_encode;
extern const struct sl_sprig_table sl_sprig_filter;
extern const struct sl_sprig_table sl_sprig_float_math;
extern const struct sl_sprig_table sl_sprig_flow;
extern const struct sl_sprig_table sl_sprig_json;
extern const struct sl_sprig_table sl_sprig_lists;
extern const struct sl_sprig_table sl_sprig_math;
extern const struct sl_sprig_table sl_sprig_merge;
extern const struct sl_sprig_table sl_sprig_quote;
extern const struct sl_sprig_table sl_sprig_random;
extern const struct sl_sprig_table sl_sprig_reflect;
extern const struct sl_sprig_table sl_sprig_regex;
extern const struct sl_sprig_table sl_sprig_semver;
extern const struct sl_sprig_table sl_sprig_sequence;
extern const struct sl_sprig_table sl_sprig_split;
extern const struct sl_sprig_table sl_sprig_texts;
extern const struct sl_sprig_table sl_sprig_url;
extern const struct sl_sprig_table sl_sprig_wrap;
/* All tables, up to NULL. */
extern const struct sl_sprig_table *const sl_sprig_tables[];

#endif
