#include <string.h>

#include "test/unit/support/helmchart.h"

#define V2 "apiVersion: v2\nname: c\nversion: 1.0.0\n"
#define V1 "apiVersion: v1\nname: c\nversion: 1.0.0\n"

static void sorts_files_by_meaning(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const struct chart_file files[] = {
		{ "Chart.yaml", V2 "appVersion: 1.10\n" },
		{ "values.yaml", "a: 1\n" },
		{ "values.schema.json", "{}" },
		{ "templates/x.yaml", "x" },
		{ "templates/sub/NOTES.txt", "n" },
		{ "README.md", "r" },
		{ "crds/a.yaml", "crd" },
		{ "charts/x.prov", "p" },
		{ NULL, NULL },
	};
	const struct sl_helm_chart *c = chart_of(&a, files, NULL);

	(void)state;
	expect_str(c->metadata->name, "c");
	expect_str(c->metadata->app_version, "1.1");
	expect_values(c->values, "{\"a\":1}");
	expect_str(*c->schema, "{}");
	assert_int_equal(c->raw_count, 8);
	assert_int_equal(c->template_count, 2);
	assert_int_equal(c->file_count, 3);
	assert_int_equal(c->dependency_count, 0);
	expect_str(c->files[0].name, "README.md");
}

static void reads_requirements_of_old_charts(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) log = SL_STRBUF_INIT(4096);
	const struct sl_helm_host host = logging_host(&log);
	struct chart_file files[] = {
		{ "requirements.yaml", "dependencies:\n- {name: d, version: 1.x, tags: [t, true], "
				       "import-values: [data]}\n" },
		{ "requirements.lock", "digest: abc\ngenerated: \"2020-01-01T00:00:00Z\"\n" },
		{ "Chart.yaml", V1 },
		{ NULL, NULL },
	};
	const struct sl_helm_chart *c = chart_of(&a, files, &host);

	(void)state;
	assert_int_equal(c->metadata->dependency_count, 1);
	expect_str(c->metadata->dependencies[0]->name, "d");
	expect_str(c->metadata->dependencies[0]->tags[1], "true");
	expect_str(c->lock->digest, "abc");
	assert_int_equal(c->file_count, 2);
	assert_int_equal(log.n, 0);
	files[2].data = V2;
	c = chart_of(&a, files, &host);
	assert_int_equal(c->metadata->dependency_count, 1);
	assert_int_equal(c->file_count, 0);
	assert_non_null(strstr(log.p, "load.go:120: Warning: Dependencies are handled"));
	assert_non_null(strstr(log.p, "load.go:138: Warning: Dependency locking"));
}

static void loads_subcharts(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	const struct chart_file packed[] = {
		{ "top/Chart.yaml", "\xef\xbb\xbf"
				    "name: packed\nversion: 2.0.0\n" },
		{ "top/./templates//a.yaml", "x" },
		{ NULL, NULL },
	};
	struct sl_str tar = tarball_of(&a, packed, NULL);
	struct sl_helm_file files[] = {
		{ SL_STR("Chart.yaml"), SL_STR(V2) },
		{ SL_STR("charts/z/Chart.yaml"), SL_STR("name: zed\nversion: 1.0.0\n") },
		{ SL_STR("charts/z/charts/y/Chart.yaml"), SL_STR("name: why\nversion: 1.0.0\n") },
		{ SL_STR("charts/a-1.tgz"), tar },
		{ SL_STR("charts/_ignored/x"), SL_STR("") },
		{ SL_STR("charts/.hidden"), SL_STR("") },
	};
	struct sl_helm_chart *c = NULL;

	(void)state;
	expect_ok(sl_helm_load_files(&a, files, SL_ARRAY_LEN(files), NULL, &c, &err), &err);
	assert_int_equal(c->dependency_count, 2);
	expect_str(c->dependencies[0]->metadata->name, "packed");
	expect_str(c->dependencies[0]->metadata->api_version, "v1");
	expect_str(c->dependencies[0]->templates[0].name, "templates/a.yaml");
	assert_ptr_equal(c->dependencies[1]->parent, c);
	expect_str(c->dependencies[1]->dependencies[0]->metadata->name, "why");
}

