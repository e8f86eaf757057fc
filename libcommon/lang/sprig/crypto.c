/* Sums, random bytes, hashes of passwords, AES: what needs no keys and certificates (see pki.c). */
#include <string.h>

#include "libcommon/base/ascii.h"
#include "libcommon/base/clock.h"
#include "libcommon/codec/base64.h"
#include "libcommon/codec/sha256.h"
#include "libcommon/lang/sprig/bcrypt.h"
#include "libcommon/lang/sprig/chance.h"
#include "libcommon/lang/sprig/define.h"
#include "libcommon/lang/sprig/encode.h"
#include "libcommon/lang/sprig/openssl.h"
#include "libcommon/lang/sprig/sprig.h"

#define AES_BLOCK 16
#define AES_KEY 32

static int return_text(struct sl_go_call *call, const struct sl_strbuf *b, struct sl_goval *ret,
		       struct sl_err *err)
{
	int r = sl_strbuf_check(b, "a text", err);

	if (r == 0)
		*ret = sl_goval_str(sl_arena_str(call->a, sl_strbuf_str(b)));
	return r;
}

static int return_sum(struct sl_go_call *call, const unsigned char *sum, size_t n,
		      struct sl_goval *ret)
{
	char hex[2 * EVP_MAX_MD_SIZE];

	*ret = sl_goval_str(sl_arena_str(
		call->a, (struct sl_str){ hex, (size_t)(sl_put_hex(hex, sum, n) - hex) }));
	return 0;
}

/* Charts ask for this one everywhere. */
SL_SPRIG_FN(sha256sum)
{
	uint8_t sum[SL_SHA256_BYTES];

	sl_sha256(args[0].s, sum);
	return return_sum(call, sum, sizeof(sum), ret);
}

static int return_openssl_sum(struct sl_go_call *call, const char *algo, struct sl_str s,
			      struct sl_goval *ret, struct sl_err *err)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	size_t n = 0;
	int r = sl_openssl_load(err);

	if (r == 0 && sl_openssl.EVP_Q_digest(NULL, algo, NULL, s.p, s.n, sum, &n) != 1)
		r = sl_err_set(err, SL_ERR_UNSUPPORTED, "OpenSSL has no %s here", algo);
	return r < 0 ? r : return_sum(call, sum, n, ret);
}

SL_SPRIG_FN(sha1sum)
{
	return return_openssl_sum(call, "SHA1", args[0].s, ret, err);
}

SL_SPRIG_FN(sha512sum)
{
	return return_openssl_sum(call, "SHA512", args[0].s, ret, err);
}

SL_SPRIG_FN(adler32sum)
{
	uint32_t a = 1, b = 0;

	for (size_t i = 0; i < args[0].s.n; i++) {
		a = (a + (unsigned char)args[0].s.p[i]) % 65521;
		b = (b + a) % 65521;
	}
	*ret = sl_goval_strz(sl_arena_printf(call->a, "%u", b << 16 | a));
	return 0;
}

SL_SPRIG_FN(rand_bytes)
{
	SL_AUTO(sl_strbuf) bytes = SL_STRBUF_INIT(SL_SPRIG_TEXT_MAX);
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_SPRIG_TEXT_MAX);
	char *room;
	int r;

	if (args[0].i < 0)
		return sl_err_set(err, SL_ERR_INVALID,
				  "runtime error: makeslice: len out of range");
	room = sl_strbuf_reserve(&bytes, (size_t)args[0].i);
	if (!room)
		return sl_strbuf_check(&bytes, "a text", err);
	r = sl_sprig_fill_random(call, room, (size_t)args[0].i, err);
	if (r < 0)
		return r;
	sl_strbuf_claim(&bytes, (size_t)args[0].i);
	sl_base64_encode(sl_strbuf_str(&bytes), &b);
	return return_text(call, &b, ret, err);
}

SL_SPRIG_FN(uuidv4)
{
	uint8_t bytes[16];
	char text[37];
	int r = sl_sprig_fill_random(call, bytes, sizeof(bytes), err);

	if (r < 0)
		return r;
	sl_uuid_of(bytes, text);
	*ret = sl_goval_str(sl_arena_str(call->a, sl_str(text)));
	return 0;
}

