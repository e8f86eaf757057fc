/*
 * `get`: what it was asked, and how objects are printed. See get.c and get_watch.c.
 *
 * Thread rule: one thread at a time.
 */
#ifndef CLI_REMOTE_GET_H
#define CLI_REMOTE_GET_H

#include "cli/remote/columns.h"
#include "cli/remote/session.h"

enum sl_cli_format {
	SL_CLI_TABLE,
	SL_CLI_WIDE,
	SL_CLI_NAMES, /* "kustomization.kustomize.toolkit.fluxcd.io/podinfo" */
	SL_CLI_JSON,
	SL_CLI_YAML,
};

struct sl_cli_get {
	struct sl_cli_session *session;
	const struct sl_cli_command *command;
	enum sl_cli_format format;
	struct sl_cli_filter filter;
	struct sl_cli_selector selector;
	struct sl_cli_view view; /* its kind changes from table to table */
	bool header;
};

/* One document: JSON ends with a newline, YAML begins with "---" when it is not the `first`. */
void sl_cli_add_document(const struct sl_value *v, enum sl_cli_format format, bool first,
			 struct sl_strbuf *out);
/* "kustomization.kustomize.toolkit.fluxcd.io/podinfo" and a newline. */
void sl_cli_add_name(enum sl_cli_kind_id kind, const struct sl_value *object,
		     struct sl_strbuf *out);
/* `get --watch` of one kind; ends only with an error. */
int sl_cli_get_watch(struct sl_cli_get *g, struct sl_err *err) SL_MUST_CHECK;

#endif
