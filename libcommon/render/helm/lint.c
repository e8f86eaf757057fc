#include "libcommon/render/helm/lint.h"

#include <stdarg.h>
#include <string.h>

#include "libcommon/lang/regex/regex.h"

#define TEXT_BYTES_MAX ((size_t)64 << 20)

/* One chart being looked at. */
struct linter {
	struct sl_arena *a;
	const struct sl_helm_fs *fs;
	const char *dir;
	const struct sl_helm_host *host;
	struct sl_helm_lint *l;
};

void sl_helm_lint_say(struct sl_arena *a, struct sl_helm_lint *l, enum sl_helm_severity severity,
		      const char *path, const char *fmt, ...)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(TEXT_BYTES_MAX);
	va_list ap;

	va_start(ap, fmt);
	sl_strbuf_vaddf(&text, fmt, ap);
	va_end(ap);
	l->messages = sl_arena_grow(a, l->messages, l->count, &l->cap, sizeof(*l->messages));
	l->messages[l->count++] =
		(struct sl_helm_lint_message){ severity, sl_str(sl_arena_strdup(a, path)),
					       sl_arena_str(a, sl_strbuf_str(&text)) };
}

void sl_helm_lint_text(const struct sl_helm_lint_message *m, struct sl_strbuf *out)
{
	static const char *const names[] = { "INFO", "WARNING", "ERROR" };

	sl_strbuf_addf(out, "[%s] %.*s: ", names[m->severity], SL_STR_FMT(m->path));
	sl_strbuf_adds(out, m->text);
}

#define say(k, ...) sl_helm_lint_say((k)->a, (k)->l, __VA_ARGS__)

/* Below the chart; false when there is none. */
static bool read_file(struct linter *k, const char *name, struct sl_str *ret, struct sl_err *err)
{
	const char *path = sl_arena_printf(k->a, "%s/%s", k->dir, name);

	return k->fs->read(k->fs->ctx, path, SL_HELM_FILE_BYTES_MAX, k->a, ret, err) == 0;
}

static bool is_dir(struct linter *k, const char *name, bool *ret_exists)
{
	enum sl_helm_entry entry;
	int r = k->fs->stat(k->fs->ctx, sl_arena_printf(k->a, "%s/%s", k->dir, name), &entry, NULL);

	*ret_exists = r == 0;
	return r == 0 && entry == SL_HELM_DIR;
}

static void lint_definition(struct linter *k)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_str text;
	bool exists;

	if (is_dir(k, "Chart.yaml", &exists))
		say(k, SL_HELM_ERROR, "Chart.yaml", "should be a file, not a directory");
	if (read_file(k, "Chart.yaml", &text, &err))
		sl_helm_lint_definition(k->a, text, k->l);
	else
		say(k, SL_HELM_ERROR, "Chart.yaml", "unable to parse YAML\n\t%s", err.message);
}

/* Only the chart's own values, not those of subcharts, with what the user gives over them. */
static void lint_values(struct linter *k)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_go_map *own = NULL, *all;
	struct sl_str text, schema;
	bool exists;

	(void)is_dir(k, "values.yaml", &exists);
	if (!exists) {
		say(k, SL_HELM_INFO, "values.yaml", "file does not exist");
		return;
	}
	if (!read_file(k, "values.yaml", &text, &err) ||
	    sl_helm_values_read(k->a, text, &own, &err) < 0) {
		say(k, SL_HELM_ERROR, "values.yaml", "unable to parse YAML: %s", err.message);
		return;
	}
	all = sl_helm_values_tables(k->a, sl_go_map_copy(k->a, k->l->values), own, NULL);
	if (!read_file(k, "values.schema.json", &schema, NULL) || schema.n == 0)
		return;
	if (sl_helm_values_validate_one(k->a, schema, all, &err) < 0)
		say(k, SL_HELM_ERROR, "values.yaml", "%s", err.message);
}

/* ---- templates ---- */

