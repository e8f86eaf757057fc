#include <stdarg.h>
#include <string.h>

#include "libcommon/base/sort.h"
#include "libcommon/render/helm/loading.h"
#include "libcommon/render/helm/metadata.h"
#include "libcommon/render/helm/hearing.h"

/* A file below charts/, and the name that its chart has there. */
struct below_charts {
	struct sl_str chart;
	struct sl_helm_file file; /* its name is without "charts/" */
	size_t at;
};

/* One chart while its files are looked through. */
struct chart_files {
	struct sl_helm_loading *l;
	struct sl_helm_chart *c;
	struct sl_helm_files templates, files;
	struct below_charts *below;
	size_t n, cap;
};

const struct sl_helm_host *sl_helm_host_or_none(const struct sl_helm_host *host)
{
	static const struct sl_helm_host none;

	return host ? host : &none;
}

void sl_helm_log(const struct sl_helm_host *host, const char *fmt, ...)
{
	SL_AUTO(sl_strbuf) line = SL_STRBUF_INIT((size_t)1 << 20);
	va_list ap;

	if (!host || !host->log)
		return;
	va_start(ap, fmt);
	sl_strbuf_vaddf(&line, fmt, ap);
	va_end(ap);
	host->log(host->data, line.p);
}

void sl_helm_files_push(struct sl_arena *a, struct sl_helm_files *f, struct sl_str name,
			struct sl_str data)
{
	f->items = sl_arena_grow(a, f->items, f->n, &f->cap, sizeof(*f->items));
	f->items[f->n++] = (struct sl_helm_file){ name, data };
}

struct sl_helm_loading sl_helm_loading_part(const struct sl_helm_loading *l, struct sl_arena *a,
					    const struct sl_helm_host *host)
{
	return (struct sl_helm_loading){
		.a = a,
		.host = host,
		.files = SL_HELM_FILES_MAX - (SL_HELM_FILES_MAX - l->files) / SL_PARTS,
		.bytes = SL_HELM_UNPACKED_MAX - (SL_HELM_UNPACKED_MAX - l->bytes) / SL_PARTS,
		.depth = l->depth,
	};
}

void sl_helm_loading_join(struct sl_helm_loading *l, const struct sl_helm_loading *parts)
{
	const struct sl_helm_loading begun = sl_helm_loading_part(l, NULL, NULL);

	for (size_t i = 0; i < SL_PARTS; i++) {
		l->files += parts[i].files - begun.files;
		l->bytes += parts[i].bytes - begun.bytes;
	}
}

int sl_helm_loading_count(struct sl_helm_loading *l, size_t files, uint64_t bytes,
			  struct sl_err *err)
{
	if (files > SL_HELM_FILES_MAX - l->files)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "chart has more than %d files",
				  SL_HELM_FILES_MAX);
	if (bytes > SL_HELM_UNPACKED_MAX - l->bytes || sl_arena_full(l->a))
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "chart and its subcharts are larger than %llu bytes",
				  (unsigned long long)SL_HELM_UNPACKED_MAX);
	l->files += files;
	l->bytes += bytes;
	return 0;
}

struct sl_str sl_helm_without_mark(struct sl_str data)
{
	(void)sl_str_cut_prefix(&data, SL_STR("\xef\xbb\xbf"));
	return data;
}

/* ---- the files with a meaning ---- */

typedef int (*take_fn)(struct chart_files *f, const struct sl_helm_file *file, struct sl_err *err);

static int wrap(int r, const struct sl_helm_file *file, struct sl_err *err)
{
	if (r < 0)
		sl_err_wrap(err, "cannot load %.*s", SL_STR_FMT(file->name));
	return r;
}

static bool is_v1(const struct sl_helm_metadata *m)
{
	return sl_str_eqz(m->api_version, "v1");
}

static struct sl_helm_metadata *need_metadata(struct chart_files *f)
{
	if (!f->c->metadata)
		f->c->metadata = sl_arena_new(f->l->a, struct sl_helm_metadata);
	return f->c->metadata;
}

