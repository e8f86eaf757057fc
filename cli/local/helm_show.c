#include "cli/helmhost.h"
#include "cli/local/helm.h"
#include "cli/local/helm_load.h"
#include "cli/local/programs.h"
#include "cli/report.h"
#include "libcommon/codec/jsonpath.h"
#include "libcommon/codec/yaml.h"

static bool wants(struct sl_str what, const char *part)
{
	return sl_str_eqz(what, "all") || sl_str_eqz(what, part);
}

/* Numbers of values are float64, whatever JSON would write of them. */
static void make_floats(struct sl_arena *a, struct sl_value *v)
{
	if (v->kind == SL_V_INT)
		*v = *sl_value_float(a, (double)v->i);
	for (size_t i = 0; i < sl_list_len(v); i++)
		make_floats(a, v->list.items[i]);
	for (size_t i = 0; i < sl_map_len(v); i++)
		make_floats(a, v->map.members[i].value);
}

/* Helm prints nothing, and does not fail, when there is nothing that the template finds. */
static int show_path(struct sl_arena *a, const struct sl_helm_chart *c, const char *template,
		     struct sl_strbuf *out, struct sl_err *err)
{
	const struct sl_jsonpath *path;
	struct sl_value *values;
	int r = sl_jsonpath_parse(a, sl_str(template), &path, err);

	if (r < 0)
		sl_err_wrap(err, "error parsing jsonpath %s", template);
	else
		r = sl_goval_to_json(a, sl_goval_map(c->values), &values, err);
	if (r < 0)
		return r;
	make_floats(a, values);
	r = sl_jsonpath_write(a, path, values, false, out, err);
	if (r != SL_ERR_INVALID)
		return r;
	sl_err_release(err);
	return 0;
}

static void show_values(const struct sl_helm_chart *c, bool all, struct sl_strbuf *out)
{
	if (!sl_helm_chart_file(c, "values.yaml"))
		return;
	if (all)
		sl_strbuf_addz(out, "---\n");
	for (size_t i = 0; i < c->raw_count; i++) {
		if (!sl_str_eqz(c->raw[i].name, "values.yaml"))
			continue;
		sl_strbuf_adds(out, c->raw[i].data);
		sl_strbuf_addc(out, '\n');
	}
}

static void show_readme(const struct sl_helm_chart *c, bool all, struct sl_strbuf *out)
{
	static const struct sl_str names[] = { SL_STR("readme.md"), SL_STR("readme.txt"),
					       SL_STR("readme") };

	for (size_t i = 0; i < c->file_count; i++)
		for (size_t k = 0; k < SL_ARRAY_LEN(names); k++) {
			if (!sl_str_ieq(c->files[i].name, names[k]))
				continue;
			if (all)
				sl_strbuf_addz(out, "---\n");
			sl_strbuf_adds(out, c->files[i].data);
			sl_strbuf_addc(out, '\n');
			return;
		}
}

static void show_crds(struct sl_arena *a, const struct sl_helm_chart *c, bool all,
		      struct sl_strbuf *out)
{
	size_t n;
	const struct sl_helm_crd *crds = sl_helm_chart_crds(a, c, &n);

	if (n > 0 && all && !sl_str_starts(crds[0].source, SL_STR("---")))
		sl_strbuf_addz(out, "---\n");
	for (size_t i = 0; i < n; i++) {
		sl_strbuf_adds(out, crds[i].source);
		sl_strbuf_addc(out, '\n');
	}
}

static int show(const struct sl_cli_args *args, struct sl_arena *a, struct sl_strbuf *out,
		struct sl_err *err)
{
	struct sl_str what = sl_str(sl_cli_leaf(&args->path)->name);
	const struct sl_helm_host host = sl_cli_helm_host(false);
	bool all = sl_str_eqz(what, "all"), values = sl_str_eqz(what, "values");
	const char *template = values ? sl_cli_string(args, "jsonpath") : NULL;
	struct sl_helm_chart *c = NULL;
	const char *path = NULL;
	int r;

	if (args->words.n != 1)
		return sl_err_set(
			err, SL_ERR_INVALID,
			"\"helm show %.*s\" requires 1 argument\n\nUsage:  helm show %.*s "
			"[CHART] [flags]",
			SL_STR_FMT(what), SL_STR_FMT(what));
	r = sl_cli_helm_locate(a, args, args->words.v[0], &path, err);
	if (r == 0)
		r = sl_cli_helm_load(a, path, &host, &c, err);
	if (r < 0 || !c)
		return r;
	if (wants(what, "chart")) {
		sl_yaml_write(sl_helm_metadata_value(a, c->metadata), SL_YAML_SORT, out);
		sl_strbuf_addc(out, '\n');
	}
	if (template && *template) {
		r = c->values ? show_path(a, c, template, out, err) : 0;
		if (r < 0)
			return r;
	} else if (wants(what, "values")) {
		show_values(c, all, out);
	}
	if (wants(what, "readme"))
		show_readme(c, all, out);
	if (wants(what, "crds"))
		show_crds(a, c, all, out);
	return sl_cli_print(out, err);
}

int sl_cli_local_helm_show(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(SL_HELM_ARENA_MAX);
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);

	(void)argv;
	return show(args, &a, &out, err) < 0 ? sl_cli_helm_fail(err) : 0;
}
