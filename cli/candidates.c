#include "cli/candidates.h"

#include <stdlib.h>

void sl_cli_query_release(struct sl_cli_query *q)
{
	sl_cli_args_release(&q->args);
	free(q->prefix);
	free(q->typed);
	*q = (struct sl_cli_query)SL_CLI_QUERY_INIT;
}

/* "--output=js": the flag's name counts as typed, only its value is completed. */
static void read_inline_value(struct sl_str last, struct sl_cli_query *q)
{
	struct sl_str name = last;
	ptrdiff_t eq = sl_str_chr(last, '=');

	if (!sl_str_cut_prefix(&name, SL_STR("--")) || eq < 0)
		return;
	name = sl_str_sub(name, 0, (size_t)eq - 2);
	q->flag = sl_cli_flag(&q->args.path, name);
	if (!q->flag)
		return;
	free(q->prefix);
	q->prefix = sl_xmemdup0(last.p, (size_t)eq + 1);
}

static enum sl_cli_complete wanted_by(const struct sl_cli_query *q)
{
	const struct sl_cli_command *leaf = sl_cli_leaf(&q->args.path);

	if (q->flag)
		return q->flag->complete;
	if (q->typed[0] == '-' || leaf->children || leaf->words)
		return SL_CLI_COMPLETE_COMMANDS;
	return q->args.words.n < leaf->args_max ? leaf->complete : SL_CLI_NO_COMPLETION;
}

void sl_cli_query_read(const struct sl_strvec *words, struct sl_cli_query *ret_query)
{
	SL_AUTO(sl_strvec) argv = SL_STRVEC_INIT;
	SL_AUTO_FREE char *hint = NULL;
	struct sl_str last = words->n ? sl_str(words->v[words->n - 1]) : SL_STR("");
	struct sl_cli_query *q = ret_query;
	bool wrong;

	sl_strvec_push(&argv, "sluice");
	for (size_t i = 0; i + 1 < words->n; i++)
		sl_strvec_push(&argv, words->v[i]);
	wrong = sl_cli_parse((int)argv.n, argv.v, &q->args, &hint, NULL) != 0;
	q->flag = q->args.wanting;
	q->prefix = sl_xstrdup("");
	if (!q->flag)
		read_inline_value(last, q);
	last = sl_str_sub(last, sl_str(q->prefix).n, last.n);
	q->typed = sl_xmemdup0(last.p ? last.p : "", last.n);
	q->wanted = wrong && !q->flag ? SL_CLI_NO_COMPLETION : wanted_by(q);
}

bool sl_cli_query_is_live(const struct sl_cli_query *q)
{
	return q->wanted == SL_CLI_COMPLETE_NAMES || q->wanted == SL_CLI_COMPLETE_NAMESPACES ||
	       q->wanted == SL_CLI_COMPLETE_CONTEXTS;
}

void sl_cli_query_offer(const struct sl_cli_query *q, struct sl_str word, const char *help,
			struct sl_strbuf *out)
{
	if (!sl_str_starts(word, sl_str(q->typed)))
		return;
	sl_strbuf_addf(out, "%s%.*s", q->prefix, SL_STR_FMT(word));
	if (help)
		sl_strbuf_addf(out, "\t%s", help);
	sl_strbuf_addc(out, '\n');
}

static void offer_children(const struct sl_cli_query *q, const struct sl_cli_command *group,
			   struct sl_strbuf *out)
{
	for (const struct sl_cli_command *c = group->children; c && c->name; c++)
		if (!c->hidden)
			sl_cli_query_offer(q, sl_str(c->name), c->summary, out);
}

static void offer_flags(const struct sl_cli_query *q, struct sl_strbuf *out)
{
	const struct sl_cli_path *path = &q->args.path;

	for (size_t i = path->n; i-- > 0;)
		for (const struct sl_cli_flag *f = path->commands[i]->flags; f && f->name; f++) {
			SL_AUTO_FREE char *word = sl_xasprintf("--%s", f->name);

			sl_cli_query_offer(q, sl_str(word), f->help, out);
		}
}

/* `sluice help get so`: follow the words as if they were a command line of their own. */
static void offer_help_topics(const struct sl_cli_query *q, struct sl_strbuf *out)
{
	const struct sl_cli_command *c = sl_cli_root();

	for (size_t i = 0; c && i < q->args.words.n; i++)
		c = sl_cli_child(c, sl_str(q->args.words.v[i]));
	if (c)
		offer_children(q, c, out);
}

static void offer_words(const struct sl_cli_query *q, const char *const *words,
			struct sl_strbuf *out)
{
	for (size_t i = 0; words[i]; i++)
		sl_cli_query_offer(q, sl_str(words[i]), NULL, out);
}

static void offer_commands(const struct sl_cli_query *q, struct sl_strbuf *out)
{
	const struct sl_cli_command *leaf = sl_cli_leaf(&q->args.path);

	if (q->typed[0] == '-')
		offer_flags(q, out);
	else if (leaf->words && q->args.words.n == 0)
		offer_words(q, leaf->words, out);
	else if (leaf->verb == SL_CLI_HELP)
		offer_help_topics(q, out);
	else
		offer_children(q, leaf, out);
}

void sl_cli_query_answer(const struct sl_cli_query *q, struct sl_strbuf *out)
{
	if (q->flag && q->flag->choices)
		offer_words(q, q->flag->choices, out);
	else if (q->wanted == SL_CLI_COMPLETE_COMMANDS && !q->flag)
		offer_commands(q, out);
	else if (q->wanted == SL_CLI_COMPLETE_FILES)
		sl_strbuf_addz(out, ":files\n");
}
