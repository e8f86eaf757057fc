/*
 * The values of Helm's command line: --set, --set-string, --set-json, --set-file and --set-literal.
 *
 *   name=value,outer.inner=value,list[0].name=value,list={a,b,c}
 *
 * A backslash takes the next character as it is. In names it protects the separators . = [ and the
 * comma, in values the comma, in lists also the closing brace. What a text gives depends on its form:
 *
 *   PLAIN    true, false, null (in any case), integers of int64 without leading zeros, else strings
 *   STRING   strings
 *   JSON     JSON behind each '=', null where nothing stands there; pairs need no comma between them
 *   FILE     the content of the file that the text names
 *   LITERAL  one pair, whose value is the whole rest as it stands; no backslashes
 *
 * Pure: files are read by a callback. Messages are Helm's, those of its failed type assertions included
 * ("unable to parse key: interface conversion: interface {} is string, not []interface {}").
 *
 * Thread rule: one thread at a time for a map.
 * Source: Helm v3.22.0, package strvals. Limits: SL_HELM_SET_*.
 */
#ifndef LIBCOMMON_RENDER_HELM_SET_H
#define LIBCOMMON_RENDER_HELM_SET_H

#include "libcommon/lang/template/goval.h"

#define SL_HELM_SET_BYTES_MAX ((size_t)16 << 20) /* of one text */
#define SL_HELM_SET_NESTING_MAX 30		 /* dots in a name: Helm's own */
#define SL_HELM_SET_INDEX_MAX 65536		 /* of a list: Helm's own */
#define SL_HELM_SET_LISTS_MAX 1000		 /* lists in lists in one name */

enum sl_helm_set_form {
	SL_HELM_SET_PLAIN,
	SL_HELM_SET_STRING,
	SL_HELM_SET_JSON,
	SL_HELM_SET_FILE,
	SL_HELM_SET_LITERAL,
};

/* Reads the file of a --set-file; bytes in `a`. Its errors are passed on. */
struct sl_helm_set_files {
	void *ctx;
	int (*read)(void *ctx, struct sl_str path, struct sl_arena *a, struct sl_str *ret_bytes,
		    struct sl_err *err);
};

/*
 * Put what `text` says into `values`, over what is there. `files` is needed by SL_HELM_SET_FILE alone,
 * and may be NULL otherwise. Everything lives in `a`; `text` is not kept. On failure some of it may
 * have been set. Errors: SL_ERR_INVALID, SL_ERR_TOO_LARGE (the limits that are not Helm's, or `a` is
 * full), and what `files` returns.
 */
int sl_helm_set(struct sl_arena *a, enum sl_helm_set_form form, struct sl_str text,
		const struct sl_helm_set_files *files, struct sl_go_map *values,
		struct sl_err *err) SL_MUST_CHECK;

#endif