/* What goes wrong with the password is the result. */
static int add_bcrypt(struct sl_go_call *call, struct sl_str password, struct sl_strbuf *out,
		      struct sl_err *err)
{
	SL_AUTO(sl_err) why = SL_ERR_INIT;
	char hash[SL_BCRYPT_SIZE];
	unsigned char salt[SL_BCRYPT_SALT];
	int r = sl_sprig_fill_random(call, salt, sizeof(salt), err);

	if (r < 0)
		return r;
	call->spent += SL_SPRIG_STEPS_HASH;
	r = sl_bcrypt(password, salt, hash, &why);
	if (r == SL_ERR_INVALID)
		sl_strbuf_addf(out, "failed to encrypt string with bcrypt: %s", why.message);
	else if (r < 0)
		return sl_err_move(err, &why);
	else
		sl_strbuf_addz(out, hash);
	return 0;
}

SL_SPRIG_FN(bcrypt)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(4096);
	int r = add_bcrypt(call, args[0].s, &b, err);

	return r < 0 ? r : return_text(call, &b, ret, err);
}

SL_SPRIG_FN(htpasswd)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_SPRIG_TEXT_MAX);
	int r = 0;

	if (sl_str_chr(args[0].s, ':') >= 0) {
		sl_strbuf_addz(&b, "invalid username: ");
		sl_strbuf_adds(&b, args[0].s);
	} else {
		sl_strbuf_adds(&b, args[0].s);
		sl_strbuf_addc(&b, ':');
		r = add_bcrypt(call, args[1].s, &b, err);
	}
	return r < 0 ? r : return_text(call, &b, ret, err);
}

/* The Master Password algorithm, version 3 without identicons: how a seed is spelled. */
static const struct {
	const char *name;
	const char *const *forms;
	size_t count;
} password_types[] = {
#define FORMS(...) \
	(const char *const[]){ __VA_ARGS__ }, SL_ARRAY_LEN(((const char *const[]){ __VA_ARGS__ }))
	{ "maximum", FORMS("anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno") },
	{ "long", FORMS("CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv",
			"CvccCvcvnoCvcv", "CvccCvcvCvcvno", "CvcvnoCvccCvcv", "CvcvCvccnoCvcv",
			"CvcvCvccCvcvno", "CvcvnoCvcvCvcc", "CvcvCvcvnoCvcc", "CvcvCvcvCvccno",
			"CvccnoCvccCvcv", "CvccCvccnoCvcv", "CvccCvccCvcvno", "CvcvnoCvccCvcc",
			"CvcvCvccnoCvcc", "CvcvCvccCvccno", "CvccnoCvcvCvcc", "CvccCvcvnoCvcc",
			"CvccCvcvCvccno") },
	{ "medium", FORMS("CvcnoCvc", "CvcCvcno") },
	{ "short", FORMS("Cvcn") },
	{ "basic", FORMS("aaanaaan", "aannaaan", "aaannaaa") },
	{ "pin", FORMS("nnnn") },
#undef FORMS
};

static const char *const password_chars[128] = {
	['V'] = "AEIOU",
	['C'] = "BCDFGHJKLMNPQRSTVWXYZ",
	['v'] = "aeiou",
	['c'] = "bcdfghjklmnpqrstvwxyz",
	['A'] = "AEIOUBCDFGHJKLMNPQRSTVWXYZ",
	['a'] = "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
	['n'] = "0123456789",
	['o'] = "@&%?,=[]_:-+*$#!'^~;()/.",
	['x'] = "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
};

#define SCOPE SL_STR("com.lyndir.masterpassword")

static void add_be32(struct sl_strbuf *b, uint32_t n)
{
	const unsigned char bytes[4] = { (unsigned char)(n >> 24), (unsigned char)(n >> 16),
					 (unsigned char)(n >> 8), (unsigned char)n };

	sl_strbuf_add(b, bytes, sizeof(bytes));
}

