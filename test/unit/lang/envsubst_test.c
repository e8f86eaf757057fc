#include "libcommon/lang/envsubst.h"

#include <stdio.h>
#include <stdlib.h>

#include "test/unit/support/test.h"

/* The environment of every case here. */
static bool lookup(void *ctx, struct sl_str name, struct sl_str *ret_value)
{
	static const char *const vars[][2] = {
		{ "a", "Hello/World.tar.gz" },
		{ "b", "" },
		{ "cd", "aabbaa" },
		{ "\xc3\xa9", "\xc3\x84\xc3\x96\xc3\x9f" },
		{ "n", "-3" },
		{ "m", "2" },
		{ "sl", "/" },
		{ "text", "$${a} ${a}" },
	};

	(void)ctx;
	for (size_t i = 0; i < SL_ARRAY_LEN(vars); i++)
		if (sl_str_eqz(name, vars[i][0])) {
			*ret_value = sl_str(vars[i][1]);
			return true;
		}
	return false;
}

static const struct sl_envsubst_options loose = { .lookup = lookup };
static const struct sl_envsubst_options strict = { .lookup = lookup, .strict = true };

/* What `flux envsubst` 2.9.5 prints with the same environment. */
static void prints_what_flux_prints(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "plain text, $a and $ alone", "plain text, $a and $ alone" },
		{ "$$ and $$$ and $$$$", "$ and $$ and $$" },
		{ "$${a} $$${a} $$$${a}", "${a} $Hello/World.tar.gz $${a}" },
		{ "${a}", "Hello/World.tar.gz" },
		{ "<${b}>", "<>" },
		{ "<${zz}>", "<>" },
		{ "${a}${cd}", "Hello/World.tar.gzaabbaa" },
		{ "${\xc3\xa9"
		  "}",
		  "\xc3\x84\xc3\x96\xc3\x9f" },
		{ "${1x}", "" },
		{ "${#a} ${#b} ${#\xc3\xa9"
		  "}",
		  "18 0 6" },
		{ "${cd^} ${cd^^} ${a,} ${a,,} ${\xc3\xa9"
		  ",} ${\xc3\xa9"
		  ",,}",
		  "Aabbaa AABBAA hello/World.tar.gz hello/world.tar.gz \xc3\xa4\xc3\x96\xc3\x9f "
		  "\xc3\xa4\xc3\xb6\xc3\x9f" },
		{ "${cd,^} ${cd^,}", "aabbaa aabbaa" },
		{ "${a:6} ${a:6:5} ${a:0:0} ${a:18} ${a:99:1}", "World.tar.gz World   " },
		{ "${a:${n}} ${a:${n}:${m}} ${a:2:-2} ${a:2:${n}}",
		  ".gz .g llo/World.tar. llo/World.tar" },
		{ "${a: -1} ${a:x} ${a:1:x} ${a:+7}",
		  "Hello/World.tar.gz Hello/World.tar.gz Hello/World.tar.gz Hello/World.tar.gz" },
		{ "${a:1::2}", "el" },
		{ "${a#*/} ${a##*.} ${a%.*} ${a%%.*}",
		  "World.tar.gz gz Hello/World.tar Hello/World" },
		{ "${a#Hello} ${a#ello} ${a#*} ${a##*} ${a%?}",
		  "/World.tar.gz Hello/World.tar.gz ello/World.tar.gz  Hello/World.tar.g" },
		{ "${cd#[ab]} ${cd##[a-b]*[^b]} ${cd%[ab]} ${cd#[a} ${cd#\\a}",
		  "abbaa  aabbaa aabbaa abbaa" },
		{ "${cd/a/X} ${cd//a/X} ${cd//a/} ${cd/#a/X} ${cd/%a/X} ${cd/%a/} ${cd/#b/X}",
		  "Xabbaa XXbbXX bb Xabbaa aabbaX aabbaa aabbaa" },
		{ "${a/\\//:} ${a/${sl}/${b}} ${a//l//L} ${cd/a/$$\\\\}",
		  "Hello:World.tar.gz HelloWorld.tar.gz HeLLo/WorLd.tar.gz $\\abbaa" },
		{ "${cd/${b}/X} ${cd//${b}/X}", "Xaabbaa XaXaXbXbXaXaX" },
		{ "${b:-d} ${zz:=d} ${zz=d} ${zz:?d} ${zz:+d} ${a:+d} ${b:-}",
		  "d d d d d Hello/World.tar.gz " },
		{ "${zz:-x${a}y${cd}z} ${zz:-$${a}} ${zz:-${yy:-in}}",
		  "xHello/World.tar.gzyaabbaaz $Hello/World.tar.gz in" },
		{ "${zz:-a\\}b} ${zz:-{}}", "a\\b} {}" },
		{ "${zz:--1} ${zz:-http://x:80/a?b=c}", "-1 http://x:80/a?b=c" },
		{ "}{ $ { } ${a}}", "}{ $ { } Hello/World.tar.gz}" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(1000);
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		assert_ok(sl_envsubst(sl_str(cases[i].in), &loose, &out, NULL, &err), &err);
		assert_str(sl_strbuf_str(&out), cases[i].want);
	}
}

