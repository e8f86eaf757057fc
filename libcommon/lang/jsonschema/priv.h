/*
 * What the parts of lang/jsonschema share: documents (root.c), compiled schemas (compile.c), the
 * application of one to a value (check*.c), the tree of errors (error.c), formats, numbers, URLs.
 */
#ifndef LIBCOMMON_LANG_JSONSCHEMA_PRIV_H
#define LIBCOMMON_LANG_JSONSCHEMA_PRIV_H

#include "libcommon/base/strbuf.h"
#include "libcommon/base/strmap.h"
#include "libcommon/lang/jsonschema/jsonschema.h"
#include "libcommon/lang/regex/regex.h"

/* ---- numbers, exactly ---- */

/* (-1 if negative) * digits * 10^exponent; digits without zeros at either end, none for 0. */
struct sl_js_number {
	struct sl_str digits;
	int64_t exponent;
	bool negative;
};
/* INT, FLOAT or NUMBER; false for anything else, and for exponents that no one means. */
bool sl_js_number(struct sl_arena *a, const struct sl_value *v, struct sl_js_number *ret);
bool sl_js_number_is_integer(const struct sl_js_number *n);
int sl_js_number_cmp(const struct sl_js_number *x, const struct sl_js_number *y);
/* Whether x / y is an integer; y is not 0. */
bool sl_js_number_divides(const struct sl_js_number *x, const struct sl_js_number *y);
/* Clamped to int64. */
int64_t sl_js_number_int(const struct sl_js_number *n);
/* As messages have it: "12,345.5", "1×10⁰⁶". */
void sl_js_number_text(const struct sl_js_number *n, struct sl_strbuf *out);
/* "12,345" */
void sl_js_count_text(int64_t i, struct sl_strbuf *out);
uint64_t sl_js_value_hash(struct sl_arena *a, const struct sl_value *v);
/* Equality of JSON Schema: 1 equals 1.0. */
bool sl_js_value_equal(struct sl_arena *a, const struct sl_value *x, const struct sl_value *y);

/* ---- texts ---- */

