# Manual page and completion scripts, made by the built sluice from its command table, and `make
# install`, which puts the programs and both in place.
#
# PREFIX=/usr/local   DESTDIR=   where `make install` puts things

PREFIX ?= /usr/local
DESTDIR ?=
SHARE := $(BUILD)/share
CLI_DOCS := $(SHARE)/man/man1/sluice.1 $(SHARE)/bash-completion/completions/sluice \
	$(SHARE)/fish/vendor_completions.d/sluice.fish $(SHARE)/zsh/site-functions/_sluice

## make cli-docs        manual page and shell completions into build/share
.PHONY: cli-docs
cli-docs: $(CLI_DOCS)

$(SHARE)/man/man1/sluice.1: sluice_says := __man
$(SHARE)/bash-completion/completions/sluice: sluice_says := completion bash
$(SHARE)/fish/vendor_completions.d/sluice.fish: sluice_says := completion fish
$(SHARE)/zsh/site-functions/_sluice: sluice_says := completion zsh
$(CLI_DOCS): $(BUILD)/bin/sluice
	$(Q)mkdir -p $(@D)
	$(call say,GEN,$@)$(BUILD)/bin/sluice $(sluice_says) >$@

## make install         programs, manual page and completions [PREFIX=/usr/local] [DESTDIR=]
install: all cli-docs
	$(Q)install -d $(DESTDIR)$(PREFIX)/bin
	$(Q)install -m 755 $(addprefix $(BUILD)/bin/,$(PROGRAMS)) $(DESTDIR)$(PREFIX)/bin
	$(Q)cd $(SHARE) && find * -type f -exec install -D -m 644 {} \
		$(abspath $(DESTDIR)$(PREFIX))/share/{} \;