/* The same command's words; ours go on with the place. */
static void refuses_what_flux_refuses(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "${}", "unable to parse variable name" },
		{ "${", "unable to parse variable name" },
		{ "${a", "missing closing brace" },
		{ "${a.b}", "missing closing brace" },
		{ "${a-b}", "missing closing brace" },
		{ "${a+b}", "missing closing brace" },
		{ "${-}", "unable to parse variable name" },
		{ "${#}", "bad substitution" },
		{ "${#a^}", "bad substitution" },
		{ "${a:}", "unable to parse substitution within function" },
		{ "${a:1:}", "unable to parse substitution within function" },
		{ "${a:\xc3\xa9"
		  "}",
		  "bad substitution" },
		{ "${a#}", "unable to parse substitution within function" },
		{ "${a/b}", "bad substitution" },
		{ "${a/b/c", "bad substitution" },
		{ "${a/b${a}/c}", "bad substitution" },
		{ "${a///}", "unable to parse substitution within function" },
		{ "${a^^^}", "bad substitution" },
		{ "${zz:-x", "unable to parse substitution within function" },
		{ "x ${a} ${zz:-${a.b}}", "missing closing brace" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(1000);
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		assert_int_equal(sl_envsubst(sl_str(cases[i].in), &loose, &out, NULL, &err),
				 SL_ERR_INVALID);
		if (!sl_str_starts(sl_str(err.message), sl_str(cases[i].want)))
			fail_msg("%s: %s", cases[i].in, err.message);
	}
}

static void takes_whole_characters(void **state)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(100);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_ok(sl_envsubst(SL_STR("${\xc3\xa9#?} ${\xc3\xa9%?} ${\xc3\xa9##[^\xc3\xa4]?}"),
			      &loose, &out, NULL, &err),
		  &err);
	assert_str(sl_strbuf_str(&out), "\xc3\x96\xc3\x9f \xc3\x84\xc3\x96 \xc3\x9f");
}

static void keeps_nul_bytes(void **state)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(100);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_ok(sl_envsubst(SL_STR("x\0${zz:-\0}y"), &loose, &out, NULL, &err), &err);
	assert_int_equal(out.n, 4);
	assert_memory_equal(out.p, "x\0\0y", 4);
	assert_code(sl_envsubst(SL_STR("${a\0}"), &loose, &out, NULL, &err), SL_ERR_INVALID, &err);
}

static void values_are_not_looked_at_again(void **state)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(100);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_ok(sl_envsubst(SL_STR("${text}"), &strict, &out, NULL, &err), &err);
	assert_str(sl_strbuf_str(&out), "$${a} ${a}");
}

static void strict_wants_each_variable_set(void **state)
{
	static const struct {
		const char *in, *want; /* NULL: fails, naming zz */
	} cases[] = {
		{ "${zz}", NULL },
		{ "${#zz}", NULL },
		{ "${zz^^}", NULL },
		{ "${zz,^}", NULL },
		{ "${zz:1}", NULL },
		{ "${zz#x}", NULL },
		{ "${zz%%x}", NULL },
		{ "${zz/a/b}", NULL },
		{ "${a:-${zz}}", NULL }, /* operands are evaluated in any case */
		{ "${a} ${zz} ${yy}", NULL },
		{ "${a/${zz}/${yy}}", NULL },
		{ "${b}", "" },
		{ "${zz:-d}${zz:=d}${zz=d}${zz:?d}${zz:+d}", "ddddd" },
		{ "$${zz}", "${zz}" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(100);
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		int r = sl_envsubst(sl_str(cases[i].in), &strict, &out, NULL, &err);

		if (cases[i].want) {
			assert_ok(r, &err);
			assert_str(sl_strbuf_str(&out), cases[i].want);
			continue;
		}
		assert_error(r, SL_ERR_INVALID, &err, "variable not set (strict mode): \"zz\"");
	}
}

static void names_the_place(void **state)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(100);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	size_t offset = 0;

	(void)state;
	assert_int_equal(
		sl_envsubst(SL_STR("x\n${a}\ny ${b:-${zz}}"), &strict, &out, &offset, &err),
		SL_ERR_INVALID);
	assert_int_equal(err.origin.line, 3);
	assert_int_equal(err.origin.column, 3);
	assert_int_equal(offset, 9);
	/* Grammar first, wherever it is. */
	assert_error(sl_envsubst(SL_STR("${zz}\n ${a.b} }"), &strict, &out, &offset, &err),
		     SL_ERR_INVALID, &err,
		     "missing closing brace: '${a.b}' (for a literal '${' write '$${')");
	assert_int_equal(offset, 7);
}

