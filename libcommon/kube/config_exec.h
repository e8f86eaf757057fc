/*
 * Exec credential plugins: run a program that prints an ExecCredential. The command line alone.
 *
 * The program is run without a shell (posix_spawnp), with our environment and exec_env, its standard
 * input and error being ours so that it may ask and explain. It has SL_EXEC_TIMEOUT_MS.
 *
 * Source: Kubernetes authentication reference, "client-go credential plugins"; ExecCredential
 * client.authentication.k8s.io/v1 and v1beta1. Not done: caching by expirationTimestamp; a 401 runs
 * the program again instead (renew_credentials of the client).
 *
 * Thread rule: thread-safe for distinct configs. Blocks.
 */
#ifndef LIBCOMMON_KUBE_CONFIG_EXEC_H
#define LIBCOMMON_KUBE_CONFIG_EXEC_H

#include "libcommon/kube/config.h"

#define SL_EXEC_OUTPUT_MAX ((size_t)1 << 20) /* bytes */
#define SL_EXEC_TIMEOUT_MS 60000	     /* a person may have to log in */

/*
 * Run exec_argv and put the token or the certificate and key that it prints into the config. Does
 * nothing when exec_argv is empty. Errors: NOT_FOUND (no such program), AUTH (it failed), INVALID
 * (output), TOO_LARGE, TIMEOUT.
 */
int sl_kube_config_exec(struct sl_kube_config *config, struct sl_err *err) SL_MUST_CHECK;
/* The second half of it: take the credentials out of the program's output. */
int sl_kube_config_exec_take(struct sl_kube_config *config, struct sl_str output,
			     struct sl_err *err) SL_MUST_CHECK;

#endif
