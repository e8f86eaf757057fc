/*
 * Values of Go's types, as text/template and the functions of templates see them.
 *
 * Templates tell an int from an int64, a nil from an absent value and a []string from a
 * []interface {}: printf "%T", typeOf, kindIs, comparisons and error texts depend on it. So a value is
 * its dynamic type and a payload, passed by value; an interface holding something is that something.
 *
 *   type                         payload
 *   NULL                         -      reflect's zero Value: no value at all, printed "<no value>"
 *   sl_go_any                    -      an interface that holds nil (what a missing key gives)
 *   kind BOOL                    b
 *   kinds INT..INT64             i      within the range of the type
 *   kinds UINT..UINT64           u      likewise
 *   kinds FLOAT32, FLOAT64       f      infinities and NaN may occur
 *   kind COMPLEX128              c      real and imaginary part
 *   kind STRING                  s      any bytes
 *   sl_go_bytes ([]uint8)        s
 *   other types of kind SLICE    list   NULL is the nil slice
 *   kind MAP (keys are strings)  map    NULL is the nil map
 *   STRUCT                       ptr    what the type says
 *   POINTER (to a struct)        ptr    as of the struct; NULL is the nil pointer
 *   FUNC                         ptr    a const struct sl_go_func; NULL is the nil function
 *
 * Maps are references, as Go's are: who changes one changes it for all that hold it. Lists are never
 * changed once another value may hold them: a function that appends makes a new one.
 *
 * Ownership: lists, maps, strings and what `ptr` points at live in the arena of the rendering, or
 * longer. Thread rule: one thread at a time for a map that may be changed; types are constant.
 */
#ifndef LIBCOMMON_LANG_TEMPLATE_GOVAL_H
#define LIBCOMMON_LANG_TEMPLATE_GOVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/err.h"
#include "libcommon/base/str.h"
#include "libcommon/base/strbuf.h"
#include "libcommon/codec/value.h"

/* reflect.Kind, in its order. */
enum sl_go_kind {
	SL_GO_INVALID,
	SL_GO_BOOL,
	SL_GO_INT,
	SL_GO_INT8,
	SL_GO_INT16,
	SL_GO_INT32,
	SL_GO_INT64,
	SL_GO_UINT,
	SL_GO_UINT8,
	SL_GO_UINT16,
	SL_GO_UINT32,
	SL_GO_UINT64,
	SL_GO_FLOAT32,
	SL_GO_FLOAT64,
	SL_GO_COMPLEX128, /* only from constants in templates, for fmt to print */
	SL_GO_FUNC,
	SL_GO_INTERFACE,
	SL_GO_MAP,
	SL_GO_POINTER,
	SL_GO_SLICE,
	SL_GO_STRING,
	SL_GO_STRUCT,
};

struct sl_goval;
struct sl_go_func;

/* A field of a struct type: `get` reads it from what `ptr` points at. */
struct sl_go_field {
	const char *name;
	struct sl_goval (*get)(struct sl_arena *a, const void *ptr);
	/* In JSON (sl_goval_to_value): its name, NULL for `name`, "-" to leave it out. */
	const char *json;
	bool omit_empty;
	bool promoted; /* that of an embedded struct, which is a field itself: fmt leaves it out */
};

struct sl_go_type {
	enum sl_go_kind kind;
	const char *name;		  /* as printf "%T" prints it: "map[string]interface {}" */
	const struct sl_go_type *elem;	  /* of SLICE, MAP and POINTER */
	const struct sl_go_field *fields; /* of STRUCT, up to one without a name; may be NULL */
	/*
	 * Likewise. The receiver is the first argument of the call, which `params` and `count` leave
	 * out. A POINTER has the methods of its elem as well.
	 */
	const struct sl_go_func *methods;
	/* What fmt prints for it: its String or Error method. NULL when it has neither. */
	void (*string)(const struct sl_goval *v, struct sl_strbuf *out);
	/* What %#v prints for it: its GoString method. NULL when it has none. */
	void (*go_string)(const struct sl_goval *v, struct sl_strbuf *out);
	/*
	 * What a function is given in its place: the methods of a struct that is reached through a pointer
	 * are those of the pointer, and a copy has none of them. NULL: it is given as it is.
	 */
	const struct sl_go_type *as_argument;
	/* What encoding/json writes for it: its MarshalJSON method. NULL when it has none. */
	int (*json)(struct sl_arena *a, const struct sl_goval *v, struct sl_value **ret,
		    struct sl_err *err);
};

