BENCH_TOOLS := $(BUILD)/release/test/tools/stopwatch $(BUILD)/release/test/tools/buildbench \
	$(BUILD)/release/test/tools/helmbench

.PHONY: bench
## make bench           speed and memory of the controllers, beside Flux's, in one table
bench: $(BUILD)/.deps-bench $(BUILD)/.deps-test
	$(Q)$(MAKE) -j2 all lab bench-peers build/peers/kustomize build/peers/helm $(BENCH_TOOLS)
	$(Q)$(PYTHON) test/bench/bench.py $(BENCH)
