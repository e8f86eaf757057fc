/* What storage.c and storage_collect.c share; see storage.h. */
#ifndef SOURCE_CONTROLLER_STORAGE_PARTS_H
#define SOURCE_CONTROLLER_STORAGE_PARTS_H

#include "source-controller/storage.h"

#define SC_TEMP_PREFIX ".tmp-"
#define SC_LOCK_SUFFIX ".lock"

struct sc_storage {
	int root;
	char *url_prefix; /* with its final '/' */
	int64_t retention_ttl_ms;
	int retention_records;
};

/* Open the directory of `path`, a path of sc_storage_path(); *ret_name points to its last part. */
int sc_storage_open_dir(struct sc_storage *s, const char *path, bool create, int *ret_fd,
			const char **ret_name, struct sl_err *err) SL_MUST_CHECK;

/* Remove the temporary files below the root. */
int sc_storage_sweep(struct sc_storage *s, struct sl_err *err) SL_MUST_CHECK;

#endif
