/*
 * Private to kustomize: where an object or a change to it came from, for `buildMetadata`.
 *
 * Thread rule: pure but for the arena.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_ORIGIN_H
#define LIBCOMMON_RENDER_KUSTOMIZE_ORIGIN_H

#include "libcommon/render/kustomize/build.h"

struct sl_kz_origin {
	struct sl_str path;	 /* of a file, as seen from the root of the build or repository */
	struct sl_str repo, ref; /* of a remote base */
	struct sl_str
		configured_in;	   /* kustomization or plugin file of a generator or transformer */
	const char *configured_by; /* kind of a built-in, NULL for files */
	struct sl_str name, ns;	   /* of the plugin's object, empty for fields of a kustomization */
};

/* What is at `rel`, a path or the URL of a repository, as seen from the directory `base`. */
const struct sl_kz_origin *sl_kz_origin_append(struct sl_arena *a, const struct sl_kz_origin *base,
					       struct sl_str rel);

/* "path: base/deploy.yaml\n", and the list of what changed the object. */
void sl_kz_write_origin(const struct sl_kz_origin *o, struct sl_strbuf *out);
void sl_kz_write_transformations(const struct sl_kz_resource *r, struct sl_strbuf *out);

#endif
