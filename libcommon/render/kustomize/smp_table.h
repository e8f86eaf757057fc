/*
 * The compiled-in schema of strategic merge: which lists of built-in kinds merge, and by which keys.
 *
 * Written by scripts/gen-smp-table.py from an OpenAPI v2 document; nothing but what leads to a merged
 * list is kept. All strings are offsets into one pool. A node is one object type; node 0 stands for
 * any type without merged lists below it.
 *
 *   root (apiVersion, kind) -> node -> field -> node ...
 *
 * Thread rule: constant data.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_SMP_TABLE_H
#define LIBCOMMON_RENDER_KUSTOMIZE_SMP_TABLE_H

#include <stddef.h>
#include <stdint.h>

#define SL_KZ_SMP_KEYS_MAX 2

struct sl_kz_smp_field {
	uint16_t name; /* offset */
	uint16_t node; /* of the value, or of a list's elements */
	uint16_t keys; /* index into sl_kz_smp_keys; 0: not a merged list */
};

struct sl_kz_smp_keys {
	uint16_t n; /* 0: the list is a set of scalars */
	uint16_t names[SL_KZ_SMP_KEYS_MAX];
};

struct sl_kz_smp_root {
	uint16_t api_version;
	uint16_t kind;
	uint16_t node;
};

extern const char sl_kz_smp_pool[];
extern const struct sl_kz_smp_field sl_kz_smp_fields[];
extern const uint16_t sl_kz_smp_starts[];
extern const struct sl_kz_smp_keys sl_kz_smp_keys[];
extern const struct sl_kz_smp_root sl_kz_smp_roots[];
extern const size_t sl_kz_smp_root_count;
extern const struct sl_kz_smp_root sl_kz_smp_cluster_scoped[];
extern const size_t sl_kz_smp_cluster_scoped_count;

#endif
