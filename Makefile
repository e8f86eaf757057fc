# Sluice: one non-recursive makefile. `make help` lists the targets.
#
# V=1        show commands            SAN=address|thread   sanitizer of `make unit` (address)
# T=name     one test, fuzz target    DEMO_ONCE=1          demo ends by itself

SHELL := /bin/bash
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

VERSION := $(shell cat VERSION)
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
CLANG ?= clang
PYTHON := /usr/bin/python3
BUILD := build
SAN ?= address

ifeq ($(V),1)
Q :=
say =
else
Q := @
say = @printf '  %-8s %s\n' '$(1)' '$(2)';
endif

# Debian packages first: nothing below can be evaluated without pkg-config and the libraries. The
# stamp makes this a no-op afterwards; `make deps` runs it always.
DEPS_STAMP := $(BUILD)/.deps-build
NEED_BUILD_DEPS := $(filter-out help clean deps,$(or $(MAKECMDGOALS),all))
ifneq ($(NEED_BUILD_DEPS),)
ifneq ($(shell [ $(DEPS_STAMP) -nt scripts/deps.sh ] && echo ok),ok)
DEPS_OUT := $(shell mkdir -p $(BUILD) && scripts/deps.sh build >&2 && touch $(DEPS_STAMP) && echo ok)
ifneq ($(DEPS_OUT),ok)
$(error the build dependencies could not be installed, see above)
endif
endif
endif

PKGS := libcurl libgit2 libmicrohttpd yaml-0.1 zlib libcrypto libssl
pkg_cflags := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
libs_of = $(shell pkg-config --libs $(1) 2>/dev/null)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wwrite-strings -Wcast-qual -Wformat=2 -Wundef -Wvla -Wswitch -Werror
CPPFLAGS := -I. -D_GNU_SOURCE -DSL_VERSION='"$(VERSION)"' $(pkg_cflags)
CFLAGS_BASE := -std=gnu17 -g -fPIE -pthread -fvisibility=hidden $(WARN)
HARDEN := -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
LDFLAGS_BASE := -pie -pthread -Wl,--as-needed -Wl,-z,relro,-z,now

CFLAGS_release := -O2 -fno-plt $(HARDEN) -ffunction-sections -fdata-sections
LDFLAGS_release := -Wl,--gc-sections
CFLAGS_asan := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
LDFLAGS_asan := -fsanitize=address,undefined
CFLAGS_tsan := -O1 -fno-omit-frame-pointer -fsanitize=thread
LDFLAGS_tsan := -fsanitize=thread
CFLAGS_fuzz := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link
LDFLAGS_fuzz := -fsanitize=address,undefined,fuzzer
CFLAGS_cov := -O0 --coverage
LDFLAGS_cov := --coverage
CC_release = $(CC)
CC_asan = $(CC)
CC_tsan = $(CC)
CC_cov = $(CC)
CC_fuzz = $(CLANG)