static const struct {
	const char *name, *data, *chart, *message;
} refused[] = {
	{ "x", "", NULL, "Chart.yaml file is missing" },
	{ "x", "", "name: [a]",
	  "cannot load Chart.yaml: error unmarshaling JSON: while decoding "
	  "JSON: json: cannot unmarshal array into Go struct field "
	  "Metadata.name of type string" },
	{ "x", "", "a: b: c",
	  "cannot load Chart.yaml: error converting YAML to JSON: yaml: mapping "
	  "values are not allowed in this context" },
	{ "x", "", "", "validation: chart.metadata.name is required" },
	{ "x", "", "name: a", "validation: chart.metadata.version is required" },
	{ "x", "", "name: ..", "validation: chart.metadata.name \"..\" is not allowed" },
	{ "x", "", "name: a/b", "validation: chart.metadata.name \"a/b\" is invalid" },
	{ "x", "", "name: a\nversion: x", "validation: chart.metadata.version \"x\" is invalid" },
	{ "x", "", "name: a\nversion: 1.0.0\ntype: x",
	  "validation: chart.metadata.type must be application or library" },
	{ "x", "", "name: a\nversion: 1.0.0\nmaintainers: [~]",
	  "validation: maintainers must not contain empty or null nodes" },
	{ "x", "", "name: a\nversion: 1.0.0\ndependencies: [~]",
	  "validation: dependencies must not contain empty or null nodes" },
	{ "x", "", "name: a\nversion: 1.0.0\ndependencies: [{name: x, alias: a.b}]",
	  "validation: dependency \"x\" has disallowed characters in the alias" },
	{ "x", "", "name: a\nversion: 1.0.0\ndependencies: [{name: x, alias: u}, {name: u}]",
	  "validation: more than one dependency with name or alias \"u\"" },
	{ "values.yaml", "- a", V2,
	  "cannot load values.yaml: error unmarshaling JSON: while decoding JSON: json: cannot "
	  "unmarshal array into Go value of type map[string]interface {}" },
	{ "Chart.lock", "digest: []", V2,
	  "cannot load Chart.lock: error unmarshaling JSON: while decoding JSON: json: cannot "
	  "unmarshal array into Go struct field Lock.digest of type string" },
	{ "charts/b/x", "", V2, "error unpacking subchart b in c: Chart.yaml file is missing" },
	{ "charts/b.tgz", "x", V2, "error unpacking subchart b.tgz in c: " },
	{ "charts/b.tgz/x", "x", V2,
	  "error unpacking subchart tar in c: expected b.tgz, got b.tgz/x" },
};

static void refuses_what_helm_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(refused); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		const struct chart_file files[] = {
			{ refused[i].name, refused[i].data },
			{ refused[i].chart ? "Chart.yaml" : NULL, refused[i].chart },
			{ NULL, NULL },
		};
		struct sl_helm_chart *c = NULL;

		expect_err(load_chart(&a, files, NULL, &c, &err), SL_ERR_INVALID,
			   refused[i].message, &err);
	}
}

static const struct {
	const char *name, *type, *message;
} hostile[] = {
	{ "c//etc/passwd", "0", "chart illegally contains absolute paths" },
	{ "/etc/passwd", "0", NULL },
	{ "c/../x", "0", "chart illegally references parent directory" },
	{ "c/a/../../../x", "0", "chart illegally references parent directory" },
	{ "c\\..\\x", "0", "chart illegally references parent directory" },
	{ "c", "0", "chart illegally contains content outside the base directory: \"c\"" },
	{ "c/C:/x", "0", "chart contains illegally named files" },
	{ "Chart.yaml/x", "0", "chart yaml not in base directory" },
	{ "c/link", "2", NULL },
	{ "c/hard", "1", NULL },
	{ "c/device", "3", NULL },
};

static void refuses_ways_out_of_an_archive(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(hostile); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		const struct chart_file files[] = {
			{ hostile[i].name, "x" },
			{ "c/Chart.yaml", V2 },
			{ NULL, NULL },
		};
		char types[] = { hostile[i].type[0], '0' };
		struct sl_str tar = tarball_of(&a, files, types);
		struct sl_helm_chart *c = NULL;
		int r = sl_helm_load_archive(&a, sl_source_str(&tar), NULL, &c, &err);

		if (hostile[i].message)
			expect_err(r, SL_ERR_INVALID, hostile[i].message, &err);
		else
			expect_ok(r, &err);
	}
}

static void survives_every_truncation(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const struct chart_file files[] = { { "c/Chart.yaml", V2 }, { NULL, NULL } };
	struct sl_str tar = tarball_of(&a, files, NULL);

	(void)state;
	for (size_t n = 0; n < tar.n; n++) {
		SL_AUTO(sl_arena) b = SL_ARENA_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_str part = sl_str_sub(tar, 0, n);
		struct sl_helm_chart *c = NULL;

		expect_err(sl_helm_load_archive(&b, sl_source_str(&part), NULL, &c, &err),
			   SL_ERR_INVALID, NULL, &err);
	}
}

