/*
 * kustomize: a tree of files with a kustomization.yaml in, Kubernetes objects out.
 *
 * The result, written with sl_kustomize_write(), is byte for byte what `kustomize build` of v5.8.2
 * prints. Nothing here touches a disk, a network, a clock or the environment: files come through the
 * callbacks of struct sl_kustomize_fs.
 *
 *   files -> kustomization -> resources -> components -> patches, namespace, prefix, suffix, labels,
 *   annotations, replicas, images, replacements   (bottom up through the bases)
 *         -> hash suffixes, name references, vars, local-config objects dropped, order, annotations
 *
 * Paths are relative to the root of the file tree, '/'-separated, clean (no ".", "..", empty part);
 * "" is the root. A path that leaves the root is refused before a callback sees it.
 *
 * Errors name the user's place: origin.file, origin.line, origin.field. Codes of every function that
 * reads user input: SL_ERR_INVALID, SL_ERR_NOT_FOUND (a file or directory named by a kustomization),
 * SL_ERR_CONFLICT (two objects with one id), SL_ERR_FORBIDDEN (load restriction, path out of the root),
 * SL_ERR_TOO_LARGE (a cap below), SL_ERR_UNSUPPORTED (a field this version does not implement), and
 * what the callbacks return.
 *
 * Where kustomize prints its own words for a mistake they are kept, less the repetition.
 *
 * Memory: everything in the caller's arena. Thread rule: thread-safe for distinct arenas; callbacks
 * run on the calling thread.
 *
 * Source: kustomize v5.8.2 (api v0.21.2, kyaml v0.21.2) and its output. Left out on purpose: exec and
 * Go plugins, KRM functions.
 */
#ifndef LIBCOMMON_RENDER_KUSTOMIZE_KUSTOMIZE_H
#define LIBCOMMON_RENDER_KUSTOMIZE_KUSTOMIZE_H

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/value.h"
#include "libcommon/render/kustomize/remote.h"

/* Caps of one build; struct sl_kustomize_limits lowers or raises them. */
#define SL_KUSTOMIZE_FILES_MAX 20000		   /* reads, repeated ones counted */
#define SL_KUSTOMIZE_BYTES_MAX ((size_t)128 << 20) /* of all files read */
#define SL_KUSTOMIZE_DEPTH_MAX 64		   /* nested bases and components */
#define SL_KUSTOMIZE_OBJECTS_MAX 50000		   /* objects at any moment */
#define SL_KUSTOMIZE_PATCHES_MAX 5000		   /* patch documents */
#define SL_KUSTOMIZE_ARENA_MAX ((size_t)512 << 20) /* growth of the arena */

enum sl_kustomize_entry {
	SL_KUSTOMIZE_NONE, /* nothing there, or nothing the caller lets us see */
	SL_KUSTOMIZE_FILE,
	SL_KUSTOMIZE_DIR,
};

/* What a kustomization names by a URL. */
struct sl_kustomize_remote {
	const char *url;		      /* as written there */
	const struct sl_kustomize_repo *repo; /* NULL: a single file, over HTTP */
};

/* The file tree. `ctx` is the caller's; its type is known to the callbacks only. */
struct sl_kustomize_fs {
	void *ctx;
	/* What is at `path`. Symbolic links are the callback's: follow them only below the root. */
	enum sl_kustomize_entry (*stat)(void *ctx, const char *path);
	/* The bytes of a file, in `a` or living longer. Errors: SL_ERR_NOT_FOUND, SL_ERR_IO … */
	int (*read)(void *ctx, const char *path, struct sl_arena *a, struct sl_str *ret_bytes,
		    struct sl_err *err);
	/* Call `each` for every entry of a directory, any order, without "." and "..". Only
	 * sl_kustomize_generate() lists directories; NULL is fine for a build. */
	int (*list)(void *ctx, const char *path, void (*each)(void *arg, const char *name),
		    void *arg, struct sl_err *err);
	/* Make a remote file or repository available below the root, and say where: the file, or the
	 * directory of the clone. It is fetched again when it is named again. NULL: what is remote is
	 * refused. */
	int (*fetch)(void *ctx, const struct sl_kustomize_remote *remote, struct sl_arena *a,
		     const char **ret_path, struct sl_err *err);
	/* The path without symbolic links of an entry that exists, below the root. NULL: there are
	 * no links, or they may be taken for what they lead to. */
	int (*real)(void *ctx, const char *path, struct sl_arena *a, const char **ret_path,
		    struct sl_err *err);
};

/* A chart to be rendered, as `helm template` would with these flags. An empty text: not given. */
struct sl_kustomize_chart {
	const char *dir;		      /* of the chart, in the tree */
	struct sl_str release, name_template; /* neither: "release-name" */
	struct sl_str namespace_, kube_version;
	const struct sl_str *api_versions;
	size_t api_version_count;
	const struct sl_str *values; /* texts of values files, later ones over earlier ones */
	size_t value_count;
	bool include_crds, skip_tests, no_hooks;
};

