#include "libcommon/render/kustomize/chart.h"

#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/smp.h"
#include "libcommon/render/kustomize/target.h"

#define DEFAULT_HOME "charts"
#define BUILTIN "HelmChartInflationGenerator"

/* One chart: its arguments, and where it lies. */
struct chart {
	struct sl_kz_stage *s;
	const struct sl_value *args;
	const char *home; /* of the charts, as the kustomization names it */
	const char *dir;  /* of this one, likewise */
	struct sl_str namespace_;
};

enum merge { MERGE_OVERRIDE, MERGE_MERGE, MERGE_REPLACE };

static const char *const merge_names[] = {
	[MERGE_OVERRIDE] = "override",
	[MERGE_MERGE] = "merge",
	[MERGE_REPLACE] = "replace",
};

static int read_merge(const struct sl_value *args, enum merge *ret, struct sl_err *err)
{
	const struct sl_value *v = sl_get(args, "valuesMerge");

	*ret = MERGE_OVERRIDE;
	if (!sl_as_str(v).n)
		return 0;
	for (size_t i = 0; i < SL_ARRAY_LEN(merge_names); i++)
		if (sl_str_eqz(sl_as_str(v), merge_names[i])) {
			*ret = (enum merge)i;
			return 0;
		}
	return sl_value_err_set(err, v, "valuesMerge", SL_ERR_INVALID,
				"valuesMerge must be one of [merge override replace]");
}

static int check_name(const struct sl_value *args, const char *field, const char *what,
		      struct sl_err *err)
{
	struct sl_str name = sl_get_str(args, field);

	if (!sl_str_starts(name, SL_STR("-")))
		return 0;
	return sl_value_err_set(err, sl_get(args, field), field, SL_ERR_INVALID,
				"%s must not start with '-', got \"%.*s\"", what, SL_STR_FMT(name));
}

static int check(struct sl_kz_stage *s, const struct sl_value *args, struct sl_err *err)
{
	enum merge merge;
	int r = 0;

	if (!s->kz->options.charts)
		return sl_value_err_set(err, args, NULL, SL_ERR_UNSUPPORTED,
					"must specify --enable-helm: charts are not rendered in "
					"this build");
	if (!sl_get_str(args, "name").n)
		return sl_value_err_set(err, args, "name", SL_ERR_INVALID,
					"chart name cannot be empty");
	r = check_name(args, "releaseName", "releaseName", err);
	if (r == 0)
		r = check_name(args, "name", "chart name", err);
	return r == 0 ? read_merge(args, &merge, err) : r;
}

static void locate(struct chart *c, const struct sl_value *globals)
{
	struct sl_arena *a = c->s->kz->a;
	struct sl_str home = sl_get_str(globals, "chartHome"), name = sl_get_str(c->args, "name"),
		      version = sl_get_str(c->args, "version");

	if (!home.n)
		home = SL_STR(DEFAULT_HOME);
	/* Where kustomize would put what it pulls. */
	if (version.n && sl_get_str(c->args, "repo").n)
		c->home = sl_arena_printf(a, "%.*s/%.*s-%.*s", SL_STR_FMT(home), SL_STR_FMT(name),
					  SL_STR_FMT(version));
	else
		c->home = sl_arena_str(a, home).p;
	c->dir = sl_arena_printf(a, "%s/%.*s", c->home, SL_STR_FMT(name));
}

static int find_directory(struct chart *c, const char **ret, struct sl_err *err)
{
	struct sl_kz *kz = c->s->kz;
	int r = sl_kz_path_join(kz->a, *c->dir == '/' ? "" : c->s->dir->path,
				sl_str(c->dir + (*c->dir == '/')), ret, err);
	struct sl_str repo = sl_get_str(c->args, "repo");

	if (r < 0 || kz->fs->stat(kz->fs->ctx, *ret) == SL_KUSTOMIZE_DIR)
		return r;
	if (!repo.n)
		return sl_err_set(err, SL_ERR_NOT_FOUND,
				  "no repo specified for pull, no chart found at '%s'",
				  sl_kz_shown(kz, *ret));
	return sl_err_set(
		err, SL_ERR_NOT_FOUND,
		"no chart found at '%s', and charts are not pulled during a build: get it "
		"with 'helm pull --untar --untardir %s' first",
		sl_kz_shown(kz, *ret), c->home);
}

