/* Nodes as Go's String methods print them, for the <…> of messages. */
#include "libcommon/lang/template/fmt.h"
#include "libcommon/lang/template/tree.h"

static void add_names(const struct sl_str *names, size_t n, struct sl_strbuf *out)
{
	for (size_t i = 0; i < n; i++) {
		sl_strbuf_addc(out, '.');
		sl_strbuf_adds(out, names[i]);
	}
}

/* An operand: a pipeline stands in parentheses there. */
static void add_operand(const struct tmpl_node *node, struct sl_strbuf *out)
{
	bool parens = node->kind == TMPL_PIPE;

	if (parens)
		sl_strbuf_addc(out, '(');
	tmpl_node_text(node, out);
	if (parens)
		sl_strbuf_addc(out, ')');
}

static void add_command(const struct tmpl_node *node, struct sl_strbuf *out)
{
	for (size_t i = 0; i < node->list.n; i++) {
		if (i)
			sl_strbuf_addc(out, ' ');
		add_operand(node->list.items[i], out);
	}
}

static void add_pipeline(const struct tmpl_node *node, struct sl_strbuf *out)
{
	for (size_t i = 0; i < node->decls; i++) {
		if (i)
			sl_strbuf_addz(out, ", ");
		tmpl_node_text(node->pipeline.decl[i], out);
	}
	if (node->decls)
		sl_strbuf_addz(out, node->flag ? " = " : " := ");
	for (size_t i = 0; i < node->pipeline.n; i++) {
		if (i)
			sl_strbuf_addz(out, " | ");
		add_command(node->pipeline.commands[i], out);
	}
}

static void add_branch(const struct tmpl_node *node, const char *word, struct sl_strbuf *out)
{
	sl_strbuf_addf(out, "{{%s ", word);
	add_pipeline(node->branch.pipe, out);
	sl_strbuf_addz(out, "}}");
	tmpl_node_text(node->branch.list, out);
	if (node->branch.otherwise) {
		sl_strbuf_addz(out, "{{else}}");
		tmpl_node_text(node->branch.otherwise, out);
	}
	sl_strbuf_addz(out, "{{end}}");
}

static void add_call(const struct tmpl_node *node, struct sl_strbuf *out)
{
	sl_strbuf_addz(out, "{{template ");
	sl_go_quote(out, node->call.name);
	if (node->call.pipe) {
		sl_strbuf_addc(out, ' ');
		add_pipeline(node->call.pipe, out);
	}
	sl_strbuf_addz(out, "}}");
}

/* What is printed by a constant text. */
static const char *constant_text(const struct tmpl_node *node)
{
	switch ((enum tmpl_kind)node->kind) {
	case TMPL_BOOL:
		return node->flag ? "true" : "false";
	case TMPL_DOT:
		return ".";
	case TMPL_ELSE:
		return "{{else}}";
	case TMPL_END:
		return "{{end}}";
	case TMPL_NIL:
		return "nil";
	case TMPL_BREAK:
		return "{{break}}";
	case TMPL_CONTINUE:
		return "{{continue}}";
	default:
		return NULL;
	}
}

void tmpl_node_text(const struct tmpl_node *node, struct sl_strbuf *out)
{
	switch ((enum tmpl_kind)node->kind) {
	case TMPL_TEXT:
		sl_strbuf_adds(out, node->text);
		return;
	case TMPL_ACTION:
		sl_strbuf_addz(out, "{{");
		add_pipeline(node->pipe, out);
		sl_strbuf_addz(out, "}}");
		return;
	case TMPL_CHAIN:
		add_operand(node->chain.operand, out);
		add_names(node->chain.names, node->chain.n, out);
		return;
	case TMPL_COMMAND:
		add_command(node, out);
		return;
	case TMPL_FIELD:
		add_names(node->field.names, node->field.n, out);
		return;
	case TMPL_VARIABLE:
		sl_strbuf_adds(out, node->field.own);
		add_names(node->field.names, node->field.n, out);
		return;
	case TMPL_IDENT:
		sl_strbuf_adds(out, node->ident.name);
		return;
	case TMPL_IF:
		add_branch(node, "if", out);
		return;
	case TMPL_RANGE:
		add_branch(node, "range", out);
		return;
	case TMPL_WITH:
		add_branch(node, "with", out);
		return;
	case TMPL_LIST:
		for (size_t i = 0; i < node->list.n; i++)
			tmpl_node_text(node->list.items[i], out);
		return;
	case TMPL_NUMBER:
		sl_strbuf_adds(out, node->number->text);
		return;
	case TMPL_PIPE:
		add_pipeline(node, out);
		return;
	case TMPL_STRING:
		sl_strbuf_adds(out, node->string.quoted);
		return;
	case TMPL_TEMPLATE:
		add_call(node, out);
		return;
	default:
		sl_strbuf_addz(out, constant_text(node));
	}
}

size_t tmpl_line_at(struct sl_str text, size_t pos)
{
	struct sl_str before = sl_str_sub(text, 0, pos);
	size_t line = 1;

	for (size_t i = 0; i < before.n; i++)
		line += before.p[i] == '\n';
	return line;
}
