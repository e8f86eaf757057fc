/*
 * Helm's charts: a chart and values in, manifests, hooks and notes out, as `helm template` of v3.22.0
 * prints them.
 *
 *   sl_helm_load_dir() | sl_helm_load_archive() | sl_helm_load_files()      -> struct sl_helm_chart
 *   sl_helm_values_read(), sl_helm_values_merge(), set.h                    -> the user's values
 *   sl_helm_check_installable(), sl_helm_check_dependencies()
 *   sl_helm_render()                                                        -> struct sl_helm_result
 *   sl_helm_write_template()                                                -> what helm template prints
 *
 * Pure: files come through struct sl_helm_fs, clock, chance, time zones, the cluster and DNS through
 * struct sl_helm_host. A chart is constant once it is loaded: it may be rendered any number of times,
 * by several threads at once, each with an arena of its own.
 *
 * Memory: everything in the arena given, which must outlive what is returned. Give rendering an arena with
 * a limit (SL_HELM_ARENA_MAX).
 *
 * Errors have Helm's texts, some of several lines. Codes: SL_ERR_INVALID (the chart or the values),
 * SL_ERR_TOO_LARGE (a cap below, named in the text), SL_ERR_NOT_FOUND, and what the callbacks return.
 *
 * Source: Helm v3.22.0. Left out on purpose: plugins, post-renderers that are programs, provenance.
 */
#ifndef LIBCOMMON_RENDER_HELM_HELM_H
#define LIBCOMMON_RENDER_HELM_HELM_H

#include <stdbool.h>

#include "libcommon/base/parallel.h"
#include "libcommon/base/stream.h"
#include "libcommon/base/strbuf.h"
#include "libcommon/lang/template/func.h"
#include "libcommon/lang/template/goval.h"

#define SL_HELM_CHART_BYTES_MAX ((size_t)100 << 20) /* of a chart, unpacked: Helm's own */
#define SL_HELM_FILE_BYTES_MAX ((size_t)5 << 20)    /* of one file of it: Helm's own */
#define SL_HELM_FILES_MAX 20000			    /* of a chart, subcharts' counted */
#define SL_HELM_DEPTH_MAX 32			    /* subcharts within subcharts */
#define SL_HELM_PATH_MAX 4096
#define SL_HELM_RELEASE_NAME_MAX 53
#define SL_HELM_ARENA_MAX ((size_t)512 << 20)  /* for a rendering */
#define SL_HELM_OUTPUT_MAX ((size_t)256 << 20) /* of all manifests */
#define SL_HELM_INCLUDES_MAX 1000	       /* of one template within itself: Helm's own */
#define SL_HELM_TPL_DEPTH_MAX 1000	       /* tpl within tpl */

/* ---- charts ---- */

struct sl_helm_file {
	struct sl_str name; /* relative to the chart, '/'-separated: "templates/a.yaml" */
	struct sl_str data; /* without the mark that may begin UTF-8 */
};

struct sl_helm_maintainer {
	struct sl_str name, email, url;
};

struct sl_helm_dependency {
	struct sl_str name, version, repository, condition, alias;
	struct sl_str *tags;
	size_t tag_count;
	bool enabled;
	/* Strings, and maps with "child" and "parent"; NULL without. */
	struct sl_go_list *import_values;
};

/* Chart.yaml, and the dependencies of a requirements.yaml. An empty text stands for an absent field. */
struct sl_helm_metadata {
	struct sl_str name, home, version, description, icon, api_version, condition, tags,
		app_version, kube_version, type;
	bool deprecated;
	struct sl_str *sources, *keywords;
	size_t source_count, keyword_count;
	struct sl_helm_maintainer **maintainers;
	size_t maintainer_count;
	struct sl_go_map *annotations; /* of type map[string]string; NULL without */
	struct sl_helm_dependency **dependencies;
	size_t dependency_count;
};

/* Chart.lock, or requirements.lock. */
struct sl_helm_lock {
	struct sl_str generated, digest; /* as written */
	struct sl_helm_dependency **dependencies;
	size_t dependency_count;
};

struct sl_helm_chart {
	struct sl_helm_metadata *metadata; /* never NULL once loaded */
	struct sl_helm_lock *lock;	   /* NULL without */
	struct sl_go_map *values;	   /* of values.yaml; NULL without */
	const struct sl_str *schema;	   /* values.schema.json; NULL without */
	/* All files, in the order read; those below templates/; those that .Files has. */
	struct sl_helm_file *raw, *templates, *files;
	size_t raw_count, template_count, file_count;
	struct sl_helm_chart *parent; /* NULL of the root */
	struct sl_helm_chart **dependencies;
	size_t dependency_count;
};

