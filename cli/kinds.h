/*
 * The kinds of Flux's API that the command line knows: where they are served, what people call them.
 *
 * The table's order is the order in which `get all` prints them; sources come first, so that
 * `get sources all` is a range. Kinds whose controller is another project's are listed too: whoever
 * runs them beside ours sees them in the same tables.
 *
 * Thread rule: constant data. Source: Flux's API groups, and the words of its command line.
 */
#ifndef CLI_KINDS_H
#define CLI_KINDS_H

#include "libcommon/kube/object.h"

enum sl_cli_kind_id {
	SL_CLI_OCI_REPOSITORY,
	SL_CLI_BUCKET,
	SL_CLI_GIT_REPOSITORY,
	SL_CLI_HELM_REPOSITORY,
	SL_CLI_HELM_CHART,
	SL_CLI_EXTERNAL_ARTIFACT,
	SL_CLI_IMAGE_REPOSITORY,
	SL_CLI_IMAGE_POLICY,
	SL_CLI_IMAGE_UPDATE,
	SL_CLI_HELM_RELEASE,
	SL_CLI_KUSTOMIZATION,
	SL_CLI_RECEIVER,
	SL_CLI_PROVIDER,
	SL_CLI_ALERT,
	SL_CLI_ARTIFACT_GENERATOR,
	SL_CLI_KINDS,
	SL_CLI_SOURCES_LAST = SL_CLI_EXTERNAL_ARTIFACT,
	SL_CLI_ALL_LAST = SL_CLI_ALERT,
};

struct sl_cli_kind {
	struct sl_kube_kind kube; /* verbs left 0: nothing here asks */
	const char *human;	  /* "source git", as in "suspending source git podinfo" */
	const char *done; /* "fetched revision": what a success did; NULL: no command acts on it */
	const char *ref[5];   /* path of the field that names the source, ends with NULL */
	const char *ref_kind; /* kind behind `ref` where the field does not say it, or NULL */
};

/* `id` below SL_CLI_KINDS. */
const struct sl_cli_kind *sl_cli_kind(enum sl_cli_kind_id id);
/* The kind of this name, in any case ("kustomization"), or NULL. */
const struct sl_cli_kind *sl_cli_kind_named(struct sl_str name);

#endif
