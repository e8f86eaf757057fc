#include "cli/remote/get.h"

#include <ctype.h>

#include "cli/remote/programs.h"
#include "cli/report.h"
#include "libcommon/base/clock.h"
#include "libcommon/codec/json.h"
#include "libcommon/codec/yaml.h"

void sl_cli_add_document(const struct sl_value *v, enum sl_cli_format format, bool first,
			 struct sl_strbuf *out)
{
	if (format == SL_CLI_YAML) {
		sl_strbuf_addz(out, first ? "" : "---\n");
		sl_yaml_write(v, SL_YAML_SORT, out);
		return;
	}
	sl_json_write(v, SL_JSON_PRETTY | SL_JSON_SORT, out);
	sl_strbuf_addc(out, '\n');
}

void sl_cli_add_name(enum sl_cli_kind_id kind, const struct sl_value *object, struct sl_strbuf *out)
{
	const struct sl_kube_kind *k = &sl_cli_kind(kind)->kube;

	for (const char *c = k->kind; *c; c++)
		sl_strbuf_addc(out, (char)tolower((unsigned char)*c));
	sl_strbuf_addf(out, ".%s/%.*s\n", k->group, SL_STR_FMT(sl_obj_name(object)));
}

static enum sl_cli_format format_of(const struct sl_cli_args *args)
{
	static const struct {
		const char *name;
		enum sl_cli_format format;
	} formats[] = {
		{ "wide", SL_CLI_WIDE },
		{ "name", SL_CLI_NAMES },
		{ "json", SL_CLI_JSON },
		{ "yaml", SL_CLI_YAML },
	};
	struct sl_str wanted = sl_str(sl_cli_string(args, "output"));

	for (size_t i = 0; i < SL_ARRAY_LEN(formats); i++)
		if (sl_str_ieq(wanted, sl_str(formats[i].name)))
			return formats[i].format;
	return SL_CLI_TABLE;
}

static bool is_table(const struct sl_cli_get *g)
{
	return g->format == SL_CLI_TABLE || g->format == SL_CLI_WIDE;
}

static int none_found(const struct sl_cli_get *g, const struct sl_kube_kind *kind,
		      struct sl_err *err)
{
	const char *in = g->filter.namespace_
				 ? sl_arena_printf(&g->session->a, "\"%s\"", g->filter.namespace_)
				 : "any";

	if (g->filter.name)
		return sl_err_set(err, SL_ERR_NOT_FOUND, "%s object '%s' not found in %s namespace",
				  kind->kind, g->filter.name, in);
	return sl_err_set(err, SL_ERR_NOT_FOUND, "no %s objects found in %s namespace", kind->kind,
			  in);
}

static void add_table(struct sl_cli_get *g, const struct sl_value *items, struct sl_strbuf *out)
{
	SL_AUTO(sl_cli_table) table = SL_CLI_TABLE_INIT;
	struct sl_cli_row row;
	size_t shown = 0;

	for (size_t i = 0; i < sl_list_len(items); i++) {
		const struct sl_value *object = sl_list_get(items, i);

		if (!sl_cli_selector_matches(&g->selector, g->view.kind, object))
			continue;
		sl_cli_row_of(&g->session->a, &g->view, object, &row);
		sl_cli_table_add(&table, &row);
		shown++;
	}
	if (g->command->all && !shown)
		return;
	sl_cli_header(&g->view, &row);
	sl_cli_table_print(&table, g->header ? &row : NULL, out);
	if (g->command->all)
		sl_strbuf_addc(out, '\n');
}

static void add_items(struct sl_cli_get *g, const struct sl_value *items, struct sl_value *all,
		      struct sl_strbuf *out)
{
	for (size_t i = 0; i < sl_list_len(items); i++) {
		struct sl_value *object = sl_list_get(items, i);

		if (!sl_cli_selector_matches(&g->selector, g->view.kind, object))
			continue;
		if (g->format == SL_CLI_NAMES)
			sl_cli_add_name(g->view.kind, object, out);
		else
			sl_list_push(&g->session->a, all, object);
	}
}

/*
 * The objects of one kind. Nothing of a kind is an error when people ask for that kind: they have
 * mistyped the namespace. A script that reads a list gets an empty one.
 */