/* "CHART/charts/SUBCHART": how the templates' names begin. */
struct sl_str sl_helm_chart_path(struct sl_arena *a, const struct sl_helm_chart *c);
/* The file of that name among all, or NULL. */
const struct sl_helm_file *sl_helm_chart_file(const struct sl_helm_chart *c, const char *name);
/* A library chart has no manifests of its own. */
bool sl_helm_chart_is_library(const struct sl_helm_chart *c);

/* CustomResourceDefinitions: the files of crds/, subcharts' included, in Helm's order. */
struct sl_helm_crd {
	struct sl_str name;   /* the whole name, with the chart's path */
	struct sl_str source; /* bytes of the file */
};
struct sl_helm_crd *sl_helm_chart_crds(struct sl_arena *a, const struct sl_helm_chart *c,
				       size_t *ret_count);

/* ---- what the library cannot know ---- */

/*
 * Where a chart's directory is read from. Paths are the caller's own, with '/' and names put behind
 * them. `list` and `stat` see links as links.
 */
enum sl_helm_entry { SL_HELM_FILE, SL_HELM_DIR, SL_HELM_LINK, SL_HELM_IRREGULAR, SL_HELM_UNKNOWN };
struct sl_helm_fs {
	void *ctx;
	/* SL_ERR_NOT_FOUND when there is nothing. */
	int (*stat)(void *ctx, const char *path, enum sl_helm_entry *ret, struct sl_err *err);
	/* Call `each` for every name in a directory, any order, without "." and "..". What is UNKNOWN
	 * is asked of `stat`. */
	int (*list)(void *ctx, const char *path,
		    void (*each)(void *arg, const char *name, enum sl_helm_entry entry), void *arg,
		    struct sl_err *err);
	/* The bytes of a file, in `a` or living longer; SL_ERR_TOO_LARGE past `max`. */
	int (*read)(void *ctx, const char *path, size_t max, struct sl_arena *a,
		    struct sl_str *ret_bytes, struct sl_err *err);
	/* The path without links of what a link leads to. NULL: links are refused. */
	int (*resolve)(void *ctx, const char *path, struct sl_arena *a, const char **ret_path,
		       struct sl_err *err);
	/*
	 * A `ctx` for another thread, which reads below `dir`, and the end of it. NULL: all is read in one.
	 */
	void *(*branch)(void *ctx, const char *dir);
	void (*end)(void *branch);
};

/* NULL callbacks are fine: then lookup finds nothing, names have no address, and nobody hears. */
struct sl_helm_host {
	struct sl_go_host go; /* clock, chance, time zones */
	void *data;	      /* of those below */
	/* A line that Helm logs, "coalesce.go:298: warning: …", without its newline. */
	void (*log)(void *data, const char *line);
	/* The object, or the List when `name` is empty; *ret NULL when there is none. */
	int (*lookup)(void *data, struct sl_str api_version, struct sl_str kind,
		      struct sl_str namespace_, struct sl_str name, struct sl_arena *a,
		      struct sl_value **ret, struct sl_err *err);
	/* An address of the host; empty when it has none. Given with --enable-dns only. */
	int (*resolve)(void *data, struct sl_str host, struct sl_arena *a, struct sl_str *ret,
		       struct sl_err *err);
	/*
	 * What is large is read, parsed and rendered in several threads by it: sl_parallel_for(). The
	 * callbacks above are called in the caller's alone. NULL: in that, too.
	 */
	sl_parallel_fn parallel;
};

/* ---- loading ---- */

/*
 * A chart from its files. `files` and what they hold are borrowed. `host` (may be NULL) hears warnings.
 */
int sl_helm_load_files(struct sl_arena *a, const struct sl_helm_file *files, size_t n,
		       const struct sl_helm_host *host, struct sl_helm_chart **ret,
		       struct sl_err *err) SL_MUST_CHECK;
/* From a directory, less what its .helmignore names. `dir` is an absolute path, for messages. */
int sl_helm_load_dir(struct sl_arena *a, const struct sl_helm_fs *fs, const char *dir,
		     const struct sl_helm_host *host, struct sl_helm_chart **ret,
		     struct sl_err *err) SL_MUST_CHECK;
/* From a gzip-compressed tarball. */
int sl_helm_load_archive(struct sl_arena *a, struct sl_source source,
			 const struct sl_helm_host *host, struct sl_helm_chart **ret,
			 struct sl_err *err) SL_MUST_CHECK;
/*
 * A directory or an archive, whichever `path` is: what `helm template NAME PATH` loads, with Helm's
 * words for what is neither.
 */
int sl_helm_load(struct sl_arena *a, const struct sl_helm_fs *fs, const char *path,
		 const struct sl_helm_host *host, struct sl_helm_chart **ret,
		 struct sl_err *err) SL_MUST_CHECK;