/* HMAC of the site under the key that the password and the user give. */
static int password_seed(const struct sl_goval *args, unsigned char seed[32], struct sl_err *err)
{
	SL_AUTO(sl_strbuf) salt = SL_STRBUF_INIT(SL_SPRIG_TEXT_MAX);
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(SL_SPRIG_TEXT_MAX);
	struct sl_str password = args[2].s, user = args[3].s, site = args[4].s;
	unsigned char key[64];
	unsigned n = 32;
	bool good;

	sl_strbuf_adds(&salt, SCOPE);
	add_be32(&salt, (uint32_t)user.n);
	sl_strbuf_adds(&salt, user);
	sl_strbuf_adds(&text, SCOPE);
	add_be32(&text, (uint32_t)site.n);
	sl_strbuf_adds(&text, site);
	add_be32(&text, (uint32_t)args[0].u);
	if (sl_openssl_load(err) < 0)
		return SL_ERR_UNSUPPORTED;
	good = !salt.failed && !text.failed &&
	       sl_openssl.EVP_PBE_scrypt(password.n ? password.p : "", password.n,
					 (const unsigned char *)salt.p, salt.n, 32768, 8, 2,
					 128u << 20, key, sizeof(key)) == 1 &&
	       sl_openssl.HMAC(sl_openssl.EVP_sha256(), key, sizeof(key),
			       (const unsigned char *)text.p, text.n, seed, &n);
	sl_wipe(key, sizeof(key));
	return good ? 0 : sl_err_set(err, SL_ERR_INTERNAL, "a password could not be derived");
}

SL_SPRIG_FN(derive_password)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_SPRIG_TEXT_MAX);
	unsigned char seed[32];
	const char *form;
	size_t t = 0;
	int r;

	while (t < SL_ARRAY_LEN(password_types) && !sl_str_eqz(args[1].s, password_types[t].name))
		t++;
	if (t == SL_ARRAY_LEN(password_types)) {
		sl_strbuf_addz(&b, "cannot find password template ");
		sl_strbuf_adds(&b, args[1].s);
		return return_text(call, &b, ret, err);
	}
	call->spent += SL_SPRIG_STEPS_HASH;
	r = password_seed(args, seed, err);
	if (r < 0)
		return r;
	form = password_types[t].forms[seed[0] % password_types[t].count];
	for (size_t i = 0; form[i]; i++) {
		const char *chars = password_chars[(unsigned char)form[i]];

		sl_strbuf_addc(&b, chars[seed[i + 1] % strlen(chars)]);
	}
	return return_text(call, &b, ret, err);
}

/* AES-256-CBC without padding, which is done by hand. */
static int run_aes(bool encrypt, struct sl_str password, const unsigned char iv[AES_BLOCK],
		   struct sl_str in, struct sl_strbuf *out, struct sl_err *err)
{
	char *room = sl_strbuf_reserve(out, in.n + AES_BLOCK);
	unsigned char key[AES_KEY] = { 0 };
	EVP_CIPHER_CTX *ctx;
	int n = 0;
	bool good;

	if (sl_openssl_load(err) < 0)
		return SL_ERR_UNSUPPORTED;
	ctx = sl_openssl.EVP_CIPHER_CTX_new();
	if (password.n)
		memcpy(key, password.p, password.n < AES_KEY ? password.n : AES_KEY);
	good = ctx && room &&
	       sl_openssl.EVP_CipherInit_ex(ctx, sl_openssl.EVP_aes_256_cbc(), NULL, key, iv,
					    encrypt) == 1 &&
	       sl_openssl.EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
	       sl_openssl.EVP_CipherUpdate(ctx, (unsigned char *)room, &n,
					   (const unsigned char *)in.p, (int)in.n) == 1 &&
	       (size_t)n == in.n;
	sl_wipe(key, sizeof(key));
	sl_openssl.EVP_CIPHER_CTX_free(ctx);
	if (!good)
		return sl_err_set(err, SL_ERR_INTERNAL, "AES failed");
	sl_strbuf_claim(out, in.n);
	return 0;
}

