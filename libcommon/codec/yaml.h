/*
 * YAML in and out.
 *
 * In: libyaml's parser events, resolved to types by the rules of the Go library that each place of
 * Flux uses (they differ, see enum sl_yaml_rules), anchors and aliases, merge keys (<<), positions on
 * every node. An undefined alias, a duplicate key and a key that is neither scalar nor null are
 * errors. Non-string keys become strings as Go's YAML-to-JSON conversion writes them.
 *
 * Out: byte-identical to what `kustomize build` prints (sigs.k8s.io/yaml, the go-yaml v2 emitter:
 * indentation 2, lists not indented below their key, no line folding, strings quoted when a reader
 * would take them for something else, block scalars for text with newlines).
 *
 * Caps: SL_YAML_* and struct sl_yaml_options; past them SL_ERR_TOO_LARGE.
 * Thread rule: pure functions. Source: YAML 1.1 with the deviations of go-yaml v2 and v3.
 */
#ifndef LIBCOMMON_CODEC_YAML_H
#define LIBCOMMON_CODEC_YAML_H

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/value.h"

#define SL_YAML_BYTES_MAX ((size_t)32 << 20) /* of text */
#define SL_YAML_DEPTH_MAX 256
#define SL_YAML_NODES_MAX 4000000 /* after alias expansion */

enum sl_yaml_rules {
	SL_YAML_KUBERNETES, /* sigs.k8s.io/yaml (go-yaml v2): YAML 1.1 booleans (yes, on), octal 010 */
	SL_YAML_GO3,	    /* go-yaml v3: yes and on are strings unless decoded into bool */
};

struct sl_yaml_options {
	enum sl_yaml_rules rules;
	const char *file; /* name for positions, or NULL; kept by pointer */
	size_t bytes;	  /* 0: SL_YAML_BYTES_MAX */
	size_t depth;	  /* 0: SL_YAML_DEPTH_MAX */
	size_t nodes;	  /* 0: SL_YAML_NODES_MAX */
};

/*
 * Parse a stream of documents. *ret_docs is a LIST of documents in order; an empty document (only
 * comments, or "---" twice) is a NULL node. JSON is YAML and accepted. `options` may be NULL.
 * Errors: SL_ERR_INVALID with file, line and column; SL_ERR_TOO_LARGE.
 */
int sl_yaml_parse_all(struct sl_arena *a, struct sl_str text, const struct sl_yaml_options *options,
		      struct sl_value **ret_docs, struct sl_err *err) SL_MUST_CHECK;
/* The first document of a stream that must hold at most one; no document gives a NULL-kind node. */
int sl_yaml_parse(struct sl_arena *a, struct sl_str text, const struct sl_yaml_options *options,
		  struct sl_value **ret_doc, struct sl_err *err) SL_MUST_CHECK;

enum sl_yaml_flags {
	SL_YAML_PLAIN = 0,
	SL_YAML_SORT = 1 << 0, /* members by go-yaml's natural key order, as from a Go map */
};
/* Append one document, newline-terminated, without "---". */
void sl_yaml_write(const struct sl_value *v, unsigned flags, struct sl_strbuf *out);

#endif