static int get_kind(struct sl_cli_get *g, enum sl_cli_kind_id id, struct sl_value *all,
		    struct sl_strbuf *out, struct sl_err *err)
{
	const struct sl_kube_kind *kind = &sl_cli_kind(id)->kube;
	struct sl_value *items;
	int r = sl_cli_list(g->session, kind, &g->filter, &items, err);

	if (r)
		return r;
	if (!g->command->all && !sl_list_len(items) && (is_table(g) || g->filter.name))
		return none_found(g, kind, err);
	g->view.kind = id;
	if (is_table(g))
		add_table(g, items, out);
	else
		add_items(g, items, all, out);
	return 0;
}

/* One named object stands alone, anything else is a List as kubectl's. */
static void add_all(const struct sl_cli_get *g, struct sl_value *all, struct sl_strbuf *out)
{
	struct sl_arena *a = &g->session->a;
	struct sl_value *list;

	if (g->filter.name && !g->command->all && sl_list_len(all) == 1) {
		sl_cli_add_document(sl_list_get(all, 0), g->format, true, out);
		return;
	}
	list = sl_value_map(a);
	sl_map_set_strz(a, list, "apiVersion", "v1");
	sl_map_set_strz(a, list, "kind", "List");
	sl_map_setz(a, list, "metadata", sl_value_map(a));
	sl_map_setz(a, list, "items", all);
	sl_cli_add_document(list, g->format, true, out);
}

/* Kinds that the cluster does not serve are left out; what fails otherwise is told and counts. */
static int get_all(struct sl_cli_get *g, struct sl_value *all, struct sl_strbuf *out,
		   struct sl_err *err)
{
	int result = 0;

	for (int id = (int)g->command->first; id <= (int)g->command->last; id++) {
		int r = get_kind(g, (enum sl_cli_kind_id)id, all, out, err);

		if (r == SL_ERR_NET || r == SL_ERR_AUTH || r == SL_ERR_TIMEOUT)
			return r;
		if (r && r != SL_ERR_NOT_FOUND) {
			sl_cli_say_error(err);
			result = SL_ERR_CANCELED;
		}
		sl_err_release(err);
	}
	return result;
}

static int get_once(struct sl_cli_get *g, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);
	struct sl_value *all = sl_value_list(&g->session->a);
	int r = g->command->all ? get_all(g, all, &out, err)
				: get_kind(g, g->command->last, all, &out, err);

	if (r && r != SL_ERR_CANCELED)
		return r;
	if (g->format == SL_CLI_JSON || g->format == SL_CLI_YAML)
		add_all(g, all, &out);
	int printed = sl_cli_print(&out, err);

	return printed ? printed : r;
}

static void read_args(const struct sl_cli_args *args, struct sl_cli_session *s,
		      struct sl_cli_get *ret_get)
{
	struct sl_cli_get *g = ret_get;
	bool everywhere = sl_cli_bool(args, "all-namespaces");

	g->session = s;
	g->command = sl_cli_leaf(&args->path);
	g->format = format_of(args);
	g->header = !sl_cli_bool(args, "no-header");
	g->filter.namespace_ = everywhere ? NULL : s->namespace_;
	g->filter.name = args->words.n ? args->words.v[0] : NULL;
	g->filter.label_selector = sl_cli_string(args, "label-selector");
	g->view.kind = g->command->last;
	g->view.namespaces = everywhere;
	g->view.kinds = g->command->all;
	g->view.wide = g->format == SL_CLI_WIDE;
	g->view.wall_ms = sl_wall_ms();
	if (sl_cli_flag(&args->path, SL_STR("show-source")))
		g->view.show_source = sl_cli_bool(args, "show-source");
}

int sl_cli_remote_get(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_cli_session) s = SL_CLI_SESSION_INIT;
	bool watch = sl_cli_bool(args, "watch");
	struct sl_cli_get g = { .session = NULL };
	int r;

	(void)argv;
	if (watch && sl_cli_leaf(&args->path)->all)
		return sl_err_set(err, SL_ERR_INVALID,
				  "expected a single resource type, but found all");
	r = sl_cli_selector_parse(sl_cli_string(args, "status-selector"), &g.selector, err);
	if (!r)
		r = sl_cli_session_open(args, &s, err);
	if (r)
		return r;
	read_args(args, &s, &g);
	return watch ? sl_cli_get_watch(&g, err) : get_once(&g, err);
}
