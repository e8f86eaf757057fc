/*
 * TOML in, as BurntSushi's decoder v1.6 reads it into Go's interface {}, with its messages:
 * `toml: line 3 (last key "a.b"): expected value but found "x" instead`.
 *
 * Dates and times stay text (their separators as capitals): the caller says which are good.
 *
 * Ownership: all in the arena given; strings may be views of the text. Thread rule: pure functions.
 * Source: TOML 1.0, and 1.1 where that decoder goes with it (newlines in inline tables, \e, \x, times
 * without seconds). Limits: below; past them SL_ERR_TOO_LARGE.
 */
#ifndef LIBCOMMON_CODEC_TOML_H
#define LIBCOMMON_CODEC_TOML_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/err.h"
#include "libcommon/base/str.h"
#include "libcommon/base/strbuf.h"

#define SL_TOML_BYTES_MAX ((size_t)8 << 20)
#define SL_TOML_DEPTH_MAX 256 /* arrays and inline tables within each other */

enum sl_toml_kind {
	SL_TOML_STRING,	  /* s */
	SL_TOML_INT,	  /* i */
	SL_TOML_FLOAT,	  /* f, may be infinite or NaN */
	SL_TOML_BOOL,	  /* b */
	SL_TOML_DATETIME, /* s */
	SL_TOML_ARRAY,	  /* list */
	SL_TOML_TABLE,	  /* table */
	SL_TOML_TABLES,	  /* list, of tables: [[a]] */
};

struct sl_toml;

struct sl_toml_member {
	struct sl_str key;
	struct sl_toml *value;
	struct sl_toml_member *next; /* in its bucket */
};

struct sl_toml {
	enum sl_toml_kind kind;
	union {
		struct sl_str s;
		int64_t i;
		double f;
		bool b;
		struct {
			struct sl_toml **items;
			size_t n, cap;
		} list;
		struct {
			struct sl_toml_member **buckets; /* lists of members, each key in one */
			size_t n, bucket_count;
		} table;
	};
};

typedef bool (*sl_toml_datetime_fn)(struct sl_str text);

/* Parse a document: *ret is a TABLE. Errors: SL_ERR_INVALID with the decoder's text, SL_ERR_TOO_LARGE. */
int sl_toml_parse(struct sl_arena *a, struct sl_str text, sl_toml_datetime_fn is_datetime,
		  const struct sl_toml **ret, struct sl_err *err) SL_MUST_CHECK;
/* The value of a key, or NULL. */
struct sl_toml *sl_toml_get(const struct sl_toml *table, struct sl_str key);

/* Whether a key may have this character without being quoted. */
bool sl_toml_is_bare(uint32_t c);
/* Append a key, quoted if it must be; and a text, quoted always. As BurntSushi's encoder writes them. */
void sl_toml_add_key(struct sl_strbuf *out, struct sl_str key);
void sl_toml_add_quoted(struct sl_strbuf *out, struct sl_str s);

#endif
