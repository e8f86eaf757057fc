#include "libcommon/kube/flags.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/codec/duration.h"
#include "libcommon/codec/number.h"

#define TABLES_MAX 4
#define NAME_COLUMN_MAX 60

bool sl_gates_enabled(const struct sl_gates *g, const char *name)
{
	for (size_t i = 0; i < g->n; i++)
		if (sl_streq(g->items[i].name, name))
			return g->items[i].enabled;
	return false;
}

static const struct sl_flag *find_name(const struct sl_flagset *set, struct sl_str name)
{
	for (size_t t = 0; t < TABLES_MAX; t++)
		for (size_t i = 0; i < set->counts[t]; i++)
			if (sl_str_eqz(name, set->tables[t][i].name))
				return &set->tables[t][i];
	return NULL;
}

static const struct sl_flag *find_shorthand(const struct sl_flagset *set, char c)
{
	for (size_t t = 0; t < TABLES_MAX; t++)
		for (size_t i = 0; i < set->counts[t]; i++)
			if (set->tables[t][i].shorthand == c)
				return &set->tables[t][i];
	return NULL;
}

static bool parse_bool(struct sl_str text, bool *ret_value)
{
	static const char *const words[2][6] = {
		{ "0", "f", "F", "false", "FALSE", "False" },
		{ "1", "t", "T", "true", "TRUE", "True" },
	};

	for (int value = 0; value < 2; value++)
		for (size_t i = 0; i < SL_ARRAY_LEN(words[0]); i++)
			if (sl_str_eqz(text, words[value][i])) {
				*ret_value = value;
				return true;
			}
	return false;
}

static int set_string(const struct sl_flag *f, struct sl_str text, struct sl_err *err)
{
	char **value = f->value;

	(void)err;
	free(*value);
	*value = sl_xmemdup0(text.p ? text.p : "", text.n);
	return 0;
}

static int set_bool(const struct sl_flag *f, struct sl_str text, struct sl_err *err)
{
	if (parse_bool(text, f->value))
		return 0;
	return sl_err_set(err, SL_ERR_INVALID, "neither true nor false");
}

static int check_range(const struct sl_flag *f, int64_t value, struct sl_err *err)
{
	if ((!f->min && !f->max) || (value >= f->min && value <= f->max))
		return 0;
	return sl_err_set(err, SL_ERR_INVALID, "value out of range");
}

static int set_int(const struct sl_flag *f, struct sl_str text, struct sl_err *err)
{
	int64_t value;

	if (!sl_str_to_i64(text, INT64_MIN, INT64_MAX, &value))
		return sl_err_set(err, SL_ERR_INVALID, "not an integer");
	if (check_range(f, value, err))
		return SL_ERR_INVALID;
	*(int64_t *)f->value = value;
	return 0;
}

static int set_float(const struct sl_flag *f, struct sl_str text, struct sl_err *err)
{
	if (sl_str_to_double(text, f->value))
		return 0;
	return sl_err_set(err, SL_ERR_INVALID, "not a number");
}

static int set_duration(const struct sl_flag *f, struct sl_str text, struct sl_err *err)
{
	int64_t value;
	int r = sl_duration_parse_ms(text, &value, err);

	if (r)
		return r;
	if (check_range(f, value, err))
		return SL_ERR_INVALID;
	*(int64_t *)f->value = value;
	return 0;
}

static int add_strings(const struct sl_flag *f, struct sl_str text, struct sl_err *err)
{
	struct sl_str part;

	(void)err;
	while (sl_str_split(&text, ',', &part))
		if (part.n)
			sl_strvec_push_str(f->value, part);
	return 0;
}

static int add_array(const struct sl_flag *f, struct sl_str text, struct sl_err *err)
{
	(void)err;
	sl_strvec_push_str(f->value, text);
	return 0;
}

static int set_choice(const struct sl_flag *f, struct sl_str text, struct sl_err *err)
{
	for (int64_t i = 0; f->choices[i]; i++)
		if (sl_str_eqz(text, f->choices[i])) {
			*(int64_t *)f->value = i;
			return 0;
		}
	return sl_err_set(err, SL_ERR_INVALID, "unknown value");
}

