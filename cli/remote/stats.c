#include "cli/remote/get.h"
#include "cli/remote/programs.h"
#include "cli/remote/text.h"
#include "cli/report.h"

/* The order of Flux's report. */
static const enum sl_cli_kind_id order[] = {
	SL_CLI_GIT_REPOSITORY,	 SL_CLI_OCI_REPOSITORY, SL_CLI_HELM_REPOSITORY, SL_CLI_HELM_CHART,
	SL_CLI_BUCKET,		 SL_CLI_KUSTOMIZATION,	SL_CLI_HELM_RELEASE,	SL_CLI_ALERT,
	SL_CLI_PROVIDER,	 SL_CLI_RECEIVER,	SL_CLI_IMAGE_UPDATE,	SL_CLI_IMAGE_POLICY,
	SL_CLI_IMAGE_REPOSITORY,
};

struct count {
	int64_t running, failing, suspended, bytes;
};

static void count_object(const struct sl_value *object, struct count *c)
{
	const struct sl_value *ready = sl_obj_condition(object, "Ready");

	if (sl_get_bool(object, false, "spec", "suspend"))
		c->suspended++;
	else
		c->running++;
	if (sl_str_eqz(sl_get_str(ready, "status"), "False"))
		c->failing++;
	c->bytes += sl_get_int(object, 0, "status", "artifact", "size");
}

/* Of a kind that the cluster does not serve there are none. */
static int count_kind(struct sl_cli_session *s, const struct sl_kube_kind *kind,
		      struct count *ret_count, struct sl_err *err)
{
	bool everywhere = sl_cli_bool(s->args, "all-namespaces");
	struct sl_cli_filter filter = { .namespace_ = everywhere ? NULL : s->namespace_ };
	struct sl_value *items = NULL;
	int r = sl_cli_list(s, kind, &filter, &items, err);

	*ret_count = (struct count){ .running = 0 };
	if (r == SL_ERR_NOT_FOUND) {
		sl_err_release(err);
		return 0;
	}
	for (size_t i = 0; !r && i < sl_list_len(items); i++)
		count_object(sl_list_get(items, i), ret_count);
	return r;
}

static void add_row(struct sl_cli_table *table, struct sl_arena *a, const char *kind,
		    const struct count *c)
{
	char size[SL_CLI_SIZE_SIZE];
	struct sl_cli_row row = { .n = 0 };
	const int64_t numbers[] = { c->running, c->failing, c->suspended };

	sl_cli_size(c->bytes, size);
	sl_cli_row_add(&row, sl_str(kind));
	for (size_t i = 0; i < SL_ARRAY_LEN(numbers); i++)
		sl_cli_row_add(&row, sl_str(sl_arena_printf(a, "%lld", (long long)numbers[i])));
	sl_cli_row_add(&row, sl_str(size));
	sl_cli_table_add(table, &row);
}

static void add_value(struct sl_value *list, struct sl_arena *a, const char *kind,
		      const struct count *c)
{
	struct sl_value *map = sl_value_map(a);

	sl_map_set_strz(a, map, "kind", kind);
	sl_map_set_int(a, map, "running", c->running);
	sl_map_set_int(a, map, "failing", c->failing);
	sl_map_set_int(a, map, "suspended", c->suspended);
	sl_map_set_int(a, map, "storageBytes", c->bytes);
	sl_list_push(a, list, map);
}

int sl_cli_remote_stats(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	static const struct sl_cli_row header = {
		.cells = { SL_STR("RECONCILERS"), SL_STR("RUNNING"), SL_STR("FAILING"),
			   SL_STR("SUSPENDED"), SL_STR("STORAGE") },
		.n = 5
	};
	SL_AUTO(sl_cli_session) s = SL_CLI_SESSION_INIT;
	SL_AUTO(sl_cli_table) table = SL_CLI_TABLE_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);
	const char *format = sl_cli_string(args, "output");
	struct sl_value *list = sl_value_list(&s.a);
	int r = sl_cli_session_open(args, &s, err);

	(void)argv;
	for (size_t i = 0; !r && i < SL_ARRAY_LEN(order); i++) {
		const struct sl_kube_kind *kind = &sl_cli_kind(order[i])->kube;
		struct count c;

		r = count_kind(&s, kind, &c, err);
		add_row(&table, &s.a, kind->kind, &c);
		add_value(list, &s.a, kind->kind, &c);
	}
	if (r)
		return r;
	if (format)
		sl_cli_add_document(list,
				    sl_str_ieq(sl_str(format), SL_STR("yaml")) ? SL_CLI_YAML
									       : SL_CLI_JSON,
				    true, &out);
	else
		sl_cli_table_print(&table, &header, &out);
	return sl_cli_print(&out, err);
}