static void limits_files_of_archives(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	char *big = sl_arena_alloc(&a, SL_HELM_FILE_BYTES_MAX + 2);
	const struct chart_file files[] = { { "c/Chart.yaml", V2 },
					    { "c/big", big },
					    { NULL, NULL } };

	(void)state;
	memset(big, 'x', SL_HELM_FILE_BYTES_MAX - 1);
	for (int over = -1; over <= 1; over++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_str tar = tarball_of(&a, files, NULL);
		struct sl_helm_chart *c = NULL;
		int r = sl_helm_load_archive(&a, sl_source_str(&tar), NULL, &c, &err);

		if (over <= 0)
			expect_ok(r, &err);
		else
			expect_err(r, SL_ERR_TOO_LARGE,
				   "decompressed chart file \"c/big\" is larger than the maximum "
				   "file size 5242880",
				   &err);
		big[strlen(big)] = 'x';
	}
}

/* ---- directories ---- */

struct entry {
	const char *path, *data; /* data NULL: a directory; "->x": a link to x; "!": irregular */
};

static const struct entry *entry_at(const struct entry *e, const char *path)
{
	while (e->path && !sl_streq(e->path, path))
		e++;
	return e->path ? e : NULL;
}

/* The entry at a path that may lead through links. */
static const struct entry *follow(const struct entry *all, const char *path)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	for (const struct entry *l = all; l->path; l++) {
		size_t n = strlen(l->path);

		if (l->data && !strncmp(l->data, "->", 2) && !strncmp(path, l->path, n) &&
		    path[n] == '/')
			return follow(all, sl_arena_printf(&a, "%s%s", l->data + 2, path + n));
	}
	return entry_at(all, path);
}

static enum sl_helm_entry type_of(const struct entry *e)
{
	return !e->data			    ? SL_HELM_DIR
	       : !strncmp(e->data, "->", 2) ? SL_HELM_LINK
	       : sl_streq(e->data, "!")	    ? SL_HELM_IRREGULAR
					    : SL_HELM_FILE;
}

static int stat_entry(void *ctx, const char *path, enum sl_helm_entry *ret, struct sl_err *err)
{
	const struct entry *e = follow(ctx, path);

	if (!e)
		return sl_err_set(err, SL_ERR_NOT_FOUND, "stat %s: no such file or directory",
				  path);
	*ret = type_of(e);
	return 0;
}

/* Every other entry has no type, as on some file systems. */
static int list_entry(void *ctx, const char *path,
		      void (*each)(void *arg, const char *name, enum sl_helm_entry entry),
		      void *arg, struct sl_err *err)
{
	const struct entry *dir = follow(ctx, path);
	size_t n, told = 0;

	(void)err;
	if (dir->data)
		dir = follow(ctx, dir->data + 2);
	n = strlen(dir->path);
	for (const struct entry *e = ctx; e->path; e++)
		if (!strncmp(e->path, dir->path, n) && e->path[n] == '/' &&
		    !strchr(e->path + n + 1, '/'))
			each(arg, e->path + n + 1, told++ % 2 ? SL_HELM_UNKNOWN : type_of(e));
	return 0;
}

static int read_entry(void *ctx, const char *path, size_t max, struct sl_arena *a,
		      struct sl_str *ret_bytes, struct sl_err *err)
{
	const struct entry *e = follow(ctx, path);

	(void)a;
	if (!strncmp(e->data, "->", 2))
		e = follow(ctx, e->data + 2);
	if (strlen(e->data) > max)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "%s is too large", path);
	*ret_bytes = sl_str(e->data);
	return 0;
}

static int resolve_entry(void *ctx, const char *path, struct sl_arena *a, const char **ret_path,
			 struct sl_err *err)
{
	const struct entry *e = follow(ctx, path);

	(void)a;
	if (!entry_at(ctx, e->data + 2))
		return sl_err_set(err, SL_ERR_NOT_FOUND, "lstat %s: no such file or directory",
				  e->data + 2);
	*ret_path = e->data + 2;
	return 0;
}

static struct sl_helm_fs fs_of(struct entry *entries)
{
	return (struct sl_helm_fs){ .ctx = entries,
				    .stat = stat_entry,
				    .list = list_entry,
				    .read = read_entry,
				    .resolve = resolve_entry };
}

