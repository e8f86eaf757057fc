/* Results of sprig 3.3. */
#include "test/unit/support/sprigtmpl.h"
#include "test/unit/support/test.h"

static void sums(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{sha1sum \"abc\"}} {{sha256sum \"abc\"}} {{sha512sum \"abc\"}} {{adler32sum "
		  "\"abc\"}} {{sha256sum \"\"}} {{adler32sum (repeat 6000 \"z\")}}",
		  "a9993e364706816aba3e25717850c26c9cd0d89d "
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad "
		  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a8"
		  "36ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f 38600999 "
		  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 2789157894" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

static void derives_passwords(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{range list \"maximum\" \"long\" \"medium\" \"short\" \"basic\" \"pin\" "
		  "\"nope\"}}{{derivePassword 1 . \"password\" \"user\" \"example.com\"}} {{end}}",
		  "pf4zS1LjCg&LjhsZ7T2~ ZedaFaxcZaso9* ZedJuz8$ Zed5 pIS54PLs 6685 cannot find "
		  "password template nope " },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

static void decrypts(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{decryptAES \"secretkey\" \"30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=\"}} "
		  "{{decryptAES \"k\" \"\"}}|{{encryptAES \"k\" \"\"}}",
		  "plaintext |" },
		{ "{{decryptAES \"k\" \"YWJj\"}}",
		  "error: runtime error: slice bounds out of range [:16] with capacity 3" },
		{ "{{decryptAES \"k\" \"YWJjZGVmZ2hpamtsbW5vcHE=\"}}",
		  "error: crypto/cipher: input not full blocks" },
		{ "{{decryptAES \"k\" \"YWJjZGVmZ2hpamtsbW5vcA==\"}}",
		  "error: runtime error: index out of range [-1]" },
		{ "{{decryptAES \"k\" \"YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU=\"}}",
		  "error: runtime error: slice bounds out of range [:-152]" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

static void says_what_is_wrong(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{randBytes -1}}", "error: runtime error: makeslice: len out of range" },
		{ "{{bcrypt (repeat 73 \"a\")}}", "failed to encrypt string with bcrypt: bcrypt: "
						  "password length exceeds 72 bytes" },
		{ "{{htpasswd \"a:b\" \"c\"}}", "invalid username: a:b" },
		{ "{{genPrivateKey \"x\"}}", "Unknown type x" },
		{ "{{genSelfSignedCert \"a\" (list \"1.2.3\") nil 1}}",
		  "error: error parsing ip: 1.2.3" },
		{ "{{genSelfSignedCert \"a\" (list 1) nil 1}}",
		  "error: error parsing ip: 1 is not a string" },
		{ "{{genSelfSignedCert \"a\" nil (list 1) 1}}",
		  "error: error processing alternate dns name: 1 is not a string" },
		{ "{{genSelfSignedCert \"a\" nil (list \"\xc3\xa9\") 1}}",
		  "error: error creating certificate: x509: \"\xc3\xa9\" cannot be encoded as an "
		  "IA5String" },
		{ "{{buildCustomCert \"x\" \"y\"}}", "error: unable to decode base64 certificate" },
		{ "{{buildCustomCert \"eA==\" \"y\"}}",
		  "error: unable to decode base64 private key" },
		{ "{{buildCustomCert \"eA==\" \"eQ==\"}}", "error: unable to decode certificate" },
		{ "{{genCAWithKey \"a\" 1 \"x\"}}",
		  "error: parsing private key: no PEM data in input" },
		{ "{{$c := genCA \"a\" 1}}{{printf \"%T\" $c}} {{$c.Nope}}",
		  "sprig.certificate error: template: t:1:44: executing \"t\" at <$c.Nope>: can't "
		  "evaluate field Nope in type sprig.certificate" },
		{ "{{$a := genCA \"a\" 1}}{{genCAWithKey \"b\" 1 $a.Cert}}",
		  "error: parsing private key: no private key data in PEM block of type "
		  "CERTIFICATE" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums),
		cmocka_unit_test(derives_passwords),
		cmocka_unit_test(decrypts),
		cmocka_unit_test(says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
