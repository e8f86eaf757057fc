/*
 * The value tree: what JSON and YAML documents, Kubernetes objects and template values are.
 *
 * Every node lives in an arena and is freed with it; strings are counted and may hold NULs; maps keep
 * the order of insertion and are indexed once they have more than SL_MAP_INDEX_MIN members; integers,
 * floats and verbatim number literals are kept apart, so that nothing is lost between reading and
 * writing. A node parsed from a file knows its line (and file), so that an error can name the place.
 *
 *   kind        payload
 *   NULL        -
 *   BOOL        b
 *   INT         i         fits int64
 *   FLOAT       f         finite
 *   NUMBER      s         a literal that neither holds exactly: 1e400, 18446744073709551615
 *   STRING      s         UTF-8
 *   LIST        list      items[0..n)
 *   MAP         map       members[0..n), keys unique
 *
 * Read the fields directly; change lists and maps only through the functions below. A NULL node
 * pointer is accepted by every query and stands for "absent". One node may stand in several places
 * of a tree only while nobody changes it: sl_value_copy() before mutation.
 *
 * Ownership: all memory belongs to the arena given; strings handed in are copied unless the function
 * name says `borrow`. Thread rule: one writer at a time; any number of readers of a finished tree.
 */
#ifndef LIBCOMMON_CODEC_VALUE_H
#define LIBCOMMON_CODEC_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/err.h"
#include "libcommon/base/str.h"

#define SL_MAP_INDEX_MIN 12

enum sl_value_kind {
	SL_V_NULL,
	SL_V_BOOL,
	SL_V_INT,
	SL_V_FLOAT,
	SL_V_NUMBER,
	SL_V_STRING,
	SL_V_LIST,
	SL_V_MAP,
};

struct sl_value;
struct sl_map_index;

struct sl_member {
	struct sl_str key;
	struct sl_value *value; /* never NULL */
	uint32_t line;		/* of the key, 0 unknown */
};

struct sl_value {
	enum sl_value_kind kind : 8;
	/* LIST, MAP: read from YAML in brackets or braces. MAP: a key was repeated, and left out; or
	 * the maps under it were joined, see yaml.h. */
	bool flow : 1, repeated : 1, joined : 1;
	uint32_t line;	  /* in `file`, from 1; 0 unknown */
	const char *file; /* NULL unknown; lives in the arena or longer */
	union {
		bool b;
		int64_t i;
		double f;
		struct sl_str s;
		/* STRING: in quotes or a block where it was read from YAML. Beside `s`. The next two
		 * only as `keep_marks` of yaml.h asks for them: text in the style ">", and a date. The last
		 * is never read: it is what its text reads as without quotes, see sl_yaml_read_back(). */
		struct {
			struct sl_str text_;
			bool quoted, folded, timestamp, untyped;
		};
		/* NULL, BOOL, INT and FLOAT read from YAML: as they were written there ("", "~",
		 * "010", "1.10"), for the tools that go by the text. Empty when made otherwise. */
		struct {
			uint64_t payload_;
			struct sl_str written;
		};
		struct {
			struct sl_value **items;
			size_t n, cap;
		} list;
		struct {
			struct sl_member *members;
			size_t n, cap;
			struct sl_map_index *index;
		} map;
	};
};

