/*
 * The TOML decoder's parts: toml.c has tables and keys, toml_value.c values, toml_scan.c characters, strings
 * and errors. Inner header of the TOML module.
 */
#ifndef LIBCOMMON_CODEC_TOML_READER_H
#define LIBCOMMON_CODEC_TOML_READER_H

#include "libcommon/base/strbuf.h"
#include "libcommon/base/strmap.h"
#include "libcommon/codec/toml.h"

#define SL_TOML_KEY_PARTS_MAX 512
/* What peeking gives at the end, as the original has it, and when something was wrong. */
#define SL_TOML_EOF 0
#define SL_TOML_BROKEN UINT32_MAX

/* The parts of a dotted key, in the arena. */
struct sl_toml_key {
	struct sl_str *parts;
	size_t n;
};

struct sl_toml_reader {
	struct sl_arena *a;
	struct sl_str text;
	size_t pos, line;
	size_t key_line; /* where the last key begins */
	size_t depth;
	sl_toml_datetime_fn is_datetime;
	struct sl_toml *root;
	/* The table in scope: room for SL_TOML_KEY_PARTS_MAX. */
	struct sl_toml_key context;
	struct sl_toml_key scratch; /* of the same size, for keys being read */
	struct sl_str key;	    /* in it, for messages */
	/* By the text of their whole key: tables nobody wrote out, and keys that hold arrays. */
	struct sl_strmap implicit, arrays;
	struct sl_err *err;
	int code; /* of the first error, 0 without */
};

/* Fail at a line; false always. Only the first failure counts. */
bool sl_toml_fail(struct sl_toml_reader *t, size_t line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* At the place of reading. */
#define sl_toml_fail_here(t, ...) sl_toml_fail((t), (t)->line, __VA_ARGS__)
/* The same for `c`, which was read: the end of the text is told for its last line. */
#define sl_toml_fail_read(t, c, ...) sl_toml_fail((t), sl_toml_line_of((t), (c)), __VA_ARGS__)
size_t sl_toml_line_of(const struct sl_toml_reader *t, uint32_t c);
bool sl_toml_too_large(struct sl_toml_reader *t, const char *what);

/* The character at the place of reading; EOF, or BROKEN when it may not stand in TOML. */
uint32_t sl_toml_peek(struct sl_toml_reader *t);
/* Go past it. */
uint32_t sl_toml_next(struct sl_toml_reader *t);
bool sl_toml_skip_blanks(struct sl_toml_reader *t);
bool sl_toml_skip_comment(struct sl_toml_reader *t);
/* `c` as Go's %q shows a character; valid until the next call. */
const char *sl_toml_show(struct sl_toml_reader *t, uint32_t c);

/* At the opening quote: the text. `multi`: three quotes may begin a text of several lines. */
bool sl_toml_read_string(struct sl_toml_reader *t, bool multi, struct sl_str *ret);

/* "a.b" = : the key's parts, and behind the sign. */
bool sl_toml_read_key(struct sl_toml_reader *t, struct sl_toml_key *ret);
/* One part of a key, bare or in quotes. */
bool sl_toml_read_part(struct sl_toml_reader *t, struct sl_str *ret);
/* One part more, of the context or the scratch. */
bool sl_toml_push(struct sl_toml_reader *t, struct sl_toml_key *key, struct sl_str part);
/* A copy of its own size. */
struct sl_toml_key sl_toml_key_copy(struct sl_toml_reader *t, const struct sl_toml_key *key);
/* The first `n` parts as the decoder writes them. */
struct sl_str sl_toml_key_text(struct sl_toml_reader *t, const struct sl_toml_key *key, size_t n);

/* A value, of the current key. */
bool sl_toml_read_value(struct sl_toml_reader *t, bool in_array, struct sl_toml **ret);

/* Make `key` (from the top) the context: a new table, or a new one of an array of tables. */
bool sl_toml_enter(struct sl_toml_reader *t, const struct sl_toml_key *key, bool array);
/* A key of the context gets its value. */
bool sl_toml_set(struct sl_toml_reader *t, struct sl_str key, struct sl_toml *value);
/* What a key of the context, or itself when `key` is empty, was last seen to be. */
bool sl_toml_note(struct sl_toml_reader *t, struct sl_str key, bool is_array);
/* The context goes into the tables that the first parts of a dotted key name. */
bool sl_toml_enter_parts(struct sl_toml_reader *t, const struct sl_toml_key *key);

struct sl_toml *sl_toml_new(struct sl_toml_reader *t, enum sl_toml_kind kind);
void sl_toml_put(struct sl_arena *a, struct sl_toml *table, struct sl_str key,
		 struct sl_toml *value);
void sl_toml_append(struct sl_arena *a, struct sl_toml *list, struct sl_toml *item);

#endif
