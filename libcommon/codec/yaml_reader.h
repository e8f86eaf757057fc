/*
 * The YAML parser's state and the parts that it is made of. Inner header of the YAML module.
 *
 * yaml_parse.c turns events into nodes, yaml_read_scalar.c gives scalars and keys their type and text,
 * yaml_read_map.c makes maps of their members: duplicates and merges. Events are libyaml's, or those that
 * yaml_read_plain.c makes of a text that the skimmer can read; where that leads to an error, libyaml has
 * the last word.
 */
#ifndef LIBCOMMON_CODEC_YAML_READER_H
#define LIBCOMMON_CODEC_YAML_READER_H

#include <yaml.h>

#include "libcommon/base/strmap.h"
#include "libcommon/codec/yaml.h"
#include "libcommon/codec/yaml_skim.h"

/* What an alias stands for, and what expanding it costs. */
struct sl_yaml_anchor {
	struct sl_value *value; /* NULL while the node is still being read */
	size_t nodes, height;
};

/* Members and items of the containers still open, see json.c. */
struct sl_yaml_pending {
	struct sl_member m;
	bool merge;
	const char *refused; /* "TYPE, key: KEY" where go_messages refuse the key; else NULL */
};

/* What the skimmer found, and how far it has been read. */
struct sl_yaml_plain {
	struct sl_yaml_skimmed *items; /* malloc'd, as are the others */
	size_t n, cap, at;
	yaml_event_type_t *ends; /* of what is open, innermost last */
	size_t depth, ends_cap;
	struct sl_strbuf text; /* of the current scalar, when it is not as in the source */
};

struct sl_yaml_reader {
	struct sl_arena *a;
	bool is_plain; /* events come from `plain`, not from `yaml` */
	struct sl_yaml_plain plain;
	yaml_parser_t yaml;
	yaml_event_t event; /* the current one */
	struct sl_str text;
	struct sl_yaml_options o;
	struct sl_strmap anchors;
	struct sl_yaml_pending *stack;
	size_t n, cap;
	size_t depth, deepest, nodes;
	bool syntax_failed; /* the error is one of syntax, or of an unknown anchor */
	struct sl_err *err;
};

/* Set the error, "line N: …", with its place; returns `code`. */
int sl_yaml_fail_at(struct sl_yaml_reader *y, enum sl_err_code code, size_t line, size_t column,
		    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* A mark's line, from 1. */
#define sl_yaml_line(y, mark) ((y)->o.lines_before + (mark).line + 1)
/* The same at the current event. */
#define sl_yaml_fail_here(y, code, ...) \
	sl_yaml_fail_at((y), (code), sl_yaml_line((y), (y)->event.start_mark), \
			(y)->event.start_mark.column + 1, __VA_ARGS__)

/* Whether the skimmer can read the text, in full. To be released either way. */
bool sl_yaml_plain_read(struct sl_yaml_plain *p, struct sl_str text);
void sl_yaml_plain_release(struct sl_yaml_plain *p);
/* The next of its events becomes the current one; its text is valid until the one after it. */
void sl_yaml_plain_next(struct sl_yaml_reader *y);

/* Give `v` the type and payload of the current scalar event. */
int sl_yaml_read_scalar(struct sl_yaml_reader *y, struct sl_value *v) SL_MUST_CHECK;
/* The current scalar event as a key; fills all but the value and the line. */
int sl_yaml_read_key(struct sl_yaml_reader *y, struct sl_yaml_pending *ret) SL_MUST_CHECK;
/* The same of what an alias at `mark` stands for, which is no list and no map. */
int sl_yaml_read_alias_key(struct sl_yaml_reader *y, const struct sl_value *v, yaml_mark_t mark,
			   struct sl_yaml_pending *ret) SL_MUST_CHECK;
/* Append `v` as Go's %#v prints what go-yaml v2 makes of it. */
void sl_yaml_add_go_syntax(const struct sl_value *v, struct sl_strbuf *out);
/* Make the members pending from `base` on the content of `map`, merges done, and drop them. */
int sl_yaml_read_map(struct sl_yaml_reader *y, struct sl_value *map, size_t base) SL_MUST_CHECK;

#endif