/* The files of a directory that loading would read, in its order: what `helm package` packs. */
int sl_helm_read_dir(struct sl_arena *a, const struct sl_helm_fs *fs, const char *dir,
		     const struct sl_helm_host *host, struct sl_helm_file **ret_files,
		     size_t *ret_count, struct sl_err *err) SL_MUST_CHECK;
/* Chart.yaml alone, not validated: what `helm lint` looks at. */
int sl_helm_metadata_read(struct sl_arena *a, struct sl_str text, struct sl_helm_metadata *ret,
			  struct sl_err *err) SL_MUST_CHECK;
/* "validation: chart.metadata.name is required" and the like. Cleans texts in place. */
int sl_helm_metadata_validate(struct sl_arena *a, struct sl_helm_metadata *m,
			      struct sl_err *err) SL_MUST_CHECK;
/* As a map, in the order and with the omissions of Helm's Chart.yaml writer. */
struct sl_value *sl_helm_metadata_value(struct sl_arena *a, const struct sl_helm_metadata *m);

/* ---- values: Go's values, numbers of YAML being float64 ---- */

/* A values file. Nothing in it gives an empty map. */
int sl_helm_values_read(struct sl_arena *a, struct sl_str text, struct sl_go_map **ret,
			struct sl_err *err) SL_MUST_CHECK;
/* `over` over `base`, maps merged, null kept: what several -f give. Neither is changed. */
struct sl_go_map *sl_helm_values_merge(struct sl_arena *a, const struct sl_go_map *base,
				       const struct sl_go_map *over);
/*
 * The user's values over those of the chart and its subcharts, globals handed down, null deleting: what
 * .Values is. `user` (may be NULL) is not changed.
 */
int sl_helm_values_coalesce(struct sl_arena *a, const struct sl_helm_chart *c,
			    const struct sl_go_map *user, const struct sl_helm_host *host,
			    struct sl_go_map **ret, struct sl_err *err) SL_MUST_CHECK;
/* Helm's CoalesceTables: `dst` with what it lacks of `src`. Both are changed. */
struct sl_go_map *sl_helm_values_tables(struct sl_arena *a, struct sl_go_map *dst,
					struct sl_go_map *src, const struct sl_helm_host *host);
/*
 * The values against the schemas of the chart and its subcharts; the text of the error has the name of
 * each chart and what is wrong there.
 */
int sl_helm_values_validate(struct sl_arena *a, const struct sl_helm_chart *c,
			    const struct sl_go_map *values, struct sl_err *err) SL_MUST_CHECK;
/* The values against one schema's text: what is wrong, as Helm says it, without a chart's name. */
int sl_helm_values_validate_one(struct sl_arena *a, struct sl_str schema,
				const struct sl_go_map *values, struct sl_err *err) SL_MUST_CHECK;

/* ---- before rendering ---- */

/* "no name provided", "invalid release name, must match regex …". */
int sl_helm_check_release_name(struct sl_str name, struct sl_err *err) SL_MUST_CHECK;
/*
 * The name that --name-template makes: a template with sprig's functions, executed without data. Errors
 * are the template's. `host` may be NULL.
 */
int sl_helm_release_name(struct sl_arena *a, struct sl_str name_template,
			 const struct sl_go_host *host, struct sl_str *ret,
			 struct sl_err *err) SL_MUST_CHECK;
/* Library charts are not installable. */
int sl_helm_check_installable(const struct sl_helm_chart *c, struct sl_err *err) SL_MUST_CHECK;
/* "found in Chart.yaml, but missing in charts/ directory: a, b". */
int sl_helm_check_dependencies(const struct sl_helm_chart *c, struct sl_err *err) SL_MUST_CHECK;

struct sl_helm_kube_version {
	struct sl_str version, major, minor; /* "v1.20.0", "1", "20" */
};
/* --kube-version; texts live in `a`. Errors have the text of the version parser of Kubernetes. */
int sl_helm_kube_version_parse(struct sl_arena *a, struct sl_str text,
			       struct sl_helm_kube_version *ret, struct sl_err *err) SL_MUST_CHECK;
/* Whether a chart's kubeVersion allows a version: Masterminds' constraints. */
bool sl_helm_is_compatible(struct sl_str constraint, struct sl_str version);

/* ---- rendering ---- */

