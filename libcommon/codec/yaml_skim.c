/* The structure of plain YAML: which map or list a line belongs to, and what it adds there. */
#include "libcommon/codec/yaml_skim_line.h"

/* A map or list that is open, and where its keys or dashes stand. */
struct level {
	size_t indent;
	bool is_list;
};

struct skim {
	struct sl_yaml_skim_cursor s;
	struct level *levels; /* SL_YAML_SKIM_DEPTH_MAX of them */
	size_t depth;
	bool open;	    /* the last key, or dash, has no value yet */
	uint32_t open_line; /* where it stands */
	sl_yaml_skim_fn take;
	void *ctx;
};

static bool tell(struct skim *k, const struct sl_yaml_skimmed *e)
{
	return k->take(k->ctx, e);
}

static bool tell_container(struct skim *k, bool is_list, bool flow)
{
	const struct sl_yaml_skimmed e = {
		.kind = is_list ? SL_YAML_SKIM_LIST : SL_YAML_SKIM_MAP,
		.flow = flow,
		.line = k->s.line,
	};

	return tell(k, &e);
}

static bool tell_end(struct skim *k)
{
	return tell(k, &(struct sl_yaml_skimmed){ .kind = SL_YAML_SKIM_END, .line = k->s.line });
}

/* What is left without a value is null. */
static bool tell_nothing(struct skim *k)
{
	if (!k->open)
		return true;
	k->open = false;
	return tell(k, &(struct sl_yaml_skimmed){
			       .kind = SL_YAML_SKIM_SCALAR, .as_is = true, .line = k->open_line });
}

/* ---- within a line ---- */

static bool take_flow(struct skim *k, unsigned depth);

/* A word, text in quotes, or a list or map of them. */
static bool take_flow_item(struct skim *k, unsigned depth)
{
	struct sl_yaml_skim_cursor *s = &k->s;
	struct sl_yaml_skimmed e;

	if (s->p == s->eol)
		return false;
	if (*s->p == '[' || *s->p == '{')
		return take_flow(k, depth + 1);
	if (*s->p == '"' || *s->p == '\'')
		return sl_yaml_skim_quoted(s, false, &e) && tell(k, &e);
	return sl_yaml_skim_word(s, &e) && tell(k, &e);
}

/* "[a, 'b']" or "{c: d}". */
static bool take_flow(struct skim *k, unsigned depth)
{
	struct sl_yaml_skim_cursor *s = &k->s;
	char close = *s->p++ == '{' ? '}' : ']';
	struct sl_yaml_skimmed key;

	if (depth == SL_YAML_SKIM_FLOW_DEPTH_MAX || !tell_container(k, close == ']', true))
		return false;
	for (sl_yaml_skim_spaces(s); s->p < s->eol && *s->p != close; sl_yaml_skim_spaces(s)) {
		if (close == '}') {
			if (!sl_yaml_skim_key(s, &key) || s->p == s->eol || !tell(k, &key))
				return false;
			sl_yaml_skim_spaces(s);
		}
		if (!take_flow_item(k, depth))
			return false;
		sl_yaml_skim_spaces(s);
		if (s->p < s->eol && *s->p == ',')
			s->p++;
		else if (s->p == s->eol || *s->p != close)
			return false;
	}
	return s->p < s->eol && *s->p++ == close && tell_end(k);
}

/* A value that is neither a block map nor a block list: the rest of the line, and of some more lines. */
static bool take_value(struct skim *k)
{
	struct sl_yaml_skim_cursor *s = &k->s;
	size_t indent = k->levels[k->depth - 1].indent;
	struct sl_yaml_skimmed e;
	bool taken;

	k->open = false;
	switch (*s->p) {
	case '[':
	case '{':
		return take_flow(k, 0) && sl_yaml_skim_end(s);
	case '"':
	case '\'':
		taken = sl_yaml_skim_quoted(s, true, &e) && sl_yaml_skim_end(s);
		break;
	case '|':
	case '>':
		taken = sl_yaml_skim_block(s, indent, &e);
		break;
	default:
		taken = sl_yaml_skim_plain(s, indent, &e);
	}
	return taken && tell(k, &e);
}

/* ---- lines ---- */

static size_t column(const struct skim *k, const char *line)
{
	return (size_t)(k->s.p - line);
}

static bool at_dash(const struct sl_yaml_skim_cursor *s)
{
	return s->p < s->eol && *s->p == '-' && (s->p + 1 == s->eol || s->p[1] == ' ');
}

