/*
 * Shell completion: what could the word be that is being typed?
 *
 * The shells' scripts are a few lines that call `sluice __complete WORDS`, where the last word is the
 * one at the cursor, maybe empty. The answer is a line for each candidate, "word<TAB>description",
 * and as its last line ":files" where the shell should offer files. What only the cluster knows is
 * looked up by sluice-remote; this part needs the command table alone.
 *
 * Thread rule: pure functions.
 */
#ifndef CLI_CANDIDATES_H
#define CLI_CANDIDATES_H

#include "cli/args.h"
#include "libcommon/base/strbuf.h"

struct sl_cli_query {
	struct sl_cli_args args;	/* of the words before the last */
	enum sl_cli_complete wanted;	/* what the last word is */
	const struct sl_cli_flag *flag; /* whose value it is, or NULL */
	char *prefix;			/* comes before every candidate: "--output=" or "" */
	char *typed;			/* what the candidates must begin with */
};
#define SL_CLI_QUERY_INIT \
	{ \
		.args = SL_CLI_ARGS_INIT \
	}
void sl_cli_query_release(struct sl_cli_query *q);

/* Understand the words; never fails: where nothing fits, nothing is wanted. */
void sl_cli_query_read(const struct sl_strvec *words, struct sl_cli_query *ret_query);
/* Whether the cluster or the kubeconfig has to be asked. */
bool sl_cli_query_is_live(const struct sl_cli_query *q);
/* The candidates that the table knows. */
void sl_cli_query_answer(const struct sl_cli_query *q, struct sl_strbuf *out);
/* One candidate, if it begins with what was typed; `help` may be NULL. */
void sl_cli_query_offer(const struct sl_cli_query *q, struct sl_str word, const char *help,
			struct sl_strbuf *out);

#endif
