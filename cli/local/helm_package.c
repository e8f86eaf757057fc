#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/helmfs.h"
#include "cli/helmhost.h"
#include "cli/local/helm.h"
#include "cli/local/programs.h"
#include "cli/report.h"
#include "libcommon/base/file.h"
#include "libcommon/codec/json_go.h"
#include "libcommon/codec/semver.h"
#include "libcommon/codec/tar_write.h"
#include "libcommon/codec/yaml.h"

#define YAML_BYTES_MAX ((size_t)16 << 20)

/* ---- what goes into the archive, in Helm's order ---- */

static int add_file(struct sl_tar_writer *w, struct sl_arena *a, const char *base,
		    struct sl_str name, struct sl_str data, struct sl_err *err)
{
	struct sl_str path = sl_str(sl_arena_printf(a, "%s/%.*s", base, SL_STR_FMT(name)));
	int r = sl_tar_add_file(w, path, false, data.n, err);

	return r < 0 || data.n == 0 ? r : sl_tar_write(w, data.p, data.n, err);
}

static int add_yaml(struct sl_tar_writer *w, struct sl_arena *a, const char *base, const char *name,
		    const struct sl_value *v, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(YAML_BYTES_MAX);

	sl_yaml_write(v, SL_YAML_SORT, &text);
	return add_file(w, a, base, sl_str(name), sl_strbuf_str(&text), err);
}

/* What is asked for comes from the same writer as Chart.yaml's dependencies. */
static struct sl_value *lock_value(struct sl_arena *a, const struct sl_helm_lock *lock)
{
	struct sl_helm_metadata m = { .dependencies = lock->dependencies,
				      .dependency_count = lock->dependency_count };
	struct sl_value *v = sl_value_map(a), *list;

	list = sl_map_get(sl_helm_metadata_value(a, &m), SL_STR("dependencies"));
	sl_map_setz(a, v, "dependencies", list ? list : sl_value_null(a));
	sl_map_set_str(a, v, "digest", lock->digest);
	sl_map_set_str(a, v, "generated", lock->generated);
	return v;
}

static int add_definition(struct sl_tar_writer *w, struct sl_arena *a, const char *base,
			  const struct sl_helm_chart *c, struct sl_err *err)
{
	struct sl_helm_metadata m = *c->metadata;
	bool v1 = sl_str_eqz(m.api_version, "v1");

	if (v1)
		m.dependency_count = 0;
	int r = add_yaml(w, a, base, "Chart.yaml", sl_helm_metadata_value(a, &m), err);

	if (r < 0 || v1 || !c->lock)
		return r;
	return add_yaml(w, a, base, "Chart.lock", lock_value(a, c->lock), err);
}

static int add_chart(struct sl_tar_writer *w, struct sl_arena *a, const char *parent,
		     const struct sl_helm_chart *c, struct sl_err *err)
{
	const char *base = sl_arena_printf(a, "%s%.*s", parent, SL_STR_FMT(c->metadata->name));
	struct sl_value *unused;
	int r;

	if (sl_str_chr(c->metadata->name, '/') >= 0)
		return sl_err_set(err, SL_ERR_INVALID, "chart name \"%.*s\" is invalid",
				  SL_STR_FMT(c->metadata->name));
	r = add_definition(w, a, base, c, err);
	for (size_t i = 0; i < c->raw_count && r == 0; i++)
		if (sl_str_eqz(c->raw[i].name, "values.yaml"))
			r = add_file(w, a, base, c->raw[i].name, c->raw[i].data, err);
	if (r == 0 && c->schema) {
		if (sl_json_go_parse(a, *c->schema, &unused, NULL) < 0)
			return sl_err_set(err, SL_ERR_INVALID,
					  "Invalid JSON in values.schema.json");
		r = add_file(w, a, base, SL_STR("values.schema.json"), *c->schema, err);
	}
	for (size_t i = 0; i < c->template_count && r == 0; i++)
		r = add_file(w, a, base, c->templates[i].name, c->templates[i].data, err);
	for (size_t i = 0; i < c->file_count && r == 0; i++)
		r = add_file(w, a, base, c->files[i].name, c->files[i].data, err);
	base = sl_arena_printf(a, "%s/charts/", base);
	for (size_t i = 0; i < c->dependency_count && r == 0; i++)
		r = add_chart(w, a, base, c->dependencies[i], err);
	return r;
}