SL_SPRIG_FN(encrypt_aes)
{
	SL_AUTO(sl_strbuf) plain = SL_STRBUF_INIT(SL_SPRIG_TEXT_MAX);
	SL_AUTO(sl_strbuf) bytes = SL_STRBUF_INIT(SL_SPRIG_TEXT_MAX);
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(SL_SPRIG_TEXT_MAX);
	size_t padding = AES_BLOCK - args[1].s.n % AES_BLOCK;
	unsigned char iv[AES_BLOCK];
	int r;

	*ret = sl_goval_strz("");
	if (!args[1].s.n)
		return 0;
	sl_strbuf_adds(&plain, args[1].s);
	sl_strbuf_addn(&plain, (char)padding, padding);
	r = sl_strbuf_check(&plain, "a text", err);
	if (r == 0)
		r = sl_sprig_fill_random(call, iv, sizeof(iv), err);
	if (r < 0)
		return r;
	sl_strbuf_add(&bytes, iv, sizeof(iv));
	r = run_aes(true, args[0].s, iv, sl_strbuf_str(&plain), &bytes, err);
	if (r < 0)
		return r;
	sl_base64_encode(sl_strbuf_str(&bytes), &b);
	return return_text(call, &b, ret, err);
}

/* What Go says when it slices `n` bytes, of an array of `room`, where no block is. */
static int check_blocks(size_t n, size_t room, struct sl_err *err)
{
	if (room < AES_BLOCK)
		return sl_err_set(
			err, SL_ERR_INVALID,
			"runtime error: slice bounds out of range [:%d] with capacity %zu",
			AES_BLOCK, room);
	if (n < AES_BLOCK)
		return sl_err_set(err, SL_ERR_INVALID,
				  "runtime error: slice bounds out of range [%d:%zu]", AES_BLOCK,
				  n);
	if (n % AES_BLOCK)
		return sl_err_set(err, SL_ERR_INVALID, "crypto/cipher: input not full blocks");
	if (n == AES_BLOCK)
		return sl_err_set(err, SL_ERR_INVALID, "runtime error: index out of range [-1]");
	return 0;
}

SL_SPRIG_FN(decrypt_aes)
{
	SL_AUTO(sl_strbuf) bytes = SL_STRBUF_INIT(SL_SPRIG_TEXT_MAX);
	SL_AUTO(sl_strbuf) plain = SL_STRBUF_INIT(SL_SPRIG_TEXT_MAX);
	size_t padding;
	int r;

	*ret = sl_goval_strz("");
	if (!args[1].s.n)
		return 0;
	r = sl_sprig_base64_decode(args[1].s, &bytes, err);
	if (r == 0)
		r = check_blocks(bytes.n, args[1].s.n / 4 * 3, err);
	if (r == 0)
		r = run_aes(false, args[0].s, (const unsigned char *)bytes.p,
			    sl_str_sub(sl_strbuf_str(&bytes), AES_BLOCK, bytes.n), &plain, err);
	if (r < 0)
		return r;
	padding = (unsigned char)plain.p[plain.n - 1];
	if (padding > plain.n)
		return sl_err_set(err, SL_ERR_INVALID,
				  "runtime error: slice bounds out of range [:-%zu]",
				  padding - plain.n);
	sl_strbuf_truncate(&plain, plain.n - padding);
	return return_text(call, &plain, ret, err);
}

static const struct sl_go_func funcs[] = {
	{ "adler32sum", adler32sum, { &sl_go_string }, 1, false },
	{ "bcrypt", bcrypt, { &sl_go_string }, 1, false },
	{ "decryptAES", decrypt_aes, { &sl_go_string, &sl_go_string }, 2, false },
	{ "derivePassword",
	  derive_password,
	  { &sl_go_uint32, &sl_go_string, &sl_go_string, &sl_go_string, &sl_go_string },
	  5,
	  false },
	{ "encryptAES", encrypt_aes, { &sl_go_string, &sl_go_string }, 2, false },
	{ "htpasswd", htpasswd, { &sl_go_string, &sl_go_string }, 2, false },
	{ "randBytes", rand_bytes, { &sl_go_int }, 1, false },
	{ "sha1sum", sha1sum, { &sl_go_string }, 1, false },
	{ "sha256sum", sha256sum, { &sl_go_string }, 1, false },
	{ "sha512sum", sha512sum, { &sl_go_string }, 1, false },
	{ "uuidv4", uuidv4, { NULL }, 0, false },
};
const struct sl_sprig_table sl_sprig_crypto = SL_SPRIG_TABLE(funcs);
