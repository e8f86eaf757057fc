/*
 * How functions of templates begin. Inner header of sprig and of what adds functions to it.
 */
#ifndef LIBCOMMON_LANG_SPRIG_DEFINE_H
#define LIBCOMMON_LANG_SPRIG_DEFINE_H

#include "libcommon/lang/template/func.h"

/* The head of a function or method; hardly any of them needs all of its parameters. */
#define SL_SPRIG_FN(name) \
	static int name(struct sl_go_call *call __attribute__((unused)), \
			const struct sl_goval *args __attribute__((unused)), \
			size_t n __attribute__((unused)), struct sl_goval *ret, \
			struct sl_err *err __attribute__((unused)))

/* Steps for work that takes long, which no rendering may do without end. */
#define SL_SPRIG_STEPS_KEY 1000000 /* a pair of keys: up to a second */
#define SL_SPRIG_STEPS_HASH 250000 /* of a password: up to a tenth of one */

#endif
