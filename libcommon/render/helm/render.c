#include <string.h>

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

/* ---- the manifest ---- */

#define DOCUMENT_HEAD "---\n# Source: "

/* A text of known length that is being written. */
struct writing {
	char *to; /* NULL: it is only measured */
	size_t n;
};

static void put(struct writing *w, struct sl_str s)
{
	if (w->to && s.n)
		memcpy(w->to + w->n, s.p, s.n);
	w->n += s.n;
}

static void put_document(struct writing *w, struct sl_str source, struct sl_str content)
{
	put(w, SL_STR(DOCUMENT_HEAD));
	put(w, source);
	put(w, SL_STR("\n"));
	put(w, content);
	put(w, SL_STR("\n"));
}

typedef void (*put_fn)(const struct rendering *r, const struct sl_helm_result *result,
		       struct writing *w);

static void put_manifests(const struct rendering *r, const struct sl_helm_result *result,
			  struct writing *w)
{
	for (size_t i = 0; i < result->crd_count; i++)
		put_document(w, result->crds[i].name, result->crds[i].source);
	for (size_t i = 0; i < result->manifest_count; i++) {
		const struct sl_helm_manifest *m = &result->manifests[i];
		bool hidden = r->o->hide_secrets && sl_str_eqz(m->kind, "Secret") &&
			      sl_str_eqz(m->api_version, "v1");

		put_document(w, m->path,
			     hidden ? SL_STR("# HIDDEN: The Secret output has been suppressed")
				    : m->content);
	}
}

/* Everything that was rendered, for whoever looks for the mistake in it. */
static void put_files(const struct rendering *r, const struct sl_helm_result *result,
		      struct writing *w)
{
	(void)result;
	for (size_t i = 0; i < r->n; i++)
		if (sl_helm_trim(r->files[i].data).n)
			put_document(w, r->files[i].name, r->files[i].data);
}

/* It may be large: it is measured first, and copied once. */
static int keep(const struct rendering *r, put_fn put_all, size_t max, struct sl_helm_result *ret,
		struct sl_err *err)
{
	struct writing w = { .to = NULL };

	put_all(r, ret, &w);
	if (w.n > max)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "the manifest is larger than %zu bytes",
				  max);
	w = (struct writing){ .to = sl_arena_bytes(r->a, w.n + 1) };
	put_all(r, ret, &w);
	w.to[w.n] = '\0';
	ret->manifest = (struct sl_str){ w.to, w.n };
	return 0;
}

static int write_manifest(struct rendering *r, struct sl_helm_result *ret, struct sl_err *err)
{
	if (r->o->include_crds)
		ret->crds = sl_helm_chart_crds(r->a, r->chart, &ret->crd_count);
	return keep(r, put_manifests, r->o->output ? r->o->output : SL_HELM_OUTPUT_MAX, ret, err);
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
		(void)keep(r, put_files, SL_HELM_OUTPUT_MAX, ret, NULL);
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
