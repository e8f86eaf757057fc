/*
 * The file .gitmodules: which submodules a repository declares.
 *
 * Git's configuration syntax without includes, of which only `path` and `url` in [submodule "name"]
 * are kept. Names of sections and keys have no case, the last value of a key counts, declarations
 * without a path are dropped. Of the older dotted form [submodule.name] nothing is kept.
 *
 *   [submodule "lib"]          # or ; begin a comment
 *           path = vendor/lib
 *           url = "../lib.git" \
 *                  continued
 *
 * Source: git-config(1) "Syntax", gitmodules(5).
 * Limits: SL_GITMODULES_MAX declarations, SL_GITMODULES_VALUE_MAX bytes a value.
 * Thread rule: pure functions.
 */
#ifndef LIBCOMMON_NET_GITMODULES_H
#define LIBCOMMON_NET_GITMODULES_H

#include "libcommon/base/err.h"
#include "libcommon/base/mem.h"
#include "libcommon/base/str.h"

#define SL_GITMODULES_MAX 200
#define SL_GITMODULES_VALUE_MAX 8192

struct sl_gitmodule {
	char *name;
	char *path;
	char *url; /* NULL when the declaration has none */
};

struct sl_gitmodules {
	struct sl_gitmodule *items;
	size_t n, cap;
};
#define SL_GITMODULES_INIT \
	{ \
		0 \
	}
void sl_gitmodules_release(struct sl_gitmodules *m);

/* Errors: SL_ERR_INVALID with the line in err->origin, SL_ERR_TOO_LARGE. */
int sl_gitmodules_parse(struct sl_str text, struct sl_gitmodules *ret_modules,
			struct sl_err *err) SL_MUST_CHECK;

#endif
