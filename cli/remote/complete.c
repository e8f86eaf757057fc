/*
 * The candidates that only the cluster or the kubeconfig knows. A shell waits for them, so that what
 * does not answer soon has none.
 */
#include <stdlib.h>

#include "cli/candidates.h"
#include "cli/remote/kubekinds.h"
#include "cli/remote/programs.h"
#include "cli/report.h"
#include "libcommon/base/clock.h"
#include "libcommon/base/file.h"
#include "libcommon/codec/yaml.h"

#define PATIENCE_MS 3000

static int offer_objects(const struct sl_cli_query *q, struct sl_strbuf *out, struct sl_err *err)
{
	SL_AUTO(sl_cli_session) s = SL_CLI_SESSION_INIT;
	bool names = q->wanted == SL_CLI_COMPLETE_NAMES;
	const struct sl_kube_kind *kind = &sl_cli_kube_namespace;
	struct sl_cli_filter filter = { .name = NULL };
	struct sl_value *items;
	int r = sl_cli_session_open(&q->args, &s, err);

	if (r)
		return r;
	s.deadline_ms = sl_mono_ms() + PATIENCE_MS;
	if (names) {
		kind = &sl_cli_kind(sl_cli_leaf(&q->args.path)->last)->kube;
		filter.namespace_ = s.namespace_;
	}
	r = sl_cli_list(&s, kind, &filter, &items, err);
	for (size_t i = 0; !r && i < sl_list_len(items); i++)
		sl_cli_query_offer(q, sl_obj_name(sl_list_get(items, i)), NULL, out);
	return r;
}

/* The kubeconfig files, in the order in which they are read. */
static void kubeconfigs(const struct sl_cli_args *args, struct sl_strvec *ret_paths)
{
	const char *given = sl_cli_string(args, "kubeconfig"), *env = getenv("KUBECONFIG");
	const char *home = getenv("HOME");
	struct sl_str rest = sl_str(env), path;

	if (given)
		sl_strvec_push(ret_paths, given);
	while (!given && sl_str_split(&rest, ':', &path))
		sl_strvec_push_str(ret_paths, path);
	if (!ret_paths->n && home)
		sl_strvec_pushf(ret_paths, "%s/.kube/config", home);
}

static int offer_contexts(const struct sl_cli_query *q, struct sl_strbuf *out, struct sl_err *err)
{
	SL_AUTO(sl_strvec) paths = SL_STRVEC_INIT;
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	int r = 0;

	kubeconfigs(&q->args, &paths);
	for (size_t i = 0; i < paths.n; i++) {
		SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(SL_KUBECONFIG_BYTES_MAX);
		const struct sl_value *contexts;
		struct sl_value *doc;

		r = sl_file_read_path(paths.v[i], &text, err);
		if (!r)
			r = sl_yaml_parse(&a, sl_strbuf_str(&text), NULL, &doc, err);
		if (r)
			return r;
		contexts = sl_get(doc, "contexts");
		for (size_t j = 0; j < sl_list_len(contexts); j++)
			sl_cli_query_offer(q, sl_get_str(sl_list_get(contexts, j), "name"), NULL,
					   out);
	}
	return r;
}

int sl_cli_remote_complete(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_cli_query) q = SL_CLI_QUERY_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);
	int r;

	(void)argv;
	sl_cli_query_read(&args->words, &q);
	r = q.wanted == SL_CLI_COMPLETE_CONTEXTS ? offer_contexts(&q, &out, err)
						 : offer_objects(&q, &out, err);
	return r ? r : sl_cli_print(&out, err);
}
