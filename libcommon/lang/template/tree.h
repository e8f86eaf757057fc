/*
 * Parsed templates: what the parser makes and execution walks. Private to lang/template.
 *
 * Everything lives in the arena of the set, or in the texts, which are borrowed. Positions are bytes
 * from the beginning of the text that was parsed, not of the definition within it.
 */
#ifndef LIBCOMMON_LANG_TEMPLATE_TREE_H
#define LIBCOMMON_LANG_TEMPLATE_TREE_H

#include "libcommon/lang/template/template.h"

enum tmpl_kind {
	TMPL_TEXT,
	TMPL_ACTION,
	TMPL_BOOL,
	TMPL_CHAIN,
	TMPL_COMMAND,
	TMPL_DOT,
	TMPL_ELSE, /* only between functions of the parser */
	TMPL_END,  /* likewise */
	TMPL_FIELD,
	TMPL_IDENT,
	TMPL_IF,
	TMPL_LIST,
	TMPL_NIL,
	TMPL_NUMBER,
	TMPL_PIPE,
	TMPL_RANGE,
	TMPL_STRING,
	TMPL_TEMPLATE,
	TMPL_VARIABLE,
	TMPL_WITH,
	TMPL_BREAK,
	TMPL_CONTINUE,
};

/* A constant under each of the types that can hold it. */
struct tmpl_number {
	struct sl_str text; /* as written */
	bool is_int, is_uint, is_float, is_complex;
	int64_t i;
	uint64_t u;
	double f;
	double c[2];
};

/*
 * Allocated no larger than what its kind needs: see tmpl_node_new() in parser.h. Never copied: rows of one
 * item, as most are, lie in the node itself.
 */
struct tmpl_node {
	uint8_t kind;	/* enum tmpl_kind */
	bool flag;	/* BOOL: its value; PIPE: assigns instead of declaring */
	uint16_t decls; /* PIPE: variables set, 0 to 2 */
	uint32_t pos;
	union {
		struct sl_str text; /* TEXT */
		struct {
			struct sl_str value, quoted;
		} string;			  /* STRING */
		struct tmpl_node *pipe;		  /* ACTION */
		const struct tmpl_number *number; /* NUMBER */
		struct {
			struct sl_str name;
			const struct sl_go_func *fn;
		} ident; /* IDENT */
		struct {
			struct sl_str *names; /* without dots; of a VARIABLE without the first */
			uint32_t n;
			uint32_t variable; /* VARIABLE: number of its name */
			struct sl_str own; /* VARIABLE: its name; FIELD: the only one */
		} field;		   /* FIELD, VARIABLE */
		struct {
			struct sl_str *names;
			uint32_t n;
			struct tmpl_node *operand;
		} chain; /* CHAIN */
		struct {
			struct tmpl_node **items;
			size_t n;
			struct tmpl_node *only;
		} list; /* LIST, COMMAND */
		struct {
			struct tmpl_node **commands;
			size_t n;
			struct tmpl_node *only;
			struct tmpl_node *decl[2];
		} pipeline; /* PIPE */
		struct {
			struct tmpl_node *pipe, *list, *otherwise; /* `otherwise` may be NULL */
		} branch;					   /* IF, RANGE, WITH */
		struct {
			struct sl_str name;
			struct tmpl_node *pipe; /* or NULL */
		} call;				/* TEMPLATE */
	};
};

/* One definition. */
struct tmpl_tree {
	struct sl_str name;
	struct sl_str parse_name; /* of the text that it stands in */
	struct sl_str text;
	struct tmpl_node *root; /* LIST */
	bool empty;		/* nothing but space and comments */
	bool whole;		/* the text itself, not a definition in it */
};

struct sl_tmpl_set {
	struct sl_arena *a;
	struct sl_tmpl_options options;
	const struct sl_tmpl_set *parent; /* whose templates it has unless they are replaced */
	struct sl_go_map *trees;	  /* name to a struct tmpl_tree */
	struct sl_go_map *functions;	  /* name to a struct sl_go_func: those met so far */
	const char *stack_base;		  /* of the rendering within which it is filled, or NULL */
	bool no_break, no_continue; /* functions have these names, so that they are no keywords */
};

/* All that `text` defines, by name; nothing of it is in the set yet. */
int tmpl_set_read(struct sl_tmpl_set *set, struct sl_str name, struct sl_str text,
		  struct sl_go_map **ret_trees, struct sl_err *err) SL_MUST_CHECK;
/*
 * Such trees take their places in the set. Empty ones leave what is there, but for the one that is named
 * `*new_name`. NULL: for none.
 */
void tmpl_set_define(struct sl_tmpl_set *set, const struct sl_go_map *trees,
		     const struct sl_str *new_name);
/* NULL when there is none. */
const struct tmpl_tree *tmpl_set_find(const struct sl_tmpl_set *set, struct sl_str name);
/* The function of that name, a built-in one included; NULL when there is none. */
const struct sl_go_func *tmpl_set_function(struct sl_tmpl_set *set, struct sl_str name);
/* The parser: all definitions of `text`, the whole one included, by name into `trees`. */
int tmpl_parse_trees(struct sl_tmpl_set *set, struct sl_str name, struct sl_str text,
		     struct sl_go_map *trees, struct sl_err *err) SL_MUST_CHECK;

/* The line of a place in a text, from 1. Only messages ask for it, so that none are counted on the way. */
size_t tmpl_line_at(struct sl_str text, size_t pos);
/* The node as Go prints it in messages. */
void tmpl_node_text(const struct tmpl_node *node, struct sl_strbuf *out);

/* How much of the stack lies between `base`, a frame address further up, and here. */
static inline __attribute__((always_inline)) size_t tmpl_stack_used(const char *base)
{
	const char *here = __builtin_frame_address(0);

	return here < base ? (size_t)(base - here) : (size_t)(here - base);
}

#endif