static bool matches(struct linter *k, struct sl_str pattern, struct sl_str text)
{
	const struct sl_regex *re;

	return sl_regex_compile(k->a, pattern, &re, NULL) == 0 && sl_regex_match(re, text);
}

static struct sl_str extension(struct sl_str name)
{
	ptrdiff_t dot = sl_str_rchr(name, '.');

	if (dot < 0 || sl_str_rchr(name, '/') > dot)
		return SL_STR_NULL;
	return sl_str_sub(name, (size_t)dot, name.n);
}

static void lint_source(struct linter *k, const char *path, const struct sl_helm_file *t)
{
	static const struct sl_str known[] = { SL_STR(".yaml"), SL_STR(".yml"), SL_STR(".tpl"),
					       SL_STR(".txt") };
	struct sl_str ext = extension(t->name);
	bool valid = false;

	for (size_t i = 0; i < SL_ARRAY_LEN(known); i++)
		valid |= sl_str_eq(ext, known[i]);
	if (!valid)
		say(k, SL_HELM_ERROR, path,
		    "file extension '%.*s' not valid. Valid extensions are .yaml, .yml, .tpl, or "
		    ".txt",
		    SL_STR_FMT(ext));
	if (matches(k, SL_STR("\"?helm\\.sh/hook\"?:\\s+crd-install"), t->data))
		say(k, SL_HELM_WARNING, path,
		    "manifest is a crd-install hook. This hook is no longer supported in v3 and "
		    "all "
		    "CRDs should also exist the crds/ directory at the top level of the chart");
	if (sl_str_find(t->data, SL_STR(".Release.Time")) >= 0)
		say(k, SL_HELM_ERROR, path,
		    ".Release.Time has been removed in v3, please replace with the `now` function "
		    "in your templates");
}

static struct sl_str rendered_of(const struct sl_helm_file *files, size_t n, struct sl_str name)
{
	for (size_t i = 0; i < n; i++)
		if (sl_str_eq(files[i].name, name))
			return files[i].data;
	return SL_STR_NULL;
}

static void lint_rendered(struct linter *k, const struct sl_helm_chart *c,
			  const struct sl_helm_file *files, size_t n)
{
	struct sl_str base = c->metadata->name;

	for (size_t i = 0; i < c->template_count; i++) {
		const struct sl_helm_file *t = &c->templates[i];
		const char *path = sl_arena_str(k->a, t->name).p;
		struct sl_str rendered;

		lint_source(k, path, t);
		if (!sl_str_eqz(extension(t->name), ".yaml"))
			continue;
		rendered = rendered_of(
			files, n, sl_str(sl_arena_printf(k->a, "%.*s/%s", SL_STR_FMT(base), path)));
		if (sl_str_trim(rendered).n > 0 &&
		    !sl_helm_lint_manifest(k->a, path, rendered, k->l))
			return;
	}
}

static int lint_templates(struct linter *k, struct sl_err *limit)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_helm_options o = { .release = SL_STR("test-release"),
				     .namespace_ = k->l->namespace_,
				     .revision = 0,
				     .kube_version = k->l->kube_version,
				     .lint = true };
	struct sl_helm_chart *loaded = NULL, *c = NULL;
	struct sl_helm_file *files = NULL;
	struct sl_go_map *values = NULL;
	bool exists;
	size_t n = 0;
	int r;

	if (!is_dir(k, "templates", &exists) && exists) {
		say(k, SL_HELM_WARNING, "templates/", "not a directory");
		return 0;
	}
	r = sl_helm_load_dir(k->a, k->fs, k->dir, k->host, &loaded, &err);
	if (r < 0) {
		say(k, SL_HELM_ERROR, "templates/", "%s", err.message);
		return 0;
	}
	/* Helm is silent where these two fail: what is wrong is told elsewhere. */
	r = sl_helm_process_dependencies(k->a, loaded, k->l->values, k->host, &c, &err);
	if (r == 0)
		r = sl_helm_values_coalesce(k->a, c, k->l->values, k->host, &values, &err);
	if (r < 0)
		return 0;
	if (!k->l->skip_schema && sl_helm_values_validate(k->a, c, values, &err) < 0) {
		say(k, SL_HELM_ERROR, "templates/",
		    "values don't meet the specifications of the schema(s) in the following "
		    "chart(s):\n%s",
		    err.message);
		return 0;
	}
	r = sl_helm_render_files(k->a, c, values, &o, k->host, &files, &n, &err);
	if (r == SL_ERR_TOO_LARGE)
		return sl_err_move(limit, &err);
	if (r < 0)
		say(k, SL_HELM_ERROR, "templates/", "%s", err.message);
	else
		lint_rendered(k, c, files, n);
	return 0;
}

