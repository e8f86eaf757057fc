/*
 * Private to lang/regex: the tree that a pattern is parsed to, and the classes of code points in it.
 *
 * Everything lies in the parser's arena. Siblings are linked from the last to the first, which is how
 * parsing makes them and compiling wants them.
 */
#ifndef LIBCOMMON_LANG_REGEX_TREE_H
#define LIBCOMMON_LANG_REGEX_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/err.h"
#include "libcommon/base/str.h"

#define SL_REGEX_RUNE_MAX 0x10ffffu

/* Code points, both included. */
struct sl_regex_range {
	uint32_t lo, hi;
};

/* A set of code points. Most functions want it clean: sorted, no two ranges overlap or touch. */
struct sl_regex_class {
	struct sl_regex_range *v;
	size_t n, cap;
};

/* Add [lo, hi]. The arena being full, which its owner checks, ranges may be left out. */
void sl_regex_class_add(struct sl_arena *a, struct sl_regex_class *c, uint32_t lo, uint32_t hi);
void sl_regex_class_add_all(struct sl_arena *a, struct sl_regex_class *c,
			    const struct sl_regex_class *from);
void sl_regex_class_clean(struct sl_regex_class *c);
/* Of a clean class; the result is clean. */
void sl_regex_class_negate(struct sl_arena *a, struct sl_regex_class *c);
/* Add all that simple case folding makes equal. The result is clean. */
void sl_regex_class_fold(struct sl_arena *a, struct sl_regex_class *c);
/* In a clean class. */
bool sl_regex_class_has(const struct sl_regex_range *v, size_t n, uint32_t rune);

/* Add the class called `name`: "d" (of \d), "[:alpha:]"; false when there is none of that name. */
bool sl_regex_class_add_ascii(struct sl_arena *a, struct sl_regex_class *c, struct sl_str name);
/* The same of \p{name}: a script or category, spelled as Go takes it. */
bool sl_regex_class_add_unicode(struct sl_arena *a, struct sl_regex_class *c, struct sl_str name);

enum sl_regex_node_op {
	SL_REGEX_EMPTY,	 /* matches the empty text */
	SL_REGEX_RUNE,	 /* one code point, or with `fold` what is equal to it */
	SL_REGEX_CLASS,	 /* one of a class */
	SL_REGEX_LOOK,	 /* an assertion */
	SL_REGEX_GROUP,	 /* captures */
	SL_REGEX_REPEAT, /* min to max times, max < 0: without end */
	SL_REGEX_CONCAT,
	SL_REGEX_ALTERNATE,
};

/* Assertions, also as bits of what holds at a place in the text. */
enum sl_regex_look {
	SL_REGEX_BEGIN_LINE = 1,
	SL_REGEX_END_LINE = 2,
	SL_REGEX_BEGIN_TEXT = 4,
	SL_REGEX_END_TEXT = 8,
	SL_REGEX_WORD_BOUNDARY = 16,
	SL_REGEX_NO_WORD_BOUNDARY = 32,
};

struct sl_regex_node {
	enum sl_regex_node_op op;
	bool fold;     /* RUNE */
	bool lazy;     /* REPEAT */
	bool nullable; /* can match the empty text */
	/* RUNE, or CONCAT of such, all with the same `fold`: one level of Go's tree. */
	bool is_string;
	uint32_t rune;
	enum sl_regex_look look;
	int32_t min, max;
	uint32_t group;
	struct sl_regex_class class;
	uint32_t set;		     /* once compiled: the number of its set, plus one */
	struct sl_regex_node *last;  /* of the children */
	struct sl_regex_node *first; /* of CONCAT and ALTERNATE */
	struct sl_regex_node *prev;  /* sibling */
	uint32_t height;
	uint32_t repeats; /* the largest product of counts on a way down */
	uint64_t size;	  /* states it will compile to, at most */
};

struct sl_regex_tree {
	struct sl_regex_node *root;
	uint32_t groups;      /* without group 0 */
	struct sl_str *names; /* of the groups 0 to `groups`, views of the pattern */
};

/*
 * Parse `pattern`; the tree lies in `a`, which has a limit. Errors as of sl_regex_compile().
 */
int sl_regex_parse(struct sl_arena *a, struct sl_str pattern, struct sl_regex_tree *ret,
		   struct sl_err *err) SL_MUST_CHECK;

#endif
