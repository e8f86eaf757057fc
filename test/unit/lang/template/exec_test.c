/* What templates write and say: recorded from Go, and what only values made in C can show. */
#include "libcommon/lang/template/template.h"

#include <stdio.h>
#include <stdlib.h>

#include "test/unit/lang/template/exec_golden.h"
#include "test/unit/support/test.h"
#include "test/unit/support/tmplworld.h"

#define OUT_MAX ((size_t)64 << 20)

static void renders_as_go_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(golden_cases); i++) {
		const struct golden_case *c = &golden_cases[i];
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUT_MAX);

		tmplworld_render(&a, (enum sl_tmpl_missing)c->missing, sl_str(golden_data),
				 sl_str(c->text), NULL, &out);
		if (strcmp(out.p, c->want) != 0)
			fail_msg("%s\nmissing: %d\n    got: %s\n   want: %s", c->text, c->missing,
				 out.p, c->want);
	}
}

/* Every beginning of every text ends with a result or a message, whatever it is. */
static void takes_texts_that_are_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(golden_cases); i++) {
		size_t n = strlen(golden_cases[i].text);

		for (size_t cut = 0; cut < n; cut++) {
			SL_AUTO(sl_arena) a = SL_ARENA_INIT;
			SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUT_MAX);
			/* Of exactly that size, so that the sanitizer sees one byte too many. */
			SL_AUTO_FREE char *text = sl_xmalloc(cut + 1);

			memcpy(text, golden_cases[i].text, cut);
			tmplworld_render(&a, SL_TMPL_MISSING_ZERO, sl_str(golden_data),
					 (struct sl_str){ text, cut }, NULL, &out);
			assert_false(out.failed);
		}
	}
}

/* A set with the functions of the test world. */
static struct sl_tmpl_set *new_set(struct sl_arena *a)
{
	const struct sl_tmpl_options options = { .name = SL_STR("world"),
						 .lookup = tmplworld_function };

	return sl_tmpl_set_new(a, &options);
}

static int run_limited(const char *text, struct sl_goval dot, const struct sl_tmpl_limits *limits,
		       struct sl_arena *a, struct sl_strbuf *out, struct sl_err *err)
{
	struct sl_tmpl_set *set = new_set(a);
	int r = sl_tmpl_parse(set, SL_STR("t"), sl_str(text), err);

	if (r < 0)
		return r;
	return sl_tmpl_execute(set, SL_STR("t"), dot, NULL, limits, NULL, a, out, err);
}

struct city {
	struct sl_str name;
	int64_t people;
};

static struct sl_goval city_name(struct sl_arena *a, const void *ptr)
{
	(void)a;
	return sl_goval_str(((const struct city *)ptr)->name);
}

static struct sl_goval city_nothing(struct sl_arena *a, const void *ptr)
{
	(void)a;
	(void)ptr;
	return SL_GO_NIL;
}

static int city_people(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		       struct sl_goval *ret, struct sl_err *err)
{
	const struct city *c = args[0].ptr;

	(void)call;
	(void)err;
	*ret = sl_goval_int(c->people + (n > 1 ? args[1].i : 0));
	return 0;
}

static int city_plus(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		     struct sl_goval *ret, struct sl_err *err)
{
	if (args[1].i < 0)
		return sl_err_set(err, SL_ERR_INVALID, "fewer people");
	return city_people(call, args, n, ret, err);
}

static void city_string(const struct sl_goval *v, struct sl_strbuf *out)
{
	sl_strbuf_adds(out, ((const struct city *)v->ptr)->name);
	sl_strbuf_addz(out, "!");
}

