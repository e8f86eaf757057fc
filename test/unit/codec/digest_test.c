#include "libcommon/codec/digest.h"

#include "test/unit/support/test.h"

/* Digests of "abc": FIPS 180-4 examples. */
static const char *const of_abc[] = {
	"sha1:a9993e364706816aba3e25717850c26c9cd0d89d",
	"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	"sha384:cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	"8086072ba1e7cc2358baeca134c825a7",
	"sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
};

static void computes_known_digests(void **state)
{
	(void)state;
	for (int algo = SL_DIGEST_SHA1; algo <= SL_DIGEST_SHA512; algo++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO(sl_hasher) h = SL_HASHER_INIT;
		char text[SL_DIGEST_TEXT_SIZE], hex[SL_DIGEST_TEXT_SIZE];
		struct sl_digest whole, parts, parsed;

		assert_ok(sl_digest_of((enum sl_digest_algo)algo, SL_STR("abc"), &whole, &err),
			  &err);
		assert_ok(sl_hasher_init(&h, (enum sl_digest_algo)algo, &err), &err);
		sl_hasher_update(&h, "a", 1);
		sl_hasher_update(&h, NULL, 0);
		sl_hasher_update(&h, "bc", 2);
		assert_ok(sl_hasher_finish(&h, &parts, &err), &err);
		sl_digest_format(&whole, text);
		assert_string_equal(text, of_abc[algo]);
		assert_true(sl_digest_equal(&whole, &parts));
		assert_ok(sl_digest_parse(sl_str(text), &parsed, &err), &err);
		assert_ok(sl_digest_verify(&whole, &parsed, "x", &err), &err);
		sl_digest_hex(&whole, hex);
		assert_string_equal(hex, strchr(text, ':') + 1);
		assert_int_equal(strlen(hex), 2 * sl_digest_algo_size((enum sl_digest_algo)algo));
	}
}

static void starts_anew_after_init(void **state)
{
	SL_AUTO(sl_hasher) h = SL_HASHER_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	char text[SL_DIGEST_TEXT_SIZE];
	struct sl_digest d;

	(void)state;
	assert_ok(sl_hasher_init(&h, SL_DIGEST_SHA512, &err), &err);
	sl_hasher_update(&h, "x", 1);
	assert_ok(sl_hasher_init(&h, SL_DIGEST_SHA256, &err), &err);
	assert_ok(sl_hasher_finish(&h, &d, &err), &err);
	sl_digest_format(&d, text);
	assert_string_equal(
		text, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void refuses_malformed_text(void **state)
{
	static const char *const bad[] = {
		"",
		"sha256",
		":",
		":abc",
		"sha256:",
		"sha256:BA7816bf8f01cfea414140de5dae2223"
		"b00361a396177a9cb410ff61f20015ad",
		"sha256:ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	};
	struct sl_digest d = { .algo = SL_DIGEST_SHA384 };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_str whole = sl_str(of_abc[SL_DIGEST_SHA256]);

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(bad); i++)
		assert_code(sl_digest_parse(sl_str(bad[i]), &d, &err), SL_ERR_INVALID, &err);
	for (size_t n = 0; n < whole.n; n++)
		assert_code(sl_digest_parse(sl_str_sub(whole, 0, n), &d, &err), SL_ERR_INVALID,
			    &err);
	assert_code(sl_digest_parse(SL_STR("SHA256:00"), &d, &err), SL_ERR_UNSUPPORTED, &err);
	assert_code(sl_digest_parse(SL_STR("md5:00"), &d, &err), SL_ERR_UNSUPPORTED, &err);
	assert_int_equal(d.algo, SL_DIGEST_SHA384);
}

static void says_that_blake3_is_missing(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	enum sl_digest_algo algo = SL_DIGEST_SHA1;

	(void)state;
	assert_error(sl_digest_algo_parse(SL_STR("blake3"), &algo, &err), SL_ERR_UNSUPPORTED, &err,
		     "digest algorithm blake3 is not supported: "
		     "use sha1, sha256, sha384 or sha512");
	assert_ok(sl_digest_algo_parse(SL_STR("sha384"), &algo, &err), &err);
	assert_int_equal(algo, SL_DIGEST_SHA384);
	assert_string_equal(sl_digest_algo_name(algo), "sha384");
}

static void tells_what_does_not_match(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_digest a, b;

	(void)state;
	assert_ok(sl_digest_of(SL_DIGEST_SHA1, SL_STR("abc"), &a, &err), &err);
	b = a;
	for (size_t i = 0; i < 20; i++) {
		b.bytes[i] ^= 1;
		assert_false(sl_digest_equal(&a, &b));
		b.bytes[i] ^= 1;
	}
	b.bytes[0] = 0;
	assert_error(
		sl_digest_verify(&b, &a, "artifact", &err), SL_ERR_CHECKSUM, &err,
		"computed digest of artifact is sha1:00993e364706816aba3e25717850c26c9cd0d89d, "
		"expected sha1:a9993e364706816aba3e25717850c26c9cd0d89d");
	b = a;
	b.algo = SL_DIGEST_SHA256;
	assert_false(sl_digest_equal(&a, &b));
}

static void hashes_what_passes(void **state)
{
	SL_AUTO(sl_hashing_sink) s = SL_HASHING_SINK_INIT;
	SL_AUTO(sl_strbuf) to = SL_STRBUF_INIT(4);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_digest got, want;
	struct sl_sink sink;

	(void)state;
	assert_ok(sl_hashing_sink_init(&s, sl_sink_strbuf(&to), SL_DIGEST_SHA512, &err), &err);
	sink = sl_sink_hashing(&s);
	assert_ok(sink.write(sink.ctx, "a", 1, &err), &err);
	assert_ok(sink.write(sink.ctx, "bc", 2, &err), &err);
	assert_ok(sl_hasher_finish(&s.hasher, &got, &err), &err);
	assert_ok(sl_digest_of(SL_DIGEST_SHA512, SL_STR("abc"), &want, &err), &err);
	assert_true(sl_digest_equal(&got, &want));
	assert_int_equal(s.bytes, 3);
	assert_true(sl_str_eqz(sl_strbuf_str(&to), "abc"));
	assert_code(sink.write(sink.ctx, "de", 2, &err), SL_ERR_TOO_LARGE, &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(computes_known_digests),
		cmocka_unit_test(starts_anew_after_init),
		cmocka_unit_test(refuses_malformed_text),
		cmocka_unit_test(says_that_blake3_is_missing),
		cmocka_unit_test(tells_what_does_not_match),
		cmocka_unit_test(hashes_what_passes),
	};

	return run_group("digest", tests);
}
