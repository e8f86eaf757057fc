/* genPrivateKey, genCA, genSignedCert and their like. */
#include "libcommon/codec/base64.h"
#include "libcommon/lang/sprig/chance.h"
#include "libcommon/lang/sprig/define.h"
#include "libcommon/lang/sprig/pki.h"
#include "libcommon/lang/sprig/sprig.h"
#include "libcommon/lang/sprig/types.h"
#include "libcommon/lang/template/fmt.h"

#define SECOND INT64_C(1000000000)
#define DAY (24 * 3600 * SECOND)

/* sprig's certificate: both texts are PEM. */
struct certificate {
	struct sl_str cert, key;
};

static struct sl_goval get_cert(struct sl_arena *a, const void *ptr)
{
	(void)a;
	return sl_goval_str(((const struct certificate *)ptr)->cert);
}

static struct sl_goval get_key(struct sl_arena *a, const void *ptr)
{
	(void)a;
	return sl_goval_str(((const struct certificate *)ptr)->key);
}

static const struct sl_go_field certificate_fields[] = {
	{ .name = "Cert", .get = get_cert },
	{ .name = "Key", .get = get_key },
	{ 0 },
};

const struct sl_go_type sl_sprig_certificate = {
	.kind = SL_GO_STRUCT,
	.name = "sprig.certificate",
	.fields = certificate_fields,
};

static struct sl_goval certificate_value(struct sl_arena *a, struct sl_str cert, struct sl_str key)
{
	struct certificate *c = sl_arena_new(a, struct certificate);

	c->cert = sl_arena_str(a, cert);
	c->key = sl_arena_str(a, key);
	return (struct sl_goval){ .type = &sl_sprig_certificate, .ptr = c };
}

SL_SPRIG_FN(gen_private_key)
{
	static const struct {
		const char *name;
		enum sl_pki_kind kind;
	} kinds[] = {
		{ "", SL_PKI_RSA_4096 },   { "rsa", SL_PKI_RSA_4096 },	  { "dsa", SL_PKI_DSA },
		{ "ecdsa", SL_PKI_ECDSA }, { "ed25519", SL_PKI_ED25519 },
	};
	SL_AUTO(sl_strbuf) pem = SL_STRBUF_INIT(SL_PKI_PEM_MAX);
	SL_AUTO_PTR(sl_pki_key) *key = NULL;
	size_t i = 0;
	int r;

	while (i < SL_ARRAY_LEN(kinds) && !sl_str_eqz(args[0].s, kinds[i].name))
		i++;
	if (i == SL_ARRAY_LEN(kinds)) {
		*ret = sl_goval_strz(
			sl_arena_printf(call->a, "Unknown type %.*s", SL_STR_FMT(args[0].s)));
		return 0;
	}
	call->spent += SL_SPRIG_STEPS_KEY;
	r = sl_pki_generate(kinds[i].kind, &key, err);
	if (r == 0)
		r = sl_pki_key_write(key, &pem, err);
	if (r == 0)
		*ret = sl_goval_str(sl_arena_str(call->a, sl_strbuf_str(&pem)));
	return r;
}

static int decode_base64(struct sl_str s, const char *what, struct sl_strbuf *out,
			 struct sl_err *err)
{
	if (sl_base64_decode(s, out, NULL) < 0 || out->failed)
		return sl_err_set(err, SL_ERR_INVALID, "unable to decode base64 %s", what);
	return 0;
}

SL_SPRIG_FN(build_custom_cert)
{
	SL_AUTO(sl_strbuf) cert = SL_STRBUF_INIT(SL_PKI_PEM_MAX);
	SL_AUTO(sl_strbuf) key = SL_STRBUF_INIT(SL_PKI_PEM_MAX);
	SL_AUTO_PTR(sl_pki_key) *parsed = NULL;
	int r = decode_base64(args[0].s, "certificate", &cert, err);

	if (r == 0)
		r = decode_base64(args[1].s, "private key", &key, err);
	if (r == 0)
		r = sl_pki_cert_check(sl_strbuf_str(&cert), err);
	if (r < 0)
		return r;
	r = sl_pki_key_parse(sl_strbuf_str(&key), &parsed, err);
	if (r < 0) {
		sl_err_wrap(err, "error parsing private key");
		return r;
	}
	*ret = certificate_value(call->a, sl_strbuf_str(&cert), sl_strbuf_str(&key));
	return 0;
}

static int not_a_string(const char *what, struct sl_goval v, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(SL_PKI_NAMES_MAX);

	sl_go_fmt_value(&text, v);
	return sl_err_set(err, SL_ERR_INVALID, "%s: %s is not a string", what, text.p);
}

/* Addresses are looked at before names, but names come first. */
static int read_names(const struct sl_goval *ips, const struct sl_goval *dns,
		      struct sl_strbuf *names, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) addresses = SL_STRBUF_INIT(SL_PKI_NAMES_MAX);
	int r = 0;

	for (size_t i = 0; i < sl_goval_len(*ips) && r == 0; i++) {
		struct sl_goval ip = sl_goval_item(*ips, i);

		r = ip.type == &sl_go_string ? sl_pki_add_ip(ip.s, &addresses, err)
					     : not_a_string("error parsing ip", ip, err);
	}
	for (size_t i = 0; i < sl_goval_len(*dns) && r == 0; i++)
		if (sl_goval_item(*dns, i).type != &sl_go_string)
			r = not_a_string("error processing alternate dns name",
					 sl_goval_item(*dns, i), err);
	for (size_t i = 0; i < sl_goval_len(*dns) && r == 0; i++) {
		r = sl_pki_add_dns(sl_goval_item(*dns, i).s, names, err);
		if (r < 0)
			sl_err_wrap(err, "error creating certificate");
	}
	sl_strbuf_adds(names, sl_strbuf_str(&addresses));
	return r < 0 ? r : sl_strbuf_check(names, "a list of names", err);
}