/* The values file laid over, or under, the values in place. */
static int merge_values(struct chart *c, enum merge merge, struct sl_str file_text,
			const char *file, struct sl_str *ret, struct sl_err *err)
{
	struct sl_kz *kz = c->s->kz;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_YAML_BYTES_MAX);
	struct sl_value *in_place = sl_value_copy(kz->a, sl_get(c->args, "valuesInline"));
	struct sl_value *values = in_place, *from_file;
	/* In a patch the first of repeated keys counts, where what it adds has none. */
	const struct sl_yaml_options options = { .rules = SL_YAML_GO3,
						 .file = file,
						 .allow_duplicates = merge == MERGE_MERGE,
						 .keep_first = true,
						 .first_document = true };
	int r = 0;

	if (merge != MERGE_REPLACE) {
		r = sl_yaml_parse(kz->a, file_text, &options, &from_file, err);
		if (r == 0 && !sl_is_map(from_file))
			from_file = sl_value_map(kz->a);
		if (r == 0)
			r = sl_kz_strategic_merge(
				kz->a, kz->schema, merge == MERGE_MERGE ? in_place : from_file,
				merge == MERGE_MERGE ? from_file : in_place, &values, err);
		if (r == 0 && values)
			r = sl_kz_check_repeated(values, err);
	}
	if (r < 0) {
		sl_err_wrap(err, "could not merge values");
		return r;
	}
	if (!values)
		values = sl_value_map(kz->a);
	sl_kz_forget_spelling(values);
	sl_yaml_write(values, SL_YAML_SORT, &out);
	r = sl_strbuf_check(&out, "the merged values", err);
	if (r == 0)
		*ret = sl_arena_str(kz->a, sl_strbuf_str(&out));
	return r;
}

/* The texts of the values, later ones over earlier ones. */
static int read_values(struct chart *c, struct sl_str **ret, size_t *ret_count, struct sl_err *err)
{
	struct sl_kz *kz = c->s->kz;
	const struct sl_value *more = sl_get(c->args, "additionalValuesFiles");
	struct sl_str *texts = sl_arena_array(kz->a, sl_list_len(more) + 1, sizeof(*texts));
	struct sl_str file = sl_get_str(c->args, "valuesFile");
	const char *path = NULL;
	enum merge merge;
	int r = read_merge(c->args, &merge, err);

	for (size_t i = 0; i < sl_list_len(more) && r == 0; i++) {
		r = sl_kz_load(kz, c->s->dir, sl_as_str(sl_list_get(more, i)), &texts[i + 1], &path,
			       err);
		if (r < 0)
			sl_err_wrap(err, "could not load additionalValuesFile");
	}
	if (!file.n)
		file = sl_str(sl_arena_printf(kz->a, "%s/values.yaml", c->dir));
	if (r == 0 && (merge != MERGE_REPLACE || !sl_map_len(sl_get(c->args, "valuesInline"))))
		r = sl_kz_load(kz, c->s->dir, file, &texts[0], &path, err);
	if (r == 0 && sl_map_len(sl_get(c->args, "valuesInline")))
		r = merge_values(c, merge, texts[0], path, &texts[0], err);
	*ret = texts;
	*ret_count = sl_list_len(more) + 1;
	return r;
}

static const struct sl_str *strings(struct sl_arena *a, const struct sl_value *list, size_t *ret_n)
{
	struct sl_str *v = sl_arena_array(a, sl_list_len(list) + 1, sizeof(*v));

	*ret_n = sl_list_len(list);
	for (size_t i = 0; i < *ret_n; i++)
		v[i] = sl_as_str(sl_list_get(list, i));
	return v;
}