static int take_chartfile(struct chart_files *f, const struct sl_helm_file *file,
			  struct sl_err *err)
{
	struct sl_helm_metadata *m = need_metadata(f);
	int r = wrap(sl_helm_metadata_read(f->l->a, file->data, m, err), file, err);

	if (r == 0 && !m->api_version.n)
		m->api_version = SL_STR("v1");
	return r;
}

static int take_lock(struct chart_files *f, const struct sl_helm_file *file, struct sl_err *err)
{
	struct sl_helm_lock *lock = sl_arena_new(f->l->a, struct sl_helm_lock);

	f->c->lock = lock;
	return wrap(sl_helm_decode_yaml(f->l->a, &sl_helm_lock_struct, file->data, lock, err), file,
		    err);
}

static int take_values(struct chart_files *f, const struct sl_helm_file *file, struct sl_err *err)
{
	return wrap(sl_helm_decode_map(f->l->a, file->data, &f->c->values, err), file, err);
}

static int take_schema(struct chart_files *f, const struct sl_helm_file *file, struct sl_err *err)
{
	struct sl_str *schema = sl_arena_new(f->l->a, struct sl_str);

	(void)err;
	*schema = file->data;
	f->c->schema = schema;
	return 0;
}

static int take_requirements(struct chart_files *f, const struct sl_helm_file *file,
			     struct sl_err *err)
{
	struct sl_helm_metadata *m = need_metadata(f);
	int r;

	if (!is_v1(m))
		sl_helm_log(
			f->l->host,
			"load.go:120: Warning: Dependencies are handled in Chart.yaml since "
			"apiVersion \"v2\". We recommend migrating dependencies to Chart.yaml.");
	r = wrap(sl_helm_metadata_read(f->l->a, file->data, m, err), file, err);
	if (r == 0 && is_v1(m))
		sl_helm_files_push(f->l->a, &f->files, file->name, file->data);
	return r;
}

static int take_requirements_lock(struct chart_files *f, const struct sl_helm_file *file,
				  struct sl_err *err)
{
	struct sl_helm_metadata *m = need_metadata(f);
	int r = take_lock(f, file, err);

	if (r < 0)
		return r;
	if (!is_v1(m))
		sl_helm_log(f->l->host,
			    "load.go:138: Warning: Dependency locking is handled in Chart.lock "
			    "since apiVersion \"v2\". We recommend migrating to Chart.lock.");
	else
		sl_helm_files_push(f->l->a, &f->files, file->name, file->data);
	return 0;
}

static const struct {
	const char *name;
	take_fn take;
} meanings[] = {
	{ "Chart.lock", take_lock },
	{ "values.yaml", take_values },
	{ "values.schema.json", take_schema },
	{ "requirements.yaml", take_requirements },
	{ "requirements.lock", take_requirements_lock },
};

static void take_below_charts(struct chart_files *f, const struct sl_helm_file *file)
{
	struct sl_str name = sl_str_sub(file->name, strlen("charts/"), file->name.n);
	ptrdiff_t slash = sl_str_chr(name, '/');

	if (sl_str_ends(file->name, SL_STR(".prov"))) {
		sl_helm_files_push(f->l->a, &f->files, file->name, file->data);
		return;
	}
	f->below = sl_arena_grow(f->l->a, f->below, f->n, &f->cap, sizeof(*f->below));
	f->below[f->n] = (struct below_charts){
		.chart = slash < 0 ? name : sl_str_sub(name, 0, (size_t)slash),
		.file = { name, file->data },
		.at = f->n,
	};
	f->n++;
}

static int take_file(struct chart_files *f, const struct sl_helm_file *file, struct sl_err *err)
{
	if (sl_str_eqz(file->name, "Chart.yaml"))
		return 0;
	for (size_t i = 0; i < SL_ARRAY_LEN(meanings); i++)
		if (sl_str_eqz(file->name, meanings[i].name))
			return meanings[i].take(f, file, err);
	if (sl_str_starts(file->name, SL_STR("templates/")))
		sl_helm_files_push(f->l->a, &f->templates, file->name, file->data);
	else if (sl_str_starts(file->name, SL_STR("charts/")))
		take_below_charts(f, file);
	else
		sl_helm_files_push(f->l->a, &f->files, file->name, file->data);
	return 0;
}