void sl_js_quote(struct sl_str s, struct sl_strbuf *out); /* 'it\'s' */
struct sl_str sl_js_quoted(struct sl_arena *a, struct sl_str s);
/* POINTER/escaped-token */
struct sl_str sl_js_pointer(struct sl_arena *a, struct sl_str pointer, struct sl_str token);
struct sl_str sl_js_pointer_index(struct sl_arena *a, struct sl_str pointer, size_t index);
struct sl_str sl_js_format(struct sl_arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- URLs, as Go's net/url has them ---- */

/* What is wrong with `s`, as url.Parse says it, appended; true when nothing is. */
bool sl_js_url_check(struct sl_str s, struct sl_strbuf *out);
bool sl_js_url_is_absolute(struct sl_str s);
/* The host of "//host:port", with its brackets; empty without. */
struct sl_str sl_js_url_host(struct sl_str s);
struct sl_str sl_js_url_path(struct sl_str s);
/* Against an absolute base; neither has a fragment. */
struct sl_str sl_js_url_join(struct sl_arena *a, struct sl_str base, struct sl_str reference);
/* Split at the first '#'. */
void sl_js_url_split(struct sl_str s, struct sl_str *ret_url, struct sl_str *ret_fragment);
bool sl_js_url_decode(struct sl_arena *a, struct sl_str s, struct sl_str *ret);
/* A fragment, '/' left as it is. */
struct sl_str sl_js_url_encode(struct sl_arena *a, struct sl_str s);

/* ---- formats ---- */

/* True when `s` is of the format; else why not, appended. */
typedef bool (*sl_js_format_fn)(struct sl_str s, struct sl_strbuf *out);
struct sl_js_format {
	const char *name;
	sl_js_format_fn check;
};
const struct sl_js_format *sl_js_format_find(struct sl_str name);
/* Append why a text is not of a format. False, which is what the caller returns. */
bool sl_js_format_fail(struct sl_strbuf *out, const char *text);
/* What `check` says of a part, behind "BEFORE: ". */
bool sl_js_format_within(struct sl_strbuf *out, const char *before, sl_js_format_fn check,
			 struct sl_str s);
bool sl_js_is_ipv4(struct sl_str s, struct sl_strbuf *out);
bool sl_js_is_ip(struct sl_str s, struct sl_strbuf *out); /* either, as netip reads it */
bool sl_js_is_ipv6(struct sl_str s, struct sl_strbuf *out);
bool sl_js_is_date(struct sl_str s, struct sl_strbuf *out);
bool sl_js_is_time(struct sl_str s, struct sl_strbuf *out);
bool sl_js_is_date_time(struct sl_str s, struct sl_strbuf *out);
bool sl_js_is_duration(struct sl_str s, struct sl_strbuf *out);
bool sl_js_is_period(struct sl_str s, struct sl_strbuf *out);

/* ---- documents ---- */

enum sl_js_vocab {
	SL_JS_CORE = 1 << 0,
	SL_JS_APPLICATOR = 1 << 1,
	SL_JS_UNEVALUATED = 1 << 2,
	SL_JS_VALIDATION = 1 << 3,
	SL_JS_META_DATA = 1 << 4,
	SL_JS_FORMAT = 1 << 5,
	SL_JS_FORMAT_ANNOTATION = 1 << 6,
	SL_JS_FORMAT_ASSERTION = 1 << 7,
	SL_JS_CONTENT = 1 << 8,
};
struct sl_js_dialect {
	int draft;	 /* 4, 6, 7, 2019, 2020 */
	unsigned vocabs; /* 0: those of the draft */
};
bool sl_js_has_vocab(const struct sl_js_dialect *d, enum sl_js_vocab v);

struct sl_js_anchor {
	struct sl_str name, pointer;
	bool dynamic;
};
/* A part of a document with a URL of its own. */
struct sl_js_resource {
	struct sl_str pointer, id;
	struct sl_js_dialect dialect;
	struct sl_js_anchor *anchors;
	size_t anchor_count, anchor_cap;
};
struct sl_js_root {
	struct sl_str url;
	const struct sl_value *doc;
	struct sl_js_resource **resources;
	size_t resource_count, resource_cap;
	struct sl_strmap seen; /* pointers whose schemas' ids and anchors are known */
};

/* ---- compiled ---- */

struct sl_js_schema;
struct sl_js_named {
	struct sl_str name;
	const struct sl_regex *regex; /* of patternProperties */
	struct sl_js_schema *schema;  /* NULL: `needs` */
	struct sl_str *needs;	      /* of dependencies and dependentRequired */
	size_t need_count;
};
struct sl_js_map {
	struct sl_js_named *v;
	size_t n;
};
struct sl_js_list {
	struct sl_js_schema **v;
	size_t n;
	bool given;
};
/* A keyword that takes a schema or a boolean. */
struct sl_js_more {
	struct sl_js_schema *schema;
	bool given, allowed;
};
struct sl_js_count {
	int64_t n;
	bool given;
};
struct sl_js_bound {
	struct sl_js_number n;
	bool given;
};

struct sl_js_schema {
	struct sl_js_root *root;
	struct sl_str pointer, location;
	int draft;
	struct sl_js_schema *resource;
	struct sl_js_map dynamic_anchors; /* of a resource */
	int constant_bool;		  /* -1: none */
	bool recursive_anchor;
	struct sl_str dynamic_anchor;
	struct sl_js_schema *ref, *recursive_ref, *dynamic_ref;
	struct sl_str dynamic_ref_anchor;
	unsigned types, enum_types; /* bits of sl_js_type */
	const struct sl_value *constant, *enumeration;
	const struct sl_js_format *format;
	bool format_regex;
	struct sl_js_list all_of, any_of, one_of, items_list, prefix_items;
	struct sl_js_schema *not_, *if_, *then_, *else_, *items, *contains, *property_names,
		*unevaluated_items, *unevaluated_properties;
	struct sl_js_more additional_items, additional_properties;
	struct sl_js_map properties, pattern_properties, dependencies, dependent_schemas,
		dependent_required;
	struct sl_js_bound multiple_of, maximum, minimum, exclusive_maximum, exclusive_minimum;
	struct sl_js_count min_length, max_length, min_items, max_items, min_properties,
		max_properties, min_contains, max_contains;
	bool unique_items;
	const struct sl_regex *pattern;
	struct sl_str pattern_text;
	struct sl_str *required;
	size_t required_count;
	bool all_props_evaluated, all_items_evaluated;
	size_t items_evaluated;
};

struct sl_js_compiler {
	struct sl_arena *a;
	bool assert_format;
	struct sl_js_root **roots;
	size_t root_count, root_cap;
	struct sl_strmap schemas;
	struct sl_js_schema **queue;
	size_t queue_count, queue_cap;
	struct sl_js_compiler *metas; /* of the meta-schemas; NULL of itself */
};

struct sl_jsonschema {
	struct sl_js_schema *schema;
};

/* The text of a schema of json-schema.org, or the empty view. */
struct sl_str sl_js_meta_text(struct sl_str url);
/* 0 when it is no URL of a draft. */
int sl_js_draft_of(struct sl_str url);
/* Parsed as they are compared: numbers verbatim. Go's messages. */
int sl_js_parse(struct sl_arena *a, struct sl_str text, struct sl_value **ret, struct sl_err *err);

int sl_js_root_add(struct sl_js_compiler *c, struct sl_str url, const struct sl_value *doc,
		   struct sl_js_root **ret, struct sl_err *err);
int sl_js_root_get(struct sl_js_compiler *c, struct sl_str url, struct sl_js_root **ret,
		   struct sl_err *err);
struct sl_js_resource *sl_js_root_resource(const struct sl_js_root *r, struct sl_str pointer);
int sl_js_root_lookup(const struct sl_js_root *r, struct sl_arena *a, struct sl_str pointer,
		      const struct sl_value **ret, struct sl_err *err);
/* The ids and anchors of a schema that stands where none was expected. */
int sl_js_root_ensure(struct sl_js_compiler *c, struct sl_js_root *r, struct sl_str pointer,
		      struct sl_err *err);
/* Where a reference made in `resource` leads. */
int sl_js_resolve(struct sl_js_compiler *c, struct sl_js_root *r,
		  const struct sl_js_resource *resource, struct sl_str reference,
		  struct sl_js_root **ret_root, struct sl_str *ret_pointer, struct sl_err *err);

int sl_js_compile(struct sl_js_compiler *c, struct sl_js_root *r, struct sl_str pointer,
		  struct sl_js_schema **ret, struct sl_err *err);
/* The compiled meta-schema of a dialect. */
int sl_js_meta(struct sl_js_compiler *c, const struct sl_js_dialect *d, struct sl_js_schema **ret,
	       struct sl_err *err);
/* Whether the part of the document is what its meta-schema asks for. */
int sl_js_check_meta(struct sl_js_compiler *c, struct sl_js_root *r, const struct sl_value *v,
		     struct sl_str pointer, struct sl_err *err);

/* ---- applied ---- */

enum sl_js_error_kind { SL_JS_OTHER, SL_JS_GROUP, SL_JS_REFERENCE };
struct sl_js_error {
	enum sl_js_error_kind kind;
	struct sl_str place, text;
	struct sl_js_error **causes;
	size_t cause_count, cause_cap;
};
void sl_js_error_push(struct sl_arena *a, struct sl_js_error *to, struct sl_js_error *cause);
/* The tree of `e`'s causes below "jsonschema validation failed with …". */
void sl_js_error_text(const struct sl_js_error *e, struct sl_str location, struct sl_strbuf *out);

enum sl_js_type {
	SL_JS_NULL = 1 << 0,
	SL_JS_BOOLEAN = 1 << 1,
	SL_JS_NUMBER = 1 << 2,
	SL_JS_INTEGER = 1 << 3,
	SL_JS_STRING = 1 << 4,
	SL_JS_ARRAY = 1 << 5,
	SL_JS_OBJECT = 1 << 6,
};
unsigned sl_js_type_of(const struct sl_value *v);
unsigned sl_js_type_named(struct sl_str name); /* 0: none */
const char *sl_js_type_name(unsigned type);

/* A value's place. */
struct sl_js_place {
	const struct sl_js_place *up;
	struct sl_str token;
};
/* The schemas that led here. Those that look at one value have the same `value`. */
struct sl_js_scope {
	const struct sl_js_schema *schema;
	const char *ref_keyword; /* or NULL */
	unsigned value;
	const struct sl_js_scope *parent;
};
/* What of a map or list no schema has looked at; NULL: nothing is asked. */
struct sl_js_rest {
	bool *props, *items;
	size_t props_left, items_left;
};
/* One run. */
struct sl_js_run {
	struct sl_arena *a;
	uint64_t steps;
	unsigned depth;
	const char *limit; /* that was passed, or NULL */
	/* Of a check against the meta-schema. */
	struct sl_js_compiler *compiler;
	const struct sl_js_root *resources;
};
/* One schema being applied to one value. */
struct sl_js_check {
	struct sl_js_run *run;
	const struct sl_value *v;
	const struct sl_js_place *place;
	const struct sl_js_schema *schema, *meta;
	struct sl_js_scope scope;
	struct sl_js_rest rest;
	struct sl_js_error errors; /* its causes */
	bool only_verdict;	   /* nobody reads what is wrong */
};

struct sl_js_error *sl_js_apply_top(struct sl_js_run *run, const struct sl_js_schema *schema,
				    const struct sl_js_schema *meta, const struct sl_value *v);
/* To the same value, and to one within it. NULL: it fits. */
struct sl_js_error *sl_js_apply_self(struct sl_js_check *c, const struct sl_js_schema *schema,
				     const char *ref_keyword, bool only_verdict);
struct sl_js_error *sl_js_apply_within(struct sl_js_check *c, const struct sl_js_schema *schema,
				       const struct sl_value *v, struct sl_str token);
struct sl_js_error *sl_js_error_new(struct sl_js_check *c, struct sl_str text);
void sl_js_add(struct sl_js_check *c, struct sl_js_error *e); /* NULL: nothing */
void sl_js_addf(struct sl_js_check *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sl_js_check_object(struct sl_js_check *c);
void sl_js_check_array(struct sl_js_check *c);
void sl_js_check_conditions(struct sl_js_check *c);
void sl_js_check_unevaluated(struct sl_js_check *c);
struct sl_js_schema *sl_js_meta_at(struct sl_js_check *c);

#endif