struct sl_helm_options {
	struct sl_str release;	  /* .Release.Name */
	struct sl_str namespace_; /* .Release.Namespace */
	int64_t revision;	  /* 0: 1 */
	bool is_upgrade;	  /* .Release.IsUpgrade instead of IsInstall */
	/* An empty version: SL_HELM_KUBE_VERSION. */
	struct sl_helm_kube_version kube_version;
	/* .Capabilities.APIVersions: these, behind those that Helm knows without a cluster … */
	const struct sl_str *api_versions;
	size_t api_version_count;
	bool only_api_versions; /* … or these alone, those of a cluster */
	bool sub_notes;		/* notes of subcharts, too */
	bool skip_schema;	/* --skip-schema-validation */
	bool include_crds;	/* into the manifest */
	bool hide_secrets;
	bool strict; /* a key that is missing is an error, as for lint --strict */
	bool lint;   /* `required` and `fail` do not fail, but log */
	/* May change the manifest; NULL: no post-renderer. */
	int (*post_render)(void *data, struct sl_str manifest, struct sl_arena *a,
			   struct sl_str *ret, struct sl_err *err);
	void *post_render_data;
	size_t output; /* bytes of all manifests; 0: SL_HELM_OUTPUT_MAX */
	/* Of C's stack, for templates within templates; 0 suits any thread (SL_TMPL_STACK_MAX), but
	 * SL_HELM_INCLUDES_MAX takes SL_TMPL_STACK_MAIN, see lang/template/template.h. */
	size_t stack;
};
#define SL_HELM_KUBE_VERSION "v1.20.0"

/* Events of hooks, in no order. */
enum sl_helm_event {
	SL_HELM_PRE_INSTALL,
	SL_HELM_POST_INSTALL,
	SL_HELM_PRE_DELETE,
	SL_HELM_POST_DELETE,
	SL_HELM_PRE_UPGRADE,
	SL_HELM_POST_UPGRADE,
	SL_HELM_PRE_ROLLBACK,
	SL_HELM_POST_ROLLBACK,
	SL_HELM_TEST,
};
const char *sl_helm_event_name(enum sl_helm_event e);

struct sl_helm_manifest {
	struct sl_str path;    /* of the template: "chart/templates/a.yaml" */
	struct sl_str content; /* one document, trimmed */
	struct sl_str kind, api_version;
};
struct sl_helm_hook {
	struct sl_str name, kind, path, manifest;
	enum sl_helm_event *events;
	size_t event_count;
	int64_t weight;
	struct sl_str *delete_policies, *output_log_policies;
	size_t delete_policy_count, output_log_policy_count;
};
bool sl_helm_hook_has(const struct sl_helm_hook *h, enum sl_helm_event e);

struct sl_helm_result {
	/* All manifests but hooks with their "# Source:" lines, CRDs first where asked for. */
	struct sl_str manifest;
	struct sl_helm_manifest *manifests; /* in the order of installation */
	size_t manifest_count;
	struct sl_helm_hook *hooks; /* likewise */
	size_t hook_count;
	struct sl_helm_crd *crds; /* only with include_crds */
	size_t crd_count;
	struct sl_str notes; /* NOTES.txt rendered, or empty */
	/*
	 * Set on failure as well: the values were fine, so that Helm has a release and puts "\n\nUse --debug
	 * flag to render out invalid YAML" behind the error. With --debug it prints what there is, by
	 * sl_helm_write_template(): all that was rendered, when a manifest is no YAML.
	 */
	bool rendered;
	/* The coalesced values, as templates have left them; NULL when it did not get there. */
	struct sl_go_map *values;
};

/*
 * Dependencies processed (conditions, tags, aliases, import-values), values coalesced and validated,
 * templates rendered, manifests sorted. `user` may be NULL; it is not changed. `ret` is filled on
 * failure too, see there.
 */
int sl_helm_render(struct sl_arena *a, const struct sl_helm_chart *c, const struct sl_go_map *user,
		   const struct sl_helm_options *options, const struct sl_helm_host *host,
		   struct sl_helm_result *ret, struct sl_err *err) SL_MUST_CHECK;

/*
 * One step of it, for `helm lint`: the rendered text of every template by its name, partials left
 * out, of a chart with processed dependencies and coalesced values, which templates may change.
 */
int sl_helm_render_files(struct sl_arena *a, const struct sl_helm_chart *c,
			 struct sl_go_map *values, const struct sl_helm_options *options,
			 const struct sl_helm_host *host, struct sl_helm_file **ret_files,
			 size_t *ret_count, struct sl_err *err) SL_MUST_CHECK;
/* A copy of the chart (less what is constant) with its dependencies processed for `user`. */
int sl_helm_process_dependencies(struct sl_arena *a, const struct sl_helm_chart *c,
				 const struct sl_go_map *user, const struct sl_helm_host *host,
				 struct sl_helm_chart **ret, struct sl_err *err) SL_MUST_CHECK;

struct sl_helm_show {
	bool no_hooks, skip_tests;
	/* --show-only, patterns of filepath.Match below the chart's name; none: all */
	const struct sl_str *only;
	size_t only_count;
};
/*
 * Write what `helm template` prints. SL_ERR_NOT_FOUND "could not find template X in chart": nothing was
 * written then.
 */
int sl_helm_write_template(const struct sl_helm_result *r, const struct sl_helm_show *show,
			   struct sl_sink sink, struct sl_err *err) SL_MUST_CHECK;

#endif
