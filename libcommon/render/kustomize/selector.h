/*
 * Private to kustomize: which objects a patch's `target` means, and Kubernetes label selectors.
 *
 * Thread rule: one thread, that of the build.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_SELECTOR_H
#define LIBCOMMON_RENDER_KUSTOMIZE_SELECTOR_H

#include "libcommon/lang/regex/regex.h"
#include "libcommon/render/kustomize/build.h"

struct sl_kz_requirement;

/* A label selector: "a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1". Empty matches everything. */
struct sl_kz_label_selector {
	const struct sl_kz_requirement *v;
	size_t n;
};
int sl_kz_label_selector_parse(struct sl_arena *a, struct sl_str text,
			       struct sl_kz_label_selector *ret, struct sl_err *err) SL_MUST_CHECK;
/* `labels` is a map of strings, or NULL. */
bool sl_kz_label_selector_matches(struct sl_arena *a, const struct sl_kz_label_selector *s,
				  const struct sl_value *labels);

/* A `target`: expressions for the whole of each part (NULL: anything), and two selectors. */
struct sl_kz_target {
	const struct sl_regex *group, *version, *kind, *name, *ns;
	struct sl_kz_label_selector labels, annotations;
};
/* `v` is a checked `target` of a kustomization. */
int sl_kz_target_parse(struct sl_kz *kz, const struct sl_value *v, struct sl_kz_target *ret,
		       struct sl_err *err) SL_MUST_CHECK;
bool sl_kz_target_matches(const struct sl_kz *kz, const struct sl_kz_target *t,
			  const struct sl_kz_resource *r);
/* The two halves of it, for one id as it is written, and for the labels and annotations of `obj`. */
bool sl_kz_target_matches_id(const struct sl_kz_target *t, const struct sl_kz_id *id);
bool sl_kz_target_matches_labels(const struct sl_kz *kz, const struct sl_kz_target *t,
				 const struct sl_value *obj);

#endif