static void anything_cut_off_is_an_error(void **state)
{
	static const char text[] = "${a:-x${cd/a\\/b/${m:1:${n}}}z${b##*[^a-z]}${#\xc3\xa9}}";

	(void)state;
	for (size_t n = 1; n < sizeof(text); n++) {
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(100);
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		char *cut = sl_xmemdup0(text, n); /* so that reading past the end is seen */
		int r = sl_envsubst((struct sl_str){ cut, n }, &loose, &out, NULL, &err);

		/* The first byte alone is text. */
		assert_int_equal(r, n == 1 || n == sizeof(text) - 1 ? 0 : SL_ERR_INVALID);
		free(cut);
	}
}

static void output_has_a_cap(void **state)
{
	(void)state;
	for (size_t max = 17; max <= 19; max++) {
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(max);
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		assert_int_equal(sl_envsubst(SL_STR("${a}"), &loose, &out, NULL, &err),
				 max < 18 ? SL_ERR_TOO_LARGE : 0);
	}
}

static void nesting_has_a_cap(void **state)
{
	(void)state;
	for (int depth = SL_ENVSUBST_DEPTH_MAX - 1; depth <= SL_ENVSUBST_DEPTH_MAX + 1; depth++) {
		SL_AUTO(sl_strbuf) in = SL_STRBUF_INIT(10000);
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(100);
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		for (int i = 0; i < depth; i++)
			sl_strbuf_addz(&in, "${zz:-");
		sl_strbuf_addn(&in, '}', (size_t)depth);
		assert_int_equal(sl_envsubst(sl_strbuf_str(&in), &loose, &out, NULL, &err),
				 depth > SL_ENVSUBST_DEPTH_MAX ? SL_ERR_TOO_LARGE : 0);
	}
}

static void patterns_have_a_cap(void **state)
{
	(void)state;
	for (size_t n = SL_ENVSUBST_PATTERN_MAX - 1; n <= SL_ENVSUBST_PATTERN_MAX + 1; n++) {
		SL_AUTO(sl_strbuf) in = SL_STRBUF_INIT(10000);
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(10000);
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		sl_strbuf_addz(&in, "${cd#");
		sl_strbuf_addn(&in, '*', n);
		sl_strbuf_addz(&in, "}");
		assert_int_equal(sl_envsubst(sl_strbuf_str(&in), &loose, &out, NULL, &err),
				 n > SL_ENVSUBST_PATTERN_MAX ? SL_ERR_TOO_LARGE : 0);
	}
}

static bool lookup_long(void *ctx, struct sl_str name, struct sl_str *ret_value)
{
	(void)name;
	*ret_value = sl_strbuf_str(ctx);
	return true;
}

/* Matching is linear in the value for any pattern, and all of it together has a cap. */
static void matching_has_a_cap(void **state)
{
	SL_AUTO(sl_strbuf) value = SL_STRBUF_INIT(10000000);
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(10000000);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_envsubst_options o = { .lookup = lookup_long, .ctx = &value };

	(void)state;
	sl_strbuf_addn(&value, 'a', 100000);
	assert_ok(sl_envsubst(SL_STR("${v##*a*a*a*a*a*a*b}"), &o, &out, NULL, &err), &err);
	assert_int_equal(out.n, value.n);
	sl_strbuf_addn(&value, 'a', SL_ENVSUBST_STEPS_MAX / 64);
	assert_code(
		sl_envsubst(
			SL_STR("${v##*"
			       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab}"),
			&o, &out, NULL, &err),
		SL_ERR_TOO_LARGE, &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_what_flux_prints),
		cmocka_unit_test(refuses_what_flux_refuses),
		cmocka_unit_test(takes_whole_characters),
		cmocka_unit_test(keeps_nul_bytes),
		cmocka_unit_test(values_are_not_looked_at_again),
		cmocka_unit_test(strict_wants_each_variable_set),
		cmocka_unit_test(names_the_place),
		cmocka_unit_test(anything_cut_off_is_an_error),
		cmocka_unit_test(output_has_a_cap),
		cmocka_unit_test(nesting_has_a_cap),
		cmocka_unit_test(patterns_have_a_cap),
		cmocka_unit_test(matching_has_a_cap),
	};

	return run_group("envsubst", tests);
}