# Sources, found by wildcard: adding a file needs no change here.
COMMON_SRC := $(wildcard libcommon/*/*.c libcommon/*/*/*.c)
UNIT_SRC := $(wildcard test/unit/*/*_test.c test/unit/*/*/*_test.c)
UNIT_SUPPORT := $(wildcard test/unit/support/*.c)
FUZZ_SRC := $(wildcard test/fuzz/*_fuzz.c)
# Programs that end-to-end tests and measurements run: build/<variant>/test/tools/<name>.
TOOL_SRC := $(wildcard test/tools/*.c)
CONTROLLERS := $(patsubst %/main.c,%,$(wildcard *-controller/main.c image-automation/main.c))
# The command line is two programs: sluice links no network library, sluice-remote does the rest.
CLI_SHARED := $(wildcard cli/*.c)
CLI_PROGRAMS := $(if $(wildcard cli/local/main.c),sluice) $(if $(wildcard cli/remote/main.c),sluice-remote)
src_of = $(if $(filter sluice,$(1)),$(CLI_SHARED) $(wildcard cli/local/*.c),$(if $(filter \
	sluice-remote,$(1)),$(CLI_SHARED) $(wildcard cli/remote/*.c),$(wildcard $(1)/*.c)))
PROGRAMS := $(CONTROLLERS) $(CLI_PROGRAMS)
# Everything of the programs but their main files, so that unit tests can link it.
DOMAIN_SRC := $(filter-out %/main.c,$(foreach p,$(PROGRAMS),$(call src_of,$(p))))

ALL_C := $(COMMON_SRC) $(TOOL_SRC) $(UNIT_SRC) $(UNIT_SUPPORT) $(FUZZ_SRC) $(wildcard test/fuzz/driver.c) \
	$(sort $(foreach p,$(PROGRAMS),$(call src_of,$(p))))
ALL_H := $(wildcard libcommon/*/*.h libcommon/*/*/*.h *-controller/*.h cli/*.h cli/*/*.h \
	image-automation/*.h test/unit/support/*.h)

objs = $(patsubst %.c,$(BUILD)/$(1)/%.o,$(2))
# The few functions of libm that are called are in libc, too: first, so that programs load no libm for them.
LIBS_ALL := $(call libs_of,$(PKGS)) -lc -lm
# Links what it uses: --as-needed drops the rest, and test/e2e/test_linking.py asserts what each needs.
LIBS := $(LIBS_ALL)

.PHONY: all help deps unit fuzz-replay fuzz test golden lint format coverage valgrind clean install
all: $(addprefix $(BUILD)/bin/,$(PROGRAMS))

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

# Objects and archives, one tree per variant.
define variant_rules
$(BUILD)/$(1)/%.o: %.c | $(DEPS_STAMP)
	$$(Q)mkdir -p $$(@D)
	$$(call say,CC,$$(if $$(filter release,$(1)),$$<,$$< [$(1)]))$$(CC_$(1)) $$(CPPFLAGS) \
		$$(CFLAGS_BASE) $$(CFLAGS_$(1)) -MMD -MP -c -o $$@ $$<

$(BUILD)/$(1)/libcommon.a: $(call objs,$(1),$(COMMON_SRC))
	$$(call say,AR,$$@)rm -f $$@ && ar rcs $$@ $$^

$(BUILD)/$(1)/libdomain.a: $(call objs,$(1),$(DOMAIN_SRC) $(UNIT_SUPPORT))
	$$(Q)mkdir -p $$(@D)
	$$(call say,AR,$$@)rm -f $$@ && ar rcs $$@ $$^

$(BUILD)/$(1)/test/tools/%: $(BUILD)/$(1)/test/tools/%.o $(BUILD)/$(1)/libdomain.a \
		$(BUILD)/$(1)/libcommon.a
	$$(call say,LD,$$@)$$(CC_$(1)) $$(LDFLAGS_BASE) $$(LDFLAGS_$(1)) -o $$@ $$^ $$(LIBS)

$(BUILD)/$(1)/test/unit/%_test: $(BUILD)/$(1)/test/unit/%_test.o $(BUILD)/$(1)/libdomain.a \
		$(BUILD)/$(1)/libcommon.a
	$$(call say,LD,$$@)$$(CC_$(1)) $$(LDFLAGS_BASE) $$(LDFLAGS_$(1)) -o $$@ $$^ $$(LIBS) -lcmocka
endef
VARIANTS := release asan tsan cov fuzz
$(foreach v,$(VARIANTS),$(eval $(call variant_rules,$(v))))
# What interprets templates is two fifths of rendering a chart, which takes 3 % less time by that.
$(BUILD)/release/libcommon/lang/template/%.o: CFLAGS_release += -O3
# Kept, although only pattern rules name them. Nothing else may be secondary: a library would not be
# made again for a new file that is older than it.
.SECONDARY: $(foreach v,$(VARIANTS),$(call objs,$(v),$(UNIT_SRC) $(FUZZ_SRC) $(TOOL_SRC) test/fuzz/driver.c))

define program_rules
$(BUILD)/bin/$(1): $(call objs,release,$(call src_of,$(1))) $(BUILD)/release/libcommon.a
	$$(Q)mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(CC) $$(LDFLAGS_BASE) $$(LDFLAGS_release) -o $$@ $$^ $$(LIBS)
$(BUILD)/asan/bin/$(1): $(call objs,asan,$(call src_of,$(1))) $(BUILD)/asan/libcommon.a
	$$(Q)mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(CC) $$(LDFLAGS_BASE) $$(LDFLAGS_asan) -o $$@ $$^ $$(LIBS)
$(BUILD)/tsan/bin/$(1): $(call objs,tsan,$(call src_of,$(1))) $(BUILD)/tsan/libcommon.a
	$$(Q)mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(CC) $$(LDFLAGS_BASE) $$(LDFLAGS_tsan) -o $$@ $$^ $$(LIBS)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rules,$(p))))

.PHONY: programs-asan programs-tsan
programs-asan: $(addprefix $(BUILD)/asan/bin/,$(PROGRAMS))
programs-tsan: $(addprefix $(BUILD)/tsan/bin/,$(PROGRAMS))

$(DEPS_STAMP):
	$(Q)mkdir -p $(BUILD) && scripts/deps.sh build && touch $@
$(BUILD)/.deps-test: scripts/deps.sh
	$(Q)mkdir -p $(BUILD) && scripts/deps.sh test && touch $@
$(BUILD)/.deps-lint: scripts/deps.sh
	$(Q)mkdir -p $(BUILD) && scripts/deps.sh lint && touch $@
$(BUILD)/.deps-bench: scripts/deps.sh
	$(Q)mkdir -p $(BUILD) && scripts/deps.sh bench && touch $@

## make                 build the programs into build/bin
## make deps            install what the build, the tests, the linters and the lab need
deps:
	$(Q)scripts/deps.sh lint && scripts/deps.sh bench && scripts/deps.sh lab
	$(Q)mkdir -p $(BUILD) && touch $(DEPS_STAMP) $(BUILD)/.deps-test $(BUILD)/.deps-lint $(BUILD)/.deps-bench \
		$(BUILD)/.deps-lab

# Unit tests. SAN=thread runs the threaded parts under ThreadSanitizer.
UNIT_VARIANT := $(if $(filter thread,$(SAN)),tsan,$(if $(filter none,$(SAN)),release,$(if $(filter \
	coverage,$(SAN)),cov,asan)))
UNIT_WANTED := $(if $(T),$(filter test/unit/$(T)_test.c,$(UNIT_SRC)),$(if $(filter thread,$(SAN)),$(filter \
	test/unit/base/% test/unit/net/% test/unit/kube/% test/unit/kustomize-controller/% \
	test/unit/source-controller/fileserver_test.c test/unit/render/helm/walk_test.c \
	test/unit/render/helm/threads_test.c,$(UNIT_SRC)),$(UNIT_SRC)))
UNIT_BINS := $(patsubst %.c,$(BUILD)/$(UNIT_VARIANT)/%,$(UNIT_WANTED))
SAN_ENV := ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1 \
	UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1:suppressions=test/tsan.supp \
	LSAN_OPTIONS=suppressions=test/lsan.supp:print_suppressions=0

## make unit [T=codec/json] [SAN=thread]   unit tests under ASan+UBSan, or under TSan
unit: $(BUILD)/.deps-test
	$(Q)$(MAKE) unit-built
.PHONY: unit-built
unit-built: $(UNIT_BINS)
	$(Q)$(SAN_ENV) CMOCKA_MESSAGE_OUTPUT=TAP prove --merge $(if $(V),-v,-f -o) -j2 -e '$(RUNNER)' \
		$(UNIT_BINS) || { echo "unit: 'make unit T=… V=1' shows all that a test prints" >&2; exit 1; }

## make valgrind [T=codec/json]            unit tests under valgrind, for what the libraries do
valgrind: $(BUILD)/.deps-bench
	$(Q)$(MAKE) unit-built SAN=none RUNNER='valgrind -q --error-exitcode=1 --leak-check=full'

## make coverage        lines of each source that no unit test reaches, worst first
coverage: $(BUILD)/.deps-test
	$(Q)$(MAKE) unit-built SAN=coverage
	$(Q)scripts/coverage.sh $(BUILD)/cov

# Fuzz targets: libFuzzer under clang for a hunt, a plain driver that replays the corpus in the tests.
FUZZ_NAMES := $(patsubst test/fuzz/%_fuzz.c,%,$(FUZZ_SRC))
$(BUILD)/asan/test/fuzz/%_replay: $(BUILD)/asan/test/fuzz/%_fuzz.o $(BUILD)/asan/test/fuzz/driver.o \
		$(BUILD)/asan/libdomain.a $(BUILD)/asan/libcommon.a
	$(call say,LD,$@)$(CC) $(LDFLAGS_BASE) $(LDFLAGS_asan) -o $@ $^ $(LIBS)
$(BUILD)/fuzz/test/fuzz/%_fuzz: $(BUILD)/fuzz/test/fuzz/%_fuzz.o $(BUILD)/fuzz/libdomain.a \
		$(BUILD)/fuzz/libcommon.a
	$(call say,LD,$@)$(CLANG) $(LDFLAGS_BASE) $(LDFLAGS_fuzz) -o $@ $^ $(LIBS)

## make fuzz-replay     every fuzz target over its corpus, under ASan+UBSan
fuzz-replay: $(patsubst %,$(BUILD)/asan/test/fuzz/%_replay,$(FUZZ_NAMES))
	$(Q)$(SAN_ENV) scripts/fuzz-replay.sh $(BUILD)/asan/test/fuzz $(FUZZ_NAMES)

FUZZ_SECONDS ?= 60
## make fuzz T=json [FUZZ_SECONDS=60]      hunt with libFuzzer, new finds go to build/fuzz/corpus
fuzz: $(BUILD)/.deps-test $(BUILD)/fuzz/test/fuzz/$(T)_fuzz
	$(Q)mkdir -p $(BUILD)/fuzz/corpus/$(T)
	$(Q)$(SAN_ENV) $(BUILD)/fuzz/test/fuzz/$(T)_fuzz -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
		-rss_limit_mb=2048 -artifact_prefix=$(BUILD)/fuzz/ $(BUILD)/fuzz/corpus/$(T) test/fuzz/corpus/$(T)

FUZZ ?= kustomize
## make fuzz-diff       random kustomizations through sluice, with ASan and without, and kustomize [FUZZ_SECONDS=60];
##                      with FUZZ=helm random charts through sluice and helm
.PHONY: fuzz-diff
fuzz-diff: $(BUILD)/.deps-test $(BUILD)/asan/bin/sluice $(BUILD)/bin/sluice \
		$(sort $(BUILD)/peers/$(FUZZ) $(BUILD)/peers/helm)
	$(Q)$(PYTHON) -B test/fuzz/diff.py $(FUZZ) --seconds $(FUZZ_SECONDS) --out $(BUILD)/fuzz/$(FUZZ) \
		$(if $(SEED),--seed $(SEED))

REGEX_CASES ?= 1000000
## make fuzz-diff-regex random patterns and texts through lang/regex (ASan) and Go [REGEX_CASES=1000000]
.PHONY: fuzz-diff-regex
fuzz-diff-regex: $(BUILD)/asan/test/tools/regexprobe $(BUILD)/test/regex-diff
	$(Q)$(SAN_ENV) $(BUILD)/test/regex-diff -probe $(BUILD)/asan/test/tools/regexprobe -n $(REGEX_CASES) \
		$(if $(SEED),-seed $(SEED))
# Built in the lab's module for the sake of its Go version: older ones know fewer names of classes.
REGEX_DIFF_SRC := $(wildcard test/fuzz/regex/*.go)
$(BUILD)/test/regex-diff: $(REGEX_DIFF_SRC) | $(BUILD)/.deps-lab
	$(Q)mkdir -p $(@D)
	$(call say,GO,$@)cd test/lab && $(LAB_GO) build -o $(CURDIR)/$@ $(addprefix $(CURDIR)/,$(REGEX_DIFF_SRC))

TEMPLATE_CASES ?= 200000
## make fuzz-diff-template random templates and data through lang/template (ASan) and Go [TEMPLATE_CASES=200000]
.PHONY: fuzz-diff-template
fuzz-diff-template: $(BUILD)/asan/test/tools/tmplprobe $(BUILD)/test/template-diff
	$(Q)$(SAN_ENV) $(BUILD)/test/template-diff -probe $(BUILD)/asan/test/tools/tmplprobe -n $(TEMPLATE_CASES) \
		$(if $(SEED),-seed $(SEED))
# In the lab's module as well: messages differ between versions of Go.
TEMPLATE_DIFF_SRC := $(wildcard test/fuzz/template/*.go)
$(BUILD)/test/template-diff: $(TEMPLATE_DIFF_SRC) | $(BUILD)/.deps-lab
	$(Q)mkdir -p $(@D)
	$(call say,GO,$@)cd test/lab && $(LAB_GO) build -o $(CURDIR)/$@ $(addprefix $(CURDIR)/,$(TEMPLATE_DIFF_SRC))

## make test            everything: unit, TSan, fuzz corpora, then end-to-end in the lab
test: $(BUILD)/.deps-test
	$(Q)scripts/test.sh

## make lint            format, layers, headers alone, banned calls, cppcheck, clang-tidy, shellcheck
lint: $(BUILD)/.deps-lint
	$(Q)mkdir -p $(BUILD) && scripts/lint.sh

## make golden          record anew what the peers print for the golden cases (scripts/golden-*.sh)
golden:
	$(Q)set -e; for script in scripts/golden-*.sh; do $$script; done

## make format          clang-format all C files in place
format: $(BUILD)/.deps-lint
	$(Q)clang-format -i $(ALL_C) $(ALL_H)

.PHONY: print-c print-h print-cppflags print-fuzz
print-c:
	@printf '%s\n' $(ALL_C)
print-h:
	@printf '%s\n' $(ALL_H)
print-cppflags:
	@printf '%s\n' '$(subst ',,$(CPPFLAGS))'

-include test/lab/lab.mk test/e2e/e2e.mk test/demo/demo.mk test/bench/bench.mk cli/docs.mk

## make clean           remove build/
clean:
	rm -rf $(BUILD)

-include $(patsubst %.c,$(BUILD)/release/%.d,$(COMMON_SRC) $(foreach p,$(PROGRAMS),$(call src_of,$(p))))
-include $(foreach v,asan tsan fuzz cov,$(patsubst %.c,$(BUILD)/$(v)/%.d,$(ALL_C)))
