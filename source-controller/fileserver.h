/*
 * The artifact server: the files of a storage over HTTP, read-only.
 *
 * GET and HEAD of regular files below the root, with one range (several are answered with the whole),
 * strong entity tags of inode, time and size, If-None-Match, If-Modified-Since and If-Range. GET / is
 * an empty page, which the Service's readiness probe asks for. Directories, what begins with a dot
 * (temporary files, caches), locks, and what leaves the root by "..", escapes or links are 404; there is
 * no listing. No authentication: consumers verify the digest. Files go out by sendfile(2) and keep
 * going when they are replaced meanwhile.
 *
 * Thread rule: start, stop and free belong to one thread.
 * Source: spec/source.md 6.6; RFC 9110; Go's http.FileServer, but for its listings.
 */
#ifndef SOURCE_CONTROLLER_FILESERVER_H
#define SOURCE_CONTROLLER_FILESERVER_H

#include <stdint.h>

#include "libcommon/base/err.h"
#include "libcommon/base/mem.h"

/* How long downloads may go on after a stop. */
#define SC_FILESERVER_GRACE_MS 5000

struct sc_fileserver;

/* Serve what is below `root_fd`, which is borrowed, on `addr` (":9090"). Errors: sl_httpd_start()'s. */
int sc_fileserver_start(int root_fd, const char *addr, struct sc_fileserver **ret_server,
			struct sl_err *err) SL_MUST_CHECK;
uint16_t sc_fileserver_port(const struct sc_fileserver *s);
/* Let downloads end for SC_FILESERVER_GRACE_MS at most, then close all. */
void sc_fileserver_stop(struct sc_fileserver *s);
/* Stops at once unless stopped. */
void sc_fileserver_free(struct sc_fileserver *s);
SL_DEFINE_AUTO_PTR(sc_fileserver);

#endif
