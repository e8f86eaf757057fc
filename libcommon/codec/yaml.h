/*
 * YAML in and out.
 *
 * In: libyaml's parser events, resolved to types by the rules of the Go library that each place of
 * Flux uses (they differ, see enum sl_yaml_rules), anchors and aliases, merge keys (<<), positions on
 * every node. The outcome is what these libraries give once it is converted to JSON:
 *  - non-string keys become strings; a null key, a list or a map as key is an error, as are
 *    infinities and NaN, undefined or self-containing aliases, and duplicate keys (unless allowed);
 *  - aliases are expanded to trees of their own, so that a document can be changed in place;
 *  - !!binary is decoded (bytes that are not UTF-8 become U+FFFD), tags that YAML does not know are
 *    ignored, a tag that contradicts its text ("!!int x") is an error;
 *  - integers past uint64 are floats, floats past double are strings.
 *
 * Out: byte-identical to what `kustomize build` prints (sigs.k8s.io/yaml, the go-yaml v2 emitter):
 * indentation 2, lists not indented below their key, text folded at the first single space past
 * column 80, strings quoted when a YAML 1.1 reader would take them for something else, block
 * literals for text with newlines, keys over 128 bytes written as "? key". With it come its faults: a
 * key "<<" and U+2028, U+2029 in quoted text stand bare, and do not read back as they were.
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
	/*
	 * sigs.k8s.io/yaml (go-yaml v2), what kubectl, Helm and API clients read with: YAML 1.1
	 * booleans (y, yes, on), timestamps stay text, numeric keys are normalised (0x10: "16"),
	 * a merge overrides keys written above it.
	 */
	SL_YAML_KUBERNETES,
	/*
	 * go-yaml v3, what kustomize reads with: y, yes and on are text, timestamps become RFC 3339
	 * text (2001-01-01 is "2001-01-01T00:00:00Z"), keys stay as they are written, keys written
	 * beside a merge win wherever they stand.
	 */
	SL_YAML_GO3,
};

struct sl_yaml_options {
	enum sl_yaml_rules rules;
	const char *file;    /* name for positions, or NULL; kept by pointer */
	size_t lines_before; /* of the file, where the text is a part of one */
	size_t bytes;	     /* 0: SL_YAML_BYTES_MAX */
	size_t depth;	     /* 0: SL_YAML_DEPTH_MAX */
	size_t nodes;	     /* 0: SL_YAML_NODES_MAX */
	/* The last one wins, as where Helm and Flux read values; manifests are read strictly. */
	bool allow_duplicates;
	/* With allow_duplicates: the first one wins, as in kustomize's patches. */
	bool keep_first;
	/* With keep_first: maps under a key of this name that is repeated become one, in which the
	 * first ones count; the map that holds them is `joined` then, and not `repeated`. */
	const char *join_repeated;
	/* Read no further than the end of the first document: what follows may be anything. */
	bool first_document;
	/* Errors as sigs.k8s.io/yaml words them after "error converting YAML to JSON: ", and with go-yaml
	 * v2's lines: "yaml: line 3: did not find expected key". */
	bool go_messages;
	/*
	 * Leave as it is written what go-yaml v3 makes something else of when it writes a document and
	 * reads it again, and mark it instead: dates and folded text. See sl_yaml_read_back().
	 */
	bool keep_marks;
};

/*
 * Parse a stream of documents. *ret_docs is a LIST of documents in order; an empty document (only
 * comments, or "---" twice) is a NULL node. JSON is YAML and accepted. `options` may be NULL.
 * Errors: SL_ERR_INVALID with file, line and column; SL_ERR_TOO_LARGE.
 */
int sl_yaml_parse_all(struct sl_arena *a, struct sl_str text, const struct sl_yaml_options *options,
		      struct sl_value **ret_docs, struct sl_err *err) SL_MUST_CHECK;
/* The document of a stream that must hold at most one; no document gives a NULL-kind node. */
int sl_yaml_parse(struct sl_arena *a, struct sl_str text, const struct sl_yaml_options *options,
		  struct sl_value **ret_doc, struct sl_err *err) SL_MUST_CHECK;

/*
 * Make of the values in `v` what they are once go-yaml v3 wrote and read them again: a date is RFC 3339,
 * the null of `{a: }` is "", folded text is as yaml_refold.h says, and what was untyped has a type.
 * Changes nodes in place, all places where one stands; the second call does nothing.
 */
void sl_yaml_read_back(struct sl_arena *a, struct sl_value *v);
/* What go-yaml v3 reads from a scalar without quotes; a date is marked as by `keep_marks`. */
struct sl_value sl_yaml_plain_value(struct sl_arena *a, struct sl_str text);

enum sl_yaml_flags {
	SL_YAML_PLAIN = 0,
	SL_YAML_SORT = 1 << 0, /* members by go-yaml's natural key order, as from a Go map */
	/*
	 * As go-yaml v3's encoder with an indentation of 2 (Helm's toYamlPretty): lists indented below
	 * their key, no folding, bytes that are no UTF-8 as !!binary. A float must come as NUMBER.
	 */
	SL_YAML_V3 = 1 << 1,
};
/* Append one document, newline-terminated, without "---". */
void sl_yaml_write(const struct sl_value *v, unsigned flags, struct sl_strbuf *out);

#endif
