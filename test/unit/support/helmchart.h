/*
 * Charts for unit tests, from literals, and a host that remembers what is logged.
 */
#ifndef TEST_UNIT_SUPPORT_HELMCHART_H
#define TEST_UNIT_SUPPORT_HELMCHART_H

#include "libcommon/render/helm/helm.h"
#include "test/unit/support/expect.h"

#define CHART_FILES_MAX 24

/* Up to one without a name. */
struct chart_file {
	const char *name, *data;
};

/* Load it; the test fails when that fails. */
struct sl_helm_chart *chart_of(struct sl_arena *a, const struct chart_file *files,
			       const struct sl_helm_host *host);
/* The same, whatever it gives. */
int load_chart(struct sl_arena *a, const struct chart_file *files, const struct sl_helm_host *host,
	       struct sl_helm_chart **ret, struct sl_err *err);
/* A gzip-compressed tarball of the files, their names as they are. Type '0', or as `types` says. */
struct sl_str tarball_of(struct sl_arena *a, const struct chart_file *files, const char *types);
/* Values from YAML. */
struct sl_go_map *values_of(struct sl_arena *a, const char *yaml);
/* As JSON. */
void expect_values(const struct sl_go_map *m, const char *json);
/* A host whose log goes into `lines`, a line each. */
struct sl_helm_host logging_host(struct sl_strbuf *lines);

#endif
