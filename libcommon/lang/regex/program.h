/*
 * Private to lang/regex: the program of states that a tree is compiled to, and the machine's entry.
 */
#ifndef LIBCOMMON_LANG_REGEX_PROGRAM_H
#define LIBCOMMON_LANG_REGEX_PROGRAM_H

#include "libcommon/lang/regex/regex.h"
#include "libcommon/lang/regex/tree.h"

enum sl_regex_inst_op {
	SL_REGEX_I_MATCH,
	SL_REGEX_I_RUNE,    /* `arg` */
	SL_REGEX_I_CLASS,   /* number `arg` */
	SL_REGEX_I_ANY,	    /* every code point */
	SL_REGEX_I_SPLIT,   /* go on at `out`, and with less priority at `arg` */
	SL_REGEX_I_CAPTURE, /* the place into slot `arg` */
	SL_REGEX_I_LOOK,    /* go on if assertion `arg` holds */
};

struct sl_regex_inst {
	enum sl_regex_inst_op op;
	uint32_t out, arg;
};

struct sl_regex_set {
	uint64_t ascii[2]; /* a bit for each of the code points below 128 */
	const struct sl_regex_range *v;
	size_t n;
};

struct sl_regex {
	struct sl_regex_inst *inst;
	uint32_t count, start;
	uint32_t waiting; /* how many of them take a code point or match */
	struct sl_regex_set *sets;
	size_t set_count;
	uint32_t groups; /* without group 0 */
	struct sl_str *names;
	/* What every match begins with, behind the beginning of the text if anchored; may be "". */
	struct sl_str prefix;
	bool is_literal; /* the prefix, at the beginning and end of the text if anchored, is all of it */
	bool is_blank; /* of the empty pattern */
	bool anchored; /* matches begin at the beginning of the text */
};

/*
 * Find the leftmost match that begins at byte `at` or later, seeing what is before it. As
 * sl_regex_find(); `ret_steps` (may be NULL) counts the states looked at, for tests.
 */
bool sl_regex_run(const struct sl_regex *re, struct sl_str text, size_t at,
		  struct sl_regex_span *ret_groups, size_t count, size_t *ret_steps);

#endif
