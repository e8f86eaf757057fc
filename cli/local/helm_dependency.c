#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/helmfs.h"
#include "cli/helmhost.h"
#include "cli/local/helm.h"
#include "cli/local/helm_load.h"
#include "cli/local/programs.h"
#include "cli/report.h"
#include "libcommon/base/file.h"
#include "libcommon/codec/glob.h"
#include "libcommon/codec/goquote.h"
#include "libcommon/codec/semver_range.h"

#define COLUMNS 4

/* One run. */
struct run {
	struct sl_arena *a;
	const char *path; /* of the chart, as given */
	struct sl_helm_chart *chart;
	struct sl_strvec names; /* in charts/ */
	struct sl_strbuf *out;
};

static int load(struct run *r, const char *path, struct sl_helm_chart **ret)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	return sl_cli_helm_load(r->a, path, NULL, ret, &err);
}

/* NULL when the version that is there is one of those asked for. */
static const char *check_version(struct sl_str have, struct sl_str want)
{
	SL_AUTO_PTR(sl_semver_range) *range = NULL;
	struct sl_semver version;

	if (sl_str_eq(have, want))
		return NULL;
	if (sl_semver_range_parse(want, &range, NULL) < 0 ||
	    sl_semver_parse(have, &version, NULL) < 0)
		return "invalid version";
	return sl_semver_range_check(range, &version) ? NULL : "wrong version";
}

static const char *archive_status(struct run *r, const char *name,
				  const struct sl_helm_dependency *d)
{
	const char *path = sl_arena_printf(r->a, "%s/charts/%s", r->path, name), *wrong;
	struct sl_helm_chart *c;

	if (load(r, path, &c) < 0)
		return "corrupt";
	if (!sl_str_eq(c->metadata->name, d->name))
		return "misnamed";
	wrong = check_version(c->metadata->version, d->version);
	return wrong ? wrong : "ok";
}

/* Among archives "NAME-….tgz" the one whose rest is a version counts, if there are several. */
static const char *find_archive(struct run *r, const struct sl_helm_dependency *d)
{
	const char *pattern = sl_arena_printf(r->a, "%.*s-*.tgz", SL_STR_FMT(d->name));
	const char *all = NULL, *version = NULL;
	size_t n = 0, versions = 0;

	for (size_t i = 0; i < r->names.n; i++) {
		struct sl_str name = sl_str(r->names.v[i]), rest = name;
		struct sl_semver unused;

		if (sl_glob_match(sl_str(pattern), name) != SL_GLOB_YES)
			continue;
		all = r->names.v[i];
		n++;
		sl_str_cut_suffix(&rest, SL_STR(".tgz"));
		rest = sl_str_sub(rest, d->name.n + 1, rest.n);
		if (sl_semver_parse_strict(rest, &unused, NULL) < 0)
			continue;
		version = r->names.v[i];
		versions++;
	}
	if (n == 1)
		return archive_status(r, all, d);
	if (versions > 1)
		return "too many matches";
	return versions == 1 ? archive_status(r, version, d) : NULL;
}

static const char *status_of(struct run *r, const struct sl_helm_dependency *d)
{
	const char *status = find_archive(r, d);
	const struct sl_helm_chart *found = NULL;

	if (status)
		return status;
	for (size_t i = 0; i < r->chart->dependency_count; i++)
		if (sl_str_eq(r->chart->dependencies[i]->metadata->name, d->name))
			found = r->chart->dependencies[i];
	if (!found)
		return "missing";
	status = check_version(found->metadata->version, d->version);
	return status ? status : "unpacked";
}

/* ---- the table ---- */