/* From now on, for so many days: Go's arithmetic of nanoseconds, which wraps around. */
static int set_validity(struct sl_go_call *call, int64_t days, struct sl_pki_request *request,
			struct sl_err *err)
{
	struct sl_gotime now = { .sec = 0 };
	int64_t ns;

	if (!call->host->now_ns)
		return sl_err_set(err, SL_ERR_UNSUPPORTED, "there is no clock here");
	ns = call->host->now_ns(call->host->data);
	now = sl_gotime_add(now, ns);
	request->not_before = now.sec;
	request->not_after = sl_gotime_add(now, (int64_t)((uint64_t)DAY * (uint64_t)days)).sec;
	return sl_sprig_fill_random(call, request->serial, sizeof(request->serial), err);
}

/* What the functions have in common: NULL for what they do not have. */
struct order {
	const struct sl_goval *name, *ips, *dns, *days, *ca, *key;
};

static int read_signer(const struct order *o, struct sl_pki_request *request,
		       struct sl_pki_key **ca_key, struct sl_err *err)
{
	const struct certificate *ca = o->ca->ptr;
	int r = sl_pki_cert_check(ca->cert, err);

	if (r < 0)
		return r;
	r = sl_pki_key_parse(ca->key, ca_key, err);
	if (r < 0)
		sl_err_wrap(err, "error parsing private key");
	request->ca_cert = ca->cert;
	request->ca_key = *ca_key;
	return r;
}

static int get_signee(const struct order *o, struct sl_pki_key **ret, struct sl_err *err)
{
	int r;

	if (!o->key)
		return sl_pki_generate(SL_PKI_RSA_2048, ret, err);
	r = sl_pki_key_parse(o->key->s, ret, err);
	if (r < 0)
		sl_err_wrap(err, "parsing private key");
	return r;
}

static int fulfil(struct sl_go_call *call, const struct order *o, bool is_ca, struct sl_goval *ret,
		  struct sl_err *err)
{
	SL_AUTO(sl_strbuf) names = SL_STRBUF_INIT(SL_PKI_NAMES_MAX);
	SL_AUTO(sl_strbuf) cert_pem = SL_STRBUF_INIT(SL_PKI_PEM_MAX);
	SL_AUTO(sl_strbuf) key_pem = SL_STRBUF_INIT(SL_PKI_PEM_MAX);
	SL_AUTO_PTR(sl_pki_key) *key = NULL;
	SL_AUTO_PTR(sl_pki_key) *ca_key = NULL;
	struct sl_pki_request request = { .common_name = o->name->s, .is_ca = is_ca };
	int r = get_signee(o, &key, err);

	call->spent += SL_SPRIG_STEPS_KEY;
	if (r == 0 && o->ca)
		r = read_signer(o, &request, &ca_key, err);
	if (r == 0 && o->ips)
		r = read_names(o->ips, o->dns, &names, err);
	if (r == 0)
		r = set_validity(call, o->days->i, &request, err);
	request.names = sl_strbuf_str(&names);
	request.key = key;
	if (r == 0)
		r = sl_pki_sign(&request, &cert_pem, err);
	if (r == 0)
		r = sl_pki_key_write(key, &key_pem, err);
	if (r == 0)
		*ret = certificate_value(call->a, sl_strbuf_str(&cert_pem),
					 sl_strbuf_str(&key_pem));
	sl_wipe(key_pem.p, key_pem.n);
	return r;
}

SL_SPRIG_FN(gen_ca)
{
	return fulfil(
		call,
		&(struct order){ .name = args, .days = args + 1, .key = n > 2 ? args + 2 : NULL },
		true, ret, err);
}

SL_SPRIG_FN(gen_self_signed)
{
	return fulfil(call,
		      &(struct order){ .name = args,
				       .ips = args + 1,
				       .dns = args + 2,
				       .days = args + 3,
				       .key = n > 4 ? args + 4 : NULL },
		      false, ret, err);
}

SL_SPRIG_FN(gen_signed)
{
	return fulfil(call,
		      &(struct order){ .name = args,
				       .ips = args + 1,
				       .dns = args + 2,
				       .days = args + 3,
				       .ca = args + 4,
				       .key = n > 5 ? args + 5 : NULL },
		      false, ret, err);
}

#define NAMES &sl_go_string, &sl_go_slice, &sl_go_slice, &sl_go_int
static const struct sl_go_func funcs[] = {
	{ "buildCustomCert", build_custom_cert, { &sl_go_string, &sl_go_string }, 2, false },
	{ "genCA", gen_ca, { &sl_go_string, &sl_go_int }, 2, false },
	{ "genCAWithKey", gen_ca, { &sl_go_string, &sl_go_int, &sl_go_string }, 3, false },
	{ "genPrivateKey", gen_private_key, { &sl_go_string }, 1, false },
	{ "genSelfSignedCert", gen_self_signed, { NAMES }, 4, false },
	{ "genSelfSignedCertWithKey", gen_self_signed, { NAMES, &sl_go_string }, 5, false },
	{ "genSignedCert", gen_signed, { NAMES, &sl_sprig_certificate }, 5, false },
	{ "genSignedCertWithKey",
	  gen_signed,
	  { NAMES, &sl_sprig_certificate, &sl_go_string },
	  6,
	  false },
};
#undef NAMES
const struct sl_sprig_table sl_sprig_cert = SL_SPRIG_TABLE(funcs);