struct sl_go_list;
struct sl_go_map;

struct sl_goval {
	const struct sl_go_type *type;
	union {
		bool b;
		int64_t i;
		uint64_t u;
		double f;
		double c[2];
		struct sl_str s;
		struct sl_go_list *list;
		struct sl_go_map *map;
		void *ptr;
	};
};

/* The items of a []string are values of type string, and so on. Constant once shared. */
struct sl_go_list {
	struct sl_goval *items;
	size_t n, cap;
};

extern const struct sl_go_type sl_go_any;  /* interface {}; of a value: nil */
extern const struct sl_go_type sl_go_bool; /* bool */
extern const struct sl_go_type sl_go_int;  /* int */
extern const struct sl_go_type sl_go_int8, sl_go_int16, sl_go_int32, sl_go_int64;
extern const struct sl_go_type sl_go_uint; /* uint */
extern const struct sl_go_type sl_go_uint8, sl_go_uint16, sl_go_uint32, sl_go_uint64;
extern const struct sl_go_type sl_go_float32, sl_go_float64, sl_go_complex128;
extern const struct sl_go_type sl_go_string;	 /* string */
extern const struct sl_go_type sl_go_bytes;	 /* []uint8 */
extern const struct sl_go_type sl_go_slice;	 /* []interface {} */
extern const struct sl_go_type sl_go_strings;	 /* []string */
extern const struct sl_go_type sl_go_ints;	 /* []int */
extern const struct sl_go_type sl_go_map;	 /* map[string]interface {} */
extern const struct sl_go_type sl_go_string_map; /* map[string]string */
extern const struct sl_go_type sl_go_error;	 /* *errors.errorString; ptr: a struct sl_str */

/* Makers. Texts are borrowed, as every payload is. */
#define SL_GO_NONE ((struct sl_goval){ .type = NULL })
#define SL_GO_NIL ((struct sl_goval){ .type = &sl_go_any })
struct sl_goval sl_goval_bool(bool b);
struct sl_goval sl_goval_int(int64_t i);   /* an int */
struct sl_goval sl_goval_int64(int64_t i); /* an int64 */
struct sl_goval sl_goval_float(double f);  /* a float64 */
static inline struct sl_goval sl_goval_str(struct sl_str s)
{
	return (struct sl_goval){ .type = &sl_go_string, .s = s };
}
struct sl_goval sl_goval_strz(const char *s);
struct sl_goval sl_goval_bytes(struct sl_str s);
struct sl_goval sl_goval_map(struct sl_go_map *m);   /* map[string]interface {} */
struct sl_goval sl_goval_list(struct sl_go_list *l); /* []interface {} */

/* Nothing, or an interface, pointer, map, slice or function that is nil. */
bool sl_goval_is_nil(struct sl_goval v);
static inline enum sl_go_kind sl_goval_kind(struct sl_goval v) /* INVALID without a type */
{
	return v.type ? v.type->kind : SL_GO_INVALID;
}
/* "int", "map", "slice", "ptr": reflect.Kind.String(); "invalid" without a type. */
const char *sl_go_kind_name(enum sl_go_kind kind);
/* The type's name, "<nil>" for NONE and NIL: what printf "%T" prints. */
const char *sl_goval_type_name(struct sl_goval v);
/* Whether a value of type `from` may stand where `to` is declared. */
bool sl_go_type_assignable(const struct sl_go_type *from, const struct sl_go_type *to);
/* What `if` goes by: nothing, nil, false, zero and whatever has no items is false. */
bool sl_goval_truth(struct sl_goval v);
bool sl_go_kind_is_int(enum sl_go_kind kind); /* signed */
bool sl_go_kind_is_uint(enum sl_go_kind kind);
bool sl_go_kind_is_float(enum sl_go_kind kind);