static size_t width_of(struct sl_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static void add_cell(struct sl_str s, size_t width, struct sl_strbuf *out)
{
	size_t have = width_of(s), shown = 0, at = 0;

	if (have <= width) {
		sl_strbuf_adds(out, s);
		sl_strbuf_addn(out, ' ', width - have);
		return;
	}
	/* At least one character stays. */
	while (at < s.n && (shown == 0 || shown + 3 < width)) {
		at++;
		while (at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80)
			at++;
		shown++;
	}
	sl_strbuf_adds(out, sl_str_sub(s, 0, at));
	sl_strbuf_addz(out, "...");
}

static void print_table(struct run *r, size_t max)
{
	static const struct sl_str heading[COLUMNS] = { SL_STR("NAME"), SL_STR("VERSION"),
							SL_STR("REPOSITORY"), SL_STR("STATUS") };
	const struct sl_helm_metadata *m = r->chart->metadata;
	size_t rows = m->dependency_count + 1, widths[COLUMNS] = { 0 };
	struct sl_str(*cells)[COLUMNS] = sl_arena_array(r->a, rows, sizeof(*cells));

	memcpy(cells[0], heading, sizeof(heading));
	for (size_t i = 1; i < rows; i++) {
		const struct sl_helm_dependency *d = m->dependencies[i - 1];

		cells[i][0] = d->name;
		cells[i][1] = d->version;
		cells[i][2] = d->repository;
		cells[i][3] = sl_str(status_of(r, d));
	}
	for (size_t i = 0; i < rows * COLUMNS; i++) {
		size_t n = width_of(cells[i / COLUMNS][i % COLUMNS]);

		if (max > 0 && n > max)
			n = max;
		if (n > widths[i % COLUMNS])
			widths[i % COLUMNS] = n;
	}
	for (size_t i = 0; i < rows * COLUMNS; i++) {
		add_cell(cells[i / COLUMNS][i % COLUMNS], widths[i % COLUMNS], r->out);
		sl_strbuf_addc(r->out, i % COLUMNS == COLUMNS - 1 ? '\n' : '\t');
	}
}

/* ---- what is too much ---- */

static bool is_wanted(const struct run *r, struct sl_str name)
{
	const struct sl_helm_metadata *m = r->chart->metadata;

	for (size_t i = 0; i < m->dependency_count; i++)
		if (sl_str_eq(m->dependencies[i]->name, name))
			return true;
	return false;
}

static void warn_of(struct run *r, const char *path, const char *why)
{
	sl_strbuf_addz(r->out, "WARNING: ");
	sl_strbuf_add_goquoted(r->out, sl_str(path));
	sl_strbuf_addf(r->out, " %s\n", why);
}

static void print_unwanted(struct run *r)
{
	for (size_t i = 0; i < r->names.n; i++) {
		const char *path = sl_cli_helm_clean(
			r->a, sl_arena_printf(r->a, "%s/charts/%s", r->path, r->names.v[i]));
		struct sl_helm_chart *c;
		struct stat st;

		if (stat(path, &st) < 0 ||
		    (!S_ISDIR(st.st_mode) && !sl_str_ends(sl_str(path), SL_STR(".tgz"))))
			continue;
		if (load(r, path, &c) < 0)
			warn_of(r, path, "is not a chart.");
		else if (!is_wanted(r, c->metadata->name))
			warn_of(r, path, "is not in Chart.yaml.");
	}
}

static int list(const struct sl_cli_args *args, struct run *r, struct sl_err *err)
{
	const struct sl_helm_host host = sl_cli_helm_host(false);
	SL_AUTO_FD int dir = -1;
	const char *charts;
	struct stat st;
	int code;

	r->path = sl_cli_helm_clean(r->a, args->words.n > 0 ? args->words.v[0] : ".");
	if (stat(r->path, &st) < 0)
		return sl_cli_go_fail(err, errno, "stat", r->path);
	code = sl_cli_helm_load(r->a, r->path, &host, &r->chart, err);
	if (code < 0)
		return code;
	charts = sl_cli_helm_clean(r->a, sl_arena_printf(r->a, "%s/charts", r->path));
	if (r->chart->metadata->dependency_count == 0) {
		sl_strbuf_addf(r->out, "WARNING: no dependencies at %s\n", charts);
		return sl_cli_print(r->out, err);
	}
	/* An archive has no such directory. */
	if (sl_dir_open(charts, &dir, NULL) == 0)
		(void)!sl_dir_list(dir, ".", &r->names, NULL);
	print_table(r, (size_t)sl_cli_number(args, "max-col-width"));
	sl_strbuf_addc(r->out, '\n');
	print_unwanted(r);
	return sl_cli_print(r->out, err);
}

int sl_cli_local_helm_dependency_list(const struct sl_cli_args *args, char *const *argv,
				      struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(SL_HELM_ARENA_MAX);
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);
	struct run r = { .a = &a, .out = &out };
	int code = list(args, &r, err);

	(void)argv;
	sl_strvec_release(&r.names);
	return code < 0 ? sl_cli_helm_fail(err) : 0;
}
