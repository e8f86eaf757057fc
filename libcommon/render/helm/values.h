/*
 * Private to render/helm: tables of values, by Helm's rules.
 *
 * Thread rule: one thread, that of the rendering.
 */
#ifndef LIBCOMMON_RENDER_HELM_VALUES_H
#define LIBCOMMON_RENDER_HELM_VALUES_H

#include "libcommon/render/helm/helm.h"

/* A map[string]interface {}: what Helm calls a table. */
bool sl_helm_is_table(struct sl_goval v);
/* A deep copy of maps and lists; NULL gives an empty map. */
struct sl_go_map *sl_helm_values_copy(struct sl_arena *a, const struct sl_go_map *m);
/*
 * The table at a path like "a.b.c". NULL when there is none: then *ret_missing (may be NULL) is the part
 * of the path that is no table.
 */
struct sl_go_map *sl_helm_values_table(struct sl_go_map *values, struct sl_str path,
				       struct sl_str *ret_missing);
/* What stands at a path and is no table, or NULL. */
const struct sl_goval *sl_helm_values_at(struct sl_go_map *values, struct sl_str path);

/* Helm's MergeValues: as sl_helm_values_coalesce(), but null is kept. */
int sl_helm_values_merge_chart(struct sl_arena *a, const struct sl_helm_chart *c,
			       const struct sl_go_map *user, const struct sl_helm_host *host,
			       struct sl_go_map **ret, struct sl_err *err) SL_MUST_CHECK;
/* Helm's MergeTables: as sl_helm_values_tables(), but null is kept. */
struct sl_go_map *sl_helm_values_merge_tables(struct sl_arena *a, struct sl_go_map *dst,
					      struct sl_go_map *src,
					      const struct sl_helm_host *host);

#endif