static const struct sl_go_field city_fields[] = {
	{ .name = "Name", .get = city_name },
	{ .name = "Nothing", .get = city_nothing },
	{ 0 },
};
static const struct sl_go_func city_methods[] = {
	{ .name = "People", .fn = city_people },
	{ .name = "Plus", .fn = city_plus, .params = { &sl_go_int }, .count = 1 },
	{ 0 },
};
static const struct sl_go_func city_pointer_methods[] = {
	{ .name = "Own", .fn = city_people },
	{ 0 },
};
static const struct sl_go_type city_type = {
	.kind = SL_GO_STRUCT, .name = "main.City", .fields = city_fields, .methods = city_methods
};
static const struct sl_go_type city_pointer = { .kind = SL_GO_POINTER,
						.name = "*main.City",
						.elem = &city_type,
						.methods = city_pointer_methods,
						.string = city_string };
static const struct sl_go_type city_map = { .kind = SL_GO_MAP,
					    .name = "main.Cities",
					    .elem = &city_pointer };
static const struct sl_go_type func_type = { .kind = SL_GO_FUNC, .name = "func() int" };

static void evaluates_structs_pointers_and_methods(void **state)
{
	/* What Go prints for the same types (but for unexported fields); "!" begins a message. */
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "{{.p.Name}} {{.v.Name}} {{.p.People}} {{.v.People}} {{.p.Own}}",
		  "Oslo Oslo 7 7 7" },
		{ "{{.p.Plus 3}} {{.v.Plus .one}} {{1 | .p.Plus}} {{(.p).Plus 2}}", "10 8 8 9" },
		{ "{{$c := .p}}{{$c.Plus 1}} {{$c.Name}}", "8 Oslo" },
		{ "{{.p}}", "Oslo!" },
		{ "{{.p.Nothing}}", "<no value>" },
		{ "{{with .m}}{{.oslo.Name}}{{end}} {{range .m}}{{.Name}}{{end}}", "Oslo Oslo" },
		{ "{{if .p}}p{{end}}{{if .v}}v{{end}}{{if .nil}}n{{end}}{{if .f}}f{{end}}", "pvf" },
		{ "{{.p.Plus -1}}", "!template: t:1:4: executing \"t\" at <.p.Plus>: error calling "
				    "Plus: fewer people" },
		{ "{{.p.Plus}}", "!template: t:1:4: executing \"t\" at <.p.Plus>: "
				 "wrong number of args for Plus: want 1 got 0" },
		{ "{{.p.Plus \"x\"}}", "!template: t:1:10: executing \"t\" at <\"x\">: "
				       "expected integer; found \"x\"" },
		{ "{{.v.Own}}", "!template: t:1:4: executing \"t\" at <.v.Own>: "
				"can't evaluate field Own in type interface {}" },
		{ "{{.m.oslo.Zip}}", "!template: t:1:4: executing \"t\" at <.m.oslo.Zip>: "
				     "can't evaluate field Zip in type *main.City" },
		{ "{{.p.Name 1}}", "!template: t:1:4: executing \"t\" at <.p.Name>: "
				   "Name has arguments but cannot be invoked as function" },
		{ "{{.m.oslo 1}}", "!template: t:1:4: executing \"t\" at <.m.oslo>: "
				   "oslo is not a method but has arguments" },
		{ "{{$n := .nil}}{{$n.Name}}", "!template: t:1:18: executing \"t\" at <$n.Name>: "
					       "nil pointer evaluating *main.City.Name" },
		{ "{{.nil.Zip}}", "!template: t:1:6: executing \"t\" at <.nil.Zip>: "
				  "can't evaluate field Zip in type interface {}" },
		{ "{{.p.Nothing.x}}", "!template: t:1:4: executing \"t\" at <.p.Nothing.x>: "
				      "nil pointer evaluating interface {}.x" },
		{ "{{.f}}", "!template: t:1:2: executing \"t\" at <{{.f}}>: "
			    "can't print {{.f}} of type func() int" },
		{ "{{range .p}}{{end}}", "!template: t:1:8: executing \"t\" at <.p>: "
					 "range can't iterate over {Oslo <nil>}" },
		{ "{{len .p}}", "!template: t:1:2: executing \"t\" at <len .p>: "
				"error calling len: len of type main.City" },
	};
	struct city oslo = { SL_STR("Oslo"), 7 };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUT_MAX);
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_go_map *dot = sl_go_map_new(&a), *m = sl_go_map_new(&a);
		struct sl_goval p = { .type = &city_pointer, .ptr = &oslo };
		int r;

		sl_go_map_set(&a, m, SL_STR("oslo"), p);
		sl_go_map_set(&a, dot, SL_STR("p"), p);
		sl_go_map_set(&a, dot, SL_STR("v"),
			      (struct sl_goval){ .type = &city_type, .ptr = &oslo });
		sl_go_map_set(&a, dot, SL_STR("m"),
			      (struct sl_goval){ .type = &city_map, .map = m });
		sl_go_map_set(&a, dot, SL_STR("nil"), (struct sl_goval){ .type = &city_pointer });
		sl_go_map_set(&a, dot, SL_STR("f"),
			      (struct sl_goval){ .type = &func_type, .ptr = &oslo });
		sl_go_map_set(&a, dot, SL_STR("one"), sl_goval_int(1));
		r = run_limited(cases[i].text, sl_goval_map(dot), NULL, &a, &out, &err);
		assert_string_equal(r < 0 ? err.message : out.p,
				    cases[i].want + (cases[i].want[0] == '!'));
		assert_int_equal(r < 0, cases[i].want[0] == '!');
	}
}

