/*
 * Small pieces of text as Flux and kubectl show them: short digests, ages, sizes, images.
 *
 * Thread rule: pure functions. Results live in the arena, or are views into what was given.
 */
#ifndef CLI_REMOTE_TEXT_H
#define CLI_REMOTE_TEXT_H

#include "libcommon/base/arena.h"

/*
 * With every hexadecimal word of 40 to 128 digits (SHA-1 to SHA-512) cut to 8 of them:
 * "main@sha1:696f056df216…" becomes "main@sha1:696f056d". Lower-case digits only, as Git and OCI
 * write them; a word ends where no letter, digit or underscore follows.
 */
struct sl_str sl_cli_short_digests(struct sl_arena *a, struct sl_str text);

#define SL_CLI_AGE_SIZE 32
/* "59s", "2m5s", "3h20m", "5d", "2y30d": as kubectl prints ages, rounding down. */
void sl_cli_age(int64_t ms, char ret_text[SL_CLI_AGE_SIZE]);
/* The age of an RFC 3339 time at `wall_ms`, "<unknown>" when it is empty or malformed. */
struct sl_str sl_cli_age_of(struct sl_arena *a, struct sl_str time, int64_t wall_ms);

#define SL_CLI_SIZE_SIZE 32
/* "-" for 0, "512 B", "1.5 KiB" … */
void sl_cli_size(int64_t bytes, char ret_text[SL_CLI_SIZE_SIZE]);

/* "registry:5000/org/app:v1@sha256:…" is `app`, version "v1@sha256:…"; no tag is "latest". */
void sl_cli_image(struct sl_str image, struct sl_str *ret_name, struct sl_str *ret_version);

/* A namespace's name: a DNS label, RFC 1123. */
bool sl_cli_is_dns_label(struct sl_str s);

#endif
