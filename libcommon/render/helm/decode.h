/*
 * YAML into structs as sigs.k8s.io/yaml does it for Helm's: JSON's rules of matching fields, numbers and
 * booleans turned into text where text is wanted, unknown fields passed over, Go's words for what does not fit.
 *
 * Private to render/helm. Thread rule: pure.
 */
#ifndef LIBCOMMON_RENDER_HELM_DECODE_H
#define LIBCOMMON_RENDER_HELM_DECODE_H

#include "libcommon/codec/value.h"
#include "libcommon/lang/template/goval.h"

enum sl_helm_field_kind {
	SL_HELM_TEXT,	  /* struct sl_str */
	SL_HELM_BOOL,	  /* bool */
	SL_HELM_TIME,	  /* struct sl_str: RFC 3339, as written */
	SL_HELM_TEXTS,	  /* struct sl_str *, and a size_t */
	SL_HELM_TEXT_MAP, /* struct sl_go_map *, of strings */
	SL_HELM_ANY_LIST, /* struct sl_go_list * */
	SL_HELM_STRUCT,	  /* pointer to struct `of` */
	SL_HELM_STRUCTS,  /* array of pointers to struct `of`, NULL for null, and a size_t */
};

struct sl_helm_struct;

struct sl_helm_field {
	const char *name; /* in JSON */
	enum sl_helm_field_kind kind;
	size_t offset, count_offset;
	const struct sl_helm_struct *of;
};

struct sl_helm_struct {
	const char *name; /* Go's, without its package: "Metadata"; "" without a name */
	const char *type; /* Go's: "chart.Metadata" */
	size_t size;
	const struct sl_helm_field *fields; /* up to one without a name */
};

/*
 * The first document of `text`. *ret is NULL when there is nothing, or null. Errors: SL_ERR_INVALID with
 * sigs.k8s.io/yaml's text, SL_ERR_TOO_LARGE.
 */
int sl_helm_yaml(struct sl_arena *a, struct sl_str text, struct sl_value **ret,
		 struct sl_err *err) SL_MUST_CHECK;
/* Fill what `v` has of `to`, a struct of type `t`; the rest of it stays. `v` may be NULL. */
int sl_helm_decode(struct sl_arena *a, const struct sl_helm_struct *t, const struct sl_value *v,
		   void *to, struct sl_err *err) SL_MUST_CHECK;
/* Both at once. */
int sl_helm_decode_yaml(struct sl_arena *a, const struct sl_helm_struct *t, struct sl_str text,
			void *to, struct sl_err *err) SL_MUST_CHECK;
/* A map of values, or nothing (*ret NULL): what values.yaml is unmarshaled into. */
int sl_helm_decode_map(struct sl_arena *a, struct sl_str text, struct sl_go_map **ret,
		       struct sl_err *err) SL_MUST_CHECK;

#endif