static void ends_at_the_limit_of_steps(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUT_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	/* One for the range, two for each round: the round itself and what is written in it. */
	struct sl_tmpl_limits limits = { .steps = 1 + 2 * 10 };

	(void)state;
	assert_ok(run_limited("{{range 9}}x{{end}}", SL_GO_NIL, &limits, &a, &out, &err), &err);
	assert_ok(run_limited("{{range 10}}x{{end}}", SL_GO_NIL, &limits, &a, &out, &err), &err);
	assert_error(run_limited("{{range 11}}x{{end}}", SL_GO_NIL, &limits, &a, &out, &err),
		     SL_ERR_TOO_LARGE, &err,
		     "template: t:1:12: executing \"t\" at <x>: more than 21 steps");
}

static void ends_at_the_limit_of_output(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUT_MAX);
	SL_AUTO(sl_strbuf) small = SL_STRBUF_INIT(5);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_tmpl_limits limits = { .output = 10 };

	(void)state;
	for (int n = 9; n <= 10; n++) {
		char text[64];

		snprintf(text, sizeof(text), "{{range %d}}x{{end}}", n);
		assert_ok(run_limited(text, SL_GO_NIL, &limits, &a, &out, &err), &err);
	}
	assert_error(
		run_limited("{{range 11}}{{1}}{{end}}", SL_GO_NIL, &limits, &a, &out, &err),
		SL_ERR_TOO_LARGE, &err,
		"template: t:1:14: executing \"t\" at <{{1}}>: the output is larger than 10 bytes");
	assert_error(
		run_limited("123456", SL_GO_NIL, &limits, &a, &small, &err), SL_ERR_TOO_LARGE, &err,
		"template: t:1:0: executing \"t\" at <123456>: the output is larger than 5 bytes");
}

static void ends_at_the_limit_of_memory(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(1 << 20);
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUT_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_code(run_limited("{{$s := \"0123456789\"}}{{range 100}}{{$s = print $s $s}}{{end}}",
				SL_GO_NIL, NULL, &a, &out, &err),
		    SL_ERR_TOO_LARGE, &err);
}

