/* What the certificates of sprig say: as the real ones', of which `openssl x509 -text` shows the same. */
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "libcommon/base/strbuf.h"
#include "test/unit/support/sprigtmpl.h"
#include "test/unit/support/test.h"

#define CA "{{$ca := genCAWithKey \"my-ca\" 365 (genPrivateKey \"ecdsa\")}}"

/* The first and the second certificate that `text` renders. */
static void render_two(const char *text, X509 *ret[2])
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(1 << 20);
	BIO *bio;

	sprigtmpl_render(&a, text, &b);
	bio = BIO_new_mem_buf(b.p, (int)b.n);
	for (int i = 0; i < 2; i++) {
		ret[i] = PEM_read_bio_X509(bio, NULL, NULL, NULL);
		assert_non_null(ret[i]);
	}
	BIO_free(bio);
}

static void assert_extension(X509 *cert, int nid, bool critical, const char *want)
{
	int at = X509_get_ext_by_NID(cert, nid, -1);
	X509_EXTENSION *e = X509_get_ext(cert, at);
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n;

	assert_non_null(e);
	assert_int_equal(X509_EXTENSION_get_critical(e), critical);
	assert_int_equal(X509V3_EXT_print(bio, e, 0, 0), 1);
	n = BIO_get_mem_data(bio, &text);
	assert_true(sl_str_eqz((struct sl_str){ text, (size_t)n }, want));
	BIO_free(bio);
}

static void a_ca_signs_certificates(void **state)
{
	X509 *certs[2];

	(void)state;
	render_two(CA "{{$c := genSignedCertWithKey \"svc\" (list \"10.0.0.1\" \"::ffff:1.2.3.4\" "
		      "\"::1\") (list \"a.b\" \"c\") 30 $ca (genPrivateKey \"ed25519\")}}"
		      "{{$ca.Cert}}{{$c.Cert}}",
		   certs);
	assert_int_equal(X509_verify(certs[1], X509_get0_pubkey(certs[0])), 1);
	assert_int_equal(X509_check_issued(certs[0], certs[1]), X509_V_OK);
	assert_extension(certs[0], NID_basic_constraints, true, "CA:TRUE");
	assert_extension(certs[0], NID_key_usage, true,
			 "Digital Signature, Key Encipherment, Certificate Sign");
	assert_extension(certs[1], NID_basic_constraints, true, "CA:FALSE");
	assert_extension(certs[1], NID_key_usage, true, "Digital Signature, Key Encipherment");
	assert_extension(certs[1], NID_ext_key_usage, false,
			 "TLS Web Server Authentication, TLS Web Client Authentication");
	assert_extension(certs[1], NID_subject_alt_name, false,
			 "DNS:a.b, DNS:c, IP Address:10.0.0.1, IP Address:1.2.3.4, "
			 "IP Address:0:0:0:0:0:0:0:1");
	assert_int_equal(X509_get_ext_by_NID(certs[1], NID_subject_key_identifier, -1), -1);
	assert_int_equal(X509_get_ext_by_NID(certs[0], NID_authority_key_identifier, -1), -1);
	assert_int_equal(ASN1_OCTET_STRING_cmp(X509_get0_subject_key_id(certs[0]),
					       X509_get0_authority_key_id(certs[1])),
			 0);
	X509_free(certs[0]);
	X509_free(certs[1]);
}

static void times_come_from_the_clock(void **state)
{
	X509 *certs[2];
	struct tm from, to;

	(void)state;
	render_two(CA "{{$s := genSelfSignedCertWithKey \"\" nil (list \"x\") 10000 $ca.Key}}"
		      "{{$ca.Cert}}{{$s.Cert}}",
		   certs);
	assert_int_equal(ASN1_TIME_to_tm(X509_get0_notBefore(certs[0]), &from), 1);
	assert_int_equal(ASN1_TIME_to_tm(X509_get0_notAfter(certs[0]), &to), 1);
	assert_int_equal(timegm(&from), 1710072000);
	assert_int_equal(timegm(&to), 1710072000 + 365 * 86400);
	/* Past 2049 they are written otherwise. */
	assert_int_equal(X509_get0_notAfter(certs[0])->type, V_ASN1_UTCTIME);
	assert_int_equal(X509_get0_notAfter(certs[1])->type, V_ASN1_GENERALIZEDTIME);
	/* Without a name the alternative ones are critical. */
	assert_extension(certs[1], NID_subject_alt_name, true, "DNS:x");
	assert_int_equal(X509_verify(certs[1], X509_get0_pubkey(certs[0])), 1);
	X509_free(certs[0]);
	X509_free(certs[1]);
}

static void keys_and_certificates_must_fit(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ CA "{{genSignedCertWithKey \"a\" nil nil 1 (buildCustomCert (b64enc $ca.Cert) "
		     "(b64enc (genPrivateKey \"ecdsa\"))) $ca.Key}}",
		  "error: error creating certificate: x509: provided PrivateKey doesn't match "
		  "parent's PublicKey" },
		{ CA
		  "{{$k := replace \"EC PRIVATE\" \"RSA PRIVATE\" $ca.Key}}{{genCAWithKey \"a\" 1 "
		  "$k}}",
		  "error: parsing private key: parsing RSA private key from PEM: asn1: structure "
		  "error" },
		{ CA "{{genCAWithKey \"a\" 1 (replace \"EC PRIVATE\" \"XY PRIVATE\" $ca.Key)}}",
		  "error: parsing private key: invalid private key type XY" },
		{ CA "{{genCAWithKey \"a\" 1 $ca.Cert}}",
		  "error: parsing private key: no private key data in PEM block of type "
		  "CERTIFICATE" },
		{ CA "{{eq (genCAWithKey \"a\" 1 $ca.Key).Key $ca.Key}}", "true" },
		{ "{{eq (decryptAES \"k\" (encryptAES \"k\" \"text\")) \"text\"}} "
		  "{{encryptAES \"k\" \"hello\"}} {{uuidv4}} {{randBytes 5}}",
		  "true AQIDBAUGBwgJCgsMDQ4PEJ2e/R2JQwn4SEHLlEPnKBs= "
		  "01020304-0506-4708-890a-0b0c0d0e0f10 AQIDBAU=" },
		{ "{{htpasswd \"u\" \"secret\"}}",
		  "u:$2a$10$.OGB/.SE/ueHAeqKBO2NC.LYZ/tg0nSvZ0yRfs9kPLnGg3/PChtuu" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ca_signs_certificates),
		cmocka_unit_test(times_come_from_the_clock),
		cmocka_unit_test(keys_and_certificates_must_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
