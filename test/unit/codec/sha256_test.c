#include "libcommon/codec/sha256.h"

#include "libcommon/codec/digest.h"
#include "test/unit/support/expect.h"

static void hash(struct sl_str s, char ret_hex[SL_DIGEST_TEXT_SIZE])
{
	struct sl_digest d = { .algo = SL_DIGEST_SHA256 };

	sl_sha256(s, d.bytes);
	sl_digest_hex(&d, ret_hex);
}

/* FIPS 180-4's examples. */
static void hashes_the_examples_of_the_standard(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	char hex[SL_DIGEST_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		hash(sl_str(cases[i].text), hex);
		expect_str_case(sl_str(hex), sl_str(cases[i].want), cases[i].text);
	}
}

/* Every way in which a text can end in its last blocks. */
static void agrees_with_openssl_at_every_length(void **state)
{
	char text[300], hex[SL_DIGEST_TEXT_SIZE], want[SL_DIGEST_TEXT_SIZE];
	struct sl_digest d;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * 37 + i / 7);
	for (size_t n = 0; n <= sizeof(text); n++) {
		struct sl_str s = { text, n };

		assert_int_equal(sl_digest_of(SL_DIGEST_SHA256, s, &d, NULL), 0);
		sl_digest_hex(&d, want);
		hash(s, hex);
		expect_str_case(sl_str(hex), sl_str(want), "length");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_the_examples_of_the_standard),
		cmocka_unit_test(agrees_with_openssl_at_every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
