#include "cli/args.h"

#include <stdlib.h>
#include <string.h>

#include "cli/suggest.h"
#include "libcommon/codec/duration.h"

struct sl_cli_given {
	const struct sl_cli_flag *flag;
	char *value;
};

/* What parsing needs besides its result. */
struct parser {
	struct sl_cli_args *args;
	char *const *next; /* the word after the current one; NULL ends them */
	char **hint;
};

void sl_cli_args_release(struct sl_cli_args *args)
{
	for (size_t i = 0; i < args->given_count; i++)
		free(args->given[i].value);
	free(args->given);
	sl_strvec_release(&args->words);
	*args = (struct sl_cli_args)SL_CLI_ARGS_INIT;
}

static bool parse_bool(struct sl_str text, bool *ret_value)
{
	static const char *const words[2][6] = { { "0", "f", "F", "false", "FALSE", "False" },
						 { "1", "t", "T", "true", "TRUE", "True" } };

	for (size_t i = 0; i < SL_ARRAY_LEN(words[0]); i++)
		for (int value = 0; value <= 1; value++)
			if (sl_str_eqz(text, words[value][i])) {
				*ret_value = value;
				return true;
			}
	return false;
}

static bool is_choice(const struct sl_cli_flag *f, struct sl_str value)
{
	for (size_t i = 0; f->choices[i]; i++)
		if (sl_str_ieq(value, sl_str(f->choices[i])))
			return true;
	return false;
}

static char *join_choices(const char *const *choices)
{
	SL_AUTO(sl_strvec) list = SL_STRVEC_INIT;

	for (size_t i = 0; choices[i]; i++)
		sl_strvec_push(&list, choices[i]);
	return sl_strvec_join(&list, ", ");
}

static int refuse(const struct sl_cli_flag *f, const char *value, const char *why,
		  struct sl_err *err)
{
	return sl_err_set(err, SL_ERR_INVALID, "invalid argument \"%s\" for \"--%s\" flag: %s",
			  value, f->name, why);
}

static int refuse_choice(const struct sl_cli_flag *f, const char *value, struct sl_err *err)
{
	SL_AUTO_FREE char *all = join_choices(f->choices);
	SL_AUTO_FREE char *why = sl_xasprintf("must be one of %s", all);

	return refuse(f, value, why, err);
}

static int check_list(const struct sl_cli_flag *f, const char *value, struct sl_err *err)
{
	struct sl_str rest = sl_str(value), part;

	while (f->choices && sl_str_split(&rest, ',', &part))
		if (!is_choice(f, part))
			return refuse_choice(f, value, err);
	return 0;
}

static int check_duration(const struct sl_cli_flag *f, const char *value, struct sl_err *err)
{
	SL_AUTO(sl_err) why = SL_ERR_INIT;
	int64_t ms;

	if (sl_duration_parse_ms(sl_str(value), &ms, &why))
		return refuse(f, value, why.message, err);
	if (ms <= 0)
		return refuse(f, value, "must be more than 0", err);
	return 0;
}

static int check_value(const struct sl_cli_flag *f, const char *value, struct sl_err *err)
{
	double number;
	bool b;

	switch (f->type) {
	case SL_CLI_STRING:
	case SL_CLI_ARRAY:
		return 0;
	case SL_CLI_STRINGS:
		return check_list(f, value, err);
	case SL_CLI_BOOL:
		return parse_bool(sl_str(value), &b)
			       ? 0
			       : refuse(f, value, "must be true or false", err);
	case SL_CLI_DURATION:
		return check_duration(f, value, err);
	case SL_CLI_NUMBER:
		if (sl_str_to_double(sl_str(value), &number) && number >= 0)
			return 0;
		return refuse(f, value, "must be a number, 0 or more", err);
	case SL_CLI_CHOICE:
		return is_choice(f, sl_str(value)) ? 0 : refuse_choice(f, value, err);
	}
	abort();
}

static int give(struct parser *p, const struct sl_cli_flag *f, const char *value,
		struct sl_err *err)
{
	struct sl_cli_args *args = p->args;
	int r = check_value(f, value, err);

	if (r)
		return r;
	if (sl_streq(f->name, "help"))
		args->help = true;
	args->given =
		sl_grow(args->given, args->given_count, &args->given_cap, sizeof(*args->given));
	args->given[args->given_count++] = (struct sl_cli_given){ f, sl_xstrdup(value) };
	return 0;
}