static int write_archive(struct sl_arena *a, const struct sl_helm_chart *c, int fd,
			 struct sl_err *err)
{
	SL_AUTO_PTR(sl_tar_writer) *w = NULL;
	int r = sl_tar_writer_new(sl_sink_fd(&fd), &w, err);

	if (r == 0)
		r = add_chart(w, a, "", c, err);
	return r < 0 ? r : sl_tar_finish(w, err);
}

/* ---- one chart ---- */

static int save(struct sl_arena *a, const struct sl_helm_chart *c, const char *dir,
		const char **ret_path, struct sl_err *err)
{
	SL_AUTO_FD int fd = -1;
	struct stat st;
	int r;

	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		return sl_cli_go_fail(err, errno, "mkdir", dir);
	if (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode))
		return sl_err_set(err, SL_ERR_INVALID, "is not a directory: %s", dir);
	*ret_path = sl_cli_helm_clean(a, sl_arena_printf(a, "%s/%.*s-%.*s.tgz", dir,
							 SL_STR_FMT(c->metadata->name),
							 SL_STR_FMT(c->metadata->version)));
	fd = open(*ret_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return sl_cli_go_fail(err, errno, "open", *ret_path);
	r = write_archive(a, c, fd, err);
	if (r < 0)
		(void)unlink(*ret_path);
	return r;
}

static int prepare(const struct sl_cli_args *args, struct sl_arena *a, struct sl_helm_chart *c,
		   struct sl_err *err)
{
	const char *version = sl_cli_string(args, "version");
	const char *app_version = sl_cli_string(args, "app-version");
	struct sl_semver unused;
	int r;

	if (version && *version)
		c->metadata->version = sl_str(version);
	r = sl_semver_parse(c->metadata->version, &unused, err);
	if (r < 0)
		return r;
	if (app_version && *app_version)
		c->metadata->app_version = sl_str(app_version);
	if (c->metadata->dependency_count > 0)
		r = sl_helm_check_dependencies(c, err);
	if (r < 0)
		return r;
	r = sl_helm_metadata_validate(a, c->metadata, err);
	if (r < 0)
		sl_err_wrap(err, "failed to save: chart validation");
	return r;
}

static int package_one(const struct sl_cli_args *args, struct sl_arena *a, const char *name,
		       struct sl_strbuf *out, struct sl_err *err)
{
	SL_AUTO_FREE char *cwd = getcwd(NULL, 0);
	SL_AUTO(sl_cli_dirtrail) trail = SL_CLI_DIRTRAIL_INIT;
	const struct sl_helm_fs fs = sl_cli_helmfs(&trail);
	const struct sl_helm_host host = sl_cli_helm_host(false);
	const char *dir = sl_cli_string(args, "destination"), *path;
	struct sl_helm_chart *c;
	struct stat st;
	int r;

	if (!cwd)
		return sl_err_errno(err, errno, "find the working directory");
	if (stat(name, &st) < 0)
		return sl_cli_go_fail(err, errno, "stat", name);
	path = sl_cli_helm_clean(a, *name == '/' ? name : sl_arena_printf(a, "%s/%s", cwd, name));
	r = sl_helm_load_dir(a, &fs, path, &host, &c, err);
	if (r == 0)
		r = prepare(args, a, c, err);
	if (r < 0)
		return r;
	r = save(a, c, sl_streq(dir, ".") ? cwd : dir, &path, err);
	if (r < 0)
		sl_err_wrap(err, "failed to save");
	else
		sl_strbuf_addf(out, "Successfully packaged chart and saved it to: %s\n", path);
	return r;
}

static int package(const struct sl_cli_args *args, struct sl_err *err)
{
	static const char *const signing[] = { "sign", "key", "passphrase-file", NULL };
	static const char *const update[] = { "dependency-update", NULL };
	int r = sl_cli_helm_refuse(args, signing, "archives are not signed", err);

	if (args->words.n == 0)
		return sl_err_set(err, SL_ERR_INVALID,
				  "need at least one argument, the path to the chart");
	if (r == 0)
		r = sl_cli_helm_refuse(args, update, "charts are not downloaded", err);
	for (size_t i = 0; i < args->words.n && r == 0; i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(SL_HELM_ARENA_MAX);
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);

		r = package_one(args, &a, args->words.v[i], &out, err);
		if (r == 0)
			r = sl_cli_print(&out, err);
	}
	return r;
}

int sl_cli_local_helm_package(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	(void)argv;
	return package(args, err) < 0 ? sl_cli_helm_fail(err) : 0;
}
