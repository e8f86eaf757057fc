/* `want` is what sprig 3.3 gives. */
#include "test/unit/support/sprigcall.h"

#include "test/unit/support/test.h"

static void encodes_base64(void **state)
{
	static const struct sprig_case cases[] = {
		{ "b64enc", "''", "string ''" },
		{ "b64enc", "'a'", "string 'YQ=='" },
		{ "b64enc", "'ab'", "string 'YWI='" },
		{ "b64enc", "'abc'", "string 'YWJj'" },
		{ "b64dec", "'YWJj'", "string 'abc'" },
		{ "b64dec", "'YWI='", "string 'ab'" },
		{ "b64dec", "'YQ=='", "string 'a'" },
		{ "b64dec", "'YW\\nJj\\r\\n'", "string 'abc'" },
		{ "b64dec", "'YR=='", "string 'a'" },
		{ "b64dec", "''", "string ''" },
		{ "b64dec", "'YQ='", "string 'illegal base64 data at input byte 3'" },
		{ "b64dec", "'YQ'", "string 'illegal base64 data at input byte 0'" },
		{ "b64dec", "'YWJ'", "string 'illegal base64 data at input byte 0'" },
		{ "b64dec", "'Y'", "string 'illegal base64 data at input byte 0'" },
		{ "b64dec", "'YW*j'", "string 'illegal base64 data at input byte 2'" },
		{ "b64dec", "'===='", "string 'illegal base64 data at input byte 0'" },
		{ "b64dec", "'Y==='", "string 'illegal base64 data at input byte 1'" },
		{ "b64dec", "'YQ==YQ=='", "string 'illegal base64 data at input byte 4'" },
		{ "b64dec", "'YQ=x'", "string 'illegal base64 data at input byte 2'" },
		{ "b64dec", "'YWI=\\n'", "string 'ab'" },
		{ "b64dec", "'YWI=x'", "string 'illegal base64 data at input byte 4'" },
		{ "b64dec", "'YQ=\\n='", "string 'a'" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

static void encodes_base32(void **state)
{
	static const struct sprig_case cases[] = {
		{ "b32enc", "''", "string ''" },
		{ "b32enc", "'a'", "string 'ME======'" },
		{ "b32enc", "'ab'", "string 'MFRA===='" },
		{ "b32enc", "'abc'", "string 'MFRGG==='" },
		{ "b32enc", "'abcd'", "string 'MFRGGZA='" },
		{ "b32enc", "'abcde'", "string 'MFRGGZDF'" },
		{ "b32dec", "'MFRGGZDF'", "string 'abcde'" },
		{ "b32dec", "'ME======'", "string 'a'" },
		{ "b32dec", "'MFRA===='", "string 'ab'" },
		{ "b32dec", "'MFRGG==='", "string 'abc'" },
		{ "b32dec", "'MFRGGZA='", "string 'abcd'" },
		{ "b32dec", "'MFRG\\nGZDF'", "string 'abcde'" },
		{ "b32dec", "''", "string ''" },
		{ "b32dec", "'ME====='", "string 'illegal base32 data at input byte 7'" },
		{ "b32dec", "'ME'", "string 'illegal base32 data at input byte 0'" },
		{ "b32dec", "'MFR====='", "string 'illegal base32 data at input byte 3'" },
		{ "b32dec", "'MF1A===='", "string 'illegal base32 data at input byte 2'" },
		{ "b32dec", "'mfra===='", "string 'illegal base32 data at input byte 0'" },
		{ "b32dec", "'ME===x=='", "string 'illegal base32 data at input byte 4'" },
		{ "b32dec", "'========'", "string 'illegal base32 data at input byte 0'" },
	};

	(void)state;
	sprig_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes_base64),
		cmocka_unit_test(encodes_base32),
	};

	return run_group("encode", tests);
}
