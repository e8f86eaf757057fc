/*
 * Digests: "sha256:<lower-case hex>", computed while bytes stream by.
 *
 * The form of artifact digests, OCI descriptors and Git revisions. Algorithms: sha1, sha256, sha384,
 * sha512, by OpenSSL. Flux also knows blake3, which OpenSSL lacks: it is recognised and refused with
 * SL_ERR_UNSUPPORTED. Source: OCI image specification, "Digests"; Flux `--artifact-digest-algo`.
 *
 * Thread rule: a hasher belongs to one thread at a time; the rest are pure functions.
 */
#ifndef LIBCOMMON_CODEC_DIGEST_H
#define LIBCOMMON_CODEC_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/base/err.h"
#include "libcommon/base/mem.h"
#include "libcommon/base/str.h"
#include "libcommon/base/stream.h"

enum sl_digest_algo { SL_DIGEST_SHA1, SL_DIGEST_SHA256, SL_DIGEST_SHA384, SL_DIGEST_SHA512 };

#define SL_DIGEST_BYTES_MAX 64
/* Room for "sha512:" and 128 hex digits. */
#define SL_DIGEST_TEXT_SIZE (7 + 2 * SL_DIGEST_BYTES_MAX + 1)

/* A value: copy freely. Bytes past the algorithm's size are zero. */
struct sl_digest {
	enum sl_digest_algo algo;
	uint8_t bytes[SL_DIGEST_BYTES_MAX];
};

/* From "sha256" and its like. Errors: SL_ERR_UNSUPPORTED (blake3 or unknown). */
int sl_digest_algo_parse(struct sl_str name, enum sl_digest_algo *ret_algo,
			 struct sl_err *err) SL_MUST_CHECK;
const char *sl_digest_algo_name(enum sl_digest_algo algo);
/* Bytes of a digest: 20, 32, 48 or 64. */
size_t sl_digest_algo_size(enum sl_digest_algo algo);

/* From "algo:hex". Errors: SL_ERR_INVALID (form, length, upper case), SL_ERR_UNSUPPORTED. */
int sl_digest_parse(struct sl_str text, struct sl_digest *ret_digest,
		    struct sl_err *err) SL_MUST_CHECK;
/* To "algo:hex", and the hex alone; both NUL-terminated. */
void sl_digest_format(const struct sl_digest *d, char ret_text[SL_DIGEST_TEXT_SIZE]);
void sl_digest_hex(const struct sl_digest *d, char ret_text[SL_DIGEST_TEXT_SIZE]);
/* In constant time for equal algorithms. */
bool sl_digest_equal(const struct sl_digest *a, const struct sl_digest *b);

/* The digest of one piece of memory. */
int sl_digest_of(enum sl_digest_algo algo, struct sl_str bytes, struct sl_digest *ret_digest,
		 struct sl_err *err) SL_MUST_CHECK;
/* 0, or SL_ERR_CHECKSUM "computed digest of <what> is <got>, expected <want>". */
int sl_digest_verify(const struct sl_digest *got, const struct sl_digest *want, const char *what,
		     struct sl_err *err) SL_MUST_CHECK;

/*
 * A running digest: init, update any number of times, finish once. Release in any state.
 * Errors of init and finish: SL_ERR_UNSUPPORTED (switched off by the machine's crypto policy),
 * SL_ERR_INTERNAL.
 */
struct sl_hasher {
	struct evp_md_ctx_st *ctx;
	enum sl_digest_algo algo;
	bool failed; /* an update failed: finish says so */
};
#define SL_HASHER_INIT \
	{ \
		0 \
	}
int sl_hasher_init(struct sl_hasher *h, enum sl_digest_algo algo, struct sl_err *err) SL_MUST_CHECK;
void sl_hasher_release(struct sl_hasher *h);
void sl_hasher_update(struct sl_hasher *h, const void *p, size_t n);
int sl_hasher_finish(struct sl_hasher *h, struct sl_digest *ret_digest,
		     struct sl_err *err) SL_MUST_CHECK;

/*
 * Hashes and counts what passes on its way to another sink. Init and release as those of the hasher
 * within, which is finished when all has passed.
 */
struct sl_hashing_sink {
	struct sl_sink next;
	struct sl_hasher hasher;
	uint64_t bytes;
};
#define SL_HASHING_SINK_INIT \
	{ \
		{ NULL, NULL }, SL_HASHER_INIT, 0 \
	}
int sl_hashing_sink_init(struct sl_hashing_sink *s, struct sl_sink next, enum sl_digest_algo algo,
			 struct sl_err *err) SL_MUST_CHECK;
void sl_hashing_sink_release(struct sl_hashing_sink *s);
struct sl_sink sl_sink_hashing(struct sl_hashing_sink *s);

#endif