/* Constructors. */
struct sl_value *sl_value_null(struct sl_arena *a);
struct sl_value *sl_value_bool(struct sl_arena *a, bool b);
struct sl_value *sl_value_int(struct sl_arena *a, int64_t i);
struct sl_value *sl_value_float(struct sl_arena *a, double f);
struct sl_value *sl_value_number(struct sl_arena *a, struct sl_str literal);
struct sl_value *sl_value_str(struct sl_arena *a, struct sl_str s);
struct sl_value *sl_value_strz(struct sl_arena *a, const char *s);
struct sl_value *sl_value_str_borrow(struct sl_arena *a, struct sl_str s);
struct sl_value *sl_value_strf(struct sl_arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
struct sl_value *sl_value_list(struct sl_arena *a);
struct sl_value *sl_value_map(struct sl_arena *a);
/* A deep copy into `a`, lines and files included. NULL gives NULL. */
struct sl_value *sl_value_copy(struct sl_arena *a, const struct sl_value *v);
/* The same, to be kept for long: into an arena that holds nothing, and not a byte more than needed. */
struct sl_value *sl_value_pack(struct sl_arena *a, const struct sl_value *v);

/* Kinds; false for NULL. */
bool sl_is_map(const struct sl_value *v);
bool sl_is_list(const struct sl_value *v);
bool sl_is_str(const struct sl_value *v);
bool sl_is_quoted(const struct sl_value *v);		  /* a string in quotes or a block */
bool sl_is_null(const struct sl_value *v);		  /* also true for an absent (NULL) node */
const char *sl_value_kind_name(const struct sl_value *v); /* "map", "string", … for messages */

/* The string, or the empty view when `v` is absent or no string. */
struct sl_str sl_as_str(const struct sl_value *v);
/* A NUL-terminated copy in the arena, or NULL when absent or no string. */
char *sl_as_strz(struct sl_arena *a, const struct sl_value *v);
bool sl_as_bool(const struct sl_value *v, bool otherwise);
int64_t sl_as_int(const struct sl_value *v, int64_t otherwise); /* INT, or FLOAT without fraction */

/* Maps. sl_map_get: NULL when `map` is absent, no map, or has no such key. */
struct sl_value *sl_map_get(const struct sl_value *map, struct sl_str key);
struct sl_member *sl_map_member(const struct sl_value *map, struct sl_str key);
/* Descend by keys: sl_get(obj, "spec", "ref", "branch"). */
struct sl_value *sl_value_get(const struct sl_value *v, const char *const *keys);
#define sl_get(v, ...) sl_value_get((v), (const char *const[]){ __VA_ARGS__, NULL })
#define sl_get_str(v, ...) sl_as_str(sl_get((v), __VA_ARGS__))
#define sl_get_bool(v, otherwise, ...) sl_as_bool(sl_get((v), __VA_ARGS__), (otherwise))
#define sl_get_int(v, otherwise, ...) sl_as_int(sl_get((v), __VA_ARGS__), (otherwise))

/* Replace in place, or append. The value is taken as it is, the key copied. `value` not NULL. */
void sl_map_set(struct sl_arena *a, struct sl_value *map, struct sl_str key,
		struct sl_value *value);
#define sl_map_setz(a, map, key, value) sl_map_set((a), (map), sl_str(key), (value))
/*
 * For parsers: make `members`, whose keys and array live in the arena, the content of the empty map.
 * Returns NULL, or the first member whose key came before: then the map must not be used.
 */
const struct sl_member *sl_map_adopt(struct sl_arena *a, struct sl_value *map,
				     struct sl_member *members, size_t n);
/* What an adopted map of `n` members takes from the arena for its index. */
size_t sl_map_index_bytes(size_t n);
void sl_map_set_strz(struct sl_arena *a, struct sl_value *map, const char *key, const char *s);
void sl_map_set_str(struct sl_arena *a, struct sl_value *map, const char *key, struct sl_str s);
void sl_map_set_int(struct sl_arena *a, struct sl_value *map, const char *key, int64_t i);
void sl_map_set_bool(struct sl_arena *a, struct sl_value *map, const char *key, bool b);
/* The map (list) under `key`, made and put there when absent or of another kind. */
struct sl_value *sl_map_need_map(struct sl_arena *a, struct sl_value *map, const char *key);
struct sl_value *sl_map_need_list(struct sl_arena *a, struct sl_value *map, const char *key);
/* Remove, keeping the order of the rest. False when it was not there. */
bool sl_map_remove(struct sl_value *map, struct sl_str key);
/* Set every member of `from`; the values are shared. */
void sl_map_add_all(struct sl_arena *a, struct sl_value *map, const struct sl_value *from);
/* Sort members bytewise by key, recursively: the order of Go's encoding/json. */
void sl_value_sort(struct sl_value *v);
/* The members in that order, to be freed; NULL when they are in it already. */
const struct sl_member **sl_map_order(const struct sl_value *map);
/* The same in the order of `cmp`. */
const struct sl_member **sl_map_order_by(const struct sl_value *map,
					 int (*cmp)(struct sl_str x, struct sl_str y));

/* Lists. */
struct sl_value *sl_list_get(const struct sl_value *list, size_t index); /* NULL out of range */
size_t sl_list_len(const struct sl_value *list);			 /* 0 when no list */
size_t sl_map_len(const struct sl_value *map);				 /* 0 when no map */
void sl_list_push(struct sl_arena *a, struct sl_value *list, struct sl_value *item);
void sl_list_push_strz(struct sl_arena *a, struct sl_value *list, const char *s);
void sl_list_insert(struct sl_arena *a, struct sl_value *list, size_t index, struct sl_value *item);
void sl_list_remove(struct sl_value *list, size_t index);

/*
 * Deep equality as Kubernetes sees it: maps regardless of order, numbers by value (1 equals 1.0),
 * an absent node equals only an absent node.
 */
bool sl_value_equal(const struct sl_value *x, const struct sl_value *y);

/* Set err's origin to the node's place (file, line) and `field`. `v`, `field`, `err` may be NULL. */
void sl_value_err_at(const struct sl_value *v, const char *field, struct sl_err *err);
/* sl_err_set() and sl_value_err_at() at once; returns `code`, also without `err`. */
int sl_value_err_set(struct sl_err *err, const struct sl_value *v, const char *field,
		     enum sl_err_code code, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
#if defined(__clang_analyzer__) && !defined(SL_VALUE_IMPLEMENTATION)
#define sl_value_err_set(...) SL_NEGATIVE_(sl_value_err_set(__VA_ARGS__))
#endif

#endif