/* The value of the last key or dash is a map or list that begins at `indent`. */
static bool push(struct skim *k, size_t indent, bool is_list)
{
	if (k->depth == SL_YAML_SKIM_DEPTH_MAX)
		return false;
	k->levels[k->depth++] = (struct level){ indent, is_list };
	k->open = false;
	return tell_container(k, is_list, false);
}

/* Behind a key or a dash: the value that begins on this line, if one does. */
static bool leave_open(struct skim *k)
{
	k->open = true;
	k->open_line = k->s.line;
	return sl_yaml_skim_end(&k->s);
}

static bool at_end(const struct sl_yaml_skim_cursor *s)
{
	return s->p == s->eol || (*s->p == '#' && s->p[-1] == ' ');
}

/* Behind a key's colon. */
static bool take_member_value(struct skim *k)
{
	const char *from = k->s.p;

	sl_yaml_skim_spaces(&k->s);
	if (!at_end(&k->s))
		return take_value(k);
	k->s.p = from;
	return leave_open(k);
}

/* A map of which the first key is here, or any other value, behind a dash or on a line of its own. */
static bool take_node(struct skim *k, const char *line)
{
	size_t at = column(k, line);
	struct sl_yaml_skimmed key;

	if (!sl_yaml_skim_key(&k->s, &key))
		return take_value(k);
	return push(k, at, false) && tell(k, &key) && take_member_value(k);
}

/* A dash, and what follows it. */
static bool take_item(struct skim *k, const char *line)
{
	for (;;) {
		const char *from = ++k->s.p;

		sl_yaml_skim_spaces(&k->s);
		if (at_end(&k->s)) {
			k->s.p = from;
			return leave_open(k);
		}
		if (!at_dash(&k->s))
			return take_node(k, line);
		if (!push(k, column(k, line), true))
			return false;
	}
}

static bool pop(struct skim *k)
{
	k->depth--;
	return tell_end(k);
}

/* Close what ends before a line of that indentation. */
static bool close_levels(struct skim *k, size_t indent, bool dash)
{
	while (k->depth && k->levels[k->depth - 1].indent > indent)
		if (!pop(k))
			return false;
	/* A list may stand in the column of its key: the next key ends it. */
	if (k->depth > 1 && !dash && k->levels[k->depth - 1].indent == indent &&
	    k->levels[k->depth - 1].is_list)
		return pop(k);
	return true;
}

/* A line that goes on in a map or list that is open. */
static bool take_sibling(struct skim *k, const char *line, bool dash)
{
	size_t indent = column(k, line);
	struct sl_yaml_skimmed key;
	const struct level *top;

	if (!tell_nothing(k) || !close_levels(k, indent, dash) || !k->depth)
		return false;
	top = &k->levels[k->depth - 1];
	if (top->indent != indent || top->is_list != dash)
		return false;
	if (dash)
		return take_item(k, line);
	return sl_yaml_skim_key(&k->s, &key) && tell(k, &key) && take_member_value(k);
}

static bool take_line(struct skim *k)
{
	const char *line = k->s.p;
	const struct level *top = k->depth ? &k->levels[k->depth - 1] : NULL;
	size_t indent;
	bool dash;

	sl_yaml_skim_spaces(&k->s);
	if (k->s.p == k->s.eol)
		return true;
	if (*k->s.p == '#')
		return sl_yaml_skim_comment(&k->s);
	indent = column(k, line);
	dash = at_dash(&k->s);
	if (!top) {
		struct sl_yaml_skimmed key;

		return !indent && sl_yaml_skim_key(&k->s, &key) && push(k, 0, false) &&
		       tell(k, &key) && take_member_value(k);
	}
	if (k->open && dash && (indent > top->indent || (indent == top->indent && !top->is_list)))
		return push(k, indent, true) && take_item(k, line);
	if (k->open && indent > top->indent)
		return take_node(k, line);
	return take_sibling(k, line, dash);
}

bool sl_yaml_skim(struct sl_str text, sl_yaml_skim_fn take, void *ctx)
{
	struct level levels[SL_YAML_SKIM_DEPTH_MAX];
	struct skim k = { .s = { .begin = text.p, .end = text.p + text.n },
			  .levels = levels,
			  .take = take,
			  .ctx = ctx };

	if (!text.n || text.n > SL_YAML_SKIM_BYTES_MAX)
		return false;
	for (const char *from = text.p;; from = k.s.eol + 1, k.s.line++) {
		sl_yaml_skim_line(&k.s, from);
		if (!take_line(&k))
			return false;
		if (k.s.eol == k.s.end)
			break;
	}
	return k.depth && tell_nothing(&k) && close_levels(&k, 0, false) && pop(&k);
}