static int unknown_flag(struct parser *p, struct sl_str name, struct sl_err *err)
{
	SL_AUTO(sl_strvec) known = SL_STRVEC_INIT;
	const struct sl_cli_path *path = &p->args->path;

	for (size_t i = 0; i < path->n; i++)
		for (const struct sl_cli_flag *f = path->commands[i]->flags; f && f->name; f++)
			sl_strvec_push(&known, f->name);
	const char *near = sl_cli_suggest(name, &known);
	if (near)
		*p->hint = sl_xasprintf("did you mean --%s?", near);
	return sl_err_set(err, SL_ERR_INVALID, "unknown flag: --%.*s", SL_STR_FMT(name));
}

static int parse_long(struct parser *p, struct sl_str word, struct sl_err *err)
{
	ptrdiff_t eq = sl_str_chr(word, '=');
	struct sl_str name = eq < 0 ? word : sl_str_sub(word, 0, (size_t)eq);
	const struct sl_cli_flag *f = sl_cli_flag(&p->args->path, name);

	if (!f)
		return unknown_flag(p, name, err);
	if (eq >= 0)
		return give(p, f, word.p + eq + 1, err);
	if (f->type == SL_CLI_BOOL || f->alone)
		return give(p, f, f->alone ? f->alone : "true", err);
	if (*p->next)
		return give(p, f, *p->next++, err);
	p->args->wanting = f;
	return sl_err_set(err, SL_ERR_INVALID, "flag needs an argument: --%s", f->name);
}

/* "-Aw", "-nfoo", "-n=foo": letters of bool flags may share a dash, a value takes the rest. */
static int parse_short(struct parser *p, const char *word, struct sl_err *err)
{
	for (const char *c = word + 1; *c; c++) {
		const struct sl_cli_flag *f = sl_cli_flag_short(&p->args->path, *c);
		int r;

		if (!f)
			return sl_err_set(err, SL_ERR_INVALID, "unknown shorthand flag: '%c' in %s",
					  *c, word);
		if (f->type == SL_CLI_BOOL && c[1] != '=') {
			r = give(p, f, "true", err);
			if (r)
				return r;
			continue;
		}
		if (c[1])
			return give(p, f, c + (c[1] == '=' ? 2 : 1), err);
		if (*p->next)
			return give(p, f, *p->next++, err);
		p->args->wanting = f;
		return sl_err_set(err, SL_ERR_INVALID, "flag needs an argument: '%c' in %s", *c,
				  word);
	}
	return 0;
}

static int unknown_command(struct parser *p, const char *word, struct sl_err *err)
{
	SL_AUTO(sl_strvec) known = SL_STRVEC_INIT;
	SL_AUTO_FREE char *group = sl_cli_path_text(&p->args->path);

	for (const struct sl_cli_command *c = sl_cli_leaf(&p->args->path)->children; c->name; c++) {
		if (c->hidden)
			continue;
		sl_strvec_push(&known, c->name);
		for (size_t i = 0; i < SL_ARRAY_LEN(c->aliases) && c->aliases[i]; i++)
			sl_strvec_push(&known, c->aliases[i]);
	}
	const char *near = sl_cli_suggest(sl_str(word), &known);
	*p->hint = near ? sl_xasprintf("did you mean '%s %s'?", group, near)
			: sl_xasprintf("run '%s --help' for what there is", group);
	return sl_err_set(err, SL_ERR_INVALID, "unknown command \"%s\" for \"%s\"", word, group);
}

static int parse_word(struct parser *p, const char *word, struct sl_err *err)
{
	struct sl_cli_path *path = &p->args->path;
	const struct sl_cli_command *here = sl_cli_leaf(path), *child;

	if (!here->children) {
		sl_strvec_push(&p->args->words, word);
		return 0;
	}
	child = sl_cli_child(here, sl_str(word));
	if (!child)
		return unknown_command(p, word, err);
	path->commands[path->n++] = child;
	return 0;
}