static int set_gate(const struct sl_gates *g, struct sl_str name, bool enabled, struct sl_err *err)
{
	for (size_t i = 0; i < g->n; i++)
		if (sl_str_eqz(name, g->items[i].name)) {
			g->items[i].enabled = enabled;
			return 0;
		}
	return sl_err_set(err, SL_ERR_INVALID, "feature-gate '%.*s' not supported",
			  SL_STR_FMT(name));
}

static int set_gates(const struct sl_flag *f, struct sl_str text, struct sl_err *err)
{
	struct sl_str part;

	while (sl_str_split(&text, ',', &part)) {
		ptrdiff_t eq = sl_str_chr(part, '=');
		bool enabled;

		if (!part.n)
			continue;
		if (eq < 0)
			return sl_err_set(err, SL_ERR_INVALID,
					  "malformed pair, expect string=bool");
		if (!parse_bool(sl_str_trim(sl_str_sub(part, (size_t)eq + 1, part.n)), &enabled))
			return sl_err_set(err, SL_ERR_INVALID, "invalid value of %.*s",
					  SL_STR_FMT(sl_str_sub(part, 0, (size_t)eq)));
		if (set_gate(f->value, sl_str_trim(sl_str_sub(part, 0, (size_t)eq)), enabled, err))
			return SL_ERR_INVALID;
	}
	return 0;
}

static int ignore(const struct sl_flag *f, struct sl_str text, struct sl_err *err)
{
	(void)f;
	(void)text;
	(void)err;
	return 0;
}

/* What a type is called in the usage text, how it is set, whether it needs a value. */
static const struct {
	const char *word;
	int (*set)(const struct sl_flag *f, struct sl_str text, struct sl_err *err);
} types[] = {
	[SL_FLAG_STRING] = { "string", set_string },
	[SL_FLAG_BOOL] = { "", set_bool },
	[SL_FLAG_INT] = { "int", set_int },
	[SL_FLAG_FLOAT] = { "float", set_float },
	[SL_FLAG_DURATION] = { "duration", set_duration },
	[SL_FLAG_STRINGS] = { "strings", add_strings },
	[SL_FLAG_ARRAY] = { "stringArray", add_array },
	[SL_FLAG_CHOICE] = { "string", set_choice },
	[SL_FLAG_GATES] = { "mapStringBool", set_gates },
	[SL_FLAG_IGNORED] = { "string", ignore },
};

static int set_value(const struct sl_flag *f, const char *origin, struct sl_str text,
		     struct sl_err *err)
{
	int r;

	if (text.n > SL_FLAG_VALUE_MAX)
		return sl_err_set(err, SL_ERR_INVALID, "value of %s is larger than %d bytes",
				  origin, SL_FLAG_VALUE_MAX);
	r = types[f->type].set(f, text, err);
	if (!r)
		return 0;
	sl_err_wrap(err, "invalid argument \"%.*s\" for \"%s\" flag", SL_STR_FMT(text), origin);
	if (err)
		err->code = SL_ERR_INVALID;
	return SL_ERR_INVALID;
}

static int read_environment(const struct sl_flagset *set, struct sl_err *err)
{
	for (size_t t = 0; t < TABLES_MAX; t++)
		for (size_t i = 0; i < set->counts[t]; i++) {
			const struct sl_flag *f = &set->tables[t][i];
			const char *text = f->env ? getenv(f->env) : NULL;
			int r = text && *text ? set_value(f, f->env, sl_str(text), err) : 0;

			if (r)
				return r;
		}
	return 0;
}

struct parser {
	const struct sl_flagset *set;
	int argc, at;
	char *const *argv;
	struct sl_strvec *args;
	bool *help;
};

/* "--name", "-n" or, with both, "-n, --name": as pflag names a flag in its messages. */
static char *describe(const struct sl_flag *f)
{
	if (f->shorthand)
		return sl_xasprintf("-%c, --%s", f->shorthand, f->name);
	return sl_xasprintf("--%s", f->name);
}

