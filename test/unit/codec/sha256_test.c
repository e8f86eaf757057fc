#include "libcommon/codec/sha256.h"

#include "libcommon/codec/digest.h"
#include "libcommon/codec/sha256_block.h"
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

/* Which of the two the other tests run depends on the processor. */
static void takes_a_block_portably_as_natively(void **state)
{
	uint32_t plain[8], native[8];
	uint8_t block[SL_SHA256_BLOCK];

	(void)state;
	if (!sl_sha256_has_native())
		skip();
	for (uint32_t i = 0; i < 8; i++)
		plain[i] = native[i] = i * 0x9e3779b9 + 1;
	for (size_t times = 0; times < 1000; times++) {
		for (size_t i = 0; i < sizeof(block); i++)
			block[i] = (uint8_t)(i * 89 + times * 7 + plain[i % 8]);
		sl_sha256_add(plain, block);
		sl_sha256_add_native(native, block);
		assert_memory_equal(plain, native, sizeof(plain));
	}
}

/* FIPS 180-4's one-block example, "abc": the state, whatever the processor. */
static void takes_the_block_of_the_standard_portably(void **state)
{
	static const uint32_t want[8] = { 0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223,
					  0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad };
	uint32_t h[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
			  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
	uint8_t block[SL_SHA256_BLOCK] = { 'a', 'b', 'c', 0x80, [63] = 24 };

	(void)state;
	sl_sha256_add(h, block);
	assert_memory_equal(h, want, sizeof(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_the_examples_of_the_standard),
		cmocka_unit_test(agrees_with_openssl_at_every_length),
		cmocka_unit_test(takes_a_block_portably_as_natively),
		cmocka_unit_test(takes_the_block_of_the_standard_portably),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