static void ends_at_the_limit_of_depth(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUT_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_tmpl_limits limits = { .depth = 3 };

	(void)state;
	/* "t" itself is not counted: three within each other, and one more. */
	assert_ok(run_limited("{{define \"a\"}}{{template \"b\"}}{{end}}{{define \"b\"}}"
			      "{{template \"c\"}}{{end}}{{define \"c\"}}c{{end}}{{template \"a\"}}",
			      SL_GO_NIL, &limits, &a, &out, &err),
		  &err);
	assert_string_equal(out.p, "c");
	assert_error(
		run_limited("{{define \"a\"}}{{template \"b\"}}{{end}}{{define \"b\"}}"
			    "{{template \"c\"}}{{end}}{{define \"c\"}}{{template \"d\"}}{{end}}"
			    "{{define \"d\"}}{{end}}{{template \"a\"}}",
			    SL_GO_NIL, &limits, &a, &out, &err),
		SL_ERR_INVALID, &err,
		"template: t:1:99: executing \"c\" at <{{template \"d\"}}>: "
		"exceeded maximum template depth (3)");
}

/* Recursion without end is told before the stack is full, on a stack of any size. */
static void ends_before_the_stack_does(void **state)
{
	static const char *const texts[] = {
		"{{define \"r\"}}{{template \"r\" .}}{{end}}{{template \"r\"}}",
		"{{define \"r\"}}{{include \"r\" .}}{{end}}{{template \"r\"}}",
		"{{define \"r\"}}{{range 1}}{{with 1}}{{if (print (1 | print))}}{{template \"r\" "
		".}}"
		"{{end}}{{end}}{{end}}{{end}}{{template \"r\"}}",
		"{{define \"r\"}}{{tpl `{{include \"r\" .}}` .}}{{end}}{{template \"r\"}}",
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(texts); i++)
		for (size_t stack = 64 << 10; stack <= 1 << 20; stack *= 4) {
			SL_AUTO(sl_arena) a = SL_ARENA_INIT;
			SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUT_MAX);
			SL_AUTO(sl_err) err = SL_ERR_INIT;
			struct sl_tmpl_limits limits = { .stack = stack };

			assert_true(run_limited(texts[i], SL_GO_NIL, &limits, &a, &out, &err) < 0);
			assert_non_null(
				strstr(err.message, "exceeded maximum template depth (100000)"));
		}
}

static char *repeated(const char *head, const char *middle, int n, const char *tail)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(OUT_MAX);

	sl_strbuf_addz(&b, head);
	for (int i = 0; i < n; i++)
		sl_strbuf_addz(&b, middle);
	sl_strbuf_addz(&b, tail);
	return sl_strbuf_steal(&b);
}

static int parse_alone(const char *text, size_t stack, struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const struct sl_tmpl_options options = { .stack = stack };

	return sl_tmpl_parse(sl_tmpl_set_new(&a, &options), SL_STR("t"), sl_str(text), err);
}

static void nesting_ends_before_the_stack_does(void **state)
{
	SL_AUTO_FREE char *parens = repeated("{{", "(", 100000, "");
	SL_AUTO_FREE char *ifs = repeated("", "{{if 1}}", 100000, "");
	SL_AUTO_FREE char *elses = repeated("{{if 1}}", "{{else if 1}}", 100000, "{{end}}");
	const char *const texts[] = { parens, ifs, elses };
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(texts); i++)
		for (size_t stack = 64 << 10; stack <= 1 << 20; stack *= 4)
			assert_error(parse_alone(texts[i], stack, &err), SL_ERR_INVALID, &err,
				     "template: t:1: max expression depth exceeded");
}

static void a_chain_of_else_if_may_be_long(void **state)
{
	SL_AUTO_FREE char *text = repeated("{{if 0}}", "{{else if 0}}", 100, "{{else}}last{{end}}");
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUT_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_ok(run_limited(text, SL_GO_NIL, NULL, &a, &out, &err), &err);
	assert_string_equal(out.p, "last");
}

static void refuses_texts_that_are_too_long(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FREE char *text = sl_xmalloc(SL_TMPL_TEXT_MAX + 2);
	struct sl_str s = { text, 0 };

	(void)state;
	memset(text, 'x', SL_TMPL_TEXT_MAX + 2);
	for (s.n = SL_TMPL_TEXT_MAX - 1; s.n <= SL_TMPL_TEXT_MAX + 1; s.n++) {
		SL_AUTO(sl_arena) a = SL_ARENA_INIT;
		int r = sl_tmpl_parse(new_set(&a), SL_STR("t"), s, &err);

		if (s.n > SL_TMPL_TEXT_MAX)
			assert_code(r, SL_ERR_TOO_LARGE, &err);
		else
			assert_ok(r, &err);
	}
}

