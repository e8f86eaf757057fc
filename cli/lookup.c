/* Ways through the command table. */
#include "cli/commands.h"

#include "libcommon/base/strbuf.h"

const struct sl_cli_command *sl_cli_child(const struct sl_cli_command *group, struct sl_str word)
{
	for (const struct sl_cli_command *c = group->children; c && c->name; c++) {
		if (sl_str_eqz(word, c->name))
			return c;
		for (size_t i = 0; i < SL_ARRAY_LEN(c->aliases) && c->aliases[i]; i++)
			if (sl_str_eqz(word, c->aliases[i]))
				return c;
	}
	return NULL;
}

const struct sl_cli_command *sl_cli_leaf(const struct sl_cli_path *path)
{
	return path->commands[path->n - 1];
}

const struct sl_cli_flag *sl_cli_flag(const struct sl_cli_path *path, struct sl_str name)
{
	for (size_t i = path->n; i-- > 0;)
		for (const struct sl_cli_flag *f = path->commands[i]->flags; f && f->name; f++)
			if (sl_str_eqz(name, f->name))
				return f;
	return NULL;
}

const struct sl_cli_flag *sl_cli_flag_short(const struct sl_cli_path *path, char shorthand)
{
	for (size_t i = path->n; i-- > 0;)
		for (const struct sl_cli_flag *f = path->commands[i]->flags; f && f->name; f++)
			if (f->shorthand == shorthand)
				return f;
	return NULL;
}

char *sl_cli_path_text(const struct sl_cli_path *path)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1024);

	for (size_t i = 0; i < path->n; i++)
		sl_strbuf_addf(&text, "%s%s", i ? " " : "", path->commands[i]->name);
	return sl_strbuf_steal(&text);
}

static void walk(struct sl_cli_path *path, const struct sl_cli_command *c,
		 void (*visit)(void *ctx, const struct sl_cli_path *path), void *ctx)
{
	if (c->hidden)
		return;
	path->commands[path->n++] = c;
	visit(ctx, path);
	for (c = c->children; c && c->name; c++)
		walk(path, c, visit, ctx);
	path->n--;
}

void sl_cli_walk(void (*visit)(void *ctx, const struct sl_cli_path *path), void *ctx)
{
	struct sl_cli_path path = { .n = 0 };

	walk(&path, sl_cli_root(), visit, ctx);
}