/* ---- subcharts ---- */

static int load_archived(const struct chart_files *f, const struct below_charts *b,
			 struct sl_helm_chart **ret, struct sl_err *err)
{
	struct sl_str bytes = b->file.data;
	struct sl_helm_files files = { 0 };
	int r = sl_helm_loading_archive(f->l, sl_source_str(&bytes), &files, err);

	return r < 0 ? r : sl_helm_loading_files(f->l, files.items, files.n, ret, err);
}

static int load_unpacked(const struct chart_files *f, const struct below_charts *b, size_t n,
			 struct sl_helm_chart **ret, struct sl_err *err)
{
	struct sl_helm_files files = { 0 };

	for (size_t i = 0; i < n; i++) {
		ptrdiff_t slash = sl_str_chr(b[i].file.name, '/');

		if (slash < 0)
			continue;
		sl_helm_files_push(f->l->a, &files,
				   sl_str_sub(b[i].file.name, (size_t)slash + 1, b[i].file.name.n),
				   b[i].file.data);
	}
	return sl_helm_loading_files(f->l, files.items, files.n, ret, err);
}

/* The `n` files at `b` are one subchart. *ret stays NULL for what is passed over. */
static int load_subchart(const struct chart_files *f, const struct below_charts *b, size_t n,
			 struct sl_helm_chart **ret, struct sl_err *err)
{
	struct sl_str parent = f->c->metadata->name;
	int r;

	if (b->chart.n && (b->chart.p[0] == '_' || b->chart.p[0] == '.'))
		return 0;
	if (sl_str_ends(b->chart, SL_STR(".tgz"))) {
		if (!sl_str_eq(b->file.name, b->chart))
			return sl_err_set(err, SL_ERR_INVALID,
					  "error unpacking subchart tar in %.*s: expected %.*s, "
					  "got %.*s",
					  SL_STR_FMT(parent), SL_STR_FMT(b->chart),
					  SL_STR_FMT(b->file.name));
		r = load_archived(f, b, ret, err);
	} else {
		r = load_unpacked(f, b, n, ret, err);
	}
	if (r < 0)
		sl_err_wrap(err, "error unpacking subchart %.*s in %.*s", SL_STR_FMT(b->chart),
			    SL_STR_FMT(parent));
	return r;
}

static int by_chart(const void *x, const void *y)
{
	const struct below_charts *a = x, *b = y;
	int c = sl_str_cmp(a->chart, b->chart);

	return c ? c : a->at < b->at ? -1 : a->at > b->at;
}

/* A subchart: what stands for it below charts/, and what is made of that. */
struct subchart {
	const struct below_charts *files;
	size_t n;
	struct sl_helm_chart *c; /* NULL: it is passed over */
};

struct subcharts {
	struct chart_files *f;
	struct subchart *items;
	size_t n;
};

struct subcharts_in_parts {
	const struct subcharts *s;
	struct sl_helm_hearing hearing;
	struct sl_helm_loading parts[SL_PARTS];
};

/* Sorts the files, so that those of one are together. Returns their bytes. */
static size_t find_subcharts(struct chart_files *f, struct subcharts *s)
{
	size_t bytes = 0;

	sl_sort(f->below, f->n, sizeof(*f->below), by_chart);
	s->items = sl_arena_array(f->l->a, f->n, sizeof(*s->items));
	for (size_t i = 0; i < f->n; i++) {
		bytes += f->below[i].file.data.n;
		if (!i || !sl_str_eq(f->below[i].chart, f->below[i - 1].chart))
			s->items[s->n++].files = &f->below[i];
		s->items[s->n - 1].n++;
	}
	return bytes;
}

