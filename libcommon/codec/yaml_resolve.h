/*
 * What type a plain YAML scalar has: the tables of go-yaml v2 and v3.
 *
 * Used by the parser to make values and by the writer to know which strings must be quoted. Inner
 * header of the YAML module.
 *
 * Source: YAML 1.1 as go-yaml implements it. Integers: Go's ParseInt with base 0 after '_' is taken
 * out (0x, 0b, 0o, a leading 0 for octal); an octal-looking literal with an 8 is a float, as is an
 * integer past uint64. Base 60 is not read. Timestamps: the four layouts of go-yaml.
 *
 * Thread rule: pure functions.
 */
#ifndef LIBCOMMON_CODEC_YAML_RESOLVE_H
#define LIBCOMMON_CODEC_YAML_RESOLVE_H

#include "libcommon/codec/yaml.h"

enum sl_yaml_type {
	SL_YAML_STR,
	SL_YAML_NULL,
	SL_YAML_BOOL,
	SL_YAML_INT,	   /* i */
	SL_YAML_UINT,	   /* u, above INT64_MAX */
	SL_YAML_FLOAT,	   /* f, may be infinite or NaN */
	SL_YAML_TIMESTAMP, /* time */
};

/* Room for RFC 3339 with nanoseconds and zone. */
#define SL_YAML_TIME_MAX 40

struct sl_yaml_scalar {
	enum sl_yaml_type type;
	union {
		bool b;
		int64_t i;
		uint64_t u;
		double f;
		char time[SL_YAML_TIME_MAX]; /* RFC 3339, as Go marshals it into JSON */
	};
};

void sl_yaml_resolve(struct sl_str s, enum sl_yaml_rules rules, struct sl_yaml_scalar *ret_scalar);

/* Give `v` the kind and payload of a null, boolean or number; of other types nothing is done. */
void sl_yaml_resolved_value(struct sl_arena *a, const struct sl_yaml_scalar *scalar,
			    struct sl_value *v);

/*
 * True when a YAML 1.1 reader would take the plain text `s` for something else than a string: it
 * resolves to another type, or is a base 60 number, which go-yaml quotes for other readers' sake.
 */
bool sl_yaml_needs_quotes(struct sl_str s);

/* The name of the type's tag, "!!int" and so on, for messages. */
const char *sl_yaml_tag_name(enum sl_yaml_type type);

#endif