/* Lists. A new one is empty, with room for `cap`. */
struct sl_go_list *sl_go_list_new(struct sl_arena *a, size_t cap);
void sl_go_list_push(struct sl_arena *a, struct sl_go_list *l, struct sl_goval item);
size_t sl_go_list_len(const struct sl_go_list *l); /* 0 for NULL */
/* Item of any SLICE value, a []uint8 included. `index` is below the length. */
struct sl_goval sl_goval_item(struct sl_goval slice, size_t index);
size_t sl_goval_len(struct sl_goval v); /* of SLICE, MAP, STRING; else 0 */

/* Maps. Keys are copied on insertion. */
struct sl_go_map *sl_go_map_new(struct sl_arena *a);
/* With room for so many at once. */
struct sl_go_map *sl_go_map_new_for(struct sl_arena *a, size_t count);
size_t sl_go_map_len(const struct sl_go_map *m); /* 0 for NULL */
/* NULL when there is none; valid until the map is changed. */
const struct sl_goval *sl_go_map_get(const struct sl_go_map *m, struct sl_str key);
void sl_go_map_set(struct sl_arena *a, struct sl_go_map *m, struct sl_str key, struct sl_goval v);
/* The same with a key that lives as long as the map. */
void sl_go_map_set_borrow(struct sl_arena *a, struct sl_go_map *m, struct sl_str key,
			  struct sl_goval v);
bool sl_go_map_remove(struct sl_go_map *m, struct sl_str key);
struct sl_go_member {
	struct sl_str key;
	struct sl_goval value;
};
/*
 * All members in bytewise order of their keys: sl_go_map_len() of them, NULL without any. They are valid until
 * the map is changed, and lie in `a` when they had to be sorted.
 */
const struct sl_go_member *sl_go_map_sorted(struct sl_arena *a, const struct sl_go_map *m);
/* All keys in bytewise order: an array of sl_go_map_len() in `a`. */
struct sl_str *sl_go_map_keys(struct sl_arena *a, const struct sl_go_map *m);
/* In no order that means anything: `at` from 0 to below sl_go_map_len(). */
struct sl_str sl_go_map_key_at(const struct sl_go_map *m, size_t at);
const struct sl_goval *sl_go_map_value_at(const struct sl_go_map *m, size_t at);
void sl_go_map_replace_at(struct sl_go_map *m, size_t at, struct sl_goval v);
/* One level deep. NULL gives an empty one. */
struct sl_go_map *sl_go_map_copy(struct sl_arena *a, const struct sl_go_map *m);

/* reflect.DeepEqual; false as well for what is nested deeper than SL_GO_DEPTH_MAX. */
bool sl_goval_deep_equal(struct sl_goval x, struct sl_goval y);

/*
 * What Go has after decoding a document: numbers are float64 (`SL_GO_NUMBERS_FLOAT`, as the values of
 * charts), or int64 where they are written as integers (`SL_GO_NUMBERS_INT`, as --set and live objects).
 * A new tree; texts are borrowed from `v`. NULL and null give NIL.
 */
enum sl_go_numbers { SL_GO_NUMBERS_FLOAT, SL_GO_NUMBERS_INT };
struct sl_goval sl_goval_from_value(struct sl_arena *a, const struct sl_value *v,
				    enum sl_go_numbers numbers);
/*
 * What encoding/json would write of `v`, as a tree, in the order in which it writes: the keys of maps
 * sorted, []uint8 as base64, a whole float as an integer as long as Go writes no exponent. Bytes that are
 * no UTF-8 become U+FFFD, and of two keys that are one by that the last counts: what reads it back sees.
 * Errors: SL_ERR_INVALID with Go's text (functions, NaN, infinities, cycles, which is what nesting past
 * SL_GO_DEPTH_MAX counts as), SL_ERR_TOO_LARGE when the arena is full.
 */
#define SL_GO_DEPTH_MAX 1000
int sl_goval_to_value(struct sl_arena *a, struct sl_goval v, struct sl_value **ret,
		      struct sl_err *err) SL_MUST_CHECK;
/* The same with texts as they are, to be written with SL_JSON_GO. */
int sl_goval_to_json(struct sl_arena *a, struct sl_goval v, struct sl_value **ret,
		     struct sl_err *err) SL_MUST_CHECK;

#endif