static int load_some(const struct chart_files *f, struct subchart *items, size_t n,
		     struct sl_err *err)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = load_subchart(f, items[i].files, items[i].n, &items[i].c, err);
	return r;
}

static int load_part(void *arg, struct sl_part *p)
{
	struct subcharts_in_parts *all = arg;
	const struct subcharts *s = all->s;
	struct sl_helm_loading *l = &all->parts[p->number];
	const struct chart_files f = { .l = l, .c = s->f->c };

	*l = sl_helm_loading_part(s->f->l, &p->a, &all->hearing.hosts[p->number]);
	return load_some(&f, s->items + p->from, p->to - p->from, NULL);
}

static bool load_in_parts(const struct subcharts *s)
{
	struct subcharts_in_parts all = { .s = s };
	struct sl_helm_loading *l = s->f->l;

	if (!sl_helm_parts_run(&all.hearing, l->host, l->a, s->n, load_part, &all))
		return false;
	sl_helm_loading_join(l, all.parts);
	return true;
}

/* Helm takes them in the order of a Go map, that is in none: here by name. */
static int load_subcharts(struct chart_files *f, struct sl_err *err)
{
	struct sl_helm_chart *c = f->c;
	struct subcharts s = { .f = f };
	bool many = find_subcharts(f, &s) >= SL_PARTS_BYTES_MIN && s.n > 1;
	int r = 0;

	if (!many || !load_in_parts(&s))
		r = load_some(f, s.items, s.n, err);
	c->dependencies = sl_arena_array(f->l->a, s.n, sizeof(*c->dependencies));
	for (size_t i = 0; i < s.n && r == 0; i++) {
		if (!s.items[i].c)
			continue;
		s.items[i].c->parent = c;
		c->dependencies[c->dependency_count++] = s.items[i].c;
	}
	return r;
}

static int look_through(struct chart_files *f, const struct sl_helm_file *files, size_t n,
			struct sl_err *err)
{
	int r = 0;

	/* First, for requirements.yaml may come before it and goes by its version. */
	for (size_t i = 0; i < n && r == 0; i++)
		if (sl_str_eqz(files[i].name, "Chart.yaml"))
			r = take_chartfile(f, &files[i], err);
	for (size_t i = 0; i < n && r == 0; i++)
		r = take_file(f, &files[i], err);
	if (r < 0)
		return r;
	if (!f->c->metadata)
		return sl_err_set(err, SL_ERR_INVALID, "Chart.yaml file is missing");
	return sl_helm_metadata_validate(f->l->a, f->c->metadata, err);
}

int sl_helm_loading_files(struct sl_helm_loading *l, const struct sl_helm_file *files, size_t n,
			  struct sl_helm_chart **ret, struct sl_err *err)
{
	struct sl_helm_chart *c = sl_arena_new(l->a, struct sl_helm_chart);
	struct chart_files f = { .l = l, .c = c };
	int r;

	if (l->depth == SL_HELM_DEPTH_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "charts are nested more than %d levels deep", SL_HELM_DEPTH_MAX);
	r = look_through(&f, files, n, err);
	if (r < 0)
		return r;
	c->raw = sl_arena_array(l->a, n, sizeof(*c->raw));
	if (n)
		memcpy(c->raw, files, n * sizeof(*c->raw));
	c->raw_count = n;
	c->templates = f.templates.items;
	c->template_count = f.templates.n;
	c->files = f.files.items;
	c->file_count = f.files.n;
	l->depth++;
	r = load_subcharts(&f, err);
	l->depth--;
	if (r == 0)
		*ret = c;
	return r;
}

int sl_helm_load_files(struct sl_arena *a, const struct sl_helm_file *files, size_t n,
		       const struct sl_helm_host *host, struct sl_helm_chart **ret,
		       struct sl_err *err)
{
	struct sl_helm_loading l = { .a = a, .host = sl_helm_host_or_none(host) };

	return sl_helm_loading_files(&l, files, n, ret, err);
}
