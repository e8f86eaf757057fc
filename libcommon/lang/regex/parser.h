/*
 * Private to lang/regex: the state of a parser, and the parts of the syntax that have files of their
 * own. Each takes what it reads off the front of `rest`.
 */
#ifndef LIBCOMMON_LANG_REGEX_PARSER_H
#define LIBCOMMON_LANG_REGEX_PARSER_H

#include "libcommon/lang/regex/tree.h"

enum sl_regex_flag {
	SL_REGEX_FOLD = 1,	 /* i */
	SL_REGEX_MULTILINE = 2,	 /* m */
	SL_REGEX_DOT_NL = 4,	 /* s */
	SL_REGEX_NON_GREEDY = 8, /* U */
};

/* An open parenthesis, or, outermost, the whole pattern. */
struct sl_regex_frame {
	struct sl_regex_frame *up;
	unsigned flags;			    /* to be restored behind it */
	uint32_t group;			    /* 0: does not capture */
	struct sl_regex_node *sequence;	    /* the last of what has been read since the last bar */
	struct sl_regex_node *alternatives; /* the last of those that are complete */
};

struct sl_regex_parser {
	struct sl_arena *a;
	struct sl_err *err;
	struct sl_str pattern, rest;
	unsigned flags;
	struct sl_regex_frame *frame;
	struct sl_str repeated; /* from the repetition just read on, or empty */
	struct sl_regex_tree tree;
	size_t names_cap;
};

/* Fail with Go's text: what, and the part of the pattern. */
int sl_regex_fail(struct sl_regex_parser *p, const char *what, struct sl_str part);
/* The same of the whole pattern, which passes a limit. */
int sl_regex_fail_large(struct sl_regex_parser *p, const char *what);
/* The part from `from` to where the parser is now. */
struct sl_str sl_regex_read_since(const struct sl_regex_parser *p, struct sl_str from);
/* The next code point, U+FFFD at the end. Fails with "invalid UTF-8". */
int sl_regex_take_rune(struct sl_regex_parser *p, uint32_t *ret) SL_MUST_CHECK;
int sl_regex_check_utf8(struct sl_regex_parser *p, struct sl_str s) SL_MUST_CHECK;

/* escape.c. `rest` begins with the backslash: a code point. */
int sl_regex_take_escape(struct sl_regex_parser *p, uint32_t *ret) SL_MUST_CHECK;
/* \d, \pL, \p{Greek} and their like, added to `c`; *ret_found tells whether there is one. */
int sl_regex_take_class_escape(struct sl_regex_parser *p, struct sl_regex_class *c,
			       bool *ret_found) SL_MUST_CHECK;

/* bracket.c. `rest` begins with the bracket: a class, clean. */
int sl_regex_take_bracket(struct sl_regex_parser *p, struct sl_regex_class *c) SL_MUST_CHECK;
/* Add class `name` or its complement, folded if the flags say so; false when there is none. */
bool sl_regex_add_named(struct sl_regex_parser *p, struct sl_regex_class *c, struct sl_str name,
			bool negated);

/* group.c. `rest` begins with "(?": flags, or a group that is opened. */
int sl_regex_take_perl_group(struct sl_regex_parser *p) SL_MUST_CHECK;
/* Open a group; `flags` are those to be restored behind it. */
void sl_regex_open(struct sl_regex_parser *p, uint32_t group);
/* The number of a new capturing group. */
uint32_t sl_regex_new_group(struct sl_regex_parser *p, struct sl_str name);

/* node.c */
struct sl_regex_node *sl_regex_node_new(struct sl_regex_parser *p, enum sl_regex_node_op op);
/* A class, or the code point that it comes down to. The class is clean. */
struct sl_regex_node *sl_regex_node_class(struct sl_regex_parser *p, struct sl_regex_class c);
struct sl_regex_node *sl_regex_node_repeat(struct sl_regex_parser *p, struct sl_regex_node *sub,
					   int32_t min, int32_t max, bool lazy);
struct sl_regex_node *sl_regex_node_group(struct sl_regex_parser *p, struct sl_regex_node *sub,
					  uint32_t group);
/* Of a list; NULL is the empty text, one of one is that. */
struct sl_regex_node *sl_regex_node_concat(struct sl_regex_parser *p, struct sl_regex_node *last);
struct sl_regex_node *sl_regex_node_alternate(struct sl_regex_parser *p,
					      struct sl_regex_node *last);
/* Append `n` to the alternatives at `*list`: what takes one code point becomes a common class. */
void sl_regex_node_add_alternative(struct sl_regex_parser *p, struct sl_regex_node **list,
				   struct sl_regex_node *n);
/* Height and size within the limits, or Go's failures. */
int sl_regex_node_check(struct sl_regex_parser *p, const struct sl_regex_node *n) SL_MUST_CHECK;

#endif
