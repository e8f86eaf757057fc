/*
 * What Helm's verbs share: where a chart is, flags that are refused, and errors in Helm's form.
 *
 * Thread rule: each runs once, on the main thread.
 */
#ifndef CLI_LOCAL_HELM_H
#define CLI_LOCAL_HELM_H

#include "cli/args.h"
#include "libcommon/render/helm/helm.h"

/* Print "Error: message" and return SL_ERR_CANCELED. */
int sl_cli_helm_fail(const struct sl_err *err);

/*
 * The absolute path of a chart on this machine. Errors: SL_ERR_NOT_FOUND, SL_ERR_UNSUPPORTED (what would
 * have to be downloaded, or verified).
 */
int sl_cli_helm_locate(struct sl_arena *a, const struct sl_cli_args *args, const char *name,
		       const char **ret_path, struct sl_err *err) SL_MUST_CHECK;
/* A path without ".", ".." and doubled slashes as far as its text tells: Go's filepath.Clean. */
const char *sl_cli_helm_clean(struct sl_arena *a, const char *path);
/* --kube-version; an empty version when it is not given. */
int sl_cli_helm_kube_version(struct sl_arena *a, const struct sl_cli_args *args,
			     struct sl_helm_kube_version *ret, struct sl_err *err) SL_MUST_CHECK;
/*
 * --namespace, $HELM_NAMESPACE, that of the kubeconfig's context (--kubeconfig, --kube-context and their
 * variables), or "default".
 */
struct sl_str sl_cli_helm_namespace(struct sl_arena *a, const struct sl_cli_args *args);
/* Fails, saying so, when one of these flags is given; they end with NULL. */
int sl_cli_helm_refuse(const struct sl_cli_args *args, const char *const *flags, const char *why,
		       struct sl_err *err) SL_MUST_CHECK;

#endif
