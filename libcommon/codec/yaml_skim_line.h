/*
 * What the two files of the skimmer share: the cursor, and the scalars that it takes. Private to
 * codec/yaml_skim*.c.
 */
#ifndef LIBCOMMON_CODEC_YAML_SKIM_LINE_H
#define LIBCOMMON_CODEC_YAML_SKIM_LINE_H

#include "libcommon/codec/yaml_skim.h"

struct sl_yaml_skim_cursor {
	const char *p, *begin, *end; /* of the text */
	const char *eol;	     /* of the current line */
	uint32_t line;		     /* its number, from 0 */
};

/* The current line is the one that begins at `from`. */
void sl_yaml_skim_line(struct sl_yaml_skim_cursor *s, const char *from);
static inline void sl_yaml_skim_spaces(struct sl_yaml_skim_cursor *s)
{
	const char *p = s->p;

	while (p < s->eol && *p == ' ')
		p++;
	s->p = p;
}

/*
 * Each takes what stands at the cursor, to its end, or says false. `e` is filled. With `lines` text may go
 * on in the next lines: what is plain as long as they are indented deeper than `indent`.
 */
bool sl_yaml_skim_comment(struct sl_yaml_skim_cursor *s); /* from its '#' to the end of the line */
bool sl_yaml_skim_end(struct sl_yaml_skim_cursor *s);	  /* nothing but space and a comment */
bool sl_yaml_skim_quoted(struct sl_yaml_skim_cursor *s, bool lines, struct sl_yaml_skimmed *e);
bool sl_yaml_skim_plain(struct sl_yaml_skim_cursor *s, size_t indent, struct sl_yaml_skimmed *e);
bool sl_yaml_skim_block(struct sl_yaml_skim_cursor *s, size_t indent, struct sl_yaml_skimmed *e);
/* A word of a flow list or map. */
bool sl_yaml_skim_word(struct sl_yaml_skim_cursor *s, struct sl_yaml_skimmed *e);
/* A key and its colon, behind which is space or the line's end; otherwise the cursor stays. */
bool sl_yaml_skim_key(struct sl_yaml_skim_cursor *s, struct sl_yaml_skimmed *e);

#endif
