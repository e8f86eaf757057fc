#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "libcommon/base/strbuf.h"
#include "libcommon/net/gitmodules.h"

/* The declarations as text, or the error. */
static char *parsed(struct sl_str text)
{
	SL_AUTO(sl_gitmodules) m = SL_GITMODULES_INIT;
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(1 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	if (sl_gitmodules_parse(text, &m, &err) < 0)
		return sl_err_text(&err);
	for (size_t i = 0; i < m.n; i++)
		sl_strbuf_addf(&out, "%s:%s:%s;", m.items[i].name, m.items[i].path,
			       m.items[i].url ? m.items[i].url : "-");
	return sl_strbuf_steal(&out);
}

static void parses_as_git_does(void **state)
{
	static const struct {
		const char *input, *want;
	} cases[] = {
		{ "", "" },
		{ "\n# c\n; c\n", "" },
		{ "[submodule \"a\"]\n\tpath = x\n\turl = ../x.git\n", "a:x:../x.git;" },
		{ "\xef\xbb\xbf[SubModule \"A\"]\r\nPATH=x\r\nUrl = u\r\n", "A:x:u;" },
		{ "[submodule \"a\"] path = x y  # c\n url=u;c", "a:x y:u;" },
		{ "[submodule \"a\"]\npath = \" x # \" \nurl = a\\\n b", "a: x # :a b;" },
		{ "[submodule \"a\"]\npath = \"\\t\\\"\\\\\"\n", "a:\t\"\\:-;" },
		{ "[submodule \"a\\\"b\\c\"]\npath = x\n", "a\"bc:x:-;" },
		{ "[submodule \"a\"]\npath=x\n[submodule \"b\"]\npath=y\n[submodule "
		  "\"a\"]\npath=z\n",
		  "a:z:-;b:y:-;" },
		{ "[submodule \"a\"]\nurl=x\n", "" },
		{ "[core]\npath=x\n[submodule]\npath=y\n[submodule.a]\npath=z\n", "" },
		{ "[submodule \"a\"]\nshallow\npath=x", "a:x:-;" },
		{ "[include]\npath = /etc/passwd\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO_FREE char *got = parsed(sl_str(cases[i].input));

		assert_string_equal(got, cases[i].want);
	}
}

static void refuses_malformed(void **state)
{
	static const struct {
		const char *input, *want;
	} cases[] = {
		{ "\n[submodule \"a\n\"]", ".gitmodules:3: section name does not end" },
		{ "[submodule \"a", ".gitmodules:1: section name does not end" },
		{ "[submodule \"a\"", ".gitmodules:1: broken section head" },
		{ "[]", ".gitmodules:1: broken section head" },
		{ "[a] b = \"x\n", ".gitmodules:1: quotation does not end" },
		{ "[a]\nb = \\x\n", ".gitmodules:2: unknown escape in a value" },
		{ "[a]\nb = \\", ".gitmodules:2: unknown escape in a value" },
		{ "=x", ".gitmodules:1: expected a key" },
	};
	SL_AUTO_FREE char *nul = parsed((struct sl_str){ "[a]\0", 4 });

	(void)state;
	assert_string_equal(nul, ".gitmodules:1: file holds a NUL");
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO_FREE char *got = parsed(sl_str(cases[i].input));

		assert_string_equal(got, cases[i].want);
	}
}

static void survives_truncation_at_every_byte(void **state)
{
	static const char text[] =
		"[submodule \"a\\\"b\"]\r\n\tpath = \"x \\t\" \\\n y # c\n\turl = z";

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		SL_AUTO_FREE char *exact = sl_xmalloc(n + 1);
		SL_AUTO_FREE char *got = NULL;

		memcpy(exact, text, n);
		got = parsed((struct sl_str){ exact, n });
		assert_non_null(got);
	}
}

static void limits_count_and_values(void **state)
{
	(void)state;
	for (int n = SL_GITMODULES_MAX - 1; n <= SL_GITMODULES_MAX + 1; n++) {
		SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 20);
		SL_AUTO(sl_gitmodules) m = SL_GITMODULES_INIT;

		for (int i = 0; i < n; i++)
			sl_strbuf_addf(&text, "[submodule \"%d\"]\npath=x\n", i);
		assert_int_equal(sl_gitmodules_parse(sl_strbuf_str(&text), &m, NULL),
				 n <= SL_GITMODULES_MAX ? 0 : SL_ERR_TOO_LARGE);
	}
	for (size_t n = SL_GITMODULES_VALUE_MAX - 1; n <= SL_GITMODULES_VALUE_MAX + 1; n++) {
		SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(1 << 20);
		SL_AUTO(sl_gitmodules) m = SL_GITMODULES_INIT;

		sl_strbuf_addz(&text, "[submodule \"a\"]\npath=");
		sl_strbuf_addn(&text, 'x', n);
		assert_int_equal(sl_gitmodules_parse(sl_strbuf_str(&text), &m, NULL),
				 n <= SL_GITMODULES_VALUE_MAX ? 0 : SL_ERR_TOO_LARGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_as_git_does),
		cmocka_unit_test(refuses_malformed),
		cmocka_unit_test(survives_truncation_at_every_byte),
		cmocka_unit_test(limits_count_and_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