static int take(struct parser *p, const struct sl_flag *f, struct sl_str value, bool has_value,
		const char *as_written, struct sl_err *err)
{
	SL_AUTO_FREE char *name = describe(f);

	if (!has_value && f->type == SL_FLAG_BOOL) {
		value = SL_STR("true");
	} else if (!has_value) {
		if (p->at >= p->argc)
			return sl_err_set(err, SL_ERR_INVALID, "flag needs an argument: %s",
					  as_written);
		value = sl_str(p->argv[p->at++]);
	}
	return set_value(f, name, value, err);
}

static int parse_long(struct parser *p, struct sl_str text, struct sl_err *err)
{
	ptrdiff_t eq = sl_str_chr(text, '=');
	struct sl_str name = eq < 0 ? text : sl_str_sub(text, 0, (size_t)eq);
	struct sl_str value = eq < 0 ? SL_STR_NULL : sl_str_sub(text, (size_t)eq + 1, text.n);
	const struct sl_flag *f = find_name(p->set, name);
	SL_AUTO_FREE char *written = sl_xasprintf("--%.*s", SL_STR_FMT(name));

	if (!name.n || name.p[0] == '-')
		return sl_err_set(err, SL_ERR_INVALID, "bad flag syntax: --%.*s", SL_STR_FMT(text));
	if (!f && sl_str_eqz(name, "help")) {
		*p->help = true;
		return 0;
	}
	if (!f)
		return sl_err_set(err, SL_ERR_INVALID, "unknown flag: %s", written);
	return take(p, f, value, eq >= 0, written, err);
}

static int parse_short(struct parser *p, struct sl_str text, struct sl_err *err)
{
	const struct sl_flag *f = find_shorthand(p->set, text.p[0]);
	struct sl_str value = sl_str_sub(text, 1, text.n);
	char written[16] = { '\'', text.p[0], '\'', ' ', 'i', 'n', ' ', '-', text.p[0], 0 };

	if (!f && text.p[0] == 'h') {
		*p->help = true;
		return 0;
	}
	if (!f)
		return sl_err_set(err, SL_ERR_INVALID, "unknown shorthand flag: '%c' in -%.*s",
				  text.p[0], SL_STR_FMT(text));
	if (value.n && value.p[0] == '=')
		return take(p, f, sl_str_sub(value, 1, value.n), true, written, err);
	if (value.n && f->type == SL_FLAG_BOOL)
		return sl_err_set(err, SL_ERR_INVALID, "unknown shorthand flag: '%c' in -%.*s",
				  value.p[0], SL_STR_FMT(text));
	return take(p, f, value, value.n > 0, written, err);
}

static int positional(struct parser *p, const char *text, struct sl_err *err)
{
	if (!p->args)
		return sl_err_set(err, SL_ERR_INVALID, "unexpected argument: %s", text);
	sl_strvec_push(p->args, text);
	return 0;
}

int sl_flags_parse(const struct sl_flagset *set, int argc, char *const *argv,
		   struct sl_strvec *ret_args, bool *ret_help, struct sl_err *err)
{
	struct parser p = { .set = set, .argc = argc, .at = 1, .argv = argv };
	bool only_positional = false;
	int r = read_environment(set, err);

	p.args = ret_args;
	p.help = ret_help;
	*ret_help = false;
	while (!r && !*ret_help && p.at < argc) {
		const char *text = argv[p.at++];

		if (only_positional || text[0] != '-' || !text[1]) {
			only_positional = only_positional || !set->interspersed;
			r = positional(&p, text, err);
		} else if (sl_streq(text, "--")) {
			only_positional = true;
		} else if (text[1] == '-') {
			r = parse_long(&p, sl_str(text + 2), err);
		} else {
			r = parse_short(&p, sl_str(text + 1), err);
		}
	}
	return r;
}

static void add_list(struct sl_strbuf *out, const struct sl_strvec *list)
{
	SL_AUTO_FREE char *joined = sl_strvec_join(list, ",");

	sl_strbuf_addf(out, " (default [%s])", joined);
}