/* The renderer of charts: see charts.h for Helm's. */
struct sl_kustomize_charts {
	void *ctx;
	/* *ret_text: the documents that `helm template` prints, in `a`. */
	int (*render)(void *ctx, const struct sl_kustomize_fs *fs,
		      const struct sl_kustomize_chart *chart, struct sl_arena *a,
		      struct sl_str *ret_text, struct sl_err *err);
};

/* 0 in a field means the cap above. */
struct sl_kustomize_limits {
	size_t files, bytes, depth, objects, patches;
};

enum sl_kustomize_order {
	SL_KUSTOMIZE_ORDER_FIFO,   /* as read, what Flux does */
	SL_KUSTOMIZE_ORDER_LEGACY, /* Namespaces first, webhooks last, what `kustomize build` does */
};

struct sl_kustomize_options {
	/* Files must lie in or below the directory of the kustomization that names them: the default
	 * of `kustomize build`, not of Flux. */
	bool restrict_files;
	/* Files may be named by absolute paths: the root of the tree is that of a file system. */
	bool absolute_files;
	/* The tree is a whole file system, and this the directory that paths in messages are
	 * relative to; NULL: they are relative to the root of the tree. */
	const char *shown_from;
	/* The label of `--enable-managedby-label`. */
	bool managed_by_label;
	/* Used unless the kustomization has sortOptions. */
	enum sl_kustomize_order order;
	/* What renders helmCharts: `--enable-helm`. NULL: charts are refused, as in Flux. */
	const struct sl_kustomize_charts *charts;
	/* Stands in for the kustomization file of `path`, as sl_kustomize_generate() returns it, or
	 * NULL. Not changed. Unknown fields of it are warned of, not refused, as Flux drops them. */
	const struct sl_value *kustomization;
	struct sl_kustomize_limits limits;
};

struct sl_kustomize_result {
	struct sl_value **objects; /* maps, each its own copy: free to be changed */
	size_t n;
	char **warnings; /* deprecated fields and the like, one line each */
	size_t warning_count;
};

/*
 * Build the kustomization in directory `path` of `fs`, or in the repository that the URL `path` names.
 * `options` may be NULL.
 * On failure *ret is untouched; the arena keeps what was used until it is reset.
 */
int sl_kustomize_build(struct sl_arena *a, const struct sl_kustomize_fs *fs, const char *path,
		       const struct sl_kustomize_options *options, struct sl_kustomize_result *ret,
		       struct sl_err *err) SL_MUST_CHECK;

/*
 * Append the objects as one YAML stream: documents joined by "---\n", nothing before the first. The
 * sha256 of exactly these bytes is the digest of a Kustomization's history. The cap is the buffer's.
 */
void sl_kustomize_write(struct sl_value *const *objects, size_t n, struct sl_strbuf *out);

/*
 * The names of the files into which `kustomize build --output DIRECTORY` puts the objects, in their
 * order: "apps_v1_deployment_web.yaml", with the namespace in front where objects of several
 * namespaces are there. Objects may share a name; the last one then counts.
 */
char **sl_kustomize_file_names(struct sl_arena *a, struct sl_value *const *objects, size_t n);

/*
 * The kustomization of directory `path` as Flux sees it: the parsed file or, without one, one made
 * from the tree: every *.yaml and *.yml below, and each sub-directory with a kustomization file of
 * its own instead of what it holds, in lexical order; nothing found gives `namespace: _placeholder`.
 * Every such file must decode to Kubernetes objects ("failed to decode Kubernetes YAML from …").
 * *ret_generated (may be NULL) tells whether there was no file. The value is a fresh map in `a`.
 */
int sl_kustomize_generate(struct sl_arena *a, const struct sl_kustomize_fs *fs, const char *path,
			  const struct sl_kustomize_limits *limits, struct sl_value **ret,
			  bool *ret_generated, struct sl_err *err) SL_MUST_CHECK;

/*
 * Change `kustomization` in place by the `spec` of a Flux Kustomization: targetNamespace, namePrefix,
 * nameSuffix, patches, patchesStrategicMerge, patchesJson6902, components with
 * ignoreMissingComponents, images, buildMetadata. Other fields of `spec` are not looked at. Pure but
 * for fs->stat, asked whether a component exists when missing ones are to be ignored; `path` is the
 * kustomization's directory. Errors: SL_ERR_INVALID (a component that is not local and relative).
 */
int sl_kustomize_apply_spec(struct sl_arena *a, const struct sl_kustomize_fs *fs, const char *path,
			    const struct sl_value *spec, struct sl_value *kustomization,
			    struct sl_err *err) SL_MUST_CHECK;

/*
 * What a Flux Kustomization puts on each object that was built, just before it is applied: the labels that
 * name their owner, then `spec`.commonMetadata. False, and nothing done, for a kustomization file, which a
 * build may bring along and which is not for the cluster. What is set is copied.
 */
bool sl_kustomize_own(struct sl_arena *a, struct sl_str namespace_, struct sl_str name,
		      const struct sl_value *spec, struct sl_value *object);

#endif
