/* Results of sprig 3.3 with Go 1.26. */
#include "test/unit/support/sprigtmpl.h"
#include "test/unit/support/test.h"

static void urls_come_apart(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{urlParse \"http://user:p%40ss@host:80/a%20b?q=1&r#f%20x\"}}",
		  "map[fragment:f x host:host:80 hostname:host opaque: path:/a b query:q=1&r "
		  "scheme:http userinfo:user:p%40ss]" },
		{ "{{urlParse \"mailto:a@b?x\"}}", "map[fragment: host: hostname: opaque:a@b path: "
						   "query:x scheme:mailto userinfo:]" },
		{ "{{urlParse \"//[fe80::1%25en0]:80/x\"}}",
		  "map[fragment: host:[fe80::1%en0]:80 hostname:fe80::1%en0 opaque: path:/x query: "
		  "scheme: userinfo:]" },
		{ "{{urlParse \"../a b\"}}",
		  "map[fragment: host: hostname: opaque: path:../a b query: scheme: userinfo:]" },
		{ "{{urlParse \"\"}}",
		  "map[fragment: host: hostname: opaque: path: query: scheme: userinfo:]" },
		{ "{{urlParse \"*\"}}",
		  "map[fragment: host: hostname: opaque: path:* query: scheme: userinfo:]" },
		{ "{{urlParse \"HTTP://h/\"}}",
		  "map[fragment: host:h hostname:h opaque: path:/ query: scheme:http userinfo:]" },
		{ "{{urlParse \"mongodb://a:1,b:2/db\"}}",
		  "map[fragment: host:a:1,b:2 hostname:a:1,b opaque: path:/db query: "
		  "scheme:mongodb userinfo:]" },
		{ "{{urlParse \"x:/y\"}}",
		  "map[fragment: host: hostname: opaque: path:/y query: scheme:x userinfo:]" },
		{ "{{urlParse \"a:b/c:d\"}}",
		  "map[fragment: host: hostname: opaque:b/c:d path: query: scheme:a userinfo:]" },
		{ "{{urlParse \"1:b\"}}", "error: unable to parse url: parse \"1:b\": first path "
					  "segment in URL cannot contain colon" },
		{ "{{urlParse \"http://[::1\"}}",
		  "error: unable to parse url: parse \"http://[::1\": missing ']' in host" },
		{ "{{urlParse \"http://h:x/\"}}",
		  "error: unable to parse url: parse \"http://h:x/\": invalid port \":x\" after "
		  "host" },
		{ "{{urlParse \"http://h h/\"}}", "error: unable to parse url: parse \"http://h "
						  "h/\": invalid character \" \" in host name" },
		{ "{{urlParse \"http://%41/\"}}",
		  "error: unable to parse url: parse \"http://%41/\": invalid URL escape \"%41\"" },
		{ "{{urlParse \"%zz\"}}",
		  "error: unable to parse url: parse \"%zz\": invalid URL escape \"%zz\"" },
		{ "{{urlParse \"a\\x01\"}}", "error: unable to parse url: parse \"a\\x01\": "
					     "net/url: invalid control character in URL" },
		{ "{{urlParse \"http://a:1:2/\"}}",
		  "error: unable to parse url: parse \"http://a:1:2/\": invalid port \":1:2\" "
		  "after host" },
		{ "{{urlParse \"http://u ser@h/\"}}",
		  "error: unable to parse url: parse \"http://u ser@h/\": net/url: invalid "
		  "userinfo" },
		{ "{{urlParse \"x#%zz\"}}",
		  "error: unable to parse url: parse \"x#%zz\": invalid URL escape \"%zz\"" },
		{ "{{urlParse \"http://[1.2.3.4]/\"}}",
		  "error: unable to parse url: parse \"http://[1.2.3.4]/\": invalid IP-literal" },
		{ "{{urlParse \"http://[a]/\"}}",
		  "error: unable to parse url: parse \"http://[a]/\": invalid host: "
		  "ParseAddr(\"a\"): unable to parse IP" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

static void urls_go_together(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{urlJoin (dict \"scheme\" \"http\" \"host\" \"host:80\" \"path\" \"/a b\" "
		  "\"query\" \"q=1\" \"fragment\" \"\xc3\xa9\" \"userinfo\" \"u:p@\")}}",
		  "http://u:p%40@host:80/a%20b?q=1#%C3%A9" },
		{ "{{urlJoin (dict \"scheme\" \"mailto\" \"opaque\" \"a@b\")}} {{urlJoin (dict "
		  "\"path\" \"a:b\")}} {{urlJoin (dict \"host\" \"h\" \"path\" \"x\")}} {{urlJoin "
		  "(dict)}} {{urlJoin (dict \"path\" \"*\")}}",
		  "mailto:a@b ./a:b //h/x  *" },
		{ "{{urlJoin (dict \"path\" 1)}}",
		  "error: unable to parse path key, must be of type string, but int found" },
		{ "{{urlJoin (dict \"host\" nil)}}",
		  "error: runtime error: invalid memory address or nil pointer dereference" },
		{ "{{urlJoin (dict \"userinfo\" \"a b\")}}",
		  "error: unable to parse userinfo in dict: parse \"proto://a b@host\": net/url: "
		  "invalid userinfo" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

static void paths_come_apart(void **state)
{
	static const struct sprigtmpl_case cases[] = {
		{ "{{base \"\"}}|{{dir \"\"}}|{{clean \"\"}}|{{ext \"\"}}|{{isAbs \"\"}}",
		  ".|.|.||false" },
		{ "{{base \"/\"}}|{{dir \"/\"}}|{{clean \"/\"}}|{{ext \"/\"}}|{{isAbs \"/\"}}",
		  "/|/|/||true" },
		{ "{{base \"//\"}}|{{dir \"//\"}}|{{clean \"//\"}}|{{ext \"//\"}}|{{isAbs \"//\"}}",
		  "/|/|/||true" },
		{ "{{base \"a\"}}|{{dir \"a\"}}|{{clean \"a\"}}|{{ext \"a\"}}|{{isAbs \"a\"}}",
		  "a|.|a||false" },
		{ "{{base \"/a/b.c/\"}}|{{dir \"/a/b.c/\"}}|{{clean \"/a/b.c/\"}}|{{ext "
		  "\"/a/b.c/\"}}|{{isAbs \"/a/b.c/\"}}",
		  "b.c|/a/b.c|/a/b.c||true" },
		{ "{{base \"a/../../b\"}}|{{dir \"a/../../b\"}}|{{clean \"a/../../b\"}}|{{ext "
		  "\"a/../../b\"}}|{{isAbs \"a/../../b\"}}",
		  "b|..|../b||false" },
		{ "{{base \"/../a\"}}|{{dir \"/../a\"}}|{{clean \"/../a\"}}|{{ext "
		  "\"/../a\"}}|{{isAbs \"/../a\"}}",
		  "a|/|/a||true" },
		{ "{{base \"./x/.\"}}|{{dir \"./x/.\"}}|{{clean \"./x/.\"}}|{{ext "
		  "\"./x/.\"}}|{{isAbs \"./x/.\"}}",
		  ".|x|x|.|false" },
		{ "{{base \"a.b/c\"}}|{{dir \"a.b/c\"}}|{{clean \"a.b/c\"}}|{{ext "
		  "\"a.b/c\"}}|{{isAbs \"a.b/c\"}}",
		  "c|a.b|a.b/c||false" },
		{ "{{base \".bashrc\"}}|{{dir \".bashrc\"}}|{{clean \".bashrc\"}}|{{ext "
		  "\".bashrc\"}}|{{isAbs \".bashrc\"}}",
		  ".bashrc|.|.bashrc|.bashrc|false" },
		{ "{{base \"a//b///c.tar.gz\"}}|{{dir \"a//b///c.tar.gz\"}}|{{clean "
		  "\"a//b///c.tar.gz\"}}|{{ext \"a//b///c.tar.gz\"}}|{{isAbs \"a//b///c.tar.gz\"}}",
		  "c.tar.gz|a/b|a/b/c.tar.gz|.gz|false" },
		{ "{{osBase \"/a/b\"}} {{osDir \"/a/b\"}} {{osClean \"/a/../b\"}} {{osExt "
		  "\"a.b\"}} {{osIsAbs \"a\"}}",
		  "b /a /b .b false" },
	};

	(void)state;
	sprigtmpl_check(cases, SL_ARRAY_LEN(cases));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls_come_apart),
		cmocka_unit_test(urls_go_together),
		cmocka_unit_test(paths_come_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
