/*
 * Private to render/helm: what the ways of loading a chart share.
 *
 * Thread rule: one thread, that of the loading. Where several load, each has a loading of its own.
 */
#ifndef LIBCOMMON_RENDER_HELM_LOADING_H
#define LIBCOMMON_RENDER_HELM_LOADING_H

#include "libcommon/render/helm/helm.h"

/* Unpacked bytes of a chart and of the archives in it. */
#define SL_HELM_UNPACKED_MAX ((uint64_t)256 << 20)

/* One loading, subcharts included. */
struct sl_helm_loading {
	struct sl_arena *a;
	const struct sl_helm_host *host; /* never NULL */
	uint64_t bytes;			 /* unpacked so far */
	size_t files;
	unsigned depth; /* of the chart that is being loaded */
};

/* A growing list of files. */
struct sl_helm_files {
	struct sl_helm_file *items;
	size_t n, cap;
};
void sl_helm_files_push(struct sl_arena *a, struct sl_helm_files *f, struct sl_str name,
			struct sl_str data);

int sl_helm_loading_files(struct sl_helm_loading *l, const struct sl_helm_file *files, size_t n,
			  struct sl_helm_chart **ret, struct sl_err *err) SL_MUST_CHECK;
/* The files of an archive, their names below its one directory. */
int sl_helm_loading_archive(struct sl_helm_loading *l, struct sl_source source,
			    struct sl_helm_files *ret, struct sl_err *err) SL_MUST_CHECK;
/* So many more files, of so many bytes: SL_ERR_TOO_LARGE. */
int sl_helm_loading_count(struct sl_helm_loading *l, size_t files, uint64_t bytes,
			  struct sl_err *err) SL_MUST_CHECK;

/*
 * One of SL_PARTS loadings that are part of `l`: it may have its share of the files and bytes that are left,
 * and no more. When all have succeeded, what they had is counted.
 */
struct sl_helm_loading sl_helm_loading_part(const struct sl_helm_loading *l, struct sl_arena *a,
					    const struct sl_helm_host *host);
void sl_helm_loading_join(struct sl_helm_loading *l, const struct sl_helm_loading *parts);

/* "file '…' does not appear to be a gzipped archive; got 'text/plain; charset=utf-8'". */
int sl_helm_check_archive(struct sl_str name, struct sl_str bytes,
			  struct sl_err *err) SL_MUST_CHECK;

/* Without the mark that may begin UTF-8. */
struct sl_str sl_helm_without_mark(struct sl_str data);

/* A host whose callbacks are all NULL, in place of none. */
const struct sl_helm_host *sl_helm_host_or_none(const struct sl_helm_host *host);
/* Have `host` hear a line. */
void sl_helm_log(const struct sl_helm_host *host, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
