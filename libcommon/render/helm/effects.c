/* Which functions of templates do more than give a result. */
#include <stdlib.h>

#include "libcommon/render/helm/engine.h"

/*
 * Sorted bytewise: those that change what they are given, that ask the cluster or the network, and of those
 * that ask for the clock, chance or zones the ones that charts use. The rest are found out when they do.
 * Not here is sortAlpha, which sorts a []string in its place: none is seen by two templates, for each access
 * to .Chart or .Files makes its lists anew.
 */
static const char *const names[] = {
	"bcrypt",
	"date",
	"genCA",
	"genPrivateKey",
	"genSelfSignedCert",
	"genSignedCert",
	"getHostByName",
	"htpasswd",
	"lookup",
	"merge",
	"mergeOverwrite",
	"mustMerge",
	"mustMergeOverwrite",
	"now",
	"randAlpha",
	"randAlphaNum",
	"randAscii",
	"randBytes",
	"randInt",
	"randNumeric",
	"set",
	"shuffle",
	"unset",
	"uuidv4",
};

static int compare(const void *key, const void *name)
{
	return sl_str_cmp(*(const struct sl_str *)key, sl_str(*(const char *const *)name));
}

bool sl_helm_has_effects(struct sl_str name)
{
	return bsearch(&name, names, SL_ARRAY_LEN(names), sizeof(*names), compare) != NULL;
}
