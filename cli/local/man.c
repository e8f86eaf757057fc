#include "cli/help.h"
#include "cli/local/programs.h"
#include "cli/report.h"

/* Text in which nothing is a command of the formatter; hyphens stay hyphens when copied. */
static void add_text(struct sl_str text, struct sl_strbuf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if ((c == '.' || c == '\'') && (i == 0 || text.p[i - 1] == '\n'))
			sl_strbuf_addz(out, "\\&");
		if (c == '\\')
			sl_strbuf_addz(out, "\\e");
		else if (c == '-')
			sl_strbuf_addz(out, "\\-");
		else
			sl_strbuf_addc(out, c);
	}
}

static void add_textz(const char *text, struct sl_strbuf *out)
{
	add_text(sl_str(text), out);
}

static void add_paragraphs(const char *text, struct sl_strbuf *out)
{
	struct sl_str rest = sl_str(text), line;

	while (sl_str_split(&rest, '\n', &line)) {
		if (line.n)
			add_text(line, out);
		else
			sl_strbuf_addz(out, ".PP");
		sl_strbuf_addc(out, '\n');
	}
}

static void add_flags(const struct sl_cli_flag *flags, struct sl_strbuf *out)
{
	for (const struct sl_cli_flag *f = flags; f && f->name; f++) {
		SL_AUTO(sl_strbuf) usage = SL_STRBUF_INIT(1024);

		sl_cli_flag_usage(f, &usage);
		sl_strbuf_addz(out, ".TP\n.B ");
		add_text(sl_strbuf_str(&usage), out);
		sl_strbuf_addc(out, '\n');
		add_textz(f->help, out);
		if (f->initial && f->type != SL_CLI_BOOL) {
			sl_strbuf_addz(out, " (default ");
			add_textz(f->initial, out);
			sl_strbuf_addc(out, ')');
		}
		sl_strbuf_addz(out, ".\n");
	}
}

static void add_examples(const char *examples, struct sl_strbuf *out)
{
	sl_strbuf_addz(out, ".PP\n.RS 4\n.nf\n");
	add_textz(examples, out);
	sl_strbuf_addz(out, ".fi\n.RE\n");
}

static void add_command(void *ctx, const struct sl_cli_path *path)
{
	const struct sl_cli_command *c = sl_cli_leaf(path);
	SL_AUTO(sl_strbuf) usage = SL_STRBUF_INIT(1024);
	struct sl_strbuf *out = ctx;

	if (path->n == 1)
		return;
	sl_cli_usage_line(path, &usage);
	sl_strbuf_addz(out, ".SS ");
	add_text(sl_strbuf_str(&usage), out);
	sl_strbuf_addc(out, '\n');
	add_textz(c->summary, out);
	sl_strbuf_addz(out, ".\n");
	if (c->aliases[0]) {
		sl_strbuf_addz(out, "Also called");
		for (size_t i = 0; i < SL_ARRAY_LEN(c->aliases) && c->aliases[i]; i++)
			sl_strbuf_addf(out, "%s %s", i ? "," : "", c->aliases[i]);
		sl_strbuf_addz(out, ".\n");
	}
	if (c->text) {
		sl_strbuf_addz(out, ".PP\n");
		add_paragraphs(c->text, out);
	}
	add_flags(c->flags, out);
	if (c->examples)
		add_examples(c->examples, out);
}

void sl_cli_man_page(struct sl_strbuf *out)
{
	const struct sl_cli_command *root = sl_cli_root();

	sl_strbuf_addz(out, ".TH SLUICE 1 \"\" \"sluice " SL_VERSION "\" \"Sluice\"\n"
			    ".SH NAME\nsluice \\- ");
	add_textz(root->summary, out);
	sl_strbuf_addz(out, "\n.SH SYNOPSIS\n.B sluice\n.I COMMAND\n[flags]\n.SH DESCRIPTION\n");
	add_paragraphs(root->text, out);
	sl_strbuf_addz(out, ".SH COMMANDS\n"
			    "Flags of a group of commands hold for all commands of the group.\n");
	sl_cli_walk(add_command, out);
	sl_strbuf_addz(out, ".SH GLOBAL FLAGS\n");
	add_flags(root->flags, out);
	sl_strbuf_addz(out, ".SH ENVIRONMENT\n"
			    ".TP\n.B KUBECONFIG\nKubeconfig files, separated by colons.\n"
			    ".TP\n.B FLUX_SYSTEM_NAMESPACE\nThe default of \\-\\-namespace.\n"
			    ".TP\n.B FLUX_NS_FOLLOWS_KUBE_CONTEXT\n"
			    "When not empty, the default of \\-\\-namespace is that of the "
			    "kubeconfig's context.\n"
			    ".SH EXIT STATUS\n0 on success, 1 otherwise.\n"
			    ".SH EXAMPLES\n");
	add_examples(root->examples, out);
}

int sl_cli_local_man(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);

	(void)args;
	(void)argv;
	sl_cli_man_page(&out);
	return sl_cli_print(&out, err);
}
