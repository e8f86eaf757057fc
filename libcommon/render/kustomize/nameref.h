/*
 * Private to kustomize: references from one object to another's name follow when that name changes.
 *
 * Thread rule: constant data; one thread for the transformation.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_NAMEREF_H
#define LIBCOMMON_RENDER_KUSTOMIZE_NAMEREF_H

#include "libcommon/render/kustomize/fieldspec.h"

/* Objects of this kind are named by these fields of others. */
struct sl_kz_backref {
	const char *kind, *group, *version; /* of what is referred to; NULL matches all */
	const struct sl_kz_fieldspec *referrers;
	size_t n;
};
/* The defaults, in the order in which kustomize applies them, which matters when kinds share a name. */
extern const struct sl_kz_backref sl_kz_backrefs[];
extern const size_t sl_kz_backref_count;

/* Bring all references in `m` up to date, as its configuration says. SL_ERR_CONFLICT when one could mean several objects. */
int sl_kz_fix_references(struct sl_kz *kz, struct sl_kz_map *m, struct sl_err *err) SL_MUST_CHECK;

#endif
