#include "libcommon/render/helm/loading.h"
#include "libcommon/render/helm/manifests.h"
#include "libcommon/render/helm/objects.h"
#include "libcommon/render/helm/text.h"

#define NOTES "NOTES.txt"

struct rendering {
	struct sl_arena *a;
	const struct sl_helm_options *o;
	const struct sl_helm_host *host;
	struct sl_helm_chart *chart; /* a copy, with its dependencies processed */
	struct sl_helm_file *files;
	size_t n;
};

static int check_kube_version(const struct rendering *r, struct sl_err *err)
{
	struct sl_str want = r->chart->metadata->kube_version,
		      have = sl_helm_kube_version_of(r->o).version;

	if (!want.n || sl_helm_is_compatible(want, have))
		return 0;
	return sl_err_set(err, SL_ERR_INVALID,
			  "chart requires kubeVersion: %.*s which is incompatible with Kubernetes "
			  "%.*s",
			  SL_STR_FMT(want), SL_STR_FMT(have));
}

/* Moves the notes out of the files. */
static void take_notes(struct rendering *r, struct sl_helm_result *ret)
{
	struct sl_str own =
		sl_helm_join(r->a, r->chart->metadata->name, SL_STR("templates/" NOTES));
	SL_AUTO(sl_strbuf) notes = SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX);
	size_t kept = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (!sl_str_ends(r->files[i].name, SL_STR(NOTES))) {
			r->files[kept++] = r->files[i];
			continue;
		}
		if (!r->o->sub_notes && !sl_str_eq(r->files[i].name, own))
			continue;
		if (notes.n)
			sl_strbuf_addc(&notes, '\n');
		sl_strbuf_adds(&notes, r->files[i].data);
	}
	r->n = kept;
	ret->notes = sl_arena_str(r->a, sl_strbuf_str(&notes));
}

static void add_document(struct sl_strbuf *out, struct sl_str source, struct sl_str content)
{
	sl_strbuf_addz(out, "---\n# Source: ");
	sl_strbuf_adds(out, source);
	sl_strbuf_addc(out, '\n');
	sl_strbuf_adds(out, content);
	sl_strbuf_addc(out, '\n');
}

static int keep(struct rendering *r, const struct sl_strbuf *out, struct sl_str *ret,
		struct sl_err *err)
{
	int e = sl_strbuf_check(out, "the manifest", err);

	if (e == 0)
		*ret = sl_arena_str(r->a, sl_strbuf_str(out));
	return e;
}

/* Everything that was rendered, for whoever looks for the mistake in it. */
static int keep_all(struct rendering *r, struct sl_helm_result *ret)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX);

	for (size_t i = 0; i < r->n; i++)
		if (sl_helm_trim(r->files[i].data).n)
			add_document(&out, r->files[i].name, r->files[i].data);
	return keep(r, &out, &ret->manifest, NULL);
}

static int write_manifest(struct rendering *r, struct sl_helm_result *ret, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(r->o->output ? r->o->output : SL_HELM_OUTPUT_MAX);

	if (r->o->include_crds)
		ret->crds = sl_helm_chart_crds(r->a, r->chart, &ret->crd_count);
	for (size_t i = 0; i < ret->crd_count; i++)
		add_document(&out, ret->crds[i].name, ret->crds[i].source);
	for (size_t i = 0; i < ret->manifest_count; i++) {
		const struct sl_helm_manifest *m = &ret->manifests[i];
		bool hidden = r->o->hide_secrets && sl_str_eqz(m->kind, "Secret") &&
			      sl_str_eqz(m->api_version, "v1");

		add_document(&out, m->path,
			     hidden ? SL_STR("# HIDDEN: The Secret output has been suppressed")
				    : m->content);
	}
	return keep(r, &out, &ret->manifest, err);
}

static int post_render(struct rendering *r, struct sl_helm_result *ret, struct sl_err *err)
{
	int e;

	if (!r->o->post_render)
		return 0;
	e = r->o->post_render(r->o->post_render_data, ret->manifest, r->a, &ret->manifest, err);
	if (e < 0)
		sl_err_wrap(err, "error while running post render on files");
	return e;
}

static int render(struct rendering *r, struct sl_helm_result *ret, struct sl_err *err)
{
	int e = check_kube_version(r, err);

	if (e == 0)
		e = sl_helm_render_files(r->a, r->chart, ret->values, r->o, r->host, &r->files,
					 &r->n, err);
	if (e < 0)
		return e;
	take_notes(r, ret);
	e = sl_helm_sort_manifests(r->a, r->files, r->n, r->host, ret, err);
	if (e < 0) {
		(void)keep_all(r, ret);
		return e;
	}
	e = write_manifest(r, ret, err);
	return e < 0 ? e : post_render(r, ret, err);
}

int sl_helm_render(struct sl_arena *a, const struct sl_helm_chart *c, const struct sl_go_map *user,
		   const struct sl_helm_options *options, const struct sl_helm_host *host,
		   struct sl_helm_result *ret, struct sl_err *err)
{
	struct rendering r = { .a = a, .o = options, .host = sl_helm_host_or_none(host) };
	int e;

	*ret = (struct sl_helm_result){ .manifest = SL_STR("") };
	e = sl_helm_process_dependencies(a, c, user, r.host, &r.chart, err);
	if (e == 0)
		e = sl_helm_values_coalesce(a, r.chart, user, r.host, &ret->values, err);
	if (e < 0)
		return e;
	if (!options->skip_schema)
		e = sl_helm_values_validate(a, r.chart, ret->values, err);
	if (e == SL_ERR_INVALID) {
		SL_AUTO(sl_err) wrong = SL_ERR_INIT;

		if (!err)
			return e;
		(void)sl_err_move(&wrong, err);
		return sl_err_set(err, e,
				  "values don't meet the specifications of the schema(s) in the "
				  "following chart(s):\n%s",
				  wrong.message);
	}
	if (e < 0)
		return e;
	ret->rendered = true;
	return render(&r, ret, err);
}