static void parsing_ends_when_the_memory_does(void **state)
{
	SL_AUTO_FREE char *text = repeated("", "{{1}}", 10000, "");
	SL_AUTO(sl_arena) a = SL_ARENA_INIT_LIMIT(100000);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_error(sl_tmpl_parse(new_set(&a), SL_STR("t"), sl_str(text), &err), SL_ERR_TOO_LARGE,
		     &err, "template: t: the memory for templates is used up");
}

static void later_definitions_win_unless_empty(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUT_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_tmpl_set *set = new_set(&a), *clone;

	(void)state;
	assert_ok(sl_tmpl_parse(set, SL_STR("a"), SL_STR("{{define \"x\"}}1{{end}} "), &err), &err);
	assert_ok(sl_tmpl_parse(set, SL_STR("b"), SL_STR("{{define \"x\"}}2{{end}}b"), &err), &err);
	assert_ok(sl_tmpl_parse(set, SL_STR("c"), SL_STR("{{define \"x\"}} {{end}}"), &err), &err);
	assert_ok(sl_tmpl_parse(set, SL_STR("b"), SL_STR("\n\t{{/* nothing */}}\xc2\xa0"), &err),
		  &err);
	assert_true(sl_tmpl_has(set, SL_STR("a")));
	assert_false(sl_tmpl_has(set, SL_STR("y")));
	clone = sl_tmpl_set_clone(&a, set);
	assert_ok(sl_tmpl_parse(clone, SL_STR("d"),
				SL_STR("{{define \"x\"}}3{{end}}{{define \"b\"}} {{end}}"), &err),
		  &err);
	assert_false(sl_tmpl_has(set, SL_STR("d")));
	assert_ok(sl_tmpl_execute(set, SL_STR("x"), SL_GO_NIL, NULL, NULL, NULL, &a, &out, &err),
		  &err);
	assert_ok(sl_tmpl_execute(set, SL_STR("b"), SL_GO_NIL, NULL, NULL, NULL, &a, &out, &err),
		  &err);
	assert_ok(sl_tmpl_execute(clone, SL_STR("x"), SL_GO_NIL, NULL, NULL, NULL, &a, &out, &err),
		  &err);
	assert_ok(sl_tmpl_execute(clone, SL_STR("b"), SL_GO_NIL, NULL, NULL, NULL, &a, &out, &err),
		  &err);
	assert_string_equal(out.p, "2b3b");
}

/* What fails adds nothing, not even the definitions before the mistake. */
static void expect_template(const struct sl_tmpl_set *set, const char *name, const char *want)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUT_MAX);
	int r = sl_tmpl_execute(set, sl_str(name), SL_GO_NONE, NULL, NULL, NULL, &a, &out, &err);

	assert_string_equal(r < 0 ? err.message : out.p, want);
}

