# End-to-end tests that `make test` does not run at full length.

SOAK_KILLS ?= 200

## make soak [SEED=n]   SIGKILL each controller 200 times during rollouts: nothing is orphaned or lost
soak: all lab
	$(Q)mkdir -p $(BUILD)/test-results
	$(Q)set -o pipefail; KILLS=$(SOAK_KILLS) $(if $(SEED),SEED=$(SEED)) $(PYTHON) -m pytest -q -s -p no:cacheprovider \
		test/e2e/test_kill.py 2>&1 | tee $(BUILD)/test-results/soak.log | grep -v '^$$'
	$(Q)echo "soak: $$(grep -c ' kills, ' $(BUILD)/test-results/soak.log) controllers; $$(grep ' kills, ' \
		$(BUILD)/test-results/soak.log | paste -sd ';')"
