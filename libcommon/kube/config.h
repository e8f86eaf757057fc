/*
 * Where the API server is and who we are: kubeconfig files, the in-cluster service account.
 *
 * Source: client-go's kubeconfig format (clientcmd/api/v1) and in-cluster configuration. Supported:
 * clusters (server, certificate-authority[-data], insecure-skip-tls-verify, tls-server-name,
 * proxy-url), users (client-certificate[-data], client-key[-data], token, tokenFile, username and
 * password, as/as-groups, exec only where `allow_exec`), contexts, several files in KUBECONFIG (first
 * one wins). Relative file names are relative to the kubeconfig file. Refused with a clear error:
 * auth-provider.
 *
 * Ownership: an sl_kube_config owns its strings. Secrets in it are wiped on release.
 * Thread rule: immutable after loading.
 */
#ifndef LIBCOMMON_KUBE_CONFIG_H
#define LIBCOMMON_KUBE_CONFIG_H

#include <stdbool.h>

#include "libcommon/base/err.h"
#include "libcommon/base/str.h"
#include "libcommon/base/strvec.h"

#define SL_KUBECONFIG_BYTES_MAX ((size_t)1 << 20)

struct sl_kube_config {
	char *server;	  /* "https://127.0.0.1:6443", no trailing slash; may carry a path */
	char *namespace_; /* of the context, or NULL */
	char *ca_pem;	  /* NULL: the system's */
	char *client_cert_pem;
	char *client_key_pem;
	char *token;	  /* bearer token, or NULL */
	char *token_file; /* read again when its mtime changes or every minute: tokens rotate */
	char *username;	  /* basic auth */
	char *password;
	char *tls_server_name;
	char *proxy_url;
	char *impersonate_user;
	struct sl_strvec impersonate_groups;
	struct sl_strvec exec_argv; /* exec credential plugin, empty unless allowed */
	struct sl_strvec exec_env;  /* "NAME=value", KUBERNETES_EXEC_INFO among them */
	char *exec_api_version;	    /* "client.authentication.k8s.io/v1" or "…/v1beta1" */
	bool insecure_skip_tls_verify;
};
#define SL_KUBE_CONFIG_INIT \
	{ \
		0 \
	}
void sl_kube_config_release(struct sl_kube_config *c);
void sl_kube_config_copy(const struct sl_kube_config *from, struct sl_kube_config *ret_to);

struct sl_kube_config_options {
	const char *path;    /* --kubeconfig, or NULL: $KUBECONFIG, in-cluster, ~/.kube/config */
	const char *context; /* NULL: current-context */
	const char *cluster; /* overrides the context's, or NULL */
	const char *user;    /* overrides the context's, or NULL */
	bool allow_exec;     /* the command line only: controllers run no other program */
};

/*
 * Load by the order above. A named context, cluster or user skips the in-cluster configuration. With
 * `allow_exec` the plugin is not run yet: see sl_kube_config_exec() in config_exec.h. Errors:
 * NOT_FOUND when there is none, INVALID naming file, line, field, UNSUPPORTED (auth-provider, exec
 * where it is not allowed, as-uid and as-user-extra), and those of reading files.
 */
int sl_kube_config_load(const struct sl_kube_config_options *options,
			struct sl_kube_config *ret_config, struct sl_err *err) SL_MUST_CHECK;
/*
 * The namespace that a command is about when it names none, as client-go has it: that of the context of
 * `options->path`, else of $KUBECONFIG, else of ~/.kube/config, whether or not cluster and user are there;
 * in a pod that of the pod. *ret_namespace, which the caller frees, is NULL when none of them has one.
 * Errors: those of files that are there but no kubeconfig, INVALID for a context that is in none.
 */
int sl_kube_config_namespace(const struct sl_kube_config_options *options, char **ret_namespace,
			     struct sl_err *err) SL_MUST_CHECK;
/*
 * The pod's service account, whose files are in `directory` (NULL: where Kubernetes mounts them), and
 * $KUBERNETES_SERVICE_HOST and _PORT. NOT_FOUND outside of a cluster.
 */
int sl_kube_config_in_cluster(const char *directory, struct sl_kube_config *ret_config,
			      struct sl_err *err) SL_MUST_CHECK;
/*
 * From the bytes of a kubeconfig (a Secret): only what is inside the text counts, file references,
 * auth plugins and embedded impersonation are dropped; exec and insecure TLS too unless allowed. A
 * relative command of exec stays as it is. Errors: INVALID naming line and field, TOO_LARGE.
 */
struct sl_kube_config_secret_policy {
	bool allow_exec;
	bool allow_insecure_tls;
};
int sl_kube_config_parse_secret(struct sl_str text,
				const struct sl_kube_config_secret_policy *policy,
				struct sl_kube_config *ret_config,
				struct sl_err *err) SL_MUST_CHECK;

#endif