static void walks_a_directory(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) log = SL_STRBUF_INIT(4096), names = SL_STRBUF_INIT(4096);
	struct sl_helm_host host = logging_host(&log);
	struct entry entries[] = {
		{ "/c", NULL },
		{ "/c/.helmignore", "*.bak\n# comment\n/docs\nnot-dir/\ntests/" },
		{ "/c/Chart.yaml", "\xef\xbb\xbf" V2 },
		{ "/c/a.bak", "x" },
		{ "/c/not-dir", "kept, being a file" },
		{ "/c/docs", NULL },
		{ "/c/docs/x", "x" },
		{ "/c/templates", NULL },
		{ "/c/templates/tests", NULL },
		{ "/c/templates/tests/x.yaml", "x" },
		{ "/c/templates/docs", "kept, not at the top" },
		{ "/c/templates/.hidden", "x" },
		{ "/c/templates/b.yaml", "->/o/b" },
		{ "/c/linked", "->/o" },
		{ "/o", NULL },
		{ "/o/b", "bee" },
		{ NULL, NULL },
	};
	struct sl_helm_fs fs = fs_of(entries);
	struct sl_helm_file *files = NULL;
	struct sl_helm_chart *c = NULL;
	size_t n = 0;

	(void)state;
	expect_ok(sl_helm_read_dir(&a, &fs, "/c/", &host, &files, &n, &err), &err);
	for (size_t i = 0; i < n; i++)
		sl_strbuf_addf(&names, "%.*s ", SL_STR_FMT(files[i].name));
	assert_string_equal(names.p, ".helmignore Chart.yaml linked/b not-dir templates/b.yaml "
				     "templates/docs ");
	expect_str(files[4].data, "bee");
	assert_string_equal(
		log.p, "walk.go:75: found symbolic link in path: /c/linked resolves to /o. "
		       "Contents of linked file included and used\n"
		       "walk.go:75: found symbolic link in path: /c/templates/b.yaml resolves to "
		       "/o/b. Contents of linked file included and used\n");
	expect_ok(sl_helm_load(&a, &fs, "/c", NULL, &c, &err), &err);
	expect_str(c->metadata->name, "c");
	fs.resolve = NULL;
	expect_err(sl_helm_load(&a, &fs, "/c", NULL, &c, &err), SL_ERR_FORBIDDEN,
		   "/c/linked is a symbolic link", &err);
}

static void refuses_odd_entries(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct entry entries[] = {
		{ "/c", NULL },
		{ "/c/Chart.yaml", V2 },
		{ "/c/odd", "!" },
		{ "/c/values.tgz", "a: 1\n" },
		{ "/c/values.yaml", "a: 1\n" },
		{ NULL, NULL },
	};
	struct sl_helm_fs fs = fs_of(entries);
	struct sl_helm_chart *c = NULL;

	(void)state;
	expect_err(sl_helm_load(&a, &fs, "/c", NULL, &c, &err), SL_ERR_INVALID,
		   "cannot load irregular file /c/odd as it has file mode type bits set", &err);
	entries[2].data = "->/gone";
	expect_err(sl_helm_load(&a, &fs, "/c", NULL, &c, &err), SL_ERR_NOT_FOUND,
		   "error evaluating symlink /c/odd: lstat /gone: no such file", &err);
	entries[2].data = "->/c";
	expect_err(sl_helm_load(&a, &fs, "/c", NULL, &c, &err), SL_ERR_TOO_LARGE, NULL, &err);
	expect_err(sl_helm_load(&a, &fs, "/c/values.yaml", NULL, &c, &err), SL_ERR_INVALID,
		   "file '/c/values.yaml' seems to be a YAML file, but expected a gzipped archive",
		   &err);
	expect_err(sl_helm_load(&a, &fs, "/c/values.tgz", NULL, &c, &err), SL_ERR_INVALID,
		   "file '/c/values.tgz' does not appear to be a gzipped archive; got "
		   "'application/octet-stream'",
		   &err);
	expect_err(sl_helm_load(&a, &fs, "/gone", NULL, &c, &err), SL_ERR_NOT_FOUND, NULL, &err);
}

static void checks_ignore_rules(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct entry entries[] = {
		{ "/c", NULL },
		{ "/c/.helmignore", "a/**" },
		{ "/c/Chart.yaml", V2 },
		{ NULL, NULL },
	};
	struct sl_helm_fs fs = fs_of(entries);
	struct sl_helm_chart *c = NULL;
	struct sl_helm_file *files;
	size_t n;

	(void)state;
	expect_err(sl_helm_load(&a, &fs, "/c", NULL, &c, &err), SL_ERR_INVALID,
		   "double-star (**) syntax is not supported", &err);
	entries[1].data = "[a-";
	expect_err(sl_helm_load(&a, &fs, "/c", NULL, &c, &err), SL_ERR_INVALID,
		   "syntax error in pattern", &err);
	/* All but what matches. */
	entries[1].data = "!Chart.yaml";
	expect_ok(sl_helm_read_dir(&a, &fs, "/c", NULL, &files, &n, &err), &err);
	assert_int_equal(n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_files_by_meaning),
		cmocka_unit_test(reads_requirements_of_old_charts),
		cmocka_unit_test(loads_subcharts),
		cmocka_unit_test(refuses_what_helm_refuses),
		cmocka_unit_test(refuses_ways_out_of_an_archive),
		cmocka_unit_test(survives_every_truncation),
		cmocka_unit_test(limits_files_of_archives),
		cmocka_unit_test(walks_a_directory),
		cmocka_unit_test(refuses_odd_entries),
		cmocka_unit_test(checks_ignore_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