static int render(struct chart *c, struct sl_str *ret_text, struct sl_err *err)
{
	struct sl_kz *kz = c->s->kz;
	const struct sl_kustomize_charts *charts = kz->options.charts;
	struct sl_kustomize_chart request = {
		.release = sl_get_str(c->args, "releaseName"),
		.name_template = sl_get_str(c->args, "nameTemplate"),
		.namespace_ = c->namespace_,
		.kube_version = sl_get_str(c->args, "kubeVersion"),
		.include_crds = sl_get_bool(c->args, false, "includeCRDs"),
		.skip_tests = sl_get_bool(c->args, false, "skipTests"),
		.no_hooks = sl_get_bool(c->args, false, "skipHooks"),
	};
	struct sl_str *values = NULL;
	int r = find_directory(c, &request.dir, err);

	if (r == 0)
		r = read_values(c, &values, &request.value_count, err);
	if (r < 0)
		return r;
	request.values = values;
	request.api_versions =
		strings(kz->a, sl_get(c->args, "apiVersions"), &request.api_version_count);
	return charts->render(charts->ctx, kz->fs, &request, kz->a, ret_text, err);
}

static int inflate(struct chart *c, struct sl_kz_map *ret, struct sl_err *err)
{
	struct sl_kz *kz = c->s->kz;
	struct sl_str text;
	int r = render(c, &text, err);

	if (r == 0)
		r = sl_kz_decode_resources(kz, text,
					   sl_arena_printf(kz->a, "chart %.*s",
							   SL_STR_FMT(sl_get_str(c->args, "name"))),
					   ret, err);
	for (size_t i = 0; r == 0 && i < ret->n; i++) {
		ret->v[i]->from_chart = true;
		if (kz->track_origin)
			ret->v[i]->origin = sl_kz_stage_origin(c->s);
	}
	return r;
}

/* kustomize sets all generators up before it runs the first one. */
int sl_kz_charts_generate(struct sl_kz_stage *s, struct sl_err *err)
{
	const struct sl_value *k = s->kust->value, *list = sl_get(k, "helmCharts");
	struct sl_str own = sl_get_str(k, "namespace");
	int r = 0;

	s->builtin = BUILTIN;
	for (size_t i = 0; i < sl_list_len(list) && r == 0; i++) {
		r = check(s, sl_list_get(list, i), err);
		if (r < 0)
			sl_value_err_at(sl_list_get(list, i),
					sl_arena_printf(s->kz->a, "helmCharts[%zu]", i), err);
	}
	for (size_t i = 0; i < sl_list_len(list) && r == 0; i++) {
		struct chart c = { .s = s, .args = sl_list_get(list, i) };
		struct sl_kz_map made = { 0 };

		c.namespace_ = sl_get_str(c.args, "namespace");
		if (!c.namespace_.n)
			c.namespace_ = own.n ? own : s->dir->chart_namespace;
		locate(&c, sl_get(k, "helmGlobals"));
		r = inflate(&c, &made, err);
		for (size_t m = 0; m < made.n && r == 0; m++)
			r = sl_kz_map_absorb(s->kz, s->m, made.v[m], err);
		if (r < 0)
			sl_value_err_at(c.args, sl_arena_printf(s->kz->a, "helmCharts[%zu]", i),
					err);
	}
	return r;
}

int sl_kz_chart_check(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_err *err)
{
	return check(s, p->args, err);
}

int sl_kz_chart_generate(struct sl_kz_stage *s, const struct sl_kz_plugin *p, struct sl_kz_map *ret,
			 struct sl_err *err)
{
	struct chart c = { .s = s,
			   .args = p->args,
			   .namespace_ = sl_get_str(p->args, "namespace") };

	locate(&c, p->args);
	return inflate(&c, ret, err);
}
