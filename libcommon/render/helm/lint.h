/*
 * `helm lint`: what is wrong with a chart, with the rules and the words of Helm v3.22.
 *
 * Pure, as helm.h. E-mail addresses and URLs of maintainers are held against simpler patterns than Helm's.
 *
 * Thread rule: as helm.h.
 */
#ifndef LIBCOMMON_RENDER_HELM_LINT_H
#define LIBCOMMON_RENDER_HELM_LINT_H

#include "libcommon/render/helm/helm.h"

enum sl_helm_severity { SL_HELM_INFO, SL_HELM_WARNING, SL_HELM_ERROR };

struct sl_helm_lint_message {
	enum sl_helm_severity severity;
	struct sl_str path, text;
};
struct sl_helm_lint {
	/* In. `values` may be NULL; an empty version: SL_HELM_KUBE_VERSION. */
	const struct sl_go_map *values;
	struct sl_str namespace_;
	struct sl_helm_kube_version kube_version;
	bool skip_schema;
	/* Out. */
	struct sl_helm_lint_message *messages;
	size_t count, cap;
};

/*
 * Look at the chart in directory `dir`, an absolute path. What is wrong with the chart becomes a
 * message. Errors: SL_ERR_NOT_FOUND without a Chart.yaml, SL_ERR_TOO_LARGE (limits of helm.h).
 */
int sl_helm_lint_dir(struct sl_arena *a, const struct sl_helm_fs *fs, const char *dir,
		     const struct sl_helm_host *host, struct sl_helm_lint *l,
		     struct sl_err *err) SL_MUST_CHECK;
/* "[WARNING] templates/a.yaml: …" */
void sl_helm_lint_text(const struct sl_helm_lint_message *m, struct sl_strbuf *out);

/* ---- the parts of it ---- */

void sl_helm_lint_say(struct sl_arena *a, struct sl_helm_lint *l, enum sl_helm_severity severity,
		      const char *path, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* The rules for Chart.yaml. */
void sl_helm_lint_definition(struct sl_arena *a, struct sl_str text, struct sl_helm_lint *l);
/* The rules for what a template has become; false: the remaining templates are not looked at. */
bool sl_helm_lint_manifest(struct sl_arena *a, const char *path, struct sl_str rendered,
			   struct sl_helm_lint *l);
/* Whether an API is deprecated in version 1.`minor`, and what Kubernetes says of that. */
bool sl_helm_is_deprecated(struct sl_str api_version, struct sl_str kind, int64_t minor,
			   struct sl_strbuf *out);

#endif
