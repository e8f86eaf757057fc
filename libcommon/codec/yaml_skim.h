/*
 * Plain YAML read without a parser. Inner header of the YAML module, and for who only asks whether a
 * text is YAML and what a few of its fields hold.
 *
 * This reads a part of YAML in which nothing has two meanings: block maps and lists, words, text in
 * quotes, block text, text over several lines, flow lists and maps of words within a line. What is not
 * surely in that part (anchors, tags, documents, tabs, and every mistake) it leaves to libyaml. What it
 * does tell is what libyaml's events tell: the fuzz target holds one against the other.
 *
 * It goes by lines, as such texts are written: ten times as fast as a parser that looks at each
 * character for what it might begin.
 *
 * Thread rule: pure functions. Source: YAML 1.1 as libyaml scans it.
 */
#ifndef LIBCOMMON_CODEC_YAML_SKIM_H
#define LIBCOMMON_CODEC_YAML_SKIM_H

#include "libcommon/base/strbuf.h"

#define SL_YAML_SKIM_BYTES_MAX ((size_t)4 << 20)
#define SL_YAML_SKIM_DEPTH_MAX 64     /* of maps and lists */
#define SL_YAML_SKIM_FLOW_DEPTH_MAX 9 /* of those within a line */

enum sl_yaml_skim_kind {
	SL_YAML_SKIM_MAP,
	SL_YAML_SKIM_LIST,
	SL_YAML_SKIM_END, /* of the innermost map or list */
	SL_YAML_SKIM_KEY, /* its value follows */
	SL_YAML_SKIM_SCALAR,
};

enum sl_yaml_skim_style {
	SL_YAML_SKIM_PLAIN,
	SL_YAML_SKIM_SINGLE_QUOTED,
	SL_YAML_SKIM_DOUBLE_QUOTED,
	SL_YAML_SKIM_LITERAL,
	SL_YAML_SKIM_FOLDED,
};

struct sl_yaml_skimmed {
	uint8_t kind;	 /* enum sl_yaml_skim_kind */
	uint8_t style;	 /* KEY, SCALAR: enum sl_yaml_skim_style */
	bool flow;	 /* MAP, LIST */
	bool as_is;	 /* KEY, SCALAR: what it stands for is `from` and `n` */
	char chomp;	 /* of block text: '-', '+' or 0 */
	uint32_t line;	 /* from 0 */
	uint32_t indent; /* of block text: the column of its first line; 0 when it has none */
	/* As written, a place in the text: without quotes; of block text all lines below its header. */
	uint32_t from, n;
};

/* False: leave the text to the parser. */
typedef bool (*sl_yaml_skim_fn)(void *ctx, const struct sl_yaml_skimmed *e);

/*
 * Call `take` with what is in the text, in order. False when it is not in that part of YAML, which may
 * turn out at its last byte, or when `take` said so. True: it is one document, and its root is a map.
 */
bool sl_yaml_skim(struct sl_str text, sl_yaml_skim_fn take, void *ctx);

/* Append the text that a KEY or SCALAR of `text` stands for. */
void sl_yaml_skim_text(struct sl_str text, const struct sl_yaml_skimmed *e, struct sl_strbuf *out);

#endif
