/*
 * What a JSONPath template is parsed into. Private to jsonpath_parse.c, which makes it, and jsonpath.c,
 * which walks it.
 */
#ifndef LIBCOMMON_CODEC_JSONPATH_NODE_H
#define LIBCOMMON_CODEC_JSONPATH_NODE_H

#include "libcommon/codec/jsonpath.h"

enum jsonpath_type {
	JSONPATH_LIST,	  /* one {action}: nodes one behind the other */
	JSONPATH_TEXT,	  /* between actions, or quoted */
	JSONPATH_LITERAL, /* a number or a boolean */
	JSONPATH_WORD,	  /* "range", "end" */
	JSONPATH_FIELD,
	JSONPATH_ARRAY,
	JSONPATH_FILTER,
	JSONPATH_WILDCARD,
	JSONPATH_RECURSIVE,
	JSONPATH_UNION,
};

/* [from:to:step]; `derived`: it was [from], so that `to` is one more. */
struct jsonpath_slice {
	int64_t from, to, step;
	bool has_from, has_to, has_step, derived;
};

struct jsonpath_node {
	enum jsonpath_type type;
	struct sl_str text;	/* TEXT, WORD, FIELD, the operator of a FILTER */
	struct sl_value *value; /* TEXT, LITERAL: what it gives */
	struct jsonpath_slice slice;
	/* LIST: its nodes; UNION: its lists; FILTER: left and right, or what must be there alone. */
	struct jsonpath_node **nodes;
	size_t n, cap;
};

struct sl_jsonpath {
	struct jsonpath_node *root;
};

#endif
