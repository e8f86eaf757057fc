#include "cli/help.h"

#include <string.h>

#define WIDTH 90       /* columns */
#define HELP_COLUMN 34 /* where the explanation of a flag begins */

static const char *metavar(const struct sl_cli_flag *f)
{
	static const char *const by_type[] = {
		[SL_CLI_BOOL] = NULL,	    [SL_CLI_STRING] = "TEXT",
		[SL_CLI_STRINGS] = "LIST",  [SL_CLI_DURATION] = "DURATION",
		[SL_CLI_ARRAY] = "TEXT",    [SL_CLI_NUMBER] = "NUMBER",
		[SL_CLI_CHOICE] = "FORMAT",
	};

	return f->metavar ? f->metavar : by_type[f->type];
}

void sl_cli_flag_usage(const struct sl_cli_flag *f, struct sl_strbuf *out)
{
	if (f->shorthand)
		sl_strbuf_addf(out, "-%c, ", f->shorthand);
	sl_strbuf_addf(out, "--%s", f->name);
	if (metavar(f) && f->alone)
		sl_strbuf_addf(out, "[=%s]", metavar(f));
	else if (metavar(f))
		sl_strbuf_addf(out, " %s", metavar(f));
}

void sl_cli_usage_line(const struct sl_cli_path *path, struct sl_strbuf *out)
{
	const struct sl_cli_command *c = sl_cli_leaf(path);
	SL_AUTO_FREE char *name = sl_cli_path_text(path);

	sl_strbuf_addz(out, name);
	if (c->children)
		sl_strbuf_addz(out, " COMMAND");
	if (c->args)
		sl_strbuf_addf(out, " %s", c->args);
	sl_strbuf_addz(out, " [flags]");
}

/* The next word of a line: bytes up to a space or the line's end. */
static struct sl_str next_word(struct sl_str *line)
{
	struct sl_str word = { NULL, 0 };

	while (!word.n && sl_str_split(line, ' ', &word))
		;
	return word;
}

static void wrap_line(struct sl_str line, size_t indent, size_t width, size_t *column,
		      struct sl_strbuf *out)
{
	for (struct sl_str w = next_word(&line); w.n; w = next_word(&line)) {
		if (*column > indent && *column + 1 + w.n > width) {
			sl_strbuf_addc(out, '\n');
			*column = 0;
		}
		if (*column > indent) {
			sl_strbuf_addc(out, ' ');
			(*column)++;
		} else {
			sl_strbuf_addn(out, ' ', indent - *column);
			*column = indent;
		}
		sl_strbuf_adds(out, w);
		*column += w.n;
	}
}

void sl_cli_wrap(const char *text, size_t indent, size_t width, struct sl_strbuf *out)
{
	struct sl_str rest = sl_str(text), line;

	while (sl_str_split(&rest, '\n', &line)) {
		size_t column = 0;

		wrap_line(line, indent, width, &column, out);
		sl_strbuf_addc(out, '\n');
	}
}

static void add_flag(const struct sl_cli_flag *f, struct sl_strbuf *out)
{
	SL_AUTO(sl_strbuf) head = SL_STRBUF_INIT(1024);
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(4096);
	size_t column;

	sl_strbuf_addz(&head, f->shorthand ? "  " : "      ");
	sl_cli_flag_usage(f, &head);
	sl_strbuf_adds(out, sl_strbuf_str(&head));
	column = head.n;
	if (column + 2 > HELP_COLUMN) {
		sl_strbuf_addc(out, '\n');
		column = 0;
	}
	sl_strbuf_addz(&text, f->help);
	if (f->initial && f->type != SL_CLI_BOOL)
		sl_strbuf_addf(&text, " (default %s)", f->initial);
	wrap_line(sl_strbuf_str(&text), HELP_COLUMN, WIDTH, &column, out);
	sl_strbuf_addc(out, '\n');
}

static bool is_shadowed(const struct sl_cli_path *path, const struct sl_cli_flag *f)
{
	return sl_cli_flag(path, sl_str(f->name)) != f;
}

/* Flags of the commands [from, to) of the path, innermost first. */
static void add_flags(const struct sl_cli_path *path, size_t from, size_t to, const char *title,
		      struct sl_strbuf *out)
{
	bool any = false;

	for (size_t i = to; i-- > from;) {
		for (const struct sl_cli_flag *f = path->commands[i]->flags; f && f->name; f++) {
			if (is_shadowed(path, f))
				continue;
			if (!any)
				sl_strbuf_addf(out, "\n%s:\n", title);
			any = true;
			add_flag(f, out);
		}
	}
}

static void add_children(const struct sl_cli_command *group, struct sl_strbuf *out)
{
	size_t widest = 0;

	for (const struct sl_cli_command *c = group->children; c->name; c++)
		if (!c->hidden && strlen(c->name) > widest)
			widest = strlen(c->name);
	sl_strbuf_addz(out, "\nCommands:\n");
	for (const struct sl_cli_command *c = group->children; c->name; c++)
		if (!c->hidden)
			sl_strbuf_addf(out, "  %-*s  %s\n", (int)widest, c->name, c->summary);
}

static void add_aliases(const struct sl_cli_command *c, struct sl_strbuf *out)
{
	if (!c->aliases[0])
		return;
	sl_strbuf_addf(out, "\nAliases:\n  %s", c->name);
	for (size_t i = 0; i < SL_ARRAY_LEN(c->aliases) && c->aliases[i]; i++)
		sl_strbuf_addf(out, ", %s", c->aliases[i]);
	sl_strbuf_addc(out, '\n');
}

static void add_examples(const char *examples, struct sl_strbuf *out)
{
	struct sl_str rest = sl_str(examples), line;

	sl_strbuf_addz(out, "\nExamples:\n");
	while (sl_str_split(&rest, '\n', &line) && (line.n || rest.n))
		sl_strbuf_addf(out, "%s%.*s\n", line.n ? "  " : "", SL_STR_FMT(line));
}

void sl_cli_help(const struct sl_cli_path *path, struct sl_strbuf *out)
{
	const struct sl_cli_command *c = sl_cli_leaf(path);

	sl_strbuf_addf(out, "%s.\n", c->summary);
	if (c->text) {
		sl_strbuf_addc(out, '\n');
		sl_cli_wrap(c->text, 0, WIDTH, out);
	}
	sl_strbuf_addz(out, "\nUsage:\n  ");
	sl_cli_usage_line(path, out);
	sl_strbuf_addc(out, '\n');
	add_aliases(c, out);
	if (c->examples)
		add_examples(c->examples, out);
	if (c->children)
		add_children(c, out);
	if (path->n > 1)
		add_flags(path, 1, path->n, "Flags", out);
	add_flags(path, 0, 1, path->n > 1 ? "Global flags" : "Flags", out);
	if (c->children)
		sl_strbuf_addz(out, "\nRun 'sluice help COMMAND' for more about a command.\n");
}