/* It is parsed once, and has its own name in messages. */
static void the_same_text_may_have_many_names(void **state)
{
	static const char text[] =
		"{{define \"x\"}}1{{end}}{{template \"x\"}}{{template \"gone\"}}",
			  own[] = "{{define \"d\"}}in{{end}}";
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_tmpl_set *set = new_set(&a);

	(void)state;
	assert_ok(sl_tmpl_parse(set, SL_STR("a"), sl_str(text), &err), &err);
	assert_ok(sl_tmpl_parse(set, SL_STR("y"), SL_STR("{{define \"x\"}}2{{end}}"), &err), &err);
	expect_template(set, "x", "2");
	assert_ok(sl_tmpl_parse(set, SL_STR("b"), sl_str(text), &err), &err);
	expect_template(set, "x", "1");
	expect_template(set, "a",
			"template: a:1:49: executing \"a\" at <{{template \"gone\"}}>: template "
			"\"gone\" not defined");
	expect_template(set, "b",
			"template: b:1:49: executing \"b\" at <{{template \"gone\"}}>: template "
			"\"gone\" not defined");
	/* A definition may have the name of a text. */
	assert_ok(sl_tmpl_parse(set, SL_STR("c"), sl_str(own), &err), &err);
	assert_ok(sl_tmpl_parse(set, SL_STR("d"), sl_str(own), &err), &err);
	assert_ok(sl_tmpl_parse(set, SL_STR("e"), sl_str(own), &err), &err);
	expect_template(set, "c", "");
	expect_template(set, "d", "in");
	expect_template(set, "e", "");
}

static void a_text_with_a_mistake_defines_nothing(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_tmpl_set *set = new_set(&a);

	(void)state;
	assert_error(sl_tmpl_parse(set, SL_STR("a"), SL_STR("{{define \"x\"}}1{{end}}\n{{"), &err),
		     SL_ERR_INVALID, &err, "template: a:2: unclosed action");
	assert_false(sl_tmpl_has(set, SL_STR("x")));
	assert_error(sl_tmpl_execute(set, SL_STR("x"), SL_GO_NIL, NULL, NULL, NULL, &a,
				     &(struct sl_strbuf)SL_STRBUF_INIT(1), &err),
		     SL_ERR_INVALID, &err,
		     "template: no template \"x\" associated with template \"world\"");
	assert_int_equal(sl_tmpl_parse(set, SL_STR("a"), SL_STR("{{"), NULL), SL_ERR_INVALID);
	assert_int_equal(sl_tmpl_execute(set, SL_STR("x"), SL_GO_NIL, NULL, NULL, NULL, &a,
					 &(struct sl_strbuf)SL_STRBUF_INIT(1), NULL),
			 SL_ERR_INVALID);
}

static void words_of_loops_may_be_functions(void **state)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	/* "break" and "continue" are keywords here, since no function has their names. */
	assert_error(sl_tmpl_parse(new_set(&a), SL_STR("t"), SL_STR("{{print break}}"), &err),
		     SL_ERR_INVALID, &err, "template: t:1: unexpected <break> in operand");
}

static void many_values_at_once_keep_their_places(void **state)
{
	SL_AUTO_FREE char *text = repeated("{{len (list", " (print (list 1 2 3 4 5 6 7 8 9))", 700,
					   ")}}{{range list 1 2}}{{.}}{{end}}");
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(OUT_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_ok(run_limited(text, SL_GO_NIL, NULL, &a, &out, &err), &err);
	assert_string_equal(out.p, "70012");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renders_as_go_does),
		cmocka_unit_test(takes_texts_that_are_cut),
		cmocka_unit_test(evaluates_structs_pointers_and_methods),
		cmocka_unit_test(ends_at_the_limit_of_steps),
		cmocka_unit_test(ends_at_the_limit_of_output),
		cmocka_unit_test(ends_at_the_limit_of_memory),
		cmocka_unit_test(ends_at_the_limit_of_depth),
		cmocka_unit_test(ends_before_the_stack_does),
		cmocka_unit_test(nesting_ends_before_the_stack_does),
		cmocka_unit_test(a_chain_of_else_if_may_be_long),
		cmocka_unit_test(refuses_texts_that_are_too_long),
		cmocka_unit_test(parsing_ends_when_the_memory_does),
		cmocka_unit_test(later_definitions_win_unless_empty),
		cmocka_unit_test(the_same_text_may_have_many_names),
		cmocka_unit_test(a_text_with_a_mistake_defines_nothing),
		cmocka_unit_test(words_of_loops_may_be_functions),
		cmocka_unit_test(many_values_at_once_keep_their_places),
	};

	return run_group("lang/template/exec", tests);
}