/* ---- dependencies ---- */

static void add_name(struct sl_strbuf *names, struct sl_str name)
{
	sl_strbuf_addz(names, names->n ? "," : "");
	sl_strbuf_adds(names, name);
}

static bool is_declared(const struct sl_helm_chart *c, struct sl_str name)
{
	for (size_t i = 0; i < c->metadata->dependency_count; i++)
		if (sl_str_eq(c->metadata->dependencies[i]->name, name))
			return true;
	return false;
}

static bool is_there(const struct sl_helm_chart *c, struct sl_str name)
{
	for (size_t i = 0; i < c->dependency_count; i++)
		if (sl_str_eq(c->dependencies[i]->metadata->name, name))
			return true;
	return false;
}

static struct sl_str key_of(const struct sl_helm_dependency *d)
{
	return d->alias.n ? d->alias : d->name;
}

static void find_shadowed(const struct sl_helm_chart *c, struct sl_strbuf *names)
{
	const struct sl_helm_metadata *m = c->metadata;

	for (size_t i = 0; i < m->dependency_count; i++)
		for (size_t j = 0; j < i; j++)
			if (sl_str_eq(key_of(m->dependencies[i]), key_of(m->dependencies[j]))) {
				add_name(names, key_of(m->dependencies[i]));
				break;
			}
}

static void lint_dependencies(struct linter *k)
{
	SL_AUTO(sl_strbuf) undeclared = SL_STRBUF_INIT(TEXT_BYTES_MAX);
	SL_AUTO(sl_strbuf) shadowed = SL_STRBUF_INIT(TEXT_BYTES_MAX);
	SL_AUTO(sl_strbuf) missing = SL_STRBUF_INIT(TEXT_BYTES_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_helm_chart *c;

	if (sl_helm_load_dir(k->a, k->fs, k->dir, k->host, &c, &err) < 0) {
		say(k, SL_HELM_ERROR, "", "unable to load chart\n\t%s", err.message);
		return;
	}
	for (size_t i = 0; i < c->dependency_count; i++)
		if (!is_declared(c, c->dependencies[i]->metadata->name))
			add_name(&undeclared, c->dependencies[i]->metadata->name);
	for (size_t i = 0; i < c->metadata->dependency_count; i++)
		if (!is_there(c, c->metadata->dependencies[i]->name))
			add_name(&missing, c->metadata->dependencies[i]->name);
	find_shadowed(c, &shadowed);
	if (undeclared.n)
		say(k, SL_HELM_ERROR, k->dir, "chart metadata is missing these dependencies: %s",
		    undeclared.p);
	if (shadowed.n)
		say(k, SL_HELM_ERROR, k->dir, "multiple dependencies with name or alias: %s",
		    shadowed.p);
	if (missing.n)
		say(k, SL_HELM_WARNING, k->dir, "chart directory is missing these dependencies: %s",
		    missing.p);
}

int sl_helm_lint_dir(struct sl_arena *a, const struct sl_helm_fs *fs, const char *dir,
		     const struct sl_helm_host *host, struct sl_helm_lint *l, struct sl_err *err)
{
	struct linter k = { a, fs, dir, host, l };
	int r;

	if (!l->values)
		l->values = sl_go_map_new(a);
	lint_definition(&k);
	lint_values(&k);
	r = lint_templates(&k, err);
	if (r == 0)
		lint_dependencies(&k);
	return r;
}
