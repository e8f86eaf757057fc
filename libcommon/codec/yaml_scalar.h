/*
 * How a string must be written in YAML, and in which order keys come. Inner header of the YAML
 * module's writer.
 *
 * Thread rule: pure functions. Source: the analysis of libyaml's emitter and go-yaml v2's choice of
 * style and key order (encode.go, sorter.go).
 */
#ifndef LIBCOMMON_CODEC_YAML_SCALAR_H
#define LIBCOMMON_CODEC_YAML_SCALAR_H

#include <stdbool.h>

#include "libcommon/base/str.h"

enum sl_yaml_style {
	SL_YAML_STYLE_PLAIN,
	SL_YAML_STYLE_SINGLE,
	SL_YAML_STYLE_DOUBLE,
	SL_YAML_STYLE_LITERAL,
};

/* Keys longer than this, or with a line break, are written as "? key". */
#define SL_YAML_SIMPLE_KEY_MAX 128

struct sl_yaml_analysis {
	enum sl_yaml_style style;
	bool simple_key; /* may be written as "key: " */
};

/* Decide for `s`, well-formed UTF-8, as a value or, when `key`, as a key of a map. */
struct sl_yaml_analysis sl_yaml_analyse(struct sl_str s, bool key);
/* As go-yaml v3 does it: tabs may stand in a block. */
struct sl_yaml_analysis sl_yaml_analyse_v3(struct sl_str s, bool key);

/* Length of the line break at `at`: \n, \r, U+0085, U+2028, U+2029; 0 when there is none. */
size_t sl_yaml_break_len(struct sl_str s, size_t at);
/* The character at `at` may stand unescaped in double quotes: not so beyond the BMP. */
bool sl_yaml_is_printable(struct sl_str s, size_t at);

/* go-yaml v2's natural order: letters after others, runs of digits by value. As memcmp. */
int sl_yaml_key_cmp(struct sl_str x, struct sl_str y);
/* go-yaml v3's: the same, but behind a digit letters come first. */
int sl_yaml_key_cmp_v3(struct sl_str x, struct sl_str y);

#endif