/* Zero values are not worth a word, as with pflag. */
static void add_default(struct sl_strbuf *out, const struct sl_flag *f)
{
	char text[SL_NUMBER_TEXT_MAX];

	switch (f->type) {
	case SL_FLAG_STRING:
		if (*(char **)f->value && **(char **)f->value)
			sl_strbuf_addf(out, " (default \"%s\")", *(char **)f->value);
		break;
	case SL_FLAG_BOOL:
		if (*(bool *)f->value)
			sl_strbuf_addz(out, " (default true)");
		break;
	case SL_FLAG_INT:
		if (*(int64_t *)f->value)
			sl_strbuf_addf(out, " (default %lld)", (long long)*(int64_t *)f->value);
		break;
	case SL_FLAG_FLOAT:
		sl_strbuf_addz(out, " (default ");
		sl_strbuf_adds(out, sl_float_text(*(double *)f->value, SL_FLOAT_G, text));
		sl_strbuf_addc(out, ')');
		break;
	case SL_FLAG_DURATION:
		sl_duration_format(*(int64_t *)f->value * SL_NS_PER_MS, text);
		sl_strbuf_addf(out, " (default %s)", text);
		break;
	case SL_FLAG_STRINGS:
	case SL_FLAG_ARRAY:
		if (((struct sl_strvec *)f->value)->n)
			add_list(out, f->value);
		break;
	case SL_FLAG_CHOICE:
		sl_strbuf_addf(out, " (default \"%s\")", f->choices[*(int64_t *)f->value]);
		break;
	case SL_FLAG_GATES:
	case SL_FLAG_IGNORED:
		break;
	}
}

static void add_gates(struct sl_strbuf *out, const struct sl_gates *g)
{
	for (size_t i = 0; i < g->n; i++)
		sl_strbuf_addf(out, "%s%s=%s", i ? ", " : " Known: ", g->items[i].name,
			       g->items[i].enabled ? "true" : "false");
}

static void add_flag(struct sl_strbuf *out, const struct sl_flag *f, size_t column)
{
	size_t start = out->n;

	if (f->shorthand)
		sl_strbuf_addf(out, "  -%c, --%s", f->shorthand, f->name);
	else
		sl_strbuf_addf(out, "      --%s", f->name);
	if (*types[f->type].word)
		sl_strbuf_addf(out, " %s", types[f->type].word);
	while (out->n - start < column && !out->failed)
		sl_strbuf_addc(out, ' ');
	sl_strbuf_addz(out, f->help);
	if (f->type == SL_FLAG_GATES)
		add_gates(out, f->value);
	add_default(out, f);
	if (f->env)
		sl_strbuf_addf(out, " [$%s]", f->env);
	sl_strbuf_addc(out, '\n');
}

static int compare_names(const void *x, const void *y)
{
	const struct sl_flag *a = *(const struct sl_flag *const *)x;
	const struct sl_flag *b = *(const struct sl_flag *const *)y;

	return strcmp(a->name, b->name);
}

void sl_flags_usage(const struct sl_flagset *set, struct sl_strbuf *out)
{
	const struct sl_flag **sorted;
	size_t n = 0, total = 0, column = 0;

	for (size_t t = 0; t < TABLES_MAX; t++)
		total += set->counts[t];
	sorted = sl_xcalloc(total + 1, sizeof(struct sl_flag *));
	for (size_t t = 0; t < TABLES_MAX; t++)
		for (size_t i = 0; i < set->counts[t]; i++) {
			const struct sl_flag *f = &set->tables[t][i];
			size_t width = strlen(f->name) + strlen(types[f->type].word) + 12;

			/* Replaced by an earlier table, or of no meaning. */
			if (find_name(set, sl_str(f->name)) != f || f->type == SL_FLAG_IGNORED)
				continue;
			sorted[n++] = f;
			if (width > column && width <= NAME_COLUMN_MAX)
				column = width;
		}
	qsort(sorted, n, sizeof(struct sl_flag *), compare_names);
	sl_strbuf_addf(out, "Usage of %s:%s%s\n", set->program, set->usage ? " " : "",
		       set->usage ? set->usage : "");
	for (size_t i = 0; i < n; i++)
		add_flag(out, sorted[i], column);
	free(sorted);
}
