#include "cli/remote/get.h"
#include "cli/remote/programs.h"
#include "cli/remote/targets.h"
#include "cli/report.h"

/* What a person would have written: no status, and of the metadata only names, labels, annotations. */
static struct sl_value *declared(struct sl_arena *a, const struct sl_value *object)
{
	static const char *const kept[] = { "name", "namespace", "labels", "annotations" };
	struct sl_value *out = sl_value_map(a), *metadata;

	sl_map_set_str(a, out, "apiVersion", sl_obj_api_version(object));
	sl_map_set_str(a, out, "kind", sl_obj_kind(object));
	metadata = sl_map_need_map(a, out, "metadata");
	for (size_t i = 0; i < SL_ARRAY_LEN(kept); i++) {
		struct sl_value *v = sl_get(object, "metadata", kept[i]);

		if (v)
			sl_map_setz(a, metadata, kept[i], v);
	}
	if (sl_get(object, "spec"))
		sl_map_setz(a, out, "spec", sl_get(object, "spec"));
	return out;
}

int sl_cli_remote_export(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_cli_session) s = SL_CLI_SESSION_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);
	struct sl_cli_targets t = { .missing = 0 };
	int r = sl_cli_session_open(args, &s, err);

	(void)argv;
	if (!r)
		r = sl_cli_targets_find(&s, &t, err);
	if (r)
		return r;
	for (size_t i = 0; i < sl_list_len(t.objects); i++)
		sl_cli_add_document(declared(&s.a, sl_list_get(t.objects, i)), SL_CLI_YAML, false,
				    &out);
	r = sl_cli_print(&out, err);
	return !r && t.missing ? SL_ERR_CANCELED : r;
}
