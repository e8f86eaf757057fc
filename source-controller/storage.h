/*
 * Where artifacts are kept: files below one directory, served as they are by fileserver.h.
 *
 *   <root>/<kind, lower case>/<namespace>/<name>/<file>        0600, its directories 0700
 *                                               latest.tar.gz  a link to one of the files
 *                                               .tmp-<random>  being written
 *
 * A path here is always relative to the root and made by sc_storage_path(). Names with a dot in front
 * are ours: they are neither served nor collected, and temporary files that a killed process left are
 * swept when the storage is opened. A file is written beside its final name, synced and renamed, so
 * that readers see the old one or the new one, whole; when the disk is full the old one stays and the
 * temporary one goes. It knows nothing of Kubernetes.
 *
 * Thread rule: thread-safe, but for one object (directory) only one writer at a time: the work queue
 * sees to that. Readers are never disturbed: who has a file open keeps it. All functions block on disk.
 * Source: spec/source.md 6.1, 6.5, 6.6.
 */
#ifndef SOURCE_CONTROLLER_STORAGE_H
#define SOURCE_CONTROLLER_STORAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/base/err.h"
#include "libcommon/base/mem.h"
#include "libcommon/base/stream.h"
#include "libcommon/base/strvec.h"
#include "libcommon/codec/digest.h"

#define SC_RETENTION_TTL_MS_DEFAULT 60000
#define SC_RETENTION_RECORDS_DEFAULT 2
/* Files of one object that a collection looks at. */
#define SC_COLLECT_FILES_MAX 1000

struct sc_storage;

struct sc_storage_config {
	const char *path;     /* --storage-path: an existing directory */
	const char *adv_addr; /* --storage-adv-addr: "host:port", or "http://…" taken verbatim */
	int64_t retention_ttl_ms; /* --artifact-retention-ttl */
	int retention_records;	  /* --artifact-retention-records, at least 1 */
};

/* Open and sweep. The config is copied. Errors: SL_ERR_NOT_FOUND, SL_ERR_FORBIDDEN, SL_ERR_IO. */
int sc_storage_open(const struct sc_storage_config *config, struct sc_storage **ret_storage,
		    struct sl_err *err) SL_MUST_CHECK;
void sc_storage_free(struct sc_storage *s);
SL_DEFINE_AUTO_PTR(sc_storage);
/* The root, borrowed. */
int sc_storage_root_fd(const struct sc_storage *s);

/*
 * The default of --storage-adv-addr for --storage-addr `listen_addr`: the same port, with localhost
 * for no host and $HOSTNAME or the machine's name for 0.0.0.0. The caller frees it.
 * Errors: SL_ERR_INVALID.
 */
int sc_storage_default_adv_addr(const char *listen_addr, char **ret_addr,
				struct sl_err *err) SL_MUST_CHECK;

/*
 * "gitrepository/flux-system/app/<file>": status.artifact.path. The caller frees it.
 * Errors: SL_ERR_INVALID when a part is empty, begins with a dot or holds '/' or a control character.
 */
int sc_storage_path(const char *kind, const char *namespace_, const char *name, const char *file,
		    char **ret_path, struct sl_err *err) SL_MUST_CHECK;
/* status.artifact.url of a path. The caller frees it. */
char *sc_storage_url(const struct sc_storage *s, const char *path)
	__attribute__((warn_unused_result));

/*
 * A file being written: begin, push bytes into the sink, commit, free. Freed before it is committed,
 * it leaves no trace.
 */
struct sc_storing;
int sc_storage_begin(struct sc_storage *s, const char *path, struct sc_storing **ret_storing,
		     struct sl_err *err) SL_MUST_CHECK;
struct sl_sink sc_storing_sink(struct sc_storing *w);
/* Make it visible at its path, in place of what was there. Errors: SL_ERR_NO_SPACE, SL_ERR_IO. */
int sc_storing_commit(struct sc_storing *w, struct sl_err *err) SL_MUST_CHECK;
void sc_storing_free(struct sc_storing *w);
SL_DEFINE_AUTO_PTR(sc_storing);

/* All of the above for what `source` gives: its digest and size come out. */
int sc_storage_copy(struct sc_storage *s, const char *path, struct sl_source source,
		    enum sl_digest_algo algo, struct sl_digest *ret_digest, uint64_t *ret_bytes,
		    struct sl_err *err) SL_MUST_CHECK;

/* Have `link_name` ("latest.tar.gz"), beside the file at `path`, lead to it, atomically. */
int sc_storage_link(struct sc_storage *s, const char *path, const char *link_name,
		    struct sl_err *err) SL_MUST_CHECK;

/* Open the file at `path`, which need not come from us, for reading. The caller closes *ret_fd. */
int sc_storage_open_file(struct sc_storage *s, const char *path, int *ret_fd,
			 struct sl_err *err) SL_MUST_CHECK;
/* 0 when the file is there and has `want`; SL_ERR_NOT_FOUND, SL_ERR_CHECKSUM. Reads it all. */
int sc_storage_verify(struct sc_storage *s, const char *path, const struct sl_digest *want,
		      struct sl_err *err) SL_MUST_CHECK;
/* Remove one file and its lock, if there. */
int sc_storage_remove(struct sc_storage *s, const char *path, struct sl_err *err) SL_MUST_CHECK;
/* Remove all that is kept for an object. *ret_removed tells whether there was anything. */
int sc_storage_remove_all(struct sc_storage *s, const char *kind, const char *namespace_,
			  const char *name, bool *ret_removed, struct sl_err *err) SL_MUST_CHECK;

/*
 * Remove what retention allows beside `current`, the object's artifact: other files older than the
 * TTL, then the oldest until no more than the records are left. Links and what begins with a dot
 * stay, locks go with their file. The names removed are appended to `ret_removed`, which may be NULL.
 */
int sc_storage_collect(struct sc_storage *s, const char *current, struct sl_strvec *ret_removed,
		       struct sl_err *err) SL_MUST_CHECK;

#endif