static int parse_words(struct parser *p, struct sl_err *err)
{
	bool flags = true;

	while (*p->next) {
		const char *word = *p->next++;
		int r;

		if (sl_cli_leaf(&p->args->path)->hidden)
			flags = false;
		if (flags && sl_streq(word, "--")) {
			flags = false;
			continue;
		}
		if (flags && !strncmp(word, "--", 2))
			r = parse_long(p, sl_str(word + 2), err);
		else if (flags && word[0] == '-' && word[1])
			r = parse_short(p, word, err);
		else
			r = parse_word(p, word, err);
		if (r)
			return r;
	}
	return 0;
}

static int check_words(const struct sl_cli_args *args, struct sl_err *err)
{
	const struct sl_cli_command *c = sl_cli_leaf(&args->path);
	SL_AUTO_FREE char *name = sl_cli_path_text(&args->path);

	if (args->words.n <= c->args_max || c->children)
		return 0;
	if (c->args_max == 0)
		return sl_err_set(err, SL_ERR_INVALID, "unknown command \"%s\" for \"%s\"",
				  args->words.v[0], name);
	return sl_err_set(err, SL_ERR_INVALID, "%s takes at most %zu argument%s, got %zu", name,
			  c->args_max, c->args_max == 1 ? "" : "s", args->words.n);
}

int sl_cli_parse(int argc, char *const *argv, struct sl_cli_args *ret_args, char **ret_hint,
		 struct sl_err *err)
{
	struct parser p = { .args = ret_args, .next = argv + (argc > 0), .hint = ret_hint };
	int r;

	*ret_hint = NULL;
	ret_args->path = (struct sl_cli_path){ .commands = { sl_cli_root() }, .n = 1 };
	r = parse_words(&p, err);
	return r ? r : check_words(ret_args, err);
}

/* Values */

static const struct sl_cli_flag *flag_of(const struct sl_cli_args *args, const char *name)
{
	const struct sl_cli_flag *f = sl_cli_flag(&args->path, sl_str(name));

	if (!f)
		abort();
	return f;
}

static const char *last_given(const struct sl_cli_args *args, const struct sl_cli_flag *f)
{
	for (size_t i = args->given_count; i-- > 0;)
		if (args->given[i].flag == f)
			return args->given[i].value;
	return NULL;
}

const char *sl_cli_string(const struct sl_cli_args *args, const char *flag)
{
	const struct sl_cli_flag *f = flag_of(args, flag);
	const char *value = last_given(args, f);

	return value ? value : f->initial;
}

bool sl_cli_is_given(const struct sl_cli_args *args, const char *flag)
{
	return last_given(args, flag_of(args, flag)) != NULL;
}

bool sl_cli_bool(const struct sl_cli_args *args, const char *flag)
{
	bool value = false;

	return parse_bool(sl_str(sl_cli_string(args, flag)), &value) && value;
}

int64_t sl_cli_duration_ms(const struct sl_cli_args *args, const char *flag)
{
	int64_t ms;

	if (sl_duration_parse_ms(sl_str(sl_cli_string(args, flag)), &ms, NULL))
		abort();
	return ms;
}

double sl_cli_number(const struct sl_cli_args *args, const char *flag)
{
	double number;

	if (!sl_str_to_double(sl_str(sl_cli_string(args, flag)), &number))
		abort();
	return number;
}

void sl_cli_strings(const struct sl_cli_args *args, const char *flag, struct sl_strvec *ret_list)
{
	const struct sl_cli_flag *f = flag_of(args, flag);

	for (size_t i = 0; i < args->given_count; i++) {
		struct sl_str rest = sl_str(args->given[i].value), part;

		if (args->given[i].flag != f)
			continue;
		if (f->type == SL_CLI_ARRAY)
			sl_strvec_push(ret_list, args->given[i].value);
		else
			while (sl_str_split(&rest, ',', &part))
				sl_strvec_push_str(ret_list, part);
	}
}

struct sl_str *sl_cli_strings_in(struct sl_arena *a, const struct sl_cli_args *args,
				 const char *flag, size_t *ret_n)
{
	SL_AUTO(sl_strvec) list = SL_STRVEC_INIT;
	struct sl_str *made;

	sl_cli_strings(args, flag, &list);
	made = sl_arena_array(a, list.n + 1, sizeof(*made));
	for (size_t i = 0; i < list.n; i++)
		made[i] = sl_arena_str(a, sl_str(list.v[i]));
	*ret_n = list.n;
	return made;
}
