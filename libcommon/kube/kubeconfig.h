/*
 * Inside of kubeconfig loading: kubeconfig.c finds and merges documents, kubeconfig_entry.c reads one
 * cluster and one user of them.
 *
 * Thread rule: one thread at a time.
 */
#ifndef LIBCOMMON_KUBE_KUBECONFIG_H
#define LIBCOMMON_KUBE_KUBECONFIG_H

#include "libcommon/base/arena.h"
#include "libcommon/codec/value.h"
#include "libcommon/kube/config.h"

#define SL_KUBECONFIG_FILES_MAX 64   /* in $KUBECONFIG */
#define SL_KUBECONFIG_WORDS_MAX 1000 /* arguments, variables, groups */

/* What a kubeconfig is taken from: one or several files, or the text of a Secret. */
struct sl_kubeconfig_source {
	struct sl_arena arena;
	struct sl_value *docs[SL_KUBECONFIG_FILES_MAX];
	/* Of the files, for relative names; "": the working directory. */
	const char *dirs[SL_KUBECONFIG_FILES_MAX];
	size_t n;
	bool allow_exec;
	bool allow_insecure_tls;
	bool drop_refused; /* a Secret: ignore what is not allowed instead of failing */
};

/* One named cluster, user or context. */
struct sl_kubeconfig_entry {
	const struct sl_value *value;
	const char *dir;
};

/* Set `err` to `code` with the field and its place; returns the code. */
int sl_kubeconfig_refuse(enum sl_err_code code, const struct sl_value *at, const char *field,
			 struct sl_err *err, const char *what);
/* A string member as a copy that the caller frees; *ret_copy is left alone when absent or empty. */
int sl_kubeconfig_text(const struct sl_value *map, const char *field, char **ret_copy,
		       struct sl_err *err) SL_MUST_CHECK;
/* Fill the part of the config that an entry of "clusters" or "users" is about; clusters first. */
int sl_kubeconfig_cluster(const struct sl_kubeconfig_source *s, const struct sl_kubeconfig_entry *e,
			  struct sl_kube_config *c, struct sl_err *err) SL_MUST_CHECK;
int sl_kubeconfig_user(const struct sl_kubeconfig_source *s, const struct sl_kubeconfig_entry *e,
		       struct sl_kube_config *c, struct sl_err *err) SL_MUST_CHECK;

#endif
