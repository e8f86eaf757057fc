#include "libcommon/codec/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "libcommon/base/ascii.h"

static const struct {
	const char *name;
	size_t size;
	const EVP_MD *(*md)(void);
} algos[] = {
	[SL_DIGEST_SHA1] = { "sha1", 20, EVP_sha1 },
	[SL_DIGEST_SHA256] = { "sha256", 32, EVP_sha256 },
	[SL_DIGEST_SHA384] = { "sha384", 48, EVP_sha384 },
	[SL_DIGEST_SHA512] = { "sha512", 64, EVP_sha512 },
};

int sl_digest_algo_parse(struct sl_str name, enum sl_digest_algo *ret_algo, struct sl_err *err)
{
	for (size_t i = 0; i < SL_ARRAY_LEN(algos); i++) {
		if (sl_str_eqz(name, algos[i].name)) {
			*ret_algo = (enum sl_digest_algo)i;
			return 0;
		}
	}
	if (sl_str_eqz(name, "blake3"))
		return sl_err_set(err, SL_ERR_UNSUPPORTED,
				  "digest algorithm blake3 is not supported: "
				  "use sha1, sha256, sha384 or sha512");
	return sl_err_set(err, SL_ERR_UNSUPPORTED, "unsupported digest algorithm: '%.*s'",
			  SL_STR_FMT(sl_str_sub(name, 0, 32)));
}

const char *sl_digest_algo_name(enum sl_digest_algo algo)
{
	return algos[algo].name;
}

size_t sl_digest_algo_size(enum sl_digest_algo algo)
{
	return algos[algo].size;
}

/* The value of a lower-case hex digit, or -1. */
static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int sl_digest_parse(struct sl_str text, struct sl_digest *ret_digest, struct sl_err *err)
{
	struct sl_digest d = { 0 };
	ptrdiff_t colon = sl_str_chr(text, ':');
	struct sl_str hex;
	int r;

	if (colon <= 0)
		return sl_err_set(err, SL_ERR_INVALID, "invalid checksum digest format");
	r = sl_digest_algo_parse(sl_str_sub(text, 0, (size_t)colon), &d.algo, err);
	if (r < 0)
		return r;
	hex = sl_str_sub(text, (size_t)colon + 1, text.n);
	if (hex.n != algos[d.algo].size * 2)
		return sl_err_set(err, SL_ERR_INVALID, "invalid checksum digest length");
	for (size_t i = 0; i < hex.n; i++) {
		int v = nibble(hex.p[i]);

		if (v < 0)
			return sl_err_set(err, SL_ERR_INVALID, "invalid checksum digest format");
		d.bytes[i / 2] = (uint8_t)(d.bytes[i / 2] << 4 | v);
	}
	*ret_digest = d;
	return 0;
}

void sl_digest_hex(const struct sl_digest *d, char ret_text[SL_DIGEST_TEXT_SIZE])
{
	*sl_put_hex(ret_text, d->bytes, algos[d->algo].size) = '\0';
}

void sl_digest_format(const struct sl_digest *d, char ret_text[SL_DIGEST_TEXT_SIZE])
{
	size_t n = strlen(algos[d->algo].name);
	char hex[SL_DIGEST_TEXT_SIZE];

	sl_digest_hex(d, hex);
	memcpy(ret_text, algos[d->algo].name, n);
	ret_text[n] = ':';
	memcpy(ret_text + n + 1, hex, 2 * algos[d->algo].size + 1);
}

bool sl_digest_equal(const struct sl_digest *a, const struct sl_digest *b)
{
	return a->algo == b->algo && !CRYPTO_memcmp(a->bytes, b->bytes, algos[a->algo].size);
}

int sl_digest_of(enum sl_digest_algo algo, struct sl_str bytes, struct sl_digest *ret_digest,
		 struct sl_err *err)
{
	SL_AUTO(sl_hasher) h = SL_HASHER_INIT;
	int r = sl_hasher_init(&h, algo, err);

	if (r < 0)
		return r;
	sl_hasher_update(&h, bytes.p, bytes.n);
	return sl_hasher_finish(&h, ret_digest, err);
}

int sl_digest_verify(const struct sl_digest *got, const struct sl_digest *want, const char *what,
		     struct sl_err *err)
{
	char got_text[SL_DIGEST_TEXT_SIZE], want_text[SL_DIGEST_TEXT_SIZE];

	if (sl_digest_equal(got, want))
		return 0;
	sl_digest_format(got, got_text);
	sl_digest_format(want, want_text);
	return sl_err_set(err, SL_ERR_CHECKSUM, "computed digest of %s is %s, expected %s", what,
			  got_text, want_text);
}

int sl_hasher_init(struct sl_hasher *h, enum sl_digest_algo algo, struct sl_err *err)
{
	sl_hasher_release(h);
	h->algo = algo;
	h->ctx = EVP_MD_CTX_new();
	if (!h->ctx || EVP_DigestInit_ex(h->ctx, algos[algo].md(), NULL) != 1)
		return sl_err_set(err, SL_ERR_UNSUPPORTED, "digest algorithm %s is not available",
				  algos[algo].name);
	return 0;
}

void sl_hasher_release(struct sl_hasher *h)
{
	EVP_MD_CTX_free(h->ctx);
	*h = (struct sl_hasher)SL_HASHER_INIT;
}

void sl_hasher_update(struct sl_hasher *h, const void *p, size_t n)
{
	if (n && EVP_DigestUpdate(h->ctx, p, n) != 1)
		h->failed = true;
}

int sl_hasher_finish(struct sl_hasher *h, struct sl_digest *ret_digest, struct sl_err *err)
{
	struct sl_digest d = { .algo = h->algo };

	if (h->failed || EVP_DigestFinal_ex(h->ctx, d.bytes, NULL) != 1)
		return sl_err_set(err, SL_ERR_INTERNAL, "computing a %s digest failed",
				  algos[h->algo].name);
	*ret_digest = d;
	return 0;
}

int sl_hashing_sink_init(struct sl_hashing_sink *s, struct sl_sink next, enum sl_digest_algo algo,
			 struct sl_err *err)
{
	s->next = next;
	s->bytes = 0;
	return sl_hasher_init(&s->hasher, algo, err);
}

void sl_hashing_sink_release(struct sl_hashing_sink *s)
{
	sl_hasher_release(&s->hasher);
}

static int hash_and_pass(void *ctx, const void *p, size_t n, struct sl_err *err)
{
	struct sl_hashing_sink *s = ctx;

	sl_hasher_update(&s->hasher, p, n);
	s->bytes += n;
	return s->next.write(s->next.ctx, p, n, err);
}

struct sl_sink sl_sink_hashing(struct sl_hashing_sink *s)
{
	return (struct sl_sink){ hash_and_pass, s };
}
