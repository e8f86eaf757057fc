/*
 * One run against one cluster: where it is, who we are, which namespace, how long we may take.
 *
 * Thread rule: one thread at a time, but for the client in it.
 */
#ifndef CLI_REMOTE_SESSION_H
#define CLI_REMOTE_SESSION_H

#include "cli/args.h"
#include "cli/kinds.h"
#include "libcommon/base/arena.h"
#include "libcommon/kube/client.h"
#include "libcommon/kube/object.h"

#define SL_CLI_FIELD_MANAGER "sluice"
#define SL_CLI_PEM_MAX ((size_t)1 << 20) /* bytes of a certificate or key file */

struct sl_cli_session {
	const struct sl_cli_args *args;
	struct sl_kube_config config;
	struct sl_kube_client *client;
	char *namespace_; /* of the request: --namespace and what stands in for it */
	int64_t timeout_ms;
	int64_t deadline_ms; /* monotonic: the session's begin and timeout_ms */
	struct sl_arena a;   /* freed with the session */
};
#define SL_CLI_SESSION_INIT \
	{ \
		.args = NULL \
	}
void sl_cli_session_release(struct sl_cli_session *s);

/*
 * Find the kubeconfig, apply the global flags of `args` over it, start the client. Connects lazily:
 * that the server cannot be reached is told by the first request, at once. Borrows `args`.
 */
int sl_cli_session_open(const struct sl_cli_args *args, struct sl_cli_session *ret_session,
			struct sl_err *err) SL_MUST_CHECK;

/*
 * The namespace of a request. In falling precedence: what was given on the command line (`given`, or
 * NULL); `context` when it is to be followed; `environment` where it is a valid name; `otherwise`.
 * Pure; any may be NULL but the last.
 */
struct sl_cli_namespaces {
	const char *given, *context, *environment, *otherwise;
	bool follow_context;
};
const char *sl_cli_choose_namespace(const struct sl_cli_namespaces *n);

/* What sl_cli_list() looks for; NULL: any. */
struct sl_cli_filter {
	const char *namespace_, *name, *label_selector;
	const char *field_selector; /* instead of `name` */
};
/*
 * The objects of a kind as a LIST in the session's arena, without managedFields. Errors: NOT_FOUND
 * `no matches for kind …` when the cluster does not serve the kind; what the server says otherwise.
 */
int sl_cli_list(struct sl_cli_session *s, const struct sl_kube_kind *kind,
		const struct sl_cli_filter *filter, struct sl_value **ret_items,
		struct sl_err *err) SL_MUST_CHECK;
/* One object. Errors: NOT_FOUND `Kind object 'name' not found in "ns" namespace`. */
int sl_cli_find(struct sl_cli_session *s, const struct sl_kube_kind *kind, const char *namespace_,
		const char *name, struct sl_value **ret_object, struct sl_err *err) SL_MUST_CHECK;
/* Merge-patch an object; *ret_object is what it became. */
int sl_cli_patch(struct sl_cli_session *s, const struct sl_kube_ref *ref,
		 const struct sl_value *patch, struct sl_value **ret_object,
		 struct sl_err *err) SL_MUST_CHECK;
/* Options of a verb of kube/object.h: what is left of the session's time. */
struct sl_kube_verb_options sl_cli_verb_options(const struct sl_cli_session *s);

#endif
